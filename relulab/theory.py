"""The curves that theory draws over the diagrams. Each says whether it is proved or heuristic."""

from math import comb

import numpy as np
import scipy

from . import _checks
from .ensembles import cluster_direction
from .patterns import count_patterns


def cover(n, d):
    """Cover's count of patterns, the zero pattern included; the same as `count_patterns`. Proved.

    Parameters
    ----------
    n, d : int
        Samples in general position, that is, every min(n, d) of them independent; and dimension.

    Returns
    -------
    int
        Exact.

    Examples
    --------
    >>> import relulab as rl
    >>> rl.theory.cover(20, 4)
    2320
    """
    return count_patterns(n, d)


def wendel(n, d):
    """Probability that n random rows in dimension d have an all-ones pattern (Wendel, 1962). Proved.

    ``2^(1-n) sum_{k < d} C(n - 1, k)``, for independent symmetric rows in general position: the four
    ensembles here. It is 1 for n <= d and exactly 1/2 at n = 2d.

    Parameters
    ----------
    n, d : int
        Samples and dimension.

    Returns
    -------
    float
        A probability, without overflow at any size.

    Examples
    --------
    >>> import relulab as rl
    >>> rl.theory.wendel(20, 10), rl.theory.wendel(10, 10)
    (0.5, 1.0)
    """
    n, d = _checks.count("n", n), _checks.count("d", d)
    if n <= d:
        return 1.0
    return sum(comb(n - 1, k) for k in range(d)) / 2 ** (n - 1)


def recovery_whitened(n, d):
    """Probability that a linear plant is the unique solution over all patterns, whitened data. Proved.

    For the gated skip program with ``X^T X = I`` the plant is unique exactly when the all-ones pattern does
    not exist, so the probability is ``1 - wendel(n, d)``. For other independent symmetric rows in general
    position it is an upper bound, for the gated program. It bounds no ReLU network: that is the exact
    program, which recovers the plant with probability ``1 - 2^(1-n)`` for whitened data and n >= d.

    Parameters
    ----------
    n, d : int
        Samples and dimension.

    Returns
    -------
    float
        A probability.

    Examples
    --------
    >>> import relulab as rl
    >>> rl.theory.recovery_whitened(20, 10)
    0.5
    """
    return 1.0 - wendel(n, d)


def recovery_nonnegative(m, k, d):
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
        A probability; 1/2 where ``2 m = d + k``.

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


def l1_statistical_dimension(k, d):
    """Statistical dimension of the descent cone of the l1 norm at a k-sparse vector in R^d.

    ``min_{t >= 0} k (1 + t^2) + (d - k) E[(|g| - t)_+^2]`` (Amelunxen, Lotz, McCoy, Tropp, 2014,
    Proposition 4.5). Gaussian measurements recover the vector by basis pursuit with probability 1/2 near as
    many measurements as this, up to order sqrt(d). Proved, as an upper bound that is tight to 2 sqrt(d / k).

    Parameters
    ----------
    k, d : int
        Nonzero entries, 0 <= k <= d; dimension.

    Returns
    -------
    float
        A number of measurements, between 0 and d.

    Examples
    --------
    >>> import relulab as rl
    >>> round(rl.theory.l1_statistical_dimension(10, 100), 1)
    32.9
    """
    d = _checks.count("d", d)
    k = _checks.count("k", k, 0, d)
    if k in (0, d):
        return float(k)

    def bound(t):
        tail = 2 * ((1 + t * t) * scipy.special.ndtr(-t) - t * np.exp(-t * t / 2) / np.sqrt(2 * np.pi))
        return k * (1 + t * t) + (d - k) * tail

    return _minimum(bound, 10)


def group_statistical_dimension(k, p, d):
    """Statistical dimension of the group norm at k active of p groups of size d. Heuristic for networks.

    ``min_{t >= 0} k (d + t^2) + (p - k) E[(chi_d - t)_+^2]``, an upper bound that is close. For independent
    Gaussian measurements the transition lies at the statistical dimension; the columns of a network's blocks
    are far from independent, so over a network's diagram it is only an overlay.

    Parameters
    ----------
    k, p, d : int
        Active groups, 0 <= k <= p; groups; group size.

    Returns
    -------
    float
        A number of measurements.

    Examples
    --------
    >>> import relulab as rl
    >>> round(rl.theory.group_statistical_dimension(1, 51, 10) / 10, 2)
    2.66
    """
    p, d = _checks.count("p", p), _checks.count("d", d)
    return _group_bound(_checks.count("k", k, 0, p), p, d)


