"""A phase explorer on a page, in the hands of a test."""

DONE = 90_000


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

    def numbers_as_told(self):
        """{(n, d): words} from the table, whether or not it is unfolded."""
        cells = self.root.locator("td[data-recovered]").evaluate_all(
            "all => all.map(td => [+td.dataset.n, +td.dataset.d, td.textContent])"
        )
        return {(n, d): words for n, d, words in cells}

    def data(self, name):
        return self.root.get_attribute(f"data-{name}")

    def value(self, role):
        return float(self.part(role).inner_text())


def open_cell(explorer, across, up):
    """Click the diagram at a fraction of its width and height."""
    explorer.part("plot").scroll_into_view_if_needed()
    box = explorer.part("plot").locator(".pe-frame").bounding_box()
    x, y = box["x"] + across * box["width"], box["y"] + (1 - up) * box["height"]
    explorer.page.mouse.click(x, y)
