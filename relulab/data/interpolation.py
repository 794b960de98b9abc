"""Labels of one's own, and neurons that give them: the planted problem that asks the same question."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .. import _checks
from .planted import Plant, neurons

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

EXACTLY = 1e-9  # what the neurons may miss the labels by, relative to them
NEEDED = 1e-9  # a neuron with a smaller share of the output weights is not needed


def plant_of(X: ArrayLike, y: ArrayLike, W: ArrayLike, kinds: Sequence[str] = ("linear", "relu")) -> Plant:
    """The planted problem of neurons that interpolate labels.

    Let ``y = sum_i c_i f_i`` with the outputs f_i of unit neurons. Whether they are the only minimal-norm
    solution does not depend on the sizes of the c_i: the conditions on a dual vector name directions and
    signs only, and a cheaper or equally cheap interpolant of ``sum_i sign(c_i) f_i``, taken ``min_i |c_i|``
    times, makes one of y. So the plant has unit neurons and the signs of the c_i.

    Parameters
    ----------
    X : array_like, shape (n, d)
        The data.
    y : array_like, shape (n,)
        The labels.
    W : array_like, shape (d,) or (d, k)
        The neurons' directions.
    kinds : sequence of {"linear", "relu", "normalized"}
        What they may be, tried in this order; a linear one is alone.

    Returns
    -------
    Plant
        Without noise. Its labels are those of unit neurons.

    Raises
    ------
    ValueError
        Where the neurons do not give the labels, where one of them is not needed, or has norm zero; for
        labels that are zero.

    Examples
    --------
    >>> import numpy as np
    >>> import relulab as rl
    >>> X = rl.draw("gaussian", 20, 3, rng=0)
    >>> from relulab.data import plant_of
    >>> own = plant_of(X, -4 * np.maximum(X[:, 0], 0), [2.0, 0.0, 0.0])
    >>> own.kind, own.weights[:, 0], own.signs
    ('relu', array([1., 0., 0.]), array([-1.]))
    """
    X = _checks.data(X)
    n, d = X.shape
    y = _checks.array("y", y, (n,))
    W = _checks.numbers("W", W)
    W = _checks.array("W", W[:, None] if W.ndim == 1 else W, (d, "k"))
    if not y.any():
        raise ValueError("y is zero: no neuron is needed, so that none can be recovered")
    if not W.any(axis=0).all():
        raise ValueError("W holds a column of norm zero; a neuron has a direction")
    y, W = y / np.abs(y).max(), W / np.abs(W).max(axis=0)  # sizes do not matter, and their squares overflow
    W, missed = W / np.linalg.norm(W, axis=0), np.inf
    for kind in kinds:
        if kind == "linear" and W.shape[1] > 1:
            continue
        outputs = neurons(X, W, kind)
        amounts = np.linalg.lstsq(outputs, y)[0]
        missed = min(missed, float(np.linalg.norm(outputs @ amounts - y)))
        if missed <= EXACTLY * np.linalg.norm(y):
            if np.linalg.matrix_rank(outputs) < W.shape[1]:
                raise ValueError(
                    "W holds neurons with dependent outputs; leave out those that y does not need"
                )
            return _planted(X, W, kind, amounts, outputs)
    raise ValueError(
        f"W does not give y: its neurons miss it by {missed / np.linalg.norm(y):.1e} of its norm; "
        "for labels with noise use certify_network with a beta"
    )


def _planted(X, W, kind, amounts, outputs):
    shares = np.abs(amounts) / np.abs(amounts).sum()
    if (shares < NEEDED).any():
        raise ValueError(f"W holds a neuron, column {shares.argmin()}, that y does not need; leave it out")
    signs = np.sign(amounts)
    if kind == "linear":
        W, outputs, signs = W * signs, outputs * signs, np.ones(1)
    return Plant(X, outputs @ signs, W, kind, 0.0, np.zeros(len(X)), None, signs)
