"""The running example in the same colors in every chapter, its prices, and how far they reach."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .. import _checks
from ..data.running import ten_points
from .style import COLORS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import ArrayLike

HEARD = {(True, False): "blue", (False, True): "orange", (True, True): "green", (False, False): "gray"}
LARGEST = 900  # area of the disc of the largest price
LABEL = np.array([19, 12])  # points from a sample to its price
STEPS = 1440


def draw_ten_points(
    ax: Axes, *, gate: ArrayLike | None = None, prices: ArrayLike | None = None, arrows: bool = True
) -> None:
    """Draw the ten points of `relulab.ten_points`, in the colors that they have in the whole book.

    Blue points are heard by the first hidden neuron alone, orange ones by the second, green ones by both,
    gray ones by none. The arrows are the neurons.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to draw.
    gate : array_like, shape (2,), optional
        Points that this gate does not hold are hollow.
    prices : array_like, shape (10,), optional
        A disc about each point, its area in proportion to the size of the price, with its number.
    arrows : bool
        Whether to draw the two neurons.

    Raises
    ------
    ValueError
        For a gate or prices of another shape, or a NaN.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> import relulab as rl
    >>> ax = Figure().subplots()
    >>> rl.plots.draw_ten_points(ax, gate=[1, 0])
    >>> len(ax.lines)
    10
    """
    ten = ten_points()
    colors = [COLORS[HEARD[tuple(map(bool, row))]] for row in ten.X @ ten.weights > 0]
    on = np.full(10, True) if gate is None else ten.X @ _checks.array("gate", gate, (2,)) >= 0
    if prices is not None:
        prices = _checks.array("prices", prices, (10,))
        ax.scatter(*ten.X.T, s=LARGEST * np.abs(prices / np.abs(prices).max()), c=colors, alpha=0.3, lw=0)
        for x, price, away in zip(ten.X, prices, _away(ten.X), strict=True):
            words = f"{price:.2f}".replace("-", "−")
            look = {"textcoords": "offset points", "ha": "center", "va": "center", "fontsize": 9}
            ax.annotate(words, x, LABEL * away, **look)
    for x, color, filled in zip(ten.X, colors, on, strict=True):
        ax.plot(*x, "o", ms=7 if prices is None else 4, color=color, mfc=color if filled else "none")
    if arrows:
        draw_neurons(ax)
    ax.set(xlim=(-1.4, 1.4), ylim=(-1.4, 1.4), aspect="equal")
    ax.set_axis_off()


def _away(X):
    """For each point the direction that leads away from the others, the near ones above all."""
    apart = X[:, None] - X
    square = (apart**2).sum(-1) + np.eye(len(X))
    push = (apart / square[..., None] ** 2).sum(1)
    return push / np.linalg.norm(push, axis=1, keepdims=True)


def draw_neurons(ax: Axes, count: int = 2) -> None:
    """Draw the hidden neurons of the running example as arrows from the origin: the first, or both.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to draw.
    count : int
        How many, 0 to 2.

    Raises
    ------
    ValueError
        For another count.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> import relulab as rl
    >>> ax = Figure().subplots()
    >>> rl.plots.draw_neurons(ax)
    >>> len(ax.texts)
    2
    """
    shown = _checks.count("count", count, 0, 2)
    for w, color in list(zip(ten_points().weights.T, ("blue", "orange"), strict=True))[:shown]:
        look = {"arrowstyle": "-|>", "color": COLORS[color], "lw": 2, "shrinkA": 0, "shrinkB": 0}
        ax.annotate("", w, (0, 0), arrowprops=look)


def draw_reach(ax: Axes, dual: ArrayLike, *, neurons: int = 2) -> None:
    """Draw how much the prices of the ten points pay a neuron, in every direction of its gate.

    At the angle of a gate the line is as far from the origin as ``||X^T D_j dual||``, the norm of that
    gate's block. Prices are fair if it does not leave the circle.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to draw.
    dual : array_like, shape (10,)
        The prices.
    neurons : int
        How many of the two neurons to draw, the first before the second.

    Raises
    ------
    ValueError
        For prices of another shape, a NaN, or another number of neurons.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> import relulab as rl
    >>> ax = Figure().subplots()
    >>> rl.plots.draw_reach(ax, [0.1] * 10)
    >>> len(ax.lines)
    2
    """
    X, dual = ten_points().X, _checks.array("dual", dual, (10,))
    gates = np.stack([np.cos(turn := np.linspace(0, 2 * np.pi, STEPS + 1)), np.sin(turn)])
    reach = np.linalg.norm(((X @ gates >= 0) * dual[:, None]).T @ X, axis=1)
    ax.plot(*gates, color=COLORS["gray"], lw=1.2, ls="--")
    ax.fill(*(reach * gates), color=COLORS["sky"], alpha=0.25, lw=0)
    ax.plot(*(reach * gates), color=COLORS["ink"], lw=1.4)
    draw_neurons(ax, neurons)
    ax.set(xlim=(-1.4, 1.4), ylim=(-1.4, 1.4), aspect="equal")
    ax.set_axis_off()
