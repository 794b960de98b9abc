"""The statements of the chapter on the ReLU network over all patterns."""

from itertools import product

import cvxpy as cp
import numpy as np
import pytest

import relulab as rl


def best_reach(X, w, directions=4000):
    """The smallest h(lambda) in the plane: over many directions, and all that are orthogonal to a row."""
    turns = np.r_[np.linspace(0, 2 * np.pi, directions), np.arctan2(X[:, 0], -X[:, 1])]
    turns = np.r_[turns, turns + np.pi]
    outputs = np.maximum(X @ np.vstack([np.cos(turns), np.sin(turns)]), 0)
    dual, reach = cp.Variable(len(X)), cp.Variable()
    program = cp.Problem(cp.Minimize(reach), [X.T @ dual == w, cp.abs(outputs.T @ dual) <= reach])
    program.solve(solver="CLARABEL")
    return program.value


def without_skip(X, y):
    """N(y) over all patterns, in CVXPY; infinite where no neurons give y."""
    S = np.asarray(rl.enumerate_patterns(X))
    positive, negative = cp.Variable((X.shape[1], S.shape[1])), cp.Variable((X.shape[1], S.shape[1]))
    sides = 2 * S - 1
    cones = [cp.multiply(sides, X @ W) >= 0 for W in (positive, negative)]
    fits = cp.sum(cp.multiply(S, X @ (positive - negative)), axis=1) == y
    cost = sum(cp.sum(cp.norm(W, axis=0)) for W in (positive, negative))
    return cp.Problem(cp.Minimize(cost), [fits, *cones]).solve(solver="CLARABEL")


@pytest.mark.parametrize("integers", [False, True])
def test_the_certificate_of_the_relu_network(integers):
    rng, seen = np.random.default_rng(5), set()
    for n in (2, 3, 4, 5, 6) * 6:
        X = rng.integers(-2, 3, (n, 2)) + 0.0 if integers else rng.standard_normal((n, 2))
        w = rng.standard_normal(2)
        w /= np.linalg.norm(w)
        if np.linalg.matrix_rank(X) < 2:
            continue
        reach, y = best_reach(X, w), X @ w
        status = rl.decide(rl.plant(X, direction=w), "all", form="exact").status
        if reach < 1 - 1e-5:
            assert status == "recovered"
        elif reach > 1 + 1e-5:
            assert status == "not-recovered"
        else:
            assert (y >= 0).all() or (y <= 0).all() or without_skip(X, y) <= 1 + 1e-5
            assert status in ("not-unique", "undecided")
        seen.add(status)
    assert {"recovered", "not-recovered", "not-unique"} <= seen


def test_a_tie_of_the_reach_may_be_no_tie_of_networks():
    X, w = np.array([[0, -1, -2], [-2, 2, -1], [1, 0, -1]]) + 0.0, np.array([-1, 0, 1]) / np.sqrt(2)
    assert without_skip(X, X @ w) == pytest.approx(1.236, abs=1e-3)
    assert rl.decide(rl.plant(X, direction=w), rl.enumerate_patterns(X), form="exact").status in (
        "recovered",
        "optimal",
    )
    one_sign, first = np.array([[1.0, -2], [1, 2]]), np.array([1.0, 0])
    assert rl.decide(rl.plant(one_sign, direction=first), "all", form="exact").status == "not-recovered"
    assert without_skip(one_sign, one_sign @ first) == pytest.approx(2 / np.sqrt(5), abs=1e-6)


def test_sums_with_free_signs_are_no_longer_than_the_bound():
    rng, tight = np.random.default_rng(0), 0.0
    for _ in range(60):
        r, d = rng.integers(1, 8), rng.integers(1, 5)
        a, c, alpha = rng.standard_normal((r, d)), rng.standard_normal(d), rng.dirichlet(np.ones(r))
        M = (a.T / alpha) @ a
        s = np.linalg.eigvalsh(M)[-1] * rng.choice([1.001, 1.5, 4])
        bound = s + c @ np.linalg.solve(np.eye(d) - M / s, c)
        sums = c + np.array(list(product((-1, 1), repeat=r))) @ a
        inner = c + rng.uniform(-1, 1, (50, r)) @ a
        longest = max((sums**2).sum(axis=1).max(), (inner**2).sum(axis=1).max())
        assert longest <= bound * (1 + 1e-10)
        tight = max(tight, longest / bound)
    assert tight > 0.9  # one row: the bound is (|c| + |a|)^2 for the best s, and near it for others


@pytest.mark.parametrize("form", ["gated", "exact"])
def test_more_rows_never_hurt_over_all_patterns(form):
    rng, falls = np.random.default_rng(8), 0
    for _ in range(12):
        rows, w = rng.standard_normal((10, 3)), rng.standard_normal(3)
        plants = (rl.plant(rows[:n], direction=w) for n in range(3, 11))
        found = [rl.decide(plant, "all", form=form).status == "recovered" for plant in plants]
        assert found == sorted(found)
        falls += not found[0] and found[-1]
    assert falls >= 5


def bounds(X, w):
    """The two bounds of the corollary on twice the probability of one gate; (q, sharper, closed form)."""
    dual = X @ np.linalg.solve(X.T @ X, w)
    M = (dual[:, None] * X).T @ (dual[:, None] * X)
    q, L = np.trace(M), np.linalg.eigvalsh(M)[-1]
    count = np.log10(float(rl.count_patterns(*X.shape)))
    sharper = 2 * 10 ** (rl.theory.union_bound(X, w, weighted=False) - count)
    return q, sharper, 2 * np.exp(-((2 - np.sqrt(1 + q)) ** 2) / (2 * L))


def test_the_closed_form_is_the_weaker_bound_and_the_network_keeps_to_both():
    w, rng = np.eye(4)[0], np.random.default_rng(3)
    for seed in range(6):
        X = rl.draw("gaussian", 12, 4, rng=seed)
        q, sharper, closed = bounds(X, w)
        if q >= 3:
            continue
        assert sharper <= closed * (1 + 1e-9)
        signs = rng.choice([-1.0, 1.0], (60, 12, 1))
        plants = (rl.plant(s * X, direction=w) for s in signs)
        missed = sum(rl.decide(plant, "all", form="exact").status != "recovered" for plant in plants)
        assert missed / 60 <= sharper + 3 * np.sqrt(min(sharper, 1) / 60)


def test_the_limits_of_q_are_3_at_the_two_edges():
    def q(X, w):
        return (np.linalg.norm(X, axis=1) ** 2) @ (X @ np.linalg.solve(X.T @ X, w)) ** 2

    d, edge = 400, (1 + 3**-0.5) ** 2
    data = [rl.draw("gaussian", round(4 / 3 * d), d, rng=s) for s in range(3)]
    assert np.mean([q(X, np.eye(d)[:, :100]) for X in data]) == pytest.approx(3, rel=0.05)
    data = [rl.draw("gaussian", round(edge * d), d, rng=s) for s in range(4)]
    assert np.mean([q(X, np.linalg.svd(X)[2][-1]) for X in data]) == pytest.approx(3, rel=0.08)
