"""The arrangement explorer on a built page, by mouse, finger and keys."""

import pytest
from handling import drag, handle, part, place_in, wait_for

PLANE, SPHERE = 0, 1


def place(widget, x, y):
    """Where a point of the plane is on the screen; the ring's inner radius is 1.7."""
    return place_in(part(widget, "picture"), x, y, radius=82)


@pytest.mark.parametrize("width", [1280, 390])
def test_cells_are_covers_count_and_the_all_ones_cell_lights_up(opened, width):
    page, explorer = opened("arrangement-explorer", width, number=PLANE)
    count = explorer.locator("[data-control=n]")
    for n in (1, 4, 9):
        count.fill(str(n))
        count.press("Tab")
        assert explorer.get_attribute("data-count") == explorer.get_attribute("data-cover") == str(2 * n)
        assert f"Cover's count for n = {n}, d = 2: {2 * n}." in part(explorer, "count").inner_text()
    explorer.locator("[data-action=flip]").click()
    assert explorer.get_attribute("data-all-ones") == "yes"
    assert explorer.get_attribute("data-pattern") == "1" * 9
    assert "The all-ones cell exists" in part(explorer, "all-ones").inner_text()
    assert explorer.locator(".ae-glow").count() == 1
    part(explorer, "picture").scroll_into_view_if_needed()
    here = handle(explorer, "u").locator(".rw-disc").bounding_box()
    middle = place(explorer, 0, 0)
    drag(
        page,
        handle(explorer, "u"),
        (2 * middle[0] - here["x"] - here["width"] / 2, 2 * middle[1] - here["y"] - here["height"] / 2),
    )
    assert explorer.get_attribute("data-pattern") == "0" * 9  # the opposite gate
    assert explorer.get_attribute("data-all-ones") == "yes"
    assert page.evaluate("document.scrollingElement.scrollWidth <= window.innerWidth")


def four_rows(explorer):
    """Rows 1 to 4 on the axes, moved there by the mouse, in turn right, up, left, down; u at 45 degrees."""
    explorer.locator("[data-control=n]").fill("4")
    explorer.locator("[data-control=n]").press("Tab")
    part(explorer, "picture").scroll_into_view_if_needed()
    for text, x, y in (("1", 1, 0), ("2", 0, 1), ("3", -1, 0.2), ("4", 0.2, -1)):
        drag(explorer.page, handle(explorer, text), place(explorer, x, y))
    drag(explorer.page, handle(explorer, "u"), place(explorer, 1.3, 1.3))


def test_dragging_rows_and_the_gate_changes_the_pattern(opened):
    page, explorer = opened("arrangement-explorer", number=PLANE)
    four_rows(explorer)
    assert explorer.get_attribute("data-pattern") == "1100"
    assert "D(u) = diag(1, 1, 0, 0): 2 of 4 rows on." in part(explorer, "pattern").inner_text()
    drag(page, handle(explorer, "u"), place(explorer, -1.3, -1.3))
    assert explorer.get_attribute("data-pattern") == "0011"
    drag(page, handle(explorer, "2"), place(explorer, -0.3, -1))
    assert explorer.get_attribute("data-pattern") == "0111"
    assert (explorer.get_attribute("data-count"), explorer.get_attribute("data-all-ones")) == ("8", "no")
    drag(page, handle(explorer, "1"), place(explorer, -0.9, -0.9))
    assert (explorer.get_attribute("data-pattern"), explorer.get_attribute("data-all-ones")) == (
        "1111",
        "yes",
    )


def test_a_finger_drags_too(opened):
    page, explorer = opened("arrangement-explorer", 390, number=PLANE)
    four_rows(explorer)
    assert explorer.get_attribute("data-pattern") == "1100"
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
    start, end = place(explorer, 1, 0), place(explorer, -1, -0.5)
    for kind, points in (
        ("touchStart", [start]),
        ("touchMove", [[(a + b) / 2 for a, b in zip(start, end, strict=True)]]),
        ("touchMove", [end]),
        ("touchEnd", []),
    ):
        session.send(
            "Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]}
        )
    wait_for(explorer, "root.dataset.pattern === '0100'")


