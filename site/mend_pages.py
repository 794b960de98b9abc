"""Mend what the theme leaves to be desired for readers with a screen reader, a keyboard, or a slow line."""

import json
import re
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat
from pathlib import Path

import hovers
from bs4 import BeautifulSoup, NavigableString
from kept import Kept
from theme_figures import offer_narrow, theme_folder, unpack

# Where a widget's model may live: what a built page can run. Any other module would be silence on the page.
MAPPED = {"anywidget", *(f"@jupyter-widgets/{name}" for name in ("base", "controls", "output"))}
STATE = "application/vnd.jupyter.widget-state+json"


def mend(page: BeautifulSoup) -> None:
    drop_icon_script(page)
    name_buttons_by_their_text(page)
    put_sidebar_in_a_landmark(page)
    make_bibliography_a_list(page)
    leave_no_header_empty(page)
    name_letters(page)
    keep_punctuation_at_formulas(page)
    part_names_in_tables(page)


def drop_icon_script(page):
    """1.5 MB of icons as a script; the style sheet draws the same ones from a font."""
    for script in page.find_all("script", src=re.compile("scripts/fontawesome.js")):
        script.decompose()


def name_buttons_by_their_text(page):
    """A button's spoken name has to hold its visible text ("Search Ctrl+K", not "Search")."""
    for button in page.find_all("button", class_="search-button-field"):
        del button["aria-label"]
    for summary in page.find_all("summary"):
        del summary["aria-label"]
    for button in page.find_all("button", class_="theme-switch-button"):
        for icon in button.find_all("i"):
            del icon["title"]
            icon["aria-hidden"] = "true"


def put_sidebar_in_a_landmark(page):
    """The logo and the search button stand outside of every landmark."""
    for sidebar in page.find_all("div", id="pst-primary-sidebar"):
        sidebar["role"] = "navigation"
        sidebar["aria-label"] = "Book"


def make_bibliography_a_list(page):
    """The role of a bibliography's entry is deprecated, and its list holds no list items.

    The text cites by author and year, with which an entry begins and ends: it needs no label besides.
    """
    for entry in page.find_all("div", role="doc-biblioentry"):
        entry["role"] = "listitem"
        for label in entry.find_all("span", class_="label", recursive=False):
            label.decompose()


def keep_punctuation_at_formulas(page):
    """What touches a formula in a line stays on its line: its full stop, its bracket."""
    for formula in page.select(".bd-article span.math"):
        before, after = formula.previous_sibling, formula.next_sibling
        opening = re.search(r"[(\[“]+$", before) if isinstance(before, NavigableString) else None
        closing = re.match(r"[^\s\w][^\s]*", after) if isinstance(after, NavigableString) else None
        if not (opening or closing):
            continue
        together = formula.wrap(page.new_tag("span", attrs={"class": "together"}))
        if opening:
            before.replace_with(before[: opening.start()])
            together.insert(0, opening[0])
        if closing:
            after.replace_with(after[closing.end() :])
            together.append(closing[0])


def part_names_in_tables(page):
    """A long name in a narrow column breaks after a dot or an underscore, not in mid-word."""
    names = page.select(".bd-article td code")
    for text in [text for name in names for text in name.find_all(string=True)]:
        pieces = re.split(r"(?<=[._(])(?=\w)", text)
        if len(pieces) > 1:
            breaks = [part for piece in pieces[1:] for part in (page.new_tag("wbr"), piece)]
            text.replace_with(pieces[0], *breaks)


def status_as_words(text):
    """Not every machine has a font with these signs."""
    return text.replace(">✅<", ">passed<").replace(">❌<", ">failed<")


def leave_no_header_empty(page):
    """The corner of a table is a cell, not a header without a name."""
    for header in page.find_all("th"):
        if not header.get_text(strip=True):
            header.name = "td"


def name_letters(page):
    """A link that holds a formula alone has no text to be called by: "D_j" is spoken as it is written."""
    for link in page.select('a[href*="#notation-"]'):
        letter = re.sub(r"\\[()]|[\\{}]", "", link.get_text()).replace("_", " ").strip()
        link["aria-label"] = f"{letter}: notation"


def refuse_dead_widgets(page, name):
    """A widget whose module no page can load fails the build."""
    for script in page.find_all("script", type=STATE):
        for model in json.loads(script.string)["state"].values():
            if model["model_module"] not in MAPPED:
                raise ValueError(f"{name}: a widget of {model['model_module']!r} is dead on a built page")


def mend_file(path: Path, name: str, images: Path) -> tuple[hovers.Texts, list[str]]:
    page = BeautifulSoup(status_as_words(path.read_text("utf-8")), "html.parser")
    refuse_dead_widgets(page, path.name)
    mend(page)
    unpack(page, path.parent, images)
    offer_narrow(page, path.parent)
    path.write_text(page.decode(formatter="minimal"), "utf-8")
    return hovers.texts_on(page, name), hovers.links_on(page)


def mend_folder(html: Path, stands=lambda name: False) -> None:
    """Mend all pages but those that stand as the last build left them."""
    paths = [path for path in html.rglob("*.html") if "_static" not in path.relative_to(html).parts]
    theme_folder(html / "_images")
    paths.sort(key=lambda path: -path.stat().st_size)
    pages = {path.relative_to(html).as_posix(): path for path in paths}
    kept = Kept(html, "hovers")
    found = {name: one for name, one in kept.read().items() if name in pages and stands(name)}
    new = [name for name in pages if name not in found]
    with ProcessPoolExecutor() as pool:
        mended = pool.map(mend_file, [pages[name] for name in new], new, repeat(html / "_images"))
        found |= zip(new, mended, strict=True)
    kept.write(found)
    hovers.write(html, *zip(*found.values(), strict=True))
