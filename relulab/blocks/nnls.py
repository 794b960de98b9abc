"""Non-negative least squares by the active-set method of Lawson and Hanson.

SciPy's `nnls` (1.15 to 1.17) is not used: where an optimal gradient is zero up to rounding it may take a
wrong column, return a point that is far from optimal and report residual zero for it.
"""

from math import sqrt

import numpy as np
from scipy.linalg.lapack import dtrtrs

ROUNDING = 1e-13  # a gradient below this share of ||b|| is zero
DEPENDENT = 1e-10  # a column with a smaller share of its length off the others adds nothing


def nonnegative_least_squares(A, b, start=None):
    """Solve ``min ||A x - b||  s.t.  x >= 0``.

    Columns enter one at a time, the one with the largest gradient first; a column whose coefficient would
    turn negative leaves. The factors ``A_P = Q R`` of the columns in use grow with them.

    Parameters
    ----------
    A : ndarray, shape (k, n)
        The columns.
    b : ndarray, shape (k,)
        The target.
    start : ndarray, shape (n,), optional
        Coefficients >= 0, those of a similar problem: its columns are in use from the first.

    Returns
    -------
    ndarray, shape (n,)
        The coefficients; at most k are positive.

    Examples
    --------
    >>> import numpy as np
    >>> from relulab.blocks.nnls import nonnegative_least_squares
    >>> nonnegative_least_squares(np.array([[1.0, 0.0], [2.0, 1.0]]), np.array([-1.0, 2.0])).round(12)
    array([0., 2.])
    """
    k, n = A.shape
    x, size, lengths = np.zeros(n), np.linalg.norm(b), np.linalg.norm(A, axis=0)
    used, best, factors = [], np.zeros(0), _Factors(b, min(k, n))
    if start is not None and 0 < (some := np.flatnonzero(start > 0)).size <= k:
        if (np.abs(factors.of(A[:, some])) > DEPENDENT * lengths[some]).all():
            used, x[some], best = some.tolist(), start[some], factors.coefficients()
        else:
            factors.count = 0
    for _ in range(10 * (k + n)):
        while (best <= 0).any():
            now, falling = x[used], best <= 0
            steps = now[falling] / (now[falling] - best[falling])
            now += steps.min() * (best - now)
            now[np.flatnonzero(falling)[steps.argmin()]] = 0
            x[used] = np.maximum(now, 0)
            used = [j for j in used if x[j] > 0]
            factors.of(A[:, used])
            best = factors.coefficients()
        x[used] = best
        gradient = A.T @ (b - A @ x)
        gradient[used] = 0
        best = None
        while best is None:
            new = int(gradient.argmax())
            if gradient[new] <= ROUNDING * size:
                return x
            gradient[new] = 0
            best = factors.enter(A[:, new], DEPENDENT * lengths[new])
        used.append(new)
    return x


class _Factors:
    """``A_P = Q R`` of at most so many columns in use, and ``Q^T b``; the first `count` columns count."""

    def __init__(self, b, most):
        self.b, self.count = b, 0
        self.Q, self.R = np.zeros((len(b), most + 1)), np.zeros((most + 1, most + 1), order="F")
        self.inside = np.zeros(most + 1)

    def of(self, columns):
        """Factor these; the diagonal of R."""
        k = self.count = columns.shape[1]
        self.Q[:, :k], self.R[:k, :k] = np.linalg.qr(columns)
        self.inside[:k] = self.b @ self.Q[:, :k]
        return np.diag(self.R)[:k]

    def coefficients(self, more=0):
        k = self.count + more
        return dtrtrs(self.R[:k, :k], self.inside[:k])[0] if k else np.zeros(0)

    def enter(self, column, least):
        """One more column: the coefficients, or None where it cannot help."""
        k = self.count
        Q = self.Q[:, :k]
        inside = column @ Q
        rest = column - Q @ inside
        again = rest @ Q  # once more, for orthogonality to rounding
        rest -= Q @ again
        length = sqrt(rest @ rest)
        if length <= least:
            return None
        rest /= length
        self.Q[:, k], self.R[:k, k], self.R[k, k] = rest, inside + again, length
        self.inside[k] = rest @ self.b
        best = self.coefficients(1)
        if best[-1] <= 0:
            return None
        self.count += 1
        return best
