"""The small widgets on a built page, driven as a reader would."""

import math
import re

import pytest
from booktools import ROOT

import relulab as rl

PAGE = "/chapters/explorers.html"


@pytest.fixture
def opened(fixture_book, visit):
    """`opened(name, width)` gives the page and the widget of that name once it is ready; problems fail."""
    found = []

    def opened(name, width=1280, color_scheme="light", number=0):
        page, problems = visit(fixture_book + PAGE, width, color_scheme)
        found.append(problems)
        widget = page.locator(f"[data-widget={name}]").nth(number)
        page.wait_for_function("root => root.dataset.ready === 'true'", arg=widget.element_handle())
        return page, widget

    yield opened
    assert not any(found)


def part(widget, role):
    return widget.locator(f"[data-role={role}]")


def wait_for(widget, condition, argument=None):
    """Wait until a condition in JavaScript, of `root` and an argument, is true of the widget."""
    script = f"([root, argument]) => {condition}"
    widget.page.wait_for_function(script, arg=[widget.element_handle(), argument], timeout=20_000)


@pytest.mark.parametrize("width", [1280, 390])
def test_a_flipbook_is_turned_by_slider_and_keys(opened, width):
    page, book = opened("flipbook", width)
    picture, slider = part(book, "picture"), book.locator("input[type=range]")
    assert picture.get_attribute("alt").startswith("A gate at angle 0.00: ")
    slider.focus()
    for key, index in (("ArrowRight", 1), ("ArrowRight", 2), ("End", 20), ("ArrowLeft", 19), ("Home", 0)):
        before = picture.get_attribute("src")
        slider.press(key)
        assert book.get_attribute("data-index") == str(index)
        assert picture.get_attribute("src") != before
        assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 300
        assert slider.get_attribute("aria-valuetext") == part(book, "label").inner_text()
        assert part(book, "live").text_content() == picture.get_attribute("alt")
    box = slider.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    assert book.get_attribute("data-index") == "10"
    assert part(book, "label").inner_text() == "angle 3.14159"
    on = [int(re.search(r": (\d+) of 24", text)[1]) for text in alts(book, slider, (0, 10, 20))]
    assert on == [on[0], 24 - on[0], on[0]]  # the opposite gate has the other points on
    assert page.evaluate("document.scrollingElement.scrollWidth <= window.innerWidth")


def alts(book, slider, indices):
    for index in indices:
        slider.fill(str(index))
        yield part(book, "picture").get_attribute("alt")


def test_a_flipbook_plays(opened):
    page, book = opened("flipbook")
    button = book.locator("[data-action=play]")
    button.click()
    wait_for(book, "+root.dataset.index >= 2")
    assert button.inner_text() == "Pause"
    button.click()
    index = book.get_attribute("data-index")
    page.wait_for_timeout(900)
    assert (book.get_attribute("data-index"), button.inner_text()) == (index, "Play")
    assert part(book, "live").text_content() == ""
    book.locator("input[type=range]").fill("19")
    button.press("Enter")
    wait_for(book, "root.dataset.index === '20'")
    assert button.inner_text() == "Play"


def test_a_flipbook_moves_by_steps_where_less_motion_is_asked(opened):
    page, book = opened("flipbook")
    page.emulate_media(reduced_motion="reduce")
    button = book.get_by_role("button", name="Next")
    for index in (1, 2):
        button.click()
        page.wait_for_timeout(500)
        assert book.get_attribute("data-index") == str(index)


def test_a_flipbooks_pictures_follow_the_theme(opened):
    page, book = opened("flipbook")
    source = "async image => (await fetch(image.src)).text()"
    assert "#1f2933" in part(book, "picture").evaluate(source)
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    wait_for(book, "getComputedStyle(root).getPropertyValue('--rw-blue') === '#4ba6e6'")
    page.wait_for_timeout(100)
    text = part(book, "picture").evaluate(source)
    assert "#1f2933" not in text
    assert "#e6e9ec" in text


# The arrangement explorer

PLANE, SPHERE = 0, 1


def handle(widget, text):
    return widget.locator(f"[data-handle='{text}']")


def drag(page, thing, to, steps=6):
    """Drag the middle of a thing to a place (x, y) on the screen, with the mouse."""
    thing.scroll_into_view_if_needed()
    box = thing.locator(".ae-disc").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(*to, steps=steps)
    page.mouse.up()


