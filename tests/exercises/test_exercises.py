"""Self-checks: right answers are right, wrong ones get a hint, and nothing a reader types is a traceback."""

import re
import sys
from pathlib import Path

import numpy as np
import pytest

import relulab as rl
from relulab.exercises import Accept, Choice, Number, answers, checking

ROOT = Path(__file__).resolve().parents[2]
EXERCISES = rl.exercises.exercises()


class Hostile:
    def __array__(self, *_, **__):
        raise RuntimeError("no")

    def __eq__(self, other):
        raise RuntimeError("no")

    __hash__ = None


def circle():
    items = []
    items.append(items)
    return items


GARBAGE = [
    None,
    ...,
    "",
    "a pony",
    b"\xff",
    1j,
    np.nan,
    -np.inf,
    10**400,
    {},
    {"x": 1},
    [],
    [[1], [2, 3]],
    circle(),
    np.full((3, 7, 2), np.nan),
    np.array(["a", None], dtype=object),
    object(),
    Hostile(),
    print,
    Number,
]


@pytest.mark.parametrize("number", EXERCISES)
def test_garbage_gets_a_hint(number):
    for answer in GARBAGE:
        result = rl.exercises.check(number, answer)
        assert not result, f"{answer!r} is taken for right"
        assert re.match(r"Not yet: .{5,}", repr(result))


@pytest.mark.parametrize("number", [n for n, kind in EXERCISES.items() if isinstance(kind, Number)])
def test_a_number_is_right_and_each_hint_is_reached(number):
    exercise = EXERCISES[number]
    right = np.asarray(exercise.value(), dtype=float)
    assert rl.exercises.check(number, right)
    assert rl.exercises.check(number, right.tolist())
    assert not rl.exercises.check(number, right + 10 * exercise.tolerance * max(1, np.abs(right).max()))
    for wrong, hint in exercise.hints.items():
        assert repr(rl.exercises.check(number, wrong)) == f"Not yet: {hint}"


@pytest.mark.parametrize("number", [n for n, kind in EXERCISES.items() if isinstance(kind, Choice)])
def test_a_choice_is_right_and_each_hint_is_reached(number):
    exercise = EXERCISES[number]
    assert rl.exercises.check(number, f" {exercise.right.upper()} ")
    assert exercise.right not in exercise.hints
    for wrong, hint in exercise.hints.items():
        assert repr(rl.exercises.check(number, wrong)) == f"Not yet: {hint}"


def test_chapters_ask_for_all_checks_that_exist_and_no_others():
    texts = [path.read_text("utf-8") for path in (ROOT / "chapters").rglob("*.md")]
    asked = {number for text in texts for number in re.findall(r'exercises\.check\("([^"]+)"', text)}
    assert asked == EXERCISES.keys()


def test_an_exercise_of_a_part_is_in_one_of_its_chapters():
    chapters = {
        "part1": range(1, 4),
        "part2": range(4, 8),
        "part3": range(8, 14),
        "part4": range(14, 19),
        "part5_systems": range(20, 25),
        "part5_wide": range(25, 29),
        "part5_many": range(29, 33),
        "part5_graphs": range(33, 36),
        "part5_sampling": (36, 38),
        "part5_optimization": (37, 39),
    }
    for part, numbers in chapters.items():
        module = sys.modules.get(f"relulab.exercises.{part}")
        for number in module.EXERCISES if module else ():
            chapter, exercise = map(int, number.split("."))
            assert chapter in numbers
            assert exercise >= 1


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (1.0, "Not yet: half"),
        (1.5, "Not yet: Too small."),
        (3, "Not yet: Too large."),
        ([2.0], "Not yet: The answer is a number; this is an array of shape (1,)."),
        (np.inf, "Not yet: The answer is finite; this holds NaN or infinity."),
        (2 + 0j, "Not yet: The answer is a number."),
        (2.0005, "Right. So it is."),
        ("2", "Right. So it is."),
    ],
)
def test_numbers(monkeypatch, answer, hint):
    number = Number(lambda: 2.0, hints={1: "half"}, tolerance=1e-3, because="So it is.")
    monkeypatch.setattr(checking, "exercises", lambda: {"1.1": number})
    assert repr(rl.exercises.check("1.1", answer)) == hint


