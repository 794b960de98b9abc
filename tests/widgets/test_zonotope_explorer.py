"""The zonotope explorer: its geometry, by Node, against grids, fractions, cone programs; its Python side."""

from fractions import Fraction
from itertools import combinations, product

import cvxpy as cp
import numpy as np
import pytest

import relulab as rl
from relulab.widgets import ZonotopeExplorer
from relulab.widgets.zonotope_explorer.explorer import verdict_words

FILES = ["common/plane.js", "zonotope_explorer/zonotopes.js"]
ANSWER = """(cases) => cases.map(({ X, w }) => {
  const dual = dualOf(X, w);
  if (!dual) return null;
  const found = distance(X, dual), least = bestDual(X, w);
  return {
    dual, ...found, least, words: verdictOf(found.h).join(" "),
    corners: [1, -1].map((sign) => zonotope(X, dual, sign).corners),
    edges: [1, -1].map((sign) => zonotope(X, dual, sign).edges),
    far: farthest(X, dual, found.sign, found.u),
  };
})"""
TURN = np.linspace(0, 2 * np.pi, 7201)
UNITS = np.c_[np.cos(TURN), np.sin(TURN)]


def case(X, angle):
    return np.asarray(X, dtype=float), np.array([np.cos(angle), np.sin(angle)])


def generic():
    rng = np.random.default_rng(11)
    yield from (case(rng.standard_normal((n, 2)), rng.uniform(0, 7)) for n in (2, 3, 4, 5, 6, 8, 10) * 3)
    yield from (case(rl.draw("whitened", n, 2, rng=rng), rng.uniform(0, 7)) for n in (4, 7))


def special():
    """Rows repeated, opposite, parallel, zero, on a grid, nearly parallel, on bad scales; w along a row."""
    rng = np.random.default_rng(12)
    X = rng.standard_normal((4, 2))
    yield from (case(np.vstack([X, Y]), 0.3) for Y in (X, -X[:2], 3 * X[:2], np.zeros((2, 2)), -2 * X))
    yield from (case(rng.integers(-2, 3, (n, 2)) + np.eye(n, 2), np.pi / 2) for n in (4, 5, 6, 8, 10) * 2)
    yield from (case(np.vstack([np.eye(2)] * k), 0) for k in (1, 2, 4))
    yield from (case(np.vstack([np.eye(2), -np.eye(2)]), angle) for angle in (0, np.pi / 4, 2))
    yield case(np.vstack([X, X[:2] + 1e-3 * rng.standard_normal((2, 2))]), 1)
    yield from (case(scale * X, 2) for scale in (1e-9, 1e9))
    yield case(X * np.array([[1e-4], [1], [1e3], [1]]), 4)
    yield X, X[0] / np.linalg.norm(X[0])
    yield case([[1, -2], [1, 2]], 0)  # labels of one sign, and something cheaper
    yield case([[1, 0], [1, 0.2], [1, -0.2]], 0)  # labels of one sign, and nothing cheaper


CASES = [*generic(), *special()]
LINES = [case([[1, 2]], 1), case([[1, 2], [-2, -4], [0, 0]], 1), case(np.zeros((3, 2)), 1)]


@pytest.fixture
def answers(in_node):
    return in_node(FILES, ANSWER, [{"X": X.tolist(), "w": w.tolist()} for X, w in CASES])


def on_a_grid(X, dual):
    """max |lambda^T (Xu)_+| over many u, and how much more there can be between them."""
    values = np.abs(np.maximum(UNITS @ X.T, 0) @ dual)
    return values.max(), np.linalg.norm(X, axis=1) @ np.abs(dual) * TURN[1] / 2


def test_h_is_the_maximum_over_a_fine_grid(answers):
    for (X, w), answer in zip(CASES, answers, strict=True):
        dual, h = np.array(answer["dual"]), answer["h"]
        assert X.T @ dual == pytest.approx(w, abs=1e-9)
        assert dual == pytest.approx(np.linalg.pinv(X).T @ w, rel=1e-8, abs=1e-8 * np.abs(dual).max())
        seen, more = on_a_grid(X, dual)
        assert seen - 1e-12 <= h <= seen + more + 1e-12
        assert h >= 0.5 - 1e-12
        assert answer["sign"] * np.maximum(X @ answer["u"], 0) @ dual == pytest.approx(h)


