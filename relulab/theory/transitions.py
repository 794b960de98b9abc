"""Where recovery begins, in samples a dimension: limits that are proved, and a formula for finite sizes.

The proofs are on the page "The edges, proved" of the book. Each function says whether it is proved or
heuristic.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import scipy

from .. import _checks
from ..patterns.sampling import count_patterns

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

PLANTS = ("smallest", "random")


def sampled_limit(direction: str = "smallest") -> float:
    """The edge over sampled patterns as d grows, n/d fixed. Proved.

    For the gated skip program, Gaussian data, a planted linear neuron and p sampled patterns, all-ones added
    where it exists, with p / log n growing and log p / n falling to zero. Above the edge the probability of
    recovery tends to 1, below it to 0. The smallest direction has ``(1 + 1/sqrt(3))^2``, a random or fixed
    one 2.

    Parameters
    ----------
    direction : {"smallest", "random"}
        Where the planted neuron points.

    Returns
    -------
    float
        Samples a dimension.

    Raises
    ------
    ValueError
        For another direction.

    Examples
    --------
    >>> from relulab import theory
    >>> round(theory.sampled_limit(), 3), theory.sampled_limit("random")
    (2.488, 2.0)
    """
    _checks.choice("direction", direction, PLANTS)
    return (1 + 3**-0.5) ** 2 if direction == "smallest" else 2.0


def sampled_recovery(n: float, d: int, direction: str = "smallest", patterns: float = 1) -> float:
    """Probability of recovery over sampled patterns at finite sizes. Heuristic.

    The gated skip program, Gaussian data, a planted linear neuron, ``p = max(50, patterns n)`` gates. The
    plant is recovered if the all-ones pattern does not exist (`wendel`) and
    ``q = d/n w^T (X^T X)^-1 w`` lies below the level at which Gordon's comparison, with independent Gaussian
    blocks in place of the true ones, leaves no certificate: ``min_r p E(V_r - 2)_+^2 - r^2 (n - d)/d = 0``
    with ``V_r^2 ~ N(1 + q + r^2, s^2)``. For the smallest direction the law of q comes from Tracy and
    Widom's, for a random one it is that of d over a chi-squared variable.

    Parameters
    ----------
    n, d : float, int
        Samples and dimension; n need not be whole.
    direction : {"smallest", "random"}
        Where the planted neuron points.
    patterns : float
        Gates drawn for each row, as for `phase_diagram`.

    Returns
    -------
    float
        A probability; 0 for n <= d.

    Raises
    ------
    ValueError
        For a direction, size or number of patterns that is not allowed.

    Examples
    --------
    >>> from relulab import theory
    >>> [round(theory.sampled_recovery(n, 40), 2) for n in (90, 104, 130)]
    [0.0, 0.57, 1.0]
    """
    d, n = _checks.count("d", d, 2), _positive("n", n)
    _checks.choice("direction", direction, PLANTS)
    if n <= d:
        return 0.0
    below = _smallest_below if direction == "smallest" else _random_below
    no_all_ones = 1 - scipy.special.betainc(n - d, d, 0.5)
    return float(no_all_ones * below(critical_level(n, d, direction, patterns), n, d))


def sampled_edge(d: int, direction: str = "smallest", patterns: float = 1) -> float:
    """Samples a dimension at which half of the plants are recovered over sampled patterns. Heuristic.

    Where `sampled_recovery` is 1/2. Compared with measurements for the smallest direction it is right to 2 %
    for d from 20 to 60 and up to 8 gates a row, and too high by 2 to 4 % for d from 5 to 10 and one gate a
    row, by more for more gates. As d grows it tends to `sampled_limit`, slowly.

    Parameters
    ----------
    d : int
        Dimension, at least 2.
    direction : {"smallest", "random"}
        Where the planted neuron points.
    patterns : float
        Gates drawn for each row, as for `phase_diagram`.

    Returns
    -------
    float
        A ratio n/d.

    Raises
    ------
    ValueError
        For a direction, size or number of patterns that is not allowed.

    Examples
    --------
    >>> from relulab import theory
    >>> [round(theory.sampled_edge(d), 2) for d in (20, 100, 10_000)]
    [2.52, 2.6, 2.52]
    """
    from scipy.optimize import brentq

    d = _checks.count("d", d, 2)
    return float(
        brentq(lambda r: sampled_recovery(r * d, d, direction, patterns) - 0.5, 1 + 1e-6, 20, xtol=1e-5)
    )


def critical_level(n: float, d: int, direction: str = "smallest", patterns: float = 1) -> float:
    """The ``q = d/n w^T (X^T X)^-1 w`` above which no certificate is left, over sampled patterns. Heuristic.

    By Gordon's comparison, as in `sampled_recovery`. It tends to 3 as d grows, and there it is
    proved, for Gaussian data.

    Parameters
    ----------
    n, d : float, int
        Samples and dimension, n > d; n need not be whole.
    direction : {"smallest", "random"}
        Where the planted neuron points; any eigenvector of ``X^T X`` is like the smallest.
    patterns : float
        Gates drawn for each row, as for `phase_diagram`.

    Returns
    -------
    float
        A level; 0 where it would be below 0.001.

    Raises
    ------
    ValueError
        For a direction, size or number of patterns that is not allowed.

    Examples
    --------
    >>> from relulab import theory
    >>> [round(theory.critical_level(2.5 * d, d), 2) for d in (40, 1000, 100_000)]
    [2.28, 2.74, 2.96]
    """
    from scipy.optimize import brentq, minimize_scalar

    d, n = _checks.count("d", d, 2), _positive("n", n)
    _checks.choice("direction", direction, PLANTS)
    if n <= d:
        raise ValueError(f"n={n} is not above d={d}")
    gates = max(50.0, _positive("patterns", patterns) * n)
    nodes, weights = np.polynomial.legendre.leggauss(80)

    def excess(squared, q):
        """p E (V - 2)_+^2 - r^2 (n - d)/d for a step of length r, squared = r^2."""
        level = q + squared
        along = 12 / n if direction == "smallest" else 4 * (q * n / d + 2) / n
        spread = np.sqrt(along + (2 * level**2 + 4 * squared) / d)
        start = max((3 - level) / spread, -9.0)
        half = (max(start, 0) + 9 - start) / 2
        z = start + (nodes + 1) * half
        over = np.sqrt(np.maximum(1 + level + spread * z, 4)) - 2
        mean = half * weights @ (np.exp(-z * z / 2) * over**2) / np.sqrt(2 * np.pi)
        return gates * mean - squared * (n - d) / d

    def least(q):
        return minimize_scalar(lambda r: excess(r * r, q), bounds=(1e-3, 2.5), method="bounded").fun

    return 0.0 if least(1e-3) > 0 else float(brentq(least, 1e-3, 20.0, xtol=1e-4))


def _smallest_below(q, n, d):
    """P(q < q*) for the smallest direction: the least eigenvalue on Tracy and Widom's scale."""
    if q == 0:
        return 0.0
    rows, columns, ratio = np.sqrt(n - 0.5), np.sqrt(d - 0.5), d / n
    middle = (rows - columns) ** 2
    scale = (1 / columns - 1 / rows) ** (1 / 3) / (rows - columns)
    eigenvalue = d / (q * (1 + (4 * np.sqrt(ratio) - 2 * ratio) / d))
    # Tracy and Widom's law of real matrices, by the gamma law with its first three moments.
    return scipy.special.gammainc(
        46.446, max((np.log(middle / eigenvalue) + scale**2 / 8) / scale + 9.84801, 0) / 0.186054
    )


