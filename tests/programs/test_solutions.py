from itertools import product

import numpy as np
import pytest

import relulab as rl
from relulab.blocks.neurons import network_of

TIGHT = {"tol_gap_abs": 1e-10, "tol_gap_rel": 1e-10, "tol_feas": 1e-10}
NETWORKS = ["plain", "skip", "normalized"]
TWELVE = list(product(NETWORKS, ["gated", "exact"], [None, 0.1]))
SIX = list(product(NETWORKS, [None, 0.1]))


def solved(network, form, beta, seed=0, n=10, d=3):
    X = rl.draw("gaussian", n, d, rng=seed)
    y = rl.plant(X, sigma=0.5, rng=seed).y
    S = rl.sample_patterns(X, rng=seed)
    return X, y, S, rl.solve(X, y, S, network, form, beta, **TIGHT)


@pytest.mark.parametrize(("network", "form", "beta"), TWELVE)
@pytest.mark.parametrize(("n", "d"), [(10, 3), (5, 4), (3, 5)])
def test_the_weights_give_the_fit_and_the_value(network, form, beta, n, d):
    X, y, S, solution = solved(network, form, beta, n=n, d=d)
    masks = np.asarray(S)
    assert solution.weights.shape == solution.coordinates.shape == solution.positive.shape == (d, S.p)
    np.testing.assert_allclose(solution.weights, solution.positive - solution.negative)
    fit = X @ solution.skip + ((X @ solution.weights) * masks).sum(axis=1)
    np.testing.assert_allclose(fit, solution.fit, atol=1e-12)
    assert np.isclose(solution.residual, np.linalg.norm(fit - y) / np.linalg.norm(y), atol=1e-12)
    sized = [
        w if network != "normalized" else (X @ w) * masks for w in (solution.positive, solution.negative)
    ]
    cost = np.linalg.norm(solution.skip) + sum(np.linalg.norm(part, axis=0).sum() for part in sized)
    value = cost if beta is None else beta * cost + (fit - y) @ (fit - y) / 2
    assert np.isclose(solution.value, value, rtol=1e-10)
    assert form == "exact" or not solution.negative.any()
    if network == "normalized":
        sizes = np.linalg.norm((X @ solution.weights) * masks, axis=0)
        np.testing.assert_allclose(np.linalg.norm(solution.coordinates, axis=0), sizes, atol=1e-10)
    else:
        np.testing.assert_array_equal(solution.coordinates, solution.weights)


@pytest.mark.parametrize(("network", "form", "beta"), TWELVE)
@pytest.mark.parametrize(("n", "d"), [(10, 3), (5, 4), (3, 5)])
def test_the_network_costs_the_same_and_gives_the_fit(network, form, beta, n, d):
    X, y, _, solution = solved(network, form, beta, n=n, d=d)
    net = solution.to_network()
    spent = np.linalg.norm(solution.parts, axis=-1).sum()
    assert np.isclose(net.cost, spent, rtol=1e-7)
    np.testing.assert_allclose(net(X), solution.fit, atol=1e-7)
    if beta is None:
        assert np.isclose(net.cost, solution.value, rtol=1e-7)
        np.testing.assert_allclose(net(X), y, atol=1e-7)
    else:
        error = net(X) - y
        assert np.isclose(error @ error / 2 + beta * net.cost, solution.value, rtol=1e-7)
    assert (net.gates is None) == (form == "exact")
    assert (net.scale is None) == (network != "normalized")
    outer = np.linalg.norm(net.first, axis=0) if net.scale is None else net.scale
    np.testing.assert_allclose(outer, np.abs(net.second), rtol=1e-9)
    assert np.isclose(np.linalg.norm(net.skip_first), net.skip_second)
    assert network == "skip" or not net.skip_first.any()


@pytest.mark.parametrize(("network", "beta"), SIX)
def test_new_data_go_through_the_gates(network, beta):
    X, _, S, solution = solved(network, "gated", beta)
    new = np.random.default_rng(1).standard_normal((40, 3))
    direct = new @ solution.skip + ((new @ solution.weights) * (new @ S.gates >= 0)).sum(axis=1)
    np.testing.assert_allclose(solution.predict(new), direct, atol=1e-7)
    np.testing.assert_allclose(solution.predict(X), solution.fit, atol=1e-7)
    one_by_one = np.concatenate([solution.predict(row[None]) for row in new])
    np.testing.assert_allclose(one_by_one, solution.predict(new), atol=1e-10)


