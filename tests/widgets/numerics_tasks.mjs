// Runs the tasks of a JSON file with the numerics that the test has put before this text.

import { readFileSync, writeFileSync } from "node:fs";

const lab = relulab();
const rows = (A) => Array.from({ length: A.n }, (_, i) => Array.from(A.data.subarray(i * A.d, (i + 1) * A.d)));
const list = (v) => (v === null ? null : Array.from(v));
const masks = (S) => S.map((pattern) => Uint8Array.from(pattern));

const TASKS = {
  numbers({ keys, count }) {
    const rng = lab.generator(...keys);
    const uniform = Array.from({ length: count }, rng.uniform);
    return { uniform, normal: Array.from({ length: count }, rng.normal) };
  },
  draw({ ensemble, n, d, seed }) {
    return rows(lab.draw(ensemble, n, d, lab.generator(seed)));
  },
  smallest({ X }) {
    return list(lab.plantedWeights(lab.fromRows(X), "smallest"));
  },
  svd({ A }) {
    const { U, s, V } = lab.svd(lab.fromRows(A));
    return { U: U.map(list), s: list(s), V: V.map(list) };
  },
  shortest({ X, g }) {
    return list(lab.shortest(lab.svd(lab.fromRows(X)), Float64Array.from(g)));
  },
  solve({ G, b }) {
    return list(lab.choleskySolver(G)(b));
  },
  allOnesGate({ X }) {
    return list(lab.allOnesGate(lab.fromRows(X)));
  },
  allOnesCount({ ensemble, n, d, draws }) {
    const seeds = Array.from({ length: draws }, (_, seed) => seed);
    return seeds.filter((seed) => lab.allOnesGate(lab.draw(ensemble, n, d, lab.generator(seed, n, d)))).length;
  },
  patterns({ X, seed }) {
    return lab.samplePatterns(lab.fromRows(X), lab.generator(seed)).map(list);
  },
  sample({ X, include, seed }) {
    const wanted = include.map((w) => Float64Array.from(w));
    const { patterns, gates } = lab.sample(lab.fromRows(X), lab.generator(seed), wanted);
    return { masks: patterns.map(list), gates: gates.map(list) };
  },
  isometry({ X, neurons, S, network }) {
    const found = lab.isometry(lab.fromRows(X), neurons.map((w) => Float64Array.from(w)), masks(S), network);
    return { ...found, dual: list(found.dual), norms: list(found.norms) };
  },
  decide({ X, neurons, S, gates, network, form, iterations }) {
    const options = { network, form, gates: gates.map((u) => Float64Array.from(u)), iterations };
    const verdict = lab.decide(lab.fromRows(X), neurons.map((w) => Float64Array.from(w)), masks(S), options);
    return { ...verdict, dual: list(verdict.dual), competitor: list(verdict.competitor), refined: list(verdict.refined) };
  },
  recovered({ settings, n, d, trials }) {
    const numbers = Array.from({ length: trials }, (_, number) => number);
    return numbers.filter((number) => lab.trial(settings, n, d, number).status === "recovered").length;
  },
  search() {
    return lab.SEARCH;
  },
  wendel({ n, d }) {
    return lab.wendel(n, d);
  },
};

const [input, output] = process.argv.slice(2);
const answers = JSON.parse(readFileSync(input, "utf8")).map(([name, question]) => TASKS[name](question));
writeFileSync(output, JSON.stringify(answers));
