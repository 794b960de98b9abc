"""Proofs that a sparse vector is the only solution of basis pursuit; used as `sensing.certificate`."""

from dataclasses import dataclass

import numpy as np

from .. import _checks

MARGIN = 1e-7  # a certificate must beat its bound by this much
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
    margin : float
        1 minus the largest ``|entries|`` off the support.
    holds : bool
        It proves that x is the only solution: its columns are independent, the equations on the support hold,
        and the margin is above 1e-7.
    """

    dual: np.ndarray
    entries: np.ndarray
    margin: float
    holds: bool


def certificate(A, x, best=False):
    """Find a dual vector that proves x to be the only solution of basis pursuit from ``A x``.

    On the support of x, ``A^T dual = sign(x)``; off it, ``|A^T dual| < 1``. The shortest dual vector that
    meets the equations, ``A_S (A_S^T A_S)^-1 sign(x_S)``, gives the irrepresentability condition (Zhao and
    Yu, 2006). The best one makes the largest entry off the support as small as it can be, by linear
    programming: x is the only solution exactly when that one holds.

    Parameters
    ----------
    A : array_like, shape (m, d)
        Measurements, one a row.
    x : array_like, shape (d,)
        The sparse vector, with a nonzero entry.
    best : bool
        The best dual vector instead of the shortest.

    Returns
    -------
    Certificate
        With ``.dual .entries .margin .holds``.

    Raises
    ------
    ValueError
        For wrong shapes, NaN, or x = 0.

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
    x = _checks.array("x", x, (A.shape[1],))
    on = x != 0
    if not on.any():
        raise ValueError("x is zero, which needs no certificate; give a vector with a nonzero entry")
    signs = np.sign(x[on])
    shortest, _, rank, _ = np.linalg.lstsq(A[:, on].T, signs)
    solved = np.abs(A[:, on].T @ shortest - signs).max() <= EQUATIONS
    dual = _lowest(A, on, signs) if best and solved else shortest
    entries = A.T @ dual
    margin = float(1 - np.abs(entries[~on]).max(initial=0))
    return Certificate(dual, entries, margin, bool(solved and rank == on.sum() and margin > MARGIN))


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
    )
    if answer.status != 0:
        raise RuntimeError(f"the linear program of the certificate failed: {answer.message}")
    return answer.x[:m]


def coherence(A):
    """The largest cosine between two columns, in absolute value.

    With coherence mu, basis pursuit finds every vector with k nonzero entries when ``(2 k - 1) mu < 1``
    (Donoho and Elad, 2003). Proved; the columns are scaled to length one.

    Parameters
    ----------
    A : array_like, shape (m, d)
        Measurements, with at least two columns and none zero.

    Returns
    -------
    float
        Between 0 and 1.

    Raises
    ------
    ValueError
        For a wrong shape, NaN, fewer than two columns, or a zero column.

    Examples
    --------
    >>> from relulab.sensing.certificates import coherence
    >>> round(coherence([[1, 0, 3], [0, 1, 4]]), 3)
    0.8
    """
    A = _checks.array("A", A, ("m", "d"))
    lengths = np.linalg.norm(A, axis=0)
    if A.shape[1] < 2 or not lengths.all():
        raise ValueError("A has fewer than two columns, or a zero column; coherence compares directions")
    cosines = np.abs((A / lengths).T @ (A / lengths))
    np.fill_diagonal(cosines, 0)
    return float(cosines.max())
