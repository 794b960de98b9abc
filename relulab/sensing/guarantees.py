"""When l1 minimization recovers every vector of a support or a sparsity."""

from __future__ import annotations

from itertools import combinations
from math import comb
from typing import TYPE_CHECKING

import numpy as np

from .. import _checks
from .certificates import independent

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

MARGIN = 1e-9  # what rounding may decide is not counted as proved


def irrepresentability(A: ArrayLike, x: ArrayLike, any_signs: bool = False) -> float:
    """How well the columns off the support of x are represented by those on it.

    ``max_{j off S} |sign(x_S)^T A_S^+ a_j|``. Below 1, basis pursuit recovers x, and the lasso finds its
    signs once beta is small and the noise small beside beta (Zhao, Yu, 2006). It is the neural isometry
    condition of sparse vectors, the ``off_support`` of the dual of smallest norm.

    Parameters
    ----------
    A : array_like, shape (m, d)
        Measurements, one a row.
    x : array_like, shape (d,)
        The vector; its entries that are not exactly zero are its support S.
    any_signs : bool
        Take the worst signs on the support instead, ``max_{j off S} ||A_S^+ a_j||_1`` (Tropp, 2004): below 1,
        every vector with this support is recovered.

    Returns
    -------
    float
        At least 0.

    Raises
    ------
    ValueError
        For wrong shapes, NaN, or dependent columns on the support.

    Examples
    --------
    >>> import numpy as np
    >>> from relulab.sensing.guarantees import irrepresentability
    >>> A = np.array([[1.0, 0.0, 0.6], [0.0, 1.0, 0.8]])
    >>> [round(irrepresentability(A, [1, -1, 0], any_signs), 6) for any_signs in (False, True)]
    [0.2, 1.4]
    """
    A = _checks.array("A", A, ("m", "d"))
    x = _checks.array("x", x, (A.shape[1],))
    on, off = A[:, x != 0], A[:, x == 0]
    if not independent(on):
        raise ValueError("the columns of A on the support of x are dependent: no vector with it is unique")
    represented = np.linalg.pinv(on) @ off
    sizes = np.abs(represented).sum(axis=0) if any_signs else np.abs(np.sign(x[x != 0]) @ represented)
    return float(sizes.max(initial=0))


def coherence(A: ArrayLike) -> float:
    """Mutual coherence ``max_{i != j} |a_i^T a_j| / (||a_i|| ||a_j||)``: the largest cosine of two columns.

    With coherence mu, basis pursuit finds every vector with k nonzero entries when ``(2 k - 1) mu < 1``
    (Donoho and Elad, 2003). Proved, for columns of length one. Otherwise it speaks of basis pursuit with
    weights: ``min sum_j ||a_j|| |x_j|``, which is basis pursuit on the scaled columns.

    Parameters
    ----------
    A : array_like, shape (m, d)
        Measurements, one a row; no column is zero.

    Returns
    -------
    float
        Between the Welch bound ``sqrt((d - m) / (m (d - 1)))`` and 1; 0 for orthogonal columns, and for one.

    Raises
    ------
    ValueError
        For NaN or a zero column.

    Examples
    --------
    >>> from relulab.sensing.guarantees import coherence
    >>> round(coherence([[1, 0, 3], [0, 1, 4]]), 3)
    0.8
    """
    A = _checks.array("A", A, ("m", "d"))
    largest = np.abs(A).max(axis=0)
    if not largest.all():
        raise ValueError(f"column {int(np.argmin(largest))} of A is zero; coherence needs nonzero columns")
    unit = A / largest
    unit = unit / np.linalg.norm(unit, axis=0)
    cosines = np.abs(unit.T @ unit)
    np.fill_diagonal(cosines, 0)
    return float(min(cosines.max(), 1.0))


def coherence_guarantee(A: ArrayLike) -> int:
    """The sparsity that coherence mu guarantees: k-sparse x are recovered if ``k < (1 + 1 / mu) / 2``.

    For columns of length one; otherwise by basis pursuit with the weights ``||a_j||``, see `coherence`.

    Donoho, Elad (2003), Gribonval, Nielsen (2003). For d >= 2 m it grows like sqrt(m) at best, where Gaussian
    measurements recover a number of entries that is proportional to m.

    Parameters
    ----------
    A : array_like, shape (m, d)
        Measurements, one a row; no column is zero.

    Returns
    -------
    int
        The largest such k, at most d.

    Raises
    ------
    ValueError
        For NaN or a zero column.

    Examples
    --------
    >>> import numpy as np
    >>> from relulab.sensing.guarantees import coherence_guarantee
    >>> gaussian = np.random.default_rng(0).standard_normal((50, 100))
    >>> coherence_guarantee(np.eye(5)), coherence_guarantee(gaussian)
    (5, 1)
    """
    mu, d = coherence(A), np.shape(A)[1]
    return d if mu * (2 * d - 1) < 1 else int(np.ceil((1 + 1 / mu) / 2 - MARGIN)) - 1


