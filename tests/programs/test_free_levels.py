"""Exact programs with an intercept: found at every beta, and labels that are one constant."""

import numpy as np
import pytest

import relulab as rl


@pytest.mark.parametrize(("seed", "network"), [(2, "plain"), (7, "plain"), (8, "skip")])
def test_a_small_beta_after_a_large_one(seed, network):
    rng = np.random.default_rng(seed)
    n, d = int(rng.integers(5, 25)), int(rng.integers(1, 5))
    X, y = rng.standard_normal((n, d)), rng.standard_normal(n)
    S = rl.sample_patterns(X, 12, rng=seed)
    largest = rl.programs.beta_max(X, y, S, network, "exact", intercept=True)
    found = rl.path(X, y, S, largest * np.array([0.5, 1e-3]), network, "exact", intercept=True)
    assert (found.gaps <= 1e-4).all()
    options = {"beta": found.betas[-1], "intercept": True, "tol_gap_rel": 1e-10}
    reference = rl.solve(X, y, S, network, "exact", **options)
    assert found.solutions[-1].value == pytest.approx(reference.value, rel=2e-4)
    assert found.solutions[-1].violation < 1e-6


def test_logistic_and_degenerate():
    rng = np.random.default_rng(11)
    X, y = rng.standard_normal((8, 2)), np.array([1.0, -1, 1, 1, -1, 1, -1, 1])
    X[0] = 0
    S = rl.sample_patterns(X, 12, rng=11)
    for beta in (1e-1, 1e-3):
        options = {"beta": beta, "loss": "logistic", "intercept": True}
        fast = rl.solve(X, y, S, "normalized", "exact", solver="newton", **options)
        reference = rl.solve(X, y, S, "normalized", "exact", **options)
        assert fast.value == pytest.approx(reference.value, rel=1e-3)


@pytest.mark.parametrize("form", ["gated", "exact"])
def test_constant_labels_need_no_neuron(form):
    X = rl.draw("gaussian", 20, 2, rng=0)
    found = rl.path(X, np.full(20, 0.1), rl.sample_patterns(X, 10), form=form, intercept=True)
    assert (found.gaps <= 1e-4).all()
    assert not found.neurons.any()


def test_labels_of_a_validation_are_classes_too():
    X = rl.draw("gaussian", 20, 2, rng=0)
    y = np.sign(X[:, 0])
    with pytest.raises(ValueError, match="validation's labels holds 2"):
        rl.path(
            X, y, rl.sample_patterns(X, 10), [1.0], loss="logistic", validation=(X, np.where(y > 0, 2, 1))
        )


def test_a_gap_that_the_zero_network_has_too():
    X = rl.draw("gaussian", 20, 2, rng=0)
    with pytest.raises(ValueError, match="tol=1 is not below 1"):
        rl.path(X, X[:, 0], rl.sample_patterns(X, 10), tol=1)