@pytest.mark.parametrize("beta", [None, 0.1])
@pytest.mark.parametrize("network", ["plain", "skip"])
def test_new_data_go_through_the_relus(network, beta):
    _, _, _, solution = solved(network, "exact", beta)
    new = np.random.default_rng(1).standard_normal((40, 3))
    relu = [np.maximum(new @ part, 0).sum(axis=1) for part in (solution.positive, solution.negative)]
    np.testing.assert_allclose(solution.predict(new), new @ solution.skip + relu[0] - relu[1], atol=1e-7)


def test_a_normalized_network_is_divided_by_its_norm_on_either_data():
    X, y, _, solution = solved("normalized", "exact", None)
    net = solution.to_network(negligible=1e-6)
    hidden = np.maximum(X @ net.first, 0)
    np.testing.assert_allclose(np.linalg.norm(hidden, axis=0), 1, rtol=1e-5)
    new = np.random.default_rng(1).standard_normal((40, 3))
    hidden = np.maximum(new @ net.first, 0)
    in_batch = hidden / np.linalg.norm(hidden, axis=0) @ (net.scale * net.second)
    np.testing.assert_allclose(net.predict(new, normalization="batch"), in_batch, rtol=1e-10)
    np.testing.assert_allclose(net.predict(X, normalization="batch"), y, atol=1e-5)
    np.testing.assert_allclose(net.predict(new), hidden @ (net.scale * net.second), rtol=1e-10)
    with pytest.raises(ValueError, match="normalization='test' is unknown"):
        net.predict(new, normalization="test")


def test_gates_are_found_for_patterns_given_as_an_array():
    X, y, S, _ = solved("skip", "gated", None)
    solution = rl.solve(X, y, np.asarray(S), **TIGHT)
    assert ((X @ solution.gates >= 0) == np.asarray(S)).all()
    np.testing.assert_allclose(solution.predict(X), y, atol=1e-7)


def test_patterns_that_nothing_realizes_have_a_solution_but_no_network():
    X = np.array([[1.0, 0.0], [2.0, 0.0], [0.0, 1.0]])
    impossible = np.array([[True, True], [False, True], [True, False]])
    solution = rl.solve(X, [1.0, 2.0, 1.0], impossible, "plain")
    assert solution.status == "optimal"
    for attempt in (solution.to_network, lambda: solution.predict(X)):
        with pytest.raises(ValueError, match="column 0 of masks is no pattern of X"):
            attempt()


@pytest.mark.parametrize(("network", "beta"), SIX)
@pytest.mark.parametrize(("n", "d"), [(10, 3), (5, 4), (3, 5)])
def test_a_gated_network_becomes_a_relu_network_at_a_price(network, beta, n, d):
    X, y, S, solution = solved(network, "gated", beta, seed=1, n=n, d=d)
    relu = solution.to_relu()
    exact = rl.solve(X, y, S, network, "exact", beta, **TIGHT)
    assert relu.gates is None
    np.testing.assert_allclose(relu(X), solution.fit, atol=1e-7)
    error = relu(X) - y
    price = relu.cost if beta is None else error @ error / 2 + beta * relu.cost
    assert solution.value * (1 - 1e-7) <= exact.value <= price * (1 + 1e-7)
    np.testing.assert_allclose(exact.to_relu()(X), exact.fit, atol=1e-7)


def test_a_decomposition_by_hand():
    # On the cone {u >= 0} of a plane's axes, (3, -4) = (3, 0) - (0, 4) costs 7 in place of 5.
    solution = rl.solve(np.eye(2), [3.0, -4.0], np.ones((2, 1), dtype=bool), "plain", **TIGHT)
    relu = solution.to_relu()
    assert np.isclose(solution.value, 5)
    assert np.isclose(relu.cost, 7, atol=1e-6)
    np.testing.assert_allclose(relu(np.eye(2)), [3, -4], atol=1e-7)


@pytest.mark.parametrize(("network", "form", "beta"), TWELVE)
@pytest.mark.parametrize(("n", "d"), [(10, 3), (3, 5)])
def test_pruning_leaves_n_neurons_and_the_fit(network, form, beta, n, d):
    X, _, _, solution = solved(network, form, beta, n=n, d=d)
    pruned = rl.prune(solution)
    assert np.count_nonzero(np.linalg.norm(pruned.parts, axis=-1)) <= n
    np.testing.assert_allclose(pruned.fit, solution.fit, atol=1e-7)
    assert pruned.value <= solution.value * (1 + 1e-7)
    assert pruned.gap < 1e-6
    assert pruned.violation < 1e-7
    np.testing.assert_allclose(pruned.predict(X), solution.fit, atol=1e-7)
    again = rl.prune(pruned)
    np.testing.assert_allclose(again.parts, pruned.parts, atol=1e-9)


