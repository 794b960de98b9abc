"""Many symmetric positive definite matrices to solve with: NumPy's by Cholesky factors, others by inverses.

A factor costs a quarter of an inverse. Each is one LAPACK call, so that a matrix by itself and in any company
has the same.
"""

import numpy as np
from array_api_compat import array_namespace
from scipy.linalg import blas, lapack

from .arrays import pick, take, to_numpy
from .inverses import inverse

SINGLE = lapack.spotrf, lapack.spotrs, blas.strsm
DOUBLE = lapack.dpotrf, lapack.dpotrs, blas.dtrsm


def routines(array):
    """LAPACK's and BLAS's routines for an array of float32 or float64: potrf, potrs, trsm."""
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
    if isinstance(gram, np.ndarray):
        factors = factored(gram.copy(), ridge)
        if factors is not None:
            _, solve, _ = routines(gram)
            return lambda right, some=slice(None): np.stack(
                [solve(factor, own, lower=1)[0] for factor, own in zip(factors[some], right, strict=True)]
            )
    inner = inverse(gram, ridge)
    return lambda right, some=slice(None): inner[some, ...] @ right


def factored(gram, ridge):
    """Cholesky factors (m, m) of matrices (b, m, m), which are overwritten; None where one is singular.

    Only the upper triangles are read.
    """
    factor, _, _ = routines(gram)
    size = gram.shape[-1]
    diagonals = np.einsum("bii->bi", gram)
    diagonals += ridge / size * diagonals.sum(axis=1, keepdims=True)
    factors = []
    for own in gram:
        lower, info = factor(own.T, lower=1, clean=0, overwrite_a=1)
        if info:
            return None
        factors.append(lower)
    return factors


class Inverses:
    """Inverses (b, p, m, m), of any namespace, that are at hand."""

    def __init__(self, arrays):
        self.arrays = arrays

    def solve(self, Q):
        """(b, p, m) -> (b, p, m)."""
        return (self.arrays @ Q[..., None])[..., 0]

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
    """The same by Cholesky factors: a list of factors (m, m) for each problem."""

    def __init__(self, factors):
        self.factors = factors

    def solve(self, Q):
        _, solve, _ = routines(self.factors[0][0])
        return np.array(
            [
                [solve(factor, q, lower=1)[0] for factor, q in zip(own, many, strict=True)]
                for own, many in zip(self.factors, Q.astype(self.factors[0][0].dtype, copy=False), strict=True)
            ]
        )

    def take(self, which):
        return Factors([self.factors[i] for i in which])

    def pick(self, which):
        return Factors([[own[j] for j in some] for own, some in zip(self.factors, which, strict=True)])

    def member(self, i):
        return Factors(self.factors[i : i + 1])

    def between(self, rows, X, weight):
        *_, solve = routines(X)
        total = np.empty((len(X), X.shape[1], X.shape[1]), dtype=X.dtype)
        for i, own in enumerate(self.factors):
            parts = np.empty((X.shape[1], len(own), X.shape[2]), dtype=X.dtype)
            for j, factor in enumerate(own):
                block = (np.sqrt(weight[i, j]) * rows[i, j])[:, None] * X[i]
                parts[:, j] = solve(1.0, factor, block.T, lower=1, overwrite_b=1).T
            parts = parts.reshape(len(parts), -1)
            total[i] = parts @ parts.T
        return total
