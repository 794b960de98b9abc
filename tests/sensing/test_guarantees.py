from itertools import combinations, product

import cvxpy as cp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relulab import sensing
from relulab.sensing import guarantees


def problem(m, d, k, seed):
    rng = np.random.default_rng(seed)
    return rng.standard_normal((m, d)), sensing.sparse_vector(d, k, rng)


def test_the_refined_certificate_decides_what_basis_pursuit_finds():
    outcomes = []
    for seed in range(60):
        A, x = problem(10, 20, 1 + seed % 5, seed)
        proof = sensing.certificate(A, x, best=True)
        found = sensing.basis_pursuit(A, A @ x)
        assert proof.holds == (np.linalg.norm(found.x - x) < 1e-7)
        if not proof.holds:
            assert found.value <= np.abs(x).sum() * (1 + 1e-9)
        outcomes.append(proof.holds)
    assert 10 < sum(outcomes) < 50


@given(st.integers(3, 12), st.integers(1, 4), st.integers(0, 10**6), st.sampled_from([1e-100, 1.0, 1e100]))
@settings(max_examples=40, deadline=None)
def test_certificates_are_what_they_say(m, k, seed, scale):
    A, x = problem(m, 12, min(k, m), seed)
    A *= scale
    least, best = sensing.certificate(A, x), sensing.certificate(A, x, best=True)
    for proof in (least, best):
        np.testing.assert_allclose(A[:, x != 0].T @ proof.dual, np.sign(x[x != 0]), atol=1e-7)
        assert np.isclose(np.abs(A[:, x == 0].T @ proof.dual).max(), proof.off_support)
        assert proof.independent
    assert best.off_support <= least.off_support + 1e-7
    assert np.linalg.norm(least.dual) <= np.linalg.norm(best.dual) * (1 + 1e-9)
    assert np.isclose(guarantees.irrepresentability(A, x), least.off_support)


def test_the_smallest_dual_is_the_smallest():
    A, x = problem(8, 16, 3, 0)
    dual = cp.Variable(8)
    cp.Problem(cp.Minimize(cp.norm(dual)), [A[:, x != 0].T @ dual == np.sign(x[x != 0])]).solve("CLARABEL")
    np.testing.assert_allclose(sensing.certificate(A, x).dual, dual.value, atol=1e-6)


def test_no_proof_where_none_can_be():
    twins = np.array([[1.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    assert sensing.certificate(twins, [1, 0, 1], best=True).off_support == pytest.approx(1)
    assert not sensing.certificate(twins, [1, 0, 1], best=True).holds
    dependent = sensing.certificate(twins, [1, 1, 0])
    assert (dependent.independent, dependent.holds, dependent.off_support) == (False, False, 0)
    assert sensing.certificate(twins, [1, -1, 0]).off_support == np.inf
    assert sensing.certificate(twins, [0, 0, 0]).holds
    assert sensing.certificate(np.eye(2), [1, 2], best=True).holds


def test_the_worst_signs_are_the_worst():
    A, x = problem(10, 16, 4, 1)
    support = np.flatnonzero(x)
    values = []
    for signs in product([-1, 1], repeat=4):
        x[support] = signs
        values.append(guarantees.irrepresentability(A, x))
    assert guarantees.irrepresentability(A, x, any_signs=True) == pytest.approx(max(values))


def test_irrepresentable_signals_keep_their_signs_in_the_lasso():
    kept = 0
    for seed in range(20):
        A, x = problem(30, 40, 3, seed)
        if guarantees.irrepresentability(A, x) < 0.95:
            found = sensing.lasso(A, A @ x, beta=1e-3).x
            np.testing.assert_array_equal(np.sign(np.where(np.abs(found) > 1e-6, found, 0)), np.sign(x))
            kept += 1
    assert kept >= 5


@pytest.mark.parametrize("m", [2, 3, 5])
def test_the_simplex_meets_the_welch_bound(m):
    # m + 1 unit vectors of R^m at equal angles have coherence 1 / m.
    d = m + 1
    A = np.linalg.svd(np.eye(d) - 1 / d)[2][:m]
    assert guarantees.coherence(A) == pytest.approx(np.sqrt((d - m) / (m * (d - 1))))
    assert guarantees.coherence(A * np.arange(1, d + 1)) == pytest.approx(1 / m)
    assert guarantees.coherence_guarantee(A) == m // 2


def test_coherence_guarantees_every_support_and_sign():
    m = 8
    hadamard = np.array([[1.0]])
    while len(hadamard) < m:
        hadamard = np.block([[hadamard, hadamard], [hadamard, -hadamard]])
    A = np.hstack([np.eye(m), hadamard / np.sqrt(m)])
    k = guarantees.coherence_guarantee(A)
    assert k == 1
    for support in combinations(range(2 * m), k):
        x = np.zeros(2 * m)
        x[list(support)] = -2.0
        assert guarantees.irrepresentability(A, x, any_signs=True) < 1
        np.testing.assert_allclose(sensing.basis_pursuit(A, A @ x).x, x, atol=1e-9)


def test_restricted_isometry_is_attained_and_never_exceeded():
    rng = np.random.default_rng(0)
    A = rng.standard_normal((12, 14)) / np.sqrt(12)
    delta = [guarantees.restricted_isometry(A, k) for k in (1, 2, 3, 14)]
    assert delta == sorted(delta)
    assert delta[0] == pytest.approx(np.abs((A**2).sum(axis=0) - 1).max())
    assert delta[3] == pytest.approx(np.abs(np.linalg.eigvalsh(A.T @ A) - 1).max())
    worst = 0
    for support in combinations(range(14), 3):
        squares = np.linalg.svd(A[:, support], compute_uv=False) ** 2
        worst = max(worst, *np.abs(squares - 1))
    assert delta[2] == pytest.approx(worst)


@given(st.integers(1, 6), st.integers(0, 10**6))
@settings(max_examples=30, deadline=None)
def test_bounds_enclose_the_restricted_isometry(k, seed):
    A = np.random.default_rng(seed).standard_normal((7, 9)) / np.sqrt(7)
    lower, upper = guarantees.restricted_isometry_bounds(A, k, trials=20, rng=seed)
    assert lower - 1e-12 <= guarantees.restricted_isometry(A, k) <= upper + 1e-12


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: sensing.certificate(np.eye(3), [1, 2]), r"x has shape \(2,\); it must be \(3,\)"),
        (lambda: guarantees.irrepresentability(np.ones((2, 3)), [1, 1, 0]), "dependent"),
        (lambda: guarantees.coherence([[1.0, 0.0]]), "column 1 of A is zero"),
        (lambda: guarantees.coherence([[np.inf]]), "A holds NaN"),
        (lambda: guarantees.restricted_isometry(np.eye(3), 4), "k=4"),
        (lambda: guarantees.restricted_isometry(np.eye(60), 10), "75,394,027,566 supports.*_bounds"),
        (lambda: guarantees.restricted_isometry_bounds(np.eye(3), 1, trials=0), "trials=0"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize("scale", [1e-200, 1.0, 1e160])
def test_coherence_has_no_scale(scale):
    A = np.random.default_rng(0).standard_normal((8, 20))
    assert guarantees.coherence(A * scale) == pytest.approx(guarantees.coherence(A), rel=1e-12)
    assert guarantees.coherence_guarantee(A * scale) == 1


def test_there_is_one_certificate():
    assert not hasattr(guarantees, "certificate")
    assert sensing.coherence is guarantees.coherence
