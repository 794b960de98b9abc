// The triangle explorer: columns and b to move, the algorithm's triangles one by one, and what they prove.

function render({ model, el }) {
  const id = `te-${Math.random().toString(36).slice(2)}`;
  let columns = [], b = [0, 0], rho = 1, ball = "l2", path = null, index = 0, frame = 0, dragged = false, saving = false;

  const live = node("p", { class: "rw-hidden", role: "status", "data-role": "live" });
  const verdict = node("p", { class: "te-verdict", "data-role": "verdict" });
  const plane = makeTrianglePlane({
    id, onEnd: finish,
    onColumn: (j, a) => moving(() => (columns[j] = a)),
    onPoint: (to) => moving(() => (b = to)),
  });
  const player = makePlayer({
    id, name: "Triangle", count: 1, pause: () => (path.steps.length > 30 ? 80 : 500),
    words: (k) => `triangle ${k + 1} of ${path ? path.steps.length : 1}`,
    onShow(k, chosen) {
      index = k;
      draw();
      if (chosen) live.textContent = verdict.textContent;
    },
  });
  const next = node("button", { type: "button", class: "rw-button rw-quiet", "data-action": "step", onclick: step }, "Next triangle");
  const option = (value, words) => node("option", { value }, words);
  const shape = node("select", { id: `${id}-ball`, "data-control": "ball", onchange: () => settle(() => (ball = shape.value)) },
    option("l2", "round: ‖x‖₂ ≤ ρ"), option("l1", "pointed: ‖x‖₁ ≤ ρ"));
  const radius = node("input", {
    id: `${id}-rho`, class: "rw-slider", type: "range", min: 0.1, max: 2, step: 0.05, "data-control": "rho",
    oninput: () => moving(() => (rho = radius.valueAsNumber)), onchange: () => finish(),
  });
  const radiusLabel = node("label", { for: radius.id });
  const field = (label, input) => node("div", { class: "rw-field" }, label, input);
  const controls = node("div", { class: "rw-controls", role: "group", "aria-label": "The ball" },
    field(node("label", { for: shape.id }, "Ball"), shape), field(radiusLabel, radius));
  const legend = node("div", { class: "rw-legend" },
    legendItem("rw-wide te-key-set", "E: all Ax with x in the ball"), legendItem("rw-wide te-key-now", "triangle p, q, b"),
    legendItem("te-key-line", "bisector of p and b"), legendItem("te-key-line te-key-proof", "... that separates"));
  const root = node("div", { class: "rw rw-two-tone rw-triangle", "data-widget": "triangle-explorer" }, controls,
    node("div", { class: "rw-columns" }, node("div", { class: "te-stage" }, plane.element),
      node("div", { class: "rw-panel" }, verdict, player.element, node("div", {}, next), legend)), live);

  // While something moves, the last triangle is shown: it carries the answer.
  function moving(change) {
    player.stop();
    change();
    dragged = true;
    frame ||= requestAnimationFrame(recompute);
  }

  function settle(change) {
    moving(change);
    finish();
  }

  function step() {
    player.stop();
    player.show((index + 1) % path.steps.length, true);
  }

  function recompute() {
    frame = 0;
    path = pathOf(columns, b, rho, ball);
    index = path.steps.length - 1;
    player.resize(path.steps.length);
    next.disabled = path.steps.length < 2;
    player.follow(index);
    draw();
  }

  // What the reader has moved goes to Python when he lets go.
  function finish() {
    cancelAnimationFrame(frame);
    if (dragged || !path) recompute();
    saving = true; // one new value must not bring back another's old one
    model.set("A", [0, 1].map((k) => columns.map((a) => a[k])));
    model.set("b", [...b]);
    model.set("rho", rho);
    model.set("ball", ball);
    saving = false;
    model.save_changes();
    if (dragged) live.textContent = verdict.textContent;
    dragged = false;
  }

  function draw() {
    const { answer, steps } = path, last = index === steps.length - 1, proves = last && answer === "outside";
    const { x, p } = steps[index], gap = told(sized(plus(b, p, -1)));
    const solution = last && answer === "inside" ? solutionBy(columns, b, x) : null;
    const cost = solution ? normOf(solution, ball) : Infinity, bound = proves ? boundOf(columns, b, p, ball) : null;
    const norm = ball === "l1" ? "‖x‖₁" : "‖x‖₂", sure = cost <= rho * (1 - 1e-9);
    const [head, rest] = proves
      ? ["Outside: proved.", `All of E lies on p's side of the bisector; b is ${told(sized(plus(b, p, -1)) / 2)} beyond it. ${
        Number.isFinite(bound) ? `Every x with Ax = b has ${norm} ≥ ${told(bound)}.` : "No x at all gives b."}`]
      : !last ? ["Pivot.", `q is at least as near to b as to p: a step from p toward q comes nearer. Now |b − p| = ${gap}.`]
      : answer === "undecided" ? [`No answer after ${steps.length} triangles.`, `b is close to the border of E; |b − p| = ${gap}.`]
      : sure ? ["Inside: proved.", `x = (${solution.map(told).join(", ")}) gives Ax = b, with ${norm} = ${told(cost)} ≤ ρ.`]
      : ["Near.", `p is within ${TOLERANCE} of b. That is no proof that b is in E.`];
    verdict.replaceChildren(node("strong", {}, head), ` ${rest}`);
    verdict.classList.toggle("te-outside", proves);
    verdict.classList.toggle("te-inside", sure);
    const end = { inside: "inside", outside: "outside", undecided: "no answer" }[answer];
    plane.draw({ columns, b, rho, ball, steps, index, proves, summary: `${end}, ${steps.length} triangles` });
    if (Number(radius.value) !== rho) radius.value = rho;
    shape.value = ball;
    radiusLabel.textContent = `Radius ρ = ${rho.toFixed(2)}`;
    Object.assign(root.dataset, { answer, triangles: steps.length, index, bound: bound ?? "", proved: proves || sure });
  }

  function changed() {
    if (saving) return;
    const A = model.get("A");
    columns = A[0].map((_, j) => A.map((row) => row[j]));
    [b, rho, ball] = [[...model.get("b")], model.get("rho"), model.get("ball")];
    player.stop();
    recompute();
  }

  el.replaceChildren(root);
  const deaf = hear(model, ["A", "b", "rho", "ball"], changed);
  changed();
  root.dataset.ready = "true";

  return () => {
    cancelAnimationFrame(frame);
    player.dispose();
    deaf();
  };
}

export default { render };
