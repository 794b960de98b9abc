"""Proves recovery by the ReLU network over all patterns, from a dual vector l and two trees of signs.

Let ``side`` be 1 or -1, ``a_i = side l_i x_i``, P the rows with ``side l_i > 0`` and N those with
``side l_i < 0``. Any u has ``(x_i^T u)_+ = max(0, x_i^T u) <= m x_i^T u`` where ``x_i^T u >= 0`` and m >= 1,
or ``x_i^T u <= 0`` and m <= 0; and ``(x_i^T u)_+ >= m x_i^T u`` where 0 <= m <= 1. So with such m on the rows
of P that have a sign, m in [0, 1] on N, and F the rows of P that have none yet,

    side l^T (X u)_+ <= u^T (c + sum over F of z_i a_i / 2),   c = sum_i m_i a_i with m_i = 1/2 on F,

for some z in [-1, 1]^F. Let ``alpha > 0`` have a sum of at most 1 on F, let
``M = sum over F of a_i a_i^T / (4 alpha_i)``, and let s be such that ``G = I - M / s`` is positive definite.
By Cauchy and Schwarz, and for every t,

    ||c + sum z_i a_i / 2||^2 <= s + c^T G^-1 c <= s + c^T t + r^T t + ||r||^2 / g,   r = c - G t,

g a lower bound of the smallest eigenvalue of G. If that is below 1 at every leaf, and every choice of signs
of P belongs to a leaf, ``side l^T (X u)_+ < ||u||`` for all u. Nothing is searched for: t is one product.

A leaf with the signs of a planted ReLU w of this side, none of them zero, is another matter: there
``side l^T (X u)_+ <= side l^T D X u = w^T u / ||w||`` if l meets the equations of w, and that is below
``||u||`` off the ray of w.

A ReLU w that is orthogonal to a row is in the cones of several patterns: the same network, and yet more than
one solution of the program. Such a plant is not proved here.
"""

import numpy as np

from .arithmetic import AuditError, NotProved, prove, require
from .optimal import planted_distance
from .rounding import TINY, U, above, as_computed, norm_above, product, smallest_eigenvalue, sum_above

NEARLY = 1e-10  # what the equations may lack where they can be met within a tolerance only
SIDES = {1: "positive", -1: "negative"}
PAIRS = ("linear", "skip"), ("relu", "plain"), ("relu", "skip")
PARTS = {"order": "i", "leaves": "f", "form": "i", "sizes": "f", "shares": "f"}


def prove_cones(problem, dual, proof):
    """An upper bound, below 1, of how far a dual vector that meets the planted equations reaches.

    Parameters
    ----------
    problem : Problem
        The problem; of its patterns only the planted ones matter.
    dual : ndarray, shape (n,)
        The stored dual vector, for the scaled rows.
    proof : dict of ndarray
        As `relulab.certify.exact_network.proof` describes it.
    """
    _require_a_question_of_cones(problem)
    if problem.kind != "linear":
        ties = ((problem.sides == 0) & problem.X.any(axis=1)).any(axis=1)
        prove("planted neurons on a border, which two patterns share: how many", ties.sum(), "<=", 0)
    on = np.ones_like(dual, dtype=bool) if problem.kind == "linear" else dual != 0
    shift = planted_distance(problem, dual, on)
    if problem.kind != "linear":  # the dual vector that meets the equations has the same signs
        prove("dual vector: its distance to one that meets the equations", shift, "<", np.abs(dual[on]).min())
    return _reach(problem, dual, proof, above(problem.size * shift, 1))


def agree_on_cones(problem, dual, proof):
    """The same bound for the stored dual vector, which meets the planted equations within a tolerance only.

    That is what can be said where the planted blocks are dependent, of fewer rows than dimensions for one:
    then no vector may meet the equations of the stored neuron, which rounding has put off the row space.
    """
    _require_a_question_of_cones(problem)
    if problem.kind != "linear":
        raise NotProved("planted blocks: dependent, or nearly")
    g, _ = problem.targets()
    require("planted equations: ||X^T dual - w||", np.linalg.norm(dual @ problem.X - g[0]), "<=", NEARLY)
    return _reach(problem, dual, proof, 0.0)


