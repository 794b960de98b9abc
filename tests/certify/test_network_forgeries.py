"""Certificates of networks that claim too much are refused, and unique means that there is no other."""

from dataclasses import replace

import numpy as np
import pytest

import relulab as rl
from relulab.blocks import Network

X = rl.draw("gaussian", 12, 2, rng=0)
y = rl.plant(X, "relu", sigma=0.3, rng=1).y
ALL = rl.enumerate_patterns(X)
FLAT = {"first": np.zeros((2, 0)), "second": np.zeros(0), "scale": None, "gates": None}


def cheapest():
    best = rl.solve(X, y, ALL, "plain", "exact", beta=0.1, tol_gap_rel=1e-9)
    return rl.certify_network(best.to_network(), X, y, "all", beta=0.1)


def test_cones_do_not_help_a_gated_network():
    real = cheapest()
    gated = replace(real.arrays, gates=real.arrays.first)
    assert rl.certify_network(gated, X, y, "all", beta=0.1).status == "not-cheapest"
    with pytest.raises(rl.AuditError, match="gated program has no cones"):
        rl.check(replace(real, arrays=gated, form="gated"))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"beta": np.nan}, "beta"),
        ({"beta": np.inf}, "beta"),
        ({"beta": -1.0}, "beta"),
        ({"cost": 0.05}, "cost stated"),
        ({"cost": np.nan}, "cost"),
        ({"balanced_cost": 0.05}, "balanced_cost stated"),
        ({"bound": 0.2}, "bound stated"),
        ({"bound": np.nan}, "bound"),
        ({"gap": 0.01}, "gap stated"),
        ({"tol": None}, "tol"),
        ({"unique": "yes"}, "unique"),
        ({"everywhere": 1}, "everywhere"),
        ({"intercept": None}, "intercept"),
        ({"among": "any"}, "among"),
        ({"loss": "hinge"}, "loss"),
        ({"dual": None}, "dual vector"),
        ({"X": X[:, :1]}, "gates of patterns"),
        ({"X": X[:, 0]}, "data"),
    ],
)
def test_a_number_or_word_that_is_none_of_its_own_is_refused(change, message):
    with pytest.raises(rl.AuditError, match=message):
        rl.check(replace(cheapest(), **change))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"second": np.ones(3)}, "first"),
        ({"second": None}, "first"),
        ({"first": np.full((2, 1), np.nan), "second": np.ones(1)}, "first"),
        ({"skip_first": np.zeros(3)}, "skip_first"),
        ({"skip_second": np.nan}, "skip_second"),
        ({"intercept": np.nan}, "intercept"),
    ],
)
def test_a_network_whose_arrays_do_not_go_together_is_refused(change, message):
    real = cheapest()
    with pytest.raises(rl.AuditError, match=f"network: {message}"):
        rl.check(replace(real, arrays=replace(real.arrays, **change)))


def test_a_network_that_costs_nothing_is_checked():
    nothing = Network(**FLAT, skip_first=np.zeros(2), skip_second=0.0)
    found = rl.certify_network(nothing, X, np.zeros(12), "all", beta=0.1)
    assert (found.status, found.cost) == ("cheapest", 0.0)
    assert np.isnan(rl.check(found).bound)


@pytest.mark.parametrize("form", ["gated", "exact"])
@pytest.mark.parametrize("loss", ["squares", "logistic"])
@pytest.mark.parametrize("labels", [[1.0, 1, -1, -1], [1.0, -1, -1, 1]])
def test_an_intercept_that_neurons_can_take_over_is_another_cheapest_network(form, loss, labels):
    rows = (
        np.array([[1.0], [1], [-1], [-1]])
        if labels[1] > 0
        else np.array([[1.0, 1], [1, -1], [-1, 1], [-1, -1]])
    )
    S, labels = rl.enumerate_patterns(rows), np.array(labels)
    best = rl.solve(rows, labels, S, "plain", form, beta=0.1, loss=loss, intercept=True, tol_gap_rel=1e-9)
    network = best.to_network(1e-6)
    found = rl.certify_network(network, rows, labels, S, beta=0.1, loss=loss, intercept=True)
    assert (found.status, found.unique) == ("cheapest", False)
    if form == "exact":
        made = [_one_neuron_a_row(rows, network(rows), c) for c in (0.0, 0.1)]
        other = {"beta": 0.1, "loss": loss, "intercept": True}
        costs = [rl.certify_network(net, rows, labels, S, **other).cost for net in made]
        assert costs == pytest.approx([found.cost] * 2, rel=1e-4)


