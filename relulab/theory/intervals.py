"""How well a rate is known from a few trials."""

import numpy as np
import scipy


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
