// The pictures of the training player: neurons in the plane, and the curves of a run with the frame on them.

const PLANE = 360, MIDDLE = PLANE / 2, TRAIL = 14;
const away = ([a, b]) => Math.hypot(a, b);

// Where a neuron stands: its weights times the size of its output weight; the skip pair with its sign too.
function standing({ first, second }, j, linear) {
  const factor = j === linear ? second[j] : Math.abs(second[j]);
  return first[j].map((x) => x * factor);
}

// The directions of the neurons that count, those of at least a hundredth of the largest: neighbors of one sign
// within 3 degrees share one. Each has the sum of its neurons.
function directionsOf({ first, second }, linear) {
  const all = second.map((weight, j) => ({ place: standing({ first, second }, j, linear), plus: weight > 0, j }));
  const most = Math.max(...all.map(({ place }) => away(place)));
  const counted = all.filter(({ place }) => away(place) >= most / 100), relus = counted.filter(({ j }) => j !== linear);
  const sums = [true, false].flatMap((plus) => {
    const own = relus.filter((one) => one.plus === plus).map(({ place: [a, b] }) => ({ a, b, angle: Math.atan2(b, a) }));
    own.sort((one, other) => one.angle - other.angle);
    const gap = (k) => own[k].angle - (k ? own[k - 1].angle : own.at(-1).angle - 2 * Math.PI);
    const start = Math.max(0, own.findIndex((_, k) => gap(k) > Math.PI / 60)), groups = [];
    for (let k = 0; k < own.length; k++) {
      const at = (start + k) % own.length;
      if (k === 0 || gap(at) > Math.PI / 60) groups.push({ place: [0, 0], plus });
      groups.at(-1).place = [groups.at(-1).place[0] + own[at].a, groups.at(-1).place[1] + own[at].b];
    }
    return groups;
  });
  return { active: relus.length, directions: sums.length, skip: counted.length > relus.length, sums };
}

function makePlot() {
  const picture = mark("svg", { class: "tp-plane", viewBox: `0 0 ${PLANE} ${PLANE}`, role: "img", "data-role": "plane" });
  let unit = 1, ground = [];
  const place = ([a, b]) => [MIDDLE + unit * a, MIDDLE - unit * b];
  const dot = (at, attributes) => {
    const [cx, cy] = place(at).map((x) => x.toFixed(1));
    return mark("circle", { cx, cy, ...attributes });
  };

  // What lies beyond the picture stands at its rim, in its own direction.
  const within = (at) => {
    const most = (MIDDLE - 9) / unit / Math.max(...at.map(Math.abs));
    return most < 1 ? at.map((x) => most * x) : at;
  };

  function reset(run) {
    const final = run.frames.at(-1), last = Math.floor(run.frames.length / 4);
    const reach = [final, run.frames[Math.min(last, run.frames.length - 1)]].flatMap((frame) =>
      frame.second.map((_, j) => away(standing(frame, j, run.linear))));
    unit = (MIDDLE - 16) / Math.min(2.2, Math.max(1.1, 1.05 * Math.max(...reach)));
    const farthest = Math.max(...run.X.map(away)) || 1;
    const rows = run.X.map((x) => dot(x.map((v) => (0.95 * v) / farthest), { class: "tp-datum", r: 2 }));
    const stars = run.hidden.map((w) => dot(w, { class: "tp-planted", r: 11 }));
    const spokes = run.hidden.map((w) => {
      const [x, y] = place(w);
      return mark("path", { class: "tp-spoke", d: `M${MIDDLE} ${MIDDLE}L${x.toFixed(1)} ${y.toFixed(1)}` });
    });
    ground = [
      mark("circle", { class: "tp-unit", cx: MIDDLE, cy: MIDDLE, r: unit }),
      mark("path", { class: "tp-axes", d: `M0 ${MIDDLE}H${PLANE}M${MIDDLE} 0V${PLANE}` }), ...rows, ...spokes, ...stars,
    ];
  }

  function draw(run, index) {
    const frame = run.frames[index], past = run.frames.slice(Math.max(0, index - TRAIL), index + 1);
    const kind = (j) => (j === run.linear ? "tp-skip" : frame.second[j] > 0 ? "tp-plus" : "tp-minus");
    const trails = frame.second.map((_, j) => mark("path", {
      class: `tp-trail ${kind(j)}`,
      d: `M${past.map((one) => place(standing(one, j, run.linear)).map((x) => x.toFixed(1)).join(" ")).join("L")}`,
    }));
    const dots = frame.second.map((_, j) => dot(within(standing(frame, j, run.linear)), { class: `tp-neuron ${kind(j)}`, r: 5 }));
    const { active, directions, sums } = directionsOf(frame, run.linear);
    const wholes = sums.map((one) => dot(within(one.place), { class: `tp-sum ${one.plus ? "tp-plus" : "tp-minus"}`, r: 7.5 }));
    picture.setAttribute("aria-label", `${active} active neurons in ${directions} directions at step ${frame.step}; ` +
      `rings mark the ${run.hidden.length} planted.`);
    picture.replaceChildren(...ground, ...trails, ...wholes, ...dots);
  }

  return { element: picture, reset, draw };
}

