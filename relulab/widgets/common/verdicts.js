// What is said of a verdict, and its numbers.

const STATUS = {
  recovered: { sign: "✓", words: "recovered" },
  "not-recovered": { sign: "✕", words: "not recovered" },
  "not-unique": { sign: "=", words: "not unique" },
  optimal: { sign: "≤", words: "optimal, perhaps not the only one" },
  undecided: { sign: "?", words: "undecided" },
  fitted: { sign: "≈", words: "fitted" },
};

const howMany = (trials, status) => trials.filter((trial) => trial.status === status).length;
const offPlant = (norms, planted) => greatest(Array.from(norms, (value, j) => (planted.includes(j) ? 0 : value)));

// Three decimals, or as many as it takes to tell a number from 1.
function decimals(x) {
  const gap = Math.abs(x - 1);
  return x.toFixed(gap < 1e-12 ? 0 : Math.max(3, Math.ceil(-Math.log10(gap)) + 1));
}

function verdictWords({ status, evidence, norms, refined, cost, iterations, planted = [], price = 1, source = "browser" }) {
  const top = decimals(offPlant(norms, planted));
  if (status === "recovered" && evidence === "isometry") {
    return ["Recovered.", ` The minimum-norm certificate proves it: the largest block norm is ${top}, below 1.`];
  }
  if (status === "recovered") {
    const under = decimals(offPlant(refined, planted));
    return ["Recovered.", ` The minimum-norm certificate reaches ${top}, above 1, and proves nothing. A refined ` +
      `certificate, found in ${iterations} steps, keeps every block norm below 1: at most ${under}.`];
  }
  if (status === "not-unique" && evidence === "competitor") {
    return ["Not unique.", " Another pattern's block gives a planted neuron's output at the same cost."];
  }
  if (status === "not-unique") {
    return ["Not unique.", " The all-ones pattern exists, and its block equals X: the planted weights placed there " +
      "give the same output at the same cost."];
  }
  if (status === "not-recovered") {
    return ["Not recovered.", ` Other weights of this program give the same output for less: they cost ${decimals(cost)}, ` +
      `the planted ones ${price}.`];
  }
  if (status === "optimal") {
    return ["Optimal.", " A certificate shows that no weights of this program give the same output for less; whether others cost " +
      "the same is open."];
  }
  const limit = source === "browser" ? " The page searches no further; Python, in a notebook, does." : "";
  return ["Undecided.", ` Neither a certificate nor cheaper weights turned up in ${iterations} steps.${limit}`];
}
