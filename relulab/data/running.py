"""The book's running example: ten points in the plane and the two ReLU neurons that make their labels."""

from __future__ import annotations

import numpy as np

from .planted import Plant, plant

POINTS = [
    (1.0, -0.3),
    (0.5, 0.3),
    (0.2, 0.6),
    (-0.1, 0.6),
    (-1.1, 0.6),
    (-0.9, -0.1),
    (-0.4, -0.2),
    (-0.1, -1.0),
    (0.1, -1.1),
    (1.1, -0.5),
]
NEURONS = [(0.8, -0.8), (0.6, 0.6)]  # columns; both have length 1


def ten_points() -> Plant:
    """Ten points in the plane, with the labels of two ReLU neurons.

    The labels are ``(X w_1)_+ + (X w_2)_+`` with w_1 = (0.8, 0.6) and w_2 = (-0.8, 0.6). Two points are
    heard by both neurons, six by one, and two by none. Over all twenty patterns the two neurons are the only
    solution of the gated program of the plain network. The first by itself, as a linear neuron, is that of
    the skip network.

    Returns
    -------
    Plant
        The points (10, 2), their labels (10,), and the neurons (2, 2).

    Examples
    --------
    >>> import relulab as rl
    >>> ten = rl.ten_points()
    >>> rl.isometry(ten, rl.enumerate_patterns(ten.X), network="plain").holds
    True
    """
    return plant(np.array(POINTS), kind="relu", k=2, direction=np.array(NEURONS))
