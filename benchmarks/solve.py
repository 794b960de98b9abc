"""The fast solver against Clarabel through CVXPY and against R-FISTA of the scnn package, side by side.

scnn (Mishkin, Sahiner, Pilanci; the package "pyscnn") is installed into a folder of its own. It solves the
gated, plain, regularized program only, so it is compared on that one; its iterations grow until its value is
within the tolerance of the optimum, or until it has spent its budget.
"""

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

import numpy as np

import relulab as rl

SIZE = (200, 50, 200)
BETA, EXACT_BETA = 1e-3, 1e-6
GAP = 1e-6
REPEATS = 7
PEER_FOLDER = Path(__file__).parents[1] / "_build" / "scnn"
PEER_PACKAGES = ("pyscnn==0.0.10", "linalg-backends==0.0.1b0", "opt_einsum")
PEER_ITERATIONS = (1000, 2000, 4000, 8000)
PEER_BUDGET = 60.0


def run():
    """Rows of {work, seconds, gap, ...}: ours, Clarabel's and scnn's, with the ratios."""
    rows = [{"machine": _machine(), "gflops": _gemm_rate()}]
    for name, y in _labels():
        for network, beta in (("skip", BETA), ("skip", None), ("plain", BETA)):
            rows += _compare(name, y, network, beta)
        rows += _compare(name, y, "skip", EXACT_BETA, "exact")
    return rows


def _labels():
    X, _ = _data()
    yield "planted, sigma = 0.1", rl.plant(X, direction="smallest", sigma=0.1, rng=2).y
    noise = np.random.default_rng(3).standard_normal(len(X))
    yield "random labels", noise / np.linalg.norm(noise)


def _data():
    n, d, p = SIZE
    X = rl.draw("gaussian", n, d, rng=0)
    return X, rl.sample_patterns(X, count=p, rng=1)


def _compare(name, y, network, beta, form="gated"):
    X, S = _data()
    work = f"{form} {network}, {'minimal-norm' if beta is None else f'beta = {beta:g}'}, {name}, {SIZE}"
    problem = (X, y, S, network, form, beta)
    ours, seconds = _median(lambda: rl.solve(*problem, solver="newton", tol=GAP), REPEATS)
    rows = [{"work": work, "solver": "relulab", "seconds": seconds, "gap": ours.gap, "ratio": 1.0}]
    solution, slow = _median(lambda: rl.solve(*problem), 3 if form == "gated" else 1)
    rows.append(
        {"work": work, "solver": "Clarabel", "seconds": slow, "gap": solution.gap, "ratio": slow / seconds}
    )
    if network == "plain":
        rows.append({"work": work, "solver": "scnn R-FISTA", **_peer(X, y, S, beta, ours, seconds)})
    return rows


def _median(work, repeats):
    result, times = work(), []
    for _ in range(repeats):
        start = time.perf_counter()
        result = work()
        times.append(time.perf_counter() - start)
    return result, float(np.median(times))


def _peer(X, y, S, beta, ours, seconds):
    """Seconds and gap of scnn; its gap is that of its value to our lower bound."""
    if (problem := install_peer(PEER_FOLDER, "scnn", PEER_PACKAGES)) is not None:
        return {"seconds": None, "gap": None, "ratio": None, "note": f"not installed: {problem}"}
    bound = ours.value * (1 - ours.gap)
    spent, row = 0.0, {}
    for iterations in PEER_ITERATIONS:
        result = run_peer("benchmarks.solve", X=X, y=y, gates=S.gates, beta=beta, iterations=iterations)
        gap = (result["value"] - bound) / result["value"]
        row = {"seconds": result["seconds"], "gap": gap, "ratio": result["seconds"] / seconds}
        row["note"] = f"{iterations} iterations" + ("" if gap <= GAP else ", gap not reached: a lower bound")
        spent += result["seconds"]
        if gap <= GAP or spent > PEER_BUDGET:
            break
    return row


def install_peer(folder, module, packages):
    """Install a peer beside the project, never into its environment; what went wrong, or None."""
    if (folder / module).exists():
        return None
    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--no-deps",
        "--target",
        str(folder),
        *packages,
    ]
    done = subprocess.run(command, capture_output=True, text=True)
    return None if done.returncode == 0 else done.stderr.strip().splitlines()[-1]


def run_peer(suite, **question):
    """What a suite prints of a stored question, run by itself with scnn at hand and one thread."""
    with tempfile.TemporaryDirectory() as folder:
        problem = Path(folder) / "problem.npz"
        np.savez(problem, **question)
        paths = os.pathsep.join([str(PEER_FOLDER), str(Path(__file__).parents[1])])
        environment = os.environ | {"PYTHONPATH": paths, "OMP_NUM_THREADS": "1"}
        command = [sys.executable, "-W", "ignore", "-m", suite, str(problem)]
        done = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def by_scnn(X, y, gates, beta, iterations):
    """The model that scnn finds by R-FISTA in float64, and its weights (p, d), in the order of its gates."""
    from scnn.metrics import Metrics
    from scnn.models import ConvexGatedReLU
    from scnn.optimize import optimize_model
    from scnn.regularizers import NeuronGL1
    from scnn.solvers import RFISTA

    model = ConvexGatedReLU(gates)
    solver, penalty = RFISTA(model, max_iters=iterations, tol=0.0), NeuronGL1(beta / len(y))
    options = {"return_convex": True, "unitize_data": False, "dtype": "float64"}
    model = optimize_model(model, solver, Metrics(), X, y, regularizer=penalty, **options)[0]
    return model, np.asarray(model.get_parameters()[0], dtype=float)[0]


def _be_peer(path):
    """In the peer's process: solve the stored problem and print what came of it."""
    with np.load(path) as stored:
        X, y, gates, beta = (stored[name] for name in ("X", "y", "gates", "beta"))
        iterations = int(stored["iterations"])
    beta = float(beta)
    by_scnn(X, y, gates, beta, 10)
    start = time.perf_counter()
    model, weights = by_scnn(X, y, gates, beta, iterations)
    seconds = time.perf_counter() - start
    error = np.asarray(model(X), dtype=float).ravel() - y
    value = 0.5 * float(error @ error) + beta * float(np.linalg.norm(weights, axis=1).sum())
    print(json.dumps({"seconds": seconds, "value": value}))


def _machine():
    packages = ", ".join(f"{name} {version(name)}" for name in ("numpy", "scipy", "clarabel", "cvxpy"))
    return f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {packages}"


def _gemm_rate(size=1024):
    A = np.random.default_rng(0).standard_normal((size, size))
    _, seconds = _median(lambda: A @ A, 7)
    return 2 * size**3 / seconds / 1e9


if __name__ == "__main__":
    if len(sys.argv) > 1:
        _be_peer(sys.argv[1])
    else:
        for row in run():
            print(json.dumps(row))
