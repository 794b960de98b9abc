"""The phase explorer on a built page, driven as a reader would."""

import csv
import re

import pytest
from booktools import ROOT, axe_faults, screenshot
from explorer import Explorer, open_cell

import relulab as rl

PAGE = "/chapters/widgets.html"


BOTH_WIDTHS = pytest.mark.parametrize("width", [1280, 390])
# The page has another widget, for which Jupyter's library comes; all others start without it.
AMONG_OTHERS = pytest.mark.parametrize("alone", [""], ids=["among others"])


@pytest.fixture
def width():
    return 1280


@pytest.fixture
def alone():
    return "phase-explorer"


@pytest.fixture
def page(fixture_book, visit, width, alone):
    page, problems = visit(fixture_book + PAGE, width, alone=alone)
    yield page
    assert problems == []


@AMONG_OTHERS
@BOTH_WIDTHS
def test_it_measures_what_the_theory_knows(page):
    explorer = Explorer(page)
    explorer.sizes("d", 20, 20, 1)
    explorer.sizes("n", 30, 80, 50)
    explorer.set(ensemble="gaussian", direction="random", trials=10, seed=1)
    first = explorer.run()
    assert first.keys() == {(30, 20), (80, 20)}
    assert first[30, 20] <= 2
    assert first[80, 20] >= 9
    assert f"{sum(first.values())} of 20 instances recovered" in explorer.part("status").inner_text()
    assert "in your browser" in explorer.part("status").inner_text()

    explorer.set(direction="smallest")
    explorer.sizes("n", 44, 44, 1)
    assert explorer.data("state") == "idle"
    assert (
        explorer.run()[44, 20] <= 4
    )  # n = 2.2d: the all-ones edge is passed, the smallest direction's is not
    explorer.set(direction="random")
    assert explorer.run()[44, 20] >= 5


def test_a_run_is_repeated_by_its_seed_and_changed_by_another(page):
    explorer = Explorer(page, 1)
    explorer.sizes("d", 8, 8, 1)
    explorer.sizes("n", 14, 18, 1)
    explorer.set(trials=20, seed=5)
    first = explorer.run()
    assert explorer.run() == first
    explorer.set(seed=6)
    assert explorer.run() != first


def test_the_keyboard_is_enough(page):
    explorer = Explorer(page, 1)
    explorer.root.locator("[data-control=ensemble]").focus()

    def tab_to(selector):
        for _ in range(30):
            if page.evaluate("selector => document.activeElement.matches(selector)", selector):
                return
            page.keyboard.press("Tab")
        raise AssertionError(f"no Tab leads to {selector}")

    tab_to("[data-control=trials]")
    page.keyboard.press("Control+A")
    page.keyboard.type("3")
    tab_to("[data-action=run]")
    page.keyboard.press("Enter")
    explorer.wait("done")
    tab_to("[data-role=plot]")
    outline = explorer.part("plot").evaluate("plot => parseFloat(getComputedStyle(plot).outlineWidth)")
    assert outline >= 2
    for _ in range(12):
        page.keyboard.press("ArrowUp")
        page.keyboard.press("ArrowLeft")
    assert "n = 40, d = 2 (n/d = 20.00): 3 of 3 recovered" in explorer.part("live").inner_text()
    page.keyboard.press("Enter")
    explorer.part("verdict").wait_for()
    assert explorer.part("verdict").inner_text().startswith("Recovered.")
    tab_to(".pe-chip")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.getAttribute('aria-pressed')") == "true"
    tab_to("summary")
    page.keyboard.press("Enter")
    assert explorer.part("numbers").is_visible()


