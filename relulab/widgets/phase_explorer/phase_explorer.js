// The phase explorer: settings, the diagram that fills, the slice, the opened cell, the numbers.

const LAB = relulab();
const LONG = 60; // seconds that a computation may take before the reader is asked
const COST = { skip: 6e-8, plain: 2.4e-7, normalized: 3e-7 }; // seconds of one core for each n p d of a gated trial
const MORE = { exact: 15, noise: 8, python: 0.1 }; // how many times that
const NOTES = {
  gated: "Gated program, sampled patterns: an upper bound for the gated program over all patterns. It is no bound for the " +
    "ReLU network, which is the exact program and may recover what the gated one misses.",
  exact: "Exact program, sampled patterns: an upper bound for the ReLU network, which is this program over all patterns.",
  noisy: "Patterns are sampled. With noise that is a bound in neither direction.",
};
const noteOn = (shown) => NOTES[isNoisy(shown) ? "noisy" : shown.form];

function render({ model, el }) {
  const id = `pe-${Math.random().toString(36).slice(2)}`;
  const engine = makeEngine(model, el), most = model.get("most"), name = model.get("name"), lean = Boolean(model.get("lean"));
  const view = { shown: settingsOf(model), cells: new Map(), cursor: [0, 0], opened: null, slice: 0, stored: null, edges: [],
    on: new Set(), plain: lean };
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  let run = null, opening = null, frame = 0, editing = false;

  const controls = makeControls({ id, model, plain: lean, onEdit: edit, onButton: () => (run ? stop() : ask()) });
  const problem = node("p", { class: "rw-problem", role: "alert", "data-role": "error", hidden: true });
  const warning = node("div", { class: "pe-warning", role: "group", "aria-label": "A long computation", "data-role": "warning", hidden: true });
  const progress = node("progress", { class: "pe-progress", max: 1, value: 0, "aria-label": "Cells computed" });
  const status = node("p", { class: "pe-status", "data-role": "status" },
    `Press Run to measure how often the ${lean ? "hidden neuron is found" : "planted neurons are recovered"}.`);
  const live = node("p", { class: "rw-hidden", role: "status", "data-role": "live" });
  const diagram = makeDiagram({ id, view, heights: lean ? [244, 350] : [280, 430], onOpen: open, onPoint: point });
  const readout = node("p", { class: "pe-readout", "data-role": "readout" });
  const question = node("p", { class: "pe-question", "data-role": "question" });
  const key = makeLegend(view, true), legend = makeLegend(view, false), table = makeTable(view), detail = makeDetail();
  const switches = makeSwitches({ id, view, onSwitch: redraw });
  const slice = makeSlice({ id, view, onChoose: cut });
  const note = node("p", { class: "pe-note", "data-role": "note" });
  const actions = makeActions({ name, view, diagram, live: engine.live(), say });
  const parts = { controls, problem, warning, progress, status, diagram, readout, question, key, legend, switches, note, slice,
    detail, actions, table };
  const root = node("div", { class: `rw rw-phase${lean ? " pe-lean" : ""}`, "data-widget": "phase-explorer", "data-name": name },
    ...(lean ? leanFace(parts, unfold) : wholeFace(parts)), live);

  function complain(error, ...offers) {
    problem.replaceChildren(error?.message ?? "", ...offers);
    problem.hidden = !error;
  }

  function say(words) {
    live.textContent = status.textContent = words;
  }

  // A grid, empty, for the model's settings.
  function reset() {
    opening?.stop();
    opening = null;
    warning.hidden = true;
    const shown = settingsOf(model);
    const middle = GRID.map((axis) => Math.floor((shown[axis].length - 1) / 2));
    Object.assign(view, { shown, cells: new Map(), cursor: middle, opened: null, slice: shown.d[middle[1]] });
    view.stored = storedFor(model, shown);
    view.edges = overAll(model, shown);
    Object.assign(root.dataset, { state: "idle", source: "", computed: 0 });
    progress.value = 0;
    readout.textContent = "";
    note.textContent = noteOn(shown);
    question.textContent = QUESTIONS[isNoisy(shown) ? "noisy" : "sharp"];
    actions.forget();
    table.reset();
    explain();
    switches.reset();
    slice.reset();
    diagram.layout();
    slice.draw();
    detail.show(null);
  }

  function explain() {
    key.fill();
    legend.fill();
  }

  // What was folded had no size to draw for.
  function unfold(open) {
    view.plain = !open;
    redraw();
  }

  function redraw() {
    legend.fill();
    diagram.layout();
    slice.draw();
    detail.show(view.opened);
  }

  function adopt(settings) {
    editing = true;
    try {
      for (const key of SETTINGS) {
        if (JSON.stringify(settings[key]) !== JSON.stringify(model.get(key))) model.set(key, settings[key]);
      }
      model.save_changes();
    } finally {
      editing = false;
    }
  }

  // The controls' settings go to the model; what the model thereby changes empties the grid.
  function edit() {
    try {
      adopt(controls.read());
      complain(null);
      return true;
    } catch (error) {
      complain(error);
      return false;
    }
  }

  function changed() {
    if (run) stop();
    if (!editing) controls.fill(settingsOf(model));
    reset();
    status.textContent = "The settings have changed: press Run.";
  }

  // About how many seconds the grid takes.
  function estimate({ network, form, k, sigma, n, d, trials }) {
    const sizes = n.reduce((total, a) => total + d.reduce((more, b) => more + a * Math.max(a, 50) * b, 0), 0);
    const slower = (form === "exact" ? MORE.exact : 1) * (sigma > 0 ? MORE.noise : 1) * (engine.live() ? MORE.python : 1);
    return (trials * sizes * k * COST[network] * slower) / engine.workers;
  }

  function ask() {
    if (!edit()) return;
    const seconds = estimate(view.shown);
    if (seconds <= LONG) {
      start();
      return;
    }
    const words = `This will take about ${Math.max(2, Math.round(seconds / 60))} minutes. It can be stopped at any time.`;
    const anyway = action("anyway", "Compute anyway", start), back = action("back", "Cancel", () => {
      warning.hidden = true;
      root.dataset.state = "idle";
      controls.button.focus();
    });
    warning.replaceChildren(node("p", {}, words), anyway, back);
    warning.hidden = false;
    root.dataset.state = "asking";
    live.textContent = words;
    anyway.focus();
  }

  async function start() {
    reset();
    const cells = coarseToFine(view.shown), begun = performance.now();
    const mine = (run = engine.compute({ settings: problemSettings(view.shown), cells, detail: false }, take));
    root.dataset.state = "running";
    controls.button.textContent = "Stop";
    say(`Computing ${cells.length} cells.`);
    try {
      await mine.done;
      if (run === mine) end("done", `Done in ${((performance.now() - begun) / 1000).toFixed(1)} s: ${summary()}`);
    } catch (error) {
      if (run !== mine) return;
      fail(error);
      end("failed", "The computation failed.");
    }
  }

  // What failed is said; a stored diagram, where there is one, is offered in its place.
  function fail(error) {
    const offer = view.stored ?? storedFor(model, null);
    complain(error, ...(offer ? [" ", action("stored", "Go on with the stored result", () => showStored(offer))] : []));
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
    explain();
    say(words);
  }

  function showStored({ n, d, cells, settings, trials, words }) {
    adopt({ ...view.shown, ...settings, n, d, trials });
    controls.fill(settingsOf(model));
    reset();
    for (const cell of cells.values()) take(cell);
    complain(null);
    end("done", `The stored result, ${words}: ${summary()}`);
  }

  function take(cell) {
    view.cells.set(`${cell.n},${cell.d}`, cell);
    root.dataset.source = cell.source;
    if (lean && run && calm.matches) return; // the diagram comes at the end, complete
    frame ||= requestAnimationFrame(repaint);
  }

  function repaint() {
    cancelAnimationFrame(frame);
    frame = 0;
    diagram.draw();
    slice.draw();
    table.fill();
    const total = view.shown.n.length * view.shown.d.length, before = progress.value;
    progress.value = view.cells.size / total;
    root.dataset.computed = view.cells.size;
    if (!run) return;
    status.textContent = `Computing: ${view.cells.size} of ${total} cells. Pale: not yet computed.`;
    if (Math.floor(4 * progress.value) > Math.floor(4 * before)) live.textContent = status.textContent;
  }

  function summary() {
    const trials = [...view.cells.values()].flatMap((cell) => cell.trials), noisy = isNoisy(view.shown);
    const undecided = howMany(trials, "undecided"), more = undecided ? `, ${undecided} undecided` : "";
    const where = { python: ", computed by Python", browser: ", computed in your browser" }[root.dataset.source] ?? "";
    const what = noisy ? `mean distance ${meanDistance(trials).toFixed(3)} over ${trials.length} instances`
      : `${howMany(trials, "recovered")} of ${trials.length} instances recovered`;
    return `${what}${more}${where}.`;
  }

  function cut(d) {
    view.slice = d;
    slice.reset();
    slice.draw();
  }

  function point(n, d, aloud) {
    readout.textContent = describeCell(view, n, d) + describeEdges(view, d);
    if (aloud) live.textContent = readout.textContent;
  }

  // Every trial is drawn from (seed, n, d, trial): the opened cell is computed again, with its details.
  async function open(n, d) {
    opening?.stop();
    root.querySelector("[data-role=more]")?.setAttribute("open", "");
    cut(d);
    const known = view.cells.get(`${n},${d}`)?.source ?? null;
    const question = { settings: problemSettings(view.shown), cells: [[n, d]], detail: true };
    const mine = (opening = engine.compute(question, (cell) => {
      if (cell.source !== known) take(cell);
      view.opened = { ...cell, number: 0 };
      diagram.outline();
      detail.show(view.opened);
      point(n, d, true);
      complain(null);
    }, known));
    try {
      await mine.done;
    } catch (error) {
      if (opening === mine) fail(error);
    }
  }

  // A link to this widget brings its settings; of two widgets with one name the first on the page takes them.
  function followLink() {
    if (!root.isConnected || document.querySelector(`[data-name="${CSS.escape(name)}"]`) !== root) return;
    const found = settingsFromLink(location.hash, name, settingsOf(model), most);
    if (!found) return;
    adopt(found.settings);
    changed();
    root.scrollIntoView({ block: "start" });
    if (found.notes.length > 0) complain(new Error(found.notes.join(" ")));
    else ask();
  }

  el.replaceChildren(root);
  for (const key of SETTINGS) model.on(`change:${key}`, changed);
  const watcher = new ResizeObserver(redraw);
  watcher.observe(diagram.element);
  root.addEventListener("pointerenter", engine.warm, { once: true });
  root.addEventListener("focusin", engine.warm, { once: true });
  controls.fill(settingsOf(model));
  reset();
  root.dataset.ready = "true";
  addEventListener("hashchange", followLink);
  setTimeout(followLink);
  if (lean) controls.direction.addEventListener("change", ask);
  const unseen = lean ? whenSeen(diagram.element, () => {
    if (root.dataset.state === "idle" && estimate(view.shown) <= LONG) start();
  }) : () => {};

  return () => {
    unseen();
    watcher.disconnect();
    removeEventListener("hashchange", followLink);
    for (const key of SETTINGS) model.off(`change:${key}`, changed);
    engine.dispose();
  };
}

export default { render };
