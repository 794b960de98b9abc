"""The question in numbers: unit rows, what a dual vector must show on them, what it may reach elsewhere.

Dividing row i of X and its label by a positive number changes no network's cost, so rows have length 1 here;
zero rows, and rows that point where an earlier one does, say nothing new and are left out. This is no part
of a proof: a dual vector that is zero on the rows left out is one for all rows, and a network that is said
to be cheaper is checked on all of them.
"""

from functools import cached_property

import numpy as np

from ...patterns.borders import signs_of

ZERO = 1e-9  # entries of a dual vector, over the largest, that are left out
SAME = 1e-12  # rows this near to each other point in one direction: only one can carry a dual vector
RANK = 1e-13  # singular values, over the largest, of equations that are dependent
MET = 1e-9  # what equations that have a solution may lack


class Question:
    """A planted problem of the ReLU network over all patterns.

    Certificates are dual vectors l with ``E l = g`` and ``|l^T (X u)_+| < ||u||`` for all u off the rays of
    planted neurons. For a linear neuron ``E = X^T``; for ReLU neurons there is a ``(D_i X)^T`` for each, D_i
    its active rows.

    Attributes
    ----------
    kept : ndarray of int, shape (m,)
        The rows that count.
    sizes, X : ndarray, shape (m,), (m, d)
        Their lengths and directions.
    w, signs : ndarray, shape (d, k), (k,)
        The planted neurons and their output weights.
    linear, skip : bool
        Whether the plant is a linear neuron, and whether the network has a skip connection.
    masks : ndarray of bool, shape (k, m)
        The rows of each planted neuron's block; all for a linear one.
    silent : ndarray of bool, shape (k,)
        Which planted neurons say nothing.
    """

    def __init__(self, plant, network):
        largest = np.abs(plant.X).max(axis=1, initial=0)
        loud = np.flatnonzero(largest > 0)
        rows = plant.X[loud] / largest[loud, None]
        lengths = np.linalg.norm(rows, axis=1)
        rows = rows / lengths[:, None]
        first = _first_of_each_direction(rows)
        self.kept, self.X = loud[first], rows[first]
        self.sizes = largest[loud][first] * lengths[first]
        self.w = plant.weights / np.linalg.norm(plant.weights, axis=0)
        self.signs, self.n = plant.signs, len(plant.X)
        self.linear, self.skip = plant.kind == "linear", network == "skip"
        sides = signs_of(plant.X[self.kept], plant.weights).T
        self.masks = np.ones_like(sides, dtype=bool) if self.linear else sides >= 0
        self.targets = self.signs * self.w  # (d, k), what E asks for
        self.silent = ~(sides != 0 if self.linear else sides > 0).any(axis=1)

    @cached_property
    def equations(self):
        """E, of shape (k d, m)."""
        return np.vstack([self.X.T * mask for mask in self.masks])

    @cached_property
    def shortest(self):
        """The shortest dual vector (m,) that meets the equations; None where none does."""
        g = self.targets.T.ravel()
        dual = self._least(g)
        dual += self._least(g - self.equations @ dual)
        return dual if np.linalg.norm(self.equations @ dual - g) <= MET else None

    def moves(self, labels):
        """How the planted neurons (d, k) may move to give labels (m,), and shorter with it if they can be."""
        if self.silent.any():
            return self.targets * self.silent
        E, g = self.equations, self.targets.T.ravel()
        v = np.linalg.lstsq(E.T, labels, rcond=RANK)[0]
        if self.shortest is None:
            v = v + g - E @ np.linalg.lstsq(E, g, rcond=RANK)[0]
        return v.reshape(len(self.masks), -1).T

    def _least(self, g):
        """The shortest least-squares solution of ``E l = g``."""
        U, s, Vt = self._svd
        return Vt.T @ ((U.T @ g) / s)

    @cached_property
    def free(self):
        """An orthonormal basis (m, f) of what may be added to a dual vector."""
        return np.linalg.qr(self._svd[2].T, mode="complete")[0][:, len(self._svd[1]) :]

    @cached_property
    def _svd(self):
        U, s, Vt = np.linalg.svd(self.equations, full_matrices=False)
        rank = int((s > RANK * s.max(initial=0)).sum())
        return U[:, :rank], s[:rank], Vt[:rank]

    def tidy(self, dual):
        """The dual vector without entries that are rounding, moved on the others to meet the equations."""
        on = np.abs(dual) > ZERO * np.abs(dual).max()
        moved, g = np.where(on, dual, 0), self.targets.T.ravel()
        for _ in range(2):
            lack = g - self.equations @ moved
            if on.all():
                moved += self._least(lack)
            else:
                moved[on] += np.linalg.lstsq(self.equations[:, on], lack, rcond=RANK)[0]
        return moved

    def room(self, U, side):
        """How far each direction (b, d) is from the planted neurons of one sign: ``1 - max(0, w^T u)``."""
        own = self.w[:, self.signs == side]
        if self.linear or not own.size:
            return np.ones(len(U))
        return 1 - np.maximum((U @ own).max(axis=1), 0)

    def full(self, dual):
        """The dual vector (n,) for all rows as they are stored."""
        whole = np.zeros(self.n)
        whole[self.kept] = dual / self.sizes
        return whole


def _first_of_each_direction(rows):
    """Which rows point where no earlier one does."""
    if len(rows) == 0:
        return np.zeros(0, dtype=int)
    order = np.lexsort(np.round(rows, 6).T)
    near = np.abs(np.diff(rows[order], axis=0)).max(axis=1) <= 1e-5
    if not near.any():
        return np.arange(len(rows))
    same = np.abs(rows[:, None] - rows[None]).max(axis=2) <= SAME
    return np.flatnonzero(~np.tril(same, -1).any(axis=1))
