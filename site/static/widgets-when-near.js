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
    constructor(values, states) {
      this.values = values;
      this.listeners = [];
      this.widget_manager = { get_model: async (name) => (await open(name, states)).model };
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
    if (!hosted.has(name)) hosted.set(name, start(valuesOf(states[name]), states));
    return hosted.get(name);
  }

  const experimental = {
    invoke: async () => {
      throw new Error("no kernel answers on a built page");
    },
  };

  /** What `jslink` and `jsdlink` have tied together stays so. */
  const LINKS = { LinkModel: true, DirectionalLinkModel: false };
  async function tie({ source, target }, bothWays, states) {
    const [from, to] = await Promise.all(
      [source, target].map(async ([reference, trait]) => {
        const { model } = await open(reference.replace("IPY_MODEL_", ""), states);
        return { model, trait };
      }),
    );
    const follow = (leader, follower) => follower.model.set(follower.trait, leader.model.get(leader.trait));
    from.model.on(`change:${from.trait}`, () => follow(from, to));
    if (bothWays) to.model.on(`change:${to.trait}`, () => follow(to, from));
    follow(from, to);
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

  async function start(values, states) {
    const model = new Model(values, states);
    const address = URL.createObjectURL(new Blob([values._esm], { type: "text/javascript" }));
    let { default: widget } = await import(address);
    URL.revokeObjectURL(address);
    if (typeof widget === "function") widget = await widget();
    await widget.initialize?.({ model, experimental });
    const style = document.createElement("style");
    style.textContent = values._css ?? "";
    document.head.append(style);
    return { model, widget };
  }

  async function show(place, states) {
    const el = document.createElement("div");
    el.className = "jupyter-widgets";
    place.after(el);
    try {
      const { model, widget } = await open(nameIn(place), states);
      await widget.render?.({ model, el, experimental });
    } catch (error) {
      console.warn("A widget could not start:", error);
      const words = document.createElement("p");
      words.className = "widget-stopped";
      words.textContent = "This widget could not start in this browser. Here is its picture.";
      el.replaceChildren(words, ...stillOf(place));
    }
  }

  /** The picture that stands for a widget where no script runs, in a list of one, or of none. */
  function stillOf(place) {
    const still = place.closest(".cell_output")?.querySelector("noscript");
    if (!still) return [];
    const box = document.createElement("div");
    box.className = "widget-still";
    box.innerHTML = still.textContent;
    return [box];
  }

  /** On paper, a widget that has not started is its picture. */
  function printStills(waiting) {
    let stills = [];
    addEventListener("beforeprint", () => {
      for (const place of waiting) {
        const still = stillOf(place);
        place.after(...still);
        stills.push(...still);
      }
    });
    addEventListener("afterprint", () => {
      stills.forEach((still) => still.remove());
      stills = [];
    });
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
    const waiting = new Set(places);
    printStills(waiting);
    whenNear(places, (place) => {
      waiting.delete(place);
      if (ownModules) show(place, states);
      else library ??= fetchLibrary();
    });
    if (!ownModules) return;
    for (const { model_name: name, state } of Object.values(states))
      if (name in LINKS) tie(state, LINKS[name], states).catch((error) => console.warn("A link failed:", error));
  });
})();
