"""The best dual vector by an interior-point method, for problems too close to call by iteration.

``t* = min_l max ||A_j^T l|| off the plant  s.t.  A_J^T l = g`` (in the exact form, the norms of the
projections onto the cones) settles the matter: below 1 the plant is the unique solution, above 1 the
multipliers of the program are a direction in which an interpolant gets cheaper. The program is solved over a
working set of blocks, which grows by those that its dual vector breaks.
"""

import numpy as np

from ..blocks import cones
from ..blocks.conditions import EQUATIONS, MARGIN, reach
from ..solvers.clarabel import run_clarabel

ROUNDS, ADDED = 30, 40
TOUCHES, ROUNDING = 8, 1e-12
CLEARLY = 1 - 1e-3  # a length below which a block is inside the ball for sure
SATURATED = 1e-7  # a norm that is closer to 1 may be 1


def best_dual(problem, split, equations, size_limit):
    """Settle a problem by its best dual vector.

    Parameters
    ----------
    problem : Problem
        The problem, whose planted equations have a solution.
    split : Gated or Exact
        Its split; it mends and prices interpolants.
    equations : PlantedEquations
        Its planted equations.
    size_limit : int
        Give up when the program would have more numbers than this.

    Returns
    -------
    dual : ndarray, shape (n,)
        The best dual vector found.
    reach : float
        The largest norm that it reaches off the plant; below 1 it is a certificate.
    W : ndarray or None
        A cheaper interpolant in block coordinates.
    spent : float
        What the interpolant costs; infinite without one.
    """
    working = np.zeros((1 if problem.form == "gated" else 2, problem.blocks.size), dtype=bool)
    dual = equations.dual
    best, lowest = dual, np.inf
    for attempt in range(ROUNDS):
        reached = reach_off_plant(problem, dual)
        if reached.max(initial=0) < lowest:
            best, lowest = dual, reached.max(initial=0)
        news = ~working & (reached > (0 if attempt == 0 else 1 - 1e-3))
        if lowest < 1 - MARGIN or not news.any():
            break
        order = np.argsort(np.where(news, -reached, np.inf), axis=None)
        working.flat[order[: min(ADDED, int(news.sum()))]] = True
        if working.sum() * problem.blocks.X.size > size_limit:
            break
        solved = _solve(problem, working)
        if solved is None:
            break
        t, dual, move = solved
        dual = equations.project(dual)
        if t > 1 + MARGIN:
            W, spent = _cheaper(problem, split, working, move)
            if spent < problem.cost * (1 - MARGIN):
                return best, lowest, W, spent
    return best, lowest, None, np.inf


def reach_off_plant(problem, dual):
    """How far a dual vector reaches on every block and side, (1 or 2, p + s); -1 where it is planted."""
    reached = reach(problem.blocks, dual, problem.form, least=1 - 1e-3)
    reached[problem.sides, problem.index] = -1
    return reached


def reach_on_cones(problem, dual):
    """How far a dual vector reaches off the plant, at most; or some reach that is too far.

    What is clearly inside the ball without its cone is not projected.
    """
    blocks, own = problem.blocks, set(zip(problem.sides, problem.index, strict=True))
    gradients = blocks.adjoint(dual)
    lengths, furthest = np.linalg.norm(gradients, axis=1), 0.0
    for j in np.argsort(-lengths):
        for side in range(1 if j < blocks.skip else 2):
            if (side, j) in own or lengths[j] <= furthest:  # no projection is longer than what is projected
                continue
            length = lengths[j]
            if j >= blocks.skip and length >= CLEARLY:
                length = _on_cone(blocks.cone(j), (1 - 2 * side) * gradients[j])
            furthest = max(furthest, length)
        if furthest > 1 + EQUATIONS:
            break
    return furthest


def _on_cone(cone, g):
    """The length of a projection onto a cone; a bound where there is one clearly inside the ball."""
    if not cone[1].shape[1]:
        rows, _ = cones.unit_rows(cone[0])
        if cones.pursue(rows, g, CLEARLY) is not None:
            return CLEARLY
    return np.linalg.norm(cones.project(cone, g)[0])


def _solve(problem, working):
    """The program over the working set: t, its dual vector, and the direction that its multipliers give.

    The direction (1 or 2, p + s, d) is in X-coordinates: along it the labels stay, and the cost falls when
    t > 1.
    """
    import cvxpy as cp

    blocks = problem.blocks
    lam, t = cp.Variable(len(blocks.X)), cp.Variable()
    rows, balls, nulls = list(zip(*np.nonzero(working), strict=True)), [], {}
    for side, j in rows:
        vector = (1 - 2 * side) * (blocks.block(j).T @ lam)
        if problem.form == "exact" and j >= blocks.skip:
            C, N = blocks.cone(j)
            m = cp.Variable(len(C), nonneg=True)
            vector = vector + C.T @ m
            if N.shape[1]:
                nulls[side, j] = N.T @ m == 0
        balls.append(cp.SOC(t, vector))
    planted = [blocks.block(j).T @ lam == g for j, g in zip(problem.index, problem.coordinates, strict=True)]
    program = cp.Problem(cp.Minimize(t), balls + planted + list(nulls.values()))
    status, _ = run_clarabel(program, {"tol_gap_abs": 1e-10, "tol_gap_rel": 1e-10, "tol_feas": 1e-10})
    if not status.startswith("optimal"):
        return None
    move = np.zeros((len(working), *problem.plant.shape))
    for row, ball in zip(rows, balls, strict=True):
        move[row] = -np.ravel(ball.dual_value[1])
    for side, j, equation in zip(problem.sides, problem.index, planted, strict=True):
        move[side, j] = (1 - 2 * side) * equation.dual_value
    return float(t.value), lam.value, _to_weights(blocks, move, nulls)


