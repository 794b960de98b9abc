"""How fast, beside whom: this library and its peers on the same work, by turns, in one run.

`make bench-peers` runs it in an environment of its own and writes relulab/results/peers.json, from which the
page "How fast, and beside whom" makes its tables. A row is one contestant: seconds are medians over turns,
the ratio is to this library's seconds, and the load of the machine is kept: on a shared machine a ratio means
something where seconds do not.
"""

import importlib.metadata
import importlib.util
import json
import os
import sys
import time
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

import relulab as rl
from relulab.phase.datasets import provenance

TARGET = Path(rl.__file__).parent / "results" / "peers.json"
PEERS = {
    "cvxpy": "cvxpy",
    "clarabel": "clarabel",
    "scs": "scs",
    "skglm": "skglm",
    "scnn": "pyscnn",
    "torch": "torch",
}
PEERS |= {"curvlinops": "curvlinops-for-pytorch", "joblib": "joblib", "distributed": "distributed"}
TURNS = 3
GAP = 1e-4
EFFORTS, PATIENCE = 8, 20.0  # settings of a peer, and seconds to find the one that reaches the gap
OURS = "relulab"


def run():
    """All tables, one contest after the other; each row says what was compared."""
    for contest in (verdicts, group_program, training, curvature, sweeps):
        with threadpool_limits(1):
            yield from contest()


def versions():
    """Those of the peers that are there."""
    there = {}
    for module, package in PEERS.items():
        if importlib.util.find_spec(module):
            try:
                there[package] = importlib.metadata.version(package)
            except importlib.metadata.PackageNotFoundError:
                there[package] = "unknown"
    return there


def by_turns(contest, work, contestants, turns=TURNS):
    """Rows of a contest: each contestant once to warm up, then all by turns.

    A contestant answers with what it reached (a gap, or words), or raises: then its row says why.
    """
    reached, why, times = {}, {}, {name: [] for name in contestants}
    for name, act in contestants.items():
        try:
            reached[name] = act()
        except Exception as error:
            why[name] = f"{type(error).__name__}: {' '.join(str(error).split())[:120]}"
    load = os.getloadavg()[0]
    for _ in range(turns):
        for name in reached:
            begun = time.perf_counter()
            contestants[name]()
            times[name].append(time.perf_counter() - begun)
    ours = float(np.median(times[OURS]))
    for name in contestants:
        row = {"contest": contest, "work": work, "who": name, "load": round(load, 1)}
        if name in why:
            yield row | {"seconds": None, "ratio": None, "reached": why[name]}
        else:
            seconds = float(np.median(times[name]))
            yield row | {"seconds": seconds, "ratio": seconds / ours, "reached": reached[name]}


def verdicts():
    """One verdict, beside one solve of the program in CVXPY by Clarabel."""
    import cvxpy as cp

    for n, d in ((60, 20), (120, 40)):
        plant, S = rl.phase.instance(n, d, 0, direction="smallest")
        D = np.asarray(S, float)

        def ours(plant=plant, S=S):
            return rl.decide(plant, S).status

        def peer(plant=plant, D=D, d=d):
            w, W = cp.Variable(d), cp.Variable((d, D.shape[1]))
            fit = plant.X @ w + cp.sum(cp.multiply(D, plant.X @ W), axis=1)
            program = cp.Problem(cp.Minimize(cp.norm(w) + cp.sum(cp.norm(W, axis=0))), [fit == plant.y])
            program.solve(solver=cp.CLARABEL)
            close = np.linalg.norm(w.value - plant.weights[:, 0]) < 1e-4
            return "weights close to the plant's" if close else "weights elsewhere"

        work = f"is the plant recovered, n = {n}, d = {d}, {S.p} patterns"
        yield from by_turns("verdicts", work, {OURS: ours, "CVXPY + Clarabel": peer})


