"""What Part V's labs found, taken from the outputs of their pages when the book is built.

A lab's last cells glue its table of claims ("claims") and a small picture ("picture"). From these come

- `{lab-card} NAME`: the picture as a file, the title, the verdict and how many claims there are of each kind,
  above what the directive holds;
- `{all-claims}`: the papers' claims of all pages that glue a table, page by page;
- ``{measured}`NAME: first words of a claim` ``: what was measured, leading to that page's table.

Everything is looked up while pages are written, so that nothing here can be older than the pages. In a draft
(ONLY) pages that were not executed are said to be so; in the book they are a fault.
"""

import base64
import json
import os
import re
from collections import Counter
from html import escape
from pathlib import Path
from typing import NamedTuple

from bs4 import BeautifulSoup
from docutils import nodes
from myst_nb.sphinx_ import NbMetadataCollector
from quiz import element
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective, SphinxRole
from theorem_map import toc_of

log = logging.getLogger(__name__)
TABLE = "table-of-claims"
NOT_RUN = "This page was not run in this draft."
SAID = {
    "holds": "as stated",
    "holds if": "with a condition",
    "not seen here": "not seen here",
    "reported": "only reported",
    "not tested": "not tested",
}
LEAD = re.compile(r"^(?:\.\.\. |\((?:Our|Proved) [^)]*\) |\((?:\.\.\. )?)")  # not the claim's own words
IMAGE = re.compile(r"data:image/svg\+xml;base64,([^\"]+)")


class Row(NamedTuple):
    claim: str
    check: str
    measured: str
    must_be: str
    verdict: str
    kind: str
    own: bool


class Table(NamedTuple):
    title: str
    verdict: str
    rows: list[Row]

    @property
    def counts(self) -> Counter:
        """How many of the paper's claims are of each kind."""
        return Counter(row.kind for row in self.rows if not row.own)


def glued(env, docname: str) -> dict:
    """What a page glued in this build; nothing where it was not executed, whatever an older build left."""
    if not NbMetadataCollector.get_doc_data(env)[docname].get("glue"):
        return {}
    file = Path(env.mystnb_config.output_folder, f"{docname}.glue.json")
    return {key: value["data"] for key, value in json.loads(file.read_text("utf-8")).items()}


def table_in(data: dict) -> Table | None:
    """The table of claims among what a page glued."""
    found = BeautifulSoup(data.get("claims", {}).get("text/html", ""), "html.parser").select_one(
        "table.claims"
    )
    if found is None:
        return None
    rows = [
        Row(*(cell.get_text() for cell in row.find_all("td")), row["data-kind"], row.has_attr("data-own"))
        for row in found.select("tbody tr")
    ]
    return Table(found.caption.get_text(), found["data-verdict"], rows)


def picture_in(data: dict) -> tuple[bytes, str] | None:
    """The small picture among what a page glued: SVG and the words for it."""
    html = data.get("picture", {}).get("text/html", "")
    source = IMAGE.search(html)
    if source is None:
        return None
    return base64.b64decode(source[1]), BeautifulSoup(html, "html.parser").img["alt"]


class lab_place(nodes.General, nodes.Element):
    """The place of a card's head, or of the tables of all pages, until all pages are executed."""


class measured_place(nodes.Inline, nodes.Element):
    """The place of a measured number."""


class LabCard(SphinxDirective):
    required_arguments = 1
    has_content = True

    def run(self):
        lab = document_of(self.env, self.arguments[0])
        card = element("", tag="div", html={}, classes=["lab-card"])
        card += lab_place("", kind="card", lab=lab)
        words = element("", tag="div", html={}, classes=["lab-words"])
        self.state.nested_parse(self.content, self.content_offset, words)
        card += words
        self.set_source_info(card)
        return [card]


class AllClaims(SphinxDirective):
    def run(self):
        return [lab_place("", kind="claims")]


class Measured(SphinxRole):
    def run(self):
        name, _, words = (part.strip() for part in self.text.partition(":"))
        place = measured_place("", lab=document_of(self.env, name), words=words)
        self.set_source_info(place)
        return [place], []


def document_of(env, name: str) -> str:
    """A page beside this one, or "../part4/batch-size"."""
    return env.relfn2path(f"{name}.md", env.docname)[0].removesuffix(".md")


def fill(app, doctree, docname):
    for place in list(doctree.findall(lab_place)):
        html = all_tables(app, docname) if place["kind"] == "claims" else card_head(app, docname, place)
        place.replace_self(nodes.raw("", html, format="html"))
    for place in list(doctree.findall(measured_place)):
        place.replace_self(measured(app, docname, place))


def missing(what: str, place) -> None:
    """A fault of the book; in a draft most pages are not executed."""
    if not os.environ.get("ONLY"):
        log.warning("%s", what, location=place)


def title_of(env, docname: str) -> str:
    numbers = env.toc_secnumbers.get(docname, {}).get("", ())
    return f"{'.'.join(map(str, numbers))}{'. ' * bool(numbers)}{env.titles[docname].astext()}"


