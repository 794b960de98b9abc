"""One cell of a phase diagram: its planted problems, and what is decided or measured of them."""

import time

import numpy as np

from ..blocks.conditions import isometry
from ..certify.decision import decide
from ..certify.sampled import decide_many
from ..data.ensembles import draw
from ..data.trials import instances
from ..solvers.arrays import where
from . import distances
from .datasets import ERROR, EVIDENCE, NO_EVIDENCE, STATUSES
from .proofs import NO_CLAIM, proof_of


class FailedTrials(UserWarning):
    """Some trials of a sweep ended with an error."""


# What the machine is short of and not the trial: it ends the sweep, which goes on when that is mended.
OF_THE_MACHINE = (MemoryError, OSError, ImportError)


def run_cell(
    n, d, trials, problem, network, form, metric, audit=False, beta=None, device="cpu", released=False
):
    """Decide or measure trials of one cell.

    Decisions are made together; the seconds of a trial are its share of the processor time of the cell. A
    trial that ends with an error is undecided, and the others are what they are without it.

    Parameters
    ----------
    n, d : int
        The cell.
    trials : int or sequence of int
        How many, or the numbers of those to run.
    problem, network, form, metric, audit, beta, device, released
        As `phase_diagram` hands them on.

    Returns
    -------
    table : ndarray, shape (trials, fields)
        Of `FIELDS` or its like; `AUDITED` where decisions are audited.
    errors : dict of int to str
        Number of a trial -> what it ended with, or why an audited verdict is not proved.
    """
    everywhere, drawing = problem.get("patterns") == "all", dict(problem)
    if everywhere:  # the problems are those of a diagram over sampled patterns
        effort = drawing.pop("effort")
        del drawing["patterns"]
    numbers, errors = list(range(trials) if isinstance(trials, int) else trials), {}
    begun = time.thread_time()

    def rows_of(numbers):
        if released:
            from .released import run_trial

            return [run_trial(n, d, trial, problem, network, form, metric, beta) for trial in numbers]
        plants, patterns = instances(n, d, numbers, **drawing)
        if metric == "recovery":
            if everywhere:
                verdicts = [decide(one, "all", network, form, effort=effort) for one in plants]
            else:
                verdicts = decide_many(plants, patterns, network, form, **where(device))
            return _decided(verdicts, prove(verdicts, plants, numbers) if audit else None)
        drawn = zip(numbers, plants, patterns, strict=True)
        if metric == "isometry":
            return [_isometry(plant, S, network, form) for _, plant, S in drawn]
        return [_measured(n, d, *trial, problem, network, form, beta) for trial in drawn]

    def alone(number):
        try:
            return rows_of([number])[0]
        except OF_THE_MACHINE:
            raise
        except Exception as error:
            errors[number] = in_words(error)
            return _failed(metric, audit)

    def prove(verdicts, plants, numbers):
        proofs = [proof_of(*pair) for pair in zip(verdicts, plants, strict=True)]
        errors.update({number: proof.why for number, proof in zip(numbers, proofs, strict=True) if proof.why})
        return [proof.code for proof in proofs]

    try:
        rows = rows_of(numbers)
    except OF_THE_MACHINE:
        raise
    except Exception:
        rows = [alone(number) for number in numbers]
    return _timed(rows, begun), errors


def in_words(error):
    """An error on one line, its kind first."""
    return " ".join(f"{type(error).__name__}: {error}".split())


def _failed(metric, audit):
    if metric in distances.METRICS:
        codes = distances.STATUSES.index("undecided"), distances.EVIDENCE.index("error")
        return *codes, np.nan, np.nan, np.nan
    return STATUSES.index("undecided"), ERROR, np.nan, 0, *([NO_CLAIM] * audit)


def _timed(rows, begun):
    seconds = (time.thread_time() - begun) / len(rows)
    return np.array([(*row, seconds) for row in rows])


def _decided(verdicts, proofs):
    evidence = (NO_EVIDENCE if v.evidence is None else EVIDENCE.index(v.evidence) for v in verdicts)
    pairs = zip(verdicts, evidence, strict=True)
    rows = [(STATUSES.index(v.status), code, v.margin, v.iterations) for v, code in pairs]
    return rows if proofs is None else [(*row, proof) for row, proof in zip(rows, proofs, strict=True)]


def _isometry(hidden, S, network, form):
    iso = isometry(hidden, S, network, form)
    status = STATUSES.index("recovered" if iso.holds else "undecided")
    return status, EVIDENCE.index("isometry"), iso.margin, 0


def _measured(n, d, trial, hidden, S, problem, network, form, beta):
    fresh = draw(problem["ensemble"], n, d, np.random.default_rng([problem["rng"], n, d, trial, 1]))
    found = distances.measure(hidden, S, fresh, network, form, beta)
    codes = distances.STATUSES.index(found.status), distances.EVIDENCE.index(found.evidence)
    return *codes, found.distance, found.test_distance, found.gap
