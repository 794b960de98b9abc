import cvxpy as cp
import numpy as np
import pytest
import scipy

from relulab import sensing, theory


def test_basis_pursuit_against_clarabel_and_its_own_dual():
    for seed in range(10):
        rng = np.random.default_rng(seed)
        A, b = rng.standard_normal((12, 30)), rng.standard_normal(12)
        solution = sensing.basis_pursuit(A, b)
        x = cp.Variable(30)
        value = cp.Problem(cp.Minimize(cp.norm(x, 1)), [A @ x == b]).solve(solver=cp.CLARABEL)
        assert np.isclose(solution.value, value, rtol=1e-6)
        np.testing.assert_allclose(A @ solution.x, b, atol=1e-8)
        assert np.abs(A.T @ solution.dual).max() <= 1 + 1e-8
        assert np.isclose(solution.dual @ b, solution.value)


@pytest.mark.parametrize(("epsilon", "solver"), [(0, "highs"), (0, "clarabel"), (0.3, "clarabel")])
def test_measurements_that_nothing_explains_are_an_error(epsilon, solver):
    with pytest.raises(ValueError, match="no solution"):
        sensing.basis_pursuit([[1.0, 0.0], [1.0, 0.0]], [0.0, 1.0], epsilon, solver)


@pytest.mark.parametrize("epsilon", [0.0, 0.1, 1.0])
@pytest.mark.parametrize("scale", [1e-100, 1.0, 1e100])
def test_every_solution_has_a_dual_of_its_value(epsilon, scale):
    rng = np.random.default_rng(1)
    A, b = rng.standard_normal((12, 30)), rng.standard_normal(12)
    expected = sensing.basis_pursuit(A, b, epsilon, "clarabel")
    for solver in ("highs", "clarabel") if epsilon == 0 else ("clarabel",):
        found = sensing.basis_pursuit(scale * A, b / scale, epsilon / scale, solver)
        assert found.value == pytest.approx(expected.value / scale**2, rel=1e-7)
        assert found.value == pytest.approx(np.abs(found.x).sum(), rel=1e-7)
        assert np.linalg.norm(scale * A @ found.x - b / scale) * scale <= epsilon + 1e-7
        assert np.abs(scale * A.T @ found.dual).max() <= 1 + 1e-7
        bound = b / scale @ found.dual - epsilon / scale * np.linalg.norm(found.dual)
        assert found.value == pytest.approx(bound, rel=1e-7)


def test_the_lasso_meets_its_conditions():
    rng = np.random.default_rng(2)
    A, b = rng.standard_normal((15, 25)), rng.standard_normal(15)
    top = np.abs(A.T @ b).max()
    for beta in (0.01 * top, 0.3 * top):
        found = sensing.lasso(A, b, beta)
        on = np.abs(found.x) > 1e-6
        assert 0 < on.sum() < 25
        np.testing.assert_allclose(found.dual, b - A @ found.x)
        np.testing.assert_allclose(A[:, on].T @ found.dual, beta * np.sign(found.x[on]), rtol=1e-5)
        assert np.abs(A.T @ found.dual).max() <= beta * (1 + 1e-5)
        assert found.value == pytest.approx(b @ found.dual - found.dual @ found.dual / 2)
        bounded = sensing.basis_pursuit(A, b, np.linalg.norm(found.dual))
        np.testing.assert_allclose(bounded.x, found.x, atol=1e-5)
    np.testing.assert_allclose(sensing.lasso(A, b, 1.001 * top).x, 0, atol=1e-7)


def test_noise_costs_no_more_than_it_weighs():
    rng = np.random.default_rng(3)
    x = sensing.sparse_vector(60, 4, rng)
    A = rng.standard_normal((40, 60)) / np.sqrt(40)
    noise = 0.05 * rng.standard_normal(40)
    found = sensing.basis_pursuit(A, A @ x + noise, np.linalg.norm(noise))
    assert found.value <= np.abs(x).sum() * (1 + 1e-7)
    assert np.linalg.norm(found.x - x) < 4 * np.linalg.norm(noise)


def test_the_transition_lies_where_the_statistical_dimension_says():
    d, k = 40, 5
    edge = theory.l1_statistical_dimension(k, d)
    sizes = [round(edge - 8), round(edge + 8)]
    ds = sensing.recovery_diagram(d, sizes, [k], trials=30, rng=1)
    low, high = ds.rate.values[:, 0]
    assert low < 0.25
    assert high > 0.75


def test_each_trial_depends_on_its_own_seed_alone():
    whole = sensing.recovery_diagram(20, [6, 10, 14], [2, 4], trials=8, rng=3)
    alone = sensing.recovery_diagram(20, [10], [4], trials=8, rng=3)
    assert whole.rate.sel(m=10, k=4).item() == alone.rate.item()


