"""What a decision says, and the evidence that it carries."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..audit.files import digest, write_file

if TYPE_CHECKING:
    from collections.abc import Mapping
    from os import PathLike
    from typing import Any

STATUSES = ("recovered", "not-recovered", "not-unique", "undecided", "optimal")  # stored by number: append
EVIDENCE = ("isometry", "dual", "competitor", "all-ones", "closed-form", "socp", "signs", "cones")


class Multipliers(NamedTuple):
    """What shortens a dual vector on some cones of the exact form: ``||side A_j^T dual + C_j^T m|| < 1``.

    Attributes
    ----------
    blocks : ndarray of int, shape (m,)
        The block j of each, the skip block counted.
    sides : ndarray of int, shape (m,)
        1 for positive neurons, -1 for negative ones.
    values : ndarray, shape (m, n)
        The multipliers ``m >= 0``, one of each row.
    """

    blocks: np.ndarray
    sides: np.ndarray
    values: np.ndarray


@dataclass(frozen=True, eq=False)
class Verdict:
    """The answer of `decide`, with its evidence.

    What each status carries:

    ================= ============================================ ==================================
    status            evidence                                     arrays
    ================= ============================================ ==================================
    recovered         isometry, dual, socp, closed-form            dual
                      signs, cones                                 dual, and the proof
    not-recovered     competitor                                   competitor, strictly cheaper
    not-unique        all-ones, competitor, closed-form            competitor at the same cost, and a
                                                                   dual where both are known optimal
    optimal           dual                                         dual
    undecided         None                                         none
    ================= ============================================ ==================================

    Attributes
    ----------
    status : str
        ``"recovered"``: the plant is the unique solution. ``"not-recovered"``: an interpolant is strictly
        cheaper. ``"not-unique"``: another interpolant costs the same, so that the plant is not the only
        solution; that both are solutions is proved where a dual comes with it, else the reason says that it
        is open. ``"optimal"``: the plant is a solution; whether it is the only one is open. ``"undecided"``:
        no evidence was found; the reason says what was missing.
    evidence : str or None
        What proves it: ``"isometry"`` (the minimum-norm dual), ``"dual"`` (a refined one), ``"socp"`` (one
        from an interior-point method), ``"closed-form"`` (a theorem, with the dual that its proof uses),
        ``"competitor"``, ``"all-ones"``, ``"signs"`` (over all patterns: a tree of signs); None where
        undecided.
    dual : ndarray, shape (n,), or None
        The dual vector that proves recovery, or that a not-unique or optimal plant is a solution.
    competitor : ndarray, shape (p + s, d) or (2, p + s, d), or None
        The X-weights of the other interpolant, the skip block's first; in the exact form its positive and
        its negative neurons.
    margin : float
        How strictly the evidence holds: 1 minus the largest block norm off the plant, or the plant's cost
        minus the competitor's; 0 for ties and for an optimal plant. NaN where undecided.
    iterations : int
        Steps of the search; 0 where it was not needed.
    network, form : str
        What was decided.
    patterns : Patterns or ndarray of bool, shape (n, p)
        The patterns that the evidence is about.
    reason : str
        The verdict in words.
    multipliers : Multipliers or None
        In the exact form, what proves how far the dual vector reaches on the cones.
    plant : Plant or None
        The planted problem.
    everywhere : bool
        Whether it was decided over all patterns of the data.
    proof : dict of ndarray or None
        With ``"signs"`` or ``"cones"`` the trees that prove recovery over all patterns, as
        `relulab.audit.sign_trees` and `relulab.audit.cone_trees` read them.
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
    multipliers: Multipliers | None = None
    plant: object = None
    everywhere: bool = False
    proof: dict | None = None

    def withdrawn(self, reason: str) -> Verdict:
        """The verdict as an undecided one: its evidence is taken back, for this reason."""
        nothing = dict.fromkeys(("evidence", "dual", "competitor", "multipliers", "proof"))
        return replace(self, status="undecided", margin=np.nan, reason=reason, **nothing)

    def save(self, path: str | PathLike[str], recipe: Mapping[str, Any] | None = None) -> None:
        """Write the verdict, its problem and its patterns to a file that `load` reads.

        Parameters
        ----------
        path : str or path
            Where to. The format is described in `relulab.audit.files`.
        recipe : dict, optional
            Arguments of `relulab.phase.instance` that draw the problem again; ``relulab check`` does.

        Raises
        ------
        ValueError
            For a verdict that does not hold its problem; those of `decide` do.
        """
        if self.plant is None:
            raise ValueError("the verdict does not hold its problem: decide it again, or set its plant")
        masks, gates = np.asarray(self.patterns), getattr(self.patterns, "gates", None)
        names = ("status", "evidence", "margin", "iterations", "network", "form", "reason", "everywhere")
        fields = {name: getattr(self, name) for name in names} | {"recipe": recipe}
        plant_fields, plant = self.plant.stored()
        fields |= {f"plant {name}": value for name, value in plant_fields.items()}
        fields["problem"] = digest(*plant.values(), masks, self.plant.kind, self.network, self.form)
        fields["complete"] = getattr(self.patterns, "complete", False)
        arrays = {f"plant {name}": array for name, array in plant.items()}
        arrays |= {"masks": masks, "gates": gates, "dual": self.dual, "competitor": self.competitor}
        if self.multipliers is not None:
            arrays |= {f"multipliers {name}": a for name, a in self.multipliers._asdict().items()}
        arrays |= {f"proof {name}": array for name, array in (self.proof or {}).items()}
        write_file(path, "verdict", fields, arrays)


class Finding(NamedTuple):
    """What a step found, for a problem scaled to largest singular value 1; W in X-coordinates.

    The multipliers (2, p, n) are those of all cones, where a search has them at hand.
    """

    status: str
    evidence: str | None
    dual: np.ndarray | None
    W: np.ndarray | None
    margin: float
    steps: int
    reason: str
    multipliers: np.ndarray | None = None


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


def hidden(W, dual):
    """The finding of a linear neuron that hides in the all-ones block; a dual proves it a solution."""
    reason = "in the all-ones block the planted weights give the same output at the same cost"
    if dual is None:
        reason += "; whether something costs less is open"
    return Finding("not-unique", "all-ones", dual, W, 0.0, 0, reason)


def shared(W, steps):
    """The finding of a planted neuron that has the same output in a block beside its own."""
    reason = "a planted neuron has the same output in another block; whether something costs less is open"
    return Finding("not-unique", "competitor", None, W, 0.0, steps, reason)


def tied(dual, W, steps):
    """The finding of a dual vector that reaches the ball and no further, and of another solution."""
    if W is None:
        reason = "a dual vector proves the plant a solution; whether it is the only one is open"
        return Finding("optimal", "dual", dual, None, 0.0, steps, reason)
    reason = "another interpolant costs the same, and a dual vector proves both optimal"
    return Finding("not-unique", "competitor", dual, W, 0.0, steps, reason)
