"""One cell of a phase diagram: its planted problems, and what is decided or measured of them."""

import time

import numpy as np

from . import distances
from .audit import check
from .batch import where
from .certify import decide_many
from .conditions import isometry
from .diagram_data import EVIDENCE, NO_EVIDENCE, STATUSES
from .ensembles import draw
from .patterns import sample_together
from .planted import SilentNeuron, plant


def instance(
    n, d, trial, kind="linear", ensemble="gaussian", direction="random", k=1, sigma=0.0, rng=0, patterns=1
):
    """The planted problem of one trial of a phase diagram, by itself.

    Parameters
    ----------
    n, d, trial : int
        Samples, dimension, number of the trial.
    kind, ensemble, direction, k, sigma, patterns
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
    ((hidden,), (S,)) = instances(n, d, [trial], kind, ensemble, direction, k, sigma, rng, patterns)
    return hidden, S


def instances(
    n, d, trials, kind="linear", ensemble="gaussian", direction="random", k=1, sigma=0.0, rng=0, patterns=1
):
    """The planted problems of several trials of a cell, each as `instance` gives it, drawn faster.

    Parameters
    ----------
    n, d : int
        Samples, dimension.
    trials : iterable of int
        Numbers of the trials.
    kind, ensemble, direction, k, sigma, rng, patterns
        As for `instance`.

    Returns
    -------
    plants : list of Plant
        The planted problems.
    patterns : list of Patterns
        The sampled patterns of each.

    Examples
    --------
    >>> import relulab as rl
    >>> plants, patterns = rl.phase.instances(40, 10, range(4), rng=7)
    >>> [rl.decide(plant, S).status for plant, S in zip(plants, patterns)][-1]
    'recovered'
    """
    sources = [np.random.default_rng([rng, n, d, trial]) for trial in trials]
    plants = [planted_problem(source, ensemble, n, d, kind, k, direction, sigma) for source in sources]
    includes = [None if kind == "linear" else hidden.weights for hidden in plants]
    return plants, sample_together([hidden.X for hidden in plants], max(patterns * n, 50), includes, sources)


def planted_problem(source, ensemble, n, d, kind, k, direction, sigma):
    """Data and plant of one trial; data on which a normalized neuron is silent are drawn again.

    Parameters
    ----------
    source : numpy.random.Generator
        The trial's source of randomness.
    ensemble, n, d
        As for `draw`.
    kind, k, direction, sigma
        As for `plant`.

    Returns
    -------
    Plant
        The planted problem.

    Raises
    ------
    ValueError
        Where hardly any data let every neuron be heard, as for n = 1 and a pair (w, -w).

    Examples
    --------
    >>> import numpy as np
    >>> from relulab.cells import planted_problem
    >>> source = np.random.default_rng(0)
    >>> planted_problem(source, "gaussian", 4, 3, "normalized", 2, "axes", 0.0).y.shape
    (4,)
    """
    for left in reversed(range(100)):
        try:
            return plant(draw(ensemble, n, d, source), kind, k, direction, sigma, source)
        except SilentNeuron:
            if not left:
                raise


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
