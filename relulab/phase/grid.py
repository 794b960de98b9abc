"""Phase diagrams: how often a plant is recovered, over a grid of samples n and dimension d."""

from __future__ import annotations

import contextlib
import time
import warnings
from concurrent.futures import Executor
from typing import TYPE_CHECKING

import numpy as np

from .. import _checks
from ..blocks.blocks import NETWORKS, check_pair
from ..blocks.conditions import FORMS
from ..certify.all_patterns.everywhere import EFFORT
from ..data.ensembles import ENSEMBLES
from ..data.planted import DIRECTIONS, KINDS, SilentNeuron
from ..data.trials import instance, instances, planted_problem
from ..solvers.arrays import DEVICES
from . import datasets, distances
from .cells import FailedTrials, run_cell
from .datasets import ERROR, FIELDS, provenance
from .executor import own_executor, run_cells
from .fingerprints import fingerprint
from .proofs import AUDITED, with_proofs
from .store import open_store, stored_configuration
from .versions import meeting, met

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from os import PathLike
    from typing import Any

    import xarray as xr

__all__ = ["instance", "instances", "phase_diagram"]
PROTOCOLS = ("paper", "released")
METRICS = ("recovery", "isometry", *distances.METRICS)


def phase_diagram(
    n: Iterable[int] | int = range(10, 401, 10),
    d: Iterable[int] | int = range(10, 101, 10),
    trials: int = 5,
    kind: str | None = "linear",
    network: str = "skip",
    form: str = "gated",
    ensemble: str | Callable = "gaussian",
    direction: Any = "random",
    k: int = 1,
    sigma: float = 0.0,
    beta: float | None = None,
    metric: str = "recovery",
    patterns: Any = 1,
    rng: int = 0,
    store: str | PathLike[str] | None = None,
    executor: Any = None,
    progress: bool = True,
    audit: bool = False,
    device: str = "cpu",
    protocol: str = "paper",
    effort: float = EFFORT,
) -> xr.Dataset:
    """Decide planted problems, or measure how far their solutions are from the plant, over a grid of sizes.

    Patterns are sampled, unless ``patterns="all"``, so a recovery rate is an upper bound for the same program
    over all patterns. Over all patterns the exact program is the ReLU network. A gated diagram is a bound for
    the gated program only: what the gated program misses, the ReLU network may recover.
    With a store, a sweep that was stopped, by Ctrl-C or a power cut, goes on where it was: run the same
    call again. A finished one is extended by a call with more sizes or trials; what is there is not computed
    again.

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
        The data. A store knows a function by its source and by whole matrices that it draws.
    direction : {"random", "smallest", "axes", "opposite"}
        Where the planted neurons point.
    k : int
        How many are planted.
    sigma : float
        Noise level, for the distances; the other metrics ask it to be 0.
    beta : float, optional
        Weight of the regularizer, for the distances; None is the minimal-norm program.
    metric : {"recovery", "isometry", "distance", "test-distance"}
        ``"recovery"``: is the plant the unique solution (`decide`). ``"isometry"``: does the isometry
        condition hold (`isometry`), which is sufficient, not necessary. ``"distance"``: of the solution from
        the planted weights. ``"test-distance"``: of its outputs from the plant's on n fresh rows without
        noise (`relulab.distances.measure`).
    patterns : int or "all"
        Gates drawn for each row of the data; never fewer than 50 in all. ``"all"`` decides the same problems
        over all patterns of their data, where `decide` can; the metric is then ``"recovery"``.
    rng : int
        The seed. Trial t of cell (n, d) depends on (seed, n, d, t) alone.
    store : str or path, optional
        Where finished cells are kept: a folder, or an fsspec address such as ``s3://bucket/sweep.zarr``.
        Trials that are there are read, the others computed. Several processes may share one folder.
    executor : concurrent.futures.Executor, optional
        What the cells run on; by default the machine's cores: processes that are kept for further sweeps
        where there are many trials, threads where there are few.
    progress : bool
        Show a progress bar.
    audit : bool
        Prove every verdict of recovery where it is decided (`check`): in float64, and in balls what that
        leaves open, if python-flint is there. A store holds the proofs of one call or none of any.
    device : {"cpu", "auto"}
        What decides: NumPy, or a CUDA device through torch where there is one.
    protocol : {"paper", "released"}
        ``"released"`` computes what the paper's released code does (`relulab.released`), without evidence.
    effort : float
        With ``patterns="all"`` where the search for one proof gives up (`decide`).

    Returns
    -------
    xarray.Dataset
        Over (n, d, trial): ``status``, ``evidence`` (codes, with their meanings as attributes), ``margin``,
        ``iterations``, ``seconds`` (of processor time). Over (n, d): ``rate`` (share of trials with status
        "recovered"), its Wilson interval ``lower``, ``upper``, ``undecided`` and ``evidence_count`` (counts).
        Attributes: the configuration, the seed and how trials are seeded, versions, machine, date, the
        seconds of this call, and the ``workers`` (version and source of relulab, NumPy, SciPy, Python). It
        can be saved with its `to_netcdf` and `to_zarr`; a seed beyond 32 bits is kept in words.

        A trial that ends with an error is "undecided" with evidence "error"; the attribute ``errors`` has a
        line for each, and is there only if there is one.

        With `audit`, ``proved`` over (n, d, trial) says in which arithmetic each is proved, if in any, the
        attribute ``proofs`` how many are, and ``unproved`` has a line for each that is not.

        For the distances: ``distance``, ``test_distance`` and the solution's ``gap`` take the place of
        ``margin`` and ``iterations``, and over (n, d) there are the ``mean``, ``median`` and quartiles
        ``lower``, ``upper`` of the metric. A trial whose program is infeasible or not solved has status
        "undecided", the reason as its evidence, and NaN distances, which enter none of these.

    Raises
    ------
    ValueError
        For an unknown option, an empty grid, noise or beta where the metric has none, a store that holds
        another sweep, a worker that runs another relulab, a function that cannot be sent to the executor.
    OSError, MemoryError, ImportError
        Where the store cannot be written, a full disk for one, or a worker lacks something; what is stored
        stays good, and the same call goes on.

    Warns
    -----
    relulab.phase.store.DamagedCells
        Where stored cells fail their checksum; they are computed again.
    relulab.phase.cells.FailedTrials
        Where trials ended with an error.

    Notes
    -----
    A cluster is an executor: only this process touches the store, and workers need relulab and no shared
    disk. ``Client`` is that of dask.distributed (``pip install relulab[cluster]``). On Slurm, through
    dask-jobqueue::

        cluster = SLURMCluster(cores=16, processes=16, memory="64GB", walltime="04:00:00")
        cluster.scale(jobs=60)
        with Client(cluster) as client:
            ds = rl.phase_diagram(..., store="sweep.zarr", executor=client.get_executor())

    On Kubernetes, or any scheduler that runs already, the client takes its address:
    ``Client("tcp://dask-scheduler:8786")``. A worker that dies loses nothing, its cells run elsewhere.

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
    _checks.choice("device", device, DEVICES)
    if not callable(ensemble):
        _checks.choice("ensemble", ensemble, ENSEMBLES)
    sigma = _checks.nonnegative("sigma", sigma)
    if beta is not None and not _checks.nonnegative("beta", beta):
        raise ValueError("beta=0 is no weight of a regularizer; use None for the minimal-norm program")
    beta = None if beta is None else float(beta)
    measured = metric in distances.METRICS
    if not measured and (sigma > 0 or beta is not None):
        raise ValueError(
            f"sigma={sigma}, beta={beta} with metric={metric!r}: exact recovery is asked of noiseless labels "
            "and the minimal-norm program; use 0 and None, or a distance"
        )
    if executor is not None and not isinstance(executor, Executor):
        raise ValueError(f"executor={executor!r} is no Executor; of a Dask client pass client.get_executor()")

    problem = {
        "kind": kind,
        "ensemble": ensemble,
        "direction": direction,
        "k": k,
        "sigma": sigma,
        "rng": seed,
    }
    with contextlib.suppress(SilentNeuron):  # what no trial can do is told before the store is made
        small = np.random.default_rng(0), "gaussian", min(sizes_n), min(sizes_d)
        planted_problem(*small, kind, k, direction, sigma)
    released = _checks.choice("protocol", protocol, PROTOCOLS) == "released"
    if isinstance(patterns, str):
        _checks.choice("patterns", patterns, ("all",))
        if metric != "recovery" or released:
            raise ValueError(f'patterns="all" decides recovery by evidence; metric={metric!r}, {protocol=}')
        problem |= {"patterns": "all", "effort": _checks.positive("effort", effort)}
    elif _checks.count("patterns", patterns) > 1:
        problem |= {"patterns": patterns}
    kept_as = "distance" if measured else metric  # both distances come from one solution
    audited = bool(audit) and metric == "recovery" and not released
    arguments = (problem, network, form, kept_as, audited, beta, device, released)
    settings = problem | {"network": network, "form": form, "metric": kept_as, "trials": trials}
    settings |= {"beta": beta} if measured else {}
    settings |= {"protocol": protocol} if released else {}
    fields = distances.FIELDS if measured else AUDITED if audited else FIELDS
    if callable(ensemble):
        there = stored_configuration(store) or {}
        sizes = there.get("n", sizes_n), there.get("d", sizes_d)
        settings["ensemble"] = fingerprint(ensemble, *sizes, problem, there.get("ensemble"))
    configuration = {"n": sizes_n, "d": sizes_d, "fields": list(fields)} | settings
    begun = time.perf_counter()
    with open_store(store, configuration) as kept:
        table = kept.read()
        _complete(table, kept, sizes_n, sizes_d, arguments, executor, progress)
        settings |= datasets.merged(kept.runs())
        settings |= {"workers": met(kept), "seconds": time.perf_counter() - begun}
        notes = kept.notes("failures")
        failed = table[..., 1] == (distances.EVIDENCE.index("error") if measured else ERROR)
        if failed.any():
            errors = datasets.told(notes, failed, sizes_n, sizes_d)
            settings["errors"] = "\n".join(errors)
            counted = f"{len(errors)} of {failed.size} trials ended with an error and count as undecided"
            message = f"{counted}; the first: {errors[0]}. All of them: attrs['errors']"
            warnings.warn(message, FailedTrials, stacklevel=2)
    settings |= {
        "metric": metric,
        "seeding": "trial t of cell (n, d): numpy.random.default_rng([rng, n, d, t])",
    }
    settings = datasets.portable(settings)
    if measured:
        settings["beta"] = "None" if beta is None else beta
        ds = distances.dataset(table, settings, metric)
    else:
        ds = datasets.dataset(table[..., [fields.index(name) for name in FIELDS]], settings)
    ds = ds.assign_coords(n=sizes_n, d=sizes_d, trial=np.arange(trials))
    return with_proofs(ds, table[..., fields.index("proved")], notes) if audited else ds


def _complete(table, kept, sizes_n, sizes_d, arguments, executor, progress):
    """Compute the missing trials of a table, keeping each cell."""
    lacking = np.isnan(table[..., FIELDS.index("status")])
    missing = lacking.any(axis=2)
    if not missing.any():
        return

    def keep(place, found):
        (i, j), (cell, errors) = place, found
        kept.fail(sizes_n[i], sizes_d[j], errors)
        table[i, j, lacking[i, j]] = cell
        kept.write(i, j, table[i, j])
        missing[place] = False

    largest_first = sorted(((sizes_n[i], sizes_d[j], (i, j)) for i, j in np.argwhere(missing)), reverse=True)
    cells = {
        place: (size_n, size_d, np.flatnonzero(lacking[place]).tolist(), *arguments)
        for size_n, size_d, place in largest_first
    }
    *_, device, _ = arguments
    if executor is None and device == "cpu":
        executor = own_executor(cells, table.shape[2])
        datasets.get_ready()  # while the server of processes starts
    kept.add_run(provenance() | {"executor": "threads" if executor is None else type(executor).__name__})
    try:
        run_cells(run_cell, cells, keep, missing.size, executor, progress, meeting(kept))
    except KeyboardInterrupt:
        finished = f"{missing.size - missing.sum()} of {missing.size} cells are finished"
        raise KeyboardInterrupt(f"{finished}; {kept.advice}") from None


def _grid(name, values):
    sizes = [_checks.count(name, int(v) if isinstance(v, np.integer) else v) for v in np.atleast_1d(values)]
    if not sizes:
        raise ValueError(f"{name} is empty; give at least one size")
    if len(set(sizes)) < len(sizes):
        raise ValueError(f"{name} holds a size twice: {sizes}")
    return sizes
