// Mends Sphinx's search: words that every JavaScript object knows, ℓ for l, chapters before the reference, clean excerpts.
document.addEventListener("DOMContentLoaded", () => {
  if (typeof Search === "undefined" || typeof Scorer === "undefined") return;

  // An index of words inherits nothing: "constructor" is not in it unless a page says it.
  const bare = Object.create(null, {
    hasOwnProperty: { value(word) { return Object.hasOwn(this, word); } },
  });
  const mend = (index) => {
    for (const words of [index.terms, index.titleterms]) Object.setPrototypeOf(words, bare);
    return index;
  };
  if (Search._index) mend(Search._index);
  const setIndex = Search.setIndex;
  Search.setIndex = (index) => setIndex(mend(index));

  const performSearch = Search.performSearch;
  Search.performSearch = (query) => performSearch(query.replaceAll("ℓ", "l"));

  Object.assign(Scorer, { objNameMatch: 2, objPartialMatch: 1, objPrio: { 0: 0, 1: 0, 2: -1 } });

  Search.htmlToText = (html, anchor) => {
    const page = new DOMParser().parseFromString(html, "text/html");
    page.querySelectorAll(".headerlink, script, style, noscript, nav, h1, div.math").forEach((part) => part.remove());
    page.querySelectorAll("span.math").forEach((part) => (part.textContent = part.textContent.replace(/\\[()]/g, "")));
    const article = page.querySelector(".bd-article");
    return (anchor && article?.querySelector(anchor) || article)?.textContent || " "; // Sphinx stumbles over no excerpt at all
  };
});
