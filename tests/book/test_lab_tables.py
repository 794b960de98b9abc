"""What the pages on the labs take from the labs: pictures, verdicts, claims, numbers."""

import json
from types import SimpleNamespace

import lab_tables
import pytest
from booktools import ROOT, axe_faults, build, make_book, screenshot
from bs4 import BeautifulSoup

import relulab as rl

COUNTS = "3 claims tested: 1 as stated, 1 with a condition, 1 not seen here."


def read(html, page):
    return BeautifulSoup((html / "chapters" / page).read_text("utf-8"), "html.parser")


def test_a_card_has_picture_title_verdict_and_words(fixture_html):
    card = read(fixture_html, "labs.html").select_one(".lab-cards > .lab-card")
    picture = card.img
    assert picture["alt"] == 'A line that rises from "zero" to one.'
    file = (fixture_html / "chapters" / picture["src"]).resolve()
    assert file.read_bytes().lstrip().startswith(b"<?xml")
    assert file.stat().st_size < 60_000
    assert card.select_one(".lab-title a").get_text() == "Halves & doubles"
    assert card.select_one(".lab-title a")["href"] == "lab.html"
    assert card.select_one(".lab-verdict").get_text() == f"holds in part {COUNTS}"
    assert card.select_one(".lab-words a")["href"] == "links.html"


def test_all_claims_of_the_paper_are_listed_and_none_of_the_books_own(fixture_html):
    page = read(fixture_html, "labs.html")
    assert "4 claims of 1 paper: 1 as stated, 1 with a condition, 1 not seen here, 1 not tested." in page.text
    counts, listed = page.select("table.claims")
    assert [cell.text for cell in counts.select("tbody td")] == ["1", "1", "1", "1", "holds in part"]
    assert counts.select_one("tbody a")["href"] == "lab.html#table-of-claims"
    rows = [[cell.text for cell in row.select("td")] for row in listed.select("tbody tr")]
    assert rows == [
        ["A half is < one.", "0.5", "at most 1", "holds"],
        ["... and a third, too.", "0.333", "at most 1", "holds if one divides"],
        ["Quarters are rare.", "4", "at least 4", "not at all"],
        ["Halves of nothing.", "", "", "not tested"],
    ]


def test_a_number_is_the_pages_and_leads_to_its_table(fixture_html):
    links = read(fixture_html, "labs.html").select("a.measured")
    assert [(link.text, link["href"]) for link in links] == [
        ("0.5", "lab.html#table-of-claims"),
        ("2", "lab.html#table-of-claims"),
    ]
    assert read(fixture_html, "lab.html").select_one("table#table-of-claims.claims")


@pytest.mark.parametrize(
    ("width", "scheme"), [(1280, "light"), (390, "light"), (1280, "dark"), (320, "dark")]
)
def test_the_page_of_cards_is_sound(fixture_book, visit, width, scheme):
    page, problems = visit(f"{fixture_book}/chapters/labs.html", width, scheme)
    image = page.locator("img.lab-picture")
    assert image.evaluate("image => image.complete && image.naturalWidth > 0")
    assert page.evaluate("document.scrollingElement.scrollWidth <= window.innerWidth")
    assert axe_faults(page, "article") == []
    screenshot(page.locator("article"), f"labs-{width}-{scheme}")
    assert problems == []


def small_book(tmp_path, words):
    source = tmp_path / "source"
    (source / "chapters").mkdir(parents=True)
    (source / "_toc.yml").write_text(
        "format: jb-book\nroot: chapters/index\nchapters:\n  - file: chapters/lab\n"
    )
    lab = ROOT / "tests" / "book" / "fixture" / "chapters" / "lab.md"
    (source / "chapters" / "lab.md").write_text(lab.read_text("utf-8"), "utf-8")
    (source / "chapters" / "index.md").write_text(f"# First\n\n{words}\n")
    return make_book(tmp_path / "book", source)


def test_what_is_not_there_fails_the_build(tmp_path):
    words = (
        "See {measured}`lab: No such claim`, {measured}`lab: Halves of`.\n\n"
        "```{lab-card} nowhere\nWords.\n```"
    )
    result = build(small_book(tmp_path, words))
    assert result.returncode != 0
    for fault in (
        "0 claims of chapters/lab with a number begin 'No such claim'",
        "0 claims of chapters/lab with a number begin 'Halves of'",
        "there is no page chapters/nowhere",
    ):
        assert fault in result.stdout + result.stderr


def test_a_draft_says_what_was_not_run_though_an_older_build_left_it(tmp_path, monkeypatch):
    words = "```{lab-card} lab\nWords.\n```\n\nA half is {measured}`lab: A half is`.\n\n```{all-claims}\n```"
    book = small_book(tmp_path, words)
    whole = build(book)
    assert whole.returncode == 0, whole.stdout + whole.stderr
    assert "A half is 0.5." in read(book / "_build" / "html", "index.html").text
    lab = book / "chapters" / "lab.md"
    lab.write_text(lab.read_text("utf-8").replace("1 / 2, high", "1 / 4, high"), "utf-8")
    again = build(book)  # the page with the number is not read again, but written
    assert again.returncode == 0, again.stdout + again.stderr
    assert "A half is 0.25." in read(book / "_build" / "html", "index.html").text
    monkeypatch.setenv("ONLY", "index")
    draft = build(book)
    assert draft.returncode == 0, draft.stdout + draft.stderr
    text = read(book / "_build" / "html", "index.html").text
    assert "This page was not run in this draft." in text
    assert "A half is (not run)." in text
    assert "The pages with claims were not run in this draft." in text


def test_the_words_of_a_claim_without_its_lead():
    begins = {
        "... and a third.": "and a third.",
        "(Our addition) But not here.": "But not here.",
        "(Proved above) It is so.": "It is so.",
        "(... down to little.)": "down to little.)",
        "(By qubits.)": "By qubits.)",
        "Plain (with more).": "Plain (with more).",
    }
    for claim, words in begins.items():
        assert lab_tables.LEAD.sub("", claim) == words


def test_a_table_is_read_as_it_was_written():
    claims = rl.labs.Claims("On <letters> & numbers")
    claims.add("a < b & c", 'by "eye"', [1.0, 2.0], low=1)
    claims.report("(Aside.)", "d", "some", verdict="reported, not asserted")
    data = json.loads(json.dumps({"claims": {"text/html": claims._repr_html_()}}))
    table = lab_tables.table_in(data)
    assert (table.title, table.verdict) == ("On <letters> & numbers", "holds")
    assert [row[:5] for row in table.rows] == [row.cells for row in claims.rows]
    assert [(row.kind, row.own) for row in table.rows] == [("holds", False), ("reported", True)]
    assert lab_tables.table_in({}) is None
    assert lab_tables.picture_in({"picture": {"text/html": "<img alt='x'>"}}) is None


def test_one_claim_is_said_in_the_singular():
    table = SimpleNamespace(counts={"holds": 1, "holds if": 0, "not seen here": 0})
    assert lab_tables.counted(table) == "1 claim tested: 1 as stated."
