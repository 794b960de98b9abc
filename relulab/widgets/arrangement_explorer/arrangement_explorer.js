// The arrangement explorer: rows and a gate to move, the cells, their patterns, Cover's count.

const MOST_ROWS = { 2: 24, 3: 10 };

// Every pattern a column of squares, the row on where it is filled.
function makeMatrix(onPick) {
  const picture = mark("svg", { class: "ae-matrix", role: "img", "data-role": "matrix" });
  let columns = 1;
  picture.addEventListener("click", (event) => {
    const box = picture.getBoundingClientRect();
    onPick(Math.max(0, Math.min(columns - 1, Math.floor(((event.clientX - box.left) / box.width) * columns))));
  });

  function draw({ cells, shown, current, allOnes }, width) {
    columns = cells.length;
    const n = shown.length, wide = width / Math.max(columns, 1), tall = Math.max(7, Math.min(18, 150 / n));
    const gap = Math.min(1.5, wide * 0.12), square = (k, i) =>
      `M${(k * wide + gap).toFixed(2)} ${(i * tall + 1).toFixed(2)}h${(wide - 2 * gap).toFixed(2)}v${(tall - 2).toFixed(2)}` +
      `h${(2 * gap - wide).toFixed(2)}z`;
    const squares = (wanted) => cells.map(({ bits }, k) => bits.map((bit, i) => (bit === wanted ? square(k, i) : "")).join("")).join("");
    const column = (k, name) => mark("rect", { class: name, x: k * wide, y: 0, width: wide, height: n * tall });
    picture.setAttribute("viewBox", `-2 -2 ${width + 4} ${n * tall + 4}`);
    picture.setAttribute("aria-label", `All ${columns} patterns, one a column; a filled square is a row that is on.`);
    picture.replaceChildren(
      mark("path", { class: "ae-bit-off", d: squares(0) }), mark("path", { class: "ae-bit-on", d: squares(1) }),
      ...(allOnes ? [column(cells.indexOf(allOnes), "ae-column-full")] : []),
      ...(current >= 0 ? [column(current, "ae-column-here")] : []));
  }

  return { element: picture, draw };
}

