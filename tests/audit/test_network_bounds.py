"""Bounds of what networks cost: against balls of 200 bits, Clarabel, and with dual vectors that are off."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

import relulab as rl
from relulab.audit.arithmetic import NotProved
from relulab.audit.network_bounds import bound_below, objective_bounds
from relulab.audit.networks import _Stored
from relulab.blocks import Network

flint = pytest.importorskip("flint")

KINDS = list(itertools.product(("plain", "skip", "normalized"), ("gated", "exact")))
LOSSES = list(itertools.product(("squares", "logistic"), (False, True)))


def problem(seed, loss, kind="gaussian", n=16, d=3):
    rng = np.random.default_rng(seed)
    X = rng.integers(-2, 3, (n, d)).astype(float) if kind == "integers" else rng.standard_normal((n, d))
    X[:, -1] = 1.0
    if kind == "scaled":
        X = X * np.array([1e6, 1.0, 1e-5])
    y = X[:, 0] / np.abs(X[:, 0]).max() + rng.standard_normal(n)
    return X, np.where(y > 0, 1.0, -1.0) if loss == "logistic" else y, rl.sample_patterns(X, 10, rng=seed)


def random_network(rng, X, network, form, free):
    first, second = rng.standard_normal((X.shape[1], 3)), rng.standard_normal(3)
    return Network(
        first / np.abs(X).max(),
        second,
        np.abs(second) if network == "normalized" else None,
        rng.standard_normal(first.shape) if form == "gated" else None,
        rng.standard_normal(X.shape[1]) * (network == "skip"),
        float(network == "skip"),
        0.3 * free,
    )


def in_balls(net, X, y, beta, loss):
    """The objective from its definition, in balls."""
    arb, (n, d) = flint.arb, X.shape
    total = []
    for row in range(n):
        linear = sum((arb(X[row, k]) * arb(net.skip_first[k]) for k in range(d)), arb(0))
        total.append(linear * arb(net.skip_second) + arb(net.intercept))
    for i in range(len(net.second)):
        before = [sum((arb(X[r, k]) * arb(net.first[k, i]) for k in range(d)), arb(0)) for r in range(n)]
        side = before
        if net.gates is not None:
            side = [sum((arb(X[r, k]) * arb(net.gates[k, i]) for k in range(d)), arb(0)) for r in range(n)]
        hidden = [b if s >= 0 else arb(0) for b, s in zip(before, side, strict=True)]
        factor = arb(net.second[i])
        if net.scale is not None and any(h != 0 for h in hidden):  # a silent neuron adds nothing
            factor = factor * arb(net.scale[i]) / sum((h * h for h in hidden), arb(0)).sqrt()
        total = [t + h * factor for t, h in zip(total, hidden, strict=True)]
    if loss == "squares":
        value = sum(((t - arb(v)) ** 2 for t, v in zip(total, y, strict=True)), arb(0)) / 2
    else:
        value = sum(((1 + (-arb(v) * t).exp()).log() for t, v in zip(total, y, strict=True)), arb(0))
    trained = net.first.ravel() if net.scale is None else net.scale
    weights = np.concatenate([trained, net.second, net.skip_first, [net.skip_second]])
    return value + arb(beta) * sum((arb(w) ** 2 for w in weights.tolist()), arb(0)) / 2


@pytest.mark.parametrize("kind", ["gaussian", "integers", "scaled"])
@pytest.mark.parametrize(("loss", "free"), LOSSES)
@pytest.mark.parametrize(("network", "form"), KINDS)
def test_the_objective_lies_between_its_bounds(network, form, loss, free, kind):
    flint.ctx.prec = 200
    rng = np.random.default_rng(1)
    X, y, S = problem(1, loss, kind)
    first = random_network(rng, X, network, form, free)
    given = {"beta": 0.1, "among": network, "loss": loss, "intercept": free, "tol": 0.999}
    stored = _Stored(rl.certify_network(first, X, y, S, **given))
    for size in (1.0, 1e-6, 30.0):
        net = random_network(rng, X, network, form, free)
        net = replace(net, second=size * net.second)
        low, high = objective_bounds(stored, net)
        true = in_balls(net, X, y, 0.1, loss)
        assert flint.arb(low) <= true <= flint.arb(high)
        assert high - low <= 1e-9 * high


@pytest.mark.parametrize("kind", ["gaussian", "integers"])
@pytest.mark.parametrize(("loss", "free"), LOSSES)
@pytest.mark.parametrize(("network", "form"), KINDS)
def test_the_bound_is_below_every_network_and_near_the_best(network, form, loss, free, kind):
    X, y, S = problem(2, loss, kind)
    settings = {"network": network, "form": form, "loss": loss, "intercept": free}
    beta = 0.2 * rl.programs.beta_max(X, y, S, **settings)
    best = rl.solve(X, y, S, beta=beta, solver="newton", tol=1e-9, **settings)
    reference = rl.solve(X, y, S, beta=beta, **settings).value
    found = rl.certify_network(
        best.to_network(0), X, y, S, beta, among=network, loss=loss, intercept=free, tol=1e-6
    )
    stored = _Stored(found)
    bound = bound_below(stored)
    assert bound <= reference * (1 + 1e-7)
    assert bound == pytest.approx(reference, rel=1e-5)
    assert rl.check(found).proved
    rng = np.random.default_rng(3)
    for size in (1e-9, 1e-3, 0.3):  # dual vectors that are off: no longer of sum zero, nor in their balls
        lam = stored.lam * (1 + size * rng.uniform(-1, 1, len(y)))
        lam = y * np.clip(y * lam, 0, 1) if loss == "logistic" else lam
        off = bound_below(_Stored(replace(found, dual=lam)))
        assert off <= reference * (1 + 1e-7)
        if size == 1e-9 and network != "normalized":
            assert off == pytest.approx(reference, rel=1e-4)


def test_a_dual_vector_of_one_sign_bounds_no_program_with_a_constant():
    X, y, S = problem(4, "squares")
    net = rl.solve(X, y, S, beta=0.1, intercept=True, solver="newton").to_network()
    found = rl.certify_network(net, X, y, S, beta=0.1, intercept=True)
    with pytest.raises(NotProved, match="one sign"):
        bound_below(_Stored(replace(found, dual=np.abs(found.dual))))
    with pytest.raises(rl.AuditError):
        rl.check(replace(found, dual=np.abs(found.dual)))


def test_shares_outside_of_zero_and_one_prove_nothing():
    X, y, S = problem(5, "logistic")
    net = rl.solve(X, y, S, beta=0.1, loss="logistic", solver="newton").to_network()
    found = rl.certify_network(net, X, y, S, beta=0.1, loss="logistic")
    for dual in (-found.dual, found.dual * 1e3):
        with pytest.raises(NotProved, match="shares"):
            bound_below(_Stored(replace(found, dual=dual)))
