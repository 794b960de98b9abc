"""The decision over every pattern of the data: closed forms, enumeration, cutting planes."""

from dataclasses import replace

import numpy as np

from ..blocks import cones
from ..blocks.blocks import Blocks
from ..patterns.all_ones import all_ones_gate
from ..patterns.enumeration import enumerate_patterns
from ..patterns.sampling import Patterns, count_patterns, distinct_columns, sample_patterns
from ..solvers.arrays import norm
from .exact_network.door import decide_exact
from .problems import WORTHWHILE
from .sampled import decide_over
from .verdicts import Verdict

ENUMERABLE = 20_000_000  # patterns x n x d up to which they are all written down
ROUNDING = 1e-10


def decide_all(plant, network, form, iterations, rng=0, rounds=30):
    """Decide a plant over all patterns of its data; see `decide` with ``S="all"``.

    Parameters
    ----------
    plant : Plant
        The planted problem, without noise.
    network, form, iterations
        As for `decide`.
    rng : numpy.random.Generator or int
        Source of randomness of the cutting planes.
    rounds : int
        How often cutting planes are added.

    Returns
    -------
    Verdict
        From a closed form, where one applies; from all patterns, where there are few enough; else from
        cutting planes, which can prove failure and never recovery.
    """
    known = _linear(plant, network, form) or _one_normalized(plant, network, form)
    tie = known is not None and known.status == "not-unique" and known.dual is None
    if known and not (tie and known.evidence == "all-ones"):
        return known
    if form == "exact" and network != "normalized":
        verdict = decide_exact(plant, network, rng=rng)
        if verdict.status not in ("undecided", "not-unique"):
            return verdict
        known = known or (verdict if verdict.status == "not-unique" else None)
    if known:  # a tie: is something cheaper?
        return _enumerated(plant, network, form, iterations, WORTHWHILE) or known
    return _enumerated(plant, network, form, iterations) or _cutting_planes(
        plant, network, form, iterations, rng, rounds
    )


def _verdict(status, evidence, network, form, patterns, reason, dual=None, competitor=None):
    return Verdict(status, evidence, dual, competitor, 0.0, 0, network, form, patterns, reason)


def _linear(plant, network, form):
    """A linear plant and the skip network: the all-ones pattern, and whitened data."""
    if network != "skip" or plant.kind != "linear" or not plant.X.any():
        return None
    scale = norm(plant.X)
    X, w = plant.X / scale, plant.weights[:, 0]
    n, d = X.shape
    y = X @ w
    one_sign = 1 if (y > 0).all() else -1 if (y < 0).all() else 0
    gate = all_ones_gate(X) if form == "gated" else one_sign * w if one_sign else None
    if gate is not None:
        S = Patterns(np.ones((n, 1), dtype=bool), gate[:, None])
        return replace(decide_over(plant, S, network, form), patterns=S)
    white = X.T @ X if n >= d else X @ X.T
    in_range = n >= d or np.linalg.norm(X.T @ y - w) <= ROUNDING
    ties = (np.abs(y) <= ROUNDING * np.linalg.norm(X, axis=1)).any()
    if np.linalg.norm(white - np.eye(len(white))) > ROUNDING or not in_range or ties:
        return None
    reason = "whitened data: without an all-ones pattern every norm ||X^T D_j X w|| is below 1"
    if form == "exact":
        reason = "whitened data and labels of both signs: X w is a certificate over all cones"
    S = Patterns((y > 0)[:, None], w[:, None])
    return _verdict("recovered", "closed-form", network, form, S, reason, dual=y / scale)


def _one_normalized(plant, network, form):
    """One normalized neuron is the only solution if and only if its active rows span the rows of X."""
    if network != "normalized" or plant.weights.shape[1] > 1:
        return None
    X, w = plant.X / norm(plant.X), plant.weights[:, 0]
    output = X @ w
    loud = X.any(axis=1)
    if (np.abs(output[loud]) <= ROUNDING * np.linalg.norm(X[loud], axis=1)).any():
        return None
    own = Patterns((output >= 0)[:, None], w[:, None])
    active = output > 0
    if np.linalg.matrix_rank(X[active]) == np.linalg.matrix_rank(X):
        reason = "the planted neuron's active rows span all rows: no other pattern can give its output"
        return _verdict("recovered", "closed-form", network, form, own, reason, dual=plant.y)
    edge, gate = _neighbor(X, w, active)
    masks = np.column_stack([own.array[:, 0], X @ gate >= 0])
    competitor = np.zeros((2, 2, len(w)))
    competitor[0 if plant.signs[0] > 0 else 1, 1] = edge / np.linalg.norm(np.maximum(plant.X @ w, 0))
    if form == "gated":
        competitor = competitor[0] - competitor[1]
    reason = "the active rows leave a direction free: a neighboring pattern gives the same output"
    S = Patterns(masks, np.column_stack([w, gate]))
    return _verdict(
        "not-unique", "closed-form", network, form, S, reason, dual=plant.y, competitor=competitor
    )


def _neighbor(X, w, active):
    """Move w, its active outputs fixed, to the wall of its cell: that point, and a gate just behind it."""
    _, s, Vt = np.linalg.svd(X[active]) if active.any() else (None, np.zeros(0), np.eye(X.shape[1]))
    free = Vt[(s > ROUNDING * max(s.max(initial=0), 1)).sum() :]
    z = free[np.linalg.norm(X @ free.T, axis=0).argmax()]
    silent = np.flatnonzero(~active & (np.abs(X @ z) > ROUNDING))
    times = -(X[silent] @ w) / (X[silent] @ z)
    first = np.abs(times).argmin()
    if times[first] < 0:
        z, times = -z, -times
    later = np.sort(times[times > times[first] * (1 + 1e-9)])
    behind = (times[first] + later[0]) / 2 if later.size else 2 * times[first]
    return w + times[first] * z, w + behind * z


def _enumerated(plant, network, form, iterations, limit=np.inf):
    n, d = plant.X.shape
    most = count_patterns(n, min(n, d, int(np.linalg.matrix_rank(plant.X)) or 1))
    if most * n * d > min(limit, ENUMERABLE):
        return None
    S = enumerate_patterns(plant.X)
    return decide_over(plant, S, network, form, iterations)


def _cutting_planes(plant, network, form, iterations, rng, rounds):
    """Decide over a sample; while it is recovered, add patterns on which the dual vector breaks its bound."""
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
            return replace(
                verdict, status="undecided", evidence=None, dual=None, margin=np.nan, reason=reason
            )
        S = Patterns(masks[:, keep], np.hstack([S.gates, gates])[:, keep])
    if verdict.status == "recovered":
        reason = f"still recovered over {S.p} patterns after {rounds} rounds: this is not a certificate"
        verdict = replace(verdict, status="undecided", evidence=None, dual=None, margin=np.nan, reason=reason)
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
