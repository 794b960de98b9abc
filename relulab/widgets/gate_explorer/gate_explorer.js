// The gate explorer: weights to drag out of the gate's cell, and what a gated and a ReLU neuron make of them.

const SAME = 1e-9;

function render({ model, el }) {
  let X = [], gate = [1, 0], w = [0, 0], frame = 0, moved = false, saving = false, said = "";
  const live = node("p", { class: "rw-hidden", role: "status", "data-role": "live" });
  const verdict = node("p", { class: "ge-verdict", "data-role": "verdict" });
  const plane = makeGatePlane({
    onWeights: (to) => moving(() => (w = to)),
    onGate: (to) => moving(() => (gate = to)),
    onEnd: finish,
  });
  const bars = makeBars();
  const legend = node("div", { class: "rw-legend" },
    legendItem("rw-wide ge-key-cell", "the cell of the gate g"), legendItem("ge-key-on", "on in this cell"), legendItem("ge-key-off", "off"),
    legendItem("rw-wide ge-key-border", "border: a sample changes sides"), legendItem("rw-wide ge-key-crossed", "crossed: the outputs part"));
  const root = node("div", { class: "rw rw-gate", "data-widget": "gate-explorer" },
    node("div", { class: "rw-columns" },
      node("div", {}, plane.element, legend),
      node("div", { class: "rw-panel" }, verdict,
        node("div", { class: "rw-legend" }, legendItem("rw-wide ge-key-gated", "gated, D(g)Xw"), legendItem("rw-wide ge-key-relu", "ReLU, (Xw)₊")),
        bars.element,
        node("button", { type: "button", class: "rw-button rw-quiet", "data-action": "back", onclick: goBack }, "Put w back into the cell"))),
    live);

  function moving(change) {
    change();
    moved = true;
    frame ||= requestAnimationFrame(draw);
  }

  function goBack() {
    const { from, to } = cellOf(gate), middle = (from + to) / 2, length = Math.max(sized(w), 0.5);
    w = [length * Math.cos(middle), length * Math.sin(middle)];
    moved = true;
    finish();
  }

  // The open sector between borders that holds the gate; where there are no borders, the whole plane.
  function cellOf(direction) {
    const cells = sectors(X.filter((x) => sized(x) > 0)), turn = 2 * Math.PI;
    const angle = (angleOf(direction) + turn) % turn;
    return cells.find(({ from, to }) => (angle >= from && angle < to) || angle + turn < to) ?? { from: 0, to: turn };
  }

  // What the reader has moved goes to Python when he lets go.
  function finish() {
    cancelAnimationFrame(frame);
    draw();
    saving = true; // half of what is new must not bring back the other half's old value
    model.set("gate", [...gate]);
    model.set("w", [...w]);
    saving = false;
    model.save_changes();
    if (moved && said !== verdict.textContent) live.textContent = said = verdict.textContent;
    moved = false;
  }

  function draw() {
    frame = 0;
    const longest = Math.max(...X.map(sized)) || 1, scale = 0.86 / longest;
    const bits = X.map((x) => (inner(x, gate) >= 0 ? 1 : 0)), values = X.map((x) => inner(x, w));
    const gated = values.map((value, i) => bits[i] * value), relu = values.map((value) => Math.max(value, 0));
    const apart = gated.flatMap((value, i) => (Math.abs(value - relu[i]) > SAME ? [i] : []));
    const samples = listOf(apart);
    const summary = apart.length ? `the outputs part on ${samples}` : "the outputs agree";
    const state = { shown: X.map((x) => x.map((v) => v * scale)), bits, cell: cellOf(gate), gate, w, gated, relu, apart, most: longest, summary };
    plane.draw(state);
    bars.draw(state);
    verdict.replaceChildren(...(apart.length
      ? [node("strong", {}, `w is outside the cell. The outputs part on ${samples}.`),
        staysOn(apart.filter((i) => bits[i]), "on", "off"), staysOn(apart.filter((i) => !bits[i]), "off", "on")]
      : [node("strong", {}, "w is in the cell of g. The outputs agree on every sample."), " Drag w out of the shaded sector."]));
    verdict.classList.toggle("ge-parted", apart.length > 0);
    Object.assign(root.dataset, { apart: apart.map((i) => i + 1).join(" "), pattern: bits.join("") });
  }

  const listOf = (found) => `sample${found.length > 1 ? "s" : ""} ${found.map((i) => i + 1).join(", ")}`;
  const staysOn = (found, is, other) =>
    found.length ? ` On ${listOf(found)} the gate stays ${is} where the ReLU is ${other}.` : "";

  function changed() {
    if (saving) return;
    [X, gate, w] = [model.get("X"), toUnit(model.get("gate")), [...model.get("w")]];
    draw();
  }

  el.replaceChildren(root);
  const deaf = hear(model, ["X", "gate", "w"], changed);
  changed();
  root.dataset.ready = "true";

  return () => {
    cancelAnimationFrame(frame);
    deaf();
  };
}

export default { render };
