// The step explorer: how long a step may be in n dimensions, its acceptance and its squared jump, computed exactly.

const CHOICES = {
  target: { words: "Density", options: { gaussian: "Gaussian", hyperbolic: "hyperbolic" } },
  proposal: { words: "Proposal", options: { walk: "random walk", langevin: "Langevin (MALA)", barker: "Barker" } },
  noise: { words: "Noise", options: { gaussian: "Gaussian", bumps: "two narrow bumps" } },
  rule: { words: "Acceptance rule", options: { metropolis: "Metropolis, min(1, eᴸ)", barker: "Barker, 1/(1 + e⁻ᴸ)" } },
};
const FIRST = -3.2, LAST = 0.8, GRAIN = 0.1; // decimal logs of steps
const LOGS = Array.from({ length: Math.round((LAST - FIRST) / GRAIN) + 1 }, (_, k) => FIRST + GRAIN * k);
const percent = (x, digits = 1) => `${(100 * Math.max(0, x)).toFixed(digits)}\u00a0%`;
const short = (x) => String(Number(x.toPrecision(3)));
const grouped = (n) => String(n).replace(/\B(?=(\d{3})+$)/g, ",");

// A smooth path through points that stays between two heights.
function smooth(points, high, low) {
  const at = (k) => points[Math.min(Math.max(k, 0), points.length - 1)];
  const text = ([x, y]) => `${x.toFixed(1)} ${Math.min(low, Math.max(high, y)).toFixed(1)}`;
  return points.reduce((path, point, k) => {
    if (!k) return `M${text(point)}`;
    const [a, b, c, d] = [-2, -1, 0, 1].map((i) => at(k + i));
    return `${path}C${text([b[0] + (c[0] - a[0]) / 6, b[1] + (c[1] - a[1]) / 6])} ${text([c[0] - (d[0] - b[0]) / 6, c[1] - (d[1] - b[1]) / 6])} ${text(c)}`;
  }, "");
}

function makeCurves() {
  const picture = mark("svg", { class: "se-picture", role: "img", "data-role": "curves" });
  const left = 34, right = 10, top = 10, bottom = 38, height = 260;

  function draw({ points, best, limit, log, acceptance, share, words }, width) {
    const x = (value) => left + ((value - FIRST) / (LAST - FIRST)) * (width - left - right);
    const y = (value) => height - bottom - Math.min(1, Math.max(0, value)) * (height - top - bottom);
    const ticks = [-3, -2, -1, 0].map((k) => mark("text", { x: x(k), y: height - bottom + 16, "text-anchor": "middle" }, String(10 ** k)));
    const heights = [0, 0.5, 1].map((v) => mark("text", { x: left - 6, y: y(v) + 4, "text-anchor": "end" }, String(v)));
    picture.setAttribute("viewBox", `0 0 ${width} ${height}`);
    picture.setAttribute("aria-label", words);
    picture.replaceChildren(...ticks, ...heights,
      mark("path", { class: "se-axis", d: `M${left} ${y(1)}V${y(0)}H${width - right}` }),
      mark("path", { class: "se-limit", d: `M${left} ${y(limit)}H${width - right}` }),
      mark("path", { class: "se-best", d: `M${x(best.log)} ${y(0)}V${y(1)}` }),
      mark("path", { class: "se-acceptance", d: smooth(points.map((p) => [x(p.log), y(p.acceptance)]), y(1), y(0)) }),
      mark("path", { class: "se-jump", d: smooth(points.map((p) => [x(p.log), y(p.jump / best.jump)]), y(1), y(0)) }),
      mark("path", { class: "se-here", d: `M${x(log)} ${y(0)}V${y(1)}` }),
      mark("circle", { class: "se-acceptance-dot", cx: x(log), cy: y(acceptance), r: 6 }),
      mark("circle", { class: "se-jump-dot", cx: x(log), cy: y(share), r: 6 }),
      mark("text", { x: (left + width - right) / 2, y: height - 5, "text-anchor": "middle" }, "step σ"));
  }

  return { element: picture, draw };
}

