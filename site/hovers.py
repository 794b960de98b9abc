"""What a page shows of the target of a link: a term's or a letter's meaning, a theorem, an equation, a book.

The texts are taken from the built pages into one file, hover-texts.js, which static/hovers.js loads when a
reader first points at such a link. A script can be loaded from a folder on disk, too, where a page could not
be fetched.
"""

import copy
import json
from collections.abc import Iterable
from pathlib import Path

from bs4 import BeautifulSoup, Tag

TARGETS = "div.proof[id], div.math[id], div.citation[id], dl.glossary dt[id], td span[id^=notation-]"
UNSHOWN = "a.headerlink, .fn-backref, .backrefs, span.label, button, script"
KEPT = {"math", "eqno"}
Texts = dict[str, str]


def texts_on(page: BeautifulSoup, name: str) -> Texts:
    """The targets on a page, by address: "chapters/back/glossary.html#term-block" and what it shows."""
    return {f"{name}#{target['id']}": shown(target) for target in page.select(TARGETS)}


def links_on(page: BeautifulSoup) -> list[str]:
    """The anchors to which a page's links lead."""
    return sorted({link["href"].partition("#")[2] for link in page.select('article a.internal[href*="#"]')})


def shown(target: Tag) -> str:
    """The target's text and formulas, without what is no use in a box that nobody can click in."""
    if target.name == "dt":
        parts = [target]
        while parts[-1].name == "dt":  # several words can share a meaning
            parts.append(parts[-1].find_next_sibling(["dt", "dd"]))
        parts = [target, parts[-1]]
    elif target.name == "span":  # a letter of the notation: it and its meaning are cells of a row
        letter, meaning = target.find_parent("tr").find_all("td")[:2]
        return f"<strong>{inside(letter)}</strong><div>{inside(meaning)}</div>"
    else:
        parts = [target]
    return "".join(plain(part) for part in parts)


def inside(cell: Tag) -> str:
    """The text and formulas of a table's cell, without the boxes about them."""
    cell = BeautifulSoup(plain(cell), "html.parser")
    for box in cell.select("td, p, span:not(.math)"):
        box.unwrap()
    return str(cell)


def plain(part: Tag) -> str:
    """A copy without links, anchors and the looks that it has on its page, formulas apart."""
    part = copy.copy(part)
    for unshown in part.select(UNSHOWN):
        unshown.decompose()
    for link in part.select("a"):
        link.unwrap()
    for tag in [part, *part.select("*")]:
        heading = tag.name == "dt" or "admonition-title" in tag.get("class", [])
        tag.name = "strong" if heading else "div" if tag.name in ("dd", "section") else tag.name
        keeps = KEPT & set(tag.get("class", []))
        tag.attrs = {"class": sorted(keeps)} if keeps else {}
    return str(part)


def write(html: Path, texts: Iterable[Texts], links: Iterable[list[str]]) -> None:
    """Write what the pages' texts and links, one of each a page, ask for."""
    linked = {anchor for anchors in links for anchor in anchors}
    told = {address: text for of_a_page in texts for address, text in of_a_page.items()}
    wanted = {address: text for address, text in told.items() if address.partition("#")[2] in linked}
    found = json.dumps(wanted, ensure_ascii=False, indent=0, sort_keys=True)
    target = html / "_static" / "hover-texts.js"
    target.parent.mkdir(exist_ok=True)
    target.write_text(f"window.relulabHovers = {found};\n", "utf-8")
