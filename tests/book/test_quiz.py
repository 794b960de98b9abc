"""The quiz on a built page: with the mouse, by keyboard, without a script, in print; and as text."""

import pytest
from booktools import FIXTURE
from quiz import as_markdown, questions

PAGE = "/chapters/quiz.html"
BODY = (FIXTURE / "chapters" / "quiz.md").read_text().split("```{quiz}\n")[1].split("```")[0]


def shown(page):
    return [reason.inner_text() for reason in page.locator(".quiz-reason p").all() if reason.is_visible()]


@pytest.fixture(params=[1280, 390])
def page(fixture_book, visit, request):
    page, problems = visit(fixture_book + PAGE, request.param)
    yield page
    assert problems == []


def test_the_chosen_answer_says_why(page):
    assert shown(page) == []
    page.get_by_label("abs is not a number").check()
    assert shown(page) == ["No. It is a function, and this is its value."]
    page.locator(".quiz").first.locator(".quiz-right label").first.click()
    (reason,) = shown(page)
    assert reason.startswith("Right. It is the distance from 0")
    page.get_by_label("The number of nonzero entries.").check()
    page.get_by_label("No.", exact=True).check()
    assert len(shown(page)) == 3
    page.get_by_role("button", name="Start over").first.click()
    assert shown(page) == ["No. Count again."]


def test_mathematics_is_set_in_every_place(page):
    for selector in ("legend", "label", ".quiz-reason"):
        assert page.locator(f".quiz {selector} mjx-container").count(), selector
    assert page.evaluate("document.scrollingElement.scrollWidth <= window.innerWidth")


def test_the_keyboard_is_enough(page):
    page.get_by_label("abs is not a number").focus()
    page.keyboard.press("ArrowUp")
    (reason,) = shown(page)
    assert reason.startswith("Right.")
    outline = "parseFloat(getComputedStyle(document.activeElement).outlineWidth)"
    assert page.evaluate(outline) >= 2
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    assert len(shown(page)) == 2
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert shown(page) == []


def test_a_screen_reader_finds_questions_choices_and_reasons(page):
    first = page.locator(".quiz fieldset").nth(1)
    assert page.get_by_role("group", name="2. Which of these is convex?").count() == 1
    assert first.get_by_role("radio").count() == 2
    assert first.get_by_role("status").count() == 2
    names = [radio.get_attribute("name") for radio in page.get_by_role("radio").all()]
    assert [names.count(name) for name in dict.fromkeys(names)] == [3, 2, 2]


def test_it_needs_no_script(fixture_book, browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(fixture_book + PAGE)
    page.locator(".quiz input").nth(1).check()
    assert len(shown(page)) == 1
    context.close()


def test_print_shows_the_right_answers(page):
    page.emulate_media(media="print")
    assert [text.partition(".")[0] for text in shown(page)] == ["Right"] * 3
    assert not page.get_by_role("button", name="Start over").first.is_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_reasons_can_be_read(page, theme):
    page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
    page.locator(".quiz input").nth(1).check()
    contrast = """p => {
        const parse = color => color.match(/[0-9.]+/g).slice(0, 3).map(Number);
        const light = color => {
            const [r, g, b] = parse(color).map(v => v / 255)
                .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
            return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
        };
        const pair = [getComputedStyle(p).color, getComputedStyle(document.body).backgroundColor].map(light);
        return Math.max(...pair) / Math.min(...pair);
    }"""
    assert page.locator(".quiz-reason p").nth(1).evaluate(contrast) >= 4.5


def test_as_text_the_answers_are_under_a_fold():
    text = as_markdown(BODY)
    question, _, answer = text.partition("<details>")
    assert "**1. What is $|-2|$?**" in question
    assert "- (b) $2$" in question
    assert "Right." not in question
    assert "- (b) Right. It is the distance from 0, and $\\|x\\| = |x|$ in one dimension." in answer
    assert text.count("<details>") == text.count("</details>") == len(questions(BODY)) == 2
