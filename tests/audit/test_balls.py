"""Ball arithmetic, of one opinion with float64; skipped where python-flint is not installed."""

from collections import Counter

import numpy as np
import pytest
from cases import FORGERS, draws, nearly_dependent

import relulab as rl

POOL = list(draws(9, trials=1))


def test_an_unknown_arithmetic_is_named():
    with pytest.raises(ValueError, match="arithmetic='decimal' is unknown; choose from 'float', 'balls'"):
        rl.check(*POOL[0], arithmetic="decimal")


def test_true_verdicts():
    pytest.importorskip("flint", reason="python-flint, the extra `proofs`, is not installed")
    for verdict, plant, S in POOL:
        audit, again = rl.check(verdict, plant, S), rl.check(verdict, plant, S, arithmetic="balls")
        assert again.proved == (audit.proved and verdict.status != "not-unique")
        if again.proved:
            assert again.bound <= audit.bound + 1e-12
            assert audit.bound == pytest.approx(again.bound, abs=1e-6)


def test_forged_verdicts():
    pytest.importorskip("flint", reason="python-flint, the extra `proofs`, is not installed")
    rng, refused = np.random.default_rng(2), Counter()
    while sum(refused.values()) < 300:
        verdict, plant, S = POOL[rng.integers(len(POOL))]
        forger = FORGERS[rng.integers(len(FORGERS))]
        forged = forger(verdict, plant, S, rng)
        if forged is not None:
            with pytest.raises(rl.AuditError):
                rl.check(forged[0], plant, forged[1], arithmetic="balls")
            refused[forger.__name__] += 1
    for seed in range(10):
        forged, plant, S = nearly_dependent(np.random.default_rng(seed))
        with pytest.raises(rl.AuditError):
            rl.check(forged, plant, S, arithmetic="balls")


@pytest.mark.parametrize("form", ["gated", "exact"])
def test_over_all_patterns(form):
    pytest.importorskip("flint", reason="python-flint, the extra `proofs`, is not installed")
    for kind, network in (("linear", "skip"), ("relu", "plain")):
        plant = rl.phase.instance(8, 3, 1, kind=kind)[0]
        verdict = rl.decide(plant, rl.enumerate_patterns(plant.X), network, form)
        if verdict.status in ("recovered", "not-recovered"):
            assert rl.check(verdict, plant, "all", arithmetic="balls").proved


def test_trees_of_cones_are_left_to_floats():
    pytest.importorskip("flint", reason="python-flint, the extra `proofs`, is not installed")
    plant = rl.phase.instance(8, 3, 1)[0]
    verdict = rl.decide(plant, "all", form="exact")
    audit = rl.check(verdict, plant, "all", arithmetic="balls")
    assert verdict.evidence == "cones"
    assert not audit.proved
    assert "not covered" in audit.reason
