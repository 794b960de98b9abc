"""The phase explorer on a built page, driven as a reader would."""

import re

import pytest

PAGE = "/chapters/widgets.html"
DONE = 30_000


class Explorer:
    """One widget on the page."""

    def __init__(self, page, number=0):
        self.page = page
        self.root = page.locator("[data-widget=phase-explorer]").nth(number)
        self.root.locator("[data-action=run]").wait_for(timeout=DONE)

    def part(self, role):
        return self.root.locator(f"[data-role={role}]")

    def set(self, **controls):
        for name, value in controls.items():
            control = self.root.locator(f"[data-control={name.replace('_', '-')}]")
            if isinstance(value, str):
                control.select_option(value)
            else:
                control.fill(str(value))
                control.press("Tab")

    def sizes(self, name, first, last, step):
        # Largest first, so that the range is never empty on the way.
        self.set(**{f"{name}_last": last, f"{name}_first": first, f"{name}_step": step})

    def press_run(self):
        self.root.locator("[data-action=run]").click()

    def wait(self, state):
        # Polled here and not in the page: a page that froze would have no say.
        self.page.wait_for_function(
            "([root, state]) => root.dataset.state === state",
            arg=[self.root.element_handle(), state],
            timeout=DONE,
        )

    def run(self):
        self.press_run()
        self.wait("done")
        return self.numbers()

    def numbers(self):
        """{(n, d): recovered} from the table, as a screen reader gets it."""
        cells = self.root.locator("td[data-recovered]").evaluate_all(
            "all => all.map(td => [+td.dataset.n, +td.dataset.d, +td.dataset.recovered, td.textContent])"
        )
        for _, _, recovered, text in cells:
            assert text.startswith(f"{recovered}/")
        return {(n, d): recovered for n, d, recovered, _ in cells}

    def data(self, name):
        return self.root.get_attribute(f"data-{name}")

    def value(self, role):
        return float(self.part(role).inner_text())


@pytest.fixture(params=[1280, 390])
def width(request):
    return request.param


@pytest.fixture
def page(fixture_book, visit, width):
    page, problems = visit(fixture_book + PAGE, width)
    yield page
    assert problems == []


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


def open_cell(explorer, across, up):
    """Click the diagram at a fraction of its width and height."""
    explorer.part("plot").scroll_into_view_if_needed()
    box = explorer.part("plot").locator(".pe-frame").bounding_box()
    x, y = box["x"] + across * box["width"], box["y"] + (1 - up) * box["height"]
    explorer.page.mouse.click(x, y)


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
                r"Block norms of (\d+) patterns", detail.locator("svg").get_attribute("aria-label")
            )
            assert float(norms[1]) == explorer.value("patterns") >= 45
            largest = explorer.value("largest-norm")
            if evidence == "isometry":
                assert 0 < largest < 1
            if evidence == "dual":
                assert explorer.value("largest-refined") < 1 < largest
                assert detail.locator("circle").count() == explorer.value("patterns")
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
    assert explorer.numbers() == {(120, 10): 5}


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


@pytest.mark.parametrize("fault", ["refused", "broken"])
def test_a_worker_that_fails_says_so(page, fault):
    explorer = Explorer(page)
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


def test_it_fits_the_page(page):
    explorer = Explorer(page)
    explorer.root.locator("summary").click()
    explorer.run()
    open_cell(explorer, 0.5, 0.5)
    explorer.part("verdict").wait_for()
    assert page.evaluate("document.scrollingElement.scrollWidth <= window.innerWidth")
