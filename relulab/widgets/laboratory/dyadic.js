// Exact arithmetic on binary fractions, which is what floats are. A number is { m, e }: m 2^e, m a BigInt.
// A vector is { v, e }, BigInts with one exponent; of a matrix the rows share one. Sums and products are exact.
// Quotients and roots are bounds, rounded up or down at 200 bits or more.

function dyadics() {
  "use strict";

  const BITS = 200, ZERO = { m: 0n, e: 0 }, ONE = { m: 1n, e: 0 };
  const size = (m) => (m < 0n ? -m : m).toString(16).length * 4; // at most 3 more than the number of bits
  const view = new DataView(new ArrayBuffer(8));

  function fromNumber(x) {
    view.setFloat64(0, x);
    const bits = view.getBigUint64(0), power = Number((bits >> 52n) & 2047n), part = bits & 0xfffffffffffffn;
    if (power === 2047) throw new Error("a number is not finite");
    const m = power ? part | 0x10000000000000n : part, e = (power || 1) - 1075;
    if (m === 0n) return ZERO;
    const zeros = (m & -m).toString(2).length - 1;
    return { m: (bits >> 63n ? -m : m) >> BigInt(zeros), e: e + zeros };
  }

  // The nearest float or so, for pictures and words.
  function toNumber({ m, e }) {
    const spare = Math.max(0, size(m) - 64), power = e + spare, half = Math.trunc(power / 2);
    return Number(m >> BigInt(spare)) * 2 ** half * 2 ** (power - half);
  }

  const negative = ({ m, e }) => ({ m: -m, e });
  const times = (a, b) => ({ m: a.m * b.m, e: a.e + b.e });
  const moved = ({ m, e }, to) => m << BigInt(e - to);

  function plus(a, b) {
    const e = Math.min(a.e, b.e);
    return { m: moved(a, e) + moved(b, e), e };
  }

  const less = (a, b) => plus(a, negative(b)).m < 0n;
  const largest = (numbers) => numbers.reduce((most, a) => (less(most, a) ? a : most), ZERO);
  const total = (numbers) => numbers.reduce(plus, ZERO);

  // a / b and the root of a, none of them negative.
  function quotient(a, b, up) {
    const shift = Math.max(0, size(b.m) - size(a.m) + BITS), top = a.m << BigInt(shift), m = top / b.m;
    return { m: up && m * b.m !== top ? m + 1n : m, e: a.e - b.e - shift };
  }

  function root(a, up) {
    if (a.m === 0n) return ZERO;
    let { m, e } = a;
    const excess = size(m) - 4 * BITS;
    if (excess > 0) {
      m = (m >> BigInt(excess)) + (up ? 1n : 0n);
      e += excess;
    }
    let shift = Math.max(0, 2 * BITS + 8 - size(m));
    if ((e - shift) % 2) shift += 1;
    m <<= BigInt(shift);
    let r = 1n << BigInt(Math.ceil(size(m) / 2) + 1);
    for (let next = (r + m / r) >> 1n; next < r; next = (r + m / r) >> 1n) r = next;
    return { m: up && r * r !== m ? r + 1n : r, e: (e - shift) / 2 };
  }

  // Vectors and matrices.

  function vector(numbers) {
    const own = Array.from(numbers, fromNumber), e = own.reduce((low, a) => (a.m ? Math.min(low, a.e) : low), 0);
    return { v: own.map((a) => (a.m ? moved(a, e) : 0n)), e };
  }

  function matrix(n, d, numbers) {
    const { v, e } = vector(numbers);
    return { rows: Array.from({ length: n }, (_, i) => v.slice(i * d, (i + 1) * d)), e, d };
  }

  const columnOf = (A, j) => ({ v: A.rows.map((row) => row[j]), e: A.e });
  const entry = ({ v, e }, i) => ({ m: v[i], e });
  const products = (a, b) => {
    if (a.length !== b.length) throw new Error("lengths that do not fit");
    return a.reduce((sum, x, i) => (x && b[i] ? sum + x * b[i] : sum), 0n);
  };
  const dot = (a, b) => ({ m: products(a.v, b.v), e: a.e + b.e });
  const length = (a, up = true) => root(dot(a, a), up);
  const scaled = (c, { v, e }) => ({ v: v.map((x) => c.m * x), e: c.e + e });
  const masked = ({ v, e }, mask) => ({ v: v.map((x, i) => (mask[i] ? x : 0n)), e });
  const apply = (A, { v, e }) => ({ v: A.rows.map((row) => products(row, v)), e: A.e + e });

  function adjoint(A, { v, e }) {
    if (v.length !== A.rows.length) throw new Error("lengths that do not fit");
    const sums = new Array(A.d).fill(0n);
    A.rows.forEach((row, i) => {
      if (v[i]) row.forEach((x, j) => { if (x) sums[j] += v[i] * x; });
    });
    return { v: sums, e: A.e + e };
  }

  function sum(a, b) {
    const e = Math.min(a.e, b.e), up = [BigInt(a.e - e), BigInt(b.e - e)];
    if (a.v.length !== b.v.length) throw new Error("lengths that do not fit");
    return { v: a.v.map((x, i) => (x << up[0]) + (b.v[i] << up[1])), e };
  }

  const minus = (a, b) => sum(a, scaled({ m: -1n, e: 0 }, b));
  const frobenius = (A) => root({ m: A.rows.reduce((sum, row) => sum + products(row, row), 0n), e: 2 * A.e }, true);

  // Of a positive semidefinite matrix the rank, and for each vector above sqrt(v^T G^-1 v), in a basis of the
  // range of G. By elimination without fractions: every entry stays a minor of G. A pivot is zero only if its row is.
  function eliminate(G, vectors) {
    const n = G.rows.length, rows = G.rows.map((row, i) => [...row, ...vectors.map(({ v }) => v[i])]);
    const squares = vectors.map(() => ZERO);
    let rank = 0, before = 1n;
    for (let i = 0; i < n; i++) {
      const own = rows[i], pivot = own[i];
      if (pivot === 0n) {
        if (own.slice(n).some((x) => x !== 0n)) throw new Error("what is missed is out of reach of the blocks");
        continue;
      }
      rank += 1;
      vectors.forEach(({ e }, k) => {
        const x = own[n + k];
        if (x) squares[k] = plus(squares[k], quotient({ m: x * x, e: 2 * e - G.e }, { m: before * pivot, e: 0 }, true));
      });
      for (let k = i + 1; k < n; k++) {
        const row = rows[k], first = row[i];
        for (let c = i + 1; c < row.length; c++) row[c] = (row[c] * pivot - first * own[c]) / before;
      }
      before = pivot;
    }
    return { rank, lengths: squares.map((a) => root(a, true)) };
  }

  return {
    ZERO, ONE, fromNumber, toNumber, negative, times, plus, less, largest, total, quotient, root, vector, matrix,
    columnOf, entry, dot, length, scaled, masked, apply, adjoint, sum, minus, frobenius, eliminate,
  };
}
