// The exact form: every pattern has a positive and a negative neuron, each in the cone of its pattern.

function exactForm(lab) {
  "use strict";

  const { dot, norm, addTo, sum, rowsOf, choleskySolver, second } = lab;

  // As in certify/admm.py and solvers/iteration.py; `ratio` is the penalty of the cone values over that of the weights.
  const SEARCH = { rho: 160, relaxation: 1.8, ratio: 2 };

  // Whether positive neurons, (p + s) x d on X, are in their cones.
  function inCones({ masks, rows, skip, part }, W) {
    return masks.every((bits, j) => j < skip ||
      rows.every((x, i) => (bits[i] ? 1 : -1) * dot(x, part(W, j)) >= 0));
  }

  // The splitting method with two neurons a pattern: weights on X, block coordinates A, cone values C = +-X W.
  // The two sides are one array, the positive neurons first.
  function exactSplit({ blocks, planted, plant, weights, gates }, y, start, { rho, relaxation, ratio } = SEARCH) {
    const { rows, skip, factors } = blocks, { n, d } = blocks.X;
    const masks = blocks.masks.slice(skip), p = masks.length, both = 2 * p;
    const sign = (k, i) => (masks[k % p][i] ? 1 : -1), side = (k) => (k < p ? 1 : -1);
    const at = (W, k, length = d) => W.subarray(k * length, (k + 1) * length);
    const home = new Set(skip ? [] : planted.map(({ index }) => index));

    const everything = second(rows, d);
    const solverOf = (own) => choleskySolver(Array.from({ length: d }, (_, i) =>
      Float64Array.from({ length: d }, (_, k) => ratio * everything[i * d + k] + (own ? own[i * d + k] : +(i === k)))));
    const own = factors && masks.map((bits) => second(rows.filter((_, i) => bits[i]), d));
    const toBlock = factors && factors.map((columns, j) => columns.map((r) => {
      const line = new Float64Array(d);
      r.forEach((value, k) => addTo(line, value, own[j].subarray(k * d, (k + 1) * d)));
      return line;
    }));
    const solvers = own ? own.map(solverOf) : [solverOf(null)];
    const inverse = (k, v) => solvers[own ? k % p : 0](v);

    function coordinates(W) {
      if (!toBlock) return W;
      const A = new Float64Array(W.length);
      for (let k = 0; k < both; k++) toBlock[k % p].forEach((line, a) => (A[k * d + a] = dot(line, at(W, k))));
      return A;
    }

    // what cone values give back to the weights: sum_i +-c_i x_i, for one neuron
    function lifted(C, k) {
      const v = new Float64Array(d), values = at(C, k, n);
      for (let i = 0; i < n; i++) if (values[i] !== 0) addTo(v, sign(k, i) * values[i], rows[i]);
      return v;
    }

    function coneValues(W) {
      const C = new Float64Array(both * n);
      for (let k = 0; k < both; k++) {
        const w = at(W, k), bits = masks[k % p];
        for (let i = 0; i < n; i++) C[k * n + i] = bits[i] ? dot(rows[i], w) : -dot(rows[i], w);
      }
      return C;
    }

    // labels minus y
    function error(C, W0) {
      const labels = Float64Array.from(rows, (x, i) => (skip ? dot(x, W0) : 0) - y[i]);
      for (let k = 0; k < both; k++) for (let i = 0; i < n; i++) if (masks[k % p][i]) labels[i] += side(k) * C[k * n + i];
      return labels;
    }

    function gram() {
      const G = rows.map((x) => Float64Array.from(rows, (z) => (skip ? dot(x, z) : 0)));
      solvers.forEach((solve, j) => {
        const ids = rows.map((_, i) => i).filter((i) => !own || masks[j][i]);
        const turned = ids.map((i) => solve(rows[i]));
        const shared = (i, k) => (own ? 2 : 2 * masks.reduce((count, bits) => count + (bits[i] & bits[k]), 0));
        ids.forEach((i, a) => {
          for (const k of ids) if (k <= i) G[i][k] += shared(i, k) * dot(turned[a], rows[k]);
        });
      });
      for (let i = 0; i < n; i++) for (let k = 0; k < i; k++) G[k][i] = G[i][k];
      return G;
    }
    const solve = choleskySolver(gram());

    // change weights so that the labels change by what a price says
    function paid(W, W0, price) {
      const gradients = blocks.gradients(price), changed = W.slice(), rest = W0.slice();
      for (let j = 0; j < p; j++) {
        const step = inverse(j, blocks.part(gradients, j + skip));
        addTo(at(changed, j), -1, step);
        addTo(at(changed, j + p), 1, step);
      }
      if (skip) addTo(rest, -1, blocks.part(gradients, 0));
      return [changed, rest];
    }

    const twoSides = (V) => {
      const W = new Float64Array(both * d);
      W.set(V.subarray(skip * d));
      return W;
    };
    let Zs = skip ? plant.slice(0, d) : new Float64Array(d), Us = new Float64Array(d);
    let Za = twoSides(plant), Zc = coneValues(twoSides(weights)).map((c) => Math.max(c, 0));
    let Ua = new Float64Array(both * d), Uc = new Float64Array(both * n);
    const gradient = blocks.adjoint(start);
    for (let k = 0; k < both; k++) addTo(at(Ua, k), side(k) / rho, blocks.part(gradient, (k % p) + skip));
    for (let k = 0; k < both; k++) at(Zc, k, n).forEach((_, i) => { if (k >= p) Zc[k * n + i] = 0; });
    if (skip) addTo(Us, 1 / rho, blocks.part(gradient, 0));
    const split = { step, cost, interpolant, reach, answer, misses, sided: true };

    function shrunk(v, amount) {
      const length = norm(v), factor = length > amount ? 1 - amount / length : 0;
      for (let i = 0; i < v.length; i++) v[i] *= factor;
    }

    function step(amounts) {
      const least = amounts.reduce((a, b) => Math.min(a, b)), minus = (a, b) => a.map((x, i) => x - b[i]);
      const a = minus(Za, Ua), b = minus(Zc, Uc), w0 = minus(Zs, Us), H = new Float64Array(both * d);
      for (let k = 0; k < both; k++) {
        const v = lifted(b, k).map((x) => ratio * x);
        if (toBlock) toBlock[k % p].forEach((line, e) => addTo(v, a[k * d + e], line));
        else addTo(v, 1, at(a, k));
        H.set(inverse(k, v), k * d);
      }
      const price = solve(error(coneValues(H), w0)), [W, W0] = paid(H, w0, price);
      const A = coordinates(W), C = coneValues(W);
      const relaxed = (x, Z, U) => x.map((value, i) => relaxation * value + (1 - relaxation) * Z[i] + U[i]);
      const Ta = relaxed(A, Za, Ua), Tc = relaxed(C, Zc, Uc), Ts = relaxed(W0, Zs, Us);
      Za = Ta.slice();
      Zc = Tc.map((c) => Math.max(c, 0));
      Zs = Ts.slice();
      for (let k = 0; k < both; k++) shrunk(at(Za, k), (home.has(k) ? 1 : least) / rho);
      if (skip) shrunk(Zs, amounts[0] / rho);
      [Ua, Uc, Us] = [minus(Ta, Za), minus(Tc, Zc), minus(Ts, Zs)];
      Object.assign(split, { W, W0, A, dual: price.map((value) => -rho * value) });
    }

    const spent = (A, W0) => sum(Array.from({ length: both }, (_, k) => norm(at(A, k)))) + norm(W0);

    function cost() {
      return spent(split.A, split.W0);
    }

    function answer() {
      const W = new Float64Array(blocks.size * d);
      W.set(split.W0.subarray(0, skip * d));
      for (let k = 0; k < both; k++) addTo(blocks.part(W, (k % p) + skip), side(k), at(split.A, k));
      return W;
    }

    function misses() {
      return norm(error(coneValues(split.W), split.W0));
    }

    // Upper bounds, by the multipliers of the cones at hand, on how far a dual vector reaches off the plant.
    function reach(dual, planted) {
      const gradients = blocks.adjoint(dual), most = new Float64Array(blocks.size);
      if (skip && !planted.has(0)) most[0] = norm(blocks.part(gradients, 0));
      for (let k = 0; k < both; k++) {
        if (home.has(k)) continue;
        const j = (k % p) + skip, g = blocks.part(gradients, j).map((x) => side(k) * x);
        let bound = norm(g);
        if (!factors || factors[j].length === d) { // of lower rank, a cone has more in it than its own rows say
          const moved = blocks.turned(j, lifted(Uc, k).map((x) => -rho * ratio * x));
          bound = Math.min(bound, norm(g.map((x, i) => x + moved[i])));
        }
        most[j] = Math.max(most[j], bound);
      }
      return most;
    }

    // Weights that interpolate, moved into their cones: an interior point added to both sides mends what is
    // outside and changes no label.
    function interpolant() {
      let { W, W0 } = split;
      for (let pass = 0; pass < 2; pass++) [W, W0] = paid(W, W0, solve(error(coneValues(W), W0)));
      const C = coneValues(W);
      for (let j = 0; j < p; j++) {
        let amount = 0;
        for (let i = 0; i < n; i++) {
          const lack = Math.max(-C[j * n + i], -C[(j + p) * n + i], 0), room = sign(j, i) * dot(rows[i], gates[j]);
          if (lack > 0) amount = Math.max(amount, lack / Math.max(room, 1e-300));
        }
        for (const k of [j, j + p]) addTo(at(W, k), amount * (1 + 1e-9), gates[j]);
      }
      const parts = new Float64Array(2 * blocks.size * d);
      parts.set(W0.subarray(0, skip * d));
      parts.set(W.subarray(0, p * d), skip * d);
      parts.set(W.subarray(p * d), (blocks.size + skip) * d);
      return { W: parts, spent: spent(coordinates(W), W0) };
    }

    return split;
  }

  return { exactSplit, inCones, SEARCH };
}