def _one_neuron_a_row(rows, fit, intercept):
    """A network of neurons that hear one row, or its copies, each."""
    kinds, first = np.unique(rows, axis=0, return_index=True)
    lengths, outputs = np.linalg.norm(kinds, axis=1), fit[first] - intercept
    roots = np.sqrt(np.abs(outputs) / lengths)
    weights = (kinds / lengths[:, None] * roots[:, None]).T
    return Network(weights, np.sign(outputs) * roots, None, None, np.zeros(rows.shape[1]), 0.0, intercept)


@pytest.mark.parametrize(("form", "unique"), [("gated", False), ("exact", None)])
def test_equal_columns_leave_a_normalized_neuron_open(form, unique):
    twice, labels = np.c_[X, X[:, :1]], y
    S = rl.sample_patterns(twice, 10, rng=0)
    best = rl.solve(twice, labels, S, "normalized", form, beta=0.1, solver="newton", tol=1e-9).to_network(
        1e-7
    )
    other = replace(best, first=best.first + np.array([[1.0], [0.0], [-1.0]]))
    found = [rl.certify_network(net, twice, labels, S, beta=0.1) for net in (best, other)]
    assert [one.status for one in found] == ["cheapest", "cheapest"]
    assert found[0].unique is unique
    assert not np.allclose(best(np.eye(3)), other(np.eye(3)))


def test_patterns_of_other_data_are_named():
    others = rl.enumerate_patterns(rl.draw("gaussian", 12, 2, rng=5))
    with pytest.raises(ValueError, match="S is of other data"):
        rl.certify_network(([[1.0], [0.0]], [1.0]), X, y, others, beta=0.1)


def test_small_integers_do_not_overflow():
    whole = np.array([[20], [0]], dtype=np.int8), np.array([1], dtype=np.int8)
    costs = [
        rl.certify_network(Network(first, second, None, None, np.zeros(2), 0.0), X, y, ALL, beta=0.1).cost
        for first, second in (whole, [part.astype(float) for part in whole])
    ]
    assert costs[0] == costs[1]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"second": np.ones(2)}, "network's second"),
        ({"gates": np.ones((3, 1))}, "network's gates"),
        ({"gates": np.full((2, 1), np.nan)}, "network's gates"),
        ({"scale": np.array([np.nan])}, "network's scale"),
        ({"skip_first": np.zeros(3)}, "network's skip_first"),
        ({"skip_second": np.nan}, "network's skip_second"),
        ({"intercept": np.nan}, "network's intercept"),
        ({"first": np.full((2, 1), 1e200)}, "float64 cannot hold"),
    ],
)
def test_a_network_that_is_none_is_named(change, message):
    sound = Network(np.ones((2, 1)), np.ones(1), None, None, np.zeros(2), 0.0)
    with pytest.raises(ValueError, match=message):
        rl.certify_network(replace(sound, **change), X, y, ALL, beta=0.1, intercept=True)


def test_a_gap_that_every_network_has_and_labels_that_are_zero():
    with pytest.raises(ValueError, match="tol=2"):
        rl.certify_network(([[1.0], [0.0]], [1.0]), X, y, ALL, beta=0.1, tol=2)
    with pytest.raises(ValueError, match="misses the labels"):
        rl.certify_network(([[1.0], [0.0]], [1.0]), X, np.zeros(12), ALL)


def test_what_is_no_verdict_is_named():
    with pytest.raises(ValueError, match="verdict is a Network;"):
        rl.check(cheapest().arrays)