def _random_below(q, n, d):
    return scipy.special.chdtrc(n - d + 1, d / (q * (1 + 2 / n))) if q else 0.0


def shifted_edge(mean: float) -> float:
    """Samples a dimension up to which rows N(mu, I) have an all-ones pattern, as d grows. Proved.

    ``d/n = min_a (1 + a^2) E(g - a mean / sqrt(1 + a^2))_+^2`` with a standard normal g: below this edge the
    probability of an all-ones pattern tends to 1, above it to 0.

    Parameters
    ----------
    mean : float
        The length of mu, at least 0.

    Returns
    -------
    float
        A ratio n/d; 2 for centered rows.

    Raises
    ------
    ValueError
        For a negative or infinite mean.

    Examples
    --------
    >>> from relulab import theory
    >>> [round(theory.shifted_edge(mean), 2) for mean in (0, 0.5, 1, 1.5)]
    [2.0, 2.34, 3.7, 7.7]
    """
    from scipy.optimize import minimize_scalar

    mean = _checks.nonnegative("mean", mean)

    def share(turn):  # a = tan(turn)
        at = mean * np.sin(turn)
        tail = (1 + at * at) * scipy.special.ndtr(-at) - at * np.exp(-at * at / 2) / np.sqrt(2 * np.pi)
        return tail / np.cos(turn) ** 2

    best = minimize_scalar(share, bounds=(0, np.pi / 2 - 1e-9), method="bounded", options={"xatol": 1e-10})
    return float(1 / best.fun)


