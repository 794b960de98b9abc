"""The planted problems of the trials of a seed: each can be drawn by itself."""

import numpy as np

from ..patterns.sampling import sample_together
from .ensembles import draw
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
    >>> from relulab.data.trials import planted_problem
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
