"""`decide`: the question over sampled patterns or over all of them, asked of the rooms that answer it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from .. import _checks
from ..blocks.blocks import KINDS_OF, NETWORKS
from ..data.interpolation import plant_of
from .all_patterns.everywhere import EFFORT, decide_all
from .sampled import check_question, decide_over

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import ArrayLike

    from ..data.planted import Plant
    from .verdicts import Verdict


def decide(
    plant: Plant | tuple[ArrayLike, ArrayLike, ArrayLike],
    S: Any,
    network: str = "skip",
    form: str = "gated",
    iterations: int = 4000,
    effort: float = EFFORT,
) -> Verdict:
    """Decide whether the planted neurons are the unique solution of the minimal-norm program.

    A neuron lives in the block whose mask is 1 where ``x_i^T w >= 0``, rows on its border included
    (`patterns.borders`). For plain and skip networks rows of very different sizes are brought to one, which
    changes no mask, no interpolant and no cost (for the normalized one, columns). Whatever is found is
    verified in float64 before it is a verdict.

    Parameters
    ----------
    plant : Plant or tuple of array_like
        The planted problem, without noise. Or ``(X, y, W)``: data, labels of your own, and the directions
        (d, k) of neurons that give them. What is decided for these does not depend on the neurons' sizes
        (`relulab.data.plant_of`), so that the verdict holds unit ones.
    S : Patterns, array_like of bool, shape (n, p), or "all"
        The patterns; they must hold the planted ones. ``"all"`` is every pattern of X: decided by a closed
        form where one applies; for plain and skip networks by trees of signs, in the gated form (evidence
        ``"signs"``) and in the exact one (``"cones"``);
        by enumeration where that is affordable, otherwise by cutting planes, which can prove a failure but
        end undecided where they find no more violators.
    network : {"plain", "skip", "normalized"}
        The network.
    form : {"gated", "exact"}
        The program: ``min sum_j ||W_j||  s.t.  sum_j A_j W_j = y``, without or with the cones.
    iterations : int
        Where the search gives up.
    effort : float
        Over all patterns, where the search for a tree of signs gives up: nodes that it looks at, some 100,000
        a second. The verdict's reason says how far it got.

    Returns
    -------
    Verdict
        With its evidence; `check` verifies it again.

    Raises
    ------
    ValueError
        For a noisy plant (use `solve`), directions W that do not give the labels, an unknown network or form,
        a kind that does not go with the network, patterns that lack a planted one, an effort that is not
        positive.

    Examples
    --------
    >>> import relulab as rl
    >>> X = rl.draw("gaussian", 60, 10, rng=0)
    >>> plant, S = rl.plant(X, rng=1), rl.sample_patterns(X, rng=2)
    >>> verdict = rl.decide(plant, S)
    >>> verdict.status, rl.check(verdict, plant, S).proved
    ('recovered', True)
    """
    effort = _checks.positive("effort", effort)
    if isinstance(plant, tuple | list):
        if len(plant) != 3:
            raise ValueError(f"plant holds {len(plant)} things; give a Plant, or data, labels and directions")
        _checks.choice("network", network, NETWORKS)
        plant = plant_of(*plant, KINDS_OF[network])
    if isinstance(S, str):
        _checks.choice("S", S, ("all",))
        check_question(plant, network, form)
        verdict = decide_all(plant, network, form, _checks.count("iterations", iterations, 0), effort)
        return replace(verdict, plant=plant, everywhere=True)
    return decide_over(plant, S, network, form, iterations)
