"""Relations between rows, proved: in floating point with error bounds, or exactly by fractions."""

from fractions import Fraction

import numpy as np

from .arithmetic import AuditError, NotProved
from .rounding import U, above, below, norm_above, product, sum_above


def has_positive_relation(rows):
    """Whether weights m >= 0, not all zero, with ``sum m_i x_i = 0`` are known to exist.

    Then no u has ``x_i^T u > 0`` on all rows. Known where the rows have just one relation, up to a factor.
    """
    square = len(rows) == rows.shape[1] + 1
    return bool(square and positive_relations(rows[None])[0]) or _positive_exactly(rows)


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


def positive_relations(stack):
    """For each of many sets of r + 1 rows whether it has a positive relation; False: not sure.

    With B of the first r rows as columns and h the last, ``B m = -h`` must have a solution m > 0. Given
    ``||I - Y B|| <= q < 1``, what the computed m misses, e, is at most ``||Y e|| / (1 - q)`` away.

    Parameters
    ----------
    stack : ndarray, shape (c, r + 1, r)
        The rows.

    Returns
    -------
    ndarray of bool, shape (c,)
        Where it is proved.
    """
    B, h = stack[:, :-1].swapaxes(1, 2), stack[:, -1, :, None]
    try:
        Y = np.linalg.inv(B)
    except np.linalg.LinAlgError:  # one is singular: the others by themselves
        one = len(stack) == 1
        return (
            np.zeros(1, dtype=bool) if one else np.concatenate([positive_relations(s[None]) for s in stack])
        )
    m = -Y @ h
    m = m - Y @ (B @ m + h)
    Q, rounding = product(Y, B)
    off = sum_above(np.abs(Q - np.eye(B.shape[1])), rounding, U * np.abs(Q))
    q = norm_above(off.reshape(len(stack), -1), axis=1)
    e, rounding = product(B, m)
    e = sum_above(np.abs(e + h), rounding, 2 * U * (np.abs(e) + np.abs(h)))
    away = norm_above(above(np.abs(Y) @ e, B.shape[1])[:, :, 0], axis=1)
    sure = q < 0.5
    away = above(away / below(1 - np.where(sure, q, 0.5), 1), 2)
    return sure & (m.min(axis=(1, 2)) > away)


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