def exact_edges(X, w):
    """lambda_i x_i in fractions, the positive and the negative ones, lambda = X (X^T X)^{-1} w."""
    rows, (s, t) = [[Fraction(v) for v in x] for x in X.tolist()], map(Fraction, w.tolist())
    a, b, c = (sum(x[i] * x[j] for x in rows) for i, j in ((0, 0), (0, 1), (1, 1)))
    v = (c * s - b * t) / (a * c - b * b), (a * t - b * s) / (a * c - b * b)
    parts = [(x[0] * v[0] + x[1] * v[1], x) for x in rows]
    return [[(abs(m) * x[0], abs(m) * x[1]) for m, x in parts if sign * m > 0] for sign in (1, -1)]


def hull(points):
    """The corners of the convex hull, counterclockwise."""
    points, ends = sorted(set(points)), []
    for way in (points, points[::-1]):
        chain = []
        for p in way:
            while len(chain) > 1 and cross(chain[-2], chain[-1], p) <= 0:
                chain.pop()
            chain.append(p)
        ends += chain[:-1]
    return ends or points


def cross(o, a, b):
    return (a[0] - o[0]) * (b[1] - o[1]) - (a[1] - o[1]) * (b[0] - o[0])


def away(p, corners):
    """The squared distance of a point from a convex polygon."""
    sides = list(zip(corners, corners[1:] + corners[:1], strict=True))
    if len(corners) > 2 and all(cross(a, b, p) >= 0 for a, b in sides):
        return Fraction(0)
    return min(beside(p, a, b) for a, b in sides)


def beside(p, a, b):
    (x, y), (s, t) = (b[0] - a[0], b[1] - a[1]), (p[0] - a[0], p[1] - a[1])
    length = x * x + y * y
    share = min(Fraction(1), max(Fraction(0), (x * s + y * t) / length)) if length else Fraction(0)
    return (s - share * x) ** 2 + (t - share * y) ** 2


def hausdorff(X, w):
    """The distance of the two zonotopes as all sums of their edges, in fractions up to the square root."""
    sets = [
        hull([(sum(e[0] for e in some), sum(e[1] for e in some)) for some in subsets(edges)])
        for edges in exact_edges(X, w)
    ]
    return float(max(away(p, other) for one, other in (sets, sets[::-1]) for p in one)) ** 0.5


def subsets(things):
    return (some for k in range(len(things) + 1) for some in combinations(things, k))


def test_h_is_the_distance_of_the_zonotopes_in_fractions(answers):
    for (X, w), answer in zip(CASES, answers, strict=True):
        assert answer["h"] == pytest.approx(hausdorff(X, w), rel=1e-9)
        assert ZonotopeExplorer(X, w).h == pytest.approx(answer["h"], rel=1e-9)


def support(edges, units):
    return np.maximum(units @ np.reshape(edges, (-1, 2)).T, 0).sum(axis=1)


def test_what_is_drawn_are_the_zonotopes_and_where_their_distance_is_attained(answers):
    for (X, _), answer in zip(CASES, answers, strict=True):
        dual, size = np.array(answer["dual"]), np.abs(answer["dual"]) @ np.linalg.norm(X, axis=1)
        sets = [X * np.maximum(0, sign * dual)[:, None] for sign in (1, -1)]
        for own, corners, edges in zip(sets, answer["corners"], answer["edges"], strict=True):
            reach = (UNITS @ np.transpose(corners)).max(axis=1)
            assert np.abs(reach - support(own, UNITS)).max() <= 1e-12 * size
            assert sorted(edge["i"] for edge in edges) == sorted(2 * np.flatnonzero(own.any(axis=1)).tolist())
            for edge in edges:
                length = np.linalg.norm(np.subtract(edge["to"], edge["from"]))
                assert length == pytest.approx(np.linalg.norm(own[edge["i"]]), abs=1e-12 * size)
        one, other = sets if answer["sign"] > 0 else sets[::-1]
        far = np.array(answer["far"])
        near = far - answer["h"] * np.array(answer["u"])
        assert (UNITS @ far <= support(one, UNITS) + 1e-9 * size).all()
        assert (UNITS @ near <= support(other, UNITS) + 1e-9 * size).all()


