"""One planted problem as the batch sees it, and what float32 has found for it made certain in float64.

A gradient of a block is ``q = X^T D_j dual``; weights on X that go along it are ``M_j^+ q``, where ``M_j`` is
the identity for plain and skip networks and ``X^T D_j X`` for the normalized one, whose norm of a block is
``||D_j X w|| = sqrt(w^T M_j w)``. So the norm of ``A_j^T dual`` is ``sqrt(q^T M_j^+ q)`` in every network.
"""

from typing import NamedTuple

import numpy as np

from ..blocks.conditions import EQUATIONS, MARGIN
from .verdicts import Finding, cheaper, inside

INTERPOLATES = 1e-12  # what a cheaper interpolant may lack, ||fit - y|| over ||y||, once it is mended
MENDS = 8  # rounds in which it is mended
ALMOST = 1e-2  # how wrong float32 may be about the reaches of normalized networks


class Planted(NamedTuple):
    """The planted blocks of one problem, X having largest entry 1.

    ``B`` (n, k d) holds them side by side, ``g`` (k d,) what the dual vector must show on them, ``weights``
    (k, d) the neurons on X, each of cost 1, ``to_weights`` (k, d, d) leads from block coordinates to weights.
    """

    home: np.ndarray
    B: np.ndarray
    g: np.ndarray
    weights: np.ndarray
    to_weights: np.ndarray


def planted(plant, X, masks, network):
    """The planted blocks; None where neurons are silent, share a block or have none.

    Parameters
    ----------
    plant : Plant
        The planted problem.
    X : ndarray, shape (n, d)
        Its data, scaled.
    masks : ndarray of bool, shape (n, p)
        The patterns.
    network : str
        The network.

    Returns
    -------
    Planted or None
        The planted blocks.
    """
    skip, d = int(network == "skip"), X.shape[1]
    outputs = X @ plant.weights
    if plant.kind == "linear":
        w = plant.weights.T
        return Planted(np.zeros(1, dtype=int), X, w[0], w, np.eye(d)[None]) if outputs.any() else None
    matches = (masks.T[None] == (outputs >= 0).T[:, None]).all(axis=2)
    home = matches.argmax(axis=1) + skip
    if not (outputs > 0).any(axis=0).all() or not matches.any(axis=1).all() or len(set(home)) < len(home):
        return None
    own = (outputs > 0).T
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
    U, s, Vt = np.linalg.svd(block, full_matrices=False)
    rank = int((s > s[0] * max(block.shape) * np.finfo(float).eps).sum())
    size = block.shape[1]
    columns, way = np.zeros((len(block), size)), np.zeros((size, size))
    columns[:, :rank], way[:, :rank] = U[:, :rank], Vt[:rank].T / s[:rank]
    return columns, way


