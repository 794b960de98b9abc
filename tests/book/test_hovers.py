"""Links to terms, theorems, equations and references show their target's text, by mouse and by keyboard."""

import pytest
from booktools import axe_faults, screenshot
from bs4 import BeautifulSoup
from hovers import texts_on
from notebooks import plain

PAGE = "/chapters/links.html"


@pytest.fixture(params=["server", "files"])
def page(fixture_book, fixture_html, visit, request):
    url = fixture_book + PAGE if request.param == "server" else (fixture_html / PAGE.lstrip("/")).as_uri()
    page, problems = visit(url, 1280)
    yield page
    assert problems == []


def link(page, name):
    return page.locator("article section > p").first.get_by_role("link", name=name)


def box(page):
    return page.get_by_role("tooltip")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("block", "of one pattern."),
        ("plants", "Data labeled by known neurons."),
        ("Theorem 1", "something holds with a probability that tends to one."),
        ("(1)", "(1)"),
        ("2025", "neural isometry and phase transitions"),
        ("q j: notation", "a letter,"),
    ],
)
def test_pointing_shows_the_target(page, name, text):
    link(page, name).hover()
    box(page).wait_for()
    assert text in box(page).inner_text()
    assert link(page, name).get_attribute("aria-describedby") == "hover-text"
    assert not link(page, name).get_attribute("title")
    assert box(page).locator("a, button, [id]").count() == 0
    if "A_j" in box(page).inner_html() or name in ("(1)", "block", "Theorem 1"):
        box(page).locator("mjx-container").first.wait_for()
        assert box(page).locator("mjx-merror").count() == 0
    edges = box(page).bounding_box()
    assert edges["x"] >= 0
    assert edges["x"] + edges["width"] <= 1280
    page.mouse.move(5, 700)
    box(page).wait_for(state="hidden")
    assert link(page, name).get_attribute("aria-describedby") is None


def test_the_pointer_can_move_into_the_text_and_escape_closes_it(page):
    link(page, "block").hover()
    box(page).wait_for()
    box(page).hover()
    page.wait_for_timeout(400)
    assert box(page).is_visible()
    page.keyboard.press("Escape")
    assert not box(page).is_visible()


def test_the_keyboard_shows_and_leaves_it(page):
    link(page, "block").focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    box(page).wait_for()
    assert "of one pattern." in box(page).inner_text()
    page.keyboard.press("Tab")
    page.wait_for_function("document.querySelector('#hover-text').textContent.includes('known neurons')")
    page.keyboard.press("Escape")
    assert not box(page).is_visible()


def test_other_links_are_links(page):
    link(page, "only a link").hover()
    page.wait_for_timeout(500)
    assert not box(page).is_visible()
    link(page, "Theorem 1").click()
    page.wait_for_url("**/elements.html#a-theorem")


def test_the_box_is_open_to_everybody(fixture_book, visit):
    page, problems = visit(fixture_book + PAGE, 390)
    link(page, "2025").hover()
    box(page).wait_for()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.locator(f"html[data-theme={scheme}]").wait_for()
        assert axe_faults(page) == []
        screenshot(page.locator("article"), f"hover-{scheme}")
    assert page.evaluate("document.scrollingElement.scrollWidth <= window.innerWidth")
    assert problems == []


def test_the_texts_are_asked_for_when_needed(fixture_book, visit):
    page, problems = visit(fixture_book + PAGE, 1280)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    link(page, "block").hover()
    box(page).wait_for()
    link(page, "plants").hover()
    page.wait_for_function("document.querySelector('#hover-text').textContent.includes('known neurons')")
    assert [url for url in asked if "hover-texts" in url] == [f"{fixture_book}/_static/hover-texts.js"]
    assert problems == []


def test_without_the_texts_a_link_is_a_link(fixture_book, blank):
    page, _ = blank(1280)
    page.route("**/hover-texts.js", lambda route: route.abort())
    faults = []
    page.on("pageerror", lambda fault: faults.append(fault))
    page.goto(fixture_book + PAGE)
    link(page, "block").hover()
    page.wait_for_timeout(500)
    assert not box(page).is_visible()
    assert faults == []


def test_words_that_share_a_meaning_both_show_it():
    html = '<dl class="glossary"><dt id="a">one</dt><dt id="b">two</dt><dd>Same.</dd></dl>'
    texts = texts_on(BeautifulSoup(html, "html.parser"), "p.html")
    assert texts == {
        "p.html#a": "<strong>one</strong><div>Same.</div>",
        "p.html#b": "<strong>two</strong><div>Same.</div>",
    }


def test_in_a_notebook_a_letter_is_a_letter():
    text = "Let [$D_j$](#notation-pattern) be; [$q$]{#notation-q} [is](#notation-q) not $[x](y)$."
    assert plain(text, {}, {}) == "Let $D_j$ be; $q$ [is](#notation-q) not $[x](y)$."


def test_in_a_notebook_what_is_for_the_scriptless_is_a_sentence():
    text = "[Without JavaScript you see {numref}`fig` alone.]{.without-js} [A link](b.md){.else}"
    said = plain(text, {}, {"fig": "Fig. 1"})
    assert said.startswith("Without JavaScript you see Fig. 1 alone. [A link](b.md)")
