// The phase explorer's settings: what may be chosen, the controls, and the link that carries them.

const CHOICES = {
  network: {
    skip: "linear neuron, skip network", plain: "ReLU neurons, plain network", normalized: "normalized ReLU neurons",
  },
  form: { gated: "gated (relaxed)", exact: "exact (ReLU cones)" },
  ensemble: {
    gaussian: "Gaussian", cubic: "cubic", whitened: "whitened Gaussian", "cubic-whitened": "whitened cubic",
  },
  direction: {
    random: "random", smallest: "smallest singular vectors", axes: "coordinate axes", opposite: "opposite pair w, −w",
  },
};
// The same to a reader who has met none of these words.
const PLAINLY = { random: "anywhere, at random", smallest: "where the data vary least", axes: "along a coordinate axis" };
const LEAST = { k: 1, sigma: 0, trials: 1, seed: 0 };
const GRID = ["n", "d"];
const SETTINGS = [...Object.keys(CHOICES), ...Object.keys(LEAST), ...GRID];
const WORDS = { k: "Neurons k", sigma: "Noise σ", trials: "Trials a cell", seed: "Seed", n: "Samples n", d: "Dimension d" };
const spacing = (values) => (values.length > 1 ? values[1] - values[0] : 1);
const settingsOf = (model) => Object.fromEntries(SETTINGS.map((name) => [name, model.get(name)]));
const rangeOf = (sizes) => ({ first: sizes[0], last: sizes.at(-1), step: spacing(sizes) });

// Settings that go together; an Error says which do not.
function settled(wanted, most) {
  const now = { ...wanted };
  if (now.network === "skip") {
    now.k = 1; // a sum of linear neurons is one linear neuron
    if (now.direction === "opposite") now.direction = "random";
  }
  if (now.direction === "opposite") now.k = 2;
  const room = Math.min(...now.d, ...(now.direction === "smallest" ? now.n : []));
  if (now.k > room) throw new Error(`${now.k} planted neurons need dimensions (and samples) of at least ${now.k}.`);
  const size = now.n.length * now.d.length;
  if (size > most.cells) throw new Error(`The grid has ${size} cells, at most ${most.cells} fit: take larger steps.`);
  return now;
}

function sizesOf(name, { first, last, step }) {
  const sizes = progression(first, last, step);
  if (sizes.length === 0) throw new Error(`The range of ${name} is empty: “from” is above “to”.`);
  return sizes;
}

// The settings of a link "#name?network=skip&n=10:120:10…" over those that are there. What is out of range is
// brought into it, what cannot be understood is left out; notes say so. Null where the link is not for `name`.
function settingsFromLink(hash, name, now, most) {
  const [target, query] = hash.slice(1).split("?");
  if (target !== name || query === undefined) return null;
  const settings = { ...now }, notes = [];
  const clamped = (key, text, least, largest, words) => {
    const value = Number(text);
    if (text.trim() === "" || !Number.isFinite(value)) {
      notes.push(`${words} = “${text}” in the link is no number and is left out.`);
      return null;
    }
    const inside = Math.min(largest, Math.max(least, key === "sigma" ? value : Math.round(value)));
    if (inside !== value) notes.push(`${words} = ${text} in the link is out of range: ${inside} is used.`);
    return inside;
  };
  for (const [key, text] of new URLSearchParams(query)) {
    if (key in CHOICES) {
      if (text in CHOICES[key]) settings[key] = text;
      else notes.push(`${key} = “${text}” in the link is unknown and is left out.`);
    } else if (key in LEAST) {
      settings[key] = clamped(key, text, LEAST[key], most[key], WORDS[key]) ?? settings[key];
    } else if (GRID.includes(key)) {
      const ends = [...text.split(":"), "1", "1"].slice(0, 3).map((end) => clamped(key, end, 1, most[key], WORDS[key]));
      const sizes = ends.includes(null) ? [] : progression(...ends);
      if (sizes.length > 0) settings[key] = sizes;
      else notes.push(`${WORDS[key]} = “${text}” in the link is no range and is left out.`);
    } else notes.push(`“${key}” in the link is no setting and is left out.`);
  }
  try {
    return { settings: settled(settings, most), notes };
  } catch (error) {
    return { settings: now, notes: [...notes, `${error.message} The link is left out.`] };
  }
}

