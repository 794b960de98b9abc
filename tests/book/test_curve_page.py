"""The curve explorer on a built page: a curve is drawn, and the page says what Python would."""

import numpy as np
import pytest
from booktools import axe_faults, screenshot
from handling import part, wait_for

from relulab.widgets import CurveExplorer


def box_of(widget):
    picture = part(widget, "picture")
    picture.evaluate("one => one.scrollIntoView({ block: 'center', behavior: 'instant' })")
    return picture.bounding_box()


def place(box, k, u):
    """Where the k-th dot of height u stands."""
    scale = box["width"] / 420
    return box["x"] + scale * (26 + k * 46), box["y"] + scale * (130 - 118 * u)


def drawn(page, widget, heights):
    box = box_of(widget)
    page.mouse.move(*place(box, 0, heights[0]))
    page.mouse.down()
    for k, u in enumerate(heights):
        page.mouse.move(*place(box, k, u), steps=3)
    page.mouse.up()


def heights_of(widget):
    dots = widget.locator("[data-handle]")
    return [float(dots.nth(k).get_attribute("aria-valuenow")) for k in range(9)]


@pytest.mark.parametrize("width", [1280, 390])
def test_a_curve_is_drawn_and_the_page_says_what_python_says(opened, width):
    page, widget = opened("curve-explorer", width)
    for heights in ([0.5] * 9, np.linspace(-0.6, 0.6, 9), [0.3, -0.4, 0.6, 0, 0.1, -0.7, -0.2, 0.7, 0.2]):
        drawn(page, widget, heights)
        np.testing.assert_allclose(heights_of(widget), heights, atol=0.02)
        told = {name: float(widget.get_attribute(f"data-{name}")) for name in ("curve", "seen", "answer")}
        python = CurveExplorer(np.clip(heights_of(widget), -0.7, 0.7), d=3, N=4).sizes
        for name, size in python.items():
            assert told[name] == pytest.approx(size, abs=0.01)  # heights are spoken with two digits
        assert f"The network says {told['answer']:.3f}." in part(widget, "verdict").inner_text()
    assert part(widget, "live").text_content() == part(widget, "verdict").text_content()


def test_keys_and_sliders(opened):
    _, widget = opened("curve-explorer")
    dot = widget.locator("[data-handle='4']")
    dot.focus()
    dot.press("End")
    assert dot.get_attribute("aria-valuenow") == "0.70"
    dot.press("Shift+ArrowDown")
    dot.press("ArrowDown")
    assert dot.get_attribute("aria-valuenow") == "0.58"
    widget.get_by_role("button", name="Another curve").click()  # a step: all digits are known
    step = [-0.5] * 4 + [0] + [0.5] * 4
    for d, exponent in ((1, 1), (5, 3), (16, 6)):
        widget.locator("[data-control=d]").fill(str(d))
        widget.locator("[data-control=N]").fill(str(exponent))
        answer = CurveExplorer(step, d, 2**exponent).sizes["answer"]
        wait_for(widget, "Math.abs(root.dataset.answer - argument) < 2e-6", answer)


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (320, "light"), (1280, "light")])
def test_it_is_open_to_everybody(opened, width, scheme):
    page, widget = opened("curve-explorer", width, scheme)
    drawn(page, widget, [0.3, -0.4, 0.6, 0, 0.1, -0.7, -0.2, 0.7, 0.2])
    assert axe_faults(page, "[data-widget=curve-explorer]") == []
    screenshot(widget, f"curve-{scheme}-{width}")
    assert page.evaluate("document.scrollingElement.scrollWidth <= window.innerWidth")
