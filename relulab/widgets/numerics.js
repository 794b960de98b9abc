// The numerics of the widgets: the same mathematics as relulab's Python, for the browser.
// One function holds them all, so that its own text is the source of a Web Worker.
// Matrices are { n, d, data } with rows in sequence; X is n samples by d dimensions.

function relulab() {
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
    return (b) => {
      const x = new Float64Array(n);
      solveFactored(factor, used.map((i) => b[i])).forEach((value, i) => (x[used[i]] = value));
      return x;
    };
  }

  // Random problems.

  const normals = (length, rng) => new Float64Array(length).map(rng.normal);
  const gaussian = (n, d, rng) => ({ n, d, data: normals(n * d, rng).map((x) => x / Math.sqrt(n)) });
  const cubic = (n, d, rng) => ({ n, d, data: gaussian(n, d, rng).data.map((x) => x ** 3) });
  const whiten = (X) => (X.n < X.d ? fromRows(svd(X).V) : transpose(fromRows(svd(X).U)));
  const ENSEMBLES = {
    gaussian,
    cubic,
    whitened: (n, d, rng) => whiten(gaussian(n, d, rng)),
    "cubic-whitened": (n, d, rng) => whiten(cubic(n, d, rng)),
  };
  const DIRECTIONS = {
    random: (X, rng) => unit(normals(X.d, rng)),
    smallest: (X) => svd(X).V.at(-1),
  };

  const draw = (ensemble, n, d, rng) => ENSEMBLES[ensemble](n, d, rng);
  const plantedWeights = (X, direction, rng) => DIRECTIONS[direction](X, rng);

  // Patterns, each a Uint8Array of n bits: distinct, none zero, the all-ones pattern last if it exists.
  function samplePatterns(X, rng, count = Math.max(X.n, 50)) {
    const rows = rowsOf(X), live = rows.map((_, i) => i).filter((i) => norm(rows[i]) > 0);
    const found = new Map();
    for (let k = 0; k < count; k++) {
      const gate = normals(X.d, rng);
      const bits = new Uint8Array(X.n).map((_, i) => dot(rows[i], gate) >= 0);
      const active = live.filter((i) => bits[i]).length;
      if (active > 0 && active < live.length) found.set(bits.join(""), bits);
    }
    const patterns = [...found.values()];
    if (live.length > 0 && allOnesGate(X)) patterns.push(new Uint8Array(X.n).fill(1));
    return patterns;
  }

  // A vector u with x_i^T u > 0 on every nonzero row, or null. Nonnegative least squares (Lawson and Hanson)
  // for X^T m = 0, 1^T m = 1: either X^T m separates, or the fit is exact and no u exists (Gordan).
  function allOnesGate(X) {
    const rows = [];
    for (const x of rowsOf(X)) {
      const size = largest(x.map(Math.abs));
      if (size > 0) rows.push(unit(x.map((entry) => entry / size)));
    }
    const m = new Float64Array(rows.length);
    let active = [], factor = [];
    for (let step = 0; step < 20 * rows.length; step++) {
      const u = new Float64Array(X.d);
      for (const i of active) addTo(u, m[i], rows[i]);
      const heights = rows.map((x) => dot(x, u));
      if (norm(u) > 1e-9 && Math.min(...heights) > 1e-12 * norm(u)) return u;
      let enter = -1;
      heights.forEach((height, i) => {
        if (m[i] === 0 && (enter < 0 || height < heights[enter])) enter = i;
      });
      if (enter < 0 || 1 - sum(m) - heights[enter] <= 1e-11) return null;
      active.push(enter);
      for (;;) {
        factor = appended(factor, active, (i, k) => dot(rows[i], rows[k]) + 1);
        const target = solveFactored(factor, new Float64Array(active.length).fill(1));
        let stride = 1;
        active.forEach((i, k) => {
          if (target[k] <= 0) stride = Math.min(stride, m[i] / (m[i] - target[k]));
        });
        active.forEach((i, k) => (m[i] += stride * (target[k] - m[i])));
        const leaving = active.findIndex((i, k) => target[k] <= 0 && m[i] <= 1e-14);
        if (leaving < 0) break;
        m[active[leaving]] = 0;
        active = active.filter((_, k) => k !== leaving);
        factor = factor.slice(0, leaving);
      }
    }
    return null;
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

  // The blocks of the skip network: X itself, then D_j X for every pattern.

  function makeBlocks(X, patterns) {
    const d = X.d, size = patterns.length + 1;
    const rows = rowsOf(X);
    const all = rows.map((_, i) => i);
    const active = [all, ...patterns.map((bits) => all.filter((i) => bits[i]))];

    // sum_j A_j W_j
    function apply(W) {
      const output = new Float64Array(X.n);
      for (let j = 0; j < size; j++) {
        const weights = W.subarray(j * d, (j + 1) * d), indices = active[j];
        for (let k = 0; k < indices.length; k++) output[indices[k]] += dot(rows[indices[k]], weights);
      }
      return output;
    }

    // all A_j^T l
    function adjoint(l) {
      const W = new Float64Array(size * d);
      for (let j = 0; j < size; j++) {
        const target = W.subarray(j * d, (j + 1) * d), indices = active[j];
        for (let k = 0; k < indices.length; k++) addTo(target, l[indices[k]], rows[indices[k]]);
      }
      return W;
    }

    // sum_j A_j A_j^T: the Hadamard product of X X^T and the number of blocks two rows share
    function gram() {
      const signs = rows.map((_, i) => Float64Array.from(patterns, (bits) => bits[i]));
      const entry = (i, k) => dot(rows[i], rows[k]) * (1 + dot(signs[i], signs[k]));
      return rows.map((_, i) => new Float64Array(X.n).map((_, k) => entry(i, k)));
    }

    const lengths = (W) => new Float64Array(size).map((_, j) => norm(W.subarray(j * d, (j + 1) * d)));
    const norms = (l) => lengths(adjoint(l)).subarray(1);

    // every block shortened by its amount, not below zero
    function shrink(W, amount) {
      const shorter = W.slice();
      for (let j = 0; j < size; j++) {
        const block = shorter.subarray(j * d, (j + 1) * d), length = norm(block);
        const factor = length > amount(j) ? 1 - amount(j) / length : 0;
        for (let k = 0; k < d; k++) block[k] *= factor;
      }
      return shorter;
    }

    return { size, apply, adjoint, gram, lengths, norms, shrink };
  }

  // The minimum-norm dual vector and its block norms: NIC-L.
  function isometry(X, w, patterns) {
    const dual = shortest(svd(X), w);
    const norms = makeBlocks(X, patterns).norms(dual);
    const residual = norm(equations(X, w, dual));
    const margin = 1 - largest(norms);
    return { dual, norms, residual, margin, holds: residual <= 1e-9 && margin > 0 };
  }

  function equations(X, w, l) {
    const gap = w.map((x) => -x);
    rowsOf(X).forEach((x, i) => addTo(gap, l[i], x));
    return gap;
  }

  // The certified decision for a planted linear neuron, step by step as relulab/certify.py has it.

  const MARGIN = 1e-7;
  const TILTS = [[250, 1e-2], [750, 1e-3], [2000, 1e-4], [Infinity, 1e-5]];

  function decide(X, w, patterns, iterations = 4000) {
    const nothing = { dual: null, competitor: null, refined: null, cost: null, margin: NaN, iterations: 0 };
    const verdict = (status, evidence, found) => ({ status, evidence, ...nothing, ...found });
    const full = patterns.findIndex((bits) => bits.every((bit) => bit));
    if (full >= 0) {
      const competitor = new Float64Array((patterns.length + 1) * X.d);
      competitor.set(w, (full + 1) * X.d);
      return verdict("not-unique", "all-ones", { competitor, cost: 1, margin: 0 });
    }
    const decomposition = svd(X), scale = decomposition.s[0] || 1;
    const scaled = { ...X, data: X.data.map((x) => x / scale) };
    const blocks = makeBlocks(scaled, patterns);
    const plant = new Float64Array(blocks.size * X.d);
    plant.set(w);
    const y = blocks.apply(plant);
    if (y.every((value) => value === 0)) {
      return verdict("not-recovered", "competitor", { competitor: plant.fill(0), cost: 0, margin: 1 });
    }
    const scaledSvd = { ...decomposition, s: decomposition.s.map((x) => x / scale) };
    const first = shortest(scaledSvd, w);
    const solvable = norm(equations(scaled, w, first)) <= 1e-10;
    const firstMargin = 1 - largest(blocks.norms(first));
    if (solvable && firstMargin > MARGIN) {
      return verdict("recovered", "isometry", { dual: first.map((x) => x / scale), margin: firstMargin });
    }

    const solve = choleskySolver(blocks.gram());
    const shift = (W) => blocks.adjoint(solve(blocks.apply(W).map((value, i) => value - y[i])));
    const onto = (l) => {
      const correction = shortest(scaledSvd, equations(scaled, w, l));
      return l.map((value, i) => value - correction[i]);
    };
    const rho = 10;
    let Z = plant, U = blocks.adjoint(first).map((x) => x / rho);
    for (let step = 1; step <= iterations; step++) {
      const tilt = TILTS.find(([last]) => step <= last)[1];
      const W = Z.map((z, i) => z - U[i]);
      addTo(W, -1, shift(W));
      const T = W.map((x, i) => 1.7 * x - 0.7 * Z[i] + U[i]);
      Z = blocks.shrink(T, (j) => (j === 0 ? 1 : 1 - tilt) / rho);
      U = T.map((t, i) => t - Z[i]);
      if (step > 5 && step % 5) continue;
      if (sum(blocks.lengths(W)) < 1 - MARGIN) {
        addTo(W, -1, shift(W));
        const cost = sum(blocks.lengths(W)) + sum(blocks.lengths(shift(W)));
        if (cost < 1 - MARGIN) {
          const found = { competitor: W, cost, margin: 1 - cost, iterations: step };
          return verdict("not-recovered", "competitor", found);
        }
      }
      if (solvable) {
        const dual = onto(onto(solve(blocks.apply(U.map((u) => rho * u)))));
        const refined = blocks.norms(dual);
        const margin = 1 - largest(refined);
        if (margin > MARGIN) {
          const found = { dual: dual.map((x) => x / scale), refined, margin, iterations: step };
          return verdict("recovered", "dual", found);
        }
      }
    }
    return verdict("undecided", null, { iterations });
  }

  // One trial of one cell, drawn from (seed, n, d, trial) alone: its verdict, and with details the block norms.
  function trial({ ensemble, direction, seed }, n, d, number, detail = false) {
    const rng = generator(seed, n, d, number);
    const X = draw(ensemble, n, d, rng);
    const w = plantedWeights(X, direction, rng);
    const patterns = samplePatterns(X, rng);
    const verdict = decide(X, w, patterns);
    return detail ? { ...verdict, norms: isometry(X, w, patterns).norms } : verdict;
  }

  // Wendel: the probability that n symmetric random rows in dimension d all lie in one half-space.
  function wendel(n, d) {
    let term = 2 ** (1 - n), total = 0;
    for (let k = 0; k < Math.min(n, d); k++) {
      total += term;
      term *= (n - 1 - k) / (k + 1);
    }
    return total;
  }

  return {
    generator, fromRows, svd, shortest, choleskySolver, draw, plantedWeights, samplePatterns, allOnesGate,
    isometry, decide, trial, wendel, ensembles: Object.keys(ENSEMBLES), directions: Object.keys(DIRECTIONS),
  };
}