def test_the_keyboard_moves_rows_and_turns_the_gate(opened):
    page, explorer = opened("arrangement-explorer", number=PLANE)
    four_rows(explorer)
    gate, row = handle(explorer, "u"), handle(explorer, "1")
    gate.focus()
    page.keyboard.press("Shift+ArrowUp")
    assert "45" not in (angle := gate.get_attribute("aria-valuenow"))
    for _ in range(30):
        page.keyboard.press("Shift+ArrowLeft")  # 8 degrees clockwise each
    assert gate.get_attribute("aria-valuenow") != angle
    seen = set()
    for _ in range(45):
        page.keyboard.press("Shift+ArrowRight")
        seen.add(explorer.get_attribute("data-pattern"))
        assert explorer.get_attribute("data-pattern") in gate.get_attribute("aria-valuetext")
    assert len(seen) == int(explorer.get_attribute("data-count")) == 8
    row.focus()
    assert row.locator(".rw-halo").evaluate("halo => parseFloat(getComputedStyle(halo).strokeWidth)") >= 2
    before = row.get_attribute("aria-valuetext")
    page.keyboard.press("ArrowLeft")
    assert row.get_attribute("aria-valuetext") != before
    assert explorer.get_attribute("data-pattern") in part(explorer, "live").text_content().replace(", ", "")


def test_every_cell_is_reached_by_its_slider_and_its_column(opened):
    page, explorer = opened("arrangement-explorer", number=SPHERE)
    assert explorer.get_attribute("data-count") == explorer.get_attribute("data-cover") == "32"
    slider, seen = explorer.locator("[data-control=index]"), []
    for k in range(32):
        slider.fill(str(k))
        seen.append(explorer.get_attribute("data-pattern"))
        assert part(explorer, "label").inner_text() == f"cell {k + 1} of 32"
    assert len(set(seen)) == 32
    assert {pattern.translate(str.maketrans("01", "10")) for pattern in seen} == set(seen)
    box = part(explorer, "matrix").bounding_box()
    page.mouse.click(box["x"] + box["width"] * 4.5 / 32, box["y"] + box["height"] / 2)
    assert explorer.get_attribute("data-pattern") == seen[4]


def test_the_sphere_turns_and_its_rows_move(opened):
    page, explorer = opened("arrangement-explorer", number=SPHERE)
    pattern, row = explorer.get_attribute("data-pattern"), handle(explorer, "1")
    before = row.get_attribute("transform")
    picture = part(explorer, "picture")
    picture.scroll_into_view_if_needed()
    box = picture.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 4)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.8, box["y"] + 30, steps=4)
    page.mouse.up()
    assert row.get_attribute("transform") != before
    assert explorer.get_attribute("data-pattern") == pattern  # only the view has turned
    row.focus()
    bit = pattern[0]
    for _ in range(30):
        page.keyboard.press("Shift+ArrowRight")
        if explorer.get_attribute("data-pattern")[0] != bit:
            break
    assert explorer.get_attribute("data-pattern") == str(1 - int(bit)) + pattern[1:]
    assert explorer.get_attribute("data-count") == "32"


def test_rows_in_special_position_have_fewer_cells(opened):
    page, explorer = opened("arrangement-explorer", number=PLANE)
    four_rows(explorer)
    drag(page, handle(explorer, "2"), place(explorer, 0, 0))
    assert (
        handle(explorer, "2").get_attribute("aria-valuetext") == "at 0.00, 0.00: on"
    )  # as a zero row always is
    assert explorer.get_attribute("data-count") == "6"
    assert "special position" in part(explorer, "count").inner_text()
    explorer.locator("[data-control=n]").fill("25")
    explorer.locator("[data-control=n]").press("Tab")
    assert part(explorer, "error").inner_text() == "Rows n: give a whole number from 1 to 24."
    assert explorer.get_attribute("data-count") == "6"


def test_two_explorers_do_not_disturb_each_other(opened):
    page, plane = opened("arrangement-explorer", number=PLANE)
    sphere = page.locator("[data-widget=arrangement-explorer]").nth(SPHERE)
    state = "root => JSON.stringify(root.dataset) + root.querySelector('[data-role=picture]').innerHTML"
    before = sphere.evaluate(state)
    plane.locator("[data-control=d]").select_option("3")
    plane.locator("[data-action=flip]").click()
    assert plane.get_attribute("data-count") == plane.get_attribute("data-cover") == "32"
    assert plane.get_attribute("data-all-ones") == "yes"
    assert sphere.evaluate(state) == before
