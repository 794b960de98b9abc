"""A small book with one of everything, in a browser: from a server, under a sub-path, from files."""

import pytest
from booktools import assert_page_is_sound, served

PAGES = ("index", "elements", "widgets", "first", "quiz", "exercises", "predict", "links", "lab", "labs")


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_sound(fixture_book, visit, name, width):
    page, problems = visit(f"{fixture_book}/chapters/{name}.html", width)
    assert_page_is_sound(page, problems, width)


def test_another_host_is_told_and_not_reached(blank):
    page, problems = blank(1280)
    page.set_content('<img src="http://example.org/a.png"><img src="http://192.0.2.1/b.png">')
    page.wait_for_load_state("networkidle")
    assert [one for one in problems if one.startswith("asks another host")] == [
        "asks another host: http://example.org/a.png",
        "asks another host: http://192.0.2.1/b.png",
    ]
    assert sum("ERR_NAME_NOT_RESOLVED" in one for one in problems) == 2


def test_the_root_leads_to_the_first_page(fixture_book, blank):
    page, problems = blank(1280)
    page.goto(fixture_book, wait_until="commit")
    page.wait_for_url("**/chapters/index.html", wait_until="networkidle")
    assert page.locator("article h1").inner_text().startswith("A small book")
    assert problems == []


def test_every_kind_of_element_is_there(fixture_book, visit):
    page, _ = visit(f"{fixture_book}/chapters/elements.html", 1280)
    for selector in (
        ".admonition.note",
        ".proof.theorem",
        "div.proof:not(.theorem)",
        ".exercise.admonition",
        ".solution.dropdown",
        "table",
        "a[href*='wang2025simplest'], .citation",
        "figure img[alt^='A curve']",
    ):
        assert page.locator(selector).count(), selector
    assert "The highest value drawn is 1.0." in page.locator("article").inner_text()


def test_the_map_of_statements_leads_to_them(fixture_book, visit):
    page, _ = visit(f"{fixture_book}/chapters/elements.html", 390)
    field = page.locator(".statement-map a")
    assert field.locator("title").text_content() == "Theorem 1, A theorem: cited"
    assert field.bounding_box()["height"] >= 20
    assert "A theorem. Cited, of the data alone; uses Wang" in page.locator(".statement-list").inner_text()
    field.click()
    page.wait_for_url("**/elements.html#a-theorem")


def test_a_solution_opens_when_asked(fixture_book, visit):
    page, _ = visit(f"{fixture_book}/chapters/elements.html", 390)
    answer = page.get_by_text("Each entry is its own square.")
    assert not answer.is_visible()
    page.locator(".solution button.toggle-button").click()
    answer.wait_for()


def test_wide_things_scroll_in_their_own_box(fixture_book, visit):
    page, _ = visit(f"{fixture_book}/chapters/elements.html", 390)
    table = ".pst-scrollable-table-container:has-text('ensemble')"
    for selector in ("div.math mjx-container", table):
        box = page.locator(selector)
        box.wait_for()
        assert box.evaluate(
            "box => box.scrollWidth > box.clientWidth && getComputedStyle(box).overflowX == 'auto'"
        )
        fades = "box => box.hasAttribute('data-more') == {}"
        page.wait_for_function(fades.format("true"), arg=box.element_handle())
        box.evaluate("box => (box.scrollLeft = box.scrollWidth)")
        page.wait_for_function(fades.format("false"), arg=box.element_handle())


def test_dark_pages_are_dark(fixture_book, visit):
    page, problems = visit(f"{fixture_book}/chapters/elements.html", 1280, color_scheme="dark")
    light = "getComputedStyle(document.body).%s.match(/[0-9.]+/g).slice(0, 3).reduce((a, b) => a + +b, 0)"
    assert page.evaluate(light % "backgroundColor") < 150
    assert page.evaluate(light % "color") > 450
    assert problems == []


def drive_the_linked_widgets(page):
    square = page.locator("output.square")
    square.wait_for()
    handle = page.locator(".noUi-handle").first
    handle.focus()
    before = square.inner_text()
    for _ in range(4):
        handle.press("ArrowRight")
    page.wait_for_function(
        "before => document.querySelector('output.square').textContent != before", arg=before
    )
    assert square.inner_text() == "16"
    assert page.locator(".widget-label mjx-container").count() == 1
    page.locator(".widget-play button").first.click()
    page.wait_for_function("document.querySelector('output.square').textContent == '81'")


def test_linked_widgets_are_alive_on_a_static_page(fixture_book, visit):
    page, problems = visit(f"{fixture_book}/chapters/widgets.html", 1280)
    drive_the_linked_widgets(page)
    assert problems == []


@pytest.mark.parametrize("place", ["file", "sub-path"])
def test_a_page_works_anywhere(fixture_html, visit, tmp_path, place):
    (tmp_path / "some").mkdir()
    (tmp_path / "some" / "book").symlink_to(fixture_html)
    with served(tmp_path) as url:
        base = fixture_html.as_uri() if place == "file" else f"{url}/some/book"
        page, problems = visit(f"{base}/chapters/widgets.html", 1280)
        drive_the_linked_widgets(page)
        assert_page_is_sound(page, problems, 1280)
