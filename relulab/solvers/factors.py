"""Many symmetric positive definite matrices to solve with: NumPy's by Cholesky factors, others by inverses.

A factor costs a quarter of an inverse. Each is one LAPACK call, so that a matrix by itself and in any company
has the same.
"""

import numpy as np
from array_api_compat import array_namespace
from scipy.linalg import blas, lapack

from .arrays import pick, take, to_numpy
from .inverses import inverse

SINGLE = lapack.spotrf, lapack.spotrs, lapack.strtri
DOUBLE = lapack.dpotrf, lapack.dpotrs, lapack.dtrtri


def routines(array):
    """LAPACK's potrf, potrs and trtri for arrays of float32 or float64."""
    return SINGLE if array.dtype == np.float32 else DOUBLE


def solver(gram, ridge=0.0):
    """What solves with symmetric positive definite matrices.

    Parameters
    ----------
    gram : array, shape (b, m, m)
        The matrices.
    ridge : float
        What is added to the diagonals, relative to the mean eigenvalue.

    Returns
    -------
    callable
        Right sides (b, m, r) -> solutions (b, m, r); with a slice as well, those of some of the matrices.

    Examples
    --------
    >>> import numpy as np
    >>> from relulab.solvers.factors import solver
    >>> X = np.random.default_rng(0).standard_normal((3, 90, 40))
    >>> gram = X.swapaxes(1, 2) @ X
    >>> bool(np.allclose(gram @ solver(gram)(np.ones((3, 40, 2))), 1))
    True
    """
    if not isinstance(gram, np.ndarray):
        inner = inverse(gram, ridge)
        return lambda right, some=slice(None): inner[some, ...] @ right
    ways = [_way(own, factor, ridge) for own, factor in zip(gram, factored(gram.copy(), ridge), strict=True)]
    return lambda right, some=slice(None): np.stack(
        [way(own) for way, own in zip(ways[some], right, strict=True)]
    )


def _way(gram, factor, ridge):
    if factor is None:
        inner = inverse(gram[None], ridge)[0]
        return lambda right: inner @ right
    _, solve, _ = routines(gram)
    return lambda right: solve(factor, right, lower=1)[0]


def factored(gram, ridge):
    """Cholesky factors (m, m) of matrices (b, m, m), which are overwritten; None for a singular one.

    Only the upper triangles are read.
    """
    factor, _, _ = routines(gram)
    size = gram.shape[-1]
    diagonals = np.einsum("bii->bi", gram)
    diagonals += ridge / size * diagonals.sum(axis=1, keepdims=True)
    found = (factor(own.T, lower=1, clean=0, overwrite_a=1) for own in gram)
    return [None if info else lower for lower, info in found]


class Inverses:
    """Inverses (b, p, m, m), of any namespace, that are at hand."""

    def __init__(self, arrays):
        self.arrays = arrays

    def solve(self, Q):
        """(b, p, m) -> (b, p, m)."""
        Q = array_namespace(Q).astype(Q, self.arrays.dtype)
        return (self.arrays @ Q[..., None])[..., 0]

    def halves(self, Q):
        """Two arrays, linear in Q, whose products ``a_j . b_j`` are ``q_j^T G_j^-1 q_j``."""
        return Q, self.solve(Q)

    def take(self, which):
        """Those of some problems."""
        return Inverses(take(self.arrays, which))

    def pick(self, which):
        """Some of each problem: ``which`` is (b, q)."""
        return Inverses(pick(self.arrays, which))

    def member(self, i):
        """Those of one problem, in NumPy: (1, p, m, m)."""
        return Inverses(to_numpy(self.arrays[i : i + 1, ...]))

    def between(self, rows, X, weight):
        """``sum_j w_j D_j X G_j^-1 X^T D_j``: rows (b, p, n), X (b, n, m), weights (b, p) -> (b, n, n)."""
        xp, total = array_namespace(X), 0
        for j in range(rows.shape[1]):
            block = rows[:, j, :, None] * X
            way = weight[:, j, None, None] * self.arrays[:, j, ...]
            total = total + (block @ way) @ xp.matrix_transpose(block)
        return total


class Factors:
    """The same of one problem, by Cholesky factors (m, m): a list of p."""

    def __init__(self, factors):
        self.factors = factors

    def solve(self, Q):
        if not self.factors:
            return np.zeros_like(Q)
        _, solve, _ = routines(self.factors[0])
        return np.array([[solve(factor, q, lower=1)[0] for factor, q in self._pairs(Q)]])

    def halves(self, Q):
        if not self.factors:
            return Q, Q
        halve = blas.strsv if self.factors[0].dtype == np.float32 else blas.dtrsv
        half = np.array([[halve(factor, q, lower=1) for factor, q in self._pairs(Q)]])
        return half, half

    def _pairs(self, Q):
        return zip(self.factors, Q[0].astype(self.factors[0].dtype, copy=False), strict=True)

    def pick(self, which):
        return Factors([self.factors[j] for j in which[0]])

    def between(self, rows, X, weight):
        _, _, invert = routines(X)
        parts = np.zeros((X.shape[1], len(self.factors), X.shape[2]), dtype=X.dtype)
        for j, factor in enumerate(self.factors):
            active = np.flatnonzero(rows[0, j])
            block = np.sqrt(weight[0, j]) * X[0, active]
            parts[active, j] = block @ np.tril(invert(factor, lower=1)[0]).T  # quicker than trsm
        parts = parts.reshape(len(parts), -1)
        return (parts @ parts.T)[None]


class Each:
    """Factors or Inverses of several problems, each as if it were alone."""

    def __init__(self, members):
        self.members = members

    def solve(self, Q):
        return np.concatenate([one.solve(Q[i : i + 1]) for i, one in enumerate(self.members)])

    def halves(self, Q):
        pairs = (one.halves(Q[i : i + 1]) for i, one in enumerate(self.members))
        return [np.concatenate(half) for half in zip(*pairs, strict=True)]

    def take(self, which):
        return Each([self.members[i] for i in which])

    def pick(self, which):
        return Each([one.pick(which[i : i + 1]) for i, one in enumerate(self.members)])

    def member(self, i):
        return self.members[i]

    def between(self, *arrays):
        parts = (one.between(*(a[i : i + 1] for a in arrays)) for i, one in enumerate(self.members))
        return np.concatenate(list(parts))