class Problem(NamedTuple):
    """A problem that waits for its finding: its number, what X was divided by, and what it is made of."""

    place: int
    top: float
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

    def reach(self, dual, roughly, metric=None):
        """How far a dual vector reaches on the blocks off the plant, to float64.

        Parameters
        ----------
        dual : ndarray, shape (n,)
            The dual vector.
        roughly : ndarray, shape (p + s,)
            What float32 finds for each block, 0 at the planted ones.
        metric : ndarray, shape (p, d, d), optional
            The ``M_j^+`` of a normalized network.

        Returns
        -------
        float
            Plain and skip networks: measured on the blocks that the rounding errors of float32, which are
            bounded, leave in question. Normalized: an upper bound. The float32 solution of ``M_j w = q`` is
            refined; what is left, r, can add no more than ``r^T M_j^+ r``. Where float32 is sure that the
            reach is larger than 1, what it finds.
        """
        n, d = self.X.shape
        doubt = (n + d + 8) * 2.0**-24 * np.linalg.norm(self.X) * np.linalg.norm(dual)
        top = roughly.max()
        if top > 1 + (doubt if metric is None else ALMOST):
            return top
        near = np.ones(len(roughly), dtype=bool) if metric is not None else ~(roughly < top - 2 * doubt)
        near[self.planted.home] = False
        rows = self.rows(np.flatnonzero(near))
        Q = (rows * dual) @ self.X
        if metric is None:
            return np.sqrt(np.vecdot(Q, Q)).max(initial=0)
        metric = metric[near]
        W = _lift(metric, Q)
        for _ in range(4):
            rest = Q - ((W @ self.X.T) * rows) @ self.X
            added = _lift(metric, rest)
            square = np.vecdot(Q + rest, W) + 4 * np.abs(np.vecdot(rest, added))
            W = W + added
        return np.sqrt(np.maximum(square, 0)).max(initial=0)

    def certified(self, evidence, dual, reach, step=0):
        """The finding of a dual vector, or None where it proves nothing."""
        lack = np.linalg.norm(self.planted.B.T @ dual - self.planted.g)
        proves = lack <= EQUATIONS and 1 - reach > MARGIN
        return inside(evidence, self.unscaled(dual), 1 - reach, step) if proves else None

    def unscaled(self, dual):
        """A dual vector for X as it was given."""
        return dual if self.network == "normalized" else dual / self.top

    def cheaper(self, W, spent, step):
        """The finding of a cheaper interpolant."""
        W = W / self.top if self.network == "normalized" else W
        return cheaper(float(self.k), W, spent, step)

    def point(self, coordinates):
        """Weights of the planted neurons, given in block coordinates (k, d), among those of all blocks."""
        W = np.zeros((self.masks.shape[1] + (self.network == "skip"), self.X.shape[1]))
        W[self.planted.home] = (self.planted.to_weights @ coordinates[..., None])[..., 0]
        return W

    def all_ones(self, dual, reach):
        """The finding that a linear neuron hides in the all-ones block; None where there is no such block."""
        full = self.masks.all(axis=0)
        if self.network != "skip" or 0 not in self.planted.home or not full.any():
            return None
        W = np.roll(self.point(self.planted.weights), full.argmax() + 1, axis=0)
        optimal = self.unscaled(dual) if reach <= 1 + EQUATIONS else None
        reason = "in the all-ones block the planted weights give the same output at the same cost"
        return Finding("not-unique", "all-ones", optimal, W, 0.0, 0, reason)

    def lacking(self):
        """Where the planted equations lack a solution, r = g - B^T dual gives no output: g - r is cheaper."""
        B, g = self.planted.B, self.planted.g
        values, vectors = np.linalg.eigh(B.T @ B)
        null = vectors[:, values <= 1e-14 * len(values) * values[-1]]
        moved = (g - 0.5 ** np.arange(12)[:, None] * (null @ (null.T @ g))).reshape(12, self.k, -1)
        spent = np.linalg.norm(moved, axis=2).sum(axis=1)
        best = spent.argmin()
        missing = np.linalg.norm(B @ (moved[best].ravel() - g))
        if spent[best] >= self.k * (1 - MARGIN) or missing > INTERPOLATES * np.linalg.norm(B @ g):
            return None
        return self.cheaper(self.point(moved[best]), spent[best], 0)

    def mended(self, W, which, repair_of):
        """An interpolant made exact, and its cost with the price of its rounding; infinite where it fails.

        Parameters
        ----------
        W : ndarray, shape (p + s, d)
            Weights of all blocks.
        which : ndarray of int
            The blocks that have any, planted ones aside.
        repair_of : callable
            Labels (n,) -> weights of those blocks that give about these labels.
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
            if np.linalg.norm(error) <= INTERPOLATES * np.linalg.norm(y):
                return W, cost(W) + cost(repair)
            W = W - repair
        return W, np.inf


def _lift(metric, Q):
    return (metric @ Q.astype(metric.dtype)[..., None])[..., 0].astype(np.float64)
