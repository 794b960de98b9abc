"""The `predict` directive: a question that a reader answers on the figure that follows, before seeing it.

Its argument is the figure's name, its body the question. The cell that draws the figure ends with
`rl.plots.veil`; what that has written into the SVG comes into the page here, with the place of the axes in
the picture. static/predict.js covers the axes, takes the guess and shows both. Without a script the figure
stands as ever.
"""

import json
import re
from pathlib import Path
from xml.etree import ElementTree

from docutils import nodes
from quiz import element
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from relulab.plots.narrow import parted
from relulab.plots.veils import MARK

log = logging.getLogger(__name__)
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
SVG = "{http://www.w3.org/2000/svg}"


class Predict(SphinxDirective):
    required_arguments = 1
    has_content = True

    def run(self):
        self.assert_has_content()
        html = {"role": "group", "aria-label": "Guess first", "data-predict": self.arguments[0], "hidden": ""}
        box = element("", tag="div", html=html, classes=["predict"])
        self.set_source_info(box)
        self.state.nested_parse(self.content, self.content_offset, box)
        return [box]


def veiled(svg: str) -> dict | None:
    """What `veil` wrote into a picture, and `box`: left, top, width and height of the axes, as shares.

    The narrow drawing has a box of its own, `narrow`.
    """
    svg, narrow = parted(svg)
    root = ElementTree.fromstring(svg)
    grounds = [group for group in root.iter(f"{SVG}g") if group.get("id", "").startswith(MARK)]
    if not grounds:
        return None
    _, _, width, height = map(float, root.get("viewBox").split())
    numbers = [float(number) for number in NUMBER.findall(grounds[0].find(f"{SVG}path").get("d"))]
    xs, ys = sorted(numbers[::2]), sorted(numbers[1::2])
    box = xs[0] / width, ys[0] / height, (xs[-1] - xs[0]) / width, (ys[-1] - ys[0]) / height
    known = json.loads(grounds[0].get("id").removeprefix(MARK)) | {"box": [round(side, 5) for side in box]}
    return known if narrow is None else known | {"narrow": veiled(narrow)["box"]}


def fetch_truths(app, doctree):
    """Give each question what its figure holds; one without a figure, or without a truth, is a fault."""
    figures = {name: figure for figure in doctree.findall(nodes.figure) for name in figure["names"]}
    for box in doctree.findall(element):
        name = box["html"].get("data-predict")
        if name is None:
            continue
        if name not in figures:
            log.warning("predict: no figure on this page is called %r", name, location=box)
            continue
        pictures = [
            Path(app.srcdir, image["uri"].lstrip("/")) for image in figures[name].findall(nodes.image)
        ]
        known = [veiled(path.read_text("utf-8")) for path in pictures if path.suffix == ".svg"]
        if any(known):
            box["html"]["data-veil"] = json.dumps(next(filter(None, known)), separators=(",", ":"))
        else:
            log.warning("predict: the cell of %r does not end with rl.plots.veil(...)", name, location=box)


def setup(app):
    app.add_directive("predict", Predict)
    app.connect("doctree-read", fetch_truths, priority=400)
