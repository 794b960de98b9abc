"""Is the plant the only solution? The test on the blocks where a dual vector reaches the ball."""

import numpy as np

from ..blocks import cones
from ..blocks.conditions import outputs_of
from ..patterns.borders import signs_of
from . import search
from .interior_points import SATURATED, reached_vectors


def second_solution(problem, dual):
    """Look for another solution, given a dual vector that proves the plant to be one.

    Every solution is ``W_j = c_j A_j^T dual`` with c_j >= 0 on the blocks where the dual vector reaches norm
    1 (in the exact form, its projection onto the cone), and zero elsewhere. A linear program finds the one
    that puts most outside the plant. It counts only if it gives the labels at the plant's cost to rounding.
    A planted neuron that has rows on its border has the same outputs in every pattern that differs on them
    alone: that is another solution without a search.

    Parameters
    ----------
    problem : Problem
        The problem.
    dual : ndarray, shape (n,)
        A dual vector with largest reach 1.

    Returns
    -------
    ndarray or None
        The other solution in X-coordinates.
    """
    from scipy.optimize import linprog

    if (W := neighboring(problem)) is not None:
        return W
    vectors = reached_vectors(problem, dual)
    reach = search.norms(vectors)
    planted = np.zeros(reach.shape, dtype=bool)
    planted[problem.sides, problem.index] = True
    saturated = (reach > 1 - SATURATED) & ~planted
    if not saturated.any():
        return None
    rows = list(zip(*np.nonzero(saturated), strict=True))
    atoms = [(1 - 2 * side) * (problem.blocks.block(j) @ vectors[side, j]) for side, j in rows]
    atoms = np.column_stack([*atoms, *outputs_of(problem.blocks, problem.index, problem.coordinates)])
    y = problem.blocks.apply(problem.plant)
    gain = np.r_[-np.ones(len(rows)), np.zeros(len(problem.index))]
    answer = linprog(gain, A_eq=atoms, b_eq=y, bounds=(0, None), method="highs")
    if answer.status != 0 or -answer.fun < 1e-6:
        return None
    used = answer.x > 1e-9
    amounts = np.zeros(len(used))
    amounts[used] = np.linalg.lstsq(atoms[:, used], y)[0]
    W = np.zeros((len(vectors), *problem.plant.shape))
    for (side, j), amount in zip(rows, amounts, strict=False):
        W[side, j] = amount * vectors[side, j]
    for side, j, g, amount in zip(
        problem.sides, problem.index, problem.coordinates, amounts[len(rows) :], strict=True
    ):
        W[side, j] = (1 - 2 * side) * amount * g
    error = np.linalg.norm(problem.blocks.apply(W[0] - W[1] if len(W) == 2 else W[0]) - y)
    exact = error <= 1e-11 * np.linalg.norm(y) and abs(search.cost(W) - problem.cost) <= 1e-11 * problem.cost
    if not exact or amounts.min() < 0:
        return None
    return _weights(problem, W)


def neighboring(problem):
    """The plant with one neuron in another block, where it has the same outputs; None where there is none."""
    masks, skip, exact = problem.blocks.masks, problem.blocks.skip, problem.form == "exact"
    for home, side, neuron in zip(problem.index, problem.sides, problem.neurons, strict=True):
        signs = signs_of(problem.blocks.X, neuron[:, None])[:, 0]
        same = ((masks == masks[:, [home]]) | (signs == 0)[:, None]).all(axis=0)
        same[problem.index] = False
        if exact and home < skip:  # a linear neuron in a cone, or minus it
            same &= not ((signs > 0).any() and (signs < 0).any())
        alone = (problem.index == home).sum() == 1
        if same.any() and alone:
            to, W = same.argmax(), problem.weights
            parts = W if exact else W[None]
            parts[side, home] = 0
            if exact and home < skip:
                side = int((signs < 0).any())
                neuron = (1 - 2 * side) * neuron
            elif exact and to < skip:
                side, neuron = 0, (1 - 2 * side) * neuron
            parts[side, to] += neuron
            return W
    return None


def _weights(problem, W):
    """Block coordinates to X-coordinates; in the exact form, with what keeps neurons in their cones."""
    blocks = problem.blocks
    weights = blocks.to_weights(W)
    if problem.form == "gated":
        return weights[0]
    if blocks.factors is not None:
        for side, j in zip(*np.nonzero(W.any(axis=2)), strict=True):
            weights[side, j] += cones.null_part(blocks, j, W[side, j])
    return weights
