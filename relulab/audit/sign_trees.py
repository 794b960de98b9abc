"""Proves recovery over all patterns from a tree of signs: walks it once, searches nothing.

Let ``X^T lam = w / ||w||``. A gate u gives ``2 X^T D(u) lam = w / ||w|| + sum_l s_l(u) a_l``, one signed
vector a_l for each line on which rows lie. If that is shorter than 2 for every u off the walls, the plant is
the only solution over all patterns, in the gated and in the exact program. The tree sets one sign after the
other; every leaf k signs deep, with c the sum so far, must have

* a bound: for alpha > 0, ``M = sum_{l >= k} a_l a_l^T / alpha_l`` and any s with ``H = I - M / s > 0``, no
  square of a length is above ``s sum(alpha) + c^T H^{-1} c``; or
* a circuit: a positive combination of its signed rows (or of all of them turned) is zero, so that no u has
  these signs.

A tree whose leaves all have one covers every u. It is stored level by level, one bit a node: is it split?

For k planted ReLU neurons let ``X^T D_i lam = g_i``, their directions with their output signs, on their
patterns D_i. Then ``2 X^T D(u) lam = X^T lam + sum_l s_l(u) a_l``. If that is shorter than 2 for every u
with another pattern (and ``||X^T lam|| < 1``, with a skip connection), no solution has anything off the
planted blocks, and there only multiples of the neurons; where these blocks are independent, only the plant.
A leaf may then have a third thing: the signs of a planted neuron on all lines. The lines must be those of all
rows, so that such a leaf is its pattern alone, and no neuron may be orthogonal to a row.
"""

from fractions import Fraction

import numpy as np

from .arithmetic import AuditError, NotProved, prove, require
from .optimal import MET, planted_distance
from .relations import has_positive_relation, positive_relations, prove_spanned
from .rounding import Basis, U, above, as_computed, below, gamma, norm_above, product, sum_above

ARRAYS = {"rows": "i", "line": "i", "columns": "i", "tree": "b", "circuits": "i", "shares": "f"}
TIMES = (1.05, 1.2, 1.5, 2.2, 4.0)  # s over the largest eigenvalue of M: any s that passes proves
TOGETHER = 200_000  # numbers in a stack of matrices


def prove_over_signs(problem, dual, proof):
    """An upper bound, below 1, of how far a dual vector that meets the equations exactly reaches on any gate
    off the planted patterns.

    Parameters
    ----------
    problem : Problem
        A linear plant in the skip network, or ReLU neurons in the gated program of a plain or skip network.
    dual : ndarray, shape (n,)
        The stored dual vector, for the scaled rows.
    proof : dict of ndarray
        ``rows``: a row on each line, those of the tree first, in its order. ``line`` (n,): the line of each
        row, -1 where the dual vector is zero. ``columns``: columns of X that span the others. ``tree``: bool,
        is a node split, level by level, + before -. ``circuits``: 1 + the place of each row in `rows`, with
        its sign, 0 to fill up. ``shares`` (depths, m): the alpha of each depth, m lines in the tree.
    """
    linear = (problem.kind, problem.network) == ("linear", "skip")
    relu = problem.kind == "relu" and problem.network in ("plain", "skip") and problem.form == "gated"
    if not (linear or relu):
        raise AuditError(
            "sign tree: it is for a linear plant in the skip network, and for gated ReLU neurons"
        )
    rows, line, columns, tree, circuits, shares = _checked(problem, proof)
    side = _sides(problem.X, rows, line)
    if ((line < 0) & (dual != 0) & problem.X.any(axis=1)).any():
        raise AuditError("sign tree: a row of the dual vector is on none of its lines")
    on = np.flatnonzero(line >= 0)
    spread = np.zeros((len(rows), len(dual)))
    spread[line[on], on] = side[on] * dual[on]
    a, off = product(spread, problem.X)
    m, whole = shares.shape[1], 0.0
    if linear:
        (center,), (error,) = problem.targets()
        moved = above(problem.size * _distance(problem, dual, columns, center, error), 1)
        planted = np.zeros((0, m), dtype=np.int8)
    else:
        center, error = product(dual, problem.X)
        planted = _planted(problem, rows, line, m)
        moved = above(2 * problem.size * _planted_distance(problem, dual, columns), 2)
        if problem.skip:
            whole = sum_above(norm_above(center), norm_above(error), moved)
            prove("skip block: ||X^T dual||", whole, "<", 1)
    start = sum_above(norm_above(error), above(np.sum(norm_above(off, axis=1)), len(off)))
    lengths = norm_above(a, axis=1)
    total = sum_above(norm_above(center), above(np.sum(lengths), len(a)))
    left_out = above(np.sum(lengths[m:]), len(a))
    slack = sum_above(start, moved, left_out, above(m * U * total, 3))
    circuits = _proved(problem.X[rows[:m]][:, columns], circuits)
    longest = _walk(tree, center, a[:m], shares, circuits, planted)
    bound = above(sum_above(np.sqrt(longest), slack) / 2, 3)
    prove("sign tree: the largest reach", bound, "<", 1)
    return float(max(bound, whole))


