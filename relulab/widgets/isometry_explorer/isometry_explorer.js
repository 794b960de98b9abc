// The isometry explorer: the block norms of the minimum-norm certificate, and of the one that is refined from it.

const KINDS = {
  gaussian: "Gaussian", cubic: "cubic", whitened: "whitened Gaussian", "cubic-whitened": "whitened cubic",
  random: "random", smallest: "smallest singular vector",
};
const QUIET = 120; // ms without a new setting before the search begins
const WHOLE = 3000; // ms that a played search takes

// Block norms in a common order, those above 1 in another color; `ghost` is drawn faintly behind them.
function makeCloud(role) {
  const picture = mark("svg", { class: "ie-cloud", role: "img", "data-role": role });
  const left = 32, right = 8, top = 10, bottom = 26, height = 230;

  function draw({ norms, order, ceiling, ghost, level, name }, width) {
    const y = (value) => (height - bottom - (Math.min(value, ceiling) / ceiling) * (height - top - bottom)).toFixed(2);
    const band = (width - left - right) / norms.length, x = (k) => (left + (k + 0.5) * band).toFixed(2);
    const r = Math.max(1.6, Math.min(4, band * 0.45)).toFixed(2);
    const dots = order.map((j, k) => mark("circle", { class: norms[j] < 1 ? "ie-below" : "ie-above", cx: x(k), cy: y(norms[j]), r }));
    const behind = ghost ? [mark("path", { class: "ie-ghost", d: `M${order.map((j, k) => `${x(k)} ${y(ghost[j])}`).join("L")}` })] : [];
    const typical = level ? [mark("path", { class: "ie-level", d: `M${left} ${y(level)}H${width - right}` })] : [];
    const ticks = progression(0, Math.floor(ceiling / 0.5), 1).map((k) => k / 2);
    const most = greatest(norms), above = norms.filter((value) => value >= 1).length;
    picture.setAttribute("viewBox", `0 0 ${width} ${height}`);
    picture.setAttribute("aria-label", `${name}: ${norms.length} block norms, the largest ${decimals(most)}, ${above} not below 1.`);
    picture.replaceChildren(
      ...ticks.map((tick) => mark("text", { x: left - 7, y: Number(y(tick)) + 4, "text-anchor": "end" }, String(tick))),
      mark("path", { class: "ie-base", d: `M${left} ${y(0)}H${width - right}` }), ...typical, ...behind, ...dots,
      mark("path", { class: "ie-one", d: `M${left} ${y(1)}H${width - right}` }),
      mark("text", { x: (left + width - right) / 2, y: height - 6, "text-anchor": "middle" }, `${norms.length} patterns, in one order`));
  }

  return { element: picture, draw };
}

