// Left the rows that the reader moves, with the planted direction w on a ring; right the two zonotopes.

const SIZE = 360, CENTER = SIZE / 2, UNIT = 82, FARTHEST = 1.5, RIM = 137, RING = 156;

const angleOf = ([a, b]) => Math.atan2(b, a);
const direction = (angle) => [Math.cos(angle), Math.sin(angle)];
const spot = ([x, y]) => `${x.toFixed(2)} ${y.toFixed(2)}`;
const signed = (x) => `${x < 0 ? "−" : "+"}${Math.abs(x).toFixed(2)}`;

function makeRows({ onRow, onPlant, onEnd, onFlip, onFocus }) {
  const back = mark("g", { "aria-hidden": "true" }), front = mark("g");
  const element = mark("svg", {
    class: "ze-picture", viewBox: `0 0 ${SIZE} ${SIZE}`, role: "group", "data-role": "rows",
    "aria-label": "Rows as points, and the direction w. Arrow keys move what has the focus, with Shift faster; Enter turns a row's sign.",
  }, back, front);
  let handles = [], plant = null, state = null;

  const toward = ([x, y]) => [(x - CENTER) / UNIT, (CENTER - y) / UNIT];
  const place = ([x, y], far = UNIT) => [CENTER + far * x, CENTER - far * y];
  // No row leaves the disc, and one that comes near the origin is zero.
  const within = (x) => (sized(x) > FARTHEST ? toUnit(x).map((v) => v * FARTHEST) : x.map((v) => (sized(x) < 0.03 ? 0 : v)));

  function build(count) {
    handles = Array.from({ length: count }, (_, i) => makeHandle({
      kind: "ze-row", text: String(i + 1), picture: element, onEnd,
      onFocus: (is) => onFocus(is ? i : null), onPress: () => onFlip(i),
      onDrag: (at) => onRow(i, within(toward(at))),
      onArrow: (arrow, factor) => onRow(i, within(plus(state.shown[i], arrow, 0.05 * factor))),
    }));
    plant = makeHandle({
      kind: "ze-plant", text: "w", picture: element, onEnd, onFocus: () => {},
      onDrag: (at) => sized(toward(at)) > 0 && onPlant(toUnit(toward(at))),
      onArrow: ([right, up], factor) => onPlant(direction(angleOf(state.w) + ((right + up) * factor * Math.PI) / 90)),
    });
    front.replaceChildren(...handles, plant);
  }

  function draw(next) {
    state = next;
    const { shown, w, dual, labels } = state;
    if (handles.length !== shown.length) build(shown.length);
    const across = [-w[1], w[0]], end = (v) => spot(place(v, RIM));
    back.replaceChildren(
      mark("circle", { class: "ze-ground", cx: CENTER, cy: CENTER, r: RIM }),
      mark("path", { class: "ze-side", d: `M${end(across.map((v) => -v))}A${RIM} ${RIM} 0 0 0 ${end(across)}Z` }),
      mark("path", { class: "ze-stem", d: `M${CENTER} ${CENTER}L${end(w)}` }),
      ...shown.map((x) => mark("path", { class: "ze-spoke", d: `M${CENTER} ${CENTER}L${spot(place(x))}` })),
      mark("circle", { class: "ze-origin", cx: CENTER, cy: CENTER, r: 3 }));
    handles.forEach((handle, i) => {
      const [x, y] = shown[i], part = dual ? dual[i] : 0;
      handle.setAttribute("transform", `translate(${place([x, y])})`);
      handle.classList.toggle("ze-plus", part > 0);
      handle.classList.toggle("ze-minus", part < 0);
      const words = dual ? `lambda ${signed(part)}, label ${signed(labels[i])}` : `label ${signed(labels[i])}`;
      describe(handle, `Row ${i + 1}`, angleOf([x, y]), `at ${x.toFixed(2)}, ${y.toFixed(2)}: ${words}`);
    });
    plant.setAttribute("transform", `translate(${place(w, RING)})`);
    describe(plant, "The direction w", angleOf(w), `${Math.round((angleOf(w) * 180) / Math.PI)} degrees`);
  }

  return { element, draw };
}

