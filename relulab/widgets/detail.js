// The opened cell: its instances, what proves each verdict, block norms, planted against found neurons.

// Found neurons by length and by angle to the nearest planted one, which is at distance 1 on the axis.
function neuronPlot({ status, neurons }, width) {
  const height = 190, pad = 26, reach = Math.max(1.1, ...neurons.map(({ length }) => 1.05 * length));
  const lowest = Math.min(0, ...neurons.map(({ length, cosine }) => length * cosine));
  const unit = Math.min((width - 2 * pad) / (reach - lowest), (height - 2 * pad) / reach);
  const x = (value) => (width - (reach - lowest) * unit) / 2 + (value - lowest) * unit, y = (value) => height - pad - value * unit;
  const place = ({ length, cosine }) => [x(length * cosine), y(length * Math.sqrt(Math.max(0, 1 - cosine * cosine)))];
  const arc = [...Array(41).keys()].map((i) => (i / 40) * Math.PI).map((a) => [x(Math.cos(a)), y(Math.sin(a))]);
  const visible = arc.filter(([left]) => left >= x(lowest) - 1).map((point) => point.map((c) => c.toFixed(1)).join(" "));
  const total = neurons.reduce((cost, { length }) => cost + length, 0);
  const label = `The found neurons by length and by angle to the nearest planted neuron: ${neurons.length} neurons, ` +
    `of total length ${decimals(total)}.${status === "recovered" ? " They are the planted ones." : ""}`;
  return mark("svg", { class: "pe-neurons", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label },
    mark("path", { class: "pe-rule", d: `M${visible.join("L")}` }),
    mark("path", { class: "pe-base", d: `M${x(lowest) - 12} ${y(0)}H${x(reach) + 12}` }),
    mark("path", { class: "pe-rule", d: `M${x(0)} ${y(0)}V${pad / 2}` }),
    ...[...neurons].reverse().map((one) => {
      const [cx, cy] = place(one);
      return mark(one.relu ? "circle" : "rect", one.relu ? { class: "pe-found", cx, cy, r: 3.5 }
        : { class: "pe-found pe-linear", x: cx - 4.5, y: cy - 4.5, width: 9, height: 9 });
    }),
    mark("circle", { class: "pe-planted", cx: x(1), cy: y(0), r: 8 }),
    mark("text", { x: x(0), y: height - 8, "text-anchor": "middle" }, "0"),
    mark("text", { x: x(1), y: height - 8, "text-anchor": "middle" }, "planted"));
}

function makeDetail() {
  const element = node("div", { class: "pe-detail", role: "group", "aria-label": "The opened cell", "data-role": "detail" });
  const hint = "Open a cell to see its instances, their block norms and what proves each verdict: click it, or move " +
    "to it with the arrow keys and press Enter.";
  const item = (kind, words) => node("span", { class: "pe-item" }, node("span", { class: `pe-key ${kind}` }), words);

  function show(opened) {
    for (const name of Object.keys(element.dataset)) if (name !== "role") delete element.dataset[name];
    if (!opened) {
      element.replaceChildren(node("p", { class: "pe-hint" }, hint));
      return;
    }
    const { n, d, trials, number } = opened, trial = trials[number], noisy = trial.distance !== undefined;
    Object.assign(element.dataset, { n, d, status: trial.status, evidence: trial.evidence ?? "" });
    const choose = (k) => {
      opened.number = k;
      show(opened);
      element.querySelectorAll(".pe-chip")[k].focus();
    };
    const chips = trials.map(({ status: name }, k) => node("button", {
      type: "button", class: "pe-chip", "data-status": name, "aria-pressed": String(k === number),
      onclick: () => choose(k),
    }, node("span", { "aria-hidden": "true" }, STATUS[name].sign), ` ${k + 1}`,
      node("span", { class: "pe-hidden" }, `, ${STATUS[name].words}`)));
    const [verdict, because] = noisy ? distanceWords(trial) : verdictWords(trial);
    element.replaceChildren(
      node("p", { class: "pe-title" }, `n = ${n}, d = ${d}: ${describeTrials(trials, noisy)}`),
      node("div", { class: "pe-chips", role: "group", "aria-label": "Instances of this cell" }, ...chips),
      node("p", { "data-role": "verdict" }, node("strong", {}, verdict), because),
      ...(noisy ? [] : pictures(trial)));
  }

  function pictures(trial) {
    const width = Math.max(240, Math.min(element.clientWidth, 640) - 30), { neurons } = trial;
    const parts = [normLegend(trial), normBars(trial, width), numberList(trial)];
    if (neurons.length > 0) {
      parts.push(node("div", { class: "pe-legend" }, node("span", {}, "Planted against found neurons:"),
        item("pe-key-planted", "planted"),
        ...(neurons.some(({ relu }) => relu) ? [item("pe-key-found", "found ReLU")] : []),
        ...(neurons.some(({ relu }) => !relu) ? [item("pe-key-found pe-key-linear", "found linear")] : [])),
      neuronPlot(trial, width));
    }
    return parts;
  }

  return { element, show };
}

function distanceWords({ status, distance, iterations }) {
  if (status !== "fitted") return ["Undecided.", " The sampled blocks cannot fit the noise, or the search did not settle."];
  return [`Distance ${decimals(distance)}.`, " With noise nothing is recovered exactly. This is how far the planted weights " +
    `of the minimal-norm network are from the true ones, found in ${iterations} steps.`];
}
