"""What a batch does to curvature and to the learning rate: predictions, an estimator, exact limits.

After Granziol, Zohren and Roberts, "Learning rates as a function of batch size", arXiv 2006.09092.
A batch's Hessian is the full one plus noise. The noise pushes the largest eigenvalues outwards, and they
bound the rate.
"""

from typing import NamedTuple

import numpy as np

from .. import _checks
from .curvature import lanczos


class Step(NamedTuple):
    """A learning rate and a momentum, and the extreme curvatures that they come from."""

    rate: float
    momentum: float
    largest: float
    smallest: float


def _positive(name, value):
    if (number := _checks.nonnegative(name, value)) > 0:
        return number
    raise ValueError(f"{name}={value!r} is not positive")


def _finite(name, values):
    values = np.asarray(values, dtype=float)
    if np.isfinite(values).all():
        return values
    raise ValueError(f"{name} holds NaN or infinite values; all must be finite")


def effective_batch(batch, total):
    """The batch size that counts when a batch is drawn without replacement: b = B / (1 - B/N).

    Parameters
    ----------
    batch : float
        B, the size of a batch, at most `total`.
    total : float
        N, the size of the data set.

    Returns
    -------
    float
        b; infinite for the full data, whose batch has no noise.

    Raises
    ------
    ValueError
        For sizes that are not positive, or a batch larger than the data.

    Examples
    --------
    >>> from relulab.spectra.batch_size import effective_batch
    >>> effective_batch(75, 100)
    300.0
    """
    batch, total = _positive("batch", batch), _positive("total", total)
    if batch > total:
        raise ValueError(f"batch={batch:g} is larger than total={total:g}")
    return np.inf if batch == total else batch / (1 - batch / total)


def spiked_wigner(spike, s):
    """The largest eigenvalue of a matrix with one eigenvalue `spike`, plus symmetric noise.

    The noise has independent entries of variance s^2 / P, order P large, and the other eigenvalues are small:
    spike + s^2 / spike above the threshold s, and the edge 2 s of the noise below it.

    Parameters
    ----------
    spike : array_like
        The eigenvalue without noise.
    s : float
        Scale of the noise: sigma sqrt(P / b) for entries of variance sigma^2 / b.

    Returns
    -------
    ndarray
        The prediction, in the shape of `spike`.

    Raises
    ------
    ValueError
        For a spike that is not finite, or a negative s.

    Examples
    --------
    >>> from relulab.spectra.batch_size import spiked_wigner
    >>> spiked_wigner([0.5, 2.0], 1.0).tolist()
    [2.0, 2.5]
    """
    s = _checks.nonnegative("s", s)
    spike = _finite("spike", spike)
    above = spike > s
    return np.where(above, spike + s**2 / np.where(above, spike, 1), 2 * s)


def spiked_marchenko_pastur(spike, v, gamma):
    """The largest eigenvalue of a sample covariance, as of a Gauss-Newton matrix.

    The population has variance v in all directions, v + spike in one: (spike + v)(1 + gamma v / spike) above
    the threshold v sqrt(gamma), and the edge v (1 + sqrt(gamma))^2 below it.

    Parameters
    ----------
    spike : array_like
        What one direction has beyond v.
    v : float
        The variance of the others.
    gamma : float
        Parameters over samples, P / T.

    Returns
    -------
    ndarray
        The prediction, in the shape of `spike`.

    Raises
    ------
    ValueError
        For a spike that is not finite, or a negative v or gamma.

    Examples
    --------
    >>> from relulab.spectra.batch_size import spiked_marchenko_pastur
    >>> spiked_marchenko_pastur([0.1, 2.0], 1.0, 0.25).tolist()
    [2.25, 3.375]
    """
    v, gamma = _checks.nonnegative("v", v), _checks.nonnegative("gamma", gamma)
    spike = _finite("spike", spike)
    above = spike > v * np.sqrt(gamma)
    outlier = (spike + v) * (1 + gamma * v / np.where(above, spike, 1))
    return np.where(above, outlier, v * (1 + np.sqrt(gamma)) ** 2)


