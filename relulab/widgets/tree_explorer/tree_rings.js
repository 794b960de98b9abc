// The tree as rings: the sectors that signs of the first k rows leave to a gate, one ring for each k, and around them
// the rows and w, to be turned.

const SIZE = 400, CENTER = SIZE / 2, HOLE = 20, RIM = 146, HANDLES = 174;
const at = (radius, angle) => [CENTER + radius * Math.cos(angle), CENTER - radius * Math.sin(angle)];
const spot = (radius, angle) => at(radius, angle).map((v) => v.toFixed(2)).join(" ");
const angleOf = ([x, y]) => Math.atan2(y, x);
const LABELS = { split: "goes on", bound: "too short", circuit: "no gate", violator: "reaches 1" };

function ringPath(inside, outside, from, to) {
  const large = to - from > Math.PI ? 1 : 0;
  return `M${spot(inside, from)}L${spot(outside, from)}A${outside} ${outside} 0 ${large} 0 ${spot(outside, to)}` +
    `L${spot(inside, to)}A${inside} ${inside} 0 ${large} 1 ${spot(inside, from)}z`;
}

function makeRings({ onTurn, onEnd }) {
  const rings = mark("g", { "aria-hidden": "true" }), front = mark("g");
  const element = mark("svg", { class: "te-picture", viewBox: `0 0 ${SIZE} ${SIZE}`, role: "group", "data-role": "rings",
    "aria-label": "The tree of signs as rings of sectors. Around it the rows and w: arrow keys turn what has the focus, with Shift faster." },
  rings, front);
  let handles = [], angles = [];

  const handleFor = (i, count) => makeHandle({
    kind: i < count ? "te-row" : "te-plant", text: i < count ? String(i + 1) : "w", picture: element,
    onDrag: ([x, y]) => onTurn(i, Math.atan2(CENTER - y, x - CENTER)),
    onArrow: ([across, up], times) => onTurn(i, angles[i] - ((across || -up) * times * Math.PI) / 90),
    onEnd, onFocus: () => {},
  });

  function draw({ rows, w, order, nodes, depth }) {
    angles = [...rows, w].map(angleOf);
    if (handles.length !== angles.length) {
      handles = angles.map((_, i) => handleFor(i, rows.length));
      front.replaceChildren(...handles);
    }
    handles.forEach((handle, i) => {
      const place = order.indexOf(i);
      handle.setAttribute("transform", `translate(${spot(HANDLES, angles[i])})`);
      const degrees = `${Math.round((angles[i] * 180) / Math.PI)} degrees`;
      describe(handle, i < rows.length ? `Row ${i + 1}` : "The planted direction w", angles[i],
        i < rows.length ? `${degrees}, the sign number ${place + 1}` : degrees);
    });
    const wide = (RIM - HOLE) / rows.length;
    const borders = order.slice(0, depth).map((i) => {
      const [a, b] = [angles[i] + Math.PI / 2, angles[i] - Math.PI / 2];
      return mark("path", { class: "te-border", d: `M${spot(RIM, a)}L${spot(RIM, b)}` });
    });
    const parts = nodes.filter(({ signs }) => signs.length > 0 && signs.length <= depth).flatMap(({ signs, fate, sector }) => {
      const k = signs.length, inside = HOLE + (k - 1) * wide;
      if (sector) return [mark("path", { class: `te-cell te-${fate}`, "data-fate": fate, d: ringPath(inside, inside + wide, sector.from, sector.to) })];
      const parent = nodes.find((one) => one.signs.length === k - 1 && one.signs.every((sign, i) => sign === signs[i]));
      const middle = parent.sector ? (parent.sector.from + parent.sector.to) / 2 : 0;
      const [x, y] = at(inside + wide / 2, middle), r = Math.min(5, wide / 3);
      return [mark("g", { "data-fate": `${fate}-empty` }, mark("circle", { class: "te-ground", cx: x, cy: y, r: 1.5 * r }),
        mark("path", { class: `te-cross te-cross-${fate}`, d: `M${x - r} ${y - r}L${x + r} ${y + r}M${x - r} ${y + r}L${x + r} ${y - r}` }))];
    });
    const crosses = parts.filter((part) => part.dataset.fate.endsWith("empty"));
    rings.replaceChildren(mark("circle", { class: "te-rim", cx: CENTER, cy: CENTER, r: RIM }),
      ...parts.filter((part) => !crosses.includes(part)), ...borders, ...crosses,
      mark("circle", { class: "te-root", cx: CENTER, cy: CENTER, r: HOLE }));
  }

  return { element, draw };
}
