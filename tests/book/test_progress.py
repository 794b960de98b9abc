"""What was read and answered is marked in the contents, kept in the browser only, cleared by one button."""

import json

import pytest
from booktools import axe_faults, screenshot

PAGE, OTHER = "/chapters/exercises.html", "/chapters/quiz.html"
STORED = "localStorage.getItem('relulab:progress')"


@pytest.fixture
def page(fixture_book, visit):
    page, problems = visit(fixture_book + PAGE, 1280)
    yield page
    assert problems == []


def mark(page, title):
    """The mark beside a page in the contents, in words."""
    link = page.locator(".bd-links a", has_text=title)
    return link.locator(".progress-mark").text_content() if link.locator(".progress-mark").count() else ""


def answer(page, number, text):
    page.locator(f"form[data-exercise='{number}'] input[type=text]").fill(text)
    page.locator(f"form[data-exercise='{number}'] button").click()


def to_the_end(page):
    page.locator(".prev-next-footer").scroll_into_view_if_needed()


def test_a_new_reader_has_no_marks(page):
    assert page.locator(".progress-mark").count() == 0
    assert not page.get_by_role("button", name="Clear my progress").is_visible()
    assert page.evaluate(STORED) is None


def test_what_is_answered_right_counts_once(page, fixture_book):
    answer(page, "1.1", "6")
    assert mark(page, "The exercises") == ""
    answer(page, "1.1", "2")
    answer(page, "1.1", "2.0")
    assert mark(page, "The exercises") == " (1 of 4 answered)"
    page.goto(fixture_book + OTHER)
    page.get_by_label("abs is not a number").check()
    assert mark(page, "The quiz") == ""
    page.locator(".quiz-right label").first.click()
    assert mark(page, "The quiz") == " (1 of 3 answered)"
    assert mark(page, "The exercises") == " (1 of 4 answered)"
    assert page.get_by_role("link", name="The exercises (1 of 4 answered)").count() == 1
    page.goto(fixture_book + PAGE)
    assert (
        page.locator("form[data-exercise='1.1'] [role=status]").inner_text() == "You have answered this one."
    )


def test_the_end_of_a_page_is_what_was_read(page):
    page.wait_for_timeout(1800)
    assert mark(page, "The exercises") == ""
    to_the_end(page)
    page.locator(".progress-mark").wait_for()
    assert mark(page, "The exercises") == " (read)"
    answer(page, "3.1", "0, 50")
    assert mark(page, "The exercises") == " (read, 1 of 4 answered)"
    screenshot(page.locator(".bd-sidebar-primary"), "progress")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.locator(f"html[data-theme={scheme}]").wait_for()
        assert axe_faults(page) == []


def test_one_button_clears_all(page):
    answer(page, "1.1", "2")
    page.get_by_role("button", name="Clear my progress").press("Enter")
    assert page.locator(".progress-mark").count() == 0
    assert page.evaluate(STORED) is None
    assert page.locator(".progress-clear").get_by_role("status").inner_text() == "Cleared."
    assert page.evaluate("document.activeElement.closest('.progress-clear') !== null")


@pytest.mark.parametrize(
    "stored", ["{", "null", "7", '{"chapters/exercises.html": 3}', '{"a": {"answered": "x"}}']
)
def test_what_others_left_in_the_storage_is_no_fault(page, stored):
    page.evaluate("stored => localStorage.setItem('relulab:progress', stored)", stored)
    page.reload()
    answer(page, "1.1", "2")
    assert mark(page, "The exercises") == " (1 of 4 answered)"


def test_it_works_where_storage_is_forbidden(fixture_book, blank):
    page, problems = blank(1280)
    page.add_init_script(
        "Object.defineProperty(Storage.prototype, 'getItem', { value() { throw new DOMException('no') } });"
        "Object.defineProperty(Storage.prototype, 'setItem', { value() { throw new DOMException('no') } });"
    )
    page.goto(fixture_book + PAGE)
    answer(page, "1.1", "2")
    assert mark(page, "The exercises") == " (1 of 4 answered)"
    assert [problem for problem in problems if "progress" in problem or "answers" in problem] == []


def test_it_works_from_files(fixture_html, visit):
    page, problems = visit((fixture_html / "chapters" / "exercises.html").as_uri(), 1280)
    answer(page, "1.1", "2")
    page.goto((fixture_html / "chapters" / "quiz.html").as_uri())
    assert mark(page, "The exercises") == " (1 of 4 answered)"
    assert list(json.loads(page.evaluate(STORED))) == ["chapters/exercises.html"]
    assert problems == []


def test_nothing_leaves_the_page(page):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    answer(page, "1.1", "2")
    to_the_end(page)
    page.locator(".progress-mark").wait_for()
    assert asked == []
