"""The triangle explorer: its steps, by Node, against the lab's page and the truth."""

import numpy as np
import pytest
from run_labs import ROOT, cells_of
from scipy.optimize import linprog

from relulab.widgets import TriangleExplorer

FILES = ["common/plane.js", "triangle_explorer/triangles.js"]
ANSWER = """(cases) => cases.map(({ A, b, rho, ball }) => {
  const columns = A[0].map((_, j) => A.map((row) => row[j])), found = pathOf(columns, b, rho, ball);
  const { x, p } = found.steps.at(-1), solution = solutionBy(columns, b, x);
  return {
    ...found, solution, cost: solution && normOf(solution, ball),
    bound: found.answer === "outside" ? boundOf(columns, b, p, ball) : null,
    border: borderOf(columns, rho, ball),
  };
})"""
TURN = np.linspace(0, 2 * np.pi, 5000)


def page_functions():
    """`triangle`, `round_ball` and `sparse_ball` as the lab's page defines them."""
    names = {"np": np}
    for cell in cells_of(ROOT / "chapters" / "part5" / "triangle.md"):
        if cell.startswith(("def round_ball", "def sparse_ball")):
            exec(cell, names)
    return names["triangle"], {"l2": names["round_ball"], "l1": names["sparse_ball"]}


def cases():
    rng = np.random.default_rng(5)
    for k in range(120):
        m = 1 + k % 6
        A = rng.standard_normal((2, m))
        A *= np.minimum(1, 2.4 / np.linalg.norm(A, axis=0))
        yield A, 0.8 * rng.standard_normal(2), rng.uniform(0.2, 2)
    for k in range(40):  # ties, repeats, zeros, columns on a line
        yield (
            rng.integers(-1, 2, (2, 1 + k % 4)).astype(float),
            rng.integers(-2, 3, 2) / 2,
            rng.choice([0.5, 1, 2]),
        )
    for scale in (1e-6, 1e-3):
        yield scale * np.eye(2), np.array([0.5, 0.5]), 1.0
    yield np.zeros((2, 3)), np.array([1.0, 0.0]), 1.0
    yield np.eye(2), np.zeros(2), 1.0
    yield np.eye(2), np.array([0.6, 0.8]), 1.0  # on the border


CASES = [(*case, ball) for case in cases() for ball in ("l2", "l1")]


@pytest.fixture
def answers(in_node):
    asked = [{"A": A.tolist(), "b": b.tolist(), "rho": rho, "ball": ball} for A, b, rho, ball in CASES]
    return in_node(FILES, ANSWER, asked)


def least_norm(A, b, ball):
    """The smallest norm of a solution, by pseudoinverse or linear program; inf without one."""
    if ball == "l2":
        x = np.linalg.pinv(A) @ b
        return np.linalg.norm(x) if np.allclose(A @ x, b, atol=1e-9) else np.inf
    found = linprog(np.ones(2 * A.shape[1]), A_eq=np.hstack([A, -A]), b_eq=b)
    return found.fun if found.status == 0 else np.inf


def test_the_steps_are_those_of_the_page(answers):
    triangle, balls = page_functions()
    seen = []
    for (A, b, rho, ball), answer in zip(CASES, answers, strict=True):
        try:
            said, x, path = triangle(A, b, rho, 0.02, balls[ball], most=200)
        except RuntimeError:
            assert answer["answer"] == "undecided"
            continue
        assert (answer["answer"], len(answer["steps"])) == (said, len(path))
        for step, (p, q) in zip(answer["steps"], path, strict=True):
            assert step["p"] == pytest.approx(p, abs=1e-6)
            g = np.sort(np.abs(A.T @ (b - p)))
            if g[-1] < 1e-9 or (ball == "l1" and len(g) > 1 and g[-1] - g[-2] < 1e-9):
                break  # several points lie farthest, and any of them may be q
            assert step["q"] == pytest.approx(q, abs=1e-6)
        else:
            assert answer["steps"][-1]["x"] == pytest.approx(x, abs=1e-6)
            seen.append((said, ball))
    assert min(seen.count(kind) for kind in set(seen)) > 20
    assert len(set(seen)) == 4


def test_each_answer_is_true(answers):
    proved = {"inside": 0, "outside": 0}
    for (A, b, rho, ball), answer in zip(CASES, answers, strict=True):
        least = least_norm(A, b, ball)
        if answer["answer"] == "outside":
            assert least > rho * (1 - 1e-9)
            bound = np.inf if answer["bound"] is None else answer["bound"]  # JSON has no infinity
            assert rho * (1 - 1e-9) < bound <= least * (1 + 1e-7)
            proved["outside"] += 1
        if answer["answer"] == "inside" and answer["solution"] and answer["cost"] <= rho:
            assert A @ answer["solution"] == pytest.approx(b, abs=1e-9)
            assert least <= rho * (1 + 1e-9)
            proved["inside"] += 1
        if answer["answer"] == "inside":
            assert np.linalg.norm(A @ answer["steps"][-1]["x"] - b) <= 0.02
    assert min(proved.values()) > 40


def test_the_border_is_that_of_the_set(answers):
    units = np.c_[np.cos(TURN), np.sin(TURN)]
    for (A, _, rho, ball), answer in zip(CASES, answers, strict=True):
        g = np.abs(units @ A)
        support = rho * (np.linalg.norm(g, axis=1) if ball == "l2" else g.max(axis=1))
        reach = (units @ np.transpose(answer["border"])).max(axis=1)
        assert (reach <= support + 1e-12).all()
        assert (reach >= support - 1e-3 * support.max()).all()


def test_python_finds_what_the_page_does(answers):
    count = 0
    for (A, b, rho, ball), answer in zip(CASES, answers, strict=True):
        if np.hypot(*b) > 2.5:
            continue
        found = TriangleExplorer(A, b, rho, ball).found
        assert (found["answer"], found["triangles"]) == (answer["answer"], len(answer["steps"]))
        if answer["bound"] is not None:
            assert found["bound"] == pytest.approx(answer["bound"])
        count += 1
    assert count > 200


def test_what_is_found_follows_the_reader():
    explorer = TriangleExplorer()
    assert explorer.found["answer"] == "outside"
    explorer.set_state({"A": [[1, 0], [0, 1]], "b": [0.5, 0], "rho": 1, "ball": "l1"})
    assert explorer.found == {"answer": "inside", "triangles": 2, "bound": None}
    assert "2 triangles: p is within 0.02 of b." in explorer._still()[2]
    explorer.A, explorer.b = np.zeros((2, 1)), [1, 0]
    assert explorer.found["bound"] == np.inf


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"A": np.eye(3)}, r"A has shape \(3, 3\); it must be \(2, m\)"),
        ({"A": np.ones((2, 7))}, "A has 7 columns; from 1 to 6"),
        ({"A": [[3, 0], [0, 1]]}, "A has a column of length 3; the picture ends at 2.5"),
        ({"A": [[np.nan], [0]]}, "A holds NaN"),
        ({"b": [1, 2, 3]}, r"b has shape \(3,\)"),
        ({"b": [0, 7]}, "b is a point of length 7"),
        ({"rho": 0}, "rho=0 is not > 0"),
        ({"rho": 3}, "rho=3.0 is too large for the picture; at most 2"),
        ({"rho": "1"}, "rho='1'"),
        ({"ball": "cube"}, "ball='cube'"),
    ],
)
def test_bad_input(settings, message):
    with pytest.raises(ValueError, match=message):
        TriangleExplorer(**settings)
    explorer = TriangleExplorer()
    for name, value in settings.items():
        with pytest.raises(ValueError, match=message):
            setattr(explorer, name, value)
