"""Every page of the built book, at two widths."""

import pytest
from booktools import ROOT, assert_page_is_sound, pages_of

pytestmark = pytest.mark.pages


def test_every_chapter_has_a_page(book_html):
    chapters = [path.relative_to(ROOT).with_suffix(".html") for path in (ROOT / "chapters").rglob("*.md")]
    assert chapters
    assert {path.as_posix() for path in chapters} <= set(pages_of(book_html))


@pytest.mark.parametrize("width", [1280, 390])
def test_every_page_is_sound(book_html, book, visit, width, subtests):
    for name in pages_of(book_html):
        with subtests.test(name):
            page, problems = visit(f"{book}/{name}", width)
            assert_page_is_sound(page, problems, width)
            page.close()
