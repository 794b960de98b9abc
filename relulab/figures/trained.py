"""The paper's figures of trained networks: sweeps over n and d that train a cell's trials in one batch."""

import time
import warnings

import numpy as np

from .. import _checks
from ..blocks.blocks import check_pair
from ..data.ensembles import draw
from ..data.trials import planted_problem
from ..phase.cells import OF_THE_MACHINE, FailedTrials, in_words
from ..phase.datasets import flags, portable, provenance
from ..phase.executor import run_cells
from ..phase.store import open_store
from ..phase.versions import meeting, met
from ..training.inputs import loud_rows
from ..training.networks import torch
from ..training.runs import train

FIELDS = ("status", "distance", "test_distance", "loss", "seconds")
STATUSES = ("measured", "undecided")
QUARTILES = (0.25, 0.75)
TRIALS = 10


def trial_problem(n, d, trial, kind, ensemble, direction, k, sigma, rng):
    """The planted problem of one trial, and its fresh rows: those of `phase.instance` and `phase_diagram`.

    Data on which a planted normalized neuron is silent are drawn again, as in the released code.
    """
    source = np.random.default_rng([rng, n, d, trial])
    hidden = planted_problem(source, ensemble, n, d, kind, k, direction, sigma)
    fresh = np.random.default_rng([rng, n, d, trial, 1])
    rows = loud_rows(hidden, lambda source: draw(ensemble, n, d, source), fresh)
    return hidden, rows


def train_cell(n, d, trials, problem, settings):
    """Train the trials of one cell: a table (trials, fields) of `FIELDS`, and the errors by trial.

    Where one ends with an error the trials are trained one by one, and that one counts as undecided.
    """
    errors = {}

    def alone(trial):
        try:
            return _train(n, d, [trial], problem, settings)[0]
        except OF_THE_MACHINE:
            raise
        except Exception as error:
            errors[trial] = in_words(error)
            return [STATUSES.index("undecided"), np.nan, np.nan, np.nan, 0.0]

    try:
        return _train(n, d, range(trials), problem, settings), errors
    except OF_THE_MACHINE:
        raise
    except Exception:
        return np.array([alone(trial) for trial in range(trials)]), errors


def _train(n, d, trials, problem, settings):
    begun = time.perf_counter()
    plants, tests = zip(*[trial_problem(n, d, trial, **problem) for trial in trials], strict=True)
    last = max(settings["epochs"], 1)
    runs = train(
        plants,
        record_every=last,
        test=np.stack(tests),
        rng=problem["rng"],
        seeds=trials,
        workers=1,
        progress=False,
        **settings,
    )
    finished = runs.status == "finished"
    distance = np.full(len(trials), np.nan)
    if problem["kind"] == "linear":
        skips = np.array([net.skip_first * net.skip_second for net in runs.networks])
        distance = np.linalg.norm(skips - [hidden.weights[:, 0] for hidden in plants], axis=1)
    seconds = np.full(len(trials), (time.perf_counter() - begun) / len(trials))
    measured = [np.where(finished, v, np.nan) for v in (distance, runs.test_distance[-1], runs.loss[-1])]
    return np.stack([np.where(finished, 0, 1), *measured, seconds], axis=1)


