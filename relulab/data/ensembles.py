"""Random data matrices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .. import _checks

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from numpy.typing import ArrayLike


def _gaussian(n, d, rng):
    return rng.standard_normal((n, d)) / np.sqrt(n)


def _cubic(n, d, rng):
    return _gaussian(n, d, rng) ** 3


def _whiten(X):
    """Keep the column space, make the columns orthonormal (the rows, where there are fewer rows)."""
    U, _, Vt = np.linalg.svd(X, full_matrices=False)
    return U if X.shape[0] >= X.shape[1] else Vt


ENSEMBLES = {
    "gaussian": _gaussian,
    "cubic": _cubic,
    "whitened": lambda n, d, rng: _whiten(_gaussian(n, d, rng)),
    "cubic-whitened": lambda n, d, rng: _whiten(_cubic(n, d, rng)),
}


def draw(
    ensemble: Any, n: int, d: int, rng: np.random.Generator | int = 0, bias: float | bool = False
) -> np.ndarray:
    """Draw a random data matrix.

    Parameters
    ----------
    ensemble : str or callable
        ``"gaussian"``: independent entries N(0, 1/n). ``"cubic"``: the same, entry by entry to the third
        power, without rescaling. ``"whitened"`` and ``"cubic-whitened"``: an orthonormal basis of the column
        space of those (of the row space, where n < d). Or a function ``(n, d, rng) -> X`` of yours.
    n, d : int
        Samples and dimension, at least 1.
    rng : numpy.random.Generator or int
        Source of randomness, or a seed.
    bias : bool or float
        Append a column: of ones for True, or of this constant. The last weight of a neuron is then its bias,
        charged like the others; the larger the constant, the cheaper the bias.

    Returns
    -------
    ndarray, shape (n, d), or (n, d + 1) with a bias
        The data, one sample a row, float64.

    Raises
    ------
    ValueError
        For an unknown ensemble, n or d below 1, a function that returns something else than a finite (n, d)
        array, or a bias that is neither a bool nor a finite number above 0.

    Examples
    --------
    >>> import numpy as np
    >>> import relulab as rl
    >>> X = rl.draw("whitened", 30, 5, rng=0)
    >>> bool(np.allclose(X.T @ X, np.eye(5)))
    True
    >>> rl.draw("gaussian", 30, 5, rng=0, bias=True)[:2, -1].tolist()
    [1.0, 1.0]
    """
    n, d, rng = _checks.count("n", n), _checks.count("d", d), _checks.generator(rng)
    if callable(ensemble):
        X = _checks.array("the ensemble's X", ensemble(n, d, rng), (n, d))
    else:
        X = ENSEMBLES[_checks.choice("ensemble", ensemble, ENSEMBLES)](n, d, rng)
    if bias is False:
        return X
    constant = 1.0 if bias is True else _checks.positive("bias", bias)
    return np.column_stack([X, np.full(n, constant)])


MEANS = {
    "signs": lambda d, rng: rng.choice([-1.0, 1.0], (2, d)),
    "gaussian": lambda d, rng: rng.standard_normal((2, d)),
    "unit": lambda d, rng: _unit_rows(rng.standard_normal((2, d))),
}


def _unit_rows(M):
    return M / np.linalg.norm(M, axis=1, keepdims=True)


def cluster_means(d: int, means: Any = "unit", rng: np.random.Generator | int = 0) -> np.ndarray:
    """The centers of two clusters.

    Parameters
    ----------
    d : int
        Dimension.
    means : {"unit", "gaussian", "signs"} or array_like, shape (2, d)
        ``"unit"``: independent and uniform on the sphere. ``"gaussian"``: N(0, I). ``"signs"``: entries -1
        and 1. An array is checked and returned.
    rng : numpy.random.Generator or int
        Source of randomness, or a seed.

    Returns
    -------
    ndarray, shape (2, d)
        One center a row.

    Raises
    ------
    ValueError
        For an unknown kind of means, or an array that is not two finite rows, both nonzero.

    Examples
    --------
    >>> import numpy as np
    >>> from relulab.data.ensembles import cluster_means
    >>> bool(np.allclose(np.linalg.norm(cluster_means(5), axis=1), 1))
    True
    """
    d, rng = _checks.count("d", d), _checks.generator(rng)
    if isinstance(means, str):
        return MEANS[_checks.choice("means", means, MEANS)](d, rng)
    centers = _checks.array("means", means, (2, d))
    if not centers.any(axis=1).all():
        raise ValueError("means holds a zero row; a center has a direction")
    return centers


def cluster_direction(means: ArrayLike) -> np.ndarray:
    """The neuron that tells two clusters apart: ``mu_1 / ||mu_1|| - mu_2 / ||mu_2||``.

    Where the noise is small it is active on the first cluster alone; `theory.cluster_probability` says how
    often. Give it to `plant` as its direction.

    Parameters
    ----------
    means : array_like, shape (2, d)
        The centers.

    Returns
    -------
    ndarray, shape (d,)
        Not normalized; zero if the centers have the same direction.

    Raises
    ------
    ValueError
        For centers that are not two rows of finite numbers, or a center at the origin.

    Examples
    --------
    >>> from relulab.data.ensembles import cluster_direction
    >>> cluster_direction([[2.0, 0.0], [0.0, 3.0]])
    array([ 1., -1.])
    """
    means = _checks.array("means", means, (2, "d"))
    first, second = _unit_rows(cluster_means(means.shape[1], means))
    difference = first - second
    return difference if np.linalg.norm(difference) > 1e-15 else np.zeros_like(difference)


@dataclass(frozen=True, eq=False)
class _Clustered:
    s: float
    means: object
    first: int | None
    __name__ = "clustered"

    def __call__(self, n, d, rng):
        first = n - n // 2 if self.first is None else _checks.count("first", self.first, 0, n)
        centers = cluster_means(d, self.means, rng)
        which = np.repeat([0, 1], [first, n - first])
        return centers[which] + rng.standard_normal((n, d)) / self.s


def clustered(s: float, means: Any = "unit", first: int | None = None) -> Callable:
    """An ensemble of two clusters: rows ``mu_1 + z``, then rows ``mu_2 + z``, with ``z ~ N(0, I / s^2)``.

    Parameters
    ----------
    s : float
        Inverse noise level, > 0.
    means : {"unit", "gaussian", "signs"} or array_like, shape (2, d)
        The centers, as in `cluster_means`; those that have a name are drawn anew with every data matrix.
    first : int, optional
        How many rows are in the first cluster; half of them, rounded up, by default.

    Returns
    -------
    callable
        ``(n, d, rng) -> X``, for `draw` and `phase_diagram`.

    Raises
    ------
    ValueError
        For s <= 0 or unknown means; when it is called, for centers of another dimension or first > n.

    Examples
    --------
    >>> import relulab as rl
    >>> from relulab.data.ensembles import cluster_direction, cluster_means, clustered
    >>> means = cluster_means(20, rng=1)
    >>> X = rl.draw(clustered(s=20, means=means), 6, 20, rng=0)
    >>> (X @ cluster_direction(means) >= 0).tolist()
    [True, True, True, False, False, False]
    """
    if not _checks.nonnegative("s", s):
        raise ValueError(f"s={s!r} is not > 0; it is the inverse of the noise level")
    if isinstance(means, str):
        _checks.choice("means", means, MEANS)
    else:
        means = _checks.array("means", means, (2, "d"))
    return _Clustered(float(s), means, first)
