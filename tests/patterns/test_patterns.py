from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from scipy.stats import binomtest

import relulab as rl
from relulab.patterns.all_ones import all_ones_gate


def realizable(X, signs):
    """By linear programming alone: is there u with sign(X u) = signs, strictly?"""
    n, d = X.shape
    A = -np.asarray(signs)[:, None] * X
    return linprog(np.zeros(d), A_ub=A, b_ub=-np.ones(n), bounds=[(None, None)] * d).status == 0


@pytest.mark.parametrize(("n", "d"), [(1, 1), (4, 1), (5, 2), (6, 3), (4, 6)])
def test_count_against_linear_programming(n, d):
    X = rl.draw("gaussian", n, d, rng=n)
    assert rl.count_patterns(n, d) == sum(realizable(X, s) for s in product([-1, 1], repeat=n))


def test_count_is_an_exact_integer():
    assert rl.count_patterns(400, 500) == 2**400
    assert isinstance(rl.count_patterns(400, 100), int)
    assert rl.count_patterns(7, 3) == 2 * (1 + 6 + 15)


@given(st.integers(1, 25), st.integers(1, 8), st.integers(0, 10**6))
@settings(max_examples=60, deadline=None)
def test_sampled_patterns_are_distinct_realized_and_nonzero(n, d, seed):
    X = rl.draw("gaussian", n, d, rng=seed)
    S = rl.sample_patterns(X, rng=seed)
    masks = np.asarray(S)
    assert masks.dtype == bool
    assert len({tuple(column) for column in masks.T}) == S.p
    assert masks.any(axis=0).all()
    np.testing.assert_array_equal(masks, X @ S.gates >= 0)
    full = np.flatnonzero(masks.all(axis=0))
    np.testing.assert_array_equal(full, [S.p - 1] if rl.has_all_ones(X) else [])


def test_included_weights_come_first():
    X = rl.draw("gaussian", 40, 5, rng=0)
    W = rl.plant(X, "relu", 3, rng=1).weights
    S = rl.sample_patterns(X, count=10, include=W, rng=2)
    np.testing.assert_array_equal(np.asarray(S)[:, :3], X @ W >= 0)


def test_all_ones_is_found_though_no_gate_hits_it():
    X = np.abs(rl.draw("gaussian", 60, 2, rng=0)) + [[1e-3, 0]]
    X[:, 1] = np.linspace(-1, 1, 60) * X[:, 0] * 1e3
    S = rl.sample_patterns(X, count=5, rng=0)
    assert np.asarray(S)[:, -1].all()


@given(st.integers(1, 24), st.integers(1, 6), st.integers(0, 10**6))
@settings(max_examples=150, deadline=None)
def test_all_ones_agrees_with_linear_programming(n, d, seed):
    X = rl.draw("gaussian", n, d, rng=seed)
    assert rl.has_all_ones(X) == realizable(X, np.ones(n))


@given(st.lists(st.tuples(*[st.integers(-2, 2)] * 3), min_size=1, max_size=9))
@settings(max_examples=150, deadline=None)
def test_all_ones_on_degenerate_data(rows):
    X = np.array(rows, dtype=float)
    nonzero = X[X.any(axis=1)]
    expected = realizable(nonzero, np.ones(len(nonzero))) if len(nonzero) else True
    assert rl.has_all_ones(X) == expected
    u = all_ones_gate(X)
    if expected:
        assert (nonzero @ u > 0).all()


@pytest.mark.parametrize("scale", [1e-100, 1e100])
def test_all_ones_does_not_depend_on_scale(scale):
    for seed in range(10):
        X = rl.draw("gaussian", 12, 6, rng=seed)
        assert rl.has_all_ones(scale * X) == rl.has_all_ones(X)


@pytest.mark.parametrize("ensemble", ["gaussian", "cubic", "whitened", "cubic-whitened"])
@pytest.mark.parametrize(("n", "d"), [(8, 3), (20, 10), (24, 10)])
def test_all_ones_has_wendels_probability(ensemble, n, d):
    hits = sum(rl.has_all_ones(rl.draw(ensemble, n, d, rng=seed)) for seed in range(400))
    assert binomtest(hits, 400, rl.theory.wendel(n, d)).pvalue > 1e-3


def test_legal_but_awkward_data():
    X = rl.draw("gaussian", 10, 3, rng=0)
    for awkward in (np.vstack([X, X]), np.vstack([X, np.zeros((2, 3))]), X[:, [0, 0, 1]], X[:2]):
        S = rl.sample_patterns(awkward, rng=0)
        np.testing.assert_array_equal(np.asarray(S), awkward @ S.gates >= 0)
    assert rl.sample_patterns(np.zeros((4, 2)), rng=0).p == 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"count": 0}, "count=0"),
        ({"include": np.ones((2, 1))}, r"include has shape \(2, 1\); it must be \(3, m\)"),
    ],
)
def test_bad_input_is_named(options, message):
    with pytest.raises(ValueError, match=message):
        rl.sample_patterns(rl.draw("gaussian", 10, 3, rng=0), **options)


@given(st.integers(1, 20), st.integers(1, 5), st.integers(0, 10**6))
@settings(max_examples=30, deadline=None)
def test_gates_of_patterns_realize_them(n, d, seed):
    X = rl.draw("cubic", n, d, rng=seed)
    masks = X @ np.random.default_rng(seed).standard_normal((d, 5)) >= 0
    np.testing.assert_array_equal(masks, X @ rl.gates_of(X, masks) >= 0)


@pytest.mark.parametrize("bits", list(product([False, True], repeat=4)))
def test_gates_exist_for_the_cells_alone(bits):
    X = np.array([[1.0, 0.0], [0.0, 1.0], [-2.0, 0.0], [0.0, 0.0]])
    bits = np.array(bits)[:, None]
    if bits[0] != bits[2] and bits[3]:
        np.testing.assert_array_equal(bits, X @ rl.gates_of(X, bits) >= 0)
    else:
        with pytest.raises(ValueError, match="column 0 of masks is no pattern of X"):
            rl.gates_of(X, bits)


def test_gates_of_names_the_first_impossible_column():
    X = rl.draw("gaussian", 9, 2, rng=0)
    masks = np.asarray(rl.sample_patterns(X, rng=1)).copy()
    masks[:, 3] = np.arange(9) % 2 == 0
    with pytest.raises(ValueError, match="column 3 of masks"):
        rl.gates_of(X, masks)
    with pytest.raises(ValueError, match=r"bool array \(9, p\)"):
        rl.gates_of(X, masks[:5])
