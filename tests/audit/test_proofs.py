"""What is proved, on which data; and the evidence that today's data refute."""

from collections import Counter
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from cases import PAIRS, draws

import relulab as rl


def test_true_verdicts_are_proved():
    seen = Counter()
    for seed in (0, 1):
        for verdict, plant, S in draws(seed):
            audit = rl.check(verdict, plant, S)
            assert audit
            assert audit.status == verdict.status
            seen[verdict.status, audit.proved] += 1
            if audit.proved and verdict.status != "not-unique":
                assert audit.bound < 1
                assert audit.bound >= 1 - verdict.margin - 1e-9 or verdict.form == "exact"
    assert seen["recovered", True] >= 50
    assert seen["not-recovered", True] >= 50
    assert sum(count for (_, proved), count in seen.items() if not proved) <= 0.01 * sum(seen.values())


@pytest.mark.parametrize("form", ["gated", "exact"])
@pytest.mark.parametrize(("kind", "network", "k"), PAIRS)
def test_over_all_patterns(kind, network, k, form):
    seen = Counter()
    for n, d in ((6, 3), (9, 3)):
        for seed in range(4):
            plant = rl.phase.instance(n, d, seed, kind=kind, k=k)[0]
            verdict = rl.decide(plant, "all", network, form)
            audit = rl.check(verdict, plant, "all")
            assert verdict.status == "undecided" or "all patterns" in audit.statement
            seen[verdict.status == "undecided" or audit.proved] += 1
    assert seen[True] >= 6


@pytest.mark.parametrize("form", ["gated", "exact"])
@pytest.mark.parametrize("ensemble", ["whitened", "cubic-whitened"])
def test_whitened_data_are_nearly_white_and_still_proved(form, ensemble):
    proved = 0
    for seed in range(10):
        plant = rl.phase.instance(60, 8, seed, ensemble=ensemble)[0]
        verdict = rl.decide(plant, "all", form=form)
        assert verdict.evidence == "closed-form"
        proved += rl.check(verdict, plant, "all").proved
    assert proved == 10


@pytest.mark.parametrize("form", ["gated", "exact"])
def test_one_normalized_neuron_over_all_patterns(form):
    seen = Counter()
    for seed in range(20):
        plant = rl.phase.instance(7, 3, seed, kind="normalized")[0]
        verdict = rl.decide(plant, "all", "normalized", form)
        seen[verdict.status, rl.check(verdict, plant, "all").proved] += 1
    assert seen["recovered", True] >= 5
    assert seen["not-unique", True] >= 3 or form == "exact"
    assert sum(count for (_, proved), count in seen.items() if not proved) <= (0 if form == "gated" else 8)


def test_a_tie_is_called_one_and_nothing_more():
    """Two solutions by a linear program: equal to rounding, and no identity at hand."""
    seen = Counter()
    for n, d, rng in ((15, 4, 110), (5, 2, 0)):
        for trial in range(3):
            plant, S = rl.phase.instance(n, d, trial, kind="normalized", k=2, rng=rng)
            verdict = rl.decide(plant, S, "normalized", "exact")
            audit = rl.check(verdict, plant, S)
            if verdict.status == "not-unique":
                seen[audit.proved] += 1
                assert str(audit).startswith("numerically") or audit.proved
                assert audit.proved or "tie" in audit.reason
    assert seen[False] >= 1


def test_data_of_any_scale_and_rows_of_many_sizes():
    rng = np.random.default_rng(0)
    for seed in range(6):
        plant, S = rl.phase.instance(30, 5, seed)
        verdict = rl.decide(plant, S)
        powers = rng.integers(-60, 60, 30)
        moved = replace(plant, X=np.ldexp(plant.X, powers[:, None]), y=np.ldexp(plant.y, powers))
        evidence = {"dual": np.ldexp(verdict.dual, -powers)} if verdict.dual is not None else {}
        before, after = rl.check(verdict, plant, S), rl.check(replace(verdict, **evidence), moved, S)
        assert (before.proved, before.bound) == (after.proved, after.bound)


def test_small_rows_count():
    """Rows from 1e-6 to 1e5, all eight patterns: the plant is recovered, by an exact certificate."""
    X = np.array([[2000.0, -1000.0], [0.0, -3.0], [-1e-6, 0.0], [1e5, 1e5]])
    plant = rl.plant(X, direction=[1.0, 0.0])
    S = rl.enumerate_patterns(X)
    parts = np.array([[0.331892, -0.165946], [0.0, 0.0], [0.502162, 0.0], [0.165946, 0.165946]])
    dual = np.where(X.any(axis=1), parts[:, 0] / np.where(X[:, 0] == 0, 1, X[:, 0]), 0)
    dual = dual - np.linalg.pinv(X.T) @ (X.T @ dual - [1, 0])
    verdict = rl.Verdict("recovered", "dual", dual, None, 0.1, 0, "skip", "gated", S, "")
    audit = rl.check(verdict, plant, S)
    assert audit.proved
    assert audit.bound == pytest.approx(np.sqrt(0.7232), abs=1e-3)
    cheap = np.zeros((S.p + 1, 2))
    cheap[0] = [0.9, 0.0]
    with pytest.raises(rl.AuditError, match="residual"):
        rl.check(replace(verdict, status="not-recovered", dual=None, competitor=cheap), plant, S)


def test_a_competitor_that_misses_labels_of_small_columns():
    """Columns 1 and 1e-8: what the labels lack is not negligible because the column is small."""
    X = np.random.default_rng(0).standard_normal((8, 2)) * [1, 1e-8]
    plant = rl.plant(X, direction=[0.0, 1.0])
    S = rl.sample_patterns(X, rng=1)
    W = np.zeros((2, S.p + 1, 2))
    W[0, 0] = [0.0, 0.955]
    forged = rl.Verdict("not-recovered", "competitor", None, W, 0.04, 0, "skip", "exact", S, "")
    with pytest.raises(rl.AuditError, match="residual"):
        rl.check(forged, plant, S)


def test_a_plant_of_any_length():
    """The plant costs what its weights' norms add up to, 1 or not."""
    seen = Counter()
    for seed in range(6):
        plant, S = rl.phase.instance(40, 5, seed, kind="relu")
        verdict = rl.decide(plant, S, "plain")
        longer = SimpleNamespace(X=plant.X, weights=plant.weights * 2, kind="relu", signs=plant.signs)
        seen[verdict.status] += 1
        if verdict.status == "recovered":  # the same direction, the same dual vector
            assert rl.check(verdict, longer, S).proved
        else:
            twice = replace(verdict, competitor=2 * verdict.competitor)
            assert rl.check(twice, longer, S).bound == pytest.approx(rl.check(verdict, plant, S).bound)
            with pytest.raises(rl.AuditError, match="residual"):
                rl.check(verdict, longer, S)
    assert seen["recovered"] >= 1


def test_what_proves_only_a_second_interpolant_says_no_more():
    for seed in range(10):
        plant, S = rl.phase.instance(20, 15, seed, direction="smallest")
        verdict = rl.decide(plant, S)
        if verdict.evidence == "all-ones":
            audit = rl.check(replace(verdict, dual=None), plant, S)
            assert audit.proved
            assert "optimal" not in audit.statement
            if verdict.dual is not None:
                assert "both optimal" in rl.check(verdict, plant, S).statement
            return
    pytest.fail("no all-ones verdict")
