"""What a page shows of the target of a link: a term's meaning, a theorem, an equation, a book or an article.

The texts are taken from the built pages into one file, hover-texts.js, which static/hovers.js loads when a
reader first points at such a link. A script can be loaded from a folder on disk, too, where a page could not
be fetched.
"""

import copy
import json
from pathlib import Path

from bs4 import BeautifulSoup, Tag

TARGETS = "div.proof[id], div.math[id], div.citation[id], dl.glossary dt[id]"
UNSHOWN = "a.headerlink, .fn-backref, .backrefs, span.label, button, script"
Texts = dict[str, str]


def texts_on(page: BeautifulSoup, name: str) -> Texts:
    """The targets on a page, by address: "chapters/back/glossary.html#term-block" and what it shows."""
    return {f"{name}#{target['id']}": shown(target) for target in page.select(TARGETS)}


def links_on(page: BeautifulSoup) -> set[str]:
    """The anchors to which a page's links lead."""
    return {link["href"].partition("#")[2] for link in page.select('article a.internal[href*="#"]')}


def shown(target: Tag) -> str:
    """The target's text and formulas, without what is no use in a box that nobody can click in."""
    if target.name == "dt":
        parts = [target]
        while parts[-1].name == "dt":  # several words can share a meaning
            parts.append(parts[-1].find_next_sibling(["dt", "dd"]))
        parts = [target, parts[-1]]
    else:
        parts = [target]
    return "".join(plain(part) for part in parts)


def plain(part: Tag) -> str:
    part = copy.copy(part)
    for unshown in part.select(UNSHOWN):
        unshown.decompose()
    for link in part.select("a"):
        link.unwrap()
    for tag in [part, *part.select("[id]")]:
        del tag["id"]
    del part["role"]  # of an item in a list
    title = {"dt": "strong", "dd": "div", "section": "div"}
    for tag in [part, *part.select("dt, dd, section")]:
        tag.name = title.get(tag.name, tag.name)
    return str(part)


def write(html: Path, texts: Texts, linked: set[str]) -> None:
    wanted = {address: text for address, text in texts.items() if address.partition("#")[2] in linked}
    found = json.dumps(wanted, ensure_ascii=False, indent=0, sort_keys=True)
    target = html / "_static" / "hover-texts.js"
    target.parent.mkdir(exist_ok=True)
    target.write_text(f"window.relulabHovers = {found};\n", "utf-8")
