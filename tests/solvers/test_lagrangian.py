import itertools

import numpy as np
import pytest

import relulab as rl
from relulab.data.trials import instance
from relulab.phase.distances import measure
from relulab.programs import fast
from relulab.programs.scaling import Scaled
from relulab.programs.solutions import Solution
from relulab.solvers.headstart import head_start
from relulab.solvers.lagrangian import rounds

TIGHT = {"tol_gap_abs": 1e-10, "tol_gap_rel": 1e-10, "tol_feas": 1e-10}


@pytest.fixture
def alone(monkeypatch):
    """The method by itself: at every size, and with nothing to fall back on."""
    monkeypatch.setattr(fast, "SMALL", 0)
    monkeypatch.setattr(fast, "Path", None)


def checked(solution, tol=1e-6):
    """The solution, after a second opinion on its value, its gap and its feasibility."""
    assert solution.status == "optimal", (solution.status, solution.reason)
    again = Solution.from_coordinates(
        solution.blocks, solution.y, "exact", solution.beta, *solution.parts, solution.dual, ""
    )
    assert again.value == pytest.approx(solution.value, rel=1e-12)
    assert -1e-12 <= solution.gap <= tol
    assert again.gap <= tol * (1 + 1e-6)
    assert rl.blocks.cones.largest_norm(solution.blocks, solution.dual, "exact") <= solution.beta * (1 + 1e-9)
    assert solution.violation <= 1e-11
    return solution


def problem(n, d, network, sigma=0.1, trial=0, p=None):
    kind = {"kind": "normalized"} if network == "normalized" else {"direction": "smallest"}
    plant, S = instance(n, d, trial, sigma=sigma, **kind)
    S = S if p is None else np.asarray(S)[:, :p]
    return plant, rl.Blocks(plant.X, S, network), S


@pytest.mark.parametrize("network", ["plain", "skip", "normalized"])
@pytest.mark.parametrize("size", [(8, 12), (20, 10), (40, 6), (40, 30)])
@pytest.mark.parametrize("beta", [1e-6, 1e-3, 0.1])
def test_the_value_is_clarabels(network, size, beta, monkeypatch):
    monkeypatch.setattr(fast, "SMALL", 0)
    plant, _, S = problem(*size, network, p=25)
    y = np.random.default_rng(0).standard_normal(len(plant.y)) if network == "plain" else plant.y
    quick = checked(rl.solve(plant.X, y, S, network, "exact", beta, solver="newton"))
    slow = rl.solve(plant.X, y, S, network, "exact", beta, **TIGHT)
    assert quick.value == pytest.approx(slow.value, rel=2e-6)


@pytest.mark.parametrize("network", ["skip", "normalized"])
@pytest.mark.parametrize("size", [(100, 20), (40, 32), (120, 10)])
@pytest.mark.parametrize("sigma", [0.05, 0.2])
def test_value_and_distances_are_those_of_the_interior_point_method(network, size, sigma, alone, monkeypatch):
    plant, blocks, S = problem(*size, network, sigma)
    quick = checked(fast.solve_fast(blocks, plant.y, "exact", 1e-6))
    near = measure(plant, S, plant.X, network, "exact", 1e-6)
    monkeypatch.undo()
    monkeypatch.setattr(fast, "_by_multipliers", lambda *_: None)
    slow = checked(fast.solve_fast(blocks, plant.y, "exact", 1e-6))
    far = measure(plant, S, plant.X, network, "exact", 1e-6)
    assert quick.value == pytest.approx(slow.value, rel=1e-6)
    assert near.status == far.status == "measured"
    assert near.distance == pytest.approx(far.distance, rel=1e-3)
    assert near.test_distance == pytest.approx(far.test_distance, rel=1e-3, abs=1e-6)


def degenerate():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((20, 3))
    zeros = X.copy()
    zeros[[2, 5]] = 0
    return {
        "duplicate rows": np.vstack([X, X]),
        "zero rows": zeros,
        "rank two": X[:, :2] @ rng.standard_normal((2, 5)),
        "wide": rng.standard_normal((4, 9)),
        "one row": np.array([[2.0, 1.0]]),
        "one column": rng.standard_normal((6, 1)),
        "opposite rows": np.vstack([X[:6], -X[:6]]),
        "graded": X * [1, 1e-2, 1e-4],
    }


@pytest.mark.parametrize("name", degenerate())
@pytest.mark.parametrize("network", ["plain", "skip", "normalized"])
def test_degenerate_data(name, network, monkeypatch):
    monkeypatch.setattr(fast, "SMALL", 0)
    X = degenerate()[name]
    S = rl.sample_patterns(X, rng=0)
    y = np.random.default_rng(1).standard_normal(len(X))
    quick = checked(rl.solve(X, y, S, network, "exact", 0.01, solver="newton"))
    slow = rl.solve(X, y, S, network, "exact", 0.01, **TIGHT)
    assert quick.value == pytest.approx(slow.value, rel=2e-6)