def place_in(widget, x, y):
    """Where a point of the plane is on the screen; the ring's inner radius is 1.7."""
    box = part(widget, "picture").bounding_box()
    middle, unit = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2), box["width"] * 82 / 360
    return middle[0] + unit * x, middle[1] - unit * y


@pytest.mark.parametrize("width", [1280, 390])
def test_cells_are_covers_count_and_the_all_ones_cell_lights_up(opened, width):
    page, explorer = opened("arrangement-explorer", width, number=PLANE)
    count = explorer.locator("[data-control=n]")
    for n in (1, 4, 9):
        count.fill(str(n))
        count.press("Tab")
        assert explorer.get_attribute("data-count") == explorer.get_attribute("data-cover") == str(2 * n)
        assert f"Cover's count for n = {n}, d = 2: {2 * n}." in part(explorer, "count").inner_text()
    explorer.locator("[data-action=flip]").click()
    assert explorer.get_attribute("data-all-ones") == "yes"
    assert explorer.get_attribute("data-pattern") == "1" * 9
    assert "The all-ones cell exists" in part(explorer, "all-ones").inner_text()
    assert explorer.locator(".ae-glow").count() == 1
    part(explorer, "picture").scroll_into_view_if_needed()
    here = handle(explorer, "u").locator(".ae-disc").bounding_box()
    middle = place_in(explorer, 0, 0)
    drag(
        page,
        handle(explorer, "u"),
        (2 * middle[0] - here["x"] - here["width"] / 2, 2 * middle[1] - here["y"] - here["height"] / 2),
    )
    assert explorer.get_attribute("data-pattern") == "0" * 9  # the opposite gate
    assert explorer.get_attribute("data-all-ones") == "yes"
    assert page.evaluate("document.scrollingElement.scrollWidth <= window.innerWidth")


def four_rows(explorer):
    """Rows 1 to 4 on the axes, moved there by the mouse, in turn right, up, left, down; u at 45 degrees."""
    explorer.locator("[data-control=n]").fill("4")
    explorer.locator("[data-control=n]").press("Tab")
    part(explorer, "picture").scroll_into_view_if_needed()
    for text, x, y in (("1", 1, 0), ("2", 0, 1), ("3", -1, 0.2), ("4", 0.2, -1)):
        drag(explorer.page, handle(explorer, text), place_in(explorer, x, y))
    drag(explorer.page, handle(explorer, "u"), place_in(explorer, 1.3, 1.3))


def test_dragging_rows_and_the_gate_changes_the_pattern(opened):
    page, explorer = opened("arrangement-explorer", number=PLANE)
    four_rows(explorer)
    assert explorer.get_attribute("data-pattern") == "1100"
    assert "D(u) = diag(1, 1, 0, 0): 2 of 4 rows on." in part(explorer, "pattern").inner_text()
    drag(page, handle(explorer, "u"), place_in(explorer, -1.3, -1.3))
    assert explorer.get_attribute("data-pattern") == "0011"
    drag(page, handle(explorer, "2"), place_in(explorer, -0.3, -1))
    assert explorer.get_attribute("data-pattern") == "0111"
    assert (explorer.get_attribute("data-count"), explorer.get_attribute("data-all-ones")) == ("8", "no")
    drag(page, handle(explorer, "1"), place_in(explorer, -0.9, -0.9))
    assert (explorer.get_attribute("data-pattern"), explorer.get_attribute("data-all-ones")) == (
        "1111",
        "yes",
    )


def test_a_finger_drags_too(opened):
    page, explorer = opened("arrangement-explorer", 390, number=PLANE)
    four_rows(explorer)
    assert explorer.get_attribute("data-pattern") == "1100"
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
    start, end = place_in(explorer, 1, 0), place_in(explorer, -1, -0.5)
    for kind, points in (
        ("touchStart", [start]),
        ("touchMove", [[(a + b) / 2 for a, b in zip(start, end, strict=True)]]),
        ("touchMove", [end]),
        ("touchEnd", []),
    ):
        session.send(
            "Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]}
        )
    wait_for(explorer, "root.dataset.pattern === '0100'")


