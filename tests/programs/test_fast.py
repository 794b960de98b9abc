import numpy as np
import pytest

import relulab as rl
from relulab.programs import fast
from relulab.programs.fast import solve_fast
from relulab.programs.solutions import Solution
from relulab.solvers import newton

TIGHT = {"tol_gap_abs": 1e-10, "tol_gap_rel": 1e-10, "tol_feas": 1e-10}
NETWORKS = ["plain", "skip", "normalized"]
FORMS = ["gated", "exact"]


def labels(X, seed, linear=False):
    return X @ np.ones(X.shape[1]) if linear else np.random.default_rng(seed).standard_normal(len(X))


def checked(solution, tol=1e-6):
    """The solution, after a second opinion on its value, its gap and its feasibility."""
    assert solution.status == "optimal", (solution.status, solution.reason)
    parts = solution.parts if solution.form == "exact" else (solution.parts[0], None)
    program = (solution.blocks, solution.y, solution.form, solution.beta)
    again = Solution.from_coordinates(*program, *parts, solution.dual, "")
    assert again.value == pytest.approx(solution.value, rel=1e-12)
    assert again.residual == pytest.approx(solution.residual, abs=1e-12)
    energy = 0 if solution.beta is None else solution.dual @ solution.dual / 2
    rounding = 1e-14 * np.linalg.norm(solution.dual) * np.linalg.norm(solution.y)
    assert solution.dual @ solution.y - energy >= solution.value * (1 - solution.gap) - rounding
    assert -1e-12 <= solution.gap <= tol
    assert again.gap <= tol * (1 + 1e-6)
    ball = 1 if solution.beta is None else solution.beta
    assert rl.blocks.cones.largest_norm(solution.blocks, solution.dual, solution.form) <= ball * (1 + 1e-9)
    assert solution.violation <= 1e-11
    if solution.beta is None:
        assert solution.residual <= 1e-12
    return solution


def both(X, y, S, network, form, beta):
    quick = checked(rl.solve(X, y, S, network, form, beta, solver="newton"))
    slow = rl.solve(X, y, S, network, form, beta, **TIGHT)
    assert slow.status.startswith("optimal")
    return quick, slow


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("beta", [None, 1e-3, 0.1])
@pytest.mark.parametrize("size", [(12, 3, 20), (10, 14, 20), (30, 5, 30)])
def test_the_value_is_clarabels(network, form, beta, size):
    n, d, p = size
    for seed in range(2):
        X = rl.draw("gaussian", n, d, rng=seed)
        S = rl.sample_patterns(X, count=p, rng=seed)
        quick, slow = both(X, labels(X, seed, linear=seed % 2), S, network, form, beta)
        assert quick.value == pytest.approx(slow.value, rel=1e-6)


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("beta", [None, 1e-3])
def test_the_value_is_clarabels_at_a_larger_size(network, form, beta):
    X = rl.draw("gaussian", 60, 10, rng=0)
    S = rl.sample_patterns(X, count=60, rng=1)
    quick, slow = both(X, rl.plant(X, sigma=0.2, rng=2).y, S, network, form, beta)
    assert quick.value == pytest.approx(slow.value, rel=1e-6)


def thin(kind, k, n, d, seed, noise):
    """Labels whose noise the cones barely reach: an interpolant costs up to 2000 times their norm."""
    rng = np.random.default_rng([n, d, seed, k])
    X = rl.draw(("gaussian", "cubic", "whitened")[seed], n, d, rng)
    plant = rl.plant(X, kind, k, rng=rng, signs=[1, -1] if k == 2 and seed == 1 else None)
    return X, plant.y + 0.2 * np.random.default_rng(noise).standard_normal(n), rl.enumerate_patterns(X)


@pytest.mark.parametrize(
    ("kind", "network", "k", "size", "seed", "noise"),
    [
        ("linear", "skip", 1, (16, 2), 2, 18),
        ("linear", "skip", 1, (5, 3), 1, 21),
        ("linear", "skip", 1, (9, 3), 1, 29),
        ("relu", "plain", 1, (6, 2), 1, 9),
        ("relu", "plain", 1, (16, 2), 2, 18),
        ("relu", "plain", 1, (9, 3), 1, 29),
        ("relu", "plain", 2, (16, 2), 2, 18),
        ("relu", "skip", 1, (6, 2), 1, 9),
        ("relu", "skip", 1, (16, 2), 2, 18),
        ("relu", "skip", 1, (9, 3), 1, 29),
        ("normalized", "normalized", 1, (16, 2), 2, 18),
        ("normalized", "normalized", 2, (9, 2), 1, 9),
        ("normalized", "normalized", 2, (16, 2), 0, 12),
    ],
)
def test_thin_cones_with_expensive_labels(kind, network, k, size, seed, noise):
    X, y, S = thin(kind, k, *size, seed, noise)
    slow = rl.solve(X, y, S, network, "exact", **TIGHT)
    assert slow.status.startswith("optimal")
    for tol in (1e-6, 1e-7):
        quick = checked(rl.solve(X, y, S, network, "exact", solver="newton", tol=tol), tol)
        assert quick.value == pytest.approx(slow.value, rel=2 * tol)


