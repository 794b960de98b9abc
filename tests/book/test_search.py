"""The search finds words, and only words."""

import pytest


@pytest.fixture
def search(fixture_book, visit):
    """`search(query)` gives what the page of results says, and the page; a page error fails."""
    found = []

    def search(query):
        page, problems = visit(f"{fixture_book}/search.html?q={query}", 1280)
        found.append(problems)
        page.wait_for_function(
            "document.querySelector('#search-results h2')?.textContent === 'Search Results'"
        )
        return page.locator("#search-results").inner_text(), page

    yield search
    assert not any(found)


@pytest.mark.parametrize("word", ["constructor", "__proto__"])
def test_what_objects_inherit_is_not_in_the_book(search, word):
    assert "did not match any documents" in search(word)[0]


def test_an_excerpt_is_of_the_text_and_the_query_is_seen(search):
    text, page = search("widget")
    assert "found" in text
    assert ".ipynb" not in text
    field = page.locator(".bd-search input:visible").first
    icon = page.locator(".bd-search i:visible, .bd-search svg:visible").first.bounding_box()
    padding = field.evaluate("field => parseFloat(getComputedStyle(field).paddingLeft)")
    assert icon["x"] + icon["width"] <= field.bounding_box()["x"] + padding
