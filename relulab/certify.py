"""The fast certified decision: is the planted point the unique solution of the minimal-norm program?

Two kinds of evidence settle it. A dual vector that meets the planted equations and stays strictly inside
the ball on every other block proves that the plant is the unique solution. An interpolant that costs less
proves that it is not a solution, and another that costs the same that it is not the only one. Nothing else
counts: a search that ends without evidence ends "undecided".
"""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from . import _checks, interior, search, ties
from .blocks import Blocks, check_pair
from .conditions import EQUATIONS, FORMS, MARGIN, PlantedEquations, sides
from .patterns import Patterns
from .planted import without_silent
from .scaling import norm
from .search import Problem

STATUSES = ("recovered", "not-recovered", "not-unique", "undecided")
SOCP_SIZE = 400_000  # blocks x n x d beyond which interior points take too long
FEW = 20  # blocks beyond which projecting on their cones costs more than iterating
EVIDENCE = ("isometry", "dual", "competitor", "all-ones", "closed-form", "socp")


@dataclass(frozen=True, eq=False)
class Verdict:
    """The answer of `decide`, with its evidence.

    What each status carries:

    ================= ============================================ ==================================
    status            evidence                                     arrays
    ================= ============================================ ==================================
    recovered         isometry, dual, socp, closed-form            dual
    not-recovered     competitor                                   competitor, strictly cheaper
    not-unique        all-ones, competitor, closed-form            competitor at the same cost, and a
                                                                   dual where both are known optimal
    undecided         None                                         none
    ================= ============================================ ==================================

    Attributes
    ----------
    status : str
        ``"recovered"``: the plant is the unique solution. ``"not-recovered"``: an interpolant is strictly
        cheaper. ``"not-unique"``: another interpolant costs the same, so that the plant is not the only
        solution; that both are solutions is proved where a dual comes with it. ``"undecided"``: no evidence
        was found.
    evidence : str or None
        What proves it: ``"isometry"`` (the minimum-norm dual), ``"dual"`` (a refined one), ``"socp"`` (one
        from an interior-point method), ``"closed-form"`` (a theorem, with the dual that its proof uses),
        ``"competitor"``, ``"all-ones"``; None where undecided.
    dual : ndarray, shape (n,), or None
        The dual vector that proves recovery, or that a not-unique plant is a solution.
    competitor : ndarray, shape (p + s, d) or (2, p + s, d), or None
        The X-weights of the other interpolant, the skip block's first; in the exact form its positive and
        its negative neurons.
    margin : float
        How strictly the evidence holds: 1 minus the largest block norm off the plant, or the plant's cost
        minus the competitor's. NaN where undecided.
    iterations : int
        Steps of the search; 0 where it was not needed.
    network, form : str
        What was decided.
    patterns : Patterns or ndarray of bool, shape (n, p)
        The patterns that the evidence is about.
    reason : str
        The verdict in words.
    """

    status: str
    evidence: str | None
    dual: np.ndarray | None
    competitor: np.ndarray | None
    margin: float
    iterations: int
    network: str
    form: str
    patterns: object
    reason: str


class Finding(NamedTuple):
    """What a step found, for a problem scaled to largest singular value 1; W in X-coordinates."""

    status: str
    evidence: str | None
    dual: np.ndarray | None
    W: np.ndarray | None
    margin: float
    steps: int
    reason: str


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
    check_pair(plant.kind, network)
    _checks.choice("form", form, FORMS)
    if plant.sigma > 0:
        raise ValueError(f"plant has noise, sigma={plant.sigma}: nothing is recovered exactly; use solve")
    iterations = _checks.count("iterations", iterations, 0)
    if isinstance(S, str):
        from .all_patterns import decide_all

        _checks.choice("S", S, ("all",))
        return decide_all(plant, network, form, iterations)
    scale = norm(plant.X)
    unit = replace(plant, X=plant.X / scale)
    blocks = Blocks(unit.X, S, network)
    gates = _gates(S, unit.X) if form == "exact" else None
    heard, silent = without_silent(unit)
    problem = Problem(blocks, form, *blocks.planted(heard), _neurons(heard, form), sides(heard, form), gates)
    found = _drop(problem, silent) or _first_look(problem) or _search(problem, iterations)
    dual_scale, weight_scale = (1, scale) if network == "normalized" else (scale, 1)
    return Verdict(
        status=found.status,
        evidence=found.evidence,
        dual=None if found.dual is None else found.dual / dual_scale,
        competitor=None if found.W is None else found.W / weight_scale,
        margin=float(found.margin),
        iterations=found.steps,
        network=network,
        form=form,
        patterns=S,
        reason=found.reason,
    )


