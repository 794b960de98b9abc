// The flipbook: pictures that came with the page, one shown.

// The book's colors as they are on a dark page.
const DARK = {
  "#1f2933": "#e6e9ec", "#000000": "#e6e9ec", "#6b7280": "#a3abb5", "#0072b2": "#4ba6e6", "#d55e00": "#ff8f4d",
  "#009e73": "#2fc79b", "#cc79a7": "#e6a3c8", "#56b4e9": "#9bd6f7",
};
const COLOR = new RegExp(Object.keys(DARK).join("|"), "g");

function render({ model, el }) {
  const id = `rw-${Math.random().toString(36).slice(2)}`;
  const [width, height] = model.get("size");
  const picture = node("img", { class: "rw-picture", width, height, alt: "", "data-role": "picture" });
  const live = node("p", { class: "rw-hidden", role: "status", "data-role": "live" });
  const root = node("div", {
    class: "rw rw-flipbook", role: "group", "aria-label": `Pictures by ${model.get("name")}`, "data-widget": "flipbook",
  }, picture, live);
  const series = model.get("series"); // [name, first picture, how many] each; none if there is one series only
  let pictures = [], player = null, shown = null, first = 0;
  const select = node("select", {
    id: `${id}-series`, "data-control": "series", onchange: () => turnTo(select.selectedIndex),
  }, ...series.map(([words], k) => node("option", { value: k }, words)));
  let addresses = new Map(); // of the pictures in the theme's colors

  function address(number) {
    if (!addresses.has(number)) {
      const [source] = pictures[number];
      const svg = isDark(root) ? source.replace(COLOR, (color) => DARK[color]) : source;
      const isSvg = source.startsWith("<svg");
      addresses.set(number, isSvg ? URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" })) : source);
    }
    return addresses.get(number);
  }

  function forget() {
    for (const url of addresses.values()) if (url.startsWith("blob:")) URL.revokeObjectURL(url);
    addresses = new Map();
  }

  function show(number, chosen) {
    const [source, , alt] = pictures[number];
    Object.assign(picture, { src: address(number), alt });
    picture.classList.toggle("rw-mat", !source.startsWith("<svg"));
    root.dataset.index = number;
    if (chosen && shown !== number) live.textContent = alt;
    shown = number;
    if (model.get("index") === number) return;
    model.set("index", number);
    model.save_changes();
  }

  // Another series, at the same place in it.
  function turnTo(k, place = shown - first) {
    const [, start, count] = series[k];
    first = start;
    select.selectedIndex = k;
    player.stop();
    player.resize(count);
    player.show(place, true);
  }

  function goTo(number) {
    const k = series.findIndex(([, start, count]) => number >= start && number < start + count);
    if (k < 0) player.show(number, true);
    else turnTo(k, number - series[k][1]);
  }

  const follow = () => player && model.get("index") !== shown && goTo(model.get("index"));
  const repaint = () => {
    forget();
    if (shown !== null) picture.src = address(shown);
  };

  async function begin() {
    try {
      pictures = await unpack(model.get("pictures"));
    } catch (error) {
      root.append(node("p", { class: "rw-problem", role: "alert" }, `The pictures cannot be read: ${error.message}`));
      return;
    }
    player = makePlayer({
      id, name: model.get("name"), count: pictures.length, words: (place) => pictures[first + place][1],
      onShow: (place, chosen) => show(first + place, chosen),
    });
    root.insertBefore(player.element, live);
    if (series.length) {
      const label = node("label", { for: select.id }, model.get("series_name"));
      root.insertBefore(node("div", { class: "rw-field" }, label, select), player.element);
      goTo(model.get("index"));
    } else {
      player.show(model.get("index"), false);
    }
    root.dataset.ready = "true";
  }

  el.replaceChildren(root);
  model.on("change:index", follow);
  const unwatch = onTheme(repaint);
  begin();

  return () => {
    model.off("change:index", follow);
    unwatch();
    player?.dispose();
    forget();
  };
}

export default { render };
