// A phase diagram, d across and n upward: cells on a canvas, everything else in SVG over it.
// `view` holds shown (the settings), cells ("n,d" -> { n, d, trials }), cursor [row, column], opened, and `plain`
// while only what explains itself is to be drawn.

// The grid's cells, coarse to fine.
function coarseToFine({ n, d }) {
  const order = new Map();
  for (let stride = 8; stride >= 1; stride /= 2) {
    for (let i = 0; i < n.length; i += stride) {
      for (let j = 0; j < d.length; j += stride) order.set(`${n[i]},${d[j]}`, [n[i], d[j]]);
    }
  }
  return [...order.values()];
}

// With noise nothing is recovered exactly: what counts is how far the planted weights are from the truth.
const isNoisy = ({ sigma }) => sigma > 0;
const meanDistance = (trials) => {
  const known = trials.filter(({ status }) => status === "fitted");
  return known.reduce((total, { distance }) => total + distance, 0) / known.length;
};

// 1 where all is recovered, 0 where nothing is; NaN where nothing is known.
function score(trials) {
  if (trials.some(({ distance }) => distance !== undefined)) return 1 - Math.min(1, meanDistance(trials));
  return howMany(trials, "recovered") / trials.length;
}

function describeTrials(trials, noisy) {
  const undecided = howMany(trials, "undecided"), more = undecided ? `, ${undecided} undecided` : "";
  if (!noisy) return `${howMany(trials, "recovered")} of ${trials.length} recovered${more}`;
  const mean = meanDistance(trials);
  return `${Number.isNaN(mean) ? "no distance" : `mean distance ${mean.toFixed(3)}`} over ${trials.length} trials${more}`;
}

function describeCell(view, n, d) {
  const cell = view.cells.get(`${n},${d}`), place = `n = ${n}, d = ${d} (n/d = ${(n / d).toFixed(2)})`;
  return cell ? `${place}: ${describeTrials(cell.trials, isNoisy(view.shown))}` : `${place}: not computed yet`;
}

// Some trials are undecided.
function hatch(context, place) {
  context.save();
  context.beginPath();
  context.rect(place.x, place.y, place.width, place.height);
  context.clip();
  for (const [strokeStyle, lineWidth] of [["#000", 3.5], ["#fff", 1.5]]) {
    Object.assign(context, { strokeStyle, lineWidth });
    context.beginPath();
    for (let shift = -place.height; shift < place.width; shift += 8) {
      context.moveTo(place.x + shift, place.y + place.height);
      context.lineTo(place.x + shift + place.height, place.y);
    }
    context.stroke();
  }
  context.restore();
}