def group_program():
    """The group program to a certified gap; a peer's value is held against this library's lower bound."""
    n, d, p = 200, 10, 100
    X = rl.draw("gaussian", n, d, rng=0)
    S = rl.sample_patterns(X, count=p, rng=1)
    plant = rl.plant(X, "relu", k=2, sigma=0.3, rng=2)
    y, D = plant.y, np.asarray(S, float)
    for share in (0.3, 0.03):
        beta = share * rl.programs.beta_max(X, y, S, "plain")
        best = rl.solve(X, y, S, "plain", beta=beta, solver="newton", tol=1e-9)
        bound = best.value * (1 - best.gap)
        wide = (D.T[:, :, None] * X).transpose(1, 0, 2).reshape(n, p * d)

        def gap(W, beta=beta, bound=bound):
            """Of weights (p, d)."""
            error = np.einsum("ip,ij,pj->i", D, X, W) - y
            value = 0.5 * error @ error + beta * np.linalg.norm(W, axis=1).sum()
            return float((value - bound) / value)

        def ours(beta=beta, gap=gap):
            return gap(rl.solve(X, y, S, "plain", beta=beta, solver="newton", tol=GAP).weights.T)

        contestants = {OURS: ours}
        for name, solve in (("skglm", by_skglm), ("scnn", by_scnn), ("CVXPY + SCS", by_scs)):
            problem = {"X": X, "y": y, "D": D, "wide": wide, "gates": S.gates, "beta": beta}
            contestants[name] = reaching(solve, problem, gap)
        work = f"n = {n}, d = {d}, {p} patterns, beta = {share} of the largest, to a gap of {GAP:g}"
        yield from by_turns("group program", work, contestants)


def reaching(solve, problem, gap):
    """A contestant that reaches the gap with the loosest of its settings that does, or the last in time."""
    chosen = []

    def act():
        begun = time.perf_counter()
        for effort in chosen or range(EFFORTS):
            found = gap(solve(problem, effort))
            if found <= GAP or effort == EFFORTS - 1 or time.perf_counter() - begun > PATIENCE:
                chosen[:] = [effort]
                return found
        return found

    return act


def by_skglm(problem, effort):
    from skglm import GroupLasso

    n, (p, d) = len(problem["y"]), (problem["D"].shape[1], problem["X"].shape[1])
    model = GroupLasso(groups=d, alpha=problem["beta"] / n, fit_intercept=False, tol=10.0 ** -(effort + 3))
    return model.fit(problem["wide"], problem["y"]).coef_.reshape(p, d)


def by_scs(problem, effort):
    import cvxpy as cp

    (p, d) = problem["D"].shape[1], problem["X"].shape[1]
    W = cp.Variable((d, p))
    error = cp.sum(cp.multiply(problem["D"], problem["X"] @ W), axis=1) - problem["y"]
    cost = 0.5 * cp.sum_squares(error) + problem["beta"] * cp.sum(cp.norm(W, axis=0))
    eps = 10.0 ** -(effort + 3)
    cp.Problem(cp.Minimize(cost)).solve(solver=cp.SCS, eps_abs=eps, eps_rel=eps, max_iters=20_000)
    return W.value.T


def by_scnn(problem, effort):
    from benchmarks.solve import by_scnn

    X, masks = problem["X"], problem["D"].astype(bool)
    model, W = by_scnn(X, problem["y"], problem["gates"], problem["beta"], 60 * 2**effort)
    own = np.asarray(model.G, dtype=float)  # it sorts its gates
    place = {mask.tobytes(): j for j, mask in enumerate(masks.T)}
    there = np.zeros_like(W)
    there[[place[mask.tobytes()] for mask in (X @ own >= 0).T]] = W
    return there


def training(n=100, d=20, count=20, epochs=100):
    """Many small networks: in one batch, in a loop of torch's own, and in one that torch.compile has seen."""
    import torch

    plants = [rl.phase.instance(n, d, trial, direction="smallest")[0] for trial in range(count)]

    def ours():
        runs = rl.train(plants, epochs=epochs, record_every=epochs, protocol="paper", progress=False)
        return f"median loss {np.median(runs.loss[-1]):.2g}"

    def loop(compiled):
        def act():
            losses = []
            for trial, plant in enumerate(plants):
                torch.manual_seed(trial)
                layers = torch.nn.ModuleList(
                    torch.nn.Linear(*shape, bias=False) for shape in ((d, n + 1), (n + 1, 1), (d, 1), (1, 1))
                )
                X, y = (torch.tensor(a, dtype=torch.float32) for a in (plant.X, plant.y[:, None]))

                def network(X, layers=layers):
                    return layers[1](torch.relu(layers[0](X))) + layers[3](layers[2](X))

                forward = torch.compile(network) if compiled else network
                optimizer = torch.optim.Adam(layers.parameters(), lr=2e-3, weight_decay=1e-6)
                for _ in range(epochs):
                    optimizer.zero_grad()
                    loss = 0.5 * ((forward(X) - y) ** 2).sum()
                    loss.backward()
                    optimizer.step()
                losses.append(loss.item())
            return f"median loss {np.median(losses):.2g}"

        return act

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        contestants = {OURS: ours, "PyTorch, a plain loop": loop(False), "torch.compile": loop(True)}
        work = f"{count} networks, n = {n}, d = {d}, {epochs} epochs"
        yield from by_turns("training", work, contestants)
    finally:
        torch.set_num_threads(threads)


