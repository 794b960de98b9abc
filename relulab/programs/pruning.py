"""Fewer neurons for the same fit."""

from __future__ import annotations

import numpy as np

from ..blocks import cones
from .solutions import Solution

ROUNDING = 1e-6  # a projection shorter than this share of what was projected has no direction to trust


def prune(solution: Solution) -> Solution:
    """Leave at most n active neurons, the skip pair counted, with the same fit at no larger cost.

    The fit is a positive combination of the active neurons' outputs, scaled to cost 1 each. While these are
    linearly dependent, moving along the dependence lowers one coefficient to zero and no cost rises
    (Caratheodory); n independent ones are the most that R^n holds.

    Parameters
    ----------
    solution : Solution
        A solved program.

    Returns
    -------
    Solution
        With the same dual vector. Every neuron keeps its direction, and so its cone; those that the solver
        left outside by its tolerance (`.violation`) are moved onto it first.

    Raises
    ------
    ValueError
        Where the program has no solution.

    Examples
    --------
    >>> import relulab as rl
    >>> X = rl.draw("gaussian", 8, 3, rng=0)
    >>> plant, S = rl.plant(X, sigma=0.3, rng=1), rl.sample_patterns(X, rng=2)
    >>> pruned = rl.prune(rl.solve(X, plant.y, S, network="plain"))
    >>> pruned.to_network(negligible=0).m <= 8
    True
    """
    solution.require()
    blocks, parts = solution.blocks, solution.parts
    if solution.form == "exact":
        parts = _in_cones(blocks, parts)
    size = np.linalg.norm(parts, axis=-1)
    sign, index = np.nonzero(size)
    coefficients = size[sign, index]
    outputs = blocks.masks[:, index] * (blocks.X @ blocks.to_weights(parts)[sign, index].T)
    kept = _caratheodory(outputs / coefficients * np.where(sign == 0, 1, -1), coefficients)
    pruned = np.zeros_like(parts)
    pruned[sign, index] = parts[sign, index] * (kept / coefficients)[:, None]
    return Solution.from_coordinates(
        blocks,
        solution.y,
        solution.form,
        solution.beta,
        *pruned,
        solution.dual,
        solution.status,
        solution.reason,
        solution.given_gates,
        solution.loss,
        solution.intercept,
    )


def _in_cones(blocks, parts):
    """The neurons moved onto their cones: a solver leaves the smallest ones outside, and they may grow."""
    inside = parts.copy()
    for j in range(blocks.skip, blocks.size):
        cone = blocks.cone(j)
        for i in range(2):
            a = cones.project(cone, parts[i, j])[0]
            inside[i, j] = a if np.linalg.norm(a) > ROUNDING * np.linalg.norm(parts[i, j]) else 0
    return inside


def _caratheodory(atoms, coefficients):
    """Coefficients >= 0 on linearly independent atoms (n, m): the same combination, no larger a sum."""
    coefficients = coefficients.copy()
    _, s, Vt = np.linalg.svd(atoms)
    rank = int((s > s.max(initial=0) * max(atoms.shape) * np.finfo(float).eps).sum())
    null = Vt[rank:].T
    while null.shape[1]:
        move = null @ null.sum(axis=0)  # the steepest way to lower the sum, if any does
        if np.abs(move).max() < 1e-4:
            move = null[:, 0] * (1 if null[:, 0].sum() >= 0 else -1)
        falling = np.flatnonzero(move > 1e-12 * np.abs(move).max())
        steps = coefficients[falling] / move[falling]
        gone = falling[steps.argmin()]
        coefficients = np.maximum(coefficients - steps.min() * move, 0)
        coefficients[gone] = 0
        null = _without_row(null, gone)
    return coefficients


def _without_row(null, i):
    """An orthonormal basis of the part of a subspace whose coordinate i is zero, by a reflection."""
    mirror = null[i].copy()
    mirror[0] += np.copysign(np.linalg.norm(mirror), mirror[0])
    rest = null - np.outer(null @ mirror, 2 / (mirror @ mirror) * mirror)
    rest[i] = 0
    return rest[:, 1:]
