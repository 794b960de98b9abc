"""The widgets on the real pages, for a reader who asks for less motion."""

import pytest
from booktools import come_near_widgets
from explorer import Explorer

pytestmark = pytest.mark.pages

MOVING = """root => [root, ...root.querySelectorAll("*")].filter((element) => {
    const { animationName, transitionDuration } = getComputedStyle(element);
    return animationName !== "none" || transitionDuration.split(",").some((time) => parseFloat(time) > 0);
}).map((element) => element.outerHTML.slice(0, 80))"""


@pytest.fixture
def calm(book, browser):
    """`calm(page, widget)`: the first widget of that name on a page of the book, ready."""
    with browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce") as context:

        def calm(name, widget):
            page = context.new_page()
            page.goto(f"{book}/{name}")
            come_near_widgets(page)
            root = page.locator(f"[data-widget={widget}][data-ready=true]").first
            root.wait_for(timeout=60_000)
            root.scroll_into_view_if_needed()
            return page, root

        yield calm


def test_the_phase_explorer_fills_without_motion(calm):
    page, root = calm("chapters/part3/random-data.html", "phase-explorer")
    explorer = Explorer(page)
    explorer.set(trials=1, direction="smallest")
    explorer.press_run()
    page.wait_for_function("root => +root.dataset.computed > 0", arg=root.element_handle())
    assert root.evaluate(MOVING) == []
    explorer.wait("done")
    assert root.evaluate(MOVING) == []
    assert page.evaluate("document.getAnimations().length") == 0
    link = page.url.split("#")[0] + "#phase-explorer?n=10:40:10&d=5:10:5&trials=1"
    page.evaluate("scrollTo(0, 0)")
    page.evaluate("link => { location.href = link; }", link)
    explorer.wait("done")
    top = root.bounding_box()["y"]
    assert abs(top) < 200  # the link's widget is at the top, without a glide
    page.wait_for_timeout(300)
    assert root.bounding_box()["y"] == top


@pytest.mark.parametrize(
    ("name", "widget"),
    [
        ("chapters/part4/training.html", "training-player"),
        ("chapters/part3/linear-neuron.html", "isometry-explorer"),
        ("chapters/part2/arrangements.html", "arrangement-explorer"),
        ("chapters/part3/noise-and-clusters.html", "flipbook"),
    ],
)
def test_a_player_takes_one_step_where_less_motion_is_asked(calm, name, widget):
    page, root = calm(name, widget)
    assert root.evaluate(MOVING) == []
    button, slider = root.locator("[data-action=play]").first, root.locator("[data-control=index]").first
    at_rest = "([root, button]) => !button.disabled && !/ing$/.test(root.dataset.state)"
    page.wait_for_function(at_rest, arg=[root.element_handle(), button.element_handle()])
    assert button.inner_text() == "Next"
    slider.press("Home")
    button.click()
    page.wait_for_timeout(700)
    assert slider.input_value() == "1"
