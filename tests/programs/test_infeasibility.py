"""Infeasible is said where a dual ray proves it, and of no program that has a solution."""

import warnings
from concurrent.futures import ThreadPoolExecutor

import cvxpy as cp
import numpy as np
import pytest

import relulab as rl
from relulab.programs.infeasibility import proves_infeasible

FORMS = ["gated", "exact"]
SOLVERS = ["newton", "clarabel"]


def scaled_columns(seed, factor):
    """Data with one short column, and the plant along it: the program's value is 1."""
    X = np.random.default_rng(seed).standard_normal((10, 2)) * [1, factor]
    return X, rl.plant(X, direction=[0, 1]), rl.sample_patterns(X, rng=1)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("factor", [1e-4, 1e-6, 1e-8])
@pytest.mark.parametrize("seed", range(3))
def test_a_short_column_is_found(seed, factor, form):
    X, plant, S = scaled_columns(seed, factor)
    solution = rl.solve(X, plant.y, S, form=form, solver="newton")
    assert solution.status == "optimal"
    assert solution.value == pytest.approx(1, rel=2e-6)
    assert solution.residual <= 1e-12
    assert np.linalg.norm(solution.fit - plant.y) <= 1e-11 * np.linalg.norm(plant.y)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("seed", range(5))
def test_nobody_says_infeasible_of_a_feasible_program(seed, solver, form):
    for factor in (1e-2, 1e-5, 1e-9, 1e-10):
        X, plant, S = scaled_columns(seed, factor)
        solution = rl.solve(X, plant.y, S, form=form, solver=solver)
        assert solution.status != "infeasible"
        if solution.status == "optimal":
            assert solution.value == pytest.approx(1, rel=1e-4)
            assert max(solution.gap, solution.residual) <= 1e-5
        else:
            assert solution.reason


@pytest.mark.parametrize("network", ["plain", "skip", "normalized"])
@pytest.mark.parametrize("form", FORMS)
def test_rows_and_columns_of_all_sizes(network, form):
    rng = np.random.default_rng(4)
    for _ in range(4):
        rows, columns = 10.0 ** rng.uniform(-6, 6, (8, 1)), 10.0 ** rng.uniform(-4, 4, 2)
        X = rows * rng.standard_normal((8, 2)) * columns
        S = rl.sample_patterns(X, count=30, rng=rng)
        w = rng.standard_normal(2) / columns
        y = X @ w if network == "skip" else np.maximum(X @ S.gates[:, 0], 0)
        solution = rl.solve(X, y, S, network, form, solver="newton")
        assert solution.status != "infeasible"
        cost = np.linalg.norm(w if network == "skip" else S.gates[:, 0])
        if solution.status == "optimal" and network != "normalized":
            assert solution.value <= cost * (1 + 1e-5)


def test_labels_on_a_column_of_ones():
    X = np.random.default_rng(0).standard_normal((60, 6)) * [1e-3, 1, 10, 100, 1e3, 1]
    X = np.hstack([X, np.ones((60, 1))])
    S = rl.sample_patterns(X, count=20, rng=1)
    solution = rl.solve(X, -np.ones(60), S, solver="newton")
    slow = rl.solve(X, -np.ones(60), S)
    assert (solution.status, slow.status) == ("optimal", "optimal")
    assert solution.value == pytest.approx(slow.value, rel=1e-5)
    assert solution.value <= 1 + 1e-5  # the weights minus the last axis fit exactly


@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("scale", [1e-150, 1.0, 1e150])
def test_what_nothing_interpolates_is_proved(solver, scale):
    rng = np.random.default_rng(0)
    for n, d in ((12, 2), (9, 3)):
        X = rng.standard_normal((n, d)) * 10.0 ** rng.uniform(-3, 3, d) * scale
        twice, y = np.vstack([X, X]), rng.standard_normal(2 * n)
        S = rl.sample_patterns(twice, count=10, rng=rng)
        for form in FORMS:
            solution = rl.solve(twice, y, S, form=form, solver=solver)
            assert (solution.status, solution.value) == ("infeasible", np.inf)
            assert "ray" in solution.reason


