"""What takes more care than a batch: one planted problem after another, but for ADMM."""

import numpy as np

from ..blocks.blocks import Blocks
from ..blocks.conditions import EQUATIONS, MARGIN, PlantedEquations, independent_outputs, sides
from ..data.planted import without_silent
from ..patterns.borders import signs_of
from ..patterns.sampling import Patterns, gates_of
from ..programs.fast import solve_fast
from . import admm, interior_points, search
from .minimax import STEPS
from .problems import WORTHWHILE
from .proofs import CHEAPER, Prices, verified
from .search import Problem
from .ties import neighboring, second_solution
from .together import decide_together
from .units import units_of
from .verdicts import cheaper, hidden, inside, shared, tied, undecided

SOCP_SIZE = 400_000  # blocks x n x d beyond which interior points take too long
PROGRAM = 20_000  # the same for the whole program at once
PATIENCE = 250  # steps of ADMM after which interior points are quicker for those
NEAR = 1e-4  # how far out of the ball a dual vector may be from which one is sought that touches it
FEW = 20  # blocks beyond which projecting on their cones costs more than iterating
BEHIND = "behind"  # what is left of a tie is to be found out without the twin


def decide_with_care(cases, network, form, iterations, xp, device):
    """What takes more care than a batch: each by itself, but for ADMM."""
    units = [units_of(plant.X, network) for plant, _ in cases]
    split_of = search.Exact if form == "exact" else search.Gated
    found, waiting = [None] * len(cases), {}
    for i, ((plant, S), own) in enumerate(zip(cases, units, strict=True)):
        problem, silent = _problem(own.of_plant(plant), S, own, network, form)
        found[i] = _drop(problem, silent) or _first_look(problem)
        if found[i] is None:
            equations, independent = _equations(problem)
            found[i] = _by_equations(problem, equations, independent)
        if found[i] is None:
            meets = equations.residual <= EQUATIONS
            waiting[i] = admm.Waiting(split_of(problem), equations, meets), independent
        elif found[i] is BEHIND:
            found[i] = _without_twin(plant, S, network, form, iterations, xp, device)
            units[i] = None
    searched, steps = _searched([one for one, _ in waiting.values()], form, iterations, xp, device)
    for (i, (one, independent)), finding in zip(waiting.items(), searched, strict=True):
        try:
            found[i] = _concluded(one, independent, finding, finding.steps == steps)
        except np.linalg.LinAlgError as error:
            found[i] = undecided(finding.steps, f"linear algebra in float64 did not get through: {error}")
    return [f if own is None else own.finding(f) for f, own in zip(found, units, strict=True)]


def _searched(waiting, form, iterations, xp, device):
    """What Newton's method or ADMM finds, and the steps after which they give up."""
    if form != "exact":
        steps = min(iterations, STEPS)
        return [_by_newton(one, steps) for one in waiting], steps
    small = waiting and _size(waiting[0].split.problem) <= PROGRAM
    steps = min(iterations, PATIENCE) if small else iterations
    return admm.search(waiting, steps, xp, device) if waiting else [], steps


def _concluded(one, independent, finding, unsettled):
    """What a search found, verified; what it leaves open goes to interior points."""
    problem = one.split.problem
    found = verified(problem, one.equations, independent, finding)
    for way in (_by_interior_points, _by_program):
        if found.evidence is None and unsettled and (better := way(one, found)):
            found = verified(problem, one.equations, independent, better)
    if found.evidence is None and (W := neighboring(problem)) is not None:
        return shared(W, found.steps)
    return found


def _size(problem):
    return problem.blocks.size * problem.blocks.X.size


def _problem(unit, S, units, network, form):
    """A problem in even units, and how many of its neurons are silent."""
    blocks = Blocks(unit.X, S, network)
    heard, silent = without_silent(unit)
    index, coordinates = blocks.planted(heard)
    gates = _gates(S, heard, units, index - blocks.skip) if form == "exact" else None
    return Problem(blocks, form, index, coordinates, _neurons(heard, form), sides(heard, form), gates), silent


def _gates(S, unit, units, planted):
    """Interior points of the cones; by linear programming where a boolean array came without gates.

    The cone of a planted neuron with rows on its border may have none: then the neuron is its gate.
    """
    masks, own = np.asarray(S), {}
    if unit.kind != "linear":
        border = (signs_of(unit.X, unit.weights) == 0)[unit.X.any(axis=1)].any(axis=0)
        own = dict(zip(planted[border], unit.weights.T[border], strict=True))
    if isinstance(S, Patterns):
        gates = S.gates * np.reshape(units.columns, (-1, 1))
        gates = gates / np.abs(gates).max(axis=0)
    else:
        gates, others = (
            np.empty((unit.X.shape[1], masks.shape[1])),
            np.delete(np.arange(masks.shape[1]), [*own]),
        )
        gates[:, others] = gates_of(unit.X, masks[:, others])
    for j, w in own.items():
        try:
            gates[:, j] = gates_of(unit.X, masks[:, [j]])[:, 0]
        except ValueError:
            gates[:, j] = w
    return gates


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
    """What needs no search: a zero plant, neurons that merge."""
    plant, blocks = problem.plant, problem.blocks
    if not blocks.apply(plant).any():
        return cheaper(problem.cost, 0 * problem.weights, 0.0, 0)
    spent = search.cost(plant if problem.form == "gated" else problem.parts)
    if spent < problem.cost * (1 - MARGIN):
        return cheaper(problem.cost, problem.weights, spent, 0)
    return None


