"""Networks with biases: the twin, whitened data, and biases that cost nothing."""

import cvxpy as cp
import numpy as np
import pytest

import relulab as rl


def test_a_bias_is_a_constant_column():
    X = rl.draw("gaussian", 6, 2, rng=1)
    for bias, value in ((True, 1.0), (0.25, 0.25), (np.float64(3), 3.0)):
        extended = rl.draw("gaussian", 6, 2, rng=1, bias=bias)
        assert np.array_equal(extended[:, :2], X)
        assert (extended[:, 2] == value).all()
    assert rl.draw(lambda n, d, rng: np.ones((n, d)), 3, 2, bias=True).shape == (3, 3)
    assert rl.draw("gaussian", 6, 2, rng=1, bias=False).shape == (6, 2)


@pytest.mark.parametrize("bias", [0, -1.0, np.nan, np.inf, "one", None])
def test_a_bias_that_is_none_is_an_error(bias):
    with pytest.raises(ValueError, match="bias"):
        rl.draw("gaussian", 6, 2, bias=bias)


def without_all_ones(S):
    masks = np.asarray(S)
    return masks[:, ~masks.all(axis=0)]


def test_the_twin_is_there_and_harmless():
    """Gated never unique; exact unique exactly for labels of both signs, given a certificate."""
    seen = set()
    for trial in range(24):
        n, d = [(8, 2), (10, 2), (9, 3)][trial % 3]
        X = rl.draw("gaussian", n, d, rng=trial, bias=n**-0.5)
        assert rl.has_all_ones(X)
        w = rl.plant(X, rng=trial + 1).weights[:, 0]
        if trial % 4 == 0:
            w = np.append(0.1 * w[:-1], 3)  # one sign
        plant, S = rl.plant(X, direction=w), rl.enumerate_patterns(X)
        assert rl.decide(plant, S).status == "not-unique" or rl.decide(plant, S).status == "not-recovered"
        if rl.decide(plant, without_all_ones(S)).status == "recovered":
            both = (plant.y > 0).any() and (plant.y < 0).any()
            assert (rl.decide(plant, S, form="exact").status == "recovered") == both
            seen.add(bool(both))
    assert seen == {True, False}


def test_a_bias_moves_the_edge_down():
    """Twelve weights, up to the twin: half are recovered between 15 and 24 samples, near 1.6 a weight."""

    def share(n, trials=40):
        won = 0
        for trial in range(trials):
            X = rl.draw("gaussian", n, 11, rng=trial, bias=n**-0.5)
            others = without_all_ones(rl.sample_patterns(X, rng=5000 + trial))
            won += rl.decide(rl.plant(X, rng=1000 + trial), others).status == "recovered"
        return won / trials

    assert share(15) < 0.35
    assert share(23) > 0.65
    assert rl.theory.recovery_whitened(23, 12) < 0.5  # at most this without a bias


@pytest.mark.parametrize("own", [True, False])
def test_white_centered_data_with_a_bias(own):
    for trial in range(12):
        n, d = [(5, 2), (7, 2), (8, 3), (6, 3)][trial % 4]
        X = np.random.default_rng(trial).standard_normal((n, d))
        X = np.column_stack([np.linalg.qr(X - X.mean(axis=0))[0], np.full(n, n**-0.5)])
        assert np.allclose(X.T @ X, np.eye(d + 1))
        w = np.random.default_rng(trial + 50).standard_normal(d + 1)
        w[-1] *= own
        plant, S = rl.plant(X, direction=w), rl.enumerate_patterns(X)
        both = (plant.y > 0).any() and (plant.y < 0).any()
        assert own or both
        assert rl.isometry(plant, without_all_ones(S)).holds
        assert rl.decide(plant, without_all_ones(S)).status == "recovered"
        assert rl.decide(plant, S).status == "not-unique"
        assert (rl.decide(plant, S, form="exact").status == "recovered") == both


@pytest.mark.parametrize(("n", "d"), [(6, 1), (8, 2), (7, 3)])
def test_free_gated_biases_fit_everything(n, d):
    X = rl.draw("gaussian", n, d, rng=n, bias=True)
    masks = np.asarray(rl.enumerate_patterns(X)).astype(float)
    assert np.linalg.matrix_rank(masks) == n
    y = np.random.default_rng(0).standard_normal(n)
    biases = np.linalg.lstsq(masks, y)[0]
    assert np.allclose(masks @ biases, y)
    if d == 1:  # and repeated rows do not: no gate tells them apart
        twice = np.asarray(rl.enumerate_patterns(np.repeat(X, 2, axis=0)))
        assert np.linalg.matrix_rank(twice.astype(float)) == n


def white(n, d, seed):
    X = np.random.default_rng(seed).standard_normal((n, d))
    return np.linalg.qr(X - X.mean(axis=0))[0]


def test_free_biases_in_the_exact_program():
    """The least cost of a linear plant is its own, by CVXPY over all patterns; a bias of its own is free."""
    for seed in range(4):
        n, d = 6, 2
        X = white(n, d, seed)
        w = np.random.default_rng(seed + 9).standard_normal(d)
        w /= np.linalg.norm(w)
        masks = np.asarray(rl.enumerate_patterns(np.column_stack([X, np.ones(n)]))).astype(float)
        skip, shift = cp.Variable(d), cp.Variable()
        fit, cost, limits = X @ skip + shift, cp.norm(skip), []
        for mask in masks.T:
            for sign in (1, -1):
                u, b = cp.Variable(d), cp.Variable()
                v = X @ u + b
                fit, cost = fit + sign * cp.multiply(mask, v), cost + cp.norm(u)
                limits.append(cp.multiply(2 * mask - 1, v) >= 0)
        problem = cp.Problem(cp.Minimize(cost), [fit == X @ w + 2, *limits])
        problem.solve(solver=cp.CLARABEL)
        assert np.isclose(problem.value, 1, atol=1e-5)


def test_no_neuron_with_a_free_bias_is_worth_more_than_it_costs():
    rng = np.random.default_rng(2)
    X = white(12, 3, 1)
    w = rng.standard_normal(3)
    w /= np.linalg.norm(w)
    dual = X @ w
    U = rng.standard_normal((3, 20_000))
    U /= np.linalg.norm(U, axis=0)
    b = 0.3 * rng.standard_normal(U.shape[1])
    v = X @ U + b
    crossing = (v > 0).any(axis=0) & (v < 0).any(axis=0)
    worth = abs(dual @ np.maximum(v, 0))
    assert worth.max() <= 1 + 1e-12
    assert worth[crossing].max() < 1 - 1e-6
    assert np.isclose(dual @ np.maximum(X @ w + 9, 0), 1)
