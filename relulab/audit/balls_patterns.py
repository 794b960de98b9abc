"""What a verdict over all patterns needs, for the checker in ball arithmetic: exact signs and a count."""

from math import comb

import numpy as np

from .arithmetic import NotProved


def prove_real(problem, gates, used):
    """Each pattern, given by number, is that of a gate off every border; zero rows count as active."""
    if gates is None:
        raise NotProved("patterns: without gates they are not known to be real")
    values = problem.matrix(problem.X) * problem.matrix(gates)
    for j in used:
        for i, x in enumerate(problem.X):
            sign = problem.positive(x, gates[:, j], values[i, j]) if x.any() else 1
            if sign == 0 or (sign > 0) != problem.masks[problem.skip + j][i]:
                raise NotProved(f"patterns: gate {j} is not inside its cell")


def prove_all_there(problem):
    """As many distinct patterns as m lines through the origin leave cells for, that of zero aside (Cover)."""
    masks = {tuple(mask) for mask in problem.masks[problem.skip :].tolist()}
    lines = set()
    for x in problem.rational(problem.X.tolist()).tolist():
        first = next((v for v in x if v != 0), None)
        if first is not None:
            lines.add(tuple(v / first for v in x))
    m, d = len(lines), problem.X.shape[1]
    most = 2 * sum(comb(m - 1, k) for k in range(min(m, d))) if m else 1
    cells = len(masks) + any(all(mask) for mask in masks)
    if cells < most:
        raise NotProved(f"patterns: {cells} cells are known, and there can be {most}")


def used_by(W, skip):
    """The patterns that a competitor has neurons of."""
    return np.flatnonzero(W.reshape(-1, *W.shape[-2:]).any(axis=(0, 2))[skip:])
