"""Evidence checked again, from the definitions: nothing here imports anything else of the library.

`arithmetic` says which inequality fails, `rounding` how much rounding can hide. `problem` is what is stored;
`optimal` proves by a dual vector, `cheaper` by a competitor, `identities` that there is a second solution,
`exactly` which rows depend on others, `completeness` and `theorems` what a verdict over all patterns needs,
`sign_trees` a tree of signs over all (gated), with `relations` between rows, `cone_trees` two (exact).
`networks` proves what anybody's network and all others cost, by the bounds of `network_bounds`,
`several_outputs` says how far prices of several outputs reach, `dependent_columns` prices on such columns.
`tolerances` and `all_patterns` refute what they leave open. `checking` is `check` itself, `files` the format
in which verdicts are kept. `by_fractions` checks such a file in exact arithmetic, with the standard library
alone; `balls` proves with python-flint, `balls_ties` and `balls_patterns` what is equal and what is all.

>>> from relulab.audit.arithmetic import require
>>> require("what is left", 2.0, "<=", 1.0)
Traceback (most recent call last):
    ...
relulab.audit.arithmetic.AuditError: what is left = 2 must be <= 1
"""

from .arithmetic import AuditError
from .checking import Audit, check

__all__ = ["Audit", "AuditError", "check"]
