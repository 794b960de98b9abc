"""One member of a stack of problems, and what float32 has found for it made certain in float64.

A member has no blocks built, only masks: `search.Problem` is the same question asked one by one, with blocks.
Both learn from `patterns.borders` where a neuron lives.

A gradient of a block is ``q = X^T D_j dual``; weights on X that go along it are ``M_j^+ q``, where ``M_j`` is
the identity for plain and skip networks and ``X^T D_j X`` for the normalized one, whose norm of a block is
``||D_j X w|| = sqrt(w^T M_j w)``. So the norm of ``A_j^T dual`` is ``sqrt(q^T M_j^+ q)`` in every network.
"""

from typing import NamedTuple

import numpy as np
from scipy.linalg.lapack import dtrtri

from ..blocks.blocks import Blocks
from ..blocks.conditions import EQUATIONS, MARGIN
from ..patterns.borders import heard, places_of
from .units import Units
from .verdicts import cheaper, hidden, inside

INTERPOLATES = 1e-12  # what a cheaper interpolant may lack, ||fit - y|| over ||y||, once it is mended
MENDS = 8  # rounds in which it is mended
HELPS = 1e-2  # what a repair may miss of what it repairs
SILENT = 1e-14  # an output that is zero but for rounding, relative
UNCLEAR = 1e-9  # eigenvalues of a Gram matrix below this share may be rounding or not
WORTHWHILE = 4_500  # blocks x n x d up to which a tie is worth finding out whether something is cheaper
MEASURED = 20_000  # the same up to which normalized blocks, often of lower rank there, are built and measured
LEFT = "left"  # what `Member.all_ones` says of a tie that is
FULL = 1e4  # condition of a block below which no rank is in doubt
CLEAR = 1e-11  # squares of reaches that are this certain are not refined any more
ALMOST = 1e-2  # how wrong float32 may be about the reaches of normalized networks


class Planted(NamedTuple):
    """The planted blocks of one problem, whose X is in even units.

    ``B`` (n, k d) holds them side by side, ``g`` (k d,) what the dual vector must show on them, ``weights``
    (k, d) the neurons on X, each of cost 1, ``to_weights`` (k, d, d) leads from block coordinates to weights.
    """

    home: np.ndarray
    B: np.ndarray
    g: np.ndarray
    weights: np.ndarray
    to_weights: np.ndarray


def planted(plant, masks, network):
    """The planted blocks; None where neurons are silent, share a block or have none.

    Parameters
    ----------
    plant : Plant
        The planted problem, in even units.
    masks : ndarray of bool, shape (n, p)
        The patterns.
    network : str
        The network.

    Returns
    -------
    Planted or None
        The planted blocks.
    """
    X, skip, d = plant.X, int(network == "skip"), plant.X.shape[1]
    outputs = X @ plant.weights
    if plant.kind == "linear":
        w = plant.weights.T
        return Planted(np.zeros(1, dtype=int), X, w[0], w, np.eye(d)[None]) if outputs.any() else None
    places = places_of(X, plant.weights, masks)
    if (places < 0).any() or not heard(X, plant.weights).all() or len(set(places)) < len(places):
        return None
    home, own = places + skip, masks.T[places]
    if network != "normalized":
        w = plant.signs[:, None] * plant.weights.T
        ways = np.broadcast_to(np.eye(d), (len(w), d, d))
        return Planted(home, np.hstack([X * mask[:, None] for mask in own]), w.ravel(), w, ways)
    outputs = plant.signs * np.maximum(outputs, 0)
    lengths = np.linalg.norm(outputs, axis=0)
    w = (plant.signs / lengths)[:, None] * plant.weights.T
    bases, ways = zip(*(basis(X * mask[:, None]) for mask in own), strict=True)
    g = np.concatenate([U.T @ f for U, f in zip(bases, (outputs / lengths).T, strict=True)])
    return Planted(home, np.hstack(bases), g, w, np.stack(ways))


