"""How far prices of several outputs reach on a block, from above: spectral norms, and meshes of directions.

A gated neuron of block j gains at most the largest singular value of ``Q = A_j^T L``. A ReLU neuron gains at
most the longest of all ``h(v)``, v a direction of the outputs, h(v) the reach of the prices ``L v`` on its
cone, which stored multipliers bound. h is convex and positively homogeneous: between directions v_i it is at
most ``||g||`` for any g with ``V g >= h``. The mesh begins with the orthants; where the evidence knows a
direction between two corners of a part, the part is halved there. Directions are whole numbers, so nothing
falls between two parts.
"""

from itertools import combinations, product

import numpy as np

from .arithmetic import NotProved
from .rounding import U, above, norm_above, sum_above
from .rounding import product as rounded_product

ROOM = 1e-12  # what is added to the lengths, so that g stays above them after rounding
LARGEST = 2.0**52  # whole numbers below it are exact


def spectral_above(Q, error):
    """An upper bound of the largest singular value of a matrix within `error`, entry by entry, of Q.

    ``Q = F + (Q - F)`` with ``F = L S R`` from a computed decomposition, whose factors are orthogonal but for
    a defect that is computed.
    """
    left, sizes, right = np.linalg.svd(Q, full_matrices=False)
    near, rounding = rounded_product(left * sizes, right)
    rounding = sum_above(rounding, above(np.abs(left * sizes) @ np.abs(right) * U, len(sizes) + 2))
    rest = sum_above(np.abs(Q - near), U * np.abs(Q - near), rounding, error)
    longest = sizes.max(initial=0.0)
    for factor in (left.T, right):
        gram, wrong = rounded_product(factor, factor.T)
        off = gram - np.eye(len(gram))
        defect = norm_above(sum_above(np.abs(off), U * np.abs(off), wrong))
        longest = above(longest * np.sqrt(above(1 + defect, 1)), 2)
    return float(sum_above(longest, norm_above(rest)))


def mesh_above(stored, lengths, c):
    """An upper bound of h over all directions of norm 1.

    Parameters
    ----------
    stored : container of tuple of int
        The directions that the evidence knows.
    lengths : callable
        An upper bound of h at one of them.
    c : int
        The number of outputs.
    """
    axes, known, most = np.eye(c, dtype=int), {}, 0.0
    for signs in product((1, -1), repeat=c):
        parts = [[tuple((s * e).tolist()) for s, e in zip(signs, axes, strict=True)]]
        while parts:
            part = parts.pop()
            split = next(((a, b, v) for a, b, v in _halves(part) if v in stored), None)
            if split is not None:
                a, b, half = split
                parts += [[half if i == k else v for i, v in enumerate(part)] for k in (a, b)]
                continue
            for v in part:
                if v not in stored:
                    raise NotProved(f"the mesh lacks the direction {v}")
                known.setdefault(v, lengths(v))
            most = max(most, _longest(part, [known[v] for v in part]))
    return most


def _halves(part):
    for a, b in combinations(range(len(part)), 2):
        yield a, b, _between(part[a], part[b])


def _between(v, w):
    """The sum of two directions, the shorter one doubled until it is more than half as long."""
    v, w = sorted((v, w))
    one, other = (sum(x * x for x in u) for u in (v, w))
    while 4 * one <= other:
        v, one = tuple(2 * x for x in v), 4 * one
    while 4 * other <= one:
        w, other = tuple(2 * x for x in w), 4 * other
    return tuple(x + y for x, y in zip(v, w, strict=True))


def _longest(part, lengths):
    """The least ``||g||`` of some g with ``V g >= lengths``, which is verified of each."""
    V, h, least = np.array(part, dtype=float), np.array(lengths), np.inf
    if np.abs(V).max() >= LARGEST:
        raise NotProved("a direction of the mesh is no exact whole number")
    for size in range(1, len(V) + 1):
        for few in combinations(range(len(V)), size):
            g = np.linalg.pinv(V[list(few)]) @ (h[list(few)] + ROOM * h.max())
            reached, error = rounded_product(V, g)
            if (reached - error >= above(h, 1)).all():
                least = min(least, float(norm_above(g)))
    if not np.isfinite(least):
        raise NotProved("a part of the mesh is too thin for its bound")
    return least
