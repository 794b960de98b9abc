"""What weight decay charges for several outputs, the nuclear norm: the gated program itself, by ADMM.

    ``min 1/2 ||sum_j A_j V_j - Y||^2 + beta sum_j ||V_j||_*``,  V_j of shape (d, c),

its dual ``max <L, Y> - 1/2 ||L||^2`` over the L (n, c) with every spectral norm ``||A_j^T L|| <= beta``; with
a free constant for each output the columns of L have sum zero. Why this is training with weight decay, and of
which networks, is proved in `several_outputs`.

Two copies of V take turns: one fits the labels, by the Gram matrix of the blocks, whose eigenvectors serve
every step size; of the other each V_j's singular values are shrunk. The first one's prices are the dual
vector, shortened until it is feasible on every block, and the gap between the two is measured.
"""

import numpy as np

from .fast import threads
from .scaling import Scaled
from .several_outputs import SeveralOutputs, lifted
from .solutions import Solution

RELAXATION = 1.6
LOOK = 10  # steps between two looks at the gap
UNEVEN = 5.0  # residuals that are farther apart change the step size
STEPS = 4000
IN_RANGE = 1e-9  # eigenvalues of the Gram matrix below this share of the largest are zero
INTERPOLATES = 1e-10  # what may be missing of the labels, relative
TINY = np.finfo(float).tiny


def solve_nuclear(blocks, Y, beta, tol=1e-6, max_iterations=STEPS, free=False, start=None, gates=None):
    """Solve the gated program with nuclear norms.

    Parameters
    ----------
    blocks : Blocks
        The blocks of the data.
    Y : ndarray, shape (n, c)
        The labels.
    beta : float or None
        Weight of the regularizer; None is the minimal-norm program, which something must solve.
    tol : float
        Relative gap to reach.
    max_iterations : int
        Steps after which to give up.
    free : bool
        Whether each output has a constant that costs nothing; with beta only.
    start : ndarray, shape (p + s, d, c), optional
        Block coordinates to begin at.
    gates : ndarray, shape (d, p), optional
        Gates that realize the patterns.

    Returns
    -------
    SeveralOutputs
        With the measured gap; ``"optimal_inaccurate"`` where it is above `tol`.

    Examples
    --------
    >>> import numpy as np
    >>> import relulab as rl
    >>> from relulab.programs.nuclear import solve_nuclear
    >>> blocks = rl.Blocks(np.eye(2), np.ones((2, 1), dtype=bool), network="plain")
    >>> found = solve_nuclear(blocks, np.diag([3.0, 4.0]), None)
    >>> round(found.value, 6), found.gap < 1e-6
    (7.0, True)
    """
    with threads().limit(limits=1):
        program = _Program(blocks, Y, beta, free)
        return program.answer(*program.run(start, tol, max_iterations), tol, gates)


