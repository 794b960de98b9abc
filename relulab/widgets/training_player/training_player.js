// The training player: runs that came with the page, and one that the reader trains in it.

const OWN = "train one here";
const SPEEDS = [["0.5", "half speed"], ["1", "normal speed"], ["2", "double speed"], ["4", "fourfold speed"]];
const PLANTS = [["one", "one ReLU neuron"], ["opposite", "two opposite ReLU neurons"], ["linear", "a linear neuron, skip network"]];
// name, label, first value, least, most, step
const NUMBERS = [
  ["n", "Rows n", 40, 2, 100, 1], ["width", "Neurons", 16, 1, 60, 1], ["beta", "Weight decay β", 0.02, 0, 1, "any"],
  ["lr", "Step size", 0.2, 0.001, 5, "any"], ["scale", "Initial size", 0.5, 0.01, 3, "any"],
  ["steps", "Steps", 4000, 10, 20000, 1], ["seed", "Seed", 0, 0, 4294967295, 1],
];

// A frame as the pictures want it, from the columns that Python sends.
function framesOf({ step, first, second, loss, objective, test_distance: distances }) {
  return step.map((at, k) => ({
    step: at, first: first[k], second: second[k], loss: loss[k], objective: objective[k], test_distance: distances[k],
  }));
}

function curvesOf({ frames, optimum }) {
  const values = (pick) => frames.map(pick), last = optimum === null
    ? { name: "objective", values: values((frame) => frame.objective), className: "tp-third" }
    : { name: "share above the convex optimum", className: "tp-third",
      values: values((frame) => Math.max(0, frame.objective / optimum - 1)) };
  return [
    { name: "training loss ½‖f(X) − y‖²", values: values((frame) => frame.loss), className: "tp-first" },
    { name: "test distance ‖f(X′) − f*(X′)‖", values: values((frame) => frame.test_distance), className: "tp-second" }, last,
  ];
}

const rounded = (value) => (value === 0 ? "0" : value >= 1e-3 && value < 1e4 ? value.toPrecision(3) : value.toExponential(1));
const many = (count, thing) => `${count} ${thing}${count === 1 ? "" : "s"}`;

function sentence({ linear, optimum }, frame, lean) {
  const { active, directions, skip } = directionsOf(frame, linear);
  const ratio = optimum === null ? 1 : frame.objective / optimum;
  const excess = ratio > 2 ? `${ratio.toPrecision(3)} times the convex optimum` : `${rounded(Math.max(0, 100 * (ratio - 1)))} % above the convex optimum`;
  const gap = optimum === null ? "" : `, ${excess}`;
  const who = skip ? `${active ? many(active, "ReLU neuron") : "No ReLU neuron"} beside the skip connection`
    : `${many(active, "active neuron")} in ${many(directions, "direction")}`;
  if (lean) return `Step ${frame.step}: ${who}. Misfit on the data ${rounded(frame.loss)}.`;
  return `Step ${frame.step}: ${who}. Loss ${rounded(frame.loss)}, test distance ${rounded(frame.test_distance)}. ` +
    `Objective ${rounded(frame.objective)}${gap}.`;
}

