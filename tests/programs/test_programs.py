from itertools import product

import cvxpy as cp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import relulab as rl
from relulab.programs.solving import solve_dual

TIGHT = {"tol_gap_abs": 1e-10, "tol_gap_rel": 1e-10, "tol_feas": 1e-10}
NETWORKS = ["plain", "skip", "normalized"]
TWELVE = list(product(NETWORKS, ["gated", "exact"], [None, 0.1]))


def problem(seed=0, n=12, d=3, data="gaussian"):
    """Noisy labels, and data with the faults that real data have."""
    X = rl.draw("gaussian", n, d, rng=seed)
    y = rl.plant(X, sigma=0.5, rng=np.random.default_rng(seed)).y
    if data == "duplicate rows":
        X[1], X[2] = X[0], -X[0]
        y[1] = y[0]
    if data == "zero row":
        X[3] = y[3] = 0
    if data == "rank-deficient":
        X[:, -1] = X[:, 0]
    return X, y, rl.sample_patterns(X, rng=np.random.default_rng(seed))


@pytest.mark.parametrize(("network", "form", "beta"), TWELVE)
@pytest.mark.parametrize(
    ("data", "n", "d"),
    [
        ("gaussian", 20, 4),
        ("gaussian", 3, 5),
        ("duplicate rows", 10, 3),
        ("zero row", 10, 3),
        ("rank-deficient", 10, 4),
    ],
)
def test_strong_duality(network, form, beta, data, n, d):
    X, y, S = problem(1, n, d, data)
    solution = rl.solve(X, y, S, network, form, beta, **TIGHT)
    other = solve_dual(X, y, S, network, form, beta, **TIGHT)
    assert solution.status.startswith("optimal")
    assert other.status.startswith("optimal")
    assert np.isclose(other.value, solution.value, rtol=1e-6)
    assert solution.gap < 1e-7
    assert solution.violation < 1e-7
    assert beta is not None or solution.residual < 1e-8
    for dual in (solution.dual, other.dual):
        lower = dual @ y - (0 if beta is None else dual @ dual / 2)
        assert np.isclose(lower, solution.value, rtol=1e-6)


def reach(cone, g):
    """``max g^T u`` over u in the cone with ||u|| <= 1, by an interior-point method."""
    C, N = cone
    u = cp.Variable(len(g))
    inside = C @ u + (N @ cp.Variable(N.shape[1]) if N.size else 0) >= 0
    return cp.Problem(cp.Maximize(g @ u), [inside, cp.norm(u) <= 1]).solve(solver=cp.CLARABEL)


@pytest.mark.parametrize(("network", "form", "beta"), TWELVE)
def test_the_dual_vector_is_feasible_and_touches_its_ball(network, form, beta):
    X, y, S = problem(2, 10, 3, "duplicate rows")
    dual = rl.solve(X, y, S, network, form, beta, **TIGHT).dual
    blocks = rl.Blocks(X, S, network)
    largest = blocks.norms(dual)
    if form == "exact":
        gradients = blocks.adjoint(dual)
        for j in range(blocks.skip, blocks.size):
            largest[j] = max(reach(blocks.cone(j), sign * gradients[j]) for sign in (1, -1))
    assert np.isclose(largest.max(), beta or 1.0, rtol=1e-6)


@given(st.integers(0, 10**6), st.sampled_from(TWELVE))
@settings(max_examples=30, deadline=None)
def test_the_value_has_the_symmetries_of_the_program(seed, program):
    network, form, beta = program
    X, y, S = problem(seed, 8, 3)
    masks = np.asarray(S)
    rng = np.random.default_rng(seed)
    Q = np.linalg.qr(rng.standard_normal((3, 3)))[0]
    rows, columns = rng.permutation(8), rng.permutation(S.p)
    value = rl.solve(X, y, S, network, form, beta, **TIGHT).value
    same = [(X @ Q, y, masks), (X[rows], y[rows], masks[rows]), (X, y, masks[:, columns]), (X, -y, masks)]
    for other in same:
        assert np.isclose(rl.solve(*other, network, form, beta, **TIGHT).value, value, rtol=1e-6)
    # weights grow by the factor of y and shrink by that of X; the normalized network does not see X's
    weight = 3.0 if network == "normalized" else 3.0 / 2.0
    scaled_beta = None if beta is None else 9.0 * beta / weight
    scaled = rl.solve(2 * X, 3 * y, S, network, form, scaled_beta, **TIGHT).value
    assert np.isclose(scaled, value * (weight if beta is None else 9.0), rtol=1e-6)


