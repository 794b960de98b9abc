"""Nothing counts before it is verified: what a search found, made exact in float64, and priced.

An interpolant misses its labels by rounding, at least. What it misses is repaired, by the blocks and inside
their cones; what the repairs miss in turn is priced by the smallest singular value of the blocks. A dual
vector misses the planted equations; the move that would meet them reaches somewhere too.
"""

import numpy as np

from ..blocks.conditions import EQUATIONS, MARGIN
from .verdicts import cheaper, hidden, tied, undecided

EPS = np.finfo(float).eps
ROUNDS = 3  # repairs that are made; the last is priced instead
DIRECT = 4_000_000  # numbers in the blocks up to which squaring may be avoided
FIRM = 1e-6  # smallest over largest eigenvalue of their Gram matrix from which it need not be
NOISE = 1e-9  # rounding errors of the planted equations beyond which nothing is said
CHEAPER = 2e-9  # what the cost of an interpolant must beat that of the plant by
INEXACT = "an interpolant that costs about {:.6g} could not be made exact for certain"
OUTSIDE = 1e-12  # how far outside a cone rounding may put a row of size 1, relative to its terms


class Prices:
    """What it costs to make interpolants of one problem exact."""

    def __init__(self, problem):
        self.problem, blocks = problem, problem.blocks
        self.X, self.masks, self.skip = blocks.X, blocks.masks, blocks.skip
        self.y = blocks.apply(problem.plant)
        self.signs = 2 * self.masks.T - 1
        usable = np.ones(blocks.size, dtype=bool)
        if problem.form == "exact":
            room = self.signs[self.skip :] * (problem.gates.T @ self.X.T)
            self.room = np.vstack([np.full((self.skip, len(self.X)), np.inf), room])
            self.thin = (self.room <= 0) & self.X.any(axis=1)
            usable = ~self.thin.any(axis=1)
            self.inner = np.vstack([np.zeros((self.skip, self.X.shape[1])), problem.gates.T])
        self.usable = np.flatnonzero(usable)
        self.vectors, self.values = self._singular()

    def _singular(self):
        """Left singular vectors of the usable blocks, and singular values; those that are zero left out.

        By their Gram matrix where squaring loses nothing that counts, else by what QR leaves of them.
        """
        (n, d), blocks = self.X.shape, self.problem.blocks
        large = n * d * len(self.usable) > DIRECT
        if large or len(self.usable) == blocks.size:
            values, vectors = np.linalg.eigh(blocks.gram())
            if large or values[0] > FIRM * values[-1]:
                keep = values > 4 * n * EPS * values.max()
                return vectors[:, keep], np.sqrt(values[keep])
        rows = np.vstack([np.zeros((0, n)), *(blocks.block(j).T for j in self.usable)])
        vectors, values, _ = np.linalg.svd(np.linalg.qr(rows, mode="r").T, full_matrices=False)
        keep = values > 4 * n * EPS * values.max(initial=0)
        return vectors[:, keep], values[keep]

    def outputs(self, W):
        """The labels of weights (p + s, d) or (2, p + s, d), and what their rounding is at most."""
        total = W if W.ndim == 2 else W[0] - W[1]
        rounding = W if W.ndim == 2 else np.abs(W).sum(axis=0)
        used = rounding.any(axis=1)
        masks = self.masks[:, used]
        labels = (masks * (self.X @ total[used].T)).sum(axis=1)
        terms = (masks * (np.abs(self.X) @ np.abs(rounding[used]).T)).sum(axis=1)
        return labels, 4 * EPS * terms

    def cost(self, W):
        """The sum of the norms."""
        if self.problem.blocks.factors is None:
            return float(np.linalg.norm(W, axis=-1).sum())
        outputs = self.masks * (self.X @ np.swapaxes(W, -1, -2))
        return float(np.linalg.norm(outputs, axis=-2).sum())

    def repair(self, error):
        """Weights (p + s, d) that give these labels, as nearly as the usable blocks can."""
        price = self.vectors @ ((self.vectors.T @ error) / self.values**2)
        W = np.zeros((self.problem.blocks.size, self.X.shape[1]))
        W[self.usable] = self.problem.blocks.to_weights(self.problem.blocks.adjoint(price))[self.usable]
        return W

    def into_cones(self, W):
        """About the same outputs from neurons in their cones.

        An interior point is added to both sides. Where a cone has none, as those of planted neurons with x
        and -x on their border, its neurons are put on that border first.
        """
        values = self.signs * (W @ self.X.T)
        terms = OUTSIDE * (np.abs(W).max(axis=0) @ np.abs(self.X).T)
        for j in np.flatnonzero(((values < -terms) & self.thin).any(axis=(0, 2))):
            border = self.X[self.thin[j]]
            W[:, j] -= W[:, j] @ np.linalg.pinv(border) @ border
            values[:, j] = self.signs[j] * (W[:, j] @ self.X.T)
        values[:, : self.skip] = 0
        lack = np.where(self.thin, 0, np.maximum(-values, 0).max(axis=0))
        amount = np.divide(lack, self.room, out=np.zeros_like(lack), where=(lack > 0) & (self.room > 0)).max(
            axis=1
        )
        W = W + (amount * (1 + 1e-9))[:, None] * self.inner
        sizes = np.abs(W).max(axis=-1, keepdims=True)
        return np.where(sizes > EPS * sizes.max(), W, 0)  # what is left of rounding may point anywhere

    def settled(self, W):
        """An interpolant that misses nothing but rounding, and what an exact one costs at most.

        Infinite where that cannot be said.
        """
        exact = self.problem.form == "exact"
        if exact:
            W = W.copy()
            W[:, : self.skip] = np.stack([W[0, : self.skip] - W[1, : self.skip], 0 * W[1, : self.skip]])
        for left in reversed(range(ROUNDS)):
            W = self.into_cones(W) if exact else W
            labels, rounding = self.outputs(W)
            error = self.y - labels
            repair = self.repair(error)
            if left:
                W = W + (np.stack([repair, 0 * repair]) if exact else repair)
        missed = error - self.outputs(repair)[0]
        rounding = rounding + 8 * EPS * np.abs(self.y)
        out_of_reach = missed - self.vectors @ (self.vectors.T @ missed)
        if not np.linalg.norm(out_of_reach) <= 16 * np.linalg.norm(rounding):
            return W, np.inf
        rest = (np.linalg.norm(missed) + np.linalg.norm(rounding)) / self.values.min(initial=np.inf)
        if exact:
            sizes, room = np.linalg.norm(self.X, axis=1), self.room[self.usable]
            steep = np.divide(sizes, room, out=np.zeros_like(room), where=room > 0).max(initial=0)
            parts = self.into_cones(np.stack([repair, 0 * repair]))
            return W, self.cost(W) + self.cost(parts) + rest * (1 + 2 * steep * self._sizes())
        return W, self.cost(W) + self.cost(repair) + rest

    def _sizes(self):
        """The largest cost of an interior point."""
        W = np.zeros_like(self.inner)
        W[self.usable] = self.inner[self.usable]
        if self.problem.blocks.factors is None:
            return np.linalg.norm(W, axis=1).max(initial=0)
        return np.linalg.norm(self.masks * (self.X @ W.T), axis=0).max(initial=0)


