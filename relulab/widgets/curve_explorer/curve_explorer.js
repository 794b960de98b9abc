// The curve explorer: a curve drawn with a mouse, a finger or the keys, and what a network sees and says of it.

const WIDE = 420, TALL = 260, SIDE = 26, TOP = 12;
const SHAPES = [
  [0.1, 0.5, 0.55, 0.2, -0.3, -0.5, -0.2, 0.35, 0.6],
  [-0.5, -0.5, -0.5, -0.5, 0, 0.5, 0.5, 0.5, 0.5],
  [0, 0, 0, 0, 0.7, 0, 0, 0, 0],
  [-0.6, -0.45, -0.3, -0.15, 0, 0.15, 0.3, 0.45, 0.6],
];

const xOf = (t) => SIDE + ((t + 1) / 2) * (WIDE - 2 * SIDE);
const yOf = (u) => TALL / 2 - u * (TALL / 2 - TOP);
const knotAt = (k) => -1 + (2 * k) / (KNOTS - 1);
const held = (u) => Math.max(-HIGH, Math.min(HIGH, u));
const signed = (u) => `${u < 0 ? "−" : ""}${Math.abs(u).toFixed(2)}`;
const pathOf = (curve) => `M${places.map((t, i) => `${xOf(t).toFixed(1)} ${yOf(curve[i]).toFixed(1)}`).join("L")}`;

let explorers = 0;

