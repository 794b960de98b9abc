"""The search for a dual vector whose trees end, or for the multipliers of a cheaper network."""

from typing import NamedTuple

import numpy as np

from .cuts import Cuts
from .trees import LEVEL, Tree
from .violators import climb, unit

DELTA = 0.1  # how far below 1 the first dual vectors are to stay
GLANCE = 60  # nodes of a tree that is grown before violators are climbed to
NODES = 20_000  # nodes of a tree that is to end, at effort 1
ROUNDS = 300  # dual vectors, at effort 1
STARTS = 30  # random ones of a climb
CUTS = 40  # of a round and side
BEYOND = 1 + 1e-4, 1 + 1e-3, 1 + 1e-2  # levels at which multipliers of a cheaper network are looked for
TIE = 1e-9  # nearer to 1 than this, nothing is said


class Finding(NamedTuple):
    """What the search found.

    Attributes
    ----------
    status : str
        ``"proved"``, with the dual vector and its two trees; ``"beaten"``, with cuts and their multipliers,
        those of a cheaper network; ``"open"``.
    reason : str
        How far it got.
    """

    status: str
    reason: str
    dual: np.ndarray | None = None
    trees: tuple = ()
    cuts: Cuts | None = None
    y: np.ndarray | None = None
    rounds: int = 0
    nodes: int = 0


def search(question, effort=1.0, rng=0):
    """Look for a certificate, or for multipliers that say that there is none."""
    return _Search(question, effort, np.random.default_rng(rng)).run()


class _Search:
    def __init__(self, question, effort, rng):
        self.question, self.effort, self.rng = question, effort, rng
        self.cuts, self.nodes, self.rounds = Cuts(question), 0, 0
        self.planted = {s: () if question.linear else question.w[:, question.signs == s].T for s in (1, -1)}
        self.level = LEVEL if question.linear else 1 - 1e-9
        self.broken = 1 - 1e-9 if question.linear else 1 + 1e-9

    def run(self):
        question = self.question
        if question.shortest is None or question.silent.any():  # the planted neurons alone can be shortened
            return self._end("beaten", "", cuts=self.cuts, y=np.zeros(0))
        center, delta, glance = question.shortest, DELTA, GLANCE
        dual = question.tidy(center)
        while self.rounds < ROUNDS * self.effort:
            self.rounds += 1
            trees, news = self._look(dual, glance)
            if trees is not None:
                return self._end("proved", "", dual=dual, trees=trees)
            if news is None:
                return self._end(
                    "open", f"the trees of the last dual vector did not end in {self.nodes} nodes"
                )
            if not news:
                return self._end("open", "the violators of the last dual vector are known, up to rounding")
            glance = 0
            while True:
                dual, y = self.cuts.nearest(center, delta)
                if dual is not None:
                    break
                reach = self._bound(y)
                if reach > 1 + TIE:
                    return self._beaten(center, y)
                if delta < TIE or not question.free.size:
                    return self._end("open", f"every dual vector reaches {reach:.12g}, up to rounding")
                delta = min(delta, 1 - reach) / 2
                sure, y = self.cuts.nearest(center, 0.0)
                if sure is None and self._bound(y) > 1 + TIE:
                    return self._beaten(center, y)
            dual = question.tidy(dual)
        return self._end("open", f"no dual vector was found in {self.rounds} rounds")

    def _beaten(self, center, y):
        """The multipliers of the highest of a few levels that no dual vector keeps."""
        for level in BEYOND:
            dual, more = self.cuts.nearest(center, 1 - level)
            if dual is not None:
                break
            y = more
        return self._end("beaten", "", cuts=self.cuts, y=y)

    def _bound(self, y):
        """What every dual vector reaches, by the multipliers."""
        q = self.question
        total = y @ self.cuts.rows
        v = np.linalg.lstsq(q.equations.T, total, rcond=None)[0]
        return float(v @ q.targets.T.ravel() / max(y @ np.ones(len(y)), 1e-300))

    def _look(self, dual, glance):
        """The trees if both end, or how many violators were new; None where a tree is cut off."""
        q, trees, starts = self.question, [], []
        if not q.linear and q.skip:
            p = q.X.T @ dual
            if np.linalg.norm(p) >= 1 - 1e-9:
                return None, self.cuts.add(unit(p[None]), 0)
        if glance:
            for side in (1, -1):
                tree, status, U = self._grow(dual, side, glance, enough=1)
                trees.append(tree)
                starts.append(U)
                if status != "proved":
                    break
            else:
                return tuple(trees), 0
        news = 0
        for side in (1, -1):
            own = [U for s, U in zip((1, -1), starts, strict=False) if s == side]
            near = self.cuts.U[self.cuts.sides == side][-30:]
            U = np.vstack([*own, near, unit(self.rng.standard_normal((STARTS, q.X.shape[1])))])
            U, high = climb(q.X, dual, side, U)
            news += self._cut(U, high, side)
        if news:
            return None, news
        trees = []
        for side in (1, -1):
            tree, status, U = self._grow(dual, side, NODES * self.effort)
            trees.append(tree)
            if status == "violated":
                V, high = climb(q.X, dual, side, U)
                return None, self._cut(np.vstack([V, U]), np.r_[high, np.full(len(U), 1.0)], side)
            if status != "proved":
                return None, None
        return tuple(trees), 0

    def _grow(self, dual, side, budget, enough=30):
        tree = Tree(self.question.X, dual, side, self.planted[side], self.level)
        status, U = tree.run(budget, enough)
        self.nodes += tree.nodes
        return tree, status, U

    def _cut(self, U, high, side):
        order = np.argsort(-high)
        order = order[high[order] >= self.broken][:CUTS]
        return self.cuts.add(U[order], side)

    def _end(self, status, reason, **more):
        return Finding(status, reason, rounds=self.rounds, nodes=self.nodes, **more)
