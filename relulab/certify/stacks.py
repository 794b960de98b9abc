"""Planted problems of one shape as arrays with a leading axis, for any array library.

What costs most is in float32: it only proposes, and `problems` makes certain what it proposes. The planted
equations are in float64, so that dual vectors meet them.
"""

import numpy as np
from array_api_compat import array_namespace

from ..solvers.arrays import pick, root, take, to_numpy
from ..solvers.factors import Each, Factors, Inverses, factored
from ..solvers.inverses import inverse
from .problems import ALMOST, basis
from .proofs import spread

FIRM = 1e11  # product of the norms of a Gram matrix and its inverse up to which both are what they seem
BLURRED = 1e6  # singular values of a normalized block that are this far apart leave its range in doubt
RIDGE = {"float32": 1e-7, "float64": 1e-14}  # what keeps matrices invertible, relative to a mean eigenvalue
PART = 16  # columns of X whose products are summed over the rows at a time
ROUNDS = 4  # conjugate gradients that tell which blocks are reached furthest
TINY = 1e-30  # what keeps them from dividing zero by zero
THIN = 1.15  # blocks with fewer active rows than this many times d are too ill-conditioned for float32


class Stack:
    """Problems of one shape, X in even units.

    Attributes
    ----------
    X : array of float32 (or what `dtype` is), shape (b, n, d)
        The data.
    rows : the same, shape (b, p + s, n)
        The diagonals of the D_j, a block a row.
    off : the same, shape (b, p + s)
        0 at the planted blocks, 1 elsewhere.
    B : array of float64, shape (b, n, k d)
        The planted blocks side by side.
    g : array of float64, shape (b, k d, 1)
        What the dual vector must show on them: ``B^T dual = g``.
    inverse : array of float64, shape (b, k d, k d)
        Of ``B^T B``.
    stretch : ndarray, shape (b,)
        How much further a dual vector reaches at most when it is moved to meet the equations, for a residual
        of 1; infinite where the planted blocks are too nearly dependent to say.
    metric : Each, Inverses or None
        The ``M_j^+`` of normalized networks, once they are needed.
    problems : list of Member
        What they are stacked from.
    """

    def __init__(self, problems, xp=np, device=None, dtype="float32"):
        self.problems, self.dtype, self.network = problems, dtype, problems[0].network
        (n, p), skip = problems[0].masks.shape, int(self.network == "skip")
        rows = np.ones((len(problems), p + skip, n), dtype=dtype)
        off = np.ones(rows.shape[:2], dtype=dtype)
        for i, problem in enumerate(problems):
            rows[i, skip:] = np.ascontiguousarray(problem.masks.T)  # to transpose bytes is cheaper
            off[i, problem.planted.home] = 0

        def put(arrays, dtype=np.float64):
            return xp.asarray(np.stack(arrays, dtype=dtype, casting="same_kind"), device=device)

        self.X = put([problem.X for problem in problems], dtype)
        self.rows, self.off = (xp.asarray(array, device=device) for array in (rows, off))
        self.B = put([problem.planted.B for problem in problems])
        self.g = put([problem.planted.g[:, None] for problem in problems])
        gram = xp.matrix_transpose(self.B) @ self.B
        self.inverse = inverse(gram, 1e-14)
        self.stretch = self._stretch(gram)
        self._metric = None

    def _stretch(self, gram):
        """``||A_j|| / sigma`` for all j, sigma the smallest singular value of B, columns of zeros aside."""
        gram, largest = to_numpy(gram), to_numpy(self.inverse)
        used = np.diagonal(gram, axis1=1, axis2=2) > 0
        if not used.all():
            largest = largest * used[:, :, None] * used[:, None, :]
        size, largest = np.sqrt(_squares(gram)), np.sqrt(_squares(largest))
        X = 1.0 if self.network == "normalized" else _squares(to_numpy(self.X).astype(np.float64))
        reach = np.sqrt(largest * X)
        firm = size * largest < FIRM
        if self.network == "normalized":
            ways = [problem.planted.to_weights for problem in self.problems]
            firm &= [max(map(spread, way)) < BLURRED for way in ways]
        return np.where(firm, reach, np.inf)

    def take(self, which):
        """Some of the problems."""
        other = object.__new__(Stack)
        for name, value in vars(self).items():
            if not isinstance(value, str | None):
                value = value.take(which) if name == "_metric" else take(value, which)
            setattr(other, name, value)
        return other

    def precise(self):
        """The same in float64."""
        return Stack(self.problems, array_namespace(self.X), self.X.device, "float64")

    def cast(self, array):
        """An array in this stack's precision."""
        return array_namespace(array).astype(array, self.X.dtype)

    def adjoint(self, dual):
        """The gradients ``X^T D_j dual``: (b, n, 1) -> (b, p + s, d)."""
        return self.rows @ (self.cast(dual) * self.X)

    def halves(self, Q):
        """Two arrays, linear in gradients, whose products ``a_j . b_j`` are ``q_j^T M_j^+ q_j``."""
        return (Q, Q) if self.metric is None else self.metric.halves(Q)

    def lengths(self, dual):
        """How far dual vectors reach on every block off the plant, 0 on the others: (b, p + s)."""
        halves = self.halves(self.adjoint(dual))
        return self.off * root(array_namespace(self.X).linalg.vecdot(*halves))

    def along(self, Q, dQ):
        """The lengths of gradients, and the products across and among those of a move: three (b, p + s)."""
        vecdot = array_namespace(self.X).linalg.vecdot
        (left, right), (d_left, d_right) = self.halves(Q), self.halves(dQ)
        products = root(vecdot(left, right)), vecdot(left, d_right), vecdot(d_left, d_right)
        return [to_numpy(self.off * product) for product in products]

    @np.errstate(over="ignore", invalid="ignore")  # infinitely far is an answer
    def at_least(self, dual):
        """Lower bounds of `lengths`; of normalized networks by conjugate gradients, without the metric.

        On an orthonormal basis of X the eigenvalues of ``M_j`` lie between 0 and 1, few of them near 0.
        """
        if self.network != "normalized":
            return self.lengths(dual)
        xp = array_namespace(self.X)
        basis, vecdot = xp.linalg.qr(self.X)[0], xp.linalg.vecdot
        rest = way = self.rows @ (self.cast(dual) * basis)
        size, squares = vecdot(rest, rest), 0
        for _ in range(ROUNDS):
            image = ((way @ xp.matrix_transpose(basis)) * self.rows) @ basis
            share = size / xp.clip(vecdot(way, image), min=TINY)
            squares = squares + share * size
            rest = rest - share[..., None] * image
            before, size = size, vecdot(rest, rest)
            way = rest + (size / xp.clip(before, min=TINY))[..., None] * way
        return self.off * root(squares)

    def reaches(self, dual, lengths=None):
        """How far each dual vector reaches off the plant, to float64: see `Member`.

        Where what `at_least` finds is given and is far above 1, no metric is needed.
        """
        duals = to_numpy(dual)[:, :, 0]
        if self.network != "normalized":
            lengths = to_numpy(self.lengths(dual)) if lengths is None else lengths
            return [one.reach(*own) for one, *own in zip(self.problems, duals, lengths, strict=True)]
        reaches = np.zeros(len(duals)) if lengths is None else lengths.max(axis=1).astype(np.float64)
        if (near := np.flatnonzero(~(reaches > 1 + ALMOST))).size:
            metric = self.metric if len(near) == len(duals) else self.take(near).metric
            for place, i in enumerate(near):
                reaches[i] = self.problems[i].normalized_reach(duals[i], metric.member(place))
        return reaches

    @property
    def metric(self):
        if self._metric is None and self.network == "normalized":
            self._metric = self._metric_on(self.rows)
        return self._metric

    def metric_of(self, which):
        """The ``M_j^+`` of some blocks of each problem, (b, m) of them; the others need not be known."""
        if self._metric is not None:
            return self._metric.pick(which)
        return self._metric_on(pick(self.rows, which)) if self.network == "normalized" else None

    def _metric_on(self, rows):
        thin = to_numpy(array_namespace(rows).sum(rows, axis=2)) < THIN * self.X.shape[2]
        if not isinstance(rows, np.ndarray):
            return self._inverses(self.X, rows, thin)
        whole = [tuple(a[i : i + 1] for a in (self.X, rows, thin)) for i in range(len(rows))]
        return Each([self._factors(*one) or self._inverses(*one) for one in whole])

    def _factors(self, X, rows, thin):
        """Cholesky factors of the M_j of one problem; None where one is thin or singular."""
        if thin.any():
            return None
        X, rows = X[0], rows[0]
        gram = np.empty((len(rows), X.shape[1], X.shape[1]), dtype=X.dtype)
        for start in range(0, X.shape[1], PART):  # of a symmetric matrix no more than is read
            some = X[:, start : start + PART, None] * X[:, None, start:]
            product = rows @ some.reshape(len(X), -1)
            gram[:, start : start + PART, start:] = product.reshape(len(rows), *some.shape[1:])
        factors = factored(gram, RIDGE[self.dtype])
        return None if any(factor is None for factor in factors) else Factors(factors)

    def _inverses(self, X, rows, thin):
        """The M_j^+ of some problems: thin ones exact."""
        xp, (b, n, d) = array_namespace(X), X.shape
        squares = xp.reshape(X[:, :, :, None] * X[:, :, None, :], (b, n, d * d))
        second = xp.reshape(rows @ squares, (*rows.shape[:2], d, d))
        if not thin.any():
            return Inverses(inverse(second, RIDGE[self.dtype]))
        exact = np.zeros((*thin.shape, d, d), dtype=self.dtype)
        data, active = to_numpy(X).astype(np.float64), to_numpy(rows)
        for i, j in zip(*np.nonzero(thin), strict=True):
            way = basis(data[i] * active[i, j][:, None])[1]
            exact[i, j] = way @ way.T
        device, thin = X.device, thin[..., None, None]
        exact, thin = xp.asarray(exact, device=device), xp.asarray(thin, device=device)
        eye = xp.eye(d, dtype=second.dtype, device=device)
        return Inverses(xp.where(thin, exact, inverse(xp.where(thin, eye, second), RIDGE[self.dtype])))

    def project(self, dual):
        """The nearest dual vectors that meet the planted equations."""
        xp = array_namespace(dual)
        for _ in range(2):
            lack = xp.matrix_transpose(self.B) @ dual - self.g
            dual = dual - self.B @ (self.inverse @ lack)
        return dual

    @np.errstate(over="ignore")  # infinitely far is an answer
    def residual(self, dual):
        """How well dual vectors meet the planted equations: (b,)."""
        xp = array_namespace(dual)
        lack = xp.matrix_transpose(self.B) @ dual - self.g
        return root(xp.sum(lack * lack, axis=(1, 2)))

    def spread(self):
        """How independent the planted outputs are, smallest over largest eigenvalue of their Gram matrix."""
        xp, d = array_namespace(self.g), self.X.shape[2]
        if self.B.shape[2] == d:
            return xp.ones_like(self.g[:, 0, 0])
        starts = range(0, self.B.shape[2], d)
        outputs = xp.concat([self.B[:, :, i : i + d] @ self.g[:, i : i + d, :] for i in starts], axis=-1)
        outputs = outputs / xp.sqrt(xp.sum(outputs * outputs, axis=1, keepdims=True))
        values = xp.linalg.eigvalsh(xp.matrix_transpose(outputs) @ outputs)
        return values[:, 0] / values[:, -1]


def _squares(matrices):
    """The sum of squares of each matrix: (b, ...) -> (b,)."""
    flat = matrices.reshape(len(matrices), -1)
    return np.vecdot(flat, flat)
