"""Proves that the plant is not the only solution: by an identity, since no rounded number shows equality."""

from fractions import Fraction

import numpy as np

from .arithmetic import NotProved, prove, require
from .cheaper import Competitor
from .exactly import dot, shortest_solution
from .optimal import MET, prove_recovered
from .rounding import Basis, above, norm_above, product, sum_above

TIE = "a tie: equal costs are known to rounding only"


def prove_second(problem, W, dual, multipliers):
    """What makes the competitor another interpolant of the same cost, in words; without it, NotProved.

    Every neuron of it is a planted one, in its own block or in one that gives it the same output: that of
    the exact signs, where the stored weights are near. Or it is one normalized neuron with that output.
    """
    parts = W if W.ndim == 3 else W[None]
    used = list(zip(*np.nonzero(parts.any(axis=2)), strict=True))
    if problem.network == "normalized" and problem.k == len(used) == 1:
        (side, j), silent = used[0], min(problem.home) < 0
        if j not in problem.home and not silent and not _is_twin(problem, 0, side, j):
            return _same_output(problem, parts[side, j], W, side, j)
    moved = _twins(problem, parts, used)
    if not moved:
        raise NotProved(TIE)
    blocks = " and ".join(_name(problem, j) for j in moved)
    words = f"the planted weights give the same labels in {blocks}"
    loud = problem.X.any(axis=1)
    masks = problem.masks[:, loud]
    if all(any((masks[j] == masks[home]).all() for home in problem.home) for j in moved):
        words += _optimal(problem, dual, multipliers, moved)
    return words


def _name(problem, j):
    return "the all-ones block" if problem.masks[j].all() and j >= problem.skip else f"block {j}"


def _twins(problem, parts, used):
    """The blocks that planted neurons have moved to; none where a neuron of the competitor is another."""
    left, moved = set(range(problem.k)), []
    for side, j in used:
        fits = (i for i in sorted(left) if _fits(problem, i, parts[side, j], side, j))
        if (i := next(fits, None)) is None:
            return []
        left.remove(i)
        if j != problem.home[i]:
            moved.append(int(j))
    return [] if left else moved


def _fits(problem, i, stored, side, j):
    """Whether stored weights are nearly those of planted neuron i, and it gives its output in block j."""
    w = (1 - 2 * side) * problem.signs[i] * problem.neurons[i]
    sizes = np.linalg.norm(stored), np.linalg.norm(w)
    near = min(sizes) > 0 and np.linalg.norm(stored / sizes[0] - w / sizes[1]) <= MET
    return near and _is_twin(problem, i, side, j)


def _is_twin(problem, i, side, j):
    """Whether ``D_j X w`` is the output of planted neuron i, its rows on the right side of the cone."""
    signs, mask, exact = problem.sides[i], problem.masks[j], problem.form == "exact"
    if problem.kind == "linear":
        given = (signs[~mask] == 0).all()
        inside = ((1 - 2 * side) * signs[mask] >= 0).all()
    else:
        given = (signs[mask] >= 0).all() and (signs[~mask] <= 0).all()
        inside = (1 - 2 * side) == problem.signs[i]
    if j < problem.skip:
        inside = side == 0
    return bool(given and (inside or not exact))


def _same_output(problem, w, W, side, j):
    """One normalized neuron of another block with the output of the planted one: by bounds, or in fractions.

    Every interpolant costs at least ``||y||``, by the triangle inequality, so both are optimal.
    """
    rows = problem.masks[j]
    if ((problem.sides[0] > 0) & ~rows).any():
        raise NotProved("a tie: the block misses rows of the planted neuron")
    if problem.form == "exact":
        require("second interpolant: its sign", (1 - 2 * side) * problem.signs[0], ">", 0)
    try:
        return _free_rows(problem, w, W, j)
    except NotProved as open_question:
        try:
            return _by_fractions(problem, w, j)
        except NotProved:
            raise open_question from None


def _by_fractions(problem, w, j):
    """Weights near the stored ones that give the output exactly, its size aside; cones by exact signs."""
    found = Fraction(float(np.sqrt(np.sum((problem.X @ w)[problem.masks[j]] ** 2))))
    if not found:
        raise NotProved(TIE)
    scale = Fraction(float(np.linalg.norm(np.maximum(problem.X @ problem.neurons[0], 0)))) / found
    planted = [Fraction(v) for v in problem.neurons[0].tolist()]
    near = [Fraction(v) * scale * int(problem.signs[0]) for v in w.tolist()]
    if problem.form == "exact":
        near = [Fraction(v) * scale for v in w.tolist()]
    X = [[Fraction(x) for x in row] for row in problem.X.tolist()]
    on = [row for row, m in zip(X, problem.masks[j], strict=True) if m]
    wanted = [max(dot(row, planted), Fraction(0)) for row in on]
    missed = [t - dot(row, near) for t, row in zip(wanted, on, strict=True)]
    step = shortest_solution(on, missed, f"rows of block {j}")
    require("second interpolant: residual", _length(missed) / max(_length(wanted), 1e-300), "<=", MET)
    exact = [a + b for a, b in zip(near, step, strict=True)]
    off = [row for row, m in zip(X, problem.masks[j], strict=True) if not m]
    if problem.form == "exact" and any(dot(row, exact) > 0 for row in off):
        raise NotProved("a tie: the second interpolant is outside its cone")
    return f"weights of block {j} give the planted neuron's output, exactly"


def _length(v):
    return float(np.sqrt(float(sum(a * a for a in v))))


def _optimal(problem, dual, multipliers, blocks):
    """Whether both are optimal: then blocks that equal a planted one reach exactly as far as it, to 1."""
    if dual is None:
        return ""
    try:
        prove_recovered(problem, dual, multipliers, exempt=blocks)
    except NotProved:
        return ""
    return ", and a dual vector proves both optimal"


def _free_rows(problem, w, W, j):
    """The rows of block j are independent, so that any output fits.

    In the exact form its other rows must stay silent: those of the repaired neuron do, by a margin.
    """
    basis = Basis(problem.X[problem.masks[j]].T, f"rows of block {j}")
    found = Competitor(problem, W)
    require("second interpolant: residual", found.residual, "<=", MET)
    if problem.form == "exact":
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
