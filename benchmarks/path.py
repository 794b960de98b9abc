"""A regularization path: warm-started, cold, and by scnn's `optimize_path`, on the same work in one run.

Thirty points on (500, 10) with 500 patterns, from the beta that silences every neuron to a hundredth of it,
each to a gap of 1e-4. scnn solves the gated, plain program; its iterations a point grow until the largest gap
of its values to our lower bounds is within the tolerance, or until it has spent its budget.

scikit-learn's MLP of width 100 solves another problem. So beside the times of a path and of one MLP stand
their errors on new rows without noise, as shares of the labels' variance: the MLP's, and that of the path at
the beta which is best on a tenth of the rows held back; both are fitted to the other nine.

A path on many rows tells how far a laptop gets, and what a GPU brings where there is one.

Seconds are those of the processor, on one thread each: other work on the machine does not count.
"""

import json
import sys
import time

import numpy as np

import relulab as rl
from relulab.solvers.arrays import where

from .solve import PEER_FOLDER, PEER_PACKAGES, install_peer, run_peer

SIZE = (500, 10, 500)
POINTS, SPAN, GAP = 30, 1e-2, 1e-4
LARGE, LARGE_POINTS, LARGE_SPAN = (10_000, 20, 1000), 15, 0.02
REPEATS = 3
PEER_ITERATIONS = (60, 125, 250, 1000, 4000)
PEER_BUDGET = 240.0


def run():
    """Rows of {work, solver, seconds (medians), ratio to ours, gap}."""
    n, d, p = SIZE
    X = rl.draw("gaussian", n, d, rng=0)
    S = rl.sample_patterns(X, count=p, rng=1)
    plant = rl.plant(X, "relu", k=2, sigma=0.3, rng=2)
    noise = np.random.default_rng(3).standard_normal(n)
    rows = []
    for name, y in (("two neurons, sigma = 0.3", plant.y), ("random labels", noise / np.linalg.norm(noise))):
        betas = np.geomspace(1, SPAN, POINTS) * rl.programs.beta_max(X, y, S, "plain")
        rows += _compare(f"{POINTS} points, gated plain, {name}, {SIZE}", X, y, S, betas)
    return rows + _beside_mlp(X, plant, p) + _large()


def _large():
    """Many rows: on the processor, and on a CUDA device where there is one; its seconds are of the wall."""
    n, d, p = LARGE
    X = rl.draw("gaussian", n, d, rng=0)
    S = rl.sample_patterns(X, count=p, rng=1)
    y = rl.plant(X, "relu", k=2, sigma=0.3, rng=2).y
    betas = np.geomspace(1, LARGE_SPAN, LARGE_POINTS) * rl.programs.beta_max(X, y, S, "plain")
    clocks = {"cpu": time.process_time}
    if where("auto")["xp"] is not np:
        clocks["auto"] = time.perf_counter
        rl.path(X[:1000], y[:1000], S.array[:1000], betas, "plain", tol=GAP, device="auto")  # warm
    rows = []
    for device, clock in clocks.items():
        start = clock()
        found = rl.path(X, y, S, betas, "plain", tol=GAP, device=device)
        row = {"work": f"{LARGE_POINTS} points, gated plain, {n:,} rows and {p:,} patterns, d = {d}"}
        row |= {"neurons": int(found.neurons[-1]), "solver": f'relulab path, device="{device}"'}
        rows.append(row | {"seconds": clock() - start, "gap": found.gaps.max()})
        rows[-1]["ratio"] = rows[-1]["seconds"] / rows[0]["seconds"]
    return rows


