import cvxpy as cp
import numpy as np
import pytest

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


def test_equations_without_solution_are_an_error():
    with pytest.raises(ValueError, match="no solution"):
        sensing.basis_pursuit([[1.0, 0.0], [1.0, 0.0]], [0.0, 1.0])


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


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: sensing.basis_pursuit(np.ones((3, 4)), np.ones(2)),
            r"b has shape \(2,\); it must be \(3,\)",
        ),
        (lambda: sensing.basis_pursuit([[np.nan]], [1.0]), "A holds NaN"),
        (lambda: sensing.sparse_vector(5, 6), "k=6"),
        (lambda: sensing.recovery_diagram(5, [0], [1]), "measurements=0"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