@BOTH_WIDTHS
def test_an_opened_cell_shows_its_certificates(page):
    explorer = Explorer(page)
    explorer.sizes("d", 10, 10, 1)
    explorer.sizes("n", 15, 60, 15)
    explorer.set(trials=4, seed=2)
    counts = explorer.run()
    detail = explorer.part("detail")
    for k, n in enumerate((15, 30, 45, 60)):
        open_cell(explorer, 0.5, (k + 0.5) / 4)
        explorer.root.locator(f"[data-role=detail][data-n='{n}']").wait_for()
        chips = detail.locator(".pe-chip")
        statuses = [chip.get_attribute("data-status") for chip in chips.all()]
        assert statuses.count("recovered") == counts[n, 10]
        for number, status in enumerate(statuses):
            chips.nth(number).click()
            assert detail.get_attribute("data-status") == status
            evidence = detail.get_attribute("data-evidence")
            norms = re.search(
                r"Block norms of (\d+) patterns", detail.locator(".pe-bars").get_attribute("aria-label")
            )
            assert float(norms[1]) == explorer.value("patterns") >= 45
            largest = explorer.value("largest-norm")
            if evidence == "isometry":
                assert 0 < largest < 1
            if evidence == "dual":
                assert explorer.value("largest-refined") < 1 < largest
                assert detail.locator(".pe-dot").count() == explorer.value("patterns")
            if evidence == "all-ones":
                assert largest >= 1
                assert explorer.value("cost") == 1
            if evidence == "competitor":
                assert explorer.value("cost") < 1
    open_cell(explorer, 0.5, 0.99)
    assert detail.get_attribute("data-status") == "recovered"


def test_a_cell_that_is_not_computed_is_computed_when_opened(page):
    explorer = Explorer(page)
    open_cell(explorer, 0.01, 0.99)
    explorer.root.locator("[data-role=detail][data-n='120'][data-d='10']").wait_for()
    explorer.page.wait_for_function(
        "root => root.dataset.computed === '1'", arg=explorer.root.element_handle()
    )
    assert explorer.numbers() == {(120, 10): 10}


@AMONG_OTHERS
def test_two_widgets_do_not_disturb_each_other(page):
    left, right = Explorer(page, 0), Explorer(page, 1)
    settings = [left.root.locator(f"[data-control={name}]").input_value() for name in ("ensemble", "n-last")]
    alone = right.run()
    right.set(seed=8)
    right.set(seed=7)
    left.press_run()
    assert right.run() == alone
    left.wait("done")
    assert len(left.numbers()) == 72
    assert right.numbers() == alone
    assert settings == [
        left.root.locator(f"[data-control={name}]").input_value() for name in ("ensemble", "n-last")
    ]


def test_a_run_can_be_stopped(page):
    explorer = Explorer(page)
    explorer.set(direction="smallest", trials=50)
    explorer.press_run()
    page.wait_for_function("root => +root.dataset.computed > 0", arg=explorer.root.element_handle())
    explorer.press_run()
    explorer.wait("stopped")
    count = len(explorer.numbers())
    assert 0 < count < 72
    assert explorer.part("status").inner_text().startswith("Stopped")
    page.wait_for_timeout(500)
    assert len(explorer.numbers()) == count


def test_bad_settings_get_a_message(page):
    explorer = Explorer(page)
    for controls, words in (
        ({"trials": 0}, "Trials a cell: give a whole number from 1 to 50"),
        ({"trials": 2, "n_last": 5}, "The range of n is empty"),
        ({"n_last": 400, "n_step": 1, "d_step": 1}, "at most 1000 fit"),
        ({"d_first": ""}, "Dimension d, from: give a whole number"),
    ):
        for name, value in controls.items():
            control = explorer.root.locator(f"[data-control={name.replace('_', '-')}]")
            control.fill(str(value))
            control.press("Tab")
        explorer.press_run()
        assert words in explorer.part("error").inner_text()
        assert explorer.data("state") == "idle"
    explorer.sizes("d", 10, 60, 10)
    explorer.sizes("n", 10, 20, 10)
    assert explorer.part("error").is_hidden()
    assert len(explorer.run()) == 12


