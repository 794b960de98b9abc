"""The isometry explorer on a built page: its numbers, and what the theory knows."""

import math

import pytest
from booktools import come_near_widgets, leave_alone
from handling import PAGE, number, part, wait_for

import relulab as rl

DRAWN, GIVEN = 0, 1


def slide(explorer, **settings):
    """Move sliders and selects, and wait for the verdict on the instance that they ask for."""
    for name, value in settings.items():
        control = explorer.locator(f"[data-control={name}]")
        if isinstance(value, str):
            control.select_option(value)
        else:
            control.fill(str(value))
    wait_for(explorer, "root.dataset.state === 'done'")


def test_a_given_instance_has_the_numbers_of_python(opened):
    _, explorer = opened("isometry-explorer", number=GIVEN)
    X = rl.draw("gaussian", 50, 20, rng=18)
    plant, S = rl.plant(X, direction="smallest"), rl.sample_patterns(X, rng=8)
    iso, verdict = rl.isometry(plant, S), rl.decide(plant, S)
    wait_for(explorer, "root.dataset.state === 'done'")
    assert number(explorer, "largest") == pytest.approx(iso.norms.max(), abs=1e-9)
    assert number(explorer, "patterns") == len(S)
    assert (explorer.get_attribute("data-status"), explorer.get_attribute("data-evidence")) == (
        "recovered",
        "dual",
    )
    assert (verdict.status, verdict.evidence) == ("recovered", "dual")
    assert number(explorer, "largest") > 1 > number(explorer, "refined")
    above = int((iso.norms >= 1).sum())
    assert f"{above} of {len(S)} not below 1." in part(explorer, "first-words").inner_text()
    assert part(explorer, "minimum-norm").locator(".ie-above").count() == above
    assert part(explorer, "refined").locator(".ie-above").count() == 0
    assert (
        part(explorer, "verdict").inner_text().startswith("Recovered. The minimum-norm certificate reaches")
    )


@pytest.mark.parametrize("width", [1280, 390])
def test_the_refined_certificate_comes_down_below_1(opened, width):
    page, explorer = opened("isometry-explorer", width, number=GIVEN)
    wait_for(explorer, "root.dataset.state === 'done'")
    last = number(explorer, "step")
    slider = explorer.locator("[data-control=index]")
    slider.focus()
    slider.press("Home")
    assert number(explorer, "refined") == number(explorer, "largest") > 1
    assert slider.get_attribute("aria-valuetext") == "minimum norm"
    heights = []
    for _ in range(int(number(explorer, "frames")) - 1):
        slider.press("ArrowRight")
        heights.append(number(explorer, "refined"))
    assert number(explorer, "step") == last
    assert heights[-1] < 1 <= min(heights[:-1])
    assert "0 of" in part(explorer, "live").text_content()
    slider.press("Home")
    explorer.locator("[data-action=play]").click()
    wait_for(explorer, "+root.dataset.step === argument", last)
    assert page.evaluate("document.scrollingElement.scrollWidth <= window.innerWidth")


def test_instances_are_as_the_theory_says(opened):
    _, explorer = opened("isometry-explorer", number=DRAWN)
    wait_for(explorer, "root.dataset.state === 'done'")
    assert number(explorer, "largest") > 1 > number(explorer, "refined")
    slide(explorer, direction="random", ensemble="whitened", n=100, d=20)
    assert number(explorer, "level") == pytest.approx(math.sqrt((1 + 20 / 100) / 4), abs=0.02)
    slide(explorer, n=120, d=10)
    assert (explorer.get_attribute("data-status"), explorer.get_attribute("data-evidence")) == (
        "recovered",
        "isometry",
    )
    assert number(explorer, "largest") < 1
    assert part(explorer, "refined-words").inner_text().startswith("Not needed")
    assert explorer.locator("[data-action=play]").is_disabled()
    for ensemble in ("gaussian", "cubic"):
        # n < d: every pattern exists, the all-ones one too; w is not in the row space: something is cheaper
        slide(explorer, ensemble=ensemble, n=20, d=30)
        assert explorer.get_attribute("data-status") == "not-recovered"
        assert "The all-ones pattern exists." in part(explorer, "about").inner_text()
        assert "No λ solves" in part(explorer, "about").inner_text()
    slide(explorer, ensemble="gaussian", direction="smallest", n=80, d=40)
    before = number(explorer, "largest")
    explorer.locator("[data-action=another]").click()
    wait_for(explorer, "root.dataset.state === 'done' && +root.dataset.largest !== argument", before)


def test_moving_one_leaves_the_other(opened):
    page, drawn = opened("isometry-explorer", number=DRAWN)
    given = page.locator("[data-widget=isometry-explorer]").nth(GIVEN)
    wait_for(given, "root.dataset.state === 'done'")
    before = given.evaluate("root => JSON.stringify(root.dataset)")
    slide(drawn, n=90, d=15)
    assert (number(drawn, "n"), number(drawn, "d")) == (90, 15)
    assert given.evaluate("root => JSON.stringify(root.dataset)") == before
    given.locator("[data-control=n]").focus()
    page.keyboard.press("ArrowRight")
    wait_for(given, "root.dataset.n === '51' && root.dataset.given === 'no'")


def test_new_norms_follow_the_slider_at_once(opened):
    _, explorer = opened("isometry-explorer", number=DRAWN)
    wait_for(explorer, "root.dataset.state === 'done'")
    spent = explorer.evaluate(
        """async root => {
            const slider = root.querySelector("[data-control=n]"), times = [];
            for (let n = 60; n < 80; n++) {
                const begun = performance.now();
                slider.value = n;
                slider.dispatchEvent(new Event("input"));
                await new Promise((resolve) => {
                    const drawn = () => root.dataset.n === String(n) && (observer.disconnect(), resolve());
                    const observer = new MutationObserver(drawn);
                    observer.observe(root, { attributes: true });
                });
                times.push(performance.now() - begun);
            }
            return times.sort((a, b) => a - b)[5];
        }"""
    )
    assert spent < 50


def test_a_failing_worker_is_told(fixture_book, browser):
    with browser.new_context() as context:
        context.add_init_script(
            "const Real = Worker; window.Worker = class { constructor() { "
            "return new Real('data:text/javascript,throw Error(`no luck`)'); } };"
        )
        page = context.new_page()
        leave_alone(page, "isometry-explorer")
        page.goto(fixture_book + PAGE)
        come_near_widgets(page)
        explorer = page.locator("[data-widget=isometry-explorer]").nth(DRAWN)
        explorer.wait_for()
        wait_for(explorer, "root.dataset.state === 'failed'")
        assert "no luck" in part(explorer, "error").inner_text()
        assert "Change a setting to try again." in part(explorer, "error").inner_text()
