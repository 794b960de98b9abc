// The laboratory: the rooms before put together, and what a phase diagram asks of them.

function trials(lab) {
  "use strict";

  const { generator, draw, plantedNeurons, sample, allOnesGate, rowsOf, dot, norm, largest, sum, pose, plantedEquations } = lab;
  const FIT = { rho: 10, relaxation: 1.7, ratio: 10 }; // fewer steps to noisy labels than the search's
  const KINDS = { skip: "linear", plain: "relu", normalized: "normalized" };

  // One random problem, drawn from (seed, n, d, trial) alone.
  function data({ ensemble, seed }, n, d, number) {
    const rng = generator(seed, n, d, number), X = draw(ensemble, n, d, rng);
    return { rng, X, full: allOnesGate(X) };
  }

  function withPlant({ network = "skip", direction, k = 1 }, { rng, X, full }) {
    const neurons = plantedNeurons(X, direction, rng, network === "skip" ? 1 : k, network === "normalized");
    return { X, neurons, rng, ...sample(X, rng, network === "skip" ? [] : neurons, undefined, full) };
  }

  const instance = (settings, ...place) => withPlant(settings, data(settings, ...place));

  // One trial of one cell: its verdict, or with noise the distance; with detail also the block norms and the
  // neurons that were found. A linear neuron in the gated form is decided by the all-ones pattern alone, whatever
  // the neuron: random rows are not all orthogonal to it.
  function trial(settings, n, d, number, detail = false) {
    const { network = "skip", form = "gated", sigma = 0 } = settings, drawn = data(settings, n, d, number);
    if (drawn.full && network === "skip" && form === "gated" && sigma === 0 && !detail) {
      return { status: "not-unique", evidence: "all-ones", iterations: 0 };
    }
    const { X, neurons, rng, patterns, gates } = withPlant(settings, drawn);
    if (sigma > 0) {
      const noise = Float64Array.from({ length: n }, () => (sigma / Math.sqrt(n)) * rng.normal());
      const fitted = fit(X, neurons, patterns, { network, form, gates, noise });
      return { ...fitted, neurons: [] };
    }
    const iterations = form === "exact" ? 1500 : 4000;
    const verdict = lab.decide(X, neurons, patterns, { network, form, gates, iterations });
    if (!detail) return verdict;
    const { norms, planted } = lab.isometry(X, neurons, patterns, network);
    return { ...verdict, norms, planted, price: neurons.length, neurons: found(verdict, X, neurons, patterns, network) };
  }

  // The neurons of a solution, the longest first: each with its length, that is its cost, and its angle to the
  // nearest planted neuron.
  function found({ status, competitor }, X, planted, patterns, network) {
    const { d } = X, rows = rowsOf(X), skip = network === "skip" ? 1 : 0, size = patterns.length + skip, all = [];
    if (status === "recovered") return planted.map(() => ({ length: 1, cosine: 1, relu: !skip }));
    for (let block = 0; competitor && block * d < competitor.length; block++) {
      const w = competitor.subarray(block * d, (block + 1) * d), bits = patterns[(block % size) - skip];
      if (norm(w) === 0) continue;
      const length = network === "normalized" ? norm(rows.map((x, i) => bits[i] * dot(x, w))) : norm(w);
      const way = (block < size ? 1 : -1) / norm(w); // negative neurons of the exact form
      const cosine = Math.min(1, planted.reduce((most, v) => Math.max(most, way * dot(v, w)), -1));
      if (length > 1e-6) all.push({ length, cosine, relu: block % size >= skip });
    }
    return all.sort((a, b) => b.length - a.length).slice(0, 200);
  }

  // The minimal-norm program on noisy labels: how far the planted weights are from their true values.
  function fit(X, neurons, patterns, { network, form, gates, noise }, iterations = 3000) {
    const problem = { ...pose(X, neurons, patterns, network), form, gates }, { blocks, planted, plant } = problem;
    const scale = network === "normalized" ? 1 : problem.scale;
    const y = blocks.apply(plant).map((value, i) => value + noise[i] / scale);
    const start = { ...problem, planted: [], plant: new Float64Array(plant.length), weights: new Float64Array(plant.length) };
    const split = (form === "exact" ? lab.exactSplit : lab.gatedSplit)(start, y, new Float64Array(X.n), FIT);
    const ones = new Float64Array(blocks.size).fill(1), nobody = new Set();
    for (let step = 1; step <= iterations; step++) {
      split.step(ones);
      if (step % 25) continue;
      if (split.misses() > 1e-6 * norm(y)) break; // the sampled blocks do not span the labels
      const spent = split.cost(), reach = Math.max(1, largest(split.reach(split.dual, nobody)));
      if (spent - dot(split.dual, y) / reach > 1e-4 * spent) continue;
      return { status: "fitted", evidence: null, distance: distance(split.answer(), plant, planted, X.d), iterations: step };
    }
    return { status: "undecided", evidence: null, distance: NaN, iterations };
  }

  const distance = (W, plant, planted, d) => {
    const own = [...new Set(planted.map(({ index }) => index))];
    const squares = own.map((j) => sum(Array.from({ length: d }, (_, i) => (W[j * d + i] - plant[j * d + i]) ** 2)));
    return Math.sqrt(sum(squares));
  };

  return { trial, instance, KINDS };
}

function relulab() {
  return [numerics, problems, blockwork, exactForm, decisions, trials].reduce((lab, room) => ({ ...lab, ...room(lab) }), {});
}

// Its text, for a worker: relulab() there gives the same laboratory.
const LABORATORY = [numerics, problems, blockwork, exactForm, decisions, trials, relulab].join("\n");
