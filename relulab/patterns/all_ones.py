"""Is there a u with x_i^T u > 0 on every row? Then the all-ones pattern exists, `D_j X = X`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .. import _checks
from ..solvers.inverses import inverse

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

SHARED = 24  # first steps, which share one Hessian
TAME = 1e-200, 1e200  # squares between these neither overflow nor vanish


def unit_rows(X):
    """Rows of X scaled to length one (no overflow), zero rows left out."""
    squares = np.vecdot(X, X)
    if squares.min(initial=1) > TAME[0] and squares.max(initial=1) < TAME[1]:
        return X / np.sqrt(squares)[:, None]
    size = np.abs(X).max(axis=1)
    if not size.all():
        X, size = X[size > 0], size[size > 0]
    rows = X / size[:, None]
    return rows / np.sqrt(np.vecdot(rows, rows))[:, None]


def all_ones_gate(X):
    """A vector u with x_i^T u > 0 for every nonzero row, or None where there is none."""
    return all_ones_gates([X])[0]


def all_ones_gates(data, steps=50):
    """For each data matrix a vector u with x_i^T u > 0 on every nonzero row, or None where there is none.

    Logistic regression with all labels equal settles nearly every case by a certificate of one kind or the
    other: it separates (u is found), or its residuals m > 0 satisfy X^T m = 0, so that no u can make every
    x_i^T u positive (Gordan). What it leaves open is decided by linear programming. Matrices of equal shape
    go together; steps are taken in float32, certificates made exact in float64.
    """
    rows = [unit_rows(X) for X in data]
    gates, shapes = [None] * len(data), {}
    for i, own in enumerate(rows):
        shapes.setdefault(own.shape, []).append(i)
    for places in shapes.values():
        R = np.stack([rows[i] for i in places])
        found = _separated(R) if R.shape[1] <= R.shape[2] else {}
        if len(found) < len(R):
            found = _by_regression(R, steps) | found
        for i, place in enumerate(places):
            gates[place] = found[i] if i in found else _all_ones_by_lp(R[i])
    return gates


def _separated(R):
    """The shortest u with R u = 1, where it is one: fewer rows than dimensions."""
    n, d = R.shape[1:]
    if n == 0:
        return dict.fromkeys(range(len(R)), np.zeros(d))
    gram = R @ R.swapaxes(1, 2) + 1e-14 * np.eye(n)
    u = R.swapaxes(1, 2) @ np.linalg.solve(gram, np.ones((len(R), n, 1)))
    return {i: u[i, :, 0] for i in np.flatnonzero((R @ u).min(axis=(1, 2)) > 0)}


@np.errstate(over="ignore", invalid="ignore")  # what float32 proposes is made certain, or left to the LP
def _by_regression(R, steps):
    """What logistic regression settles: number -> u, or None where weights m exclude it.

    The first steps are cheap: they share the Hessian at u = 0, which bounds all others, and gain momentum.
    Newton's follow.
    """
    found, d = {}, R.shape[2]
    Rs, u = R.astype(np.float32), np.zeros((len(R), d, 1), dtype=np.float32)
    last, places, outputs, flat = u, np.arange(len(R)), Rs @ u, np.full((len(R), 1, 1), np.float32(0.25))
    metric = inverse(Rs.swapaxes(1, 2) @ Rs / 4, 1e-7)
    for step in range(steps):
        m = 1 / (1 + np.exp(np.clip(outputs, -30, 30)))
        curvature = flat
        if step >= SHARED:
            curvature = m * (1 - m)
            metric = inverse((Rs * curvature).swapaxes(1, 2) @ Rs, 1e-7)
        move = metric @ (Rs.swapaxes(1, 2) @ m)
        moves = Rs @ move
        new = u + move * (30 / np.maximum(np.abs(moves).max(axis=1, keepdims=True), 30))
        u, last = new + (step / (step + 3) if step < SHARED else 0) * (new - last), new
        positive = (m - curvature * moves).min(axis=(1, 2)) > 0
        outputs = Rs @ u
        separated = outputs.min(axis=(1, 2)) > 0
        for i in np.flatnonzero(positive | separated):
            if places[i] not in found:
                exact = u[i].astype(np.float64)
                if separated[i] and (R[places[i]] @ exact).min() > 0:
                    found[places[i]] = exact[:, 0]
                elif positive[i] and _excluded(R[places[i]], m[i], curvature[i], metric[i]):
                    found[places[i]] = None
        if len(found) == len(R):
            break
        if step >= SHARED - 1:  # from here on a step costs more than leaving out what is settled
            left = np.array([place not in found for place in places])
            places, Rs, u, last, outputs = places[left], Rs[left], u[left], last[left], outputs[left]
    return found


def _excluded(R, m, curvature, metric):
    """Whether the residuals m of logistic regression, made exact, are positive weights with R^T m = 0."""
    m, curvature = m.astype(np.float64), curvature.astype(np.float64)
    for _ in range(5):
        rest = R.T @ m
        if np.linalg.norm(rest) < 1e-12 * m.sum():
            return m.min() > 0
        m = m - curvature * (R @ (metric @ rest.astype(metric.dtype)))
    return False


def _all_ones_by_lp(rows):
    """Maximize t subject to x_i^T u >= t and |u| <= 1; the answer counts only if u really does it."""
    from scipy.optimize import linprog

    n, d = rows.shape
    answer = linprog(
        np.r_[np.zeros(d), -1.0],
        A_ub=np.hstack([-rows, np.ones((n, 1))]),
        b_ub=np.zeros(n),
        bounds=[(-1, 1)] * d + [(None, 1)],
        method="highs-ds",
    )
    if answer.status != 0:
        raise RuntimeError(f"the linear program for the all-ones pattern failed: {answer.message}")
    u = answer.x[:d]
    return u if (rows @ u).min() > 1e-12 else None


def has_all_ones(X: ArrayLike) -> bool:
    """Tell whether some u has x_i^T u > 0 on every nonzero row.

    Then the all-ones pattern exists, `D_j X = X`, and a linear neuron can hide in that block.

    Parameters
    ----------
    X : array_like, shape (n, d)
        The data.

    Returns
    -------
    bool
        Decided by a certificate: such a u, or weights m > 0 with ``X^T m = 0`` that exclude it. Where
        neither turns up, by a linear program.

    Raises
    ------
    ValueError
        For data that are not a matrix of finite real numbers.

    Examples
    --------
    >>> import relulab as rl
    >>> rl.has_all_ones([[1.0, 0.0], [0.0, 1.0]]), rl.has_all_ones([[1.0, 0.0], [-1.0, 0.0]])
    (True, False)
    """
    return all_ones_gate(_checks.data(X)) is not None