def panel(
    n,
    d,
    trials=TRIALS,
    kind="linear",
    network="skip",
    ensemble="gaussian",
    direction="random",
    k=1,
    sigma=0.0,
    protocol="paper",
    epochs=400,
    beta=1e-6,
    lr=2e-3,
    dtype="float32",
    rng=0,
    store=None,
    executor=None,
    progress=True,
):
    """Train networks over a grid of sizes and measure how far they are from the plant on fresh rows.

    Parameters
    ----------
    n, d : iterable of int
        Samples and dimensions.
    trials : int
        Networks a cell, trained in one batch.
    kind, network, ensemble, direction, k, sigma
        As for `phase_diagram`; trial t of a cell is the same problem there and here.
    protocol, epochs, beta, lr, dtype
        As for `train`; widths are n + 1.
    rng : int
        The seed.
    store : str or path, optional
        Where finished cells are kept, as for `phase_diagram`.
    executor : concurrent.futures.Executor, optional
        By default, threads on the machine's cores, a cell each.
    progress : bool
        Show a progress bar.

    Returns
    -------
    xarray.Dataset
        Over (n, d, trial): ``test_distance``, ``distance`` (of the skip weight to a linear plant, else NaN),
        ``loss``, ``seconds``, and ``status``, which is "undecided" where training diverged; the distances are
        NaN there. A trial that ends with an error is undecided too; ``attrs["errors"]`` tells it,
        ``attrs["workers"]`` who computed. Over (n, d): ``median``, ``mean``, quartiles ``lower`` and
        ``upper`` of the test distance, and how many are ``undecided``.

    Raises
    ------
    ValueError
        For an unknown option, an empty grid, or a store that holds another sweep.

    Examples
    --------
    >>> from relulab.figures.trained import panel
    >>> ds = panel([20, 80], [10], trials=2, direction="smallest", progress=False)
    >>> bool(ds["median"].sel(n=80).item() < ds["median"].sel(n=20).item())
    True
    """
    check_pair(kind, network)
    problem = {"kind": kind, "ensemble": ensemble, "direction": direction, "k": k, "sigma": sigma, "rng": rng}
    settings = {"network": network, "protocol": protocol, "epochs": epochs}
    settings |= {"beta": beta, "lr": lr, "dtype": dtype}
    sizes = {name: [_checks.count(name, int(v)) for v in values] for name, values in (("n", n), ("d", d))}
    trials = _checks.count("trials", trials)
    if not (sizes["n"] and sizes["d"]):
        raise ValueError("n or d is empty; give at least one size")
    made_of = problem | settings | {"form": "trained", "metric": "test-distance"}
    configuration = sizes | {"trials": trials, "fields": list(FIELDS)} | made_of
    begun = time.perf_counter()
    with open_store(store, configuration) as kept:
        table = kept.read()
        missing = np.argwhere(np.isnan(table[..., 0]).any(axis=2)).tolist()

        def keep(place, found):
            cell, errors = found
            kept.fail(sizes["n"][place[0]], sizes["d"][place[1]], errors)
            kept.write(*place, cell)
            table[place] = cell

        if missing:
            kept.add_run(provenance() | {"torch": torch.__version__})
            cells = {
                (i, j): (sizes["n"][i], sizes["d"][j], trials, problem, settings)
                for i, j in sorted(
                    missing, key=lambda place: -(sizes["n"][place[0]] ** 2) * sizes["d"][place[1]]
                )
            }
            run_cells(train_cell, cells, keep, table[..., 0, 0].size, executor, progress, meeting(kept))
        attributes = made_of | {"trials": trials, "workers": met(kept)} | kept.runs()[0]
        attributes |= {"seconds": time.perf_counter() - begun} | _told(kept, sizes)
    return _dataset(table, attributes).assign_coords(**sizes, trial=np.arange(trials))


def _told(kept, sizes):
    """The errors of trials, for the attributes, and a warning that there are some."""
    notes = kept.notes("failures")
    errors = [f"n={e['n']}, d={e['d']}, trial {e['trial']}: {e['error']}" for e in notes]
    if errors:
        counted = f"{len(errors)} trials ended with an error and count as undecided; the first: {errors[0]}"
        warnings.warn(f"{counted}. All of them: attrs['errors']", FailedTrials, stacklevel=3)
    return {"errors": "\n".join(errors)} if errors else {}


def _dataset(table, attributes):
    import xarray as xr

    values = dict(zip(FIELDS, np.moveaxis(table, -1, 0), strict=True))
    status = values.pop("status").astype(np.int8)
    distance = values["test_distance"]
    known = np.isfinite(distance).any(axis=2)
    per_cell = {name: np.full(known.shape, np.nan) for name in ("lower", "median", "upper", "mean")}
    if known.any():
        quantiles = np.nanquantile(distance[known], (QUARTILES[0], 0.5, QUARTILES[1]), axis=1)
        for name, value in zip(per_cell, (*quantiles, np.nanmean(distance[known], axis=1)), strict=True):
            per_cell[name][known] = value
    return xr.Dataset(
        {"status": (("n", "d", "trial"), status, flags(STATUSES))}
        | {name: (("n", "d", "trial"), array) for name, array in values.items()}
        | {name: (("n", "d"), array) for name, array in per_cell.items()}
        | {"undecided": (("n", "d"), (status != 0).sum(axis=2))},
        attrs=portable(attributes),
    )