def degenerate():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((10, 3))
    zeros = X.copy()
    zeros[[2, 5]] = 0
    return {
        "duplicate rows": (np.vstack([X, X]), True),
        "zero rows": (zeros, True),
        "opposite rows": (np.vstack([X, -X]), True),
        "rank two": (X[:, :2] @ rng.standard_normal((2, 5)), False),
        "wide": (rng.standard_normal((4, 9)), False),
        "graded": (rng.standard_normal((15, 4)) * [1, 1e-1, 1e-3, 1e-4], True),
        "one row": (np.array([[2.0, 1.0]]), False),
        "one column": (rng.standard_normal((6, 1)), True),
    }


@pytest.mark.parametrize("name", degenerate())
@pytest.mark.parametrize("form", FORMS)
def test_degenerate_data(name, form):
    X, linear = degenerate()[name]
    S = rl.sample_patterns(X, rng=np.random.default_rng(0))  # enough patterns to fit any labels
    for network in NETWORKS:
        if linear:
            y = X @ np.ones(X.shape[1]) if network == "skip" else np.maximum(X @ np.asarray(S.gates)[:, 0], 0)
        else:
            y = labels(X, 1)
        for beta in (None, 0.01):
            quick, slow = both(X, y, S, network, form, beta)
            assert quick.value == pytest.approx(slow.value, rel=1e-6)


def test_a_pattern_twice_and_a_pattern_of_zero_rows():
    X = np.vstack([rl.draw("gaussian", 10, 3, rng=0), np.zeros((1, 3))])
    masks = np.asarray(rl.sample_patterns(X, count=8, rng=0))
    only_zero = np.zeros((11, 1), dtype=bool)
    only_zero[-1] = True
    S = np.hstack([masks, masks, only_zero])
    y = np.r_[labels(X[:-1], 0), 0.0]
    for network in NETWORKS:
        once = checked(rl.solve(X, y, masks, network, beta=0.01, solver="newton"))
        twice = checked(rl.solve(X, y, S, network, beta=0.01, solver="newton"))
        assert once.value == pytest.approx(twice.value, rel=2e-6)


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("beta", [None, 1e-2])
@pytest.mark.parametrize(("x", "size"), [(1e-100, 1.0), (1e100, 1.0), (1.0, 1e-100), (1.0, 1e100)])
def test_scale_does_not_matter(network, form, beta, x, size):
    X = rl.draw("gaussian", 14, 3, rng=0)
    y, S = labels(X, 0), np.asarray(rl.sample_patterns(X, rng=0))
    weight = size / (1 if network == "normalized" else x)
    scaled_beta = None if beta is None else beta * size**2 / weight
    plain = checked(rl.solve(X, y, S, network, form, beta, solver="newton"))
    scaled = rl.solve(x * X, size * y, S, network, form, scaled_beta, solver="newton")
    assert scaled.status == "optimal"
    assert scaled.gap <= 1e-6
    assert scaled.value == pytest.approx(plain.value * (weight if beta is None else size**2), rel=2e-6)


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("form", FORMS)
def test_above_the_critical_beta_everything_is_zero(network, form):
    X = rl.draw("gaussian", 20, 4, rng=0)
    y, S = labels(X, 0), rl.sample_patterns(X, rng=0)
    critical = rl.blocks.cones.largest_norm(rl.Blocks(X, S, network), y, form)
    above, below = (rl.solve(X, y, S, network, form, c * critical, solver="newton") for c in (1.01, 0.9))
    assert not checked(above).parts.any()
    assert above.value == pytest.approx(y @ y / 2)
    assert checked(below).parts.any()


