"""Arrangement patterns: which rows of X a neuron is active on, and the gates that realize them."""

from math import comb

import numpy as np

from . import _checks


class Patterns:
    """A set of distinct arrangement patterns of one data matrix.

    Attributes
    ----------
    array : ndarray of bool, shape (n, p)
        One pattern a column; `numpy.asarray` gives it too.
    gates : ndarray, shape (d, p)
        Weights that realize them: ``array == (X @ gates >= 0)``.
    complete : bool
        True where no nonzero pattern of X is missing (`enumerate_patterns`); False for a sample.
    """

    def __init__(self, array, gates, complete=False):
        self.array, self.gates, self.complete = array, gates, complete

    @property
    def n(self):
        """Number of rows, int."""
        return self.array.shape[0]

    @property
    def p(self):
        """Number of patterns, int."""
        return self.array.shape[1]

    def __array__(self, dtype=None, copy=None):
        return np.array(self.array, dtype=dtype, copy=copy)

    def __len__(self):
        return self.p

    def __repr__(self):
        return f"Patterns(n={self.n}, p={self.p}{', complete' if self.complete else ''})"


def as_masks(S, n):
    """Return `S`, Patterns or a boolean array, as a bool array (n, p) with p >= 1."""
    masks = S.array if isinstance(S, Patterns) else np.asarray(S)
    if masks.dtype != bool or masks.ndim != 2 or masks.shape[0] != n:
        raise ValueError(
            f"S has dtype {masks.dtype} and shape {masks.shape}; it must be Patterns or a bool array ({n}, p)"
        )
    if masks.shape[1] == 0:
        raise ValueError("S is an empty pattern set; it must hold at least one pattern")
    return masks


def unit_rows(X):
    """Rows of X scaled to length one (no overflow), zero rows left out."""
    size = np.abs(X).max(axis=1)
    rows = X[size > 0] / size[size > 0, None]
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def all_ones_gate(X, newton_steps=25):
    """A vector u with x_i^T u > 0 for every nonzero row, or None where there is none.

    Logistic regression with all labels equal settles nearly every case by a certificate of one kind or the
    other: it separates (u is found), or its residuals m > 0 satisfy X^T m = 0, so that no u can make every
    x_i^T u positive (Gordan). What it leaves open is decided by linear programming.
    """
    rows = unit_rows(X)
    n, d = rows.shape
    if n == 0:
        return np.zeros(d)
    u = np.zeros(d) if n > d else np.linalg.lstsq(rows, np.ones(n))[0]
    for _ in range(newton_steps):
        t = rows @ u
        if t.min() > 0:
            return u
        m = 1 / (1 + np.exp(np.clip(t, -30, 30)))
        curvature = m * (1 - m)
        hessian = (rows * curvature[:, None]).T @ rows
        hessian[np.diag_indices(d)] += 1e-13 * np.trace(hessian)
        step = np.linalg.solve(hessian, rows.T @ m)
        moves = rows @ step
        m_exact = m - curvature * moves
        if m_exact.min() > 0 and np.linalg.norm(rows.T @ m_exact) < 1e-12 * m_exact.sum():
            return None
        u = u + step * min(1.0, 30 / np.abs(moves).max())
    return _all_ones_by_lp(rows)


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


