"""What the chapters claim and once claimed too broadly: each test would fail on the broader claim."""

import numpy as np
import pytest
from scipy.stats import binomtest

import relulab as rl

PAIRS = [("linear", "skip", 1), ("relu", "plain", 1), ("relu", "plain", 2), ("normalized", "normalized", 2)]


def problem(n, d, seed, kind="linear", k=1, rng=0):
    return rl.phase.instance(n, d, seed, kind=kind, k=k, rng=rng)[0]


@pytest.mark.parametrize(("kind", "network", "k"), PAIRS)
def test_what_the_gated_program_recovers_the_exact_one_does(kind, network, k):
    recovered = 0
    for seed in range(12):
        plant = problem(10, 2, seed, kind, k)
        S = rl.enumerate_patterns(plant.X)
        gated, exact = (rl.decide(plant, S, network, form).status for form in ("gated", "exact"))
        recovered += gated == "recovered"
        assert gated != "recovered" or exact == "recovered", seed
    assert recovered > 0


def test_wendels_probability_bounds_the_gated_program_and_not_the_relu_network():
    plants = [problem(6, 3, seed, rng=41) for seed in range(100)]
    hits = {
        form: sum(rl.decide(plant, "all", form=form).status == "recovered" for plant in plants)
        for form in ("gated", "exact")
    }
    bound = rl.theory.recovery_whitened(6, 3)
    assert bound == 0.5
    assert binomtest(hits["gated"], 100, bound, alternative="greater").pvalue > 1e-3
    assert binomtest(hits["exact"], 100, bound, alternative="greater").pvalue < 1e-9


def test_positive_data_defeat_the_gated_program_and_not_the_relu_network():
    X = np.random.default_rng(1).uniform(0, 1, (14, 3))
    assert rl.has_all_ones(X)
    plants = [rl.plant(X, rng=seed) for seed in range(12)]
    for plant in plants:
        both_signs = plant.y.min() < 0 < plant.y.max()
        assert rl.decide(plant, "all").status == "not-unique"
        exact = rl.decide(plant, "all", form="exact")
        assert exact.status == ("recovered" if both_signs else "not-unique")
    assert any(plant.y.min() < 0 < plant.y.max() for plant in plants)
    assert any(plant.y.min() > 0 or plant.y.max() < 0 for plant in plants)


@pytest.mark.parametrize("form", ["gated", "exact"])
def test_a_neuron_outside_the_span_of_its_active_rows_is_beaten(form):
    seen = 0
    for seed in range(60):
        plant = problem(6, 3, seed, "relu", rng=9)
        if 0 < (plant.y > 0).sum() < 3:
            seen += 1
            assert rl.decide(plant, "all", "plain", form).status == "not-recovered", seed
    assert seen > 10


@pytest.mark.parametrize(("kind", "network"), [("relu", "plain"), ("normalized", "normalized")])
def test_the_weak_condition_implies_recovery_by_the_exact_program(kind, network):
    holds = 0
    for seed in range(20):
        plant = problem(9, 2, seed, kind, 1 + seed % 2, rng=5)
        S = rl.enumerate_patterns(plant.X)
        if rl.isometry(plant, S, network, "exact").holds:
            holds += 1
            assert rl.decide(plant, S, network, "exact").status == "recovered", seed
    assert holds > 3


def silent_walls(plant):
    """By linear programming: which rows bound the planted cell, and are silent."""
    from scipy.optimize import linprog

    inward = plant.X * np.sign(plant.X @ plant.weights)
    walls = []
    for i in range(len(inward)):
        rest = np.delete(inward, i, axis=0)
        beyond = linprog(inward[i], A_ub=-rest, b_ub=-1e-6 * np.ones(len(rest)), bounds=(-1, 1))
        walls.append(beyond.status == 0 and beyond.fun < -1e-9)
    return np.array(walls) & (plant.X @ plant.weights[:, 0] < 0)


