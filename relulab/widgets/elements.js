// What the widgets' pages are made of: elements, colors, the words of a verdict, block norms as bars.

const SVG = "http://www.w3.org/2000/svg";
const CIVIDIS = [[0, 34, 78], [53, 69, 108], [102, 105, 112], [148, 142, 119], [200, 184, 102], [254, 232, 56]];
const STATUS = {
  recovered: { sign: "✓", words: "recovered" },
  "not-recovered": { sign: "✕", words: "not recovered" },
  "not-unique": { sign: "=", words: "not unique" },
  undecided: { sign: "?", words: "undecided" },
  fitted: { sign: "≈", words: "fitted" },
};

function node(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (value !== null && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children);
  return element;
}

function mark(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

function color(rate) {
  const place = rate * (CIVIDIS.length - 1), left = Math.min(Math.floor(place), CIVIDIS.length - 2);
  const mix = CIVIDIS[left].map((low, k) => Math.round(low + (place - left) * (CIVIDIS[left + 1][k] - low)));
  return `rgb(${mix})`;
}

const progression = (first, last, step) =>
  Array.from({ length: Math.floor((last - first) / step) + 1 }, (_, i) => first + i * step);
const spacing = (values) => (values.length > 1 ? values[1] - values[0] : 1);
const howMany = (trials, status) => trials.filter((trial) => trial.status === status).length;
const greatest = (values) => values.reduce((most, x) => Math.max(most, x), 0);

const offPlant = (norms, planted) => greatest(Array.from(norms, (value, j) => (planted.includes(j) ? 0 : value)));

// Three decimals, or as many as it takes to tell a number from 1.
function decimals(x) {
  const gap = Math.abs(x - 1);
  return x.toFixed(gap < 1e-12 ? 0 : Math.max(3, Math.ceil(-Math.log10(gap)) + 1));
}

function verdictWords({ status, evidence, norms, refined, cost, iterations, planted = [], price = 1 }) {
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
    return ["Not recovered.", ` Another network gives the same output for less: it costs ${decimals(cost)}, the ` +
      `planted one ${price}.`];
  }
  return ["Undecided.", ` Neither a certificate nor a cheaper network turned up in ${iterations} steps.`];
}

// Block norms, sorted: bars for the minimum-norm certificate, dots for the refined one, a line at 1.
function normBars({ norms, refined, planted = [] }, width) {
  const height = 210, left = 34, right = 6, top = 10, bottom = 30;
  const order = Array.from(norms, (_, j) => j).sort((i, j) => norms[j] - norms[i]);
  const ceiling = Math.max(1.15, 1.06 * greatest(norms), refined ? 1.06 * greatest(refined) : 0);
  const band = (width - left - right) / norms.length;
  const y = (value) => height - bottom - (value / ceiling) * (height - top - bottom);
  const x = (k) => left + k * band;
  const drawn = (part) => part.map((number) => number.toFixed(2)).join(" ");
  const bars = (wanted) => order.flatMap((j, k) => (planted.includes(j) === wanted ? [`M${drawn([x(k) + band * 0.1, y(0)])}` +
    `V${y(norms[j]).toFixed(2)}h${(band * 0.8).toFixed(2)}V${y(0).toFixed(2)}z`] : [])).join("") || "M0 0";
  const radius = Math.max(1.4, Math.min(3.5, band * 0.42));
  const dots = refined ? order.map((j, k) => mark("circle", {
    class: "pe-dot", cx: x(k + 0.5).toFixed(2), cy: y(refined[j]).toFixed(2), r: radius,
  })) : [];
  const ticks = progression(0, Math.floor(ceiling / 0.5), 1).map((k) => k / 2);
  const refinedWords = refined ? ` The refined certificate's largest is ${decimals(greatest(refined))}.` : "";
  const label = `Block norms of ${norms.length} patterns, sorted. The minimum-norm certificate's largest is ` +
    `${decimals(greatest(norms))}.${refinedWords}`;
  return mark("svg", { class: "pe-bars", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label },
    ...ticks.map((tick) => mark("text", { x: left - 8, y: y(tick) + 4, "text-anchor": "end" }, String(tick))),
    mark("path", { class: "pe-bar", d: bars(false) }), mark("path", { class: "pe-bar-planted", d: bars(true) }), ...dots,
    mark("path", { class: "pe-base", d: `M${left} ${y(0)}H${width - right}` }),
    mark("path", { class: "pe-one", d: `M${left} ${y(1)}H${width - right}` }),
    mark("text", { x: (left + width - right) / 2, y: height - 8, "text-anchor": "middle" },
      `${norms.length} patterns, sorted`));
}

function normLegend({ refined, planted = [] }) {
  const item = (kind, words) => node("span", { class: "pe-item" }, node("span", { class: `pe-key ${kind}` }), words);
  const items = [item("pe-key-bar", "minimum-norm certificate"), item("pe-key-one", "the bound 1")];
  if (refined) items.splice(1, 0, item("pe-key-dot", "refined certificate"));
  if (planted.length > 0) items.splice(1, 0, item("pe-key-bar-planted", "planted patterns"));
  return node("div", { class: "pe-legend" }, node("span", {}, "Block norms ‖Aⱼᵀλ‖:"), ...items);
}

function numberList({ norms, refined, cost, iterations, planted = [] }) {
  const pairs = [["Patterns", "patterns", String(norms.length)],
    ["Largest norm, minimum-norm certificate", "largest-norm", decimals(offPlant(norms, planted))]];
  if (refined) pairs.push(["Largest norm, refined certificate", "largest-refined", decimals(offPlant(refined, planted))]);
  if (cost !== null) pairs.push(["Cost of the other network", "cost", decimals(cost)]);
  if (iterations > 0) pairs.push(["Steps of the search", "iterations", String(iterations)]);
  return node("div", { class: "pe-list" }, ...pairs.map(([name, role, value]) =>
    node("span", {}, `${name}: `, node("strong", { "data-role": role }, value))));
}