def has_all_ones(X):
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

    Examples
    --------
    >>> import relulab as rl
    >>> rl.has_all_ones([[1.0, 0.0], [0.0, 1.0]]), rl.has_all_ones([[1.0, 0.0], [-1.0, 0.0]])
    (True, False)
    """
    return all_ones_gate(_checks.data(X)) is not None


def gates_of(X, masks):
    """Gates that realize given patterns.

    Parameters
    ----------
    X : array_like, shape (n, d)
        The data.
    masks : array_like of bool, shape (n, p)
        One pattern a column.

    Returns
    -------
    ndarray, shape (d, p)
        Unit columns with ``masks == (X @ gates >= 0)``, strictly inside the cell of each pattern: found by
        Newton's method or linear programming, one small problem a column.

    Raises
    ------
    ValueError
        Where no u lies strictly inside the cell of a pattern; the first such column is named.

    Examples
    --------
    >>> import numpy as np
    >>> import relulab as rl
    >>> X = rl.draw("gaussian", 12, 3, rng=0)
    >>> masks = np.asarray(rl.sample_patterns(X, rng=1))
    >>> bool((masks == (X @ rl.gates_of(X, masks) >= 0)).all())
    True
    """
    X = _checks.data(X)
    masks = as_masks(masks, len(X))
    gates = np.empty((X.shape[1], masks.shape[1]))
    silent = ~X.any(axis=1)
    for j, mask in enumerate(masks.T):
        u = all_ones_gate(np.where(mask[:, None], X, -X)) if mask[silent].all() else None
        if u is not None:
            gates[:, j] = u / (np.linalg.norm(u) or 1.0)
        if u is None or (mask != (X @ gates[:, j] >= 0)).any():
            raise ValueError(f"column {j} of masks is no pattern of X: no u lies strictly inside its cell")
    return gates


def count_patterns(n, d):
    """Cover's count of the arrangement patterns of n rows in general position in dimension d.

    ``2 sum_{k < min(n, d)} C(n - 1, k)``, the zero pattern included; 2^n where n <= d.

    Parameters
    ----------
    n, d : int
        Number of rows; dimension (the rank of X).

    Returns
    -------
    int
        Exact.

    Examples
    --------
    >>> import relulab as rl
    >>> rl.count_patterns(6, 2), rl.count_patterns(4, 9)
    (12, 16)
    """
    n, d = _checks.count("n", n), _checks.count("d", d)
    return 2 * sum(comb(n - 1, k) for k in range(min(n, d)))


def distinct_columns(masks):
    """Indices of the first occurrence of each column, in order."""
    packed = np.packbits(masks, axis=0)
    keys = np.ascontiguousarray(packed.T).view(np.dtype((np.void, packed.shape[0]))).ravel()
    return np.sort(np.unique(keys, return_index=True)[1])


def sample_patterns(X, count=None, include=None, rng=0):
    """Sample arrangement patterns with Gaussian gates.

    Parameters
    ----------
    X : array_like, shape (n, d)
        The data.
    count : int, optional
        Number of gates drawn; max(n, 50) by default. Repeated patterns and the zero pattern are dropped.
    include : array_like, shape (d, m), optional
        Weights whose patterns must be in the set; they come first.
    rng : numpy.random.Generator or int
        Source of randomness, or a seed.

    Returns
    -------
    Patterns
        Distinct, none zero. The all-ones pattern is in it, once and last, if it exists.

    Examples
    --------
    >>> import numpy as np
    >>> import relulab as rl
    >>> X = rl.draw("gaussian", 30, 5, rng=0)
    >>> S = rl.sample_patterns(X, rng=1)
    >>> bool((np.asarray(S) == (X @ S.gates >= 0)).all())
    True
    """
    X = _checks.data(X)
    n, d = X.shape
    count = max(n, 50) if count is None else _checks.count("count", count)
    gates = _checks.generator(rng).standard_normal((d, count))
    if include is not None:
        gates = np.hstack([_checks.array("include", include, (d, "m")), gates])
    masks = X @ gates >= 0
    nonzero = X.any(axis=1)
    keep = distinct_columns(masks)
    active = masks[nonzero][:, keep]
    keep = keep[active.any(axis=0) & ~active.all(axis=0)]
    gate = all_ones_gate(X)
    masks, gates = masks[:, keep], gates[:, keep]
    if gate is not None and nonzero.any():
        masks = np.hstack([masks, np.ones((n, 1), dtype=bool)])
        gates = np.hstack([gates, gate[:, None]])
    return Patterns(masks, gates)
