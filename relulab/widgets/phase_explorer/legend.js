// What is drawn over a diagram, and what its signs mean.

// Where a stored diagram leaves open whether more than half is recovered: for each d the [d, low, high] between
// which the 95 % interval of the rate holds 1/2, in half widths of the interval. As `half_contour` in relulab.plots:
// nothing where the trials are so few that every interval does.
function halfBand({ n, d, cells }) {
  const height = ({ trials }) => {
    const successes = howMany(trials, "recovered"), rate = successes / trials.length;
    const [low, high] = wilson(successes, trials.length);
    return (rate - 0.5) / (rate < 0.5 ? high - rate : rate - low);
  };
  const columns = d.map((dimension) => n.map((size) => height(cells.get(`${size},${dimension}`))));
  if (columns.flat().every((z) => Math.abs(z) < 1)) return [];
  return d.flatMap((dimension, j) => {
    const heights = columns[j];
    const first = heights.findIndex((z) => z > -1), last = heights.findLastIndex((z) => z < 1);
    if (first < 0 || last < 0) return [];
    const between = (i, z) => n[i] + ((z - heights[i]) / (heights[i + 1] - heights[i])) * (n[i + 1] - n[i]);
    return [[dimension, first === 0 ? n[0] : between(first - 1, -1), last === n.length - 1 ? n[last] : between(last, 1)]];
  });
}

const curvesOn = (view) => curvesFor(view.shown).filter(({ plainly }) => plainly || !view.plain);
const SCALE = [0, 0.2, 0.4, 0.6, 0.8, 1].map(color);

// What the diagram's signs mean: { ends } of the scale of colors, and [kind, words] for each of the others.
function signsOf(view, plain) {
  const scale = isNoisy(view.shown) ? ["distance: 1 or more", "0"] : plain ? ["never", "every time"] : ["recovered: none", "all"];
  const undecided = [...view.cells.values()].some(({ trials }) => howMany(trials, "undecided"));
  const curves = allCurves({ ...view, plain }).map(({ kind, words, plainly }) => [kind, plain ? plainly : words]);
  const stored = view.stored && !plain && halfBand(view.stored).length > 1
    ? [["stored", `where half is recovered, a 95 % band: ${view.stored.words}`]] : [];
  const signs = [...curves, ...stored, ...(undecided || !plain ? [["open", "some undecided"]] : [])];
  return { scale, signs: [...new Map(signs.map(([kind, words]) => [words, [kind, words]])).values()] };
}

function makeLegend(view, plain) {
  const element = node("div", { class: "rw-legend", "data-role": plain ? "key" : "legend" });

  function fill() {
    const { scale: [none, all], signs } = signsOf(view, plain);
    element.replaceChildren(
      node("span", { class: "rw-item" }, none,
        node("span", { class: "pe-scale", style: `background: linear-gradient(to right, ${SCALE.join(", ")})` }), all),
      ...signs.map(([kind, words]) => legendItem(`rw-wide pe-key-${kind}`, words)));
  }

  return { element, fill };
}

// The same signs for a picture that the reader saves: 26 wide, 10 high.
const DASHES = { half: [], edge: [5, 4], far: [12, 3], dots: [1.5, 5], "over-gated": [9, 3], "over-exact": [9, 3, 2, 3] };
const CURVE = "#d9480f", CURVES = { "over-gated": "#7a2e8e", "over-exact": "#00664a" };

function scaleSign(context) {
  SCALE.forEach((fillStyle, k) => {
    context.fillStyle = fillStyle;
    context.fillRect((26 * k) / SCALE.length, 0, 26 / SCALE.length + 0.5, 10);
  });
}

const signFor = (kind) => (context) => {
  if (kind === "open") {
    context.fillStyle = color(0.5);
    context.fillRect(0, 0, 26, 10);
    hatch(context, { x: 0, y: 0, width: 26, height: 10 });
  } else if (kind === "stored") {
    Object.assign(context, { fillStyle: "rgb(255 255 255 / 45%)", strokeStyle: "#111", lineWidth: 1.5 });
    context.fillRect(0, 0, 26, 10);
    context.strokeRect(0, 0, 26, 10);
  } else {
    Object.assign(context, { strokeStyle: CURVES[kind] ?? CURVE, lineWidth: 2.5 });
    context.setLineDash(DASHES[kind]);
    context.beginPath();
    context.moveTo(0, 5);
    context.lineTo(26, 5);
    context.stroke();
  }
};
