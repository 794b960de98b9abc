"""Networks of several outputs: certified against CVXPY, closed forms and a dense mesh; forged evidence."""

from dataclasses import replace

import numpy as np
import pytest

import relulab as rl
from relulab.audit.several_outputs import spectral_above
from relulab.blocks import cones
from relulab.certify.any_network.mesh import Mesh

cp = pytest.importorskip("cvxpy")

KINDS = [(network, free) for network in ("plain", "skip", "normalized") for free in (False, True)]
BETA = 0.8


def problem(seed=0, n=14, d=2):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, d))
    Y = np.maximum(X @ rng.standard_normal((d, 2)), 0) @ np.array([[1.0, -2.0], [1.0, 1.0]])
    return X, Y + 0.1 * rng.standard_normal((n, 2)), rl.sample_patterns(X, 6, rng=seed)


def solved(network, free=False, norm="nuclear"):
    X, Y, S = problem(1)
    options = {"beta": BETA, "intercept": free, "norm": norm, "solver": "newton", "tol": 1e-7}
    return X, Y, S, rl.solve(X, Y, S, network, **options)


@pytest.mark.parametrize(("network", "free"), KINDS)
def test_gated_networks_are_proved_cheapest_or_not(network, free):
    X, Y, S, best = solved(network, free)
    options = {"beta": BETA, "intercept": free, "among": network}
    found = rl.certify_network(best, X, Y, S, **options)
    assert (found.status, rl.check(found).proved) == ("cheapest", True)
    assert found.cost == pytest.approx(best.value, rel=1e-9)
    blocks = rl.Blocks(X, S, network)
    V = [cp.Variable((2, 2)) for _ in range(blocks.size)]
    fit = sum(blocks.block(j) @ v for j, v in enumerate(V)) + free * np.ones((len(X), 1)) @ cp.Variable(
        (1, 2)
    )
    cost = cp.sum_squares(fit - Y) / 2 + BETA * sum(cp.normNuc(v) for v in V)
    least = cp.Problem(cp.Minimize(cost)).solve(solver="CLARABEL")
    assert found.bound <= least * (1 + 1e-7) <= found.bound * (1 + 1e-5)
    other = solved(network, free, "frobenius")[-1]
    worse = rl.certify_network(other, X, Y, S, **options)
    assert worse.cost == pytest.approx(other.weight_decay, rel=1e-9)
    assert (worse.status, rl.check(worse).proved) == ("not-cheapest", True)
    assert worse.competitor.cost * BETA < worse.cost


def test_a_cheapest_gated_network_is_unique_or_not():
    X, Y, S, best = solved("plain")
    assert rl.certify_network(best, X, Y, S, beta=BETA).unique is True
    X = np.vstack([X, np.zeros(2)])  # a silent row: patterns that differ there make the same outputs
    Y = np.vstack([Y, np.zeros(2)])
    masks = np.ones((len(X), 2), dtype=bool)
    masks[-1, 1] = False
    S = rl.Patterns(masks, np.array([[1.0, 1.0], [0.0, 0.0]]))
    X[:-1, 0] = np.abs(X[:-1, 0])
    best = rl.solve(X, Y, masks, "plain", beta=BETA, norm="nuclear", solver="newton", tol=1e-7)
    assert (best.ranks == 2).all()
    assert (
        rl.certify_network(rl.solve(X, Y, S, "plain", beta=BETA, solver="newton"), X, Y, masks, BETA).unique
        is False
    )


def test_interpolating_networks_too():
    X, Y, S = problem(2, n=6)
    best = rl.solve(X, Y, S, "plain", norm="nuclear", solver="newton", tol=1e-7)
    found = rl.certify_network(best.to_network(negligible=1e-13), X, Y, S)
    assert found.status == "cheapest"
    assert not rl.check(found).proved  # interpolation is left to float64


def relu_of_rank_one(ratio=(1.0, -2.0)):
    """Labels y r^T: the cheapest ReLU network is that of ||r|| y, its output weights along +-r."""
    X, Y, _ = problem(3, n=10)
    size = np.linalg.norm(ratio)
    best = rl.solve(
        X, size * Y[:, 0], rl.enumerate_patterns(X), "plain", "exact", beta=0.5, tol_gap_rel=1e-10
    )
    one = best.to_network()
    return (
        X,
        Y[:, :1] * np.array(ratio),
        best.value,
        (one.first, one.second[:, None] * np.array(ratio) / size),
    )


@pytest.mark.parametrize("ratio", [(1.0, -2.0), (0.6, 0.8), (1.0, -1.0, 2.0)])
def test_relu_networks_of_rank_one_are_proved_cheapest_over_all_patterns(ratio):
    X, Y, value, network = relu_of_rank_one(ratio)
    found = rl.certify_network(network, X, Y, "all", beta=0.5)
    assert (found.status, found.unique, found.everywhere) == ("cheapest", None, True)
    assert found.cost == pytest.approx(value, rel=1e-6)
    assert found.bound == pytest.approx(value, rel=2e-4)
    gated = rl.solve(X, Y, rl.enumerate_patterns(X), "plain", beta=0.5, norm="nuclear", solver="newton")
    assert gated.value < found.bound  # the cones make the difference
    assert rl.check(found).proved
    assert "over all patterns" in rl.check(found).statement


