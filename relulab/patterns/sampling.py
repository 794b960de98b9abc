"""Arrangement patterns: which rows of X a neuron is active on, and the gates that realize them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .. import _checks
from ..audit.files import write_file
from .all_ones import all_ones_gate, all_ones_gates
from .borders import signs_of

if TYPE_CHECKING:
    from os import PathLike
    from typing import Any

    from numpy.typing import ArrayLike

STREAM = (2,)  # of a seed: gates are independent of the data and the plant that the same seed makes


class Patterns:
    """A set of distinct arrangement patterns of one data matrix.

    Attributes
    ----------
    array : ndarray of bool, shape (n, p)
        One pattern a column; `numpy.asarray` gives it too.
    gates : ndarray, shape (d, p)
        Weights that realize them: ``array == (X @ gates >= 0)``, products that are zero but for rounding
        counted as zero. They lie strictly inside their cells, but for included neurons with rows on their
        border.
    complete : bool
        True where no nonzero pattern of X is missing (`enumerate_patterns`); False for a sample.
    """

    def __init__(self, array: np.ndarray, gates: np.ndarray, complete: bool = False) -> None:
        self.array, self.gates, self.complete = array, gates, complete

    @property
    def n(self) -> int:
        """Number of rows, int."""
        return self.array.shape[0]

    @property
    def p(self) -> int:
        """Number of patterns, int."""
        return self.array.shape[1]

    def save(self, path: str | PathLike[str]) -> None:
        """Write the patterns to a file, in the format of `relulab.audit.files`; `load` reads it.

        Parameters
        ----------
        path : str or path
            Where to.
        """
        write_file(path, "patterns", *self.stored())

    def stored(self) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
        """What a file keeps of them: fields, and arrays."""
        return {"complete": self.complete}, {"array": self.array, "gates": self.gates}

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return np.array(self.array, dtype=dtype, copy=copy)

    def __len__(self) -> int:
        return self.p

    def __repr__(self) -> str:
        return f"Patterns(n={self.n}, p={self.p}{', complete' if self.complete else ''})"


def as_masks(S, n):
    """Return `S`, Patterns or a boolean array, as a bool array (n, p) with p >= 1."""
    masks = S.array if isinstance(S, Patterns) else _checks.numbers("S", S)
    if masks.dtype != bool or masks.ndim != 2 or masks.shape[0] != n:
        raise ValueError(
            f"S has dtype {masks.dtype} and shape {masks.shape}; it must be Patterns or a bool array ({n}, p)"
        )
    if masks.shape[1] == 0:
        raise ValueError("S is an empty pattern set; it must hold at least one pattern")
    return masks


def gates_of(X: ArrayLike, masks: ArrayLike) -> np.ndarray:
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


def count_patterns(n: int, d: int) -> int:
    """Cover's count of the arrangement patterns of n rows in general position in dimension d.

    ``2 sum_{k < min(n, d)} C(n - 1, k)``, the zero pattern included; 2^n where n <= d. In general position
    every min(n, d) rows are independent.

    Parameters
    ----------
    n, d : int
        Number of rows; dimension (the rank of X).

    Returns
    -------
    int
        Exact.

    Raises
    ------
    ValueError
        For n or d that is not a whole number >= 1.

    Examples
    --------
    >>> import relulab as rl
    >>> rl.count_patterns(6, 2), rl.count_patterns(4, 9)
    (12, 16)
    """
    n, d = _checks.count("n", n), _checks.count("d", d)
    return 2 * binomial_sum(n - 1, min(n, d))


def binomial_sum(m, k):
    """``sum_{i < k} C(m, i)`` for 0 <= k <= m + 1, exactly."""
    if 2 * k == m + 1:
        return 2 ** (m - 1)
    if 2 * k > m + 1:
        return 2**m - binomial_sum(m, m + 1 - k)
    if k == 0:
        return 0
    _, below, above = _split(m, 1, k)
    return 1 + above // below


def _split(m, start, stop):
    """The products of ``m + 1 - i`` and of i over start <= i < stop; the sum of C(m, i) / C(m, start - 1).

    The sum is given times the second product: halves are joined without fractions, so that the numbers that
    are multiplied are of one size.
    """
    if stop == start:
        return 1, 1, 0
    if stop == start + 1:
        return m + 1 - start, start, m + 1 - start
    middle = (start + stop) // 2
    (p, q, t), (p2, q2, t2) = _split(m, start, middle), _split(m, middle, stop)
    return p * p2, q * q2, t * q2 + p * t2


def distinct_columns(masks):
    """Indices of the first occurrence of each column, in order."""
    packed = np.packbits(np.ascontiguousarray(masks.T), axis=1)
    if packed.shape[1] >= 8:  # mostly 64 rows tell all columns apart
        starts = np.ascontiguousarray(packed[:, :8]).view(np.uint64)
        ordered = np.sort(starts, axis=0)
        if (ordered[1:] != ordered[:-1]).all():
            return np.arange(len(starts))
    keys = packed.view(np.dtype((np.void, packed.shape[1]))).ravel()
    return np.sort(np.unique(keys, return_index=True)[1])


def sample_patterns(
    X: ArrayLike,
    count: int | None = None,
    include: ArrayLike | None = None,
    rng: np.random.Generator | int = 0,
) -> Patterns:
    """Sample arrangement patterns with Gaussian gates.

    Parameters
    ----------
    X : array_like, shape (n, d)
        The data.
    count : int, optional
        Number of gates drawn; max(n, 50) by default. Repeated patterns and the zero pattern are dropped.
    include : array_like, shape (d, m), optional
        Weights, none zero, whose patterns ``X @ include >= 0`` must be in the set; they come first. Planted
        neurons, which may have rows on their border (`borders`).
    rng : numpy.random.Generator or int
        Source of randomness, or a seed; what a seed gives is independent of what `draw`, `plant` and `train`
        do with the same one.

    Returns
    -------
    Patterns
        Distinct, none zero. The all-ones pattern is in it, once and last, if it exists or if one of `include`
        has it with rows on its border.

    Raises
    ------
    ValueError
        For X or include of a wrong shape or not finite, a zero column of include, or a count that is not a
        whole number >= 1.

    Examples
    --------
    >>> import numpy as np
    >>> import relulab as rl
    >>> X = rl.draw("gaussian", 30, 5, rng=0)
    >>> S = rl.sample_patterns(X, rng=1)
    >>> bool((np.asarray(S) == (X @ S.gates >= 0)).all())
    True
    """
    return sample_together([_checks.data(X)], count, [include], [rng])[0]


def sample_together(data, count=None, includes=None, rngs=None):
    """`sample_patterns` for several data matrices, finite float64 arrays; a list of Patterns."""
    samples = [
        _sample(X, count, include, _checks.generator(rng, STREAM))
        for X, include, rng in zip(data, includes, rngs, strict=True)
    ]
    gates = all_ones_gates(data)
    return [_complete(X, *sample, gate) for X, sample, gate in zip(data, samples, gates, strict=True)]


def _sample(X, count, include, rng):
    """Masks and gates without those of zeros and ones, and which of `include` has the all-ones pattern."""
    n, d = X.shape
    count = max(n, 50) if count is None else _checks.count("count", count)
    gates, weak = rng.standard_normal((d, count)), None
    if include is not None:
        include = _checks.array("include", include, (d, "m"))
        if not include.any(axis=0).all():
            raise ValueError("include holds a zero column; u = 0 is on every border and has no pattern")
        gates = np.hstack([include, gates])
    rows = gates.T @ X.T >= 0  # a pattern a row: so they are compared, counted and kept
    if include is not None:
        sides = signs_of(X, include)
        rows[: include.shape[1]] = (sides >= 0).T
        full = (sides >= 0).all(axis=0) & (sides > 0).any(axis=0)
        weak = include[:, full.argmax()] if full.any() else None
    nonzero = X.any(axis=1)
    active = rows if nonzero.all() else rows[:, nonzero]
    keep = distinct_columns(rows.T)
    keep = keep[active.any(axis=1)[keep] & ~active.all(axis=1)[keep]]
    if len(keep) < len(rows):
        rows, gates = rows[keep], gates[:, keep]
    return rows.T, gates, weak


def _complete(X, masks, gates, weak, gate):
    gate = weak if gate is None else gate
    if gate is not None and X.any():
        masks = np.hstack([masks, np.ones((len(X), 1), dtype=bool)])
        gates = np.hstack([gates, gate[:, None]])
    return Patterns(masks, gates)