def _gates(S, X):
    """Interior points of the cones; by linear programming where a boolean array came without gates."""
    from .patterns import gates_of

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
    return _cheaper(problem, problem.weights, search.cost(problem.parts), 0, extra=silent)


def _first_look(problem):
    """What needs no search: a zero plant, neurons that merge, a linear neuron that can hide."""
    plant, blocks = problem.plant, problem.blocks
    if not blocks.apply(plant).any():
        return _cheaper(problem, 0 * problem.weights, 0.0, 0)
    spent = search.cost(plant if problem.form == "gated" else problem.parts)
    if spent < problem.cost * (1 - MARGIN):
        return _cheaper(problem, problem.weights, spent, 0)
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


def _search(problem, iterations):
    """The minimum-norm dual first; then ADMM, read for either kind of evidence; then interior points."""
    equations = PlantedEquations(problem.blocks, problem.index, problem.coordinates)
    outputs = problem.blocks.apply(problem.alone)
    independent = np.linalg.matrix_rank(outputs) == len(problem.index)
    provable = equations.residual <= EQUATIONS and independent
    if provable and (found := _by_minimum_norm(problem, equations.dual)):
        return found
    if equations.residual > EQUATIONS and (found := _by_what_is_lacking(problem, equations)):
        return found
    split = (search.Gated if problem.form == "gated" else search.Exact)(problem, equations.dual)
    found = _by_iteration(problem, split, equations if provable else None, iterations)
    if found.evidence is None and provable and found.steps == iterations:
        return _by_interior_points(problem, split, equations, found)
    return found


def _by_minimum_norm(problem, dual):
    """The isometry condition; where it holds with equality, another solution may be at hand."""
    norms = problem.blocks.norms(dual)[problem.others]
    reach = norms.max(initial=0)
    if problem.form == "exact" and reach >= 1 - MARGIN and (norms >= 1 - MARGIN).sum() <= FEW:
        reach = interior.reach_off_plant(problem, dual).max(initial=0)
    if 1 - reach > MARGIN:
        reason = "the minimum-norm dual vector stays inside the ball on every other block"
        return Finding("recovered", "isometry", dual, None, 1 - reach, 0, reason)
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
            return _cheaper(problem, W, spent, 0)
    return None


def _in_cones(blocks, parts):
    signs = 2 * blocks.masks[:, blocks.skip :].T - 1
    return bool((signs * (parts[:, blocks.skip :] @ blocks.X.T) >= 0).all())


def _by_iteration(problem, split, equations, iterations):
    """ADMM until either kind of evidence turns up."""
    weights, others = np.ones(problem.blocks.size), problem.others
    for step in range(1, iterations + 1):
        weights[others] = 1 - search.TILTS[np.searchsorted(search.TILT_STEPS, step)]
        split.step(weights)
        if step % 5 and step > 5:
            continue
        spent = split.cost()
        if not np.isfinite(spent):
            return _undecided(step, f"a number that is not finite appeared in step {step}")
        if spent < problem.cost * (1 - MARGIN):
            W, spent = split.interpolant()
            if spent < problem.cost * (1 - MARGIN):
                return _cheaper(problem, W, spent, step)
        if equations is not None:
            dual = equations.project(split.dual)
            if (margin := 1 - split.reach(dual).max(initial=0)) > MARGIN:
                reason = "a dual vector stays inside the ball on every other block"
                return Finding("recovered", "dual", dual, None, margin, step, reason)
    return _undecided(iterations, f"neither a certificate nor a cheaper interpolant in {iterations} steps")


def _by_interior_points(problem, split, equations, found):
    """The best dual vector, where the problem is small enough for it."""
    dual, reach, W, spent = interior.best_dual(problem, split, equations, SOCP_SIZE)
    if W is not None:
        return _cheaper(problem, W, spent, found.steps)
    if 1 - reach > MARGIN:
        reason = "the best dual vector stays inside the ball on every other block"
        return Finding("recovered", "socp", dual, None, 1 - reach, found.steps, reason)
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


def _undecided(steps, reason):
    return Finding("undecided", None, None, None, np.nan, steps, reason)


def _cheaper(problem, W, spent, steps, extra=0):
    price = problem.cost + extra
    reason = f"an interpolant costs {spent:.6g}, the plant {price:.6g}"
    return Finding("not-recovered", "competitor", None, W, price - spent, steps, reason)
