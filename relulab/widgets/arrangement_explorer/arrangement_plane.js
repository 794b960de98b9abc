// The plane: rows as points that can be dragged, the gate u as an arrow, and about them the ring of u's cells.

const SIZE = 360, CENTER = SIZE / 2, UNIT = 82, FARTHEST = 1.5;
const RING = [140, 164];

const spot = (radius, angle) =>
  `${(CENTER + radius * Math.cos(angle)).toFixed(2)} ${(CENTER - radius * Math.sin(angle)).toFixed(2)}`;

function ringPart(from, to) {
  const wide = to - from > Math.PI ? 1 : 0, [near, far] = RING;
  return `M${spot(near, from)}A${near} ${near} 0 ${wide} 0 ${spot(near, to)}L${spot(far, to)}` +
    `A${far} ${far} 0 ${wide} 1 ${spot(far, from)}Z`;
}

function makePlane({ onGate, onRow, onEnd }) {
  const back = mark("g", { "aria-hidden": "true" }), front = mark("g");
  const picture = mark("svg", {
    class: "ae-picture", viewBox: `0 0 ${SIZE} ${SIZE}`, role: "group", "data-role": "picture",
    "aria-label": "Rows as points, and the gate u. Arrow keys move what has the focus, with Shift faster.",
  }, back, front);
  const element = node("div", { class: "ae-stage" }, picture);
  let handles = [], gate = null, state = null, focused = null;

  const toward = ([x, y]) => [(x - CENTER) / UNIT, (CENTER - y) / UNIT];
  // No row leaves the disc, and one that comes near the origin is zero.
  const within = (x) => (sized(x) > FARTHEST ? toUnit(x).map((v) => v * FARTHEST) : x.map((v) => (sized(x) < 0.03 ? 0 : v)));
  const angleOf = ([a, b]) => Math.atan2(b, a);
  const direction = (angle) => [Math.cos(angle), Math.sin(angle)];

  function build(count) {
    const focus = (i) => (is) => {
      focused = is ? i : null;
      draw(state);
    };
    handles = Array.from({ length: count }, (_, i) => makeHandle({
      kind: "ae-row", text: String(i + 1), picture, onEnd, onFocus: focus(i),
      onDrag: (place) => onRow(i, within(toward(place))),
      onArrow: (arrow, factor) => onRow(i, within(plus(state.shown[i], arrow, 0.05 * factor))),
    }));
    gate = makeHandle({
      kind: "ae-gate", text: "u", picture, onEnd, onFocus: () => {},
      onDrag: (place) => onGate(toUnit(plus(toward(place), direction(angleOf(state.gate)), 1e-9))),
      onArrow: ([right, up], factor) => onGate(direction(angleOf(state.gate) + ((right + up) * factor * Math.PI) / 90)),
    });
    front.replaceChildren(...handles, gate);
  }

  function draw(next) {
    state = next;
    const { shown, bits, cells, current, allOnes, summary } = state;
    if (handles.length !== shown.length) build(shown.length);
    const angle = angleOf(state.gate), [left, right] = [angle + Math.PI / 2, angle - Math.PI / 2];
    const parts = cells.map(({ from, to, bits: own }) => mark("path", {
      class: `ae-cell${own.every(Boolean) ? " ae-full" : ""}`, d: ringPart(from, to),
      fill: color(own.reduce((a, b) => a + b, 0) / own.length),
    }));
    parts.forEach((path, k) => path.addEventListener("click", () => {
      onGate(cells[k].gate);
      onEnd();
    }));
    const outline = cells[current] ? [mark("path", { class: "ae-here", d: ringPart(cells[current].from, cells[current].to) })] : [];
    const star = allOnes ? [mark("path", { class: "ae-glow", d: ringPart(allOnes.from, allOnes.to) })] : [];
    const [a, b] = focused === null ? [0, 0] : shown[focused], border = Math.atan2(a, -b);
    const switches = a || b ? [mark("path", { class: "ae-border", d: `M${spot(RING[0], border)}L${spot(RING[0], border + Math.PI)}` })] : [];
    back.replaceChildren(
      mark("circle", { class: "ae-ground", cx: CENTER, cy: CENTER, r: RING[0] - 3 }),
      mark("path", { class: "ae-side", d: `M${spot(RING[0] - 3, right)}A${RING[0] - 3} ${RING[0] - 3} 0 0 0 ${spot(RING[0] - 3, left)}Z` }),
      mark("path", { class: "ae-own", d: `M${spot(RING[0] - 3, left)}L${spot(RING[0] - 3, right)}` }),
      ...switches, ...parts, ...star, ...outline,
      mark("path", { class: "ae-arrow", d: `M${CENTER} ${CENTER}L${spot(RING[0] - 1, angle)}` }),
      mark("circle", { class: "ae-origin", cx: CENTER, cy: CENTER, r: 3 }));
    handles.forEach((handle, i) => {
      const [x, y] = shown[i];
      handle.setAttribute("transform", `translate(${CENTER + UNIT * x} ${CENTER - UNIT * y})`);
      handle.classList.toggle("ae-on", bits[i] === 1);
      describe(handle, `Row ${i + 1}`, angleOf([x, y]), `at ${x.toFixed(2)}, ${y.toFixed(2)}: ${bits[i] ? "on" : "off"}`);
    });
    gate.setAttribute("transform", `translate(${spot((RING[0] + RING[1]) / 2, angle)})`);
    describe(gate, "The gate u", angle, summary);
  }

  return { element, draw };
}
