"""No forged verdict passes."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from cases import FORGERS, draws, nearly_dependent
from opinions import PROVED, best_multipliers, opinions, save, words_of

import relulab as rl

POOL = list(draws(5, trials=2))


def test_a_thousand_forged_verdicts():
    rng, refused = np.random.default_rng(0), Counter()
    while sum(refused.values()) < 1000:
        verdict, plant, S = POOL[rng.integers(len(POOL))]
        forger = FORGERS[rng.integers(len(FORGERS))]
        forged = forger(verdict, plant, S, rng)
        if forged is not None:
            with pytest.raises(rl.AuditError):
                rl.check(forged[0], plant, forged[1])
            refused[forger.__name__] += 1
    assert set(refused) == {forger.__name__ for forger in FORGERS}


@pytest.mark.parametrize("seed", range(40))
def test_nearly_dependent_columns(seed):
    forged, plant, S = nearly_dependent(np.random.default_rng(seed))
    with pytest.raises(rl.AuditError, match=r"block|what no repair removes"):
        rl.check(forged, plant, S)


def test_evidence_that_is_not_there():
    verdict, plant, S = POOL[0]
    for status in ("recovered", "not-recovered", "not-unique", "proved"):
        forged = rl.Verdict(status, "dual", None, None, 1.0, 0, verdict.network, verdict.form, S, "")
        with pytest.raises(rl.AuditError):
            rl.check(forged, plant, S)


@pytest.mark.parametrize("form", ["gated", "exact"])
def test_multipliers_where_there_is_no_cone(tmp_path, form):
    """The best multipliers for every block: without cones, and for the skip block, they shorten nothing."""
    seen = 0
    for seed in range(20):
        plant, S = rl.phase.instance(12, 4, seed, kind="relu", rng=8)
        if (
            form == "exact"
        ):  # the planted pattern alone: the shortest dual vector reaches the skip block's ball
            home = ((plant.X @ plant.weights[:, 0] >= 0) == np.asarray(S).T).all(axis=1).argmax()
            S = rl.Patterns(S.array[:, [home]], S.gates[:, [home]])
        verdict = rl.decide(plant, S, "skip", form)
        if verdict.status == "recovered" and form == "gated":
            continue
        dual = rl.isometry(plant, S, "skip").dual
        m = best_multipliers(dual, verdict, plant, S)
        forged = replace(verdict, status="recovered", evidence="dual", dual=dual, multipliers=m)
        save(forged, plant, S, tmp_path / "it")
        assert PROVED not in words_of(opinions(tmp_path / "it"))
        seen += 1
    assert seen >= 3
