"""What the paper's released code does differently, where it changes results: the old behavior and ours."""

import numpy as np
import pytest
from scipy.optimize import linprog

import relulab as rl
from relulab.phase import released


def test_whitened_cubic_data_are_white():
    """Released: the choice 3, announced as whitened cubic, is not among the choices that are whitened."""
    old = rl.draw("cubic", 60, 8, rng=0)  # what choices 1 and 3 both give
    ours = rl.draw("cubic-whitened", 60, 8, rng=0)
    assert np.linalg.norm(old.T @ old - np.eye(8)) > 1
    assert np.linalg.norm(ours.T @ ours - np.eye(8)) < 1e-12


def test_the_all_ones_test_is_right():
    rng = np.random.default_rng(0)
    wrong = {"old": 0, "ours": 0}
    for seed in range(60):
        X = rl.draw("gaussian", 10, 5, rng=seed)
        truth = linprog(np.zeros(5), A_ub=-X, b_ub=-np.ones(10), bounds=(None, None)).status == 0
        wrong["old"] += released.seems_to_have_all_ones(X, rng) != truth
        wrong["ours"] += rl.has_all_ones(X) != truth
    assert wrong["old"] > 0
    assert wrong["ours"] == 0


def test_all_ones_is_in_the_set_once():
    """Released: it is appended even where it was sampled already; then two blocks are equal."""
    twice = 0
    for seed in range(60):
        X = rl.draw("gaussian", 6, 6, rng=seed)
        sampled = X @ np.random.default_rng(seed).standard_normal((6, 50)) >= 0
        twice += sampled.all(axis=0).any() and rl.has_all_ones(X)
        assert np.asarray(rl.sample_patterns(X, rng=seed)).all(axis=0).sum() == 1
    assert twice > 0


def test_an_optimizer_made_anew_every_epoch_is_sign_descent():
    """Released: AdamW is created inside the epoch loop; its first step, lr sign(grad), is all it does."""
    torch = pytest.importorskip("torch")
    torch.manual_seed(0)
    data, labels = torch.randn(30, 5, dtype=torch.float64), torch.randn(30, dtype=torch.float64)
    start = torch.randn(5, dtype=torch.float64)

    def run(anew, epochs=50, rate=2e-3):
        weight, signs = start.clone().requires_grad_(), start.clone()
        optimizer = torch.optim.AdamW([weight], lr=rate, weight_decay=0.0)
        for _ in range(epochs):
            if anew:
                optimizer = torch.optim.AdamW([weight], lr=rate, weight_decay=0.0)
            optimizer.zero_grad()
            ((data @ weight - labels) ** 2).sum().backward()
            signs = signs - rate * weight.grad.sign()
            optimizer.step()
        return (weight.detach() - signs).abs().max().item()

    assert run(anew=True) < 1e-6
    assert run(anew=False) > 1e-4
