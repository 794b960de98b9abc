"""The gate explorer on a built page: weights are dragged out of the cell, and the outputs part."""

import numpy as np
import pytest
from booktools import axe_faults, screenshot
from handling import handle, part, wait_for

X = np.array([[1, 0], [0.5, 1], [-1, 0.5], [-0.2, -1]])
GATE = np.array([1, 0.2])


def drag(page, widget, text, to):
    """To a place in the plane, where the circle has radius 1."""
    part(widget, "picture").evaluate("one => one.scrollIntoView({ block: 'center', behavior: 'instant' })")
    handle(widget, text).locator(".rw-disc").hover()
    box = part(widget, "picture").bounding_box()
    scale = box["width"] / 360
    page.mouse.down()
    page.mouse.move(box["x"] + scale * (180 + 128 * to[0]), box["y"] + scale * (180 - 128 * to[1]), steps=4)
    page.mouse.up()


def apart(gate, w):
    values = X @ w
    return " ".join(str(i + 1) for i in np.flatnonzero((X @ gate >= 0) * values != np.maximum(values, 0)))


def test_weights_are_dragged_out_of_the_cell(opened):
    page, widget = opened("gate-explorer")
    assert widget.get_attribute("data-apart") == ""
    assert "The outputs agree on every sample." in part(widget, "verdict").inner_text()
    for w in ([0.5, -0.6], [-0.6, 0.2], [-0.4, -0.7], [0.7, 0.1]):
        drag(page, widget, "w", w)
        wait_for(widget, "root.dataset.apart === argument", apart(GATE, np.array(w)))
    drag(page, widget, "w", [0.5, -0.6])
    assert widget.get_attribute("data-apart") == apart(GATE, np.array([0.5, -0.6])) == "2 4"
    told = part(widget, "verdict").inner_text()
    assert "The outputs part on samples 2, 4. On sample 2 the gate stays on where the ReLU is off." in told
    assert "On sample 4 the gate stays off where the ReLU is on." in told
    assert part(widget, "live").text_content() == part(widget, "verdict").text_content()
    assert "Sample 2: gated −0.35, ReLU 0.00" in part(widget, "bars").get_attribute("aria-label")
    widget.get_by_role("button", name="Put w back into the cell").click()
    assert widget.get_attribute("data-apart") == ""


def test_another_gate_has_another_cell(opened):
    page, widget = opened("gate-explorer")
    drag(page, widget, "g", [-1.1, -0.3])
    wait_for(widget, "root.dataset.pattern === '0011'")
    assert widget.get_attribute("data-apart") == apart(np.array([-1.1, -0.3]), 0.7 * GATE / np.hypot(*GATE))


def test_the_keyboard_moves_weights_and_gate(opened):
    _, widget = opened("gate-explorer")
    w = handle(widget, "w")
    w.focus()
    for _ in range(4):
        w.press("Shift+ArrowDown")
    wait_for(widget, "root.dataset.apart === '2 4'")
    assert w.get_attribute("aria-label") == "The weights w"
    assert "the outputs part on samples 2, 4" in w.get_attribute("aria-valuetext")
    gate = handle(widget, "g")
    gate.focus()
    gate.press("Shift+ArrowRight")
    assert gate.get_attribute("aria-valuenow") == "19"


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (320, "light")])
def test_it_is_open_to_everybody(opened, width, scheme):
    page, widget = opened("gate-explorer", width, scheme)
    drag(page, widget, "w", [0.5, -0.6])
    wait_for(widget, "root.dataset.apart === '2 4'")
    assert axe_faults(page, "[data-widget=gate-explorer]") == []
    screenshot(widget, f"gate-{scheme}-{width}")
    assert page.evaluate("document.scrollingElement.scrollWidth <= window.innerWidth")
