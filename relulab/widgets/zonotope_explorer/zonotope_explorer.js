// The zonotope explorer: rows and a planted direction to move, a dual vector as two zonotopes, their distance.

const MOST_ROWS = 10;

function render({ model, el }) {
  const id = `ze-${Math.random().toString(36).slice(2)}`;
  let rows = [], w = [1, 0], scale = 1, seed = 0, focused = null, moved = false, frame = 0, h = null;

  const live = node("p", { class: "rw-hidden", role: "status", "data-role": "live" });
  const problem = node("p", { class: "rw-problem", role: "alert", "data-role": "error", hidden: true });
  const verdict = node("p", { class: "ze-verdict", "data-role": "verdict" });
  const best = node("p", { class: "ze-best", "data-role": "best" });
  const lambda = node("p", { class: "ze-best", "data-role": "lambda" });
  const chips = node("div", { class: "ze-chips", role: "group", "aria-label": "Turn a row's sign" });
  const plane = makeRows({
    onRow: (i, x) => moving(() => (rows[i] = x.map((v) => v / scale))),
    onPlant: (v) => moving(() => (w = v)),
    onFlip: flip,
    onEnd: finish,
    onFocus(i) {
      focused = i;
      frame ||= requestAnimationFrame(draw);
    },
  });
  const sets = makeSets();

  const size = node("input", {
    id: `${id}-n`, type: "number", min: 1, max: MOST_ROWS, step: 1, inputmode: "numeric", "data-control": "n", onchange: () => resize(),
  });
  const angle = node("input", {
    id: `${id}-w`, class: "rw-slider", type: "range", min: -180, max: 180, step: 1, "data-control": "angle",
    oninput: () => moving(() => (w = direction((angle.valueAsNumber * Math.PI) / 180))),
    onchange: () => finish(),
  });
  const angleLabel = node("label", { for: angle.id });
  const field = (input, words) => node("div", { class: "rw-field" }, node("label", { for: input.id }, words), input);
  const controls = node("div", { class: "rw-controls", role: "group", "aria-label": "Rows and the planted direction" },
    field(size, "Rows n"),
    node("button", { type: "button", class: "rw-button rw-quiet", "data-action": "new", onclick: renew }, "New rows"),
    node("div", { class: "rw-field" }, angleLabel, angle));
  const legend = node("div", { class: "rw-legend" },
    legendItem("rw-wide ze-key-plus", "Z+ = sum of λᵢ [0, xᵢ] over λᵢ > 0"), legendItem("rw-wide ze-key-minus", "Z− = sum of |λᵢ| [0, xᵢ] over λᵢ < 0"),
    legendItem("ze-key-gap", "h, their distance"), legendItem("ze-key-unit", "a unit of length"));
  const root = node("div", { class: "rw rw-two-tone rw-zonotope", "data-widget": "zonotope-explorer" }, controls, problem,
    node("div", { class: "rw-columns" },
      node("div", { class: "ze-stage" }, node("p", { class: "ze-caption" }, "The rows xᵢ and w: drag them"), plane.element),
      node("div", { class: "ze-stage" }, node("p", { class: "ze-caption" }, "The two zonotopes of λ"), sets.element)),
    legend,
    node("div", { class: "rw-panel" }, verdict, best,
      node("p", { class: "ze-caption" }, "Rows with the signs of their labels; press one to turn its sign, xᵢ to −xᵢ:"), chips, lambda), live);

  function moving(change) {
    change();
    moved = true;
    frame ||= requestAnimationFrame(draw);
  }

  function flip(i) {
    rows[i] = rows[i].map((v) => -v);
    moved = true;
    finish();
  }

  // New rows are those of seed 1, 2, 3, ... for every reader.
  function renew() {
    seed += 1;
    adopt(rowsOf(seed, rows.length), w);
    moved = true;
    finish();
  }

  function resize() {
    const wanted = size.valueAsNumber, fits = Number.isInteger(wanted) && wanted >= 1 && wanted <= MOST_ROWS;
    problem.hidden = fits;
    size.setAttribute("aria-invalid", String(!fits));
    problem.textContent = fits ? "" : `Rows n: give a whole number from 1 to ${MOST_ROWS}.`;
    if (!fits || wanted === rows.length) return;
    adopt([...rows, ...rowsOf(seed, wanted).slice(rows.length).map((x) => x.map((v) => v / scale / 2))].slice(0, wanted), w);
    moved = true;
    finish();
  }

  function adopt(X, plant) {
    rows = X.map((x) => [...x]);
    w = toUnit(plant);
    const longest = Math.max(...rows.map(sized));
    scale = longest > 0 ? 1.4 / longest : 1;
    size.value = rows.length;
    problem.hidden = true;
    size.setAttribute("aria-invalid", "false");
    draw();
  }

  // What the reader has moved goes to Python when he lets go.
  function finish() {
    cancelAnimationFrame(frame);
    draw();
    model.set("X", rows.map((x) => [...x]));
    model.set("w", [...w]);
    model.set("h", h);
    model.save_changes();
    if (moved) live.textContent = `${verdict.textContent} ${best.textContent}`;
    moved = false;
  }

  function draw() {
    frame = 0;
    const dual = dualOf(rows, w), found = dual && distance(rows, dual), labels = rows.map((x) => inner(x, w));
    h = found && found.h;
    const state = { rows, w, dual, found, labels, focused, shown: rows.map((x) => x.map((v) => v * scale)) };
    plane.draw(state);
    sets.draw(state);
    const degrees = Math.round((angleOf(w) * 180) / Math.PI);
    if (Number(angle.value) !== degrees) angle.value = degrees;
    angleLabel.textContent = `Angle of w: ${degrees}°`;
    const least = dual && bestDual(rows, w);
    if (dual) {
      const [number, meaning] = verdictOf(h);
      verdict.replaceChildren(node("strong", {}, number), ` ${meaning}`);
    } else {
      verdict.textContent = rows.length < 2 ? "One row: XᵀX is singular, and λ is not defined. Add rows."
        : "All rows lie on one line: XᵀX is singular, and λ is not defined. Move a row aside.";
    }
    verdict.classList.toggle("ze-proved", dual !== null && h < 1 - SURE);
    best.textContent = least ? bestWords(h, least.h, labels) : "";
    lambda.textContent = dual ? `λ = X(XᵀX)⁻¹w = (${dual.map(signed).join(", ")})` : "";
    show(dual, labels);
    Object.assign(root.dataset, { h: dual ? h : "", least: least ? least.h : "", seed, angle: degrees });
  }

  function show(dual, labels) {
    if (chips.children.length !== rows.length) {
      chips.replaceChildren(...rows.map((_, i) => node("button", { type: "button", "data-flip": i + 1, onclick: () => flip(i) })));
    }
    [...chips.children].forEach((chip, i) => {
      const part = dual ? dual[i] : 0, label = labels[i] > 0 ? "+" : labels[i] < 0 ? "−" : "0";
      chip.className = `ze-chip${part > 0 ? " ze-plus" : part < 0 ? " ze-minus" : ""}`;
      chip.textContent = `${i + 1} ${label}`;
      chip.setAttribute("aria-label", `Turn the sign of row ${i + 1}; its label is ${signed(labels[i])}`);
    });
  }

  function changed() {
    const [X, plant] = [model.get("X"), model.get("w")];
    if (JSON.stringify([X, plant]) !== JSON.stringify([rows, w])) adopt(X, plant);
  }

  el.replaceChildren(root);
  model.on("change:X", changed);
  model.on("change:w", changed);
  adopt(model.get("X"), model.get("w"));
  root.dataset.ready = "true";

  return () => {
    cancelAnimationFrame(frame);
    model.off("change:X", changed);
    model.off("change:w", changed);
  };
}

export default { render };
