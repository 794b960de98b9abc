// Guess first: covers the axes of a figure, takes a reader's guess there, a line or a curve, and shows it with the truth.
// What is true, and where the axes lie in the picture, predict.py wrote into the page.
(function () {
  const SVG = "http://www.w3.org/2000/svg";
  const COLUMNS = 6; // places at which a curve is drawn
  const CLOSE = 0.05; // of the axis
  const RADIUS = 9;

  function make(name, attributes = {}, ...children) {
    const element = name === "p" || name === "button" || name === "div"
      ? document.createElement(name) : document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  }

  /** From an axis' numbers to shares of its length, and back. */
  function scaleOf([low, high], kind) {
    const [into, back] = kind === "log" ? [Math.log, Math.exp] : [Number, Number];
    const [from, to] = [into(low), into(high)];
    return {
      share: (value) => (into(value) - from) / (to - from),
      value: (share) => back(from + share * (to - from)),
    };
  }

  const said = (number) => String(Number(number.toPrecision(2 + (Math.abs(number) >= 100))));
  const inside = (share) => Math.max(0, Math.min(1, share));

  /** The height of a broken line at a place, or NaN where it is not drawn. */
  function heightAt(points, x) {
    const next = points.findIndex(([place]) => place >= x);
    if (next <= 0) return next === 0 && points[0][0] - x < 1e-9 ? points[0][1] : NaN;
    const [[x0, y0], [x1, y1]] = [points[next - 1], points[next]];
    return y0 + ((y1 - y0) * (x - x0)) / (x1 - x0);
  }

  function start(ask) {
    const figure = document.getElementById(ask.dataset.predict);
    const image = figure?.querySelector("img");
    if (!image || !ask.dataset.veil) return;
    const { kind, box, narrow, limits, scales, names, truth, color } = JSON.parse(ask.dataset.veil);
    const axes = { x: scaleOf(limits.x, scales.x), y: scaleOf(limits.y, scales.y) };
    const alt = image.alt;

    // All in shares of the axes, from the left and from below.
    const right = kind === "curve"
      ? truth.map(([x, y]) => [axes.x.share(x), axes.y.share(y)]).filter(([x]) => x > -1e-9 && x < 1 + 1e-9)
      : axes[kind].share(truth);
    const [first, last] = kind === "curve" ? [right[0][0], right.at(-1)[0]] : [0, 0];
    const places = kind === "curve"
      ? Array.from({ length: COLUMNS }, (_, k) => first + ((last - first) * k) / (COLUMNS - 1)) : [0];
    let guess = places.map(() => 0.5);
    let touched = false;
    let shown = false;

    const stage = make("div", { class: "veil-stage" });
    const framed = image.closest("picture") ?? image;
    framed.before(stage);
    const picture = make("svg", { class: "veil", role: "group", "aria-label": "Your guess" });
    stage.append(framed, picture);
    function lieOverAxes() {
      const shares = narrow && image.currentSrc.endsWith("-narrow.svg") ? narrow : box;
      ["left", "top", "width", "height"].forEach((side, k) => (picture.style[side] = `${100 * shares[k]}%`));
    }
    image.addEventListener("load", lieOverAxes);
    lieOverAxes();
    const cover = make("rect", { class: "veil-cover", width: "100%", height: "100%" });
    const lines = make("g", { "aria-hidden": "true" });
    const within = make("svg", { width: "100%", height: "100%", "aria-hidden": "true" }); // the truth may leave the axes
    if (color) within.style.setProperty("--truth", color);
    const handles = places.map((place, k) => handleOf(place, k));
    picture.append(cover, within, lines, ...handles);

    const button = make("button", { type: "button" });
    const verdict = make("p", { role: "status", class: "predict-said" });
    const how = kind === "curve"
      ? "Draw the curve over the axes below, or move its dots by the arrow keys."
      : "Drag the line below, or move it by the arrow keys.";
    ask.append(make("p", { class: "predict-how" }, how), button, verdict);
    button.addEventListener("click", () => (shown ? cloak() : reveal()));

    function handleOf(place, k) {
      const handle = make("g", { role: "slider", tabindex: 0, class: "veil-handle" },
        make("circle", { r: RADIUS + 9, class: "veil-hit" }), make("circle", { r: RADIUS, class: "veil-disc" }));
      const axis = kind === "x" ? "x" : "y";
      const [low, high] = [...limits[axis]].sort((a, b) => a - b);
      const orientation = kind === "x" ? "horizontal" : "vertical";
      const label = kind === "curve" ? `${names.y} at ${names.x} ${said(axes.x.value(place))}` : names[axis];
      const values = { label: `Your guess, ${label}`, orientation, valuemin: low, valuemax: high };
      for (const [key, value] of Object.entries(values)) handle.setAttribute(`aria-${key}`, value);
      handle.addEventListener("keydown", (event) => {
        const step = event.shiftKey ? 0.1 : 0.02;
        const to = {
          ArrowUp: guess[k] + step, ArrowRight: guess[k] + step, ArrowDown: guess[k] - step, ArrowLeft: guess[k] - step,
          PageUp: guess[k] + 0.1, PageDown: guess[k] - 0.1, Home: 0, End: 1,
        }[event.key];
        if (to === undefined || shown) return;
        event.preventDefault();
        move(k, to);
      });
      return handle;
    }

    function move(k, share) {
      guess[k] = inside(share);
      touched = true;
      draw();
    }

    // ---- Drawing with a finger or a mouse: what lies between two events is drawn, too ----
    let before = null;
    let held = 0;
    const spot = (event) => {
      const { left, top, width, height } = picture.getBoundingClientRect();
      return [(event.clientX - left) / width, 1 - (event.clientY - top) / height];
    };
    function drag(event) {
      const [x, y] = spot(event);
      if (kind !== "curve") return move(0, kind === "x" ? x : y);
      const from = before ?? [x, y];
      const away = (k) => Math.abs(places[k] - x) / (places[1] - places[0]);
      const near = places.reduce((best, _, k) => (away(k) < away(best) ? k : best), 0);
      if (!before) held = near;
      places.forEach((place, k) => {
        const between = (place - from[0]) * (place - x) < 0;
        if (between) move(k, from[1] + ((y - from[1]) * (place - from[0])) / (x - from[0]));
      });
      // A dot that was taken hold of follows a hand that is not quite straight; one that is passed by stays behind.
      const wide = near === held || near === 0 || near === COLUMNS - 1;
      if (!before || away(near) < (wide ? 0.35 : 0.1)) move(near, y);
      before = [x, y];
    }
    picture.addEventListener("pointerdown", (event) => {
      if (shown || event.button) return;
      event.preventDefault();
      picture.setPointerCapture(event.pointerId);
      before = null;
      drag(event);
    });
    picture.addEventListener("pointermove", (event) => {
      if (!shown && picture.hasPointerCapture(event.pointerId)) drag(event);
    });

    const pointsOf = (shares) => places.map((place, k) => [place, shares[k]]);

    function path(points) {
      const { width, height } = picture.getBoundingClientRect();
      return points.map(([x, y], k) => `${k ? "L" : "M"}${(x * width).toFixed(1)} ${((1 - y) * height).toFixed(1)}`).join("");
    }

    function lineOf(what, name) {
      const d = kind === "curve" ? path(what) : path(kind === "x" ? [[what, 0], [what, 1]] : [[0, what], [1, what]]);
      return [make("path", { d, class: "veil-casing" }), make("path", { d, class: name })];
    }

    function draw() {
      const { width, height } = picture.getBoundingClientRect();
      const mine = kind === "curve" ? pointsOf(guess) : guess[0];
      const drawn = shown && !touched ? [] : lineOf(mine, "veil-guess");
      within.replaceChildren(...(shown ? lineOf(right, "veil-truth") : []));
      lines.replaceChildren(...drawn);
      handles.forEach((handle, k) => {
        const [x, y] = kind === "curve" ? [places[k], guess[k]] : kind === "x" ? [guess[0], 0.5] : [0.5, guess[0]];
        handle.setAttribute("transform", `translate(${x * width} ${(1 - y) * height})`);
        const value = axes[kind === "x" ? "x" : "y"].value(guess[k]);
        handle.setAttribute("aria-valuenow", value);
        handle.setAttribute("aria-valuetext", said(value));
      });
      button.textContent = shown ? "Guess again" : touched ? "Compare" : "Show it without a guess";
      picture.classList.toggle("veil-shown", shown);
      ask.dataset.state = shown ? "shown" : touched ? "guessed" : "asked";
    }

    function words() {
      if (!touched) return "Shown without a guess.";
      if (kind !== "curve") {
        const close = Math.abs(guess[0] - right) < CLOSE ? " Close." : "";
        return `Your guess is ${said(axes[kind].value(guess[0]))}, the truth ${said(truth)} (${names[kind]}).${close}`;
      }
      const gaps = right.map(([x, y]) => ({ x, gap: heightAt(pointsOf(guess), x) - inside(y) }))
        .filter(({ gap }) => !Number.isNaN(gap));
      const mean = gaps.reduce((sum, { gap }) => sum + Math.abs(gap), 0) / gaps.length;
      const worst = gaps.reduce((most, one) => (Math.abs(one.gap) > Math.abs(most.gap) ? one : most));
      const [zero, off] = [axes.y.value(0), axes.y.value(mean)];
      const far = scales.y === "log" ? `by a factor of ${said(off / zero)}` : `by ${said(Math.abs(off - zero))}`;
      return `On average your curve misses the truth ${far} (${names.y}). It is farthest ${worst.gap > 0 ? "above" : "below"} the ` +
        `truth at ${names.x} = ${said(axes.x.value(worst.x))}.${mean < CLOSE ? " Close." : ""}`;
    }

    function reveal() {
      shown = true;
      image.alt = alt;
      verdict.textContent = touched ? `${words()} Dashed: your guess. Solid: the truth.` : words();
      handles.forEach((handle) => handle.setAttribute("tabindex", -1));
      draw();
    }

    function cloak() {
      shown = false;
      touched = false;
      guess = places.map(() => 0.5);
      image.alt = `Axes, empty until you have guessed: ${names.y} over ${names.x}.`;
      verdict.textContent = "";
      handles.forEach((handle) => handle.setAttribute("tabindex", 0));
      draw();
    }

    figure.before(ask);
    ask.hidden = false;
    cloak();
    new ResizeObserver(draw).observe(picture);
    addEventListener("beforeprint", () => (image.alt = alt)); // nothing is covered on paper
  }

  addEventListener("DOMContentLoaded", () => document.querySelectorAll("[data-predict]").forEach(start));
})();
