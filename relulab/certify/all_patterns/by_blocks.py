"""The verdict of a tree of signs for k planted ReLU neurons: plain and skip networks, gated, over all patterns.

The tree sets the signs of all lines, those that the dual vector leaves out last: only so is a leaf with the
signs of a planted neuron its pattern and no other. These k leaves reach 1, as the equations want; every other
one must have a bound or a circuit.

A normalized network is another matter. Its dual vector must have ``||U_D^T lam|| < 1`` with a basis U_D of
the range of ``D X``, which is ``sqrt(g^T (X^T D X)^{-1} g)`` for ``g = X^T D lam``: what is measured is a sum
with signs, and what it is measured by is the inverse of another one. A lower bound of ``X^T D X`` over all
signs of the rows that are free is that of the rows that are fixed and active, which is singular until as many
of these as there are dimensions are, so that near the root the bound is infinite; and ``||U_D^T lam|| <= ||D lam||``,
which has signs alone, is 1 or more for every pattern that holds a planted one, as some always does. So the
tree says nothing there, and such networks are not decided here.
"""

from dataclasses import replace

import numpy as np

from ... import _checks
from ...audit.arithmetic import AuditError
from ...audit.checking import check
from ...patterns.borders import signs_of
from ...patterns.sampling import Patterns
from ..sampled import decide_over
from ..verdicts import Verdict
from .evidence import over_all
from .planted_dual import PlantedQuestion
from .searching import search
from .written import patterns_of, written

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
    >>> plant = rl.plant(rl.draw("gaussian", 30, 6, rng=0), "relu", rng=1)
    >>> verdict = decide_by_blocks(plant)
    >>> verdict.status, rl.check(verdict, plant, "all").proved
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
        return _accepted(_recovered(plant, network, question, found))
    gates = np.concatenate([plant.weights.T @ question.lines.basis, found.gates])
    S = patterns_of(question.lines, gates)
    if found.status == "refuted":
        verdict = over_all(decide_over(plant, S, network, "gated"))
        if verdict.status != "undecided":
            return verdict
    return _undecided(plant, network, found.reason or verdict.reason, found.spent)


def _recovered(plant, network, question, found):
    lines, tree = question.lines, found.tree
    proof = written(lines, tree, found.on, plant.X.any(axis=1))
    leaves = (len(proof["tree"]) + 1) // 2
    reason = (
        f"a tree of signs over {len(found.on)} lines of rows, {leaves} leaves and {len(proof['circuits'])} "
        "circuits, proves that a dual vector stays inside the ball on every pattern off the plant"
    )
    S = Patterns(plant.X @ plant.weights >= 0, plant.weights)
    return Verdict(
        *("recovered", "signs", _dual(plant, question, found.q), None, 1 - found.reach, found.spent),
        *(network, "gated", S, reason),
        plant=plant,
        proof=proof,
    )


def _dual(plant, question, v):
    """The dual vector (n,) of the data, its planted equations met to rounding by the rows that count."""
    lines, m = question.lines, len(question.lines.Z)
    rows = np.r_[lines.rows, lines.back[question.end[m:]]]
    unit, size = question.G @ lines.basis.T, np.linalg.norm(lines.X[rows], axis=1)
    on = question._ends(question.home).astype(bool)
    w = (plant.signs * plant.weights / np.linalg.norm(plant.weights, axis=0)).T
    E, e = np.vstack([(unit * own[:, None]).T for own in on]), w.ravel()
    used = v != 0
    for _ in range(2):
        v = v.copy()
        v[used] += np.linalg.lstsq(E[:, used], e - E @ v, rcond=1e-13)[0]
    dual = np.zeros(len(plant.X))
    dual[rows] = v / size
    return np.ldexp(dual, -lines.powers)


def _accepted(verdict):
    """The verdict, if the checker accepts its proof: nothing else makes it one."""
    try:
        check(verdict, S="all")
    except AuditError as refused:
        return verdict.withdrawn(f"a tree was finished, and its proof refused: {refused}")
    return verdict


def _undecided(plant, network, reason, spent):
    S = Patterns(plant.X @ plant.weights >= 0, plant.weights)
    verdict = Verdict("undecided", None, None, None, np.nan, spent, network, "gated", S, reason)
    return replace(verdict, plant=plant)
