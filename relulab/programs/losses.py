"""What a fit costs: squares for labels that are numbers, the logistic loss for labels of -1 and 1.

A program with beta is ``min loss(fit) + beta cost``, its dual ``max -loss*(-lam)`` over the lam in a ball. At
the best fit lam is minus the loss's gradient there: what one more unit of output on a row is worth.

==========  ====================================  ===============================================
loss        value                                 dual objective
==========  ====================================  ===============================================
squares     ``1/2 ||fit - y||^2``                 ``lam^T y - 1/2 ||lam||^2``
logistic    ``sum_i log(1 + exp(-y_i fit_i))``    ``sum_i H(y_i lam_i)``, each in [0, 1]
==========  ====================================  ===============================================

Here ``H(s) = -s log s - (1 - s) log(1 - s)``, a coin's entropy. A free intercept c, ``fit = ... + c``, which
the regularizer does not see, adds the constraint ``sum_i lam_i = 0``.
"""

import numpy as np

from .. import _checks

TINY = np.finfo(float).tiny
SETTLED = 1e-15  # labels are so sure that a step of the intercept no longer counts


class Loss:
    """What the losses have in common."""

    @classmethod
    def prices(cls, fit, y, free):
        """The prices of a fit; of sum zero where a constant is free, or of each output where `free` are."""
        lam = cls.price(fit, y)
        return cls.balanced(lam, y, int(free)) if free else lam


class Squares(Loss):
    """``1/2 ||fit - y||^2``."""

    name = "squares"

    @staticmethod
    def value(fit, y):
        """What a fit costs."""
        error = fit - y
        return 0.5 * float(error @ error)

    @staticmethod
    def price(fit, y):
        """Minus the gradient, a vector of prices of the rows."""
        return y - fit

    @staticmethod
    def curvature(fit, y):
        """The second derivative on every row."""
        return np.ones(len(y))

    @staticmethod
    def bound(lam, y):
        """The dual objective."""
        return float(lam @ y) - 0.5 * float(lam @ lam)

    @staticmethod
    def best_multiple(lam, y, longest):
        """The multiple of lam, at most `longest`, that bounds the value best."""
        return min(longest, max(float(lam @ y), 0.0) / max(float(lam @ lam), TINY))

    @staticmethod
    def intercept(fit, y, outputs=1):
        """The constant that is best added to a fit; of several outputs, which take turns, one each."""
        if outputs > 1:
            return (y - fit).reshape(-1, outputs).mean(axis=0)
        return float(np.mean(y - fit))

    @staticmethod
    def balanced(lam, y, outputs=1):
        """The nearest prices whose sum is zero, of each output."""
        return (lam.reshape(-1, outputs) - lam.reshape(-1, outputs).mean(axis=0)).ravel()


class Logistic(Loss):
    """``sum_i log(1 + exp(-y_i fit_i))`` for labels of -1 and 1."""

    name = "logistic"

    @staticmethod
    def value(fit, y):
        """What a fit costs."""
        return float(np.logaddexp(0, -y * fit).sum())

    @staticmethod
    def price(fit, y):
        """Minus the gradient: the label times the probability that the network gives the other one."""
        return y * _share(-y * fit)

    @staticmethod
    def curvature(fit, y):
        """The second derivative on every row."""
        return _share(fit) * _share(-fit)

    @staticmethod
    def bound(lam, y):
        """The dual objective."""
        s = np.clip(y * lam, 0, 1)
        return float(-(s * np.log(np.maximum(s, TINY)) + (1 - s) * np.log(np.maximum(1 - s, TINY))).sum())

    @staticmethod
    def best_multiple(lam, y, longest):
        """The multiple of lam, at most `longest`, that bounds the value; it keeps the shares in [0, 1]."""
        return min(longest, 1.0 / max(float((y * lam).max()), TINY), 1.0)

    @staticmethod
    def intercept(fit, y, outputs=1):
        """The constant that is best added to a fit, by Newton's method between bounds."""
        reach = np.abs(fit).max() + np.log(len(y)) + 1.0
        low, high, c = -reach, reach, 0.0
        for _ in range(100):
            slope = float(Logistic.price(fit + c, y).sum())
            low, high = (c, high) if slope > 0 else (low, c)
            step = slope / max(float(Logistic.curvature(fit + c, y).sum()), TINY)
            new = c + step if low < c + step < high else (low + high) / 2
            if abs(new - c) <= SETTLED * (1 + abs(c)):
                return new
            c = new
        return c

    @staticmethod
    def balanced(lam, y, outputs=1):
        """Prices whose sum is zero: those of the class that has more are lowered."""
        up, down = float(lam[y > 0].sum()), float(-lam[y < 0].sum())
        if min(up, down) <= 0:
            return np.zeros_like(lam)
        return lam * np.where(y > 0, min(1.0, down / up), min(1.0, up / down))


LOSSES = {loss.name: loss for loss in (Squares, Logistic)}


def check_labels(loss, y, beta, intercept=False, name="y"):
    """Raise ValueError for labels that a loss cannot take, and for a program that lacks its beta."""
    _checks.choice("loss", loss, LOSSES)
    if not isinstance(intercept, bool):
        raise ValueError(f"intercept={intercept!r} is neither True nor False")
    if beta is None and (intercept or loss != "squares"):
        what = "free intercept" if intercept else f"loss={loss!r}"
        raise ValueError(f"beta=None is the minimal-norm program, which has no {what}; give a beta > 0")
    if loss == "logistic" and not np.isin(y, (-1, 1)).all():
        strange = y[~np.isin(y, (-1, 1))][0]
        raise ValueError(f'{name} holds {strange:g}; loss="logistic" takes labels of -1 and 1')
    if loss == "logistic" and intercept and len(np.unique(y)) < 2:
        raise ValueError(f"y holds one class only, {y[0]:g}: the best intercept would be infinite")


def _share(t):
    return 0.5 * (1 + np.tanh(t / 2))
