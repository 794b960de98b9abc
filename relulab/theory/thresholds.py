"""Where theory sees an edge: statistical dimensions, and the mean of an isometry condition."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import scipy

from .. import _checks

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


def l1_statistical_dimension(k: int, d: int) -> float:
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

    Raises
    ------
    ValueError
        For numbers that are not whole or out of range.

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


def group_statistical_dimension(k: int, p: int, d: int) -> float:
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

    Raises
    ------
    ValueError
        For numbers that are not whole or out of range.

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


def group_threshold(k: int, d: int) -> float:
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

    Raises
    ------
    ValueError
        For k or d that is not a whole number >= 1.

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


def _minimum(function, top):
    from scipy.optimize import minimize_scalar

    return float(minimize_scalar(function, bounds=(0, top), method="bounded").fun)


def mean_field_isometry(X: ArrayLike, w: ArrayLike) -> float:
    """Mean-field estimate of NIC-L for a random pattern. Proved in the mean; as an edge in the limit.

    ``sqrt(1/4 (1 + sum_i ||x_i||^2 dual_i^2))`` with the minimum-norm dual ``X (X^T X)^{-1} w``: the root
    mean square of ``||X^T D_j dual||`` when every row is active with probability 1/2. That the gated
    program over sampled patterns fails where it passes 1 is proved for Gaussian data, as d and the number of
    patterns grow; at finite sizes see `sampled_edge`.

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

    Raises
    ------
    ValueError
        For wrong shapes, NaN, or w = 0.

    Examples
    --------
    >>> import relulab as rl
    >>> X = rl.draw("whitened", 400, 20, rng=0)
    >>> round(rl.theory.mean_field_isometry(X, rl.plant(X, rng=1).weights[:, 0]), 2)
    0.51
    """
    X = _checks.data(X)
    w = _checks.array("w", w, (X.shape[1],))
    if not w.any():
        raise ValueError("w is zero; a planted neuron has a direction")
    dual = np.linalg.lstsq(X.T, w / np.linalg.norm(w))[0]
    return float(np.sqrt(0.25 * (1 + ((X**2).sum(axis=1) * dual**2).sum())))
