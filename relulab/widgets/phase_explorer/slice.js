// A slice through the diagram: success against n/d at one d, with Wilson's 95 % intervals.

// relulab.theory.wilson_interval.
function wilson(successes, trials) {
  const z = 1.959964, share = successes / trials, scale = 1 + (z * z) / trials;
  const center = (share + (z * z) / (2 * trials)) / scale;
  const half = (z / scale) * Math.sqrt((share * (1 - share)) / trials + (z * z) / (4 * trials ** 2));
  return [successes === 0 ? 0 : center - half, successes === trials ? 1 : center + half];
}

function makeSlice({ id, view, onChoose }) {
  const select = node("select", { id: `${id}-slice`, "data-control": "slice", onchange: () => onChoose(Number(select.value)) });
  const picture = node("div", { class: "pe-slice-picture" });
  const element = node("div", { class: "pe-slice", "data-role": "slice" },
    node("div", { class: "pe-slice-head" }, node("label", { for: select.id }, "Slice at d ="), select), picture);

  function reset() {
    select.replaceChildren(...view.shown.d.map((d) => node("option", { value: d }, String(d))));
    select.value = view.slice;
  }

  // One point a computed cell: n/d, its value, and its band.
  function points() {
    return view.shown.n.flatMap((n) => {
      const cell = view.cells.get(`${n},${view.slice}`);
      if (!cell) return [];
      if (!isNoisy(view.shown)) {
        const recovered = howMany(cell.trials, "recovered");
        return [{ n, value: recovered / cell.trials.length, band: wilson(recovered, cell.trials.length) }];
      }
      const distances = cell.trials.filter((trial) => trial.status === "fitted").map((trial) => trial.distance);
      if (distances.length === 0) return [];
      return [{ n, value: meanDistance(cell.trials), band: [Math.min(...distances), Math.max(...distances)] }];
    });
  }

  function draw() {
    const width = Math.max(240, element.clientWidth), height = 190, left = 52, right = 14, top = 10, bottom = 42;
    const d = view.slice, noisy = isNoisy(view.shown), found = points();
    const ceiling = noisy ? Math.max(1, ...found.map(({ band }) => 1.05 * band[1])) : 1;
    const low = view.shown.n[0] / d, high = view.shown.n.at(-1) / d, span = Math.max(high - low, 1e-9);
    const x = (ratio) => left + 8 + ((ratio - low) / span) * (width - left - right - 16);
    const y = (value) => height - bottom - (value / ceiling) * (height - top - bottom);
    const joined = (list) => list.map(([a, b]) => `${a.toFixed(1)} ${b.toFixed(1)}`).join("L");
    const theory = allCurves(view).flatMap(({ kind, at, success }) => {
      if (success && !noisy) {
        const wholes = progression(view.shown.n[0], view.shown.n.at(-1), 1);
        return [mark("path", { class: `pe-${kind}`, d: `M${joined(wholes.map((n) => [x(n / d), y(success(n, d))]))}` })];
      }
      const ratio = at(d) / d;
      if (!/^(half|over)/.test(kind) && curvesFor(view.shown)[0].success) return [];
      return !(ratio >= low && ratio <= high) ? [] : [mark("path", { class: `pe-${kind}`, d: `M${x(ratio)} ${y(0)}V${y(ceiling)}` })];
    });
    const band = [...found.map(({ n, band: [, up] }) => [x(n / d), y(up)]),
      ...[...found].reverse().map(({ n, band: [down] }) => [x(n / d), y(down)])];
    const step = [0.25, 0.5, 1, 2, 5, 10, 20, 50].find((one) => span / one <= Math.max(4, width / 60)) ?? 100;
    const ticks = progression(Math.ceil(low / step), Math.floor(high / step), 1).map((k) => k * step);
    const heights = [0, ceiling / 2, ceiling];
    const what = noisy ? "Mean distance" : "Share recovered";
    const numbers = found.map(({ n, value }) => `n = ${n}: ${value.toFixed(2)}`).join(", ");
    const label = `${what} against n/d at d = ${d}, with ${noisy ? "its range over the trials" : "Wilson's 95 % intervals"}. ` +
      (numbers || "Nothing is computed yet.");
    picture.replaceChildren(mark("svg", { class: "pe-lines", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label },
      ...heights.map((value) => mark("path", { class: "pe-rule", d: `M${left} ${y(value)}H${width - right}` })),
      ...heights.map((value) => mark("text", { x: left - 8, y: y(value) + 4, "text-anchor": "end" },
        String(Number(value.toFixed(2))))),
      ...ticks.map((ratio) => mark("text", { x: x(ratio), y: height - bottom + 17, "text-anchor": "middle" },
        String(Number(ratio.toFixed(2))))),
      mark("text", { class: "pe-axis", x: (left + width - right) / 2, y: height - 6, "text-anchor": "middle" }, "n/d"),
      mark("text", { class: "pe-axis", "text-anchor": "middle", transform: `translate(14 ${(top + height - bottom) / 2}) rotate(-90)` },
        noisy ? "distance" : "recovered"),
      mark("path", { class: "pe-band", d: found.length > 1 ? `M${joined(band)}z` : "M0 0" }),
      ...theory,
      ...found.map(({ n, band: [down, up] }) => mark("path", { class: "pe-whisker", d: `M${x(n / d)} ${y(down)}V${y(up)}` })),
      mark("path", { class: "pe-share", d: found.length > 1 ? `M${joined(found.map(({ n, value }) => [x(n / d), y(value)]))}` : "M0 0" }),
      ...found.map(({ n, value }) => mark("circle", { class: "pe-point", cx: x(n / d), cy: y(value), r: 3.5 }))));
  }

  return { element, reset, draw, select };
}
