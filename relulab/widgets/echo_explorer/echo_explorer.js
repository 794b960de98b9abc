// The echo explorer: borders of a wall to move up and down, the echoes at its surface, the impedance by depth.

const WIDE = 400, LEFT = 34, RIGHT = 14, STEP = 0.02;
const WALL = { middle: 84, half: 66 }, ECHO = { middle: 226, half: 44 }, DEPTH = { top: 300, bottom: 396 }, TALL = 432;
const WALLS = [
  [0, 0, 0.45, 0, 0, 0, -0.6, 0, 0, 0.3, 0, 0],
  [0, 0, 0, 0.6, 0, 0, 0, -0.6, 0, 0, 0, 0],
  [0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2],
  [0, 0, 0, 0, 0, 0.7, 0, 0, 0, 0, 0, 0],
  [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
];

const xOf = (j) => LEFT + ((j + 0.5) / (BORDERS + 1)) * (WIDE - LEFT - RIGHT);
const gap = (WIDE - LEFT - RIGHT) / (BORDERS + 1);
const held = (k) => Math.max(-HIGHEST, Math.min(HIGHEST, Math.round(k / STEP) * STEP));
const signed = (x, digits = 2) => x.toFixed(digits).replace("-", "−");

function render({ model, el }) {
  let k = [], wall = 0, frame = 0, saving = false;
  const live = node("p", { class: "rw-hidden", role: "status", "data-role": "live" });
  const verdict = node("p", { "data-role": "verdict" });
  const ground = mark("g", { "aria-hidden": "true" });
  const picture = mark("svg", {
    class: "ec-picture", viewBox: `0 0 ${WIDE} ${TALL}`, role: "group", "data-role": "picture",
    "aria-label": "A wall of layers. Each of its twelve borders can be moved, by the arrow keys too; below, the echoes and the impedance.",
  });
  const handles = Array.from({ length: BORDERS }, (_, j) => makeHandle({
    kind: "ec-border", text: String(j + 1), picture,
    onDrag: ([, y]) => moving(() => (k[j] = held(((WALL.middle - y) / WALL.half) * HIGHEST))),
    onArrow: ([right, up], times) => moving(() => (k[j] = held(k[j] + (right + up) * times * STEP))),
    onEnd: finish, onFocus: () => {},
    onPress: () => { moving(() => (k[j] = 0)); finish(); },
  }));
  picture.append(ground, ...handles);
  const button = (action, words, onclick) =>
    node("button", { type: "button", class: "rw-button rw-quiet", "data-action": action, onclick }, words);
  const root = node("div", { class: "rw rw-two-tone rw-echo", "data-widget": "echo-explorer" },
    node("div", { class: "rw-columns" },
      node("div", {}, picture),
      node("div", { class: "rw-panel" }, verdict,
        node("div", { class: "rw-legend" },
          legendItem("rw-wide ec-key-echo", "echo, by time"), legendItem("rw-wide ec-key-true", "impedance of the wall"),
          legendItem("rw-wide ec-key-heard", "growth of the volume, from the echoes alone")),
        button("next", "Another wall", next))), live);

  function moving(change) {
    change();
    frame ||= requestAnimationFrame(draw);
  }

  function next() {
    wall = (wall + 1) % WALLS.length;
    k = [...WALLS[wall]];
    finish();
  }

  // What the reader has moved goes to Python when he lets go.
  function finish() {
    cancelAnimationFrame(frame);
    draw();
    saving = true;
    model.set("k", [...k]);
    saving = false;
    model.save_changes();
    live.textContent = verdict.textContent;
  }

  // A row of the picture: its name, its axis, and what one unit is there.
  function row({ middle, half }, words, most) {
    const word = mark("text", { x: LEFT, y: middle - half - 8 }, words);
    const ticks = [most, 0, -most].map((value) =>
      mark("text", { x: LEFT - 4, y: middle - (value / most) * half + 4, "text-anchor": "end" }, signed(value, value % 1 ? 1 : 0)));
    return [word, ...ticks, mark("path", { class: "ec-axis", d: `M${LEFT} ${middle}H${WIDE - RIGHT}` })];
  }

  function layers(impedances) {
    const dark = (value) => 0.06 + 0.5 / (1 + 2 / value);
    return [1, ...impedances].map((value, j) => mark("rect", {
      class: "ec-layer", x: xOf(j), width: j === BORDERS ? WIDE - RIGHT - xOf(j) : gap, y: WALL.middle - WALL.half,
      height: 2 * WALL.half, "fill-opacity": dark(value).toFixed(3),
    }));
  }

  function depths(impedances, grown) {
    const all = [...impedances, 1], low = Math.min(0.5, ...all), high = Math.max(2, ...all);
    const y = (value) => DEPTH.bottom - (Math.log(value / low) / Math.log(high / low)) * (DEPTH.bottom - DEPTH.top);
    const stairs = (values) => values.reduce(
      (path, value, j) => `${path}V${y(value).toFixed(1)}H${(j + 1 < BORDERS ? xOf(j + 2) : WIDE - RIGHT).toFixed(1)}`, `M${xOf(0)} ${y(1)}H${xOf(1)}`);
    const ticks = [low, 1, high].filter((value) => value === 1 || Math.abs(y(value) - y(1)) > 14);
    return [
      mark("text", { x: LEFT, y: DEPTH.top - 10 }, "impedance, by depth"),
      ...ticks.map((value) => mark("text", { x: LEFT - 4, y: y(value) + 4, "text-anchor": "end" },
        String(Number(value.toPrecision(2))).replace(/^0\./, "."))),
      mark("path", { class: "ec-axis", d: `M${LEFT} ${y(1)}H${WIDE - RIGHT}` }),
      mark("path", { class: "ec-true", d: stairs(impedances) }),
      mark("path", { class: "ec-heard", d: stairs(grown) }),
      ...[1, 3, 6, 9, 12].map((j) => mark("text", { x: xOf(j), y: DEPTH.bottom + 18, "text-anchor": "middle" }, String(j))),
      mark("text", { x: (LEFT + WIDE - RIGHT) / 2, y: TALL - 2, "text-anchor": "middle" }, "depth, and time"),
    ];
  }

  function draw() {
    frame = 0;
    const r = echoesOf(k), grown = growthOf(r), impedances = impedancesOf(k);
    const stem = (name, j, { middle, half }, share) =>
      mark("path", { class: name, d: `M${xOf(j).toFixed(1)} ${middle}v${(-half * share).toFixed(1)}` });
    ground.replaceChildren(
      ...layers(impedances), ...row(WALL, "reflected at each border", HIGHEST),
      ...k.map((value, j) => stem("ec-reflected", j + 1, WALL, value / HIGHEST)),
      ...row(ECHO, "echo, by time", 1), ...r.map((value, t) => stem("ec-echo", t, ECHO, value)),
      ...depths(impedances, grown));
    handles.forEach((handle, j) => {
      handle.setAttribute("transform", `translate(${xOf(j + 1).toFixed(1)} ${(WALL.middle - (k[j] / HIGHEST) * WALL.half).toFixed(1)})`);
      const values = { label: `Border ${j + 1}`, orientation: "vertical", valuemin: -HIGHEST, valuemax: HIGHEST,
        valuenow: k[j].toFixed(2), valuetext: `reflects ${signed(k[j])}` };
      for (const [name, value] of Object.entries(values)) handle.setAttribute(`aria-${name}`, value);
    });
    say(r, grown, impedances);
  }

  function say(r, grown, impedances) {
    const still = (x) => Math.abs(x) < 0.005, borders = k.filter((value) => !still(value)).length;
    const again = k.filter((value, j) => still(value) && !still(r[j + 1])).length;
    const loudest = r.reduce((best, value, t) => (t && (!best || Math.abs(value) > Math.abs(r[best])) ? t : best), 0);
    const parts = borders === 0 ? ["No border reflects, and nothing comes back."]
      : [`${borders === 1 ? "One border reflects" : `${borders} borders reflect`}. The loudest echo is ${signed(r[loudest])}, at time ${loudest}. `,
        again === 0 ? "" : `${again === 1 ? "One echo comes" : `${again} echoes come`} from a depth without a border, after more than one reflection. `];
    verdict.replaceChildren(...parts.slice(0, 2), borders ? node("strong", {},
      `From the echoes alone, the impedance behind the last border is ${grown.at(-1).toPrecision(4)}.`) : "",
    borders ? ` The wall's is ${impedances.at(-1).toPrecision(4)}.` : "");
    Object.assign(root.dataset, { echoes: r.map((value) => value.toFixed(9)).join(" "),
      grown: grown.map((value) => value.toPrecision(9)).join(" ") });
  }

  function changed() {
    if (saving) return;
    k = [...model.get("k")];
    draw();
  }

  el.replaceChildren(root);
  const deaf = hear(model, ["k"], changed);
  changed();
  root.dataset.ready = "true";

  return () => {
    cancelAnimationFrame(frame);
    deaf();
  };
}

export default { render };
