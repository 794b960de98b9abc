// What the widgets' pages are made of: elements, colors, the items of a legend.

const SVG = "http://www.w3.org/2000/svg";
const CIVIDIS = [[0, 34, 78], [53, 69, 108], [102, 105, 112], [148, 142, 119], [200, 184, 102], [254, 232, 56]];

function node(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (value !== null && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children);
  return element;
}

function mark(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

function color(rate) {
  const place = rate * (CIVIDIS.length - 1), left = Math.min(Math.floor(place), CIVIDIS.length - 2);
  const mix = CIVIDIS[left].map((low, k) => Math.round(low + (place - left) * (CIVIDIS[left + 1][k] - low)));
  return `rgb(${mix})`;
}

const progression = (first, last, step) =>
  Array.from({ length: Math.floor((last - first) / step) + 1 }, (_, i) => first + i * step);
const greatest = (values) => values.reduce((most, x) => Math.max(most, x), 0);

const legendItem = (kind, words) =>
  node("span", { class: "rw-item" }, node("span", { class: `rw-key ${kind}` }), words);

// Act once, when a good part of `element` is in view; gives a function that gives up.
function whenSeen(element, act) {
  const watch = new IntersectionObserver((seen) => {
    if (!seen.some(({ isIntersecting }) => isIntersecting)) return;
    watch.disconnect();
    act();
  }, { threshold: 0.4 });
  watch.observe(element);
  return () => watch.disconnect();
}
