"""The paper's figures as data: number -> sweep, with what it should show.

`FIGURES` holds them all, `WHOLE` those that this book adds over all patterns; `compute` computes them,
`open_figure` opens the results that come with the package.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from .. import _checks
from ..phase.distances import METRICS
from .whole import LISTED

if TYPE_CHECKING:
    from typing import Any

    import xarray as xr

RESULTS, FILE = Path(__file__).parents[1] / "results", "figure-{}.zarr.zip"
ENDINGS = {"paper": "", "released": "-released"}
SCALES = ("book", "paper")


def open_figure(number: str, protocol: str = "paper") -> xr.Dataset:
    """Open a figure's result that comes with the package.

    Parameters
    ----------
    number : str
        A figure's number, such as ``"4a"``, or the name of one over all patterns, such as ``"real-random"``.
    protocol : {"paper", "released"}
        Figures of trained networks come with both.

    Returns
    -------
    xarray.Dataset
        As from `phase_diagram`, with a dimension ``sigma`` where the figure has noise. The attributes hold
        the command, seed, versions, machine and wall time that made it, its scale, and whether the
        expectation held.

    Raises
    ------
    ValueError
        For a figure or a protocol without a stored result; the message names those that have one.

    Examples
    --------
    >>> import relulab as rl
    >>> ds = rl.open_figure("4a")
    >>> ds.sizes["n"], ds.sizes["d"], ds.attrs["held"]
    (40, 10, 1)
    """
    from .archive import load

    numbers = stored(_checks.choice("protocol", protocol, ENDINGS))
    return load(_file(_checks.choice("figure", number, numbers), protocol))


def _file(number, protocol):
    return RESULTS / FILE.format(number + ENDINGS[protocol])


def stored(protocol: str = "paper") -> dict:
    """What comes with the package.

    Parameters
    ----------
    protocol : {"paper", "released"}
        As for `open_figure`.

    Returns
    -------
    dict
        Number -> the file's name and size, in words; in the order of `FIGURES`, those over all patterns
        last.

    Examples
    --------
    >>> from relulab.figures.results import stored
    >>> "4a" in stored()
    True
    """
    files = {number: _file(number, protocol) for number in LISTED}
    return {
        number: f"results/{file.name}, {file.stat().st_size / 1000:.0f} kB"
        for number, file in files.items()
        if file.is_file()
    }


def solved_as(figure: Any) -> str:
    """The number of the first figure with the same cells: both distances are of the same solutions.

    Parameters
    ----------
    figure : relulab.figure_list.Figure
        A figure.

    Returns
    -------
    str
        Its own number, unless an earlier figure has the same problems and programs.

    Examples
    --------
    >>> from relulab.figures.list import FIGURES
    >>> from relulab.figures.results import solved_as
    >>> solved_as(FIGURES["7"]), solved_as(FIGURES["19"])
    ('7', '7')
    """

    def computed(other):
        metric = other.settings.get("metric", "recovery")
        return (
            other.settings | {"metric": "distance" if metric in METRICS else metric},
            other.sigmas,
            other.grids,
        )

    return next(number for number, other in LISTED.items() if computed(other) == computed(figure))


def measured_edge(ds: xr.Dataset) -> float:
    """Where the success rate crosses 1/2, in n/d, averaged over the dimensions where it does.

    In each column the crossing is taken between the last size below 1/2 and the next one.

    Parameters
    ----------
    ds : xarray.Dataset
        From `phase_diagram`, with ``rate``.

    Returns
    -------
    float
        A ratio; NaN where no column crosses.

    Examples
    --------
    >>> import relulab as rl
    >>> from relulab.figures.results import measured_edge
    >>> ds = rl.phase_diagram(n=range(20, 81, 10), d=[20], trials=4, progress=False)
    >>> 1.5 < measured_edge(ds) < 2.6
    True
    """
    edges = crossings(ds) / ds.d.values
    return float(np.nanmean(edges)) if np.isfinite(edges).any() else float("nan")


def crossings(ds: xr.Dataset, level: float = 0.5) -> np.ndarray:
    """The n at which the success rate passes a level, for each dimension.

    Between the last size below the level and the next one the rate is taken as a straight line.

    Parameters
    ----------
    ds : xarray.Dataset
        From `phase_diagram`, with ``rate``.
    level : float
        The level, above 0 and at most 1.

    Returns
    -------
    ndarray, shape (d,)
        NaN where the rate is not below the level at any size, or still is at the last one.

    Examples
    --------
    >>> import relulab as rl
    >>> from relulab.figures.results import crossings
    >>> crossings(rl.open_figure("6c")).round().astype(int).tolist()[:3]
    [18, 38, 48]
    """
    n, found = ds.n.values, np.full(ds.sizes["d"], np.nan)
    for j, rate in enumerate(ds.rate.transpose("d", "n").values):
        below = np.flatnonzero(rate < level)
        if below.size and below[-1] + 1 < len(n):
            i = below[-1]
            share = (level - rate[i]) / (rate[i + 1] - rate[i])
            found[j] = n[i] + share * (n[i + 1] - n[i])
    return found
