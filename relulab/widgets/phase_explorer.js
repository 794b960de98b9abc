// The phase explorer: settings, the diagram that fills, the opened cell, the numbers.

const lab = relulab();
const NAMES = {
  gaussian: "Gaussian",
  cubic: "cubic",
  whitened: "whitened Gaussian",
  "cubic-whitened": "whitened cubic",
  random: "random",
  smallest: "smallest singular vector",
};
const SETTINGS = ["ensemble", "direction", "n", "d", "trials", "seed"];
const settingsOf = (model) => Object.fromEntries(SETTINGS.map((name) => [name, model.get(name)]));

function makeControls({ id, model, onEdit, onButton }) {
  const most = model.get("most"), inputs = {};
  const labeled = (name, label, input) => {
    inputs[name] = input;
    return node("div", { class: "pe-field" }, node("label", { for: input.id }, label), input);
  };
  const common = (name) => ({ id: `${id}-${name}`, "data-control": name, onchange: onEdit });
  const option = (value) => node("option", { value }, NAMES[value]);
  const choice = (name, label, options) => labeled(name, label, node("select", common(name), ...options.map(option)));
  const number = (name, label, min, max) =>
    labeled(name, label, node("input", { ...common(name), type: "number", min, max, step: 1, inputmode: "numeric" }));
  const range = (name, words) => node("fieldset", { class: "pe-range" }, node("legend", {}, words),
    number(`${name}-first`, "from", 1, most[name]),
    number(`${name}-last`, "to", 1, most[name]),
    number(`${name}-step`, "step", 1, most[name]));
  const button = node("button", { type: "button", class: "pe-run", "data-action": "run", onclick: onButton }, "Run");
  const element = node("div", { class: "pe-controls", role: "group", "aria-label": "Settings" },
    choice("ensemble", "Data", lab.ensembles),
    choice("direction", "Planted direction", ["random", "smallest"]),
    number("trials", "Trials a cell", 1, most.trials),
    number("seed", "Seed", 0, most.seed),
    range("d", "Dimension d"), range("n", "Samples n"), button);

  function fill() {
    const now = settingsOf(model);
    for (const name of ["ensemble", "direction", "trials", "seed"]) inputs[name].value = now[name];
    for (const name of ["n", "d"]) {
      inputs[`${name}-first`].value = now[name][0];
      inputs[`${name}-last`].value = now[name].at(-1);
      inputs[`${name}-step`].value = spacing(now[name]);
    }
  }

  // The settings that the controls hold; an Error says which of them cannot be used.
  function read() {
    const value = (name) => Number(inputs[name].value);
    for (const input of element.querySelectorAll("input")) {
      const fits = input.value !== "" && input.validity.valid;
      input.setAttribute("aria-invalid", String(!fits));
      if (fits) continue;
      const words = [input.closest("fieldset")?.querySelector("legend").textContent, input.labels[0].textContent];
      const name = words.filter(Boolean).join(", ");
      throw new Error(`${name}: give a whole number from ${input.min} to ${input.max}.`);
    }
    const sizes = {};
    for (const name of ["n", "d"]) {
      sizes[name] = progression(value(`${name}-first`), value(`${name}-last`), value(`${name}-step`));
      if (sizes[name].length === 0) throw new Error(`The range of ${name} is empty: “from” is above “to”.`);
    }
    const size = sizes.n.length * sizes.d.length;
    if (size > most.cells) throw new Error(`The grid has ${size} cells, at most ${most.cells} fit: take larger steps.`);
    const plain = { ensemble: inputs.ensemble.value, direction: inputs.direction.value };
    return { ...plain, ...sizes, trials: value("trials"), seed: value("seed") };
  }

  return { element, button, fill, read };
}

