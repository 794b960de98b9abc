// ipywidgets typesets its labels through the interface of MathJax 2; the pages carry MathJax 3.
document.addEventListener("DOMContentLoaded", () => {
  if (!window.MathJax || window.MathJax.Hub) return;
  window.MathJax.Hub = {
    Config() {},
    Queue([action, , element]) {
      if (action === "Typeset") MathJax.startup.promise.then(() => MathJax.typesetPromise([element]));
    },
  };
});
