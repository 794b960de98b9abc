"""Non-negative least squares by the active-set method of Lawson and Hanson.

SciPy's `nnls` (1.15 to 1.17) is not used: where an optimal gradient is zero up to rounding it may take a
wrong column, return a point that is far from optimal and report residual zero for it.
"""

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
    used, factors = [], Factors(k, b)
    if start is not None and 0 < (some := np.flatnonzero(start > 0)).size <= k:
        factors.take(A[:, some])
        if (np.abs(factors.pivots()) > DEPENDENT * lengths[some]).all():
            used, x[some] = some.tolist(), start[some]
        else:
            factors.take(A[:, used])
    best = factors.coefficients()
    for _ in range(10 * (k + n)):
        while best.size and best.min() <= 0:
            now, falling = x[used], best <= 0
            steps = now[falling] / (now[falling] - best[falling])
            now += steps.min() * (best - now)
            now[np.flatnonzero(falling)[steps.argmin()]] = 0
            x[used] = np.maximum(now, 0)
            used = [j for j in used if x[j] > 0]
            factors.take(A[:, used])
            best = factors.coefficients()
        x[used] = best
        gradient = factors.left @ A
        gradient[used] = 0
        if gradient.max(initial=0) <= ROUNDING * size:  # to rounding, before it ends
            gradient = (b - A[:, used] @ best) @ A
            gradient[used] = 0
        while True:
            new = int(gradient.argmax())
            if gradient[new] <= ROUNDING * size:
                return x
            gradient[new] = 0
            if factors.enter(A[:, new], DEPENDENT * lengths[new]):
                break
        best = factors.coefficients()
        used.append(new)
    return x


class Factors:
    """``A_P = Q R`` of the columns in use, and what they leave of the target."""

    def __init__(self, k, b):
        self.b, self.left, self.m = b, b, 0
        self.Q, self.R, self.along = np.zeros((k, k), order="F"), np.zeros((k, k), order="F"), np.zeros(k)

    def take(self, columns):
        """Begin again with these columns, no more than there are rows."""
        self.m = m = columns.shape[1]
        self.Q[:, :m], self.R[:m, :m] = np.linalg.qr(columns)
        self.along[:m] = self.b @ self.Q[:, :m]
        self.left = self.b - self.Q[:, :m] @ self.along[:m]

    def pivots(self):
        return np.diagonal(self.R)[: self.m]

    def coefficients(self):
        """Of least squares on the columns in use."""
        m = self.m
        return dtrtrs(self.R[:m, :m], self.along[:m])[0] if m else np.zeros(0)

    def enter(self, column, least):
        """Take one more column; false, and nothing changes, where it cannot help."""
        m = self.m
        if m == len(self.Q):
            return False
        Q = self.Q[:, :m]
        inside = column @ Q
        rest = column - Q @ inside
        again = rest @ Q  # once more, for orthogonality to rounding
        rest -= Q @ again
        length = np.sqrt(rest @ rest)
        if length <= least or (along := rest @ self.left / length) <= 0:
            return False
        self.Q[:, m], self.R[:m, m], self.R[m, m] = rest / length, inside + again, length
        self.along[m], self.m = along, m + 1
        self.left = self.left - along * self.Q[:, m]
        return True
