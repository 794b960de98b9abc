// The plane with the samples, the cell of the gate and the weights; and the outputs as pairs of bars.

const SIZE = 360, CENTER = SIZE / 2, RADIUS = 128, RIM = 154;

const angleOf = ([a, b]) => Math.atan2(b, a);
const spot = (radius, angle) =>
  `${(CENTER + radius * Math.cos(angle)).toFixed(2)} ${(CENTER - radius * Math.sin(angle)).toFixed(2)}`;
const line = (from, to, name) => mark("path", { class: name, d: `M${from}L${to}` });
const signed = (x) => `${x < 0 ? "−" : ""}${Math.abs(x).toFixed(2)}`;

function makeGatePlane({ onWeights, onGate, onEnd }) {
  const back = mark("g", { "aria-hidden": "true" }), front = mark("g");
  const picture = mark("svg", {
    class: "ge-picture", viewBox: `0 0 ${SIZE} ${SIZE}`, role: "group", "data-role": "picture",
    "aria-label": "Samples as numbered points, the cell of the gate, and the weights w. Arrow keys move what has the focus, with Shift faster.",
  }, back, front);
  let state = null;

  const toward = ([x, y]) => [(x - CENTER) / RADIUS, (CENTER - y) / RADIUS];
  const within = (w) => (sized(w) > 1 ? toUnit(w) : w);
  const weights = makeHandle({
    kind: "ge-weights", text: "w", picture, onEnd, onFocus: () => {},
    onDrag: (place) => onWeights(within(toward(place))),
    onArrow: (arrow, factor) => onWeights(within(plus(state.w, arrow, 0.05 * factor))),
  });
  const gate = makeHandle({
    kind: "ge-gate", text: "g", picture, onEnd, onFocus: () => {},
    onDrag: (place) => onGate(toUnit(plus(toward(place), state.gate, 1e-9))),
    onArrow([right, up], factor) {
      const angle = angleOf(state.gate) + ((right + up) * factor * Math.PI) / 90;
      onGate([Math.cos(angle), Math.sin(angle)]);
    },
  });
  front.append(gate, weights);

  function draw(next) {
    state = next;
    const { shown, bits, cell, w, apart, summary } = state, whole = cell.to - cell.from > 2 * Math.PI - 1e-9;
    const wide = cell.to - cell.from > Math.PI ? 1 : 0;
    const sector = whole ? mark("circle", { class: "ge-cell", cx: CENTER, cy: CENTER, r: RADIUS })
      : mark("path", { class: "ge-cell", d: `M${CENTER} ${CENTER}L${spot(RADIUS, cell.from)}A${RADIUS} ${RADIUS} 0 ${wide} 0 ${spot(RADIUS, cell.to)}Z` });
    const borders = shown.flatMap(([a, b], i) => {
      if (!a && !b) return [];
      const angle = Math.atan2(a, -b);
      return [line(spot(RADIUS, angle), spot(RADIUS, angle + Math.PI), apart.includes(i) ? "ge-border ge-crossed" : "ge-border")];
    });
    const points = shown.flatMap(([x, y], i) => {
      const at = { x: CENTER + RADIUS * x, y: CENTER - RADIUS * y };
      const name = `ge-point${bits[i] ? " ge-on" : ""}${apart.includes(i) ? " ge-apart" : ""}`;
      return [mark("circle", { class: name, cx: at.x, cy: at.y, r: 9 }),
        mark("text", { class: bits[i] ? "ge-number ge-number-on" : "ge-number", x: at.x, y: at.y + 4, "text-anchor": "middle" }, String(i + 1))];
    });
    const [wx, wy] = [CENTER + RADIUS * w[0], CENTER - RADIUS * w[1]];
    back.replaceChildren(
      mark("circle", { class: "ge-ground", cx: CENTER, cy: CENTER, r: RADIUS }), sector, ...borders,
      line(`${CENTER} ${CENTER}`, spot(RIM, angleOf(state.gate)), "ge-gate-arrow"), ...points,
      line(`${CENTER} ${CENTER}`, `${wx} ${wy}`, "ge-arrow"), mark("circle", { class: "ge-origin", cx: CENTER, cy: CENTER, r: 3 }));
    weights.setAttribute("transform", `translate(${wx} ${wy})`);
    describe(weights, "The weights w", angleOf(w), `at ${signed(w[0])}, ${signed(w[1])}: ${summary}`);
    gate.setAttribute("transform", `translate(${spot(RIM, angleOf(state.gate))})`);
    describe(gate, "The gate g", angleOf(state.gate), `its cell has samples ${bits.flatMap((bit, i) => (bit ? [i + 1] : [])).join(", ") || "none"} on`);
  }

  return { element: node("div", { class: "ge-stage" }, picture), draw };
}

// A pair of bars a sample: what the gated neuron gives, and what the ReLU gives.
function makeBars() {
  const picture = mark("svg", { class: "ge-bars", role: "img", "data-role": "bars" });

  function draw({ gated, relu, apart, most }) {
    const n = gated.length, tall = 30, left = 26, width = 340, zero = left + (width - left) / 2;
    const long = (x) => (x / most) * ((width - left) / 2 - 42);
    const rows = gated.flatMap((value, i) => {
      const y = i * tall, parts = [[value, "ge-bar-gated", y + 4], [relu[i], "ge-bar-relu", y + 15]];
      const words = apart.includes(i) ? [mark("text", { class: "ge-said", x: value < 0 ? zero + 6 : zero - 6, y: y + 19, "text-anchor": value < 0 ? "start" : "end" },
        `${signed(value)} ≠ ${signed(relu[i])}`)] : [];
      return [
        ...(apart.includes(i) ? [mark("rect", { class: "ge-stripe", x: 0, y, width, height: tall, rx: 4 })] : []),
        mark("text", { x: 12, y: y + 19, "text-anchor": "middle" }, String(i + 1)),
        ...parts.map(([x, name, top]) => mark("rect", { class: name, x: Math.min(zero, zero + long(x)), y: top, width: Math.abs(long(x)), height: 10 })), ...words];
    });
    picture.setAttribute("viewBox", `0 0 ${width} ${n * tall}`);
    picture.replaceChildren(...rows, line(`${zero} 0`, `${zero} ${n * tall}`, "ge-zero"));
    picture.setAttribute("aria-label", gated.map((value, i) => `Sample ${i + 1}: gated ${signed(value)}, ReLU ${signed(relu[i])}`).join(". "));
  }

  return { element: picture, draw };
}
