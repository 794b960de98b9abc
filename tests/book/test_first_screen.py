"""The lean faces of the phase explorer and the training player, as the first page shows them."""

import pytest
from booktools import axe_faults, come_near_widgets, screenshot
from explorer import Explorer
from handling import number, part, wait_for

PAGE = "/chapters/first.html"
CELLS = 30


@pytest.fixture
def first(fixture_book, visit):
    """`first(width)` gives the page, its explorer and its player; problems fail."""
    found = []

    def first(width=1280, scheme="light", start=fixture_book):
        page, problems = visit(start + PAGE, width, scheme)
        found.append(problems)
        return page, Explorer(page), page.locator("[data-widget=training-player]")

    yield first
    assert not any(found)


def fold(explorer):
    return explorer.part("more").locator("> summary")


@pytest.mark.parametrize("place", ["server", "file"])
def test_the_diagram_fills_by_itself(first, fixture_html, fixture_book, place):
    _, explorer, _ = first(start=fixture_html.as_uri() if place == "file" else fixture_book)
    explorer.wait("done")
    numbers = explorer.numbers_as_told()
    assert len(numbers) == CELLS
    assert numbers[60, 5] == "4/4"
    assert numbers[10, 25] == "0/4"
    assert explorer.part("question").inner_text() == "Each square: was the hidden neuron found?"
    key = explorer.part("key").inner_text()
    assert "never" in key
    assert "n = 2d: below this line, in theory, at most half are found" in key
    for word in ("gated", "all-ones", "Wendel", "skip", "Wilson"):
        assert word not in explorer.root.inner_text()


def test_it_waits_until_it_is_seen(fixture_book, blank):
    page, problems = blank(1280)
    # Near enough to start, too far to be seen.
    lower = "document.querySelector('article h1').style.marginBottom = '900px'"
    page.add_init_script(f"addEventListener('DOMContentLoaded', () => ({lower}))")
    page.goto(fixture_book + PAGE)
    explorer = Explorer(page)
    page.wait_for_timeout(500)
    assert explorer.data("state") == "idle"
    explorer.part("plot").scroll_into_view_if_needed()
    explorer.wait("done")
    assert problems == []


def test_one_control_and_the_rest_behind_more(first):
    page, explorer, _ = first()
    explorer.wait("done")
    root = explorer.root
    assert root.locator("select:visible, input:visible").count() == 1
    assert root.locator("button:visible").all_inner_texts() == ["Run"]
    before = explorer.numbers_as_told()
    explorer.set(direction="smallest")
    explorer.wait("done")
    assert explorer.numbers_as_told() != before
    assert "(heuristic)" in explorer.part("key").inner_text()
    curves = "document.querySelectorAll('.pe-plot path:not(.pe-halo)').length"
    assert page.evaluate(curves) == 2
    fold(explorer).click()
    page.wait_for_function(f"{curves} > 2")
    for role in ("legend", "note", "slice", "detail"):
        assert explorer.part(role).is_visible()
    assert "Wendel" in explorer.part("legend").inner_text()
    assert explorer.part("slice").locator("svg").bounding_box()["width"] > 250
    fold(explorer).click()
    page.wait_for_function(f"{curves} === 2")


def test_the_keyboard_is_enough(first):
    page, explorer, _ = first()
    explorer.wait("done")
    explorer.part("plot").focus()
    page.keyboard.press("ArrowUp")
    assert "recovered" in explorer.part("readout").inner_text()
    page.keyboard.press("Enter")
    explorer.part("verdict").wait_for()
    assert explorer.part("more").get_attribute("open") == ""
    explorer.part("plot").focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.dataset.control") == "direction"
    page.keyboard.press("ArrowDown")
    explorer.wait("done")
    assert "(heuristic)" in explorer.part("key").inner_text()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.dataset.action") == "run"


def test_where_less_motion_is_asked_both_stand_complete(fixture_book, browser):
    with browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce") as context:
        page = context.new_page()
        page.add_init_script(
            """addEventListener("DOMContentLoaded", () => new MutationObserver((news) => {
                for (const { target } of news) (window.seen ??= new Set()).add(target.dataset.computed);
            }).observe(document.body, { subtree: true, attributeFilter: ["data-computed"] }));"""
        )
        page.goto(fixture_book + PAGE)
        come_near_widgets(page)
        Explorer(page).wait("done")
        assert set(page.evaluate("[...seen]")) == {"0", str(CELLS)}
        player = page.locator("[data-widget=training-player]")
        player.scroll_into_view_if_needed()
        wait_for(player, "root.dataset.step === '4000'")
        assert player.locator("[data-action=play]").inner_text() == "Next"


