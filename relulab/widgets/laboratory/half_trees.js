// How far a dual vector reaches in the ReLU network: a tree over the signs of one half of the rows, and climbs.
//
// With a_i = side l_i x_i, P the rows with side l_i > 0 and N those with side l_i < 0, over unit vectors u
//   max side l^T (X u)_+  =  max over {0, 1}^P  min over [0, 1]^N  of |sum_i m_i a_i|
// unless the left side is negative. So only P is branched; a node's bound needs no signs of what is free.

function halfTrees(lab) {
  "use strict";

  const { dot, norm, addTo, largest, sum } = lab;

  const LEVEL = 1 - 1e-8; // of squared lengths: rounding takes far less
  const FAR = 500; // how long m_i a_i may get on a signed row: any m_i is right, but long ones round
  const TIMES = [1.05, 1.2, 1.5, 2.2, 4], BEST = 2; // sizes of bounds over the largest eigenvalue; which steps serve
  const SHARP = 20, LEAST = 1e-9, SPREADS = 5; // of the shares that make that eigenvalue small
  const STEPS = [0, 20], LAST = [100, 2000]; // on a node's coefficients, and on those of the deepest

  const vectors = (count, d) => Array.from({ length: count }, () => new Float64Array(d));

  // Eigenvalues, ascending, and eigenvectors of a symmetric matrix given by its rows: Jacobi's rotations.
  function symmetric(M) {
    const d = M.length, A = M.map((line) => line.slice()), V = vectors(d, d);
    V.forEach((line, i) => (line[i] = 1));
    for (let sweep = 0, rotated = true; rotated && sweep < 30; sweep++) {
      rotated = false;
      for (let i = 0; i < d; i++) {
        for (let j = i + 1; j < d; j++) {
          if (Math.abs(A[i][j]) <= 1e-16 * Math.sqrt(Math.abs(A[i][i] * A[j][j])) || A[i][j] === 0) continue;
          rotated = true;
          const zeta = (A[j][j] - A[i][i]) / (2 * A[i][j]);
          const t = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta)), c = 1 / Math.sqrt(1 + t * t), s = c * t;
          for (let k = 0; k < d; k++) [A[k][i], A[k][j]] = [c * A[k][i] - s * A[k][j], s * A[k][i] + c * A[k][j]];
          for (let k = 0; k < d; k++) [A[i][k], A[j][k]] = [c * A[i][k] - s * A[j][k], s * A[i][k] + c * A[j][k]];
          [V[i], V[j]] = [V[i].map((v, k) => c * v - s * V[j][k]), V[j].map((v, k) => s * V[i][k] + c * v)];
        }
      }
    }
    const order = A.map((_, i) => i).sort((i, j) => A[i][i] - A[j][j]);
    return { values: order.map((i) => Math.max(A[i][i], 0)), axes: order.map((i) => V[i]) };
  }

  const outer = (rows, weights, d) => {
    const M = vectors(d, d);
    rows.forEach((a, i) => M.forEach((line, k) => addTo(line, weights[i] * a[k], a)));
    return M;
  };

  // Bounds of |c + sum z_i a_i|^2 over |z_i| <= 1: s + |F c|^2, one for each size s.
  function boundsOf(rows, d) {
    const lengths = rows.map(norm), longest = largest(lengths);
    if (longest === 0) return [{ size: 0, F: outer(Array.from({ length: d }, (_, k) => Float64Array.from({ length: d }, (_, i) => +(i === k))), Array(d).fill(1), d) }];
    let shares = lengths, best = null, middle = null;
    for (let step = 0; step < SPREADS; step++) {
      shares = shares.map((share) => Math.max(share, LEAST * longest));
      const total = sum(shares);
      const { values, axes } = symmetric(outer(rows, shares.map((share) => total / share), d)), top = values[d - 1];
      if (!best || top < best.top) best = { values, axes, top };
      const weights = values.map((value) => Math.exp(SHARP * (value / top - 1))), mass = sum(weights);
      const target = outer(axes, weights.map((weight) => weight / mass), d);
      middle = middle ? middle.map((line, i) => line.map((v, k) => v + (target[i][k] - v) / (step / 2 + 1.5))) : target;
      shares = rows.map((a, i) => Math.sqrt(Math.max(0, dot(a, Float64Array.from(middle, (line) => dot(line, a))))) + LEAST * lengths[i]);
    }
    return TIMES.map((times) => {
      const size = times * best.top;
      return { size, F: outer(best.axes, best.values.map((value) => 1 / Math.sqrt(1 - value / size)), d) };
    });
  }

  const through = (F, v) => Float64Array.from(F, (line) => dot(line, v));
  const summed = (rows, m, start) => {
    const c = start.slice();
    rows.forEach((a, i) => m[i] !== 0 && addTo(c, m[i], a));
    return c;
  };

  // Coefficients in their box that make start + sum m_i a_i short: accelerated projected gradient steps.
  function shorten(rows, start, low, high, m, steps, speed) {
    let now = m.slice(), ahead = m.slice(), t = 1;
    for (let step = 0; step < steps; step++) {
      const c = summed(rows, ahead, start), later = (1 + Math.sqrt(1 + 4 * t * t)) / 2, carried = (t - 1) / later;
      const next = ahead.map((value, i) => Math.min(high[i], Math.max(low[i], value - speed * dot(rows[i], c))));
      ahead = next.map((value, i) => value + carried * (value - now[i]));
      [now, t] = [next, later];
    }
    return now;
  }
  const speedOf = (rows, d) => 1 / Math.max(rows.length ? symmetric(outer(rows, rows.map(() => 1), d))[`values`][d - 1] : 1, 1e-300);

  const reach = (rows, dual, side, u) => rows.reduce((total, x, i) => total + side * dual[i] * Math.max(0, dot(x, u)), 0);

  // Both halves of a dual vector on one side.
  function halves(rows, dual, side, d) {
    const a = rows.map((x, i) => x.map((value) => side * dual[i] * value)), P = [], N = [];
    dual.forEach((value, i) => value !== 0 && (side * value > 0 ? P : N).push(i));
    const p = a.reduce((total, v) => (addTo(total, 1, v), total), new Float64Array(d));
    P.sort((i, j) => Math.abs(dot(a[j], p)) - Math.abs(dot(a[i], p)) || i - j);
    return { a, P, N };
  }

  // Grow the tree until it ends: "proved"; "violated" or "budget", with directions u; "unsure".
  function growTree(rows, dual, side, d, budget, enough) {
    const { a, P, N } = halves(rows, dual, side, d), all = [...N, ...P].map((i) => a[i]), r = N.length;
    const base = vectors(P.length + 1, d), depths = [];
    for (let k = P.length - 1; k >= 0; k--) base[k] = summed([a[P[k]]], [0.5], base[k + 1]);
    const far = P.map((i) => FAR / Math.max(norm(a[i]), 1e-300));
    const at = (k) => (depths[k] ??= (() => {
      const bounds = boundsOf(P.slice(k).map((i) => a[i].map((v) => v / 2)), d), own = all.slice(0, r + k);
      const { F } = bounds[Math.min(BEST, bounds.length - 1)], turned = own.map((v) => through(F, v));
      return { bounds, own, turned, start: through(F, base[k]), speed: speedOf(turned, d) };
    })());
    const found = [];
    let nodes = 0, leaves = 0, unsure = false, spent = false;

    function visit(k, m) {
      const { bounds, own, turned, start, speed } = at(k), last = k === P.length;
      const low = m.map((value, i) => (i < r ? 0 : value > 0.5 ? 1 : -far[i - r]));
      const high = m.map((value, i) => (i < r ? 1 : value > 0.5 ? Math.max(far[i - r], 1) : 0));
      let c = null;
      for (const steps of last ? [...STEPS, ...LAST] : STEPS) {
        if (steps) m = shorten(turned, start, low, high, m, steps, speed);
        c = summed(own, m, base[k]);
        const least = bounds.reduce((low, { size, F }) => Math.min(low, size + dot(through(F, c), through(F, c))), Infinity);
        if (least < LEVEL) {
          leaves += 1;
          return;
        }
        const u = c.map((v) => v / Math.max(norm(c), 1e-300));
        if (reach(rows, dual, side, u) >= 1) {
          found.push(u);
          return;
        }
      }
      if (last) {
        unsure = true;
        return;
      }
      if (nodes >= budget) {
        spent = true;
        found.push(c.map((v) => v / norm(c)));
        return;
      }
      nodes += 2;
      for (const sign of [1, 0]) {
        if (spent || found.length >= enough) return;
        visit(k + 1, Float64Array.of(...m, sign));
      }
    }

    visit(0, new Float64Array(r).fill(0.5));
    const status = spent ? "budget" : found.length ? "violated" : unsure ? "unsure" : "proved";
    return { status, found, nodes, leaves };
  }

  // Directions that reach further: with the signs of P held, the rest is concave, and its maximum is the shortest point
  // of a zonotope. That nothing was found proves nothing.
  function climb(rows, dual, side, d, U) {
    const { a, P, N } = halves(rows, dual, side, d), own = N.map((i) => a[i]), speed = speedOf(own, d);
    const zero = new Float64Array(N.length), one = zero.map(() => 1), none = new Float64Array(d);
    return U.map((start) => {
      let u = start, best = reach(rows, dual, side, u);
      for (let round = 0; round < 6; round++) {
        const fixed = summed(P.map((i) => a[i]), P.map((i) => +(dot(rows[i], u) > 0)), none);
        const m = shorten(own, fixed, zero, one, Float64Array.from(N, (i) => +(dot(rows[i], u) > 0)), 12, speed);
        const c = summed(own, m, fixed), there = c.map((v) => v / Math.max(norm(c), 1e-300)), high = reach(rows, dual, side, there);
        const gain = high - best;
        if (gain > 0) [u, best] = [there, high];
        if (!(gain > 1e-5)) break;
      }
      return { u, reach: best };
    });
  }

  return { growTree, climb, reach, halves, boundsOf };
}
