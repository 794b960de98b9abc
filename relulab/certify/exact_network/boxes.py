"""Shortest points of zonotopes, many at once: accelerated projected gradient steps.

    min over m in the box  ||b + sum_i m_i a_i||^2,   one b and one box for each of many problems.

Whatever m comes out is in its box, and that is all that a proof uses of it.
"""

from functools import lru_cache
from math import sqrt

import numpy as np


class Zonotope:
    """Vectors whose sums are to be short.

    Parameters
    ----------
    rows : ndarray, shape (r, d)
        The vectors a_i.

    Examples
    --------
    >>> import numpy as np
    >>> from relulab.certify.exact_network.boxes import Zonotope
    >>> square = Zonotope(np.eye(2))
    >>> square.shorten(0.0, 1.0, np.zeros((1, 2)), np.array([[-0.3, -2.0]]), 50).round(6)
    array([[0.3, 1. ]])
    """

    def __init__(self, rows):
        r, d = rows.shape
        gram = rows @ rows.T
        least = gram if r <= d else rows.T @ rows
        self.speed = 1 / max(np.linalg.eigvalsh(least)[-1], 1e-300) if least.size else 0.0
        self.rows, self.step = rows, np.eye(r) - self.speed * gram

    def shorten(self, low, high, m, fixed, steps):
        """Coefficients that make ``fixed + m @ rows`` nearly as short as the box lets them.

        Parameters
        ----------
        low, high : ndarray, shape (b, r) or (r,)
            The boxes.
        m : ndarray, shape (b, r)
            Coefficients to start from.
        fixed : ndarray, shape (b, d) or (d,)
            The vectors b.
        steps : int
            How many steps are taken.

        Returns
        -------
        ndarray, shape (b, r)
        """
        pull = fixed @ self.rows.T * self.speed
        ahead = m
        for further in _momenta(steps):
            new = ahead @ self.step
            new -= pull
            np.maximum(new, low, out=new)
            np.minimum(new, high, out=new)
            ahead = new - m
            ahead *= further
            ahead += new
            m = new
        return m


@lru_cache
def _momenta(steps):
    """How far beyond each step the next one starts (Nesterov)."""
    t, momenta = 1.0, []
    for _ in range(steps):
        later = (1 + sqrt(1 + 4 * t * t)) / 2
        momenta.append((t - 1) / later)
        t = later
    return tuple(momenta)


def shortest(rows, low, high, fixed):
    """Coefficients (r,) that make ``fixed + m @ rows`` as short as the box lets them, exactly."""
    from scipy.optimize import lsq_linear

    if rows.size == 0:
        return np.zeros(len(rows))
    high = np.where(high > low, high, low + 1e-9)  # it takes no empty boxes
    found = lsq_linear(rows.T, -fixed, (low, high), method="bvls", tol=1e-15, max_iter=50 + 10 * len(rows))
    return np.clip(found.x, low, high)
