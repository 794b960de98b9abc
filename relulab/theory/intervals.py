"""How well a rate is known from a few trials."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import scipy

from .. import _checks

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


def wilson_interval(
    successes: ArrayLike, trials: ArrayLike, level: float = 0.95
) -> tuple[np.ndarray, np.ndarray]:
    """Wilson's confidence interval for a probability.

    Parameters
    ----------
    successes, trials : array_like of int
        Counts, broadcast against each other.
    level : float
        Confidence level, between 0 and 1.

    Returns
    -------
    lower, upper : ndarray
        The ends of the interval; 0 and 1 where there are no trials.

    Raises
    ------
    ValueError
        For counts that are negative or not finite, more successes than trials, or a level not in (0, 1).

    Examples
    --------
    >>> import relulab as rl
    >>> [round(float(end), 2) for end in rl.theory.wilson_interval(8, 10)]
    [0.49, 0.94]
    """
    successes = _checks.numbers("successes", successes).astype(float)
    trials = _checks.numbers("trials", trials).astype(float)
    if not 0 < _checks.nonnegative("level", level) < 1:
        raise ValueError(f"level={level!r} is not between 0 and 1; 95 % is 0.95")
    try:
        successes, trials = np.broadcast_arrays(successes, trials)
    except ValueError:
        shapes = f"{successes.shape} and {trials.shape}"
        raise ValueError(f"successes and trials have shapes {shapes}, which do not fit together") from None
    if not (np.isfinite(trials) & (successes >= 0) & (successes <= trials)).all():
        raise ValueError("successes must be counts between 0 and trials")
    z = scipy.special.ndtri(0.5 + level / 2)
    some = np.maximum(trials, 1)
    share = successes / some
    center = (share + z * z / (2 * some)) / (1 + z * z / some)
    half = z / (1 + z * z / some) * np.sqrt(share * (1 - share) / some + z * z / (4 * some**2))
    empty = trials == 0
    lower = np.where(empty, 0.0, np.where(successes == 0, 0.0, np.maximum(center - half, 0.0)))
    upper = np.where(empty, 1.0, np.where(successes == trials, 1.0, np.minimum(center + half, 1.0)))
    return lower, upper
