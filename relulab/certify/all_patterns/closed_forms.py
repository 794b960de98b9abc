"""Closed forms over all patterns: theorems, whose hypotheses are looked at in floating point.

A verdict carries the dual vector or the second interpolant that its theorem speaks of; `check` proves it.
"""

import numpy as np

from ...patterns.all_ones import all_ones_gate
from ...patterns.borders import signs_of
from ...patterns.sampling import Patterns
from ...solvers.arrays import norm
from ..verdicts import Verdict
from .evidence import OPEN

ROUNDING = 1e-10
NEARLY = 1e-14  # how far a row may be from the plant by rounding
SHORTER = 1e-6  # a label's size whose square is more than the rounding of a norm near 1


def _verdict(status, evidence, network, form, patterns, reason, dual=None, competitor=None):
    return Verdict(status, evidence, dual, competitor, 0.0, 0, network, form, patterns, reason)


def linear(plant, form):
    """What theorems say of a linear plant in the skip network over all patterns.

    Parameters
    ----------
    plant : Plant
        The planted problem.
    form : {"gated", "exact"}
        The program.

    Returns
    -------
    Verdict or None
        Not-unique, where one block can do what the plant does; whether something is cheaper is open then.
        Recovered for whitened data, and where a data row is along the plant. None where no theorem applies.
    """
    if not plant.X.any():
        return None
    X, w = plant.X / norm(plant.X), plant.weights[:, 0]
    sides = signs_of(X, w[:, None])[:, 0]
    if form == "exact":
        twin = w * (1 if (X @ w > 0).all() else -1 if (X @ w < 0).all() else 0)
    else:
        twin = all_ones_gate(X[sides != 0]) if sides.any() else np.zeros(len(w))
    if twin is not None and twin.any():
        return _hidden(X, w, twin, form)
    return _whitened(X, w, form, plant) or (along_a_row(plant, form) if form == "gated" else None)


def _hidden(X, w, twin, form):
    """A block with all rows that have a label: there the planted weights give the same labels."""
    loud = X.any(axis=1)
    rng, size = np.random.default_rng(0), np.abs(twin).max()
    near = twin
    while not (X[loud] @ near).all():  # off the walls of rows without a label
        near = twin + 1e-6 * size * rng.standard_normal(len(w))
    masks = (X @ near >= 0)[:, None]
    competitor = np.zeros((2, 2, len(w)))
    side = int(form == "exact" and (X @ w < 0).any())
    competitor[side, 1] = -w if side else w
    if form == "gated":
        competitor = competitor[0]
    block = "the all-ones block" if masks.all() else "a block that holds every row with a label"
    reason = f"in {block} the planted weights give the same output at the same cost; {OPEN}"
    S = Patterns(masks, near[:, None])
    return _verdict("not-unique", "all-ones", "skip", form, S, reason, competitor=competitor)


def _whitened(X, w, form, plant):
    n, d = X.shape
    y = X @ w
    white = X.T @ X if n >= d else X @ X.T
    in_range = n >= d or np.linalg.norm(X.T @ y - w) <= ROUNDING
    sizes = np.linalg.norm(X, axis=1)
    if form == "gated":
        ties = (np.abs(y[sizes > 0]) <= SHORTER).any()
    else:
        ties = (np.abs(y) <= ROUNDING * sizes).any()
    if np.linalg.norm(white - np.eye(len(white))) > ROUNDING or not in_range or ties:
        return None
    reason = "whitened data: without an all-ones pattern every norm ||X^T D_j X w|| is below 1"
    if form == "exact":
        reason = "whitened data and labels of both signs: X w is a certificate over all cones"
    S = Patterns((y > 0)[:, None], w[:, None])
    return _verdict("recovered", "closed-form", "skip", form, S, reason, dual=y / norm(plant.X))


def along_a_row(plant, form):
    """What a row along a linear plant says in the skip network; None where there is none.

    With ``w = c x_i`` the dual vector ``e_i / ||x_i||`` shows w or nothing on every block: each solution
    is shares of w on some blocks, and rows with a label let only the skip block have one if there is no twin.
    In the exact form only a neuron along w can have a share, and labels of the opposite sign forbid it.

    Parameters
    ----------
    plant : Plant
        The planted problem.
    form : {"gated", "exact"}
        The program.

    Returns
    -------
    Verdict or None
    """
    X, w = plant.X, plant.weights[:, 0]
    powers = np.frexp(np.abs(X).max(axis=1, initial=0))[1]
    rows = np.ldexp(X, -powers[:, None])
    sizes = np.linalg.norm(rows, axis=1)
    along = np.divide(rows @ w, sizes, out=np.zeros_like(sizes), where=sizes > 0)
    i = int(np.abs(along).argmax())
    if np.linalg.norm(rows[i] - along[i] * sizes[i] * w) > NEARLY * sizes[i]:
        return None
    if form == "exact" and not (signs_of(X, plant.weights) == -np.sign(along[i])).any():
        return None
    dual = np.zeros(len(X))
    dual[i] = np.ldexp(np.sign(along[i]) / sizes[i], -powers[i])
    reason = f"row {i} is along the plant: it proves the plant a solution, and no block has every labeled row"
    if form == "exact":
        reason = (
            f"row {i} is along the plant: only a neuron there could share, and labels of both signs forbid it"
        )
    S = Patterns((X @ w >= 0)[:, None], w[:, None])
    return _verdict("recovered", "closed-form", "skip", form, S, reason, dual=dual)


def one_normalized(plant, form):
    """One normalized neuron is the only solution if and only if its active rows span the rows of X.

    Parameters
    ----------
    plant : Plant
        The planted problem.
    form : {"gated", "exact"}
        The program.

    Returns
    -------
    Verdict or None
        None for several neurons, and for ties.
    """
    network = "normalized"
    if plant.weights.shape[1] > 1:
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
