"""The certified decision for many problems of one shape at once, in the Python array API.

A problem leaves at the first stage that settles it. Whatever settles it is checked in float64, so that how it
was found does not matter.

1. The planted equations. Where they have no solution, what they lack is a move of the planted neurons that
   changes no label and lowers the cost. A linear neuron can hide in an all-ones block: a tie.
2. The shortest dual vector that meets the planted equations. Strictly inside the ball of every other block it
   proves recovery (the isometry condition).
3. Newton's method for the dual vector that reaches least (`minimax`): its steps give dual vectors that may
   prove recovery, and interpolants that may be cheaper than the plant.
4. What is still open, and what is out of the ordinary (silent or merging neurons, ties), is left to
   `certify`, which takes problems one by one. So is the exact form, but for stage 2, which proves it as well;
   its ADMM (`admm`) takes problems of one shape together again.
"""

import numpy as np

from ..blocks.conditions import EQUATIONS
from ..solvers.arrays import take, to_numpy
from .minimax import STEPS, search
from .problems import LEFT, Member, planted
from .stacks import Stack
from .units import units_of

INDEPENDENT = 1e-12  # smallest over largest eigenvalue of the Gram matrix of the planted outputs
BYTES = 1 << 27  # memory for the problems that go together


def decide_together(plants, patterns, network="skip", form="gated", steps=STEPS, xp=np, device=None):
    """Decide planted problems without noise.

    Parameters
    ----------
    plants : sequence of Plant
        The planted problems.
    patterns : sequence of ndarray of bool, shape (n, p)
        The patterns of each.
    network, form
        As for `decide`.
    steps : int
        Most steps of the iteration.
    xp : module
        The array namespace to compute in: NumPy, or one of array-api-compat.
    device : object, optional
        A device of that namespace.

    Returns
    -------
    list of Finding or None
        For each problem what settles it, or None.

    Examples
    --------
    >>> import numpy as np
    >>> import relulab as rl
    >>> from relulab.certify.together import decide_together
    >>> problems = [rl.phase.instance(40, 10, trial) for trial in range(3)]
    >>> plants, patterns = zip(*problems)
    >>> [found.evidence for found in decide_together(plants, [np.asarray(S) for S in patterns])]
    ['isometry', 'isometry', 'isometry']
    """
    found, shapes = [None] * len(plants), {}
    steps = min(steps, STEPS) if form == "gated" else 0
    for i, (plant, masks) in enumerate(zip(plants, patterns, strict=True)):
        units = units_of(plant.X, network)
        even = units.of_plant(plant)
        if (parts := planted(even, masks, network)) is not None:
            shape = plant.kind, plant.weights.shape, masks.shape
            shapes.setdefault(shape, []).append(Member(i, units, even.X, masks, parts, network))
    for (_, (d, _), (n, p)), problems in shapes.items():
        size = 40 * n * (p + 1) + (4 * d * d * (n + 3 * p) if network == "normalized" else 0)
        together = max(1, BYTES // size)
        for start in range(0, len(problems), together):
            _decide(problems[start : start + together], found, steps, xp, device)
    if form == "exact":
        found = [finding if finding and finding.evidence == "isometry" else None for finding in found]
    return found


def _decide(problems, found, steps, xp, device):
    """Stages 1 and 2; what they leave open goes to stage 3."""
    stack = Stack(problems, xp, device)
    dual = stack.project(stack.B @ (stack.inverse @ stack.g))
    provable = (to_numpy(stack.residual(dual)) <= EQUATIONS) & (to_numpy(stack.spread()) > INDEPENDENT)
    for i in np.flatnonzero(~provable):
        _found(found, problems[i], problems[i].lacking() or problems[i].all_ones(None, np.inf))
    if not provable.any():
        return
    if not provable.all():
        stack, dual = stack.take(left := np.flatnonzero(provable)), take(dual, left)
    left, lengths = [], to_numpy(stack.at_least(dual))
    for i, (problem, reach) in enumerate(zip(stack.problems, stack.reaches(dual, lengths), strict=True)):
        own = to_numpy(dual[i, :, 0])
        finding = problem.all_ones(own, reach) or problem.certified("isometry", own, reach, stack.stretch[i])
        _found(found, problem, finding)
        if finding is None and reach > 1 + EQUATIONS:
            left.append(i)
    if left and steps:
        search(stack.take(left), take(dual, left), lengths[left], found, steps)


def _found(found, problem, finding):
    found[problem.place] = None if finding is LEFT else finding