function render({ model, el }) {
  const id = `curve-explorer-${(explorers += 1)}`;
  let heights = [], d = 4, N = 8, shape = 0, frame = 0, saving = false, pen = null;
  const verdict = node("p", { "data-role": "verdict" });
  const live = node("p", { class: "rw-hidden", role: "status", "data-role": "live" });
  const lines = mark("g", { "aria-hidden": "true" });
  const handles = Array.from({ length: KNOTS }, (_, k) => handleOf(k));
  const picture = mark("svg", {
    class: "cu-picture", viewBox: `0 0 ${WIDE} ${TALL}`, role: "group", "data-role": "picture",
    "aria-label": "The curve u over t from −1 to 1. Draw it, or move its nine dots by the arrow keys, with Shift faster.",
  }, lines, ...handles);

  const slider = (name, words, most, set) => {
    const input = node("input", {
      id: `${id}-${name}`, class: "rw-slider", type: "range", min: 1, max: most, step: 1, "data-control": name,
      oninput: (event) => moving(() => set(event.target.valueAsNumber)), onchange: () => finish(),
    });
    const label = node("label", { for: input.id });
    return { input, field: node("div", { class: "rw-field" }, label, input), say(value, text) {
      input.value = value;
      input.setAttribute("aria-valuetext", text);
      label.textContent = `${words}: ${text}`;
    } };
  };
  const numbers = slider("d", "Numbers that it sees, d", MOST_NUMBERS, (value) => (d = value));
  const steps = slider("N", "Steps of the grid, N", 6, (value) => (N = 2 ** value));
  const root = node("div", { class: "rw rw-curve", "data-widget": "curve-explorer" },
    node("div", { class: "rw-columns" },
      node("div", {}, picture, node("div", { class: "rw-legend" },
        legendItem("rw-wide cu-key-curve", "your curve"), legendItem("rw-wide cu-key-seen", "what the network sees"))),
      node("div", { class: "rw-panel" }, numbers.field, steps.field, verdict,
        node("button", { type: "button", class: "rw-button rw-quiet", "data-action": "next", onclick: next }, "Another curve"))),
    live);

  function handleOf(k) {
    const handle = mark("g", { class: "cu-handle", tabindex: 0, role: "slider", "data-handle": k,
      "aria-label": `u at t = ${signed(knotAt(k))}`, "aria-orientation": "vertical", "aria-valuemin": -HIGH, "aria-valuemax": HIGH },
    mark("circle", { class: "cu-hit", r: 20 }), mark("circle", { class: "cu-disc", r: 7 }));
    handle.addEventListener("keydown", (event) => {
      const step = event.shiftKey ? 0.1 : 0.02;
      const by = { ArrowUp: step, ArrowRight: step, ArrowDown: -step, ArrowLeft: -step, PageUp: 0.1, PageDown: -0.1 }[event.key];
      const to = { Home: -HIGH, End: HIGH }[event.key] ?? (by === undefined ? undefined : heights[k] + by);
      if (to === undefined) return;
      event.preventDefault();
      event.stopPropagation(); // notebooks have keys of their own
      heights[k] = held(to);
      finish();
    });
    handle.addEventListener("touchstart", (event) => event.preventDefault()); // the finger draws and does not scroll
    return handle;
  }

  // ---- Drawing: what lies between two events is drawn, too. A finger begins on a dot; elsewhere it scrolls the page. ----
  function spot(event) {
    const box = picture.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * WIDE, y = ((event.clientY - box.top) / box.height) * TALL;
    return [((x - SIDE) / (WIDE - 2 * SIDE)) * (KNOTS - 1), (TALL / 2 - y) / (TALL / 2 - TOP)];
  }
  // Until it leaves sideways, the pen holds the dot at which it began.
  function drawTo(event) {
    const [x, u] = spot(event), from = pen.at ?? [x, u], near = Math.max(0, Math.min(KNOTS - 1, Math.round(x)));
    pen.began ??= [x, near];
    if (Math.abs(x - pen.began[0]) > 0.25) pen.free = true;
    heights.forEach((_, k) => {
      if ((k - from[0]) * (k - x) < 0) heights[k] = held(from[1] + ((u - from[1]) * (k - from[0])) / (x - from[0]));
    });
    if (!pen.free) heights[pen.began[1]] = held(u);
    else if (Math.abs(near - x) < 0.15) heights[near] = held(u);
    pen.at = [x, u];
    frame ||= requestAnimationFrame(draw);
  }
  picture.addEventListener("pointerdown", (event) => {
    const onDot = event.target.closest(".cu-handle");
    if (event.button || (event.pointerType === "touch" && !onDot)) return;
    event.preventDefault();
    onDot?.focus({ preventScroll: true });
    pen = { at: null, began: null, free: false };
    picture.setPointerCapture(event.pointerId);
    drawTo(event);
  });
  picture.addEventListener("pointermove", (event) => pen && drawTo(event));
  picture.addEventListener("lostpointercapture", () => {
    pen = null;
    finish();
  });

  function moving(change) {
    change();
    frame ||= requestAnimationFrame(draw);
  }

  function next() {
    shape = (shape + 1) % SHAPES.length;
    heights = [...SHAPES[shape]];
    finish();
  }

  // What the reader has drawn goes to Python when he lets go.
  function finish() {
    cancelAnimationFrame(frame);
    draw();
    saving = true;
    model.set("heights", [...heights]);
    model.set("d", d);
    model.set("N", N);
    saving = false;
    model.save_changes();
    live.textContent = verdict.textContent;
  }

  function draw() {
    frame = 0;
    const curve = curveThrough(heights), c = coefficientsOf(curve, d), seen = summed(c);
    const apart = Math.sqrt(integral(curve.map((u, i) => (u - seen[i]) ** 2)));
    const [size, kept, answer] = [sizeOf(curve), sizeOf(seen), answerOf(c, N)];
    const power = d * Math.log10(N + 1) + Math.log10(2 * d + 1);
    const level = (y, name) => mark("path", { class: name, d: `M${xOf(-1)} ${y}L${xOf(1)} ${y}` });
    lines.replaceChildren(level(yOf(0), "cu-axis"),
      ...[-1, 0, 1].map((t) => mark("text", { x: xOf(t), y: TALL - 4, "text-anchor": "middle" }, signed(t).replace(".00", ""))),
      mark("path", { class: "cu-curve", d: pathOf(curve) }), mark("path", { class: "cu-seen", d: pathOf(seen) }));
    heights.forEach((u, k) => {
      handles[k].setAttribute("transform", `translate(${xOf(knotAt(k))} ${yOf(u)})`);
      handles[k].setAttribute("aria-valuenow", u.toFixed(2));
    });
    numbers.say(d, String(d));
    steps.say(Math.log2(N), String(N));
    verdict.replaceChildren(
      `The curve's size is ${size.toFixed(3)}. What the network sees of it has ${kept.toFixed(3)}, at distance ${apart.toFixed(3)}. `,
      node("strong", {}, `The network says ${answer.toFixed(3)}.`), ` On its whole grid it has about 10^${power.toFixed(1)} neurons.`);
    Object.assign(root.dataset, { curve: size.toFixed(6), seen: kept.toFixed(6), answer: answer.toFixed(6) });
  }

  function changed() {
    if (saving) return;
    [heights, d, N] = [[...model.get("heights")], model.get("d"), model.get("N")];
    draw();
  }

  el.replaceChildren(root);
  const deaf = hear(model, ["heights", "d", "N"], changed);
  changed();
  root.dataset.ready = "true";

  return () => {
    cancelAnimationFrame(frame);
    deaf();
  };
}

export default { render };