def test_blocks_that_are_off_are_exactly_zero():
    X = rl.draw("gaussian", 60, 6, rng=0)
    plant = rl.plant(X, rng=0)
    for form in FORMS:
        solution = checked(rl.solve(X, plant.y, rl.sample_patterns(X, rng=0), form=form, solver="newton"))
        assert np.count_nonzero(np.linalg.norm(solution.parts, axis=-1)) == 1
        np.testing.assert_allclose(solution.skip, plant.weights[:, 0], atol=1e-10)


@pytest.mark.parametrize("form", FORMS)
def test_a_tighter_tolerance_is_met(form):
    X = rl.draw("gaussian", 20, 3, rng=0)
    blocks = rl.Blocks(X, rl.sample_patterns(X, rng=0), "plain")
    tol = 1e-9 if form == "gated" else 1e-7
    checked(solve_fast(blocks, labels(X, 0), form, 0.01, tol=tol), tol=tol)


@pytest.mark.parametrize("form", FORMS)
def test_zero_labels_have_the_zero_solution(form):
    X = rl.draw("gaussian", 12, 3, rng=0)
    for beta in (None, 0.1):
        solution = rl.solve(
            X, np.zeros(12), rl.sample_patterns(X, rng=0), form=form, beta=beta, solver="newton"
        )
        assert (solution.status, solution.value, solution.gap) == ("optimal", 0, 0)
        assert not solution.parts.any()


@pytest.mark.parametrize("form", FORMS)
def test_an_infeasible_program_says_so(form):
    X = np.array([[1.0, 0.0], [1.0, 0.0]])
    solution = rl.solve(X, [1.0, -1.0], np.ones((2, 1), dtype=bool), "plain", form, solver="newton")
    assert (solution.status, solution.value) == ("infeasible", np.inf)
    assert np.isnan(solution.weights).all()


def test_cones_too_narrow_for_the_labels_are_infeasible():
    X = np.array([[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    masks = np.array([[1, 1, 1, 1]], dtype=bool).T  # x^T u >= 0 and -x^T u >= 0: only u = (0, t) is left
    gated = rl.solve(X, [1.0, -1.0, 0.0, 1.0], masks, "plain", "gated", solver="newton")
    exact = rl.solve(X, [1.0, -1.0, 0.0, 1.0], masks, "plain", "exact", solver="newton")
    assert checked(gated).value == pytest.approx(1)
    assert (exact.status, exact.value) == ("infeasible", np.inf)


def test_steps_that_run_out_leave_a_measured_gap():
    X = rl.draw("gaussian", 40, 5, rng=0)
    blocks = rl.Blocks(X, rl.sample_patterns(X, rng=0), "skip")
    y = labels(X, 0)
    rough = solve_fast(blocks, y, beta=0.01, max_iterations=3)
    assert rough.status == "optimal_inaccurate"
    assert "after 3 steps" in rough.reason
    fine = checked(solve_fast(blocks, y, beta=0.01))
    assert 1e-6 < rough.gap < np.inf
    assert rough.value * (1 - rough.gap) <= fine.value <= rough.value


def test_projections_that_are_too_much_to_keep_change_nothing(monkeypatch):
    X = rl.draw("gaussian", 40, 5, rng=0)
    blocks = rl.Blocks(X, rl.sample_patterns(X, rng=0), "normalized")
    kept = solve_fast(blocks, labels(X, 0))
    monkeypatch.setattr(newton, "PROJECTIONS", 0)
    np.testing.assert_allclose(checked(solve_fast(blocks, labels(X, 0))).parts, kept.parts, atol=1e-6)


def test_what_is_not_finite_is_reported_and_no_answer():
    X = rl.draw("gaussian", 12, 3, rng=0)
    blocks = rl.Blocks(X, rl.sample_patterns(X, rng=0), "plain")
    blocks.masks[3, 1] = np.nan
    for form in FORMS:
        solution = solve_fast(blocks, labels(X, 0), form)
        assert solution.status == "undecided"
        assert "finite" in solution.reason
        assert np.isnan(solution.value)
        assert np.isnan(solution.weights).all()


def test_it_is_the_solver_that_solve_calls():
    X = rl.draw("gaussian", 12, 3, rng=0)
    y, S = labels(X, 0), rl.sample_patterns(X, rng=0)
    rough = rl.solve(X, y, S, solver="newton", tol=1e-2)
    assert rl.solve(X, y, S, solver="admm", tol=1e-2).value == rough.value
    assert 1e-9 < rough.gap <= 1e-2
    assert fast.solve_fast(rl.Blocks(X, S), y, tol=1e-2).value == rough.value
