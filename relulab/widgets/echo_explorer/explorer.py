"""The echo explorer: the borders of a wall, moved by the reader, and what is heard at its surface."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anywidget
import numpy as np
import traitlets

from ... import _checks
from ..common.sources import joined
from ..common.stills import Still, pictured

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

BORDERS, HIGHEST = 12, 0.8
WALL = (0.0, 0.0, 0.45, 0.0, 0.0, 0.0, -0.6, 0.0, 0.0, 0.3, 0.0, 0.0)


class EchoExplorer(Still, anywidget.AnyWidget):
    r"""A wall of layers: the reader moves what each border reflects, and hears the echoes.

    At border j the part :math:`k_j` of a wave is reflected. Levinson's recursion makes the echoes
    :math:`r_0 = 1, r_1, \dots, r_{12}` of it, all multiple reflections included. With the Toeplitz matrices
    :math:`T_m` of the echoes, and :math:`v_m = 1^TT_m^{-1}1`,

    .. math:: v_{m+1} - v_m = \prod_{j=1}^m \frac{1 + k_j}{1 - k_j} ,

    the impedance behind border m. The page computes both sides by itself: the right one from the borders, the
    left one from the echoes alone.

    Parameters
    ----------
    k : array_like, shape (12,), optional
        What each border reflects, between -0.8 and 0.8; three borders that do by default.

    Attributes
    ----------
    k : list, shape (12,)
        The wall as the reader has left it.
    echoes : ndarray, shape (13,)
        What is heard at the surface, from the pulse on.
    grown : ndarray, shape (12,)
        How the volume grows, computed from the echoes.

    Raises
    ------
    ValueError
        For another number of borders, and for a border that reflects too much.

    Examples
    --------
    >>> import relulab as rl
    >>> explorer = rl.widgets.EchoExplorer([0.5] + 11 * [0])
    >>> explorer.echoes[:3].tolist()
    [1.0, -0.5, 0.25]
    >>> explorer.grown[[0, -1]].round(12).tolist()
    [3.0, 3.0]
    """

    _esm = joined(
        "common/elements.js",
        "common/hearing.js",
        "common/handles.js",
        "echo_explorer/walls.js",
        "echo_explorer/echo_explorer.js",
    )
    _css = joined("common/house.css", "common/handles.css", "echo_explorer/echo_explorer.css")

    k = traitlets.Any().tag(sync=True)

    def __init__(self, k: ArrayLike | None = None) -> None:
        super().__init__(k=list(WALL) if k is None else k)

    @traitlets.validate("k")
    def _validate_borders(self, proposal):
        k = _checks.array("k", proposal["value"], (BORDERS,))
        if np.abs(k).max() > HIGHEST + 1e-9:
            raise ValueError(f"k reaches {np.abs(k).max():.3g}; a border may reflect at most {HIGHEST}")
        return k.tolist()

    @property
    def echoes(self) -> NDArray[np.float64]:
        r, a, energy = np.zeros(BORDERS + 1), np.array([1.0]), 1.0
        r[0] = 1.0
        for m, k in enumerate(self.k, 1):
            r[m] = -k * energy - a[1:] @ r[m - 1 : 0 : -1]
            a = np.r_[a, 0] + k * np.r_[0, a[::-1]]
            energy *= 1 - k * k
        return r

    @property
    def grown(self) -> NDArray[np.float64]:
        from scipy.linalg import toeplitz

        T = toeplitz(self.echoes)
        sizes = range(1, len(T) + 1)
        return np.diff([np.linalg.solve(T[:m, :m], np.ones(m)).sum() for m in sizes])

    def _still(self):
        borders, r, grown = np.arange(1, BORDERS + 1), self.echoes, self.grown

        def draw(axes):
            from ...plots.style import COLORS

            axes.bar(borders, r[1:], width=0.5, color=COLORS["gray"], label="echo")
            axes.step(borders, grown, where="mid", color=COLORS["orange"], label="impedance")
            axes.set(xlabel="depth, and time", xlim=(0, BORDERS + 1))
            axes.legend(loc="upper left")

        loudest = int(np.abs(r[1:]).argmax()) + 1
        words = (
            f"{np.count_nonzero(self.k)} of {BORDERS} borders reflect. The loudest echo, {r[loudest]:.2f}, "
            f"comes at time {loudest}; behind the last border the impedance is {grown[-1]:.2f}."
        )
        return pictured(draw, (5.2, 3)), "Echoes as bars, the wall's impedance as steps.", words
