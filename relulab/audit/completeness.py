"""Proves what a verdict over all patterns needs besides: that patterns are real, and that none is missing."""

from math import comb

import numpy as np

from .arithmetic import NotProved, prove
from .rounding import product


def prove_realized(X, masks, gates):
    """Each pattern, a row of masks, is that of a gate strictly inside a cell; zero rows count as active."""
    if gates is None:
        raise NotProved("patterns: without gates they are not known to be real")
    loud = X.any(axis=1)
    values, errors = product(gates.T, X[loud].T)
    room = np.where(masks[:, loud], values, -values) - errors
    prove("patterns: their gates' distance from the cells' walls", room.min(initial=1), ">", 0)
    if not masks[:, ~loud].all():
        raise NotProved("patterns: zero rows must be active")


def prove_complete(X, masks, gates):
    """None is missing: m planes through the origin have at most 2 sum_{k<d} C(m - 1, k) cells (Cover)."""
    prove_realized(X, masks, gates)
    distinct = len({row.tobytes() for row in masks})
    prove("patterns: how many are distinct", distinct, ">=", len(masks))
    m = _directions(X)
    cells = len(masks) + int(masks.all(axis=1).any())
    most = 2 * sum(comb(m - 1, k) for k in range(min(m, X.shape[1])))
    prove("patterns: how many there are", cells, ">=", most)


def _directions(X):
    """How many directions the rows have at most: equal and opposite ones, up to a power of two, are one."""
    rows = X[X.any(axis=1)]
    if len(rows) == 0:
        return 1
    powers = np.frexp(np.abs(rows).max(axis=1))[1]
    first = np.take_along_axis(rows, (rows != 0).argmax(axis=1)[:, None], axis=1)
    return len(np.unique(np.ldexp(rows, -powers[:, None]) * np.sign(first), axis=0))
