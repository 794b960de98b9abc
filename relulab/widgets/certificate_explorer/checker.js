// A place to drop a saved verdict on: the file is read and proved in the page, by a worker, and sent nowhere.

const KINDS = { linear: "a linear neuron", relu: "ReLU neurons", normalized: "normalized neurons" };

function makeChecker(model) {
  const script = `${dyadics}\n${certificateFiles}\n${certificateChecker}
    const { check } = certificateChecker(dyadics(), certificateFiles());
    function answer(bytes) { return check(bytes); }`;
  const worker = makeWorker(script), said = node("p", { class: "ce-answer", role: "status", "data-role": "answer" });
  const picker = node("input", { type: "file", class: "rw-hidden", tabindex: -1, "aria-label": "A saved verdict", "data-control": "file", onchange: () => {
    if (picker.files[0]) take(picker.files[0]);
    picker.value = "";
  } });
  const choose = node("button", { type: "button", class: "rw-button", "data-action": "choose", onclick: () => picker.click() }, "Choose a file");
  const examples = Object.keys(model.get("examples")).map((name) =>
    node("button", { type: "button", class: "rw-button rw-quiet", "data-example": name, onclick: () => show(name, decoded(model.get("examples")[name])) }, `Try ${name}`));
  const zone = node("div", { class: "ce-drop", role: "group", "aria-label": "Check a saved verdict", "data-role": "drop",
    ondragover: (event) => {
      event.preventDefault();
      zone.classList.add("ce-over");
    },
    ondragleave: () => zone.classList.remove("ce-over"),
    ondrop: (event) => {
      event.preventDefault();
      zone.classList.remove("ce-over");
      if (event.dataTransfer.files[0]) take(event.dataTransfer.files[0]);
    } },
  node("p", {}, "Drop a file here that verdict.save wrote. It stays in your browser."),
  node("div", { class: "ce-choices" }, choose, ...examples, picker), said);

  const decoded = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const take = async (file) => show(file.name, new Uint8Array(await file.arrayBuffer()));

  async function show(name, bytes) {
    zone.dataset.state = "checking";
    said.textContent = `Checking ${name} …${bytes.length > 100000 ? " It is large: this takes a minute or two." : ""}`;
    try {
      tell(name, await worker.ask(bytes));
    } catch (error) {
      tell(name, { proved: false, why: error.message });
    }
  }

  function tell(name, answer) {
    const words = answer.proved ? proved(answer) : `Not proved: ${answer.why}.`;
    said.replaceChildren(node("strong", {}, `${name}: `), words);
    said.className = `ce-answer ${answer.proved ? "ce-good" : "ce-wrong"}`;
    Object.assign(zone.dataset, { state: "done", proved: answer.proved ? "yes" : "no", bound: answer.bound ?? "" });
  }

  function proved({ words, holds, kind, network, form, n, d, p, everywhere }) {
    const where = everywhere ? `all ${p} patterns` : `${p} sampled patterns`;
    return `Proved in exact arithmetic: ${words}. ${holds[0].toUpperCase()}${holds.slice(1)}. ` +
      `The problem: ${KINDS[kind]} in the ${network} network, ${form} form, n = ${n}, d = ${d}, ${where}.`;
  }

  return { element: zone, dispose: worker.dispose };
}