@pytest.mark.parametrize(("number", "fault"), [(0, "refused"), (0, "broken"), (1, "refused")])
def test_a_worker_that_fails_says_so_and_offers_what_is_stored(page, number, fault):
    explorer = Explorer(page, number)
    page.evaluate(
        """fault => {
            const Real = window.Worker;
            const refused = class { constructor() { throw new Error("no workers here"); } };
            const script = "data:text/javascript,throw Error('no luck')";
            const broken = class { constructor() { return new Real(script); } };
            window.Worker = fault === "refused" ? refused : broken;
        }""",
        fault,
    )
    explorer.press_run()
    explorer.wait("failed")
    assert ("no workers here" if fault == "refused" else "no luck") in explorer.part("error").inner_text()
    if number == 0:
        assert explorer.root.locator("[data-action=stored]").count() == 0
        return
    explorer.root.locator("[data-action=stored]").click()
    explorer.wait("done")
    assert explorer.data("source") == "stored"
    assert "The stored result" in explorer.part("status").inner_text()
    sizes = {"n": range(4, 41, 4), "d": range(2, 13, 2)}
    stored = rl.phase_diagram(**sizes, ensemble="whitened", trials=2, rng=7, progress=False)
    assert explorer.numbers() == {
        (n, d): round(2 * float(stored.rate.sel(n=n, d=d))) for n in sizes["n"] for d in sizes["d"]
    }


@BOTH_WIDTHS
def test_it_fits_the_page(page):
    explorer = Explorer(page)
    explorer.root.locator("summary").click()
    explorer.run()
    open_cell(explorer, 0.5, 0.5)
    explorer.part("verdict").wait_for()
    assert page.evaluate("document.scrollingElement.scrollWidth <= window.innerWidth")


def test_normalized_neurons(page):
    explorer = Explorer(page)
    explorer.set(network="normalized", k=2, trials=6, seed=3)
    explorer.sizes("d", 6, 6, 1)
    explorer.sizes("n", 12, 60, 48)
    counts = explorer.run()
    assert counts[12, 6] <= 1  # 2d; the edge is near 4d to 5d
    assert counts[60, 6] >= 5
    assert "statistical dimension of 2 neurons" in explorer.part("legend").inner_text()
    open_cell(explorer, 0.5, 0.75)
    explorer.root.locator("[data-role=detail][data-n='60']").wait_for()
    assert "2 neurons" in explorer.part("detail").locator(".pe-neurons").get_attribute("aria-label")
    explorer.set(direction="opposite")
    assert explorer.root.locator("[data-control=k]").is_disabled()
    explorer.set(network="skip")
    assert explorer.root.locator("[data-control=k]").input_value() == "1"
    assert explorer.root.locator("[data-control=direction]").input_value() == "random"


def test_the_exact_form_recovers_whitened_data_from_n_equal_d_on(page):
    explorer = Explorer(page)
    explorer.set(form="exact", ensemble="whitened", trials=8, seed=1)
    explorer.sizes("d", 6, 6, 1)
    explorer.sizes("n", 9, 18, 9)
    exact = explorer.run()
    assert min(exact.values()) >= 7
    explorer.set(form="gated")
    assert explorer.run()[9, 6] <= 5  # 1.5d, where an all-ones pattern exists more often than not


def test_with_noise_the_distance_is_shown(page):
    explorer = Explorer(page)
    explorer.set(sigma=0.1, trials=4, seed=2)
    explorer.sizes("d", 10, 10, 1)
    explorer.sizes("n", 10, 40, 30)
    explorer.press_run()
    explorer.wait("done")
    near, far = (
        float(explorer.root.locator(f"td[data-n='{n}']").get_attribute("data-distance")) for n in (40, 10)
    )
    assert 0.05 < near < 0.4  # the plateau is two or three sigma
    assert far > 0.5
    assert "mean distance" in explorer.part("status").inner_text()
    open_cell(explorer, 0.5, 0.75)
    explorer.root.locator("[data-role=detail][data-status=fitted]").wait_for()
    assert explorer.part("verdict").inner_text().startswith("Distance 0.")


