"""The directives of the page that maps the theorems: `statement-map` draws, `statement-list` lists.

Both read what statements.py reads, so that the page cannot fall behind the chapters. Numbers are known once
all chapters are read; the picture is drawn then, as SVG whose parts are links.
"""

from collections import Counter
from html import escape
from pathlib import Path

import statements
import yaml
from docutils import nodes
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

logger = logging.getLogger(__name__)
WIDTH, PILL, GAP, ROW, HEAD = 400, 40, 5, 34, 20
PER_LINE = (WIDTH + GAP) // (PILL + GAP)
COUNTED = {status: status for status in statements.STATUSES} | {"definition": "definitions"}
LETTERS = {"theorem": "T", "definition": "D", "proposition": "P", "corollary": "C", "lemma": "L"}


def in_book_order(root: Path, docnames: list[str]) -> dict[str, list[statements.Statement]]:
    """The statements of each page that has some, in the order of the table of contents."""
    pages = statements.pages_of(root)
    order = [f"{name}.md" for name in docnames if f"{name}.md" in pages]
    found = {page: [*statements.statements_of(pages[page], page)] for page in order}
    return {page: listed for page, listed in found.items() if listed}


class StatementMap(SphinxDirective):
    """Leave a place for the picture."""

    def run(self):
        follow_chapters(self.env)
        return [picture()]


class StatementList(SphinxDirective):
    """Write one item a statement, chapter by chapter, with its status, its ground and its tests."""

    def run(self):
        root = follow_chapters(self.env)
        for page, line, fault in statements.faults(root):
            logger.warning("%s:%d: %s", page, line, fault)
        entries = statements.entries_of(root)
        text = [counts_of(entries)]
        for page, listed in in_book_order(root, toc_of(self.env)).items():
            text += ["", f"**{{doc}}`/{page.removesuffix('.md')}`**", ""]
            text += [item_of(s.label, entries.get(s.label, {}), s.title) for s in listed]
        text += ["", "**Not proved: observed, or heuristic**", ""]
        text += [item_of(label, entry) for label, entry in entries.items() if "says" in entry]
        holder = nodes.container(classes=["statement-list"])
        self.state.nested_parse(text, self.content_offset, holder)
        return [holder]


def follow_chapters(env) -> Path:
    """Read this page again when a chapter or the file of entries changes."""
    root = Path(env.srcdir)
    for path in [*(root / page for page in statements.pages_of(root)), root / statements.FILE]:
        env.note_dependency(str(path))
    return root


def toc_of(env) -> list[str]:
    """The pages in the order of the table of contents."""
    toc = yaml.safe_load(Path(env.srcdir, env.config.external_toc_path).read_text("utf-8"))
    return [chapter["file"] for part in toc.get("parts", [toc]) for chapter in part.get("chapters", [])]


def counts_of(entries: dict) -> str:
    """How many statements and claims there are of each status."""
    found = Counter(entry.get("status") for entry in entries.values())
    return ", ".join(f"{found[status]} {COUNTED[status]}" for status in statements.STATUSES) + "."


def item_of(label: str, entry: dict, title: str = "") -> str:
    """One item of the list, in the book's markup."""
    status = entry.get("status", "no entry")
    name = f"{{prf:ref}}`{label}`: {title}." if title else f"{entry['says']}"
    said = [f"[{status.capitalize()}]{{.statement-{status}}}, {about(entry)}"]
    if "where" in entry:
        said[0] += f", in {{ref}}`{entry['where']}`"
    if rests := entry.get("rests"):
        said.append("rests on " + ", ".join(reference(other) for other in rests))
    if cites := entry.get("cites"):
        said.append(f"uses {{cite:t}}`{','.join(cites)}`")
    if tests := entry.get("tests"):
        said.append("checked by " + ", ".join(sentence(test) for test in tests))
    return f"- {name}\n  {'; '.join(said)}."


def reference(label: str) -> str:
    """A link to a statement or a section; claims without a number are named by theirs."""
    return f"{{ref}}`{label}`" if label.startswith("app-") else f"{{prf:ref}}`{label}`"


