"""Proves that the plant is not the only solution: by an identity, since no rounded number shows equality."""

import numpy as np

from .arithmetic import NotProved, prove, require
from .cheaper import Competitor
from .optimal import MET, prove_recovered
from .rounding import Basis, above, norm_above, product, sum_above


def prove_second(problem, W, dual, multipliers):
    """What makes the competitor another interpolant of the same cost, in words; without it, NotProved."""
    parts = W if W.ndim == 3 else W[None]
    places = list(zip(*np.nonzero(parts.any(axis=2)), strict=True))
    off = [(side, j) for side, j in places if j not in problem.home]
    if len(off) != 1:
        raise NotProved("a tie: equal costs are known to rounding only")
    left = {j for _, j in places}
    moved = [i for i, home in enumerate(problem.home) if home not in left]
    for i in moved:
        if (words := _same_output(problem, i, parts[off[0]], *off[0])) is not None:
            if problem.kind == "linear":
                words += _optimal(problem, dual, multipliers, off[0][1])
            return words
    if problem.network == "normalized" and problem.k == 1:
        return _free_rows(problem, parts[off[0]], W, *off[0])
    raise NotProved("a tie: equal costs are known to rounding only")


def _same_output(problem, i, w, side, j):
    """Planted neuron i itself, in block j, which differs from its own on rows orthogonal to it alone.

    A linear neuron lives in the skip block, whose rows are all; in the exact form block j holds it, or minus
    it, if its labels have no two signs. None where block j differs otherwise.
    """
    signs, home = problem.sides[i], problem.home[i]
    if not ((problem.masks[j] == problem.masks[home]) | (signs == 0)).all():
        return None
    linear = problem.kind == "linear"
    if problem.network != "normalized":
        flip = side if linear else problem.signs[i] < 0 and (problem.form == "gated" or j < problem.skip)
        if not np.array_equal(w, -problem.neurons[i] if flip else problem.neurons[i]):
            return None
    if problem.form == "exact" and j >= problem.skip:
        wrong = (signs > 0) if linear and side else (signs < 0) & (linear | problem.masks[j])
        require(f"block {j}: rows on the wrong side", int(wrong.sum()), "<=", 0)
    if linear and problem.masks[j].all():
        return "the planted weights give the same labels in the all-ones block"
    return f"neuron {i} gives the same output in block {j}: it is orthogonal to the rows where they differ"


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
