"""The echo explorer on a built page: borders are moved, and the page says what Python would."""

import numpy as np
import pytest
from booktools import axe_faults, screenshot
from handling import drag, handle, part

from relulab.widgets import EchoExplorer


def borders_of(widget):
    return [float(handle(widget, j).get_attribute("aria-valuenow")) for j in range(1, 13)]


def agrees(widget):
    k = borders_of(widget)
    explorer = EchoExplorer(k)
    echoes, grown = (
        np.array(widget.get_attribute(f"data-{name}").split(), float) for name in ("echoes", "grown")
    )
    np.testing.assert_allclose(echoes, explorer.echoes, atol=1e-8)
    np.testing.assert_allclose(grown, explorer.grown, rtol=1e-5)
    return k


@pytest.mark.parametrize("width", [1280, 390])
def test_borders_are_dragged_and_the_page_says_what_python_says(opened, width):
    page, widget = opened("echo-explorer", width)
    assert agrees(widget) == EchoExplorer().k
    part(widget, "picture").evaluate("one => one.scrollIntoView({ block: 'center', behavior: 'instant' })")
    box = part(widget, "picture").bounding_box()
    scale = box["width"] / 400
    for border, to in ((3, 0.6), (7, 0.2), (8, -0.4)):
        x = box["x"] + scale * (34 + (border + 0.5) / 13 * 352)
        drag(page, handle(widget, border), (x, box["y"] + scale * (84 - 66 * to / 0.8)))
        assert agrees(widget)[border - 1] == pytest.approx(to, abs=0.041)
    k = borders_of(widget)
    impedance = np.prod((1 + np.array(k)) / (1 - np.array(k)))
    words = part(widget, "verdict").inner_text()
    assert "4 borders reflect." in words
    assert float(words.split("The wall's is ")[1].rstrip(".")) == pytest.approx(impedance, rel=1e-3)
    assert part(widget, "live").text_content() == part(widget, "verdict").text_content()


def test_keys_and_other_walls(opened):
    _, widget = opened("echo-explorer")
    border = handle(widget, 1)
    border.focus()
    border.press("Shift+ArrowUp")
    border.press("ArrowDown")
    assert agrees(widget)[0] == pytest.approx(0.06)
    border.press("Enter")
    assert agrees(widget)[0] == 0
    another = widget.get_by_role("button", name="Another wall")
    another.click()
    assert agrees(widget)[3] == -agrees(widget)[7] == 0.6
    for _ in range(3):
        another.click()
    assert agrees(widget) == 12 * [0]
    assert part(widget, "verdict").inner_text() == "No border reflects, and nothing comes back."


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (320, "light"), (1280, "light")])
def test_it_is_open_to_everybody(opened, width, scheme):
    page, widget = opened("echo-explorer", width, scheme)
    assert axe_faults(page, "[data-widget=echo-explorer]") == []
    screenshot(widget, f"echo-{scheme}-{width}")
    assert page.evaluate("document.scrollingElement.scrollWidth <= window.innerWidth")