def _require_a_question_of_cones(problem):
    if (problem.kind, problem.network) not in PAIRS or problem.form != "exact":
        raise AuditError("cones: there is no such proof for this plant, network and form")
    require("planted blocks: the smallest index", min(problem.home), ">=", 0)
    require("planted patterns: how many are distinct", len(set(problem.home)), ">=", problem.k)
    if problem.kind != "linear":
        loud = problem.masks[problem.skip :, problem.X.any(axis=1)]
        own = problem.masks[problem.home][:, problem.X.any(axis=1)]
        twins = (loud[:, None] == own).all(axis=2).sum()
        require("planted patterns: how many blocks have one", twins, "<=", problem.k)


def _reach(problem, dual, proof, moved):
    """An upper bound, below 1, for all dual vectors so near to the stored one that reaches move by that."""
    reach = 0.0
    if problem.kind != "linear" and problem.skip:
        p, error = product(dual, problem.X)
        reach = sum_above(norm_above(p), norm_above(error), moved)
        prove("skip block: ||X^T dual||", reach, "<", 1)
    for side, name in SIDES.items():
        tree = _Tree(problem, dual, side, _parts(proof, name, len(dual)))
        bound = sum_above(tree.reach(), moved)
        prove(f"{name} tree: the largest reach", bound, "<", 1)
        reach = max(reach, bound)
    return float(reach)


def _parts(proof, name, n):
    """The arrays of one side, of the right types and shapes."""
    try:
        parts = {key: np.asarray(proof[f"{name} {key}"]) for key in PARTS}
    except (KeyError, TypeError):
        raise AuditError(f"proof: arrays of the {name} tree are missing") from None
    b, f = len(parts["leaves"]), len(parts["sizes"])
    shapes = {"order": parts["order"].shape[:1], "leaves": (b, n), "form": (b,), "sizes": (f,)}
    shapes["shares"] = (f, n)
    for key, kind in PARTS.items():
        if parts[key].dtype.kind != kind or parts[key].shape != shapes[key]:
            raise AuditError(f"proof: {name} {key} is {parts[key].dtype} of shape {parts[key].shape}")
        if kind == "f" and not np.isfinite(parts[key]).all():
            raise AuditError(f"proof: {name} {key} holds a number that is not finite")
    return {key: as_computed(part) for key, part in parts.items()}


