"""Phase diagrams: how often a plant is recovered, over a grid of samples n and dimension d."""

import datetime
import os
import platform
import time
from concurrent.futures import ThreadPoolExecutor, as_completed

import numpy as np

from . import _checks
from .audit import check
from .blocks import NETWORKS, check_pair
from .certify import EVIDENCE, STATUSES, decide
from .conditions import FORMS, isometry
from .ensembles import ENSEMBLES, draw
from .patterns import sample_patterns
from .planted import DIRECTIONS, KINDS, plant
from .theory import wilson_interval

METRICS = ("recovery", "isometry")
FIELDS = ("status", "evidence", "margin", "iterations")


def instance(n, d, trial, kind="linear", ensemble="gaussian", direction="random", k=1, sigma=0.0, rng=0):
    """The planted problem of one trial of a phase diagram, by itself.

    Parameters
    ----------
    n, d, trial : int
        Samples, dimension, number of the trial.
    kind, ensemble, direction, k, sigma
        As for `phase_diagram`.
    rng : int
        The diagram's seed.

    Returns
    -------
    plant : Plant
        The planted problem.
    S : Patterns
        Its sampled patterns, the planted ones among them.

    Examples
    --------
    >>> import relulab as rl
    >>> plant, S = rl.phase.instance(40, 10, trial=3, rng=7)
    >>> rl.decide(plant, S).status
    'recovered'
    """
    source = np.random.default_rng([rng, n, d, trial])
    X = draw(ensemble, n, d, source)
    hidden = plant(X, kind, k, direction, sigma, source)
    include = None if kind == "linear" else hidden.weights
    return hidden, sample_patterns(X, include=include, rng=source)


def phase_diagram(
    n=range(10, 401, 10),
    d=range(10, 101, 10),
    trials=5,
    kind="linear",
    network="skip",
    form="gated",
    ensemble="gaussian",
    direction="random",
    k=1,
    sigma=0.0,
    metric="recovery",
    rng=0,
    executor=None,
    progress=True,
    audit=False,
):
    """Decide planted problems over a grid of sizes.

    Patterns are sampled, so what this measures is an upper bound for the network with all its patterns.

    Parameters
    ----------
    n, d : iterable of int
        Samples and dimensions of the grid.
    trials : int
        Random problems a cell.
    kind : {"linear", "relu", "normalized"}
        What is planted.
    network : {"skip", "plain", "normalized"}
        What is fitted.
    form : {"gated", "exact"}
        The program.
    ensemble : {"gaussian", "cubic", "whitened", "cubic-whitened"} or callable
        The data.
    direction : {"random", "smallest", "axes", "opposite"}
        Where the planted neurons point.
    k : int
        How many are planted.
    sigma : float
        Noise level; 0 for these metrics.
    metric : {"recovery", "isometry"}
        ``"recovery"``: is the plant the unique solution (`decide`). ``"isometry"``: does the isometry
        condition hold (`isometry`), which is sufficient, not necessary.
    rng : int
        The seed. Trial t of cell (n, d) depends on (seed, n, d, t) alone.
    executor : concurrent.futures.Executor, optional
        What the cells run on; by default threads on the machine's cores.
    progress : bool
        Show a progress bar.
    audit : bool
        Re-check every verdict with `check`.

    Returns
    -------
    xarray.Dataset
        Over (n, d, trial): ``status``, ``evidence`` (codes, with their meanings as attributes), ``margin``,
        ``iterations``. Over (n, d): ``rate`` (share of trials with status "recovered"), its Wilson interval
        ``lower``, ``upper``, and ``undecided`` (a count). Attributes: the configuration, seed, versions,
        machine, date and seconds.

    Raises
    ------
    ValueError
        For an unknown option, an empty grid, a noisy plant.

    Examples
    --------
    >>> import relulab as rl
    >>> ds = rl.phase_diagram(n=[20, 100], d=[20], trials=4, progress=False)
    >>> ds.rate.values[:, 0].tolist()
    [0.0, 1.0]
    """
    sizes_n = _grid("n", n)
    sizes_d = _grid("d", d)
    trials = _checks.count("trials", trials)
    seed = _checks.count("rng", rng, 0)
    k = _checks.count("k", k, 1, min(sizes_d))
    check_pair(_checks.choice("kind", kind, KINDS), _checks.choice("network", network, NETWORKS))
    _checks.choice("metric", metric, METRICS)
    _checks.choice("direction", direction, DIRECTIONS)
    _checks.choice("form", form, FORMS)
    if not callable(ensemble):
        _checks.choice("ensemble", ensemble, ENSEMBLES)
    if _checks.nonnegative("sigma", sigma) > 0:
        raise ValueError(
            f"sigma={sigma} with metric={metric!r}: exact recovery is asked of noiseless labels; use 0"
        )

    problem = {"kind": kind, "ensemble": ensemble, "direction": direction, "k": k, "sigma": 0.0, "rng": seed}
    begun = time.perf_counter()
    cells = [(size_n, size_d) for size_n in sizes_n for size_d in sizes_d]
    results = _run(cells, trials, problem, network, form, metric, audit, executor, progress)
    table = np.array([results[cell] for cell in cells])
    table = table.reshape(len(sizes_n), len(sizes_d), trials, len(FIELDS))
    settings = problem | {"ensemble": getattr(ensemble, "__name__", ensemble)}
    settings |= {"network": network, "form": form, "metric": metric, "trials": trials}
    seconds = time.perf_counter() - begun
    return _dataset(table, sizes_n, sizes_d, settings | {"seconds": seconds} | provenance())


