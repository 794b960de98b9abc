"""The data of a phase diagram: from the table of its cells to a Dataset, and where it came from."""

import datetime
import platform

import numpy as np

from ..certify.verdicts import EVIDENCE, STATUSES
from ..theory.intervals import wilson_interval
from .executor import cores

FIELDS = ("status", "evidence", "margin", "iterations", "seconds")
NO_EVIDENCE = -1


def dataset(table, attributes):
    """The Dataset of decisions (n, d, trial, `FIELDS`), without coordinates; see `phase_diagram`."""
    import xarray as xr

    trials = table.shape[2]
    status, evidence, margin, iterations, seconds = np.moveaxis(table, -1, 0)
    recovered = (status == STATUSES.index("recovered")).sum(axis=2)
    lower, upper = wilson_interval(recovered, trials)
    counts = [(evidence == code).sum(axis=2) for code in (*range(len(EVIDENCE)), NO_EVIDENCE)]
    per_trial, per_cell = ("n", "d", "trial"), ("n", "d")
    codes = {"meanings": list(EVIDENCE), "none": NO_EVIDENCE}
    return xr.Dataset(
        {
            "status": (per_trial, status.astype(np.int8), {"meanings": list(STATUSES)}),
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
        coords={"by": [*EVIDENCE, "none"]},
        attrs=attributes,
    )


def provenance():
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
