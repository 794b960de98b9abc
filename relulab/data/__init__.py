"""Data and planted problems: what every experiment starts from.

`ensembles` draws rows, `planted` hides neurons behind labels, `interpolation` finds them in labels of
one's own, `running` is the book's example of ten points, `trials` gives the planted problem of every trial
of a seed by itself.

>>> from relulab.data import draw, plant
>>> X = draw("gaussian", 6, 2, rng=0)
>>> plant(X, kind="relu", rng=1).y.shape
(6,)
"""

from .ensembles import ENSEMBLES, cluster_direction, cluster_means, clustered, draw
from .interpolation import plant_of
from .planted import DIRECTIONS, KINDS, Plant, plant
from .running import ten_points
from .trials import instance, instances, planted_problem

__all__ = [
    "ENSEMBLES",
    "cluster_direction",
    "cluster_means",
    "clustered",
    "draw",
    "DIRECTIONS",
    "KINDS",
    "Plant",
    "plant",
    "plant_of",
    "ten_points",
    "instance",
    "instances",
    "planted_problem",
]
