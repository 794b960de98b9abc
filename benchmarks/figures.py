"""The paper's diagrams at paper scale, single verdicts and the store, against the bars they are to meet.

Each diagram is computed in a warm process with a seed that was never run before, beside the rate at which
the machine multiplies matrices at that moment: that rate is the limit, and other work lowers both. The peer
is what a reader would otherwise run, one CVXPY + Clarabel solve a trial, on random cells of the grid.
"""

import os
import resource
import secrets
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

import relulab as rl
from relulab.certify.sampled import decide_many

GRID = {"n": range(10, 401, 10), "d": range(10, 101, 10), "trials": 5}
LINEAR = {"direction": "smallest"}
NORMALIZED = {"kind": "normalized", "network": "normalized"}
FIGURES = {
    "4a": (LINEAR, "3 s, 0.1 % undecided"),
    "4b": (LINEAR | {"form": "exact"}, "60 s, 1 % undecided"),
    "5a": (NORMALIZED | {"k": 2}, "120 s, 1 % undecided"),
    "5b": (NORMALIZED | {"k": 3}, "120 s, 1 % undecided"),
}
CHOSEN = os.environ.get("FIGURES", "4a 4b 5a 5b").split()
PEER_SOLVES = int(os.environ.get("PEER_SOLVES", "6"))
CHECKED = os.environ.get("CHECKED", "4a").split()  # figures of which every verdict is checked again
CHECKS = int(os.environ.get("CHECKS", "40"))  # cells of the others whose verdicts are


def run():
    """Rows: the diagrams, the peer, single verdicts, the store."""
    with ThreadPoolExecutor(rl.sweep.cores()) as threads:
        rows = [_diagram(number, *FIGURES[number], threads) for number in CHOSEN]
        stores = _stores(threads)
    if rows and CHOSEN[0] == "4a":
        rows.append(_peer(rows[0]))
    return rows + _single_verdicts() + stores


def gemm_rates(size=1024, repeats=5):
    """GFLOP/s of a matrix product in float32 and float64, on all threads and on one."""
    rates = {}
    for dtype in (np.float32, np.float64):
        a = np.random.default_rng(0).standard_normal((size, size)).astype(dtype)
        for threads in (None, 1):
            with threadpool_limits(threads):
                seconds, _ = _best(lambda a=a: a @ a, repeats)
            name = f"{np.dtype(dtype).name}, {'all threads' if threads is None else 'one thread'}"
            rates[name] = round(2 * size**3 / seconds / 1e9)
    return rates


def _best(work, repeats):
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        result = work()
        times.append(time.perf_counter() - start)
    return min(times), result


def _diagram(number, settings, bar, threads):
    for executor in (None, threads):
        rl.phase_diagram([20, 60, 120], [20, 40], 100, **LINEAR, progress=False, executor=executor)  # warm
    seed, rates = secrets.randbelow(1 << 31), gemm_rates()
    start, used = time.perf_counter(), time.process_time()
    ds = rl.phase_diagram(**GRID, **settings, rng=seed, progress=False, executor=threads)
    seconds, used = time.perf_counter() - start, time.process_time() - used
    start = time.perf_counter()
    rl.phase_diagram(**GRID, **settings, rng=seed + 1, progress=False)
    apart = time.perf_counter() - start
    return {
        "figure": number,
        "bar": bar,
        "seconds, threads": round(seconds, 2),
        "seconds, by default": round(apart, 2),
        "processor seconds": round(used, 2),
        "verdicts": ds.status.size,
        "undecided": int(ds.undecided.sum()),
        "undecided, per cent": round(100 * float(ds.undecided.sum()) / ds.status.size, 3),
        "evidence": dict(
            zip(ds.by.values.tolist(), ds.evidence_count.sum(("n", "d")).values.tolist(), strict=True)
        ),
        "checked again": _every(settings, seed, ds) if number in CHECKED else _some(settings, seed),
        "peak memory of the process, MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "seed": seed,
        "GFLOP/s before": rates,
        "GFLOP/s after": gemm_rates(),
    }


def _every(settings, seed, ds):
    """All verdicts are found a second time and pass `check`; one that fails or differs raises."""
    again = rl.phase_diagram(**GRID, **settings, rng=seed, progress=False, audit=True)
    np.testing.assert_array_equal(again.status, ds.status)
    return again.status.size


def _some(settings, seed):
    """How many verdicts of random cells pass `check`; one that fails raises."""
    problem = {name: settings[name] for name in ("kind", "direction", "k") if name in settings}
    decision = {name: settings[name] for name in ("network", "form") if name in settings}
    count, source = 0, np.random.default_rng(seed)
    with threadpool_limits(1):
        for _ in range(CHECKS):
            n, d = int(source.choice(GRID["n"])), int(source.choice(GRID["d"]))
            plants, patterns = rl.phase.instances(n, d, range(GRID["trials"]), **problem, rng=seed)
            for verdict, plant in zip(decide_many(plants, patterns, **decision), plants, strict=True):
                rl.check(verdict, plant, verdict.patterns)
                count += 1
    return count


def _peer(figure):
    """CVXPY and Clarabel on random cells of figure 4a, one solve after the other."""
    source, solves = np.random.default_rng(figure["seed"]), []
    for _ in range(PEER_SOLVES):
        n, d, trial = int(source.choice(GRID["n"])), int(source.choice(GRID["d"])), int(source.integers(5))
        plant, S = rl.phase.instance(n, d, trial, **LINEAR, rng=figure["seed"])
        solves.append(_best(lambda plant=plant, S=S: rl.solve(plant.X, plant.y, S), 1)[0])
    mean = float(np.mean(solves))
    return {
        "peer": "CVXPY + Clarabel on random cells of figure 4a",
        "bar": "5000x",
        "solves": len(solves),
        "seconds a solve": round(mean, 3),
        "hours for the figure": round(mean * figure["verdicts"] / 3600, 2),
        "ratio": round(mean * figure["verdicts"] / figure["seconds, threads"]),
    }


def _single_verdicts():
    """One verdict at (400, 100, 400), by the shortest dual vector and by a search for one."""
    rows = []
    plain = {"kind": "relu", "k": 2, "direction": "opposite"}
    for settings, network, bar in ((LINEAR, "skip", "5 ms"), (plain, "plain", "100 ms")):
        plant, S = rl.phase.instance(400, 100, 0, **settings)
        with threadpool_limits(1):
            seconds, verdict = _best(lambda plant=plant, S=S, net=network: rl.decide(plant, S, net), 9)
        row = {"verdict": f"n, d, p = 400, 100, {S.p}, {network}", "evidence": verdict.evidence, "bar": bar}
        row |= {"milliseconds": round(1e3 * seconds, 1), "steps": verdict.iterations}
        rows.append(row | {"GFLOP/s": gemm_rates()})
    return rows


def _stores(threads):
    """What a store adds to 400 cells; their problems are small, so that little else takes time."""
    return [_store(name, executor) for name, executor in (("threads", threads), ("processes", None))]


def _store(name, executor):
    grid = {"n": range(10, 50), "d": range(4, 14), "trials": 5, "progress": False, "executor": executor}
    with tempfile.TemporaryDirectory() as folder:
        paths = (Path(folder) / f"{i}.zarr" for i in range(3))
        kept, _ = _best(lambda: rl.phase_diagram(**grid, store=next(paths)), 3)
    bare, _ = _best(lambda: rl.phase_diagram(**grid), 3)
    cells = len(grid["n"]) * len(grid["d"])
    return {"store": f"{cells} cells, {name}", "bar": "1 s more", "seconds more": round(kept - bare, 2)}