function linkOf(name, settings) {
  const query = SETTINGS.map((key) => {
    const { first, last, step } = GRID.includes(key) ? rangeOf(settings[key]) : {};
    return `${key}=${GRID.includes(key) ? `${first}:${last}:${step}` : settings[key]}`;
  });
  return `${location.href.split("#")[0]}#${name}?${query.join("&")}`;
}

function makeControls({ id, model, plain, onEdit, onButton }) {
  const most = model.get("most"), inputs = {};
  const labeled = (name, label, input) => {
    inputs[name] = input;
    return node("div", { class: "rw-field" }, node("label", { for: input.id }, label), input);
  };
  const common = (name) => ({ id: `${id}-${name}`, "data-control": name, onchange: edited });
  const choice = (name, label) => labeled(name, label, node("select", common(name),
    ...Object.entries(CHOICES[name]).map(([value, words]) =>
      node("option", { value }, (name === "direction" && plain && PLAINLY[value]) || words))));
  const number = (name, label, min, max, step = 1) => labeled(name, label, node("input",
    { ...common(name), type: "number", min, max, step, inputmode: step === 1 ? "numeric" : "decimal" }));
  const counted = (name) => number(name, WORDS[name], LEAST[name], most[name], name === "sigma" ? "any" : 1);
  const range = (name) => node("fieldset", { class: "pe-range" }, node("legend", {}, WORDS[name]),
    ...[["first", "from"], ["last", "to"], ["step", "step"]].map(([end, label]) =>
      number(`${name}-${end}`, label, 1, most[name])));
  const direction = choice("direction", plain ? "The hidden neuron points" : "Planted direction");
  const button = node("button", { type: "button", class: "rw-button pe-run", "data-action": "run", onclick: onButton }, "Run");
  const element = node("div", { class: "pe-controls", role: "group", "aria-label": "Settings" },
    node("div", { class: "pe-choices" }, choice("network", "Planted and learned"), choice("form", "Program"),
      choice("ensemble", "Data"), direction),
    node("div", { class: "pe-counts" }, ...Object.keys(LEAST).map(counted)),
    node("div", { class: "pe-grid" }, range("d"), range("n"), button));

  function edited() {
    suit();
    onEdit();
  }

  // Controls that another setting decides show what it decides.
  function suit() {
    const linear = inputs.network.value === "skip";
    inputs.direction.querySelector("[value=opposite]").disabled = linear;
    if (linear && inputs.direction.value === "opposite") inputs.direction.value = "random";
    const decided = linear || inputs.direction.value === "opposite";
    inputs.k.disabled = decided;
    if (decided) inputs.k.value = linear ? 1 : 2;
  }

  function fill(settings) {
    for (const name of [...Object.keys(CHOICES), ...Object.keys(LEAST)]) inputs[name].value = settings[name];
    for (const name of GRID) {
      for (const [end, value] of Object.entries(rangeOf(settings[name]))) inputs[`${name}-${end}`].value = value;
    }
    suit();
  }

  // The settings that the controls hold; an Error says which of them cannot be used.
  function read() {
    const value = (name) => Number(inputs[name].value);
    for (const input of element.querySelectorAll("input")) {
      const fits = input.value !== "" && input.validity.valid;
      input.setAttribute("aria-invalid", String(!fits));
      if (fits) continue;
      const words = [input.closest("fieldset")?.querySelector("legend").textContent, input.labels[0].textContent];
      const kind = input.step === "any" ? "number" : "whole number";
      throw new Error(`${words.filter(Boolean).join(", ")}: give a ${kind} from ${input.min} to ${input.max}.`);
    }
    const settings = {};
    for (const name of Object.keys(CHOICES)) settings[name] = inputs[name].value;
    for (const name of Object.keys(LEAST)) settings[name] = value(name);
    for (const name of GRID) {
      const ends = ["first", "last", "step"].map((end) => [end, value(`${name}-${end}`)]);
      settings[name] = sizesOf(name, Object.fromEntries(ends));
    }
    return settled(settings, most);
  }

  return { element, direction, button, fill, read };
}
