// The widgets' library weighs more than the rest of a page: it is fetched when a reader comes near a widget.
// Its modules come from this book's own files, whatever the depth of the page that asks for them.
(function () {
  const base = new URL(".", document.currentScript.src).href;
  const NEAR = "600px";

  function load(path, attributes = {}) {
    return new Promise((resolve, reject) => {
      const script = document.createElement("script");
      Object.entries(attributes).forEach(([name, value]) => script.setAttribute(name, value));
      Object.assign(script, { src: base + path, onload: resolve, onerror: reject });
      document.head.append(script);
    });
  }

  async function start() {
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

  addEventListener("DOMContentLoaded", () => {
    const places = [...document.querySelectorAll('script[type="application/vnd.jupyter.widget-view+json"]')];
    const watch = new IntersectionObserver(
      (seen) => {
        if (!seen.some((place) => place.isIntersecting)) return;
        watch.disconnect();
        start();
      },
      { rootMargin: `${NEAR} 0px` },
    );
    places.forEach((place) => watch.observe(place.parentElement));
  });
})();
