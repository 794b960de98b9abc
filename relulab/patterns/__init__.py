"""Arrangement patterns: on which rows a neuron is active.

`borders` says what a row on a neuron's border counts for, `sampling` draws and counts patterns, `all_ones`
asks for the one that is active everywhere, `enumeration` writes them all down.

>>> from relulab.patterns import count_patterns, enumerate_patterns
>>> enumerate_patterns([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]).p + 1 == count_patterns(3, 2)
True
"""

from .all_ones import has_all_ones
from .enumeration import enumerate_patterns
from .sampling import Patterns, count_patterns, gates_of, sample_patterns

__all__ = ["Patterns", "count_patterns", "gates_of", "sample_patterns", "has_all_ones", "enumerate_patterns"]
