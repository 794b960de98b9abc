"""Proofs over all patterns, the check included: processor seconds of linear plants on Gaussian data.

PEER=FOLDER times `certify(X, w, limit)` of a module `allpat` in that folder beside it, on the same problems,
in the same run. SIZES="10 15 20" takes other dimensions.
"""

import os
import sys
import time
from collections import Counter

import numpy as np

import relulab as rl

RATIOS = (3, 4)
SEEDS = range(5)
LIMIT = 60.0  # seconds that the peer may take


def run():
    """Rows of {d, n, direction, median, worst, statuses, ...}; where there is a peer, its times too."""
    peer = _peer()
    rl.decide(rl.phase.instance(20, 5, 0)[0], "all")  # what is imported on first use
    rows, ours, theirs = [], [], []
    for d in (int(size) for size in os.environ.get("SIZES", "10 15 20").split()):
        for ratio in RATIOS:
            for direction in ("random", "smallest"):
                plants = [rl.phase.instance(ratio * d, d, s, direction=direction)[0] for s in SEEDS]
                row, times = _timed(plants, lambda plant: rl.decide(plant, "all").status)
                ours += times
                if peer is not None:
                    beside, times = _timed(
                        plants, lambda plant: peer(plant.X, plant.weights[:, 0], LIMIT)["status"]
                    )
                    theirs += times
                    row |= {f"peer_{name}": value for name, value in beside.items()}
                rows.append({"d": d, "n": ratio * d, "direction": direction} | row)
                print(rows[-1], file=sys.stderr)
    if peer is not None:
        ratios = np.array(theirs) / np.array(ours)
        rows.append(
            {"median_ratio": np.median(ratios), "ratio_of_medians": np.median(theirs) / np.median(ours)}
        )
    return rows


def _timed(plants, decide):
    times, statuses = [], Counter()
    for plant in plants:
        begun = time.process_time()
        statuses[decide(plant)] += 1
        times.append(time.process_time() - begun)
    return {"median": np.median(times), "worst": max(times), "statuses": dict(statuses)}, times


def _peer():
    if (folder := os.environ.get("PEER")) is None:
        return None
    sys.path.insert(0, folder)
    import allpat

    return allpat.certify