def union_bound(X: ArrayLike, w: ArrayLike, weighted: bool = True) -> float:
    """A bound on the probability that NIC-L fails over all patterns, given X up to row signs. Proved.

    ``p e^{sum_i c(kappa_i)} min_s e^{-2s} exp(s/2 w^T (I - s M)^-1 w) / sqrt(det(I - s M))`` with
    ``M = sum_i beta(kappa_i) a_i a_i^T``, ``a_i = lambda_i x_i`` and ``lambda = X (X^T X)^-1 w``. The weights
    are ``kappa_i = theta n lambda_i^2 / ||lambda||^2`` with the best theta found; without them kappa is zero,
    c = 0 and beta = 1.

    Parameters
    ----------
    X : array_like, shape (n, d)
        The data, of rank d; the rows are to be independent, each with the law of its negative.
    w : array_like, shape (d,)
        The planted neuron, fixed or a function of ``X^T X``.
    weighted : bool
        Use the weights.

    Returns
    -------
    float
        The logarithm to base 10; above zero it says nothing.

    Raises
    ------
    ValueError
        For data that are not finite or not of rank d, or a w of another dimension or of norm zero.

    Examples
    --------
    >>> import relulab as rl
    >>> from relulab import theory
    >>> X = rl.draw("gaussian", 140, 10, rng=0)
    >>> w = rl.plant(X, rng=1).weights[:, 0]
    >>> theory.union_bound(X, w) < -2 < 0 < theory.union_bound(X, w, weighted=False)
    True
    """
    from scipy.optimize import minimize_scalar

    X = _checks.data(X)
    n, d = X.shape
    w = _checks.array("w", w, (d,))
    if not w.any():
        raise ValueError("w has norm zero; a planted neuron has a direction")
    w = w / np.linalg.norm(w)
    dual, _, rank, _ = np.linalg.lstsq(X.T, w)
    if rank < d:
        raise ValueError(f"X has rank {rank}; the bound needs rank {d}")
    a = dual[:, None] * X

    def exponent(kappa):
        tilt = np.tanh(kappa) / kappa
        values, vectors = np.linalg.eigh((a * tilt[:, None]).T @ a)
        shares = (vectors.T @ w) ** 2

        def at(s):
            rest = 1 - s * values
            return -2 * s + s / 2 * (shares / rest).sum() - np.log(rest).sum() / 2

        best = minimize_scalar(at, bounds=(0, (1 - 1e-9) / values[-1]), method="bounded").fun
        return best + (np.logaddexp(kappa, -kappa) - np.log(2) - kappa * np.tanh(kappa) / 2).sum()

    def of_theta(log_theta):
        return exponent(np.maximum(np.exp(log_theta) * n * dual**2 / (dual @ dual), 1e-9))

    best = exponent(np.full(n, 1e-9))
    if weighted:
        best = min(best, minimize_scalar(of_theta, bounds=(-3, 6), method="bounded").fun)
    return float((_log_count(n, d) + best) / np.log(10))


def _log_count(n, d):
    """The logarithm of Cover's count; an int may be too large for a float."""
    count = count_patterns(n, d)
    shift = max(count.bit_length() - 60, 0)
    return float(np.log(count >> shift) + shift * np.log(2))


def _positive(name, value):
    number = _checks.nonnegative(name, value)
    if number == 0:
        raise ValueError(f"{name}={value!r} is not above 0")
    return number
