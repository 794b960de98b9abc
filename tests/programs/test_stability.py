"""What noise can do where a certificate has a margin, against an independent solver."""

import cvxpy as cp
import numpy as np
import pytest

import relulab as rl


def cheapest(blocks, y, cones=None, beta=None):
    """Solve by CVXPY; with cones the weights of each block but the first are positive minus negative ones."""
    d = blocks[0].shape[1]
    parts = [
        [cp.Variable(d)] if cones is None or j == 0 else [cp.Variable(d) for _ in "+-"]
        for j in range(len(blocks))
    ]
    fit = sum(A @ (w[0] if len(w) == 1 else w[0] - w[1]) for A, w in zip(blocks, parts, strict=True))
    cost = sum(cp.norm(v) for w in parts for v in w)
    limits = [] if cones is None else [C @ v >= 0 for C, w in zip(cones, parts[1:], strict=True) for v in w]
    if beta is None:
        problem = cp.Problem(cp.Minimize(cost), [*limits, fit == y])
    else:
        problem = cp.Problem(cp.Minimize(cp.sum_squares(fit - y) / 2 + beta * cost), limits)
    problem.solve(solver=cp.CLARABEL)
    assert problem.status == "optimal"
    relu = sum(np.linalg.norm(v.value) for w in parts[1:] for v in w)
    return cost.value, fit.value, parts[0][0].value, relu


@pytest.mark.parametrize("form", ["gated", "exact"])
@pytest.mark.parametrize(("seed", "n", "d", "sigma"), [(0, 24, 4, 0.1), (3, 20, 3, 0.3)])
def test_noise_moves_the_solution_no_further_than_the_bounds(seed, n, d, sigma, form):
    X = rl.draw("gaussian", n, d, rng=seed)
    noisy = rl.plant(X, sigma=sigma, rng=seed + 10)
    w, z = noisy.weights[:, 0], noisy.noise
    masks = np.asarray(rl.sample_patterns(X, count=60, rng=seed + 20)).astype(float)
    verdict = rl.decide(rl.plant(X, direction=w), masks.astype(bool))
    assert verdict.status == "recovered"
    pseudo = np.linalg.pinv(X)
    dual = verdict.dual + pseudo.T @ (w - X.T @ verdict.dual)
    margin = 1 - max(np.linalg.norm(X.T @ (s * dual)) for s in masks.T)
    K = max(np.linalg.norm(pseudo @ (s[:, None] * X), 2) for s in masks.T)
    blocks = [X, *(s[:, None] * X for s in masks.T)]
    cones = [(2 * s - 1)[:, None] * X for s in masks.T] if form == "exact" else None

    for beta in (0.01, 0.05, 0.2):
        _, fit, skip, relu = cheapest(blocks, noisy.y, cones, beta)
        v, e = np.linalg.norm(z - beta * dual), fit - X @ w
        bound = v**2 / (4 * beta * margin)
        assert relu <= bound + 1e-5
        assert np.linalg.norm(e) <= v + 1e-6
        assert np.linalg.norm(skip - w) <= np.linalg.norm(pseudo @ e) + K * bound + 1e-5

    _, _, skip, relu = cheapest(blocks, noisy.y, cones)
    cost = cheapest(blocks, z, cones)[0]
    bound = (cost - dual @ z) / margin
    assert 0 < relu <= bound
    assert np.linalg.norm(skip - w) <= np.linalg.norm(pseudo @ z) + K * bound


def test_the_bound_on_the_plateau_is_proportional_to_the_noise():
    X = rl.draw("gaussian", 24, 4, rng=0)
    z = rl.plant(X, sigma=1, rng=10).noise
    S = rl.sample_patterns(X, count=60, rng=0)
    one, ten = rl.solve(X, z, S).value, rl.solve(X, 10 * z, S).value
    assert np.isclose(ten, 10 * one, rtol=1e-5)
