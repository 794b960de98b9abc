// Widget modules come from this book's own files, whatever the depth of the page that asks for them.
(function () {
  const base = new URL(".", document.currentScript.src).href;
  requirejs.config({
    paths: {
      "@jupyter-widgets/html-manager": base + "html-manager/index",
      "@jupyter-widgets/html-manager/dist/libembed-amd": base + "html-manager/libembed-amd",
      anywidget: base + "anywidget/index",
    },
  });
})();
