"""The search for a dual vector whose trees end, or for the multipliers of a cheaper network."""

from typing import NamedTuple

import numpy as np

from .cuts import Cuts
from .trees import LEVEL, Tree
from .violators import climb, reach, unit

DELTA = 0.1  # how far below 1 the first dual vectors are to stay
GLANCE = 8  # nodes of a tree that is grown before violators are climbed to
NODES, MORE = 20_000, 4  # nodes after which violators are looked for again, and how many more the next time
ROUND = 1_000  # nodes that take as long as a dual vector and its climbs
EFFORT = 1_000_000  # nodes; about half a minute
STARTS, RECENT = 20, 30  # of a climb: random ones, and the last violators
CUTS = 40  # of a round and side
DEEP = 0.8  # the share of its level that a dual vector is to keep: the lower it stays, the smaller its trees
QUICK = 300  # nodes of the trees of one that does not yet
BEYOND = 1 + 1e-4, 1 + 1e-3, 1 + 1e-2  # levels at which multipliers of a cheaper network are looked for
TIE = 1e-9  # nearer to 1 than this, no dual vector is looked for
CLEAR = 1e-6  # a network must be cheaper by about this


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


def search(question, effort=EFFORT, rng=0):
    """Look for a certificate, or for multipliers that say that there is none."""
    return _Search(question, effort, np.random.default_rng(rng)).run()


class _Search:
    def __init__(self, question, effort, rng):
        self.question, self.effort, self.rng = question, effort, rng
        self.cuts, self.nodes, self.rounds, self.patience = Cuts(question), 0, 0, NODES
        self.planted = {s: () if question.linear else question.w[:, question.signs == s].T for s in (1, -1)}
        self.level, self.tie = (LEVEL, -TIE) if question.linear else (1 - 1e-9, TIE)

    def run(self):
        question = self.question
        if question.shortest is None or question.silent.any():  # the planted neurons alone can be shortened
            return self._end("beaten", "", cuts=self.cuts, y=np.zeros(0))
        self.center, self.delta = question.shortest, DELTA
        dual, glance = self.center, GLANCE
        while self._left() > 0:
            self.rounds += 1
            dual = question.tidy(dual)
            trees, news = self._look(dual, glance)
            if trees is not None:
                return self._end("proved", "", dual=dual, trees=trees)
            if news is None:
                break
            if not news:
                return self._end("open", "every dual vector reaches 1, or nearly")
            dual, y = self._next()
            if dual is None:
                return self._beaten(y)
            glance = 0
        return self._end("open", f"no proof after {self.rounds} dual vectors and {self.nodes} nodes of trees")

    def _left(self):
        return self.effort - self.nodes - ROUND * self.rounds

    def _next(self):
        """The dual vector nearest to the center that keeps all cuts at the level, or at a higher one.

        Levels rise half of the way to 1, and in the end beyond it. Multipliers where even that is too low.
        """
        dual, y = self.cuts.nearest(self.center, self.delta)
        if dual is not None or self.delta < 0:
            return dual, y
        least, multipliers = self.cuts.nearest(self.center, -CLEAR)
        if least is None:
            return None, multipliers
        while dual is None:
            self.delta = min(self.delta, self._most(y)) / 2
            if self.delta < TIE:
                self.delta = -CLEAR
                return least, None
            dual, y = self.cuts.nearest(self.center, self.delta)
        return dual, None

    def _beaten(self, y):
        """The multipliers of the highest of a few levels that no dual vector keeps."""
        for level in BEYOND:
            if self._most(y) < 1 - level:
                continue
            dual, more = self.cuts.nearest(self.center, 1 - level)
            if dual is not None:
                break
            y = more
        return self._end("beaten", "", cuts=self.cuts, y=y)

    def _most(self, y):
        """The largest delta that the multipliers leave possible."""
        q = self.question
        v = np.linalg.lstsq(q.equations.T, y @ self.cuts.rows, rcond=None)[0]
        return float((y.sum() - v @ q.targets.T.ravel()) / max(y @ self.cuts.room, 1e-300))

    def _look(self, dual, glance):
        """The trees if both end, or how many violators were new; None where effort is spent without one."""
        starts = {}
        if news := self._skip_connection(dual):
            return None, news
        if glance:
            trees, starts = self._glance(dual)
            if trees is not None:
                return trees, 0
        news, over = self._climbs(dual, starts)
        if news and over:
            return None, news
        trees, more = self._trees(dual, quick=news > 0)
        return trees, news + (more or 0) if news else more

    def _skip_connection(self, dual):
        """With ReLU plants the skip connection has a bound of its own, ``||X^T l|| < 1``."""
        if self.question.linear or not self.question.skip:
            return 0
        p = self.question.X.T @ dual
        return self.cuts.add(unit(p[None]), 0) if np.linalg.norm(p) >= 1 - TIE else 0

    def _glance(self, dual):
        """Both trees, if few nodes are enough; else directions that they end at, for each side."""
        trees, starts = [], {}
        for side in (1, -1):
            tree, status, starts[side] = self._grow(dual, side, GLANCE, enough=1)
            trees.append(tree)
            if status != "proved":
                return None, starts
        return tuple(trees), starts

    def _climbs(self, dual, starts):
        """Cut off what is climbed to, from what is given, from old violators and from random directions.

        How many cuts are new, and whether a direction reaches 1.
        """
        news, over, d = 0, False, self.question.X.shape[1]
        for side in (1, -1):
            near = self.cuts.U[self.cuts.sides == side][-RECENT:]
            random = unit(self.rng.standard_normal((STARTS, d)))
            U = np.vstack([starts.get(side, near[:0]), near, random])
            V, high = climb(self.question.X, dual, side, U)
            news += self._cut(V, high, side)
            over |= bool(high.max() >= 1 + self.tie)
        return news, over

    def _trees(self, dual, quick=False):
        """Both trees, grown until they end, or only if that is quick; or cut off what they find."""
        X, trees = self.question.X, []
        for side in (1, -1):
            status = "budget"
            while status == "budget" and self._left() > 0:
                tree, status, U = self._grow(dual, side, QUICK if quick else min(self.patience, self._left()))
                V, high = climb(X, dual, side, U)
                if news := self._cut(np.vstack([V, U]), np.r_[high, reach(X, dual, side, U)], side):
                    return None, news
                if quick and status == "budget":
                    return None, 0
                self.patience *= MORE if status == "budget" else 1
            if status != "proved":
                return None, None if status == "budget" else 0
            trees.append(tree)
        return tuple(trees), 0

    def _grow(self, dual, side, budget, enough=30):
        tree = Tree(self.question.X, dual, side, self.planted[side], self.level)
        status, U = tree.run(budget, enough)
        self.nodes += tree.nodes
        return tree, status, U

    def _cut(self, U, high, side):
        room = self.question.room(U, side)
        order = np.argsort(-high)
        order = order[(high >= 1 - min(DEEP * self.delta, self.delta) * room + self.tie)[order]][:CUTS]
        return self.cuts.add(U[order], side)

    def _end(self, status, reason, **more):
        return Finding(status, reason, rounds=self.rounds, nodes=self.nodes, **more)
