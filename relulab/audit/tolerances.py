"""The same inequalities within a tolerance, for what rounding leaves open: they refute, and prove nothing.

What passes here and is not proved is called "numerically". The dual vector is repaired first, so that a
residual counts by what it takes to remove it, and competitors pay for theirs.
"""

import numpy as np

from . import all_patterns
from .arithmetic import AuditError, require

SLACK = 1e-9  # what rounding may take from an inequality; the finder's margin is a hundred times larger
CONE_PRICE = 1e3  # how much dearer a repair may get when it has to stay inside the cones
EPS = 2.0**-52


@np.errstate(over="ignore", invalid="ignore", divide="ignore")  # nothing that is not finite agrees
def agree(verdict, plant, masks, gates, everywhere, multipliers):
    """Raise an AuditError unless a verdict's evidence holds within a tolerance.

    Parameters
    ----------
    verdict : Verdict
        What is claimed.
    plant : Plant
        The planted problem.
    masks : ndarray of bool, shape (n, p)
        The patterns.
    gates : ndarray, shape (d, p), or None
        What realizes them.
    everywhere : bool
        Whether it is claimed over all patterns.
    multipliers : dict
        For (block, side) of the exact form multipliers (n,); where there are none they are searched for.
    """
    theorem = everywhere and verdict.evidence == "closed-form"
    X, dual_scale, weight_scale = _scaled(plant.X, verdict.network, theorem)
    problem = _Problem(plant, masks, verdict.network, verdict.form, X)
    problem.multipliers = {place: m * dual_scale for place, m in multipliers.items()}
    dual = None if verdict.dual is None else verdict.dual * dual_scale
    if verdict.status == "recovered":
        if theorem:
            _check_equations(dual, problem)
            if (verdict.network, plant.kind) == ("skip", "linear") and np.count_nonzero(dual) == 1:
                return all_patterns.check_along_a_row(problem)
            return all_patterns.check_theorem(problem)
        if everywhere:
            all_patterns.check_complete(problem.X, masks, gates)
        return _check_dual(dual, problem)
    if verdict.status == "optimal":
        if everywhere:
            all_patterns.check_complete(problem.X, masks, gates)
        return _check_optimal(dual, problem)
    competitor = verdict.competitor * weight_scale
    _check_competitor_cones(competitor, problem)
    hides = verdict.status == "not-unique" and problem.kind == "linear" and problem.form == "exact"
    if everywhere and not hides:
        parts = competitor if competitor.ndim == 3 else competitor[None]
        used = parts.any(axis=(0, 2))[problem.skip :]
        all_patterns.check_realized(problem.X, masks[:, used], gates[:, used])
    if verdict.status == "not-recovered":
        return _check_cheaper(competitor, problem)
    if dual is not None:
        _check_optimal(dual, problem)
    return _check_second(competitor, problem)


def _scaled(X, network, one_scale):
    """The data with largest singular value 1, rows of one size where that changes nothing, and what a dual
    vector and weights are multiplied by."""
    powers = np.zeros(len(X), dtype=int)
    if network != "normalized" and not one_scale:
        powers = np.frexp(np.abs(X).max(axis=1))[1]
    X = np.ldexp(X, -powers[:, None])
    top = np.abs(X).max() or 1.0
    scale = top * np.linalg.norm(X / top, 2)
    return (X / scale, 1, scale) if network == "normalized" else (X / scale, np.ldexp(scale, powers), 1)


