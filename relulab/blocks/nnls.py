"""Non-negative least squares by the active-set method of Lawson and Hanson.

SciPy's `nnls` (1.15 to 1.17) is not used: where an optimal gradient is zero up to rounding it may take a
wrong column, return a point that is far from optimal and report residual zero for it.
"""

import numpy as np
import scipy

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
    used, Q, R, best = [], np.zeros((k, 0)), np.zeros((0, 0)), np.zeros(0)
    if start is not None and 0 < (some := np.flatnonzero(start > 0)).size <= k:
        Q, R = np.linalg.qr(A[:, some])
        if (np.abs(np.diag(R)) > DEPENDENT * lengths[some]).all():
            used, x[some], best = some.tolist(), start[some], _coefficients(Q, R, b)
        else:
            Q, R = Q[:, :0], R[:0, :0]
    for _ in range(10 * (k + n)):
        while (best <= 0).any():
            now, falling = x[used], best <= 0
            steps = now[falling] / (now[falling] - best[falling])
            now += steps.min() * (best - now)
            now[np.flatnonzero(falling)[steps.argmin()]] = 0
            x[used] = np.maximum(now, 0)
            used = [j for j in used if x[j] > 0]
            Q, R = np.linalg.qr(A[:, used])
            best = _coefficients(Q, R, b)
        x[used] = best
        gradient = A.T @ (b - A[:, used] @ best)
        gradient[used] = 0
        entered = None
        while entered is None:
            new = int(gradient.argmax())
            if gradient[new] <= ROUNDING * size:
                return x
            gradient[new] = 0
            entered = _enter(Q, R, A[:, new], DEPENDENT * lengths[new], b)
        Q, R, best = entered
        used.append(new)
    return x


def _coefficients(Q, R, b):
    return scipy.linalg.solve_triangular(R, Q.T @ b, check_finite=False) if len(R) else np.zeros(0)


def _enter(Q, R, column, least, b):
    """The factors with one more column, and the coefficients; None where the column cannot help."""
    inside = Q.T @ column
    rest = column - Q @ inside
    again = Q.T @ rest  # once more, for orthogonality to rounding
    rest, inside = rest - Q @ again, inside + again
    length = np.linalg.norm(rest)
    if length <= least:
        return None
    Q = np.column_stack([Q, rest / length])
    R = np.block([[R, inside[:, None]], [np.zeros((1, len(R))), length]])
    best = _coefficients(Q, R, b)
    return (Q, R, best) if best[-1] > 0 else None
