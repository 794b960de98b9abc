// The whole explorer's choices, and what is said of its cells and trials.

const CHOICES = {
  ensemble: { gaussian: "Gaussian", cubic: "cubic", whitened: "whitened Gaussian", "cubic-whitened": "whitened cubic" },
  direction: { random: "random", smallest: "where the data vary least" },
};
const PROGRAMS = {
  exact: "ReLU network, all patterns", gated: "gated network, all patterns", sampled: "gated network, sampled patterns",
};
const NOTES = {
  exact: "Each neuron is in the cone of its own pattern, and all patterns are allowed: this is the ReLU network itself.",
  gated: "The relaxation without cones, all patterns allowed. The page lists them, up to d = 4; further on there is only the stored curve.",
  sampled: "The relaxation over a sample of about max(n, 50) patterns, as in most diagrams: an upper bound for the gated network " +
    "over all patterns. It is no bound for the ReLU network.",
};
const SIZES = { n: progression(2, 16, 1), d: progression(2, 6, 1) };
const LISTED = 4; // dimensions in which the page lists all patterns
const canDecide = (program, d) => program !== "gated" || d <= LISTED;
const spacing = () => 1;
const curvesOn = () => []; // theory's curves are the phase explorer's

// A trial in words, without its number.
function trialWords({ status, evidence, cost, leaves }, program) {
  const where = program === "sampled" ? " over the sample" : "";
  if (status === "recovered" && evidence === "closed-form") return "recovered: a row lies along the neuron";
  if (status === "recovered") {
    const which = evidence === "isometry" ? "the shortest dual vector" : "a refined dual vector";
    const tree = program === "exact" ? `, with ${leaves === 2 ? "no sign fixed" : `${leaves} leaves of two trees`}` : "";
    return `recovered${where}: ${which} stays below 1${tree}`;
  }
  if (status === "not-recovered") return `not recovered: another network costs ${decimals(cost)}`;
  if (status === "not-unique" && program === "exact") return "not unique: the labels have one sign, a single ReLU neuron gives them";
  if (status === "not-unique" && evidence === "all-ones") return "not unique: a gate that holds all rows makes a twin of the linear neuron";
  if (status === "not-unique") return "not unique: a second network costs the same";
  return "left open";
}

// What all programs whose cells are known say of one place.
function placeWords(memory, n, d) {
  const known = Object.entries(PROGRAMS).flatMap(([program, name]) => {
    const cell = memory(program).get(`${n},${d}`);
    return cell ? [`${name}: ${describeTrials(cell.trials, false)}`] : [];
  });
  return `n = ${n}, d = ${d}. ${known.length ? `${known.join("; ")}.` : "Not computed yet."}`;
}