function render({ model, el }) {
  const id = `tp-${Math.random().toString(36).slice(2)}`;
  const worker = makeWorker(`const lab = (${numerics})(), net = (${training})();
    function answer({ settings, lr, steps }, part) {
      const begun = net.begin(settings, lab.generator);
      part({ begun: { X: begun.problem.X, hidden: begun.hidden, linear: begun.linear } });
      net.train({ ...begun, lr, steps }, (frame) => part({ frame }));
    }`);
  const lean = Boolean(model.get("lean"));
  let runs = [], run = null, shown = null, width = 0, unseen = () => {};

  const live = node("p", { class: "rw-hidden", role: "status", "data-role": "live" });
  const problem = node("p", { class: "rw-problem", role: "alert", "data-role": "error", hidden: true });
  const plot = makePlot(), curves = makeCurves();
  const words = node("p", { class: "tp-words", "data-role": "words" });
  const field = (input, label) => node("div", { class: "rw-field" }, node("label", { for: input.id }, label), input);
  const select = (name, options, onchange) => node("select", { id: `${id}-${name}`, "data-control": name, onchange },
    ...options.map(([value, label]) => node("option", { value }, label)));
  const choice = select("run", [], () => choose(choice.value));
  const speed = select("speed", SPEEDS, () => {});
  speed.value = "1";
  const player = makePlayer({
    id, name: "Frame of the run", count: 2, onShow: show, pause: () => 90 / Number(speed.value),
    words: (k) => (run ? `step ${run.frames[k].step}` : ""),
  });
  const step = node("button", {
    type: "button", class: "rw-button rw-quiet", "data-action": "step", onclick: () => {
      player.stop();
      player.show(shown + 1, true);
    },
  }, "One frame on");

  const plant = select("planted", PLANTS, () => {});
  const inputs = Object.fromEntries(NUMBERS.map(([name, , value, min, max, by]) => [name, node("input", {
    id: `${id}-${name}`, type: "number", min, max, step: by, value, "data-control": name,
  })]));
  const start = node("button", { type: "button", class: "rw-button", "data-action": "train", onclick: train }, "Train");
  const workshop = node("div", { class: "rw-controls tp-workshop", role: "group", "aria-label": "The run to train", hidden: true },
    field(plant, "Planted"), ...NUMBERS.map(([name, label]) => field(inputs[name], label)), start);

  const legend = node("div", { class: "rw-legend" },
    legendItem("tp-key-plus", "neuron, output weight +"), legendItem("tp-key-minus", "output weight −"),
    legendItem("tp-key-sum", "sum of a direction"), ...(lean ? [] : [legendItem("tp-key-skip", "skip connection")]),
    legendItem("tp-key-planted", lean ? "hidden neuron" : "planted"), legendItem("tp-key-datum", lean ? "data" : "rows"));
  const charts = node("div", { "data-role": "charts" }, curves.element);
  const which = node("div", { class: "rw-controls", role: "group", "aria-label": "Which run" }, field(choice, "Run"));
  const more = node("details", { class: "rw-more", "data-role": "more", ontoggle: () => curvesAnew() },
    node("summary", {}, "More"), node("div", { class: "rw-controls" }, field(speed, "Speed"), step), charts);
  if (!lean) which.append(field(speed, "Speed"), step);
  const root = node("div", { class: "rw rw-training", "data-widget": "training-player" }, ...(lean
    ? [node("div", { class: "rw-columns" }, plot.element, node("div", {}, which, player.element, words, legend, workshop, problem)), more]
    : [which, workshop, problem, player.element, words,
      node("div", { class: "rw-columns" }, node("div", {}, plot.element, legend), charts)]), live);

  function complain(message) {
    problem.hidden = !message;
    problem.textContent = message;
  }

  function load(next, index) {
    run = next;
    plot.reset(run);
    curves.reset(run, curvesOf(run), charts.clientWidth || 320);
    player.resize(run.frames.length);
    player.show(index, false);
  }

  function curvesAnew() {
    curves.reset(run, curvesOf(run), charts.clientWidth || 320);
    curves.draw(shown);
  }

  function show(k, chosen) {
    const frame = run.frames[k];
    plot.draw(run, k);
    curves.draw(k);
    shown = k;
    words.textContent = sentence(run, frame, lean);
    const { active, directions, skip } = directionsOf(frame, run.linear);
    Object.assign(root.dataset, { frame: k, step: frame.step, active, directions, skip: skip ? "yes" : "no",
      loss: frame.loss, objective: frame.objective, optimum: run.optimum ?? "" });
    if (chosen) live.textContent = words.textContent;
  }

  function choose(name) {
    player.stop();
    worker.stop();
    complain("");
    workshop.hidden = name !== OWN;
    root.dataset.run = name;
    if (name === OWN) train();
    else load(runs.find((one) => one.name === name), 0);
    if (lean && name !== OWN && root.dataset.ready) player.perform();
  }

  // The settings that the inputs hold; an Error says which of them cannot be used.
  function settings() {
    return Object.fromEntries(NUMBERS.map(([name, label, , min, max, by]) => {
      const input = inputs[name], value = input.valueAsNumber;
      const fits = value >= min && value <= max && (by === "any" || Number.isInteger(value));
      input.setAttribute("aria-invalid", String(!fits));
      if (!fits) throw new Error(`${label}: give a ${by === "any" ? "" : "whole "}number from ${min} to ${max}.`);
      return [name, value];
    }));
  }

  async function train() {
    player.stop();
    let own = null;
    try {
      const { lr, steps, ...rest } = settings();
      complain("");
      root.dataset.state = "training";
      start.disabled = true;
      live.textContent = "Training.";
      await worker.ask({ settings: { ...rest, planted: plant.value }, lr, steps }, ({ begun, frame }) => {
        if (begun) own = { name: OWN, optimum: null, frames: [], ...begun };
        else if (frame) own.frames.push(frame);
        else own.diverged = true;
      });
      if (own.frames.length > 0) load(own, 0);
      if (own.diverged) complain("The run diverges: its weights grow without bound. Take a smaller step size.");
      else player.perform();
      root.dataset.state = own.diverged ? "diverged" : "trained";
      live.textContent = own.diverged ? "" : `Trained: ${sentence(own, own.frames.at(-1), lean)}`;
    } catch (error) {
      root.dataset.state = "failed";
      complain(`${error.message}${runs.length > 0 && error.message.includes("Worker") ? " The stored runs above can still be played." : ""}`);
    } finally {
      start.disabled = false;
    }
  }

  async function begin() {
    try {
      runs = (await unpack(model.get("packed_runs"))).map((one) => ({ ...one, frames: framesOf(one) }));
    } catch (error) {
      complain(`The stored runs cannot be read: ${error.message}`);
    }
    choice.replaceChildren(...[...runs.map((one) => one.name), OWN].map((name) => node("option", { value: name }, name)));
    choose(choice.value);
    watcher.observe(root);
    root.dataset.ready = "true";
    if (lean) unseen = whenSeen(plot.element, player.perform);
  }

  const watcher = new ResizeObserver(([{ contentRect }]) => {
    if (run && width && contentRect.width !== width) curvesAnew();
    width = contentRect.width;
  });
  el.replaceChildren(root);
  begin();

  return () => {
    unseen();
    watcher.disconnect();
    player.dispose();
    worker.dispose();
  };
}

export default { render };
