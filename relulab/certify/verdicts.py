"""What a decision says, and the evidence that it carries."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

STATUSES = ("recovered", "not-recovered", "not-unique", "undecided")
EVIDENCE = ("isometry", "dual", "competitor", "all-ones", "closed-form", "socp")


@dataclass(frozen=True, eq=False)
class Verdict:
    """The answer of `decide`, with its evidence.

    What each status carries:

    ================= ============================================ ==================================
    status            evidence                                     arrays
    ================= ============================================ ==================================
    recovered         isometry, dual, socp, closed-form            dual
    not-recovered     competitor                                   competitor, strictly cheaper
    not-unique        all-ones, competitor, closed-form            competitor at the same cost, and a
                                                                   dual where both are known optimal
    undecided         None                                         none
    ================= ============================================ ==================================

    Attributes
    ----------
    status : str
        ``"recovered"``: the plant is the unique solution. ``"not-recovered"``: an interpolant is strictly
        cheaper. ``"not-unique"``: another interpolant costs the same, so that the plant is not the only
        solution; that both are solutions is proved where a dual comes with it. ``"undecided"``: no evidence
        was found.
    evidence : str or None
        What proves it: ``"isometry"`` (the minimum-norm dual), ``"dual"`` (a refined one), ``"socp"`` (one
        from an interior-point method), ``"closed-form"`` (a theorem, with the dual that its proof uses),
        ``"competitor"``, ``"all-ones"``; None where undecided.
    dual : ndarray, shape (n,), or None
        The dual vector that proves recovery, or that a not-unique plant is a solution.
    competitor : ndarray, shape (p + s, d) or (2, p + s, d), or None
        The X-weights of the other interpolant, the skip block's first; in the exact form its positive and
        its negative neurons.
    margin : float
        How strictly the evidence holds: 1 minus the largest block norm off the plant, or the plant's cost
        minus the competitor's. NaN where undecided.
    iterations : int
        Steps of the search; 0 where it was not needed.
    network, form : str
        What was decided.
    patterns : Patterns or ndarray of bool, shape (n, p)
        The patterns that the evidence is about.
    reason : str
        The verdict in words.
    """

    status: str
    evidence: str | None
    dual: np.ndarray | None
    competitor: np.ndarray | None
    margin: float
    iterations: int
    network: str
    form: str
    patterns: object
    reason: str


class Finding(NamedTuple):
    """What a step found, for a problem scaled to largest singular value 1; W in X-coordinates."""

    status: str
    evidence: str | None
    dual: np.ndarray | None
    W: np.ndarray | None
    margin: float
    steps: int
    reason: str


def undecided(steps, reason):
    """The finding that no evidence was found."""
    return Finding("undecided", None, None, None, np.nan, steps, reason)


def cheaper(price, W, spent, steps):
    """The finding of an interpolant that costs less than the plant, whose price is given."""
    reason = f"an interpolant costs {spent:.6g}, the plant {price:.6g}"
    return Finding("not-recovered", "competitor", None, W, price - spent, steps, reason)


def inside(evidence, dual, margin, steps=0):
    """The finding of a dual vector that meets the planted equations, strictly inside the other balls."""
    which = {"isometry": "the minimum-norm", "dual": "a", "socp": "the best"}[evidence]
    reason = f"{which} dual vector stays inside the ball on every other block"
    return Finding("recovered", evidence, dual, None, margin, steps, reason)
