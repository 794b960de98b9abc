"""The small widgets on a built page, driven as a reader would."""

import re

import pytest

PAGE = "/chapters/explorers.html"


@pytest.fixture
def opened(fixture_book, visit):
    """`opened(name, width)` gives the page and the widget of that name once it is ready; problems fail."""
    found = []

    def opened(name, width=1280, color_scheme="light", number=0):
        page, problems = visit(fixture_book + PAGE, width, color_scheme)
        found.append(problems)
        widget = page.locator(f"[data-widget={name}]").nth(number)
        page.wait_for_function("root => root.dataset.ready === 'true'", arg=widget.element_handle())
        return page, widget

    yield opened
    assert not any(found)


def part(widget, role):
    return widget.locator(f"[data-role={role}]")


def wait_for(widget, condition, argument=None):
    """Wait until a condition in JavaScript, of `root` and an argument, is true of the widget."""
    script = f"([root, argument]) => {condition}"
    widget.page.wait_for_function(script, arg=[widget.element_handle(), argument], timeout=20_000)


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
