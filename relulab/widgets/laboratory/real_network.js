// A planted linear neuron in the ReLU network itself, over all patterns: a dual vector with two finished trees, or a
// cheaper network. The steps are those of relulab/certify/exact_network.

function realNetwork(lab) {
  "use strict";

  const { fromRows, dot, norm, unit, addTo, sum, svd, shortest, generator, growTree, climb, reach,
    evenly, shadowOf, oneSign, alongPlant, signsOf } = lab;

  const DELTA = 0.1; // how far below 1 the first dual vectors are to stay
  const GLANCE = 8, BUDGET = 4000, ENOUGH = 12; // nodes of a first look, of a tree; violators that end one
  const ROUNDS = 60, NODES = 20000; // after which the search gives up: about a third of a second
  const STARTS = 12, RECENT = 30, CUTS = 30;
  const BEYOND = [1 + 1e-4, 1 + 1e-3, 1 + 1e-2]; // levels at which multipliers of a cheaper network are looked for
  const TIE = 1e-9, CLEAR = 1e-6, MARGIN = 1e-7, MET = 1e-9, NEAR = 1e-9, ZERO = 1e-9, EMPTY = 1e-9, DISTINCT = 1e-13;
  const nothing = { status: "undecided", evidence: null, dual: null, rounds: 0, nodes: 0, leaves: 0 };

  // min |sum_k y_k columns_k - b| over y >= 0 (Lawson and Hanson), columns of length 1, by Gram-Schmidt on those in use.
  function nonnegative(columns, b) {
    const y = new Float64Array(columns.length);
    let active = [];
    const rest = () => active.reduce((r, k) => (addTo(r, -y[k], columns[k]), r), b.slice());
    function solved() {
      const Q = [], R = [];
      for (const k of active) {
        const q = columns[k].slice(), line = [];
        for (let pass = 0; pass < 2; pass++) {
          Q.forEach((other, i) => {
            const share = dot(other, q);
            addTo(q, -share, other);
            line[i] = (line[i] ?? 0) + share;
          });
        }
        const left = norm(q);
        if (left < 1e-12) return null;
        Q.push(unit(q, left));
        R.push([...line, left]);
      }
      const x = Q.map((q) => dot(q, b));
      for (let i = x.length - 1; i >= 0; i--) {
        x[i] /= R[i][i];
        for (let j = 0; j < i; j++) x[j] -= R[i][j] * x[i];
      }
      return x;
    }
    const refused = new Set();
    for (let step = 0; step < 5 * columns.length + 50; step++) {
      const r = rest();
      let enter = -1, best = 1e-13;
      columns.forEach((column, k) => {
        if (active.includes(k) || refused.has(k)) return;
        const slope = dot(column, r);
        if (slope > best) [enter, best] = [k, slope];
      });
      if (enter < 0) break;
      active.push(enter);
      for (let first = true; ; first = false) {
        const x = solved();
        if (!x || (first && x.at(-1) <= 0)) { // it depends on those in use
          active = active.filter((k) => k !== enter);
          refused.add(enter);
          break;
        }
        if (x.every((value) => value > 0)) {
          active.forEach((k, i) => (y[k] = x[i]));
          refused.clear();
          break;
        }
        let stride = 1;
        active.forEach((k, i) => x[i] <= 0 && (stride = Math.min(stride, y[k] / (y[k] - x[i]))));
        active.forEach((k, i) => (y[k] += stride * (x[i] - y[k])));
        active = active.filter((k, i) => {
          const stays = x[i] > 0 || y[k] > 1e-15;
          if (!stays) y[k] = 0;
          return stays;
        });
      }
    }
    return y;
  }

  // What may be added to a dual vector: an orthonormal basis of l with X^T l = 0.
  function freeBasis(U, n) {
    const basis = U.map((u) => u.slice()), free = [];
    for (let i = 0; i < n && basis.length < n; i++) {
      const q = new Float64Array(n);
      q[i] = 1;
      for (let pass = 0; pass < 2; pass++) for (const other of basis) addTo(q, -dot(other, q), other);
      if (norm(q) < 1e-3) continue;
      basis.push(unit(q));
      free.push(basis.at(-1));
    }
    for (let i = 0; i < n && basis.length < n; i++) { // what is left is thin
      const q = Float64Array.from({ length: n }, (_, k) => Math.cos(1 + 7 * i + 3 * k * (i + 1)));
      for (let pass = 0; pass < 3; pass++) for (const other of basis) addTo(q, -dot(other, q), other);
      basis.push(unit(q));
      free.push(basis.at(-1));
    }
    return free;
  }

  function decideReal(X, w) {
    const { rows, kept, sizes } = evenly(X), { d } = X, plant = unit(w), m = rows.length;
    const side = oneSign(X, w);
    const finish = (found) => {
      if (found.status !== "undecided") return found;
      if (side) return { ...found, status: "not-unique", evidence: "all-ones" };
      const own = alongPlant(rows, plant), signs = signsOf(rows, plant);
      if (!own || !signs.includes(-own.sign)) return found;
      const dual = new Float64Array(X.n);
      dual[kept[own.i]] = own.sign / sizes[own.i];
      return { ...found, status: "recovered", evidence: "closed-form", dual };
    };
    const shadow = shadowOf(rows, plant);
    if (shadow) { // outside of the row space nothing is heard of the plant
      const { skip, cost } = shadow, network = { skip, neurons: [] };
      return finish(cost < 1 - MARGIN ? { ...nothing, status: "not-recovered", evidence: "competitor", cost, network } : nothing);
    }
    const decomposed = svd(fromRows(rows)), { s, U, V } = decomposed, rank = s.filter((value) => value > 1e-13 * s[0]).length;
    const lifted = (v) => rows.map((x) => dot(x, v));
    const lack = (dual) => plant.map((value, k) => value - rows.reduce((total, x, i) => total + dual[i] * x[k], 0));
    let center = shortest(decomposed, plant);
    const step = shortest(decomposed, lack(center));
    center = center.map((value, i) => value + step[i]);

    const rng = generator(1), free = freeBasis(U.slice(0, rank), m);
    const cuts = [];
    let delta = DELTA, dual = center, nodes = 0, leaves = 0, rounds = 0;

    function cut(found, way) {
      let news = 0;
      for (const { u, reach: high } of found.sort((a, b) => b.reach - a.reach).slice(0, CUTS)) {
        if (high < Math.max(1, 1 - delta) - TIE || cuts.some((one) => one.way === way && dot(one.u, u) > 1 - DISTINCT)) continue;
        const line = lifted(u).map((value) => way * Math.max(0, value));
        cuts.push({ u, way, line, free: Float64Array.from(free, (q) => dot(q, line)) });
        news += 1;
      }
      return news;
    }

    // The dual vector nearest to the center that stays 1 - gap below all cuts, or multipliers that say there is none.
    function nearest(gap) {
      const columns = cuts.map((one) => Float64Array.of(...one.free.map((v) => -v), dot(one.line, center) - 1 + gap));
      const lengths = columns.map((column) => Math.max(norm(column), 1e-300)), goal = new Float64Array(free.length + 1);
      goal[free.length] = 1;
      const y = nonnegative(columns.map((column, k) => unit(column, lengths[k])), goal).map((value, k) => value / lengths[k]);
      const left = goal.map((value) => -value);
      columns.forEach((column, k) => addTo(left, y[k], column));
      const last = left[free.length];
      if (norm(left) < EMPTY || !(-last > EMPTY ** 2)) return { dual: null, y };
      const moved = center.slice();
      free.forEach((q, k) => addTo(moved, -left[k] / last, q));
      return { dual: moved, y };
    }

    const labelsOf = (y) => cuts.reduce((total, one, k) => (addTo(total, y[k], one.line), total), new Float64Array(m));
    const moveOf = (labels) => { // v with X v nearest to the labels
      const v = new Float64Array(d);
      for (let k = 0; k < rank; k++) addTo(v, dot(U[k], labels) / s[k], V[k]);
      return v;
    };
    const most = (y) => (sum(y) - dot(moveOf(labelsOf(y)), plant)) / Math.max(sum(y), 1e-300);

    function next() {
      let { dual: l, y } = nearest(delta);
      if (l || delta < 0) return { l, y };
      const least = nearest(-CLEAR);
      if (!least.dual) return { l: null, y: least.y };
      while (!l) {
        delta = Math.min(delta, most(y)) / 2;
        if (!(delta >= TIE)) {
          delta = -CLEAR;
          return { l: least.dual, y: null };
        }
        ({ dual: l, y } = nearest(delta));
      }
      return { l, y };
    }

    // Entries that are rounding are set to zero, and the equations met again by the others.
    function tidied(l) {
      const top = l.reduce((high, value) => Math.max(high, Math.abs(value)), 0), on = [];
      l.forEach((value, i) => Math.abs(value) > ZERO * top && on.push(i));
      const clean = new Float64Array(m), part = svd(fromRows(on.map((i) => rows[i])));
      on.forEach((i) => (clean[i] = l[i]));
      for (let pass = 0; pass < 2; pass++) shortest(part, lack(clean)).forEach((value, k) => (clean[on[k]] += value));
      return norm(lack(clean)) <= MET ? clean : l;
    }

    const random = () => unit(Float64Array.from({ length: d }, rng.normal));

    // Both trees if they end; else how many violators were new, null where effort is spent.
    function look(l, glance) {
      const starts = { 1: [], [-1]: [] };
      if (glance) {
        const trees = [1, -1].map((way) => grow(l, way, GLANCE, 1));
        if (trees.every(({ status }) => status === "proved")) return { trees };
        [1, -1].forEach((way, i) => (starts[way] = trees[i].found));
      }
      let news = 0;
      for (const way of [1, -1]) {
        const recent = cuts.filter((one) => one.way === way).slice(-RECENT).map(({ u }) => u);
        news += cut(climb(rows, l, way, d, [...starts[way], ...recent, ...Array.from({ length: STARTS }, random)]), way);
      }
      if (news) return { news };
      const trees = [];
      for (const way of [1, -1]) {
        const tree = grow(l, way, BUDGET, ENOUGH), seen = tree.found.map((u) => ({ u, reach: reach(rows, l, way, u) }));
        if (tree.status !== "proved") {
          news = cut([...seen, ...climb(rows, l, way, d, tree.found)], way);
          return { news: news || (tree.status === "budget" ? null : 0) };
        }
        trees.push(tree);
      }
      return { trees };
    }

    function grow(l, way, budget, enough) {
      const tree = growTree(rows, l, way, d, budget, enough);
      nodes += tree.nodes;
      return tree;
    }

    function cheaper(y) {
      for (const level of [...BEYOND, null]) {
        if (level !== null) {
          if (most(y) < 1 - level) continue;
          const { dual: l, y: more } = nearest(1 - level);
          if (l) continue;
          y = more;
        }
        const found = networkOf(y);
        if (found && found.cost < 1 - MARGIN) return { ...nothing, status: "not-recovered", evidence: "competitor", ...found, rounds, nodes };
      }
      return { ...nothing, rounds, nodes };
    }

    // The plant moved by -alpha v, and alpha y_k spent on each violator; what rounding leaves is mended by other neurons.
    function networkOf(multipliers) {
      const total = sum(multipliers), y = multipliers.map((value) => value / total), v = moveOf(labelsOf(y));
      if (!(total > 0)) return null;
      const price = (alpha) => norm(plant.map((value, k) => value - alpha * v[k])) + alpha;
      let low = 0, high = 1;
      for (let turn = 0; turn < 60; turn++) {
        const a = low + (high - low) / 3, b = high - (high - low) / 3;
        if (price(a) < price(b)) high = b;
        else low = a;
      }
      const alpha = (low + high) / 2, used = cuts.map((one, k) => ({ ...one, amount: alpha * y[k] })).filter(({ amount }) => amount > 0);
      const skip = plant.map((value, k) => value - alpha * v[k]);
      const spare = [...used, ...Array.from({ length: 4 * m }, () => ({ u: random(), way: 1 }))];
      const columns = [...Array.from({ length: d }, (_, k) => Float64Array.from(rows, (x) => x[k])),
        ...spare.map(({ u, way }) => Float64Array.from(rows, (x) => way * Math.max(0, dot(x, u))))];
      const mend = svd(fromRows(columns)), amounts = Float64Array.from(spare, ({ amount = 0 }) => amount), goal = lifted(plant);
      const missing = () => {
        const e = Float64Array.from(rows, (x, i) => goal[i] - dot(x, skip));
        amounts.forEach((amount, k) => addTo(e, -amount, columns[d + k]));
        return e;
      };
      for (let pass = 0; pass < 3; pass++) {
        const more = shortest(mend, missing());
        addTo(skip, 1, more.subarray(0, d));
        more.subarray(d).forEach((value, k) => (amounts[k] += value));
      }
      const left = norm(missing());
      if (left > 1e-13 * m) return null;
      const cost = norm(skip) + sum(amounts.map(Math.abs));
      const neurons = spare.map(({ u, way }, k) => ({ u: u.map((value) => Math.abs(amounts[k]) * value), side: way * Math.sign(amounts[k]) }));
      return { cost, network: { skip, neurons: neurons.filter(({ side }) => side !== 0) } };
    }

    let glance = true;
    while (rounds < ROUNDS && nodes < NODES) {
      rounds += 1;
      dual = tidied(dual);
      const { trees, news } = look(dual, glance);
      if (trees) {
        // The dual vector that meets the equations exactly is this near, and reaches no further than that beyond it.
        const apart = sum(shortest(decomposed, lack(dual)).map(Math.abs));
        if (apart > NEAR) return finish({ ...nothing, rounds, nodes });
        const whole = new Float64Array(X.n);
        dual.forEach((value, i) => (whole[kept[i]] = value / sizes[i]));
        leaves = sum(trees.map((tree) => tree.leaves));
        return { ...nothing, status: "recovered", evidence: rounds === 1 ? "isometry" : "dual", dual: whole, rounds, nodes, leaves };
      }
      if (!news) break;
      const { l, y } = next();
      if (!l) return finish(cheaper(y));
      dual = l;
      glance = false;
    }
    return finish({ ...nothing, rounds, nodes });
  }

  return { decideReal };
}