def test_pruning_spends_what_a_wasteful_solution_wastes():
    _, y, _, solution = solved("plain", "gated", None, n=6)
    blocks = solution.blocks
    rng = np.random.default_rng(0)
    W = rng.standard_normal((blocks.size, 3))
    W += blocks.adjoint(np.linalg.lstsq(blocks.gram(), y - blocks.apply(W))[0])
    wasteful = rl.Solution.from_coordinates(blocks, y, "gated", None, W, None, solution.dual, "optimal")
    pruned = rl.prune(wasteful)
    assert wasteful.residual < 1e-12
    assert pruned.residual < 1e-12
    assert np.count_nonzero(pruned.parts.any(axis=-1)) <= 6 < blocks.size
    assert solution.value < pruned.value < wasteful.value
    kept = pruned.parts.any(axis=-1)
    directions = [
        p[kept] / np.linalg.norm(p[kept], axis=-1, keepdims=True) for p in (pruned.parts, wasteful.parts)
    ]
    np.testing.assert_allclose(*directions, atol=1e-12)


@pytest.mark.parametrize("form", ["gated", "exact"])
def test_what_a_solver_found_is_judged_as_it_is(form):
    _, y, _, solution = solved("plain", form, None)
    blocks, parts = solution.blocks, solution.parts

    def judged(scale, dual, beta=None):
        given = (scale * parts[0], scale * parts[1] if form == "exact" else None, dual)
        return rl.Solution.from_coordinates(blocks, y, form, beta, *given, "optimal")

    long = judged(1.0, 7 * solution.dual)
    np.testing.assert_allclose(long.dual, solution.dual, rtol=1e-9)
    off = judged(1.1, solution.dual)
    assert np.isclose(off.residual, 0.1)
    assert np.isclose(off.gap, 1 - 1 / 1.1, atol=1e-6)
    wrong = judged(1.0, np.random.default_rng(0).standard_normal(len(y)))
    assert rl.blocks.cones.largest_norm(blocks, wrong.dual, form) == pytest.approx(1)
    assert wrong.gap > 0.01
    regularized = judged(1.0, y, beta=0.1)
    assert regularized.dual @ y - regularized.dual @ regularized.dual / 2 < regularized.value
    for nothing in (judged(np.nan, None), judged(1.0, np.nan * y)):
        assert np.isnan([nothing.value, nothing.gap, nothing.residual]).all()


def test_leaving_the_cones_is_measured():
    X, y, _, solution = solved("plain", "exact", None)
    parts = solution.parts.copy()
    parts[:, 0] -= 1.0
    left = rl.Solution.from_coordinates(solution.blocks, y, "exact", None, *parts, solution.dual, "optimal")
    relu = sum((1 - 2 * i) * np.maximum(X @ parts[i].T, 0).sum(axis=1) for i in range(2))
    expected = np.linalg.norm(relu - left.fit) / np.linalg.norm(y)
    assert np.isclose(left.violation, expected, rtol=1e-6)
    assert left.violation > 0.01 > 1e-7 > solution.violation


def test_without_a_solution_there_is_no_network():
    X = np.array([[1.0, 0.0], [1.0, 0.0]])
    solution = rl.solve(X, [1.0, -1.0], np.ones((2, 1), dtype=bool), "plain")
    for attempt in (solution.to_network, solution.to_relu, lambda: rl.prune(solution)):
        with pytest.raises(ValueError, match="the program has no solution"):
            attempt()


@pytest.mark.parametrize("bad", [np.ones((4, 2)), np.full((4, 3), np.nan), np.ones(3)])
def test_bad_new_data_are_named(bad):
    solution = solved("skip", "gated", None)[-1]
    with pytest.raises(ValueError, match=r"X has shape|X holds NaN"):
        solution.predict(bad)


def test_a_network_of_nothing_is_silent():
    blocks = rl.Blocks(np.eye(3), np.ones((3, 2), dtype=bool), "skip")
    net = network_of(blocks, np.zeros((2, 3, 3)))
    assert (net.m, net.cost) == (0, 0)
    np.testing.assert_array_equal(net(np.eye(3)), 0)
