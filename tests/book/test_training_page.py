"""The training player on a built page: stored runs and training in the page."""

import pytest
from handling import PAGE, number, part, wait_for


@pytest.mark.parametrize("width", [1280, 390])
def test_stored_runs_reach_the_convex_optimum(opened, width):
    page, player = opened("training-player", width)
    slider = player.locator("[data-control=index]")
    for run, directions, skip in (
        ("one ReLU neuron", 1, "no"),
        ("two opposite ReLU neurons", 2, "no"),
        ("a linear neuron, skip network", 0, "yes"),
    ):
        player.locator("[data-control=run]").select_option(run)
        assert player.get_attribute("data-frame") == "0"
        assert number(player, "directions") >= 5
        slider.focus()
        slider.press("End")
        assert number(player, "step") == 4000
        assert (number(player, "directions"), player.get_attribute("data-skip")) == (directions, skip)
        assert 1 - 1e-6 < number(player, "objective") / number(player, "optimum") < 1 + 1e-4
        assert number(player, "loss") < 1e-3
        assert "% above the convex optimum" in part(player, "words").inner_text()
        assert part(player, "live").text_content() == part(player, "words").inner_text()
    assert page.evaluate("document.scrollingElement.scrollWidth <= window.innerWidth")


def test_a_run_plays_at_its_speed_and_by_steps(opened):
    page, player = opened("training-player")
    button = player.locator("[data-action=play]")
    player.locator("[data-control=speed]").select_option("4")
    button.click()
    wait_for(player, "root.dataset.step === '4000'")
    assert button.inner_text() == "Play"
    player.locator("[data-control=index]").fill("10")
    player.locator("[data-action=step]").press("Enter")
    assert player.get_attribute("data-frame") == "11"
    player.locator("[data-control=speed]").select_option("0.5")
    button.click()
    wait_for(player, "+root.dataset.frame > 12")
    player.locator("[data-control=run]").select_option("two opposite ReLU neurons")
    page.wait_for_timeout(500)
    assert player.get_attribute("data-frame") == "0"  # another run stands still until it is played


@pytest.mark.parametrize(
    ("planted", "directions", "skip"), [("one", 1, "no"), ("opposite", 2, "no"), ("linear", 0, "yes")]
)
def test_a_network_is_trained_in_the_page(opened, planted, directions, skip):
    page, player = opened("training-player")
    player.locator("[data-control=run]").select_option("train one here")
    wait_for(player, "root.dataset.state === 'trained'")
    player.locator("[data-control=planted]").select_option(planted)
    for name, value in (("n", 50), ("width", 20), ("steps", 6000), ("seed", 4)):
        player.locator(f"[data-control={name}]").fill(str(value))
    page.emulate_media(reduced_motion="reduce")
    player.get_by_role("button", name="Train", exact=True).click()
    wait_for(player, "root.dataset.state === 'trained' && root.dataset.step === '6000'")
    assert (number(player, "directions"), player.get_attribute("data-skip")) == (directions, skip)
    # Planted neurons cost beta each, so the optimum is below that; the network comes as low.
    assert number(player, "objective") < 0.02 * (2 if planted == "opposite" else 1)
    assert number(player, "loss") < 1e-3


def test_bad_training_is_told(opened):
    _, player = opened("training-player")
    player.locator("[data-control=run]").select_option("train one here")
    wait_for(player, "root.dataset.state === 'trained'")
    train, error = player.get_by_role("button", name="Train", exact=True), part(player, "error")
    for name, value, words in (
        ("n", "101", "Rows n: give a whole number from 2 to 100."),
        ("beta", "-1", "Weight decay β: give a number from 0 to 1."),
        ("steps", "", "Steps: give a whole number from 10 to 20000."),
    ):
        control = player.locator(f"[data-control={name}]")
        before = control.input_value()
        control.fill(value)
        train.click()
        assert error.inner_text() == words
        assert control.get_attribute("aria-invalid") == "true"
        control.fill(before)
    player.locator("[data-control=lr]").fill("5")
    player.locator("[data-control=scale]").fill("3")
    train.click()
    wait_for(player, "root.dataset.state === 'diverged'")
    assert "Take a smaller step size" in error.inner_text()
    player.locator("[data-control=run]").select_option("one ReLU neuron")
    assert error.is_hidden()


def test_a_worker_that_does_not_start_leaves_the_stored_runs(fixture_book, visit):
    page, _ = visit(fixture_book + PAGE, 1280, alone="training-player")
    page.evaluate(
        "() => { window.Worker = class { constructor() { throw new Error('no workers here'); } }; }"
    )
    player = page.locator("[data-widget=training-player]")
    wait_for(player, "root.dataset.ready === 'true'")
    player.locator("[data-control=run]").select_option("train one here")
    wait_for(player, "root.dataset.state === 'failed'")
    assert "no workers here" in part(player, "error").inner_text()
    assert "stored runs above can still be played" in part(player, "error").inner_text()
    player.locator("[data-control=run]").select_option("one ReLU neuron")
    player.locator("[data-control=index]").press("End")
    assert number(player, "directions") == 1
