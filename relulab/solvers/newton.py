"""The Newton systems of a program over blocks, which cost about what its Gram matrix costs.

A step of `centralpath` solves one system with ``sum_j A_j H_j^{-1} A_j^T`` of size n, where H_j measures how
far block j is from its boundaries. Without cones H_j^{-1} is a multiple of the identity plus one dyad, and
the system a Hadamard product like the Gram matrix itself. With cones every block is factored by itself.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy

RIDGE = 1e-15  # curvature added to the system in nu, relative to its trace
STEEP = 1e-4  # pivots of a Cholesky factor that are this far apart lose the digits that QR keeps
CHUNK = 2**21  # numbers of a temporary array
PROJECTIONS = 2**24  # numbers of an array that is kept while a program is solved


@dataclass(frozen=True, eq=False)
class Program:
    """The blocks as arrays: block j maps u_j to ``outer_j * (X bases_j u_j)``.

    Attributes
    ----------
    X : ndarray, shape (n, r)
        Data of full column rank.
    y : ndarray, shape (n,)
        Labels.
    beta : float
        Weight of the regularizer; 0 is minimal-norm.
    outer : ndarray, shape (J, n)
        The masks, with a minus for a negative part.
    cone : ndarray, shape (J, n), or None
        The signs of the cone's rows, 0 where there is none: ``C_j = diag(cone_j) X bases_j``.
    bases : ndarray, shape (J, r, r), or None
        Right factors; None is the identity.
    counts : ndarray, shape (J, r)
        1 where a coordinate counts in the norm, 0 where it is free (a normalized cone's null space).
    whitening : tuple of ndarray, or None
        The equations of badly scaled data in better units; see `whitening`.
    free : ndarray, shape (n,), or None
        Something that may be added to the outputs, in any amount and for nothing: nu is orthogonal to it.
    """

    X: np.ndarray
    y: np.ndarray
    beta: float
    outer: np.ndarray
    cone: np.ndarray | None
    bases: np.ndarray | None
    counts: np.ndarray
    whitening: tuple | None = None
    free: np.ndarray | None = None

    @cached_property
    def squares(self):
        """``x_i x_i^T`` for every row of X, shape (n, r r)."""
        return np.reshape(self.X[:, :, None] * self.X[:, None, :], (len(self.X), -1))

    @cached_property
    def projections(self):
        """All ``A_j A_j^T`` of blocks with bases and no cones: sparse, their lower triangles as columns.

        None where that is too much to keep.
        """
        J, n = self.outer.shape
        counts = np.sum(self.outer != 0, axis=1)
        ends = np.cumsum(counts * (counts + 1) // 2)
        if ends[-1] > PROJECTIONS:
            return None
        values, places = np.empty(ends[-1]), np.empty(ends[-1], dtype=np.int32)
        rows, columns = np.tril_indices(np.max(counts))
        for outer, basis, start, end in zip(self.outer, self.bases, np.r_[0, ends], ends, strict=False):
            active, i, k = np.flatnonzero(outer), rows[: end - start], columns[: end - start]
            block = self.X[active] @ basis
            values[start:end] = (block @ block.T)[i, k]
            places[start:end] = active[i] * n + active[k]
        return scipy.sparse.csc_array((values, places, np.r_[0, ends]), shape=(n * n, J))

    def outputs(self, u):
        """``X bases_j u_j`` for every block, shape (J, n)."""
        weights = u if self.bases is None else np.matmul(self.bases, u[:, :, None])[:, :, 0]
        return weights @ self.X.T

    def apply(self, u):
        """``sum_j A_j u_j``."""
        return np.sum(self.outer * self.outputs(u), axis=0)

    def pull(self, rows):
        """``bases_j^T X^T rows_j`` for every block: (J, n) -> (J, r)."""
        g = rows @ self.X
        return g if self.bases is None else np.matmul(g[:, None, :], self.bases)[:, 0, :]

    def adjoint(self, nu):
        """All ``A_j^T nu``."""
        return self.pull(self.outer * nu)

    def gradients(self, nu, a):
        """All ``A_j^T nu + C_j^T a_j``."""
        return self.adjoint(nu) if self.cone is None else self.pull(self.outer * nu + self.cone * a)


class Scaling:
    """Nesterov and Todd's scaling W between ``(t_j, u_j)`` and ``(1, -g_j)``."""

    def __init__(self, t, u, g):
        long, steep = norm(u), norm(g)
        x_size, z_size = np.sqrt((t - long) * (t + long)), np.sqrt((1 - steep) * (1 + steep))
        cosine = np.sqrt((1 + (t - dot(u, g)) / (x_size * z_size)) / 2)
        self.w0 = (t / x_size + 1 / z_size) / (2 * cosine)
        self.w = (u / x_size[:, None] + g / z_size[:, None]) / (2 * cosine)[:, None]
        self.eta = np.sqrt(x_size / z_size)

    def times(self, v0, v):
        along = dot(self.w, v)
        return self.eta * (self.w0 * v0 + along), self.eta[:, None] * (
            v + self.w * (v0 + along / (1 + self.w0))[:, None]
        )

    def over(self, v0, v):
        along = dot(self.w, v)
        return (self.w0 * v0 - along) / self.eta, (
            v + self.w * (along / (1 + self.w0) - v0)[:, None]
        ) / self.eta[:, None]


class Metric:
    """The H_j of a point, as roots F_j with ``H_j^{-1} = F_j^T F_j``; see the module's head.

    Without cones ``H_j^{-1} = P_j = c_j (I + theta_j w_j w_j^T)``. With them
    ``H_j = P_j^{-1} + C_j^T diag(a/s) C_j``, and the root comes from a Cholesky factorization, or from a QR
    factorization of what is squared in it where the last steps need that accuracy.
    """

    def __init__(self, program, scaling, ratio, proximal):
        self.program, self.proximal = program, proximal
        w0, w, eta = scaling.w0, scaling.w, scaling.eta
        self.w, self.size, self.slope = w, eta * eta, 2 / (2 * w0 * w0 - 1)
        self.c = self.size / (1 + proximal * self.size)
        self.theta = 2 / (1 + proximal * self.size * (2 * w0 * w0 - 1))
        if program.cone is not None:
            self.roots = self._cone_roots(w0, w, eta, ratio)
        elif program.whitening or (program.bases is not None and program.projections is None):
            bend = self.theta / (1 + np.sqrt(1 + self.theta * dot(w, w)))
            self.roots = np.sqrt(self.c)[:, None, None] * (np.eye(w.shape[1]) + _dyads(w, bend))
        else:
            self.roots = None

    def _cone_roots(self, w0, w, eta, ratio):
        """The roots of the H_j; where Cholesky would lose digits, by QR of what H_j is the square of."""
        program, (J, r) = self.program, w.shape
        square = 2 * w0 * w0 - 1
        grams = np.reshape(ratio @ program.squares, (J, r, r))
        if program.bases is not None:
            grams = np.matmul(np.matrix_transpose(program.bases), np.matmul(grams, program.bases))
        free = program.counts[:, :, None] * np.eye(r)
        grams += (free - _dyads(w, 2 / square)) / (eta * eta)[:, None, None] + self.proximal * np.eye(r)
        try:
            lower = np.linalg.cholesky(grams)
            pivots = np.linalg.diagonal(lower)
            steep = np.min(pivots, axis=-1) < STEEP * np.max(pivots, axis=-1)
        except np.linalg.LinAlgError:
            lower, steep = np.empty_like(grams), np.ones(J, dtype=bool)
        ridge, rho = np.sqrt(self.proximal) * np.eye(r), np.sqrt(square)
        for j in np.flatnonzero(steep):
            X = program.X if program.bases is None else program.X @ program.bases[j]
            ball = (free[j] - 2 / (rho[j] * (1 + rho[j])) * np.outer(w[j], w[j])) / eta[j]
            rows = np.sqrt(ratio[j])[:, None] * X
            lower[j] = np.linalg.qr(np.concatenate([rows, ball, ridge]), mode="r").T
        return _inverses(lower)

    def bend(self, v):
        """All ``P_j^{-1} v_j`` on the coordinates that count, without the proximal curvature."""
        v = v * self.program.counts
        return (v - self.w * (self.slope * dot(self.w, v))[:, None]) / self.size[:, None]

    def solve(self, q):
        """All ``H_j^{-1} q_j``."""
        if self.program.cone is None:
            return self.c[:, None] * (q + self.w * (self.theta * dot(self.w, q))[:, None])
        half = np.matmul(self.roots, q[:, :, None])
        return np.matmul(np.matrix_transpose(self.roots), half)[:, :, 0]

    def gram(self, keep):
        """``sum_j A_j H_j^{-1} A_j^T`` over the blocks with keep_j = 1, and beta times the identity."""
        program, n = self.program, len(self.program.y)
        if self.roots is None:
            dyads = program.outer * program.outputs(self.w)
            c = self.c * keep
            if program.bases is None:
                gram = (program.X @ program.X.T) * ((program.outer.T * c) @ program.outer)
            else:
                lower = np.reshape(program.projections @ c, (n, n))
                gram = lower + np.tril(lower, -1).T
            gram = gram + (dyads.T * (c * self.theta)) @ dyads
        else:
            gram = np.zeros((n, n))
            for part in _chunks(len(keep), program.X.size):
                half = self.roots[part]
                if program.bases is not None:
                    half = np.matmul(half, np.matrix_transpose(program.bases[part]))
                rows = np.matmul(half, program.X.T) * (program.outer[part] * keep[part, None])[:, None, :]
                rows = np.reshape(rows, (-1, n))
                gram += rows.T @ rows
        return gram + program.beta * np.eye(n)

    def solver(self, keep=None):
        """A function that solves with `gram`."""
        keep = np.ones(len(self.w)) if keep is None else keep
        turn, gram = (None, self.gram(keep)) if self.program.whitening is None else self._whitened(keep)
        if not np.all(np.isfinite(gram)):
            raise FloatingPointError("the Newton system is not finite")
        factor = scipy.linalg.cho_factor(gram + RIDGE * np.trace(gram) * np.eye(len(gram)), lower=True)
        if turn is None:
            return lambda rhs: scipy.linalg.cho_solve(factor, rhs)
        return lambda rhs: turn.T @ scipy.linalg.cho_solve(factor, turn @ rhs)

    def _whitened(self, keep):
        """The turn of the equations, and `gram` of the turned ones."""
        turn, blocks = self.program.whitening
        rows = np.reshape(np.matmul(self.roots, blocks) * keep[:, None, None], (-1, len(turn)))
        return turn, rows.T @ rows + self.program.beta * (turn @ turn.T)


def dot(a, b):
    return np.sum(a * b, axis=-1)


def norm(a):
    return np.sqrt(np.sum(a * a, axis=-1))


def _inverses(lower):
    """Inverses of lower triangular matrices."""
    inverses = np.empty_like(lower)
    for matrix, inverse in zip(lower, inverses, strict=True):
        transposed, failed = scipy.linalg.lapack.dtrtri(matrix.T)
        if failed:
            raise np.linalg.LinAlgError("the factor of a block is singular")
        inverse[:] = transposed.T
    return inverses


def _dyads(w, weight):
    return weight[:, None, None] * w[:, :, None] * w[:, None, :]


def _chunks(count, size):
    width = max(1, CHUNK // size)
    return [slice(start, start + width) for start in range(0, count, width)]