def _all_ones(problem, equations):
    """A linear neuron can hide in the all-ones block, whose `D_j X` is X: a tie.

    `BEHIND` where that does not say whether the plant is a solution, and it is worthwhile to find out.
    """
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
    W = W if exact else W[0]
    if equations.residual <= EQUATIONS and blocks.norms(equations.dual).max() <= 1 + EQUATIONS:
        return hidden(W, equations.dual)
    if _size(problem) > WORTHWHILE or full.size == blocks.p:
        return hidden(W, None)
    return BEHIND


def _without_twin(plant, S, *question):
    """The finding without the all-ones blocks, which are copies of the skip block, and then with them."""
    masks = np.asarray(S)
    full = masks.all(axis=0)
    rest = Patterns(S.array[:, ~full], S.gates[:, ~full]) if isinstance(S, Patterns) else masks[:, ~full]
    (finding,) = decide_together([plant], [masks[:, ~full]], *question)
    if finding is None:
        (finding,) = decide_with_care([(plant, rest)], *question)
    places = 1 + np.flatnonzero(~full)
    shape = ((2,) if question[1] == "exact" else ()) + (1 + len(full), plant.X.shape[1])
    W = np.zeros(shape)
    if finding.status == "not-recovered":
        W[..., 0, :], W[..., places, :] = finding.W[..., 0, :], finding.W[..., 1:, :]
        return finding._replace(W=W)
    side = int(question[1] == "exact" and (plant.X @ plant.weights <= 0).all())
    own = (1 - 2 * side) * plant.weights[:, 0]
    W[(side, 1 + full.argmax()) if question[1] == "exact" else 1 + full.argmax()] = own
    return hidden(W, finding.dual)


def _equations(problem):
    """The planted equations, and whether the planted outputs are independent, as uniqueness needs."""
    equations = PlantedEquations(problem.blocks, problem.index, problem.coordinates)
    return equations, independent_outputs(problem.blocks, problem.index, problem.coordinates)


def _by_equations(problem, equations, independent):
    """What the planted equations settle alone, met or not."""
    if equations.residual > EQUATIONS:
        found = _by_what_is_lacking(problem, equations) or _all_ones(problem, equations)
    else:
        found = _all_ones(problem, equations) or _by_minimum_norm(problem, equations.dual)
    if found in (None, BEHIND):
        return found
    found = verified(problem, equations, independent, found)
    return found if found.evidence else None


def _by_minimum_norm(problem, dual):
    """The isometry condition; where it holds with equality, another solution may be at hand."""
    norms = problem.blocks.norms(dual)[problem.others]
    reach = norms.max(initial=0)
    if problem.form == "exact" and reach >= 1 - MARGIN and (norms >= 1 - MARGIN).sum() <= FEW:
        reach = interior_points.reach_on_cones(problem, dual)
    if 1 - reach > MARGIN:
        return inside("isometry", dual, 1 - reach)
    return (
        tied(dual, W, 0)
        if reach <= 1 + EQUATIONS and (W := second_solution(problem, dual)) is not None
        else None
    )


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
    if solution.value < problem.cost * (1 - CHEAPER):
        W, spent = split.mend(solution.parts[0] - solution.parts[1], split.solve)
        if spent < problem.cost * (1 - CHEAPER):
            return cheaper(problem.cost, W, spent, STEPS)
    if one.provable and solution.dual is not None and np.isfinite(solution.dual).all():
        dual = one.equations.project(solution.dual)
        if (margin := 1 - split.reach(dual).max(initial=0)) > MARGIN:
            return inside("dual", dual, margin, STEPS)
    return undecided(
        STEPS, f"no evidence beside the program's value, {solution.value:.12g} ({solution.status})"
    )


def _by_interior_points(one, found):
    """The best dual vector, where the problem is small enough for it; None where it settles nothing."""
    split, problem = one.split, one.split.problem
    if not one.provable:
        return None
    dual, reach, W, spent = interior_points.best_dual(problem, split, one.equations, SOCP_SIZE)
    if W is not None:
        return cheaper(problem.cost, W, spent, found.steps)
    if 1 - reach > MARGIN:
        return inside("socp", dual, 1 - reach, found.steps)
    return _by_touching(problem, one.equations, dual, found.steps) if reach <= 1 + NEAR else None


def _by_program(one, found):
    """The solution of the whole program, where it is small: an interpolant, and a dual vector."""
    problem = one.split.problem
    if _size(problem) > PROGRAM or (solved := interior_points.cheapest(problem)) is None:
        return None
    W, dual = solved
    spent = search.cost(W) if problem.blocks.factors is None else Prices(problem).cost(W)
    if spent < problem.cost * (1 - CHEAPER):
        return cheaper(problem.cost, W, spent, found.steps)
    if not one.provable:
        return None
    return _by_touching(problem, one.equations, one.equations.project(dual), found.steps)


def _by_touching(problem, equations, dual, steps):
    """A dual vector that reaches the ball and no further proves the plant optimal: alone or not?"""
    dual, reach = interior_points.touching(problem, equations, dual)
    if reach > 1 + EQUATIONS or equations.residual > EQUATIONS:
        return None
    if 1 - reach > MARGIN:
        return inside("socp", dual, 1 - reach, steps)
    return tied(dual, second_solution(problem, dual), steps)
