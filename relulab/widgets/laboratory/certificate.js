// A saved verdict proved in the page, in exact arithmetic: the same statements as relulab's audit, written apart.
// What fails throws an error that says where; what holds is answered with the numbers that hold.

function certificateChecker(numbers, files) {
  "use strict";

  const { ZERO, ONE, fromNumber, toNumber, times, plus, less, largest, total, quotient, root } = numbers;
  const { vector, matrix, columnOf, entry, dot, length, scaled, masked, apply, adjoint, sum, minus } = numbers;
  const CLOSE = fromNumber(1e-8), TINY = fromNumber(1e-15);
  const BLUR = { m: 1n, e: -190 }; // what a vector divided by its length is off, as a share of it
  const PAIRS = ["linear skip", "relu plain", "relu skip", "normalized normalized"];
  const EVIDENCE = ["isometry", "dual", "socp", "closed-form", "competitor", "all-ones"];
  const MOST = 4e7; // products of numbers beyond which the page takes minutes

  function demand(holds, words) {
    if (!holds) throw new Error(words);
  }

  const show = (a) => String(Number(toNumber(a).toPrecision(6)));

  function pose(fields, arrays) {
    const { network, form, "plant kind": kind } = fields;
    demand(PAIRS.includes(`${kind} ${network}`) && ["gated", "exact"].includes(form), `no program ${form} of ${network} for ${kind} neurons`);
    const [n, d] = arrays["plant X"].shape, k = arrays["plant weights"].shape[1], p = arrays.masks.shape[1];
    fits(arrays["plant X"], [n, d]);
    fits(arrays["plant weights"], [d, k]);
    fits(arrays["plant signs"], [k]);
    fits(arrays.masks, [n, p]);
    demand(n > 0 && d > 0 && k > 0, "no data, or no neurons");
    demand((p + 1) * n * d <= MOST, "too large for the page: use relulab check");
    const X = matrix(n, d, arrays["plant X"].numbers), skip = network === "skip" ? 1 : 0;
    const mask = (j) => Array.from({ length: n }, (_, i) => arrays.masks.numbers[i * p + j] === 1);
    const masks = [...(skip ? [new Array(n).fill(true)] : []), ...Array.from({ length: p }, (_, j) => mask(j))];
    const W = matrix(d, k, arrays["plant weights"].numbers), signs = arrays["plant signs"].numbers;
    demand(signs.every((s) => s === 1 || s === -1), "signs of the planted neurons that are not 1 or -1");
    const neurons = signs.map((_, i) => columnOf(W, i)), linear = kind === "linear", normalized = kind === "normalized";
    const values = neurons.map((w) => apply(X, w));
    const raw = values.map(({ v, e }) => ({ v: linear ? v : v.map((x) => (x > 0n ? x : 0n)), e }));
    const lengths = (normalized ? raw : neurons).map((v) => length(v, false));
    demand(lengths.every(({ m }) => m > 0n), "a planted neuron is silent, or zero");
    const signed = (s, v) => scaled({ m: BigInt(s), e: 0 }, v);
    const outputs = raw.map((f, i) => signed(signs[i], normalized ? scaled(quotient(ONE, lengths[i], true), f) : f));
    const problem = {
      n, d, p, k, X, masks, skip, neurons, signs, values, raw, lengths, outputs, linear, normalized, network, form, kind,
      size: numbers.frobenius(X), gates: arrays.gates && matrix(d, p, arrays.gates.numbers),
      low: normalized ? { m: BigInt(k), e: 0 } : total(lengths), y: outputs.reduce(sum),
    };
    if (arrays.gates) fits(arrays.gates, [d, p]);
    problem.coned = masks.map((_, j) => form === "exact" && j >= skip);
    problem.sided = (s, j) => (problem.coned[j] ? [1, -1] : [s]);
    problem.home = values.map((value) => (linear ? 0 : home(problem, value)));
    return problem;
  }

  function fits(array, shape) {
    demand(array && String(array.shape) === String(shape), "something is missing, or of another shape");
  }

  function home({ masks, skip }, { v }) {
    if (!v.some((x) => x > 0n)) return -1;
    const found = masks.findIndex((mask, j) => j >= skip && mask.every((on, i) => on === v[i] >= 0n));
    demand(found >= 0, "a planted neuron has no pattern among those of the file");
    return found;
  }

  // The Gram matrix of the columns of some blocks D_j X.
  function gramOfColumns({ X, masks, d }, blocks) {
    const columns = blocks.flatMap((j) => Array.from({ length: d }, (_, c) => masked(columnOf(X, c), masks[j])));
    return { rows: columns.map((a) => columns.map((b) => dot(a, b).m)), e: 2 * X.e };
  }

  function recovered(problem, dual, multipliers) {
    const { X, masks, k, d, normalized, neurons, signs, outputs, lengths, form } = problem, blocks = problem.home;
    demand(Math.min(...blocks) >= 0, "a planted neuron is silent");
    const zeros = (count) => ({ v: new Array(count).fill(0n), e: 0 });
    const joined = (vectors) => {
      const e = Math.min(...vectors.map((v) => v.e));
      return { v: vectors.flatMap((one) => one.v.map((x) => x << BigInt(one.e - e))), e };
    };
    const wanted = blocks.map((j, i) => (normalized ? adjoint(X, masked(outputs[i], masks[j]))
      : scaled(times({ m: BigInt(signs[i]), e: 0 }, quotient(ONE, lengths[i], true)), neurons[i])));
    const parts = wanted.map((g, i) => joined([zeros(i * d), g, zeros((k - 1 - i) * d)]));
    const missed = minus(joined(wanted), joined(blocks.map((j) => adjoint(X, masked(dual, masks[j])))));
    const { rank, lengths: [lack, ...blurs] } = numbers.eliminate(gramOfColumns(problem, blocks), [missed, ...parts]);
    const ranks = blocks.map((j) => numbers.eliminate(gramOfColumns(problem, [j]), []).rank);
    demand(rank === ranks.reduce((a, b) => a + b), "the planted blocks depend on one another");
    const off = normalized ? lack : length(missed);
    demand(!less(CLOSE, off), `planted equations: missed by ${show(off)}, more than 1e-8`);
    const shift = plus(lack, times(BLUR, total(blurs))), own = new Map(blocks.map((j, i) => [j, signs[i]])), reaches = [];
    masks.forEach((mask, j) => {
      for (const side of problem.coned[j] ? [1, -1] : [1]) {
        if (own.has(j) && (!problem.coned[j] || own.get(j) === side)) continue;
        const bound = reach(problem, j, side, masked(dual, mask), multipliers.get(`${j} ${side}`), shift);
        reaches.push({ block: j, side, bound: toNumber(bound) });
        demand(less(bound, ONE), `${name(problem, j, side)}: it is reached as far as ${show(bound)}, which must be below 1`);
      }
    });
    const most = reaches.reduce((a, b) => (b.bound > a.bound ? b : a), { bound: 0, block: -1, side: 1 });
    const holds = reaches.length === 0 ? "there is no other block" :
      `the dual vector reaches at most ${most.bound.toPrecision(6)} < 1 off the plant (${name(problem, most.block, most.side)})`;
    return { reaches, bound: most.bound, holds, words: "the plant is the unique solution" };
  }

  const name = ({ skip, form }, j, side) =>
    `${skip && j === 0 ? "the skip block" : `block ${j}`}${form === "exact" && j >= skip ? `, ${side > 0 ? "positive" : "negative"} side` : ""}`;

  function reach(problem, j, side, dual, m, shift) {
    const { X, masks, normalized, form, size } = problem, own = scaled({ m: BigInt(side), e: 0 }, dual), tries = [own];
    if (m && problem.coned[j]) {
      demand(m.v.every((x) => x >= 0n), "multipliers are negative");
      tries.push(sum(own, { v: m.v.map((x, i) => (masks[j][i] ? x : -x)), e: m.e }));
    }
    const least = (bounds) => bounds.reduce((a, b) => (less(b, a) ? b : a));
    if (!normalized) return plus(least(tries.map((v) => length(adjoint(X, v)))), times(size, shift));
    const positive = { v: own.v.map((x) => (form === "gated" || x > 0n ? x : 0n)), e: own.e };
    let far = plus(length(positive), shift);
    for (const v of tries) {
      if (less(far, ONE)) break;
      far = plus(numbers.eliminate(gramOfColumns(problem, [j]), [adjoint(X, v)]).lengths[0], shift);
    }
    return far;
  }

  // Of a competitor its neurons; of a cone's interior point what a step needs of it.

  function neuronsOf(problem, { shape, numbers: own }) {
    const { masks, d, form } = problem, sides = form === "exact" ? 2 : 1;
    fits({ shape }, form === "exact" ? [2, masks.length, d] : [masks.length, d]);
    const found = [];
    for (let s = 0; s < sides; s++) {
      for (let j = 0; j < masks.length; j++) {
        const start = (s * masks.length + j) * d, w = own.slice(start, start + d);
        if (w.some((x) => x !== 0)) found.push({ sign: 1 - 2 * s, j, w: vector(w) });
      }
    }
    return found;
  }

  function room(problem, j) {
    const { X, masks, gates, skip } = problem;
    if (!problem.coned[j]) return { size: ZERO, rooms: null, thin: ZERO };
    demand(gates, "without gates no interior point is known");
    const g = columnOf(gates, j - skip), values = apply(X, g);
    const rooms = { v: values.v.map((x, i) => (masks[j][i] ? x : -x)), e: values.e };
    const loud = X.rows.flatMap((row, i) => (row.some((x) => x) ? [i] : []));
    if (!loud.every((i) => rooms.v[i] > 0n)) return null;
    const thin = loud.map((i) => quotient(length({ v: X.rows[i], e: X.e }), entry(rooms, i), true));
    return { size: length(g), rooms, thin: largest(thin) };
  }

  function cheaper(problem, used) {
    const { X, masks, skip, normalized, outputs, y, low, n } = problem, rooms = masks.map((_, j) => room(problem, j));
    let spent = ZERO, missed = scaled({ m: -1n, e: 0 }, y);
    const lacks = masks.map(() => ZERO);
    for (const { sign, j, w } of used) {
      const values = apply(X, w), own = masked(values, masks[j]);
      spent = plus(spent, length(normalized ? own : w));
      missed = sum(missed, scaled({ m: BigInt(sign), e: 0 }, own));
      demand(sign === 1 || j >= skip, "a negative skip neuron");
      if (!problem.coned[j]) continue;
      const outside = values.v.map((x, i) => ({ m: masks[j][i] ? -x : x, e: values.e }));
      demand(rooms[j] || outside.every(({ m }) => m <= 0n), `block ${j}: its gate is not inside its cell`);
      const needs = rooms[j] ? outside.flatMap((x, i) => (x.m > 0n ? [quotient(x, entry(rooms[j].rooms, i), true)] : [])) : [];
      lacks[j] = largest([lacks[j], ...needs]);
    }
    const off = length(missed), close = plus(times(CLOSE, length(y)), TINY);
    demand(!less(close, off), `the competitor misses the labels by ${show(off)}, more than ${show(close)}`);
    const roomy = masks.flatMap((_, j) => (rooms[j] ? [j] : []));
    let step = ZERO;
    if (normalized || missed.v.some((x) => x)) {
      demand(n <= 160, "too many rows for the page: use relulab check");
      const both = (i, k) => BigInt(roomy.reduce((count, j) => count + (masks[j][i] && masks[j][k]), 0));
      const inner = (i, k) => X.rows[i].reduce((sum, x, c) => sum + x * X.rows[k][c], 0n);
      const G = { rows: X.rows.map((_, i) => X.rows.map((_, k) => inner(i, k) * both(i, k))), e: 2 * X.e };
      const { lengths: [far, ...blurs] } = numbers.eliminate(G, [missed, ...(normalized ? outputs : [])]);
      step = plus(far, times(BLUR, total(blurs)));
    }
    const into = roomy.map((j) => times({ m: 2n, e: 0 }, times(rooms[j].size, plus(lacks[j], times(rooms[j].thin, step)))));
    let price = plus(times(step, root({ m: BigInt(roomy.length), e: 0 }, true)), total(into));
    if (normalized) price = times(price, problem.size);
    const all = plus(spent, price), share = toNumber(all) / toNumber(low);
    demand(less(all, low), `the competitor costs ${show(spent)} and its repair ${show(price)}, which must be below ${show(low)}`);
    return { bound: share, holds: `it costs ${show(spent)} and its repair ${show(price)}: less than ${show(low)}, what the plant costs`,
      words: "another interpolant costs less" };
  }

  // A planted neuron that another block gives the same output; or other weights of one normalized neuron.
  function second(problem, used) {
    const left = new Set(problem.neurons.keys()), moved = [];
    for (const one of used) {
      const i = [...left].find((k) => stays(problem, k, one) && gives(problem, k, one));
      if (i === undefined) return otherWeights(problem, used);
      left.delete(i);
      if (problem.home[i] !== one.j) moved.push(one.j);
    }
    demand(moved.length && left.size === 0, "a tie to rounding only: no identity makes it exact");
    return { holds: `${name(problem, moved[0], 1).split(",")[0]} gives the planted weights the same output`, words: "another interpolant costs as much" };
  }

  function stays({ values, masks, signs, linear, coned }, i, { sign, j }) {
    return values[i].v.every((x, row) => {
      const on = masks[j][row], output = linear || x > 0n ? x : 0n, side = BigInt(sign * signs[i]) * (on ? x : -x);
      return (on ? x : 0n) === output && (!coned[j] || side >= 0n);
    }) && (coned[j] || sign === 1);
  }

  function gives({ X, masks, outputs }, i, { sign, j, w }) {
    const own = scaled({ m: BigInt(sign), e: 0 }, masked(apply(X, w), masks[j]));
    return !less(times(CLOSE, length(outputs[i])), length(minus(own, outputs[i])));
  }

  function otherWeights(problem, used) {
    const { X, masks, signs, form, raw, lengths } = problem, tie = "a tie to rounding only: no identity makes it exact";
    demand(problem.normalized && used.length === 1 && problem.k === 1, tie);
    const [{ sign, j, w }] = used, gated = form === "gated";
    demand(![-1, j].includes(problem.home[0]) && gives(problem, 0, used[0]) && (gated || sign === signs[0]), tie);
    const near = scaled(times({ m: BigInt(sign * signs[0]), e: 0 }, lengths[0]), w), values = apply(X, near);
    const on = X.rows.filter((_, i) => masks[j][i]), only = ({ v, e }) => ({ v: v.filter((_, i) => masks[j][i]), e });
    const G = { rows: on.map((a) => on.map((b) => a.reduce((sum, x, c) => sum + x * b[c], 0n))), e: 2 * X.e };
    const [step] = numbers.eliminate(G, [minus(only(raw[0]), only(values))]).lengths;
    const inside = X.rows.every((row, i) => masks[j][i] || (raw[0].v[i] === 0n &&
      (gated || !less(ZERO, plus(entry(values, i), times(length({ v: row, e: X.e }), step))))));
    demand(inside, "the second neuron is outside its cone, or misses rows");
    return { holds: `other weights of block ${j} give the planted neuron's output`, words: "another interpolant costs as much" };
  }

  // The patterns that the evidence uses are real; complete: they are all that there can be (Cover).
  function realize({ X, masks, skip, gates, d }, used, complete) {
    demand(gates, "patterns without gates");
    const loud = X.rows.map((row) => row.some((x) => x));
    for (const j of used) {
      const { v } = apply(X, columnOf(gates, j - skip));
      demand(v.every((x, i) => (loud[i] ? (masks[j][i] ? x > 0n : x < 0n) : masks[j][i])), `block ${j}: its gate is not inside its cell`);
    }
    if (!complete) return;
    const own = new Set(masks.slice(skip).map((mask) => mask.map(Number).join("")));
    const cells = BigInt(own.size + ([...own].some((bits) => !bits.includes("0")) ? 1 : 0)), m = loud.filter(Boolean).length;
    let most = 0n, choose = 1n;
    for (let k = 0; k < Math.min(m, d); k++) {
      most += 2n * choose;
      choose = (choose * BigInt(m - 1 - k)) / BigInt(k + 1);
    }
    demand(cells >= most, `${cells} patterns, where there can be ${most}`);
  }

  function multipliersOf({ n, form }, arrays) {
    const values = arrays["multipliers values"], found = new Map();
    if (!values || form === "gated") return found;
    const blocks = arrays["multipliers blocks"].numbers, sides = arrays["multipliers sides"].numbers;
    fits(values, [blocks.length, n]);
    demand(sides.length === blocks.length, "something is missing, or of another shape");
    blocks.forEach((j, i) => found.set(`${j} ${sides[i]}`, vector(values.numbers.slice(i * n, (i + 1) * n))));
    return found;
  }

  function prove({ fields, arrays }) {
    const { status, evidence, everywhere } = fields;
    demand(status !== "undecided", "the verdict is undecided: nothing is claimed");
    demand(EVIDENCE.includes(evidence), `evidence ${JSON.stringify(evidence)}: this checker does not know that kind of evidence`);
    const problem = pose(fields, arrays), patterns = problem.masks.flatMap((_, j) => (j >= problem.skip ? [j] : []));
    let found, used = patterns;
    if (status === "recovered") {
      demand(!everywhere || evidence !== "closed-form", "a theorem decides it, which this page does not check: use relulab check");
      fits(arrays.dual, [problem.n]);
      found = recovered(problem, vector(arrays.dual.numbers), multipliersOf(problem, arrays));
    } else {
      demand(["not-recovered", "not-unique"].includes(status), `${status}: nothing that this page can prove is claimed`);
      const own = neuronsOf(problem, arrays.competitor ?? {});
      found = (status === "not-recovered" ? cheaper : second)(problem, own);
      used = patterns.filter((j) => own.some((one) => one.j === j));
    }
    if (everywhere) realize(problem, used, status === "recovered");
    const { n, d, p, k, kind, network, form } = problem;
    return { ...found, status, evidence, everywhere: Boolean(everywhere), n, d, p, k, kind, network, form };
  }

  // What is proved of a file's bytes, or in one line why nothing is.
  function check(bytes) {
    try {
      return { proved: true, ...prove(files.read(bytes)) };
    } catch (error) {
      const ours = error.constructor === Error;
      return { proved: false, why: ours ? error.message : "something is missing, or of another shape" };
    }
  }

  return { check };
}
