"""Prove a verdict from its evidence, by arithmetic that shares no code with what found it.

What is proved is a statement about the stored binary numbers. `problem` reads them, `optimal`, `cheaper`,
`identities`, `completeness` and `theorems` prove with error bounds, `tolerances` refutes what they leave
open.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from . import balls, balls_patterns, balls_ties, tolerances
from .arithmetic import AuditError, NotProved
from .cheaper import prove_cheaper
from .completeness import prove_complete, prove_realized
from .cone_trees import agree_on_cones, prove_cones
from .identities import prove_second
from .networks import audit_network
from .optimal import prove_recovered
from .problem import Problem, checked
from .sign_trees import prove_over_signs
from .theorems import prove_theorem

if TYPE_CHECKING:
    from typing import Any


@dataclass(frozen=True)
class Audit:
    """What `check` found. It is always true: evidence that fails raises.

    Attributes
    ----------
    status : str
        The verdict's status.
    proved : bool
        Whether the statement is proved; otherwise its evidence holds within a tolerance only, or (undecided)
        nothing is claimed.
    statement : str
        What is proved, or claimed, in words.
    bound : float
        Of a recovered verdict the upper bound, below 1, of how far a dual vector reaches; of a not-recovered
        one the upper bound of the competitor's cost, repair included, as a share of the plant's; else NaN.
    arithmetic : str
        How it was computed.
    reason : str
        Why it is not proved; empty where it is.
    """

    status: str
    proved: bool
    statement: str
    bound: float
    arithmetic: str
    reason: str = ""

    def __bool__(self):
        return True

    def __str__(self):
        word = "proved" if self.proved else "not proved" if self.status == "undecided" else "numerically"
        return f"{word}: {self.statement}" + (f" ({self.reason})" if self.reason else "")


def check(verdict: Any, plant: Any = None, S: Any = None, arithmetic: str = "float") -> Audit:
    """Prove a verdict from its evidence.

    The data, the hidden neurons, the patterns and the evidence are the stored binary numbers, and the labels
    are the neurons' outputs in exact arithmetic. Computed in float64, with a-priori bounds of every rounding
    error: no tolerance enters a proof.

    Parameters
    ----------
    verdict : Verdict or NetworkCertificate
        What `decide` answered, or `certify_network`, which holds its question itself: proved of plain and
        skip networks with beta and squares, computed again without error bounds of the others.
    plant : Plant, optional
        The planted problem; by default the one that the verdict holds.
    S : Patterns, array_like of bool, shape (n, p), or "all", optional
        The patterns it was decided over; by default those that it says.
    arithmetic : {"float", "balls"}
        ``"float"``: float64 with error bounds. ``"balls"``: ball arithmetic at 106 bits (python-flint, extra
        ``proofs``), written apart from the first and slower; it does not cover theorems and trees of signs.

    Returns
    -------
    Audit
        It is true, and says what is proved. A recovered verdict: a dual vector exists that meets the planted
        equations exactly and stays below 1 on every other block (in the exact form, on its cones, by the
        verdict's multipliers), and the planted blocks are independent; over all patterns, when besides no
        pattern is missing, or the hypotheses of a theorem hold. A not-recovered one: an interpolant exists
        near the competitor and costs less than the plant. A not-unique one: an identity gives the second
        interpolant; other ties are never proved. Where a bound is too large to say, but the evidence holds
        within a tolerance, ``.proved`` is False and ``.reason`` says what is open. An undecided verdict
        claims nothing.

    Raises
    ------
    AuditError
        Where an inequality fails: it is named, with both sides.
    ValueError
        For an unknown arithmetic, and something that is neither.
    ImportError
        Where python-flint is asked for and missing.

    Examples
    --------
    >>> import dataclasses
    >>> import relulab as rl
    >>> X = rl.draw("gaussian", 60, 10, rng=0)
    >>> plant, S = rl.plant(X, rng=1), rl.sample_patterns(X, rng=2)
    >>> verdict = rl.decide(plant, S)
    >>> print(rl.check(verdict, plant, S))
    proved: the plant is the unique solution over 60 patterns
    >>> rl.check(dataclasses.replace(verdict, dual=2 * verdict.dual), plant, S)
    Traceback (most recent call last):
        ...
    relulab.audit.arithmetic.AuditError: planted equations: ||A_J^T dual - g|| = 1 must be <= 1e-08
    """
    if arithmetic not in KNOWN_ARITHMETIC:
        raise ValueError(
            f"arithmetic={arithmetic!r} is unknown; choose from {', '.join(map(repr, KNOWN_ARITHMETIC))}"
        )
    words, proof = KNOWN_ARITHMETIC[arithmetic]
    if hasattr(verdict, "arrays"):
        return _check_network(verdict, arithmetic, words)
    if not hasattr(verdict, "evidence"):
        raise ValueError(f"verdict is a {type(verdict).__name__}; give a Verdict or a NetworkCertificate")
    plant = verdict.plant if plant is None else plant
    S = ("all" if verdict.everywhere else verdict.patterns) if S is None else S
    if plant is None:
        raise AuditError("the verdict does not hold its problem: give the plant")
    if verdict.status == "undecided":
        return Audit("undecided", False, "nothing is claimed", np.nan, words)
    everywhere = isinstance(S, str) and S == "all"
    patterns = verdict.patterns if everywhere else S
    masks, gates = np.asarray(patterns), getattr(patterns, "gates", None)
    _check_shapes(verdict, plant, masks)
    multipliers = stored_multipliers(verdict, masks)
    where = "all patterns" if everywhere else f"{masks.shape[1]} patterns"
    if verdict.status == "not-unique":  # an identity says nothing of the numbers beside it
        tolerances.agree(verdict, plant, masks, gates, everywhere, multipliers)
    bound = np.nan
    try:
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            statement, bound = proof(verdict, plant, masks, gates, everywhere, multipliers)
        return Audit(verdict.status, True, f"{statement} over {where}", bound, words)
    except NotProved as open_question:
        if not _by_trees(verdict, everywhere):
            tolerances.agree(verdict, plant, masks, gates, everywhere, multipliers)
        elif proof is _prove:  # bounds hold or they do not: only equations can hold within a tolerance
            bound = _nearly(verdict, plant, masks, open_question)
        else:
            whole = check(verdict, plant, S)
            return replace(whole, proved=False, arithmetic=words, reason=str(open_question))
        claim = f"{CLAIMS[verdict.status]} over {where}"
        return Audit(verdict.status, False, claim, bound, words, str(open_question))


def _check_network(certificate, arithmetic, words):
    """What a certificate of somebody's network proves."""
    if arithmetic != "float":
        raise ValueError("arithmetic='balls' does not cover networks; use 'float'")
    if certificate.status == "undecided":
        return Audit("undecided", False, "nothing is claimed", np.nan, words)
    statement, proved, reason = audit_network(certificate)
    bound = certificate.bound / certificate.cost if certificate.cost > 0 else np.nan
    return Audit(certificate.status, proved, statement, bound, words, reason)


PAIRS = ("linear", "skip"), ("relu", "plain"), ("relu", "skip"), ("normalized", "normalized")
EVIDENCE = ("isometry", "dual", "socp", "closed-form", "competitor", "all-ones", "signs", "cones")
CLAIMS = {
    "recovered": "the plant is the unique solution",
    "not-recovered": "the plant is no solution: an interpolant costs less",
    "not-unique": "the plant is not the only solution: another interpolant costs the same",
    "optimal": "the plant is a solution: no interpolant costs less",
}


def _by_trees(verdict, everywhere):
    """Whether trees of signs are the evidence: those of cones hold over any patterns."""
    return verdict.evidence == "cones" or (everywhere and verdict.evidence == "signs")


def _nearly(verdict, plant, masks, open_question):
    """The bound of a tree of cones for equations that are met within a tolerance."""
    failed = AuditError(f"{verdict.evidence}: {open_question}")
    if verdict.evidence != "cones" or verdict.status != "recovered":
        raise failed from None
    try:
        problem = Problem(plant, masks, verdict.network, verdict.form)
        return agree_on_cones(problem, problem.dual(verdict.dual), verdict.proof)
    except NotProved:
        raise failed from None


def _prove(verdict, plant, masks, gates, everywhere, stored):
    theorem = everywhere and verdict.evidence == "closed-form"
    if verdict.status == "optimal":
        raise NotProved("a dual vector that touches the ball stays inside within a tolerance only")
    problem = Problem(plant, masks, verdict.network, verdict.form, one_scale=theorem)
    dual = None if verdict.dual is None else problem.dual(verdict.dual)
    multipliers = {place: problem.multipliers(m) for place, m in stored.items()}
    patterns = problem.masks[problem.skip :]
    claim = CLAIMS[verdict.status]
    if verdict.status == "recovered":
        if theorem:
            return claim, prove_theorem(problem, dual)
        if verdict.evidence == "cones":
            return claim, prove_cones(problem, dual, verdict.proof)
        if everywhere and verdict.evidence == "signs":
            return claim, prove_over_signs(problem, dual, verdict.proof)
        bound = prove_recovered(problem, dual, multipliers)
        if everywhere:
            prove_complete(problem.X, patterns, gates)
        return claim, bound
    W = problem.weights(verdict.competitor)
    hides = verdict.status == "not-unique" and problem.kind == "linear" and problem.form == "exact"
    if everywhere and not hides:  # a ReLU neuron with the labels themselves is one, in whatever cell
        used = W.reshape(-1, *W.shape[-2:]).any(axis=(0, 2))[problem.skip :]
        prove_realized(problem.X, patterns[used], None if gates is None else gates[:, used])
    if verdict.status == "not-recovered":
        return claim, prove_cheaper(problem, W, gates) / problem.low
    return f"{claim}, for {prove_second(problem, W, dual, multipliers)}", np.nan


def _prove_in_balls(verdict, plant, masks, gates, everywhere, multipliers):
    theorem = everywhere and (verdict.status, verdict.evidence) == ("recovered", "closed-form")
    if theorem or verdict.status == "optimal" or _by_trees(verdict, everywhere):
        raise NotProved(
            "theorems, trees of signs, and dual vectors that touch the ball, are not covered in balls"
        )
    problem, claim = balls.Balls(plant, masks, verdict.network, verdict.form), CLAIMS[verdict.status]
    if verdict.status == "not-unique":
        claim = f"{claim}: {balls_ties.prove_second(problem, verdict.competitor)}"
        bound = np.nan
    elif verdict.status == "recovered":
        bound = balls.prove_recovered(problem, verdict.dual, multipliers)
    else:
        bound = balls.prove_cheaper(problem, verdict.competitor, gates)
    if everywhere and verdict.status == "recovered":
        balls_patterns.prove_real(problem, gates, range(masks.shape[1]))
        balls_patterns.prove_all_there(problem)
    elif everywhere:
        balls_patterns.prove_real(problem, gates, balls_patterns.used_by(verdict.competitor, problem.skip))
    return claim, bound


KNOWN_ARITHMETIC = {
    "float": ("float64 with a-priori rounding bounds", _prove),
    "balls": (f"{balls.BITS}-bit balls", _prove_in_balls),
}


def _check_shapes(verdict, plant, masks):
    """The question is one, and evidence is there, finite and of the right shape."""
    if verdict.status not in CLAIMS:
        raise AuditError(f"status {verdict.status!r} is none that can be checked")
    if verdict.evidence not in EVIDENCE:
        raise AuditError(f"evidence {verdict.evidence!r}: this checker does not know that kind of evidence")
    if (plant.kind, verdict.network) not in PAIRS or verdict.form not in ("gated", "exact"):
        raise AuditError(f"no program {verdict.form!r} of {verdict.network!r} for {plant.kind!r} neurons")
    if not (np.isfinite(plant.X).all() and np.isfinite(plant.weights).all()):
        raise AuditError("data and planted neurons must be finite")
    if np.shape(plant.signs) != plant.weights.shape[1:] or not np.isin(plant.signs, (1, -1)).all():
        raise AuditError("signs of the planted neurons: they must be 1 or -1")
    n, d = plant.X.shape
    if masks.dtype != bool or masks.ndim != 2 or len(masks) != n:
        raise AuditError(
            f"patterns: {masks.dtype} of shape {masks.shape}; they must be bool, of shape ({n}, p)"
        )
    size = masks.shape[1] + (verdict.network == "skip")
    if verdict.status in ("recovered", "optimal") or verdict.dual is not None:
        checked("dual vector", verdict.dual, (n,))
    if verdict.status not in ("recovered", "optimal"):
        checked("competitor", verdict.competitor, (size, d) if verdict.form == "gated" else (2, size, d))


def stored_multipliers(verdict, masks):
    """The verdict's multipliers, for (block, side)."""
    stored = getattr(verdict, "multipliers", None)
    if stored is None or verdict.form != "exact":
        return {}
    blocks, sides = np.asarray(stored.blocks), np.asarray(stored.sides)
    values = checked("multipliers", stored.values, (len(blocks), len(masks)))
    size = masks.shape[1] + (verdict.network == "skip")
    if blocks.dtype.kind not in "iu" or (blocks < 0).any() or (blocks >= size).any():
        raise AuditError("multipliers: of blocks that there are not")
    if (blocks < size - masks.shape[1]).any():
        raise AuditError("multipliers: of the skip block, which has no cone")
    if (values < 0).any():
        raise AuditError(f"multipliers: they must be >= 0, the smallest is {values.min():.3g}")
    if sides.shape != blocks.shape or not np.isin(sides, (1, -1)).all():
        raise AuditError("multipliers: their sides must be 1 or -1")
    return {(int(j), int(side)): m for j, side, m in zip(blocks, sides, values, strict=True)}
