"""Neurons that interpolate labels of one's own are decided as a plant of unit neurons is."""

import numpy as np
import pytest

import relulab as rl
from relulab.data import plant_of

X = rl.draw("gaussian", 40, 4, rng=0)


@pytest.mark.parametrize(
    ("kind", "network", "k"),
    [("linear", "skip", 1), ("relu", "plain", 2), ("relu", "skip", 2), ("normalized", "normalized", 2)],
)
def test_sizes_do_not_matter(kind, network, k):
    plant = rl.plant(X, kind, k, rng=1)
    S = rl.sample_patterns(X, include=plant.weights, rng=2)
    amounts = np.array([0.2, 7.0])[:k]
    outputs = np.stack([np.maximum(X @ w, 0) if kind != "linear" else X @ w for w in plant.weights.T], axis=1)
    if kind == "normalized":
        outputs = outputs / np.linalg.norm(outputs, axis=0)
    mine = rl.decide((X, outputs @ amounts, 3 * plant.weights), S, network)
    theirs = rl.decide(plant, S, network)
    assert (mine.status, mine.evidence) == (theirs.status, theirs.evidence)
    assert rl.check(mine).status == mine.status
    # The statement about the labels themselves, by an independent solver.
    value = rl.solve(X, outputs @ amounts, S, network).value
    if mine.status == "recovered":
        assert value == pytest.approx(amounts.sum(), rel=1e-6)


def test_a_failure_is_one_for_other_sizes():
    X = rl.draw("gaussian", 12, 8, rng=3)
    plant = rl.plant(X, "relu", 2, rng=4)
    S = rl.sample_patterns(X, include=plant.weights, rng=5)
    y = np.maximum(X @ plant.weights, 0) @ [1.0, 5.0]
    assert rl.decide((X, y, plant.weights), S, "plain").status == "not-recovered"
    assert rl.solve(X, y, S, "plain").value < 6 * (1 - 1e-6)


def test_signs_are_found():
    y = 2 * np.maximum(X[:, 0], 0) - 3 * np.maximum(X[:, 1], 0)
    assert plant_of(X, y, np.eye(4)[:, :2]).signs.tolist() == [1, -1]
    assert plant_of(X, -X[:, 0], [1.0, 0, 0, 0]).weights[:, 0].tolist() == [-1, 0, 0, 0]


@pytest.mark.parametrize("size", [1e-200, 1e-8, 1e8, 1e200])
def test_no_size_makes_a_relu_neuron_linear(size):
    y = np.maximum(X[:, 0], 0)
    for given in ((X, size * y, np.eye(4)[:, 0]), (X, y, size * np.eye(4)[:, 0])):
        assert plant_of(*given).kind == "relu"
    with pytest.raises(ValueError, match=r"^W does not give y"):
        plant_of(X, size * y, np.eye(4)[:, 0], ["linear"])


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ((X, X[:, 0] ** 2, np.eye(4)[:, 0]), r"^W does not give y"),
        ((X, np.maximum(X[:, 0], 0), np.eye(4)[:, :2]), r"^W holds a neuron, column 1"),
        ((X, X[:, 0], np.zeros(4)), r"^W holds a column of norm zero"),
        ((X, X[:, 0], np.ones(3)), r"^W has shape"),
        ((X, X[:, 0]), r"^plant holds 2 things"),
        ((X, np.zeros(40), np.eye(4)[:, 0]), r"^y is zero"),
        ((X, np.maximum(X[:, 0], 0), np.eye(4)[:, [0, 0]]), r"^W holds neurons with dependent outputs"),
    ],
)
def test_bad_input_is_named(given, message):
    with pytest.raises(ValueError, match=message):
        rl.decide(given, rl.sample_patterns(X), "skip")