class _Tree:
    """The tree of one side: rows, leaves, and what each leaf proves."""

    def __init__(self, problem, dual, side, parts):
        self.problem, self.side = problem, side
        self.P, self.N = side * dual > 0, side * dual < 0
        self.a = side * dual[:, None] * problem.X
        self.a_error = 2 * U * np.abs(self.a) + TINY
        self.order, self.m, self.form = parts["order"], parts["leaves"], parts["form"]
        self.sizes, self.shares = parts["sizes"], parts["shares"]
        if not np.array_equal(np.sort(self.order), np.flatnonzero(self.P)):
            raise AuditError("tree: its order is not one of the rows that get signs")
        self._check_coefficients()

    def _check_coefficients(self):
        m, P, N = self.m, self.P, self.N
        self.active, self.silent, self.unsigned = (m >= 1) & P, (m <= 0) & P, (m == 0.5) & P
        if not (self.active | self.silent | self.unsigned)[:, P].all():
            raise AuditError("tree: a coefficient that is neither a multiplier nor 1/2")
        if not ((m >= 0) & (m <= 1))[:, N].all() or m[:, ~(P | N)].any():
            raise AuditError("tree: a coefficient outside of its box")
        words = (self.active.astype(int) - self.silent)[:, self.order]
        if not _covers(words):
            raise AuditError("tree: some signs belong to no leaf")
        if ((self.form < -1) | (self.form >= len(self.sizes))).any():
            raise AuditError("tree: a form that there is not")

    def reach(self):
        """The largest bound of the leaves."""
        planted = self.form == -1
        if planted.any():
            self._check_planted(planted)
        centers, error = product(self.m, self.a)
        error = sum_above(error, above(np.abs(self.m) @ self.a_error, len(self.a)))
        lost = norm_above(error, axis=1)
        bounds = [0.0]
        for j in np.unique(self.form[~planted]):
            own = self.form == j
            bounds.append(self._bound(j, self.unsigned[own].any(axis=0), centers[own], lost[own]))
        return np.max(bounds)  # NaN, if there is one

    def _bound(self, j, free, centers, lost):
        """The largest bound of the leaves of one form."""
        if not free.any():
            return float(sum_above(norm_above(centers, axis=1), lost).max())
        s, alpha = self.sizes[j], self.shares[j]
        own = alpha > 0
        if (free & ~own).any() or not s > 0 or (alpha < 0).any():
            raise AuditError("tree: a form that leaves out a row, or has no size")
        prove("tree: the sum of a form's shares", above(alpha.sum(), len(alpha)), "<=", 1)
        G, error, least = self._form(s, alpha[own], self.a[own])
        t = centers @ np.linalg.inv(G)
        r = centers - t @ G
        sizes = norm_above(centers, axis=1), norm_above(t, axis=1)
        d = len(G)
        rounding = above((d + 2) * U * (np.abs(centers) + np.abs(t) @ np.abs(G)), d + 4) + d * TINY
        left = sum_above(norm_above(r, axis=1), norm_above(rounding, axis=1), above(error * sizes[1], 1))
        along = np.maximum(np.vecdot(centers, t), 0)
        along = sum_above(along, above((d + 1) * U * sizes[0] * sizes[1], 3) + d * TINY)
        square = sum_above(s, along, above(left * sizes[1], 1), above(above(left * left, 1) / least, 1))
        return float(sum_above(above(np.sqrt(square), 1), lost).max())

    def _form(self, s, alpha, a):
        """``I - M / s``, how far it is from the exact one, and a lower bound of its smallest eigenvalue.

        The rows ``a_i / (2 sqrt(alpha_i))`` are right to 4 roundings.
        """
        B = a / (2 * np.sqrt(alpha))[:, None]
        M, rounding = product(B.T, B)
        sizes = above(np.abs(B).T @ np.abs(B), len(B))
        G = np.eye(len(M)) - M / s
        G = (G + G.T) / 2
        rounding = above(sum_above(rounding, 12 * U * sizes) / s, 2)
        error = norm_above(sum_above(rounding, 4 * U * (np.abs(G) + np.abs(M) / s)).ravel())
        return G, error, smallest_eigenvalue(G, error, "tree: a form")

    def _check_planted(self, planted):
        """Leaves at the signs of a planted ReLU of this side, none of them zero."""
        problem = self.problem
        fits = np.zeros(planted.sum(), dtype=bool)
        for sides, sign in zip(problem.sides, problem.signs, strict=True):
            if problem.kind == "relu" and sign == self.side and (sides[self.P] != 0).all():
                own = self.active[planted] == (sides > 0)
                fits |= (own & ~self.unsigned[planted])[:, self.P].all(axis=1)
        if not fits.all():
            raise AuditError("tree: a leaf without a bound that has no planted neuron's signs")


def _covers(words):
    """Whether every choice of signs begins with a word: rows of 1 and -1, then 0.

    Depth by depth: a word that ends covers its node, and a node without one needs both of its children.
    """
    on = words != 0
    if (on[:, 1:] & ~on[:, :-1]).any():
        return False
    those, node, nodes = np.arange(len(words)), np.zeros(len(words), dtype=int), 1
    for depth in range(words.shape[1] + 1):
        signs = words[those, depth] if depth < words.shape[1] else np.zeros(len(those))
        ends = np.zeros(nodes, dtype=bool)
        ends[node[signs == 0]] = True
        on = ~ends[node]
        child, there = 2 * node[on] + (signs[on] > 0), np.zeros(2 * nodes, dtype=bool)
        there[child] = True
        names = np.cumsum(there)
        if names[-1] != 2 * (nodes - ends.sum()):
            return False
        those, node, nodes = those[on], names[child] - 1, names[-1]
        if not nodes:
            break
    return True
