"""Arrangement patterns: which rows of X a neuron is active on, and the gates that realize them."""

from math import comb

import numpy as np

from . import _checks
from .inverses import inverse

SHARED = 24  # first steps of the all-ones test, which share one Hessian


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


def _by_regression(R, steps):
    """What logistic regression settles: number -> u, or None where weights m exclude it.

    The first steps are cheap: they share the Hessian at u = 0, which bounds all others, and gain momentum.
    Newton's follow.
    """
    found, d = {}, R.shape[2]
    Rs, u = R.astype(np.float32), np.zeros((len(R), d, 1), dtype=np.float32)
    last, places = u, np.arange(len(R))
    for step in range(steps):
        m = 1 / (1 + np.exp(np.clip(Rs @ u, -30, 30)))
        curvature = m * (1 - m) if step >= SHARED else np.full_like(m, 0.25)
        if step == 0 or step >= SHARED:
            hessian = (Rs * curvature).swapaxes(1, 2) @ Rs
            metric = inverse(hessian, 1e-7)
        move = metric @ (Rs.swapaxes(1, 2) @ m)
        moves = Rs @ move
        new = u + move * (30 / np.maximum(np.abs(moves).max(axis=1, keepdims=True), 30))
        u, last = new + (step / (step + 3) if step < SHARED else 0) * (new - last), new
        positive = (m - curvature * moves).min(axis=(1, 2)) > 0
        separated = (Rs @ u).min(axis=(1, 2)) > 0
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
            places, Rs, u, last = places[left], Rs[left], u[left], last[left]
    return found


def _excluded(R, m, curvature, metric):
    """Whether the residuals m of logistic regression, made exact, are positive weights with R^T m = 0."""
    m, curvature, metric = (a.astype(np.float64) for a in (m, curvature, metric))
    for _ in range(4):
        m = m - curvature * (R @ (metric @ (R.T @ m)))
    return m.min() > 0 and np.linalg.norm(R.T @ m) < 1e-12 * m.sum()


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
    packed = np.packbits(np.ascontiguousarray(masks.T), axis=1)
    keys = packed.view(np.dtype((np.void, packed.shape[1]))).ravel()
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
    return sample_together([X], count, [include], [rng])[0]


def sample_together(data, count=None, includes=None, rngs=None):
    """`sample_patterns` for several data matrices; a list of Patterns."""
    samples = [
        _sample(_checks.data(X), count, include, _checks.generator(rng))
        for X, include, rng in zip(data, includes, rngs, strict=True)
    ]
    gates = all_ones_gates(data)
    return [_complete(X, *sample, gate) for X, sample, gate in zip(data, samples, gates, strict=True)]


def _sample(X, count, include, rng):
    """Masks and gates, those of zeros and ones left out."""
    n, d = X.shape
    count = max(n, 50) if count is None else _checks.count("count", count)
    gates = rng.standard_normal((d, count))
    if include is not None:
        gates = np.hstack([_checks.array("include", include, (d, "m")), gates])
    masks = X @ gates >= 0
    nonzero = X.any(axis=1)
    active = masks[nonzero].sum(axis=0)
    keep = distinct_columns(masks)
    keep = keep[(active[keep] > 0) & (active[keep] < nonzero.sum())]
    return (masks, gates) if len(keep) == masks.shape[1] else (masks[:, keep], gates[:, keep])


def _complete(X, masks, gates, gate):
    if gate is not None and X.any():
        masks = np.hstack([masks, np.ones((len(X), 1), dtype=bool)])
        gates = np.hstack([gates, gate[:, None]])
    return Patterns(masks, gates)