@pytest.mark.parametrize(("network", "form", "beta"), TWELVE)
@pytest.mark.parametrize(("x", "y"), [(1e-100, 1.0), (1e100, 1.0), (1.0, 1e-100), (1.0, 1e100)])
@pytest.mark.parametrize("n", [3, 8])
def test_extreme_scales_change_nothing(network, form, beta, x, y, n):
    X, labels, S = problem(3, n, 4)
    usual = rl.solve(X, labels, S, network, form, beta)
    weight = y if network == "normalized" else y / x
    scaled_beta = None if beta is None else beta * y * y / weight
    extreme = rl.solve(x * X, y * labels, np.asarray(S), network, form, scaled_beta)
    assert extreme.status == usual.status == "optimal"
    assert np.isclose(extreme.value / (weight if beta is None else y * y), usual.value, rtol=1e-6)
    assert extreme.gap < 1e-6
    np.testing.assert_allclose(extreme.to_network()(x * X) / y, usual.fit, atol=1e-6)
    np.testing.assert_allclose(extreme.to_relu()(x * X) / y, usual.fit, atol=1e-6)


@pytest.mark.parametrize("beta", [None, 0.1])
@pytest.mark.parametrize("seed", range(3))
def test_what_may_cost_less_does(seed, beta):
    X, y, S = problem(seed, 10, 3)
    value = {
        (network, form): rl.solve(X, y, S, network, form, beta, **TIGHT).value
        for network, form in product(NETWORKS, ["gated", "exact"])
    }
    slack = 1 + 1e-7
    for network in NETWORKS:
        assert value[network, "gated"] <= value[network, "exact"] * slack
    for form in ("gated", "exact"):
        assert value["skip", form] <= value["plain", form] * slack
        fewer = rl.solve(X, y, np.asarray(S)[:, ::2], "plain", form, beta, **TIGHT).value
        assert value["plain", form] <= fewer * slack


@pytest.mark.parametrize("form", ["gated", "exact"])
def test_one_dimension_by_hand(form):
    # slope 2 on the right, 3 on the left: |2| + |3| with two neurons; a skip weight of 2 leaves |3 - 2|
    x = np.array([1.0, 2.0, -1.0, -3.0])
    y = np.where(x > 0, 2 * x, 3 * x)
    S = rl.enumerate_patterns(x[:, None])
    values = [rl.solve(x[:, None], y, S, network, form, **TIGHT).value for network in NETWORKS]
    by_norm = np.linalg.norm(y[:2]) + np.linalg.norm(y[2:])
    np.testing.assert_allclose(values, [5.0, 3.0, by_norm], rtol=1e-8)


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("seed", range(4))
def test_over_all_patterns_no_relu_network_is_cheaper(network, seed):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((7, 2))
    weights, signs = rng.standard_normal((2, 3)), rng.choice([-1.0, 1.0], 3)
    neurons = np.maximum(X @ weights, 0)
    y = neurons @ signs
    cost = np.linalg.norm(neurons if network == "normalized" else weights, axis=0).sum()
    exact = rl.solve(X, y, rl.enumerate_patterns(X), network, "exact", **TIGHT)
    assert exact.value <= cost * (1 + 1e-8)
    np.testing.assert_allclose(exact.to_network().predict(X), y, atol=1e-7)


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("form", ["gated", "exact"])
def test_a_large_beta_gives_zero_and_a_small_one_the_minimal_norm(network, form):
    X, y, S = problem()
    critical = rl.blocks.cones.largest_norm(rl.Blocks(X, S, network), y, form)
    above, below = (rl.solve(X, y, S, network, form, c * critical, **TIGHT) for c in (1.01, 0.9))
    assert np.isclose(above.value, y @ y / 2, rtol=1e-9)
    assert np.linalg.norm(above.parts) < 1e-6 < 1e-3 < np.linalg.norm(below.parts)
    small = rl.solve(X, y, S, network, form, 1e-5, **TIGHT).value / 1e-5
    limit = rl.solve(X, y, S, network, form, **TIGHT).value
    assert limit * (1 - 1e-2) < small < limit


