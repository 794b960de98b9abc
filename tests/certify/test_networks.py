"""Certificates of anybody's network: against Clarabel, enumeration and edited evidence."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

import relulab as rl
from relulab.phase.saved import check_file

KINDS = list(itertools.product(("plain", "skip", "normalized"), ("gated", "exact")))


def problem(seed=0, n=14, d=3, integers=False):
    rng = np.random.default_rng(seed)
    X = rng.integers(-3, 4, (n, d)).astype(float) if integers else rng.standard_normal((n, d))
    X[:, -1] = 1
    return X, rng.standard_normal(n) + np.maximum(X[:, 0], 0), rl.sample_patterns(X, rng=seed)


def solved(X, y, S, among, form, beta=0.3, tol=1e-9, loss="squares"):
    return rl.solve(X, y, S, among, form, beta, solver="newton", tol=tol, loss=loss)


@pytest.mark.parametrize("integers", [False, True])
@pytest.mark.parametrize(("among", "form"), KINDS)
def test_a_solution_is_the_cheapest_and_half_of_it_is_not(among, form, integers):
    X, y, S = problem(1, integers=integers)
    best = solved(X, y, S, among, form)
    net = best.to_network(negligible=0)
    found = rl.certify_network(net, X, y, S, beta=0.3, among=among)
    assert (found.status, found.form, found.among) == ("cheapest", form, among)
    assert found.cost == pytest.approx(best.value, rel=1e-9)
    assert found.balanced_cost == pytest.approx(found.cost, rel=1e-9)
    assert found.bound <= rl.solve(X, y, S, among, form, 0.3).value * (1 + 1e-7)
    assert rl.check(found).proved
    half = replace(net, second=0.5 * net.second)
    worse = rl.certify_network(half, X, y, S, beta=0.3, among=among)
    assert worse.status == "not-cheapest"
    assert worse.cost > found.cost
    assert rl.check(worse).proved


def test_over_all_patterns_it_says_so_and_unique():
    X, y, _ = problem(2, n=10)
    every = rl.enumerate_patterns(X)
    for form in ("gated", "exact"):
        net = solved(X, y, every, "plain", form).to_network(negligible=0)
        found = rl.certify_network(net, X, y, "all", beta=0.3)
        # The outputs of the gated one's neurons are dependent; see below.
        assert (found.status, found.everywhere, found.unique) == ("cheapest", True, form == "exact")
        audit = rl.check(found)
        assert audit.proved
        assert "over all patterns" in str(audit)
    best = solved(X, y, every, "plain", "gated")
    sizes = np.linalg.norm(best.parts[0], axis=1)
    on = np.flatnonzero(sizes > 1e-6)
    outputs = np.stack([best.blocks.block(j) @ best.parts[0, j] for j in on], axis=1)
    step = np.linalg.svd(outputs)[2][-1]  # the outputs are dependent: other amounts give the same fit
    moved = best.parts[0].copy()
    moved[on] *= 1 + 0.5 * step[:, None]
    value = 0.5 * np.sum((best.blocks.apply(moved) - y) ** 2) + 0.3 * np.linalg.norm(moved, axis=-1).sum()
    assert np.abs(moved - best.parts[0]).max() > 1e-3
    assert value == pytest.approx(best.value, rel=1e-8)


def test_a_sample_without_its_patterns_gets_them():
    X, y, _ = problem(3)
    S = rl.sample_patterns(X, count=2, rng=0)
    weights = np.random.default_rng(0).standard_normal((3, 5))
    found = rl.certify_network((weights, np.ones(5)), X, y, S, beta=0.3)
    masks = np.asarray(found.patterns).T.tolist()
    assert all((X @ w >= 0).tolist() in masks for w in weights.T if (X @ w > 0).any())
    assert not found.everywhere
    assert found.bound <= found.competitor.cost * 0.3 + 0.5 * np.sum((found.competitor(X) - y) ** 2)


def test_two_equal_columns_make_two_cheapest_networks():
    X = np.array([[1.0], [2.0]])
    S = np.ones((2, 1), dtype=bool)
    gates = np.array([[1.0]])
    blocks = rl.Blocks(X, S, "skip")
    parts = np.zeros((2, 2, 1))
    total = np.abs(rl.solve(X, X[:, 0], S, "skip", "gated", 0.1, solver="newton").parts).sum()
    parts[0] = total / 2
    from relulab.blocks.neurons import network_of

    found = rl.certify_network(network_of(blocks, parts, gates), X, X[:, 0], rl.Patterns(S, gates), beta=0.1)
    assert found.status == "cheapest"
    assert found.unique is not True


def test_unbalanced_layers_cost_more():
    X, y, S = problem(4)
    net = solved(X, y, S, "plain", "exact").to_network(negligible=0)
    found = rl.certify_network(replace(net, first=3 * net.first, second=net.second / 3), X, y, S, beta=0.3)
    assert found.cost > found.balanced_cost * 1.01
    assert found.status == "not-cheapest"


@pytest.mark.parametrize("among", ["plain", "skip", "normalized"])
def test_torch_modules_and_arrays(among):
    torch = pytest.importorskip("torch")
    X, y, S = problem(5)
    net = solved(X, y, S, among, "exact").to_network(negligible=0)
    module = rl.networks.from_arrays(net)
    found = rl.certify_network(module, X, y, S, beta=0.3, among=among)
    assert found.status == "cheapest"
    if among == "plain":
        again = rl.certify_network((net.first, net.second), X, y, S, beta=0.3)
        assert again.cost == pytest.approx(found.cost)
    two = rl.networks.Plain(torch.ones(2, 3, 1), torch.ones(2, 1))
    with pytest.raises(ValueError, match=r"^network holds 2 networks"):
        rl.certify_network(two, X, y, S, beta=0.3)


@pytest.mark.parametrize("form", ["gated", "exact"])
def test_interpolating_and_logistic_ones(form):
    X, y, S = problem(6, n=8)
    S = rl.enumerate_patterns(X)
    net = rl.solve(X, y, S, "plain", form, solver="newton", tol=1e-8).to_network(negligible=0)
    found = rl.certify_network(net, X, y, S)
    assert (found.status, found.beta) == ("cheapest", None)
    assert not rl.check(found).proved
    signs = np.sign(y)
    net = solved(X, signs, S, "plain", form, 0.1, loss="logistic").to_network(negligible=0)
    found = rl.certify_network(net, X, signs, S, beta=0.1, loss="logistic")
    assert (found.status, found.unique) == ("cheapest", True)
    assert rl.check(found).proved
    with pytest.raises(rl.AuditError):
        rl.check(replace(found, dual=-found.dual))


@pytest.mark.parametrize("status", ["cheapest", "not-cheapest"])
@pytest.mark.parametrize("form", ["gated", "exact"])
def test_saved_and_edited_ones(tmp_path, status, form):
    X, y, S = problem(7)
    net = solved(X, y, S, "skip", form).to_network(negligible=0)
    if status == "not-cheapest":
        net = replace(net, second=0.4 * net.second)
    found = rl.certify_network(net, X, y, S, beta=0.3, among="skip")
    assert found.status == status
    found.save(tmp_path / "network.rl")
    again = rl.load(tmp_path / "network.rl")
    assert repr(again) == repr(found)
    assert str(rl.check(again)) == str(rl.check(found)) == str(check_file(tmp_path / "network.rl"))
    spoiled = {
        "cheapest": [
            {"dual": -found.dual},
            {"beta": 0.25},
            {"y": y + 0.1},
            {"dual": found.dual * np.nan},
            {"tol": 1e-13},
            {"arrays": replace(net, second=net.second * 1.1)},
        ],
        "not-cheapest": [{"competitor": net}, {"competitor": None}, {"arrays": found.competitor}],
    }[status]
    for change in spoiled:
        with pytest.raises(rl.AuditError):
            rl.check(replace(found, **change))


def test_multipliers_are_needed_and_checked():
    X, y, S = problem(8)
    net = solved(X, y, S, "plain", "exact").to_network(negligible=0)
    found = rl.certify_network(net, X, y, S, beta=0.3)
    assert rl.Blocks(X, found.patterns, "plain").norms(found.dual).max() > 0.3 * 1.01
    with pytest.raises(rl.AuditError):
        rl.check(replace(found, multipliers=None))
    with pytest.raises(rl.AuditError, match="multipliers"):
        rl.check(replace(found, multipliers=found.multipliers._replace(values=-found.multipliers.values - 1)))


def test_a_free_intercept():
    X, y, S = problem(9)
    net = rl.solve(X, y + 9, S, beta=0.3, solver="newton", tol=1e-9, intercept=True).to_network(negligible=0)
    found = rl.certify_network(net, X, y + 9, S, beta=0.3, among="skip", intercept=True)
    assert found.status == "cheapest"
    assert rl.check(found)
    with pytest.raises(ValueError, match=r"^network has an intercept"):
        rl.certify_network(net, X, y + 9, S, beta=0.3)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda X, y, S, w: rl.certify_network("net", X, y, S, 0.1), "^network is a str"),
        (
            lambda X, y, S, w: rl.certify_network((w[:2], [1.0]), X, y, S, 0.1),
            "^network takes 2 inputs and X has 3",
        ),
        (lambda X, y, S, w: rl.certify_network((w, [1.0]), X, y, S), "^network misses the labels"),
        (
            lambda X, y, S, w: rl.certify_network((w, [np.nan]), X, y, S, 0.1),
            "^network's second layer holds NaN",
        ),
        (
            lambda X, y, S, w: rl.certify_network((w, [1.0]), X, y, S, 0.1, "normalized"),
            "^among='normalized'",
        ),
        (lambda X, y, S, w: rl.certify_network((w, [1.0], w), X, y, S, 0.1, "plain"), "^among='plain'"),
        (lambda X, y, S, w: rl.certify_network((w, [1.0]), X, y, "some", 0.1), "^S='some'"),
        (lambda X, y, S, w: rl.certify_network((w, [1.0]), X, y, S, 0), "^beta=0"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call(*problem(0), np.ones((3, 1)))


@pytest.mark.parametrize("S", ["all", "few"])
def test_data_that_are_zero_leave_the_empty_network(S):
    X, y, few = problem(7)
    found = rl.certify_network((np.ones((3, 1)), [1.0]), 0 * X, y, few if S == "few" else S, beta=0.1)
    assert found.status == "not-cheapest"
    assert (found.bound, found.competitor.m) == (pytest.approx(0.5 * y @ y), 0)
    assert rl.check(found).proved
    silent = rl.certify_network((np.zeros((3, 1)), [0.0]), 0 * X, y, few if S == "few" else S, beta=0.1)
    assert (silent.status, silent.everywhere) == ("cheapest", S == "all")
    assert rl.check(silent).proved


def test_a_sequential_of_torch_with_biases():
    torch = pytest.importorskip("torch")
    X, y, _ = problem(9)
    S = rl.sample_patterns(X, rng=0)
    torch.manual_seed(0)
    net = torch.nn.Sequential(torch.nn.Linear(2, 5), torch.nn.ReLU(), torch.nn.Linear(5, 1)).double()
    found = rl.certify_network(net, X, y, S, beta=0.3, intercept=True)
    outputs = net(torch.tensor(X[:, :2])).detach().numpy()[:, 0]
    decay = sum((p.detach() ** 2).sum().item() for p in net.parameters()) - net[2].bias.item() ** 2
    assert found.cost == pytest.approx(0.5 * np.sum((outputs - y) ** 2) + 0.15 * decay)
    assert rl.check(found).proved
    wide = X * np.array([1, 1, 0.5])  # a bias of another size is dearer
    cheap = rl.certify_network(net, wide, y, rl.sample_patterns(wide, rng=0), beta=0.3, intercept=True)
    extra = 3 * (net[0].bias ** 2).sum().item()
    assert cheap.cost == pytest.approx(found.cost + 0.15 * extra)
    bare = torch.nn.Sequential(
        torch.nn.Linear(3, 5, bias=False), torch.nn.ReLU(), torch.nn.Linear(5, 1, bias=False)
    )
    assert rl.certify_network(bare, X, y, S, beta=0.3).status == "not-cheapest"
    with pytest.raises(ValueError, match=r"^network has an intercept"):
        rl.certify_network(net, X, y, S, beta=0.3)
    with pytest.raises(ValueError, match=r"^network has 2 inputs and a bias, so X must have 3 columns"):
        rl.certify_network(net, X[:, ::-1], y, S, beta=0.3, intercept=True)
    deep = torch.nn.Sequential(*bare, torch.nn.ReLU())
    with pytest.raises(ValueError, match=r"^network is Sequential\(Linear, ReLU, Linear, ReLU\)"):
        rl.certify_network(deep, X, y, S, beta=0.3)
