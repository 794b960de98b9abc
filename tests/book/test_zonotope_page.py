"""The zonotope explorer on a built page, by mouse, finger and keys."""

import pytest
from handling import drag, handle, middle_of, number, part, place_in, wait_for

NAME = "zonotope-explorer"


def place(widget, x, y):
    """Where a point of the plane of rows is on the screen; the ring of w has radius 1.9."""
    return place_in(part(widget, "rows"), x, y, radius=82)


def on_the_axes(explorer):
    """Four rows, moved by the mouse to the right, up, left, down, and w to the right: h is 1/2."""
    explorer.locator("[data-control=n]").fill("4")
    explorer.locator("[data-control=n]").press("Tab")
    part(explorer, "rows").scroll_into_view_if_needed()
    for text, x, y in (("1", 1, 0), ("2", 0, 1), ("3", -1, 0), ("4", 0, -1), ("w", 1.9, 0)):
        drag(explorer.page, handle(explorer, text), place(explorer, x, y))


@pytest.mark.parametrize("width", [1280, 390, 320])
def test_rows_and_w_are_dragged_and_the_verdict_follows(opened, width):
    page, explorer = opened(NAME, width)
    assert part(explorer, "verdict").inner_text().startswith("h = 0.72 < 1: the linear neuron is the only")
    on_the_axes(explorer)
    assert number(explorer, "h") == pytest.approx(0.5, abs=0.01)
    assert number(explorer, "angle") == 0
    assert "over all patterns." in part(explorer, "live").text_content()
    drag(page, handle(explorer, "3"), place(explorer, 1.2, 0.1))
    drag(page, handle(explorer, "4"), place(explorer, 0.7, -1))
    drag(page, handle(explorer, "2"), place(explorer, 0.7, 1))  # all labels have one sign
    assert number(explorer, "h") >= 1 - 1e-9
    assert number(explorer, "least") >= 1 - 1e-6
    assert "this dual vector does not prove it." in part(explorer, "verdict").inner_text()
    assert "All labels have one sign: a single ReLU neuron" in part(explorer, "best").inner_text()
    assert part(explorer, "best").inner_text() in part(explorer, "live").text_content()
    assert page.evaluate("document.scrollingElement.scrollWidth <= window.innerWidth")


def test_a_row_is_turned_by_its_button_by_two_clicks_and_by_enter(opened):
    page, explorer = opened(NAME)
    before = number(explorer, "h")
    explorer.locator("[data-flip='6']").click()
    assert part(explorer, "verdict").inner_text() == "h = 1.08: this dual vector does not prove it."
    assert "h = 0.93 < 1, and that one proves it" in part(explorer, "best").inner_text()
    assert explorer.locator("[data-flip='6']").inner_text() == "6 +"
    assert "lambda +0.54, label +" in handle(explorer, "6").get_attribute("aria-valuetext")
    part(explorer, "rows").scroll_into_view_if_needed()
    page.mouse.dblclick(*middle_of(handle(explorer, "6")))
    assert number(explorer, "h") == pytest.approx(before, abs=0.01)
    handle(explorer, "6").focus()
    page.keyboard.press("Enter")
    assert number(explorer, "h") == pytest.approx(1.084, abs=0.02)
    assert explorer.locator(".ze-own").count() == 2  # its edges in Z+


def test_the_keyboard_moves_rows_and_w(opened):
    page, explorer = opened(NAME)
    row, w = handle(explorer, "1"), handle(explorer, "w")
    row.focus()
    assert row.locator(".rw-halo").evaluate("halo => parseFloat(getComputedStyle(halo).strokeWidth)") >= 2
    for key in ("ArrowRight", "Shift+ArrowUp"):
        before = row.get_attribute("aria-valuetext"), number(explorer, "h")
        page.keyboard.press(key)
        assert row.get_attribute("aria-valuetext") != before[0]
        assert number(explorer, "h") != before[1]
    w.focus()
    page.keyboard.press("Shift+ArrowUp")
    assert number(explorer, "angle") == 45
    assert (w.get_attribute("aria-valuenow"), w.get_attribute("aria-valuetext")) == ("45", "45 degrees")
    slider = explorer.locator("[data-control=angle]")
    slider.focus()
    slider.press("ArrowRight")
    assert number(explorer, "angle") == 46
    assert "Angle of w: 46°" in explorer.inner_text()


def test_a_finger_drags_too(opened):
    page, explorer = opened(NAME, 390)
    on_the_axes(explorer)
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
    start, end = place(explorer, 0, 1), place(explorer, 1, 0.5)
    before = handle(explorer, "2").get_attribute("aria-valuetext")
    for kind, points in (("touchStart", [start]), ("touchMove", [end]), ("touchEnd", [])):
        session.send(
            "Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]}
        )
    wait_for(explorer, "root.querySelector(\"[data-handle='2']\").ariaValueText !== argument", before)
    for thing in explorer.locator("button:visible, input:visible").all():
        assert thing.bounding_box()["height"] >= 32


def test_new_rows_are_the_same_for_every_reader(opened):
    _, explorer = opened(NAME)
    explorer.locator("[data-action=new]").click()
    first = explorer.get_attribute("data-h")
    explorer.locator("[data-action=new]").click()
    assert explorer.get_attribute("data-h") != first
    _, other = opened(NAME)
    other.locator("[data-action=new]").click()
    assert other.get_attribute("data-h") == first


def test_what_cannot_be_drawn_is_said(opened):
    page, explorer = opened(NAME)
    count = explorer.locator("[data-control=n]")
    count.fill("1")
    count.press("Tab")
    assert part(explorer, "verdict").inner_text().startswith("One row: XᵀX is singular")
    assert part(explorer, "best").inner_text() == ""
    assert explorer.get_attribute("data-h") == ""
    count.fill("11")
    count.press("Tab")
    assert part(explorer, "error").inner_text() == "Rows n: give a whole number from 1 to 10."
    count.fill("2")
    count.press("Tab")
    part(explorer, "rows").scroll_into_view_if_needed()
    for text, x in (("1", 1), ("2", -0.5)):
        drag(page, handle(explorer, text), place(explorer, x, 0))
    handle(explorer, "2").focus()
    page.keyboard.press("Shift+ArrowUp")
    assert part(explorer, "verdict").inner_text().startswith("h = ")
    drag(page, handle(explorer, "2"), place(explorer, 0, 0))  # a zero row
    assert part(explorer, "verdict").inner_text().startswith("All rows lie on one line")
