"""The bound of sums with free signs: never below the longest sum, and not far above it."""

from itertools import product

import numpy as np
import pytest

from relulab.solvers.sign_bounds import TIMES, SignBounds, fitted


def longest(rows, center):
    signs = np.array(list(product((1.0, -1.0), repeat=len(rows))), dtype=float)
    return np.linalg.norm(center + signs @ rows, axis=1).max() ** 2


def odd(rng, kind, n, d):
    return {
        "gaussian": lambda: rng.standard_normal((n, d)),
        "integer": lambda: rng.integers(-2, 3, (n, d)).astype(float),
        "repeated": lambda: np.repeat(rng.standard_normal((1, d)), n, axis=0),
        "uneven": lambda: rng.standard_normal((n, d)) * 10.0 ** rng.integers(-6, 1, (n, 1)),
        "flat": lambda: rng.standard_normal((n, 1)) * np.eye(d)[:1],
    }[kind]()


@pytest.mark.parametrize("kind", ["gaussian", "integer", "repeated", "uneven", "flat"])
def test_no_sum_is_longer(kind):
    rng = np.random.default_rng(0)
    for _ in range(20):
        rows = odd(rng, kind, 8, 3)
        bounds = SignBounds(rows)
        for k in range(len(rows) + 1):
            for center in rng.standard_normal((3, 3)):
                value = bounds.bound(k, center[None])[0]
                assert value >= longest(rows[k:], center) * (1 - 1e-12), (kind, k)


def test_the_form_of_a_depth_is_the_equation_of_the_page():
    rng = np.random.default_rng(1)
    rows, center = rng.standard_normal((9, 4)), rng.standard_normal(4)
    bounds = SignBounds(rows)
    for k in (0, 3, 8):
        bounds.bound(k, center[None])
        alpha = bounds.alpha(k)
        assert alpha.min() > 0
        assert alpha.sum() == pytest.approx(1)
        M = (rows[k:] / alpha[:, None]).T @ rows[k:]
        for times, size, factor in zip(TIMES, *bounds.forms(k), strict=True):
            assert size == pytest.approx(times * np.linalg.eigvalsh(M)[-1])
            want = size + center @ np.linalg.inv(np.eye(4) - M / size) @ center
            assert size + np.sum((center @ factor) ** 2) == pytest.approx(want)


def test_one_vector_or_none_is_nearly_exact():
    bounds = SignBounds(np.array([[0.5, 0.0]]))
    assert bounds.bound(1, np.array([[1.0, 2.0]])) == pytest.approx([5.0])
    assert bounds.bound(0, np.array([[1.0, 0.0]])) == pytest.approx([2.25], rel=0.05)


def test_the_bound_is_nearly_the_best():
    """Against three hundred steps from scratch, for the center that it is fitted to."""
    rng = np.random.default_rng(2)
    rows = rng.standard_normal((30, 8)) * rng.exponential(size=(30, 1))
    bounds, c = SignBounds(rows), np.zeros(8)
    for k in range(30):
        form = fitted(rows[k:], c[None], steps=300)
        best = form.size + np.sum((c @ form.factor) ** 2)
        assert bounds.bound(k, c[None])[0] <= 1.1 * best
        c = c + np.sign(c @ rows[k] + 1e-9) * rows[k]


def test_a_form_that_is_fitted_is_a_bound_for_all_and_a_better_one_for_its_centers():
    rng, better = np.random.default_rng(4), 0
    for _ in range(20):
        rows, centers = rng.standard_normal((8, 4)) / 4, rng.standard_normal((3, 4))
        form = fitted(rows, centers[:1])
        bounds = form.size + ((centers @ form.factor) ** 2).sum(axis=1)
        assert (bounds >= [longest(rows, c) - 1e-12 for c in centers]).all()
        assert form.shares.min() > 0
        assert form.shares.sum() == pytest.approx(1)
        other = fitted(rows, centers[1:2])
        better += bounds[0] <= other.size + ((centers[0] @ other.factor) ** 2).sum()
    assert better > 15
