// Files for the reader: a picture of a canvas with SVG over it, a text.

function saveFile(name, blob) {
  const link = node("a", { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

const DRAWN = ["fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray", "stroke-linejoin", "font-size", "font-family", "opacity"];

// An SVG element as an image, with the styles that the page gives it written into a copy; parts can be left out.
async function imageOf(svg, width, height, without) {
  const copy = svg.cloneNode(true), there = svg.querySelectorAll("*");
  copy.querySelectorAll("*").forEach((element, i) => {
    const style = getComputedStyle(there[i]);
    element.setAttribute("style", DRAWN.map((name) => `${name}:${style.getPropertyValue(name)}`).join(";"));
  });
  copy.querySelectorAll(without).forEach((element) => element.remove());
  for (const [name, value] of Object.entries({ xmlns: SVG, width, height })) copy.setAttribute(name, value);
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(copy))}`;
  await image.decode();
  return image;
}

// Lines of these words that fit a width.
function wrapped(context, words, width) {
  return words.split(" ").reduce((lines, word) => {
    const longer = `${lines.at(-1) ?? ""} ${word}`.trim();
    if (lines.length > 0 && context.measureText(longer).width <= width) return [...lines.slice(0, -1), longer];
    return [...lines, word];
  }, []);
}

// The canvas and the SVG over it on the page's ground, twice as fine, with what is said above and below, as a PNG.
// A key is { words, after, sign }: sign(context) paints 26 wide and 10 high from the origin.
async function pictureOf(canvas, svg, { title, keys, note, look, without }) {
  const { clientWidth: width, clientHeight: height } = canvas, margin = 12, line = 18, room = width - 2 * margin;
  const sheet = node("canvas"), context = sheet.getContext("2d"), font = `13px ${look.fontFamily}`;
  context.font = font;
  const head = wrapped(context, title, room), foot = wrapped(context, note, room);
  const legend = keys.map(({ words, after = "", sign }) => {
    const lead = after ? context.measureText(words).width + 8 : 0;
    return { lead, sign, first: after ? words : "", lines: wrapped(context, after || words, room - lead - 34) };
  });
  const rows = head.length + legend.reduce((total, { lines }) => total + lines.length, 0) + foot.length;
  Object.assign(sheet, { width: 2 * width, height: 2 * (height + rows * line + 3 * margin) });
  context.scale(2, 2);
  Object.assign(context, { fillStyle: look.backgroundColor, font });
  context.fillRect(0, 0, width, sheet.height);
  let y = margin;
  const say = (lines, x = margin) => lines.forEach((words) => {
    context.fillStyle = look.color;
    context.fillText(words, x, (y += line) - 5);
  });
  say(head);
  context.imageSmoothingEnabled = false;
  context.drawImage(canvas, 0, y, width, height);
  context.drawImage(await imageOf(svg, width, height, without), 0, y);
  y += height + margin;
  for (const { lead, sign, first, lines } of legend) {
    context.fillStyle = look.color;
    context.fillText(first, margin, y + line - 5);
    context.save();
    context.translate(margin + lead, y + 4);
    sign(context);
    context.restore();
    say(lines, margin + lead + 34);
  }
  say(foot);
  return new Promise((resolve) => sheet.toBlob(resolve, "image/png"));
}