def _planted(problem, rows, line, m):
    """The signs of the planted neurons on the lines of the tree, (k, m), which must be those of all rows."""
    loud = problem.X.any(axis=1)
    require("planted blocks: the smallest index", min(problem.home), ">=", 0)
    if (line[loud] < 0).any() or m < len(rows):
        raise AuditError("sign tree: with planted neurons, each row must be on a line of the tree")
    ties = (problem.sides[:, loud] == 0).sum()
    prove("planted neurons on a border, which two patterns share: how many", ties, "<=", 0)
    return problem.sides[:, rows].astype(np.int8)


def _planted_distance(problem, dual, columns):
    """How far the nearest vector that meets the planted equations exactly can be; it is enough to meet
    `columns`. The planted blocks, of these columns, are proved to be independent."""
    if len(columns) < problem.X.shape[1]:
        prove_spanned(np.vstack([problem.X, problem.neurons]), columns)
    return planted_distance(problem, dual, columns=columns)


def _checked(problem, proof):
    n, d = problem.X.shape
    for name, kind in ARRAYS.items():
        array = np.asarray((proof or {}).get(name))
        if array.dtype.kind != kind or (kind == "f" and not np.isfinite(array).all()):
            raise AuditError(f"sign tree: {name} is missing, of another type or not finite")
    rows, line, columns, tree, circuits, shares = (as_computed(proof[name]) for name in ARRAYS)
    sound = [
        rows.ndim == columns.ndim == tree.ndim == 1
        and line.shape == (n,)
        and circuits.ndim == shares.ndim == 2,
        ((rows >= 0) & (rows < n)).all() and (len(set(rows.tolist())) == len(rows)),
        ((columns >= 0) & (columns < d)).all() and len(set(columns.tolist())) == len(columns),
        ((line >= -1) & (line < len(rows))).all(),
        shares.shape[-1] <= len(rows) and (np.abs(circuits) <= shares.shape[-1]).all(),
    ]
    if not all(sound) or not (line[rows] == np.arange(len(rows))).all():
        raise AuditError("sign tree: its arrays do not fit together or the data")
    return rows, line, columns, tree, circuits, shares


def _sides(X, rows, line):
    """1 or -1: on which side of its line each row is; exactly parallel, or an AuditError."""
    side = np.ones(len(X))
    for i in np.flatnonzero(line >= 0):
        x, z = X[i], X[rows[line[i]]]
        j = np.abs(z).argmax()
        side[i] = np.sign(x[j]) * np.sign(z[j])
        if np.array_equal(x, side[i] * z) and z.any():
            continue
        x, z = ([Fraction(v) for v in one.tolist()] for one in (x, z))
        if not side[i] or any(x[j] * b != z[j] * a for a, b in zip(x, z, strict=True)):
            raise AuditError(f"sign tree: row {i} is not on the line of row {rows[line[i]]}")
    return side


def _distance(problem, dual, columns, g, error):
    """How far the nearest vector that meets the equations exactly can be: it is enough to meet `columns`."""
    X = problem.X
    if len(columns) < X.shape[1]:
        prove_spanned(np.vstack([X, problem.neurons[0]]), columns)
    basis = Basis(X[:, columns], "data")
    value, rounding = product(X[:, columns].T, dual)
    r = g[columns] - value
    require("planted equations: ||X^T dual - w||", np.linalg.norm(g - X.T @ dual), "<=", MET)
    error = sum_above(error[columns], rounding, U * np.abs(r))
    lack, rounding = product(basis.T.T, r)
    carried = above(np.abs(basis.T.T) @ error, len(error))
    return basis.longest(norm_above(sum_above(np.abs(lack), rounding, carried)))


def _proved(X, circuits):
    """Circuits, one a row of signs, each proved: a combination with positive weights of its rows is zero."""
    signs = np.zeros((len(circuits), len(X)), dtype=np.int8)
    which, place = np.nonzero(circuits)
    signs[which, np.abs(circuits[which, place]) - 1] = np.sign(circuits[which, place])
    square = np.flatnonzero(np.count_nonzero(signs, axis=1) == X.shape[1] + 1)
    own = np.nonzero(signs[square])[1].reshape(len(square), X.shape[1] + 1)
    proved = np.zeros(len(signs), dtype=bool)
    if len(square):
        proved[square] = positive_relations(signs[square[:, None], own][..., None] * X[own])
    for i in np.flatnonzero(~proved):
        own = np.flatnonzero(signs[i])
        if not has_positive_relation(signs[i, own, None] * X[own]):
            raise NotProved(f"sign tree: circuit {i} has no positive combination that is zero")
    return signs


