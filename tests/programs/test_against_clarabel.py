"""Verdicts and values against an interior-point solver, on instances whose patterns are all enumerated."""

from collections import Counter

import numpy as np
import pytest

import relulab as rl
from relulab.blocks import cones

TIGHT = {"tol_gap_abs": 1e-11, "tol_gap_rel": 1e-11, "tol_feas": 1e-11}
PAIRS = [
    ("linear", "skip", 1),
    ("relu", "plain", 1),
    ("relu", "plain", 2),
    ("relu", "skip", 1),
    ("normalized", "normalized", 1),
    ("normalized", "normalized", 2),
]
SIZES = [(2, 3), (4, 2), (6, 2), (9, 2), (16, 2), (5, 3), (7, 3), (9, 3), (5, 4)]


def instances(kind, k):
    """36 plants: every size, the ensembles in turn, hard directions, output signs for pairs of neurons."""
    for n, d in SIZES:
        for seed, ensemble in enumerate(("gaussian", "cubic", "whitened", "gaussian")):
            rng = np.random.default_rng([n, d, seed, k])
            X = rl.draw(ensemble, n, d, rng)
            signs = [1, -1] if k == 2 and seed == 1 else None
            hard = {"linear": "smallest", "relu": "random", "normalized": "random"}[kind]
            direction = "random" if seed < 3 else "opposite" if k == 2 else hard
            if kind == "normalized" and k == 2 and n < 4:
                continue  # a random pair is too often silent on so few rows
            plant = rl.plant(X, kind, k, direction, rng=rng, signs=signs)
            yield plant, rl.enumerate_patterns(X)


def judge(solution, plant, network, form, verdict):
    """True or False where Clarabel is accurate enough to say, None where it is not."""
    cost = float(plant.weights.shape[1])
    accuracy = max(solution.gap, solution.residual * np.linalg.norm(solution.dual) * np.linalg.norm(plant.y))
    if verdict.status == "not-unique":
        return bool(solution.value <= cost * (1 + 1e-6)) if accuracy <= 1e-7 else None
    if accuracy > 0.1 * verdict.margin:
        return None
    if verdict.status == "not-recovered":
        return bool(solution.value <= cost - 0.9 * verdict.margin)
    blocks = rl.Blocks(plant.X, solution.blocks.masks[:, solution.blocks.skip :] > 0, network)
    index, _ = blocks.planted(plant)
    off = np.linalg.norm(solution.parts, axis=2)
    side = np.where((plant.signs < 0) & (form == "exact"), 1, 0)
    off[side, index] = 0
    # Strong duality with slack `margin` off the plant bounds the weight that can sit there.
    return bool(
        abs(solution.value - cost) <= 1e-6 * cost and off.sum() * verdict.margin <= 10 * accuracy * cost
    )


@pytest.mark.parametrize("form", ["gated", "exact"])
@pytest.mark.parametrize(("kind", "network", "k"), PAIRS)
def test_verdicts(kind, network, k, form):
    seen, unclear, total = Counter(), 0, 0
    for plant, S in instances(kind, k):
        if len({tuple(column) for column in (plant.X @ plant.weights >= 0).T}) < k:
            continue
        if kind != "linear" and not (plant.X @ plant.weights > 0).any(axis=0).all():
            continue
        verdict = rl.decide(plant, S, network, form)
        assert rl.check(verdict, plant, S)
        total += 1
        seen[verdict.status] += 1
        if verdict.status == "undecided":
            unclear += 1
            continue
        solution = rl.solve(plant.X, plant.y, S, network, form, **TIGHT)
        agreed = judge(solution, plant, network, form, verdict)
        assert agreed is not False, (plant.X.shape, verdict.reason, solution.value)
        unclear += agreed is None
    assert total >= 20
    assert unclear <= max(1, 0.05 * total)
    assert seen["recovered"] > 0
    assert seen["recovered"] < total


@pytest.mark.parametrize("form", ["gated", "exact"])
@pytest.mark.parametrize(("kind", "network", "k"), PAIRS)
def test_values_with_noise(kind, network, k, form):
    compared, unclear = 0, 0
    for i, (plant, S) in enumerate(instances(kind, k)):
        if i % 3:
            continue
        noisy = plant.y + 0.2 * np.random.default_rng(i).standard_normal(len(plant.y))
        for beta in (None, 0.05):
            fast = rl.solve(plant.X, noisy, S, network, form, beta, solver="newton", tol=1e-7)
            slow = rl.solve(plant.X, noisy, S, network, form, beta, **TIGHT)
            if slow.status == "infeasible":  # a plain or normalized network cannot reach every sign
                assert fast.status == "infeasible"
                continue
            compared += 1
            if fast.gap > 1e-6 or fast.status == "undecided":
                assert fast.status != "optimal"
                unclear += 1
                continue
            assert fast.value == pytest.approx(slow.value, rel=1e-6)
            reach = cones.largest_norm(fast.blocks, fast.dual, form)
            assert reach <= (beta or 1) * (1 + 1e-8)
    assert compared >= 15
    assert unclear <= max(1, 0.05 * compared)
