"""Evidence checked again, from the definitions: nothing here imports anything else of the library.

`arithmetic` says which inequality fails, `all_patterns` what a verdict over all patterns needs besides,
`checking` is `check` itself.

>>> from relulab.audit.arithmetic import require
>>> require("what is left", 2.0, "<=", 1.0)
Traceback (most recent call last):
    ...
relulab.audit.arithmetic.AuditError: what is left = 2 must be <= 1
"""

from .arithmetic import AuditError
from .checking import check

__all__ = ["AuditError", "check"]
