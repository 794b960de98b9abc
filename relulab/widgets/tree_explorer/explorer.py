"""The tree explorer: rows in the plane, and the tree of their signs as rings of cells."""

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

MOST_ROWS = {2: 8}
TIMES = (1.05, 1.2, 1.5, 2.2, 4.0)  # sizes of bounds over the largest eigenvalue
LEVEL = 4 * (1 - 1e-9)
LOOKS = {"split": "gray", "bound": "blue", "violator": "orange"}


class TreeExplorer(Still, anywidget.AnyWidget):
    r"""The tree of signs of rows in the plane, grown ring by ring; rows and the plant can be turned.

    For the minimum-norm dual vector let ``a_i = lambda_i x_i``. A node has signs for the first k rows, in an
    order, and the sum ``c = w + sum_{i <= k} s_i a_i``. It goes on unless

    - ``"bound"``: whatever the signs of the other rows are, ``||c + sum_{i > k} s_i a_i|| < 2``;
    - ``"circuit"``: no gate has these signs.

    A node with all signs that is left is a ``"violator"``. Without one the linear neuron is the only solution
    of the gated program over all patterns. In the plane a node that some gate has is a sector. The page
    computes by itself, in floating point.

    Parameters
    ----------
    X : array_like, shape (n, 2), optional
        The rows, none of them zero, at most 8; six random ones by default.
    w : array_like, shape (2,), optional
        The planted direction, not zero; it is scaled to unit length.

    Attributes
    ----------
    X : list of lists, shape (n, 2)
        The rows as the reader has left them.
    w : list, shape (2,)
        The planted direction.
    nodes : list of tuple
        The signs of each node, breadth first, with its fate: ``"split"``, ``"bound"``, ``"circuit"`` or
        ``"violator"``. Empty where all rows lie on one line.

    Raises
    ------
    ValueError
        For rows of another dimension, too many of them, zero rows, a direction that is zero.

    Examples
    --------
    >>> import relulab as rl
    >>> explorer = rl.widgets.TreeExplorer([[1, 0], [0, 1], [-1, 1]], w=[0, 1])
    >>> [fate for _, fate in explorer.nodes][:3]
    ['split', 'split', 'bound']
    """

    _esm = packed(
        "common/elements.js",
        "common/hearing.js",
        "common/plane.js",
        "common/handles.js",
        "common/player.js",
        "tree_explorer/sign_tree.js",
        "tree_explorer/tree_rings.js",
        "tree_explorer/tree_explorer.js",
    )
    _css = joined("common/house.css", "common/handles.css", "tree_explorer/tree_explorer.css")

    X = traitlets.Any().tag(sync=True)
    w = traitlets.Any().tag(sync=True)

    def __init__(self, X: ArrayLike | None = None, w: ArrayLike | None = None) -> None:
        if X is None:
            X = np.random.default_rng(5627).standard_normal((6, 2))
        super().__init__(X=_rows(X), w=unit("w", [0.8, 0.6] if w is None else w))

    @traitlets.validate("X")
    def _validate_rows(self, proposal):
        return _rows(proposal["value"])

    @traitlets.validate("w")
    def _validate_plant(self, proposal):
        return unit("w", proposal["value"])

    @property
    def nodes(self) -> list[tuple]:
        return [(signs, fate) for signs, fate, _ in _tree(np.array(self.X), np.array(self.w))[1]]

    def _still(self):
        X, w = np.array(self.X), np.array(self.w)
        order, nodes = _tree(X, w)
        X = X[order]

        def draw(ax):
            from matplotlib.patches import Wedge

            from ...plots.style import COLORS

            for signs, fate, _ in nodes:
                k = len(signs)
                if fate == "circuit" or not k:
                    continue
                for start, end in _sectors(X[:k], signs):
                    color = COLORS[LOOKS[fate]]
                    face = color + ("20" if fate == "split" else "90")
                    ax.add_patch(
                        Wedge((0, 0), k, *np.degrees([start, end]), width=1, facecolor=face, edgecolor=color)
                    )
            size = len(X) + 0.2
            ax.set(xlim=(-size, size), ylim=(-size, size), xticks=[], yticks=[])
            ax.set_aspect("equal")

        alt = "Rings of sectors, one ring for each row with a sign; blue ones are too short and end there."
        return pictured(draw, (4.2, 4.2)), alt, _words(nodes)


def _rows(X):
    X = rows_in(X, MOST_ROWS)
    if not np.any(X, axis=1).all():
        raise ValueError("X has a zero row; it has no sign")
    return X


def _tree(X, w):
    """The order of the rows, and (signs, fate, half of the sum's length) of all nodes."""
    U, s, Vt = np.linalg.svd(X, full_matrices=False)
    if len(s) < 2 or s[1] <= 1e-10 * s[0]:
        return np.arange(len(X)), []
    a = (U @ (Vt @ w / s))[:, None] * X
    order = np.argsort(-np.abs(a @ w).round(12), kind="stable")
    X, a = X[order], a[order]
    nodes, waiting = [], [()]
    while waiting:
        signs = waiting.pop(0)
        k = len(signs)
        c = w + np.array(signs) @ a[:k] if k else w
        if _bound(c, a[k:]) < LEVEL:
            fate = "bound"
        elif k and not _sectors(X[:k], signs):
            fate = "circuit"
        else:
            fate = "split" if k < len(X) else "violator"
            waiting += [(*signs, sign) for sign in (1, -1)] * (fate == "split")
        nodes.append((signs, fate, float(np.hypot(*c)) / 2))
    return order, nodes


def _bound(c, rest):
    """A bound of the longest ``c + sum of +-rest``, squared."""
    sizes = np.linalg.norm(rest, axis=1)
    if not sizes.any():
        return c @ c
    rest, sizes = rest[sizes > 0], sizes[sizes > 0]
    M = (rest.T * (sizes.sum() / sizes)) @ rest
    scales = np.linalg.eigvalsh(M)[-1] * np.array(TIMES)
    return min(s + c @ np.linalg.solve(np.eye(2) - M / s, c) for s in scales)


def _sectors(X, signs):
    """Where the gates with these signs are: one pair of angles, or none."""
    turn = 2 * np.pi
    borders = np.sort(np.r_[np.arctan2(X[:, 0], -X[:, 1]), np.arctan2(-X[:, 0], X[:, 1])] % turn)
    borders = borders[np.r_[True, np.diff(borders) > 1e-10]]
    if borders[0] + turn - borders[-1] <= 1e-10:
        borders = borders[:-1]
    ends = np.r_[borders[1:], borders[0] + turn]
    middles = (borders + ends) / 2
    gates = np.c_[np.cos(middles), np.sin(middles)]
    here = ((gates @ X.T) * np.array(signs) > 0).all(axis=1)
    return list(zip(borders[here].tolist(), ends[here].tolist(), strict=True))


def _words(nodes):
    if not nodes:
        return "All rows lie on one line: there is no minimum-norm dual vector to look at."
    fates = [fate for _, fate, _ in nodes]
    counts = f"{fates.count('split')} go on, {fates.count('bound')} are too short, "
    counts += f"{fates.count('circuit')} are had by no gate"
    if "violator" in fates:
        most = max(length for _, fate, length in nodes if fate == "violator")
        end = f"A gate reaches {most:.2f}: this dual vector proves nothing."
    else:
        end = "The tree has ended: the linear neuron is the only solution of the gated program, over all"
        end += " patterns."
    return f"{len(nodes)} nodes: {counts}. {end}"