function makeSets() {
  const element = mark("svg", { class: "ze-picture", viewBox: `0 0 ${SIZE} ${SIZE}`, role: "img", "data-role": "sets" });

  function draw({ rows, w, dual, found, focused }) {
    if (!dual) {
      element.setAttribute("aria-label", "No zonotopes: there is no minimum-norm dual vector.");
      element.replaceChildren();
      return;
    }
    const { h, u, sign } = found, sets = [1, -1].map((side) => zonotope(rows, dual, side));
    const far = farthest(rows, dual, sign, u), near = plus(far, u, -h), unit = plus(near, u);
    const seen = [...sets.flatMap(({ corners }) => corners), near, unit];
    const [left, low] = [0, 1].map((k) => Math.min(...seen.map((v) => v[k])));
    const [right, high] = [0, 1].map((k) => Math.max(...seen.map((v) => v[k])));
    // The scale changes in steps, so that a length looks the same while a row moves a little.
    const fits = Math.log(300 / Math.max(right - left, high - low)) / Math.log(1.25), scale = Math.min(160, 1.25 ** Math.floor(fits));
    const place = ([x, y]) => [CENTER + scale * (x - (left + right) / 2), CENTER - scale * (y - (low + high) / 2)];
    const line = (points, more = "") => `M${points.map((v) => spot(v)).join("L")}${more}`;
    const text = (name, [x, y], words) => mark("text", { class: name, x, y: y + 4, "text-anchor": "middle" }, words);

    const [ux, uy] = [u[0], -u[1]], aside = [-uy, ux]; // in the picture, where y runs down
    const between = (a, b) => plus(a.map((v) => v / 2), b, 0.5), [p, q, one] = [far, near, unit].map(place);
    const shift = (v, by) => plus(v, aside, by), tick = (v) => line([shift(v, 8), shift(v, 18)]);
    const center = (side) => combine(dual.map((part) => Math.max(0, side * part) / 2), rows);
    const shapes = sets.map(({ corners }, k) => mark("path", { class: k ? "ze-set ze-set-minus" : "ze-set ze-set-plus", d: line(corners.map(place), "Z") }));
    const own = sets.flatMap(({ edges }, k) => edges.filter(({ i }) => i === focused)
      .map(({ from, to }) => mark("path", { class: k ? "ze-own ze-own-minus" : "ze-own", d: line([place(from), place(to)]) })));
    const names = [1, -1].map((side) => {
      const out = toUnit(plus(center(side), center(-side), -1)), tip = farthest(rows, dual, side, out);
      return text("ze-name", plus(place(tip), [out[0], -out[1]], 14), side > 0 ? "Z+" : "Z−");
    });
    element.replaceChildren(...shapes, ...own,
      mark("circle", { class: "ze-origin", cx: place([0, 0])[0], cy: place([0, 0])[1], r: 3 }),
      mark("path", { class: "ze-unit", d: line([shift(q, 13), shift(one, 13)]) + tick(q) + tick(one) }),
      mark("path", { class: "ze-gap", d: line([q, p]) }),
      ...[p, q].map(([cx, cy]) => mark("circle", { class: "ze-end", cx, cy, r: 4 })),
      ...names, text("ze-length", shift(between(q, one), 26), "1"), text("ze-length ze-h", shift(between(p, q), -28), `h = ${numeral(h)}`));
    const [longer, other] = sign > 0 ? ["Z+", "Z−"] : ["Z−", "Z+"];
    element.setAttribute("aria-label", `Two zonotopes, Z+ with ${sets[0].corners.length} corners and Z− with ${sets[1].corners.length}. ` +
      `A corner of ${longer} lies ${numeral(h)} from ${other}, farther than any other point of one lies from the other.`);
  }

  return { element, draw };
}
