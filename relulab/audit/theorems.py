"""Proves a closed form over all patterns: theorems whose hypotheses hold with room for rounding.

Whitened data are not exactly white, so the theorems are stated for any X. Let ``X^T v = w / ||w||`` have the
solution v at hand (the stored dual vector, repaired), and let |X| stand for the largest singular value.

* Gated: if no u has X u > 0 on all rows, every pattern misses a row i, ``||D v||^2 <= ||v||^2 - v_i^2``, and
  ``||X^T D v|| <= |X| ||D v||``. So ``|X|^2 (||v||^2 - min_i v_i^2) < 1`` proves recovery.
* Exact: ``v^T (X u)_+ = (w^T u / ||w|| + v^T |X u|) / 2``, and ``v^T |X u|`` is between
  ``-||v_-|| |X| ||u||`` and ``||v_+|| |X| ||u||``. So ``|X| max(||v_+||, ||v_-||) < 1`` proves recovery.
* Gated, ``w = c x_i``: ``lam = e_i / ||x_i||`` shows ``w / ||w||`` on the blocks that hold row i, and nothing
  on the others. So every solution is a share of w on some blocks; where no u is positive on all rows with
  ``x_k^T w != 0``, each block but the skip one misses such a row, and has no share.
* Exact, ``w = c x_i``: the same vector has ``|lam^T (X u)_+| <= ||u||``, equal only for u along w, or along
  -w if c < 0. So every solution is a share of w in the skip block and a share of a neuron there, which is
  silent on rows whose label has the sign opposite to that of row i: where there is one, its share is 0.
* One normalized neuron, no row x_i^T w = 0 but zero rows: if its active rows have full column rank, or are
  all rows, then a block that gives its output holds its rows, hence (full rank) the same weights, hence the
  same signs on every row.
"""

from fractions import Fraction

import numpy as np

from .arithmetic import AuditError, prove, require
from .optimal import MET, planted_distance
from .relations import has_positive_relation
from .rounding import Basis, above, below, norm_above, product, sum_above


def prove_theorem(problem, dual):
    """An upper bound, below 1, of what the theorem asks to be below 1; 0 where it asks for something else."""
    if (problem.network, problem.kind) == ("skip", "linear") and np.count_nonzero(dual) == 1:
        return _prove_along_a_row(problem, dual)
    shift = planted_distance(problem, dual)
    if problem.network == "normalized":
        return _prove_active_rows_span(problem)
    if problem.network != "skip" or problem.kind != "linear":
        raise AuditError("closed form: there is none for this plant and network")
    size = _largest_singular_value(problem.X)
    if problem.form == "exact":
        sides = [norm_above(np.maximum(side * dual, 0)) for side in (1, -1)]
        bound = above((1 + above(size * sum_above(max(sides), shift), 1)) / 2, 2)
        prove("labels of one sign: the largest reach", bound, "<", 1)
        return float(bound)
    missing = below(np.abs(dual[problem.X.any(axis=1)]).min() - shift, 1)
    longest = sum_above(norm_above(dual), shift)
    square = above(above(longest**2, 1) - below(missing**2, 1), 1)
    bound = above(size * np.sqrt(square), 2)
    prove("a pattern that misses a row: the largest reach", bound, "<", 1)
    _prove_no_all_ones(problem.X)
    return float(bound)


def _prove_along_a_row(problem, dual):
    """Row and plant are parallel exactly: then the dual vector, made exact, is that of the theorem."""
    x, w = problem.X[dual != 0][0], problem.neurons[0]
    j = np.abs(w).argmax()
    pairs = zip(x.tolist(), w.tolist(), strict=True)
    off = [a for a, b in pairs if Fraction(a) * Fraction(w[j]) != Fraction(b) * Fraction(x[j])]
    prove("row along the plant: coordinates that are not in proportion", len(off), "<=", 0)
    require("planted equations: ||X^T dual - w||", np.linalg.norm(dual @ problem.X - w), "<=", MET)
    if problem.form == "exact":
        opposite = problem.sides[0] * np.sign(dual.sum()) < 0
        require("labels with the sign opposite to the row's: how many", int(opposite.sum()), ">=", 1)
    else:
        _prove_no_all_ones(problem.X[problem.sides[0] != 0])
    return 0.0


def _largest_singular_value(X):
    """``sqrt(||X^T X||)``, the norm by its largest row sum, or by the distance to a multiple of I."""
    gram, error = product(X.T, X)
    c = np.trace(gram) / len(gram)
    near = sum_above(
        c, norm_above((gram - c * np.eye(len(gram))).ravel()) * (1 + 2.0**-52), norm_above(error.ravel())
    )
    return above(np.sqrt(near), 1)


def _prove_no_all_ones(X):
    """Weights m > 0 on some rows F of full rank with ``X_F^T m = 0``: no u has X u > 0 (Gordan).

    The stored m misses it a little; ``m - X_F (X_F^T X_F)^-1 X_F^T m`` does not, and stays positive.
    """
    from scipy.optimize import nnls

    rows = X[X.any(axis=1)]
    m = nnls(np.vstack([rows.T, np.ones(len(rows))]), np.r_[np.zeros(rows.shape[1]), 1.0])[0]
    if has_positive_relation(rows[m > 1e-9 * m.max(initial=0)]):
        return
    F = m > 0
    basis = Basis(rows[F], "rows that exclude the all-ones pattern")
    t, error = _through(rows[F], m[F], basis)
    step = basis.longest(norm_above(sum_above(np.abs(t), error)))
    prove("all-ones pattern: the smallest weight that excludes it", m[F].min(), ">", step)


def _through(X, m, basis):
    """``T^T X^T m`` with its error bound."""
    q, rounding = product(m, X)
    t, again = product(q, basis.T)
    return t, sum_above(again, above(rounding @ np.abs(basis.T), len(rounding)))


def _prove_active_rows_span(problem):
    prove("planted neurons", problem.k, "<=", 1)
    X, sides = problem.X, problem.sides[0]
    ties = int((sides[X.any(axis=1)] == 0).sum())
    prove("rows with x_i^T w = 0", ties, "<=", 0)
    if (sides > 0).all():
        return 0.0
    Basis(X[sides > 0], "active rows")
    return 0.0