// Where a coordinate at x is sent, as wide as three steps each way, over the density there.
function makeProposal() {
  const picture = mark("svg", { class: "se-picture", role: "img", "data-role": "proposal" });
  const top = 10, bottom = 38, height = 200, margin = 12, WIDE = 3.2, COUNT = 240;

  function draw({ target, proposal, noise, sigma, place }, width) {
    const { log, slope } = TARGETS[target], far = Math.sqrt(1 - WIDTHS[noise] ** 2), pull = slope(place) * sigma;
    const bump = (z) => (noise === "gaussian" ? Math.exp((-z * z) / 2)
      : Math.exp(-(((Math.abs(z) - far) / WIDTHS[noise]) ** 2) / 2));
    const steps = Array.from({ length: COUNT + 1 }, (_, k) => WIDE * ((2 * k) / COUNT - 1));
    const sent = steps.map((z) => bump(z) * Math.exp(BALANCES[proposal](pull * z))), most = greatest(sent);
    const density = steps.map((z) => Math.exp(log(place + sigma * z) - log(0)));
    const x = (z) => margin + ((z + WIDE) / (2 * WIDE)) * (width - 2 * margin), y = (v) => height - bottom - v * (height - top - bottom);
    const line = (values) => steps.map((z, k) => `${x(z).toFixed(1)} ${y(values[k]).toFixed(1)}`).join("L");
    const rise = Math.sign(slope(place)) || 1; // half of the middle one goes up
    const up = sent.reduce((sum, v, k) => sum + (v * (1 + Math.sign(steps[k] * rise))) / 2, 0) / sent.reduce((sum, v) => sum + v, 0);
    const ticks = [-2, 0, 2].map((k) => mark("text", { x: x(k), y: height - bottom + 16, "text-anchor": "middle" }, short(place + k * sigma)));
    picture.setAttribute("viewBox", `0 0 ${width} ${height}`);
    picture.setAttribute("aria-label", `From ${short(place)} the proposal goes uphill with probability ${percent(up, 0)}.`);
    picture.replaceChildren(
      mark("path", { class: "se-density", d: `M${x(-WIDE)} ${y(0)}L${line(density)}L${x(WIDE)} ${y(0)}Z` }),
      mark("path", { class: "se-sent", d: `M${line(sent.map((v) => v / most))}` }),
      mark("path", { class: "se-axis", d: `M${margin} ${y(0)}H${width - margin}` }),
      mark("path", { class: "se-from", d: `M${x(0)} ${y(0)}V${y(1)}` }), ...ticks,
      mark("text", { x: width / 2, y: height - 5, "text-anchor": "middle" }, "one coordinate"));
    return up;
  }

  return { element: picture, draw };
}

