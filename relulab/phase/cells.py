"""One cell of a phase diagram: its planted problems, and what is decided or measured of them."""

import time

import numpy as np

from ..audit.checking import check
from ..blocks.conditions import isometry
from ..certify.sampled import decide_many
from ..certify.together import where
from ..data.ensembles import draw
from ..data.trials import instances
from . import distances
from .datasets import EVIDENCE, NO_EVIDENCE, STATUSES


def run_cell(
    n, d, trials, problem, network, form, metric, audit=False, beta=None, device="cpu", released=False
):
    """Decide or measure the trials of one cell: a table (trials, fields) of `FIELDS` or its like.

    Decisions are made together; the seconds of a trial are its share of the processor time of the cell.
    """
    begun = time.thread_time()
    if released:
        from .released import run_trial

        rows = [run_trial(n, d, trial, problem, network, form, metric, beta) for trial in range(trials)]
        return _timed(rows, begun)
    plants, patterns = instances(n, d, range(trials), **problem)
    if metric == "recovery":
        rows = _decided(plants, patterns, network, form, audit, device)
    elif metric == "isometry":
        rows = [_isometry(*trial, network, form) for trial in zip(plants, patterns, strict=True)]
    else:
        numbered = enumerate(zip(plants, patterns, strict=True))
        rows = [_measured(n, d, t, *trial, problem, network, form, beta) for t, trial in numbered]
    return _timed(rows, begun)


def _timed(rows, begun):
    seconds = (time.thread_time() - begun) / len(rows)
    return np.array([(*row, seconds) for row in rows])


def _decided(plants, patterns, network, form, audit, device):
    verdicts = decide_many(plants, patterns, network, form, **where(device))
    if audit:
        for verdict, hidden in zip(verdicts, plants, strict=True):
            check(verdict, hidden, verdict.patterns)
    evidence = (NO_EVIDENCE if v.evidence is None else EVIDENCE.index(v.evidence) for v in verdicts)
    pairs = zip(verdicts, evidence, strict=True)
    return [(STATUSES.index(v.status), code, v.margin, v.iterations) for v, code in pairs]


def _isometry(hidden, S, network, form):
    iso = isometry(hidden, S, network, form)
    status = STATUSES.index("recovered" if iso.holds else "undecided")
    return status, EVIDENCE.index("isometry"), iso.margin, 0


def _measured(n, d, trial, hidden, S, problem, network, form, beta):
    fresh = draw(problem["ensemble"], n, d, np.random.default_rng([problem["rng"], n, d, trial, 1]))
    found = distances.measure(hidden, S, fresh, network, form, beta)
    codes = distances.STATUSES.index(found.status), distances.EVIDENCE.index(found.evidence)
    return *codes, found.distance, found.test_distance, found.gap