def test_cones_that_hold_no_interpolant_are_proved_and_no_others():
    counts = {True: 0, False: 0}
    for seed in range(12):
        rng = np.random.default_rng(seed)
        X = rng.standard_normal((6, 2))
        S = np.asarray(rl.sample_patterns(X, count=8, rng=rng))
        y = rng.standard_normal(6)
        u, v = cp.Variable((2, S.shape[1])), cp.Variable((2, S.shape[1]))
        fit = cp.sum(cp.multiply(S, X @ (u - v)), axis=1)
        cones = [cp.multiply(2 * S - 1.0, X @ part) >= 0 for part in (u, v)]
        status = cp.Problem(cp.Minimize(0), [fit == y, *cones]).solve(solver=cp.HIGHS)
        proved = proves_infeasible(rl.Blocks(X, S, "plain"), y, "exact")
        assert proved == np.isinf(status)
        counts[proved] += 1
        assert (rl.solve(X, y, S, "plain", "exact", solver="newton").status == "infeasible") == proved
    assert min(counts.values()) >= 2


def test_a_small_beta_is_optimal_only_with_a_small_gap():
    X = rl.draw("gaussian", 20, 4, rng=0)
    y, S = np.random.default_rng(1).standard_normal(20), rl.sample_patterns(X, rng=2)
    for beta in (1e-16, 1e-12, 1e-6, 1e-2):
        solution = rl.solve(X, y, S, beta=beta)
        assert (solution.status == "optimal") == (solution.gap <= 1e-5)
        assert solution.reason or solution.status == "optimal"
    assert rl.solve(X, y, S, beta=1e-16).status == "optimal_inaccurate"


@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("form", FORMS)
def test_data_of_zeros_are_said_to_be(solver, form):
    X, y, S = np.zeros((4, 2)), np.arange(4.0), np.ones((4, 1), dtype=bool)
    for network in ("plain", "skip", "normalized"):
        solution = rl.solve(X, y, S, network, form, solver=solver)
        assert (solution.status, solution.value) == ("infeasible", np.inf)
        assert "X is zero" in solution.reason
        assert rl.solve(X, y, S, network, form, 0.1, solver=solver).value == pytest.approx(y @ y / 2)
        assert rl.solve(X, 0 * y, S, network, form, solver=solver).value == 0


def test_threads_warn_of_nothing():
    X = rl.draw("gaussian", 12, 3, rng=0)
    y, S = np.random.default_rng(1).standard_normal(12), rl.sample_patterns(X, rng=2)

    def inaccurate(_):
        tight = dict.fromkeys(("tol_gap_abs", "tol_gap_rel", "tol_feas"), 1e-16)
        return rl.solve(X, y, S, beta=0.1, **tight).status

    with warnings.catch_warnings(record=True) as seen, ThreadPoolExecutor(4) as pool:
        warnings.simplefilter("always")
        statuses = set(pool.map(inaccurate, range(24)))
    assert statuses <= {"optimal", "optimal_inaccurate"}
    assert not seen


@pytest.mark.parametrize("make", [rl.programs.primal, rl.programs.dual])
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"form": "Exact"}, "form='Exact' is unknown"),
        ({"beta": -1}, "beta=-1 is not"),
        ({"beta": np.nan}, "beta=nan is not"),
        ({"beta": 0}, "beta=0 is not positive"),
        ({"y": [1.0]}, "y has shape"),
    ],
)
def test_the_programs_check_their_arguments(make, arguments, message):
    blocks = rl.Blocks(np.eye(2), np.ones((2, 1), dtype=bool), "plain")
    with pytest.raises(ValueError, match=message):
        make(blocks, **{"y": [3.0, 4.0], **arguments})


def test_a_solution_is_printed_in_one_line():
    X = rl.draw("gaussian", 12, 3, rng=0)
    text = repr(rl.solve(X, X[:, 0], rl.sample_patterns(X, rng=0), beta=0.1))
    assert "\n" not in text
    assert text.startswith("Solution(optimal, value=")
    assert len(text) < 120
