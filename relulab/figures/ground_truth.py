"""What a recovery figure would show over all patterns: by closed forms, enumeration, and trees of signs.

A phase diagram is drawn over sampled patterns, so it is too optimistic for the same program over all of them.
Here the same problems are decided over every pattern where that can be done.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import scipy

from .. import _checks
from ..certify.decision import decide
from ..data.trials import instance
from ..phase.datasets import portable
from ..theory.probabilities import recovery_whitened
from .list import FIGURES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    import xarray as xr


def closed_form(settings: Mapping[str, Any], n: int, d: int) -> float:
    """The probability that a plant is the unique solution over all patterns, where a theorem tells it.

    Parameters
    ----------
    settings : dict
        Those of a recovery figure, ``FIGURES[number].settings``.
    n, d : int
        Samples and dimension.

    Returns
    -------
    float
        One minus Wendel's probability for a linear plant and whitened data; for one normalized neuron the
        probability that its active rows span all rows, ``P(Bin(n, 1/2) >= min(n, d) | Bin > 0)``; NaN for
        other figures.

    Examples
    --------
    >>> from relulab.figures.list import FIGURES
    >>> from relulab.figures.ground_truth import closed_form
    >>> closed_form(FIGURES["6c"].settings, 20, 10), round(closed_form(FIGURES["22"].settings, 6, 3), 3)
    (0.5, 0.667)
    """
    gated = settings.get("form", "gated") == "gated"
    if settings.get("kind", "linear") == "linear":
        whitened = "whitened" in settings.get("ensemble", "gaussian")
        return float(recovery_whitened(n, d)) if whitened and gated and n >= d else np.nan
    if settings["kind"] == "normalized" and settings["k"] == 1 and settings["direction"] == "random":
        return float(scipy.stats.binom.sf(min(n, d) - 1, n, 0.5) / (1 - 0.5**n))
    return np.nan


def truth(
    number: str,
    n: Iterable[int] = range(4, 25, 2),
    d: int = 3,
    trials: int = 10,
    rng: int = 0,
) -> xr.Dataset:
    """Decide a recovery figure's problems over sampled patterns and over all.

    Parameters
    ----------
    number : str
        The figure.
    n : iterable of int
        Samples.
    d : int
        Dimension. Up to 4 or so all patterns can be enumerated. Beyond, linear plants in the skip network are
        decided by trees of signs; of others cutting planes prove failures, and the rest stays undecided.
    trials : int
        Problems for each n.
    rng : int
        The seed; the problems are those of the figure with this seed.

    Returns
    -------
    xarray.Dataset
        Over n, counts of the trials: ``sampled`` is recovered over the sampled patterns; over all patterns,
        ``recovered`` is certified to be, ``failed`` certified not to be the unique solution. ``probability``
        is the closed form, NaN where none is known.

    Raises
    ------
    ValueError
        For a figure that is unknown or not about recovery, or numbers that are not whole or below 1.

    Examples
    --------
    >>> from relulab.figures.ground_truth import truth
    >>> ds = truth("6c", n=[8], trials=6)
    >>> bool(ds.recovered.item() <= ds.sampled.item()), bool(ds.recovered.item() + ds.failed.item() == 1)
    (True, True)
    """
    import xarray as xr

    figure = FIGURES[_checks.choice("number", number, FIGURES)]
    if not knows_recovery(figure):
        raise ValueError(f"number={number!r} is not about recovery; choose one that is, such as '4a'")
    settings = {name: value for name, value in figure.settings.items() if name not in ("network", "form")}
    program = figure.settings.get("network", "skip"), figure.form
    sizes = [_checks.count("n", size) for size in _checks.sequence("n", n)]
    d, trials = _checks.count("d", d), _checks.count("trials", trials)
    counts = {name: np.zeros(len(sizes)) for name in ("sampled", "recovered", "failed")}
    for i, size in enumerate(sizes):
        for trial in range(trials):
            plant, S = instance(size, d, trial, **settings, rng=rng)
            status = decide(plant, "all", *program).status
            counts["sampled"][i] += decide(plant, S, *program).status == "recovered"
            counts["recovered"][i] += status == "recovered"
            counts["failed"][i] += status in ("not-recovered", "not-unique")
    data = {name: counted / trials for name, counted in counts.items()}
    data |= {"probability": np.array([closed_form(figure.settings, size, d) for size in sizes])}
    return xr.Dataset(
        {name: ("n", values) for name, values in data.items()},
        coords={"n": sizes},
        attrs=portable({"figure": number, "d": d, "trials": trials, "rng": rng}),
    )


def knows_recovery(figure):
    """Whether a figure is about exact recovery, so that its truth over all patterns can be asked for."""
    return not figure.trained and figure.settings.get("metric", "recovery") == "recovery"
