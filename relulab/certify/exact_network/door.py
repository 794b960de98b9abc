"""The door: a planted problem of the ReLU network over all patterns, decided.

What the search found counts when the audit proves it; else the answer is "undecided", with a reason.
"""

from dataclasses import replace

import numpy as np

from ...audit import AuditError, check
from ...audit.rounding import exact_signs
from ...patterns.sampling import Patterns
from ..verdicts import Verdict
from .networks import cheaper_network
from .proof import written
from .questions import Question
from .search import EFFORT, search


def decide_exact(plant, network="skip", effort=EFFORT, rng=0):
    """Decide a plant of the ReLU network over all patterns: the exact program.

    Parameters
    ----------
    plant : Plant
        The planted problem, without noise; linear (skip network) or ReLU (plain and skip networks).
    network : {"skip", "plain"}
        The network.
    effort : float
        Nodes of trees of signs after which the search gives up; a dual vector counts as a thousand.
    rng : numpy.random.Generator or int
        Source of randomness of the search.

    Returns
    -------
    Verdict
        ``"recovered"`` with evidence ``"cones"``: a dual vector and the proof that `check` reads;
        ``"not-recovered"`` with a cheaper network; ``"undecided"`` with how far it got.

    Examples
    --------
    >>> import relulab as rl
    >>> from relulab.certify.exact_network.door import decide_exact
    >>> plant = rl.plant(rl.draw("gaussian", 40, 20, rng=0), rng=1)
    >>> verdict = decide_exact(plant)
    >>> verdict.status, rl.check(verdict).proved
    ('recovered', True)
    """
    question = Question(plant, network)
    try:
        finding = search(question, effort, rng)
    except (RuntimeError, np.linalg.LinAlgError) as error:  # a solver of SciPy's or NumPy's that gives up
        return _undecided(plant, network, 0, f"the numerics gave up: {error}")
    if finding.status == "proved":
        return _proved(plant, network, question, finding)
    verdict = _undecided(plant, network, finding.rounds, finding.reason)
    if finding.status == "beaten":
        verdict = _beaten(plant, network, question, finding, rng)
    if verdict.status == "undecided" and question.linear and (side := _one_sign(plant)):
        return _tied(plant, network, side, verdict)
    return verdict


def _verdict(plant, network, status, evidence, patterns, reason, rounds, **more):
    parts = {"dual": None, "competitor": None, "margin": np.nan} | more
    return Verdict(
        status=status,
        evidence=evidence,
        iterations=rounds,
        network=network,
        form="exact",
        patterns=patterns,
        reason=reason,
        plant=plant,
        everywhere=True,
        **parts,
    )


def _own(plant):
    """The patterns that planted neurons have."""
    masks = plant.X @ plant.weights >= 0
    if plant.weights.shape[1] == 1:
        return Patterns(masks, plant.weights)
    first = np.sort(np.unique(masks, axis=1, return_index=True)[1])
    return Patterns(masks[:, first], plant.weights[:, first])


def _undecided(plant, network, rounds, reason):
    return _verdict(plant, network, "undecided", None, _own(plant), reason, rounds)


def _audited(verdict, refused):
    """The verdict if the audit agrees, with the margin that it proves.

    It proves recovery, but for fewer rows than dimensions, where a plant is in the row space up to rounding
    at best; it proves that a network is cheaper, unless the data are such that it cannot repair rounding.
    """
    try:
        audit = check(verdict)
    except AuditError as error:
        return replace(refused, reason=f"{refused.reason}: {error}")
    if verdict.status == "not-unique":
        return verdict
    if verdict.status == "recovered":
        return replace(verdict, margin=1 - audit.bound)
    k, cost = verdict.plant.weights.shape[1], np.linalg.norm(verdict.competitor, axis=-1).sum()
    cost = k * audit.bound if audit.proved else cost
    return replace(verdict, margin=k - cost, reason=f"a ReLU network costs {cost:.6g}, the plant {k}")


def _one_sign(plant):
    """1 or -1 where the labels, in exact arithmetic, are all of that sign or zero; else 0."""
    signs = exact_signs(plant.X, plant.weights)[:, 0]
    return 1 if (signs >= 0).all() else -1 if (signs <= 0).all() else 0


def _tied(plant, network, side, found):
    """Labels of one sign: the planted weights, as a ReLU neuron, give them at the same cost."""
    W = np.zeros((2, 2, plant.X.shape[1]))
    W[int(side < 0), 1] = side * plant.weights[:, 0]
    S = Patterns(np.ones((len(plant.X), 1), dtype=bool), side * plant.weights)
    reason = (
        "labels of one sign: a ReLU neuron gives them at the same cost; whether something costs less is open"
    )
    return _audited(
        _verdict(
            *(plant, network, "not-unique", "all-ones", S, f"{reason} ({found.reason})", found.iterations),
            competitor=W,
            margin=0.0,
        ),
        found,
    )


def _proved(plant, network, question, finding):
    proof = written(question, finding.trees)
    leaves = sum(len(array) for name, array in proof.items() if name.endswith("leaves"))
    reason = f"a dual vector stays inside the ball on all cones: {leaves} leaves of two sign trees prove it"
    verdict = _verdict(
        *(plant, network, "recovered", "cones", _own(plant), reason, finding.rounds),
        dual=question.full(finding.dual),
        proof=proof,
    )
    return _audited(verdict, _undecided(plant, network, finding.rounds, "a finished proof was not accepted"))


def _beaten(plant, network, question, finding, rng):
    W, patterns = cheaper_network(question, plant, finding, rng)
    verdict = _verdict(
        *(plant, network, "not-recovered", "competitor", patterns, "", finding.rounds), competitor=W
    )
    return _audited(verdict, _undecided(plant, network, finding.rounds, "a cheaper network was not proved"))