def least_h(X, w):
    """The least h over all dual vectors, as a second-order cone program with two cones for every pattern."""
    X = X[X.any(axis=1)] / np.linalg.norm(X[X.any(axis=1)], axis=1, keepdims=True)
    dual, t = cp.Variable(len(X)), cp.Variable()
    limits = [X.T @ dual == w]
    for on, sign in product(np.asarray(rl.enumerate_patterns(X)).T, (1, -1)):
        extra = cp.Variable(len(X), nonneg=True)
        sides = np.where(on, 1, -1)[:, None] * X
        limits.append(cp.norm(sign * (on[:, None] * X).T @ dual + sides.T @ extra) <= t)
    return cp.Problem(cp.Minimize(t), limits).solve(solver="CLARABEL")


def test_the_least_h_is_that_of_a_cone_program(answers):
    for (X, w), answer in zip(CASES, answers, strict=True):
        least, dual = answer["least"]["h"], np.array(answer["least"]["dual"])
        assert X.T @ dual == pytest.approx(w, abs=1e-7)
        seen, more = on_a_grid(X, dual)
        assert seen - 1e-9 <= least <= seen + more + 1e-9
        assert least <= answer["h"] + 1e-12
        assert least == pytest.approx(least_h(X, w), abs=1e-6)


def test_the_least_h_is_found_for_a_thousand_matrices(in_node):
    rng = np.random.default_rng(13)
    cases = [case(rng.standard_normal((2 + k % 9, 2)), rng.uniform(0, 7)) for k in range(500)]
    cases += [case(rng.integers(-3, 4, (2 + k % 9, 2)), rng.choice([0, 0.5, np.pi])) for k in range(500)]
    found = in_node(
        FILES,
        "(cases) => cases.map(({ X, w }) => [dualOf(X, w) === null, bestDual(X, w)?.h ?? null])",
        [{"X": X.tolist(), "w": w.tolist()} for X, w in cases],
    )
    for (X, _), (none, least) in zip(cases, found, strict=True):
        assert none == (np.linalg.matrix_rank(X) < 2)
        assert (least is None) == none
        assert none or least >= 0.5 - 1e-12


def test_the_verdicts_are_the_librarys(answers):
    seen = set()
    for (X, w), answer in zip(CASES, answers, strict=True):
        least = answer["least"]["h"]
        if len(X) > 6 or abs(least - 1) < 1e-4:
            continue
        plant = rl.plant(X, direction=w)
        status = rl.decide(plant, rl.enumerate_patterns(X), network="skip", form="exact").status
        assert status == ("recovered" if least < 1 else "not-recovered")
        seen.add(status)
    assert seen == {"recovered", "not-recovered"}


def test_turning_a_row_takes_it_to_the_other_zonotope(in_node):
    X, w = case(np.random.default_rng(14).standard_normal((5, 2)), 1)
    flipped = [np.where(np.arange(5)[:, None] == i, -X, X) for i in range(5)]
    answers = in_node(FILES, ANSWER, [{"X": Y.tolist(), "w": w.tolist()} for Y in [X, *flipped]])
    first = np.array(answers[0]["dual"])
    for i, answer in enumerate(answers[1:]):
        assert answer["dual"] == pytest.approx(np.where(np.arange(5) == i, -first, first))
    assert len({round(answer["h"], 6) for answer in answers}) > 1


def test_rows_on_a_line_have_no_dual_vector_to_draw(in_node):
    answers = in_node(FILES, ANSWER, [{"X": X.tolist(), "w": w.tolist()} for X, w in LINES])
    assert answers == [None] * len(LINES)
    for X, w in LINES:
        assert ZonotopeExplorer(X, w).h is None
        assert "X^T X is singular" in ZonotopeExplorer(X, w)._still()[2]