def two_active_rows(seed):
    rng = np.random.default_rng(seed)
    while True:
        X, w = rng.standard_normal((8, 4)), rng.standard_normal(4)
        if (X @ w > 0).sum() == 2:
            outputs = np.maximum(X @ w, 0)
            return X, outputs / np.linalg.norm(outputs), (X @ w > 0)[:, None]


def test_the_null_space_part_is_free_in_the_exact_normalized_program():
    # The released code fixes it at zero, which shuts out neurons that exist: one planted neuron costs 1.
    released = []
    for seed in range(8):
        X, y, S = two_active_rows(seed)
        blocks = rl.Blocks(X, S, "normalized")
        (C, N), A = blocks.cone(0), blocks.block(0)
        u, v = cp.Variable(4), cp.Variable(4)
        old = cp.Problem(cp.Minimize(cp.norm(u) + cp.norm(v)), [A @ (u - v) == y, C @ u >= 0, C @ v >= 0])
        old.solve(solver=cp.CLARABEL)
        released.append(old.value)
        ours = rl.solve(X, y, S, "normalized", "exact", **TIGHT)
        assert N.shape == (8, 2)
        assert np.isclose(ours.value, 1, rtol=1e-7)
        network = ours.to_network(negligible=1e-6)
        np.testing.assert_allclose(network.predict(X), y, atol=1e-7)
        assert (X[~S[:, 0]] @ network.first < 1e-7).all()
    assert np.isinf(released).sum() >= 2
    assert sum(1.01 < value < np.inf for value in released) >= 1


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("form", ["gated", "exact"])
def test_an_infeasible_program_says_so(network, form):
    X = np.array([[1.0, 0.0], [1.0, 0.0]])
    given = (X, [1.0, -1.0], np.ones((2, 1), dtype=bool), network, form)
    solution, other = rl.solve(*given), solve_dual(*given)
    assert solution.status.startswith("infeasible")
    assert other.status.startswith("unbounded")
    assert solution.value == other.value == np.inf
    for array in (solution.weights, solution.parts, solution.dual, other.dual):
        assert np.isnan(array).all()
    assert np.isfinite(rl.solve(*given, beta=0.1).value)


@pytest.mark.parametrize(("network", "form", "beta"), TWELVE)
def test_zero_labels_cost_nothing(network, form, beta):
    X, y, S = problem()
    solution = rl.solve(X, 0 * y, S, network, form, beta)
    assert (solution.value, solution.gap, solution.residual, solution.to_network().cost) == (0, 0, 0, 0)


def test_a_solver_that_did_not_finish_is_reported():
    X, y, S = problem()
    inaccurate = rl.solve(X, y, S, **dict.fromkeys(TIGHT, 1e-16))
    stopped = rl.solve(X, y, S, max_iter=2)
    assert inaccurate.status == "optimal_inaccurate"
    assert inaccurate.gap < 1e-9
    assert stopped.status == "user_limit"
    assert stopped.gap > 1e-3


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"beta": 0}, "beta=0"),
        ({"beta": -1.0}, "beta=-1.0"),
        ({"beta": "big"}, "beta='big'"),
        ({"form": "loose"}, "form='loose' is unknown; choose from 'gated', 'exact'"),
        ({"network": "deep"}, "network='deep'"),
        ({"y": np.ones(11)}, r"y has shape \(11,\); it must be \(12,\)"),
        ({"y": np.full(12, np.nan)}, "y holds NaN"),
        ({"X": np.full((12, 3), np.inf)}, "X holds NaN or infinite"),
        ({"S": np.ones((12, 4))}, "S has dtype float64"),
        ({"S": np.ones((11, 4), dtype=bool)}, r"must be Patterns or a bool array \(12, p\)"),
        ({"S": np.ones((12, 0), dtype=bool)}, "S is an empty pattern set"),
    ],
)
def test_bad_input_is_named(change, message):
    X, y, S = problem()
    for function in (rl.solve, solve_dual):
        with pytest.raises(ValueError, match=message):
            function(**({"X": X, "y": y, "S": S} | change))


def test_an_unknown_solver_gets_the_choices():
    with pytest.raises(
        ValueError, match="solver='magic' is unknown; choose from 'clarabel', 'newton', 'admm'"
    ):
        rl.solve(*problem(), solver="magic")
