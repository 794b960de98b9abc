"""Proves that the plant is not the only solution: by an identity, since no rounded number shows equality."""

import numpy as np

from .arithmetic import NotProved, prove, require
from .cheaper import Competitor
from .optimal import MET, prove_recovered
from .rounding import Basis, above, norm_above, product, sum_above


def prove_second(problem, W, dual, multipliers):
    """What makes the competitor another interpolant of the same cost, in words; without it, NotProved."""
    parts = W if W.ndim == 3 else W[None]
    side, block = np.nonzero(parts.any(axis=2))
    if len(block) != 1 or block[0] in problem.home:
        raise NotProved("a tie: equal costs are known to rounding only")
    if problem.kind == "linear" and problem.network == "skip":
        words = _all_ones(problem, parts[side[0], block[0]], side[0], block[0])
        return words + _optimal(problem, dual, multipliers, block[0])
    if problem.network == "normalized" and problem.k == 1:
        return _free_rows(problem, parts[side[0], block[0]], W, side[0], block[0])
    raise NotProved("a tie: equal costs are known to rounding only")


def _all_ones(problem, w, side, j):
    """``D_j = I`` on the rows with a label: the planted weights themselves give their labels in block j."""
    if not (problem.masks[j] | (problem.sides[0] == 0)).all() or not np.array_equal(
        w, -problem.neurons[0] if side else problem.neurons[0]
    ):
        raise NotProved("a tie: equal costs are known to rounding only")
    if problem.form == "exact":
        wrong = (problem.sides[0] > 0) if side else (problem.sides[0] < 0)
        require("all-ones block: rows on the wrong side", int(wrong.sum()), "<=", 0)
    return "the planted weights give the same labels in the all-ones block"


def _optimal(problem, dual, multipliers, j):
    """Whether both are optimal: then the all-ones block reaches exactly as far as the skip block, to 1."""
    if dual is None:
        return ""
    try:
        prove_recovered(problem, dual, multipliers, exempt=(j,))
    except NotProved:
        return ""
    return ", and a dual vector proves both optimal"


def _free_rows(problem, w, W, side, j):
    """A normalized neuron whose rows are among those of block j, which are independent: any output fits.

    Every interpolant costs at least ``||y||``, by the triangle inequality, so both are optimal. In the exact
    form the neuron's own other rows must stay silent: those of the repaired one do, by a margin.
    """
    rows, X = problem.masks[j], problem.X
    lost = (problem.sides[0] > 0) & ~rows
    if lost.any():
        raise NotProved("a tie: the block misses rows of the planted neuron")
    basis = Basis(X[rows].T, f"rows of block {j}")
    found = Competitor(problem, W)
    require("second interpolant: residual", found.residual, "<=", MET)
    if problem.form == "exact":
        require("second interpolant: its sign", (1 - 2 * side) * problem.signs[0], ">", 0)
        _prove_silent(problem, w, basis, found)
    return f"the rows of block {j} are independent and hold the planted neuron's: it gives the same output"


def _prove_silent(problem, w, basis, found):
    """The repair of w has at most about the norm ``||T^T e||``, e what w lacks: other rows stay negative."""
    e = np.full(len(basis.T), found.lack)
    step = basis.longest(norm_above(above(e @ np.abs(basis.T), len(e))))
    others = ~problem.masks[found.which[1][0]] & problem.X.any(axis=1)
    value, error = product(problem.X[others], w)
    worst = value + sum_above(error, above(norm_above(problem.X[others], axis=1) * step, 1))
    prove("second interpolant: the largest output off its rows", worst.max(initial=-1.0), "<", 0)
