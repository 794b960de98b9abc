"""Whitened data with other activations: norms, solutions and the exception, against an independent solver."""

import cvxpy as cp
import numpy as np
import pytest

import relulab as rl

SLOPES = (-1.0, -0.5, 0.0, 0.1, 0.9)


def gates_of(X, slope):
    masks = np.asarray(rl.enumerate_patterns(X)).astype(float)
    return masks + slope * (1 - masks)


def norms_of(X, w, slope):
    return np.linalg.norm((gates_of(X, slope) * (X @ w)[:, None]).T @ X, axis=1)


@pytest.mark.parametrize("slope", SLOPES)
def test_all_norms_are_below_1_exactly_without_an_all_ones_pattern(slope):
    for seed in range(60):
        n, d = [(5, 3), (7, 3), (9, 4), (6, 2)][seed % 4]
        X = rl.draw("whitened", n, d, rng=seed)
        w = rl.plant(X, rng=seed + 1).weights[:, 0]
        assert (norms_of(X, w, slope).max() < 1 - 1e-9) != rl.has_all_ones(X)


@pytest.mark.parametrize("slope", SLOPES)
def test_the_gated_program_itself(slope):
    """The most that the neurons can carry at the least cost is 0 exactly without an all-ones pattern."""
    seen = set()
    for seed in range(8):
        X = rl.draw("whitened", 6, 3, rng=seed)
        w = rl.plant(X, rng=seed + 1).weights[:, 0]
        gates = gates_of(X, slope)
        skip, W = cp.Variable(3), cp.Variable((3, gates.shape[1]))
        fit = X @ skip + cp.sum(cp.multiply(gates, X @ W), axis=1)
        relu = cp.sum(cp.norm(W, axis=0))
        # A small discount on the neurons: they are used if they tie, and not if they cost more.
        cp.Problem(cp.Minimize(cp.norm(skip) + (1 - 1e-4) * relu), [fit == X @ w]).solve(solver=cp.CLARABEL)
        used = bool(relu.value > 0.5)
        assert used == rl.has_all_ones(X), (seed, relu.value)
        seen.add(used)
    assert seen == {True, False}


@pytest.mark.parametrize("slope", SLOPES)
def test_real_neurons_never_reach_their_norm_if_labels_have_both_signs(slope):
    """The exact program: +-lambda^T phi(Xu) < ||u||, with equality at +-w for labels of one sign."""
    rng = np.random.default_rng(3)
    both = one = 0
    for seed in range(20):
        X = rl.draw("whitened", 4, 3, rng=seed)
        w = rl.plant(X, rng=seed + 1).weights[:, 0]
        y = X @ w
        U = rng.standard_normal((3, 4000))
        U = np.column_stack([U / np.linalg.norm(U, axis=0), w, -w])
        reached = abs(y @ np.maximum(X @ U, slope * (X @ U))).max()
        if (y > 0).all() or (y < 0).all():
            one += 1
            assert np.isclose(reached, 1)
        else:
            both += 1
            assert reached < 1 - 1e-9
    assert both > 5
    assert one > 0


def test_the_exception_for_the_absolute_value():
    root = np.sqrt(2)
    X = np.array([[root, 0, 1], [-root, 0, 1], [0, root, -1], [0, -root, -1]]) / 2
    w, v = np.array([1, 1, 0]) / root, np.array([1, -1, 0]) / root
    assert np.allclose(X.T @ X, np.eye(3))
    assert not rl.has_all_ones(X)
    signs = np.sign(X @ [0, 0, 1])
    assert np.allclose(signs * (X @ v), X @ w)
    assert np.isclose(norms_of(X, w, -1.0).max(), 1)
    assert norms_of(X, w, -0.99).max() < 1 - 1e-3
