"""The triangle explorer on a built page, by mouse, finger and keys."""

import pytest
from booktools import axe_faults
from handling import drag, handle, number, part, place_in, wait_for

NAME = "triangle-explorer"


def place(widget, x, y):
    return place_in(part(widget, "picture"), x, y, radius=62)


def said(explorer):
    return part(explorer, "verdict").inner_text()


@pytest.mark.parametrize("width", [1280, 390, 320])
def test_points_are_dragged_and_the_answer_follows(opened, width):
    page, explorer = opened(NAME, width)
    assert said(explorer).startswith("Outside: proved. All of E lies on p's side of the bisector")
    assert 1 < number(explorer, "bound") < 1.42
    part(explorer, "picture").scroll_into_view_if_needed()
    drag(page, handle(explorer, "b"), place(explorer, 0.3, 0.4))
    assert explorer.get_attribute("data-answer") == "inside"
    assert said(explorer).startswith("Inside: proved. x = (")
    assert part(explorer, "live").text_content() == said(explorer)
    drag(page, handle(explorer, "b"), place(explorer, -1.5, 1.2))
    assert explorer.get_attribute("data-answer") == "outside"
    drag(page, handle(explorer, "a1"), place(explorer, -1.6, 1.3))
    assert explorer.get_attribute("data-answer") == "inside"
    assert page.evaluate("document.scrollingElement.scrollWidth <= window.innerWidth")


def test_triangles_come_one_by_one(opened):
    page, explorer = opened(NAME)
    button, slider = explorer.locator("[data-action=step]"), explorer.locator("[data-control=index]")
    count = int(number(explorer, "triangles"))
    assert (number(explorer, "index"), count) == (count - 1, 4)
    assert explorer.locator(".te-proof").count() == 1
    button.click()  # from the last to the first
    assert number(explorer, "index") == 0
    assert said(explorer).startswith("Pivot. q is at least as near to b as to p")
    assert (explorer.locator(".te-proof").count(), explorer.locator(".te-old").count()) == (0, 0)
    for k in range(1, count):
        before = said(explorer)
        button.click()
        assert number(explorer, "index") == k
        assert explorer.locator(".te-old").count() == k
        assert said(explorer) != before
        assert part(explorer, "live").text_content() == said(explorer)
    assert said(explorer).startswith("Outside: proved.")
    slider.focus()
    page.keyboard.press("Home")
    assert number(explorer, "index") == 0
    assert part(explorer, "label").inner_text() == f"triangle 1 of {count}"
    explorer.locator("[data-action=play]").click()
    wait_for(explorer, "root.dataset.index === argument", str(count - 1))


def test_the_keyboard_moves_points_and_changes_the_ball(opened):
    page, explorer = opened(NAME)
    for text in ("b", "a2"):
        point = handle(explorer, text)
        point.focus()
        assert (
            point.locator(".rw-halo").evaluate("halo => parseFloat(getComputedStyle(halo).strokeWidth)") >= 2
        )
        for key in ("ArrowLeft", "Shift+ArrowDown"):
            before = point.get_attribute("aria-valuetext")
            page.keyboard.press(key)
            assert point.get_attribute("aria-valuetext") != before
    radius = explorer.locator("[data-control=rho]")
    radius.focus()
    page.keyboard.press("End")
    assert "Radius ρ = 2.00" in explorer.inner_text()
    assert explorer.get_attribute("data-answer") == "inside"
    page.keyboard.press("Home")
    assert explorer.get_attribute("data-answer") == "outside"
    assert "‖x‖₂ ≥" in said(explorer)
    explorer.locator("[data-control=ball]").select_option("l1")
    assert "‖x‖₁ ≥" in said(explorer)


def test_a_finger_drags_too(opened):
    page, explorer = opened(NAME, 390)
    part(explorer, "picture").scroll_into_view_if_needed()
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
    before = handle(explorer, "b").get_attribute("aria-valuetext")
    start, end = place(explorer, 0.9, 1.1), place(explorer, 0.2, 0.2)
    for kind, points in (("touchStart", [start]), ("touchMove", [end]), ("touchEnd", [])):
        session.send(
            "Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]}
        )
    wait_for(explorer, "root.querySelector(\"[data-handle='b']\").ariaValueText !== argument", before)
    for thing in explorer.locator("button:visible, select:visible, input:visible").all():
        assert thing.bounding_box()["height"] >= 32


def test_in_forced_colors_everything_is_seen(opened):
    page, explorer = opened(NAME)
    page.emulate_media(forced_colors="active")
    for kind in ("te-set", "te-proof", "te-now", "te-path"):
        look = explorer.locator(f".{kind}").first.evaluate("part => getComputedStyle(part).stroke")
        assert look not in ("none", "rgba(0, 0, 0, 0)")
    assert axe_faults(page, f"[data-widget={NAME}]") == []
