"""Proves from a dual vector that the plant is the only solution, or one of them.

The certificate theorem with errors. Let the planted blocks B have full column rank, and let a stored vector
miss the equations ``B^T dual = h`` by r. Then ``dual + B (B^T B)^-1 r`` meets them, at a distance of at most
``||T^T r|| / sqrt(1 - defect)`` from the stored one (`rounding.Basis`). If on every other block the stored
vector reaches less than 1 by more than that distance can add, the plant is the unique solution.
"""

import numpy as np

from .arithmetic import NotProved, prove, require
from .exactly import independent_rows
from .rounding import Basis, U, above, norm_above, product, sum_above

MET = 1e-8  # what stored evidence may miss; a proof repairs rounding, not a wrong vector


def prove_recovered(problem, dual, multipliers=None, exempt=()):
    """An upper bound, below 1, of how far a dual vector that meets the planted equations reaches elsewhere.

    Parameters
    ----------
    problem : Problem
        The problem.
    dual : ndarray, shape (n,)
        The stored dual vector, for the scaled rows.
    multipliers : dict, optional
        For (block, side) of the exact form the ``m >= 0`` (n,) that shorten ``side A_j^T dual + C_j^T m``.
    exempt : collection of int
        Blocks off the plant that are known to reach no further than 1.
    """
    require("planted blocks: the smallest index", min(problem.home), ">=", 0)
    require("planted patterns: how many are distinct", len(set(problem.home)), ">=", problem.k)
    shift = planted_distance(problem, dual)
    bounds = _normalized_bounds if problem.network == "normalized" else _bounds
    reach = 0.0
    for (j, side), bound in bounds(problem, dual, shift, multipliers or {}, exempt):
        prove(f"block {j}, side {side}: ||A_j^T dual||", bound, "<", 1)
        reach = max(reach, bound)
    return float(reach)


def planted_distance(problem, dual, on=True, columns=slice(None)):
    """How far the nearest vector that meets the planted equations exactly can be, moved on some rows only.

    `columns` are those that must be met, where they imply the others.
    """
    h, error = (a[:, columns].ravel() for a in problem.targets())
    B = np.hstack([problem.X[:, columns] * (problem.masks[j] & on)[:, None] for j in problem.home])
    try:
        basis = Basis(B, "planted blocks")
    except NotProved:
        if problem.network != "normalized":
            raise
        if problem.k == 1 and (distance := _output_distance(problem, dual)) is not None:
            return distance
        B, h, error = _ranges(problem, h, error)
        basis = Basis(B, "planted blocks")
    value, rounding = product(B.T, dual)
    r = h - value
    error = sum_above(error, rounding, U * np.abs(r))
    lack, rounding = product(basis.T.T, r)
    carried = above(np.abs(basis.T.T) @ error, len(error))
    _require_met(lack if problem.network == "normalized" else r)
    return basis.longest(norm_above(sum_above(np.abs(lack), rounding, carried)))


def _ranges(problem, h, error):
    """The equations of normalized blocks once more, ``P (dual - f) = 0`` with columns that span the range.

    Where the rows of a block are independent, the range is all of them, and ``dual = f`` there. Otherwise
    the equations of columns on which the others depend imply the others.
    """
    n, d = problem.X.shape
    spans, wanted, errors = [], [], []
    for i, j in enumerate(problem.home):
        own = problem.masks[j]
        try:
            Basis(problem.X[own].T, f"rows of block {j}")
            spans.append(np.eye(n)[:, own])
            wanted.append(problem.signs[i] * problem.outputs[i, own])
            errors.append(problem.output_errors[i, own])
        except NotProved:
            kept = independent_rows((problem.X * own[:, None]).T, f"block {j}")
            spans.append((problem.X * own[:, None])[:, kept])
            wanted.append(h.reshape(-1, d)[i, kept])
            errors.append(error.reshape(-1, d)[i, kept])
    return np.hstack(spans), np.concatenate(wanted), np.concatenate(errors)


