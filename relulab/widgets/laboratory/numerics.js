// The numerics of the widgets: the same mathematics as relulab's Python, for the browser.
// Each room of the laboratory is one function, so that their texts are the source of a Web Worker.
// Matrices are { n, d, data } with rows in sequence; X is n samples by d dimensions.

function numerics() {
  "use strict";

  const matrix = (n, d) => ({ n, d, data: new Float64Array(n * d) });
  const row = (A, i) => A.data.subarray(i * A.d, (i + 1) * A.d);
  const rowsOf = (A) => Array.from({ length: A.n }, (_, i) => row(A, i));
  const norm = (v) => Math.sqrt(dot(v, v));
  const unit = (v, length = norm(v)) => v.map((x) => x / length);
  const largest = (values) => values.reduce((most, x) => Math.max(most, x), 0);
  const sum = (values) => values.reduce((total, x) => total + x, 0);

  function fromRows(rows) {
    const A = matrix(rows.length, rows[0].length);
    rows.forEach((values, i) => row(A, i).set(values));
    return A;
  }

  function transpose(A) {
    const T = matrix(A.d, A.n);
    for (let i = 0; i < A.n; i++) for (let j = 0; j < A.d; j++) T.data[j * A.n + i] = A.data[i * A.d + j];
    return T;
  }

  function dot(a, b, length = a.length) {
    const whole = length - (length % 4);
    let p = 0, q = 0, r = 0, s = 0;
    for (let i = 0; i < whole; i += 4) {
      p += a[i] * b[i];
      q += a[i + 1] * b[i + 1];
      r += a[i + 2] * b[i + 2];
      s += a[i + 3] * b[i + 3];
    }
    for (let i = whole; i < length; i++) p += a[i] * b[i];
    return p + q + (r + s);
  }

  function addTo(target, factor, v, length = v.length) {
    for (let i = 0; i < length; i++) target[i] += factor * v[i];
  }

  // Random numbers: xoshiro128**, keyed by whole numbers (32 bits each) so that any trial can be drawn by itself.

  function generator(...keys) {
    let h = 0x9e3779b9;
    const mix = (word) => {
      h = Math.imul(h ^ word, 0x85ebca6b);
      h = Math.imul(h ^ (h >>> 15), 0xc2b2ae35);
      h = (h ^ (h >>> 16)) + 0x6d2b79f5;
      return h >>> 0;
    };
    keys.forEach(mix);
    const s = Uint32Array.from([1, 2, 3, 4], mix);
    const rotate = (x, k) => (x << k) | (x >>> (32 - k));

    function bits() {
      const result = Math.imul(rotate(Math.imul(s[1], 5), 7), 9) >>> 0;
      const t = s[1] << 9;
      s[2] ^= s[0];
      s[3] ^= s[1];
      s[1] ^= s[2];
      s[0] ^= s[3];
      s[2] ^= t;
      s[3] = rotate(s[3], 11);
      return result;
    }

    const uniform = () => ((bits() >>> 5) * 2 ** 26 + (bits() >>> 6)) / 2 ** 53;
    let spare = null;

    function normal() {
      if (spare !== null) {
        const value = spare;
        spare = null;
        return value;
      }
      let u, v, r;
      do {
        u = 2 * uniform() - 1;
        v = 2 * uniform() - 1;
        r = u * u + v * v;
      } while (r >= 1 || r === 0);
      const scale = Math.sqrt((-2 * Math.log(r)) / r);
      spare = v * scale;
      return u * scale;
    }

    return { uniform, normal };
  }

  // Linear algebra.

  // A = sum_i s[i] U[i] V[i]^T, min(n, d) terms, s descending: Gram-Schmidt (twice is enough), then one-sided
  // Jacobi on the triangular factor.
  function svd(A) {
    if (!decompositions.has(A)) decompositions.set(A, A.n < A.d ? flipped(svd(transpose(A))) : tallSvd(A));
    return decompositions.get(A);
  }

  const decompositions = new WeakMap();
  const flipped = ({ U, s, V }) => ({ U: V, s, V: U });

  function tallSvd(A) {
    const d = A.d;
    const Q = rowsOf(transpose(A)), R = rowsOf(matrix(d, d)), W = rowsOf(matrix(d, d));
    Q.forEach((q, j) => {
      const before = norm(q);
      for (let pass = 0; pass < 2; pass++) {
        for (let i = 0; i < j; i++) {
          const c = dot(Q[i], q);
          addTo(q, -c, Q[i]);
          R[i][j] += c;
        }
      }
      R[j][j] = norm(q) > 1e-14 * before ? norm(q) : 0;
      for (let i = 0; i < q.length; i++) q[i] = R[j][j] > 0 ? q[i] / R[j][j] : 0;
      W[j][j] = 1;
    });
    for (let rotated = true, sweep = 0; rotated && sweep < 60; sweep++) {
      rotated = false;
      for (let i = 0; i < d; i++) {
        for (let j = i + 1; j < d; j++) {
          const aa = dot(R[i], R[i]), bb = dot(R[j], R[j]), ab = dot(R[i], R[j]);
          if (Math.abs(ab) <= 1e-15 * Math.sqrt(aa * bb)) continue;
          rotated = true;
          const zeta = (bb - aa) / (2 * ab);
          const t = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta));
          const c = 1 / Math.sqrt(1 + t * t);
          rotate(R[i], R[j], c, c * t);
          rotate(W[i], W[j], c, c * t);
        }
      }
    }
    const lengths = R.map(norm);
    const order = lengths.map((_, i) => i).sort((i, j) => lengths[j] - lengths[i]);
    const s = Float64Array.from(order, (i) => lengths[i]);
    const V = order.map((i) => R[i].map((x) => (lengths[i] > 0 ? x / lengths[i] : 0)));
    const U = order.map((i) => {
      const u = new Float64Array(A.n);
      for (let k = 0; k < d; k++) addTo(u, W[i][k], Q[k]);
      return u;
    });
    return { U, s, V };
  }

  function rotate(a, b, c, s) {
    for (let k = 0; k < a.length; k++) {
      const x = a[k];
      a[k] = c * x - s * b[k];
      b[k] = s * x + c * b[k];
    }
  }

  // The shortest l with X^T l = g, or nearest to it, from the SVD of X: the pseudo-inverse of X^T times g.
  function shortest({ U, s, V }, g) {
    const l = new Float64Array(U[0].length);
    const least = s[0] * Math.max(l.length, g.length) * 2 ** -52;
    for (let i = 0; i < s.length && s[i] > least; i++) addTo(l, dot(V[i], g) / s[i], U[i]);
    return l;
  }

  // Solve G x = b for a positive semidefinite G and b in its range, by Cholesky with pivots. Where G is
  // singular this gives one of the solutions; x enters only through A^T x, which is the same for all.
  function choleskySolver(G) {
    const n = G.length, L = rowsOf(matrix(n, n)), diagonal = G.map((g, i) => g[i]);
    const order = G.map((_, i) => i);
    const least = Math.max(...diagonal) * n * 2 ** -52;
    let rank = 0;
    for (; rank < n; rank++) {
      let best = rank;
      for (let i = rank + 1; i < n; i++) if (diagonal[order[i]] > diagonal[order[best]]) best = i;
      [order[rank], order[best]] = [order[best], order[rank]];
      const pivot = order[rank];
      if (diagonal[pivot] <= least) break;
      const root = Math.sqrt(diagonal[pivot]), head = L[pivot];
      for (let i = rank + 1; i < n; i++) {
        const r = order[i];
        L[r][rank] = (G[r][pivot] - dot(L[r], head, rank)) / root;
        diagonal[r] -= L[r][rank] ** 2;
      }
      head[rank] = root;
    }
    const used = order.slice(0, rank), factor = used.map((i) => L[i]);
    const solve = (b) => {
      const x = new Float64Array(n);
      solveFactored(factor, used.map((i) => b[i])).forEach((value, i) => (x[used[i]] = value));
      return x;
    };
    solve.pivots = rank < n ? 0 : (factor[n - 1][n - 1] / factor[0][0]) ** 2; // the smallest over the largest
    return solve;
  }

  // The Cholesky factor of the entries (i, k) of `indices`, going on from the rows that are there.
  function appended(factor, indices, entry) {
    const rows = [...factor];
    for (let i = rows.length; i < indices.length; i++) {
      const line = new Float64Array(i + 1);
      for (let k = 0; k < i; k++) {
        line[k] = (entry(indices[i], indices[k]) - dot(line, rows[k], k)) / rows[k][k];
      }
      line[i] = Math.sqrt(Math.max(entry(indices[i], indices[i]) - dot(line, line, i), 1e-15));
      rows.push(line);
    }
    return rows;
  }

  // Solve L L^T x = b, L given by its rows.
  function solveFactored(L, b) {
    const x = Float64Array.from(b);
    for (let i = 0; i < L.length; i++) x[i] = (x[i] - dot(L[i], x, i)) / L[i][i];
    for (let i = L.length - 1; i >= 0; i--) {
      x[i] /= L[i][i];
      addTo(x, -x[i], L[i], i);
    }
    return x;
  }

  return {
    matrix, row, rowsOf, fromRows, transpose, dot, norm, unit, addTo, largest, sum, generator, svd, shortest,
    choleskySolver, appended, solveFactored,
  };
}