def _beside_mlp(X, plant, p):
    try:
        from sklearn.neural_network import MLPRegressor
    except ImportError as problem:
        return [{"work": "error on new rows", "solver": "MLP", "note": f"not installed: {problem}"}]
    n, d = X.shape
    new = rl.draw("gaussian", n, d, rng=5)
    truth = np.maximum(new @ plant.weights, 0) @ plant.signs
    held, y = np.arange(n) < n // 10, plant.y
    rows, size = X[~held], X.std(axis=0)
    start = time.process_time()
    S = rl.sample_patterns(rows, count=p, rng=1)
    found = rl.path(rows, y[~held], S, network="plain", validation=(X[held], y[held]), tol=GAP)
    ours, best = time.process_time() - start, found.best
    start = time.process_time()
    scaled = {"random_state": 0, "max_iter": 1000, "early_stopping": True}
    mlp = MLPRegressor(hidden_layer_sizes=100, **scaled).fit(X / size, y / y.std())
    theirs = time.process_time() - start
    guesses = {"relulab path": best.predict(new), "MLP of width 100": mlp.predict(new / size) * y.std()}
    neurons = int(found.neurons[int(np.argmin(found.validation_errors))])
    return [
        {
            "work": f"error on new rows, two neurons, sigma = 0.3, {(n, d, p)}",
            "neurons": count,
            "solver": name,
            "seconds": seconds,
            "ratio": seconds / ours,
            "error": float(np.mean((guess - truth) ** 2) / np.var(truth)),
        }
        for (name, guess), seconds, count in zip(guesses.items(), (ours, theirs), (neurons, 100), strict=True)
    ]


def _compare(work, X, y, S, betas):
    seconds, cold = [], []
    for _ in range(REPEATS):  # in turns, so that what else the machine does meets both
        start = time.process_time()
        found = rl.path(X, y, S, betas, "plain", tol=GAP)
        seconds.append(time.process_time() - start)
        start = time.process_time()
        points = [rl.solve(X, y, S, "plain", beta=beta, solver="newton", tol=GAP) for beta in betas]
        cold.append(time.process_time() - start)
    ours = float(np.median(seconds))
    values = np.array([point.value for point in found.solutions])
    bounds = values * (1 - found.gaps)
    rows = [
        {"solver": "relulab path", "seconds": ours, "ratio": 1.0, "gap": found.gaps.max()},
        {
            "solver": f"relulab, {POINTS} cold solves",
            "seconds": float(np.median(cold)),
            "ratio": float(np.median(cold)) / ours,
            "gap": max(point.gap for point in points),
        },
        {"solver": "scnn optimize_path", **_peer(X, y, S, betas, bounds, ours)},
    ]
    return [{"work": work, "neurons": int(found.neurons[-1]), **row} for row in rows]


def _peer(X, y, S, betas, bounds, ours):
    if (problem := install_peer(PEER_FOLDER, "scnn", PEER_PACKAGES)) is not None:
        return {"seconds": None, "ratio": None, "gap": None, "note": f"not installed: {problem}"}
    spent, row = 0.0, {}
    for iterations in PEER_ITERATIONS:
        result = run_peer("benchmarks.path", X=X, y=y, gates=S.gates, betas=betas, iterations=iterations)
        values = np.array(result["values"])
        gap = float(((values - bounds) / values).max())
        row = {"seconds": result["seconds"], "ratio": result["seconds"] / ours, "gap": gap}
        row["note"] = f"{iterations} iterations a point" + (
            "" if gap <= GAP else ", gap not reached: a lower bound"
        )
        spent += result["seconds"]
        if gap <= GAP or spent > PEER_BUDGET:
            break
    return row


def _be_peer(path):
    """In the peer's process: the stored path by R-FISTA in float64, and what came of it."""
    from scnn.metrics import Metrics
    from scnn.models import ConvexGatedReLU
    from scnn.optimize import optimize_path
    from scnn.regularizers import NeuronGL1
    from scnn.solvers import RFISTA

    with np.load(path) as stored:
        X, y, gates, betas = (stored[name] for name in ("X", "y", "gates", "betas"))
        iterations = int(stored["iterations"])

    def solve(steps, which):
        model = ConvexGatedReLU(gates)
        solver = RFISTA(model, max_iters=steps, tol=0.0)
        penalties = [NeuronGL1(float(beta) / len(y)) for beta in which]
        options = {"return_convex": True, "unitize_data": False, "dtype": "float64"}
        return optimize_path(model, solver, penalties, Metrics(), X, y, **options)[0]

    solve(10, betas[:2])
    start = time.process_time()
    models = solve(iterations, betas)
    seconds = time.process_time() - start
    values = []
    for model, beta in zip(models, betas, strict=True):
        error = np.asarray(model(X), dtype=float).ravel() - y
        weights = np.asarray(model.get_parameters()[0], dtype=float)[0]
        values.append(0.5 * float(error @ error) + float(beta) * float(np.linalg.norm(weights, axis=1).sum()))
    print(json.dumps({"seconds": seconds, "values": values}))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        _be_peer(sys.argv[1])
    else:
        for row in run():
            print(json.dumps(row))
