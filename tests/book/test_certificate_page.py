"""The certificate explorer on a built page: dragged, moved by keys, given files by button and by drop."""

import base64

import pytest
from booktools import axe_faults, screenshot
from handling import part, wait_for

import relulab as rl

DROP = """([zone, name, text]) => {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)), moved = new DataTransfer();
    moved.items.add(new File([bytes], name));
    for (const kind of ["dragover", "drop"]) {
        zone.dispatchEvent(new DragEvent(kind, { dataTransfer: moved, bubbles: true, cancelable: true }));
    }
}"""


def answered(explorer):
    """What is said of a file once it is checked."""
    wait_for(explorer, "root.querySelector('[data-role=drop]').dataset.state === 'done'")
    return part(explorer, "answer").inner_text()


def pad_at(explorer, x, y):
    """Where a share of the pad is on the screen."""
    box = part(explorer, "pad").bounding_box()
    return box["x"] + x * box["width"], box["y"] + y * box["height"]


@pytest.mark.parametrize("width", [1280, 390])
def test_a_dual_vector_is_dragged(opened, width):
    page, explorer = opened("certificate-explorer", width)
    part(explorer, "pad").scroll_into_view_if_needed()
    assert explorer.get_attribute("data-holds") == "yes"
    assert explorer.get_attribute("data-dual") == "1/3 0 −1/3 −1/3"
    assert "5/9" in explorer.locator("tbody").inner_text()
    page.mouse.move(*pad_at(explorer, 0.5, 0.5))
    page.mouse.down()
    page.mouse.move(*pad_at(explorer, 0.85, 0.2), steps=5)
    page.mouse.up()
    assert explorer.get_attribute("data-holds") == "no"
    failing = int(explorer.get_attribute("data-failing"))
    assert explorer.locator("tbody .ce-fails").count() == failing > 0
    assert f"{failing} of 8 inequalities fail" in part(explorer, "said").inner_text()
    assert part(explorer, "plane").locator(".ce-dot-fails").count() == failing
    explorer.locator("[data-action=shortest]").click()
    assert explorer.get_attribute("data-dual") == "1/3 0 −1/3 −1/3"
    assert page.evaluate("document.scrollingElement.scrollWidth <= window.innerWidth")


def test_keys_move_it_by_a_sixtieth(opened):
    _, explorer = opened("certificate-explorer")
    handle = explorer.locator("[data-handle=dual]")
    handle.focus()
    handle.press("ArrowRight")
    assert explorer.get_attribute("data-dual") == "7/20 −1/60 −19/60 −1/3"
    assert "λ₃ = −19/60, λ₄ = −1/3" in handle.get_attribute("aria-valuetext")
    handle.press("Shift+ArrowDown")
    assert explorer.get_attribute("data-dual").endswith(" −19/60 −5/12")
    assert part(explorer, "live").text_content() == part(explorer, "said").text_content()
    slider = explorer.locator("[data-control=entry-3]")
    slider.focus()
    slider.press("ArrowLeft")
    assert explorer.get_attribute("data-dual").endswith(" −1/3 −5/12")
    for _ in range(100):
        handle.press("Shift+ArrowUp")
    assert explorer.get_attribute("data-dual").endswith("−1/3 1/3")  # the edge of the pad
    assert explorer.get_attribute("data-holds") == "no"


def test_examples_and_files(opened, tmp_path):
    page, explorer = opened("certificate-explorer")
    explorer.locator("[data-example='a true one']").click()
    words = answered(explorer)
    assert words.startswith("a true one: Proved in exact arithmetic: the plant is the unique solution.")
    assert "all 8 patterns" in words
    explorer.locator("[data-example='a forged one']").click()
    wait_for(explorer, "root.querySelector('[data-role=answer]').textContent.includes('Not proved')")
    assert "planted equations: missed by" in answered(explorer)
    path = tmp_path / "mine.rl"
    plant, S = rl.phase.instance(40, 10, 1)
    verdict = rl.decide(plant, S)
    verdict.save(path)
    with page.expect_file_chooser() as chooser:
        explorer.locator("[data-action=choose]").click()
    chooser.value.set_files(path)
    wait_for(explorer, "root.querySelector('[data-role=answer]').textContent.startsWith('mine.rl: Proved')")
    assert f"n = 40, d = 10, {S.p} sampled patterns" in answered(explorer)


def test_a_file_is_dropped(opened, tmp_path):
    page, explorer = opened("certificate-explorer", 390)
    path = tmp_path / "it"
    rl.decide(*rl.phase.instance(12, 3, 1)).save(path)
    zone = part(explorer, "drop").element_handle()
    for name, data, words in (
        ("whole", path.read_bytes(), "Proved in exact arithmetic"),
        ("short", path.read_bytes()[:-1], "Not proved: cut short, damaged or edited"),
        ("alien", b"<script>alert(1)</script>\n", "Not proved: not a relulab file"),
    ):
        page.evaluate(DROP, [zone, name, base64.b64encode(data).decode()])
        wait_for(
            explorer,
            "root.querySelector('[data-role=answer]').textContent.startsWith(argument)",
            f"{name}: {words}",
        )
    assert page.evaluate("document.scrollingElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_can_be_read_and_reached(opened, scheme):
    page, explorer = opened("certificate-explorer", 390 if scheme == "dark" else 1280, scheme)
    explorer.locator("[data-example='a forged one']").click()
    answered(explorer)
    assert axe_faults(page, "[data-widget=certificate-explorer]") == []
    screenshot(explorer, f"certificate-explorer-{scheme}")