function makeDiagram({ id, view, heights: [lowest, tallest], onOpen, onPoint }) {
  const pads = { left: 52, right: 14, top: 12, bottom: 46 };
  const canvas = node("canvas", { "aria-hidden": "true" });
  const overlay = mark("svg", { "aria-hidden": "true", focusable: "false" });
  const element = node("div", {
    class: "pe-plot", tabindex: 0, role: "application", "aria-roledescription": "phase diagram",
    "aria-label": "Phase diagram, d across, n upward. Arrow keys move between cells, Enter opens one.",
    "data-role": "plot", onkeydown: key, onclick: click, onpointermove: hover, onfocus: outline,
    onblur: outline,
  }, canvas, overlay);
  let width = 0, height = 0, ratio = 1, across, upward;

  function axis(values, length) {
    const step = spacing(values), low = values[0] - step / 2, high = values.at(-1) + step / 2;
    return { low, high, band: length / values.length, place: (v) => ((v - low) / (high - low)) * length };
  }
  const x = (d) => pads.left + across.place(d);
  const y = (n) => height - pads.bottom - upward.place(n);
  const inner = () => ({
    x: pads.left, y: pads.top, width: width - pads.left - pads.right, height: height - pads.top - pads.bottom,
  });
  // Whole pixels of the screen, so that neighbors meet without a seam.
  function cellBox(n, d) {
    const whole = (length) => Math.round(length * ratio) / ratio;
    const left = whole(x(d) - across.band / 2), right = whole(x(d) + across.band / 2);
    const top = whole(y(n) - upward.band / 2), bottom = whole(y(n) + upward.band / 2);
    return { x: left, y: top, width: right - left, height: bottom - top };
  }

  function layout() {
    width = element.clientWidth;
    if (width <= pads.left + pads.right) return; // not on the page, or folded away
    height = Math.round(Math.max(lowest, Math.min(tallest, width * 0.68)));
    element.style.height = `${height}px`;
    across = axis(view.shown.d, inner().width);
    upward = axis(view.shown.n, inner().height);
    ratio = window.devicePixelRatio || 1;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    canvas.getContext("2d").scale(ratio, ratio);
    overlay.setAttribute("viewBox", `0 0 ${width} ${height}`);
    overlay.replaceChildren(...axes(), ...curves(), mark("g", { class: "pe-cursors" }));
    draw();
    outline();
  }

  function axes() {
    const area = inner(), base = area.y + area.height;
    const some = (values, room) => values.filter((_, i) => i % Math.max(1, Math.ceil(1 / room)) === 0);
    const label = { class: "pe-axis", "text-anchor": "middle" };
    return [
      mark("rect", { class: "pe-frame", ...area }),
      ...some(view.shown.d, across.band / 32).map((d) =>
        mark("text", { x: x(d), y: base + 18, "text-anchor": "middle" }, String(d))),
      ...some(view.shown.n, upward.band / 18).map((n) =>
        mark("text", { x: area.x - 8, y: y(n) + 4, "text-anchor": "end" }, String(n))),
      mark("text", { ...label, x: area.x + area.width / 2, y: height - 7 }, "dimension d"),
      mark("text", { ...label, transform: `translate(14 ${area.y + area.height / 2}) rotate(-90)` }, "samples n"),
    ];
  }

  function curves() {
    const first = Math.max(1, Math.floor(across.low)), wholes = progression(first, Math.ceil(across.high), 1);
    const path = (points) => `M${points.map(([d, n]) => `${x(d).toFixed(1)} ${y(n).toFixed(1)}`).join("L")}`;
    const lines = allCurves(view).flatMap(({ kind, at }) => {
      const points = wholes.map((d) => [d, at(d)]).filter(([, n]) => Number.isFinite(n));
      return points.length > 0 ? [[`pe-${kind}`, path(points)]] : [];
    });
    const stored = view.stored && !view.plain ? halfBand(view.stored) : [];
    if (stored.length > 1) {
      const above = stored.map(([d, , high]) => [d, high]), below = stored.map(([d, low]) => [d, low]).reverse();
      lines.unshift(["pe-stored", `${path([...above, ...below])}z`]);
    }
    const drawn = lines.flatMap(([name, d]) =>
      [mark("path", { class: `${name} pe-halo`, d }), mark("path", { class: name, d })]);
    return [
      mark("clipPath", { id: `${id}-clip` }, mark("rect", inner())),
      mark("g", { "clip-path": `url(#${id}-clip)` }, ...drawn),
    ];
  }

  // A cell's own trials, or those of the coarser cell that stands for it while it is open.
  function standIn(i, j) {
    const { n, d } = view.shown;
    for (let stride = 1; stride <= 8; stride *= 2) {
      const cell = view.cells.get(`${n[i - (i % stride)]},${d[j - (j % stride)]}`);
      if (cell) return { trials: cell.trials, own: stride === 1 };
    }
    return null;
  }

  function draw() {
    if (width <= pads.left + pads.right) return;
    const context = canvas.getContext("2d");
    context.clearRect(0, 0, width, height);
    view.shown.n.forEach((n, i) => view.shown.d.forEach((d, j) => {
      const found = standIn(i, j);
      if (!found?.trials.length) return;
      const place = cellBox(n, d);
      context.globalAlpha = found.own ? 1 : 0.4;
      const value = score(found.trials);
      context.fillStyle = color(Number.isNaN(value) ? 0 : value);
      context.fillRect(place.x, place.y, place.width, place.height);
      context.globalAlpha = 1;
      if (found.own && howMany(found.trials, "undecided")) hatch(context, place);
    }));
  }

  function outline() {
    const group = overlay.querySelector(".pe-cursors");
    if (!group) return;
    const around = (n, d, name) =>
      ["pe-dark", "pe-light"].map((tone) => mark("rect", { ...cellBox(n, d), class: `${name} ${tone}` }));
    const rects = view.opened ? around(view.opened.n, view.opened.d, "pe-opened") : [];
    if (document.activeElement === element) {
      const [i, j] = view.cursor;
      rects.push(...around(view.shown.n[i], view.shown.d[j], "pe-cursor"));
    }
    group.replaceChildren(...rects);
  }

  function cellUnder(event) {
    const area = element.getBoundingClientRect();
    const j = Math.floor((event.clientX - area.left - pads.left) / across.band);
    const i = Math.floor((area.bottom - pads.bottom - event.clientY) / upward.band);
    return view.shown.n[i] !== undefined && view.shown.d[j] !== undefined ? [i, j] : null;
  }

  function hover(event) {
    const cell = cellUnder(event);
    if (cell) onPoint(view.shown.n[cell[0]], view.shown.d[cell[1]], false);
  }

  function click(event) {
    const cell = cellUnder(event);
    if (!cell) return;
    view.cursor = cell;
    outline();
    onOpen(view.shown.n[cell[0]], view.shown.d[cell[1]]);
  }

  function key(event) {
    const move = { ArrowUp: [1, 0], ArrowDown: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1] }[event.key];
    if (!move && event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    event.stopPropagation(); // notebooks have their own arrow and Enter keys
    const sizes = [view.shown.n, view.shown.d];
    if (move) view.cursor = view.cursor.map((k, a) => Math.max(0, Math.min(sizes[a].length - 1, k + move[a])));
    const [n, d] = view.cursor.map((k, a) => sizes[a][k]);
    outline();
    if (move) onPoint(n, d, true);
    else onOpen(n, d);
  }

  return { element, layout, draw, outline };
}

