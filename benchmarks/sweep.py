"""What a sweep costs: seconds against n, d, trials and workers, and what a large grid takes on a cluster.

The work is that of figure 4a (gated skip network, smallest direction). How hard a problem is depends on n/d,
hardest at the transition, so seconds are measured along rays of constant n/d, a power of n is fitted to each
ray, and the large grid is summed from these, interpolated between rays.
"""

import json
import os
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

import relulab as rl
from relulab.phase.datasets import provenance

RAYS = (1.0, 1.5, 2.0, 2.25, 2.5, 3.0, 4.0, 8.0)  # n/d
SIZES = (100, 200, 400, 800)
TRIALS = 4
LARGE = {"n": range(10, 4001, 10), "d": range(10, 1001, 10), "trials": 100, "cores": 1000}


def run():
    """Rows: the machine, the table on rays, the fits, trials, workers and store, the estimate."""
    _sweep([20], [10])
    table = {ray: [_seconds_a_trial(n, round(n / ray)) for n in SIZES] for ray in RAYS}
    fits = {ray: np.polyfit(np.log(SIZES[1:]), np.log(seconds[1:]), 1) for ray, seconds in table.items()}
    rows = [{"work": "figure 4a, gated skip, smallest direction", **provenance()}]
    for ray, seconds in table.items():
        measured = {f"n = {n}": round(s, 5) for n, s in zip(SIZES, seconds, strict=True)}
        rows.append({"n/d": ray, "seconds a trial": measured, "power of n": round(float(fits[ray][0]), 2)})
    return rows + _trials() + _workers() + [_estimate(fits)]


def _sweep(n, d, trials=TRIALS, workers=1, store=None):
    with ThreadPoolExecutor(workers) as pool:
        options = {"direction": "smallest", "executor": pool, "progress": False, "store": store}
        return rl.phase_diagram(n, d, trials, **options)


def _seconds_a_trial(n, d):
    return float(_sweep([n], [d]).seconds.mean())


def _trials():
    rows = []
    for trials in (1, 5, 25):
        seconds = _sweep([200], [50, 80, 100], trials).attrs["seconds"]
        rows.append({"n": 200, "d": [50, 80, 100], "trials": trials, "seconds": round(seconds, 3)})
    return rows


def _workers():
    """One grid with 1, 2, ... threads, without and with a store."""
    n, d, rows = range(40, 241, 20), range(20, 101, 20), []
    for workers in range(1, os.cpu_count() + 1):
        with tempfile.TemporaryDirectory() as folder:
            for store in (None, Path(folder) / "sweep.zarr"):
                seconds = _sweep(n, d, workers=workers, store=store).attrs["seconds"]
                row = {"cells": len(n) * len(d), "workers": workers, "store": store is not None}
                rows.append(row | {"seconds": round(seconds, 3)})
    for row in rows:
        row["speedup"] = round(rows[int(row["store"])]["seconds"] / row["seconds"], 2)
    return rows


def _estimate(fits):
    """Core hours and hours of the large grid; a cell is one task, so none is faster than its slowest cell."""
    n, d = np.meshgrid(LARGE["n"], LARGE["d"], indexing="ij")
    powers, offsets = (np.interp(np.log(n / d), np.log(RAYS), part) for part in np.array([*fits.values()]).T)
    cells = LARGE["trials"] * np.exp(offsets + powers * np.log(n))
    hours, slowest = cells.sum() / 3600, cells.max() / 3600
    return {
        "estimate": f"n to {n.max()}, d to {d.max()}, step 10",
        "trials": LARGE["trials"],
        "cores": LARGE["cores"],
        "cells": cells.size,
        "core hours": round(float(hours), 1),
        "slowest cell, hours": round(float(slowest), 2),
        "hours": round(float(max(hours / LARGE["cores"], slowest)), 2),
        "extrapolated from n": SIZES[-1],
    }


if __name__ == "__main__":
    for row in run():
        print(json.dumps(row))
