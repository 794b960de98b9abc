// The plane: the ball's image E, its columns and b to drag, the triangles so far, the bisector of p and b.

const SIZE = 360, CENTER = SIZE / 2, UNIT = 62, FARTHEST = 2.5;

const place = ([x, y]) => [CENTER + UNIT * x, CENTER - UNIT * y];
const spot = (v) => place(v).map((value) => value.toFixed(2)).join(" ");
const lined = (points, end = "") => `M${points.map(spot).join("L")}${end}`;
const told = (x) => `${x < 0 ? "−" : ""}${Math.abs(x).toFixed(2)}`;

function makeTrianglePlane({ id, onColumn, onPoint, onEnd }) {
  const back = mark("g", { "aria-hidden": "true", "clip-path": `url(#${id}-frame)` }), front = mark("g");
  const frame = mark("clipPath", { id: `${id}-frame` }, mark("rect", { width: SIZE, height: SIZE, rx: 8 }));
  const element = mark("svg", {
    class: "te-picture", viewBox: `0 0 ${SIZE} ${SIZE}`, role: "group", "data-role": "picture",
    "aria-label": "The set E, the columns of A as points, and b. Arrow keys move what has the focus, with Shift faster.",
  }, frame, back, front);
  let columns = [], point = null, state = null;

  const within = (v) => (sized(v) > FARTHEST ? toUnit(v).map((value) => FARTHEST * value) : v);
  const toward = ([x, y]) => within([(x - CENTER) / UNIT, (CENTER - y) / UNIT]);

  function build(count) {
    columns = Array.from({ length: count }, (_, j) => makeHandle({
      kind: "te-column", text: `a${j + 1}`, picture: element, onEnd, onFocus: () => {},
      onDrag: (at) => onColumn(j, toward(at)),
      onArrow: (arrow, factor) => onColumn(j, within(plus(state.columns[j], arrow, 0.05 * factor))),
    }));
    point = makeHandle({
      kind: "te-point", text: "b", picture: element, onEnd, onFocus: () => {},
      onDrag: (at) => onPoint(toward(at)),
      onArrow: (arrow, factor) => onPoint(within(plus(state.b, arrow, 0.05 * factor))),
    });
    front.replaceChildren(...columns, point);
  }

  function draw(next) {
    state = next;
    const { b, rho, ball, steps, index, proves, summary } = state, { p, q } = steps[index];
    if (columns.length !== state.columns.length) build(state.columns.length);
    const c = plus(b, p, -1), length = sized(c), middle = plus(p, c, 0.5);
    const bisector = length > 1e-9 ? [-9, 9].map((far) => plus(middle, [-c[1] / length, c[0] / length], far)) : [];
    const beyond = bisector.length && proves ? [...bisector, plus(bisector[1], c, -20 / length), plus(bisector[0], c, -20 / length)] : [];
    const before = steps.slice(0, index);
    back.replaceChildren(
      mark("rect", { class: "te-ground", width: SIZE, height: SIZE }),
      ...(beyond.length ? [mark("path", { class: "te-side", d: lined(beyond, "Z") })] : []),
      mark("path", { class: "te-set", d: lined(borderOf(state.columns, rho, ball), "Z") }),
      ...state.columns.map((a) => mark("path", { class: "te-spoke", d: lined([[0, 0], a]) })),
      ...before.map((step) => mark("path", { class: "te-old", d: lined([step.p, step.q, b], "Z") })),
      mark("path", { class: "te-now", d: lined([p, q, b], "Z") }),
      ...(bisector.length ? [mark("path", { class: proves ? "te-bisector te-proof" : "te-bisector", d: lined(bisector) })] : []),
      mark("path", { class: "te-path", d: lined([...before.map((step) => step.p), p]) }),
      ...before.map((step) => dot("te-was", step.p, 2.5)), dot("te-q", q, 5), dot("te-p", p, 5),
      name("q", q, p), name("p", p, b));
    columns.forEach((handle, j) => {
      const a = state.columns[j];
      handle.setAttribute("transform", `translate(${place(a)})`);
      describe(handle, `Column ${j + 1} of A`, Math.atan2(a[1], a[0]), `at ${told(a[0])}, ${told(a[1])}: ${summary}`);
    });
    point.setAttribute("transform", `translate(${place(b)})`);
    describe(point, "The point b", Math.atan2(b[1], b[0]), `at ${told(b[0])}, ${told(b[1])}: ${summary}`);
  }

  const dot = (kind, at, r) => mark("circle", { class: kind, cx: place(at)[0], cy: place(at)[1], r });

  // A letter beside its point, on the side away from another one.
  function name(letter, at, other) {
    const away = plus(at, other, -1), out = sized(away) > 1e-6 ? toUnit(away) : [-1, 0], [x, y] = place(at);
    return mark("text", { class: "te-name", x: x + 14 * out[0], y: y - 14 * out[1] + 4, "text-anchor": "middle" }, letter);
  }

  return { element, draw };
}
