"""What evidence says over all patterns: that of some of them, and a proof."""

from dataclasses import replace

import numpy as np

from ...audit.arithmetic import AuditError
from ...audit.checking import check

OPEN = "whether something costs less over all patterns is open"


def over_all(verdict):
    """A verdict over some patterns as one over all: what is cheaper stays cheaper, and a second interpolant a
    second one; that a dual vector stays inside the ball on some patterns proves nothing.

    Parameters
    ----------
    verdict : Verdict
        Over some patterns.

    Returns
    -------
    Verdict
        Over all.
    """
    if verdict.status in ("not-recovered", "undecided"):
        return verdict
    if verdict.status == "not-unique":
        return replace(verdict, dual=None, multipliers=None, reason=f"{_stem(verdict.reason)}; {OPEN}")
    reason = (
        f"{verdict.status} over {np.asarray(verdict.patterns).shape[1]} patterns: this is not a certificate"
    )
    return verdict.withdrawn(reason)


def accepted(verdict):
    """The verdict over all patterns, if the checker accepts its proof: nothing else makes it one."""
    try:
        check(verdict, S="all")
    except AuditError as refused:
        return verdict.withdrawn(f"a tree was finished, and its proof refused: {refused}")
    return verdict


def _stem(reason):
    """The reason without what it says of the patterns at hand."""
    return reason.split(";")[0].split(", and a dual")[0]
