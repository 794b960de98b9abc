"""Relations between rows, proved: in floating point with error bounds, or exactly by fractions."""

from fractions import Fraction

import numpy as np

from .arithmetic import AuditError, NotProved
from .rounding import U, above, norm_above, product, sum_above


def has_positive_relation(rows):
    """Whether weights m >= 0, not all zero, with ``sum m_i x_i = 0`` are known to exist.

    Then no u has ``x_i^T u > 0`` on all rows. Known where the rows have just one relation, up to a factor.
    """
    return _positive(rows) or _positive_exactly(rows)


def prove_spanned(X, columns):
    """Some columns of a matrix span all: exactly, by elimination over the fractions."""
    others = [j for j in range(X.shape[1]) if j not in set(columns.tolist())]
    M = [[Fraction(v) for v in row] for row in X[:, [*columns, *others]].tolist()]
    for place in range(len(columns)):
        pivot = next((i for i in range(place, len(M)) if M[i][place]), None)
        if pivot is None:
            raise AuditError("columns that are to span all are dependent")
        M[place], M[pivot] = M[pivot], M[place]
        for i in range(place + 1, len(M)):
            if M[i][place]:
                share = M[i][place] / M[place][place]
                M[i] = [x - share * y for x, y in zip(M[i], M[place], strict=True)]
    if any(any(row) for row in M[len(columns) :]):
        raise NotProved("columns do not span the data and the plant exactly")


def _positive(rows):
    """r + 1 rows: ``B m = -h`` has a solution m > 0. With ``||I - Y B|| <= q`` what the computed m misses,
    e, is at most ``||Y e|| / (1 - q)`` away. False: not sure."""
    if len(rows) != rows.shape[1] + 1:
        return False
    B, h = rows[:-1].T, rows[-1]
    try:
        Y = np.linalg.inv(B)
    except np.linalg.LinAlgError:
        return False
    m = -Y @ h
    m = m - Y @ (B @ m + h)
    Q, rounding = product(Y, B)
    q = norm_above(sum_above(np.abs(Q - np.eye(len(Y))), rounding, U * np.abs(Q)).ravel())
    e, rounding = product(B, m)
    e = sum_above(np.abs(e + h), rounding, 2 * U * (np.abs(e) + np.abs(h)))
    return bool(q < 0.5) and bool(m.min() > above(norm_above(above(np.abs(Y) @ e, len(e))) / (1 - q), 3))


def _positive_exactly(rows):
    """Whether the relations of rows have dimension one and are of one sign, by elimination over fractions."""
    M = [[Fraction(v) for v in column] for column in rows.T.tolist()]
    pivots = []
    for c in range(len(rows)):
        pivot = next((i for i in range(len(pivots), len(M)) if M[i][c]), None)
        if pivot is None:
            continue
        place = len(pivots)
        M[place], M[pivot] = M[pivot], M[place]
        M[place] = [v / M[place][c] for v in M[place]]
        for i in range(len(M)):
            if i != place and M[i][c]:
                M[i] = [x - M[i][c] * y for x, y in zip(M[i], M[place], strict=True)]
        pivots.append(c)
    free = [c for c in range(len(rows)) if c not in pivots]
    return len(free) == 1 and all(M[i][free[0]] <= 0 for i in range(len(pivots)))
