import time
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

import relulab as rl


def by_linear_programming(X):
    """The nonzero patterns of the open cells, one row after the other, with one linear program a guess."""
    found = {()}
    for i in range(1, len(X) + 1):
        found = {s + (bit,) for s in found for bit in (False, True) if realizable(X[:i], s + (bit,))}
    live = X.any(axis=1)
    return {s for s in found if np.any(np.array(s)[live])}


def realizable(X, bits):
    live, bits = X.any(axis=1), np.array(bits)
    if not bits[~live].all():
        return False
    A = np.where(bits, -1, 1)[live, None] * X[live]
    return linprog(np.zeros(X.shape[1]), A_ub=A, b_ub=-np.ones(live.sum()), bounds=(None, None)).status == 0


def columns(S):
    return {tuple(column) for column in np.asarray(S).T.tolist()}


def assert_sound(X, S):
    masks = np.asarray(S)
    np.testing.assert_array_equal(masks, X @ S.gates >= 0)
    assert len(columns(S)) == S.p
    assert masks[X.any(axis=1)].any(axis=0).all()
    assert S.complete
    t = X[X.any(axis=1)] @ S.gates
    assert (np.abs(t) > 1e-12 * np.linalg.norm(X[X.any(axis=1)], axis=1)[:, None]).all()


@given(st.integers(1, 16), st.integers(1, 6), st.integers(0, 10**6), st.sampled_from(["rays", "cuts"]))
@settings(max_examples=80, deadline=None)
def test_general_position(n, d, seed, method):
    X = rl.draw("gaussian", n, d, rng=seed)
    S = rl.enumerate_patterns(X, method=method)
    assert_sound(X, S)
    assert S.p + rl.has_all_ones(X) == rl.count_patterns(n, d)
    assert columns(rl.sample_patterns(X, count=500, rng=seed)) <= columns(S)


@given(st.lists(st.tuples(*[st.integers(-2, 2)] * 3), min_size=1, max_size=7))
@settings(max_examples=60, deadline=None)
def test_degenerate_rows_against_linear_programming(rows):
    X = np.array(rows, dtype=float)
    S = rl.enumerate_patterns(X)
    assert columns(S) == by_linear_programming(X)
    assert S.p == 0 or np.asarray(S)[:, -1].all() == rl.has_all_ones(X)
    if X.any():
        assert_sound(X, S)
        assert columns(rl.enumerate_patterns(X, method="cuts")) == columns(S)


@given(st.lists(st.tuples(*[st.integers(-2, 2)] * 3), min_size=2, max_size=6), st.integers(0, 10**6))
@settings(max_examples=40, deadline=None)
def test_rank_three_in_dimension_five(rows, seed):
    flat = np.array(rows, dtype=float)
    X = flat @ np.random.default_rng(seed).standard_normal((3, 5))
    assert columns(rl.enumerate_patterns(X)) == columns(rl.enumerate_patterns(flat))


@pytest.mark.parametrize(("n", "d"), [(20, 4), (12, 6), (25, 3), (40, 2), (9, 9), (5, 8)])
@pytest.mark.parametrize("ensemble", ["gaussian", "cubic", "whitened", "cubic-whitened"])
def test_both_methods_find_covers_count(ensemble, n, d):
    X = rl.draw(ensemble, n, d, rng=n)
    both = [rl.enumerate_patterns(X, method=method) for method in ("rays", "cuts")]
    np.testing.assert_array_equal(*both)
    for S in both:
        assert_sound(X, S)
        assert S.p + rl.has_all_ones(X) == rl.count_patterns(n, d)


def test_the_hyperplanes_of_the_permutations():
    # x_a = x_b for all pairs: a cell is an order of the coordinates.
    X = np.array([np.eye(5)[a] - np.eye(5)[b] for a, b in product(range(5), repeat=2) if a < b])
    assert rl.enumerate_patterns(X).p + rl.has_all_ones(X) == 120


@pytest.mark.parametrize(
    ("arrangement", "counts"),
    [
        # Threshold functions of m bits; the sums of subsets (OEIS A000609, A034997).
        (lambda m: [(1, *v) for v in product([-1, 1], repeat=m)], {1: 4, 2: 14, 3: 104, 4: 1882}),
        (lambda m: [v for v in product([0, 1], repeat=m) if any(v)], {2: 6, 3: 32, 4: 370, 5: 11292}),
    ],
    ids=["threshold", "resonance"],
)
def test_famous_arrangements(arrangement, counts):
    for m, count in counts.items():
        X = np.array(arrangement(m), dtype=float)
        S = rl.enumerate_patterns(X, limit=10**8)
        assert_sound(X, S)
        assert S.p + rl.has_all_ones(X) == count


