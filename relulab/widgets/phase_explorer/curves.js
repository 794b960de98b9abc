// What theory draws over a phase diagram: curves of n over d, each with its words and, where it has one, the
// probability of success along a slice.

// Where n, d fixed and whole, Wendel's probability of an all-ones pattern falls to `level`.
function wendelCrossing(d, level) {
  let n = Math.max(1, d);
  while (LAB.wendel(n + 1, d) > level) n += 1;
  const here = LAB.wendel(n, d);
  return n + (here - level) / (here - LAB.wendel(n + 1, d));
}

// relulab.theory.group_threshold: the n that equals the statistical dimension of k blocks of d among
// max(n, 50) + k, min over t of k (d + t^2) + (p - k) E (chi_d - t)_+^2.
const thresholds = new Map();
function groupThreshold(k, d) {
  const key = `${k},${d}`;
  if (thresholds.has(key)) return thresholds.get(key);
  const top = Math.sqrt(d) + 9, count = 1200, step = top / count;
  const logs = Array.from({ length: count + 1 }, (_, i) => (d - 1) * Math.log(Math.max(i * step, 1e-12)) - (i * step) ** 2 / 2);
  const peak = Math.max(...logs), density = logs.map((value) => Math.exp(value - peak)), mass = density.reduce((a, b) => a + b);
  const tails = [];
  let zeroth = 0, first = 0, second = 0;
  for (let i = count; i >= 0; i--) {
    const x = i * step;
    tails.push([x, Math.max(0, second - 2 * x * first + x * x * zeroth)]);
    zeroth += density[i] / mass;
    first += (x * density[i]) / mass;
    second += (x * x * density[i]) / mass;
  }
  const bound = (p) => tails.reduce((least, [t, tail]) => Math.min(least, k * (d + t * t) + (p - k) * tail), Infinity);
  let low = 0, high = 50;
  while (bound(high + k) > high) high *= 2;
  for (let halving = 0; halving < 40; halving++) {
    const middle = (low + high) / 2;
    if (bound(Math.max(middle, 50) + k) > middle) low = middle;
    else high = middle;
  }
  thresholds.set(key, high);
  return high;
}

// relulab.theory.sampled_edge at some dimensions; between them the ratio n/d is a straight line in log d.
const SAMPLED_EDGES = [[2, 2.746], [3, 2.645], [4, 2.608], [6, 2.576], [10, 2.548], [20, 2.52], [24, 2.538], [30, 2.557],
  [40, 2.576], [60, 2.592], [100, 2.598], [200, 2.592]];

function sampledEdge(d) {
  const after = SAMPLED_EDGES.findIndex(([size]) => size >= d);
  if (after <= 0) return d * SAMPLED_EDGES.at(after)[1];
  const [[low, left], [high, right]] = SAMPLED_EDGES.slice(after - 1, after + 1);
  return d * (left + ((right - left) * Math.log(d / low)) / Math.log(high / low));
}

function curvesFor({ network, form, ensemble, direction, k }) {
  const curves = [];
  const add = (kind, words, at, success = null, plainly = null) => curves.push({ kind, words, at, success, plainly });
  if (network === "skip" && form === "gated") {
    add("half", "n = 2d: an all-ones pattern, which the gated program cannot bear, with probability 50 % (Wendel)", (d) => 2 * d,
      (n, d) => 1 - LAB.wendel(n, d), "n = 2d: below this line, in theory, at most half are found");
    for (const level of [0.95, 0.05]) add("edge", "probability 95 % and 5 %", (d) => wendelCrossing(d, level));
    if (ensemble === "gaussian" && direction === "smallest") {
      add("dots", "the edge over sampled patterns by a formula (heuristic; it tends to 2.49d)", sampledEdge, null,
        "where a formula expects half for this direction (heuristic)");
    }
    add("far", "n = d: from here the exact program, the ReLU network, recovers (proved for whitened data)", (d) => d);
  } else if (network === "skip") {
    add("half", "n = d: the edge of the exact program, the ReLU network, for whitened data (proved)", (d) => d, null,
      "n = d: from this line on, in theory, all are found for whitened data");
    add("edge", "n = 2d: the edge of the gated program for whitened data (Wendel)", (d) => 2 * d);
  } else if (k === 1) {
    if (network === "normalized") add("half", "n = d: the edge over sampled patterns", (d) => d);
    add("edge", "n = 2d: with all patterns, gated or exact, the planted neuron needs d active rows (50 %)", (d) => 2 * d);
  } else {
    add("half", `statistical dimension of ${k} neurons (heuristic)`, (d) => groupThreshold(k, d));
    add("edge", `n = ${2 * k}d, its limit`, (d) => 2 * k * d);
  }
  return curves;
}
