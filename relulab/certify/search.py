"""One planted problem as `certify` sees it, and what makes its interpolants exact: they count only then."""

from functools import cached_property
from typing import NamedTuple

import numpy as np
import scipy

from ..blocks import cones
from ..blocks.blocks import Blocks
from ..blocks.conditions import MARGIN
from ..solvers.iteration import Maps
from .admm import CONE_RATIO, bounds, planted_places


class Problem(NamedTuple):
    """The minimal-norm program around a planted point, over blocks whose X has largest singular value 1."""

    blocks: Blocks
    form: str
    index: np.ndarray  # planted blocks (k,)
    coordinates: np.ndarray  # planted block coordinates (k, d), unit rows
    neurons: np.ndarray  # the planted neurons in X-coordinates (k, d)
    sides: np.ndarray  # 1 for neurons with output weight -1 in the exact form, else 0 (k,)
    gates: np.ndarray | None  # interior points of the cones (d, p), for the exact form

    @property
    def cost(self):
        return float(len(self.index))

    @property
    def plant(self):
        """The planted point (p + s, d); neurons of one pattern share a block."""
        W = np.zeros((self.blocks.size, self.blocks.X.shape[1]))
        np.add.at(W, self.index, self.coordinates)
        return W

    @property
    def weights(self):
        """The planted point in X-coordinates: (p + s, d), or positive and negative neurons (2, p + s, d)."""
        W = np.zeros((2, self.blocks.size, self.blocks.X.shape[1]))
        np.add.at(W, (self.sides, self.index), self.neurons)
        return W[0] if self.form == "gated" else W

    @property
    def parts(self):
        """The planted point as positive and negative neurons (2, p + s, d)."""
        W = np.zeros((2, self.blocks.size, self.blocks.X.shape[1]))
        np.add.at(W, (self.sides, self.index), (1 - 2 * self.sides[:, None]) * self.coordinates)
        return W

    @property
    def others(self):
        """The blocks off the plant."""
        return np.delete(np.arange(self.blocks.size), self.index)


def norms(W):
    """Norms of the rows."""
    return np.sqrt(np.einsum("...i,...i->...", W, W))


def cost(W):
    """Sum of the norms of all blocks."""
    return float(norms(W).sum())


def gram_solver(gram):
    """Solve with a Gram matrix; by its pseudo-inverse where it is (nearly) singular."""
    try:
        factor = scipy.linalg.cho_factor(gram, lower=True)
        pivots = np.diag(factor[0])
        if pivots.min() > 1e-6 * pivots.max():
            return lambda rhs: scipy.linalg.cho_solve(factor, rhs)
    except np.linalg.LinAlgError:
        pass
    values, vectors = np.linalg.eigh(gram)
    keep = values > values[-1] * len(gram) * np.finfo(float).eps
    values, vectors = values[keep], vectors[:, keep]
    return lambda rhs: (vectors / values) @ (vectors.T @ rhs)


class Gated:
    """The gated form: one vector a block. Newton's method searches here, not ADMM."""

    def __init__(self, problem):
        self.problem, self.blocks, self.others = problem, problem.blocks, problem.others
        self.y = self.blocks.apply(problem.plant)
        self.solve = gram_solver(self.blocks.gram())

    def reach(self, dual):
        """How far `dual` reaches on every block off the plant; a certificate stays below 1."""
        return norms(self.blocks.adjoint(dual))[self.others]

    def solver_of(self, active):
        """Solve with the Gram matrix of some blocks."""
        A = np.hstack([self.blocks.block(j) for j in np.flatnonzero(active)])
        return gram_solver(A @ A.T)

    def mend_move(self, move, solve, active):
        """Mend the plant after a move (1, p + s, d), given in X-coordinates, of active blocks."""
        W = move[0]
        if self.blocks.factors is not None:
            W = np.einsum("jba,jb->ja", np.linalg.pinv(self.blocks.factors).swapaxes(1, 2), W)
        return self.mend(self.problem.plant + W, solve, active)

    def mend(self, W, solve, active=1.0):
        """Make weights interpolate by changing active blocks."""
        active = np.broadcast_to(active, self.blocks.size)[:, None]
        for _ in range(2):
            W = W - active * self.blocks.adjoint(solve(self.blocks.apply(W) - self.y))
        repair = active * self.blocks.adjoint(solve(self.blocks.apply(W) - self.y))
        return self.blocks.to_weights(W), cost(W) + cost(repair)


