"""The step explorer on a built page: its numbers are Python's, and all of it answers to keys."""

import pytest
from handling import number, part, wait_for

from relulab.widgets import StepExplorer

NAME = "step-explorer"


def now(explorer):
    names = ("target", "proposal", "noise", "rule")
    kinds = {name: explorer.locator(f"[data-control={name}]").input_value() for name in names}
    return StepExplorer(**kinds, n=int(number(explorer, "n")), sigma=number(explorer, "sigma"))


def assert_python_agrees(explorer):
    acceptance, jump = now(explorer).found
    assert number(explorer, "acceptance") == pytest.approx(acceptance, abs=1e-6)
    assert number(explorer, "jump") == pytest.approx(jump, rel=1e-5)


@pytest.mark.parametrize("width", [1280, 320])
def test_keys_move_step_and_dimension(opened, width):
    page, explorer = opened(NAME, width)
    assert_python_agrees(explorer)
    before = number(explorer, "best")
    slider = explorer.locator("[data-control=n]")
    slider.focus()
    for _ in range(4):
        slider.press("ArrowRight")
    wait_for(explorer, "root.dataset.n === '10000'")
    assert slider.get_attribute("aria-valuetext") == "10,000 dimensions"
    assert number(explorer, "best") < 0.8 * before
    step = explorer.locator("[data-control=sigma]")
    step.focus()
    step.press("ArrowLeft")
    wait_for(explorer, "+root.dataset.sigma < 0.2")
    assert_python_agrees(explorer)
    explorer.locator("[data-action=best]").press("Enter")
    wait_for(explorer, "+root.dataset.share > 0.999")
    assert "the best step." in part(explorer, "verdict").inner_text()
    assert part(explorer, "live").text_content() == part(explorer, "verdict").text_content()
    assert page.evaluate("document.scrollingElement.scrollWidth <= window.innerWidth")


def test_every_chain_has_the_numbers_of_python_and_its_limit(opened):
    _, explorer = opened(NAME)
    limits = {("walk", "metropolis"): 0.234, ("langevin", "metropolis"): 0.574, ("barker", "barker"): 0.347}
    for (proposal, rule), limit in limits.items():
        explorer.locator("[data-control=proposal]").select_option(proposal)
        explorer.locator("[data-control=rule]").select_option(rule)
        for noise, target in (("gaussian", "gaussian"), ("bumps", "hyperbolic")):
            explorer.locator("[data-control=noise]").select_option(noise)
            explorer.locator("[data-control=target]").select_option(target)
            explorer.locator("[data-action=best]").click()
            assert_python_agrees(explorer)
        assert number(explorer, "limit") == pytest.approx(limit, abs=1e-3)
        slider = explorer.locator("[data-control=n]")
        slider.fill("6")
        wait_for(explorer, "root.dataset.n === '1000000'")
        assert number(explorer, "best-acceptance") == pytest.approx(limit, abs=0.03)
        slider.fill("2")
        wait_for(explorer, "root.dataset.n === '100'")


def test_the_proposal_leans_uphill_and_forgets_it_when_steps_are_short(opened):
    _, explorer = opened(NAME)
    words = part(explorer, "uphill")
    explorer.locator("[data-control=place]").fill("3")
    explorer.locator("[data-control=sigma]").fill("0.4")
    wait_for(explorer, "+root.dataset.sigma > 2")
    far = float(words.inner_text().split()[-2])
    explorer.locator("[data-control=sigma]").fill("-3")
    wait_for(explorer, "+root.dataset.sigma < 0.01")
    assert far > 75
    assert float(words.inner_text().split()[-2]) == pytest.approx(50, abs=0.3)
    explorer.locator("[data-control=place]").fill("0")
    wait_for(explorer, "root.querySelector('[data-role=uphill]').textContent.startsWith('At the top')")


def test_words_follow_the_coordinate_even_where_the_slope_hardly_changes(opened):
    """In the tails of the hyperbolic density the probability stays; where the coordinate is does not."""
    _, explorer = opened(NAME)
    slider, words = explorer.locator("[data-control=place]"), part(explorer, "uphill")
    said = []
    for place in ("-4", "-3", "3", "4"):
        slider.fill(place)
        start = f"From {float(place):.1f},".replace("-", "\u2212")
        wait_for(explorer, f"root.querySelector('[data-role=uphill]').textContent.startsWith('{start}')")
        said.append(words.inner_text())
        assert slider.get_attribute("aria-valuetext").startswith(f"at {place}: ")
    assert len(set(said)) == 4
    assert len({text.split()[-2] for text in said}) < 4