@pytest.mark.parametrize("m", [8, 12, 16])
def test_the_best_certificate_decides(m):
    """Against the linear program itself: the only solution, or a competitor that is no dearer."""
    decided = set()
    for seed in range(40):
        rng = np.random.default_rng([m, seed])
        A, x = rng.standard_normal((m, 24)), sensing.sparse_vector(24, 4, rng)
        best = sensing.certificate(A, x, best=True)
        found = sensing.basis_pursuit(A, A @ x)
        assert best.holds == bool(np.abs(found.x - x).max() < 1e-7)
        on = x != 0
        np.testing.assert_allclose(best.entries[on], np.sign(x[on]), atol=1e-8)
        np.testing.assert_allclose(best.entries, A.T @ best.dual)
        shortest = sensing.certificate(A, x)
        assert np.linalg.norm(shortest.dual) <= np.linalg.norm(best.dual) * (1 + 1e-9)
        assert shortest.margin <= best.margin + 1e-9
        decided.add((shortest.holds, best.holds))
    assert (True, False) not in decided
    assert len(decided) > 1


def test_the_lasso_ends_at_the_shortest_certificate_where_it_holds():
    rng = np.random.default_rng(5)
    A, x = rng.standard_normal((30, 40)), sensing.sparse_vector(40, 2, rng)
    shortest = sensing.certificate(A, x)
    assert shortest.holds
    beta = 1e-3 * np.abs(x[x != 0]).min()
    np.testing.assert_allclose(sensing.lasso(A, A @ x, beta).dual / beta, shortest.dual, rtol=1e-3, atol=1e-5)


def test_columns_that_repeat_certify_nothing():
    A = np.random.default_rng(0).standard_normal((6, 4))
    for extra, x in (
        (A[:, :1], [1.0, 0, 0, 0, 0]),
        (A[:, :1], [1.0, 0, 0, 0, 1.0]),
        (-A[:, :1], [1.0, 0, 0, 0, 1.0]),
    ):
        for best in (False, True):
            assert not sensing.certificate(np.hstack([A, extra]), x, best).holds


def test_vectors_below_the_coherence_bound_are_all_certified():
    from itertools import combinations, product

    A = np.hstack([np.eye(16), scipy.linalg.hadamard(16) / 4])
    assert sensing.coherence(3 * A) == pytest.approx(1 / 4)
    k = 2  # (2 k - 1) / 4 < 1
    for places in list(combinations(range(32), k))[::7]:
        for signs in product((-1, 1), repeat=k):
            x = np.zeros(32)
            x[list(places)] = signs
            assert sensing.certificate(A, x).holds


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: sensing.basis_pursuit(np.ones((3, 4)), np.ones(2)),
            r"b has shape \(2,\); it must be \(3,\)",
        ),
        (lambda: sensing.basis_pursuit([[np.nan]], [1.0]), "A holds NaN"),
        (lambda: sensing.basis_pursuit([[1.0]], [1.0], epsilon=-1), "epsilon=-1"),
        (lambda: sensing.basis_pursuit([[1.0]], [1.0], solver="scs"), "solver='scs' is unknown; choose from"),
        (lambda: sensing.basis_pursuit([[1.0]], [1.0], 0.5, "highs"), "epsilon=0.5 with solver"),
        (lambda: sensing.lasso([[1.0]], [1.0], 0), "beta=0 is not > 0"),
        (lambda: sensing.sparse_vector(5, 6), "k=6"),
        (lambda: sensing.certificate([[1.0, 2.0]], [1.0]), r"x has shape \(1,\); it must be \(2,\)"),
        (lambda: sensing.coherence([[1.0, 0.0]]), "column 1 of A is zero"),
        (lambda: sensing.recovery_diagram(5, [0], [1]), "measurements=0"),
        (lambda: sensing.recovery_diagram(1, 5, 3), "measurements=5 is no sequence"),
        (lambda: sensing.recovery_diagram(5, [2.5], [1]), "measurements=2.5 is not a whole number"),
        (lambda: sensing.recovery_diagram(5, [], [1]), "measurements is empty"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize("beta", [1e3, 1e30, 1e300])
def test_a_large_price_buys_nothing(beta):
    A, b = np.random.default_rng(0).standard_normal((8, 20)), np.arange(8.0)
    found = sensing.lasso(A, b, beta)
    assert not found.x.any()
    assert found.value == pytest.approx(b @ b / 2)
    np.testing.assert_allclose(found.dual, b)


def test_zero_is_the_only_solution_of_its_measurements():
    proof = sensing.certificate([[1.0, 2.0]], [0, 0])
    assert (proof.holds, proof.off_support, proof.margin) == (True, 0, 1)
