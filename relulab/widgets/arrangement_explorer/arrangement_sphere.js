// The sphere: rows and the gate u as directions, the sphere painted by how many rows a gate there has on.

const GLOBE = 162, SHADES = 220;

function turned([x, y, z], turn, tilt) {
  const [c, s, k, t] = [Math.cos(turn), Math.sin(turn), Math.cos(tilt), Math.sin(tilt)];
  const [a, b] = [c * x + s * z, c * z - s * x];
  return [a, k * y - t * b, t * y + k * b];
}

function turnedBack([x, y, z], turn, tilt) {
  const [c, s, k, t] = [Math.cos(turn), Math.sin(turn), Math.cos(tilt), Math.sin(tilt)];
  const [b, d] = [k * y + t * z, k * z - t * y];
  return [c * x - s * d, b, s * x + c * d];
}

function makeSphere({ onGate, onRow, onEnd }) {
  const canvas = node("canvas", { width: SHADES, height: SHADES, "aria-hidden": "true" });
  const back = mark("g", { "aria-hidden": "true" }), front = mark("g");
  const picture = mark("svg", {
    class: "ae-picture ae-round", viewBox: `0 0 ${SIZE} ${SIZE}`, role: "group", "data-role": "picture",
    "aria-label": "Rows as points on a sphere, and the gate u. Arrow keys move what has the focus, with Shift faster.",
  }, back, front);
  let handles = [], gate = null, state = null, grip = null;
  const view = { turn: 0.5, tilt: 0.4 };

  const angle = (name, label, least, most) => node("label", { class: "ae-turn" }, label, node("input", {
    type: "range", min: least, max: most, step: 1, value: Math.round((view[name] * 180) / Math.PI), "data-control": name,
    oninput: (event) => look(name, (event.target.valueAsNumber * Math.PI) / 180),
  }));
  const turns = node("div", { class: "ae-turns" }, angle("turn", "Turn", -180, 180), angle("tilt", "Tilt", -90, 90));
  const element = node("div", {}, node("div", { class: "ae-stage" }, canvas, picture), turns);

  function look(name, radians) {
    const [most] = name === "tilt" ? [Math.PI / 2] : [Math.PI];
    view[name] = name === "tilt" ? Math.max(-most, Math.min(most, radians)) : radians - 2 * most * Math.round(radians / (2 * most));
    turns.querySelector(`[data-control=${name}]`).value = Math.round((view[name] * 180) / Math.PI);
    draw(state);
  }

  picture.addEventListener("pointerdown", (event) => {
    grip = { x: event.clientX, y: event.clientY, ...view };
    picture.setPointerCapture(event.pointerId);
  });
  picture.addEventListener("pointermove", (event) => {
    if (!grip || !picture.hasPointerCapture(event.pointerId)) return;
    look("turn", grip.turn + (event.clientX - grip.x) / 120);
    look("tilt", grip.tilt + (event.clientY - grip.y) / 120);
  });
  picture.addEventListener("lostpointercapture", () => (grip = null));

  // The direction under a place of the picture, on the near or the far side.
  function under([x, y], side) {
    const [a, b] = [(x - CENTER) / GLOBE, (CENTER - y) / GLOBE], far = Math.max(1, Math.hypot(a, b));
    const seen = [a / far, b / far, side * Math.sqrt(Math.max(0, 1 - (a * a + b * b) / (far * far)))];
    return turnedBack(seen, view.turn, view.tilt);
  }

  function mover(get, set) {
    const seen = () => turned(get(), view.turn, view.tilt);
    return {
      onDrag: (place) => set(under(place, seen()[2] < 0 ? -1 : 1)),
      onArrow: ([right, up], factor) => {
        const step = (factor * Math.PI) / 60;
        set(turnedBack(turned(seen(), right * step, -up * step), view.turn, view.tilt));
      },
      picture, onEnd, onFocus: () => {},
    };
  }

  function build(count) {
    handles = Array.from({ length: count }, (_, i) => makeHandle({
      kind: "ae-row", text: String(i + 1), ...mover(() => state.shown[i], (x) => onRow(i, x)),
    }));
    gate = makeHandle({ kind: "ae-gate", text: "u", ...mover(() => state.gate, onGate) });
    front.replaceChildren(...handles, gate);
  }

  function shade() {
    const context = canvas.getContext("2d"), image = context.createImageData(SHADES, SHADES);
    const rows = state.shown.map((x) => turned(x, view.turn, view.tilt)), radius = (GLOBE / SIZE) * SHADES, middle = SHADES / 2;
    const shares = Array.from({ length: rows.length + 1 }, (_, k) => color(k / rows.length).match(/\d+/g).map(Number));
    for (let j = 0; j < SHADES; j++) {
      for (let i = 0; i < SHADES; i++) {
        const a = (i + 0.5 - middle) / radius, b = (middle - j - 0.5) / radius, c2 = 1 - a * a - b * b;
        if (c2 < 0) continue;
        const c = Math.sqrt(c2);
        let on = 0;
        for (let k = 0; k < rows.length; k++) on += rows[k][0] * a + rows[k][1] * b + rows[k][2] * c >= 0 ? 1 : 0;
        const light = 0.72 + 0.28 * c;
        image.data.set([...shares[on].map((value) => value * light), 255], 4 * (j * SHADES + i));
      }
    }
    context.putImageData(image, 0, 0);
  }

  // The great circle across a direction, in the picture: its near half, then its far half.
  function circle(x) {
    const first = toUnit(cross(x, Math.abs(x[0]) < 0.9 ? [1, 0, 0] : [0, 1, 0])), second = cross(x, first);
    const halves = ["", ""];
    let side = null;
    for (let k = 0; k <= 96; k++) {
      const t = (k * Math.PI) / 48;
      const [a, b, c] = turned(plus(first.map((v) => v * Math.cos(t)), second, Math.sin(t)), view.turn, view.tilt);
      const now = c >= 0 ? 0 : 1, place = `${(CENTER + GLOBE * a).toFixed(1)} ${(CENTER - GLOBE * b).toFixed(1)}`;
      halves[now] += `${now === side ? "L" : "M"}${place}`;
      side = now;
    }
    return halves;
  }

  function draw(next) {
    state = next;
    const { shown, bits, summary } = state;
    if (handles.length !== shown.length) build(shown.length);
    shade();
    const borders = shown.filter((x) => sized(x) > 0).flatMap((x) => circle(x).map((d, k) =>
      mark("path", { class: k ? "ae-far" : "ae-near", d })));
    const [near] = circle(state.gate);
    back.replaceChildren(...borders, mark("path", { class: "ae-own", d: near }),
      mark("circle", { class: "ae-rim", cx: CENTER, cy: CENTER, r: GLOBE }));
    const put = (handle, direction, label, words) => {
      const [a, b, c] = turned(direction, view.turn, view.tilt);
      handle.setAttribute("transform", `translate(${CENTER + GLOBE * a} ${CENTER - GLOBE * b})`);
      handle.classList.toggle("ae-behind", c < 0);
      describe(handle, label, Math.atan2(b, a), `${words}${c < 0 ? ", behind" : ""}`);
      return c;
    };
    handles.forEach((handle, i) => {
      handle.classList.toggle("ae-on", bits[i] === 1);
      put(handle, shown[i], `Row ${i + 1}`, bits[i] ? "on" : "off");
    });
    put(gate, state.gate, "The gate u", summary);
  }

  return { element, draw };
}
