// What a reader has read and answered, as a mark beside each page in the contents. It is kept in this browser's
// local storage and nowhere else; where that is forbidden the marks last as long as the page.
(function () {
  const KEY = "relulab:progress";
  const READ_AFTER = 1500; // milliseconds that the end of a page must be in view
  const RIGHT = ".quiz-right input";
  let remembered = "{}";

  /** From a page to {read, answered, of}: whether its end was seen, what was answered right, and of how many. */
  function load() {
    try {
      remembered = localStorage.getItem(KEY) ?? "{}";
    } catch {
      // Forbidden.
    }
    try {
      return Object(JSON.parse(remembered));
    } catch {
      return {};
    }
  }

  function save(pages) {
    remembered = JSON.stringify(pages);
    try {
      if (Object.keys(pages).length) localStorage.setItem(KEY, remembered);
      else localStorage.removeItem(KEY);
    } catch {
      // Forbidden, or full.
    }
  }

  const root = () => new URL(document.documentElement.dataset.content_root ?? "./", location.href);
  const pageOf = (address) => new URL(address, location.href).pathname.slice(root().pathname.length);
  const links = () => [...document.querySelectorAll(".bd-links a.reference.internal")];
  const countOf = () => document.querySelectorAll("form.answer, .quiz fieldset").length;
  const entryOf = (pages, page) => {
    const { read, answered } = Object(pages[page]);
    return { read: read === true, answered: Array.isArray(answered) ? answered : [], of: Object(pages[page]).of };
  };

  function note(change) {
    const page = pageOf(location.href);
    if (!links().some((link) => pageOf(link.href) === page)) return;
    const pages = load();
    const entry = entryOf(pages, page);
    change(entry);
    save({ ...pages, [page]: { ...entry, answered: [...new Set(entry.answered)], of: countOf() } });
    draw();
  }

  const answered = (name) => note((entry) => entry.answered.push(name));

  function words({ read, answered, of }) {
    const parts = [read && "read", answered.length && `${answered.length} of ${of} answered`];
    return parts.filter(Boolean).join(", ");
  }

  function draw() {
    const pages = load();
    for (const link of links()) {
      link.querySelector(".progress-mark")?.remove();
      const entry = entryOf(pages, pageOf(link.href));
      if (!words(entry)) continue;
      const mark = document.createElement("span");
      const share = entry.of ? Math.min(100, (100 * entry.answered.length) / entry.of) : 0;
      mark.className = "progress-mark";
      mark.title = words(entry);
      mark.innerHTML =
        `<svg viewBox="0 0 16 16" aria-hidden="true"><circle cx="8" cy="8" r="6.5"/>` +
        `<circle class="share" cx="8" cy="8" r="6.5" pathLength="100" stroke-dasharray="${share} 100"/>` +
        `${entry.read ? '<path d="M5 8.2l2.2 2.3L11.2 6"/>' : ""}</svg><span class="visually-hidden"></span>`;
      mark.lastChild.textContent = ` (${words(entry)})`;
      link.append(mark);
    }
    document.querySelectorAll(".progress-clear button").forEach((button) => {
      button.hidden = !Object.keys(pages).length;
    });
  }

  function offerToClear() {
    const contents = document.querySelector(".bd-links");
    if (!contents) return;
    const box = document.createElement("div");
    box.className = "progress-clear";
    box.innerHTML =
      `<button type="button" title="The marks are kept in this browser only.">Clear my progress</button>` +
      `<span role="status" tabindex="-1"></span>`;
    const [button, said] = box.children;
    button.addEventListener("click", () => {
      save({});
      draw();
      said.textContent = "Cleared.";
      said.focus();
    });
    contents.append(box);
  }

  function watchTheEnd() {
    const article = document.querySelector("article.bd-article");
    if (!article || !window.IntersectionObserver) return;
    const end = document.createElement("div");
    article.append(end);
    let timer;
    new IntersectionObserver(([seen]) => {
      clearTimeout(timer);
      if (seen.isIntersecting) timer = setTimeout(() => note((entry) => (entry.read = true)), READ_AFTER);
    }).observe(end);
  }

  function showWhatWasAnswered() {
    const { answered } = entryOf(load(), pageOf(location.href));
    for (const form of document.querySelectorAll("form.answer")) {
      if (!answered.includes(form.dataset.exercise)) continue;
      form.dataset.said = "right";
      form.querySelector(".answer-said").textContent = "You have answered this one.";
    }
  }

  addEventListener("DOMContentLoaded", () => {
    offerToClear();
    draw();
    watchTheEnd();
    showWhatWasAnswered();
    document.addEventListener("relulab:answered", ({ detail }) => answered(detail));
    document.addEventListener("change", ({ target }) => target.matches(RIGHT) && answered(target.name));
    addEventListener("storage", draw);
  });
})();
