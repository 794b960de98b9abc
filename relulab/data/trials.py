"""The planted problems of the trials of a seed: each can be drawn by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .. import _checks
from ..patterns.sampling import sample_together
from .ensembles import draw
from .planted import SilentNeuron, plant

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from ..patterns.sampling import Patterns
    from .planted import Plant


def instance(
    n: int,
    d: int,
    trial: int,
    kind: str = "linear",
    ensemble: Any = "gaussian",
    direction: Any = "random",
    k: int = 1,
    sigma: float = 0.0,
    rng: int = 0,
    patterns: float | str = 1,
) -> tuple[Plant, Patterns | str]:
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
    S : Patterns or "all"
        Its sampled patterns, the planted ones among them.

    Raises
    ------
    ValueError
        For numbers that are not whole or out of range, or as `draw` and `plant` do.

    Examples
    --------
    >>> import relulab as rl
    >>> plant, S = rl.phase.instance(40, 10, trial=3, rng=7)
    >>> rl.decide(plant, S).status
    'recovered'
    """
    trial = _checks.count("trial", trial, 0)
    ((hidden,), (S,)) = instances(n, d, [trial], kind, ensemble, direction, k, sigma, rng, patterns)
    return hidden, S


def instances(
    n: int,
    d: int,
    trials: Iterable[int],
    kind: str = "linear",
    ensemble: Any = "gaussian",
    direction: Any = "random",
    k: int = 1,
    sigma: float = 0.0,
    rng: int = 0,
    patterns: float | str = 1,
) -> tuple[list[Plant], list[Patterns] | list[str]]:
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
    patterns : list of Patterns, or of "all"
        The sampled patterns of each.

    Raises
    ------
    ValueError
        For numbers that are not whole or out of range, or as `draw` and `plant` do.

    Examples
    --------
    >>> import relulab as rl
    >>> plants, patterns = rl.phase.instances(40, 10, range(4), rng=7)
    >>> [rl.decide(plant, S).status for plant, S in zip(plants, patterns)][-1]
    'recovered'
    """
    n, d, rng = _checks.count("n", n), _checks.count("d", d), _checks.count("rng", rng, 0)
    trials = [_checks.count("trials", trial, 0) for trial in _checks.sequence("trials", trials)]
    everywhere = isinstance(patterns, str) and _checks.choice("patterns", patterns, ("all",))
    patterns = patterns if everywhere else _checks.positive("patterns", patterns)
    sources = [np.random.default_rng([rng, n, d, trial]) for trial in trials]
    plants = [planted_problem(source, ensemble, n, d, kind, k, direction, sigma) for source in sources]
    if everywhere:
        return plants, ["all"] * len(plants)
    includes = [None if kind == "linear" else hidden.weights for hidden in plants]
    return plants, sample_together(
        [hidden.X for hidden in plants], max(round(patterns * n), 50), includes, sources
    )


def planted_problem(
    source: np.random.Generator,
    ensemble: Any,
    n: int,
    d: int,
    kind: str,
    k: int,
    direction: Any,
    sigma: float,
) -> Plant:
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
