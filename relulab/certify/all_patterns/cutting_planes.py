"""Cutting planes: the decision over a sample that grows by the patterns on which its dual vector fails.

They can prove a failure, and never recovery.
"""

import numpy as np

from ...blocks import cones
from ...blocks.blocks import Blocks
from ...patterns.sampling import Patterns, distinct_columns, sample_patterns
from ..sampled import decide_over


def cutting_planes(plant, network, form, iterations, rng=0, rounds=30):
    """Decide over a sample; while it is recovered, add patterns on which the dual vector breaks its bound.

    Parameters
    ----------
    plant : Plant
        The planted problem.
    network, form, iterations
        As for `decide`.
    rng : numpy.random.Generator or int
        Source of randomness.
    rounds : int
        How often patterns are added.

    Returns
    -------
    Verdict
        Over the patterns that were added; a recovered one is undecided over all.
    """
    rng = np.random.default_rng(rng)
    include = None if plant.kind == "linear" else plant.weights
    S = sample_patterns(plant.X, include=include, rng=rng)
    for _ in range(rounds):
        verdict = decide_over(plant, S, network, form, iterations)
        if verdict.status != "recovered":
            break
        gates = violators(plant.X, verdict.dual, network, form, rng)
        masks = np.hstack([S.array, plant.X @ gates >= 0])
        keep = distinct_columns(masks)
        if len(keep) == S.p:
            reason = f"recovered over {S.p} patterns, and no violator found: this is not a certificate"
            return verdict.withdrawn(reason)
        S = Patterns(masks[:, keep], np.hstack([S.gates, gates])[:, keep])
    if verdict.status == "recovered":
        reason = f"still recovered over {S.p} patterns after {rounds} rounds: this is not a certificate"
        verdict = verdict.withdrawn(reason)
    return verdict


def violators(X, dual, network, form, rng, starts=20, sweeps=15):
    """Gates of patterns whose block norm ``||A_j^T dual||`` is 1 or more, found by line sweeps.

    From a random gate, the line in a random direction passes through n + 1 patterns; the best is kept and the
    next direction tried. For plain and skip networks all norms along a line come from one cumulative sum.

    Parameters
    ----------
    X : ndarray, shape (n, d)
        The data.
    dual : ndarray, shape (n,)
        The dual vector.
    network, form
        As for `decide`.
    rng : numpy.random.Generator
        Source of randomness.
    starts, sweeps : int
        How many gates to start from, and lines for each.

    Returns
    -------
    ndarray, shape (d, m)
        The gates; m may be 0.
    """
    found = []
    for _ in range(starts):
        u = rng.standard_normal(X.shape[1])
        for _ in range(sweeps):
            u, largest = _best_on_line(X, dual, network, u, rng.standard_normal(X.shape[1]))
        if largest >= 1 and _breaks(X, dual, network, form, u):
            found.append(u)
    return np.array(found).T.reshape(X.shape[1], len(found))


def _best_on_line(X, dual, network, u, v):
    """The gate on the line u + t v whose pattern has the largest block norm, and that norm."""
    speed = X @ v
    moving = np.abs(speed) > 1e-300
    times = np.where(moving, -(X @ u) / np.where(moving, speed, 1), np.inf)
    order = np.argsort(times)[: moving.sum()]
    cuts = times[order]
    middles = np.r_[cuts[:1] - 1, (cuts[1:] + cuts[:-1]) / 2, cuts[-1:] + 1]
    if network == "normalized":
        picked = middles[:: max(1, len(middles) // 12)]
        norms = [_norm(X, dual, network, X @ (u + t * v) >= 0) for t in picked]
        return u + picked[int(np.argmax(norms))] * v, max(norms)
    contributions = dual[:, None] * X
    start = contributions[X @ (u + middles[0] * v) >= 0].sum(axis=0)
    steps = np.sign(speed[order])[:, None] * contributions[order]
    norms = np.linalg.norm(np.vstack([start, start + np.cumsum(steps, axis=0)]), axis=1)
    best = int(norms.argmax())
    return u + middles[best] * v, norms[best]


def _norm(X, dual, network, mask):
    return Blocks(X, mask[:, None], network).norms(dual)[-1] if mask.any() else 0.0


def _breaks(X, dual, network, form, u):
    """Whether the bound is broken on this pattern: by the norm, or by what is left of it in the cone."""
    mask = X @ u >= 0
    if form == "gated":
        return _norm(X, dual, network, mask) >= 1
    blocks = Blocks(X, mask[:, None], network if network == "normalized" else "plain")
    return cones.largest_norm(blocks, dual, form) >= 1
