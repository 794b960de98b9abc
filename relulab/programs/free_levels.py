"""A program with a free level by programs without: where its dual vector stops pulling at the level.

The least objective is a convex function of the level, and minus its slope there is the level's direction
times the dual vector of the program whose labels lie that much lower.
"""

from dataclasses import replace

import numpy as np
from scipy.optimize import brentq

from .fast import solve_fast

DOUBLINGS = 60  # of the distance to a level that lies beyond the best one
CLOSE = 4 * np.finfo(float).eps


def solve_at_best_level(blocks, y, form, beta, tol, root):
    """Solve ``min 1/2 ||fit + c root - y||^2 + beta cost`` over the weights and the level c.

    Parameters
    ----------
    blocks : Blocks
        The blocks.
    y : ndarray, shape (n,)
        The labels.
    form : {"gated", "exact"}
        Without or with the cones.
    beta : float
        Weight of the regularizer.
    tol : float
        Relative gap to reach at each level.
    root : ndarray, shape (n,)
        What the level is multiplied by.

    Returns
    -------
    Solution or None
        The solution for the labels less the level, which is its ``.intercept``; None where one was not found.

    Examples
    --------
    >>> import numpy as np
    >>> import relulab as rl
    >>> from relulab.programs.free_levels import solve_at_best_level
    >>> X = rl.draw("gaussian", 20, 2, rng=0)
    >>> y, S = X[:, 0] + 3, rl.sample_patterns(X, rng=1)
    >>> found = solve_at_best_level(rl.Blocks(X, S, "plain"), y, "exact", 0.01, 1e-9, np.ones(20))
    >>> reference = rl.solve(X, y, S, "plain", "exact", beta=0.01, intercept=True, tol_gap_rel=1e-10)
    >>> bool(np.isclose(found.value, reference.value, rtol=1e-6))
    True
    """
    best = float(root @ y) / float(root @ root)
    tried = {}

    def solved(labels):  # the multipliers are last: they did not get on with the level free
        found = solve_fast(blocks, labels, form, beta, tol, multipliers=False)
        return found if found.status == "optimal" else solve_fast(blocks, labels, form, beta, tol)

    def pull(level):
        if level not in tried:
            tried[level] = solved(y - level * root)
        return float(root @ tried[level].dual)

    way = float(np.abs(y - best * root).max() / np.abs(root).max()) or 1.0
    here = pull(best)
    way = np.copysign(way, here)
    for _ in range(DOUBLINGS):
        if not np.isfinite(here):
            return None
        if here * pull(best + way) <= 0:
            break
        best, here, way = best + way, pull(best + way), 2 * way
    else:
        return None
    if here:
        try:
            best = brentq(pull, best, best + way, xtol=CLOSE * abs(way), rtol=CLOSE)
        except ValueError:  # a program on the way has no answer
            return None
    pull(best)
    return replace(tried[best], intercept=float(best))
