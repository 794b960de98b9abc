"""The arrangement explorer: rows and a gate to move, and the patterns that a gate can have."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anywidget
import numpy as np
import traitlets

from ... import _checks
from ...patterns.all_ones import has_all_ones
from ...patterns.enumeration import enumerate_patterns
from ...patterns.sampling import count_patterns
from ..common.inputs import direction, rows_in
from ..common.sources import joined
from ..common.stills import Still, pictured

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

MOST_ROWS = {2: 24, 3: 10}


class ArrangementExplorer(Still, anywidget.AnyWidget):
    """Rows of a data matrix that the reader moves, the cells of their arrangement, and a gate u to turn.

    In the plane (d = 2) the cells of u lie on a ring about the rows; on the sphere (d = 3) they are painted
    on it, and the sphere can be turned. Each cell is one arrangement pattern; their number stands against
    Cover's count, and the all-ones cell lights up where it exists. The page computes everything by itself.

    Parameters
    ----------
    X : array_like, shape (n, d), optional
        The rows, d = 2 or 3, at most 24 or 10 of them; six random ones by default.
    gate : array_like, shape (d,), optional
        The gate u, not zero.
    d : {2, 3}
        Dimension of the random rows; without effect where `X` is given.

    Attributes
    ----------
    points : list of lists, shape (n, d)
        The rows as the reader has left them. Set it together with `gate` where d changes.
    gate : list, shape (d,)
        The gate u, of unit length once the reader has turned it.
    count : int
        Number of cells, that of the zero pattern included: `count_patterns` for rows in general position.
    pattern : ndarray of bool, shape (n,)
        The diagonal of D(u).

    Raises
    ------
    ValueError
        For rows of another dimension, too many of them, a gate that is zero or does not fit them.

    Examples
    --------
    >>> import relulab as rl
    >>> explorer = rl.widgets.ArrangementExplorer([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.5]], gate=[1.0, 0.2])
    >>> explorer.count, explorer.pattern.tolist()
    (6, [True, True, False])
    """

    _esm = joined(
        "common/elements.js",
        "common/player.js",
        "common/plane.js",
        "common/handles.js",
        *(f"arrangement_explorer/arrangement{part}.js" for part in ("s", "_plane", "_sphere", "_explorer")),
    )
    _css = joined("common/house.css", "common/handles.css", "arrangement_explorer/arrangement_explorer.css")

    points = traitlets.Any().tag(sync=True)
    gate = traitlets.Any().tag(sync=True)

    def __init__(self, X: ArrayLike | None = None, gate: ArrayLike | None = None, d: int = 2) -> None:
        if X is None:
            X = np.random.default_rng(28).standard_normal((6, _checks.count("d", d, 2, 3)))
        rows = rows_in(X, MOST_ROWS)
        if gate is None:
            gate = [0.8, 0.6] if len(rows[0]) == 2 else [0.48, 0.36, 0.8]
        super().__init__(points=rows, gate=direction("gate", gate, len(rows[0])).tolist())

    @traitlets.validate("points")
    def _validate_points(self, proposal):
        return rows_in(proposal["value"], MOST_ROWS)

    @traitlets.validate("gate")
    def _validate_gate(self, proposal):
        return direction("gate", proposal["value"], len(self.points[0])).tolist()

    @property
    def count(self):
        """Number of cells, int."""
        X = np.array(self.points)
        if not X.any():
            return 0
        return enumerate_patterns(X).p + has_all_ones(X)

    @property
    def pattern(self):
        """The diagonal of D(u), bool."""
        return np.array(self.points) @ np.array(self.gate) >= 0

    def _still(self):
        X = np.array(self.points)
        (n, d), on = X.shape, np.flatnonzero(self.pattern) + 1
        masks = np.asarray(enumerate_patterns(X))
        masks = masks[:, np.lexsort((*masks[::-1], masks.sum(axis=0)))]

        def draw(ax):
            from ...plots.style import COLORS

            ax.imshow(masks, cmap=_two(COLORS["gray"], COLORS["blue"]), aspect="auto", interpolation="none")
            ax.set(
                xlabel="patterns, one a column", ylabel="rows", yticks=range(n), yticklabels=range(1, n + 1)
            )

        has = "exists" if has_all_ones(X) else "does not exist"
        words = (
            f"{n} rows in dimension {d} make {self.count} cells, the zero pattern's included; Cover's count "
            f"is {count_patterns(n, d)}. The all-ones pattern {has}. "
            f"The gate u has rows {', '.join(map(str, on))} on."
        )
        alt = f"The {masks.shape[1]} nonzero patterns of {n} rows as columns, blue where a row is on."
        return pictured(draw, (5.2, 2.6)), alt, words


def _two(off, on):
    from matplotlib.colors import ListedColormap

    return ListedColormap([off + "40", on])