function render({ model, el }) {
  const id = `ae-${Math.random().toString(36).slice(2)}`;
  let rows = [], gate = [], scale = 1, cells = [], view = null, dimension = 0, moved = false, frame = 0;

  const live = node("p", { class: "rw-hidden", role: "status", "data-role": "live" });
  const problem = node("p", { class: "rw-problem", role: "alert", "data-role": "error", hidden: true });
  const stage = node("div", { class: "ae-figure" });
  const counted = node("p", { class: "ae-count", "data-role": "count" });
  const wholly = node("p", { class: "ae-whole", "data-role": "all-ones" });
  const active = node("p", { "data-role": "pattern" });
  const chips = node("div", { class: "ae-chips", "aria-hidden": "true" });
  const matrix = makeMatrix((k) => pick(k));
  const player = makePlayer({
    id, name: "Cell of the gate u", count: 2, onShow: pick, pause: () => 350,
    words: (k) => `cell ${k + 1} of ${cells.length}`,
  });

  const option = (value, words) => node("option", { value }, words);
  const space = node("select", { id: `${id}-d`, "data-control": "d", onchange: () => renew(rows.length, Number(space.value)) },
    option(2, "the plane, d = 2"), option(3, "the sphere, d = 3"));
  const size = node("input", {
    id: `${id}-n`, type: "number", min: 1, step: 1, inputmode: "numeric", "data-control": "n", onchange: () => resize(),
  });
  const field = (input, words) => node("div", { class: "rw-field" }, node("label", { for: input.id }, words), input);
  const button = (action, words, onclick) =>
    node("button", { type: "button", class: "rw-button rw-quiet", "data-action": action, onclick }, words);
  const controls = node("div", { class: "rw-controls", role: "group", "aria-label": "Rows" },
    field(space, "Rows in"), field(size, "Rows n"),
    button("new", "New rows", () => renew(rows.length, dimension)),
    button("flip", "Turn all rows to u's side", flip));

  const root = node("div", { class: "rw rw-arrangement", "data-widget": "arrangement-explorer" }, controls, problem,
    node("div", { class: "rw-columns" }, stage, node("div", { class: "rw-panel" }, counted, wholly, active, chips,
      node("p", { class: "ae-caption" }, "All patterns, one a column:"), matrix.element, player.element)), live);

  // Rows of the reader's own: Gaussian, drawn anew each time.
  const normal = () => Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
  const drawRows = (n, d) => Array.from({ length: n }, () => Array.from({ length: d }, normal));

  function renew(n, d) {
    const count = Math.min(n, MOST_ROWS[d]);
    adopt(drawRows(count, d), d === dimension ? gate : d === 2 ? [0.8, 0.6] : [0.48, 0.36, 0.8]);
    finish();
    say(`${counted.textContent} ${wholly.textContent}`);
  }

  function resize() {
    const wanted = size.valueAsNumber, most = MOST_ROWS[dimension];
    const fits = Number.isInteger(wanted) && wanted >= 1 && wanted <= most;
    problem.hidden = fits;
    size.setAttribute("aria-invalid", String(!fits));
    problem.textContent = fits ? "" : `Rows n: give a whole number from 1 to ${most}.`;
    if (!fits || wanted === rows.length) return;
    adopt([...rows, ...drawRows(wanted, dimension).map((x) => x.map((v) => v / scale / 2))].slice(0, wanted), gate);
    finish();
    say(counted.textContent);
  }

  function flip() {
    const bits = patternOf(rows, gate);
    adopt(rows.map((x, i) => (bits[i] ? x : x.map((v) => -v))), gate);
    finish();
    say(wholly.textContent);
  }

  function adopt(points, direction) {
    rows = points.map((x) => [...x]);
    gate = toUnit(direction);
    const farthest = Math.max(...rows.map(sized));
    scale = farthest > 0 ? 1.4 / farthest : 1;
    if (rows[0].length !== dimension) {
      dimension = rows[0].length;
      const hooks = { onGate: turn, onRow: move, onEnd: finish };
      view = dimension === 2 ? makePlane(hooks) : makeSphere(hooks);
      stage.replaceChildren(view.element, legend());
      size.max = MOST_ROWS[dimension];
      space.value = dimension;
    }
    size.value = rows.length;
    problem.hidden = true;
    recount();
  }

  const legend = () => node("div", { class: "rw-legend" },
    node("span", {}, dimension === 2 ? "Ring: the cells of u." : "Sphere: the cells of u."),
    node("span", { class: "rw-item" }, "rows on: none", node("span", { class: "ae-scale" }), "all"));

  function move(i, place) {
    const length = sized(rows[i]) || 1 / scale;
    rows[i] = dimension === 2 ? place.map((v) => v / scale) : place.map((v) => v * length);
    moved = true;
    frame ||= requestAnimationFrame(recount);
  }

  function turn(direction) {
    gate = direction;
    moved = true;
    frame ||= requestAnimationFrame(draw);
  }

  function pick(k) {
    if (!cells[k]) return;
    turn(cells[k].gate);
    finish();
  }

  // What the reader has moved goes to Python when he lets go.
  function finish() {
    cancelAnimationFrame(frame);
    recount();
    model.set("points", rows.map((x) => [...x]));
    model.set("gate", [...gate]);
    model.save_changes();
    if (moved) say(active.textContent);
    moved = false;
  }

  const say = (words) => (live.textContent = words);

  function recount() {
    cells = cellsOf(rows, dimension);
    if (dimension === 3) {
      const on = ({ bits }) => bits.reduce((a, b) => a + b, 0);
      cells.sort((a, b) => on(a) - on(b) || (a.bits.join("") < b.bits.join("") ? 1 : -1));
    }
    player.resize(cells.length);
    draw();
  }

  function draw() {
    frame = 0;
    const n = rows.length, bits = patternOf(rows, gate), key = bits.join("");
    const current = cells.findIndex((cell) => cell.bits.join("") === key);
    const allOnes = cells.find((cell) => cell.bits.every(Boolean)) ?? null;
    const on = bits.reduce((a, b) => a + b, 0), cover = coverCount(n, dimension);
    const summary = `pattern ${key}, ${on} of ${n} rows on`;
    const seen = dimension === 2 ? rows.map((x) => x.map((v) => v * scale)) : rows.map((x) => (sized(x) > 0 ? toUnit(x) : x));
    const state = { shown: seen, gate, bits, cells, current, allOnes, summary };
    view.draw(state);
    matrix.draw(state, Math.max(220, (stage.nextElementSibling?.clientWidth ?? 360) - 28));
    if (current >= 0) player.follow(current);
    const special = cells.length < cover ? " The rows are in special position: parallel, zero or in one plane." : "";
    counted.replaceChildren(node("strong", {}, `${cells.length} cells.`), ` Cover's count for n = ${n}, d = ${dimension}: ${cover}.${special}`);
    const chance = ((100 * cover) / 2 ** n).toPrecision(2);
    wholly.textContent = allOnes
      ? `The all-ones cell exists: a gate there has every row on, and D(u)X = X.`
      : `No gate has every row on. For random rows one exists with probability ${Number(chance)} % (Wendel).`;
    wholly.classList.toggle("ae-lit", Boolean(allOnes));
    active.replaceChildren(node("strong", {}, `D(u) = diag(${bits.join(", ")})`), `: ${on} of ${n} rows on.`);
    chips.replaceChildren(...bits.map((bit, i) => node("span", { class: bit ? "ae-chip ae-chip-on" : "ae-chip" }, String(i + 1))));
    Object.assign(root.dataset, { count: cells.length, cover, pattern: key, allOnes: allOnes ? "yes" : "no" });
  }

  function changed() {
    const points = model.get("points"), direction = model.get("gate");
    if (JSON.stringify([points, direction]) === JSON.stringify([rows, gate])) return;
    if (points[0].length === direction.length) adopt(points, direction); // else the other is on its way
  }

  el.replaceChildren(root);
  model.on("change:points", changed);
  model.on("change:gate", changed);
  let width = 0;
  const watcher = new ResizeObserver(([{ contentRect }]) => {
    if (contentRect.width !== width) draw();
    width = contentRect.width;
  });
  adopt(model.get("points"), model.get("gate"));
  watcher.observe(root);
  root.dataset.ready = "true";

  return () => {
    model.off("change:points", changed);
    model.off("change:gate", changed);
    watcher.disconnect();
    player.dispose();
  };
}

export default { render };
