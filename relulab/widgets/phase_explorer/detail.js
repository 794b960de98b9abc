// The opened cell: its instances, what proves each verdict, block norms, planted against found neurons.

// Block norms, sorted: bars for the minimum-norm certificate, dots for the refined one, a line at 1.
function normBars({ norms, refined, planted = [] }, width) {
  const height = 210, left = 34, right = 6, top = 10, bottom = 30;
  const order = Array.from(norms, (_, j) => j).sort((i, j) => norms[j] - norms[i]);
  const ceiling = Math.max(1.15, 1.06 * greatest(norms), refined ? 1.06 * greatest(refined) : 0);
  const band = (width - left - right) / norms.length;
  const y = (value) => height - bottom - (value / ceiling) * (height - top - bottom);
  const x = (k) => left + k * band;
  const drawn = (part) => part.map((number) => number.toFixed(2)).join(" ");
  const bars = (wanted) => order.flatMap((j, k) => (planted.includes(j) === wanted ? [`M${drawn([x(k) + band * 0.1, y(0)])}` +
    `V${y(norms[j]).toFixed(2)}h${(band * 0.8).toFixed(2)}V${y(0).toFixed(2)}z`] : [])).join("") || "M0 0";
  const radius = Math.max(1.4, Math.min(3.5, band * 0.42));
  const dots = refined ? order.map((j, k) => mark("circle", {
    class: "pe-dot", cx: x(k + 0.5).toFixed(2), cy: y(refined[j]).toFixed(2), r: radius,
  })) : [];
  const ticks = progression(0, Math.floor(ceiling / 0.5), 1).map((k) => k / 2);
  const refinedWords = refined ? ` The refined certificate's largest is ${decimals(greatest(refined))}.` : "";
  const label = `Block norms of ${norms.length} patterns, sorted. The minimum-norm certificate's largest is ` +
    `${decimals(greatest(norms))}.${refinedWords}`;
  return mark("svg", { class: "pe-bars", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label },
    ...ticks.map((tick) => mark("text", { x: left - 8, y: y(tick) + 4, "text-anchor": "end" }, String(tick))),
    mark("path", { class: "pe-bar", d: bars(false) }), mark("path", { class: "pe-bar-planted", d: bars(true) }), ...dots,
    mark("path", { class: "pe-base", d: `M${left} ${y(0)}H${width - right}` }),
    mark("path", { class: "pe-one", d: `M${left} ${y(1)}H${width - right}` }),
    mark("text", { x: (left + width - right) / 2, y: height - 8, "text-anchor": "middle" },
      `${norms.length} patterns, sorted`));
}

function normLegend({ refined, planted = [] }) {
  const items = [legendItem("rw-wide pe-key-bar", "minimum-norm certificate"), legendItem("rw-wide pe-key-one", "the bound 1")];
  if (refined) items.splice(1, 0, legendItem("pe-key-dot", "refined certificate"));
  if (planted.length > 0) items.splice(1, 0, legendItem("rw-wide pe-key-bar-planted", "planted patterns"));
  return node("div", { class: "rw-legend" }, node("span", {}, "Block norms ‖Aⱼᵀλ‖:"), ...items);
}

function numberList({ norms, refined, cost, iterations, planted = [] }) {
  const pairs = [["Patterns", "patterns", String(norms.length)],
    ["Largest norm, minimum-norm certificate", "largest-norm", decimals(offPlant(norms, planted))]];
  if (refined) pairs.push(["Largest norm, refined certificate", "largest-refined", decimals(offPlant(refined, planted))]);
  if (cost !== null) pairs.push(["Cost of the other network", "cost", decimals(cost)]);
  if (iterations > 0) pairs.push(["Steps of the search", "iterations", String(iterations)]);
  return node("div", { class: "pe-list" }, ...pairs.map(([name, role, value]) =>
    node("span", {}, `${name}: `, node("strong", { "data-role": role }, value))));
}

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
  const element = node("div", { class: "rw-panel", role: "group", "aria-label": "The opened cell", "data-role": "detail" });
  const hint = "Open a cell to see its instances, their block norms and what proves each verdict: click it, or move " +
    "to it with the arrow keys and press Enter.";

  function show(opened) {
    for (const name of Object.keys(element.dataset)) if (name !== "role") delete element.dataset[name];
    if (!opened) {
      element.replaceChildren(node("p", {}, hint));
      return;
    }
    const { n, d, trials, number, source } = opened, trial = trials[number], noisy = trial.distance !== undefined;
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
      node("span", { class: "rw-hidden" }, `, ${STATUS[name].words}`)));
    const [verdict, because] = noisy ? distanceWords(trial) : verdictWords({ ...trial, source });
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
      parts.push(node("div", { class: "rw-legend" }, node("span", {}, "Planted against found neurons:"),
        legendItem("pe-key-planted", "planted"),
        ...(neurons.some(({ relu }) => relu) ? [legendItem("pe-key-found", "found ReLU")] : []),
        ...(neurons.some(({ relu }) => !relu) ? [legendItem("pe-key-found pe-key-linear", "found linear")] : [])),
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