def _walk(tree, start, a, shares, circuits, planted):
    """The largest bound of a leaf, squared; every leaf without one must have a circuit, or all signs of a
    planted neuron."""
    centers, signs, at, longest = start[None], np.zeros((1, len(a)), dtype=np.int8), 0, 0.0
    sizes, bound = np.abs(circuits).sum(axis=1), _Bounds(a, shares)
    for k in range(len(a) + 1):
        split = tree[at : at + len(centers)]
        at += len(centers)
        if len(split) < len(centers) or (k == len(a) and split.any()):
            raise AuditError("sign tree: it is cut short, or deeper than its rows")
        leaves = np.flatnonzero(~split)
        bounds = bound(k, centers[leaves])
        short = bounds < 4
        longest = max(longest, bounds[short].max(initial=0))
        lost = leaves[~short]
        if k == len(a) and len(planted):
            lost = lost[~(signs[lost][:, None] == planted).all(axis=2).any(axis=1)]
        usable = (circuits[:, k:] == 0).all(axis=1)
        held = np.abs(signs[lost].astype(np.float32) @ circuits[usable].T.astype(np.float32)) == sizes[usable]
        if not held.any(axis=1).all():
            raise NotProved(f"sign tree: a leaf {k} signs deep has neither a bound nor a circuit")
        if not split.any():
            break
        centers, signs = np.repeat(centers[split], 2, axis=0), np.repeat(signs[split], 2, axis=0)
        signs[::2, k], signs[1::2, k] = 1, -1
        centers = centers + signs[:, k, None] * a[k]
    if at != len(tree):
        raise AuditError("sign tree: it goes on behind its last level")
    return longest


class _Bounds:
    """The least bound of each center of a depth, infinite where there is none; rounding is in it.

    With ``F^T H F = I + Q`` and ``||Q|| <= q < 1`` the matrix H is positive, ``H^{-1} <= F F^T / (1 - q)``.
    What is the same for all centers of a depth is computed for many depths at once.
    """

    def __init__(self, a, shares):
        self.a, self.shares, self.forms = a, shares, {}
        self.together = max(1, TOGETHER // (len(TIMES) * a.shape[1] * max(a.shape)))

    def __call__(self, k, centers):
        lengths = norm_above(centers, axis=1)
        if not self.a[k:].any():
            return above(lengths**2, 1)
        if k >= len(self.shares) or not (self.shares[k, k:] > 0).all() or not len(centers):
            return np.full(len(centers), np.inf)
        if k not in self.forms:
            self._compute(np.arange(k, min(k + self.together, len(self.shares))))
        if self.forms[k] is None:
            return np.full(len(centers), np.inf)
        d = centers.shape[1]
        s, F, q = self.forms[k]
        turned = norm_above(centers @ F, axis=2)
        spread = gamma(d) * norm_above(F.reshape(len(s), -1), axis=1)
        turned = sum_above(turned, above(spread[:, None] * lengths, 3))
        total = np.sum(self.shares[k, k:])
        bounds = sum_above(
            above(s * total, len(self.a) - k + 1)[:, None],
            above(turned**2 / below(1 - q, 1)[:, None], 4),
        )
        return np.fmin.reduce(np.where((q < 0.5)[:, None], bounds, np.inf), axis=0)

    def _compute(self, depths):
        """The s (5,), F (5, d, d) and q (5,) of each depth; None where numbers fail."""
        inside = np.arange(len(self.a)) >= depths[:, None]
        alpha = self.shares[depths]
        sound = ((alpha > 0) | ~inside).all(axis=1)
        alpha = np.where(inside & sound[:, None], alpha, 1.0)[:, :, None]
        a = self.a * inside[:, :, None]
        try:
            found = zip(*_forms(a, a / alpha), strict=True)
        except np.linalg.LinAlgError:
            found = [None] * len(depths)
            for i in range(len(depths) * (len(depths) > 1)):
                self._compute(depths[i : i + 1])
                found[i] = self.forms[depths[i]]
        self.forms.update(zip(depths.tolist(), found, strict=True))


def _forms(a, scaled):
    """For rows a and ``a / alpha``, both (depths, m, d): s, F and q as above."""
    I, (m, d) = np.eye(a.shape[2]), a.shape[1:]
    across = scaled.swapaxes(1, 2)
    M, rounding = product(across, a)
    rounding = sum_above(rounding, above(U * (np.abs(across) @ np.abs(a)), m))[:, None]
    s = np.multiply.outer(np.linalg.eigvalsh((M + M.swapaxes(1, 2)) / 2)[:, -1], TIMES)
    size, M = s[:, :, None, None], M[:, None]
    H = I - M / size
    F = np.linalg.inv(np.linalg.cholesky((H + H.swapaxes(2, 3)) / 2)).swapaxes(2, 3)
    HF, error = product(H, F)
    G, last = product(F.swapaxes(2, 3), HF)
    off = sum_above(
        error, above((rounding / size + 2 * U * (np.abs(H) + np.abs(M / size))) @ np.abs(F), d + 4)
    )
    Q = sum_above(np.abs(G - I), U * np.abs(G), last, above(np.abs(F).swapaxes(2, 3) @ off, d))
    return s, F, norm_above(Q.reshape(*s.shape, -1), axis=2)
