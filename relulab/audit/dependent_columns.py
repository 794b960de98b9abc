"""How far prices reach on a normalized block of dependent columns, where multipliers help: in fractions.

Weights may be moved there without moving what the block outputs. The outer rows hear of it, so their
multipliers must cancel: what all rows pull at the weights, ``q = X^T (D lam + (2 D - I) m)``, must lie in the
span of the block's rows, exactly. Rounded multipliers miss that by their rounding; so they are moved by as
much, in fractions. The reach is then the length of the shortest r with ``X^T D r = q``: for every w of the
cone ``(D lam)^T X w <= q^T w = r^T D X w <= ||r|| ||D X w||``.
"""

from fractions import Fraction
from math import sqrt

import numpy as np

from .arithmetic import NotProved
from .exactly import shortest_solution
from .rounding import above

COLUMNS, ROWS = 12, 40  # sizes up to which fractions are worth their time
CHEAP = 2**40  # how much less the block's own rows count than the multipliers that are to stay where they are
NEGLIGIBLE = 1e-9  # multipliers below this share of the largest are left out


def exact_reach(X, active, priced, m, what):
    """An upper bound of the reach of prices, with multipliers near m.

    Parameters
    ----------
    X : ndarray, shape (n, d)
        The data.
    active : ndarray of bool, shape (n,)
        The block's rows.
    priced : ndarray, shape (n,)
        The prices; zero on the other rows.
    m : ndarray, shape (n,)
        Multipliers, >= 0.
    what : str
        The block, for messages.
    """
    m = np.where(m > NEGLIGIBLE * m.max(initial=0.0), m, 0.0)
    outer = np.flatnonzero(~active & (m > 0))
    if X.shape[1] > COLUMNS or len(outer) + active.sum() > ROWS:
        raise NotProved(f"{what}: its columns are dependent, and it is too large for fractions")
    own = _fractions(X[active])
    rows = _fractions(X[outer])
    moved = _fractions(m[outer])
    if rows:
        columns = [*rows, *([-CHEAP * x for x in row] for row in own)]
        missing = [
            -sum((a * x for a, x in zip(moved, column, strict=True)), Fraction(0))
            for column in zip(*rows, strict=True)
        ]
        shift = shortest_solution([list(row) for row in zip(*columns, strict=True)], missing, what)
        moved = [a + b for a, b in zip(moved, shift, strict=False)]
        if min(moved) < 0:
            raise NotProved(f"{what}: multipliers that cancel exactly would be negative")
    inner = [a + b for a, b in zip(_fractions(priced[active]), _fractions(m[active]), strict=True)]
    weights, every = [*inner, *(-a for a in moved)], [*own, *rows]
    q = [
        sum((a * x for a, x in zip(weights, column, strict=True)), Fraction(0))
        for column in zip(*every, strict=True)
    ]
    r = shortest_solution([list(row) for row in zip(*own, strict=True)], q, what)
    return above(sqrt(float(sum((a * a for a in r), Fraction(0)))), 3)


def _fractions(array):
    if array.ndim == 1:
        return [Fraction(a) for a in array.tolist()]
    return [[Fraction(a) for a in row] for row in array.tolist()]
