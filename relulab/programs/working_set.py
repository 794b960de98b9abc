"""The fast solver on the few blocks that matter, with a dual vector that answers for all the others.

A solution uses few of the blocks. So the program is solved over a working set of them; its dual vector tells
which of the others could lower the cost (those on which it leaves its ball), these join the set, and when
none is left the solution and the dual vector are those of the whole program. This pays for normalized
networks without cones, whose Newton system costs as much as all their blocks together.
"""

from dataclasses import replace

import numpy as np

from .fast import solve_fast

FIRST = 20  # blocks of the first working set, beyond what interpolation needs


def solve_on_working_set(blocks, y, beta=None, tol=1e-6, **options):
    """Solve a gated program as `relulab.fast.solve_fast` does, on a growing set of blocks.

    Parameters
    ----------
    blocks : Blocks
        The blocks.
    y : ndarray, shape (n,)
        The labels.
    beta : float or None
        Weight of the regularizer; None is the minimal-norm program.
    tol : float
        Relative gap to reach.
    **options
        Passed to `solve_fast`.

    Returns
    -------
    Solution
        Over all blocks, zero off the working set. Its gap is that to a dual vector that is feasible on every
        block.

    Examples
    --------
    >>> import relulab as rl
    >>> from relulab.programs.working_set import solve_on_working_set
    >>> X = rl.draw("gaussian", 80, 10, rng=0)
    >>> plant = rl.plant(X, "normalized", k=2, sigma=0.2, rng=1)
    >>> S = rl.sample_patterns(X, include=plant.weights, rng=2)
    >>> solution = solve_on_working_set(rl.Blocks(X, S, "normalized"), plant.y)
    >>> reference = rl.solve(X, plant.y, S, "normalized")
    >>> solution.gap < 1e-6, abs(solution.value / reference.value - 1) < 1e-6
    (True, True)
    """
    nearest_to_the_labels = np.argsort(-blocks.norms(y))
    working = np.zeros(blocks.size, dtype=bool)
    working[nearest_to_the_labels[: int(1.5 * len(y) / blocks.X.shape[1]) + FIRST]] = True
    while True:
        part = solve_fast(blocks.only(working), y, "gated", beta, tol / 4, **options)
        if part.status != "optimal":
            if working.all():
                return _whole(part, blocks, working, part.gap)
            working[:] = True
            continue
        ball = 1.0 if beta is None else beta
        reach = np.where(working, 0.0, blocks.norms(part.dual) / ball)
        gap = _gap(part, max(reach.max(), 1.0))
        outside = np.flatnonzero(reach > 1)
        if gap <= tol or not outside.size:
            return _whole(part, blocks, working, gap)
        working[outside[np.argsort(-reach[outside])][: max(FIRST, working.sum() // 2)]] = True


def _gap(part, factor):
    """Relative gap of a working set's solution to its dual vector, shortened by a factor."""
    dual = part.dual / factor
    bound = dual @ part.y - (0.0 if part.beta is None else 0.5 * dual @ dual)
    return max(part.gap, float(1 - bound / part.value)) if part.value > 0 else part.gap


def _whole(part, blocks, working, gap):
    parts = np.full((2, blocks.size, blocks.X.shape[1]), 0.0 if np.isfinite(part.parts).all() else np.nan)
    parts[:, working] = part.parts
    return replace(part, blocks=blocks, parts=parts, gap=gap)
