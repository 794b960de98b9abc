// What scrolls inside its own box (a wide equation, table or output) can be scrolled with the keyboard too.
(function () {
  const BOXES = "mjx-container[display], .bd-article pre, .bd-article .output, .pst-scrollable-table-container";

  function mark() {
    document.querySelectorAll(BOXES).forEach((box) => {
      const scrolls = box.scrollWidth > box.clientWidth + 1;
      if (scrolls) box.tabIndex = 0;
      else if (!box.matches("pre")) box.removeAttribute("tabindex");
    });
  }

  addEventListener("load", async () => {
    await window.MathJax?.startup?.promise;
    mark();
  });
  addEventListener("resize", mark);
})();
