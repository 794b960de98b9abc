// The explorer's two faces: everything at once, or the diagram with one question and one control, and the rest
// behind "More".

const QUESTIONS = {
  sharp: "Each square: was the hidden neuron found?", noisy: "Each square: how far from the hidden neuron is what was found?",
};

function wholeFace({ controls, problem, warning, progress, status, diagram, readout, legend, switches, note, slice, detail,
  actions, table }) {
  return [controls.element, problem, warning, progress, status,
    node("div", { class: "rw-columns pe-columns" },
      node("div", {}, diagram.element, readout, legend.element, switches.element, note, slice.element), detail.element),
    actions.element, table.element];
}

// `onMore` is told whether the rest is open.
function leanFace({ controls, problem, warning, progress, status, diagram, readout, question, key, legend, switches, note, slice,
  detail, actions, table }, onMore) {
  const front = node("div", { class: "pe-front" }, controls.direction, controls.button);
  const more = node("details", { class: "rw-more", "data-role": "more", ontoggle: () => onMore(more.open) },
    node("summary", {}, "More"), controls.element, legend.element, switches.element, note,
    node("div", { class: "rw-columns pe-columns" }, slice.element, detail.element), actions.element, table.element);
  return [question, diagram.element, key.element, progress, front, readout, problem, warning, status, more];
}