def test_a_silent_pattern_and_one_that_is_there_twice(alone):
    plant, _, S = problem(40, 6, "skip", p=20)
    X, y = np.vstack([plant.X, np.zeros((1, 6))]), np.r_[plant.y, 0.0]
    masks = np.vstack([np.asarray(S), np.zeros((1, 20), dtype=bool)])
    silent = np.zeros((41, 1), dtype=bool)
    silent[-1] = True
    once = checked(rl.solve(plant.X, plant.y, S, "skip", "exact", 1e-3, solver="newton"))
    more = checked(rl.solve(X, y, np.hstack([masks, masks, silent]), "skip", "exact", 1e-3, solver="newton"))
    assert more.value == pytest.approx(once.value, rel=2e-6)


def test_multipliers_pull_no_free_coordinate(alone):
    plant, blocks, _ = problem(30, 20, "normalized")
    program, _ = fast.program_of(Scaled(blocks, plant.y, 1e-6), "exact")
    assert not program.counts.all()
    solution = checked(fast.solve_fast(blocks, plant.y, "exact", 1e-6))
    violated = rl.blocks.cones.largest_norm(blocks, solution.dual, "exact") / 1e-6 - 1
    assert violated < 1e-11


def test_every_round_is_in_the_cones_and_bounds_the_value():
    plant, blocks, _ = problem(60, 10, "skip")
    program, _ = fast.program_of(Scaled(blocks, plant.y, 1e-6), "exact")
    start = head_start(program, blocks.skip)
    points = list(itertools.islice(rounds(program, start, 200), 5))
    assert len(points) == 5
    gaps = [fast.Candidate(program, *point).gap for point in points]
    assert np.isfinite(gaps).all()
    assert gaps[-1] < 1e-2


def test_a_dual_vector_that_points_away_from_the_labels_bounds_by_zero():
    plant, blocks, _ = problem(40, 6, "skip")
    solution = fast.solve_fast(blocks, plant.y, "exact", 1e-6)
    program, _ = fast.program_of(Scaled(blocks, plant.y, 1e-6), "exact")
    none = np.zeros_like(program.cone)
    away = fast.Candidate(program, np.zeros_like(program.counts), -solution.dual, none)
    assert away.gap == 1
    assert not away.nu.any()


def test_without_noise_nothing_is_left_to_the_path(alone):
    for n, d in ((40, 10), (100, 20), (200, 50)):
        plant, blocks, _ = problem(n, d, "skip", sigma=0.0)
        checked(fast.solve_fast(blocks, plant.y, "exact", 1e-6))


def test_no_labels_and_labels_below_the_critical_beta(alone):
    plant, blocks, _ = problem(30, 5, "skip")
    assert not fast.solve_fast(blocks, np.zeros(30), "exact", 1e-3).parts.any()
    critical = rl.blocks.cones.largest_norm(blocks, plant.y, "exact")
    assert not checked(fast.solve_fast(blocks, plant.y, "exact", 1.01 * critical)).parts.any()
    assert checked(fast.solve_fast(blocks, plant.y, "exact", 0.9 * critical)).parts.any()


def test_blocks_that_are_off_are_exactly_zero(alone):
    plant, blocks, _ = problem(100, 20, "skip")
    norms = np.linalg.norm(checked(fast.solve_fast(blocks, plant.y, "exact", 1e-6)).parts, axis=-1)
    assert 5 < np.count_nonzero(norms) < 100


def test_the_same_twice():
    plant, blocks, _ = problem(60, 10, "skip")
    first, second = (fast.solve_fast(blocks, plant.y, "exact", 1e-6) for _ in range(2))
    assert np.array_equal(first.parts, second.parts)
    assert first.gap == second.gap


def failing(*_):
    raise np.linalg.LinAlgError("no way")
    yield


@pytest.mark.parametrize("instead", [failing, lambda *_: iter(())])
def test_what_it_cannot_settle_the_path_does(instead, monkeypatch):
    plant, blocks, _ = problem(30, 5, "skip")
    quick = checked(fast.solve_fast(blocks, plant.y, "exact", 1e-6))
    monkeypatch.setattr(fast, "rounds", instead)
    slow = checked(fast.solve_fast(blocks, plant.y, "exact", 1e-6))
    assert slow.value == pytest.approx(quick.value, rel=1e-6)


def test_minimal_norm_and_the_gated_form_are_not_for_it():
    plant, blocks, _ = problem(30, 5, "skip")
    for form, beta in (("gated", 1e-3), ("exact", None)):
        program, _ = fast.program_of(Scaled(blocks, plant.y, beta), form)
        assert fast._by_multipliers(program, blocks.skip, 1e-6, 100) is None
