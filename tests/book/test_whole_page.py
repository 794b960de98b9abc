"""The whole explorer on a built page, by mouse and by keys."""

import numpy as np
import pytest
from booktools import axe_faults, screenshot
from handling import part, wait_for

NAME = "whole-explorer"
PLACES = {"exact": 75, "gated": 45, "sampled": 75}


def finished(explorer, program="exact"):
    part(explorer, "plot").scroll_into_view_if_needed()
    done = "([root, program]) => root.dataset.program === program && root.dataset.state === 'done'"
    explorer.page.wait_for_function(done, arg=[explorer.element_handle(), program], timeout=90_000)
    assert explorer.get_attribute("data-computed") == str(PLACES[program])


def shares(explorer):
    """{(n, d): recovered} from the table, as a screen reader gets it."""
    read = "all => all.map(td => [+td.dataset.n, +td.dataset.d, +td.dataset.recovered])"
    return {(n, d): won for n, d, won in explorer.locator("td[data-recovered]").evaluate_all(read)}


def test_it_fills_when_it_is_seen_and_goes_from_program_to_program(opened):
    _, explorer = opened(NAME)
    finished(explorer)
    won = {"exact": shares(explorer)}
    assert "none left open" in part(explorer, "status").inner_text()
    assert "ReLU network, all patterns: " in part(explorer, "live").text_content()
    for program in ("gated", "sampled"):
        explorer.locator(f"[data-control={program}]").check()
        finished(explorer, program)
        won[program] = shares(explorer)
        assert len(won[program]) == PLACES[program]
    for place, count in won["gated"].items():  # the same problems: a gated success is one of the others
        assert count <= min(won["exact"][place], won["sampled"][place])
    high = [won["exact"][n, d] for n in range(12, 17) for d in range(2, 7)]
    assert np.mean(high) > 1.8
    assert sum(won["exact"].values()) > 1.1 * sum(won["sampled"].values())
    explorer.locator("[data-control=exact]").check()  # nothing is computed again
    finished(explorer)
    assert "Done in" not in part(explorer, "status").inner_text()
    assert shares(explorer) == won["exact"]


def test_squares_are_read_and_opened_by_keys(opened):
    page, explorer = opened(NAME)
    finished(explorer)
    explorer.locator("[data-control=exact]").focus()
    page.keyboard.press("ArrowDown")
    finished(explorer, "gated")
    part(explorer, "plot").focus()
    page.keyboard.press("ArrowUp")
    readout = part(explorer, "readout")
    assert readout.inner_text().startswith("n = 7, d = 4. ReLU network, all patterns: ")
    assert "; gated network, all patterns: " in readout.inner_text()
    assert part(explorer, "live").text_content() == readout.inner_text()
    page.keyboard.press("Enter")
    opened_cell = part(explorer, "opened")
    assert opened_cell.inner_text().startswith("n = 7, d = 4: gated network, all patterns")
    assert opened_cell.locator("li").count() == 2
    page.keyboard.press("ArrowRight")
    assert "up to d = 4 only" in readout.inner_text()
    page.keyboard.press("Enter")
    assert opened_cell.locator("li").count() == 0


def test_stored_edges_are_drawn_with_their_source(opened):
    _, explorer = opened(NAME)
    finished(explorer)
    plot, legend = part(explorer, "plot"), part(explorer, "legend")
    for form, words in (("exact", "ReLU network"), ("gated", "gated network")):
        assert plot.locator(f".pe-over-{form}").count() == 2  # a line and its halo
        assert f"{words} over all patterns: median edge of nested rows (measured" in legend.inner_text()
        assert f"figure edges-{form}" in legend.inner_text()
    explorer.locator("[data-control=over-gated]").uncheck()
    assert plot.locator(".pe-over-gated").count() == 0
    explorer.locator("[data-control=direction]").select_option("smallest")
    finished(explorer)
    assert "figure real-smallest-fine" in legend.inner_text()
    explorer.locator("[data-control=ensemble]").select_option("whitened")
    finished(explorer)
    assert plot.locator(".pe-over-exact").count() == 0


def test_new_draws_trials_and_a_stop(opened):
    _, explorer = opened(NAME)
    finished(explorer)
    before = shares(explorer)
    explorer.locator("[data-action=new]").click()
    finished(explorer)
    assert shares(explorer) != before
    trials = explorer.locator("[data-control=trials]")
    trials.fill("51")
    trials.press("Tab")
    assert part(explorer, "error").inner_text() == "Trials a cell: give a whole number from 1 to 50."
    trials.fill("50")
    trials.press("Tab")
    assert part(explorer, "error").is_hidden()
    explorer.locator("[data-action=run]").click()
    wait_for(explorer, "root.dataset.state === 'stopped'")
    assert "Stopped. ReLU network" in part(explorer, "status").inner_text()
    computed = int(explorer.get_attribute("data-computed"))
    assert computed < 75
    trials.fill("1")
    trials.press("Tab")
    finished(explorer)


def test_with_less_motion_the_diagram_comes_at_once(opened):
    page, explorer = opened(NAME)
    finished(explorer)
    page.emulate_media(reduced_motion="reduce")
    explorer.evaluate(
        """root => { window.steps = new Set();
            new MutationObserver(() => window.steps.add(root.dataset.computed))
                .observe(root, { attributes: true, attributeFilter: ["data-computed"] }); }"""
    )
    explorer.locator("[data-action=new]").click()
    finished(explorer)
    assert page.evaluate("[...window.steps].filter(n => n !== '0').length") == 1


@pytest.mark.parametrize(
    ("width", "scheme", "forced"), [(1280, "light", "none"), (390, "dark", "none"), (320, "light", "active")]
)
def test_it_is_open_to_everybody(opened, width, scheme, forced):
    page, explorer = opened(NAME, width, scheme)
    page.emulate_media(forced_colors=forced)
    finished(explorer)
    part(explorer, "plot").focus()
    page.keyboard.press("Enter")
    assert axe_faults(page, f"[data-widget={NAME}]") == []
    screenshot(explorer, f"whole-{scheme}-{width}")
    assert page.evaluate("document.scrollingElement.scrollWidth <= window.innerWidth")
    for thing in explorer.locator("button:visible, select:visible, input[type=number]:visible").all():
        assert thing.bounding_box()["height"] >= 32