def _grid(name, values):
    sizes = [_checks.count(name, int(v) if isinstance(v, np.integer) else v) for v in np.atleast_1d(values)]
    if not sizes:
        raise ValueError(f"{name} is empty; give at least one size")
    if len(set(sizes)) < len(sizes):
        raise ValueError(f"{name} holds a size twice: {sizes}")
    return sizes


def _run(cells, trials, problem, network, form, metric, audit, executor, progress):
    """Every cell's table of trials, in any order, on the executor."""
    from threadpoolctl import threadpool_limits
    from tqdm.auto import tqdm

    own = executor is None
    pool = ThreadPoolExecutor(os.cpu_count()) if own else executor
    try:
        with threadpool_limits(1), tqdm(total=len(cells), unit="cell", disable=not progress) as bar:
            jobs = {
                pool.submit(run_cell, *cell, trials, problem, network, form, metric, audit): cell
                for cell in cells
            }
            results = {}
            for job in as_completed(jobs):
                results[jobs[job]] = job.result()
                bar.update()
            return results
    finally:
        if own:
            pool.shutdown(cancel_futures=True)


def run_cell(n, d, trials, problem, network="skip", form="gated", metric="recovery", audit=False):
    """Decide the trials of one cell: a table (trials, fields) of `FIELDS`."""
    return [run_trial(n, d, trial, problem, network, form, metric, audit) for trial in range(trials)]


def run_trial(n, d, trial, problem, network="skip", form="gated", metric="recovery", audit=False):
    """Decide one trial: the values of `FIELDS`."""
    hidden, S = instance(n, d, trial, **problem)
    if metric == "isometry":
        iso = isometry(hidden, S, network, form)
        return (
            STATUSES.index("recovered" if iso.holds else "undecided"),
            EVIDENCE.index("isometry"),
            iso.margin,
            0,
        )
    verdict = decide(hidden, S, network, form)
    if audit:
        check(verdict, hidden, S)
    evidence = -1 if verdict.evidence is None else EVIDENCE.index(verdict.evidence)
    return STATUSES.index(verdict.status), evidence, verdict.margin, verdict.iterations


def _dataset(table, sizes_n, sizes_d, attributes):
    import xarray as xr

    trials = table.shape[2]
    status = table[..., 0].astype(np.int8)
    recovered = (status == STATUSES.index("recovered")).sum(axis=2)
    lower, upper = wilson_interval(recovered, trials)
    per_trial, per_cell = ("n", "d", "trial"), ("n", "d")
    return xr.Dataset(
        {
            "status": (per_trial, status, {"meanings": list(STATUSES)}),
            "evidence": (per_trial, table[..., 1].astype(np.int8), {"meanings": list(EVIDENCE), "none": -1}),
            "margin": (per_trial, table[..., 2]),
            "iterations": (per_trial, table[..., 3].astype(np.int32)),
            "rate": (per_cell, recovered / trials),
            "lower": (per_cell, lower),
            "upper": (per_cell, upper),
            "undecided": (per_cell, (status == STATUSES.index("undecided")).sum(axis=2)),
        },
        coords={"n": sizes_n, "d": sizes_d, "trial": np.arange(trials)},
        attrs=attributes,
    )


def provenance():
    """Versions, machine and date, for a result's attributes."""
    from importlib.metadata import version

    packages = ("relulab", "numpy", "scipy")
    return {
        "versions": ", ".join(f"{name} {version(name)}" for name in packages),
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        "date": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
    }
