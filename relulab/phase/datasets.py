"""The data of a phase diagram: from the table of its cells to a Dataset, and where it came from."""

from __future__ import annotations

import datetime
import platform
from typing import TYPE_CHECKING

import numpy as np

from ..certify.verdicts import EVIDENCE, STATUSES
from ..theory.intervals import wilson_interval
from .pools import cores

if TYPE_CHECKING:
    import xarray as xr

FIELDS = ("status", "evidence", "margin", "iterations", "seconds")
NO_EVIDENCE, ERROR = -1, -2


def dataset(table, attributes):
    """The Dataset of decisions (n, d, trial, `FIELDS`), without coordinates; see `phase_diagram`."""
    import xarray as xr

    trials = table.shape[2]
    status, evidence, margin, iterations, seconds = np.moveaxis(table, -1, 0)
    recovered = (status == STATUSES.index("recovered")).sum(axis=2)
    lower, upper = wilson_interval(recovered, trials)
    counts = [(evidence == code).sum(axis=2) for code in (*range(len(EVIDENCE)), NO_EVIDENCE, ERROR)]
    per_trial, per_cell = ("n", "d", "trial"), ("n", "d")
    codes = flags(EVIDENCE, none=NO_EVIDENCE, error=ERROR)
    return xr.Dataset(
        {
            "status": (per_trial, status.astype(np.int8), flags(STATUSES)),
            "evidence": (per_trial, evidence.astype(np.int8), codes),
            "margin": (per_trial, margin),
            "iterations": (per_trial, iterations.astype(np.int32)),
            "seconds": (per_trial, seconds),
            "rate": (per_cell, recovered / trials),
            "lower": (per_cell, lower),
            "upper": (per_cell, upper),
            "undecided": (per_cell, (status == STATUSES.index("undecided")).sum(axis=2)),
            "evidence_count": ((*per_cell, "by"), np.stack(counts, axis=-1)),
        },
        coords={"by": words(*EVIDENCE, "none", "error")},
        attrs=attributes,
    )


def get_ready():
    """Pay now for this process's first dataset: xarray asks then whether Dask is there, and imports it."""
    import xarray as xr

    xr.Variable((), 0)


def words(*names):
    """A coordinate of words, of a kind that Zarr and netCDF both keep."""
    return np.array(names, dtype=object)


def flags(names, **others):
    """The attributes of a variable that holds codes, as netCDF's CF conventions have them.

    Parameters
    ----------
    names : sequence of str
        What the codes 0, 1, ... stand for, in words without blanks.
    **others : int
        Codes below 0; each is an attribute of its own besides.

    Returns
    -------
    dict
        ``flag_values`` and ``flag_meanings``, and the others.
    """
    values = np.array([*range(len(names)), *others.values()], dtype=np.int8)
    return {"flag_values": values, "flag_meanings": " ".join([*names, *others])} | others


def meanings(codes: xr.DataArray) -> dict[int, str]:
    """What the codes of a variable stand for.

    Parameters
    ----------
    codes : xarray.DataArray
        ``status`` or ``evidence`` of a dataset of `phase_diagram`.

    Returns
    -------
    dict of int to str
        Code -> word.

    Raises
    ------
    ValueError
        For a variable without codes.

    Examples
    --------
    >>> import relulab as rl
    >>> rl.phase.meanings(rl.open_figure("4a").status)[0]
    'recovered'
    """
    if "flag_meanings" not in codes.attrs:
        raise ValueError(f"{codes.name} holds no codes; give status or evidence of a phase diagram")
    values = np.atleast_1d(codes.attrs["flag_values"]).tolist()
    return dict(zip(values, codes.attrs["flag_meanings"].split(), strict=True))


def portable(attributes):
    """Attributes that every format keeps: netCDF has no whole numbers beyond 32 bits, they become words."""
    small = range(-(2**31), 2**31)
    large = {k: str(v) for k, v in attributes.items() if isinstance(v, int) and v not in small}
    return attributes | large


def provenance() -> dict[str, str]:
    """Versions, machine and date, for a result's attributes.

    Returns
    -------
    dict of str
        ``versions``, ``python``, ``machine`` and ``date``.

    Examples
    --------
    >>> from relulab.phase import provenance
    >>> sorted(provenance())
    ['date', 'machine', 'python', 'versions']
    """
    from importlib.metadata import version

    packages, count = ("relulab", "numpy", "scipy"), cores()
    return {
        "versions": ", ".join(f"{name} {version(name)}" for name in packages),
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}, {count} core{'s' * (count > 1)}",
        "date": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
    }


def merged(runs):
    """The provenance of all runs of a sweep: each thing once, and the first date."""
    once = {name: "; ".join(dict.fromkeys(run[name] for run in runs)) for name in runs[0]}
    return once | {"date": runs[0]["date"], "runs": len(runs)}


def told(notes, failed, n, d):
    """The errors of failed trials in words, one a line.

    Parameters
    ----------
    notes : list of dict
        With ``n``, ``d``, ``trial`` and ``error``.
    failed : ndarray of bool, shape (n, d, trial)
        Which trials ended with one.
    n, d : list of int
        The sizes.

    Returns
    -------
    list of str
        In the order of the grid.
    """
    known = {(note["n"], note["d"], note["trial"]): note["error"] for note in notes}
    places = [(n[i], d[j], trial) for i, j, trial in np.argwhere(failed).tolist()]
    return [
        "n={}, d={}, trial {}: {}".format(*place, known.get(place, "an error that was not kept"))
        for place in places
    ]
