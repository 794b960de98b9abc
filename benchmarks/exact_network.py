"""The ReLU network over all patterns: CPU seconds to a verdict that the audit accepted, and beside a peer's.

A peer is any Python file with a function `decide(X, w)`, named by EXACT_PEER; it is run on the same problems,
one after the other with ours, and both statuses are compared.
"""

import importlib.util
import os
import sys
import time
from pathlib import Path

import numpy as np

import relulab as rl

SIZES = [(d, int(ratio * d)) for d in (10, 20, 30) for ratio in (1.5, 2)]
LARGE = [(40, 80), (60, 115), (60, 126), (100, 400)]  # for smallest directions, (60, 126) is near the edge
TRIALS = int(os.environ.get("TRIALS", "10"))
SAME = {"recovered": "recovered", "failed": "not-recovered"}


def run():
    """Rows of {d, n, direction, median, most, counts, and the peer's}."""
    peer = _peer()
    rows = [_row(d, n, direction, peer) for d, n in SIZES for direction in ("random", "smallest")]
    return rows + [_row(d, n, direction, None) for d, n in LARGE for direction in ("random", "smallest")]


def _peer():
    path = os.environ.get("EXACT_PEER")
    if not path:
        return None
    sys.path.insert(0, str(Path(path).parent))
    spec = importlib.util.spec_from_file_location("exact_peer", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.decide


def _row(d, n, direction, peer):
    ours, theirs, statuses, wrong = [], [], [], 0
    for trial in range(TRIALS):
        plant, _ = rl.phase.instance(n, d, trial, direction=direction)
        verdict, seconds = _timed(lambda plant=plant: rl.decide(plant, "all", form="exact"))
        ours.append(seconds)
        statuses.append(verdict.status)
        if peer is not None:
            answer, seconds = _timed(lambda plant=plant: peer(plant.X, plant.weights[:, 0]))
            theirs.append(seconds)
            other = SAME.get(answer["status"])
            wrong += other is not None and (other == "recovered") != (verdict.status == "recovered")
    row = {"d": d, "n": n, "direction": direction, "median": np.median(ours), "most": max(ours)}
    row |= {status: statuses.count(status) for status in sorted(set(statuses))}
    if peer is not None:
        ratios = np.array(theirs) / ours
        row |= {"peer median": np.median(theirs), "peer most": max(theirs), "contradictions": wrong}
        row |= {"ratio of medians": row["peer median"] / row["median"], "median ratio": np.median(ratios)}
    return {key: round(float(x), 4) if isinstance(x, float) else x for key, x in row.items()}


def _timed(work):
    start = time.process_time()
    result = work()
    return result, time.process_time() - start