const powers = (low, high) => progression(Math.ceil(low), Math.floor(high), Math.max(1, Math.ceil((high - low) / 3)));
const superscript = (power) => `10${[...String(power)].map((c) => (c === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[c])).join("")}`;

// Curves over the steps, all on logarithmic axes; a line at the frame that is shown.
function makeCurves() {
  const picture = mark("svg", { class: "tp-curves", role: "img", "data-role": "curves" });
  const left = 44, right = 8, tall = 92, gap = 34;
  let drawn = null;

  function reset(run, curves, width) {
    const height = curves.length * (tall + gap) + 8, steps = run.frames.map(({ step }) => Math.log10(1 + step));
    const most = Math.max(...steps, 0.1), x = (k) => left + (steps[k] / most) * (width - left - right);
    const scales = curves.map(({ values }, c) => {
      const logs = values.map((value) => Math.log10(Math.max(value, 1e-9)));
      const low = Math.min(...logs), high = Math.max(...logs, low + 0.3), top = 22 + c * (tall + gap);
      const y = (value) => top + tall - ((value - low) / (high - low)) * tall;
      return { low, high, top, y, heights: logs.map(y) };
    });
    const parts = curves.flatMap(({ name, className }, c) => {
      const { low, high, top, y, heights } = scales[c];
      const ticks = powers(low, high).flatMap((power) => [
        mark("path", { class: "tp-grid", d: `M${left} ${y(power).toFixed(1)}H${width - right}` }),
        mark("text", { x: left - 6, y: y(power) + 4, "text-anchor": "end" }, superscript(power)),
      ]);
      const line = `M${heights.map((at, k) => `${x(k).toFixed(1)} ${at.toFixed(1)}`).join("L")}`;
      return [mark("text", { class: "tp-name", x: left + 8, y: top - 8 }, name), ...ticks,
        mark("path", { class: `tp-curve ${className}`, d: line }), mark("circle", { class: `tp-now ${className}`, r: 4.5 })];
    });
    const cursor = mark("path", { class: "tp-cursor" });
    picture.setAttribute("viewBox", `0 0 ${width} ${height}`);
    picture.replaceChildren(cursor, ...parts,
      mark("text", { x: width - right, y: height - 2, "text-anchor": "end" }, "step, logarithmic"));
    drawn = { cursor, x, scales, bottom: height - 14, marks: [...picture.querySelectorAll(".tp-now")] };
    picture.setAttribute("aria-label", curves.map(({ name, values }) =>
      `${name}, from ${values[0].toPrecision(2)} to ${values.at(-1).toPrecision(2)}`).join("; "));
  }

  function draw(index) {
    const { cursor, x, scales, bottom, marks } = drawn;
    cursor.setAttribute("d", `M${x(index).toFixed(1)} 14V${bottom}`);
    marks.forEach((circle, c) => {
      circle.setAttribute("cx", x(index).toFixed(1));
      circle.setAttribute("cy", scales[c].heights[index].toFixed(1));
    });
  }

  return { element: picture, reset, draw };
}
