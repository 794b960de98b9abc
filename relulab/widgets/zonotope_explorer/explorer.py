"""The zonotope explorer: rows in the plane, and a dual vector of theirs as two zonotopes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anywidget
import numpy as np
import traitlets

from ..common.inputs import rows_in, unit
from ..common.sources import joined, packed
from ..common.stills import Still, pictured

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

MOST_ROWS = {2: 10}
SURE = 1e-9  # how far below 1 an h must be, as on the page


class ZonotopeExplorer(Still, anywidget.AnyWidget):
    r"""Rows in the plane that the reader moves, and their minimum-norm dual vector as two zonotopes.

    The dual vector ``lambda = X (X^T X)^{-1} w`` of a planted linear neuron w makes two zonotopes, the sums
    of ``|lambda_i| [0, x_i]`` over its positive and over its negative entries. Their Hausdorff distance is

    .. math:: h(\lambda) = \max_{\|u\| = 1} |\lambda^T (Xu)_+|,

    and below 1 it proves that the linear neuron is the only solution of the exact program of the skip network
    (minimal norm, all patterns). The page also finds the least h over all dual vectors, ``X^T lambda = w``.

    Parameters
    ----------
    X : array_like, shape (n, 2), optional
        The rows, at most 10 of them; six random ones by default.
    w : array_like, shape (2,), optional
        The planted direction, not zero; it is scaled to unit length.

    Attributes
    ----------
    X : list of lists, shape (n, 2)
        The rows as the reader has left them.
    w : list, shape (2,)
        The planted direction, of unit length.
    h : float or None
        The distance h of the minimum-norm dual vector, in floating point; it follows X and w. None where
        ``X^T X`` is singular.

    Raises
    ------
    ValueError
        For rows of another dimension, too many of them, a direction that is zero.

    Examples
    --------
    >>> import relulab as rl
    >>> explorer = rl.widgets.ZonotopeExplorer([[1, 0], [0, 1], [-1, 0], [0, -1]], w=[3, 4])
    >>> explorer.w, round(explorer.h, 6)
    ([0.6, 0.8], 0.5)
    """

    _esm = packed(
        "common/elements.js",
        "common/plane.js",
        "common/handles.js",
        *(f"zonotope_explorer/zonotope{part}.js" for part in ("s", "_pictures", "_explorer")),
    )
    _css = joined("common/house.css", "common/handles.css", "zonotope_explorer/zonotope_explorer.css")

    X = traitlets.Any().tag(sync=True)
    w = traitlets.Any().tag(sync=True)
    h = traitlets.Any().tag(sync=True)

    def __init__(self, X: ArrayLike | None = None, w: ArrayLike | None = None) -> None:
        if X is None:
            X = np.random.default_rng(3874).standard_normal((6, 2))
        super().__init__(X=rows_in(X, MOST_ROWS), w=unit("w", [0.8, 0.6] if w is None else w))

    @traitlets.validate("X")
    def _validate_rows(self, proposal):
        return rows_in(proposal["value"], MOST_ROWS)

    @traitlets.validate("w")
    def _validate_plant(self, proposal):
        return unit("w", proposal["value"])

    @traitlets.validate("h")
    def _validate_distance(self, proposal):
        return self._distance()  # whatever was proposed

    @traitlets.observe("X", "w")
    def _follow(self, change):
        self.h = self._distance()

    def _distance(self):
        if self.X is None or self.w is None:
            return None
        dual = _dual(np.array(self.X), np.array(self.w))
        return None if dual is None else _distance(np.array(self.X), dual)[0]

    def _still(self):
        X, w = np.array(self.X), np.array(self.w)
        n, dual = len(X), _dual(X, w)

        def draw(ax):
            from ...plots.style import COLORS

            if dual is None:
                ax.scatter(*X.T, color=COLORS["gray"])
            else:
                for sign, name, line in ((1, "blue", "-"), (-1, "orange", "--")):
                    corners = _corners(X * np.maximum(0, sign * dual)[:, None])
                    ax.fill(*corners.T, facecolor=COLORS[name] + "40", edgecolor=COLORS[name], linestyle=line)
                _, u, sign = _distance(X, dual)
                far = np.maximum(0, sign * dual) * (X @ u > 0) @ X
                near = far - self.h * u
                ax.plot(*np.array([near, far]).T, "o-", color=COLORS["ink"], linewidth=3)
                ax.plot(*np.array([near, near + u]).T, ":", color=COLORS["ink"])
                ax.plot(*(near + u), "o", color=COLORS["ink"], markerfacecolor="white")
            ax.set_aspect("equal", "datalim")

        if dual is None:
            words = f"{n} rows on one line: X^T X is singular, and there is no minimum-norm dual vector."
            return pictured(draw, (4.2, 3.2)), f"{n} rows on one line, as points.", words
        alt = (
            "The zonotopes of the positive entries (blue) and the negative ones (orange, dashed) of a dual "
            "vector, the segment that is their distance, and an open dot a unit of length along it."
        )
        words = (
            f"{n} rows, w = ({w[0]:.2f}, {w[1]:.2f}), the minimum-norm dual vector: {verdict_words(self.h)}"
        )
        return pictured(draw, (4.2, 3.2)), alt, words


def verdict_words(h):
    """What h says, as on the page."""
    gap = abs(h - 1)
    value = "1" if gap < SURE else f"{h:.{max(2, int(np.ceil(-np.log10(gap))))}f}"
    if h < 1 - SURE:
        return f"h = {value} < 1: the linear neuron is the only solution, over all patterns."
    return f"h = {value}: this dual vector does not prove it."


def _dual(X, w):
    """``X (X^T X)^{-1} w``, or None where X^T X is singular."""
    U, s, Vt = np.linalg.svd(X, full_matrices=False)
    return U @ (Vt @ w / s) if len(s) == 2 and s[1] > 1e-10 * s[0] else None


def _distance(X, dual):
    """h, a unit u where it is attained and the sign there.

    Between the borders ``x_i^T u = 0`` the function is linear in u, so that its extremes lie on the borders
    or along its gradients.
    """
    borders = np.sort(np.arctan2(*(X[X.any(axis=1)] @ [[1, 0], [0, -1]]).T) % np.pi)
    angles = np.r_[borders, borders + np.pi]
    middles = (angles + np.r_[angles[1:], angles[0] + 2 * np.pi]) / 2
    on = np.c_[np.cos(middles), np.sin(middles)] @ X.T > 0
    gradients = (on * dual) @ X
    sizes = np.linalg.norm(gradients, axis=1)
    along = gradients[sizes > 0] / sizes[sizes > 0, None]
    units = np.r_[np.c_[np.cos(angles), np.sin(angles)], along, -along]
    values = np.maximum(units @ X.T, 0) @ dual
    k = np.abs(values).argmax()
    return float(abs(values[k])), units[k], int(np.sign(values[k]))


def _corners(edges):
    """The corners of the sum of [0, edge], in order."""
    edges = edges[edges.any(axis=1)]
    down = (edges[:, 1] < 0) | ((edges[:, 1] == 0) & (edges[:, 0] < 0))
    up = np.where(down[:, None], -edges, edges)
    up = up[np.argsort(np.arctan2(up[:, 1], up[:, 0]))]
    return edges[down].sum(axis=0) + np.r_[np.zeros((1, 2)), np.cumsum(np.r_[up, -up], axis=0)]
