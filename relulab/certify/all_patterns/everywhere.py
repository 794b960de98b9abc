"""The decision over every pattern of the data: closed forms, enumeration, trees of signs, cutting planes."""

from dataclasses import replace

import numpy as np

from ...patterns.enumeration import enumerate_patterns
from ...patterns.sampling import count_patterns
from ..exact_network.door import decide_exact
from ..problems import WORTHWHILE
from ..sampled import decide_over
from .by_blocks import decide_by_blocks
from .by_signs import decide_by_signs
from .closed_forms import along_a_row, linear, one_normalized
from .cutting_planes import cutting_planes
from .evidence import over_all

ENUMERABLE = 20_000_000  # patterns x n x d up to which they are all written down
QUICKLY = 2_000  # the same up to which that takes less time than a tree
LISTED = 50_000  # the same for planted ReLU neurons, whose dual vectors take longer
EFFORT = 1_000_000  # nodes; about ten seconds


def decide_all(plant, network, form, iterations, effort=EFFORT, rng=0, rounds=30):
    """Decide a plant over all patterns of its data; see `decide` with ``S="all"``.

    Parameters
    ----------
    plant : Plant
        The planted problem, without noise.
    network, form, iterations
        As for `decide`.
    effort : float
        Nodes of trees of signs, after which the search gives up; less than a million lowers in proportion
        how many patterns are listed after it.
    rng : numpy.random.Generator or int
        Source of randomness.
    rounds : int
        How often cutting planes are added.

    Returns
    -------
    Verdict
        From a closed form, where one applies; for plain and skip networks from trees of signs, in the exact
        form those of `relulab.certify.exact_network`, and from all patterns where there are very few; else
        from all patterns, where they can be listed, or from cutting planes, which can prove failure and never
        recovery.
    """
    skip = network == "skip" and plant.kind == "linear"
    if skip and (known := linear(plant, form)) is not None:
        if known.status == "recovered":
            return known
        return _cheaper_than_a_tie(known, plant, form, iterations, effort, rng)
    if network == "normalized" and (known := one_normalized(plant, form)) is not None:
        return known
    found = None
    if form == "exact" and network != "normalized":
        found = decide_exact(plant, network, effort, rng)
        if found.status == "not-unique":
            return _cheaper_than_a_tie(found, plant, form, iterations, 0, rng)
        if found.status != "undecided":
            return found
        if skip and (known := along_a_row(plant, form)) is not None:
            return known
    elif plant.X.any() and network != "normalized":
        found = _enumerated(plant, network, form, iterations, QUICKLY if skip else LISTED)
        if found is None or found.status == "undecided":
            found = _trees(plant, network, form, effort, rng) or found
        if found is not None and found.status != "undecided":
            return found
    patience = np.inf if found is None else ENUMERABLE * effort / EFFORT
    listed = _enumerated(plant, network, form, iterations, patience)
    if listed is not None and (listed.status != "undecided" or found is None):
        return listed
    return found or over_all(cutting_planes(plant, network, form, iterations, rng, rounds))


def _trees(plant, network, form, effort, rng):
    """What trees of signs say; None where they have nothing to say."""
    if plant.kind == "linear":
        return decide_by_signs(plant, form, effort, rng)
    return decide_by_blocks(plant, network, effort, rng)


def _cheaper_than_a_tie(known, plant, form, iterations, effort, rng):
    """A linear plant that is not alone, or what is cheaper, where that is quickly known."""
    listed = _enumerated(plant, "skip", form, iterations, WORTHWHILE)
    if listed is not None and listed.status != "undecided":
        return _with_twin(listed, known)
    found = decide_exact(plant, "skip", effort, rng) if form == "exact" and effort else known
    return found if found.status == "not-recovered" else known


def _with_twin(listed, twin):
    """What is known over all patterns, listed, with the twin that makes an optimal plant one of several."""
    masks = np.asarray(listed.patterns)
    same = (masks == np.asarray(twin.patterns)).all(axis=0)
    if listed.status != "optimal" or not same.any():
        return listed
    place = same.argmax()
    side = twin.competitor[..., 1:, :]
    competitor = np.zeros((*side.shape[:-2], masks.shape[1] + 1, side.shape[-1]))
    competitor[..., 1 + place, :] = side[..., 0, :]
    reason = f"{twin.reason.split(';')[0]}; a dual vector proves both optimal"
    return replace(twin, dual=listed.dual, competitor=competitor, patterns=listed.patterns, reason=reason)


def _enumerated(plant, network, form, iterations, limit=np.inf):
    n, d = plant.X.shape
    most = count_patterns(n, min(n, d, int(np.linalg.matrix_rank(plant.X)) or 1))
    if most * n * d > min(limit, ENUMERABLE):
        return None
    S = enumerate_patterns(plant.X)
    return replace(decide_over(plant, S, network, form, iterations), patterns=S)
