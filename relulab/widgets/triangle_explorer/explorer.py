"""The triangle explorer: is a point of the plane in the image of a ball? Answered step by step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import anywidget
import numpy as np
import traitlets

from ... import _checks
from ..common.sources import joined, packed
from ..common.stills import Still, pictured

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

COLUMNS = [[1.4, 0.5, 0.3], [-0.2, 0.8, -0.9]]
BALLS = ("l2", "l1")
MOST_COLUMNS, FARTHEST, LARGEST = 6, 2.5, 2.0
TOLERANCE, MOST_TRIANGLES = 0.02, 200


class TriangleExplorer(Still, anywidget.AnyWidget):
    r"""A matrix of two rows, a point b and a radius to move, and the triangle algorithm that decides.

    The points Ax with :math:`\|x\| \le \rho` fill a set E: an ellipse for the round ball, a polygon with
    corners among :math:`\pm\rho a_j` for that of the l1 norm. From p in E the algorithm looks for the point q
    of E that lies farthest in the direction b - p. Either the step from p toward q comes nearer to b, or p is
    a witness:

    .. math:: (b - p)^T q < \tfrac12 (\|b\|^2 - \|p\|^2) ,

    and the bisector of p and b separates b from all of E. The page computes everything by itself.

    Parameters
    ----------
    A : array_like, shape (2, m), optional
        Its columns are the points that the reader moves, at most six of them, none longer than 2.5.
    b : array_like, shape (2,), optional
        The point in question, not longer than 2.5.
    rho : float
        The radius of the ball, above 0 and at most 2.
    ball : {"l2", "l1"}
        The norm.

    Attributes
    ----------
    A, b, rho, ball
        As above; they follow the reader and can be set.
    found : dict
        What the algorithm finds: ``answer`` ("inside" within 0.02 of b, "outside", or "undecided" after 200
        triangles), ``triangles`` (their number) and ``bound`` (what a witness proves of the norm of every
        solution of Ax = b, otherwise None).

    Raises
    ------
    ValueError
        For a matrix without two rows, too many columns, what does not fit the picture, an unknown ball.

    Examples
    --------
    >>> import relulab as rl
    >>> explorer = rl.widgets.TriangleExplorer([[1, 0], [0, 2]], b=[1, 2], rho=1)
    >>> found = explorer.found
    >>> found["answer"], found["bound"] <= 2**0.5
    ('outside', True)
    """

    _esm = packed(
        "common/elements.js",
        "common/hearing.js",
        "common/plane.js",
        "common/handles.js",
        "common/player.js",
        "triangle_explorer/triangles.js",
        "triangle_explorer/triangle_pictures.js",
        "triangle_explorer/triangle_explorer.js",
    )
    _css = joined("common/house.css", "common/handles.css", "triangle_explorer/triangle_explorer.css")

    A = traitlets.Any().tag(sync=True)
    b = traitlets.Any().tag(sync=True)
    rho = traitlets.Any().tag(sync=True)
    ball = traitlets.Any().tag(sync=True)

    def __init__(
        self, A: ArrayLike | None = None, b: ArrayLike | None = None, rho: float = 1.0, ball: str = "l2"
    ) -> None:
        super().__init__(A=COLUMNS if A is None else A, b=[0.9, 1.1] if b is None else b, rho=rho, ball=ball)

    @traitlets.validate("A")
    def _validate_matrix(self, proposal):
        A = _checks.array("A", proposal["value"], (2, "m"))
        if not 1 <= A.shape[1] <= MOST_COLUMNS:
            raise ValueError(f"A has {A.shape[1]} columns; from 1 to {MOST_COLUMNS} can be shown")
        return _fitting("A has a column", A).tolist()

    @traitlets.validate("b")
    def _validate_point(self, proposal):
        return _fitting("b is a point", _checks.array("b", proposal["value"], (2,))).tolist()

    @traitlets.validate("rho")
    def _validate_radius(self, proposal):
        rho = _checks.positive("rho", proposal["value"])
        if rho > LARGEST:
            raise ValueError(f"rho={rho} is too large for the picture; at most {LARGEST:g}")
        return rho

    @traitlets.validate("ball")
    def _validate_ball(self, proposal):
        return _checks.choice("ball", proposal["value"], BALLS)

    @property
    def found(self) -> dict[str, Any]:
        answer, path = self._path()
        bound = None
        if answer == "outside":
            A, b = np.array(self.A), np.array(self.b)
            c = b - path[-1][0]
            size = np.linalg.norm(A.T @ c, np.inf if self.ball == "l1" else 2)
            tiny = 1e-12 * np.linalg.norm(A) * np.linalg.norm(c)
            bound = float(c @ b / size) if size > tiny else np.inf  # no solution at all, up to rounding
        return {"answer": answer, "triangles": len(path), "bound": bound}

    def _farthest(self, c):
        g = np.array(self.A).T @ c
        if not g.any():
            return g
        if self.ball == "l2":
            return self.rho * g / np.linalg.norm(g)
        return self.rho * np.sign(g) * (np.arange(len(g)) == np.abs(g).argmax())

    def _path(self):
        """The answer, and p and q of each triangle."""
        A, b = np.array(self.A), np.array(self.b)
        x, path = np.zeros(A.shape[1]), []
        while len(path) < MOST_TRIANGLES:
            p = A @ x
            c, v = b - p, self._farthest(b - p)
            q = A @ v
            path.append((p, q))
            if np.linalg.norm(c) <= TOLERANCE:
                return "inside", path
            if c @ q < (b @ b - p @ p) / 2:
                return "outside", path
            x = x + min(1, c @ (q - p) / ((q - p) @ (q - p))) * (v - x)
        return "undecided", path

    def _still(self):
        A, b, found, (answer, path) = np.array(self.A), np.array(self.b), self.found, self._path()
        turn = np.linspace(0, 2 * np.pi, 120)
        U, s, _ = np.linalg.svd(A, full_matrices=False)
        border = self.rho * (U * s) @ np.stack([np.cos(turn), np.sin(turn)])[: len(s)]
        if self.ball == "l1":  # the farthest corners, in order
            border = np.transpose(
                [A @ self._farthest(u) for u in np.c_[np.cos(turn + 0.01), np.sin(turn + 0.01)]]
            )

        def draw(ax):
            from ...plots.style import COLORS

            ax.fill(*border, facecolor=COLORS["blue"] + "30", edgecolor=COLORS["blue"])
            for p, q in path:
                ax.fill(
                    *np.array([p, q, b]).T, facecolor=COLORS["gray"] + "20", edgecolor=COLORS["gray"], lw=0.8
                )
            ax.plot(*np.array([p for p, _ in path]).T, "o-", color=COLORS["blue"], ms=3)
            if answer == "outside":
                c = b - path[-1][0]
                along = np.array([-c[1], c[0]]) / np.linalg.norm(c)
                ax.plot(*((b - c / 2) + np.outer([-9, 9], along)).T, color=COLORS["orange"])
            ax.plot(*b, "o", color=COLORS["ink"])
            ax.annotate("b", b, (6, 4), textcoords="offset points")
            ax.set(xlim=(-3, 3), ylim=(-2.6, 2.6), aspect="equal")

        shape, count = "An ellipse" if self.ball == "l2" else "A polygon", found["triangles"]
        if answer == "outside":
            end = (
                f"a line separates b from it, and every x with Ax = b has norm at least {found['bound']:.2f}"
            )
        else:
            end = f"p is within {TOLERANCE} of b" if answer == "inside" else "no answer"
        words = (
            f"{shape} of radius {self.rho:.2f}, b = ({b[0]:.2f}, {b[1]:.2f}), "
            f"{count} triangle{'s' * (count > 1)}: {end}."
        )
        return pictured(draw, (4.6, 4)), f"{shape}, the point b, and thin triangles between them.", words


def _fitting(what, vectors):
    """Vectors, the columns, that the picture can show."""
    longest = float(np.linalg.norm(vectors, axis=0).max())
    if longest > FARTHEST + 1e-9:
        raise ValueError(f"{what} of length {longest:.3g}; the picture ends at {FARTHEST:g}")
    return vectors