def verified(problem, equations, independent, finding):
    """The finding, if it stands in float64; else "undecided", with what does not stand.

    Parameters
    ----------
    problem : Problem
        The problem.
    equations : PlantedEquations
        Its planted equations.
    independent : bool
        Whether the planted outputs are; else a dual vector proves no more than that the plant is optimal.
    finding : Finding
        What was found.

    Returns
    -------
    Finding
        What is known.
    """
    if finding.status == "not-recovered":
        with np.errstate(all="ignore"):
            W, spent = Prices(problem).settled(finding.W)
        if spent < problem.cost * (1 - CHEAPER):
            return cheaper(problem.cost, W, spent, finding.steps)
        return undecided(finding.steps, INEXACT.format(problem.cost - finding.margin))
    if finding.dual is None:
        return finding
    B, g = equations.B, equations.g
    lack = np.linalg.norm(B.T @ finding.dual - g)
    noise = EPS * np.linalg.norm(np.abs(B).T @ np.abs(finding.dual)) + EPS * spread_of(problem)
    margin = finding.margin - problem.blocks.norms(equations.missed(finding.dual)).max()
    if not (lack <= EQUATIONS and noise <= NOISE):
        if finding.evidence == "all-ones":
            return hidden(finding.W, None)
        return undecided(
            finding.steps, f"a dual vector meets the planted equations to {lack + noise:.1e} only"
        )
    if finding.status != "recovered":
        return finding
    if not margin > MARGIN / 2:
        return undecided(finding.steps, "a dual vector stays inside the ball only up to rounding")
    return finding._replace(margin=margin) if independent else tied(finding.dual, None, finding.steps)


def spread_of(problem):
    """How far apart singular values of a normalized block are: its range is known up to that times EPS.

    Of the planted blocks; in the exact form also of those that leave a direction to the cones.
    """
    factors = problem.blocks.factors
    if factors is None:
        return 0.0
    free = ~factors.any(axis=1).all(axis=1) if problem.form == "exact" else np.zeros(len(factors), dtype=bool)
    return max(map(spread, factors[np.union1d(problem.index, np.flatnonzero(free))]))


def spread(way):
    """The largest over the smallest length of the columns, those of zeros aside."""
    lengths = np.linalg.norm(way, axis=0)
    return lengths.max() / lengths[lengths > 0].min(initial=np.inf)