function makeTable(view) {
  const table = node("table", { "data-role": "numbers" });
  const element = node("details", { class: "pe-numbers" },
    node("summary", {}, "The numbers"),
    node("div", { class: "pe-scroll", tabindex: 0, role: "group", "aria-label": "The numbers" }, table));
  const boxes = new Map();

  function reset() {
    boxes.clear();
    const { n, d } = view.shown;
    const rows = [...n].reverse().map((size) => node("tr", {}, node("th", { scope: "row" }, `n = ${size}`),
      ...d.map((dimension) => {
        const box = node("td", { "data-n": size, "data-d": dimension }, "–");
        boxes.set(`${size},${dimension}`, box);
        return box;
      })));
    const head = node("tr", {}, node("td"), ...d.map((size) => node("th", { scope: "col" }, `d = ${size}`)));
    const caption = isNoisy(view.shown) ? "Mean distance of the planted weights" : "Recovered out of trials";
    table.replaceChildren(node("caption", {}, caption), node("thead", {}, head), node("tbody", {}, ...rows));
  }

  function fill() {
    for (const [key, { trials }] of view.cells) {
      const box = boxes.get(key), noisy = isNoisy(view.shown), mean = noisy ? meanDistance(trials) : NaN;
      const recovered = howMany(trials, "recovered"), undecided = howMany(trials, "undecided");
      Object.assign(box.dataset, { recovered, undecided, trials: trials.length });
      if (noisy) box.dataset.distance = mean;
      const value = noisy ? (Number.isNaN(mean) ? "–" : mean.toFixed(3)) : `${recovered}/${trials.length}`;
      box.textContent = `${value}${undecided ? ` (${undecided} undecided)` : ""}`;
    }
  }

  return { element, reset, fill };
}