def test_relu_networks_far_from_the_cheapest_stay_undecided(tmp_path):
    X, Y, _, network = relu_of_rank_one()
    found = rl.certify_network((network[0], 0.5 * network[1]), X, Y, "all", beta=0.5)
    assert found.status == "undecided"
    assert 0 < found.bound < found.cost
    assert rl.check(found).status == "undecided"
    found = rl.certify_network((network[0], 1.01 * network[1]), X, Y, "all", beta=0.5)
    found.save(tmp_path / "several")
    again = rl.load(tmp_path / "several")
    assert (again.cost, again.bound, again.status) == (found.cost, found.bound, found.status)
    assert (again.multipliers is None) == (found.multipliers is None)


def test_saved_and_checked_again(tmp_path):
    X, Y, S, best = solved("skip", True)
    found = rl.certify_network(best, X, Y, S, beta=BETA, intercept=True, among="skip")
    found.save(tmp_path / "several")
    again = rl.load(tmp_path / "several")
    assert rl.check(again).proved
    np.testing.assert_array_equal(again.arrays.skip_second, found.arrays.skip_second)


def test_forged_evidence_is_refused():
    X, Y, _, network = relu_of_rank_one()
    found = rl.certify_network(network, X, Y, "all", beta=0.5)
    m = found.multipliers
    for forged, message in (
        (replace(found, dual=1.1 * found.dual), "the bound stated"),
        (replace(found, bound=1.01 * found.bound), "the bound stated"),
        (replace(found, multipliers=None), "the bound stated"),
        (replace(found, multipliers=m._replace(values=-m.values)), "they must be >= 0"),
        (replace(found, multipliers=m._replace(values=0 * m.values)), "the bound stated"),
        (replace(found, multipliers=m._replace(sides=m.sides[:, :1])), "whole numbers, one each"),
        (replace(found, multipliers=m._replace(sides=m.sides * 1.0)), "whole numbers"),
        (replace(found, loss="logistic"), "squares only"),
        (replace(found, arrays=replace(found.arrays, second=found.arrays.second[:, :1])), "network: second"),
        (replace(found, cost=0.9 * found.cost), "the cost stated"),
    ):
        with pytest.raises(rl.AuditError, match=message):
            rl.check(forged)
    few = m.sides[:, 0] != 0  # an axis of the mesh is missing
    missing = replace(found, multipliers=type(m)(m.blocks[few], m.sides[few], m.values[few]))
    with pytest.raises(rl.AuditError, match="the mesh lacks"):
        rl.check(missing)


@pytest.mark.parametrize("c", [1, 2, 3])
def test_a_mesh_bounds_every_direction(c):
    rng = np.random.default_rng(c)
    for _ in range(4):
        C, Q = rng.standard_normal((7, 3)), rng.standard_normal((3, c))
        cone = C * np.sign(C @ rng.standard_normal((3, 1))), np.zeros((7, 0))  # some w is inside
        mesh = Mesh(cone, Q)
        reach = mesh.reach(0.0)
        V = rng.standard_normal((60, c))
        V /= np.linalg.norm(V, axis=1, keepdims=True)
        near = max(V, key=lambda v: np.linalg.norm(cones.project(cone, Q @ v)[0]))
        for _ in range(50):  # uphill from the best of them
            w = cones.project(cone, Q @ near)[0]
            if np.linalg.norm(w) > 0:
                near = Q.T @ w / np.linalg.norm(Q.T @ w)
        highest = np.linalg.norm(cones.project(cone, Q @ near)[0])
        assert highest <= reach * (1 + 1e-12)
        assert reach <= highest * (1 + 1e-3) + 1e-12


def test_spectral_norms_are_bounded_tightly():
    rng = np.random.default_rng(0)
    for shape in ((1, 1), (4, 2), (3, 5)):
        Q = rng.standard_normal(shape)
        bound = spectral_above(Q, np.zeros(shape))
        assert np.linalg.norm(Q, 2) <= bound <= np.linalg.norm(Q, 2) * (1 + 1e-12)
        assert spectral_above(Q, np.full(shape, 0.1)) >= np.linalg.norm(Q, 2) + 0.1
    assert spectral_above(np.zeros((3, 2)), np.zeros((3, 2))) < 1e-100


def test_a_torch_network_with_biases_and_what_is_refused():
    torch = pytest.importorskip("torch")
    X, Y, S = problem(4)
    torch.manual_seed(0)
    wide = np.hstack([X, np.ones((len(X), 1))])
    net = torch.nn.Sequential(torch.nn.Linear(2, 5), torch.nn.ReLU(), torch.nn.Linear(5, 2)).double()
    found = rl.certify_network(net, wide, Y, rl.sample_patterns(wide, 5, rng=0), beta=BETA, intercept=True)
    outputs = net(torch.tensor(X)).detach().numpy()
    np.testing.assert_allclose(found.arrays.predict(wide), outputs, atol=1e-12)
    assert found.bound < found.cost
    with pytest.raises(ValueError, match="network has 2 outputs and y has 3 columns"):
        rl.certify_network(net, wide, np.hstack([Y, Y[:, :1]]), S, beta=BETA, intercept=True)
    with pytest.raises(ValueError, match=r"^network's second layer has shape \(1,\)"):
        rl.certify_network((np.ones((2, 1)), [1.0]), X, Y, S, beta=BETA)
    with pytest.raises(ValueError, match=r'^y has 2 columns: several outputs have loss="squares"'):
        rl.certify_network(net, wide, np.sign(Y), S, beta=BETA, loss="logistic")
    with pytest.raises(ValueError, match="network has an intercept"):
        rl.certify_network(net, wide, Y, S, beta=BETA)
