"""Dual vectors that break none of the violators so far: the one nearest to a center, by least distance.

A violator u of one side is a cut ``side l^T (X u)_+ <= 1 - delta room(u)``. The dual vector nearest to a
center that keeps all cuts is a least-distance problem, which is non-negative least squares (Lawson and
Hanson, chapter 23), and where there is none the same answer holds multipliers that prove it.
"""

import numpy as np

from ...blocks.nnls import nonnegative_least_squares

DISTINCT = 1e-13  # two directions whose inner product is nearer to 1 make one cut
EMPTY = 1e-9  # a residual, of 1 at most, below which no dual vector keeps the cuts


class Cuts:
    """The violators of a question.

    Attributes
    ----------
    U, sides : ndarray, shape (K, d), (K,)
        Directions, and the side that each is about; 0 for a cut of the skip connection.
    rows, room : ndarray, shape (K, n), (K,)
        The cuts: ``rows @ l <= 1 - delta room``.
    """

    def __init__(self, question):
        self.question = question
        n, d = question.X.shape
        self.U, self.sides = np.zeros((0, d)), np.zeros(0, dtype=int)
        self.rows, self.room = np.zeros((0, n)), np.zeros(0)
        self.free, self.y = np.zeros((0, question.free.shape[1])), np.zeros(0)

    def add(self, U, side):
        """Cut off directions (b, d) of one side; how many were new."""
        X = self.question.X
        if not len(U):
            return 0
        everything = np.concatenate([self.U[self.sides == side], U])
        first = (U @ everything.T > 1 - DISTINCT).argmax(axis=1)
        new = U[first == np.arange(len(everything) - len(U), len(everything))]
        rows = side * np.maximum(new @ X.T, 0) if side else new @ X.T
        room = self.question.room(new, side) if side else np.ones(len(new))
        self.U, self.sides = _with(self.U, new), _with(self.sides, np.full(len(new), side))
        self.rows, self.room = _with(self.rows, rows), _with(self.room, room)
        self.free = _with(self.free, rows @ self.question.free)
        return len(new)

    def nearest(self, center, delta):
        """The dual vector nearest to the center that keeps all cuts, or multipliers (K,) of none.

        Returns
        -------
        dual : ndarray, shape (n,), or None
        multipliers : ndarray, shape (K,), or None
            ``y >= 0`` with ``sum_k y_k rows_k`` in the range of E^T and ``y^T (1 - delta room)`` smaller than
            ``y^T rows l`` for all l that meet the equations.
        """
        slack = 1 - delta * self.room - self.rows @ center
        G = -_with(self.free.T, slack[None])
        size = np.maximum(np.linalg.norm(G, axis=0), 1e-300)
        start, last = np.zeros(len(slack)), np.zeros(len(G))
        start[: len(self.y)], last[-1] = self.y, 1.0
        y = nonnegative_least_squares(G / size, last, start * size) / size
        self.y = y
        residual = G @ y
        residual[-1] -= 1
        if np.linalg.norm(residual) < EMPTY or not -residual[-1] > EMPTY**2:
            return None, y
        return center + self.question.free @ (-residual[:-1] / residual[-1]), y


def _with(rows, new):
    return np.concatenate([rows, new])
