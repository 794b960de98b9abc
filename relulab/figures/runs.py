"""Computing the paper's figures: the sweeps of each, resumable, and whether they show what they should."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from .. import _checks
from ..phase.datasets import provenance
from ..phase.distances import vanishing
from ..phase.grid import PROTOCOLS, phase_diagram
from ..phase.nested_rows import edge as nested_edges
from .list import SKIP_LOW
from .results import SCALES, measured_edge, open_figure, solved_as, stored
from .whole import LISTED

if TYPE_CHECKING:
    from os import PathLike
    from typing import Any

    import xarray as xr

CLOSE = 3.0  # plateaus over sigma may differ by that factor
BINS = ((1, 2), (2, 4), (4, 8))  # of n/d, in which trained networks are judged


def compute(
    number: str,
    scale: str = "book",
    rng: int = 0,
    protocol: str = "paper",
    store: str | PathLike[str] | None = None,
    executor: Any = None,
    progress: bool = True,
    prove: bool = False,
) -> xr.Dataset:
    """Compute a figure.

    Parameters
    ----------
    number : str
        A figure's number, such as ``"4a"``; `relulab.figures.FIGURES` has those of the paper,
        `relulab.figures.WHOLE` those over all patterns.
    scale : {"book", "paper"}
        ``"paper"``: the paper's grid, or the one that is shipped. ``"book"``: a smaller one.
    rng : int
        The seed.
    protocol : {"paper", "released"}
        ``"released"`` makes the choices of the paper's released code where they differ.
    store : str or path, optional
        A folder for what is finished: the same call again goes on from there.
    executor : concurrent.futures.Executor, optional
        As for `phase_diagram`.
    progress : bool
        Show a progress bar.
    prove : bool
        Prove every verdict where it is decided, as ``audit`` of `phase_diagram`; for figures of recovery.

    Returns
    -------
    xarray.Dataset
        From `phase_diagram`, along ``sigma`` where the figure has noise. Attributes say besides what the
        figure is, what it should show (``expectation``), whether it does (``held``) and by which measured
        numbers (``finding``). ``seconds`` is the processor time of all trials together, of trained networks
        the wall time.

    Raises
    ------
    ValueError
        For an unknown figure, scale or protocol; for proofs of a figure that has no verdicts.

    Examples
    --------
    >>> from relulab.figures.runs import compute
    >>> ds = compute("6c", progress=False)
    >>> ds.attrs["finding"], bool(ds.attrs["held"])
    ('edge at n/d = 1.87', True)
    """
    figure = LISTED[_checks.choice("figure", number, LISTED)]
    grid = figure.grids[_checks.choice("scale", scale, SCALES)]
    _checks.choice("protocol", protocol, PROTOCOLS)
    if prove and not (figure.decides and protocol == "paper"):
        raise ValueError(f"prove: figure {number} holds no verdicts of recovery, so that nothing is proved")
    if store is not None:
        Path(store).mkdir(parents=True, exist_ok=True)
    if number == "clusters":
        from .clusters import frequencies

        settings = {"means": figure.settings["means"], "redraw": protocol == "released"}
        ds = frequencies(**grid, **settings, rng=rng, progress=progress)
    elif figure.edges:
        _checks.choice("protocol", protocol, PROTOCOLS[:1])
        name = f"figure-{number}-{grid['trials']}-draws-seed{rng}"
        kept = None if store is None else Path(store) / name
        ds = _edges(figure, grid, kept, {"rng": rng, "executor": executor, "progress": progress})
    else:
        panels = []
        for sigma in figure.sigmas:
            name = f"figure-{solved_as(figure)}-{scale}-{protocol}-sigma{sigma:g}{'-proved' * prove}.zarr"
            kept = None if store is None else Path(store) / name
            run = {"rng": rng, "store": kept, "executor": executor, "progress": progress}
            run |= {"audit": True} if prove else {}
            panels.append(_panel(figure, grid, sigma, protocol, run))
        ds = _joined(panels, figure.sigmas)
    command = f"relulab figure {number} --scale {scale} --seed {rng}"
    ds.attrs |= {
        "figure": number,
        "scale": scale,
        "protocol": protocol,
        "command": command + " --protocol released" * (protocol == "released") + " --prove" * prove,
        "note": figure.note,
        "expectation": figure.expectation,
    }
    if "seconds" in ds:
        ds.attrs["seconds"] = float(ds.seconds.sum())  # this call may only have read them
    if figure.whole:
        ds.attrs["open"] = "\n".join(still_open(ds))
    held, finding = judge(figure, ds)
    ds.attrs |= {"held": int(held), "finding": finding}
    return ds


def still_open(ds):
    """What a figure over all patterns leaves open, a line for each cell, or for each dimension of edges.

    Parameters
    ----------
    ds : xarray.Dataset
        Its result.

    Returns
    -------
    list of str
        Empty where all is decided.
    """
    if "edge" in ds:
        counts = zip(ds.d.values, ds["open"].values, strict=True)
        return [f"d={d}: {count} of {ds.sizes['trial']} draws" for d, count in counts if count]
    places = [
        (int(ds.n[i]), int(ds.d[j]), int(ds.undecided[i, j])) for i, j in np.argwhere(ds.undecided.values)
    ]
    return [f"n={n}, d={d}: {count} of {ds.sizes['trial']} trials" for n, d, count in places]


def _panel(figure, grid, sigma, protocol, run):
    """One sweep: of programs, or of trained networks."""
    if figure.trained:
        from .trained import panel

        settings = {name: value for name, value in figure.settings.items() if name not in ("form", "metric")}
        return panel(**grid, **settings, sigma=sigma, protocol=protocol, **run)
    ds = phase_diagram(**grid, **figure.settings, sigma=sigma, protocol=protocol, **run)
    if protocol == "released" and SKIP_LOW in figure.released:
        per_cell = ("rate", "lower", "upper", "mean", "median")
        ds = ds.assign({name: ds[name].where(ds.n >= ds.d) for name in per_cell if name in ds})
    return ds


def _edges(figure, grid, kept, run):
    """Edges of nested rows, dimension by dimension, each kept when it is finished."""
    import xarray as xr

    from .archive import load, save

    settings = {name: value for name, value in figure.settings.items() if name != "metric"}
    found = []
    for d in grid["d"]:
        file = None if kept is None else Path(f"{kept}-d{d}.zarr.zip")
        if file is None or not file.is_file():
            found.append(nested_edges(d, grid["trials"], **settings, **run))
            if file is not None:
                save(found[-1], file)
        else:
            found.append(load(file))
    ds = xr.concat(found, "d", combine_attrs="drop_conflicts")
    return ds.assign_attrs(provenance() | ds.attrs)


def _joined(panels, sigmas):
    import xarray as xr

    if len(panels) == 1:
        return panels[0]
    ds = xr.concat(panels, xr.Variable("sigma", list(sigmas)), combine_attrs="drop_conflicts")
    return ds.assign_attrs(provenance() | ds.attrs)


def judge(figure, ds):
    """Whether a figure shows what it should, and the numbers that say so.

    Parameters
    ----------
    figure : relulab.figure_list.Figure
        The figure.
    ds : xarray.Dataset
        Its sweep.

    Returns
    -------
    held : bool
        The expectation held.
    finding : str
        What was measured.
    """
    if figure.number == "clusters":
        outside = float(((ds.probability < ds.lower) | (ds.probability > ds.upper)).mean())
        return outside < 0.1, f"{100 * outside:.1f} % of the cells have a 95 % interval without the formula"
    if figure.trained:
        return _judge_trained(ds)
    if figure.edges:
        least, most = float(ds["median"].min()), float(ds["median"].max())
        return figure.edge[0] <= least <= most <= figure.edge[1], f"medians from {least:.2f} to {most:.2f}"
    if "rate" in ds:
        edge = measured_edge(ds)
        held = figure.edge[0] <= edge <= figure.edge[1]
        if figure.number == "10" and "5a" in stored():
            held = held and edge >= measured_edge(open_figure("5a"))
        return held, f"edge at n/d = {edge:.2f}"
    return _judge_distances(figure, ds)


def _judge_distances(figure, ds):
    """The edge of the noiseless panel, and the plateaus of the others in units of sigma."""
    levels = ds if "sigma" in ds.dims else ds.expand_dims(sigma=[0.0])
    edge = measured_edge(vanishing(levels.sel(sigma=0)))
    held, finding = figure.edge[0] <= edge <= figure.edge[1], f"edge at n/d = {edge:.2f}"
    above = plateau_cells(figure, ds)
    values = levels[ds.attrs["metric"].replace("-", "_")]
    plateaus = [
        float(values.sel(sigma=s).where(above).median()) / s
        for s in values.sigma.values
        if s > 0 and above.any()
    ]
    if plateaus:
        held = held and max(plateaus) <= CLOSE * min(plateaus)
        levels = ", ".join(f"{level:.1f}" for level in plateaus)
        finding += f", plateaus {levels} times sigma"
    return held, finding


def plateau_cells(figure, ds):
    """Which cells of a figure of distances lie beyond its edge, where noise alone keeps the plant away."""
    ratio = ds.n / ds.d
    return (ratio >= 1.3 * figure.edge[1]) & (ratio <= 3 * figure.edge[1])


def _judge_trained(ds):
    """The median test distance in bins of n/d: it should fall, in no step more than threefold."""
    ratio, median = ds.n / ds.d, ds.test_distance.median("trial")
    first = median.isel(sigma=0) if "sigma" in median.dims else median
    levels = [float(first.where((ratio >= low) & (ratio < high)).median()) for low, high in BINS]
    steps = [before / after for before, after in pairwise(levels)]
    finding = ", ".join(
        f"{level:.2f} at n/d in [{low}, {high})" for level, (low, high) in zip(levels, BINS, strict=True)
    )
    return all(1 < step < 3 for step in steps), f"median test distance without noise {finding}"
