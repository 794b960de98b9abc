"""A picture for every figure's data: the diagram, the panels of its noise levels, the truth beside it."""

import matplotlib.pyplot as plt
import numpy as np

from ..phase.distances import vanishing
from ..plots.diagrams import diagram, half_contour, slice_against, theory_curve
from ..plots.style import COLORS, DISTANCE_MAP, edges, legend_below, mark_undecided, title
from .ground_truth import closed_form, knows_recovery, truth
from .list import FIGURES
from .whole import PROGRAMS

FARTHEST = 1.2  # what a distance's color shows at most: plants have norm 1


def picture(ds, beside=None):
    """Draw a figure's data.

    Parameters
    ----------
    ds : xarray.Dataset
        From `relulab.figure_runs.compute`, `open_figure` or `phase_diagram`.
    beside : xarray.Dataset, optional
        From `relulab.truth.truth`, to be drawn under a recovery diagram. Where it is not given and the
        figure's probability over all patterns is known in closed form, that is drawn.

    Returns
    -------
    matplotlib.figure.Figure
        The picture.

    Examples
    --------
    >>> import relulab as rl
    >>> from relulab.figures.pictures import picture
    >>> len(picture(rl.open_figure("22")).axes)
    3
    """
    if "probability" in ds:
        return frequencies(ds).figure
    if "edge" in ds:
        return nested_edges(ds).figure
    if "sigma" in ds.dims:
        return _panels(ds)
    if "rate" not in ds:
        ax = distances(ds)
        add_colorbar(ax)
        ax.set_title(title(ds.attrs))
        if ax.lines:
            legend_below(ax)
        return ax.figure
    figure = FIGURES.get(ds.attrs.get("figure"))
    if beside is None and not has_closed_form(figure):
        return diagram(ds).figure
    drawn, (top, bottom) = plt.subplots(2, 1, figsize=(5.5, 8), height_ratios=(3, 2))
    diagram(ds, ax=top)
    if beside is None:
        d = int(ds.d[ds.sizes["d"] // 3])
        probability = [closed_form(figure.settings, int(n), d) for n in ds.n]
        slice_against(ds, d, probability, ax=bottom)
    else:
        sampled_against_all(beside, ax=bottom)
    return drawn


def has_closed_form(figure):
    """Whether the probability over all patterns is known for a figure."""
    return (
        figure is not None and knows_recovery(figure) and not np.isnan(closed_form(figure.settings, 30, 10))
    )


def with_truth(ds, **options):
    """`picture`, with what is true over all patterns beside it, where the figure is about recovery.

    It is the closed form where there is one; otherwise the figure's problems at small d are decided over all
    patterns.

    Parameters
    ----------
    ds : xarray.Dataset
        From `relulab.figure_runs.compute` or `open_figure`.
    **options
        Passed to `relulab.truth.truth`.

    Returns
    -------
    matplotlib.figure.Figure
        The picture.

    Examples
    --------
    >>> import relulab as rl
    >>> from relulab.figures.pictures import with_truth
    >>> with_truth(rl.open_figure("4a"), n=[6, 12], trials=2).axes[1].get_xlabel()
    'n / d'
    """
    figure = FIGURES.get(ds.attrs["figure"])
    if figure is None or not knows_recovery(figure) or has_closed_form(figure):
        return picture(ds)
    return picture(ds, truth(figure.number, **options))


def _panels(ds):
    """One panel a noise level, two in a row, and one scale."""
    rows = (ds.sizes["sigma"] + 1) // 2
    drawn, axes = plt.subplots(
        rows,
        2,
        figsize=(5.5, 1.2 + 2.7 * rows),
        sharex=True,
        sharey=True,
        squeeze=False,
        layout="constrained",
    )
    for ax, sigma in zip(axes.flat, ds.sigma.values, strict=False):
        distances(ds.sel(sigma=sigma), ax=ax)
        ax.set_title(f"σ = {sigma:g}")
        ax.label_outer()
    add_colorbar(axes, orientation="horizontal")
    drawn.suptitle(title(ds.attrs), fontsize=10)
    told = {}
    for ax in axes.flat:
        handles, labels = ax.get_legend_handles_labels()
        told |= dict(zip(labels, handles, strict=True))
    if told:
        legend_below(drawn, handles=[*told.values()], labels=[*told], loc="outside lower center")
    return drawn


def distances(ds, ax=None):
    """Draw the median distances of a diagram over (d, n), from 0 (bright) to 1.2 and more (dark).

    Cells with undecided trials are marked with their number. Without noise there is the contour where half
    of the distances vanish, with its band; the dashed line is theory, both as in `relulab.plots.diagram`.
    Trained networks have neither.

    Parameters
    ----------
    ds : xarray.Dataset
        From `phase_diagram` with a distance as its metric.
    ax : matplotlib.axes.Axes, optional
        Where to draw.

    Returns
    -------
    matplotlib.axes.Axes
        The axes; `add_colorbar` explains the colors.

    Examples
    --------
    >>> import relulab as rl
    >>> from relulab.figures.pictures import distances
    >>> ds = rl.phase_diagram([20, 40], [8, 10], 2, sigma=0.1, metric="distance", progress=False)
    >>> distances(ds).get_ylabel()
    'n'
    """
    ax = ax or plt.subplots()[1]
    shown = ds["median"].transpose("n", "d").values
    picture = ax.pcolormesh(
        edges(ds.d), edges(ds.n), shown, vmin=0, vmax=FARTHEST, cmap=DISTANCE_MAP, linewidth=0
    )
    picture.set_edgecolor("face")
    mark_undecided(ds, ax)
    if ds.attrs.get("form") != "trained" and min(shown.shape) > 1:
        theory_curve(ds, ax)
        if ds.coords.get("sigma", ds.attrs.get("sigma")) == 0:
            half_contour(vanishing(ds), ax)
    ax.set(xlabel="d", ylabel="n", ylim=edges(ds.n)[[0, -1]])
    ax.metric = "test distance" if ds.attrs.get("metric") == "test-distance" else "distance to the plant"
    return ax


def add_colorbar(axes, **options):
    """Explain the colors of `distances` beside one axes or several.

    Parameters
    ----------
    axes : matplotlib.axes.Axes or ndarray of them
        Drawn by `distances`.
    **options
        Passed to matplotlib's ``colorbar``.
    """
    first = np.atleast_1d(axes).flat[0]
    first.figure.colorbar(
        first.collections[0], ax=axes, label=f"median {first.metric}", extend="max", fraction=0.05, **options
    )


def sampled_against_all(beside, ax=None):
    """Draw recovery over sampled patterns and over all, of the same problems.

    Parameters
    ----------
    beside : xarray.Dataset
        From `relulab.truth.truth`.
    ax : matplotlib.axes.Axes, optional
        Where to draw.

    Returns
    -------
    matplotlib.axes.Axes
        The axes.
    """
    ax = ax or plt.subplots()[1]
    ratio = beside.n / beside.attrs["d"]
    ax.plot(ratio, beside.sampled, "o-", label=f"sampled patterns, d = {beside.attrs['d']}")
    most = 1 - beside.failed
    if (most - beside.recovered > 1e-9).any():
        ax.fill_between(
            ratio, beside.recovered, most, color=COLORS["orange"], alpha=0.25, label="not decided"
        )
    ax.plot(ratio, beside.recovered, "s-", color=COLORS["orange"], label="all patterns, certified")
    if beside.probability.notnull().any():
        ax.plot(ratio, beside.probability, ":", color=COLORS["ink"], label="all patterns, closed form")
    ax.set(xlabel="n / d", ylabel="share recovered", ylim=(-0.03, 1.03))
    ax.legend(loc="best")
    return ax


def nested_edges(ds, ax=None, color=COLORS["blue"], name=None):
    """Draw edges of nested rows: the median of n/d over d, and the quartiles about it.

    Parameters
    ----------
    ds : xarray.Dataset
        From `relulab.edge`.
    ax : matplotlib.axes.Axes, optional
        Where to draw.
    color : str
        Of the line and its band.
    name : str, optional
        For the legend.

    Returns
    -------
    matplotlib.axes.Axes
        The axes.

    Examples
    --------
    >>> import relulab as rl
    >>> from relulab.figures.pictures import nested_edges
    >>> nested_edges(rl.edge(d=[2, 3], trials=3, progress=False)).get_ylabel()
    'n / d'
    """
    ax = ax or plt.subplots()[1]
    program = PROGRAMS[ds.attrs["form"]]
    ax.fill_between(ds.d, ds["first"], ds["third"], color=color, alpha=0.2, linewidth=0)
    ax.plot(ds.d, ds["median"], "o-", ms=4, color=color, label=name or f"{program}: median, quartiles")
    ax.set(xlabel="d", ylabel="n / d")
    ax.legend(loc="best", fontsize=9)
    return ax


def frequencies(ds, ax=None):
    """Draw how often the planted pattern is one of two clusters, measured and by the formula.

    Parameters
    ----------
    ds : xarray.Dataset
        From `relulab.figure_clusters.frequencies`.
    ax : matplotlib.axes.Axes, optional
        Where to draw.

    Returns
    -------
    matplotlib.axes.Axes
        The axes.
    """
    ax = ax or plt.subplots()[1]
    cut = ds.isel(n=0)
    picked = [int(d) for d in cut.d.values[:: max(1, cut.sizes["d"] // 3)]]
    for d, color in zip(picked, COLORS.values(), strict=False):
        line = cut.sel(d=d)
        ax.plot(line.s, line.probability, color=color)
        bars = np.maximum([line.rate - line.lower, line.upper - line.rate], 0)
        ax.errorbar(line.s, line.rate, bars, fmt="o", ms=4, color=color, label=f"d = {d}")
    ax.set(xlabel="s, the inverse noise level", ylabel="P(pattern = first cluster)", ylim=(-0.03, 1.03))
    ax.set_title(f"clustered data, n = {int(ds.n[0])}: points measured, lines the formula", fontsize=11)
    ax.legend(loc="lower right")
    return ax
