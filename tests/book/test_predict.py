"""Guess first: a reader draws or sets a guess over covered axes, and sees it with the truth."""

import json
import re
from io import StringIO

import numpy as np
import pytest
from booktools import axe_faults, screenshot
from matplotlib.figure import Figure
from predict import veiled

import relulab as rl

PAGE = "chapters/predict.html"


@pytest.fixture(params=["server", "files"])
def page(fixture_book, fixture_html, visit, request):
    base = fixture_book if request.param == "server" else fixture_html.as_uri()
    page, problems = visit(f"{base}/{PAGE}", 1280)
    yield page
    assert problems == []


class Question:
    """A question of the fixture's page: its box, its figure, the axes over which a guess is drawn."""

    def __init__(self, page, name):
        self.page = page
        self.box = page.locator(f"[data-predict=fig-guess-{name}]")
        self.figure = page.locator(f"#fig-guess-{name}")
        self.axes = self.figure.locator("svg.veil")
        self.handles = self.figure.get_by_role("slider")
        self.button = self.box.get_by_role("button")

    def draw(self, *spots):
        """Through these places, in shares of the axes, from the left and from below."""
        self.axes.scroll_into_view_if_needed()
        box = self.axes.bounding_box()
        for k, (x, y) in enumerate(spots):
            self.page.mouse.move(box["x"] + x * box["width"], box["y"] + (1 - y) * box["height"])
            if k == 0:
                self.page.mouse.down()
        self.page.mouse.up()

    def guesses(self):
        return [float(handle.get_attribute("aria-valuenow")) for handle in self.handles.all()]

    def said(self):
        return self.box.get_by_role("status").inner_text()


def test_a_curve_is_drawn_in_one_stroke(page):
    curve = Question(page, "curve")
    assert curve.handles.count() == 6
    assert curve.button.inner_text() == "Show it without a guess"
    assert curve.axes.locator(".veil-cover").is_visible()
    curve.draw((0, 0), (1, 0.9))  # what lies between is drawn, too
    np.testing.assert_allclose(curve.guesses(), np.linspace(0, 9, 6), atol=0.1)
    curve.button.click()
    assert not curve.axes.locator(".veil-cover").is_visible()
    told = curve.said()
    t = np.linspace(0, 3, 31)
    assert float(re.search(r"misses the truth by (.*) \(value\)", told)[1]) == pytest.approx(
        (3 * t - t**2).mean(), abs=0.06
    )
    assert "above the truth at t = 1.5." in told
    assert curve.button.inner_text() == "Guess again"
    curve.button.click()
    assert curve.said() == ""
    assert curve.guesses() == [5] * 6


def test_a_good_curve_is_called_close(page):
    curve = Question(page, "curve")
    curve.draw(*((x, 0.9 * x**2) for x in np.linspace(0, 1, 30)))
    curve.button.click()
    assert curve.said().endswith("Close. Dashed: your guess. Solid: the truth.")


def test_a_place_on_a_logarithmic_axis_is_set(page):
    place = Question(page, "place")
    place.draw((0.2, 0.3), (0.5, 0.6))
    assert place.guesses() == pytest.approx([10], rel=0.02)
    place.button.click()
    assert place.said().startswith("Your guess is 10, the truth 16 (samples n).")


def test_the_guess_lies_where_the_axes_are_drawn(page):
    """The truth that the page draws covers the line in the picture, by the picture's pixels."""
    height = Question(page, "height")
    height.button.click()
    truth = height.axes.locator(".veil-truth").bounding_box()
    line = (
        height.figure.locator("img").evaluate(
            """image => {
            const canvas = document.createElement("canvas");
            canvas.width = image.naturalWidth * 4;
            canvas.height = image.naturalHeight * 4;
            const context = canvas.getContext("2d");
            context.drawImage(image, 0, 0, canvas.width, canvas.height);
            const { data } = context.getImageData(canvas.width / 2, 0, 1, canvas.height);
            const rows = [...Array(canvas.height).keys()]
                .filter(row => data[4 * row + 2] - data[4 * row] > 100);
            const box = image.getBoundingClientRect();
            return box.top + box.height * (rows[0] + rows.at(-1) + 1) / 2 / canvas.height;
        }"""
        )
        if page.url.startswith("http")
        else truth["y"] + truth["height"] / 2
    )  # a file's pixels cannot be read
    assert truth["y"] + truth["height"] / 2 == pytest.approx(line, abs=1)


