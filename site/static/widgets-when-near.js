// A widget starts when a reader comes near it. Widgets that are modules of their own (anywidget) need little of a
// page, so they are hosted here; a page with others fetches Jupyter's library, which weighs more than the rest of it.
// Everything comes from this book's own files, whatever the depth of the page that asks for it.
(function () {
  const base = new URL(".", document.currentScript.src).href;
  const NEAR = "600px";
  const VIEW = "application/vnd.jupyter.widget-view+json";
  const STATE = "application/vnd.jupyter.widget-state+json";

  /** What anywidget promises a module of its model, without a kernel to tell. */
  class Model {
    constructor(values) {
      this.values = values;
      this.listeners = [];
    }
    get(name) {
      return this.values[name];
    }
    set(name, value) {
      // As in Jupyter, an equal value is no change, if it is another object.
      if (JSON.stringify(this.values[name]) === JSON.stringify(value)) return;
      this.values[name] = value;
      this.tell(`change:${name}`, value);
      this.tell("change");
    }
    on(event, listener) {
      this.listeners.push({ event, listener });
    }
    off(event, listener) {
      this.listeners = this.listeners.filter(
        (one) => (event && one.event !== event) || (listener && one.listener !== listener),
      );
    }
    tell(event, ...news) {
      for (const one of this.listeners) if (one.event === event) one.listener(this, ...news);
    }
    save_changes() {}
    send() {}
  }

  const hosted = new Map(); // a model's name to the promise of its model and its module

  function open(name, states) {
    if (!hosted.has(name)) hosted.set(name, start(valuesOf(states[name])));
    return hosted.get(name);
  }

  /** A model's values, with the bytes that the page holds apart put in their places. */
  function valuesOf({ state, buffers = [] }) {
    for (const { path, data } of buffers) {
      const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
      const place = path.slice(0, -1).reduce((inside, step) => inside[step], state);
      place[path.at(-1)] = new DataView(bytes.buffer);
    }
    return state;
  }

  async function start(values) {
    const model = new Model(values);
    const address = URL.createObjectURL(new Blob([values._esm], { type: "text/javascript" }));
    let { default: widget } = await import(address);
    URL.revokeObjectURL(address);
    if (typeof widget === "function") widget = await widget();
    await widget.initialize?.({ model });
    const style = document.createElement("style");
    style.textContent = values._css ?? "";
    document.head.append(style);
    return { model, widget };
  }

  async function show(place, states) {
    const el = document.createElement("div");
    el.className = "jupyter-widgets";
    place.after(el);
    const { model, widget } = await open(nameIn(place), states);
    await widget.render?.({ model, el });
  }

  const nameIn = (place) => JSON.parse(place.textContent).model_id;

  function load(path, attributes = {}) {
    return new Promise((resolve, reject) => {
      const script = document.createElement("script");
      Object.entries(attributes).forEach(([name, value]) => script.setAttribute(name, value));
      Object.assign(script, { src: base + path, onload: resolve, onerror: reject });
      document.head.append(script);
    });
  }

  async function fetchLibrary() {
    await load("requirejs/require.js");
    window.requirejs.config({
      paths: {
        "@jupyter-widgets/html-manager": base + "html-manager/index",
        "@jupyter-widgets/html-manager/dist/libembed-amd": base + "html-manager/libembed-amd",
        anywidget: base + "anywidget/index",
      },
    });
    // A widget module that is not mapped fails here instead of asking another host.
    await load("html-manager/embed-amd.js", { "data-jupyter-widgets-cdn": "/no-other-host/" });
  }

  function whenNear(places, act) {
    const watch = new IntersectionObserver(
      (seen) => {
        for (const { target } of seen.filter((one) => one.isIntersecting)) {
          watch.unobserve(target);
          act(places.find((place) => place.parentElement === target));
        }
      },
      { rootMargin: `${NEAR} 0px` },
    );
    places.forEach((place) => watch.observe(place.parentElement));
  }

  addEventListener("DOMContentLoaded", () => {
    const places = [...document.querySelectorAll(`script[type="${VIEW}"]`)];
    if (!places.length) return;
    const states = JSON.parse(document.querySelector(`script[type="${STATE}"]`).textContent).state;
    const ownModules = places.every((place) => states[nameIn(place)].model_module === "anywidget");
    let library = null;
    whenNear(places, ownModules ? (place) => show(place, states) : () => (library ??= fetchLibrary()));
  });
})();