class _Problem:
    """The blocks, the planted point and its labels, all from the definitions."""

    def __init__(self, plant, patterns, network, form, X):
        self.X, self.network, self.form, self.kind = X, network, form, plant.kind
        ones = [np.ones(len(X), dtype=bool)] if network == "skip" else []
        self.skip = len(ones)
        self.masks = [*ones, *patterns.T]
        self.neurons = plant.weights.T
        self.k = len(self.neurons)
        outputs = [X @ w if plant.kind == "linear" else np.clip(X @ w, 0, None) for w in self.neurons]
        if network == "normalized":
            outputs = [f / np.linalg.norm(f) for f in outputs]
        self.signs = plant.signs
        self.outputs = np.stack(outputs, axis=1) * self.signs
        self.y = self.outputs.sum(axis=1)
        self.price = float(self.k) if network == "normalized" else np.linalg.norm(self.neurons, axis=1).sum()
        self.home = [0 if plant.kind == "linear" else self._find(w) for w in self.neurons]

    def _find(self, w):
        """The block of a neuron: its mask is 1 where x_i^T w > 0, 0 where < 0, and holds most rows with 0."""
        output, terms = self.X @ w, np.abs(self.X) @ np.abs(w)
        border = np.abs(output) <= 8 * EPS * np.sqrt(len(w)) * terms
        if not (output > 0)[~border].any():
            return -1  # a silent neuron has no block
        blocks = range(self.skip, len(self.masks))
        fits = [j for j in blocks if not ((self.masks[j] != (output > 0)) & ~border).any()]
        if not fits:
            raise AuditError("planted pattern: the pattern of a planted neuron must be in S")
        return max(fits, key=lambda j: (self.masks[j] & border).sum())

    def basis(self, j):
        """Block j as a matrix (n, r): D_j X, or an orthonormal basis of its range."""
        block = self.X * self.masks[j][:, None]
        if self.network != "normalized":
            return block
        U, s, _ = np.linalg.svd(block, full_matrices=False)
        return U[:, s > s[0] * 1e-12]

    def to_coordinates(self, j, q):
        """A gradient on X as one on the block, where the block has full rank."""
        if self.network != "normalized":
            return q
        _, s, Vt = np.linalg.svd(self.X * self.masks[j][:, None], full_matrices=False)
        return (Vt @ q) / s

    def reach(self, j, dual, side):
        """How far side * dual reaches on block j: ||A_j^T dual||, or the most that a neuron in its cone gets.

        For the cone any m >= 0 bounds it by ||A_j^T dual + C_j^T m||; non-negative least squares finds one.
        """
        A = self.basis(j)
        g = side * (A.T @ dual)
        if self.form == "gated" or j < self.skip or np.linalg.norm(g) < 1 - SLACK:
            return np.linalg.norm(g)
        from scipy.optimize import lsq_linear, nnls

        signed = np.where(self.masks[j], 1.0, -1.0)[:, None] * self.X
        if (j, side) in self.multipliers and A.shape[1] == self.X.shape[1]:
            m = self.multipliers[j, side]
            require(f"block {j}: the smallest multiplier", m.min(), ">=", 0)
            lifted = self.X.T @ (side * np.where(self.masks[j], dual, 0)) + signed.T @ m
            return np.linalg.norm(self.to_coordinates(j, lifted))
        C, N = signed, np.zeros((len(signed), 0))
        if self.network == "normalized":
            _, s, Vt = np.linalg.svd(self.X * self.masks[j][:, None], full_matrices=True)
            rank = A.shape[1]
            right = Vt[:rank].T / s[:rank]
            g = side * ((self.X @ right * self.masks[j][:, None]).T @ dual)
            C, N = signed @ right, signed @ Vt[rank:].T
        N = np.where(self.masks[j][:, None], 0.0, N)
        system, z = np.vstack([C.T, 1e3 * N.T]), np.zeros(N.shape[1])
        for _ in range(30):  # the method of multipliers brings N^T m to zero
            m = nnls(system, np.r_[-g, -z], maxiter=30 * len(C))[0]
            if (
                np.linalg.norm(system @ m - np.r_[-g, -z]) >= 1 - SLACK
            ):  # SciPy's nnls goes astray now and then
                m = lsq_linear(system, np.r_[-g, -z], (0, np.inf), "bvls", tol=1e-14).x
            z = z + 1e3 * (N.T @ m)
            if np.linalg.norm(N.T @ m) <= 1e-12:
                break
        require(f"block {j}: ||N^T m||", np.linalg.norm(N.T @ m), "<=", 1e-9)
        return np.linalg.norm(g + C.T @ m)

    def targets(self):
        """What the dual vector must show on each planted block."""
        if self.network == "normalized":
            return [self.basis(j).T @ f for j, f in zip(self.home, self.outputs.T, strict=True)]
        return list(self.signs[:, None] * self.neurons / np.linalg.norm(self.neurons, axis=1)[:, None])

    def sides(self):
        """All (block, side) off the plant."""
        blocks = range(len(self.masks))
        if self.form == "gated":
            return [(j, 1) for j in blocks if j not in self.home]
        own = {(j, 1 if j < self.skip else int(sign)) for j, sign in zip(self.home, self.signs, strict=True)}
        both = {(j, side) for j in blocks for side in ((1,) if j < self.skip else (1, -1))}
        return sorted(both - own)

    def output(self, W):
        """The labels that weights give, (p + s, d) or positive and negative ones."""
        W = W[0] - W[1] if W.ndim == 3 else W
        return sum((self.X @ w) * mask for w, mask in zip(W, self.masks, strict=True))

    def cost(self, W):
        """Sum of norms: of the weights, or of the outputs for the normalized network."""
        if W.ndim == 3:
            return self.cost(W[0]) + self.cost(W[1])
        if self.network == "normalized":
            return sum(np.linalg.norm((self.X @ w) * mask) for w, mask in zip(W, self.masks, strict=True))
        return np.linalg.norm(W, axis=1).sum()

    def repair(self, error, cost):
        """Most that becoming exact costs: ||error|| sqrt(blocks / smallest eigenvalue of the Gram matrix)."""
        if self.network == "normalized":
            gram = sum(A @ A.T for A in map(self.basis, range(len(self.masks))))
        else:
            M = np.array(self.masks, dtype=float)
            gram = (self.X @ self.X.T) * (M.T @ M)
        values, vectors = np.linalg.eigh(gram)
        kept = values > values[-1] * len(values) * 1e-15
        lost = np.linalg.norm(vectors[:, ~kept].T @ error)
        rounding = sum(gram.shape + self.neurons.shape) * EPS * max(cost, 1.0)
        require("competitor: the part of its residual that no repair removes", lost, "<=", rounding)
        price = np.linalg.norm(error) * np.sqrt(len(self.masks) / values[kept][0])
        return price if self.form == "gated" else CONE_PRICE * price


