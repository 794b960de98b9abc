"""Many points projected onto the cones of their blocks, each from where its last projection ended.

The projection of g onto ``{u : C u >= 0}`` is ``g + C^T a`` with the multipliers a >= 0 that make it
shortest, which is non-negative least squares. A block whose point some multipliers bring into the unit ball
is off whatever its projection is, and most are: they cost one product. The others are solved with a ridge on
the multipliers first, which changes many of them at once, and then exactly.
"""

import numpy as np
from scipy.linalg.blas import dsyrk
from scipy.linalg.lapack import dpotrf, dpotrs, dpstrf, dtrtrs

from .newton import dot, norm

RIDGES = (1e-1, 1e-2, 1e-3)  # curvature of the multipliers over that of a row, one after the other
SMALLEST = 1e-14  # the same where the projection is exact; it keeps equal rows apart
PIVOTS = 10  # rounds with one ridge; what they leave is for the exact method, which always ends
ROUNDS = 300
FEW = 40  # rounds in which half of the violated rows enter at once
ROUNDING = 1e-13  # a row that is this far outside is not
RANK = 1e-6  # pivots of a projector, which are 1 or 0
REPAIRS = 5  # all but the first are for what the one before has cut off
TINY = np.finfo(float).tiny


class Cones:
    """The cones of a program's blocks, with the multipliers of their last projections.

    Attributes
    ----------
    multipliers : ndarray, shape (J, n)
        Of the rows, non-negative.
    """

    def __init__(self, program, multipliers):
        self.program, self.multipliers = program, multipliers
        self.active = multipliers > 0
        self.has_cone = np.any(program.cone != 0, axis=1)
        self.levels = np.zeros(len(multipliers), dtype=int)  # how many of the ridges a block has behind it
        self.factors, self.faces = [None] * len(multipliers), [None] * len(multipliers)
        self.curvature = _mean_square(program)
        self.inner = program.X @ program.X.T if program.bases is None else None

    def project(self, g):
        """The projections of all g_j, (J, r); of those in the unit ball only some bound that is in it too."""
        found, todo = g.copy(), np.flatnonzero(self.has_cone & (norm(g) > 1))
        found[todo] = self._moved(g, todo, self.multipliers[todo])
        todo = todo[norm(found[todo]) > 1]
        for level, ridge in enumerate(RIDGES):
            these = todo[self.levels[todo] <= level]
            self._pivot(g, these, ridge * self.curvature)
            found[these] = self._moved(g, these, self.multipliers[these])
            self.levels[these] = level + (norm(found[these]) > 1)
            todo = todo[norm(found[todo]) > 1]
            if level + 1 == len(RIDGES):
                self._trim(np.intersect1d(these, todo))
        self._descend(g, todo, found)
        return found

    def face(self, j):
        """An orthonormal basis (r, f) of the face that the last projection of block j is on."""
        active, lower = self._factor(j)
        if self.faces[j] is None or self.faces[j][0] is not lower:
            r = self.program.X.shape[1]
            basis = np.eye(r)
            if len(active):
                half, _ = dtrtrs(lower, self._rows(j, active), lower=1)
                projector = dsyrk(-1.0, half, trans=1, lower=1)
                projector.flat[:: r + 1] += 1
                factor, pivots, rank, _ = dpstrf(projector, tol=RANK, lower=1)
                basis = np.zeros((r, rank))
                basis[pivots - 1] = np.tril(factor)[:, :rank]
            self.faces[j] = lower, basis
        return self.faces[j][1]

    def bounding(self, nu):
        """Multipliers that bound the A_j^T nu: where they help, and so that they pull no free coordinate."""
        program, counts = self.program, self.program.counts
        g, some_free = program.adjoint(nu), np.any(counts == 0, axis=1)
        plain = norm(g * counts)
        a = self._without_pull(some_free & (plain > 1))
        bounded = norm(program.gradients(nu, a) * counts)
        off = norm(program.gradients(nu, self.multipliers)) <= 1
        if len(loose := np.flatnonzero(some_free & off & (plain > 1) & (bounded > 1))):
            self._trim(loose)
            self._descend(g, loose, g.copy(), enough=0)
            self.levels[loose] = len(RIDGES)
            a[loose] = self._without_pull(np.isin(np.arange(len(a)), loose))[loose]
            bounded = norm(program.gradients(nu, a) * counts)
        a[(plain <= 1) | (bounded >= plain)] = 0
        return a

    def _without_pull(self, blocks):
        """The multipliers, in some blocks moved so that they pull no free coordinate."""
        program, a = self.program, self.multipliers.copy()
        for j in np.flatnonzero(blocks & np.any(a > 0, axis=1)):
            active = np.flatnonzero((a[j] > 0) & (program.outer[j] == 0))  # its own rows are zero there
            rows = program.cone[j, active, None] * self._rows(j, active)[:, program.counts[j] == 0]
            for _ in range(REPAIRS):
                excess = np.linalg.lstsq(rows.T @ rows, rows.T @ a[j, active], rcond=RANK**2)[0]
                a[j, active] = np.maximum(a[j, active] - rows @ excess, 0)
        return a

    def on_faces(self, u, blocks):
        """The same u, rounded so that the rows that are active in some blocks are zero there."""
        u = u.copy()
        for j in blocks[self.has_cone[blocks]]:
            active, lower = self._factor(j)
            if len(active):
                rows = self._rows(j, active)
                u[j] -= dpotrs(lower, rows @ u[j], lower=1)[0] @ rows
        return u

    def outputs(self, u, blocks):
        """``X bases_j u_j`` for some blocks."""
        if self.program.bases is not None:
            u = np.reshape([self.program.bases[j] @ v for j, v in zip(blocks, u, strict=True)], u.shape)
        return u @ self.program.X.T

    def _moved(self, g, blocks, a):
        """``g_j + C_j^T a_j`` for some blocks."""
        pulled = (self.program.cone[blocks] * a) @ self.program.X
        if self.program.bases is not None:
            pulled = np.reshape(
                [v @ self.program.bases[j] for j, v in zip(blocks, pulled, strict=True)], pulled.shape
            )
        return g[blocks] + pulled

    def _rows(self, j, active):
        rows = self.program.X[active]
        return rows if self.program.bases is None else rows @ self.program.bases[j]

    def _cholesky(self, j, active, ridge):
        """A factor of the rows' Gram matrix, signs aside."""
        if self.inner is not None:
            gram = self.inner[active][:, active]
        else:
            rows = self._rows(j, active)
            gram = rows @ rows.T
        gram.flat[:: len(active) + 1] += ridge
        lower, failed = dpotrf(gram, lower=1, overwrite_a=1)
        if failed:
            raise np.linalg.LinAlgError("the active rows of a cone are dependent")
        return lower

    def _factor(self, j):
        if self.factors[j] is None:
            active = np.flatnonzero(self.active[j])
            self.factors[j] = active, self._cholesky(j, active, SMALLEST * self.curvature)
        return self.factors[j]

    def _pivot(self, g, blocks, ridge):
        """Block principal pivoting with a ridge: every row that is on the wrong side changes it, all at once.

        Where that does not settle in a few rounds the block's multipliers stay as they were.
        """
        cone, active = self.program.cone, self.active[blocks]
        outputs, left = self.outputs(g[blocks], blocks), np.arange(len(blocks))
        for _ in range(PIVOTS):
            if not len(left):
                break
            these, a = blocks[left], np.zeros((len(left), cone.shape[1]))
            for i, k in enumerate(left):
                rows = np.flatnonzero(active[k])
                if len(rows):
                    lower = self._cholesky(blocks[k], rows, ridge)
                    a[i, rows] = dpotrs(lower, outputs[k, rows], lower=1)[0]
            a *= -cone[these]
            violated = cone[these] * self.outputs(self._moved(g, these, a), these) < 0
            wrong = np.where(active[left], a < 0, violated) & (cone[these] != 0)
            a = np.maximum(a, 0)
            done = ~wrong.any(axis=1) | (norm(self._moved(g, these, a)) <= 1)
            self._keep(these[done], a[done])
            active[left] ^= wrong
            left = left[~done]

    def _keep(self, blocks, a):
        self.multipliers[blocks], self.active[blocks] = a, a > 0
        for j in blocks:
            self.factors[j] = None

    def _trim(self, blocks):
        """Keep fewer multipliers than dimensions, so that the active rows can be independent."""
        most = max(self.program.X.shape[1] - 1, 1)
        a = self.multipliers[blocks]
        if a.shape[1] > most:
            a[a <= np.partition(a, -most - 1, axis=1)[:, -most - 1, None]] = 0
        self._keep(blocks, a)

    def _descend(self, g, todo, found, enough=1.0):
        """The projections of some blocks: an active-set method that shortens them till they are short enough.

        Multipliers that would turn negative are cut off at zero if that is shorter than what the block has;
        otherwise it goes to where the first of them vanishes, as Lawson and Hanson do.
        """
        cone, outputs = self.program.cone, self.outputs(g[todo], todo)
        a = self.multipliers[todo] * self.active[todo]
        shortest = norm(self._moved(g, todo, a))
        for number in range(ROUNDS):
            if not len(todo):
                return
            best = np.zeros_like(a)
            for i, j in enumerate(todo):
                rows, lower = self._factor(j)
                if len(rows):
                    best[i, rows] = dpotrs(lower, outputs[i, rows], lower=1)[0]
            best *= -cone[todo]
            active, negative = self.active[todo], best < 0
            settled = ~negative.any(axis=1)
            new = np.maximum(best, 0)
            found[todo] = self._moved(g, todo, new)
            longer = np.flatnonzero(~settled & (norm(found[todo]) >= shortest * (1 - 1e-12)))
            new[longer], negative[longer] = _to_first_zero(a[longer], best[longer])
            found[todo[longer]] = self._moved(g, todo[longer], new[longer])
            shortest = np.minimum(shortest, norm(found[todo]))
            slack = np.where(active | (cone[todo] == 0), 0, cone[todo] * self.outputs(found[todo], todo))
            done = (settled & np.all(slack >= -ROUNDING, axis=1)) | (norm(found[todo]) <= enough)
            self.multipliers[todo[done]] = new[done]
            change = negative & active
            for i in np.flatnonzero(settled & ~done):
                room = max(1, self.program.X.shape[1] - 1 - np.sum(active[i]))
                change[i, _most_violated(slack[i], room if number < FEW else 1)] = True
            change[done] = False
            self.active[todo] ^= change
            for j in todo[change.any(axis=1)]:
                self.factors[j] = None
            left = ~done
            todo, outputs, a, shortest = todo[left], outputs[left], new[left], shortest[left]
        raise np.linalg.LinAlgError("a projection onto a cone does not end")


def _mean_square(program):
    """Of a row of the cones, its free coordinates aside; of a few blocks where each has its own."""
    if program.bases is None:
        return np.mean(dot(program.X, program.X))
    some = np.linspace(0, len(program.bases) - 1, 5).astype(int)
    rows = np.matmul(program.X, program.bases[some] * program.counts[some, None])
    return max(np.mean(rows**2), TINY) * program.X.shape[1]


def _to_first_zero(a, best):
    """Where multipliers on their way to others first vanish, and which do."""
    ratio = np.where(best < 0, a / np.where(best < 0, a - best, 1.0), np.inf)
    step = np.minimum(1, np.min(ratio, axis=1, initial=1))[:, None]
    vanished = (best < 0) & (ratio <= step + 1e-15)
    return np.where(vanished, 0, np.maximum(a + step * (best - a), 0)), vanished


def _most_violated(slack, room):
    """The worse half of the rows that are outside, but not more than there is room for."""
    rows = np.flatnonzero(slack < -ROUNDING)
    return rows[np.argsort(slack[rows], kind="stable")[: min(room, (len(rows) + 1) // 2)]]
