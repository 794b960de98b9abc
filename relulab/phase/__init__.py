"""Many planted problems: phase diagrams and how they are computed, kept and gone on with.

`cells` decides the trials of one (n, d), `proofs` says what is proved of them, `distances` measures them,
`released` does it as the released code does, `store` keeps cells at what `addresses` finds, in what `folders`
makes, `fingerprints` tells ensembles apart, `executor` spreads cells over workers, those of `pools` or a
caller's, that `versions` compares, `datasets` says what they are, `saved` proves a saved verdict again,
`grid` is `phase_diagram` itself, and `nested_rows` finds the edge of a draw.

>>> from relulab import phase
>>> ds = phase.phase_diagram([20, 30], [5], trials=2, progress=False)
>>> ds["rate"].shape
(2, 1)
"""

from ..data.trials import instance, instances
from .cells import FailedTrials
from .datasets import FIELDS, meanings, provenance
from .distances import measure, vanishing
from .grid import PROTOCOLS, phase_diagram
from .nested_rows import edge

__all__ = [
    "meanings",
    "measure",
    "provenance",
    "vanishing",
    "instance",
    "instances",
    "FailedTrials",
    "PROTOCOLS",
    "phase_diagram",
    "edge",
    "FIELDS",
]
