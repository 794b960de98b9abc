"""The curve explorer: a curve that the reader draws, its first Legendre coefficients, a network's answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anywidget
import numpy as np
import traitlets

from ... import _checks
from ..common.sources import joined
from ..common.stills import Still, pictured

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

KNOTS, POINTS = 9, 400  # where the curve is drawn; where integrals are summed
HIGH = 0.7  # so that no coefficient exceeds 1
MOST_NUMBERS, MOST_STEPS = 16, 64
WAVE = (0.1, 0.5, 0.55, 0.2, -0.3, -0.5, -0.2, 0.35, 0.6)

_t = (np.arange(POINTS) + 0.5) * 2 / POINTS - 1
_phi = np.polynomial.legendre.legvander(_t, MOST_NUMBERS - 1).T
_phi *= np.sqrt(np.arange(MOST_NUMBERS) + 0.5)[:, None]


class CurveExplorer(Still, anywidget.AnyWidget):
    r"""A curve to draw by hand, what its first Legendre coefficients keep of it, and what a network answers.

    The curve u is a broken line on [-1, 1]. With Legendre's orthonormal polynomials the network sees

    .. math:: c_k = \int u(t)\,\varphi_k(t)\,dt, \qquad k = 1, \dots, d,

    each of them in [-1, 1], cut into N steps. Its answer for the size of the curve, the integral of its
    absolute value, is linear between the corners of that grid, on each simplex of Kuhn's triangulation.
    Integrals are sums over 400 points. The page computes everything by itself.

    Parameters
    ----------
    heights : array_like, shape (9,), optional
        The curve at nine places with even distances, each height between -0.7 and 0.7; a wave by default.
    d : int
        Coefficients that the network sees, at most 16.
    N : int
        Steps of the grid: a power of two, at most 64.

    Attributes
    ----------
    heights : list, shape (9,)
        The curve as the reader has left it.
    d, N : int
        Both as the reader has left them.
    sizes : dict
        "curve", "seen" and "answer": the size of the curve, that of its first d terms, the network's answer.

    Raises
    ------
    ValueError
        For another number of heights, heights that are too large, and d or N that cannot be shown.

    Examples
    --------
    >>> import relulab as rl
    >>> explorer = rl.widgets.CurveExplorer([0.5] * 9, d=1, N=4)
    >>> {name: round(size, 3) for name, size in explorer.sizes.items()}
    {'curve': 1.0, 'seen': 1.0, 'answer': 1.0}
    """

    _esm = joined(
        "common/elements.js",
        "common/hearing.js",
        "curve_explorer/curves_and_grids.js",
        "curve_explorer/curve_explorer.js",
    )
    _css = joined("common/house.css", "curve_explorer/curve_explorer.css")

    heights = traitlets.Any().tag(sync=True)
    d = traitlets.Any().tag(sync=True)
    N = traitlets.Any().tag(sync=True)

    def __init__(self, heights: ArrayLike | None = None, d: int = 4, N: int = 8) -> None:
        super().__init__(heights=list(WAVE) if heights is None else heights, d=d, N=N)

    @traitlets.validate("heights")
    def _validate_heights(self, proposal):
        heights = _checks.array("heights", proposal["value"], (KNOTS,))
        if np.abs(heights).max() > HIGH + 1e-9:
            raise ValueError(f"heights reach {np.abs(heights).max():.3g}; at most {HIGH} can be drawn")
        return heights.tolist()

    @traitlets.validate("d")
    def _validate_numbers(self, proposal):
        return _checks.count("d", proposal["value"], 1, MOST_NUMBERS)

    @traitlets.validate("N")
    def _validate_steps(self, proposal):
        N = _checks.count("N", proposal["value"], 2, MOST_STEPS)
        if N & (N - 1):
            raise ValueError(f"N={N} is no power of two")
        return N

    @property
    def sizes(self):
        """Size of the curve, of what the network sees of it, and the network's answer."""
        c = 2 / POINTS * _phi[: self.d] @ self._curve()
        return {"curve": _size(self._curve()), "seen": _size(c @ _phi[: self.d]), "answer": self._answer(c)}

    def _curve(self):
        return np.interp(_t, np.linspace(-1, 1, KNOTS), self.heights)

    def _answer(self, c):
        """The interpolant on the grid: a mean of d + 1 corners."""
        place = np.minimum((c + 1) / 2, 1 - 1e-12) * self.N
        corner = np.floor(place)
        part = place - corner
        order = np.argsort(-part, kind="stable")
        shares = -np.diff(np.r_[1.0, part[order], 0.0])
        total = 0.0
        for share, up in zip(shares, [*order, None], strict=True):
            total += share * _size((2 * corner / self.N - 1) @ _phi[: len(c)])
            if up is not None:
                corner[up] += 1
        return float(total)

    def _still(self):
        sizes = self.sizes
        seen = 2 / POINTS * (_phi[: self.d] @ self._curve()) @ _phi[: self.d]

        def draw(ax):
            from ...plots.style import COLORS

            ax.plot(_t, self._curve(), color=COLORS["gray"], lw=3, label="the curve")
            ax.plot(_t, seen, color=COLORS["orange"], label=f"its first {self.d} terms")
            ax.set(xlabel="t", ylabel="u(t)", ylim=(-1, 1), xticks=[-1, 0, 1])
            ax.legend(loc="lower left")

        answer = f"a network with d = {self.d}, N = {self.N} answers {sizes['answer']:.2f}"
        said = f"its size is {sizes['curve']:.2f}; {answer}"
        return (
            pictured(draw, (5.2, 3)),
            "A curve, and what is left of it.",
            f"A curve to draw by hand: {said}.",
        )


def _size(u):
    return float(np.abs(u).sum() * 2 / POINTS)
