// The whole explorer: a small phase diagram over all patterns that fills while one looks, for three programs.

const SETTINGS = ["program", "ensemble", "direction", "trials", "seed"];
const MOST_TRIALS = 50;

// What a worker answers: one cell's verdicts.
function answer({ settings, program, n, d }) {
  return Array.from({ length: settings.trials }, (_, number) => {
    const { status, evidence, cost, leaves } = lab.trialOf(settings, program, n, d, number);
    return { status, evidence, cost, leaves };
  });
}

function render({ model, el }) {
  const id = `we-${Math.random().toString(36).slice(2)}`, calm = matchMedia("(prefers-reduced-motion: reduce)");
  const pool = makePool(`${EVERYWHERE}\nconst lab = everywhere();\n${answer}`, Math.max(1, Math.min(4, navigator.hardwareConcurrency || 2)));
  const view = { shown: { ...SIZES, sigma: 0 }, cells: new Map(), cursor: [4, 2], opened: null, stored: null, edges: [],
    on: new Set(["exact", "gated"]), plain: false };
  let job = null, frame = 0, seen = false, drawn = {};
  const memories = new Map();

  const problem = node("p", { class: "rw-problem", role: "alert", "data-role": "error", hidden: true });
  const progress = node("progress", { class: "pe-progress", max: 1, value: 0, "aria-label": "Cells computed" });
  const status = node("p", { class: "pe-status", "data-role": "status" });
  const live = node("p", { class: "rw-hidden", role: "status", "data-role": "live" });
  const readout = node("p", { class: "pe-readout", "data-role": "readout" });
  const note = node("p", { class: "pe-note", "data-role": "note" });
  const legend = node("div", { class: "rw-legend", "data-role": "legend" });
  const diagram = makeDiagram({ id, view, heights: [260, 400], onOpen: open, onPoint: point });
  const table = makeTable({ shown: view.shown, get cells() { return memory(); } }), switches = makeSwitches({ id, view, onSwitch: redraw });
  const title = node("p", { class: "pe-title" }), list = node("ol", { class: "we-trials" });
  const roll = node("div", { class: "pe-scroll", tabindex: 0, role: "group", "aria-label": "How each problem was decided" }, list);
  const panel = node("div", { class: "rw-panel we-opened", "data-role": "opened" }, title, roll);

  const radios = Object.entries(PROGRAMS).map(([program, words]) => node("label", { for: `${id}-${program}` },
    node("input", { id: `${id}-${program}`, type: "radio", name: `${id}-program`, value: program, "data-control": program,
      onchange: () => choose({ program }) }), words));
  const field = (name, words, input) => node("div", { class: "rw-field" }, node("label", { for: input.id }, words), input);
  const select = (name) => node("select", { id: `${id}-${name}`, "data-control": name, onchange: (event) => choose({ [name]: event.target.value }) },
    ...Object.entries(CHOICES[name]).map(([value, words]) => node("option", { value }, words)));
  const inputs = { ensemble: select("ensemble"), direction: select("direction"), trials: node("input", {
    id: `${id}-trials`, type: "number", min: 1, max: MOST_TRIALS, step: 1, inputmode: "numeric", "data-control": "trials", onchange: count,
  }) };
  const button = node("button", { type: "button", class: "rw-button", "data-action": "run", onclick: () => (job ? stop() : start()) });
  const controls = node("div", { class: "rw-controls", role: "group", "aria-label": "Problems" },
    field("direction", "The linear neuron points", inputs.direction), field("ensemble", "Data", inputs.ensemble),
    field("trials", "Trials a cell", inputs.trials),
    node("button", { type: "button", class: "rw-button rw-quiet", "data-action": "new", onclick: () => choose({ seed: (drawn.seed + 1) % 2 ** 32 }) }, "New draws"),
    button);
  const root = node("div", { class: "rw rw-phase rw-whole", "data-widget": "whole-explorer" },
    node("fieldset", { class: "pe-over we-programs", "data-role": "programs" }, node("legend", {}, "Which network?"),
      node("span", { class: "pe-switches" }, ...radios)),
    controls, problem, progress, status,
    node("div", { class: "rw-columns pe-columns" },
      node("div", {}, diagram.element, readout, legend, switches.element), node("div", {}, panel, note)),
    table.element, live);

  // The cells of a program for the problems that are shown; none of them is computed twice.
  function memory(program = drawn.program) {
    const key = JSON.stringify([program, drawn.ensemble, drawn.direction, drawn.trials, drawn.seed]);
    if (!memories.has(key)) {
      if (memories.size >= 24) memories.delete(memories.keys().next().value);
      memories.set(key, new Map());
    }
    return memories.get(key);
  }

  // With cells without trials where the page decides nothing, so that no neighbor stands for them.
  function drawnCells() {
    const beyond = coarseToFine(view.shown).filter(([, d]) => !canDecide(drawn.program, d));
    return new Map([...beyond.map(([n, d]) => [`${n},${d}`, { n, d, trials: [] }]), ...memory()]);
  }

  const places = () => coarseToFine(view.shown).filter(([, d]) => canDecide(drawn.program, d));
  const missing = () => places().filter(([n, d]) => !memory().has(`${n},${d}`));

  function say(words) {
    live.textContent = status.textContent = words;
  }

  function complain(words) {
    problem.hidden = !words;
    problem.textContent = words;
  }

  function choose(change) {
    for (const [name, value] of Object.entries(change)) model.set(name, value);
    model.save_changes();
    changed();
  }

  function count() {
    const wanted = inputs.trials.valueAsNumber, fits = Number.isInteger(wanted) && wanted >= 1 && wanted <= MOST_TRIALS;
    inputs.trials.setAttribute("aria-invalid", String(!fits));
    complain(fits ? "" : `Trials a cell: give a whole number from 1 to ${MOST_TRIALS}.`);
    if (fits) choose({ trials: wanted });
  }

  function changed() {
    const wanted = Object.fromEntries(SETTINGS.map((name) => [name, model.get(name)]));
    if (JSON.stringify(wanted) === JSON.stringify(drawn)) return;
    if (job) stop();
    drawn = wanted;
    adopt();
    if (seen) start();
  }

  function adopt() {
    radios.forEach((label) => (label.firstChild.checked = label.firstChild.value === drawn.program));
    for (const [name, input] of Object.entries(inputs)) input.value = drawn[name];
    inputs.trials.setAttribute("aria-invalid", "false");
    complain("");
    Object.assign(view, { cells: drawnCells(), opened: null, edges: overAll(model, { ...drawn, network: "skip", sigma: 0 }) });
    note.textContent = NOTES[drawn.program];
    readout.textContent = "";
    Object.assign(root.dataset, { program: drawn.program, state: "idle" });
    status.textContent = "Each square: how many of its random problems are recovered. Press Run.";
    button.textContent = "Run";
    table.reset();
    switches.reset();
    redraw();
    repaint();
    show();
  }

  function redraw() {
    legend.replaceChildren(
      node("span", { class: "rw-item" }, "recovered: none", node("span", { class: "pe-scale",
        style: `background: linear-gradient(to right, ${[0, 0.2, 0.4, 0.6, 0.8, 1].map(color).join(", ")})` }), "all"),
      ...allCurves(view).map(({ kind, words }) => legendItem(`rw-wide pe-key-${kind}`, words)),
      ...([...view.cells.values()].some(({ trials }) => howMany(trials, "undecided")) ? [legendItem("rw-wide pe-key-open", "some open")] : []));
    diagram.layout();
  }

  async function start() {
    const mine = (job = {}), left = missing(), begun = performance.now();
    root.dataset.state = "running";
    button.textContent = "Stop";
    if (left.length) say(`Deciding ${left.length * drawn.trials} problems.`);
    const { program, ...settings } = drawn, known = memory();
    try {
      await Promise.all(left.map(async ([n, d]) => {
        const trials = await pool.ask(mine, { settings, program, n, d });
        known.set(`${n},${d}`, { n, d, trials });
        if (job !== mine) return;
        view.cells.set(`${n},${d}`, { n, d, trials });
        if (!calm.matches) frame ||= requestAnimationFrame(repaint); // else the diagram comes complete
      }));
      if (job === mine) end("done", `${left.length ? `Done in ${((performance.now() - begun) / 1000).toFixed(1)} s. ` : ""}${summary()}`);
    } catch (error) {
      if (job !== mine) return;
      pool.stop(mine);
      complain(error.message);
      end("failed", "The computation failed.");
    }
  }

  function stop() {
    const mine = job;
    end("stopped", `Stopped. ${summary()}`);
    pool.stop(mine);
  }

  function end(state, words) {
    job = null;
    root.dataset.state = state;
    button.textContent = "Run";
    repaint();
    redraw();
    show();
    say(words);
  }

  function summary() {
    const trials = [...view.cells.values()].flatMap((cell) => cell.trials), open = howMany(trials, "undecided");
    return `${PROGRAMS[drawn.program]}: ${howMany(trials, "recovered")} of ${trials.length} problems recovered, ` +
      `${open ? `${open} left open` : "none left open"}.`;
  }

  function repaint() {
    cancelAnimationFrame(frame);
    frame = 0;
    diagram.draw();
    table.fill();
    const total = places().length, before = progress.value;
    const known = memory().size;
    progress.value = known / total;
    root.dataset.computed = known;
    if (!job) return;
    status.textContent = `Deciding: ${known} of ${total} cells. Pale: not yet decided.`;
    if (Math.floor(4 * progress.value) > Math.floor(4 * before)) live.textContent = status.textContent;
  }

  function point(n, d, aloud) {
    const beyond = canDecide(drawn.program, d) ? "" : ` The page lists the gated network's patterns up to d = ${LISTED} only.`;
    readout.textContent = placeWords(memory, n, d) + beyond;
    if (aloud) live.textContent = readout.textContent;
  }

  function open(n, d) {
    const cell = memory().get(`${n},${d}`);
    view.opened = cell ? { n, d } : null;
    diagram.outline();
    show();
    point(n, d, true);
  }

  // The trials of the opened cell.
  function show() {
    const place = view.opened, cell = place && memory().get(`${place.n},${place.d}`);
    title.textContent = cell ? `n = ${place.n}, d = ${place.d}: ${PROGRAMS[drawn.program]}`
      : "Press a square, or Enter on it, to see how each of its problems was decided.";
    list.replaceChildren(...(cell?.trials ?? []).map((trial) => node("li", {},
      node("span", { class: "we-sign", "aria-hidden": "true" }, STATUS[trial.status].sign), trialWords(trial, drawn.program))));
    roll.hidden = !cell;
  }

  el.replaceChildren(root);
  const deaf = hear(model, SETTINGS, changed), watcher = new ResizeObserver(redraw);
  changed();
  watcher.observe(diagram.element);
  root.addEventListener("pointerenter", pool.warm, { once: true });
  root.dataset.ready = "true";
  const unseen = whenSeen(diagram.element, () => {
    seen = true;
    if (root.dataset.state === "idle") start();
  });

  return () => {
    unseen();
    deaf();
    watcher.disconnect();
    cancelAnimationFrame(frame);
    job = null;
    pool.dispose();
  };
}

export default { render };
