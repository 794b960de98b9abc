"""How far a dual vector reaches, against the definition: on every cone, by non-negative least squares."""

from itertools import product

import numpy as np
import pytest
from scipy.optimize import lsq_linear, nnls

import relulab as rl
from relulab.certify.exact_network.trees import Tree
from relulab.certify.exact_network.violators import climb, unit


def largest(X, p, mu):
    """``sup over the unit ball of p^T u + mu^T |X u|``, cone after cone; 0 at least."""
    best = 0.0
    for mask in np.asarray(rl.enumerate_patterns(X)).T.tolist() + [[False] * len(X)]:
        signs = np.where(mask, 1.0, -1.0)
        best = max(best, nnls((signs[:, None] * X).T, -(p + (signs * mu) @ X))[1])
    return best


def reaches(X, dual):
    """The suprema of ``l^T (X u)_+`` and of its negative."""
    p = X.T @ dual
    return [largest(X, side * p, side * dual) / 2 for side in (1, -1)]


def draw(d, n, seed):
    rng = np.random.default_rng([d, n, seed])
    X = rng.standard_normal((n, d))
    return X, rng.standard_normal(n) if seed % 2 else X @ np.linalg.solve(X.T @ X, rng.standard_normal(d))


@pytest.mark.parametrize("d", [2, 3, 4])
def test_trees_know_the_reach_to_six_digits(d):
    for n in (d + 1, 2 * d, 3 * d):
        for seed in range(4):
            X, dual = draw(d, n, seed)
            for side, reach in zip((1, -1), reaches(X, dual), strict=True):
                if reach < 1e-6:
                    continue
                below, above = dual / reach * (1 - 1e-6), dual / reach * (1 + 1e-6)
                assert Tree(X, below, side).run(10**5)[0] == "proved"
                status, U = Tree(X, above, side).run(10**5)
                assert status == "violated"
                assert (side * np.maximum(U @ X.T, 0) @ above).min() >= 1 - 1e-9


def test_climbs_find_the_reach():
    for seed in range(12):
        X, dual = draw(3, 8, seed)
        U = unit(np.random.default_rng(seed).standard_normal((60, 3)))
        for side, reach in zip((1, -1), reaches(X, dual), strict=True):
            high = climb(X, dual, side, U, rounds=50)[1].max()
            assert high <= reach + 1e-9
            assert high >= 0.99 * reach or reach < 1e-6


def test_the_reach_is_the_hausdorff_distance_of_two_zonotopes():
    for seed in range(8):
        X, dual = draw(3, 6, seed)
        a = np.abs(dual)[:, None] * X
        P, N = a[dual > 0], a[dual < 0]
        far = 0.0
        for one, other in ((P, N), (N, P)):
            for corner in product((0.0, 1.0), repeat=len(one)):
                point = np.array(corner) @ one
                rest = lsq_linear(other.T, point, (0, 1)).x @ other if len(other) else 0 * point
                far = max(far, np.linalg.norm(point - rest))
        np.testing.assert_allclose(max(reaches(X, dual)), far, rtol=1e-7)


@pytest.mark.parametrize(("n", "d"), [(3, 2), (4, 3), (5, 2), (5, 3), (6, 4)])
def test_over_all_signs_of_the_rows_the_cones_are_dominated_by_one_gate(n, d):
    for seed in range(3):
        rng = np.random.default_rng([n, d, seed])
        X = rng.standard_normal((n, d))
        w = np.linalg.svd(X)[2][-1] if seed == 1 else unit(rng.standard_normal((1, d)))[0]
        dual = X @ np.linalg.solve(X.T @ X, w)
        cones, gate = [], []
        for signs in product((1, -1), repeat=n):
            cones.append(largest(X, w, signs * np.abs(dual)))
            gate.append(np.linalg.norm(w + (signs * dual) @ X))
        assert (np.sort(cones) <= np.sort(gate) + 1e-9).all()


def test_for_whitened_data_only_labels_of_one_sign_fail():
    X = rl.draw("whitened", 6, 3, rng=0)
    w = unit(np.random.default_rng(1).standard_normal((1, 3)))[0]
    y = X @ w
    failures = [
        signs
        for signs in product((1, -1), repeat=6)
        if max(reaches(X * np.array(signs)[:, None], signs * y)) > 1 - 1e-9
    ]
    assert len(failures) == 2
    assert np.ptp(np.sign(failures[0] * y)) == 0
