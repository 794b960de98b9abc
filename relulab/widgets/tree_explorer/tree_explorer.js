// The tree explorer: rows and a plant to turn, the tree of signs that grows, and what became of its nodes.

const SETTINGS = ["X", "w"], MOST_ROWS = 8;

function render({ model, el }) {
  const id = `te-${Math.random().toString(36).slice(2)}`;
  let rows = [], w = [1, 0], tree = { order: [], nodes: [] }, depth = 0, deepest = 0, frame = 0, saving = false, moved = false, seed = 0;
  const live = node("p", { class: "rw-hidden", role: "status", "data-role": "live" });
  const verdict = node("p", { "data-role": "verdict" });
  const order = node("p", { class: "te-order", "data-role": "order" });
  const rings = makeRings({ onTurn: turn, onEnd: finish });
  const player = makePlayer({ id, name: "Rows with a sign", count: 1, words: (k) => `${k} of ${rows.length} rows have a sign`,
    pause: () => 900, onShow: (k, chosen) => {
      depth = k;
      draw();
      if (chosen) live.textContent = verdict.textContent;
    } });
  const more = node("button", { type: "button", class: "rw-button rw-quiet", "data-action": "more", onclick: () => resize(1) }, "One row more");
  const fewer = node("button", { type: "button", class: "rw-button rw-quiet", "data-action": "fewer", onclick: () => resize(-1) }, "One row fewer");
  const root = node("div", { class: "rw rw-two-tone rw-tree", "data-widget": "tree-explorer" },
    node("div", { class: "rw-columns" }, node("div", {}, rings.element),
      node("div", { class: "rw-panel" }, player.element, verdict, order,
        node("div", { class: "rw-legend te-legend" },
          legendItem("te-key-split", "a gate has these signs, and the node goes on"),
          legendItem("te-key-bound", "too short, whatever comes: it ends here"),
          legendItem("te-key-circuit", "× no gate has the other sign; a blue one is too short, too"),
          legendItem("te-key-violator", "all signs, and it reaches 1")),
        node("div", { class: "te-buttons" }, fewer, more))), live);

  function turn(i, angle) {
    const size = sized(i < rows.length ? rows[i] : w), to = [size * Math.cos(angle), size * Math.sin(angle)];
    if (i < rows.length) rows[i] = to;
    else w = to;
    moved = true;
    frame ||= requestAnimationFrame(regrown);
  }

  // A new row is the same for every reader.
  function resize(step) {
    const wanted = rows.length + step;
    if (wanted < 2 || wanted > MOST_ROWS) return;
    seed += 1;
    const angle = 2.4 * wanted + 0.7 * seed;
    rows = step > 0 ? [...rows, [Math.cos(angle), Math.sin(angle)]] : rows.slice(0, -1);
    moved = true;
    finish();
  }

  function regrown() {
    frame = 0;
    tree = growSigns(rows, w);
    const whole = depth >= deepest;
    deepest = tree.nodes.reduce((most, { signs }) => Math.max(most, signs.length), 0);
    player.resize(deepest + 1);
    depth = whole ? deepest : Math.min(depth, deepest);
    player.follow(depth);
    draw();
  }

  function draw() {
    rings.draw({ rows, w, ...tree, depth });
    const [counts, end] = treeWords(tree.nodes, depth);
    verdict.replaceChildren(`${counts} `, node("strong", {}, end));
    order.textContent = `The rows get their signs in the order ${tree.order.map((i) => i + 1).join(", ")}.`;
    fewer.disabled = rows.length <= 2;
    more.disabled = rows.length >= MOST_ROWS;
    const fates = tree.nodes.filter(({ signs }) => signs.length <= depth).map(({ fate }) => fate);
    Object.assign(root.dataset, { depth, nodes: fates.length, rows: rows.length,
      bound: fates.filter((fate) => fate === "bound").length, circuit: fates.filter((fate) => fate === "circuit").length,
      violator: fates.filter((fate) => fate === "violator").length });
  }

  // What the reader has turned goes to Python when he lets go.
  function finish() {
    cancelAnimationFrame(frame);
    regrown();
    saving = true;
    model.set("X", rows.map((x) => [...x]));
    model.set("w", [...w]);
    saving = false;
    model.save_changes();
    if (moved) live.textContent = verdict.textContent;
    moved = false;
  }

  function changed() {
    if (saving) return;
    rows = model.get("X").map((x) => [...x]);
    w = [...model.get("w")];
    regrown();
  }

  el.replaceChildren(root);
  const deaf = hear(model, SETTINGS, changed);
  changed();
  root.dataset.ready = "true";

  return () => {
    cancelAnimationFrame(frame);
    player.dispose();
    deaf();
  };
}

export default { render };