def test_a_link_carries_the_settings(fixture_book, visit, page, width):
    explorer = Explorer(page, 1)
    explorer.set(seed=12, trials=3)
    explorer.sizes("n", 8, 24, 8)
    counts = explorer.run()
    explorer.root.locator("[data-action=share]").click()
    link = explorer.part("link").input_value()
    assert link == page.url
    explorer.set(seed=13)
    assert explorer.part("link").is_hidden()  # it would lead to other settings
    explorer.set(seed=12)
    there, problems = visit(link, width, alone="phase-explorer")
    other = Explorer(there, 1)
    other.wait("done")
    assert other.numbers() == counts
    assert Explorer(there, 0).data("state") == "idle"

    query = "second?network=deep&trials=999&n=10:50:20&sigma=many&color=red&d=0:6:3"
    there, problems = visit(f"{fixture_book}{PAGE}#{query}", width, alone="phase-explorer")
    other = Explorer(there, 1)
    words = other.part("error").inner_text()
    for note in (
        "network = “deep” in the link is unknown",
        "Trials a cell = 999 in the link is out of range: 50 is used",
        "Noise σ = “many” in the link is no number",
        "“color” in the link is no setting",
        "Dimension d = 0 in the link is out of range: 1 is used",
    ):
        assert note in words
    assert other.root.locator("[data-control=trials]").input_value() == "50"
    assert other.root.locator("[data-control=n-step]").input_value() == "20"
    assert other.data("state") == "idle"
    assert problems == []


@BOTH_WIDTHS
def test_pictures_and_numbers_are_saved(page):
    explorer = Explorer(page, 1)
    explorer.sizes("n", 8, 32, 8)
    counts = explorer.run()
    with page.expect_download() as download:
        explorer.root.locator("[data-action=csv]").click()
    lines = download.value.path().read_text("utf-8").splitlines()
    assert "ensemble=whitened" in lines[0]
    rows = list(csv.DictReader(lines[1:]))
    assert len(rows) == 4 * len(counts)
    for (n, d), recovered in counts.items():
        here = [row for row in rows if (row["n"], row["d"]) == (str(n), str(d))]
        assert sum(row["status"] == "recovered" for row in here) == recovered
        assert all(row["evidence"] for row in here if row["status"] != "undecided")
    with page.expect_download() as download:
        explorer.root.locator("[data-action=png]").click()
    picture = download.value.path().read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert len(picture) > 10_000
    size = [int.from_bytes(picture[at : at + 4], "big") for at in (16, 20)]
    plot = "canvas => [canvas.clientWidth, canvas.clientHeight].map(length => 2 * length)"
    width, height = explorer.part("plot").locator("canvas").evaluate(plot)
    assert size[0] == width
    assert size[1] > height + 250  # settings above; legend and word on sampling below
    folder = ROOT / "_build" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"phase-explorer-saved-{size[0]}.png").write_bytes(picture)


def test_a_long_computation_asks_first_and_can_be_stopped(page):
    explorer = Explorer(page)
    explorer.set(network="plain", form="exact")
    explorer.sizes("n", 100, 400, 10)
    explorer.press_run()
    explorer.wait("asking")
    assert "This will take about" in explorer.part("warning").inner_text()
    assert page.evaluate("document.activeElement.dataset.action") == "anyway"
    explorer.root.locator("[data-action=back]").click()
    assert explorer.data("state") == "idle"
    assert explorer.part("warning").is_hidden()
    explorer.press_run()
    explorer.root.locator("[data-action=anyway]").click()
    explorer.wait("running")
    explorer.press_run()
    explorer.wait("stopped")
    explorer.set(network="skip", form="gated")
    explorer.sizes("n", 10, 20, 10)
    assert len(explorer.run()) == 12  # no worker is busy with what was stopped


def test_a_slice_shows_the_transition(page):
    explorer = Explorer(page, 1)
    counts = explorer.run()
    explorer.set(slice="6")
    label = explorer.part("slice").locator("svg").get_attribute("aria-label")
    assert "at d = 6, with Wilson's 95 % intervals" in label
    shown = dict(re.findall(r"n = (\d+): ([\d.]+)", label))
    assert {int(n): float(value) for n, value in shown.items()} == {
        n: counts[n, 6] / 4 for n in range(4, 41, 4)
    }


@BOTH_WIDTHS
def test_axe_finds_nothing(fixture_book, visit, width):
    for theme in ("light", "dark"):
        page, problems = visit(fixture_book + PAGE, width, theme, alone="phase-explorer")
        explorer = Explorer(page, 1)
        explorer.root.locator("summary").click()
        explorer.run()
        open_cell(explorer, 0.45, 0.4)
        explorer.part("verdict").wait_for()
        explorer.root.locator("[data-action=share]").click()
        explorer.root.locator("[data-control=trials]").fill("0")
        explorer.press_run()
        assert explorer.part("error").is_visible()
        assert axe_faults(page, "[data-widget=phase-explorer]") == []
        screenshot(explorer.root, f"phase-explorer-{theme}-{width}")
        assert problems == []


