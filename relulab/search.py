"""What `certify` searches with, one problem at a time: the gated form's blocks, and ADMM for the exact form.

ADMM is read at every few steps for a certificate of either kind. It keeps two copies of the weights: one
satisfies the linear equations (it interpolates the labels), the other has been shrunk by the norms and lies
in the cones. Its scaled multipliers give a dual vector, its first copy an interpolant. Nothing here decides
anything: `evidence` is what is checked.
"""

from typing import NamedTuple

import numpy as np
import scipy

from .blocks import Blocks

RHO, RELAXATION = 80.0, 1.8
CONE_RATIO = 60.0  # penalty of the cone values over that of the weights

# Blocks off the plant weigh 1 - tilt: the search then heads for duals strictly inside the ball. A tilt hides
# problems whose true margin is smaller, so it falls in steps.
TILTS = (1e-2, 1e-3, 1e-4, 1e-5)
TILT_STEPS = (250, 750, 2000)


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
    def alone(self):
        """Each planted neuron by itself, (k, p + s, d)."""
        W = np.zeros((len(self.index), self.blocks.size, self.blocks.X.shape[1]))
        W[np.arange(len(self.index)), self.index] = self.coordinates
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
    return lambda rhs: vectors @ ((vectors.T @ rhs) / values)


def shrink(W, threshold):
    """The proximal step of the norms: every row shorter by its threshold."""
    lengths = norms(W)
    return W * np.maximum(1 - threshold / np.maximum(lengths, 1e-300), 0)[..., None]


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
    """The split of the exact form: two vectors a block, and the cone values of each.

    Weights W (2, p, d) are kept in X-coordinates, block coordinates are ``to_block W``, and the cone values
    of block j are ``+-X W_j``, non-negative. For plain and skip networks ``to_block`` is the identity and one
    matrix ``I + ratio X^T X`` serves all blocks.
    """

    def __init__(self, problem, dual):
        self.problem, self.blocks = problem, problem.blocks
        blocks, skip = self.blocks, self.blocks.skip
        self.X, self.masks = blocks.X, blocks.masks[:, skip:].T
        self.signs = 2 * self.masks - 1
        self.side = np.array([1.0, -1.0])[:, None, None]
        self.y = blocks.apply(problem.plant)
        relu = problem.index >= skip
        self.planted = problem.sides[relu], problem.index[relu] - skip
        self._factor()
        self.Zs = problem.plant[:skip]
        self.Za = problem.parts[:, skip:]
        self.Zc = np.maximum(self._cone_values(problem.weights[:, skip:]), 0)
        gradient = blocks.adjoint(dual) / RHO
        self.Us, self.Ua, self.Uc = gradient[:skip], self.side * gradient[skip:], np.zeros_like(self.Zc)

    def _factor(self):
        X, d = self.X, self.X.shape[1]
        second = X.T @ X
        if self.blocks.factors is None:
            self.inverse = np.linalg.inv(np.eye(d) + CONE_RATIO * second)
        else:
            bases = np.swapaxes(self.masks[:, :, None] * X @ self.blocks.factors, 1, 2)
            self.to_block = bases @ X
            own = np.swapaxes(self.to_block, 1, 2) @ self.to_block
            self.inverse = np.linalg.pinv(own + CONE_RATIO * second, hermitian=True)
        self.solve = gram_solver(self._gram(np.ones(len(self.masks))))

    def _gram(self, active):
        """What a price does to the labels, through the active blocks and the skip block."""
        X, masks = self.X, self.masks * np.sqrt(2 * active)[:, None]
        if self.blocks.factors is None:
            gram = (X @ self.inverse @ X.T) * (masks.T @ masks)
            return gram + X @ X.T if self.blocks.skip else gram
        gram = np.zeros((len(X), len(X)))
        for j in np.flatnonzero(active):
            block = masks[j][:, None] * X
            gram += block @ self.inverse[j] @ block.T
        return gram

    def _block(self, W):
        return W if self.blocks.factors is None else np.einsum("jab,sjb->sja", self.to_block, W)

    def _block_transposed(self, A):
        return A if self.blocks.factors is None else np.einsum("jab,sja->sjb", self.to_block, A)

    def _invert(self, W):
        return W @ self.inverse if self.inverse.ndim == 2 else np.einsum("jab,sjb->sja", self.inverse, W)

    def _cone_values(self, W):
        return self.signs * (W @ self.X.T)

    def _outputs(self, values):
        """Labels from the cone values: ``D_j X W_j`` is what they show on the block's rows."""
        return np.einsum("jn,jn->n", values[0] - values[1], self.masks)

    def _adjoint(self, lam):
        return (self.masks * lam) @ self.X

    def step(self, weights):
        """One iteration, with these weights on the blocks' norms."""
        skip = self.blocks.skip
        a, b, w0 = self.Za - self.Ua, self.Zc - self.Uc, self.Zs - self.Us
        H = self._invert(self._block_transposed(a) + CONE_RATIO * ((self.signs * b) @ self.X))
        fit = self._outputs(self._cone_values(H)) + (self.X @ w0[0] if skip else 0)
        price = self.solve(fit - self.y)
        self.W0 = w0 - (self.X.T @ price)[None] if skip else w0
        self.W = H - self._invert(self.side * self._adjoint(price))
        self.A, self.C = self._block(self.W), self._cone_values(self.W)
        self.dual = -RHO * price

        r = RELAXATION
        Ta, Tc = r * self.A + (1 - r) * self.Za + self.Ua, r * self.C + (1 - r) * self.Zc + self.Uc
        Ts = r * self.W0 + (1 - r) * self.Zs + self.Us
        both = np.full((2, len(weights) - skip), weights.min())
        both[self.planted] = 1
        self.Za, self.Zc, self.Zs = (
            shrink(Ta, both / RHO),
            np.maximum(Tc, 0),
            shrink(Ts, weights[:skip] / RHO),
        )
        self.Ua, self.Uc, self.Us = Ta - self.Za, Tc - self.Zc, Ts - self.Zs

    def reach(self, dual):
        """How far `dual` reaches on every cone off the plant, by the multipliers at hand: an upper bound."""
        skip, index = self.blocks.skip, self.problem.index
        gradient = self.side * self.blocks.adjoint(dual)[skip:]
        lifted = (self.signs * (-RHO * CONE_RATIO * self.Uc)) @ self.X
        if self.blocks.factors is not None:
            lifted = np.einsum("jab,sja->sjb", self.blocks.factors, lifted)
        reach = np.minimum(norms(gradient), norms(gradient + lifted))
        reach[self.planted] = 0
        own = norms(self.blocks.adjoint(dual)[:skip]) if skip and 0 not in index else np.zeros(0)
        return np.concatenate([own, reach.ravel()])

    def cost(self):
        """What the interpolant costs, its place in the cones aside."""
        return cost(self.A) + cost(self.W0)

    def interpolant(self):
        """Positive and negative weights in the cones, (2, p + s, d) in X-coordinates, and their cost."""
        return self.mend(self.W, self.W0, self.solve)

    def solver_of(self, active):
        """Solve with the Gram matrix of some blocks."""
        return gram_solver(self._gram(active[self.blocks.skip :]))

    def mend_move(self, move, solve, active):
        """Mend the plant after a move (2, p + s, d), given in X-coordinates, of active blocks."""
        skip = self.blocks.skip
        W = self.problem.weights + move
        return self.mend(W[:, skip:], W[0, :skip], solve, active[skip:])

    def mend(self, W, W0, solve, active=1.0):
        """Make weights interpolate by changing active blocks, then move them into the cones.

        An interior point of a cone, added to both sides, mends what is outside and changes no output.
        """
        active = np.broadcast_to(active, len(self.masks))[:, None]
        for _ in range(2):
            error = self._outputs(self._cone_values(W)) - self.y
            price = solve(error + self.X @ W0[0] if self.blocks.skip else error)
            W = W - active * self._invert(self.side * self._adjoint(price))
            W0 = W0 - (self.X.T @ price)[None] if self.blocks.skip else W0
        inner = self.problem.gates.T
        room = self.signs * (inner @ self.X.T)
        lack = np.maximum(-self._cone_values(W), 0).max(axis=0)
        amount = np.max(lack / np.maximum(room, 1e-300), axis=1, where=lack > 0, initial=0) * (1 + 1e-9)
        W = W + amount[:, None] * inner
        parts = np.zeros((2, self.blocks.size, self.X.shape[1]))
        parts[0, : self.blocks.skip] = W0
        parts[:, self.blocks.skip :] = W
        return parts, cost(W0) + cost(self._block(W))
