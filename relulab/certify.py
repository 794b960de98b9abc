"""The fast certified decision: is the planted point the unique solution of the minimal-norm program?

Two kinds of evidence settle it. A dual vector that meets the planted equations and stays strictly inside
the ball on every other block proves that the plant is the unique solution. An interpolant that costs less
proves that it is not a solution, and another that costs the same that it is not the only one. Nothing else
counts: a search that ends without evidence ends "undecided".
"""

from dataclasses import replace

import numpy as np

from . import _checks, admm, interior, search, ties
from .batch import decide_together
from .blocks import Blocks, check_pair
from .conditions import EQUATIONS, FORMS, MARGIN, PlantedEquations, sides
from .fast import solve_fast
from .minimax import STEPS
from .patterns import Patterns, as_masks, gates_of
from .planted import without_silent
from .scaling import norm
from .search import Problem
from .verdicts import EVIDENCE, STATUSES, Finding, Verdict, cheaper, inside, undecided

__all__ = ["EVIDENCE", "STATUSES", "Verdict", "decide", "decide_many"]
SOCP_SIZE = 400_000  # blocks x n x d beyond which interior points take too long
EXACT = 2e-9  # what the cost of a solution of Newton's method must beat that of the plant by
TOGETHER = 400 * 400  # rows x patterns that ADMM treats together, all problems counted
FEW = 20  # blocks beyond which projecting on their cones costs more than iterating


def decide(plant, S, network="skip", form="gated", iterations=4000):
    """Decide whether the planted neurons are the unique solution of the minimal-norm program.

    Parameters
    ----------
    plant : Plant
        The planted problem, without noise.
    S : Patterns, array_like of bool, shape (n, p), or "all"
        The patterns; they must hold the planted ones. ``"all"`` is every pattern of X: decided by a closed
        form where one applies, by enumeration where that is affordable, otherwise by cutting planes, which
        can prove a failure but end undecided where they find no more violators.
    network : {"plain", "skip", "normalized"}
        The network.
    form : {"gated", "exact"}
        The program: ``min sum_j ||W_j||  s.t.  sum_j A_j W_j = y``, without or with the cones.
    iterations : int
        Where the search gives up.

    Returns
    -------
    Verdict
        With its evidence; `check` verifies it again.

    Raises
    ------
    ValueError
        For a noisy plant (use `solve`), an unknown network or form, a kind that does not go with the network,
        patterns that lack a planted one.

    Examples
    --------
    >>> import relulab as rl
    >>> X = rl.draw("gaussian", 60, 10, rng=0)
    >>> plant, S = rl.plant(X, rng=1), rl.sample_patterns(X, rng=2)
    >>> verdict = rl.decide(plant, S)
    >>> verdict.status, rl.check(verdict, plant, S)
    ('recovered', True)
    """
    if isinstance(S, str):
        from .all_patterns import decide_all

        _checks.choice("S", S, ("all",))
        _check(plant, network, form)
        return decide_all(plant, network, form, _checks.count("iterations", iterations, 0))
    return decide_many([plant], [S], network, form, iterations)[0]


def decide_many(plants, patterns, network="skip", form="gated", iterations=4000, xp=np, device=None):
    """Decide several planted problems; those of equal shape go together.

    Parameters
    ----------
    plants : sequence of Plant
        The planted problems, without noise.
    patterns : sequence of Patterns or array_like of bool, shape (n, p)
        The patterns of each.
    network, form, iterations
        As for `decide`.
    xp : module
        The array namespace that stacks of problems are computed in: NumPy, or one of array-api-compat.
    device : object, optional
        A device of that namespace.

    Returns
    -------
    list of Verdict
        What `decide` answers for each, whatever goes with it.

    Raises
    ------
    ValueError
        As `decide`.

    Examples
    --------
    >>> import relulab as rl
    >>> plants, patterns = zip(*(rl.phase.instance(40, 10, trial) for trial in range(3)))
    >>> [verdict.status for verdict in rl.certify.decide_many(plants, patterns)]
    ['recovered', 'recovered', 'recovered']
    """
    for plant in plants:
        _check(plant, network, form)
    iterations = _checks.count("iterations", iterations, 0)
    masks = [as_masks(S, len(plant.X)) for plant, S in zip(plants, patterns, strict=True)]
    found = decide_together(plants, masks, network, form, iterations, xp, device)
    left = [i for i, finding in enumerate(found) if finding is None]
    for places in _of_one_shape(left, masks, plants, form):
        cases = [(plants[i], patterns[i]) for i in places]
        careful = _decide_with_care(cases, network, form, iterations, xp, device)
        for i, finding in zip(places, careful, strict=True):
            found[i] = finding
    return [
        Verdict(f.status, f.evidence, f.dual, f.W, float(f.margin), f.steps, network, form, S, f.reason)
        for f, S in zip(found, patterns, strict=True)
    ]


def _check(plant, network, form):
    check_pair(plant.kind, network)
    _checks.choice("form", form, FORMS)
    if plant.sigma > 0:
        raise ValueError(f"plant has noise, sigma={plant.sigma}: nothing is recovered exactly; use solve")


def _of_one_shape(left, masks, plants, form):
    """The problems that are left, in groups of one shape that fit into a cache; gated ones by themselves."""
    shapes = {}
    for i in left:
        shapes.setdefault((masks[i].shape, plants[i].X.shape), []).append(i)
    for ((n, p), _), places in shapes.items():
        width = max(1, TOGETHER // (n * p)) if form == "exact" else 1
        yield from (places[start : start + width] for start in range(0, len(places), width))


def _decide_with_care(cases, network, form, iterations, xp, device):
    """What takes more care than a batch: each by itself, but for ADMM."""
    scales = [norm(plant.X) for plant, _ in cases]
    split_of = search.Exact if form == "exact" else search.Gated
    found, waiting = [None] * len(cases), {}
    for i, ((plant, S), scale) in enumerate(zip(cases, scales, strict=True)):
        problem, silent = _problem(replace(plant, X=plant.X / scale), S, network, form)
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
        reach = interior.reach_off_plant(problem, dual).max(initial=0)
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
    dual, reach, W, spent = interior.best_dual(problem, split, equations, SOCP_SIZE)
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
