"""The curves that theory draws over the diagrams. Each says whether it is proved or heuristic.

`probabilities` are exact, `thresholds` say where an edge should be, `transitions` where it is over samples of
patterns, in the limit and at finite sizes, `intervals` how well a rate is known.

>>> from relulab import theory
>>> theory.wendel(20, 10)
0.5
"""

from .intervals import wilson_interval
from .probabilities import cluster_probability, cover, recovery_nonnegative, recovery_whitened, wendel
from .thresholds import (
    group_statistical_dimension,
    group_threshold,
    l1_statistical_dimension,
    mean_field_isometry,
)
from .transitions import (
    critical_level,
    sampled_edge,
    sampled_limit,
    sampled_recovery,
    shifted_edge,
    union_bound,
)

__all__ = [
    "cluster_probability",
    "cover",
    "recovery_nonnegative",
    "recovery_whitened",
    "wendel",
    "group_statistical_dimension",
    "group_threshold",
    "l1_statistical_dimension",
    "mean_field_isometry",
    "critical_level",
    "sampled_edge",
    "sampled_limit",
    "sampled_recovery",
    "shifted_edge",
    "union_bound",
    "wilson_interval",
]
