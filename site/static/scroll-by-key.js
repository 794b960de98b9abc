// What scrolls inside its own box (a wide equation, table or output) can be scrolled with the keyboard too, and fades
// where more of it is hidden.
(function () {
  const BOXES = "mjx-container[display], .bd-article pre, .bd-article .output, .pst-scrollable-table-container";

  function mark() {
    document.querySelectorAll(BOXES).forEach((box) => {
      const scrolls = box.scrollWidth > box.clientWidth + 1;
      if (scrolls) box.tabIndex = 0;
      else if (!box.matches("pre")) box.removeAttribute("tabindex");
      fade(box);
    });
  }

  function fade(box) {
    const hidden = box.scrollWidth - box.clientWidth - box.scrollLeft;
    box.toggleAttribute("data-more", hidden > 4 && box.clientWidth > 0);
  }

  addEventListener("load", async () => {
    await window.MathJax?.startup?.promise;
    mark();
  });
  addEventListener("resize", mark);
  addEventListener("toggle", mark, true);
  addEventListener("scroll", ({ target }) => target.matches?.(BOXES) && fade(target), true);
})();
