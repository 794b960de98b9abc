"""What a verdict over all patterns needs besides its dual vector or competitor, from the definitions."""

from math import comb

import numpy as np

from .arithmetic import AuditError, require

ROUNDING = 1e-9
EPS = 2.0**-52


def check_realized(X, masks, gates):
    """Patterns are real: each gate lies strictly inside its cell."""
    outputs = X @ (gates / np.maximum(np.linalg.norm(gates, axis=0), 1e-300))
    loud = X.any(axis=1)
    sizes = np.linalg.norm(X[loud], axis=1)[:, None]
    signed = np.where(masks[loud], outputs[loud], -outputs[loud]) / sizes
    require("patterns: their gates' distance from the cells' walls", signed.min(initial=1), ">", 0)
    if not masks[~loud].all():
        raise AuditError("patterns: zero rows must be active")


def check_complete(X, masks, gates):
    """Patterns are all there: as many as Cover counts, or as many as hyperplane after hyperplane cuts out."""
    check_realized(X, masks, gates)
    distinct = len({column.tobytes() for column in np.ascontiguousarray(masks.T)})
    require("patterns: how many are distinct", distinct, ">=", masks.shape[1])
    rows = _distinct_directions(X)
    n, rank = len(rows), np.linalg.matrix_rank(rows)
    cells = masks.shape[1] + int(masks.all(axis=0).any())
    cover = 2 * sum(comb(n - 1, k) for k in range(min(n, rank)))
    if cells != cover:
        require("patterns: how many there are", cells, ">=", _count_cells(rows))


def _distinct_directions(X):
    """Unit rows, zero ones and those parallel to an earlier one left out."""
    kept = []
    for x in X[X.any(axis=1)]:
        x = x / np.linalg.norm(x)
        if all(min(np.linalg.norm(x - other), np.linalg.norm(x + other)) > ROUNDING for other in kept):
            kept.append(x)
    return np.array(kept)


def _count_cells(rows):
    """The number of cells: a new hyperplane cuts as many of them as the others cut it into pieces."""
    if len(rows) == 0:
        return 1
    last, rest = rows[-1], rows[:-1]
    onto = rest - np.outer(rest @ last, last)
    onto = onto[np.linalg.norm(onto, axis=1) > ROUNDING]
    return _count_cells(rest) + _count_cells(_distinct_directions(onto))


def check_theorem(problem):
    """The hypotheses of the closed form that decides recovery over all patterns."""
    if problem.network == "normalized":
        return _check_active_rows_span(problem)
    if problem.network != "skip" or problem.kind != "linear":
        raise AuditError("closed form: there is none for this plant and network")
    X, w = problem.X, problem.neurons[0]
    white = X.T @ X if len(X) >= X.shape[1] else X @ X.T
    size = white[0, 0]
    require(
        "whitened data: ||X^T X - c I||", np.linalg.norm(white - size * np.eye(len(white))), "<=", ROUNDING
    )
    y = X @ w
    if problem.form == "exact":
        require("labels: the largest", y.max(), ">", ROUNDING * size)
        require("labels: the smallest", y.min(), "<", -ROUNDING * size)
        return True
    sizes = np.linalg.norm(X, axis=1)
    share = np.abs(y[sizes > 0]) / sizes[sizes > 0]
    require("labels: the smallest |x_i^T w|", share.min(), ">", 1e-12)
    return _check_no_all_ones(X)


def check_along_a_row(problem):
    """Given a row along the plant: no u is positive on every row with a label; some label is opposite."""
    X = problem.X[problem.X.any(axis=1)]
    if problem.form == "exact":
        y = problem.X @ problem.neurons[0]
        i = np.abs(y).argmax()
        return require(
            "labels with the sign opposite to the row's", -(y * np.sign(y[i])).min(), ">", ROUNDING
        )
    X = X / np.linalg.norm(X, axis=1, keepdims=True)
    labeled = np.abs(X @ problem.neurons[0]) > 8 * EPS * np.sqrt(X.shape[1])
    return _check_no_all_ones(X[labeled])


def _check_no_all_ones(X):
    """Weights m >= 0, not all zero, with X^T m = 0: no u has x_i^T u > 0 on every row (Gordan)."""
    from scipy.optimize import nnls

    rows = X[X.any(axis=1)]
    rows = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    m = nnls(np.vstack([rows.T, np.ones(len(rows))]), np.r_[np.zeros(rows.shape[1]), 1.0])[0]
    require("all-ones pattern: sum of the weights that exclude it", m.sum(), ">", 0.5)
    require("all-ones pattern: ||X^T m||", np.linalg.norm(rows.T @ m), "<=", ROUNDING)
    return True


def _check_active_rows_span(problem):
    """One normalized neuron is alone where its active rows span all rows."""
    require("planted neurons", problem.k, "<=", 1)
    X, active = problem.X, problem.X @ problem.neurons[0] > 0
    rank, own = np.linalg.matrix_rank(X), np.linalg.matrix_rank(X[active])
    require("active rows: their rank", own, ">=", rank)
    return True
