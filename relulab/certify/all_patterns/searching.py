"""The search for a proof over all patterns: a dual vector, violators, a tree, and again.

1. A sparse dual vector that stays inside the balls of all known patterns (`sparse_dual`). Where there is
   none, the known patterns refute the plant.
2. Line sweeps look for a pattern on which it reaches 1 (`sweeps`). What they find is known from then on.
3. The tree (`tree`) looks everywhere. It ends with a proof, or with violators, which are known from then on,
   or its budget is spent: then another dual vector may have a smaller tree.
"""

from typing import NamedTuple

import numpy as np

from .sweeps import sweeps
from .tree import Tree

STARTS = 30  # gates that sweeps start from, and as many of the last violators
BUDGET = 20_000  # nodes of the first tree that gives up; trees differ widely, so a restart often helps
MORE = 1.5  # times that for the next
ROUND = 500  # nodes that a round counts for, for what is not the tree
SEEDS = 60  # violators of a tree that sweeps make worse


class Found(NamedTuple):
    """What a search says.

    Attributes
    ----------
    status : {"recovered", "refuted", "open"}
        "refuted": on the known patterns every dual vector reaches 1.
    q : ndarray, shape (m,), or None
        The dual vector on lines that is proved, or the last one.
    tree : Tree or None
        The finished tree.
    on : ndarray of int
        The lines of the tree.
    gates : ndarray, shape (p, r)
        Gates of the patterns that refute, or of all known ones.
    reach : float
        What the tree proves that no gate reaches; else a lower bound of what every dual vector reaches.
    spent : int
        Nodes, rounds counted.
    reason : str
        Where open, how far it got.
    """

    status: str
    q: np.ndarray | None
    tree: Tree | None
    on: np.ndarray
    gates: np.ndarray
    reach: float
    spent: int
    reason: str


def search(question, effort, rng):
    """Search until it is proved or refuted, or the effort is spent.

    Parameters
    ----------
    question : Question
        The problem.
    effort : float
        Nodes of all trees together; a round counts as `ROUND`.
    rng : numpy.random.Generator
        Of the sweeps.

    Returns
    -------
    Found
        With what proves it.
    """
    Z = question.lines.Z
    r = Z.shape[1]
    pool, way, budget, spent, rounds, trees = np.zeros((0, r)), 0, BUDGET, 0, 0, 0
    q, on, left = None, np.arange(0), 0
    while spent < effort:
        rounds, spent = rounds + 1, spent + ROUND
        q = question.dual(way)
        if q is None:
            refuted = question.refuted
            gates = question.gates[question.decisive()] if refuted else question.gates
            reason = f"no dual vector is known to stay inside the ball on {len(question.signs)} patterns"
            return Found(
                "refuted" if refuted else "open", None, None, on, gates, question.lower, spent, reason
            )

        center, sizes, on = question.parts(q)

        def swept(starts, center=center, sizes=sizes):
            gates, norms = sweeps(Z, center, sizes, starts, rng, planted=question.home)
            return gates[norms >= question.reached]

        found = swept(np.concatenate([pool[-STARTS:], rng.standard_normal((STARTS, r))]))
        if len(found):
            pool = np.concatenate([pool, found])
            if question.learn(found):
                continue
        trees = trees + 1
        tree = Tree(Z[on], sizes[on], center, question.home[:, on])
        outcome = tree.search(min(budget, effort - spent))
        spent, left = spent + tree.nodes, outcome.open
        if outcome.status == "proved":
            return Found("recovered", q, tree, on, question.gates, outcome.reach, spent, "")
        if outcome.status == "unsure":
            reason = f"{outcome.open} cells are too narrow to say whether they are there"
            return Found("open", q, None, on, question.gates, question.lower, spent, reason)
        gates, fresh = outcome.gates, False
        if len(gates) > SEEDS:
            gates = gates[rng.choice(len(gates), SEEDS, replace=False)]
        if len(gates):
            better = swept(gates)
            pool = np.concatenate([pool, better])
            fresh = question.learn(
                np.concatenate([gates, better]) if outcome.status == "violators" else better
            )
        if not fresh:
            if outcome.status == "violators":
                reason = "a pattern that reaches 1 is too near to its walls to be told from others"
                return Found("open", q, None, on, question.gates, question.lower, spent, reason)
            way, budget = way + 1, MORE * budget
    nodes = spent - ROUND * rounds
    reason = (
        f"given up after {nodes} nodes of {trees} trees in {rounds} rounds: {left} nodes of the last one "
        f"are open{question.bound()}"
    )
    return Found("open", q, None, on, question.gates, question.lower, spent, reason)