@pytest.mark.parametrize(
    ("h", "words"),
    [
        (0.5, "h = 0.50 < 1: the linear neuron is the only solution, over all patterns."),
        (0.8312, "h = 0.83 < 1: the linear neuron is the only solution, over all patterns."),
        (0.9996, "h = 0.9996 < 1: the linear neuron is the only solution, over all patterns."),
        (1 - 3e-8, "h = 0.99999997 < 1: the linear neuron is the only solution, over all patterns."),
        (1 - 1e-12, "h = 1: this dual vector does not prove it."),
        (1, "h = 1: this dual vector does not prove it."),
        (1.0004, "h = 1.0004: this dual vector does not prove it."),
        (1.1249, "h = 1.12: this dual vector does not prove it."),
        (37, "h = 37.00: this dual vector does not prove it."),
    ],
)
def test_the_verdicts_words(in_node, h, words):
    assert in_node(FILES, '(h) => verdictOf(h).join(" ")', h) == verdict_words(h) == words


@pytest.mark.parametrize(
    ("h", "least", "labels", "words"),
    [
        (0.8, 0.7, [1, -1], "has h = 0.70."),
        (1 - 1e-8, 1 - 2e-8, [1, -1], "has h = 0.99999998."),
        (
            1.2,
            0.9,
            [1, -1],
            "has h = 0.90 < 1, and that one proves it: the linear neuron is the only solution.",
        ),
        (
            1.2,
            1.1,
            [1, -1],
            "has h = 1.10 > 1, so none proves it: another network gives the same labels for less.",
        ),
        (1.2, 1.1, [1, 2], "for less. All labels have one sign: a single ReLU neuron gives them too"),
        (
            1,
            1 + 1e-8,
            [1, -1],
            "has h = 1: no network gives these labels for less. Whether another does at the",
        ),
        (
            1,
            1,
            [0, -1],
            "for less. All labels have one sign: a single ReLU neuron gives them too, at the linear",
        ),
    ],
)
def test_what_the_best_dual_vector_says(in_node, h, least, labels, words):
    said = in_node(FILES, "([h, least, labels]) => bestWords(h, least, labels)", [h, least, labels])
    assert said.startswith("The best of all dual vectors has h = ")
    assert words in said


def test_new_rows_are_gaussian_and_those_of_their_seed(in_node):
    many, again, other = (
        np.array(rows) for rows in in_node(FILES, "(seeds) => seeds.map((s) => rowsOf(s, 4000))", [1, 1, 2])
    )
    assert (many == again).all()
    assert not (many == other).any()
    assert np.abs(many.mean(axis=0)).max() < 0.06
    assert np.cov(many.T) == pytest.approx(np.eye(2), abs=0.08)
    assert np.abs(np.corrcoef(many.ravel(), other.ravel())[0, 1]) < 0.05


def test_h_follows_the_rows_and_the_direction():
    explorer = ZonotopeExplorer([[1, 0], [0, 1], [-1, 0], [0, -1]], w=[3, 4])
    assert (explorer.w, explorer.h) == ([0.6, 0.8], pytest.approx(0.5))
    explorer.set_state({"X": [[1, -2], [1, 2]], "w": [1, 0], "h": 7})
    assert explorer.h == pytest.approx(hausdorff(np.array(explorer.X), np.array(explorer.w)))
    explorer.X = [[1, 0], [2, 0]]
    assert explorer.h is None
    explorer.h = 0.1
    assert explorer.h is None


def test_one_row_of_the_default_can_be_turned_so_that_its_proof_fails():
    explorer = ZonotopeExplorer()
    assert explorer.h < 0.8
    explorer.X = [[-v for v in x] if i == 5 else x for i, x in enumerate(explorer.X)]
    assert explorer.h > 1.05


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"X": np.eye(3)}, "X has 3 columns; the explorer shows rows in the plane"),
        ({"X": np.ones((11, 2))}, "X has 11 rows; at most 10"),
        ({"X": [[np.inf, 0]]}, "X holds NaN or infinite"),
        ({"X": "rows"}, "X holds"),
        ({"w": [0, 0]}, "w is zero; it must point somewhere"),
        ({"w": [1, 0, 0]}, r"w has shape \(3,\); it must be \(2,\)"),
    ],
)
def test_bad_input(settings, message):
    with pytest.raises(ValueError, match=message):
        ZonotopeExplorer(**settings)
    explorer = ZonotopeExplorer()
    for name, value in settings.items():
        with pytest.raises(ValueError, match=message):
            setattr(explorer, name, value)
