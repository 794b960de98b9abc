"""The line under the title of the first page, and the title in the browser's tab."""

import doors
import pytest
from booktools import axe_faults
from bs4 import BeautifulSoup
from docutils import nodes


class App:
    """What of Sphinx's application the line asks for."""

    def __init__(self, repository, kernel=True):
        self.config = type("Config", (), {"root_doc": "chapters/index"})
        self.config.html_theme_options = {"repository_url": repository}
        self.env = type("Env", (), {"metadata": {"chapters/index": {"kernelspec": {}} if kernel else {}}})


def line(app, docname="chapters/index"):
    section = nodes.section("", nodes.title("", "A book"), nodes.paragraph("", "Text."))
    document = nodes.Element("", section)
    doors.add_doors(app, document, docname)
    return section[1].astext() if len(section) > 2 else None


def addresses(html):
    return {link.text: link["href"] for link in BeautifulSoup(html, "html.parser").select("a")}


def test_the_repository_is_there_when_the_book_has_one():
    notebook = {
        "Notebook": "../_sources/chapters/index.ipynb",
        "All notebooks": "../relulab-notebooks.zip",
    }
    assert addresses(line(App(""))) == {"Paper": doors.PAPER} | notebook
    found = addresses(line(App("git@github.com:me/book.git")))
    assert found == {"Paper": doors.PAPER, "Repository": "https://github.com/me/book"} | notebook
    assert list(addresses(line(App("", kernel=False)))) == ["Paper"]
    assert line(App(""), "chapters/other") is None


def test_the_pdf_is_linked_once_it_is_there(tmp_path):
    html, pdf = tmp_path / "html", tmp_path / "book.pdf"
    (html / "chapters").mkdir(parents=True)
    page = html / "chapters" / "index.html"
    page.write_text(line(App("")))
    pdf.write_bytes(b"%PDF")
    assert "PDF" not in addresses(page.read_text())
    for _ in range(2):  # printing twice does no harm
        doors.open_pdf_door(pdf, html, "chapters/index.html")
        assert addresses(page.read_text())["PDF"] == "../relulab.pdf"
        assert page.read_text().count("<li>") == 4
    assert (html / "relulab.pdf").read_bytes() == b"%PDF"


@pytest.mark.parametrize("width", [1280, 320])
def test_on_the_first_page(fixture_html, fixture_book, visit, width):
    page, problems = visit(f"{fixture_book}/chapters/index.html", width)
    found = page.locator("article h1 + .doors")
    assert found.locator("a").all_inner_texts()[0] == "Paper"
    assert "PDF" not in found.inner_text()
    assert page.title().startswith(page.locator("article h1").inner_text().rstrip("#"))
    assert page.title().count("A small book") == 1
    other = BeautifulSoup((fixture_html / "chapters" / "links.html").read_text(), "html.parser")
    assert not other.select(".doors")
    assert "—" in other.title.text
    assert axe_faults(page, ".doors") == []
    assert problems == []