function render({ model, el }) {
  const id = `se-${Math.random().toString(36).slice(2)}`, inputs = {}, outputs = {}, tables = new Map();
  const kinds = Object.keys(CHOICES), names = [...kinds, "n", "sigma"];
  let frame = 0, saving = false, width = 0, curve = null, asked = "";

  const live = node("p", { class: "rw-hidden", role: "status", "data-role": "live" });
  const field = (input, words, ...more) => node("div", { class: "rw-field" }, node("label", { for: input.id }, words, ...more), input);
  const slider = (name, words, least, most, step, aside = {}) => {
    outputs[name] = node("output", { for: `${id}-${name}` });
    inputs[name] = node("input", { id: `${id}-${name}`, class: "rw-slider", type: "range", min: least, max: most, step,
      "data-control": name, oninput: edit, onchange: keep, ...aside });
    return field(inputs[name], words, outputs[name]);
  };
  const choice = (name) => {
    const options = Object.entries(CHOICES[name].options).map(([value, words]) => node("option", { value }, words));
    inputs[name] = node("select", { id: `${id}-${name}`, "data-control": name, onchange: () => { edit(); keep(); } }, ...options);
    return field(inputs[name], CHOICES[name].words);
  };
  const curves = makeCurves(), proposals = makeProposal();
  const verdict = node("p", { class: "se-verdict", "data-role": "verdict" });
  const uphill = node("p", { class: "se-words", "data-role": "uphill" });
  const root = node("div", { class: "rw rw-step", "data-widget": "step-explorer" },
    node("div", { class: "rw-controls se-choices", role: "group", "aria-label": "The chain" }, ...kinds.map(choice)),
    node("div", { class: "rw-controls se-sliders", role: "group", "aria-label": "Dimension and step" },
      slider("n", "Dimensions n = ", 1, 6, 0.25), slider("sigma", "Step σ = ", FIRST, LAST, 0.02),
      node("button", { type: "button", class: "rw-button", "data-action": "best", onclick: goToBest }, "Best step")),
    node("div", { class: "rw-columns" },
      node("div", {}, curves.element,
        node("div", { class: "rw-legend" }, legendItem("se-key-acceptance", "accepted"), legendItem("se-key-jump", "squared jump / the best"),
          legendItem("rw-wide se-key-limit", "acceptance at the best step as n → ∞"))),
      node("div", {}, slider("place", "The coordinate is at ", -4, 4, 0.1, { oninput: follow, onchange: null }), proposals.element,
        node("div", { class: "rw-legend" }, legendItem("rw-wide se-key-sent", "where it is sent"), legendItem("rw-wide se-key-density", "density")), uphill)),
    verdict, live);
  inputs.place.value = 1.5;

  const settings = () => Object.fromEntries(names.map((name) => [name, model.get(name)]));

  function fill() {
    const now = settings();
    for (const name of kinds) inputs[name].value = now[name];
    inputs.n.value = Math.log10(now.n);
    inputs.sigma.value = Math.log10(now.sigma);
  }

  function set(values) {
    saving = true;
    for (const [name, value] of Object.entries(values)) model.set(name, value);
    saving = false;
    follow();
  }

  function edit({ target } = {}) {
    const values = Object.fromEntries(kinds.map((name) => [name, inputs[name].value]));
    if (target === inputs.n) values.n = Math.round(10 ** inputs.n.valueAsNumber);
    if (target === inputs.sigma) values.sigma = Number((10 ** inputs.sigma.valueAsNumber).toPrecision(4));
    set(values);
  }

  function follow() {
    frame ||= requestAnimationFrame(draw);
  }

  function goToBest() {
    draw();
    set({ sigma: Number((10 ** curve.best.log).toPrecision(4)) });
    fill();
    draw();
    keep();
  }

  function keep() {
    draw();
    model.save_changes();
    live.textContent = verdict.textContent;
  }

  // One table a step, kept as long as the chain is the same.
  function tableAt(now, k) {
    const key = [now.target, now.proposal, now.noise].join();
    if (tables.get("of") !== key) {
      tables.clear();
      tables.set("of", key);
    }
    if (!tables.has(k)) tables.set(k, oneCoordinate(now, 10 ** LOGS[k]));
    return tables.get(k);
  }

  function draw() {
    cancelAnimationFrame(frame);
    frame = 0;
    const now = settings(), { n, sigma, rule } = now, question = [...kinds.map((name) => now[name]), n].join();
    if (question !== asked) {
      curve = { ...curveOf(now, n, rule, LOGS, (k) => tableAt(now, k)), limit: limitOf(now) };
      asked = question;
    }
    const { best, points, limit } = curve, here = expected(oneCoordinate(now, sigma), n, rule), place = inputs.place.valueAsNumber;
    const acceptance = Math.min(1, Math.max(0, here.acceptance)), share = Math.max(0, here.jump) / best.jump;
    const aside = Math.abs(Math.log10(sigma) - best.log) < 0.015 ? "the best step" : Math.log10(sigma) < best.log ? "too short" : "too long";
    outputs.n.textContent = grouped(n);
    outputs.sigma.textContent = short(sigma);
    outputs.place.textContent = place.toFixed(1);
    inputs.n.setAttribute("aria-valuetext", `${grouped(n)} dimensions`);
    inputs.sigma.setAttribute("aria-valuetext", `step ${short(sigma)}: ${percent(acceptance)} accepted, ${percent(share, 0)} of the best jump`);
    const space = Math.max(230, curves.element.parentElement.clientWidth), half = Math.max(230, proposals.element.parentElement.clientWidth);
    const words = `Acceptance and squared jump against the step. At ${short(sigma)}: ${percent(acceptance)} accepted, ${percent(share, 0)} of the best squared jump.`;
    curves.draw({ points, best, limit, log: Math.log10(sigma), acceptance, share, words }, space);
    const up = proposals.draw({ ...now, place }, half);
    const tilt = TARGETS[now.target].slope(place).toFixed(2).replace("-", "\u2212");
    const leans = `it goes uphill with probability ${percent(up)}.`;
    inputs.place.setAttribute("aria-valuetext", `at ${short(place)}: ${percent(up)} uphill`);
    uphill.textContent = place === 0 ? "At the top there is no uphill."
      : `From ${place.toFixed(1).replace("-", "\u2212")}, where the log density has the slope ${tilt}, ${leans}`;
    verdict.replaceChildren(node("strong", {}, `${percent(acceptance)} accepted: ${aside}.`),
      ` The expected squared jump of a coordinate is ${short(Math.max(0, here.jump))}, ${percent(share, 0)} of the best. ` +
      `The best step, ${short(10 ** best.log)}, accepts ${percent(best.acceptance)}; as n grows that tends to ${percent(limit)}.`);
    Object.assign(root.dataset, { n, sigma, acceptance: here.acceptance, jump: here.jump, share, best: 10 ** best.log,
      bestAcceptance: best.acceptance, bestJump: best.jump, limit });
  }

  function changed() {
    if (saving) return;
    fill();
    follow();
  }

  const watcher = new ResizeObserver(([{ contentRect }]) => {
    if (width && contentRect.width !== width) follow();
    width = contentRect.width;
  });
  el.replaceChildren(root);
  const deaf = hear(model, names, changed);
  watcher.observe(root);
  fill();
  draw();
  root.dataset.ready = "true";

  return () => {
    cancelAnimationFrame(frame);
    watcher.disconnect();
    deaf();
  };
}

export default { render };