@pytest.mark.parametrize("width", [390, 320])
def test_on_a_phone_the_diagram_stands_above_its_control(fixture_book, browser, width):
    with browser.new_context(
        viewport={"width": width, "height": 844}, has_touch=True, is_mobile=True
    ) as context:
        page = context.new_page()
        page.goto(fixture_book + PAGE)
        explorer = Explorer(page)
        explorer.wait("done")
        frame = explorer.part("plot").locator(".pe-frame").bounding_box()
        control = explorer.root.locator("[data-control=direction]").bounding_box()
        assert frame["y"] + frame["height"] < control["y"]
        more = fold(explorer).bounding_box()
        assert more["y"] + more["height"] - explorer.root.bounding_box()["y"] < 600
        assert more["y"] + more["height"] <= 844
        assert page.evaluate("document.scrollingElement.scrollWidth <= window.innerWidth")
        for one in explorer.root.locator("button:visible, select:visible").all():
            assert one.bounding_box()["height"] >= 44
        screenshot(explorer.root, f"first-screen-{width}")


def test_sixteen_neurons_gather_where_weights_decay(first):
    _, _, player = first()
    player.scroll_into_view_if_needed()
    wait_for(player, "root.dataset.step === '4000'")  # it plays by itself
    assert number(player, "directions") == 1
    assert "in 1 direction." in part(player, "words").inner_text()
    player.locator("[data-control=run]").select_option("without weight decay")
    wait_for(player, "root.dataset.step === '4000'")
    assert number(player, "directions") >= 12
    assert number(player, "loss") < 1e-4
    assert part(player, "charts").is_hidden()
    player.locator("summary").click()
    assert part(player, "charts").bounding_box()["width"] > 500
    assert "objective" in part(player, "curves").get_attribute("aria-label")


@pytest.mark.parametrize(
    ("width", "scheme"), [(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")]
)
def test_axe_finds_nothing(first, width, scheme):
    page, explorer, player = first(width, scheme)
    explorer.wait("done")
    wait_for(player, "root.dataset.ready === 'true'")
    for state in ("folded", "open"):
        assert axe_faults(page, "[data-widget]") == []
        screenshot(explorer.root, f"first-explorer-{state}-{scheme}-{width}")
        screenshot(player, f"first-player-{state}-{scheme}-{width}")
        fold(explorer).click()
        player.locator("summary").click()
    assert page.evaluate("document.scrollingElement.scrollWidth <= window.innerWidth")


def test_in_forced_colors_the_diagram_keeps_its_own(fixture_book, browser):
    with browser.new_context(viewport={"width": 1280, "height": 900}, forced_colors="active") as context:
        page = context.new_page()
        page.goto(fixture_book + PAGE)
        explorer = Explorer(page)
        explorer.wait("done")
        canvas = explorer.part("plot").locator("canvas")
        count = """canvas => new Set(new Uint32Array(
            canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.buffer)).size"""
        assert canvas.evaluate(count) >= 3
        for one in explorer.part("key").locator(".rw-key, .pe-scale").all():
            assert one.evaluate("key => getComputedStyle(key).forcedColorAdjust") == "none"
        run = explorer.root.locator("[data-action=run]")
        assert run.evaluate("button => getComputedStyle(button).borderTopWidth") == "1px"


def test_without_scripts_the_question_stands_over_the_picture(fixture_book, browser):
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(fixture_book + PAGE)
        still = page.locator("noscript figure").first
        assert still.locator("img").bounding_box()["width"] > 250
        assert still.inner_text().strip().startswith("Each square: was the hidden neuron found?")


@pytest.mark.pages
def test_on_the_first_page_all_of_it_is_on_a_phones_screen(book, browser):
    with browser.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    ) as context:
        page = context.new_page()
        page.goto(f"{book}/chapters/index.html")
        explorer = Explorer(page)
        explorer.wait("done")
        more = fold(explorer).bounding_box()
        assert more["y"] + more["height"] <= 844
        assert [link.inner_text() for link in page.locator(".doors a").all()][:2] == ["Paper", "Notebook"]
        title = page.title()
        assert title == "Overparameterized ReLU networks learn the simplest model"
