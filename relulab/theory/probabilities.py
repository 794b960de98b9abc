"""The curves that theory draws over the diagrams. Each says whether it is proved or heuristic."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import scipy

from .. import _checks
from ..data.ensembles import cluster_direction
from ..patterns.sampling import binomial_sum, count_patterns

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

LARGE = 5_000  # rows up to which Wendel's sum is taken in whole numbers


def cover(n: int, d: int) -> int:
    """Cover's count of patterns, the zero pattern included; the same as `count_patterns`. Proved.

    Parameters
    ----------
    n, d : int
        Samples in general position, that is, every min(n, d) of them independent; and dimension.

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
    >>> rl.theory.cover(20, 4)
    2320
    """
    return count_patterns(n, d)


def wendel(n: int, d: int) -> float:
    """Probability that n random rows in dimension d have an all-ones pattern (Wendel, 1962). Proved.

    ``2^(1-n) sum_{k < d} C(n - 1, k)``, for independent symmetric rows in general position, and for such rows
    whitened, which keeps the planes: the four ensembles here. It is 1 for n <= d and exactly 1/2 at n = 2d.

    Parameters
    ----------
    n, d : int
        Samples and dimension.

    Returns
    -------
    float
        A probability, without overflow at any size.

    Raises
    ------
    ValueError
        For n or d that is not a whole number >= 1.

    Examples
    --------
    >>> import relulab as rl
    >>> rl.theory.wendel(20, 10), rl.theory.wendel(10, 10)
    (0.5, 1.0)
    """
    n, d = _checks.count("n", n), _checks.count("d", d)
    if n <= d:
        return 1.0
    if n > LARGE:
        return 0.5 if n == 2 * d else float(scipy.special.bdtr(d - 1, n - 1, 0.5))
    return binomial_sum(n - 1, d) / 2 ** (n - 1)


def recovery_whitened(n: int, d: int) -> float:
    """Probability that a linear plant is the unique solution over all patterns, whitened data. Proved.

    For the gated skip program with ``X^T X = I``, where no ``x_i^T w`` is zero, the plant is unique
    exactly when the all-ones pattern does not exist, so the probability is ``1 - wendel(n, d)``. For
    other independent symmetric rows in general position it is an upper bound, for the gated program. It
    bounds no ReLU network: that is the exact program, which recovers the plant with probability ``1 -
    2^(1-n)`` for whitened data and n >= d, where w is fixed or drawn by itself and what whitens is a
    function of ``X^T X``.

    Parameters
    ----------
    n, d : int
        Samples and dimension.

    Returns
    -------
    float
        A probability.

    Raises
    ------
    ValueError
        For n or d that is not a whole number >= 1.

    Examples
    --------
    >>> import relulab as rl
    >>> rl.theory.recovery_whitened(20, 10)
    0.5
    """
    return 1.0 - wendel(n, d)


def recovery_nonnegative(m: int, k: int, d: int) -> float:
    """Probability that a nonnegative k-sparse vector is the only nonnegative solution of ``A x = b``. Proved.

    For m Gaussian measurements. It is ``1 - wendel(d - k, d - m)``: another solution exists exactly when
    d - k random rows in dimension d - m have an all-ones pattern (Donoho and Tanner, arXiv:0807.3590).

    Parameters
    ----------
    m, k, d : int
        Measurements, nonzero entries, dimension; 1 <= m <= d, 0 <= k <= d.

    Returns
    -------
    float
        A probability; 1/2 where ``2 m = d + k < 2 d``.

    Raises
    ------
    ValueError
        For numbers that are not whole or out of range.

    Examples
    --------
    >>> import relulab as rl
    >>> rl.theory.recovery_nonnegative(28, 6, 50)
    0.5
    """
    d = _checks.count("d", d)
    m, k = _checks.count("m", m, 1, d), _checks.count("k", k, 0, d)
    if m == d:
        return 1.0
    return 1.0 - wendel(d - k, d - m) if k < d else 0.0


def cluster_probability(first: int, second: int, s: float, means: ArrayLike) -> float:
    """Probability that the pattern of `cluster_direction` is the first of two clusters. Proved.

    ``Phi(s ||mu_1|| q)^first Phi(s ||mu_2|| q)^second`` with ``q = sqrt((1 - c) / 2)``, c the cosine of the
    centers: each row is on its side by itself. Centers of one direction (c = 1) leave no difference: its
    pattern is all-ones, so the probability is 0 where the second cluster has rows.

    Parameters
    ----------
    first, second : int
        Rows in the two clusters, at least 0.
    s : float
        Inverse noise level: the rows are ``mu + N(0, I / s^2)``.
    means : array_like, shape (2, d)
        The centers.

    Returns
    -------
    float
        A probability.

    Raises
    ------
    ValueError
        For counts below 0, s < 0, or a center of norm zero.

    Examples
    --------
    >>> import numpy as np
    >>> import relulab as rl
    >>> round(rl.theory.cluster_probability(50, 50, s=4, means=np.eye(2)), 3)
    0.791
    """
    first, second = _checks.count("first", first, 0), _checks.count("second", second, 0)
    s, means = _checks.nonnegative("s", s), _checks.array("means", means, (2, "d"))
    half = np.linalg.norm(cluster_direction(means)) / 2
    if half == 0:
        return float(second == 0)
    logs = scipy.special.log_ndtr(s * half * np.linalg.norm(means, axis=1))
    return float(np.exp([first, second] @ logs))