def test_the_keyboard_is_enough(page):
    height = Question(page, "height")
    height.button.focus()
    page.keyboard.press("Tab")
    handle = height.handles.first
    assert handle.evaluate("handle => handle === document.activeElement")
    for key, value in (
        ("ArrowUp", 0.52),
        ("Shift+ArrowUp", 0.62),
        ("End", 1),
        ("PageDown", 0.9),
        ("ArrowLeft", 0.88),
    ):
        page.keyboard.press(key)
        assert height.guesses() == pytest.approx([value])
    assert handle.get_attribute("aria-valuetext") == "0.88"
    assert handle.get_attribute("aria-label") == "Your guess, height"
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    assert height.said().startswith("Your guess is 0.88, the truth 0.75 (height).")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('role')") != "slider"


def test_the_alt_text_waits_for_the_guess(page):
    place = Question(page, "place")
    image = place.figure.locator("img")
    assert image.get_attribute("alt") == "Axes, empty until you have guessed: share over samples n."
    place.button.click()
    assert image.get_attribute("alt").startswith("A step from zero to one at sixteen")
    assert place.said() == "Shown without a guess."


def test_print_and_a_page_without_scripts_show_the_figure(page, browser):
    page.emulate_media(media="print")
    for name in ("curve", "place", "height"):
        assert not Question(page, name).axes.is_visible()
        assert not Question(page, name).box.is_visible()
        assert Question(page, name).figure.locator("img").is_visible()
    with browser.new_context(java_script_enabled=False) as context:
        bare = context.new_page()
        bare.goto(page.url)
        assert bare.locator("svg.veil").count() == 0
        assert not Question(bare, "curve").box.is_visible()
        assert bare.locator("#fig-guess-curve img").get_attribute("alt").startswith("A parabola")


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark"), (320, "light")])
def test_it_is_open_to_everybody(fixture_book, visit, width, scheme):
    page, problems = visit(f"{fixture_book}/{PAGE}", width, scheme)
    curve = Question(page, "curve")
    curve.draw((0.1, 0.2), (0.9, 0.7))
    for state in ("asked", "shown"):
        assert axe_faults(page) == []
        screenshot(page.locator("article"), f"predict-{state}-{scheme}-{width}")
        curve.button.click()
    assert page.evaluate("document.scrollingElement.scrollWidth <= window.innerWidth")
    frame, picture = curve.axes.bounding_box(), curve.figure.locator("img").bounding_box()
    known = json.loads(curve.box.get_attribute("data-veil"))
    assert (frame["x"] - picture["x"]) / picture["width"] == pytest.approx(known["box"][0], abs=0.01)
    assert frame["height"] / picture["height"] == pytest.approx(known["box"][3], abs=0.01)
    assert problems == []


def test_a_finger_draws_and_does_not_scroll(fixture_book, browser):
    with browser.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    ) as context:
        page = context.new_page()
        page.goto(f"{fixture_book}/{PAGE}")
        height = Question(page, "height")
        height.axes.scroll_into_view_if_needed()
        box = height.axes.bounding_box()
        height.axes.tap(position={"x": box["width"] / 3, "y": box["height"] / 10})
        assert height.guesses() == pytest.approx([0.9], abs=0.02)
        assert height.axes.evaluate("axes => getComputedStyle(axes).touchAction") == "none"
        height.button.tap()
        assert height.axes.evaluate("axes => getComputedStyle(axes).pointerEvents") == "none"


def test_colors_that_the_reader_has_forced_leave_the_lines_apart(fixture_book, browser):
    with browser.new_context(forced_colors="active") as context:
        page = context.new_page()
        page.goto(f"{fixture_book}/{PAGE}")
        place = Question(page, "place")
        place.draw((0.3, 0.5))
        place.button.click()
        looks = "line => [getComputedStyle(line).stroke, getComputedStyle(line).strokeDasharray]"
        guess, truth = (place.axes.locator(f".veil-{name}").evaluate(looks) for name in ("guess", "truth"))
        assert guess[0] != truth[0]
        assert guess[1] != truth[1] == "none"


def test_what_a_figure_holds():
    ax = Figure((4, 3)).subplots()
    ax.set(xlabel='a "<" & b', ylabel="it's", xlim=(0, 2), ylim=(1, 3))
    rl.plots.veil(ax, y=2)
    file = StringIO()
    ax.figure.savefig(file, format="svg")
    known = veiled(file.getvalue())
    assert known["names"] == {"x": 'a "<" & b', "y": "it's"}
    assert (known["kind"], known["truth"], known["limits"]["y"]) == ("y", 2, [1, 3])
    np.testing.assert_allclose(known["box"], [0.125, 0.12, 0.775, 0.77], atol=1e-4)
    assert veiled("<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 1 1'/>") is None
