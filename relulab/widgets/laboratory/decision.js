// The certified decision: is the planted point the unique solution? The steps are those of relulab/certify, in its room
// one_by_one; the tests hold its verdicts against theirs, and each certificate to the other's check.

function decisions(lab) {
  "use strict";

  const { dot, norm, addTo, largest, sum, choleskySolver, pose, plantedEquations, exactSplit, inCones, SEARCH, signsOf } = lab;

  const MARGIN = 1e-7, EQUATIONS = 1e-10, SATURATED = 1e-7;
  const WORTHWHILE = 4500; // patterns x n x d up to which a tie finds out whether something is cheaper
  const TILTS = [[250, 1e-2], [750, 1e-3], [2000, 1e-4], [Infinity, 1e-5]];
  const listed = (w) => (Array.isArray(w) ? w : [w]);

  // The minimum-norm dual vector and its block norms: the isometry condition.
  function isometry(X, w, patterns, network = "skip") {
    const problem = pose(X, listed(w), patterns, network), { blocks, own, silent, dualScale } = problem;
    const { dual, residual } = plantedEquations(problem);
    const norms = blocks.lengths(blocks.adjoint(dual));
    const planted = [...own].map((j) => j - blocks.skip).filter((j) => j >= 0);
    const margin = 1 - largest(norms.map((value, j) => (own.has(j) ? 0 : value)));
    const holds = residual <= EQUATIONS && silent === 0 && margin > MARGIN && independent(problem);
    return { dual: dual.map((x) => x / dualScale), norms: norms.subarray(blocks.skip), planted, residual, margin, holds };
  }

  // The splitting method on the gated form: X interpolates y, Z has been shrunk, U is what is between them.
  function gatedSplit({ blocks, plant }, y, dual, { rho, relaxation } = SEARCH) {
    const { size, part, adjoint, apply, lengths, cost } = blocks, { d } = blocks.X;
    const solve = choleskySolver(blocks.gram());
    const Z = plant.slice(), U = adjoint(dual).map((x) => x / rho);
    const split = { step, cost: () => cost(split.X), interpolant, reach: (l) => lengths(adjoint(l)), answer: () => split.X, misses };

    const excess = (W) => solve(apply(W).map((value, i) => value - y[i]));

    function step(amounts) {
      const X = new Float64Array(Z.length);
      for (let i = 0; i < X.length; i++) X[i] = Z[i] - U[i];
      const price = excess(X), back = adjoint(price);
      for (let i = 0; i < X.length; i++) {
        X[i] -= back[i];
        U[i] += relaxation * X[i] + (1 - relaxation) * Z[i];
      }
      for (let j = 0, at = 0; j < size; j++) {
        const length = norm(part(U, j)), amount = amounts[j] / rho;
        const kept = length > amount ? 1 - amount / length : 0;
        for (let k = 0; k < d; k++, at++) {
          Z[at] = kept * U[at];
          U[at] -= Z[at];
        }
      }
      Object.assign(split, { X, dual: price.map((value) => -rho * value) });
    }

    // how far the labels are from y
    function misses() {
      return norm(apply(split.X).map((value, i) => value - y[i]));
    }

    // the interpolant, mended, on X, and its cost with the price of its rounding
    function interpolant() {
      let W = split.X;
      for (let pass = 0; pass < 2; pass++) {
        const back = adjoint(excess(W));
        W = W.map((w, i) => w - back[i]);
      }
      return { W: blocks.toWeights(W), spent: cost(W) + cost(adjoint(excess(W))) };
    }

    return split;
  }

  // In the exact form weights are two such arrays, the positive neurons and the negative ones.
  const withSides = (W, form) => {
    if (form === "gated") return W;
    const both = new Float64Array(2 * W.length);
    both.set(W);
    return both;
  };

  const nothing = { status: "undecided", evidence: null, dual: null, refined: null, competitor: null, cost: null, margin: NaN, iterations: 0 };

  // One neuron w, or several in a list; gates, interior points of the patterns' cones, for the exact form.
  function decide(X, w, patterns, { network = "skip", form = "gated", gates = null, iterations = 4000, watch = null } = {}) {
    const solve = (patterns, gates) => {
      const problem = { ...pose(X, listed(w), patterns, network), form, gates };
      return [problem, atOnce(problem) ?? byEquations(problem, patterns, iterations, watch, solve)];
    };
    const [problem, found] = solve(patterns, gates);
    const scaled = (v, scale) => v?.map((x) => x / scale) ?? null;
    return { ...nothing, ...found, dual: scaled(found.dual, problem.dualScale),
      competitor: scaled(found.competitor, problem.weightScale) };
  }

  function cheaper(problem, competitor, cost, iterations = 0) {
    const margin = problem.planted.length + problem.silent - cost;
    return { status: "not-recovered", evidence: "competitor", competitor: withSides(competitor, competitor.length > problem.plant.length ? "gated" : problem.form), cost, margin, iterations };
  }

  // Silent or merged neurons, a zero plant.
  function atOnce(problem) {
    const { blocks, planted, plant, weights, silent } = problem;
    const price = planted.length, spent = blocks.cost(plant);
    const y = blocks.apply(plant);
    if (silent > 0) return cheaper(problem, weights, spent);
    if (y.every((value) => value === 0)) return cheaper(problem, new Float64Array(plant.length), 0);
    if (spent < price * (1 - MARGIN)) return cheaper(problem, weights, spent);
    return null;
  }

  // A linear neuron that hides in the all-ones block: a tie. Where the dual vector does not show that the plant is a
  // solution, a small problem finds out what there is without that block.
  function allOnes({ blocks, plant, weights, form, gates }, patterns, { dual, residual }, solve) {
    const y = blocks.apply(plant), { n, d } = blocks.X;
    const full = blocks.skip ? patterns.findIndex((bits) => bits.every((bit) => bit)) : -1;
    const negative = y.every((value) => value < 0);
    if (full >= 0 && (form === "gated" || negative || y.every((value) => value > 0))) {
      const competitor = withSides(new Float64Array(plant.length), form);
      const side = form === "exact" && negative ? 1 : 0;
      competitor.set(weights.subarray(0, d).map((x) => (side ? -x : x)), side * plant.length + (full + 1) * d);
      const tie = { status: "not-unique", evidence: "all-ones", competitor, cost: 1, margin: 0 };
      if (residual <= EQUATIONS && largest(blocks.lengths(blocks.adjoint(dual))) <= 1 + EQUATIONS) return { ...tie, dual };
      if (patterns.length * n * d > WORTHWHILE || patterns.length === 1) return tie;
      const others = (list) => list?.filter((_, j) => j !== full) ?? null;
      const [, rest] = solve(others(patterns), others(gates));
      if (rest.status !== "not-recovered") return rest.dual ? { ...tie, dual: rest.dual } : tie;
      const whole = withSides(new Float64Array(plant.length), form), at = (full + 1) * d, short = plant.length - d;
      for (let side = 0; side * short < rest.competitor.length; side++) {
        const half = rest.competitor.subarray(side * short, (side + 1) * short);
        whole.set(half.subarray(0, at), side * plant.length);
        whole.set(half.subarray(at), side * plant.length + at + d);
      }
      return { ...rest, competitor: whole };
    }
    return null;
  }

  // The minimum-norm certificate, a second solution that it shows; then the search. Planted equations without
  // a solution show a cheaper interpolant.
  function byEquations(problem, patterns, iterations, watch, solve) {
    const { blocks, own } = problem, equations = plantedEquations(problem), { dual } = equations;
    const solvable = equations.residual <= EQUATIONS, provable = solvable && independent(problem);
    let found = (solvable ? null : byWhatIsLacking(problem, equations)) ?? allOnes(problem, patterns, equations, solve);
    if (found) return found;
    if (provable) {
      const norms = blocks.lengths(blocks.adjoint(dual));
      const margin = 1 - largest(norms.map((value, j) => (own.has(j) ? 0 : value)));
      if (margin > MARGIN) return { status: "recovered", evidence: "isometry", dual, margin };
      if (margin >= -EQUATIONS) found = anotherPlace(problem, dual, norms);
    }
    found ??= search(problem, equations, provable, iterations, watch);
    return found.status ? found : { ...found, ...onTheBorder(problem) };
  }

  // A planted neuron has the same output in a block that differs from its own on rows orthogonal to it alone.
  function onTheBorder({ blocks, planted, own, weights, form }) {
    for (const { index, weights: w } of planted) {
      if (form === "exact" && index < blocks.skip) continue; // a linear neuron is in no cone
      const signs = signsOf(blocks.rows, w), home = blocks.masks[index];
      const j = blocks.masks.findIndex((bits, j) => !own.has(j) && bits.every((bit, i) => bit === home[i] || signs[i] === 0));
      if (j < 0 || planted.filter((other) => other.index === index).length > 1) continue;
      const W = weights.slice();
      blocks.part(W, index).fill(0);
      blocks.part(W, j).set(w);
      return { status: "not-unique", evidence: "competitor", competitor: withSides(W, form), cost: planted.length, margin: 0 };
    }
    return null;
  }

  const outputs = ({ blocks, planted }) => planted.map(({ index, coordinates }) => {
    const alone = new Float64Array(blocks.size * blocks.X.d);
    blocks.part(alone, index).set(coordinates);
    return blocks.apply(alone);
  });

  const independent = (problem) => {
    const kept = [];
    for (const output of outputs(problem)) {
      const left = output.slice(), before = norm(output);
      for (let pass = 0; pass < 2; pass++) for (const q of kept) addTo(left, -dot(q, left), q);
      if (norm(left) <= 1e-10 * before) return false;
      kept.push(left.map((x) => x / norm(left)));
    }
    return true;
  };

  // Without a solution, what the planted equations lack is a move that costs less.
  function byWhatIsLacking(problem, equations) {
    const { blocks, planted, plant, weights, form } = problem, lack = equations.lacks(equations.dual);
    const move = new Float64Array(plant.length);
    let at = 0;
    for (const { index } of planted) {
      const length = blocks.factors ? blocks.factors[index].length : blocks.X.d;
      addTo(blocks.part(move, index), -1, lack.subarray(at, at + length));
      at += length;
    }
    const onX = blocks.toWeights(move);
    for (let share = 1; share > 1e-4; share /= 2) {
      const spent = blocks.cost(plant.map((x, i) => x + share * move[i]));
      const W = weights.map((x, i) => x + share * onX[i]);
      if (spent < planted.length * (1 - MARGIN) && (form === "gated" || inCones(blocks, W))) return cheaper(problem, W, spent);
    }
    return null;
  }

  // A dual vector reaches the ball and no further: may a planted neuron move to a block where it does?
  function anotherPlace(problem, dual, norms) {
    const { blocks, planted, own, plant, form } = problem, gradients = blocks.adjoint(dual), given = outputs(problem);
    for (let j = 0; j < blocks.size; j++) {
      if (own.has(j) || norms[j] < 1 - SATURATED) continue;
      const alone = new Float64Array(plant.length);
      blocks.part(alone, j).set(blocks.part(gradients, j));
      const output = blocks.apply(alone);
      const i = given.findIndex((wanted) => norm(wanted.map((value, k) => value - output[k])) <= 1e-11 * norm(wanted));
      if (i < 0) continue;
      const W = plant.map((x, k) => x + alone[k]);
      addTo(blocks.part(W, planted[i].index), -1, planted[i].coordinates);
      const weights = blocks.toWeights(W);
      if (form === "exact" && !inCones(blocks, weights)) continue;
      return { status: "not-unique", evidence: "competitor", dual, competitor: withSides(weights, form), cost: planted.length, margin: 0 };
    }
    return null;
  }

  // In the exact form the gated program is tried first: its certificates are certificates here, and cheap.
  function search(problem, equations, provable, iterations, watch) {
    if (problem.form === "exact") {
      const relaxed = iterate(problem, gatedSplit, equations, provable, Math.min(60, iterations), watch);
      if (relaxed.status === "recovered") return relaxed;
      return iterate(problem, exactSplit, equations, provable, iterations, watch);
    }
    return iterate(problem, gatedSplit, equations, provable, iterations, watch);
  }

  // Iterate until either kind of evidence turns up. Blocks off the plant weigh a little less, which leads to
  // dual vectors strictly inside the ball. `watch(step, norms)` sees the dual vectors on the way.
  function iterate(problem, makeSplit, equations, provable, iterations, watch) {
    const { blocks, planted, own, plant, form } = problem, price = planted.length * (1 - MARGIN);
    const split = makeSplit(problem, blocks.apply(plant), equations.dual);
    const relaxed = form === "exact" && makeSplit === gatedSplit; // its interpolants are not in the cones
    for (let step = 1; step <= iterations; step++) {
      const tilt = TILTS.find(([last]) => step <= last)[1];
      split.step(Float64Array.from(blocks.masks, (_, j) => (own.has(j) ? 1 : 1 - tilt)));
      if (step > 5 && step % 5) continue;
      const spent = split.cost();
      if (!Number.isFinite(spent)) return { iterations: step };
      if (spent < price) {
        if (relaxed) return { iterations: step }; // no dual vector of the gated program can come
        const mended = split.interpolant();
        if (mended.spent < price) return cheaper(problem, mended.W, mended.spent, step);
      }
      if (!provable) continue;
      const dual = equations.project(split.dual), refined = split.reach(dual, own);
      const margin = 1 - largest(refined.map((value, j) => (own.has(j) && !split.sided ? 0 : value)));
      watch?.(step, refined.subarray(blocks.skip));
      if (margin > MARGIN) {
        for (const j of own) refined[j] = 1;
        const shown = refined.subarray(blocks.skip);
        return { status: "recovered", evidence: "dual", dual, refined: shown, margin, iterations: step };
      }
    }
    return { iterations };
  }

  return { isometry, decide, gatedSplit };
}
