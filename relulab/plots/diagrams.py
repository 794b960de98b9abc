"""The diagrams of the book: rates, edges, slices, and what theory draws over them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import matplotlib.pyplot as plt
import numpy as np

from ..theory.probabilities import wendel
from ..theory.thresholds import group_threshold
from .style import COLORS, RATE_MAP, edges, legend_below, mark_undecided, title

if TYPE_CHECKING:
    from collections.abc import Sequence

    import xarray as xr
    from matplotlib.axes import Axes

# n/d from which the ReLU network is proved to recover, most of the time, for large d.
REAL_EDGES = {("gaussian", "random"): 4 / 3, ("gaussian", "smallest"): (1 + 3**-0.5) ** 2}


def rates(ds: xr.Dataset, x: str = "d", y: str = "n", ax: Axes | None = None) -> Axes:
    """Draw the success rates of a diagram, one cell a rectangle, from 0 (dark) to 1 (bright).

    Parameters
    ----------
    ds : xarray.Dataset
        With ``rate`` over `x` and `y`.
    x, y : str
        Names of the axes.
    ax : matplotlib.axes.Axes, optional
        Where to draw.

    Returns
    -------
    matplotlib.axes.Axes
        The axes.

    Examples
    --------
    >>> import relulab as rl
    >>> ds = rl.phase_diagram(n=[20, 40, 60], d=[10, 20], trials=2, progress=False)
    >>> rl.plots.rates(ds).get_xlabel()
    'd'
    """
    ax = ax or plt.subplots()[1]
    picture = ax.pcolormesh(
        edges(ds[x]),
        edges(ds[y]),
        ds.rate.transpose(y, x).values,
        vmin=0,
        vmax=1,
        cmap=RATE_MAP,
        linewidth=0,
    )
    picture.set_edgecolor("face")
    what = "where the condition holds" if ds.attrs.get("metric") == "isometry" else "recovered"
    ax.figure.colorbar(picture, ax=ax, label=f"share of trials {what}", fraction=0.05)
    ax.set(xlabel=x, ylabel=y)
    return ax


def diagram(ds: xr.Dataset, ax: Axes | None = None, theory: bool = True) -> Axes:
    """Draw a phase diagram over (d, n), with the theory over it.

    Cells with undecided trials are marked with their number. The band about the measured 50 % contour is
    where the 95 % interval of the rate holds 1/2, interpolated between cells. The dashed line is theory. For
    a linear plant n = 2d, where the all-ones pattern exists with probability 1/2: far below it nothing is
    recovered by the gated program. For one normalized neuron n = d. For several the statistical dimension of
    the group norm, a heuristic.

    Parameters
    ----------
    ds : xarray.Dataset
        From `phase_diagram`.
    ax : matplotlib.axes.Axes, optional
        Where to draw.
    theory : bool
        Draw the curve and the measured 50 % contour with its band.

    Returns
    -------
    matplotlib.axes.Axes
        The axes.

    Examples
    --------
    >>> import relulab as rl
    >>> ds = rl.phase_diagram(n=[20, 40, 60], d=[10, 20], trials=2, progress=False)
    >>> ax = rl.plots.diagram(ds)
    >>> ax.get_ylabel()
    'n'
    """
    ax = rates(ds, ax=ax)
    mark_undecided(ds, ax)
    if theory and min(ds.rate.shape) > 1:
        theory_curve(ds, ax)
        half_contour(ds, ax)
        if ax.get_legend_handles_labels()[0]:
            legend_below(ax)
    ax.set_ylim(*edges(ds.n)[[0, -1]])
    ax.set_title(title(ds.attrs), fontsize=10)
    return ax


def half_contour(ds: xr.Dataset, ax: Axes) -> Axes:
    """Draw where a rate over (d, n) is 1/2, with the band in which its 95 % interval holds 1/2.

    There is no band where the trials are so few that the interval holds 1/2 in every cell.

    Parameters
    ----------
    ds : xarray.Dataset
        With ``rate``, ``lower`` and ``upper`` over n and d; nothing is drawn where the rate never crosses.
    ax : matplotlib.axes.Axes
        Where to draw.

    Returns
    -------
    matplotlib.axes.Axes
        The axes.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> import relulab as rl
    >>> ax = rl.plots.half_contour(rl.open_figure("4a"), plt.subplots()[1])
    >>> [line.get_label() for line in ax.lines]
    ['measured 50 %']
    """
    if ds.rate.min() < 0.5 < ds.rate.max():
        color = COLORS["orange"]
        # In half widths of the interval, so that between cells the contour stays inside its band.
        half_width = np.where(ds.rate < 0.5, ds.upper - ds.rate, ds.rate - ds.lower)
        from_half = (ds.rate - 0.5) / half_width
        decided = abs(from_half).max() > 1
        if decided:
            ax.contourf(ds.d, ds.n, from_half, levels=[-1, 1], colors=color, alpha=0.35)
        ax.contour(ds.d, ds.n, from_half, levels=[0], colors=color, linewidths=2)
        ax.plot([], [], color=color, label="measured 50 %")
        if decided:
            ax.fill_between([], [], [], color=color, alpha=0.35, label="its 95 % interval")
    return ax


def theory_curve(ds: xr.Dataset, ax: Axes) -> Axes:
    """Draw the edge of recovery that theory knows for a diagram's settings, where it knows one.

    Parameters
    ----------
    ds : xarray.Dataset
        From `phase_diagram`.
    ax : matplotlib.axes.Axes
        Where to draw.

    Returns
    -------
    matplotlib.axes.Axes
        The axes.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> import relulab as rl
    >>> rl.plots.theory_curve(rl.open_figure("22"), plt.subplots()[1]).lines[0].get_label()
    'n = d'
    """
    kind, k = ds.attrs.get("kind"), ds.attrs.get("k", 1)
    if kind == "relu" or kind is None:
        return ax
    d = np.linspace(*edges(ds.d)[[0, -1]], 50)
    if kind == "linear" and ds.attrs.get("patterns") == "all" and ds.attrs.get("form") == "exact":
        ratio = REAL_EDGES.get((ds.attrs["ensemble"], ds.attrs["direction"]))
        if ratio is None:
            return ax
        n, label = ratio * d, f"n = {ratio:.3g} d: enough for large d (proved)"
    elif kind == "linear":
        n, label = 2 * d, "n = 2d: all-ones pattern with probability 1/2"
    elif k == 1:
        n, label = d, "n = d"
    else:
        d = np.arange(max(1, np.ceil(d[0])), d[-1] + 1e-9, 2)
        n = np.array([group_threshold(k, int(size)) for size in d])
        label = "statistical dimension (heuristic)"
    inside = n <= edges(ds.n)[-1]
    ax.plot(d[inside], n[inside], color="white", linestyle="--", label=label)
    return ax


def slice_against_wendel(ds: xr.Dataset, d: int, ax: Axes | None = None) -> Axes:
    """Draw the success rate at one dimension against n/d, with Wilson bands and the exact curve 1 - Wendel.

    Parameters
    ----------
    ds : xarray.Dataset
        From `phase_diagram`, of a linear plant.
    d : int
        A dimension of the grid.
    ax : matplotlib.axes.Axes, optional
        Where to draw.

    Returns
    -------
    matplotlib.axes.Axes
        The axes.

    Raises
    ------
    ValueError
        For a d that is not in the diagram.

    Examples
    --------
    >>> import relulab as rl
    >>> ds = rl.phase_diagram(n=[20, 40, 60], d=[20], trials=2, ensemble="whitened", progress=False)
    >>> rl.plots.slice_against_wendel(ds, 20).get_xlabel()
    'n / d'
    """
    if d not in ds.d.values:
        raise ValueError(f"d={d!r} is not in the diagram; choose from {ds.d.values.tolist()}")
    ax = slice_against(ds, d, [1 - wendel(int(n), int(d)) for n in ds.n], ax)
    ax.lines[-1].set_label("1 − Wendel")
    ax.legend(loc="lower right")
    return ax


def slice_against(ds: xr.Dataset, d: int, probability: Sequence[float], ax: Axes | None = None) -> Axes:
    """Draw the success rate at one dimension against n/d, and what is known of it over all patterns.

    Parameters
    ----------
    ds : xarray.Dataset
        From `phase_diagram`.
    d : int
        A dimension of the grid.
    probability : sequence of float
        The probability over all patterns for every n of the diagram.
    ax : matplotlib.axes.Axes, optional
        Where to draw.

    Returns
    -------
    matplotlib.axes.Axes
        The axes.

    Raises
    ------
    ValueError
        For a d that is not in the diagram, or probabilities of another number than its n.

    Examples
    --------
    >>> import relulab as rl
    >>> ds = rl.open_figure("6c")
    >>> known = [rl.theory.recovery_whitened(int(n), 30) if n >= 30 else 0 for n in ds.n]
    >>> len(rl.plots.slice_against(ds, 30, known).lines)
    2
    """
    if d not in ds.d.values:
        raise ValueError(f"d={d!r} is not in the diagram; choose from {ds.d.values.tolist()}")
    if len(probability) != ds.sizes["n"]:
        raise ValueError(
            f"probability has {len(probability)} entries; the diagram has {ds.sizes['n']} sizes n"
        )
    ax = ax or plt.subplots()[1]
    cut = ds.sel(d=d)
    ratio = cut.n.values / d
    (line,) = ax.plot(ratio, cut.rate, "o", ms=5, label=f"sampled patterns, d = {d}")
    ax.fill_between(ratio, cut.lower, cut.upper, color=line.get_color(), alpha=0.2, label="95 % interval")
    ax.plot(ratio, probability, color=COLORS["orange"], label="all patterns, exactly")
    ax.set(xlabel="n / d", ylabel="probability of recovery", ylim=(-0.03, 1.03))
    ax.legend(loc="lower right")
    return ax
