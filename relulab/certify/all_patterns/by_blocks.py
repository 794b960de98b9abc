"""The verdict of a tree of signs: k planted ReLU neurons, plain and skip networks, gated, over all patterns.

The tree sets the signs of all lines, those that the dual vector leaves out last: only so is a leaf with the
signs of a planted neuron its pattern and no other. These k leaves reach 1, as the equations want; every other
one must have a bound or a circuit.

A normalized network needs ``||U_D^T lam|| < 1``, U_D a basis of the range of ``D X``. That is
``sqrt(g^T (X^T D X)^-1 g)`` with ``g = X^T D lam``: a sum with signs, measured by the inverse of another one.
The bound carries over only below nodes that have d independent active rows, as many as make what is known of
``X^T D X`` invertible. For rows in general position the first 2 d have 2^(2 d - 1) sign words, of which
nearly half have fewer active ones. ``||D lam||``, which bounds the norm without an inverse, is 1 or more for
every pattern that holds a planted one. So a tree begins with up to 4^d / 4 nodes without a bound, and none is
grown here: normalized networks are listed, or refuted by cutting planes.
"""

import numpy as np

from ... import _checks
from ...patterns.borders import signs_of
from ...patterns.sampling import Patterns, sample_patterns
from ..sampled import decide_over
from ..verdicts import Verdict
from .evidence import accepted, over_all
from .planted_dual import PlantedQuestion
from .searching import search
from .written import in_words, written

SPARE = 0  # seed of patterns that a competitor may use besides those that are known
STREAM = (4,)  # of a seed: independent of data, plants, gates, and the trees of linear plants


def decide_by_blocks(plant, network="plain", effort=1e6, rng=0):
    """Decide planted ReLU neurons in the gated program over all patterns.

    Parameters
    ----------
    plant : Plant
        The planted problem, of kind relu.
    network : {"plain", "skip"}
        The network.
    effort : float
        Nodes after which to give up.
    rng : numpy.random.Generator or int
        Source of randomness.

    Returns
    -------
    Verdict or None
        Recovered with evidence "signs" and its proof, refuted by a competitor, or undecided. None where the
        trees have nothing to say: a planted neuron is silent or orthogonal to a row, two share a pattern, or
        no dual vector meets their equations.

    Examples
    --------
    >>> import relulab as rl
    >>> from relulab.certify.all_patterns.by_blocks import decide_by_blocks
    >>> plant = rl.plant(rl.draw("gaussian", 40, 8, rng=0), "relu", rng=1)
    >>> verdict = decide_by_blocks(plant)
    >>> verdict.status, rl.check(verdict, plant, "all").proved
    ('recovered', True)
    """
    loud = plant.X.any(axis=1)
    signs = signs_of(plant.X[loud], plant.weights)
    distinct = np.unique(signs, axis=1).shape[1] == signs.shape[1]
    if not ((signs != 0).all() and (signs > 0).any(axis=0).all() and distinct):
        return None
    question = PlantedQuestion(plant, network)
    if not question.possible:
        return None
    found = search(question, effort, _checks.generator(rng, STREAM))
    if found.status == "recovered":
        return accepted(_recovered(plant, network, question, found))
    if found.q is None:
        known = found.gates @ question.lines.basis.T
        S = sample_patterns(plant.X, include=np.hstack([plant.weights, known.T]), rng=SPARE)
        verdict = over_all(decide_over(plant, S, network, "gated"))
        if verdict.status != "undecided":
            return verdict
    return _undecided(plant, network, found.reason or verdict.reason, found.spent)


def _recovered(plant, network, question, found):
    lines, tree = question.lines, found.tree
    proof = written(lines, tree, found.on, plant.X.any(axis=1))
    reason = f"{in_words(proof, len(found.on))} off the plant"
    S = Patterns(plant.X @ plant.weights >= 0, plant.weights)
    return Verdict(
        *("recovered", "signs", question.vector(found.q), None, 1 - found.reach, found.spent),
        *(network, "gated", S, reason),
        plant=plant,
        proof=proof,
    )


def _undecided(plant, network, reason, spent):
    S = Patterns(plant.X @ plant.weights >= 0, plant.weights)
    return Verdict("undecided", None, None, None, np.nan, spent, network, "gated", S, reason, plant=plant)
