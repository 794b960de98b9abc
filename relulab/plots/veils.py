"""A figure that waits for a guess: what a page has to know of its axes, and the truth to compare with."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.colors import to_hex

from .. import _checks

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import ArrayLike

SCALES = ("linear", "log")
MARK = "veil:"


def veil(
    ax: Axes,
    *,
    x: float | None = None,
    y: float | None = None,
    curve: tuple[ArrayLike, ArrayLike] | None = None,
    names: tuple[str, str] | None = None,
) -> None:
    """Let a reader guess before the figure is seen; call it last, when the axes have their limits.

    A page of the book covers the axes until the reader has set a line or drawn a curve over them, and then
    shows the guess with the truth. In the text, a `predict` directive with the figure's name asks for it.
    The truth travels in the figure's SVG, as the name of the group that holds the ground of the axes.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        The axes, drawn, with their limits; linear or logarithmic.
    x, y : float, optional
        The truth, where it is one place on an axis: a line is to be set.
    curve : (array_like, array_like), optional
        The truth, where it is a curve: its abscissas, which rise, and its ordinates. Give one of the three.
    names : (str, str), optional
        Short words for the axes, which are spoken; by default their labels.

    Raises
    ------
    ValueError
        Where there is not one truth, it is not finite or outside of the axes, an axis has another scale, or
        a name is missing or holds mathematics.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> import relulab as rl
    >>> ax = Figure().subplots()
    >>> _ = ax.plot([0, 1, 2], [0, 1, 4])
    >>> rl.plots.veil(ax, curve=([0, 1, 2], [0, 1, 4]), names=("x", "its square"))
    >>> ax.patch.get_gid()[:14]
    'veil:{"kind":"'
    """
    given = {"x": x, "y": y, "curve": curve}
    kinds = [kind for kind, truth in given.items() if truth is not None]
    if len(kinds) != 1:
        raise ValueError(f"one truth must be given, x, y or curve; these are {len(kinds)}")
    (kind,) = kinds
    axes = {"x": ax.xaxis, "y": ax.yaxis}
    for name, axis in axes.items():
        if axis.get_scale() not in SCALES:
            raise ValueError(f"ax has the scale {axis.get_scale()!r} in {name}; it must be one of {SCALES}")
    spoken = (ax.get_xlabel(), ax.get_ylabel()) if names is None else tuple(names)
    if len(spoken) != 2 or not all(name.strip() and "$" not in name for name in spoken):
        raise ValueError(f"names must hold a few plain words for each axis; these are {spoken}")
    known = {
        "kind": kind,
        "limits": {"x": [*map(float, ax.get_xlim())], "y": [*map(float, ax.get_ylim())]},
        "scales": {name: axis.get_scale() for name, axis in axes.items()},
        "names": dict(zip("xy", spoken, strict=True)),
        "truth": _curve(curve) if kind == "curve" else float(_checks.array(kind, given[kind], ())),
    }
    _refuse_unseen(known)
    same = [line for line in ax.lines if kind == "curve" and _is_drawn_by(line, *curve)]
    if same:  # a reader sees the truth in the figure's own color
        known["color"] = to_hex(same[0].get_color())
    ax.patch.set_gid(MARK + json.dumps(known, separators=(",", ":")))


def _is_drawn_by(line, xs, ys):
    drawn = line.get_xydata()
    return drawn.shape == (len(xs), 2) and np.allclose(drawn, np.column_stack([xs, ys]))


def _curve(curve):
    if len(curve) != 2:
        raise ValueError(f"curve must be a pair, abscissas and ordinates; it has {len(curve)} parts")
    xs = _checks.array("curve", curve[0], ("n",))
    ys = _checks.array("curve", curve[1], (len(xs),))
    if len(xs) < 2 or (np.diff(xs) <= 0).any():
        raise ValueError("curve must have two abscissas or more, which rise")
    return [[float(f"{number:.6g}") for number in point] for point in zip(xs, ys, strict=True)]


def _refuse_unseen(known):
    """Parts of a curve may leave the axes; one place must not."""
    x, y = (sorted(known["limits"][name]) for name in "xy")
    kind, truth = known["kind"], known["truth"]
    if kind == "curve":
        seen = any(x[0] <= a <= x[1] and y[0] <= b <= y[1] for a, b in truth)
    else:
        low, high = x if kind == "x" else y
        seen = low <= truth <= high
    if not seen:
        raise ValueError(f"{kind} is outside of the axes, where nobody could guess it")
