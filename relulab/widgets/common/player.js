// Goes through numbered frames: a play button, a slider, and words that say which frame is shown.
// Where the reader asks for less motion the button takes one step instead.

function makePlayer({ id, name, count, words, onShow, pause = () => 400 }) {
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  let index = 0, timer = null;

  const button = node("button", { type: "button", class: "rw-button rw-play", "data-action": "play", onclick: toggle });
  const slider = node("input", {
    id: `${id}-slider`, class: "rw-slider", type: "range", min: 0, step: 1, "data-control": "index",
    oninput: () => {
      stop();
      show(slider.valueAsNumber, true);
    },
  });
  const output = node("output", { class: "rw-value", for: slider.id, "data-role": "label" });
  const element = node("div", { class: "rw-player" }, button,
    node("label", { class: "rw-hidden", for: slider.id }, name), slider, output);

  // `chosen` tells a frame that the reader asked for from one that comes by in play.
  function show(wanted, chosen) {
    follow(Math.max(0, Math.min(count - 1, wanted)));
    onShow(index, chosen);
  }

  // The frame was changed elsewhere.
  function follow(shown) {
    index = shown;
    slider.value = index;
    output.textContent = words(index);
    slider.setAttribute("aria-valuetext", words(index));
  }

  function resize(frames) {
    count = frames;
    slider.max = count - 1;
    button.disabled = slider.disabled = count < 2;
  }

  function face() {
    button.textContent = timer ? "Pause" : calm.matches ? "Next" : "Play";
  }

  function toggle() {
    if (timer) return stop();
    if (calm.matches) return show((index + 1) % count, true);
    if (index === count - 1) show(0, false);
    timer = setTimeout(next, pause());
    face();
  }

  // Play a run that has just come; where less motion is asked, show how it ends.
  function perform() {
    if (calm.matches) show(count - 1, false);
    else toggle();
  }

  function next() {
    const last = index + 1 >= count - 1;
    timer = last ? null : setTimeout(next, pause());
    show(index + 1, last);
    if (last) face();
  }

  function stop() {
    clearTimeout(timer);
    timer = null;
    face();
  }

  calm.addEventListener("change", stop);
  resize(count);
  face();
  return {
    element, show, follow, resize, stop, perform,
    dispose() {
      stop();
      calm.removeEventListener("change", stop);
    },
  };
}

// Call back when the page's theme may have changed; gives a function that ends it.
function onTheme(callback) {
  const watcher = new MutationObserver(callback), system = matchMedia("(prefers-color-scheme: dark)");
  const themes = ["data-theme", "data-jp-theme-light", "data-jp-theme-name", "class"];
  for (const part of [document.documentElement, document.body]) {
    watcher.observe(part, { attributes: true, attributeFilter: themes });
  }
  system.addEventListener("change", callback);
  return () => {
    watcher.disconnect();
    system.removeEventListener("change", callback);
  };
}

// Whether letters are light where `element` stands.
function isDark(element) {
  const [r, g, b] = getComputedStyle(element).color.match(/[\d.]+/g).map(Number);
  return 0.299 * r + 0.587 * g + 0.114 * b > 128;
}

// What Python's as_bytes packed.
async function unpack(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(stream).text());
}
