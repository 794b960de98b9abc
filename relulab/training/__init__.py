"""The networks as torch modules, trained many at once.

`networks` are the modules; `inputs`, `steps`, `part`, `crew` and `checkpoints` are how a stack of them is
trained, `runs` is `train` and what it returns, `gap` how far they are from the optimum.

>>> from relulab import training
>>> training.Runs.__name__
'Runs'
"""

from .gap import Gap, Simplified, optimum_gap, simplify
from .runs import Runs, train

__all__ = ["Runs", "train", "Gap", "Simplified", "optimum_gap", "simplify"]