def test_the_keyboard_moves_rows_and_turns_the_gate(opened):
    page, explorer = opened("arrangement-explorer", number=PLANE)
    four_rows(explorer)
    gate, row = handle(explorer, "u"), handle(explorer, "1")
    gate.focus()
    page.keyboard.press("Shift+ArrowUp")
    assert "45" not in (angle := gate.get_attribute("aria-valuenow"))
    for _ in range(30):
        page.keyboard.press("Shift+ArrowLeft")  # 8 degrees clockwise each
    assert gate.get_attribute("aria-valuenow") != angle
    seen = set()
    for _ in range(45):
        page.keyboard.press("Shift+ArrowRight")
        seen.add(explorer.get_attribute("data-pattern"))
        assert explorer.get_attribute("data-pattern") in gate.get_attribute("aria-valuetext")
    assert len(seen) == int(explorer.get_attribute("data-count")) == 8
    row.focus()
    assert row.locator(".ae-halo").evaluate("halo => parseFloat(getComputedStyle(halo).strokeWidth)") >= 2
    before = row.get_attribute("aria-valuetext")
    page.keyboard.press("ArrowLeft")
    assert row.get_attribute("aria-valuetext") != before
    assert explorer.get_attribute("data-pattern") in part(explorer, "live").text_content().replace(", ", "")


def test_every_cell_is_reached_by_its_slider_and_its_column(opened):
    page, explorer = opened("arrangement-explorer", number=SPHERE)
    assert explorer.get_attribute("data-count") == explorer.get_attribute("data-cover") == "32"
    slider, seen = explorer.locator("[data-control=index]"), []
    for k in range(32):
        slider.fill(str(k))
        seen.append(explorer.get_attribute("data-pattern"))
        assert part(explorer, "label").inner_text() == f"cell {k + 1} of 32"
    assert len(set(seen)) == 32
    assert {pattern.translate(str.maketrans("01", "10")) for pattern in seen} == set(seen)
    box = part(explorer, "matrix").bounding_box()
    page.mouse.click(box["x"] + box["width"] * 4.5 / 32, box["y"] + box["height"] / 2)
    assert explorer.get_attribute("data-pattern") == seen[4]


def test_the_sphere_turns_and_its_rows_move(opened):
    page, explorer = opened("arrangement-explorer", number=SPHERE)
    pattern, row = explorer.get_attribute("data-pattern"), handle(explorer, "1")
    before = row.get_attribute("transform")
    picture = part(explorer, "picture")
    picture.scroll_into_view_if_needed()
    box = picture.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 4)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.8, box["y"] + 30, steps=4)
    page.mouse.up()
    assert row.get_attribute("transform") != before
    assert explorer.get_attribute("data-pattern") == pattern  # only the view has turned
    row.focus()
    bit = pattern[0]
    for _ in range(30):
        page.keyboard.press("Shift+ArrowRight")
        if explorer.get_attribute("data-pattern")[0] != bit:
            break
    assert explorer.get_attribute("data-pattern") == str(1 - int(bit)) + pattern[1:]
    assert explorer.get_attribute("data-count") == "32"


def test_rows_in_special_position_have_fewer_cells(opened):
    page, explorer = opened("arrangement-explorer", number=PLANE)
    four_rows(explorer)
    drag(page, handle(explorer, "2"), place_in(explorer, 0, 0))
    assert (
        handle(explorer, "2").get_attribute("aria-valuetext") == "at 0.00, 0.00: on"
    )  # as a zero row always is
    assert explorer.get_attribute("data-count") == "6"
    assert "special position" in part(explorer, "count").inner_text()
    explorer.locator("[data-control=n]").fill("25")
    explorer.locator("[data-control=n]").press("Tab")
    assert part(explorer, "error").inner_text() == "Rows n: give a whole number from 1 to 24."
    assert explorer.get_attribute("data-count") == "6"


def test_two_explorers_do_not_disturb_each_other(opened):
    page, plane = opened("arrangement-explorer", number=PLANE)
    sphere = page.locator("[data-widget=arrangement-explorer]").nth(SPHERE)
    state = "root => JSON.stringify(root.dataset) + root.querySelector('[data-role=picture]').innerHTML"
    before = sphere.evaluate(state)
    plane.locator("[data-control=d]").select_option("3")
    plane.locator("[data-action=flip]").click()
    assert plane.get_attribute("data-count") == plane.get_attribute("data-cover") == "32"
    assert plane.get_attribute("data-all-ones") == "yes"
    assert sphere.evaluate(state) == before


