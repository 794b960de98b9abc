"""The certificate explorer: a dual vector to drag, its inequalities, and a checker of saved verdicts."""

from __future__ import annotations

import base64
import tempfile
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import anywidget
import numpy as np
import traitlets

from ... import _checks
from ...certify.decision import decide
from ...data.planted import plant
from ...patterns.enumeration import enumerate_patterns
from ..common.sources import joined, packed
from ..common.stills import Still, pictured

if TYPE_CHECKING:
    from typing import Any

STEPS = 60  # of an entry of the dual vector, in the page too
ROWS = ((1.0, 0.0), (0.0, 1.0), (-1.0, 1.0), (-1.0, -1.0))
CHECKER = ("dyadic", "certificate_file", "certificate")  # together they check a saved verdict


class CertificateExplorer(Still, anywidget.AnyWidget):
    """Four rows in the plane, one linear neuron: drag the dual vector, see each inequality hold or fail.

    Two entries of the dual vector are free, in steps of 1/60; the planted equations ``X^T lambda = w`` give
    the other two. Every pattern reaches ``X^T D_j lambda``, in fractions, and the certificate holds where all
    of them stay shorter than w. Below is a place to drop a file on that `Verdict.save` wrote: the page proves
    it again in exact arithmetic, by code of its own, and says what fails. Nothing leaves the browser.

    Parameters
    ----------
    X : array_like, shape (4, 2), optional
        The rows; the first two must be independent.
    w : array_like, shape (2,), optional
        The planted neuron, not zero; ``(1, 0)`` by default.

    Attributes
    ----------
    points, weights, masks : list
        The rows, the neuron, and the patterns of the rows.
    place : list of int, shape (2,)
        The third and the fourth entry of the dual vector, in steps of 1/60; it follows the reader.
    examples : dict of str
        Saved verdicts to try, in base64.

    Raises
    ------
    ValueError
        For rows of another shape, dependent first rows, a neuron that is zero.

    Examples
    --------
    >>> import relulab as rl
    >>> explorer = rl.widgets.CertificateExplorer()
    >>> explorer.place, [str(entry) for entry in explorer.dual], explorer.holds
    ([-20, -20], ['1/3', '0', '-1/3', '-1/3'], True)
    """

    _esm = packed(
        *(f"laboratory/{name}.js" for name in CHECKER),
        "common/elements.js",
        "laboratory/worker.js",
        "certificate_explorer/fractions.js",
        "certificate_explorer/checker.js",
        "certificate_explorer/certificate_explorer.js",
    )
    _css = joined("common/house.css", "certificate_explorer/certificate_explorer.css")

    points = traitlets.List().tag(sync=True)
    weights = traitlets.List().tag(sync=True)
    masks = traitlets.List().tag(sync=True)
    place = traitlets.List().tag(sync=True)
    examples = traitlets.Dict().tag(sync=True)

    def __init__(self, X: Any = ROWS, w: Any = (1.0, 0.0)) -> None:
        X, w = _checks.array("X", X, (4, 2)), _checks.array("w", w, (2,))
        if not w.any():
            raise ValueError("w is zero; a planted neuron points somewhere")
        if np.linalg.matrix_rank(X[:2]) < 2:
            raise ValueError(
                "X: its first two rows are dependent, and two entries must follow from the others"
            )
        shortest = np.linalg.pinv(X.T) @ w
        super().__init__(
            points=X.tolist(),
            weights=w.tolist(),
            masks=np.asarray(enumerate_patterns(X)).T.astype(int).tolist(),
            place=[round(v * STEPS) for v in shortest[2:].tolist()],
            examples=_examples(),
        )

    @property
    def dual(self) -> list[Fraction]:
        """The dual vector, four fractions."""
        return _exact(self.points, self.weights, self.place)

    @property
    def holds(self) -> bool:
        """Whether every pattern stays strictly shorter than w, in exact arithmetic."""
        squares, limit = self._squares()
        return all(square < limit for square in squares)

    def _squares(self):
        dual, limit = self.dual, sum(Fraction(v) ** 2 for v in self.weights)
        reached = (
            [
                sum(v * Fraction(x) for v, x, on in zip(dual, column, mask, strict=True) if on)
                for column in zip(*self.points, strict=True)
            ]
            for mask in self.masks
        )
        return [sum(q * q for q in one) for one in reached], limit

    def _still(self):
        X, dual = np.array(self.points), np.array([float(v) for v in self.dual])
        reached = [X.T @ (np.array(mask) * dual) for mask in self.masks]
        squares, limit = self._squares()

        def draw(ax):
            from ...plots.style import COLORS

            turn = np.linspace(0, 2 * np.pi, 200)
            ax.plot(
                *(float(limit) ** 0.5 * np.array([np.cos(turn), np.sin(turn)])), "--", color=COLORS["ink"]
            )
            for (x, y), square in zip(reached, squares, strict=True):
                color = COLORS["blue" if square < limit else "orange"]
                ax.plot([0, x], [0, y], "-", color=color)
                ax.plot([x], [y], "o", color=color)
            ax.set(aspect="equal", xlabel="first coordinate", ylabel="second")

        words = (
            f"The dual vector ({', '.join(map(str, self.dual))}) meets the planted equations. The largest "
            f"square of what a pattern reaches is {max(squares)}; below {limit} it is a proof."
        )
        return (
            pictured(draw, (3.4, 3.4)),
            f"What {len(reached)} patterns reach, and the circle of radius 1.",
            words,
        )


def _exact(points, weights, place):
    """The dual vector with these two last entries, in fractions, by Cramer's rule."""
    X, free = [[Fraction(x) for x in row] for row in points], [Fraction(k, STEPS) for k in place]
    rest = [Fraction(v) - free[0] * X[2][c] - free[1] * X[3][c] for c, v in enumerate(weights)]
    (a, b), (c, d) = X[:2]
    det = a * d - b * c
    return [(d * rest[0] - c * rest[1]) / det, (a * rest[1] - b * rest[0]) / det, *free]


def _examples():
    """A true verdict, over all patterns of the default rows, and one whose dual vector is a millionth off."""
    X = np.array(ROWS)
    verdict = decide(plant(X, direction=[1.0, 0.0]), enumerate_patterns(X))  # the list, for every checker
    verdict = replace(verdict, everywhere=True)
    forged = replace(verdict, dual=verdict.dual * (1 + 1e-6))
    return {"a true one": _saved(verdict), "a forged one": _saved(forged)}


def _saved(verdict):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "verdict")
        verdict.save(path)
        return base64.b64encode(path.read_bytes()).decode()