def basis(block):
    """An orthonormal basis of a block's range, and the way from its coordinates to weights, zero-padded."""
    active, size = block.any(axis=1), block.shape[1]
    part, columns = block[active], np.zeros(block.shape)
    if len(part) >= size:
        U, R = np.linalg.qr(part)
        way, singular = dtrtri(R)
        if not singular and np.linalg.norm(R) * np.linalg.norm(way) < FULL:
            columns[active] = U
            return columns, way
    U, s, Vt = np.linalg.svd(part, full_matrices=False)
    rank = int((s > s.max(initial=0) * max(block.shape) * np.finfo(float).eps).sum())
    way = np.zeros((size, size))
    columns[active, :rank], way[:, :rank] = U[:, :rank], Vt[:rank].T / s[:rank]
    return columns, way


class Member(NamedTuple):
    """A problem that waits for its finding: its number, its units, and what it is made of."""

    place: int
    units: Units
    X: np.ndarray
    masks: np.ndarray
    planted: Planted
    network: str

    @property
    def k(self):
        """Planted neurons, which is what the plant costs."""
        return len(self.planted.home)

    def rows(self, which):
        """The diagonals of some D_j, a block a row."""
        skip = int(self.network == "skip")
        rows = np.ones((len(which), len(self.X)))
        of_patterns = which >= skip
        rows[of_patterns] = self.masks.T[which[of_patterns] - skip]
        return rows

    @np.errstate(over="ignore", invalid="ignore")  # infinitely far is an answer
    def reach(self, dual, roughly):
        """How far a dual vector reaches on the blocks off the plant, in plain and skip networks, to float64.

        Parameters
        ----------
        dual : ndarray, shape (n,)
            The dual vector.
        roughly : ndarray, shape (p + s,)
            What float32 finds for each block, 0 at the planted ones.

        Returns
        -------
        float
            Measured on the blocks that the rounding errors of float32, which are bounded, leave in question.
            Where float32 is sure that the reach is larger than 1, what it finds.
        """
        n, d = self.X.shape
        doubt = (n + d + 8) * 2.0**-24 * np.linalg.norm(self.X) * np.linalg.norm(dual)
        top = roughly.max()
        if top > 1 + doubt:
            return top
        near = ~(roughly < top - 2 * doubt)
        near[self.planted.home] = False
        Q = (self.rows(np.flatnonzero(near)) * dual) @ self.X
        return np.sqrt(np.vecdot(Q, Q)).max(initial=0)

    @np.errstate(over="ignore", invalid="ignore")
    def normalized_reach(self, dual, metric):
        """The same of a normalized network, whose ``M_j^+`` are given: an upper bound, to float64.

        The float32 solution of ``M_j w = q`` is refined; what is left, r, can add no more than
        ``r^T M_j^+ r``. Where float32 is sure that the reach is larger than 1, what it finds.
        """
        near = np.delete(np.arange(self.masks.shape[1]), self.planted.home)
        rows, metric = self.rows(near), metric.pick(near[None])
        Q = (rows * dual) @ self.X
        W = metric.solve(Q[None])[0].astype(np.float64)
        top = np.sqrt(np.vecdot(Q, W).max(initial=0))
        if top > 1 + ALMOST:
            return top
        for _ in range(4):
            rest = Q - ((W @ self.X.T) * rows) @ self.X
            wrong = 4 * np.abs(np.vecdot(*metric.halves(rest[None]))[0])
            square = np.vecdot(Q + rest, W) + wrong
            if wrong.max(initial=0) < CLEAR:
                break
            W = W + metric.solve(rest[None])[0]
        return np.sqrt(np.maximum(square, 0)).max(initial=0)

    def certified(self, evidence, dual, reach, stretch, step=0):
        """The finding of a dual vector, or None where it proves nothing.

        The equations hold up to a residual; to meet them exactly the dual vector would move, and reach up to
        `stretch` times the residual further.
        """
        if self.network == "normalized" and self.masks.size * self.X.shape[1] <= MEASURED:
            norms = Blocks(self.X, self.masks, self.network).norms(dual)
            reach = max(reach, np.delete(norms, self.planted.home).max(initial=0))
        lack = np.linalg.norm(self.planted.B.T @ dual - self.planted.g)
        margin = 1 - reach - (stretch * lack if lack > 0 else 0.0)
        return (
            self.units.finding(inside(evidence, dual, margin, step))
            if lack <= EQUATIONS and margin > MARGIN
            else None
        )

    def cheaper(self, W, spent, step):
        """The finding of a cheaper interpolant."""
        return self.units.finding(cheaper(float(self.k), W, spent, step))

    def point(self, coordinates):
        """Weights of the planted neurons, given in block coordinates (k, d), among those of all blocks."""
        W = np.zeros((self.masks.shape[1] + (self.network == "skip"), self.X.shape[1]))
        W[self.planted.home] = (self.planted.to_weights @ coordinates[..., None])[..., 0]
        return W

    def all_ones(self, dual, reach):
        """The finding that a linear neuron hides in the all-ones block; None where there is no such block.

        Where the dual vector does not prove that the plant is a solution, a small problem is left to
        `one_by_one`, which finds out without that block.
        """
        full = self.masks.all(axis=0)
        if self.network != "skip" or 0 not in self.planted.home or not full.any():
            return None
        optimal = reach <= 1 + EQUATIONS
        if not optimal and self.masks.size * self.X.shape[1] <= WORTHWHILE:
            return LEFT
        W = np.roll(self.point(self.planted.weights), full.argmax() + 1, axis=0)
        return self.units.finding(hidden(W, dual if optimal else None))

    def lacking(self):
        """Where the planted equations lack a solution, r = g - B^T dual gives no output: g - r is cheaper.

        Only directions without any output count, and only where they stand out from those with little.
        """
        B, g = self.planted.B, self.planted.g
        values, vectors = np.linalg.eigh(B.T @ B)
        silent = values <= 1e-14 * len(values) * values[-1]
        if values[~silent].min() < UNCLEAR * values[-1]:
            return None
        null = vectors[:, silent]
        moved = (g - 0.5 ** np.arange(12)[:, None] * (null @ (null.T @ g))).reshape(12, self.k, -1)
        spent = np.linalg.norm(moved, axis=2).sum(axis=1)
        best = spent.argmin()
        missing = np.linalg.norm(B @ (moved[best].ravel() - g))
        price = missing / np.sqrt(values[~silent].min())
        if spent[best] + price >= self.k * (1 - MARGIN) or missing > SILENT * np.linalg.norm(B @ g):
            return None
        return self.cheaper(self.point(moved[best]), spent[best] + price, 0)

    def mended(self, W, which, repair_of):
        """An interpolant made exact, and its cost with the price of its rounding; infinite where it fails.

        Parameters
        ----------
        W : ndarray, shape (p + s, d)
            Weights of all blocks.
        which : ndarray of int
            The blocks that have any, planted ones aside.
        repair_of : callable
            Labels (n,) -> weights of those blocks that give about these labels; what they miss must be
            little, or the last repair, which is not made but priced, proves nothing.
        """
        used = np.union1d(which, self.planted.home)
        rows, y = self.rows(used), self.planted.B @ self.planted.g

        def outputs(W):
            return rows * (W[used] @ self.X.T)

        def cost(W):
            return np.linalg.norm(outputs(W) if self.network == "normalized" else W[used], axis=1).sum()

        for _ in range(MENDS):
            error = outputs(W).sum(axis=0) - y
            repair = np.zeros_like(W)
            repair[which] = repair_of(error)
            lack = np.linalg.norm(error)
            if lack <= INTERPOLATES * np.linalg.norm(y):
                helps = np.linalg.norm(outputs(repair).sum(axis=0) - error) <= HELPS * lack
                return W, cost(W) + 2 * cost(repair) if helps else np.inf
            W = W - repair
        return W, np.inf
