"""Bounds on what rounding does to sums, in float64; nothing here is tuned.

Every operation of IEEE arithmetic, rounded to nearest, errs by at most the share u = 2^-53, and below the
smallest normal number TINY by at most TINY. A sum of n products, in whatever order and with or without fused
multiply-add, then errs by at most ``gamma(n) sum |a_i b_i| + n TINY`` with ``gamma(n) = n u / (1 - n u)``
(Higham, Accuracy and Stability of Numerical Algorithms, section 3.1). `above` and `below` turn a number that
was computed from non-negative ones into a bound of the true value.
"""

from fractions import Fraction
from functools import cache

import numpy as np

from .arithmetic import NotProved, prove

U = 2.0**-53
TINY = 2.0**-1022
SMALL = 2.0**-511  # the square root of TINY


@cache
def gamma(n):
    """``n u / (1 - n u)``, rounded up."""
    return np.nextafter(n * U / (1 - n * U), np.inf)


def above(value, operations):
    """An upper bound of a non-negative expression without subtractions, computed in that many roundings."""
    return np.nextafter(value * _more(operations), np.inf)


@cache
def _more(operations):
    return 1 + gamma(operations + 1)


def below(value, operations):
    """A lower bound of such an expression."""
    return np.maximum(np.nextafter(value * (1 - gamma(operations + 1)), -np.inf), 0.0)


def norm_above(v, axis=None):
    """An upper bound of the Euclidean norm: m squares, m - 1 sums, a root; small squares lose TINY."""
    m = v.size if axis is None else v.shape[axis]
    return above(np.sqrt(np.sum(v * v, axis=axis)), m + 1) + np.sqrt(m) * SMALL * 2


def norm_below(v):
    """A lower bound of the Euclidean norm of a vector."""
    return np.maximum(below(np.sqrt(np.sum(v * v)), v.size + 1) - np.sqrt(v.size) * SMALL * 2, 0.0)


def product(A, B):
    """``A @ B``, and an entrywise bound of its error."""
    n = A.shape[-1]
    sizes = above(np.abs(A) @ np.abs(B), n)
    return A @ B, above(gamma(n) * sizes + n * TINY, 2)


def sum_above(*terms):
    """An upper bound of a sum of non-negative numbers or arrays."""
    total = terms[0]
    for term in terms[1:]:
        total = total + term
    return above(total, len(terms))


def exact_signs(X, W):
    """The signs of ``X @ W`` (n, k) in exact arithmetic: by fractions where rounding hides them."""
    value, error = product(X, W)
    signs = np.sign(value).astype(int)
    for i, j in zip(*np.nonzero(~(np.abs(value) > error)), strict=True):
        terms = zip(X[i].tolist(), W[:, j].tolist(), strict=True)
        total = sum((Fraction(x) * Fraction(w) for x, w in terms), Fraction(0))
        signs[i, j] = (total > 0) - (total < 0)
    return signs


def as_computed(array):
    """A stored array in the types that the bounds are about: float64, int64, bool."""
    array = np.asarray(array)
    return array.astype({"f": np.float64, "i": np.int64}.get(array.dtype.kind, array.dtype))


class Basis:
    """Columns that are orthonormal up to a verified defect and span what the columns of B (n, m) span.

    ``U = B T`` with T (m, m) from the triangular factor of B, in exact arithmetic; `U` holds its rounding.
    ``||I - U^T U|| <= defect < 1/2`` proves that U, and so B, has full column rank, and for every v

        ||P v|| <= ||U^T v|| / sqrt(1 - defect),   P the projection onto range(B).
    """

    def __init__(self, B, what):
        n, m = B.shape
        if n < m:
            raise NotProved(f"{what}: {m} columns of length {n} are dependent")
        for factor in (_by_cholesky, _by_reflections):  # the first is faster, the second bears more
            R = factor(B)
            if R is not None and np.abs(np.diag(R)).min(initial=1) > 0:
                self._measure(B, np.linalg.inv(R))
                if self.defect < 1e-8:
                    return
        if R is None or not np.abs(np.diag(R)).min(initial=1) > 0:
            raise NotProved(f"{what}: the columns are dependent, or too near to it")
        prove(f"{what}: ||I - U^T U||", self.defect, "<", 0.5)

    def _measure(self, B, T):
        """The rounding of ``U = B T``, a sum of m products an entry, and the defect."""
        n, m = B.shape
        self.T, self.U = T, B @ T
        sizes = above(norm_above(B.ravel()) * norm_above(T.ravel()), 1)
        if gamma(m) * sizes > 1e-10:  # then it is worth the product of their absolute values
            sizes = norm_above(above(np.abs(B) @ np.abs(T), m).ravel())
        self.error = sum_above(gamma(m) * sizes, n * m * m * TINY)  # ||U - B T||
        self.size = norm_above(self.U.ravel())
        off = norm_above((np.eye(m) - self.U.T @ self.U).ravel())
        rounding = above(gamma(n) * self.size**2, 2) + n * m * m * TINY
        carried = above(2 * self.size * self.error + self.error**2, 4)
        self.defect = sum_above(above(off, 1), rounding, carried)

    def longest(self, length):
        """``length / sqrt(1 - defect)``, rounded up."""
        return above(length / np.sqrt(below(1 - self.defect, 1)), 3)

    def projected(self, v, error=0.0):
        """An upper bound of ``||P v||``, v known up to a distance `error`."""
        size = norm_above(v)
        rounding = sum_above(above(gamma(len(v)) * self.size * size, 2), above(self.error * size, 1))
        inside = sum_above(norm_above(v @ self.U), rounding, self.U.size * TINY)
        return sum_above(self.longest(inside), error)


def _by_cholesky(B):
    try:
        return np.linalg.cholesky(B.T @ B).T
    except np.linalg.LinAlgError:
        return None


def _by_reflections(B):
    return np.linalg.qr(B, mode="r")


def smallest_eigenvalue(G, error, what):
    """A positive lower bound of the smallest eigenvalue of a symmetric matrix within `error` of G.

    If Cholesky's factorization of ``G - s I`` runs to completion, its smallest eigenvalue is at least
    ``-c trace``, ``c = gamma(n + 1) / (1 - gamma(n + 1))`` (Higham, theorems 10.3 and 10.5; any order of the
    sums). The shift s is a guess, half of a bound that the factor of G suggests; the subtraction rounds.
    """
    n = len(G)
    try:
        L = np.linalg.cholesky(G)
        guess = 0.5 / np.sum(np.linalg.inv(L) ** 2)
        np.linalg.cholesky(G - guess * np.eye(n))
    except np.linalg.LinAlgError:
        raise NotProved(f"{what}: Cholesky's factorization fails, so that it may be singular") from None
    trace = above(np.trace(G), n)
    ratio = above(gamma(n + 1) / (1 - gamma(n + 1)), 2)
    lost = sum_above(above(ratio * trace, 1), above(U * (np.diag(G).max() + guess), 2), error, n * n * TINY)
    prove(f"{what}: the shift and what rounding takes of it", lost, "<", guess)
    return below(guess - lost, 1)