def _to_weights(blocks, move, nulls):
    """Block coordinates to X-coordinates, with the null-space parts that keep normalized neurons in cones."""
    weights = blocks.to_weights(move)
    for (side, j), equation in nulls.items():
        C, N = blocks.cone(j)
        signed = (2 * blocks.masks[:, j, None] - 1) * blocks.X
        weights[side, j] = np.linalg.lstsq(signed, C @ move[side, j] + N @ equation.dual_value)[0]
    return weights


def _cheaper(problem, split, working, move):
    """Go from the plant along the move, mend, and take the cheapest point on the way."""
    active = working.any(axis=0)
    active[problem.index] = True
    solve = split.solver_of(active)
    points = (split.mend_move(step * move, solve, active) for step in 0.5 ** np.arange(0, 20, 2))
    return min(points, key=lambda point: point[1])


def touching(problem, equations, dual):
    """From a dual vector near the ball to one that touches it, by Newton's method on the blocks it leaves.

    Returns
    -------
    dual : ndarray, shape (n,)
        The best of the dual vectors on the way.
    reach : float
        The largest norm that it reaches off the plant.
    """
    best, lowest, left = dual, np.inf, np.zeros((0, 2), dtype=int)
    for _ in range(TOUCHES):
        vectors = reached_vectors(problem, dual)
        reached = np.linalg.norm(vectors, axis=-1)
        reached[problem.sides, problem.index] = -1
        if not np.isfinite(reached).all():
            break
        if (reach := float(reached.max())) < lowest:
            best, lowest = dual, reach
        if lowest <= 1 + ROUNDING:
            break
        left = np.unique(np.vstack([left, np.argwhere(reached > 1 + ROUNDING)]), axis=0)
        left = left[reached[tuple(left.T)] > 0.5]
        rows = [(1 - 2 * s) * (problem.blocks.block(j) @ vectors[s, j]) / reached[s, j] for s, j in left]
        system = np.vstack([equations.B.T, *rows])
        lack = np.r_[equations.g - equations.B.T @ dual, [1 - reached[s, j] for s, j in left]]
        dual = equations.project(dual + np.linalg.lstsq(system, lack)[0])
    return best, lowest


def reached_vectors(problem, dual):
    """``A_j^T dual`` for every block (1, p + s, d); in the exact form, projected onto the cones (2, …).

    Those that are shorter than the ball before they are projected are left zero there.
    """
    gradients = problem.blocks.adjoint(dual)
    if problem.form == "gated":
        return gradients[None]
    skip = problem.blocks.skip
    reached = np.stack([gradients, np.zeros_like(gradients)])
    for j in range(skip, problem.blocks.size):
        cone = problem.blocks.cone(j)
        long = np.linalg.norm(gradients[j]) > 1 - SATURATED
        for side in (0, 1):
            reached[side, j] = cones.project(cone, (1 - 2 * side) * gradients[j])[0] if long else 0
    return reached


def cheapest(problem):
    """The program's solution: weights on X (p + s, d) or (2, p + s, d), and a dual vector; or None."""
    import cvxpy as cp

    X, masks, skip = problem.blocks.X, problem.blocks.masks, problem.blocks.skip
    y = problem.blocks.apply(problem.plant)
    size, d = np.abs(y).max(), X.shape[1]
    parts = [cp.Variable((d, masks.shape[1])) for _ in range(1 if problem.form == "gated" else 2)]
    total = parts[0] if problem.form == "gated" else parts[0] - parts[1]
    normalized = problem.blocks.factors is not None
    costs = [cp.norm(cp.multiply(masks, X @ W) if normalized else W, axis=0) for W in parts]
    fits = cp.sum(cp.multiply(masks, X @ total), axis=1) == y / size
    rules = [fits]
    if problem.form == "exact":
        signs = 2 * masks[:, skip:] - 1
        rules += [cp.multiply(signs, X @ W[:, skip:]) >= 0 for W in parts]
        rules += [parts[1][:, :skip] == 0] * (skip > 0)
    program = cp.Problem(cp.Minimize(sum(cp.sum(cost) for cost in costs)), rules)
    run_clarabel(program, {"tol_gap_abs": 1e-10, "tol_gap_rel": 1e-10, "tol_feas": 1e-10})
    if parts[0].value is None:
        return None
    W = size * np.stack([part.value.T for part in parts])
    return W[0] if problem.form == "gated" else W, -fits.dual_value
