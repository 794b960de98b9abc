"""Proves that something is strictly cheaper than the plant.

A competitor misses the labels by some e, of known size. Let l > 0 be below the smallest eigenvalue of the
Gram matrix ``G = sum_j A_j A_j^T`` of some m blocks. Then ``A_j^T G^-1 e`` repairs it, moves all blocks
together by at most ``||e|| / sqrt(l)``, and costs at most ``sqrt(m) ||e|| / sqrt(l)``. In the exact form the
repaired neurons must be in their cones: an interior point of each cone, added to both of its sides, changes
no output, and enough of it makes up for what the stored neurons and the repair lack.
"""

import numpy as np

from .arithmetic import NotProved, prove, require
from .exactly import independent_in_gram
from .optimal import MET
from .rounding import (
    U,
    above,
    below,
    exact_signs,
    gamma,
    norm_above,
    product,
    smallest_eigenvalue,
    sum_above,
)

SHARES = 1.0, 0.5, 0.2  # of the blocks that take part in the repair, those with the roomiest cones first


class Competitor:
    """A stored competitor: the neurons that it uses, their cost, and what they lack.

    Attributes
    ----------
    which : list of ndarray
        The side (0, or 1 for negative neurons) and the block of each neuron.
    values, errors : ndarray, shape (m, n)
        ``X w`` of each on all rows, with error bounds.
    cost : float
        An upper bound of the sum of their norms.
    lack : float
        An upper bound of ``||outputs - y||``.
    residual : float
        The same, without rounding.
    """

    def __init__(self, problem, W):
        parts = W if W.ndim == 3 else W[None]
        self.which = np.nonzero(parts.any(axis=2))
        side, block = self.which
        self.weights = parts[side, block]
        self.values, self.errors = (a.T for a in product(problem.X, self.weights.T))
        masks = problem.masks[block]
        own, off = np.where(masks, self.values, 0), np.where(masks, self.errors, 0)
        m = len(own)
        if problem.network == "normalized":
            lengths = norm_above(sum_above(np.abs(own), off), axis=1)
        else:
            lengths = norm_above(self.weights, axis=1)
        self.cost = float(above(lengths.sum(), m + 1))
        e = (1.0 - 2 * side) @ own - problem.y
        rounding = above(gamma(m + 1) * (np.abs(own).sum(axis=0) + np.abs(problem.y)), m + 2)
        error = sum_above(off.sum(axis=0) * (1 + gamma(m + 1)), rounding, problem.error)
        self.residual = np.linalg.norm(e)
        self.lack = norm_above(sum_above(np.abs(e), error))


def prove_cheaper(problem, W, gates):
    """An upper bound, below the plant's cost, of what some interpolant costs; both in the plant's units."""
    found = Competitor(problem, W)
    close = MET * np.linalg.norm(problem.y) + np.linalg.norm(problem.error)
    require("competitor: residual", found.residual, "<=", close)
    prove("competitor: cost", found.cost, "<", problem.low)
    if not found.weights.size and not problem.outputs.any():
        return found.cost  # no label, and nothing that gives one
    worst = None
    for share in SHARES:
        try:
            total = sum_above(found.cost, _repair(problem, found, gates, share))
            prove("competitor: cost and repair", total, "<", problem.low)
            return float(total)
        except NotProved as open_question:
            worst = worst or open_question
            if problem.form == "gated":
                break
    raise worst


def _repair(problem, found, gates, share):
    active = np.ones(len(problem.masks), dtype=bool)
    if problem.form == "exact":
        active, thickness, lack = _cones(problem, found, gates, share)
    step = above(found.lack / np.sqrt(_gram_bound(problem, active)), 2)
    price = above(step * np.sqrt(active.sum()), 2)
    if problem.form == "exact":
        amounts = sum_above(lack, above(thickness * step, 1))
        price = sum_above(price, above(2 * amounts.sum(), len(amounts) + 1))
    return above(price * problem.size, 1) if problem.network == "normalized" else price


def _gram_bound(problem, active):
    """A lower bound of the smallest eigenvalue of ``(X X^T) o (M^T M)``, M the masks of the active blocks.

    Rows that nothing sees, and rows equal to another in data and masks, lack nothing of their own. Where the
    matrix is singular all the same, some rows depend on the others in every block: what the competitor lacks
    is made of the blocks, and where it is mended on the others it is mended there.
    """
    masks = problem.masks[active].astype(float)
    loud = problem.X.any(axis=1)
    if (loud & problem.masks.any(axis=0) & ~masks.any(axis=0)).any():
        raise NotProved("Gram matrix: a row that no block with a roomy cone sees")
    seen = np.hstack([problem.X, problem.masks.T])
    rows = np.flatnonzero(loud & masks.any(axis=0))
    rows = rows[np.unique(seen[rows], axis=0, return_index=True)[1]]
    try:
        return _smallest(problem.X[rows], masks[:, rows])
    except NotProved as open_question:
        every = problem.masks[:, rows].astype(int)
        kept = independent_in_gram(problem.X[rows], every.T @ every, "Gram matrix")
        if len(kept) == len(rows):
            raise open_question from None
        return _smallest(problem.X[rows[kept]], masks[:, rows[kept]])


def _smallest(X, masks):
    inner, error = product(X, X.T)
    both = masks.T @ masks  # whole numbers below 2^53: exact
    G = inner * both
    error = sum_above(above(error * both, 1), 2 * U * np.abs(G))  # the product, and the mean below
    return smallest_eigenvalue((G + G.T) / 2, norm_above(error.ravel()), "Gram matrix")


def _cones(problem, found, gates, share):
    """The active blocks, and for each cone how much of its interior point a unit step and the neurons need.

    With ``room_i = s_i x_i^T g`` of the interior point g, a step of norm t takes at most ``||x_i|| t`` from
    row i, and the stored neurons lack ``max(0, -s_i x_i^T w)``: so ``||g|| max_i (. / room_i)`` is the price.
    """
    if gates is None:
        raise NotProved("cones: without gates no interior point is known")
    loud, skip = problem.X.any(axis=1), problem.skip
    signs = np.where(problem.masks[skip:], 1.0, -1.0)[:, loud]
    X = problem.X[loud]
    values, errors = product(gates.T, X.T)
    room = below(signs * values - errors, 1)
    inside = (room > 0).all(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        sizes = norm_above(gates, axis=0)
        thin = above(sizes * above(norm_above(X, axis=1) / room, 1).max(axis=1, initial=0), 1)
    side, block = found.which
    lack = np.zeros(len(signs))
    for w, value, error, j in zip(found.weights, found.values, found.errors, block, strict=True):
        if j >= skip:
            outside = np.maximum(above(error[loud] - signs[j - skip] * value[loud], 1), 0)
            if not inside[j - skip]:  # no room for rounding: what is on the border, exactly, is not outside
                outside[signs[j - skip] * exact_signs(X, w[:, None])[:, 0] >= 0] = 0
            need = np.inf
            if inside[j - skip] or not outside.any():
                need = above(sizes[j - skip] * (outside / room[j - skip])[outside > 0].max(initial=0), 2)
            lack[j - skip] = max(lack[j - skip], need)
    require("skip block: how many negative parts", int(((side == 1) & (block < skip)).sum()), "<=", 0)
    most = np.quantile(thin[inside], share) if inside.any() else 0
    roomy = inside & (thin <= most)
    pad = np.zeros(skip)
    active = np.concatenate([np.ones(skip, dtype=bool), roomy])
    return active, np.concatenate([pad, np.where(roomy, thin, 0)]), np.concatenate([pad, lack])
