// Planted problems: random data, hidden neurons, arrangement patterns.

function problems(lab) {
  "use strict";

  const { row, rowsOf, fromRows, transpose, dot, norm, unit, addTo, largest, sum, svd, appended, solveFactored } = lab;

  const BORDER = 4 * Number.EPSILON; // the rounding of a product of two numbers, in a sum of few

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
  const draw = (ensemble, n, d, rng) => ENSEMBLES[ensemble](n, d, rng);

  // The k hidden neurons, unit vectors; random ones are drawn again while no row is active on them.
  const DIRECTIONS = {
    random: (X, rng, k, loud) => Array.from({ length: k }, () => {
      let w = normals(X.d, rng);
      for (let draws = 0; loud && draws < 1000 && !rowsOf(X).some((x) => dot(x, w) > 0); draws++) w = normals(X.d, rng);
      return unit(w);
    }),
    smallest: (X, rng, k) => svd(X).V.slice(-k).reverse().map((v) => {
      const top = v.reduce((most, x) => (Math.abs(x) > Math.abs(most) ? x : most), 0);
      return top < 0 ? v.map((x) => -x) : v;
    }),
    axes: (X, rng, k) => Array.from({ length: k }, (_, i) => Float64Array.from({ length: X.d }, (_, a) => +(a === i))),
    opposite(X, rng) {
      const w = unit(normals(X.d, rng));
      return [w, w.map((x) => -x)];
    },
  };
  const plantedNeurons = (X, direction, rng, k = 1, loud = false) => DIRECTIONS[direction](X, rng, k, loud);
  const plantedWeights = (X, direction, rng) => plantedNeurons(X, direction, rng)[0];

  // On which side of its border a neuron has each row: 1, -1, and 0 where x_i^T w is zero up to rounding.
  const signsOf = (rows, w) => rows.map((x) => {
    const value = dot(x, w), doubt = BORDER * Math.sqrt(w.length) * dot(x.map(Math.abs), w.map(Math.abs));
    return Math.abs(value) <= doubt ? 0 : Math.sign(value);
  });

  // Where a neuron with these signs lives: of the patterns that agree with it off its border, the one that holds most
  // of its border; -1 where there is none.
  function homeOf(signs, patterns) {
    let home = -1, most = -1;
    patterns.forEach((bits, j) => {
      if (!signs.every((sign, i) => sign === 0 || bits[i] === +(sign > 0))) return;
      const held = signs.filter((sign, i) => sign === 0 && bits[i]).length;
      if (held > most) [home, most] = [j, held];
    });
    return home;
  }

  // Patterns, each a Uint8Array of n bits: distinct, none zero, those of the weights in `include` first, the
  // all-ones pattern last if it exists or an included neuron has it, rows on its border counted; and their gates.
  function sample(X, rng, include = [], count = Math.max(X.n, 50), full = allOnesGate(X)) {
    const rows = rowsOf(X), live = rows.map((_, i) => i).filter((i) => norm(rows[i]) > 0);
    const found = new Map();
    let last = full;
    for (let k = 0; k < include.length + count; k++) {
      const gate = include[k] ?? normals(X.d, rng);
      const signs = k < include.length ? signsOf(rows, gate) : null;
      const bits = new Uint8Array(X.n), words = new Uint16Array(Math.ceil(X.n / 16));
      for (let i = 0; i < X.n; i++) {
        if (signs ? signs[i] < 0 : dot(rows[i], gate) < 0) continue;
        bits[i] = 1;
        words[i >> 4] |= 1 << (i & 15);
      }
      const active = live.filter((i) => bits[i]).length, key = String.fromCharCode(...words);
      if (active > 0 && active < live.length && !found.has(key)) found.set(key, { bits, gate });
      if (signs && active === live.length && signs.includes(1)) last ??= gate;
    }
    if (last) found.set("", { bits: new Uint8Array(X.n).fill(1), gate: last });
    const kept = [...found.values()];
    return { patterns: kept.map(({ bits }) => bits), gates: kept.map((one) => one.gate) };
  }

  const samplePatterns = (X, rng, count) => sample(X, rng, [], count).patterns;

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
    draw, plantedNeurons, plantedWeights, sample, samplePatterns, signsOf, homeOf, allOnesGate, wendel,
    ensembles: Object.keys(ENSEMBLES), directions: Object.keys(DIRECTIONS),
  };
}