def _group_bound(k, p, d):
    def bound(t):
        upper = [scipy.special.gammaincc((d + i) / 2, t * t / 2) for i in range(3)]
        mean = np.sqrt(2) * np.exp(scipy.special.gammaln((d + 1) / 2) - scipy.special.gammaln(d / 2))
        tail = d * upper[2] - 2 * t * mean * upper[1] + t * t * upper[0]
        return k * (d + t * t) + (p - k) * tail

    return _minimum(bound, np.sqrt(d) + 10)


def group_threshold(k, d):
    """Samples at which a network with k neurons would be recovered, were its blocks independent. Heuristic.

    The n that solves ``n = group_statistical_dimension(k, max(n, 50) + k, d)``: sampled patterns are as many
    as in `sample_patterns`, the planted ones added. It tends to 2 k d as d grows, slowly.

    Parameters
    ----------
    k, d : int
        Planted neurons and dimension.

    Returns
    -------
    float
        A number of samples.

    Examples
    --------
    >>> import relulab as rl
    >>> [round(rl.theory.group_threshold(k, 100) / 100, 2) for k in (1, 2, 3)]
    [2.23, 4.46, 6.69]
    """
    from scipy.optimize import brentq

    k, d = _checks.count("k", k), _checks.count("d", d)
    top = 50.0
    while _group_bound(k, top + k, d) > top:
        top *= 2
    return float(brentq(lambda n: _group_bound(k, max(n, 50.0) + k, d) - n, 0.0, top))


def cluster_probability(first, second, s, means):
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


def _minimum(function, top):
    from scipy.optimize import minimize_scalar

    return float(minimize_scalar(function, bounds=(0, top), method="bounded").fun)


def mean_field_isometry(X, w):
    """Mean-field estimate of NIC-L for a random pattern. Heuristic as an edge, proved in the mean.

    ``sqrt(1/4 (1 + sum_i ||x_i||^2 dual_i^2))`` with the minimum-norm dual ``X (X^T X)^{-1} w``: the root
    mean square of ``||X^T D_j dual||`` when every row is active with probability 1/2.

    Parameters
    ----------
    X : array_like, shape (n, d)
        The data, of rank d.
    w : array_like, shape (d,)
        The planted neuron.

    Returns
    -------
    float
        A norm; the condition asks for less than 1.

    Examples
    --------
    >>> import relulab as rl
    >>> X = rl.draw("whitened", 400, 20, rng=0)
    >>> round(rl.theory.mean_field_isometry(X, rl.plant(X, rng=1).weights[:, 0]), 2)
    0.51
    """
    X = _checks.data(X)
    w = _checks.array("w", w, (X.shape[1],))
    dual = np.linalg.lstsq(X.T, w / np.linalg.norm(w))[0]
    return float(np.sqrt(0.25 * (1 + ((X**2).sum(axis=1) * dual**2).sum())))


def wilson_interval(successes, trials, level=0.95):
    """Wilson's confidence interval for a probability.

    Parameters
    ----------
    successes, trials : array_like of int
        Counts, broadcast against each other.
    level : float
        Confidence level.

    Returns
    -------
    lower, upper : ndarray
        The ends of the interval; 0 and 1 where there are no trials.

    Examples
    --------
    >>> import relulab as rl
    >>> [round(float(end), 2) for end in rl.theory.wilson_interval(8, 10)]
    [0.49, 0.94]
    """
    successes, trials = np.broadcast_arrays(np.asarray(successes, float), np.asarray(trials, float))
    z = scipy.special.ndtri(0.5 + level / 2)
    some = np.maximum(trials, 1)
    share = successes / some
    center = (share + z * z / (2 * some)) / (1 + z * z / some)
    half = z / (1 + z * z / some) * np.sqrt(share * (1 - share) / some + z * z / (4 * some**2))
    empty = trials == 0
    lower = np.where(empty, 0.0, np.where(successes == 0, 0.0, np.maximum(center - half, 0.0)))
    upper = np.where(empty, 1.0, np.where(successes == trials, 1.0, np.minimum(center + half, 1.0)))
    return lower, upper