class _Program:
    """The program at unit scale, arrays with the outputs first: V (c, p + s, d), labels (c, n)."""

    def __init__(self, blocks, Y, beta, free):
        self.given, self.Y, self.given_beta = blocks, Y, beta
        self.scaled = Scaled(blocks, Y, beta or 1.0)
        self.blocks, self.beta = self.scaled.blocks, None if beta is None else self.scaled.beta
        self.free = free
        self.y = self._centered(self.scaled.y.T)
        G = self._centered(self._centered(self.blocks.gram()).T)
        size, self.axes = np.linalg.eigh(G)
        self.size = np.where(size > IN_RANGE * max(size[-1], TINY), size, 0.0)

    def _centered(self, lam):
        return lam - lam.mean(axis=1, keepdims=True) if self.free else lam

    def missing(self, V):
        return self.y - self._centered(self.blocks.apply(V))

    def fitted(self, T, rho):
        """The minimum of ``1/2 ||fit - y||^2 + rho/2 ||V - T||^2``, or the nearest interpolant; prices."""
        inverse = 1 / (self.size + rho) if self.beta is not None else _inverse(self.size)
        price = (self.missing(T) @ self.axes * inverse) @ self.axes.T
        return T + self.blocks.adjoint(price), rho * price

    def run(self, start, tol, most):
        """The best point and its dual vector, with value and gap."""
        V = np.zeros((len(self.y), *self.blocks.masks.T.shape[:1], self.blocks.X.shape[1]))
        if start is not None:
            V = np.moveaxis(start, 2, 0) / self.scaled.weight
        weight = 1.0 if self.beta is None else self.beta
        U, rho = np.zeros_like(V), None
        Z, found = V, None
        for k in range(most):
            if rho is None:  # so that the shrinkage is about the size of a weight
                sizes = spectra(np.moveaxis(self.fitted(Z, 1e-3)[0], 0, 2))
                rho = weight / max(np.median(sizes.max(axis=1)), 1e-12)
            V, price = self.fitted(Z - U, rho)
            ahead = RELAXATION * V + (1 - RELAXATION) * Z
            before, Z = Z, shrunk(ahead + U, weight / rho)
            U = U + ahead - Z
            if k % LOOK == LOOK - 1:
                new = self.measured(Z, price)
                found = new if found is None or new[-1] < found[-1] else found
                if found[-1] <= tol:
                    break
                primal, dual = np.linalg.norm(V - Z), np.linalg.norm(Z - before)
                if max(primal, dual) > UNEVEN * min(primal, dual):
                    factor = 2.0 if primal > dual else 0.5
                    rho, U = rho * factor, U / factor
        return found

    def measured(self, Z, price):
        """A feasible point with its value, a feasible dual vector, and their gap."""
        if self.beta is None:
            on = Z.any(axis=(0, 2))
            Z = self.interpolating(Z, on)
        spent = spectra(np.moveaxis(Z, 0, 2)).sum()
        error, weight = self.missing(Z), 1.0 if self.beta is None else self.beta
        value = spent if self.beta is None else 0.5 * np.sum(error**2) + self.beta * spent
        gap, best = np.inf, price
        for lam in (price, error) if self.beta is not None else (price,):
            reach = spectra(np.moveaxis(self.blocks.adjoint(lam), 0, 2)).max(initial=0.0)
            longest, along = weight / max(reach, TINY), np.sum(lam * self.y)
            if self.beta is None:
                bound = longest * along
                lam = longest * lam
            else:
                lam = lam * min(longest, max(along, 0.0) / max(np.sum(lam**2), TINY))
                bound = np.sum(lam * self.y) - 0.5 * np.sum(lam**2)
            if (new := (value - bound) / max(value, TINY)) < gap:
                gap, best = new, lam
        if self.beta is None and np.linalg.norm(error) > INTERPOLATES * np.linalg.norm(self.y):
            gap = np.inf
        return Z, best, float(value), float(abs(gap))

    def interpolating(self, Z, on):
        """The nearest interpolant, without the blocks that are off where that is possible."""
        for masks in (on * 1.0, np.ones(len(on))):
            G = self.blocks
            gram = (G.X @ G.X.T) * ((G.masks * masks) @ G.masks.T) if G.factors is None else _gram(G, masks)
            price = self.missing(Z) @ np.linalg.pinv(gram, rcond=IN_RANGE, hermitian=True)
            near = Z + self.blocks.adjoint(price) * masks[:, None]
            if np.linalg.norm(self.missing(near)) <= INTERPOLATES * np.linalg.norm(self.y):
                return near
        return near

    def answer(self, Z, lam, value, gap, tol, gates):
        scaled, c = self.scaled, len(self.y)
        status = "optimal" if gap <= tol else "optimal_inaccurate"
        parts = np.zeros((2, self.blocks.size, self.blocks.X.shape[1] * c))
        parts[0] = np.moveaxis(Z, 0, 2).reshape(self.blocks.size, -1) * scaled.weight
        length = scaled.size_of_y if self.beta is not None else 1 / scaled.size_of_y * scaled.weight
        constant = None
        if self.free:
            constant = np.mean(scaled.y - self.blocks.apply(Z).T, axis=0) * scaled.size_of_y
        worth = scaled.size_of_y**2 if self.beta is not None else scaled.weight
        solution = Solution(
            float(value * worth),
            gap,
            float(np.linalg.norm(self.missing(Z)) / max(np.linalg.norm(self.y), TINY)),
            status,
            "" if status == "optimal" else f"the gap is {gap:.1e}",
            (lam.T * length).ravel(),
            parts,
            lifted(self.given, c),
            self.Y.ravel(),
            "gated",
            self.given_beta,
            gates,
            intercept=constant,
        )
        return SeveralOutputs(solution, self.given, c, gates, "nuclear")


def _gram(blocks, masks):
    return sum(m * (A := blocks.block(j)) @ A.T for j, m in enumerate(masks))


def _inverse(sizes):
    return np.where(sizes > 0, 1 / np.where(sizes > 0, sizes, 1), 0.0)


def spectra(V):
    """The singular values of each V_j: (p, d, c) -> (p, min(d, c))."""
    return np.linalg.svd(V, compute_uv=False)


def shrunk(V, by):
    """V (c, p, d) with each V_j's singular values lowered by a number, those below it to zero."""
    W = np.moveaxis(V, 0, 2)
    squares, axes = np.linalg.eigh(np.swapaxes(W, 1, 2) @ W)
    sizes = np.sqrt(np.maximum(squares, 0))
    share = np.where(sizes > by, 1 - by / np.where(sizes > by, sizes, 1), 0.0)
    return np.moveaxis(W @ (axes * share[:, None, :]) @ np.swapaxes(axes, 1, 2), 2, 0)
