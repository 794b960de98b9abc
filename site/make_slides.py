"""Make slides of the built pages: make_slides.py [HTML [OUTLINE [TARGET]]]; the widgets in them are alive.

The outline names what a slide takes from which page. What the slides load lies in their own folder.
"""

import json
import re
import shutil
import sys
from html import escape
from pathlib import Path

import yaml
from book_inputs import ROOT
from bs4 import BeautifulSoup

STATE = "application/vnd.jupyter.widget-state+json"
SHEETS = ("reveal/reveal.css", "pygments.css", "proof.css", "book.css", "slides.css")
SCRIPTS = ("widgets-when-near.js", "mathjax-hub.js", "mathjax/tex-chtml-full.js", "reveal/reveal.js")
ICON = "icon.svg"
FOLDERS = ("reveal", "mathjax", "requirejs", "html-manager", "anywidget", "fonts")
# A slide fills the window as a page does: a widget is where the pointer sees it.
START = (
    'Reveal.initialize({ disableLayout: true, hash: true, transition: "none", slideNumber: "c/t", '
    'keyboardCondition: (event) => !event.target.closest(".jupyter-widgets") });'
)


class Pages:
    """The built pages, each read once, and what their widgets hold."""

    def __init__(self, html):
        self.html, self.read, self.states, self.math = html, {}, {}, ""

    def __getitem__(self, name):
        if name not in self.read:
            path = self.html / f"{name}.html"
            if not path.is_file():
                raise ValueError(f"the outline names the page {name}, which the book does not have")
            page = self.read[name] = BeautifulSoup(path.read_text("utf-8"), "html.parser")
            for script in page.find_all("script", type=STATE):
                self.states |= json.loads(script.string)["state"]
            for script in page.find_all("script", string=re.compile(r"window\.MathJax = ")):
                self.math = str(script)
        return self.read[name]


def slide(pages, entry):
    """One slide: a part's opening, or parts of a section of a page."""
    if "part" in entry:
        title = f"<h1>{escape(entry['part'])}</h1><p>{entry['minutes']} minutes</p>"
        return f'<section class="opening">{title}</section>'
    name, wanted = entry["page"], entry["section"]
    section = pages[name].find("section", id=wanted)
    if section is None:
        raise ValueError(f"the outline names the section {wanted} of {name}, which is not there")
    heading, taken = section.find(["h1", "h2", "h3"]), []
    for selector in entry["take"]:
        found = [part for part in section.select(selector) if of_the_section(part, section)]
        if not found:
            raise ValueError(f"the outline takes {selector} of {name}, section {wanted}: nothing is there")
        taken += found
    words = heading.get_text(" ", strip=True).removesuffix("#").strip()
    parts = "\n".join(text_of(part) for part in taken)
    source = (
        f'<p class="source">{escape(pages[name].h1.get_text(" ", strip=True).removesuffix("#").strip())}</p>'
    )
    return f"<section><h2>{escape(words)}</h2>\n{parts}\n{source}</section>"


def of_the_section(part, section):
    """Whether a part is the section's own: a paragraph right in it, others not below a heading of theirs."""
    if part.name in ("p", "ul", "ol"):
        return part.parent is section
    headed = (one for one in part.find_parents("section") if one.find(["h1", "h2", "h3"], recursive=False))
    return next(headed, None) is section


def text_of(part):
    """A part as it is, without what leads elsewhere: on a slide a link is its words."""
    copy = BeautifulSoup(str(part), "html.parser")
    for one in copy.select(".headerlink, button, .cell_input"):
        one.decompose()
    for link in copy.find_all("a"):
        link.unwrap()
    for image in copy.find_all("img", src=re.compile(r"_images/")):
        image["src"] = "_images/" + image["src"].rsplit("/", 1)[1]
    for one in copy.find_all(id=True):
        del one["id"]
    for one in copy.find_all("section"):
        one.name = "div"  # to reveal.js a section is a slide
    return str(copy)


def make(html, outline, target):
    """Write the slides into a folder; returns how many there are."""
    plan = yaml.safe_load(outline.read_text("utf-8"))
    pages = Pages(html)
    title = f'<section class="opening"><h1>{escape(plan["title"])}</h1></section>'
    slides = [title, *(slide(pages, entry) for entry in plan["slides"])]
    state = json.dumps({"version_major": 2, "version_minor": 0, "state": pages.states}).replace("</", "<\\/")
    sheets = "\n".join(f'<link rel="stylesheet" href="_static/{name}">' for name in SHEETS)
    scripts = "\n".join(f'<script src="_static/{name}"></script>' for name in SCRIPTS)
    text = f"""<!DOCTYPE html>
<html lang="en" data-theme="light" data-mode="light">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(plan["title"])}</title>
<link rel="icon" href="_static/{ICON}">
{sheets}
{pages.math}
</head>
<body>
<main class="reveal"><div class="slides">
{"".join(slides)}
</div></main>
<script type="{STATE}">{state}</script>
{scripts}
<script>{START}</script>
</body>
</html>
"""
    shutil.rmtree(target, ignore_errors=True)
    (target / "_static").mkdir(parents=True)
    for folder in FOLDERS:
        shutil.copytree(ROOT / "site" / "vendor" / folder, target / "_static" / folder)
    shutil.copy(ROOT / "site" / "slides" / "slides.css", target / "_static")
    for name in (*SHEETS, *SCRIPTS, ICON):
        if not (target / "_static" / name).is_file():
            shutil.copy(html / "_static" / name, target / "_static" / name)
    (target / "_images").mkdir()
    for name in sorted(set(re.findall(r'src="_images/([^"]+)"', text))):
        shutil.copy(html / "_images" / name, target / "_images")
    (target / "index.html").write_text(text, encoding="utf-8")
    return len(slides)


if __name__ == "__main__":
    given = [Path(word) for word in sys.argv[1:]]
    usual = [ROOT / "_build" / "html", ROOT / "site" / "slides" / "lecture.yml", ROOT / "_build" / "slides"]
    html, outline, target = [*given, *usual[len(given) :]]
    try:
        print(f"{make(html, outline, target)} slides: {target / 'index.html'}")
    except ValueError as fault:
        sys.exit(f"make_slides: {fault}")
