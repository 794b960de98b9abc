"""The paper's figures as data: number -> sweep, with what it should show."""

from dataclasses import dataclass

import numpy as np

from . import _checks
from .phase import phase_diagram


@dataclass(frozen=True)
class Figure:
    """One panel of a figure of arXiv 2209.15265.

    Attributes
    ----------
    number : str
        The figure's number, with a letter for the panel.
    settings : dict
        Arguments of `phase_diagram`.
    expectation : str
        What the diagram should show, in words.
    edge : tuple of float
        Where the 50 % point in n/d should lie, averaged over the dimensions.
    """

    number: str
    settings: dict
    expectation: str
    edge: tuple


def _linear(number, ensemble, direction, edge):
    expectation = f"50 % of plants recovered at n/d between {edge[0]} and {edge[1]}"
    return Figure(number, {"ensemble": ensemble, "direction": direction}, expectation, edge)


FIGURES = {
    figure.number: figure
    for figure in (
        _linear("4a", "gaussian", "smallest", (2.2, 2.8)),
        _linear("6a", "gaussian", "random", (1.8, 2.3)),
        _linear("6b", "cubic", "random", (1.8, 2.3)),
        _linear("6c", "whitened", "random", (1.8, 2.3)),
        _linear("6d", "cubic-whitened", "random", (1.8, 2.3)),
        _linear("18a", "gaussian", "smallest", (2.2, 2.8)),
        _linear("18b", "cubic", "smallest", (2.0, 3.4)),
        _linear("18c", "whitened", "smallest", (1.8, 2.3)),
        _linear("18d", "cubic-whitened", "smallest", (1.8, 2.3)),
    )
}
SCALES = {
    "book": {"n": range(10, 201, 10), "d": range(10, 61, 10), "trials": 5},
    "paper": {"n": range(10, 401, 10), "d": range(10, 101, 10), "trials": 5},
}


def compute(number, scale="book", rng=0, progress=True):
    """Compute a figure's phase diagram.

    Parameters
    ----------
    number : str
        A figure's number, such as ``"4a"``.
    scale : {"book", "paper"}
        ``"paper"`` is the paper's grid; ``"book"`` a smaller one.
    rng : int
        The seed.
    progress : bool
        Show a progress bar.

    Returns
    -------
    xarray.Dataset
        From `phase_diagram`, with the figure's number, expectation and measured edge as attributes.

    Examples
    --------
    >>> from relulab.figures import FIGURES
    >>> FIGURES["6c"].expectation
    '50 % of plants recovered at n/d between 1.8 and 2.3'
    """
    figure = FIGURES[_checks.choice("figure", number, FIGURES)]
    grid = SCALES[_checks.choice("scale", scale, SCALES)]
    ds = phase_diagram(**grid, **figure.settings, rng=rng, progress=progress)
    edge = measured_edge(ds)
    low, high = figure.edge
    held = bool(low <= edge <= high)
    ds.attrs |= {
        "figure": number,
        "scale": scale,
        "expectation": figure.expectation,
        "edge": edge,
        "held": int(held),
    }
    return ds


def measured_edge(ds):
    """Where the success rate crosses 1/2, in n/d, averaged over the dimensions where it does.

    In each column the crossing is taken between the last size below 1/2 and the next one.

    Parameters
    ----------
    ds : xarray.Dataset
        From `phase_diagram`.

    Returns
    -------
    float
        A ratio; NaN where no column crosses.

    Examples
    --------
    >>> import relulab as rl
    >>> from relulab.figures import measured_edge
    >>> ds = rl.phase_diagram(n=range(20, 81, 10), d=[20], trials=4, progress=False)
    >>> 1.5 < measured_edge(ds) < 2.6
    True
    """
    n, edges = ds.n.values, []
    for d in ds.d.values:
        rate = ds.rate.sel(d=d).values
        below = np.flatnonzero(rate < 0.5)
        if below.size and below[-1] + 1 < len(n):
            i = below[-1]
            share = (0.5 - rate[i]) / (rate[i + 1] - rate[i])
            edges.append((n[i] + share * (n[i + 1] - n[i])) / d)
    return float(np.mean(edges)) if edges else float("nan")
