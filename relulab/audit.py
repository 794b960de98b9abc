"""Re-check a verdict from its evidence, by arithmetic that shares no code with what found it.

This module reads X, y, the hidden neurons and the patterns, and nothing else of the library.
"""

import numpy as np

SLACK = 1e-9  # what rounding may take from an inequality; the finder's margin is a hundred times larger


class AuditError(ValueError):
    """Evidence that does not prove its verdict; the message says which inequality fails."""


def check(verdict, plant, S):
    """Verify a verdict's evidence.

    Parameters
    ----------
    verdict : Verdict
        What `decide` answered.
    plant : Plant
        The planted problem.
    S : Patterns or array_like of bool, shape (n, p)
        The patterns it was decided over.

    Returns
    -------
    bool
        True. A recovered verdict is proved when the dual vector meets the planted equations, stays inside the
        ball on every other block, and the planted outputs are independent. A not-recovered one, when the
        competitor gives the labels and costs less than the plant, the price of repairing its rounding
        included. A not-unique one, when the competitor gives the labels at the plant's cost and is another
        point. An undecided one claims nothing.

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
    relulab.audit.AuditError: planted equations: ||A_J^T dual - g|| = 1 must be <= 1e-08
    """
    if verdict.status == "undecided":
        return True
    top = np.abs(plant.X).max()
    scale = top * np.linalg.norm(plant.X / top, 2) if top > 0 else 1.0
    problem = _Problem(plant, np.asarray(S), verdict.network, plant.X / scale)
    unscaled = 1 if verdict.network == "normalized" else scale
    if verdict.status == "recovered":
        return _check_dual(verdict.dual * unscaled, problem)
    # Outputs of the normalized network's blocks do not change with the scale of X; those of the others do.
    competitor = verdict.competitor * (scale / unscaled)
    if verdict.status == "not-recovered":
        return _check_cheaper(competitor, problem)
    if verdict.dual is not None:
        _check_optimal(verdict.dual * unscaled, problem)
    return _check_second(competitor, problem)


class _Problem:
    """The blocks, the planted point and its labels, all from the definitions."""

    def __init__(self, plant, patterns, network, X):
        self.X, self.network = X, network
        ones = [np.ones(len(X), dtype=bool)] if network == "skip" else []
        self.masks = [*ones, *patterns.T]
        self.neurons = plant.weights.T
        self.k = len(self.neurons)
        outputs = [X @ w if plant.kind == "linear" else np.clip(X @ w, 0, None) for w in self.neurons]
        if network == "normalized":
            outputs = [f / np.linalg.norm(f) for f in outputs]
        self.outputs = np.stack(outputs, axis=1)
        self.y = self.outputs.sum(axis=1)
        self.home = [0 if plant.kind == "linear" else self._find(X @ w >= 0) for w in self.neurons]

    def _find(self, pattern):
        for j, mask in enumerate(self.masks):
            if np.array_equal(mask, pattern) and not (self.network == "skip" and j == 0):
                return j
        raise AuditError("planted pattern: the pattern of a planted neuron must be in S")

    def reach(self, j, lam):
        """||A_j^T lam||; for the normalized network the length of lam's projection onto range(D_j X)."""
        block = self.X[self.masks[j]]
        part = lam[self.masks[j]]
        if self.network != "normalized":
            return np.linalg.norm(block.T @ part)
        U, s, _ = np.linalg.svd(block, full_matrices=False)
        return np.linalg.norm(U[:, s > s[0] * 1e-12].T @ part)

    def equations(self, lam):
        """||A_J^T lam - g|| over the planted blocks."""
        total = 0.0
        for j, w, f in zip(self.home, self.neurons, self.outputs.T, strict=True):
            block = self.X * self.masks[j][:, None]
            if self.network == "normalized":
                U, s, _ = np.linalg.svd(block, full_matrices=False)
                U = U[:, s > s[0] * 1e-12]
                total += np.linalg.norm(U.T @ lam - U.T @ f) ** 2
            else:
                total += np.linalg.norm(block.T @ lam - w) ** 2
        return np.sqrt(total)

    def output(self, W):
        """The labels that block weights W give."""
        return sum((self.X @ w) * mask for w, mask in zip(W, self.masks, strict=True))

    def cost(self, W):
        """Sum of norms: of the weights, or of the outputs for the normalized network."""
        if self.network == "normalized":
            return sum(np.linalg.norm((self.X @ w) * mask) for w, mask in zip(W, self.masks, strict=True))
        return np.linalg.norm(W, axis=1).sum()

    def repair(self, error):
        """Most that becoming exact costs: ||error|| sqrt(blocks / smallest eigenvalue of the Gram matrix)."""
        gram = sum(self._gram(mask) for mask in self.masks)
        values = np.linalg.eigvalsh(gram)
        smallest = values[values > values[-1] * len(values) * 1e-15][0]
        return np.linalg.norm(error) * np.sqrt(len(self.masks) / smallest)

    def _gram(self, mask):
        block = self.X * mask[:, None]
        if self.network == "normalized":
            U, s, _ = np.linalg.svd(block, full_matrices=False)
            block = U[:, s > s[0] * 1e-12]
        return block @ block.T


def _require(what, left, relation, right):
    holds = {"<=": left <= right, "<": left < right, ">": left > right}[relation]
    if not holds:
        raise AuditError(f"{what} = {left:.10g} must be {relation} {right:.10g}")


def _check_dual(dual, problem):
    _require("planted equations: ||A_J^T dual - g||", problem.equations(dual), "<=", 1e-8)
    for j in range(len(problem.masks)):
        if j not in problem.home:
            _require(f"block {j}: ||A_j^T dual||", problem.reach(j, dual), "<", 1 - SLACK)
    _require("planted patterns: how many are distinct", len(set(problem.home)), ">", problem.k - 1)
    spread = np.linalg.svd(problem.outputs, compute_uv=False)
    _require("planted outputs: smallest singular value", spread[-1], ">", 1e-12 * spread[0])
    return True


def _check_optimal(dual, problem):
    _require("planted equations: ||A_J^T dual - g||", problem.equations(dual), "<=", 1e-8)
    for j in range(len(problem.masks)):
        _require(f"block {j}: ||A_j^T dual||", problem.reach(j, dual), "<=", 1 + SLACK)


def _check_cheaper(W, problem):
    error = problem.output(W) - problem.y
    price = problem.cost(W) + problem.repair(error) if error.any() else problem.cost(W)
    _require("competitor: cost and repair", price, "<", problem.k * (1 - SLACK))
    return True


def _check_second(W, problem):
    error = np.linalg.norm(problem.output(W) - problem.y)
    _require("second interpolant: residual", error, "<=", 1e-10 * max(1.0, np.linalg.norm(problem.y)))
    difference = abs(problem.cost(W) - problem.k)
    _require("second interpolant: cost minus the plant's", difference, "<=", 1e-10 * problem.k)
    moved = np.linalg.norm(problem.output(W * _off(problem, W)))
    _require("second interpolant: what it puts off the planted blocks", moved, ">", 1e-6)
    return True


def _off(problem, W):
    off = np.ones((len(W), 1))
    off[problem.home] = 0
    return off