def _check_equations(dual, problem):
    pairs = zip(problem.home, problem.targets(), strict=True)
    error = np.sqrt(sum(np.linalg.norm(problem.basis(j).T @ dual - g) ** 2 for j, g in pairs))
    require("planted equations: ||A_J^T dual - g||", error, "<=", 1e-8)


def _repaired(dual, problem):
    """The nearest dual vector that meets the planted equations, as far as rounding lets any."""
    _check_equations(dual, problem)
    B = np.hstack([problem.basis(j) for j in problem.home])
    g = np.concatenate(problem.targets())
    dual = dual + np.linalg.lstsq(B.T, g - B.T @ dual, rcond=EPS * max(B.shape))[0]
    rounding = max(B.shape) * EPS * (np.linalg.norm(np.abs(B).T @ np.abs(dual)) + np.linalg.norm(g))
    require("planted equations: what no repair removes", np.linalg.norm(B.T @ dual - g), "<=", rounding)
    return dual


def _check_dual(dual, problem):
    require("planted blocks: the smallest index", min(problem.home), ">=", 0)
    dual = _repaired(dual, problem)
    for j, side in problem.sides():
        require(f"block {j}: ||A_j^T dual||", problem.reach(j, dual, side), "<", 1 - SLACK)
    require("planted patterns: how many are distinct", len(set(problem.home)), ">=", problem.k)
    spread = np.linalg.svd(problem.outputs, compute_uv=False)
    require("planted outputs: smallest singular value", spread[-1], ">", 1e-12 * spread[0])
    return True


def _check_optimal(dual, problem):
    dual = _repaired(dual, problem)
    for j, side in problem.sides():
        require(f"block {j}: ||A_j^T dual||", problem.reach(j, dual, side), "<=", 1 + SLACK)


def _check_competitor_cones(W, problem):
    if problem.form == "gated":
        return
    for part in W:
        for j in range(problem.skip, len(problem.masks)):
            values = np.where(problem.masks[j], 1.0, -1.0) * (problem.X @ part[j])
            require(f"block {j}: its cone", values.min(), ">=", -1e-10 * np.linalg.norm(part[j]))
    require("skip block: negative part", np.abs(W[1, : problem.skip]).max(initial=0), "<=", 0)


def _check_cheaper(W, problem):
    error, cost = problem.output(W) - problem.y, problem.cost(W)
    close = 1e-8 * np.linalg.norm(problem.y) + sum(problem.X.shape) * EPS * problem.price
    require("competitor: residual", np.linalg.norm(error), "<=", close)
    price = cost + problem.repair(error, cost) if error.any() else cost
    require("competitor: cost and repair", price, "<", problem.price * (1 - SLACK))
    return True


def _check_second(W, problem):
    error = np.linalg.norm(problem.output(W) - problem.y)
    require("second interpolant: residual", error, "<=", 1e-10 * max(1.0, np.linalg.norm(problem.y)))
    difference = abs(problem.cost(W) - problem.price)
    require("second interpolant: cost minus the plant's", difference, "<=", 1e-10 * problem.price)
    elsewhere = W.copy()
    for j, sign in zip(problem.home, problem.signs, strict=True):
        elsewhere[(0 if sign > 0 else 1, j) if W.ndim == 3 else j] = 0
    require("second interpolant: what it puts off the planted blocks", problem.cost(elsewhere), ">", 1e-6)
    return True
