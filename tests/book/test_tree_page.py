"""The tree explorer on a built page, by mouse and by keys."""

import pytest
from booktools import axe_faults, screenshot
from handling import handle, middle_of, part, wait_for

from relulab.widgets import TreeExplorer

NAME = "tree-explorer"


def fates(explorer):
    return {
        name: int(explorer.get_attribute(f"data-{name}"))
        for name in ("nodes", "bound", "circuit", "violator")
    }


def test_the_tree_grows_ring_by_ring(opened):
    _, explorer = opened(NAME)
    slider = explorer.locator("[data-control=index]")
    counts = []
    for depth in range(7):
        slider.fill(str(depth))
        wait_for(explorer, "root.dataset.depth === argument", str(depth))
        shown = [fate for signs, fate in TreeExplorer().nodes if len(signs) <= depth]
        found = fates(explorer)
        assert found["nodes"] == len(shown)
        assert found["bound"] == shown.count("bound")
        assert found["circuit"] == shown.count("circuit")
        drawn = explorer.locator(".te-bound").count() + explorer.locator("[data-fate=bound-empty]").count()
        assert drawn == shown.count("bound")
        assert explorer.locator("[data-fate=circuit-empty]").count() == shown.count("circuit")
        counts.append(part(explorer, "live").text_content())
    assert "The tree goes on." in counts[3]
    assert "The tree has ended: the linear neuron is the only solution of the gated program" in counts[6]


def test_rows_are_turned_by_mouse_and_by_keys(opened):
    page, explorer = opened(NAME)
    explorer.locator("[data-control=index]").fill("6")
    assert fates(explorer)["violator"] == 0
    row = handle(explorer, "2")
    row.scroll_into_view_if_needed()
    x, y = middle_of(row)
    page.mouse.move(x, y)
    page.mouse.down()
    box = part(explorer, "rings").bounding_box()
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(2 * middle[0] - x, 2 * middle[1] - y, steps=5)
    page.mouse.up()
    before = fates(explorer)
    assert part(explorer, "live").text_content() == part(explorer, "verdict").text_content()
    turned = handle(explorer, "w")
    turned.focus()
    for _ in range(10):
        page.keyboard.press("Shift+ArrowRight")
    assert turned.get_attribute("aria-valuetext").endswith("degrees")
    assert fates(explorer) != before
    explorer.locator("[data-action=more]").click()
    assert explorer.get_attribute("data-rows") == "7"
    for _ in range(5):
        explorer.locator("[data-action=fewer]").click()
    assert explorer.get_attribute("data-rows") == "2"
    assert explorer.locator("[data-action=fewer]").is_disabled()
    assert "A gate reaches" in part(explorer, "verdict").inner_text()  # two rows have an all-ones pattern


@pytest.mark.parametrize(
    ("width", "scheme", "forced"), [(1280, "light", "none"), (390, "dark", "none"), (320, "light", "active")]
)
def test_it_is_open_to_everybody(opened, width, scheme, forced):
    page, explorer = opened(NAME, width, scheme)
    page.emulate_media(forced_colors=forced)
    explorer.locator("[data-control=index]").fill("6")
    assert axe_faults(page, f"[data-widget={NAME}]") == []
    screenshot(explorer, f"tree-{scheme}-{width}-{forced}")
    assert page.evaluate("document.scrollingElement.scrollWidth <= window.innerWidth")
