// A planted linear neuron in the gated skip network over all patterns: those of every cell are listed, and a
// sample grows by the patterns on which its dual vector reaches too far, until none is left.

function gatedEverywhere(lab) {
  "use strict";

  const { fromRows, norm, addTo, unit, decide, evenly, everyPattern, alongPlant, twinOf, shadowOf, signsOf } = lab;

  const MARGIN = 1e-7; // how far below 1 a dual vector must stay, as for sampled patterns
  const FIRST = 40, MORE = 30, ROUNDS = 40; // patterns of the first sample, patterns added at a time, times
  const MOST = 6000; // patterns that are listed
  const STEPS = 3000, ALL_STEPS = 15000; // of the search over a sample, and over all samples together
  const nothing = { status: "undecided", evidence: null, dual: null, rounds: 0 };

  // ||X^T D_j dual|| for every pattern.
  const reaches = (rows, patterns, dual, d) => patterns.map((bits) => {
    const total = new Float64Array(d);
    bits.forEach((bit, i) => bit && addTo(total, dual[i], rows[i]));
    return norm(total);
  });

  function decideGated(X, w) {
    const { rows, kept, sizes } = evenly(X), { d } = X, plant = unit(w);
    const shadow = shadowOf(rows, plant);
    if (shadow && shadow.cost < 1 - MARGIN) {
      return { ...nothing, status: "not-recovered", evidence: "competitor", cost: shadow.cost, network: { weights: shadow.skip, gates: [] } };
    }
    const full = (dual) => {
      const whole = new Float64Array(X.n);
      dual.forEach((value, i) => (whole[kept[i]] = value / sizes[i]));
      return whole;
    };
    const twin = twinOf(rows, d, w), own = alongPlant(rows, plant);
    if (own && !twin) {
      return { ...nothing, status: "recovered", evidence: "closed-form", dual: full(rows.map((_, i) => (i === own.i ? own.sign : 0))) };
    }
    // Where the planted weights have a twin, the question is only whether something is cheaper still.
    const otherwise = twin ? { ...nothing, status: "not-unique", evidence: "all-ones" } : nothing;
    const labeled = signsOf(rows, plant).map((sign, i) => (sign ? i : -1)).filter((i) => i >= 0);
    const every = everyPattern(rows, d), { sure } = every, asked = every.patterns.map((bits) => !twin || !labeled.every((i) => bits[i]));
    const patterns = every.patterns.filter((_, j) => asked[j]), gates = every.gates.filter((_, j) => asked[j]);
    if (patterns.length > MOST || patterns.length === 0) return otherwise;
    const even = fromRows(rows), { dual: first } = lab.isometry(even, plant, patterns.slice(0, 1));
    const chosen = new Set();
    const furthest = (dual, count, least) => reaches(rows, patterns, dual, d).map((reach, j) => [reach, j])
      .filter(([reach, j]) => reach >= least && !chosen.has(j)).sort((a, b) => b[0] - a[0]).slice(0, count);
    furthest(first, FIRST, 0).forEach(([, j]) => chosen.add(j));
    let steps = 0, rounds = 1;
    for (; rounds <= ROUNDS && steps < ALL_STEPS; rounds++) {
      const found = decide(even, plant, [...chosen].map((j) => patterns[j]), { iterations: STEPS });
      const { status, evidence, dual, competitor, cost } = found;
      steps += found.iterations;
      if (twin && !["recovered", "not-recovered"].includes(status)) return { ...otherwise, rounds };
      if (status !== "recovered") {
        const network = competitor && { weights: competitor, gates: [...chosen].map((j) => gates[j]) };
        return { ...nothing, status, evidence, network, cost, rounds };
      }
      const most = Math.max(...reaches(rows, patterns, dual, d));
      if (most < 1 - MARGIN) {
        if (twin) return { ...otherwise, dual: full(dual), rounds };
        return { ...nothing, status: sure ? "recovered" : "undecided", evidence: sure ? evidence : null, dual: full(dual), reach: most, rounds };
      }
      const worse = furthest(dual, MORE, 1 - MARGIN);
      if (worse.length === 0) return { ...otherwise, rounds };
      worse.forEach(([, j]) => chosen.add(j));
    }
    return { ...otherwise, rounds };
  }

  return { decideGated };
}
