"""The decision over given patterns: many problems together, and with care what they leave open.

Two kinds of evidence settle it. A dual vector that meets the planted equations and stays strictly inside
the ball on every other block proves that the plant is the unique solution. An interpolant that costs less
proves that it is not a solution, and another that costs the same that it is not the only one. Nothing else
counts: a search that ends without evidence ends "undecided".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .. import _checks
from ..audit.arithmetic import AuditError
from ..audit.checking import check
from ..blocks.blocks import check_pair
from ..blocks.conditions import FORMS
from ..patterns.sampling import as_masks
from .multipliers import multipliers_of
from .one_by_one import decide_with_care
from .together import decide_together
from .verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from ..data.planted import Plant

UNEVEN = 1e3  # largest over smallest row from which a normalized network's verdict is checked as it is made
TOGETHER = 400 * 400  # rows x patterns that ADMM treats together, all problems counted


def decide_over(plant, S, network, form, iterations=4000):
    """The verdict on one problem; see `decide`."""
    return decide_many([plant], [S], network, form, iterations)[0]


def decide_many(
    plants: Sequence[Plant],
    patterns: Sequence[Any],
    network: str = "skip",
    form: str = "gated",
    iterations: int = 4000,
    xp: Any = np,
    device: Any = None,
) -> list[Verdict]:
    """Decide several planted problems; those of equal shape go together.

    Parameters
    ----------
    plants : sequence of Plant
        The planted problems, without noise.
    patterns : sequence of Patterns or array_like of bool, shape (n, p)
        The patterns of each.
    network, form, iterations
        As for `decide`.
    xp : module
        The array namespace that stacks of problems are computed in: NumPy, or one of array-api-compat.
    device : object, optional
        A device of that namespace.

    Returns
    -------
    list of Verdict
        What `decide` answers for each, whatever goes with it.

    Raises
    ------
    ValueError
        As `decide`.

    Examples
    --------
    >>> import relulab as rl
    >>> plants, patterns = zip(*(rl.phase.instance(40, 10, trial) for trial in range(3)))
    >>> [verdict.status for verdict in rl.certify.decide_many(plants, patterns)]
    ['recovered', 'recovered', 'recovered']
    """
    for plant in plants:
        check_question(plant, network, form)
    iterations = _checks.count("iterations", iterations, 0)
    masks = [as_masks(S, len(plant.X)) for plant, S in zip(plants, patterns, strict=True)]
    found = decide_together(plants, masks, network, form, iterations, xp, device)
    left = [i for i, finding in enumerate(found) if finding is None]
    for places in _of_one_shape(left, masks, plants, form):
        cases = [(plants[i], patterns[i]) for i in places]
        careful = decide_with_care(cases, network, form, iterations, xp, device)
        for i, finding in zip(places, careful, strict=True):
            found[i] = finding
    needed = [
        multipliers_of(*one, network, f.dual, f.multipliers)
        if form == "exact" and f.status == "recovered"
        else None
        for *one, f in zip(plants, masks, found, strict=True)
    ]
    verdicts = [
        Verdict(
            *(f.status, f.evidence, f.dual, f.W, float(f.margin), f.steps),
            *(network, form, S, f.reason, m, plant),
        )
        for f, S, m, plant in zip(found, patterns, needed, plants, strict=True)
    ]
    if network == "normalized":
        for i in {*left, *(i for i, plant in enumerate(plants) if _uneven(plant.X))}:
            verdicts[i] = _standing(verdicts[i])
    return verdicts


def _uneven(X):
    """Whether rows are so different in size that double precision sees little of the small ones."""
    sizes = np.abs(X).max(axis=1)
    return sizes.max(initial=0) > UNEVEN * sizes.min(where=sizes > 0, initial=np.inf)


def _standing(verdict):
    """The verdict, if `check` accepts it; else undecided. A normalized network's rows cannot be scaled."""
    try:
        check(verdict)
    except AuditError as error:
        reason = f"what was found does not stand in double precision: {error}"
        return verdict.withdrawn(reason)
    return verdict


def check_question(plant, network, form):
    check_pair(plant.kind, network)
    _checks.choice("form", form, FORMS)
    if plant.sigma > 0:
        raise ValueError(f"plant has noise, sigma={plant.sigma}: nothing is recovered exactly; use solve")


def _of_one_shape(left, masks, plants, form):
    """The problems that are left, in groups of one shape that fit into a cache; gated ones by themselves."""
    shapes = {}
    for i in left:
        shapes.setdefault((masks[i].shape, plants[i].X.shape), []).append(i)
    for ((n, p), _), places in shapes.items():
        width = max(1, TOGETHER // (n * p)) if form == "exact" else 1
        yield from (places[start : start + width] for start in range(0, len(places), width))
