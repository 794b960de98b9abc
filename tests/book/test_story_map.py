"""The line at the top of a chapter: all chapters of the first four parts are on it, and it leads on."""

import pytest
from booktools import ROOT, axe_faults, screenshot
from story_map import drawn, story_of

STORY = story_of(ROOT)
STEPS = ["signal", "weight decay", "patterns", "program", "certificate", "edge"]


def test_every_chapter_of_the_first_four_parts_has_its_place():
    chapters = (ROOT / "chapters").glob("part[1-4]/*.md")
    names = {path.relative_to(ROOT / "chapters").with_suffix("").as_posix() for path in chapters}
    assert set(STORY["chapters"]) == names
    assert list(STORY["steps"]) == STEPS
    assert set(STORY["steps"].values()) <= names
    assert {place["step"] for place in STORY["chapters"].values()} == set(STEPS)
    for step, chapter in STORY["steps"].items():
        assert STORY["chapters"][chapter]["step"] == step


def test_a_chapter_is_shown_where_it_stands():
    line = drawn(STORY, "part2/programs", lambda chapter: f"../{chapter}.html")
    assert line.count("aria-current") == 1
    assert '<strong aria-current="step">program</strong>' in line
    assert '<a href="../part3/random-data.html">edge</a>' in line


@pytest.mark.parametrize("width", [1280, 390])
def test_on_a_page_it_leads_on(fixture_book, visit, width):
    page, problems = visit(f"{fixture_book}/chapters/links.html", width)
    story = page.get_by_role("navigation", name="The story of the book")
    assert story.get_by_role("listitem").all_inner_texts() == ["elements", "links"]
    assert story.locator("p").inner_text().endswith("Links: where to go & why.")
    assert page.locator("article h1 + .story").count() == 1
    assert story.bounding_box()["height"] <= 120
    assert axe_faults(page, "article") == []
    screenshot(story, f"story-{width}")
    story.get_by_role("link", name="elements").click()
    page.wait_for_url("**/elements.html")
    assert page.locator(".story").count() == 0
    assert problems == []
