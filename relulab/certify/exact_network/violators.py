"""Where a dual vector reaches 1: directions u, climbed to from many starts at once.

With the signs of the rows of P held (`trees`), what is left of ``side l^T (X u)_+`` is concave, and its
maximum over the ball is the shortest point of a zonotope. Each round finds it nearly and turns u there; what
does not get higher stays. That nothing was found proves nothing.
"""

import numpy as np

from .boxes import Zonotope

ROUNDS = 6
STEPS = 12  # to the shortest point of a round
GAIN = 1e-5  # what a round must add for another


def unit(U):
    """Rows of length 1."""
    return U / np.maximum(np.sqrt(np.vecdot(U, U)), 1e-300)[:, None]


def reach(X, dual, side, U):
    """``side l^T (X u)_+`` for each direction u, a row of U."""
    return np.maximum(U @ X.T, 0) @ (side * dual)


def climb(X, dual, side, U, rounds=ROUNDS):
    """Directions that reach further than those given, and how far each does.

    Parameters
    ----------
    X : ndarray, shape (n, d)
        The data.
    dual : ndarray, shape (n,)
        The dual vector.
    side : int
        1 or -1.
    U : ndarray, shape (b, d)
        Unit vectors to start from.
    rounds : int
        At most so many.

    Returns
    -------
    U, best : ndarray, shape (b, d), (b,)
    """
    P, N = np.flatnonzero(side * dual > 0), np.flatnonzero(side * dual < 0)
    p, rows = len(P), np.concatenate([P, N])
    X, dual = X[rows], side * dual[rows]
    a = dual[:, None] * X
    negative = Zonotope(a[p:])
    outputs = U @ X.T
    U, best, todo = U.copy(), np.maximum(outputs, 0) @ dual, np.arange(len(U))
    for _ in range(min(rounds, ROUNDS)):
        active = (outputs > 0).astype(float)
        fixed = active[:, :p] @ a[:p]
        m = negative.shorten(0.0, 1.0, active[:, p:], fixed, STEPS)
        there = unit(fixed + m @ a[p:])
        outputs = there @ X.T
        high = np.maximum(outputs, 0) @ dual
        gain = high - best[todo]
        up, on = gain > 0, gain > GAIN
        U[todo[up]], best[todo[up]] = there[up], high[up]
        todo, outputs = todo[on], outputs[on]
        if not len(todo):
            break
    return U, best
