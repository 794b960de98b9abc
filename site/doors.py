"""The line under the book's title that leads to the paper, the repository, the notebook and the PDF."""

import shutil
from html import escape
from pathlib import Path

from docutils import nodes
from notebooks import ARCHIVE
from repository import github_address

PAPER = "https://arxiv.org/abs/2209.15265"
PRINTED = "relulab.pdf"
PDF = f'<li><a href="../{PRINTED}">PDF</a></li>'
NO_PDF_YET = f"<!-- {PDF} -->"


def add_doors(app, doctree, docname):
    title = next(iter(doctree.findall(nodes.title)), None)
    if docname != app.config.root_doc or title is None:
        return
    doors = {"Paper": PAPER}
    if repository := github_address(app.config.html_theme_options.get("repository_url", "")):
        doors["Repository"] = repository
    if "kernelspec" in app.env.metadata.get(docname, {}):
        doors["Notebook"] = f"../_sources/{docname}.ipynb"
        doors["All notebooks"] = f"../{ARCHIVE}"
    items = [f'<li><a href="{escape(address)}">{name}</a></li>' for name, address in doors.items()]
    line = f'<ul class="doors" aria-label="Elsewhere">{"".join(items)}{NO_PDF_YET}</ul>'
    title.parent.insert(title.parent.index(title) + 1, nodes.raw("", line, format="html"))


def say_title_once(app, pagename, templatename, context, doctree):
    """The first page has the book's title; a browser's tab would show it twice."""
    if pagename == app.config.root_doc:
        context["docstitle"] = ""


def open_pdf_door(pdf: Path, html: Path, page: str) -> None:
    """Put the printed book beside its pages, and the link to it on the first of them."""
    shutil.copy(pdf, html / PRINTED)
    path = html / page
    path.write_text(path.read_text("utf-8").replace(NO_PDF_YET, PDF), "utf-8")


def setup(app):
    app.connect("doctree-resolved", add_doors)
    app.connect("html-page-context", say_title_once)
