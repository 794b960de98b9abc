"""The picture of a regularization path: neurons that appear one by one, and what they are worth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .. import _checks
from .style import COLORS, legend_below

if TYPE_CHECKING:
    from typing import Any

    from matplotlib.axes import Axes

    from ..programs import RegularizationPath

MOST = 12  # neurons that get a color of their own


def path(found: RegularizationPath, ax: Any = None, show: str = "errors") -> Axes:
    """Draw a regularization path against beta, which falls from left to right.

    Parameters
    ----------
    found : RegularizationPath
        From `relulab.path`.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default a new figure.
    show : {"errors", "norms"}
        The errors with the number of active neurons, or the norm of every neuron, the largest ones in color.

    Returns
    -------
    matplotlib.axes.Axes
        The axes.

    Raises
    ------
    ValueError
        For an unknown `show`.

    Examples
    --------
    >>> import relulab as rl
    >>> X = rl.draw("gaussian", 30, 3, rng=0)
    >>> found = rl.path(X, rl.plant(X, rng=1).y, rl.sample_patterns(X, rng=2))
    >>> rl.plots.path(found, show="norms").get_xlabel()
    'beta'
    """
    import matplotlib.pyplot as plt

    _checks.choice("show", show, ("errors", "norms"))
    if ax is None:
        _, ax = plt.subplots()
    form = found.solutions[0].form
    ax.set(
        xscale="log",
        xlabel="beta",
        title=f"{found.solutions[0].network} network, {form}, over {_p(found)} patterns",
    )
    ax.xaxis.set_inverted(True)
    (_draw_errors if show == "errors" else _draw_norms)(found, ax)
    return ax


def _p(found):
    return found.solutions[0].blocks.p


def _draw_errors(found, ax):
    logistic = found.solutions[0].loss == "logistic"
    ax.plot(found.betas, found.errors, "o-", ms=4, label="training")
    if found.validation_errors is not None:
        ax.plot(found.betas, found.validation_errors, "s-", ms=4, label="validation")
        best = int(np.argmin(found.validation_errors))
        ax.plot(
            found.betas[best], found.validation_errors[best], "*", ms=14, color=COLORS["ink"], label="best"
        )
    ax.set_ylabel("share of wrong labels" if logistic else "mean squared error")
    ax.set_ylim(bottom=0)
    beside = ax.twinx()
    beside.step(found.betas, found.neurons, where="mid", color=COLORS["gray"], label="active neurons")
    beside.set_ylabel("active neurons")
    beside.set_ylim(bottom=0)
    beside.spines["right"].set_visible(True)
    handles = [*ax.get_lines(), *beside.get_lines()]
    legend_below(ax, handles=handles)


def _draw_norms(found, ax):
    norms = np.stack([np.linalg.norm(point.parts, axis=-1) for point in found.solutions])
    skip = found.solutions[0].blocks.skip
    lines = norms[:, :, skip:].reshape(len(norms), -1).T
    for line in lines[np.argsort(-lines.max(axis=1))][::-1]:
        if line.any():
            ax.plot(found.betas, line, lw=1, color=COLORS["gray"], alpha=0.6)
    for line in lines[np.argsort(-lines.max(axis=1))][:MOST]:
        if line.any():
            ax.plot(found.betas, line)
    if skip:
        ax.plot(found.betas, norms[:, 0, 0], "--", color=COLORS["ink"], label="linear part")
        legend_below(ax)
    ax.set_ylabel("norm of each neuron")