def about(entry: dict) -> str:
    place = statements.ABOUT.get(entry.get("of"), "")
    return f"of {place}, {statements.OVER[entry['over']]}" if "over" in entry else f"of {place}"


def sentence(test: str) -> str:
    """The name of a test is a sentence: "test_a.py::test_it_holds" says "it holds"."""
    file, _, name = test.partition("::")
    return f"[{name.removeprefix('test_').replace('_', ' ')}]{{.statement-test}} (`{file}`)"


class picture(nodes.General, nodes.Element):
    """The place of the picture until the numbers are known."""


def draw_maps(app, doctree, docname):
    for node in list(doctree.findall(picture)):
        node.replace_self(nodes.raw("", drawn(app, docname), format="html"))


def drawn(app, docname: str) -> str:
    """The graph as SVG: a row of links a chapter, and a line from each statement to what it rests on."""
    env, root = app.env, Path(app.env.srcdir)
    entries = statements.entries_of(root)
    places, pills, y = {}, [], 4
    for page, listed in in_book_order(root, toc_of(env)).items():
        name = page.removesuffix(".md")
        pills.append(f'<text class="chapter" x="0" y="{y + 12}">{escape(env.titles[name].astext())}</text>')
        for place, statement in enumerate(listed):
            line, column = divmod(place, PER_LINE)
            at = column * (PILL + GAP), y + HEAD + line * ROW
            places[statement.label] = at
            pills.append(pill(app, docname, name, statement, entries.get(statement.label, {}), at))
        y += HEAD + (1 + (len(listed) - 1) // PER_LINE) * ROW + 8
    edges, rules = [], []
    for label, (x, top) in places.items():
        for other in entries.get(label, {}).get("rests", []):
            if other in places:
                edges.append(edge(label, other, (x, top), places[other]))
        rules.append(
            f'.statement-map:has([id="map-{label}"]:is(:hover, :focus-visible)) [data-of~="{label}"]'
        )
    style = f"<style>{','.join(rules)}{{opacity: 1; stroke-width: 2.2}}</style>"
    return (
        f'<svg class="statement-map" viewBox="-2 0 {WIDTH + 4} {y}" role="group" '
        f'aria-label="The numbered statements by chapter, each joined to those it rests on">{style}'
        f"<g>{''.join(edges)}</g>{''.join(pills)}</svg>"
    )


def pill(app, docname, page, statement, entry, at) -> str:
    """One statement: a link with its number, in the color of its status."""
    x, y = at
    numbers = app.env.toc_fignumbers.get(page, {}).get(statement.kind, {})
    number = ".".join(map(str, numbers.get(statement.label, ())))
    name = f"{statement.kind.title()} {number}, {statement.title}: {entry.get('status')}"
    uri = app.builder.get_relative_uri(docname, page)
    return (
        f'<a href="{escape(uri)}#{statement.label}" id="map-{statement.label}" '
        f'class="statement-{entry.get("status")}"><title>{escape(name)}</title>'
        f'<rect x="{x}" y="{y}" width="{PILL}" height="24" rx="6"/>'
        f'<text x="{x + PILL / 2}" y="{y + 16}">{LETTERS.get(statement.kind, "S")} {number}</text></a>'
    )


def edge(label, other, start, end) -> str:
    """A curve from a statement up to one that it rests on, or down to one that the book proves later."""
    (x, y), (to_x, to_y) = start, end
    x, to_x = x + PILL / 2, to_x + PILL / 2
    later = ' class="later"' if to_y > y else ""
    if to_y == y:
        bend = y - 6 - abs(x - to_x) / 12
        path = f"M{x} {y}C{x} {bend} {to_x} {bend} {to_x} {y}"
    else:
        y, to_y = (y + 24, to_y) if to_y > y else (y, to_y + 24)
        path = f"M{x} {y}C{x} {(y + to_y) / 2} {to_x} {(y + to_y) / 2} {to_x} {to_y}"
    return f'<path data-of="{label} {other}"{later} d="{path}"/>'


def setup(app):
    app.add_directive("statement-map", StatementMap)
    app.add_directive("statement-list", StatementList)
    app.add_node(picture)
    app.connect("doctree-resolved", draw_maps)
