"""The verdict of a tree of signs: a linear plant in the skip network, over all patterns.

A finished tree proves recovery in the gated program, and so in the exact one, whose feasible points are
feasible there at no higher cost.
"""

import numpy as np

from ... import _checks
from ...patterns.sampling import Patterns
from ..sampled import decide_over
from ..verdicts import Verdict
from .evidence import accepted, over_all
from .lines import lines_of
from .searching import search
from .sparse_dual import Question
from .written import in_words, patterns_of, written

IN_SPACE = 1e-9  # how far a plant may be from the row space by rounding
STREAM = (3,)  # of a seed: independent of data, plants, gates


def decide_by_signs(plant, form="gated", effort=1e6, rng=0):
    """Decide a linear plant in the skip network over all patterns.

    Parameters
    ----------
    plant : Plant
        The planted problem.
    form : {"gated", "exact"}
        The program. The exact one can only be proved here, not refuted.
    effort : float
        Nodes after which to give up.
    rng : numpy.random.Generator or int
        Source of randomness.

    Returns
    -------
    Verdict
        Recovered with evidence "signs" and its proof, refuted by a competitor, or undecided.

    Examples
    --------
    >>> import relulab as rl
    >>> from relulab.certify.all_patterns.by_signs import decide_by_signs
    >>> plant = rl.plant(rl.draw("gaussian", 60, 15, rng=0), rng=1)
    >>> verdict = decide_by_signs(plant)
    >>> verdict.status, verdict.evidence, f"{rl.count_patterns(60, 15):.0e} patterns"
    ('recovered', 'signs', '4e+13 patterns')
    """
    lines = lines_of(plant.X, plant.weights[:, 0])
    found = None
    if lines.lacking <= IN_SPACE:
        found = search(Question(lines), effort, _checks.generator(rng, STREAM))
        if found.status == "recovered":
            return accepted(_recovered(plant, form, lines, found))
    if form == "exact":
        return _undecided(plant, form, "the gated program is not proved", found)
    S = _patterns(lines, np.zeros((0, len(lines.w))) if found is None else found.gates)
    verdict = over_all(decide_over(plant, S, "skip", form))
    if verdict.status != "undecided" or found is None:
        return verdict
    return _undecided(plant, form, found.reason or verdict.reason, found)


def _recovered(plant, form, lines, found):
    """With the tree written down."""
    dual = lines.dual(found.q)
    proof = written(lines, found.tree, found.on, dual != 0)
    reason = in_words(proof, len(found.on))
    S = _patterns(lines, found.gates)
    return Verdict(
        *("recovered", "signs", dual, None, 1 - found.reach, found.spent),
        *("skip", form, S, reason),
        plant=plant,
        proof=proof,
    )


def _patterns(lines, gates):
    """The patterns of gates in coordinates of the row space; without any, of two random ones."""
    if not len(gates):
        some = np.random.default_rng(0).standard_normal(lines.plant.shape) @ lines.basis
        gates = np.stack([some, -some])
    return patterns_of(lines, gates)


def _undecided(plant, form, reason, found):
    spent = 0 if found is None else found.spent
    S = Patterns((plant.X @ plant.weights >= 0), plant.weights)
    return Verdict("undecided", None, None, None, np.nan, spent, "skip", form, S, reason, plant=plant)
