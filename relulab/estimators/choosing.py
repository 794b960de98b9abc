"""The path on all rows, and the beta that cross-validation chooses."""

from __future__ import annotations

import numpy as np

from .. import _checks
from ..programs.executors import run_on
from ..programs.regularization import POINTS, SPAN, beta_max, path
from .preparing import folds_of, of_rows

WAY = 8  # points from beta_max down to a beta that is given
ROUGH = 1e-3  # gap that is enough for the errors of cross-validation
RULES = ("best", "one-se")


def fitted_path(features, y, S, settings, loss, beta, folds, rule, rng, executor=None):
    """The path on all rows, the place of the chosen beta in it, and the errors of cross-validation.

    Parameters
    ----------
    features : ndarray, shape (n, d)
        Scaled data.
    y : ndarray, shape (n,) or (n, c)
        Scaled labels.
    S : Patterns
        The patterns.
    settings : dict
        ``network``, ``form``, ``intercept``, ``tol`` and ``device`` of `path`.
    loss : {"squares", "logistic"}
        What the fit costs.
    beta : float or "cv"
        The weight of the regularizer, or cross-validation.
    folds : int
        Of cross-validation.
    rule : {"best", "one-se"}
        The beta of the smallest error, or the largest one within a standard error of it.
    rng : int
        Seed of the folds.
    executor : concurrent.futures.Executor, optional
        Gets the folds and the pieces of the path.

    Returns
    -------
    found : RegularizationPath
        On all rows, over all betas.
    place : int
        The chosen one.
    errors : ndarray, shape (folds, betas), or None
        Of cross-validation.

    Examples
    --------
    >>> import relulab as rl
    >>> from relulab.estimators.choosing import fitted_path
    >>> X = rl.draw("gaussian", 40, 3, rng=0)
    >>> settings = {"network": "skip", "form": "gated", "intercept": False, "tol": 1e-4}
    >>> S = rl.sample_patterns(X)
    >>> found, place, errors = fitted_path(X, rl.plant(X).y, S, settings, "squares", "cv", 4, "best", 0)
    >>> errors.shape, len(found)
    ((4, 30), 30)
    """
    own = {name: value for name, value in settings.items() if name not in ("tol", "device")}
    largest = beta_max(features, y, S, loss=loss, **own) or 1.0
    if beta != "cv":
        betas = np.array([beta]) if beta >= largest else np.geomspace(largest, beta, WAY)
        return path(features, y, S, betas, loss=loss, executor=executor, **settings), len(betas) - 1, None
    betas = np.geomspace(1, SPAN, POINTS) * largest
    parts = folds_of(y, folds, rng, y if loss == "logistic" else None)
    rough = settings | {"tol": max(settings["tol"], ROUGH)}
    work = [(features, y, S, betas, part, loss, rough) for part in parts]
    errors = np.stack(run_on(executor, _errors, work))
    found = path(features, y, S, betas, loss=loss, executor=executor, **settings)
    return found, _chosen(errors, rule), errors


def _errors(features, y, S, betas, part, loss, settings):
    """The errors of a fold, tried on its rows after training on the others."""
    rest = np.setdiff1d(np.arange(len(y)), part)
    share = len(rest) / len(y)  # the loss is a sum over rows
    validation = features[part], y[part]
    return path(
        features[rest], y[rest], of_rows(S, rest), betas * share, loss=loss, validation=validation, **settings
    ).validation_errors


def _chosen(errors, rule):
    _checks.choice("rule", rule, RULES)
    mean = errors.mean(axis=0)
    limit = mean.min()
    if rule == "one-se":
        limit += errors[:, mean.argmin()].std(ddof=1) / np.sqrt(len(errors))
    return int(np.flatnonzero(mean <= limit)[0])