class Exact:
    """The exact form: two vectors a block, as (2, p, d) in X-coordinates. ADMM searches here."""

    def __init__(self, problem):
        self.problem, self.blocks = problem, problem.blocks
        self.factors, self.masks = problem.blocks.factors, problem.blocks.masks[:, problem.blocks.skip :].T
        self.y, self.places = problem.blocks.apply(problem.plant), planted_places(problem)
        self.maps = self._maps()
        self.solve = gram_solver(self._gram(np.ones(len(self.masks))))

    def _maps(self):
        X, d = self.blocks.X, self.blocks.X.shape[1]
        second, to_block = X.T @ X, None
        if self.factors is None:
            inverse = np.linalg.inv(np.eye(d) + CONE_RATIO * second)[None, None]
        else:
            squares = np.reshape(X[:, :, None] * X[:, None, :], (len(X), -1))
            to_block = self.factors.swapaxes(1, 2) @ np.reshape(self.masks @ squares, (-1, d, d))
            own = to_block.swapaxes(1, 2) @ to_block
            inverse = np.linalg.pinv(own + CONE_RATIO * second, hermitian=True)[None]
            to_block = to_block[None]
        return Maps(X[None], self.masks[None], 2 * self.masks[None, None] - 1, inverse, to_block)

    def _gram(self, active):
        """What a price does to the labels, through the active blocks and the skip block."""
        X, masks, inverse = self.blocks.X, self.masks * np.sqrt(2 * active)[:, None], self.maps.inverse[0]
        if self.factors is None:
            gram = (X @ inverse[0] @ X.T) * (masks.T @ masks)
            return gram + X @ X.T if self.blocks.skip else gram
        gram = np.zeros((len(X), len(X)))
        for j in np.flatnonzero(active):
            block = masks[j][:, None] * X
            gram += block @ inverse[j] @ block.T
        return gram

    def reach(self, dual, T):
        """How far a dual vector (n,) reaches off the plant, by the multipliers in T (2, p, n).

        On blocks with a null space, by projection onto their cones.
        """
        blocks, skip, (planted, home) = self.blocks, self.blocks.skip, self.places
        factors = None if self.factors is None else self.factors[None]
        lifted, without = (bound[0] for bound in bounds(self.maps, factors, dual[None, :, None], T[None]))
        gradients = blocks.adjoint(dual)
        if self.factors is not None:
            thin = ~self.factors.any(axis=1).all(axis=1)
            lifted[:, thin] = without[:, thin]
            for side, j in zip(*np.nonzero((lifted >= 1 - MARGIN) & thin & (planted == 0)), strict=True):
                lifted[side, j] = norms(cones.project(blocks.cone(j), (1 - 2 * side) * gradients[j])[0])
        own = (1 - home) * norms(gradients[:skip])
        return float(max(((1 - planted) * lifted).max(), own.max(initial=0)))

    def solver_of(self, active):
        """Solve with the Gram matrix of some blocks."""
        return gram_solver(self._gram(active[self.blocks.skip :]))

    def mend_move(self, move, solve, active):
        """Mend the plant after a move (2, p + s, d), given in X-coordinates, of active blocks."""
        skip = self.blocks.skip
        W = self.problem.weights + move
        return self.mend(W[:, skip:], W[0, :skip], solve, active[skip:])

    def mend(self, W, W0, solve=None, active=1.0):
        """Make weights interpolate by changing active blocks, then move them into the cones."""
        X, maps, skip = self.blocks.X, self.maps, self.blocks.skip
        active = np.broadcast_to(active, len(self.masks))[:, None]
        for _ in range(2):
            error = maps.outputs(W[None])[0, :, 0] - self.y
            price = (solve or self.solve)(error + X @ W0[0] if skip else error)
            W = W - active * maps.invert(maps.adjoint(price[None, :, None]))[0]
            W0 = W0 - (X.T @ price)[None] if skip else W0
        return self.into_cones(W, W0)

    @cached_property
    def _room(self):
        """How far the interior points are inside, row by row."""
        return np.maximum(self.maps.signs[0, 0] * (self.problem.gates.T @ self.blocks.X.T), 1e-300)

    @np.errstate(over="ignore", invalid="ignore")  # infinitely far is an answer
    def into_cones(self, W, W0):
        """Weights of all blocks, and their cost, from weights that may be outside their cones.

        An interior point of a cone, added to both sides, mends what is outside and changes no output.
        """
        X, maps, skip, inner = self.blocks.X, self.maps, self.blocks.skip, self.problem.gates.T
        lack = np.abs(maps.outward(maps.values(W[None]))[0]).max(axis=0)
        amount = np.max(lack / self._room, axis=1) * (1 + 1e-9)
        W = W + amount[:, None] * inner
        parts = np.zeros((2, self.blocks.size, X.shape[1]))
        parts[0, :skip] = W0
        parts[:, skip:] = W
        return parts, cost(W0) + cost(maps.block(W[None])[0])
