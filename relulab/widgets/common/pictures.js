// Files for the reader: a picture of a canvas with SVG over it, a text.

function saveFile(name, blob) {
  const link = node("a", { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

const DRAWN = ["fill", "stroke", "stroke-width", "stroke-dasharray", "stroke-linejoin", "font-size", "font-family", "opacity"];

// An SVG element as an image, with the styles that the page gives it written into a copy.
async function imageOf(svg, width, height) {
  const copy = svg.cloneNode(true), there = svg.querySelectorAll("*");
  copy.querySelectorAll("*").forEach((element, i) => {
    const style = getComputedStyle(there[i]);
    element.setAttribute("style", DRAWN.map((name) => `${name}:${style.getPropertyValue(name)}`).join(";"));
  });
  for (const [name, value] of Object.entries({ xmlns: SVG, width, height })) copy.setAttribute(name, value);
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(copy))}`;
  await image.decode();
  return image;
}

// The canvas and the SVG over it on the page's ground, twice as fine, as a PNG.
async function pictureOf(canvas, svg, ground, title) {
  const { clientWidth: width, clientHeight: height } = canvas, head = 30;
  const sheet = node("canvas", { width: 2 * width, height: 2 * (height + head) }), context = sheet.getContext("2d");
  context.scale(2, 2);
  context.fillStyle = ground.backgroundColor;
  context.fillRect(0, 0, width, height + head);
  context.fillStyle = ground.color;
  context.font = `13px ${ground.fontFamily}`;
  context.fillText(title, 12, 20, width - 24);
  context.imageSmoothingEnabled = false;
  context.drawImage(canvas, 0, head, width, height);
  context.drawImage(await imageOf(svg, width, height), 0, head);
  return new Promise((resolve) => sheet.toBlob(resolve, "image/png"));
}
