"""The built book's own solutions pass the checks that readers use."""

import pytest
from booktools import pages_of
from bs4 import BeautifulSoup

pytestmark = pytest.mark.pages

REFUSALS = ("Not yet:", "Not checked:", "No exercise '")


def test_solutions_are_right(book_html, subtests):
    checked = 0
    for name in pages_of(book_html):
        page = BeautifulSoup((book_html / name).read_text("utf-8"), "html.parser")
        said = [output.get_text() for output in page.select(".solution .output")]
        with subtests.test(name):
            assert [text for text in said if any(refusal in text for refusal in REFUSALS)] == []
        checked += sum("Right." in text for text in said)
    assert checked >= 30