@pytest.mark.parametrize(("n", "d"), [(8, 2), (7, 3)])
def test_a_wider_pattern_exists_where_the_planted_cell_has_a_silent_wall(n, d):
    answers = set()
    for seed in range(30):
        plant = problem(n, d, seed, "relu", rng=4)
        active = plant.X @ plant.weights[:, 0] > 0
        wider = np.asarray(rl.enumerate_patterns(plant.X))[active].all(axis=0).sum() > 1
        assert wider == silent_walls(plant).any(), seed
        answers.add(bool(wider))
    assert True in answers


def test_in_the_plane_a_quarter_of_the_cells_have_no_silent_wall():
    none = 0
    for seed in range(400):
        plant = problem(8, 2, seed, "relu", rng=4)
        active = plant.X @ plant.weights[:, 0] > 0
        none += np.asarray(rl.enumerate_patterns(plant.X))[active].all(axis=0).sum() == 1
    assert binomtest(int(none), 400, 0.25).pvalue > 1e-3


def test_dependent_outputs_meet_the_inequalities_of_nic_k_and_are_not_unique():
    X = rl.draw("gaussian", 600, 3, rng=1)
    W = np.array([[1, 0, 0], [0, 1, 0], [1, 1, 0]]) / np.sqrt([[1], [1], [2]])
    W = np.vstack([W, -W]).T
    own = X @ W >= 0
    assert len(np.unique(own, axis=1).T) == 6
    B = np.hstack([s[:, None] * X for s in own.T])
    dual = np.linalg.pinv(B.T) @ W.T.ravel()
    np.testing.assert_allclose(B.T @ dual, W.T.ravel(), atol=1e-9)
    masks = np.asarray(rl.sample_patterns(X, count=50, rng=np.random.default_rng(1)))
    assert not (masks[:, :, None] == own[:, None]).all(axis=0).any()
    assert np.linalg.norm((masks * dual[:, None]).T @ X, axis=1).max() < 1 - 1e-3
    outputs, change = np.maximum(X @ W, 0), np.array([1, 1, -np.sqrt(2), -1, -1, np.sqrt(2)]) / 4
    np.testing.assert_allclose(outputs @ (1 + change), outputs @ np.ones(6), atol=1e-12)
    assert np.isclose(change.sum(), 0)
    assert (1 + change > 0).all()


def test_a_row_twice_makes_two_cells_and_not_covers_four():
    X = np.array([[1.0, 2.0, 3.0], [1.0, 2.0, 3.0]])
    np.testing.assert_array_equal(rl.enumerate_patterns(X), [[True], [True]])
    assert rl.count_patterns(2, 3) == 4


@pytest.mark.parametrize("m", [8, 24])
def test_a_simplex_has_a_coherence_that_promises_half_of_its_rows(m):
    corners = np.eye(m + 1) - 1 / (m + 1)
    A = np.linalg.svd(corners)[0][:, :m].T @ corners
    A /= np.linalg.norm(A, axis=0)
    mu = rl.sensing.coherence(A)
    assert np.isclose(mu, 1 / m)
    assert max(k for k in range(1, m) if (2 * k - 1) * mu < 1 - 1e-9) == m // 2 > np.sqrt(m) / 2


def test_the_width_of_the_l1_transition_is_not_the_spread_of_the_projection():
    d, k, rng = 50, 5, np.random.default_rng(0)
    t = np.linspace(0, 5, 251)[:, None]
    squares = []
    for g in rng.standard_normal((3000, d)):
        on = ((g[:k] - t) ** 2).sum(axis=1)
        squares.append((on + (np.maximum(np.abs(g[k:]) - t, 0) ** 2).sum(axis=1)).min())
    narrow, wide = np.sqrt(np.var(squares) - 2 * np.mean(squares)), np.std(squares)
    sizes = np.arange(6, 28, 3)
    rate = rl.sensing.recovery_diagram(d, sizes, [k], trials=50, rng=3).isel(k=0).rate.values
    low, high = np.interp([0.159, 0.841], np.maximum.accumulate(rate), sizes)
    assert abs((high - low) / 2 - narrow) < abs((high - low) / 2 - wide)


