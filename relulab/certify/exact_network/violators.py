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
    return U / np.maximum(np.linalg.norm(U, axis=1), 1e-300)[:, None]


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
    a = side * dual[:, None] * X
    P, N = side * dual > 0, side * dual < 0
    X_P, X_N, a_P, a_N = X[P], X[N], a[P], a[N]
    negative = Zonotope(a_N)
    U, best, todo = U.copy(), reach(X, dual, side, U), np.arange(len(U))
    for _ in range(min(rounds, ROUNDS)):
        here = U[todo]
        fixed = (here @ X_P.T > 0) @ a_P
        m = negative.shorten(0.0, 1.0, (here @ X_N.T > 0).astype(float), fixed, STEPS)
        there = unit(fixed + m @ a_N)
        high = reach(X, dual, side, there)
        gain = high - best[todo]
        up = gain > 0
        U[todo[up]], best[todo[up]] = there[up], high[up]
        todo = todo[gain > GAIN]
        if not len(todo):
            break
    return U, best