def card_head(app, docname: str, place) -> str:
    """Picture, title, verdict and counts of one lab."""
    env, lab = app.env, place["lab"]
    if lab not in env.titles:
        log.warning("lab-card: there is no page %s", lab, location=place)
        return ""
    data, address = glued(env, lab), escape(app.builder.get_relative_uri(docname, lab))
    picture, table = picture_in(data), table_in(data)
    title = f'<p class="lab-title"><a href="{address}">{escape(title_of(env, lab))}</a></p>'
    if picture is None or table is None:
        missing(f"lab-card: {lab} glues no picture or no table of claims", place)
        return f'{title}<p class="lab-verdict">{NOT_RUN}</p>'
    source = escape(written(app, docname, lab, picture[0]))
    return (
        f'<img class="lab-picture" src="{source}" alt="{escape(picture[1])}" width="360" height="240">'
        f'{title}<p class="lab-verdict">{chip(table.verdict)} {escape(counted(table))}</p>'
    )


def written(app, docname: str, lab: str, svg: bytes) -> str:
    """Put the picture among the book's images, and say where that is seen from a page."""
    folder = Path(app.outdir, app.builder.imagedir)
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"lab-{lab.rsplit('/', 1)[-1]}.svg"
    file.write_bytes(svg)
    here = Path(app.outdir, app.builder.get_target_uri(docname)).parent
    return os.path.relpath(file, here).replace(os.sep, "/")


def chip(verdict: str) -> str:
    """A verdict; its look follows the first word, and words say it all."""
    kind = "-".join(verdict.split()[:2])
    return f'<span class="lab-chip lab-{kind}">{escape(verdict)}</span>'


def counted(table: Table) -> str:
    """ "8 claims as stated, 1 with a condition"."""
    parts = [
        (table.counts[kind], words) for kind, words in SAID.items() if kind not in ("reported", "not tested")
    ]
    said = [f"{count} {words}" for count, words in parts if count]
    tested = sum(count for count, _ in parts)
    return (
        f"{tested} claim{'s' * (tested != 1)} tested: {', '.join(said)}." if said else "Nothing was tested."
    )


def tables_of(env) -> dict[str, Table]:
    """The tables of all pages that glue one, in the order of the book."""
    found = {page: table_in(glued(env, page)) for page in toc_of(env) if page in env.titles}
    return {page: table for page, table in found.items() if table}


def all_tables(app, docname: str) -> str:
    """A sentence that counts, a table of counts, and the papers' claims page by page."""
    tables = tables_of(app.env)
    if not tables:
        missing("all-claims: no page glues a table of claims", None)
        return f"<p>{NOT_RUN.replace('This page was', 'The pages with claims were')}</p>"
    total = sum((table.counts for table in tables.values()), Counter())
    kinds = [kind for kind in SAID if total[kind]]
    words = ", ".join(f"{total[kind]} {SAID[kind]}" for kind in kinds)
    link = {
        page: f'<a href="{escape(app.builder.get_relative_uri(docname, page))}#{TABLE}">'
        f"{escape(title_of(app.env, page))}</a>"
        for page in tables
    }
    head = "".join(f'<th role="columnheader" scope="col">{SAID[kind]}</th>' for kind in kinds)
    lines = "".join(
        f'<tr role="row"><th role="rowheader" scope="row">{link[page]}</th>'
        + "".join(f'<td role="cell" data-name="{SAID[k]}">{table.counts[k] or ""}</td>' for k in kinds)
        + f'<td role="cell" data-name="verdict">{chip(table.verdict)}</td></tr>'
        for page, table in tables.items()
    )
    return (
        f"<p>{sum(total.values())} claims of {len(tables)} paper{'s' * (len(tables) > 1)}: {words}.</p>"
        '<table class="claims claim-counts" role="table"><caption>What was found, paper by paper</caption>'
        f'<thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">page</th>{head}'
        '<th role="columnheader" scope="col">verdict</th></tr></thead>'
        f'<tbody role="rowgroup">{lines}</tbody></table>' + "".join(paper(link[p], tables[p]) for p in tables)
    )


def paper(link: str, table: Table) -> str:
    """The claims of one paper; the book's own additions stay on its page."""
    names = ("claim", "measured", "must be", "found")
    head = "".join(f'<th role="columnheader" scope="col">{name}</th>' for name in names)
    lines = "".join(
        f'<tr role="row" data-kind="{row.kind}">'
        + "".join(
            f'<td role="cell" data-name="{name}">{escape(text)}</td>'
            for name, text in zip(names, (row.claim, row.measured, row.must_be, row.verdict), strict=True)
        )
        + "</tr>"
        for row in table.rows
        if not row.own
    )
    return (
        f'<p class="claims-of">{link}</p>'
        f'<table class="claims" role="table"><caption>{escape(table.title)}</caption>'
        f'<thead role="rowgroup"><tr role="row">{head}</tr></thead>'
        f'<tbody role="rowgroup">{lines}</tbody></table>'
    )


def measured(app, docname: str, place):
    """The measured number of the one claim that begins so, as a link to its table."""
    lab, words = place["lab"], place["words"]
    table = table_in(glued(app.env, lab)) if lab in app.env.titles else None
    found = [row for row in table.rows if LEAD.sub("", row.claim).startswith(words)] if table else []
    if len(found) != 1 or not found[0].measured:
        missing(f"measured: {len(found)} claims of {lab} with a number begin {words!r}", place)
        return nodes.inline("", "(not run)" if table is None else f"({words!r}?)")
    address = f"{app.builder.get_relative_uri(docname, lab)}#{TABLE}"
    return nodes.reference("", found[0].measured, refuri=address, internal=True, classes=["measured"])


def setup(app):
    app.add_directive("lab-card", LabCard)
    app.add_directive("all-claims", AllClaims)
    app.add_role("measured", Measured())
    app.add_node(lab_place)
    app.add_node(measured_place)
    app.connect("doctree-resolved", fill)