def restricted_isometry(A: ArrayLike, k: int, limit: int = 200_000) -> float:
    """The restricted isometry constant of order k, by looking at every support.

    The smallest delta with ``(1 - delta) ||x||^2 <= ||A x||^2 <= (1 + delta) ||x||^2`` for all k-sparse x
    (Candès, Tao, 2005); below ``1 / sqrt(2)`` at order 2k, basis pursuit recovers every k-sparse vector (Cai,
    Zhang, 2014). Computing it is NP-hard: this is for tiny sizes; `restricted_isometry_bounds` encloses it.

    Parameters
    ----------
    A : array_like, shape (m, d)
        Measurements, one a row.
    k : int
        Sparsity, 1 <= k <= d.
    limit : int
        The most supports that are looked at.

    Returns
    -------
    float
        At least 0. It depends on the scale of A: unit columns are usual.

    Raises
    ------
    ValueError
        For NaN, k out of range, or more than `limit` supports.

    Examples
    --------
    >>> import numpy as np
    >>> from relulab.sensing.guarantees import restricted_isometry
    >>> round(restricted_isometry(np.array([[1.0, 0.0, 0.6], [0.0, 1.0, 0.8]]), k=2), 6)
    0.8
    """
    A = _checks.array("A", A, ("m", "d"))
    d = A.shape[1]
    k, limit = _checks.count("k", k, 1, d), _checks.count("limit", limit)
    if comb(d, k) > limit:
        raise ValueError(
            f"k={k} of {d} columns makes {comb(d, k):,} supports, more than limit={limit:,}; "
            "use restricted_isometry_bounds"
        )
    return _largest_deviation(A.T @ A, np.array(list(combinations(range(d), k))))


def _largest_deviation(gram, supports):
    """The eigenvalue farthest from 1, over the given principal submatrices."""
    parts = np.array_split(supports, -(-supports.size * supports.shape[1] // 2**22))
    return max(
        float(np.abs(np.linalg.eigvalsh(gram[part[:, :, None], part[:, None]]) - 1).max()) for part in parts
    )


def restricted_isometry_bounds(
    A: ArrayLike, k: int, trials: int = 1000, rng: np.random.Generator | int = 0
) -> tuple[float, float]:
    """An interval around the restricted isometry constant, at any size.

    From below by random supports, from above by Gershgorin's circles: ``max_i | ||a_i||^2 - 1 |`` plus k - 1
    times the largest ``|a_i^T a_j|``. Between them is what cannot be computed.

    Parameters
    ----------
    A : array_like, shape (m, d)
        Measurements, one a row.
    k : int
        Sparsity, 1 <= k <= d.
    trials : int
        Random supports.
    rng : numpy.random.Generator or int
        Source of randomness, or a seed.

    Returns
    -------
    lower, upper : float
        The ends of the interval.

    Raises
    ------
    ValueError
        For NaN, k out of range, or trials < 1.

    Examples
    --------
    >>> import numpy as np
    >>> from relulab.sensing.guarantees import restricted_isometry, restricted_isometry_bounds
    >>> A = np.random.default_rng(0).standard_normal((12, 15)) / np.sqrt(12)
    >>> lower, upper = restricted_isometry_bounds(A, k=3, trials=50)
    >>> lower <= restricted_isometry(A, k=3) <= upper
    True
    """
    A = _checks.array("A", A, ("m", "d"))
    d = A.shape[1]
    k, trials, rng = _checks.count("k", k, 1, d), _checks.count("trials", trials), _checks.generator(rng)
    gram = A.T @ A
    lower = _largest_deviation(gram, rng.random((trials, d)).argpartition(k - 1, axis=1)[:, :k])
    products = np.abs(gram - np.diag(np.diag(gram)))
    return lower, float(np.abs(np.diag(gram) - 1).max() + (k - 1) * products.max())
