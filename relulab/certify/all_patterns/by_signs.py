"""The verdict of a tree of signs: a linear plant in the skip network, over all patterns.

A finished tree proves recovery in the gated program, and so in the exact one, whose feasible points are
feasible there at no higher cost.
"""

from dataclasses import replace

import numpy as np

from ... import _checks
from ...audit.arithmetic import AuditError
from ...audit.checking import check
from ...patterns.sampling import Patterns
from ..sampled import decide_over
from ..verdicts import Verdict
from .evidence import over_all
from .lines import lines_of
from .searching import search

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
        found = search(lines, effort, _checks.generator(rng, STREAM))
        if found.status == "recovered":
            return _accepted(_recovered(plant, form, lines, found))
    if form == "exact":
        return _undecided(plant, form, "the gated program is not proved", found)
    S = _patterns(lines, np.zeros((0, len(lines.w))) if found is None else found.gates)
    verdict = over_all(decide_over(plant, S, "skip", form))
    if verdict.status != "undecided" or found is None:
        return verdict
    return _undecided(plant, form, found.reason or verdict.reason, found)


def _accepted(verdict):
    """The verdict, if the checker accepts its proof: nothing else makes it one."""
    try:
        check(verdict, S="all")
    except AuditError as refused:
        return verdict.withdrawn(f"a tree was finished, and its proof refused: {refused}")
    return verdict


def _recovered(plant, form, lines, found):
    """With the tree written down."""
    tree, m, dual = found.tree, len(found.on), lines.dual(found.q)
    line = np.where(dual != 0, lines.line, -1)
    inner = found.on[tree.order]
    order = np.concatenate([inner, np.setdiff1d(line[line >= 0], inner)])
    places = np.full(len(lines.rows), -1)
    places[order] = np.arange(len(order))
    line[line >= 0] = places[line[line >= 0]]
    levels = tree.levels()
    depth = 1 + max((k for k, words in enumerate(tree.split) if words), default=-1)
    shares = np.zeros((min(depth + 1, m), m))
    for k in range(len(shares)):
        shares[k, k:] = tree.bounds.alpha(k)
    proof = {
        "rows": np.array([np.flatnonzero(line == place)[0] for place in range(len(order))], dtype=np.int64),
        "line": line,
        "columns": lines.columns,
        "tree": levels,
        "circuits": _signed_places(tree.cells.circuits),
        "shares": shares,
    }
    leaves = (len(levels) + 1) // 2
    reason = (
        f"a tree of signs over {m} lines of rows, {leaves} leaves and {len(proof['circuits'])} circuits, "
        "proves that a dual vector stays inside the ball on every pattern"
    )
    S = _patterns(lines, found.gates)
    return Verdict(
        *("recovered", "signs", dual, None, 1 - found.reach, found.spent),
        *("skip", form, S, reason),
        plant=plant,
        proof=proof,
    )


def _signed_places(circuits):
    """Each circuit as 1 + the places of its rows, with their signs, 0 to fill up."""
    width = int((circuits != 0).sum(axis=1).max(initial=0))
    answer = np.zeros((len(circuits), width), dtype=np.int64)
    for row, circuit in zip(answer, circuits, strict=True):
        on = np.flatnonzero(circuit)
        row[: len(on)] = circuit[on].astype(np.int64) * (on + 1)
    return answer


def _patterns(lines, gates):
    """The patterns of gates in coordinates of the row space, each once; without any, of two random ones."""
    some = np.random.default_rng(0).standard_normal(lines.plant.shape)
    gates = gates @ lines.basis.T if len(gates) else np.stack([some, -some])
    masks = lines.masks(gates.T)
    keep = masks[lines.line >= 0].any(axis=0)
    masks, gates = masks[:, keep], gates[keep]
    first = np.sort(np.unique(masks, axis=1, return_index=True)[1])
    return Patterns(masks[:, first], gates.T[:, first])


def _undecided(plant, form, reason, found):
    spent = 0 if found is None else found.spent
    S = Patterns((plant.X @ plant.weights >= 0), plant.weights)
    return replace(
        Verdict("undecided", None, None, None, np.nan, spent, "skip", form, S, reason), plant=plant
    )
