"""What takes more care than a batch: one planted problem after another, but for ADMM."""

import numpy as np

from ..blocks.blocks import Blocks
from ..blocks.conditions import EQUATIONS, MARGIN, PlantedEquations, sides
from ..data.planted import unchecked, without_silent
from ..patterns.sampling import Patterns, gates_of
from ..programs.fast import solve_fast
from ..solvers.arrays import norm
from . import admm, interior_points, search, ties
from .minimax import STEPS
from .search import Problem
from .verdicts import Finding, cheaper, inside, undecided

SOCP_SIZE = 400_000  # blocks x n x d beyond which interior points take too long
EXACT = 2e-9  # what the cost of a solution of Newton's method must beat that of the plant by
FEW = 20  # blocks beyond which projecting on their cones costs more than iterating


def decide_with_care(cases, network, form, iterations, xp, device):
    """What takes more care than a batch: each by itself, but for ADMM."""
    scales = [norm(plant.X) for plant, _ in cases]
    split_of = search.Exact if form == "exact" else search.Gated
    found, waiting = [None] * len(cases), {}
    for i, ((plant, S), scale) in enumerate(zip(cases, scales, strict=True)):
        problem, silent = _problem(unchecked(plant, X=plant.X / scale), S, network, form)
        found[i] = _drop(problem, silent) or _first_look(problem)
        if found[i] is None:
            equations, provable = _equations(problem)
            found[i] = _by_equations(problem, equations, provable)
        if found[i] is None:
            waiting[i] = admm.Waiting(split_of(problem), equations, provable)
    steps = iterations if form == "exact" else min(iterations, STEPS)
    if form == "exact" and waiting:
        findings = admm.search(list(waiting.values()), steps, xp, device)
    else:
        findings = [_by_newton(one, steps) for one in waiting.values()]
    for (i, one), finding in zip(waiting.items(), findings, strict=True):
        unsettled = finding.evidence is None and one.provable and finding.steps == steps
        found[i] = _by_interior_points(one.split, one.equations, finding) if unsettled else finding
    return [_unscaled(finding, scale, network) for finding, scale in zip(found, scales, strict=True)]


def _problem(unit, S, network, form):
    """A problem whose data have norm 1, and how many of its neurons are silent."""
    blocks = Blocks(unit.X, S, network)
    gates = _gates(S, unit.X) if form == "exact" else None
    heard, silent = without_silent(unit)
    return Problem(
        blocks, form, *blocks.planted(heard), _neurons(heard, form), sides(heard, form), gates
    ), silent


def _unscaled(found, scale, network):
    dual_scale, weight_scale = (1, scale) if network == "normalized" else (scale, 1)
    return found._replace(
        dual=None if found.dual is None else found.dual / dual_scale,
        multipliers=None if found.multipliers is None else found.multipliers / dual_scale,
        W=None if found.W is None else found.W / weight_scale,
    )


def _gates(S, X):
    """Interior points of the cones; by linear programming where a boolean array came without gates."""
    return S.gates if isinstance(S, Patterns) else gates_of(X, np.asarray(S))


def _neurons(plant, form):
    """The planted neurons in X-coordinates (k, d), each of cost 1; gated ones times their output weight."""
    neurons = plant.weights.T
    if plant.kind == "normalized":
        neurons = neurons / np.linalg.norm(np.maximum(plant.X @ plant.weights, 0), axis=0)[:, None]
    return neurons * plant.signs[:, None] if form == "gated" else neurons


def _drop(problem, silent):
    """Neurons that are silent on every row give nothing and cost something."""
    if silent == 0:
        return None
    return cheaper(problem.cost + silent, problem.weights, search.cost(problem.parts), 0)


def _first_look(problem):
    """What needs no search: a zero plant, neurons that merge, a linear neuron that can hide."""
    plant, blocks = problem.plant, problem.blocks
    if not blocks.apply(plant).any():
        return cheaper(problem.cost, 0 * problem.weights, 0.0, 0)
    spent = search.cost(plant if problem.form == "gated" else problem.parts)
    if spent < problem.cost * (1 - MARGIN):
        return cheaper(problem.cost, problem.weights, spent, 0)
    return _all_ones(problem)


