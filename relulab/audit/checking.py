"""Re-check a verdict from its evidence, by arithmetic that shares no code with what found it.

This module reads X, the hidden neurons and the patterns, and nothing else of the library. What a verdict
over all patterns needs besides is in `all_patterns`.
"""

import numpy as np

from . import all_patterns
from .arithmetic import AuditError, require

SLACK = 1e-9  # what rounding may take from an inequality; the finder's margin is a hundred times larger
CONE_PRICE = 1e3  # how much dearer a repair may get when it has to stay inside the cones


def check(verdict, plant, S):
    """Verify a verdict's evidence.

    Parameters
    ----------
    verdict : Verdict
        What `decide` answered.
    plant : Plant
        The planted problem.
    S : Patterns, array_like of bool, shape (n, p), or "all"
        The patterns it was decided over.

    Returns
    -------
    bool
        True. A recovered verdict is proved when the dual vector meets the planted equations, stays inside the
        ball on every other block (in the exact form: on its cones), and the planted outputs are independent;
        over all patterns, when besides the set is complete, or the hypotheses of a theorem hold. A
        not-recovered one, when the competitor gives the labels and costs less than the plant, the price of
        repairing its rounding included. A not-unique one, when the competitor gives the labels at the plant's
        cost and is another point; a dual that comes with it must prove both optimal over these patterns. Over
        all patterns the competitor's must be real ones. An undecided verdict claims nothing.

    Raises
    ------
    AuditError
        Where an inequality fails: it is named, with both sides.

    Examples
    --------
    >>> import dataclasses
    >>> import relulab as rl
    >>> X = rl.draw("gaussian", 60, 10, rng=0)
    >>> plant, S = rl.plant(X, rng=1), rl.sample_patterns(X, rng=2)
    >>> verdict = rl.decide(plant, S)
    >>> rl.check(verdict, plant, S)
    True
    >>> rl.check(dataclasses.replace(verdict, dual=2 * verdict.dual), plant, S)
    Traceback (most recent call last):
        ...
    relulab.audit.arithmetic.AuditError: planted equations: ||A_J^T dual - g|| = 1 must be <= 1e-08
    """
    if verdict.status == "undecided":
        return True
    everywhere = isinstance(S, str) and S == "all"
    patterns = verdict.patterns if everywhere else S
    top = np.abs(plant.X).max()
    scale = top * np.linalg.norm(plant.X / top, 2) if top > 0 else 1.0
    problem = _Problem(plant, np.asarray(patterns), verdict.network, verdict.form, plant.X / scale)
    dual_scale, weight_scale = (1, scale) if verdict.network == "normalized" else (scale, 1)
    dual = None if verdict.dual is None else verdict.dual * dual_scale
    if verdict.status == "recovered":
        if everywhere and verdict.evidence == "closed-form":
            _check_equations(dual, problem)
            return all_patterns.check_theorem(problem)
        if everywhere:
            all_patterns.check_complete(problem.X, np.asarray(patterns), patterns.gates)
        return _check_dual(dual, problem)
    competitor = verdict.competitor * weight_scale
    _check_competitor_cones(competitor, problem)
    if everywhere:
        parts = competitor if competitor.ndim == 3 else competitor[None]
        used = parts.any(axis=(0, 2))[problem.skip :]
        all_patterns.check_realized(problem.X, np.asarray(patterns)[:, used], patterns.gates[:, used])
    if verdict.status == "not-recovered":
        return _check_cheaper(competitor, problem)
    if dual is not None:
        _check_optimal(dual, problem)
    return _check_second(competitor, problem)


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
        self.home = [0 if plant.kind == "linear" else self._find(X @ w) for w in self.neurons]

    def _find(self, output):
        if not (output > 0).any():
            return -1  # a silent neuron has no block
        for j in range(self.skip, len(self.masks)):
            if np.array_equal(self.masks[j], output >= 0):
                return j
        raise AuditError("planted pattern: the pattern of a planted neuron must be in S")

    def basis(self, j):
        """Block j as a matrix (n, r): D_j X, or an orthonormal basis of its range."""
        block = self.X * self.masks[j][:, None]
        if self.network != "normalized":
            return block
        U, s, _ = np.linalg.svd(block, full_matrices=False)
        return U[:, s > s[0] * 1e-12]

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
        return list(self.signs[:, None] * self.neurons)

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

    def repair(self, error):
        """Most that becoming exact costs: ||error|| sqrt(blocks / smallest eigenvalue of the Gram matrix)."""
        if self.network == "normalized":
            gram = sum(A @ A.T for A in map(self.basis, range(len(self.masks))))
        else:
            M = np.array(self.masks, dtype=float)
            gram = (self.X @ self.X.T) * (M.T @ M)
        values = np.linalg.eigvalsh(gram)
        smallest = values[values > values[-1] * len(values) * 1e-15][0]
        price = np.linalg.norm(error) * np.sqrt(len(self.masks) / smallest)
        return price if self.form == "gated" else CONE_PRICE * price


def _check_equations(dual, problem):
    pairs = zip(problem.home, problem.targets(), strict=True)
    error = np.sqrt(sum(np.linalg.norm(problem.basis(j).T @ dual - g) ** 2 for j, g in pairs))
    require("planted equations: ||A_J^T dual - g||", error, "<=", 1e-8)


def _check_dual(dual, problem):
    require("planted blocks: the smallest index", min(problem.home), ">=", 0)
    _check_equations(dual, problem)
    for j, side in problem.sides():
        require(f"block {j}: ||A_j^T dual||", problem.reach(j, dual, side), "<", 1 - SLACK)
    require("planted patterns: how many are distinct", len(set(problem.home)), ">=", problem.k)
    spread = np.linalg.svd(problem.outputs, compute_uv=False)
    require("planted outputs: smallest singular value", spread[-1], ">", 1e-12 * spread[0])
    return True


def _check_optimal(dual, problem):
    _check_equations(dual, problem)
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
    error = problem.output(W) - problem.y
    price = problem.cost(W) + problem.repair(error) if error.any() else problem.cost(W)
    require("competitor: cost and repair", price, "<", problem.k * (1 - SLACK))
    return True


def _check_second(W, problem):
    error = np.linalg.norm(problem.output(W) - problem.y)
    require("second interpolant: residual", error, "<=", 1e-10 * max(1.0, np.linalg.norm(problem.y)))
    difference = abs(problem.cost(W) - problem.k)
    require("second interpolant: cost minus the plant's", difference, "<=", 1e-10 * problem.k)
    elsewhere = W.copy()
    for j, sign in zip(problem.home, problem.signs, strict=True):
        elsewhere[(0 if sign > 0 else 1, j) if W.ndim == 3 else j] = 0
    require("second interpolant: what it puts off the planted blocks", problem.cost(elsewhere), ">", 1e-6)
    return True