def test_arrays_say_how_many_entries_are_wrong():
    number = Number(lambda: [1.0, 2.0, 3.0])
    assert number.hint([1, 2, 3]) is None
    assert number.hint([1, 0, 0]) == "2 of 3 entries are wrong."
    assert number.hint(6) == "The answer is an array of shape (3,); this is a number."


def test_choices_are_listed():
    assert Choice("b", {"a": "no"}).hint("z") == 'Answer with one of "a", "b".'


def test_a_property_is_tested_and_may_raise():
    even = Accept(lambda answer: None if answer % 2 == 0 else "odd", expects="a whole number")
    assert even.hint(4) is None
    assert even.hint(3) == "odd"
    assert even.hint([2]).startswith("The answer is a whole number. This one cannot be used: TypeError")


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("99.1", "in the book these can: 1.1"),
        ("1.99", "in chapter 1 these can: 1.1"),
        (None, "No exercise 'None'"),
    ],
)
def test_an_unknown_exercise_says_which_there_are(number, words):
    result = rl.exercises.check(number, 1)
    assert not result
    assert words in repr(result)


@pytest.mark.parametrize(
    ("package", "command"), [("torch", 'pip install "relulab[train]"'), ("pony", "pip install pony")]
)
def test_a_missing_package_names_its_command(monkeypatch, package, command):
    monkeypatch.setitem(sys.modules, package, None)

    def needs_it(*_):
        __import__(package)

    for exercise in (Number(needs_it), Accept(needs_it)):
        monkeypatch.setattr(checking, "exercises", lambda exercise=exercise: {"1.1": exercise})
        result = rl.exercises.check("1.1", 1)
        assert not result
        assert repr(result).endswith(f"needs the package {package}. Install it: {command}")


def test_a_fault_of_ours_is_not_taken_for_a_missing_package(monkeypatch):
    def broken():
        import relulab.no_such_room  # noqa: F401

    monkeypatch.setattr(checking, "exercises", lambda: {"1.1": Number(broken)})
    with pytest.raises(ModuleNotFoundError, match="no_such_room"):
        rl.exercises.check("1.1", 1)


def test_results_speak():
    result = answers.Result(False, "Not yet: later.")
    assert not result
    assert str(result) == repr(result) == "Not yet: later."


def test_basis_pursuit_misses_what_is_right_and_finds_what_is_not():
    A, rng = np.array([[1, 0, 0.4], [0, 1, 0.4]]), np.random.default_rng(0)
    for place in (0, 1, 2):
        x = np.zeros(3)
        x[place] = rng.standard_normal()
        cheaper = rl.sensing.basis_pursuit(A, A @ x).value < 0.999 * np.abs(x).sum()
        assert bool(rl.exercises.check("1.4", x)) == cheaper == (place == 2)
    assert not rl.exercises.check("1.4", np.zeros(3))


@pytest.mark.parametrize(
    ("beta", "relu", "linear"), [(0.11, True, True), (0.13, False, True), (1.4, False, False)]
)
def test_the_decays_that_keep_the_linear_part_are_those_of_the_solver(beta, relu, linear):
    X = rl.draw("gaussian", 50, 8, rng=4)
    plant, S = rl.plant(X, sigma=0.25, rng=5), rl.sample_patterns(X, rng=6)
    solution = rl.solve(X, plant.y, S, beta=beta)
    assert (np.linalg.norm(solution.weights) > 1e-4) == relu
    assert (np.linalg.norm(solution.skip) > 1e-3) == linear
    assert bool(rl.exercises.check("11.4", beta)) == (linear and not relu)


def test_a_condition_counts_and_names_the_farthest():
    condition = answers.Condition(
        np.eye(3), "{missed} of {of}, {row}: {value}", low=0, high=[1, 1, 9], least=2
    )
    assert condition.fault(np.array([0.5, 7, 3])) is None
    assert condition.fault(np.array([-0.5, 7.1239, 3])) == "2 of 3, 2: 7.12"
    assert answers.Condition(np.eye(2), "no", low=1, least=0, most=0).fault(np.array([2, 0])) == "no"


def test_a_near_miss_asks_for_more_digits_where_the_answer_is_not_whole():
    assert Number(lambda: np.sqrt(2)).hint(1.41) == "Close: give more digits."
    assert Number(lambda: np.sqrt(2)).hint(1.4) == "Too small."
    assert Number(lambda: 1656).hint(1655) == "Too small."