def test_a_finger_is_enough(fixture_book, browser):
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(fixture_book + PAGE)
    page.locator("[data-name=second]").scroll_into_view_if_needed() if page.locator(
        "[data-name=second]"
    ).count() else page.mouse.wheel(0, 3000)
    explorer = Explorer(page, 0)
    explorer.root.locator("[data-action=run]").tap()
    explorer.wait("done")
    explorer.part("plot").scroll_into_view_if_needed()
    box = explorer.part("plot").locator(".pe-frame").bounding_box()
    page.touchscreen.tap(box["x"] + 0.1 * box["width"], box["y"] + 0.1 * box["height"])
    explorer.part("verdict").wait_for()
    assert explorer.part("verdict").inner_text().startswith("Recovered.")
    for part in explorer.root.locator("button:visible, select:visible").all():
        assert part.bounding_box()["height"] >= 32
    context.close()


def test_memory_stays_flat(fixture_book, visit):
    page, problems = visit(fixture_book + PAGE, 1280, alone="phase-explorer")
    explorer = Explorer(page, 1)
    explorer.set(trials=1)
    explorer.sizes("n", 4, 8, 4)
    devtools = page.context.new_cdp_session(page)
    devtools.send("Performance.enable")

    def runs(count):
        page.evaluate(
            """async ([root, count]) => {
                const button = root.querySelector("[data-action=run]");
                for (let run = 0; run < count; run++) {
                    button.click();
                    while (root.dataset.state !== "done") await new Promise((done) => setTimeout(done, 2));
                }
            }""",
            [explorer.root.element_handle(), count],
        )
        devtools.send("HeapProfiler.collectGarbage")
        metrics = {one["name"]: one["value"] for one in devtools.send("Performance.getMetrics")["metrics"]}
        return metrics["JSHeapUsedSize"], metrics["Nodes"], metrics["JSEventListeners"]

    before = runs(20)
    after = runs(200)
    assert after[0] < before[0] + 1_000_000
    assert after[1] < before[1] + 500
    assert after[2] < before[2] + 50
    assert problems == []


@BOTH_WIDTHS
def test_stored_edges_over_all_patterns_are_switched_on(page):
    explorer = Explorer(page)
    explorer.set(ensemble="gaussian", direction="random")
    explorer.sizes("d", 4, 12, 2)
    explorer.sizes("n", 5, 45, 5)
    plot, legend = explorer.part("plot"), explorer.part("legend")
    for form, words in (("gated", "gated network"), ("exact", "ReLU network")):
        assert plot.locator(f".pe-over-{form}").count() == 0
        explorer.root.locator(f"[data-control=over-{form}]").check()
        assert plot.locator(f".pe-over-{form}").count() == 2  # a line and its halo
        assert f"{words} over all patterns: median edge of nested rows (measured" in legend.inner_text()
        assert f"the library's figure edges-{form}" in legend.inner_text()
    ds = rl.open_figure("edges-exact")
    plot.focus()
    page.keyboard.press("ArrowLeft")
    n = float(ds["median"].sel(d=6)) * 6
    assert "Half recovered over all patterns from n = " in explorer.part("readout").inner_text()
    assert f"{n:.1f} (ReLU network" in explorer.part("readout").inner_text()
    slice_picture = explorer.root.locator(".pe-slice-picture")
    assert slice_picture.locator(".pe-over-exact").count() == 1
    explorer.root.locator("[data-control=over-exact]").uncheck()
    assert plot.locator(".pe-over-exact").count() == 0
    explorer.set(direction="smallest")
    assert explorer.root.locator("[data-control=over-gated]").is_checked()
    assert "figure gated-smallest" in legend.inner_text()
    explorer.set(sigma=0.1)
    assert explorer.part("over-all").is_hidden()
    explorer.set(sigma=0, network="plain")
    assert explorer.part("over-all").is_hidden()
    assert axe_faults(page, "[data-widget=phase-explorer]") == []