function render({ model, el }) {
  const id = `ie-${Math.random().toString(36).slice(2)}`, most = model.get("most");
  const sourced = (task) => `${LABORATORY}\n${certificates}\nconst tasks = certificates(relulab());
    function answer(question, part) { return tasks.${task}(question, part); }`;
  const quick = makeWorker(sourced("first")), slow = makeWorker(sourced("refine"));
  let base = null, frames = [], verdict = null, shown = 0, wanted = 0, busy = false, timer = null, width = 0, mine = false;

  const live = node("p", { class: "rw-hidden", role: "status", "data-role": "live" });
  const problem = node("p", { class: "rw-problem", role: "alert", "data-role": "error", hidden: true });
  const outputs = {}, inputs = {};
  const field = (input, words, ...more) => node("div", { class: "rw-field" }, node("label", { for: input.id }, words, ...more), input);
  const slider = (name, words, least) => {
    outputs[name] = node("output", { for: `${id}-${name}` });
    inputs[name] = node("input", {
      id: `${id}-${name}`, class: "rw-slider", type: "range", min: least, max: most[name], step: 1, "data-control": name,
      oninput: edit, onchange: keep,
    });
    return field(inputs[name], `${words} = `, outputs[name]);
  };
  const choice = (name, words, values) => {
    const options = values.map((value) => node("option", { value }, KINDS[value]));
    inputs[name] = node("select", { id: `${id}-${name}`, "data-control": name, onchange: () => { edit(); keep(); } }, ...options);
    return field(inputs[name], words);
  };
  const another = node("button", { type: "button", class: "rw-button rw-quiet", "data-action": "another", onclick: anew }, "Another instance");
  const controls = node("div", { class: "rw-controls ie-controls", role: "group", "aria-label": "Instance" },
    slider("n", "Samples n", 2), slider("d", "Dimension d", 1),
    choice("ensemble", "Data", ["gaussian", "cubic", "whitened", "cubic-whitened"]),
    choice("direction", "Planted direction", ["random", "smallest"]), another);
  const about = node("p", { class: "ie-about", "data-role": "about" });
  const clouds = [makeCloud("minimum-norm"), makeCloud("refined")];
  const titles = ["Minimum-norm certificate", "Refined certificate"].map((name) => node("p", { class: "ie-title" }, name));
  const numbers = [node("p", { "data-role": "first-words" }), node("p", { "data-role": "refined-words" })];
  const player = makePlayer({
    id, name: "Step of the search", count: 1, onShow: show, pause: () => Math.max(16, WHOLE / frames.length),
    words: (k) => (k === 0 ? "minimum norm" : `step ${frames[k].step}`),
  });
  const said = node("p", { class: "ie-verdict", "data-role": "verdict" });
  const legend = node("div", { class: "rw-legend" }, node("span", {}, "Block norms ‖Aⱼᵀλ‖:"),
    legendItem("ie-key-below", "below 1"), legendItem("ie-key-above", "not below 1"),
    legendItem("rw-wide ie-key-level", "expected for a random pattern"), legendItem("rw-wide ie-key-ghost", "minimum-norm, for comparison"));
  const root = node("div", { class: "rw rw-isometry", "data-widget": "isometry-explorer" }, controls, problem, about,
    node("div", { class: "rw-columns ie-columns" },
      ...[0, 1].map((k) => node("div", {}, titles[k], numbers[k], clouds[k].element))),
    legend, player.element, said, live);

  const SETTINGS = ["ensemble", "direction", "n", "d", "seed"];
  const settings = () => Object.fromEntries([...SETTINGS, "given"].map((name) => [name, model.get(name)]));

  function fill() {
    const { n, d } = settings(), given = model.get("given");
    for (const name of ["ensemble", "direction"]) inputs[name].value = model.get(name);
    inputs.n.value = outputs.n.value = given ? given.X.length : n;
    inputs.d.value = outputs.d.value = given ? given.X[0].length : d;
    root.dataset.given = given ? "yes" : "no";
  }

  // The controls' settings; a problem that Python gave is left for a random one.
  function edit() {
    mine = true;
    for (const name of ["ensemble", "direction"]) model.set(name, inputs[name].value);
    for (const name of ["n", "d"]) model.set(name, inputs[name].valueAsNumber);
    model.set("given", null);
    mine = false;
    fill();
    ask();
  }

  function keep() {
    model.save_changes();
  }

  function anew() {
    mine = true;
    model.set("seed", (model.get("seed") + 1) % 2 ** 32);
    mine = false;
    edit();
    keep();
  }

  function complain(error) {
    problem.hidden = !error;
    problem.textContent = error ? `${error.message} Change a setting to try again.` : "";
    if (error) root.dataset.state = "failed";
  }

  // The newest settings, once the ones before are answered; the search, once the reader has settled.
  async function ask() {
    wanted += 1;
    clearTimeout(timer);
    slow.stop();
    player.stop();
    root.dataset.state = "computing";
    if (busy) return;
    busy = true;
    try {
      for (let asked = 0; asked !== wanted;) {
        asked = wanted;
        const question = settings();
        adopt(question, await quick.ask(question));
      }
      complain(null);
      timer = setTimeout(refine, QUIET);
    } catch (error) {
      complain(error);
    } finally {
      busy = false;
    }
  }

  function adopt(question, answer) {
    const order = Array.from(answer.norms, (_, j) => j).sort((i, j) => answer.norms[i] - answer.norms[j]);
    base = { ...answer, order, n: question.given?.X.length ?? question.n, d: question.given?.X[0].length ?? question.d };
    frames = [{ step: 0, norms: answer.norms }];
    verdict = null;
    player.resize(1);
    player.show(0, false);
    said.textContent = "";
  }

  async function refine() {
    const now = wanted;
    root.dataset.state = "refining";
    said.textContent = "Searching for a certificate below 1, or cheaper weights …";
    let late = 0;
    try {
      const answer = await slow.ask(settings(), (frame) => {
        if (now !== wanted) return;
        frames.push(frame);
        late ||= requestAnimationFrame(() => {
          late = 0;
          if (now === wanted) latest();
        });
      });
      if (now !== wanted) return;
      cancelAnimationFrame(late);
      verdict = answer;
      latest();
      const [start, because] = verdictWords({ ...verdict, norms: base.norms });
      said.replaceChildren(node("strong", {}, start), because);
      live.textContent = said.textContent;
      Object.assign(root.dataset, { state: "done", status: verdict.status, evidence: verdict.evidence ?? "" });
      model.set("found", { status: verdict.status, evidence: verdict.evidence, largest: greatest(base.norms),
        refined: verdict.refined && greatest(verdict.refined), iterations: verdict.iterations });
      model.save_changes();
    } catch (error) {
      complain(error);
    }
  }

  function latest() {
    player.resize(frames.length);
    player.show(frames.length - 1, false);
  }

  function show(k, chosen) {
    shown = k;
    draw();
    if (chosen) live.textContent = numbers[1].textContent;
  }

  function draw() {
    if (!base) return;
    const space = Math.max(240, clouds[0].element.parentElement.clientWidth), { norms, order, level } = base;
    const ceiling = Math.min(4, Math.max(1.25, 1.05 * greatest(norms), 1.05 * greatest(frames[shown].norms)));
    clouds[0].draw({ norms, order, ceiling, level, name: "Minimum-norm certificate" }, space);
    clouds[1].draw({ norms: frames[shown].norms, order, ceiling, ghost: norms, name: "Refined certificate" }, space);
    const largest = greatest(norms), refined = greatest(frames[shown].norms);
    const count = (values) => values.filter((value) => value >= 1).length;
    const tell = (values) => `Largest ${decimals(greatest(values))}; ${count(values)} of ${values.length} not below 1.`;
    numbers[0].textContent = tell(norms);
    const nothing = verdict?.evidence === "isometry" ? "Not needed: the minimum-norm one is below 1." : "Not searched for: see below.";
    const start = frames.length === 1 && verdict ? nothing : "The search starts from the minimum-norm one.";
    numbers[1].textContent = shown === 0 ? start : `Step ${frames[shown].step}: ${tell(frames[shown].norms).toLowerCase()}`;
    const solved = base.residual < 1e-9 ? "" : " No λ solves Xᵀλ = w: the certificate does not exist.";
    const full = base.allOnes ? " The all-ones pattern exists." : "";
    about.textContent = `${model.get("given") ? "A given instance: " : ""}n/d = ${(base.n / base.d).toFixed(2)}, ${norms.length} patterns.${full}${solved}`;
    Object.assign(root.dataset, { n: base.n, d: base.d, patterns: norms.length, largest, level, step: frames[shown].step,
      refined, frames: frames.length });
  }

  function changed() {
    if (mine) return;
    fill();
    ask();
  }

  const names = [...SETTINGS, "given"].map((name) => `change:${name}`);
  const watcher = new ResizeObserver(([{ contentRect }]) => {
    if (width && contentRect.width !== width) draw();
    width = contentRect.width;
  });
  el.replaceChildren(root);
  for (const name of names) model.on(name, changed);
  watcher.observe(root);
  fill();
  ask();
  root.dataset.ready = "true";

  return () => {
    clearTimeout(timer);
    watcher.disconnect();
    for (const name of names) model.off(name, changed);
    player.dispose();
    quick.dispose();
    slow.dispose();
  };
}

export default { render };