function render({ model, el }) {
  const id = `pe-${Math.random().toString(36).slice(2)}`;
  const engine = makeEngine(model, el);
  const view = { shown: settingsOf(model), cells: new Map(), cursor: [0, 0], opened: null };
  let run = null, opening = null, frame = 0, editing = false;

  const controls = makeControls({ id, model, onEdit: edit, onButton: () => (run ? stop() : start()) });
  const problem = node("p", { class: "pe-problem", role: "alert", "data-role": "error", hidden: true });
  const progress = node("progress", { class: "pe-progress", max: 1, value: 0, "aria-label": "Cells computed" });
  const status = node("p", { class: "pe-status", "data-role": "status" },
    "Press Run to measure how often the planted neuron is recovered.");
  const live = node("p", { class: "pe-hidden", role: "status", "data-role": "live" });
  const diagram = makeDiagram({ id, view, wendel: lab.wendel, onOpen: open, onPoint: point });
  const readout = node("p", { class: "pe-readout", "data-role": "readout" });
  const panel = node("div", { class: "pe-detail", role: "group", "aria-label": "The opened cell", "data-role": "detail" });
  const table = makeTable(view);
  const note = node("p", { class: "pe-note" },
    "Patterns are sampled, so the diagram is an upper bound for the network with all its patterns.");
  const root = node("div", { class: "phase-explorer", "data-widget": "phase-explorer" },
    controls.element, problem, progress, status, live,
    node("div", { class: "pe-columns" },
      node("div", { class: "pe-figure" }, diagram.element, readout, diagramLegend(), note), panel),
    table.element);

  function complain(error) {
    problem.textContent = error?.message ?? "";
    problem.hidden = !error;
  }

  function say(words) {
    live.textContent = status.textContent = words;
  }

  // A grid, empty, for the model's settings.
  function reset() {
    opening?.stop();
    opening = null;
    const shown = settingsOf(model);
    const middle = [shown.n, shown.d].map((sizes) => Math.floor((sizes.length - 1) / 2));
    Object.assign(view, { shown, cells: new Map(), cursor: middle, opened: null });
    Object.assign(root.dataset, { state: "idle", source: "", computed: 0 });
    progress.value = 0;
    readout.textContent = "";
    table.reset();
    diagram.layout();
    showOpened();
  }

  // The controls' settings go to the model; what the model thereby changes empties the grid.
  function edit() {
    editing = true;
    try {
      for (const [name, value] of Object.entries(controls.read())) {
        if (JSON.stringify(value) !== JSON.stringify(model.get(name))) model.set(name, value);
      }
      model.save_changes();
      complain(null);
      return true;
    } catch (error) {
      complain(error);
      return false;
    } finally {
      editing = false;
    }
  }

  function changed() {
    if (run) stop();
    if (!editing) controls.fill();
    reset();
    status.textContent = "The settings have changed: press Run.";
  }

  async function start() {
    if (!edit()) return;
    reset();
    const cells = coarseToFine(view.shown), begun = performance.now();
    const mine = (run = engine.compute({ settings: problemSettings(), cells, detail: false }, take));
    root.dataset.state = "running";
    controls.button.textContent = "Stop";
    say(`Computing ${cells.length} cells.`);
    try {
      await mine.done;
      if (run === mine) end("done", `Done in ${((performance.now() - begun) / 1000).toFixed(1)} s: ${summary()}`);
    } catch (error) {
      if (run !== mine) return;
      complain(error);
      end("failed", "The computation failed.");
    }
  }

  function stop() {
    run.stop();
    end("stopped", `Stopped: ${summary()}`);
  }

  function end(state, words) {
    run = null;
    root.dataset.state = state;
    controls.button.textContent = "Run";
    repaint();
    say(words);
  }

  const problemSettings = () => {
    const { ensemble, direction, trials, seed } = view.shown;
    return { ensemble, direction, trials, seed };
  };

  function take(cell) {
    view.cells.set(`${cell.n},${cell.d}`, cell);
    root.dataset.source = cell.source;
    frame ||= requestAnimationFrame(repaint);
  }

  function repaint() {
    cancelAnimationFrame(frame);
    frame = 0;
    diagram.draw();
    table.fill();
    const total = view.shown.n.length * view.shown.d.length, before = progress.value;
    progress.value = view.cells.size / total;
    root.dataset.computed = view.cells.size;
    if (!run) return;
    status.textContent = `Computing: ${view.cells.size} of ${total} cells.`;
    if (Math.floor(4 * progress.value) > Math.floor(4 * before)) live.textContent = status.textContent;
  }

  function summary() {
    const trials = [...view.cells.values()].flatMap((cell) => cell.trials);
    const undecided = howMany(trials, "undecided"), more = undecided ? `, ${undecided} undecided` : "";
    const where = root.dataset.source === "python" ? "by Python" : "in your browser";
    return `${howMany(trials, "recovered")} of ${trials.length} instances recovered${more}, computed ${where}.`;
  }

  function point(n, d, aloud) {
    readout.textContent = describeCell(view, n, d);
    if (aloud) live.textContent = readout.textContent;
  }

  // Every trial is drawn from (seed, n, d, trial): the opened cell is computed again, with its details.
  async function open(n, d) {
    opening?.stop();
    const known = view.cells.get(`${n},${d}`)?.source ?? null;
    const question = { settings: problemSettings(), cells: [[n, d]], detail: true };
    const mine = (opening = engine.compute(question, (cell) => {
      if (cell.source !== known) take(cell);
      view.opened = { ...cell, number: 0 };
      showOpened();
      point(n, d, true);
      complain(null);
    }, known));
    try {
      await mine.done;
    } catch (error) {
      if (opening === mine) complain(error);
    }
  }

  function showOpened() {
    diagram.outline();
    if (!view.opened) {
      const hint = "Open a cell to see its instances, their block norms and what proves each verdict: click it, " +
        "or move to it with the arrow keys and press Enter.";
      panel.replaceChildren(node("p", { class: "pe-hint" }, hint));
      for (const name of Object.keys(panel.dataset)) if (name !== "role") delete panel.dataset[name];
      return;
    }
    const { n, d, trials, number } = view.opened, trial = trials[number];
    Object.assign(panel.dataset, { n, d, status: trial.status, evidence: trial.evidence ?? "" });
    const [verdict, because] = verdictWords(trial);
    const chips = trials.map(({ status: name }, k) => node("button", {
      type: "button", class: "pe-chip", "data-status": name, "aria-pressed": String(k === number),
      onclick: () => choose(k),
    }, node("span", { "aria-hidden": "true" }, STATUS[name].sign), ` ${k + 1}`,
      node("span", { class: "pe-hidden" }, `, ${STATUS[name].words}`)));
    const recovered = `${howMany(trials, "recovered")} of ${trials.length} recovered`;
    const width = Math.max(240, Math.min(panel.clientWidth, 640) - 30);
    panel.replaceChildren(
      node("p", { class: "pe-title" }, `n = ${n}, d = ${d}: ${recovered}`),
      node("div", { class: "pe-chips", role: "group", "aria-label": "Instances of this cell" }, ...chips),
      node("p", { "data-role": "verdict" }, node("strong", {}, verdict), because),
      normLegend(trial), normBars(trial, width), numberList(trial));
  }

  function choose(number) {
    view.opened.number = number;
    showOpened();
    panel.querySelectorAll(".pe-chip")[number].focus();
  }

  el.replaceChildren(root);
  for (const name of SETTINGS) model.on(`change:${name}`, changed);
  const watcher = new ResizeObserver(() => diagram.layout());
  watcher.observe(diagram.element);
  controls.fill();
  reset();
  root.dataset.ready = "true";

  return () => {
    watcher.disconnect();
    for (const name of SETTINGS) model.off(`change:${name}`, changed);
    engine.dispose();
  };
}

export default { render };
