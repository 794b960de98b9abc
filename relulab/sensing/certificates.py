"""Proofs that a sparse vector is the only solution of basis pursuit, and how nearly there is one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .. import _checks

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

MARGIN = 1e-7  # a certificate must beat its bound by this much; what rounding may decide is not proved
EQUATIONS = 1e-8  # the equations on the support must hold to this much


@dataclass(frozen=True, eq=False)
class Certificate:
    """A dual vector for a sparse vector, made by `certificate`.

    Attributes
    ----------
    dual : ndarray, shape (m,)
        The dual vector.
    entries : ndarray, shape (d,)
        ``A^T dual``: the signs of x on its support.
    off_support : float
        The largest ``|entries|`` off the support; inf where no dual has the signs of x on the support.
    independent : bool
        Whether the columns on the support are linearly independent.
    """

    dual: np.ndarray
    entries: np.ndarray
    off_support: float
    independent: bool

    @property
    def margin(self):
        """``1 - off_support``, float."""
        return 1 - self.off_support

    @property
    def holds(self):
        """Whether it proves that x is the only solution of basis pursuit on ``A x``, bool.

        Its columns are independent, the equations on the support hold, and the margin is above 1e-7.
        """
        return self.independent and self.margin > MARGIN


def certificate(A: ArrayLike, x: ArrayLike, best: bool = False) -> Certificate:
    """Find a dual vector that proves x to be the only solution of basis pursuit from ``A x``.

    On the support of x, ``A^T dual = sign(x)``; off it, ``|A^T dual| < 1`` (Fuchs, 2004). The shortest dual
    vector that meets the equations, ``A_S (A_S^T A_S)^-1 sign(x_S)``, is the counterpart of the neural
    isometry conditions; that it holds is the irrepresentability condition (Zhao and Yu, 2006). The best one
    makes the largest entry off the support as small as it can be, by linear programming: x is the only
    solution exactly when that one holds (Zhang, Yin, Cheng, 2015).

    Parameters
    ----------
    A : array_like, shape (m, d)
        Measurements, one a row.
    x : array_like, shape (d,)
        The sparse vector; its entries that are not exactly zero are its support. Zero is the only solution
        of its own measurements: dual zero, and the largest margin, 1.
    best : bool
        The best dual vector instead of the shortest.

    Returns
    -------
    Certificate
        With ``.dual .entries .off_support .independent .margin .holds``.

    Raises
    ------
    ValueError
        For wrong shapes, or NaN.

    Examples
    --------
    >>> from relulab.sensing.certificates import certificate
    >>> A = [[1, 0, 0, 0.6], [0, 1, 0, 0.6], [0, 0, 1, 0.6]]
    >>> x = [1, 2, 0, 0]
    >>> certificate(A, x).holds, round(certificate(A, x).margin, 3)
    (False, -0.2)
    >>> certificate(A, x, best=True).holds
    True
    """
    A = _checks.array("A", A, ("m", "d"))
    unit = np.abs(A).max() or 1.0
    A = A / unit
    x = _checks.array("x", x, (A.shape[1],))
    on, signs = x != 0, np.sign(x[x != 0])
    dual = np.linalg.pinv(A[:, on].T) @ signs
    solved = np.abs(A[:, on].T @ dual - signs).max(initial=0) <= EQUATIONS
    if best and solved and on.any() and not on.all():
        dual = _lowest(A, on, signs)
    entries = A.T @ dual
    off_support = float(np.abs(entries[~on]).max(initial=0)) if solved else np.inf
    return Certificate(dual / unit, entries, off_support, independent(A[:, on]))


def independent(columns):
    """Whether columns are linearly independent; none are.

    Parameters
    ----------
    columns : ndarray, shape (m, k)
        The columns.

    Returns
    -------
    bool
        By the numerical rank.

    Examples
    --------
    >>> import numpy as np
    >>> from relulab.sensing.certificates import independent
    >>> independent(np.eye(3)[:, :2]), independent(np.ones((3, 2)))
    (True, False)
    """
    return columns.shape[1] == 0 or bool(np.linalg.matrix_rank(columns) == columns.shape[1])


def _lowest(A, on, signs):
    """The dual vector whose largest entry off the support is smallest."""
    from scipy.optimize import linprog

    m, off = len(A), A[:, ~on].T
    level = np.ones((len(off), 1))
    answer = linprog(
        np.r_[np.zeros(m), 1],
        A_ub=np.block([[off, -level], [-off, -level]]),
        b_ub=np.zeros(2 * len(off)),
        A_eq=np.hstack([A[:, on].T, np.zeros((len(signs), 1))]),
        b_eq=signs,
        bounds=(None, None),
        method="highs-ds",
    )
    if answer.status != 0:
        raise RuntimeError(f"the linear program of the certificate failed: {answer.message}")
    return answer.x[:m]