def _all_ones(problem):
    """A linear neuron can hide in the all-ones block, whose `D_j X` is X."""
    blocks = problem.blocks
    if blocks.network != "skip" or problem.index[0] != 0:
        return None
    full = np.flatnonzero(blocks.masks[:, 1:].all(axis=0))
    exact, y = problem.form == "exact", blocks.X @ problem.coordinates[0]
    side = int(exact and (y < 0).all())
    if full.size == 0 or (exact and not side and not (y > 0).all()):
        return None
    W = np.zeros((2, *problem.plant.shape))
    W[side, full[0] + 1] = (1 - 2 * side) * problem.coordinates[0]
    equations = PlantedEquations(blocks, problem.index, problem.coordinates)
    dual = equations.dual
    optimal = equations.residual <= EQUATIONS and blocks.norms(dual).max() <= 1 + EQUATIONS
    reason = "in the all-ones block the planted weights give the same output at the same cost"
    return Finding("not-unique", "all-ones", dual if optimal else None, W if exact else W[0], 0.0, 0, reason)


def _equations(problem):
    """The planted equations, and whether a dual vector that meets them can prove anything."""
    equations = PlantedEquations(problem.blocks, problem.index, problem.coordinates)
    outputs = problem.blocks.apply(problem.alone)
    independent = np.linalg.matrix_rank(outputs) == len(problem.index)
    return equations, equations.residual <= EQUATIONS and independent


def _by_equations(problem, equations, provable):
    """What the planted equations settle alone, met or not."""
    if provable and (found := _by_minimum_norm(problem, equations.dual)):
        return found
    return _by_what_is_lacking(problem, equations) if equations.residual > EQUATIONS else None


def _by_minimum_norm(problem, dual):
    """The isometry condition; where it holds with equality, another solution may be at hand."""
    norms = problem.blocks.norms(dual)[problem.others]
    reach = norms.max(initial=0)
    if problem.form == "exact" and reach >= 1 - MARGIN and (norms >= 1 - MARGIN).sum() <= FEW:
        reach = interior_points.reach_off_plant(problem, dual).max(initial=0)
    if 1 - reach > MARGIN:
        return inside("isometry", dual, 1 - reach)
    if reach <= 1 + EQUATIONS:
        return _tied(problem, dual, 0)
    return None


def _by_what_is_lacking(problem, equations):
    """Where the planted equations have no solution, what they lack is a move that costs less.

    ``r = g - B^T dual`` has ``B r = 0``: the planted blocks give the same labels without a share of it.
    """
    lack = (equations.g - equations.B.T @ equations.dual).reshape(problem.coordinates.shape)
    for share in 0.5 ** np.arange(12):
        less = problem._replace(coordinates=problem.coordinates - share * lack)
        spent = search.cost(less.plant if problem.form == "gated" else less.parts)
        W = problem.weights + problem.blocks.to_weights(
            less.plant - problem.plant if problem.form == "gated" else less.parts - problem.parts
        )
        if spent < problem.cost * (1 - MARGIN) and (problem.form == "gated" or _in_cones(problem.blocks, W)):
            return cheaper(problem.cost, W, spent, 0)
    return None


def _in_cones(blocks, parts):
    signs = 2 * blocks.masks[:, blocks.skip :].T - 1
    return bool((signs * (parts[:, blocks.skip :] @ blocks.X.T) >= 0).all())


def _by_newton(one, steps):
    """The program's solution: it costs less than the plant, or its dual vector proves it."""
    if steps < STEPS:
        return undecided(steps, admm.GIVEN_UP.format(steps))
    split, problem = one.split, one.split.problem
    solution = solve_fast(problem.blocks, split.y, problem.form, tol=1e-9)
    if solution.value < problem.cost * (1 - EXACT):
        W, spent = split.mend(solution.parts[0] - solution.parts[1], split.solve)
        if spent < problem.cost * (1 - EXACT):
            return cheaper(problem.cost, W, spent, STEPS)
    if one.provable and solution.dual is not None:
        dual = one.equations.project(solution.dual)
        if (margin := 1 - split.reach(dual).max(initial=0)) > MARGIN:
            return inside("dual", dual, margin, STEPS)
    return undecided(
        STEPS, f"no evidence beside the program's value, {solution.value:.12g} ({solution.status})"
    )


def _by_interior_points(split, equations, found):
    """The best dual vector, where the problem is small enough for it."""
    problem = split.problem
    dual, reach, W, spent = interior_points.best_dual(problem, split, equations, SOCP_SIZE)
    if W is not None:
        return cheaper(problem.cost, W, spent, found.steps)
    if 1 - reach > MARGIN:
        return inside("socp", dual, 1 - reach, found.steps)
    if reach <= 1 + MARGIN:
        return _tied(problem, dual, found.steps) or found
    return found


def _tied(problem, dual, steps):
    """A dual vector reaches the ball and no further, so the plant is a solution: is it the only one?"""
    W = ties.second_solution(problem, dual)
    if W is None:
        return None
    reason = "another interpolant costs the same, and a dual vector proves both optimal"
    return Finding("not-unique", "competitor", dual, W, 0.0, steps, reason)