def curvature(rows=1797):
    """A product with the Hessian of a small network on the digits, and its largest eigenvalue."""
    import torch
    from scipy.sparse.linalg import eigsh

    from benchmarks.spectra import _network
    from relulab.spectra.curvature import hessian_product, leading

    model, X, labels = _network(rows)
    parameters = {name: value.detach() for name, value in model.named_parameters()}
    size = sum(value.numel() for value in parameters.values())
    start = np.random.default_rng(0).standard_normal(size)

    def loss(p):
        return torch.nn.functional.cross_entropy(torch.func.functional_call(model, p, (X,)), labels)

    product, kept = hessian_product(loss, parameters), []

    def peer():
        if not kept:
            from curvlinops import HessianLinearOperator

            weights, cost = list(model.parameters()), torch.nn.CrossEntropyLoss()
            made = HessianLinearOperator(model, cost, weights, [(X, labels)], check_deterministic=False)
            kept.append(made.to_scipy())
        return kept[0]

    def many(multiply):
        return lambda: f"norm {np.linalg.norm([multiply(start) for _ in range(20)][-1]):.6g}"

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        contestants = {OURS: many(product), "curvlinops": many(lambda v: peer() @ v)}
        yield from by_turns(
            "spectra", f"20 Hessian-vector products, {size} weights, {rows} rows", contestants
        )
        contestants = {
            OURS: lambda: f"{float(np.max(leading(product, size)[0])):.6g}",
            "curvlinops + SciPy": lambda: f"{float(eigsh(peer(), 1, which='LA', v0=start)[0][0]):.6g}",
        }
        yield from by_turns("spectra", f"largest eigenvalue, {size} weights, {rows} rows", contestants)
    finally:
        torch.set_num_threads(threads)


def one_trial(n, d, trial):
    plant, S = rl.phase.instance(n, d, trial, direction="smallest")
    with threadpool_limits(1):
        return rl.decide(plant, S).status


def sweeps(n=range(20, 201, 20), d=(20, 40, 60), trials=5):
    """A phase diagram, beside the same trials spread by joblib, and beside Dask as the executor."""
    from distributed import Client, LocalCluster
    from joblib import Parallel, delayed

    places = [(rows, size, trial) for rows in n for size in d for trial in range(trials)]
    grid = {"n": n, "d": d, "trials": trials, "direction": "smallest", "progress": False}

    def ours(executor=None):
        return f"{int((rl.phase_diagram(**grid, executor=executor).status == 0).sum())} recovered"

    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    with (
        rl.sweep.processes(cores) as pool,
        LocalCluster(cores, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster) as client,
        Parallel(cores) as parallel,
    ):

        def joblib():
            found = parallel(delayed(one_trial)(*place) for place in places)
            return f"{found.count('recovered')} recovered"

        contestants = {
            OURS: ours,
            "relulab, a pool of processes": lambda: ours(pool),
            "relulab on Dask": lambda: ours(client.get_executor()),
            "joblib, a trial a task": joblib,
        }
        work = f"{len(places)} trials in {len(places) // trials} cells, {cores} cores"
        yield from by_turns("sweeps", work, contestants)


def main():
    """Run all, print the rows, and store them with what made them."""
    rows = []
    for row in run():
        print(json.dumps(row), flush=True)
        rows.append(row)
    made = provenance() | {"command": "make bench-peers", "turns": TURNS, "peers": versions()}
    TARGET.write_text(json.dumps(made | {"rows": rows}, indent=1) + "\n", encoding="utf-8")
    print(f"wrote {TARGET}")


if __name__ == "__main__":
    sys.exit(main())
