"""Odd problems of the ReLU network over all patterns: nothing that a list, or another program, contradicts.

A bounded number here; `make fuzz` tries many (a tenth of FUZZ, from seed FUZZ_SEED) and prints the counts.
"""

import os
import warnings
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from odd_problems import contradiction, odd_problem

import relulab as rl
from relulab.certify.exact_network import decide_exact

MANY, FIRST = int(os.environ.get("FUZZ", "0")) // 10, int(os.environ.get("FUZZ_SEED", "0"))
SCALINGS = ("none", "rows", "huge", "tiny", "columns")


def odd_of_all(seed):
    """The odd problem of a seed over all its patterns; None where there is none, or a list would be long."""
    odd = odd_problem(seed, scalings=SCALINGS)
    if odd is None or odd.network == "normalized" or rl.count_patterns(*odd.plant.X.shape) > 150:
        return None
    S = rl.enumerate_patterns(odd.plant.X)
    if odd.plant.kind == "relu":  # a planted pattern may be that of no open cell
        own = rl.sample_patterns(odd.plant.X, count=4, include=odd.plant.weights, rng=0)
        masks = np.hstack([np.asarray(own), np.asarray(S)])
        first = np.sort(np.unique(masks, axis=1, return_index=True)[1])
        S = rl.Patterns(masks[:, first], np.hstack([own.gates, S.gates])[:, first])
    return replace(odd, S=S, form="exact")


def trial(seed):
    """What is wrong with a verdict, in words; the kind of question, and the two statuses."""
    odd = odd_of_all(seed)
    if odd is None:
        return None, None, None
    kind = f"{odd.plant.kind} k={odd.plant.weights.shape[1]} {odd.network}"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            verdict = decide_exact(odd.plant, odd.network)
            truth = rl.decide(odd.plant, odd.S, odd.network, "exact")
            whole = rl.decide(odd.plant, "all", odd.network, "exact")
        rl.check(verdict, odd.plant, "all")
        rl.check(whole, odd.plant, "all")
    except Exception as error:  # whatever it is, it is told with its problem
        return f"{odd}: {error!r}", kind, ("failed", "")
    wrong = contradiction(odd, verdict) or contradiction(odd, whole)
    statuses = {verdict.status, truth.status}
    if not wrong and "recovered" in statuses and statuses & {"not-recovered", "not-unique"}:
        wrong = f"{verdict.status}, but over the list {truth.status}"
    return wrong and f"{odd}: {wrong}", kind, (verdict.status, truth.status)


def test_odd_problems_get_right_verdicts():
    trials = [trial(seed) for seed in range(40)]
    assert [words for words, _, _ in trials if words] == []
    assert sum(kind is not None for _, kind, _ in trials) > 15


@pytest.mark.skipif(MANY == 0, reason="the long form: make fuzz")
def test_hundreds_of_odd_problems_get_right_verdicts():
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        trials = list(pool.map(trial, range(FIRST, FIRST + MANY), chunksize=5))
    wrong = [words for words, _, _ in trials if words]
    counts = Counter((kind, *statuses) for _, kind, statuses in trials if kind)
    print(
        f"{counts.total()} problems:",
        *(f"{key}: {count}" for key, count in sorted(counts.items())),
        *wrong,
        sep="\n",
    )
    assert not wrong
    assert sum(count for key, count in counts.items() if key[1] == "undecided") < 0.1 * counts.total()
