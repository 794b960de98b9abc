"""The flipbook on a built page, driven as a reader would, and what holds for all small widgets."""

import re

import pytest
from booktools import axe_faults, come_near_widgets, leave_alone, screenshot
from handling import PAGE, part, wait_for


@pytest.mark.parametrize("width", [1280, 390])
def test_a_flipbook_is_turned_by_slider_and_keys(opened, width):
    page, book = opened("flipbook", width)
    picture, slider = part(book, "picture"), book.locator("input[type=range]")
    assert picture.get_attribute("alt").startswith("A gate at angle 0.00: ")
    slider.focus()
    for key, index in (("ArrowRight", 1), ("ArrowRight", 2), ("End", 20), ("ArrowLeft", 19), ("Home", 0)):
        before = picture.get_attribute("src")
        slider.press(key)
        assert book.get_attribute("data-index") == str(index)
        assert picture.get_attribute("src") != before
        assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 300
        assert slider.get_attribute("aria-valuetext") == part(book, "label").inner_text()
        assert part(book, "live").text_content() == picture.get_attribute("alt")
    box = slider.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    assert book.get_attribute("data-index") == "10"
    assert part(book, "label").inner_text() == "angle 3.14159"
    on = [int(re.search(r": (\d+) of 24", text)[1]) for text in alts(book, slider, (0, 10, 20))]
    assert on == [on[0], 24 - on[0], on[0]]  # the opposite gate has the other points on
    assert page.evaluate("document.scrollingElement.scrollWidth <= window.innerWidth")


def alts(book, slider, indices):
    for index in indices:
        slider.fill(str(index))
        yield part(book, "picture").get_attribute("alt")


def test_a_flipbook_plays(opened):
    page, book = opened("flipbook")
    button = book.locator("[data-action=play]")
    button.click()
    wait_for(book, "+root.dataset.index >= 2")
    assert button.inner_text() == "Pause"
    button.click()
    index = book.get_attribute("data-index")
    page.wait_for_timeout(900)
    assert (book.get_attribute("data-index"), button.inner_text()) == (index, "Play")
    assert part(book, "live").text_content() == ""
    book.locator("input[type=range]").fill("19")
    button.press("Enter")
    wait_for(book, "root.dataset.index === '20'")
    assert button.inner_text() == "Play"


def test_a_flipbook_moves_by_steps_where_less_motion_is_asked(opened):
    page, book = opened("flipbook")
    page.emulate_media(reduced_motion="reduce")
    button = book.get_by_role("button", name="Next")
    for index in (1, 2):
        button.click()
        page.wait_for_timeout(500)
        assert book.get_attribute("data-index") == str(index)


def test_a_flipbooks_pictures_follow_the_theme(opened):
    page, book = opened("flipbook")
    source = "async image => (await fetch(image.src)).text()"
    assert "#1f2933" in part(book, "picture").evaluate(source)
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    wait_for(book, "getComputedStyle(root).getPropertyValue('--rw-blue') === '#4ba6e6'")
    page.wait_for_timeout(100)
    text = part(book, "picture").evaluate(source)
    assert "#1f2933" not in text
    assert "#e6e9ec" in text


# All of them

SLIDERS = {
    "flipbook": "index",
    "arrangement-explorer": "index",
    "training-player": "index",
    "isometry-explorer": "n",
    "triangle-explorer": "rho",
    "tree-explorer": "index",
}
TURN = """async ([slider, times]) => {
    // A browser that nobody looks at may draw no frame for as long as it likes.
    const nextFrame = () => new Promise((done) => { requestAnimationFrame(done); setTimeout(done, 500); });
    const spent = [];
    for (let k = 0; k < times; k++) {
        const begun = performance.now();
        slider.value = Number(slider.min || 0) + (k % 6) * Number(slider.step || 1);
        slider.dispatchEvent(new Event("input"));
        spent.push(performance.now() - begun);
        if (k % 20 === 0) await nextFrame();
    }
    return spent.sort((a, b) => a - b)[times >> 1];
}"""


@pytest.mark.parametrize(
    ("name", "control"), [*SLIDERS.items(), ("zonotope-explorer", "angle"), ("step-explorer", "sigma")]
)
def test_a_slider_answers_at_once_and_leaves_nothing_behind(opened, name, control):
    page, widget = opened(name)
    slider = widget.locator(f"[data-control={control}]").element_handle()
    assert page.evaluate(TURN, [slider, 200]) < 50
    session = page.context.new_cdp_session(page)

    def heap():
        page.wait_for_timeout(200)  # no frame is to come
        session.send("HeapProfiler.collectGarbage")
        return session.send("Runtime.getHeapUsage")["usedSize"]

    before = heap()
    page.evaluate(TURN, [slider, 200])
    assert heap() < before + 300_000


@pytest.mark.parametrize("name", SLIDERS)
def test_a_finger_is_enough(fixture_book, browser, name):
    with browser.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    ) as context:
        page = context.new_page()
        leave_alone(page, name)
        page.goto(fixture_book + PAGE)
        come_near_widgets(page)
        widget = page.locator(f"[data-widget={name}][data-ready=true]").first
        widget.wait_for()
        if name == "isometry-explorer":
            wait_for(widget, "root.dataset.state === 'done'")
        slider, button = widget.locator("[data-control=index]"), widget.locator("[data-action=play]")
        box = slider.bounding_box()
        slider.tap(position={"x": 0.3 * box["width"], "y": 0.5 * box["height"]})
        index, last = (int(value) for value in (slider.input_value(), slider.get_attribute("max")))
        assert 0.1 < index / last < 0.5
        button.tap()
        page.wait_for_function(
            "([slider, index]) => +slider.value > index", arg=[slider.element_handle(), index]
        )
        for part in widget.locator("button:visible, select:visible, input[type=range]:visible").all():
            assert part.bounding_box()["height"] >= 32


def wait_for_all(page):
    page.wait_for_function("document.querySelectorAll('[data-widget][data-ready=true]').length === 15")
    done = "document.querySelectorAll('[data-widget=isometry-explorer][data-state=done]').length === 2"
    page.wait_for_function(done)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(fixture_book, visit, scheme):
    page, _ = visit(fixture_book + PAGE, 1280, scheme)
    wait_for_all(page)
    assert axe_faults(page, "[data-widget]") == []


@pytest.mark.parametrize(
    ("look", "width", "scheme"), [("light", 1280, "light"), ("dark", 1280, "dark"), ("narrow", 390, "light")]
)
def test_a_picture_of_each_is_kept(fixture_book, visit, look, width, scheme):
    page, problems = visit(fixture_book + PAGE, width, scheme)
    wait_for_all(page)
    for number, widget in enumerate(page.locator("[data-widget]").all()):
        screenshot(widget, f"{number}-{widget.get_attribute('data-widget')}-{look}")
    assert page.evaluate("document.scrollingElement.scrollWidth <= window.innerWidth")
    assert problems == []


def test_without_scripts_a_still_stands_for_each(fixture_book, browser):
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(fixture_book + PAGE)
        stills = page.locator("noscript figure")
        assert stills.count() == 15
        for still in stills.all():
            assert still.locator("img").bounding_box()["width"] > 250
            assert still.locator("img").get_attribute("alt")
            assert still.locator("figcaption").is_visible()
        assert "Cover's count is 12." in stills.nth(1).inner_text()
        assert "The verdict: recovered." in stills.nth(5).inner_text()
        assert "h = 0.72 < 1: the linear neuron is the only solution" in stills.nth(7).inner_text()