@pytest.mark.parametrize("ensemble", ["whitened", "cubic-whitened"])
def test_signs_of_labels_of_whitened_data_are_fair_coins(ensemble):
    one_sign = sum(
        len(set(np.sign(rl.phase.instance(4, 3, seed, ensemble=ensemble)[0].y))) == 1 for seed in range(400)
    )
    assert binomtest(one_sign, 400, 2.0**-3).pvalue > 1e-3


def test_half_of_the_rows_are_half_of_the_matrix_only_for_a_symmetric_law():
    rng = np.random.default_rng(0)
    rows = rng.standard_normal((2000, 3))
    slanted = np.abs(rows) * np.where(np.arange(2000) < 1000, 1, -0.1)[:, None]  # the long ones on one side
    for X, half in ((rows, True), (slanted, False)):
        U = np.linalg.svd(X, full_matrices=False)[0]
        w = rl.plant(U, rng=1).weights[:, 0]
        on = X @ np.ones(3) > 0
        assert abs(on.mean() - 0.5) < 0.05
        assert np.isclose(np.linalg.norm(U[on].T @ (U[on] @ w)), 0.5, atol=0.1) == half


def test_every_small_pattern_with_the_active_rows_gives_a_normalized_neurons_labels():
    X = rl.draw("gaussian", 8, 4, rng=1)
    plant = rl.plant(X, "normalized", rng=1)
    masks = np.asarray(rl.enumerate_patterns(X))
    masks = masks[:, masks[plant.y > 0].all(axis=0)].T
    for s in masks:
        rest = plant.y - s * (X @ np.linalg.lstsq(s[:, None] * X, plant.y)[0])
        assert (np.linalg.norm(rest) < 1e-9) == (s.sum() <= 4)
    assert any(s.sum() > 4 for s in masks)


def test_at_a_kink_only_the_largest_and_the_smallest_best_price_are_slopes():
    X, y, step = np.array([[1.0], [-1.0]]), np.array([2.0, 0.0]), 1e-3
    S = rl.enumerate_patterns(X)

    def cost(second):
        return rl.solve(X, [2.0, second], S, "plain").value

    for price in (-1.0, 0.3, 1.0):  # all fair, all worth the cost
        dual = np.array([1.0, price])
        assert rl.Blocks(X, S, "plain").norms(dual).max() <= 1
        assert np.isclose(dual @ y, cost(0.0))
    assert np.isclose((cost(step) - cost(0.0)) / step, 1, atol=1e-3)
    assert np.isclose((cost(0.0) - cost(-step)) / step, -1, atol=1e-3)


def test_false_entries_stay_for_small_weights_and_go_with_heavy_ones():
    rng = np.random.default_rng(2)
    A = rng.standard_normal((24, 40))
    A /= np.linalg.norm(A, axis=0)
    signs = np.random.default_rng(7).choice([-1.0, 1.0], 40)
    for k in range(1, 13):
        x = np.where(np.arange(40) < k, signs, 0)
        short, best = (rl.sensing.certificate(A, x, best=best).holds for best in (False, True))
        if best and not short:
            break
    b = A @ x
    for beta in (0.1, 0.01, 0.001):
        assert (np.abs(rl.sensing.lasso(A, b, beta).x[k:]) > 1e-3 * beta).any()
    heavy = rl.sensing.lasso(A, b, 1.01 * np.abs(A.T @ b).max()).x
    assert np.abs(heavy).max() < 1e-6


@pytest.mark.parametrize("noise", [0.0, 0.5])
def test_a_stable_rate_brings_the_error_to_zero_only_without_label_noise(noise):
    rng = np.random.default_rng(0)
    X = rng.standard_normal((60, 3))
    z = noise * rng.standard_normal(60)
    z -= X @ np.linalg.lstsq(X, z)[0]  # the least-squares solution stays at zero error
    e = np.ones((200, 3))  # the errors of 200 runs
    for _ in range(400):
        rows = rng.integers(0, 60, (200, 4))
        batch, label = X[rows], z[rows]
        residual = (batch @ e[..., None])[..., 0] - label
        e = e - 0.1 * (batch * residual[..., None]).mean(axis=1)
    level = (e**2).sum(axis=1).mean()
    assert (level < 1e-12) == (noise == 0)
    assert level < 0.1
