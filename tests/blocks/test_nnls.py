from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relulab.blocks.nnls import nonnegative_least_squares


def smallest_residual(A, b):
    """Over every set of columns whose least-squares coefficients are all positive."""
    best = np.linalg.norm(b)
    for size in range(1, min(A.shape) + 1):
        for columns in combinations(range(A.shape[1]), size):
            x = np.linalg.lstsq(A[:, columns], b)[0]
            if x.min() >= 0:
                best = min(best, np.linalg.norm(A[:, columns] @ x - b))
    return best


def assert_optimal(A, b, x):
    gradient = A.T @ (b - A @ x)
    scale = np.linalg.norm(b) * (1 + np.abs(A).max())
    assert x.min() >= 0
    assert gradient.max() <= 1e-11 * scale
    assert np.abs(gradient[x > 0]).max(initial=0) <= 1e-10 * scale


@given(st.integers(0, 10**6), st.integers(1, 5), st.integers(1, 7), st.booleans())
@settings(max_examples=150, deadline=None)
def test_against_every_set_of_columns(seed, k, n, whole_numbers):
    rng = np.random.default_rng(seed)
    numbers = rng.integers(-2, 3, (k, n + 1)).astype(float) if whole_numbers else rng.normal(size=(k, n + 1))
    A, b = numbers[:, 1:], numbers[:, 0]
    x = nonnegative_least_squares(A, b)
    assert_optimal(A, b, x)
    assert np.isclose(np.linalg.norm(A @ x - b), smallest_residual(A, b), atol=1e-10)


@pytest.mark.parametrize("seed", range(40))
def test_gradients_that_are_zero_up_to_rounding_are_zero(seed):
    """The residual of a solved problem has only such gradients on its active columns: nothing may enter."""
    rng = np.random.default_rng(seed)
    A, b = rng.standard_normal((6, 20)), rng.standard_normal(6)
    for rows in (A, np.hstack([A, A, -A[:, :2]])):
        residual = b - rows @ nonnegative_least_squares(rows, b)
        if np.linalg.norm(residual) > 1e-9:
            again = nonnegative_least_squares(rows, residual)
            np.testing.assert_allclose(rows @ again, 0, atol=1e-10)


@pytest.mark.parametrize(("k", "n"), [(30, 100), (100, 30), (60, 200)])
def test_larger_problems(k, n):
    rng = np.random.default_rng(k)
    A, b = rng.standard_normal((k, n)), rng.standard_normal(k)
    A[:, -10:] = A[:, :10]
    assert_optimal(A, b, nonnegative_least_squares(A, b))


def test_whatever_it_starts_from():
    rng = np.random.default_rng(3)
    for _ in range(30):
        A, b = rng.integers(-2, 3, (5, 12)).astype(float), rng.standard_normal(5)
        x = nonnegative_least_squares(A, b)
        for start in (x, rng.exponential(size=12) * (rng.random(12) < 0.3), np.ones(12)):
            again = nonnegative_least_squares(A, b, start)
            assert_optimal(A, b, again)
            np.testing.assert_allclose(A @ again, A @ x, atol=1e-9)
