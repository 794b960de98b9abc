"""Solving with many Gram matrices: Cholesky factors and inverses say the same."""

import numpy as np
import pytest

from relulab.solvers.factors import Each, Factors, Inverses, factored, solver

strict = pytest.importorskip("array_api_strict")


def problems(dtype, b=2, p=3, n=60, d=20):
    rng = np.random.default_rng(0)
    X, rows = rng.standard_normal((b, n, d)).astype(dtype), rng.integers(0, 2, (b, p, n)).astype(dtype)
    blocks = rows[..., None] * X[:, None]
    return X, rows, blocks.swapaxes(2, 3) @ blocks, rng


@pytest.mark.parametrize(("dtype", "tolerance"), [("float32", 1e-3), ("float64", 1e-10)])
def test_factors_do_what_inverses_do(dtype, tolerance):
    X, rows, gram, rng = problems(dtype)
    one = Each([Factors(factored(own.copy(), 0.0)) for own in gram])
    other = Inverses(np.linalg.inv(gram))
    Q, weight = rng.standard_normal((2, 3, 20)).astype(dtype), rng.random((2, 3)).astype(dtype)
    np.testing.assert_allclose((gram @ one.solve(Q)[..., None])[..., 0], Q, atol=tolerance)
    np.testing.assert_allclose(one.solve(Q), other.solve(Q), rtol=tolerance, atol=tolerance)
    np.testing.assert_allclose(one.between(rows, X, weight), other.between(rows, X, weight), atol=tolerance)
    which = np.array([[2, 0], [1, 2]])
    some = np.take_along_axis(Q, which[..., None], axis=1)
    np.testing.assert_array_equal(one.pick(which).solve(some)[0], one.solve(Q)[0, which[0]])
    np.testing.assert_allclose(other.pick(which).solve(some)[1], other.solve(Q)[1, which[1]], rtol=1e-4)
    np.testing.assert_array_equal(one.member(1).solve(Q[1:]), one.take([1]).solve(Q[1:]))


def test_only_one_triangle_is_read():
    *_, gram, rng = problems("float64")
    half = np.where(np.triu(np.ones((20, 20))) > 0, gram[0], np.nan)
    right = rng.standard_normal((1, 3, 20))
    whole = Factors(factored(gram[0].copy(), 0.0)).solve(right)
    np.testing.assert_array_equal(Factors(factored(half, 0.0)).solve(right), whole)


def test_a_singular_matrix_has_no_factor():
    gram = np.stack([np.eye(30), np.zeros((30, 30))])
    sound, singular = factored(gram.copy(), 1e-7)
    assert sound is not None
    assert singular is None
    solved = solver(gram, 1e-14)(np.ones((2, 30, 1)))
    np.testing.assert_allclose(solved[0], 1)  # the other changes nothing
    assert not np.isfinite(solved[1]).all()


def test_other_libraries_solve_by_inverses():
    *_, gram, rng = problems("float64")
    right = rng.standard_normal((3, 20, 2))
    solved = solver(strict.asarray(gram[0]), 1e-14)(strict.asarray(right))
    np.testing.assert_allclose(np.asarray(solved), solver(gram[0], 1e-14)(right), rtol=1e-8)
    one = solver(strict.asarray(gram[0]))(strict.asarray(right[1:2]), slice(1, 2))
    np.testing.assert_allclose(np.asarray(one), np.linalg.solve(gram[0, 1:2], right[1:2]), rtol=1e-8)


def test_of_no_matrix_there_is_nothing():
    none, rows, X = Factors([]), np.zeros((1, 0, 5)), np.ones((1, 5, 3))
    assert none.solve(np.zeros((1, 0, 3))).shape == (1, 0, 3)
    assert none.pick(np.zeros((1, 0), dtype=int)).factors == []
    assert not none.between(rows, X, np.zeros((1, 0))).any()
