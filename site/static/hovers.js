// Pointing at a link to a term, a theorem, an equation or a reference, or reaching it by keyboard, shows the text
// of its target. The texts come with the book, in hover-texts.js; without them a link is still a link.
(function () {
  const LINKS = ".bd-article a.internal[href*='#']";
  const SHOW_AFTER = 250;
  const HIDE_AFTER = 200; // time to move the pointer into the box
  const box = document.createElement("div");
  let current = null;
  let timer;
  let texts;

  function load() {
    texts ??= new Promise((done) => {
      const script = document.createElement("script");
      script.src = new URL("_static/hover-texts.js", root());
      script.onload = () => done(window.relulabHovers ?? {});
      script.onerror = () => done({});
      document.head.append(script);
    });
    return texts;
  }

  const root = () => new URL(document.documentElement.dataset.content_root ?? "./", location.href);

  function addressOf(link) {
    const url = new URL(link.href);
    return decodeURIComponent(url.pathname.slice(root().pathname.length) + url.hash);
  }

  async function show(link) {
    const text = (await load())[addressOf(link)];
    if (link !== current || !text) return;
    if (text.includes('class="math') && !window.MathJax?.typesetPromise) return;
    box.innerHTML = text;
    box.hidden = false;
    link.setAttribute("aria-describedby", box.id);
    if (link.title) {
      link.dataset.title = link.title; // the browser's own box would lie over this one
      link.title = "";
    }
    place(link);
    await window.MathJax?.typesetPromise?.([box]);
    if (link === current) place(link);
  }

  function place(link) {
    const spot = link.getClientRects()[0];
    const width = document.documentElement.clientWidth;
    const left = Math.max(8, Math.min(spot.left, width - box.offsetWidth - 8));
    const above = spot.top - box.offsetHeight - 6;
    const below = spot.bottom + 6;
    const fits = below + box.offsetHeight <= innerHeight || above < 0;
    box.style.left = `${left}px`;
    box.style.top = `${fits ? below : above}px`;
  }

  function hide() {
    clearTimeout(timer);
    if (!current) return;
    current.removeAttribute("aria-describedby");
    if (current.dataset.title) current.title = current.dataset.title;
    current = null;
    box.hidden = true;
    window.MathJax?.typesetClear?.([box]);
  }

  function come(link, wait) {
    clearTimeout(timer);
    if (link === current) return;
    hide();
    current = link;
    timer = setTimeout(show, wait, link);
  }

  function leave() {
    clearTimeout(timer);
    timer = setTimeout(hide, HIDE_AFTER);
  }

  addEventListener("DOMContentLoaded", () => {
    box.id = "hover-text";
    box.className = "bd-article";
    box.setAttribute("role", "tooltip");
    box.hidden = true;
    (document.querySelector(".bd-article-container") ?? document.body).append(box);
    document.addEventListener("pointerover", ({ target, pointerType }) => {
      if (pointerType === "touch") return; // a touch follows the link
      const link = target.closest?.(LINKS);
      if (link) come(link, SHOW_AFTER);
      else if (box.contains(target)) clearTimeout(timer);
      else if (current && current !== document.activeElement) leave();
    });
    document.addEventListener("focusin", ({ target }) => {
      if (target.matches(LINKS) && target.matches(":focus-visible")) come(target, 0);
    });
    document.addEventListener("focusout", hide);
    document.addEventListener("scroll", () => current && !box.hidden && place(current), { passive: true });
    document.addEventListener("keydown", ({ key }) => key === "Escape" && hide());
  });
})();