def best_step(product, size, steps=20, damping=0.0, rng=0):
    """A learning rate and a momentum from the curvature of one batch, on the fly.

    A few Lanczos steps give the largest curvature L. With l the smallest positive one that they see, or the
    damping (weight decay) where it is larger, heavy-ball momentum is best on a quadratic with
    rate (2 / (sqrt L + sqrt l))^2 and momentum ((sqrt L - sqrt l) / (sqrt L + sqrt l))^2 (Polyak).

    Parameters
    ----------
    product : callable
        The product with the batch's Hessian or Gauss-Newton matrix.
    size : int
        Number of parameters.
    steps : int
        Lanczos steps.
    damping : float
        Added to every curvature.
    rng : numpy.random.Generator or int
        Source of the first vector.

    Returns
    -------
    Step
        ``rate``, ``momentum``, ``largest``, ``smallest``.

    Raises
    ------
    ValueError
        For sizes below 1, a negative damping, or curvature that is nowhere positive.

    Notes
    -----
    The largest value is found to a few percent in about 20 steps. The smallest is rough: Lanczos sees the
    ends of a spectrum, and a network's lower end is a bulk at zero. Without damping trust the rate
    2 / `largest` alone.

    Examples
    --------
    >>> import numpy as np
    >>> from relulab.spectra.batch_size import best_step
    >>> step = best_step(lambda v: np.array([1.0, 4.0, 9.0]) * v, 3)
    >>> round(step.rate, 6), round(step.momentum, 6)
    (0.25, 0.25)
    """
    damping = _checks.nonnegative("damping", damping)
    diagonal, beside, _ = lanczos(product, size, steps, rng)
    values = np.linalg.eigvalsh(np.diag(diagonal) + np.diag(beside, 1) + np.diag(beside, -1)) + damping
    positive = values[values > 1e-10 * np.abs(values).max()]
    if not positive.size:
        raise ValueError("product: no curvature that Lanczos saw is positive; add damping")
    largest, smallest = float(positive[-1]), float(max(damping, positive[0]))
    wide, narrow = np.sqrt(largest) + np.sqrt(smallest), np.sqrt(largest) - np.sqrt(smallest)
    return Step(float((2 / wide) ** 2), float((narrow / wide) ** 2), largest, smallest)


def contraction(X, rate, batch, damping=None, iterations=200):
    """How the mean square of SGD's error changes in a step of linear regression, exactly.

    The error e follows e <- (I - rate C H_B) e with H_B the mean of x x^T over `batch` rows drawn with
    replacement and C the identity, or (H + damping)^-1. Its second moment M follows a linear map that keeps
    M positive semidefinite; this is its spectral radius, by power iteration.

    Parameters
    ----------
    X : array_like, shape (N, d)
        The inputs.
    rate : float
        The learning rate.
    batch : int
        Rows a step.
    damping : float, optional
        Precondition with (H + damping)^-1.
    iterations : int
        Steps of the power iteration.

    Returns
    -------
    float
        Below 1 the error vanishes in mean square, above 1 it grows.

    Raises
    ------
    ValueError
        For X that is no finite matrix, a rate or batch that is not positive.

    Examples
    --------
    >>> import numpy as np
    >>> from relulab.spectra.batch_size import contraction
    >>> X = np.eye(2) * np.sqrt(2)
    >>> round(contraction(X, rate=0.5, batch=10**9), 6)
    0.25
    """
    X = _checks.data(X)
    rate, batch = _positive("rate", rate), _checks.count("batch", batch)
    iterations = _checks.count("iterations", iterations)
    H = X.T @ X / len(X)
    C = (
        np.eye(len(H))
        if damping is None
        else np.linalg.inv(H + _positive("damping", damping) * np.eye(len(H)))
    )
    A = np.eye(len(H)) - rate * C @ H
    M = np.eye(len(H)) / len(H)
    for _ in range(iterations):
        fourth = (X * ((X @ M) * X).sum(axis=1)[:, None]).T @ X / len(X)
        M = A @ M @ A.T + rate**2 / batch * C @ (fourth - H @ M @ H) @ C.T
        if (growth := np.trace(M)) <= 0:
            return 0.0
        M = M / growth
    return float(growth)
