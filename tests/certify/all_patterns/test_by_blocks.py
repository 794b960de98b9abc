"""Planted ReLU neurons over all patterns, gated: trees against every pattern written down."""

import os
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from odd_data import DATA, odd_plant

import relulab as rl
from relulab.certify.all_patterns.by_blocks import decide_by_blocks

MANY = int(os.environ.get("FUZZ", 0)) // 100  # `make fuzz` takes 50 problems of each kind


def relu_plant(kind, seed):
    """One to three neurons on odd data of a kind, of one sign or of both, and a network."""
    X = odd_plant(kind, seed).X
    k = 1 + seed % min(3, X.shape[1])
    signs = (-1.0) ** (seed // 3) * np.ones(k)
    signs[-1] *= (-1) ** (seed % 5 == 4)
    plant = rl.plant(X, "relu", k, rng=seed, signs=signs)
    return plant, ("plain", "skip")[seed // 2 % 2]


@pytest.mark.parametrize("kind", DATA)
def test_no_contradiction_with_the_list(kind):
    seen = Counter()
    for seed in range(MANY or 5):
        plant, network = relu_plant(kind, seed)
        verdict = decide_by_blocks(plant, network)
        S = rl.enumerate_patterns(plant.X)
        truth = rl.decide(plant, S, network).status
        if verdict is None:
            assert truth != "recovered"
            seen[None, truth] += 1
            continue
        seen[verdict.status, truth] += 1
        verdict = replace(verdict, everywhere=True)
        audit = rl.check(verdict, plant, "all")
        if verdict.status == "undecided" or truth == "undecided":
            continue
        assert (verdict.status == "recovered") == (truth == "recovered"), (kind, seed)
        if verdict.evidence == "signs":
            assert audit.proved
            blocks = rl.Blocks(plant.X, S, network)
            reach = np.sort(blocks.norms(verdict.dual))[::-1]
            assert np.allclose(reach[: plant.weights.shape[1]], 1)
            assert reach[plant.weights.shape[1]] < audit.bound
    if MANY:
        print(kind, dict(seen))
    assert sum(count for (status, _), count in seen.items() if status == "undecided") <= 1 + MANY // 10


@pytest.mark.parametrize("network", ["plain", "skip"])
def test_two_and_three_neurons_against_the_list(network):
    seen = Counter()
    for seed, (n, d, k) in enumerate(
        [(12, 2, 2), (20, 2, 2), (16, 3, 2), (24, 3, 2), (24, 3, 3), (36, 3, 3)] * 2
    ):
        plant = rl.plant(
            rl.draw("gaussian", n, d, rng=seed), "relu", k, rng=seed, signs=(-1.0) ** seed * np.ones(k)
        )
        S = rl.enumerate_patterns(plant.X)
        verdict, truth = decide_by_blocks(plant, network), rl.decide(plant, S, network).status
        seen[truth] += 1
        if verdict is not None:
            assert verdict.status == truth, seed
            assert rl.check(replace(verdict, everywhere=True), plant, "all").proved
    assert min(seen["recovered"], seen["not-recovered"]) >= 3


def test_more_patterns_than_can_be_listed():
    found = Counter()
    for seed, (n, d, k) in enumerate([(40, 8, 1), (50, 10, 1), (60, 8, 2), (48, 4, 3)]):
        plant = rl.phase.instance(n, d, seed, kind="relu", k=k)[0]
        verdict = rl.decide(plant, "all", "plain")
        found[verdict.status] += 1
        assert rl.check(verdict, plant, "all").proved
        if verdict.status == "recovered":
            assert rl.count_patterns(n, d) > 1e4
            gates = np.random.default_rng(0).standard_normal((d, 5000))
            near = plant.weights[:, :1] + 0.2 * gates
            masks = plant.X @ np.hstack([gates, near]) >= 0
            own = (masks[..., None] == (plant.X @ plant.weights >= 0)[:, None]).all(axis=0).any(axis=1)
            assert np.linalg.norm((masks.T * verdict.dual) @ plant.X, axis=1)[~own].max() < 1
    assert found["recovered"] >= 2


def test_neurons_of_both_signs_are_never_recovered():
    """``u -> lam^T (X u)_+`` has slope 1 at most, so it cannot be 1 at one direction and -1 at another."""
    for seed in range(6):
        d = 2 + seed % 3
        plant = rl.plant(rl.draw("gaussian", 12 * d, d, rng=seed), "relu", 2, rng=seed, signs=[1, -1])
        for network in ("plain", "skip"):
            verdict = rl.decide(plant, "all", network)
            assert verdict.status == "not-recovered"
            assert rl.check(verdict, plant, "all").proved


def test_columns_that_others_span():
    """The planted equations are met in the columns that span the others, and so in all."""
    seen = Counter()
    for seed in range(8):
        rng = np.random.default_rng(seed)
        A, w = rng.integers(-3, 4, (16, 3)).astype(float), rng.integers(-2, 3, 3) + 0.5
        plant = rl.plant(np.hstack([A, A[:, :1]]), "relu", direction=np.append(w, w[0]))
        verdict = decide_by_blocks(plant)
        if verdict is not None:
            truth = rl.decide(plant, rl.enumerate_patterns(plant.X), "plain").status
            assert verdict.status in (truth, "undecided")
            seen[verdict.status] += 1
    assert seen["recovered"] >= 3
    assert seen["undecided"] <= 1


def test_what_is_open_and_bad_input():
    plant = rl.phase.instance(60, 20, 2, kind="relu")[0]
    verdict = rl.decide(plant, "all", "plain", effort=600)
    assert verdict.status in ("undecided", "not-recovered")
    silent = rl.plant(np.abs(rl.draw("gaussian", 8, 2, rng=0)), "relu", direction=[-1, -1])
    assert decide_by_blocks(silent) is None
    assert rl.decide(silent, "all", "plain").status != "recovered"
    same = rl.plant(rl.draw("gaussian", 9, 3, rng=0), "relu", 2, np.array([[1, 1], [0, 1e-9], [0, 0]]))
    assert decide_by_blocks(same) is None
    assert rl.decide(same, "all", "plain").status != "recovered"