def _output_distance(problem, dual):
    """One normalized neuron: a vector that equals its output on its rows meets the equations, at any rank.

    None for another one, which may meet them too.
    """
    own = problem.masks[problem.home[0]]
    off = np.where(own, problem.y - dual, 0)
    if not np.linalg.norm(off) <= MET:
        return None
    return norm_above(sum_above(np.abs(off), U * np.abs(off), problem.error))


def _require_met(r):
    require("planted equations: ||A_J^T dual - g||", np.linalg.norm(r), "<=", MET)


def _bounds(problem, dual, shift, multipliers, exempt):
    """Plain and skip: all ``||X^T D_j dual||``, each a sum of n products a coordinate; in the exact form,
    where that is too long, ``||X^T (side D_j dual + s_j m)||`` with the signs s_j of the pattern's rows."""
    X = problem.X
    Q = (problem.masks * dual) @ X
    _, rounding = product(np.abs(dual), np.abs(X))
    moved = above(problem.size * shift, 1)
    norms = sum_above(norm_above(Q, axis=1), norm_above(rounding), moved)
    for j, side in problem.others():
        if j in exempt:
            continue
        bound = norms[j]
        if bound >= 1 and (j, side) in multipliers:
            v, off = _lifted(problem, dual, j, side, multipliers[j, side])
            q, rounding = product(v, X)
            carried = above(off @ np.abs(X), len(off))
            bound = sum_above(norm_above(q), norm_above(sum_above(rounding, carried)), moved)
        yield (j, side), bound


def _lifted(problem, dual, j, side, m):
    """``side D_j dual + s_j m`` and what its two roundings can change."""
    mask = problem.masks[j]
    v = side * np.where(mask, dual, 0) + np.where(mask, m, -m)
    return v, above(U * np.abs(v), 1)


def _normalized_bounds(problem, dual, shift, multipliers, exempt):
    """Normalized: ``||P_j dual||``, P_j the projection onto range(D_j X), by the cheapest bound that will do.

    ``||D_j dual||`` bounds it; in the exact form so does the part of ``side D_j dual`` that is positive, with
    the rest as multipliers on the block's own rows. Otherwise a verified basis of the range is needed, and
    with multipliers ``||T^T X^T (side D_j dual + s_j m)||``, T the basis' triangle.
    """
    bases = {}
    X = problem.X
    for j, side in problem.others():
        if j in exempt:
            continue
        own = problem.masks[j]
        part = dual[own] if problem.form == "gated" else np.maximum(side * dual[own], 0)
        bound = sum_above(norm_above(part), shift)
        if bound >= 1:
            if j not in bases:
                basis, columns = range_basis(X[own], f"block {j}")
                bases[j] = basis, columns, sum_above(basis.projected(dual[own]), shift)
            basis, columns, projected = bases[j]
            bound = min(bound, projected)
            full = len(columns) == X.shape[1]  # else weights that the block does not see may leave its cone
            if bound >= 1 and full and (j, side) in multipliers:
                v, off = _lifted(problem, dual, j, side, multipliers[j, side])
                bound = sum_above(_pulled(X, basis, v, off), shift)
        yield (j, side), bound


def range_basis(B, what):
    """A `Basis` of the range of B, and the columns that it is made of: independent ones."""
    try:
        return Basis(B, what), np.arange(B.shape[1])
    except NotProved as open_question:
        columns = independent_rows(B.T, what)
        if len(columns) == B.shape[1]:
            raise open_question from None
        return Basis(B[:, columns], what), columns


def _pulled(X, basis, v, off):
    """A bound of ``||T^T X^T v|| / sqrt(1 - defect)``: two products, each with its errors carried on."""
    q, rounding = product(v, X)
    error = sum_above(rounding, above(off @ np.abs(X), len(off)))
    t, rounding = product(q, basis.T)
    error = sum_above(rounding, above(error @ np.abs(basis.T), len(error)))
    return basis.longest(norm_above(sum_above(np.abs(t), error)))