# The training player


def number(widget, name):
    return float(widget.get_attribute(f"data-{name}"))


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
    page, _ = visit(fixture_book + PAGE, 1280)
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


# The isometry explorer

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
        slide(explorer, ensemble=ensemble, n=20, d=30)  # n <= d: every pattern exists, the all-ones one too
        assert explorer.get_attribute("data-status") == "not-unique"
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
        page.goto(fixture_book + PAGE)
        explorer = page.locator("[data-widget=isometry-explorer]").nth(DRAWN)
        explorer.wait_for()
        wait_for(explorer, "root.dataset.state === 'failed'")
        assert "no luck" in part(explorer, "error").inner_text()
        assert "Change a setting to try again." in part(explorer, "error").inner_text()


# All of them

SLIDERS = {
    "flipbook": "index",
    "arrangement-explorer": "index",
    "training-player": "index",
    "isometry-explorer": "n",
}
TURN = """async ([slider, times]) => {
    const spent = [];
    for (let k = 0; k < times; k++) {
        const begun = performance.now();
        slider.value = Number(slider.min || 0) + (k % 6) * Number(slider.step || 1);
        slider.dispatchEvent(new Event("input"));
        spent.push(performance.now() - begun);
        if (k % 20 === 0) await new Promise(requestAnimationFrame);
    }
    return spent.sort((a, b) => a - b)[times >> 1];
}"""


@pytest.mark.parametrize(("name", "control"), SLIDERS.items())
def test_a_slider_answers_at_once_and_leaves_nothing_behind(opened, name, control):
    page, widget = opened(name)
    slider = widget.locator(f"[data-control={control}]").element_handle()
    assert page.evaluate(TURN, [slider, 200]) < 50
    session = page.context.new_cdp_session(page)

    def heap():
        session.send("HeapProfiler.collectGarbage")
        return session.send("Runtime.getHeapUsage")["usedSize"]

    before = heap()
    page.evaluate(TURN, [slider, 200])
    assert heap() < before + 300_000


def wait_for_all(page):
    page.wait_for_function("document.querySelectorAll('[data-widget][data-ready=true]').length === 6")
    done = "document.querySelectorAll('[data-widget=isometry-explorer][data-state=done]').length === 2"
    page.wait_for_function(done)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(fixture_book, visit, scheme):
    page, _ = visit(fixture_book + PAGE, 1280, scheme)
    wait_for_all(page)
    page.add_script_tag(path=ROOT / "node_modules" / "axe-core" / "axe.min.js")
    found = page.evaluate(
        "async () => (await axe.run({ include: [['[data-widget]']] })).violations.flatMap("
        "({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`))"
    )
    assert found == []


@pytest.mark.parametrize(
    ("look", "width", "scheme"), [("light", 1280, "light"), ("dark", 1280, "dark"), ("narrow", 390, "light")]
)
def test_a_picture_of_each_is_kept(fixture_book, visit, look, width, scheme):
    page, problems = visit(fixture_book + PAGE, width, scheme)
    folder = ROOT / "_build" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    page.add_style_tag(content=".bd-header, .bd-header-article, .skip-link { display: none !important; }")
    wait_for_all(page)
    for number, widget in enumerate(page.locator("[data-widget]").all()):
        widget.screenshot(path=folder / f"{number}-{widget.get_attribute('data-widget')}-{look}.png")
    assert page.evaluate("document.scrollingElement.scrollWidth <= window.innerWidth")
    assert problems == []


def test_without_scripts_a_still_stands_for_each(fixture_book, browser):
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(fixture_book + PAGE)
        stills = page.locator("noscript figure")
        assert stills.count() == 6
        for still in stills.all():
            assert still.locator("img").bounding_box()["width"] > 250
            assert still.locator("img").get_attribute("alt")
            assert still.locator("figcaption").is_visible()
        assert "Cover's count is 12." in stills.nth(1).inner_text()
        assert "The verdict: recovered." in stills.nth(5).inner_text()