def test_degenerate_rows_share_bits():
    X = rl.draw("gaussian", 8, 3, rng=0)
    alone = rl.enumerate_patterns(X)
    awkward = np.vstack([X, 5 * X[:2], -X[2:4], np.zeros((2, 3))])
    S = rl.enumerate_patterns(awkward)
    assert_sound(awkward, S)
    masks = np.asarray(S)
    assert columns(masks[:8]) - {(False,) * 8} == columns(alone)
    np.testing.assert_array_equal(masks[8:10], masks[:2])
    np.testing.assert_array_equal(masks[10:12], ~masks[2:4])
    assert masks[12:].all()
    assert rl.enumerate_patterns(np.zeros((4, 2))).p == 0


@pytest.mark.parametrize("scale", [1e-100, 1e100])
def test_scales_of_rows_do_not_matter(scale):
    X = rl.draw("gaussian", 10, 3, rng=2)
    np.testing.assert_array_equal(rl.enumerate_patterns(scale * X), rl.enumerate_patterns(X))
    X[:5] *= scale
    assert_sound(X, rl.enumerate_patterns(X))


@pytest.mark.parametrize("units", [[1, 1, 1e-8], [1e7, 1, 1e-7], [1e-100, 1, 1e100]])
@pytest.mark.parametrize("offset", [0, 1e6])
def test_units_of_columns_do_not_matter(units, offset):
    X = rl.draw("gaussian", 15, 3, rng=5)
    X[:, 0] += offset
    S = rl.enumerate_patterns(X * units)
    np.testing.assert_array_equal(np.asarray(S), (X * units) @ S.gates >= 0)
    np.testing.assert_array_equal(S, rl.enumerate_patterns(X))
    assert S.p + rl.has_all_ones(X) == rl.count_patterns(15, 3)


@pytest.mark.parametrize("gap", [1e-6, 1e-9, 1e-11, 1e-13, 1e-15])
def test_nearly_parallel_rows_invent_nothing(gap):
    X = rl.draw("gaussian", 8, 3, rng=3)
    near = np.vstack([X, X[:3] + gap * rl.draw("gaussian", 3, 3, rng=4)])
    S = rl.enumerate_patterns(near)
    masks = np.asarray(S)
    np.testing.assert_array_equal(masks, near @ S.gates >= 0)
    assert len(columns(S)) == S.p
    assert columns(masks[:8]) - {(False,) * 8} == columns(rl.enumerate_patterns(X))
    if gap > 1e-8:
        assert S.p + rl.has_all_ones(near) == rl.count_patterns(11, 3)


@pytest.mark.parametrize(("n", "seconds"), [(20, 1), (40, 10)])
@pytest.mark.parametrize("method", ["rays", "cuts"])
def test_it_takes_seconds_in_four_dimensions(n, seconds, method):
    X = rl.draw("gaussian", n, 4, rng=0)
    start = time.process_time()
    rl.enumerate_patterns(X, method=method)
    assert time.process_time() - start < seconds


@pytest.mark.parametrize(
    ("X", "options", "message"),
    [
        (np.eye(3, 2) + 1, {"limit": 5}, "up to 6 patterns, more than limit=5; .* sample_patterns"),
        (rl.draw("gaussian", 200, 50), {}, r"up to about 10\^48 patterns, more than limit=2,000,000"),
        (np.eye(2), {"limit": 0}, "limit=0"),
        (np.eye(2), {"method": "lp"}, "method='lp' is unknown; choose from 'auto', 'rays', 'cuts'"),
        ([[1.0, 0], [0, 1], [1, 1], [0, 0]], {"method": "axes"}, "method='axes'"),
        ([[1.0, 0, 0], [0, 1, 0], [1, 1, 0], [0, 0, 1]], {"method": "rays"}, "every 3 distinct rows"),
        ([[np.nan, 1.0]], {}, "X holds NaN"),
    ],
)
def test_bad_input_is_named(X, options, message):
    with pytest.raises(ValueError, match=message):
        rl.enumerate_patterns(X, **options)
