"""What must not change a verdict: scale, rotation, the order of rows and of patterns."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import relulab as rl

PAIRS = [("linear", "skip", 1), ("relu", "plain", 1), ("relu", "skip", 2), ("normalized", "normalized", 2)]


def rotated(plant, S, rng):
    Q = np.linalg.qr(rng.standard_normal((plant.X.shape[1],) * 2))[0]
    moved = replace(plant, X=plant.X @ Q, weights=Q.T @ plant.weights)
    return moved, rl.Patterns(S.array, Q.T @ S.gates)


def rows_permuted(plant, S, rng):
    rows = rng.permutation(len(plant.X))
    moved = replace(plant, X=plant.X[rows], y=plant.y[rows], noise=plant.noise[rows])
    return moved, rl.Patterns(S.array[rows], S.gates)


def patterns_permuted(plant, S, rng):
    columns = rng.permutation(S.p)
    return plant, rl.Patterns(S.array[:, columns], S.gates[:, columns])


def scaled(plant, S, rng):
    factor = 10.0 ** rng.uniform(-3, 3)
    y = plant.y if plant.kind == "normalized" else factor * plant.y
    return replace(plant, X=factor * plant.X, y=y), S


@pytest.mark.parametrize("change", [rotated, rows_permuted, patterns_permuted, scaled])
@pytest.mark.parametrize("form", ["gated", "exact"])
@pytest.mark.parametrize(("kind", "network", "k"), PAIRS)
@given(n=st.integers(4, 24), d=st.integers(2, 5), seed=st.integers(0, 10**6))
@settings(max_examples=8, deadline=None)
def test_verdicts(kind, network, k, form, change, n, d, seed):
    plant, S = rl.phase.instance(n, d, 0, kind=kind, k=k, rng=seed)
    if kind != "linear" and not (plant.X @ plant.weights > 0).any(axis=0).all():
        return  # a silent neuron has no pattern
    before = rl.decide(plant, S, network, form)
    moved, T = change(plant, S, np.random.default_rng(seed))
    after = rl.decide(moved, T, network, form)
    assert rl.check(before, plant, S)
    assert rl.check(after, moved, T)
    if before.status != after.status:  # only where the evidence is as thin as rounding
        assert "undecided" in (before.status, after.status)
        assert not max(np.nan_to_num([before.margin, after.margin])) > 1e-6


@pytest.mark.parametrize("network", ["plain", "skip"])
def test_more_patterns_only_help_competitors(network):
    kind = "linear" if network == "skip" else "relu"
    for seed in range(15):
        plant, S = rl.phase.instance(24, 8, seed, kind=kind)
        more = rl.sample_patterns(plant.X, count=400, include=S.gates, rng=seed + 100)
        if rl.decide(plant, S, network).status in ("not-recovered", "not-unique"):
            assert rl.decide(plant, more, network).status != "recovered"


def test_the_exact_program_recovers_whenever_the_gated_one_does():
    for kind, network, k in PAIRS:
        for seed in range(8):
            plant, S = rl.phase.instance(20, 5, seed, kind=kind, k=k)
            if rl.decide(plant, S, network).status == "recovered":
                assert rl.decide(plant, S, network, "exact").status == "recovered"


def test_the_weak_condition_implies_exact_recovery():
    held = 0
    for kind, network, k in PAIRS:
        for seed in range(10):
            plant, S = rl.phase.instance(16, 4, seed, kind=kind, k=k)
            iso, weak = (rl.isometry(plant, S, network, form) for form in ("gated", "exact"))
            assert weak.name == "w" + iso.name
            assert (weak.norms <= iso.norms + 1e-9).all()
            if weak.holds:
                held += 1
                verdict = rl.decide(plant, S, network, "exact")
                assert (verdict.status, verdict.evidence) == ("recovered", "isometry")
    assert held >= 5
