// The certificate explorer: a dual vector to drag, the exact inequality of every pattern, and saved verdicts to check.

const STEPS = 60, SIDE = 300, EDGE = 38, SPAN = 2 / 3; // the pad shows places up to SPAN from its middle

function render({ model, el }) {
  const id = `ce-${Math.random().toString(36).slice(2)}`;
  const problem = () => ({ points: model.get("points"), weights: model.get("weights"), masks: model.get("masks") });
  let middle = [0, 0], region = "", found = null;

  const live = node("p", { class: "rw-hidden", role: "status", "data-role": "live" });
  const pad = mark("svg", { class: "ce-pad", viewBox: `0 0 ${SIDE} ${SIDE}`, role: "group", "data-role": "pad",
    "aria-label": "The two free entries of the dual vector; drag the dot, or move it with the arrow keys, with Shift faster" });
  const plane = mark("svg", { class: "ce-plane", viewBox: `0 0 ${SIDE} ${SIDE}`, role: "img", "data-role": "plane" });
  const said = node("p", { class: "ce-said", "data-role": "said" });
  const lambda = node("p", { class: "ce-lambda", "data-role": "lambda" });
  const rows = node("tbody");
  const table = node("table", { class: "ce-table" },
    node("thead", {}, node("tr", {}, ...["Pattern", "reaches", "square", "holds"].map((words) => node("th", { scope: "col" }, words)))), rows);
  const sliders = [2, 3].map((i) => {
    const output = node("output", { for: `${id}-${i}` });
    const input = node("input", { id: `${id}-${i}`, class: "rw-slider", type: "range", step: 1, "data-control": `entry-${i + 1}`,
      oninput: (event) => move(model.get("place").map((k, c) => (c === i - 2 ? Number(event.target.value) : k))), onchange: keep });
    return { input, output, element: node("div", { class: "rw-field" }, node("label", { for: input.id }, `Entry λ${"₁₂₃₄"[i]} = `, output), input) };
  });
  const shortest = node("button", { type: "button", class: "rw-button rw-quiet", "data-action": "shortest", onclick: () => {
    move(nearestPlace(shortestDual()));
    keep();
  } }, "Shortest dual vector");
  const legend = node("div", { class: "rw-legend" }, legendItem("ce-key-holds", "below 1"), legendItem("ce-key-fails", "not below 1"),
    legendItem("rw-wide ce-key-region", "places where every inequality holds"));
  const checker = makeChecker(model);
  const root = node("div", { class: "rw rw-certificate", "data-widget": "certificate-explorer" },
    node("div", { class: "rw-columns ce-columns" },
      node("div", {}, node("p", { class: "ce-title" }, "The dual vector: two entries are free"), pad),
      node("div", {}, node("p", { class: "ce-title" }, "What each pattern reaches"), plane)),
    node("div", { class: "rw-controls ce-controls", role: "group", "aria-label": "Dual vector" }, ...sliders.map((one) => one.element), shortest),
    legend, lambda, table, said, live, checker.element);

  // Which of the four entries solve X^T lambda = w with the least length, in floats: a place to start.
  function shortestDual() {
    const { points: X, weights: w } = problem(), sum = (a, b) => X.reduce((total, row) => total + row[a] * row[b], 0);
    const [p, q, r] = [sum(0, 0), sum(0, 1), sum(1, 1)], det = p * r - q * q;
    const c = [(r * w[0] - q * w[1]) / det, (p * w[1] - q * w[0]) / det];
    return X.map((row) => row[0] * c[0] + row[1] * c[1]);
  }

  const nearestPlace = (dual) => [2, 3].map((i) => Math.round(dual[i] * STEPS));
  const spotOf = (place) => place.map((k, c) => {
    const share = (k / STEPS - middle[c] / STEPS) / SPAN / 2;
    return SIDE / 2 + (c ? -share : share) * (SIDE - 2 * EDGE);
  });
  const placeOf = ([x, y]) => [x, y].map((v, c) => {
    const share = ((v - SIDE / 2) / (SIDE - 2 * EDGE)) * (c ? -1 : 1);
    return clamp(middle[c] + Math.round(share * 2 * SPAN * STEPS), c);
  });
  const clamp = (k, c) => Math.max(middle[c] - SPAN * STEPS, Math.min(middle[c] + SPAN * STEPS, k));

  // How far the farthest pattern reaches from a place, in floats: only the shaded region is drawn by it.
  function farthest(place) {
    const { points: X, weights: w, masks } = problem(), [s, t] = place.map((k) => k / STEPS);
    const rest = [0, 1].map((c) => w[c] - s * X[2][c] - t * X[3][c]), [[a, b], [c, d]] = X, det = a * d - b * c;
    const dual = [(d * rest[0] - c * rest[1]) / det, (a * rest[1] - b * rest[0]) / det, s, t];
    const reach = (mask) => Math.hypot(...[0, 1].map((column) => dual.reduce((sum, v, i) => sum + (mask[i] ? v * X[i][column] : 0), 0)));
    return Math.max(0, ...masks.map(reach)) / Math.hypot(...w);
  }

  // The region is convex: its border is found along rays from its best point.
  function outline() {
    const grid = progression(-SPAN * STEPS, SPAN * STEPS, 4);
    const places = grid.flatMap((a) => grid.map((b) => [middle[0] + a, middle[1] + b]));
    const best = places.reduce((one, other) => (farthest(other) < farthest(one) ? other : one));
    if (farthest(best) >= 1) return "";
    const corners = progression(0, 119, 1).map((k) => {
      const angle = (k * Math.PI) / 60, at = (t) => [best[0] + t * Math.cos(angle), best[1] + t * Math.sin(angle)];
      let low = 0, high = 4 * SPAN * STEPS;
      for (let round = 0; round < 30; round++) {
        const t = (low + high) / 2;
        if (farthest(at(t)) < 1) low = t;
        else high = t;
      }
      return spotOf(at(low)).map((v) => v.toFixed(2)).join(" ");
    });
    return `M${corners.join("L")}Z`;
  }

  function prepare() {
    middle = nearestPlace(shortestDual());
    region = outline();
    sliders.forEach(({ input }, c) => Object.assign(input, { min: middle[c] - SPAN * STEPS, max: middle[c] + SPAN * STEPS }));
  }

  const disc = mark("circle", { class: "ce-disc", r: 9 });
  const handle = mark("g", { class: "ce-handle", tabindex: 0, role: "slider", "data-handle": "dual", "aria-label": "Dual vector" },
    mark("circle", { class: "ce-hit", r: 22 }), mark("circle", { class: "ce-halo", r: 14 }), disc);
  const back = mark("g", { "aria-hidden": "true" });
  pad.append(back, handle); // the handle stays, or it would let go of the pointer
  const drag = (event) => {
    const box = pad.getBoundingClientRect();
    move(placeOf([((event.clientX - box.left) / box.width) * SIDE, ((event.clientY - box.top) / box.height) * SIDE]));
  };
  pad.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    handle.focus({ preventScroll: true });
    handle.setPointerCapture(event.pointerId);
    drag(event);
  });
  handle.addEventListener("pointermove", (event) => handle.hasPointerCapture(event.pointerId) && drag(event));
  handle.addEventListener("lostpointercapture", keep);
  pad.addEventListener("touchstart", (event) => event.preventDefault());
  const KEYS = { ArrowUp: [0, 1], ArrowDown: [0, -1], ArrowRight: [1, 0], ArrowLeft: [-1, 0] };
  handle.addEventListener("keydown", (event) => {
    const way = KEYS[event.key], far = event.shiftKey ? 5 : 1;
    if (!way) return;
    event.preventDefault();
    event.stopPropagation(); // notebooks have their own arrow keys
    move(model.get("place").map((k, c) => k + far * way[c]));
    keep();
  });

  let mine = false;
  function move(place) {
    mine = true;
    model.set("place", place.map(clamp));
    mine = false;
    draw();
  }

  function keep() {
    model.save_changes();
    live.textContent = said.textContent;
  }

  function draw() {
    const place = model.get("place");
    found = inequalities(problem(), place, STEPS);
    const { dual, limit, reaches, holds } = found, bits = (mask) => mask.map((on) => (on ? "1" : "0")).join("");
    drawPad(place, holds);
    drawPlane(reaches, limit);
    lambda.textContent = `λ = (${dual.map(written).join(", ")}). It meets Xᵀλ = w exactly.`;
    rows.replaceChildren(...reaches.map(({ mask, reached, square, holds: own }) => node("tr", { class: own ? "ce-holds" : "ce-fails" },
      node("td", {}, bits(mask)), node("td", {}, `(${reached.map(written).join(", ")})`), node("td", {}, written(square)),
      node("td", {}, own ? `✓ < ${written(limit)}` : `✕ ≥ ${written(limit)}`))));
    const failing = reaches.filter((one) => !one.holds).length;
    said.textContent = holds ? "Every inequality holds, exactly: this λ is a proof." :
      `${failing} of ${reaches.length} inequalities fail: this λ proves nothing.`;
    sliders.forEach(({ input, output }, c) => {
      input.value = place[c];
      output.value = written(dual[c + 2]);
      input.setAttribute("aria-valuetext", written(dual[c + 2]));
    });
    const most = reaches.reduce((a, b) => (isBelow(a.square, b.square) ? b : a));
    Object.assign(root.dataset, { holds: holds ? "yes" : "no", failing, square: written(most.square), dual: dual.map(written).join(" ") });
  }

  function drawPad(place, holds) {
    const [x, y] = spotOf(place), low = EDGE, high = SIDE - EDGE;
    const ticks = [-SPAN, 0, SPAN].flatMap((t) => {
      const at = spotOf(middle.map((k) => k + t * STEPS)), words = middle.map((k) => (k / STEPS + t).toFixed(2).replace("-", "−"));
      return [mark("text", { x: at[0], y: SIDE - EDGE + 16, "text-anchor": "middle" }, words[0]), mark("text", { x: EDGE - 4, y: at[1] + 4, "text-anchor": "end" }, words[1])];
    });
    back.replaceChildren(
      mark("rect", { class: "ce-ground", x: low, y: low, width: high - low, height: high - low }),
      mark("clipPath", { id: `${id}-clip` }, mark("rect", { x: low, y: low, width: high - low, height: high - low })),
      mark("path", { class: "ce-region", d: region || "M0 0", "clip-path": `url(#${id}-clip)` }), ...ticks,
      mark("text", { x: high, y: high - 6, "text-anchor": "end" }, "λ₃ →"), mark("text", { x: low + 6, y: low + 14 }, "↑ λ₄"));
    handle.setAttribute("transform", `translate(${x.toFixed(2)} ${y.toFixed(2)})`);
    handle.classList.toggle("ce-bad", !holds);
    const [third, fourth] = found.dual.slice(2).map(written);
    const values = { valuemin: middle[0] - SPAN * STEPS, valuemax: middle[0] + SPAN * STEPS, valuenow: place[0],
      valuetext: `λ₃ = ${third}, λ₄ = ${fourth}: ${holds ? "every inequality holds" : "not every inequality holds"}` };
    for (const [name, value] of Object.entries(values)) handle.setAttribute(`aria-${name}`, value);
  }

  function drawPlane(reaches, limit) {
    const radius = Math.sqrt(asNumber(limit)), unit = (SIDE / 2 - 12) / (1.6 * radius), at = (v) => SIDE / 2 + unit * v;
    const failing = reaches.filter((one) => !one.holds).length;
    plane.setAttribute("aria-label", `${reaches.length} patterns; ${reaches.length - failing} reach less far than the circle, ${failing} do not.`);
    plane.replaceChildren(
      mark("path", { class: "ce-axes", d: `M8 ${SIDE / 2}H${SIDE - 8}M${SIDE / 2} 8V${SIDE - 8}` }),
      mark("circle", { class: "ce-circle", cx: SIDE / 2, cy: SIDE / 2, r: unit * radius }),
      ...reaches.map(({ reached, holds }) => {
        const [x, y] = reached.map(asNumber), far = Math.max(1, Math.hypot(x, y) / (1.58 * radius));
        return mark("path", { class: holds ? "ce-ray-holds" : "ce-ray-fails", d: `M${SIDE / 2} ${SIDE / 2}L${at(x / far).toFixed(2)} ${at(-y / far).toFixed(2)}` });
      }),
      ...reaches.map(({ reached, holds }) => {
        const [x, y] = reached.map(asNumber), far = Math.max(1, Math.hypot(x, y) / (1.58 * radius));
        return mark("circle", { class: holds ? "ce-dot-holds" : "ce-dot-fails", cx: at(x / far).toFixed(2), cy: at(-y / far).toFixed(2), r: 5 });
      }));
  }

  const changed = () => {
    if (mine) return;
    prepare();
    draw();
  };
  const names = ["points", "weights", "masks", "place"].map((name) => `change:${name}`);
  el.replaceChildren(root);
  for (const name of names) model.on(name, changed);
  prepare();
  draw();
  root.dataset.ready = "true";
  return () => {
    for (const name of names) model.off(name, changed);
    checker.dispose();
  };
}

export default { render };
