"""No forged verdict passes."""

from collections import Counter

import numpy as np
import pytest
from cases import FORGERS, draws, nearly_dependent

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
