// Handles in a picture, for the pointer and for the keys.

const ARROWS = { ArrowUp: [0, 1], ArrowDown: [0, -1], ArrowRight: [1, 0], ArrowLeft: [-1, 0] };

// Where handles overlap, the one meant is the one whose middle is nearest.
function nearest(picture, { clientX, clientY }) {
  const away = (handle) => {
    const box = handle.querySelector(".rw-disc").getBoundingClientRect();
    return Math.hypot(box.left + box.width / 2 - clientX, box.top + box.height / 2 - clientY);
  };
  return [...picture.querySelectorAll(".rw-handle")].sort((a, b) => away(a) - away(b))[0];
}

// What can be dragged, by pointer or by arrow keys, and pressed, by Enter or two clicks. Positions are those of
// the picture.
function makeHandle({ kind, text, picture, onDrag, onArrow, onEnd, onFocus, onPress = () => {} }) {
  const at = (event) => {
    const box = picture.getBoundingClientRect(), { width, height } = picture.viewBox.baseVal;
    return [((event.clientX - box.left) / box.width) * width, ((event.clientY - box.top) / box.height) * height];
  };
  const handle = mark("g", { class: `rw-handle ${kind}`, tabindex: 0, role: "slider", "data-handle": text },
    mark("circle", { class: "rw-hit", r: 22 }), mark("circle", { class: "rw-halo", r: 16 }),
    mark("circle", { class: "rw-disc", r: 12 }), mark("text", { y: 4, "text-anchor": "middle" }, text));
  const listeners = {
    pointerdown(event) {
      event.preventDefault();
      event.stopPropagation();
      const chosen = nearest(picture, event);
      chosen.focus({ preventScroll: true });
      chosen.setPointerCapture(event.pointerId);
    },
    pointermove(event) {
      if (handle.hasPointerCapture(event.pointerId)) onDrag(at(event));
    },
    lostpointercapture: () => onEnd(),
    touchstart: (event) => event.preventDefault(), // the finger drags the handle, not the page
    dblclick: () => onPress(),
    keydown(event) {
      const arrow = ARROWS[event.key];
      if (!arrow && event.key !== "Enter") return;
      event.preventDefault();
      event.stopPropagation(); // notebooks have keys of their own
      if (!arrow) return onPress();
      onArrow(arrow, event.shiftKey ? 4 : 1);
      onEnd();
    },
    focus: () => onFocus(true),
    blur: () => onFocus(false),
  };
  for (const [name, listener] of Object.entries(listeners)) handle.addEventListener(name, listener);
  return handle;
}

function describe(handle, label, angle, words) {
  const degrees = Math.round((angle * 180) / Math.PI);
  const values = { label, valuemin: -180, valuemax: 180, valuenow: degrees, valuetext: words };
  for (const [name, value] of Object.entries(values)) handle.setAttribute(`aria-${name}`, value);
}
