"""Random data matrices."""

import numpy as np

from . import _checks


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


def draw(ensemble, n, d, rng=0):
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

    Returns
    -------
    ndarray, shape (n, d)
        The data, one sample a row, float64.

    Raises
    ------
    ValueError
        For an unknown ensemble, n or d below 1, or a function that returns something else than a finite
        (n, d) array.

    Examples
    --------
    >>> import numpy as np
    >>> import relulab as rl
    >>> X = rl.draw("whitened", 30, 5, rng=0)
    >>> bool(np.allclose(X.T @ X, np.eye(5)))
    True
    """
    n, d, rng = _checks.count("n", n), _checks.count("d", d), _checks.generator(rng)
    if callable(ensemble):
        return _checks.array("the ensemble's X", ensemble(n, d, rng), (n, d))
    return ENSEMBLES[_checks.choice("ensemble", ensemble, ENSEMBLES)](n, d, rng)
