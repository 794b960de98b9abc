"""How far a dual vector reaches, proved: a tree over the signs of one half of the rows.

With ``a_i = side l_i x_i``, P the rows with ``side l_i > 0`` and N those with ``side l_i < 0``,

    max over ||u|| = 1 of side l^T (X u)_+  =  max over {0, 1}^P  min over [0, 1]^N  of ||sum_i m_i a_i||

unless the left side is negative: on the rows of P the output is a maximum, on those of N a minimum. So only
P is branched. A node has signs for the first rows of P, in an order. Its u has ``m_i = 1`` or 0 there, or
m_i beyond that, which is a multiplier on the row's sign; what the other rows of P add is bounded by
`SignBounds`. A node whose bound is below 1 is a leaf of the proof.
"""

from typing import NamedTuple

import numpy as np

from ...solvers.sign_bounds import SignBounds
from .boxes import Zonotope, shortest
from .violators import reach, unit

LEVEL = 1 - 1e-8  # of squared lengths; what a proof's rounding may take is far less
FAR = 500.0  # how long m_i a_i may get on a signed row: any m_i is right, but long ones round
STEPS = 0, 20  # on the coefficients of nodes that stay above the level, one after the other
LAST = 100  # on those of the deepest nodes, before they are made exact
WIDTH = 256  # nodes that are treated together
FIRST = 5  # steps to the first bound; most dual vectors need no better one
BEST = 2  # which of the forms the coefficients are made for


class Leaves(NamedTuple):
    """A part of a proof: leaves of one depth and one form.

    Attributes
    ----------
    depth, form : int
        How many rows of P have signs, and which of the bounds is below 1; -1 for a planted neuron's leaf.
    m : ndarray, shape (b, r)
        Coefficients of the rows of N and then of the first of P.
    """

    depth: int
    form: int
    m: np.ndarray


class Tree:
    """The tree of one side.

    Parameters
    ----------
    X : ndarray, shape (n, d)
        The data.
    dual : ndarray, shape (n,)
        The dual vector.
    side : int
        1 or -1.
    planted : ndarray, shape (k, d)
        Planted neurons of this side, if ReLUs: a leaf that has the signs of one is no violator.
    level : float
        What squared lengths must stay below.
    """

    def __init__(self, X, dual, side, planted=(), level=LEVEL):
        a = side * dual[:, None] * X
        p = a.sum(axis=0)
        P, N = np.flatnonzero(side * dual > 0), np.flatnonzero(side * dual < 0)
        self.order = P[np.argsort(-np.abs(a[P] @ p), kind="stable")]
        self.N, self.X, self.dual, self.side, self.level = N, X, dual, side, level
        self.rows = np.vstack([a[N], a[self.order]])
        self.bounds = SignBounds(a[self.order] / 2, first=FIRST)
        self.base = np.vstack([np.cumsum(a[self.order][::-1] / 2, axis=0)[::-1], np.zeros(X.shape[1])])
        self.far = FAR / np.maximum(np.linalg.norm(a[self.order], axis=1), 1e-300)
        self.exempt = [np.sign(X[self.order] @ u) for u in planted]
        self.nodes, self.leaves, self.zonotopes = 0, [], {}

    def run(self, budget, enough=30):
        """Grow it: ``"proved"``, or ``"violated"``, ``"budget"``, ``"unsure"``; with directions (b, d).

        The directions of ``"violated"`` reach 1; those of ``"budget"`` are of the nodes that are left.
        """
        r = len(self.N)
        stack, found = [(0, np.full((1, r), 0.5))], []
        unsure = False
        while stack:
            k, m = stack.pop()
            c = self.base[k] + m @ self.rows[: r + k]
            m, c, bounds = self._survivors(k, m, c)
            if not len(m):
                continue
            U = unit(c)
            over = reach(self.X, self.dual, self.side, U) >= (1 + 1e-9 if self.exempt else 1)
            found.extend(U[over])
            if len(found) >= enough:
                break
            if k == len(self.order):
                unsure |= not over.all()
                continue
            if self.nodes > budget:
                if found:
                    break
                return "budget", np.vstack([U[:40], *self._left(stack)])
            self.nodes += 2 * len(m)
            m = m[np.argsort(bounds)]
            silent, active = np.c_[m, np.zeros(len(m))], np.c_[m, np.ones(len(m))]
            both = np.stack([silent, active], axis=1).reshape(-1, r + k + 1)
            for start in range(0, len(both), WIDTH):
                stack.append((k + 1, both[start : start + WIDTH]))
        if found:
            return "violated", np.array(found)
        return ("unsure" if unsure else "proved"), np.zeros((0, self.X.shape[1]))

    def _left(self, stack):
        r = len(self.N)
        for k, m in stack[-3:]:
            c = self.base[k] + m[-20:] @ self.rows[: r + k]
            yield unit(c)

    def _survivors(self, k, m, c):
        """The nodes that no coefficients bring below the level; those that some do are leaves."""
        last = k == len(self.order)
        rows = self.rows[: len(self.N) + k]
        if last and self.exempt:
            own = self._planted(m)
            if own.any():
                self.leaves.append(Leaves(k, -1, m[own]))
                m, c = m[~own], c[~own]
        bounds = np.zeros(0)
        for steps in STEPS + (LAST,) * last:
            if not len(m):
                break
            if steps:
                factor, turned = self._turned(k)
                m = turned.shorten(*self._box(m), m, (self.base[k] @ factor)[None], steps)
                c = self.base[k] + m @ rows
            bounds, form = self._bound(k, c)
            if last and steps == LAST:
                m, c = self._exact(m, c, bounds)
                bounds, form = self._bound(k, c)
            on = ~(bounds < self.level)
            for j in np.unique(form[~on]):
                self.leaves.append(Leaves(k, int(j), m[~on & (form == j)]))
            m, c, bounds = m[on], c[on], bounds[on]
        return m, c, bounds

    def _turned(self, k):
        """A factor of the form that coefficients of depth k are made for, and the rows turned by it."""
        if k not in self.zonotopes:
            forms = self.bounds.forms(k)[1]
            factor = forms[BEST % len(forms)]
            self.zonotopes[k] = factor, Zonotope(self.rows[: len(self.N) + k] @ factor)
        return self.zonotopes[k]

    def _exact(self, m, c, bounds):
        """The deepest nodes that are neither leaves nor violators yet, made as short as can be."""
        reached = reach(self.X, self.dual, self.side, c) / np.sqrt(np.maximum(bounds, 1e-300))
        m, low, high = m.copy(), *self._box(m)
        for i in np.flatnonzero(~(bounds < self.level) & (reached < 1)):
            m[i] = shortest(self.rows, low[i], high[i], self.base[-1])
        return m, self.base[-1] + m @ self.rows

    def _bound(self, k, c):
        """The least bound of each node, and which form to use: one for as many leaves as can be."""
        if k == len(self.order):
            return np.vecdot(c, c), np.zeros(len(c), dtype=int)
        sizes, factors = self.bounds.forms(k)
        turned = c @ factors
        each = sizes[:, None] + np.vecdot(turned, turned)
        good = each < self.level
        common = good.sum(axis=1).argmax()
        return each.min(axis=0), np.where(good[common], common, each.argmin(axis=0))

    def _box(self, m):
        r = len(self.N)
        signed = m[:, r:] > 0.5
        far = self.far[: signed.shape[1]]
        low = np.c_[np.zeros((len(m), r)), np.where(signed, 1.0, -far)]
        return low, np.c_[np.ones((len(m), r)), np.where(signed, np.maximum(far, 1), 0.0)]

    def _planted(self, m):
        """Which of the deepest nodes have the signs of a planted neuron."""
        signs = np.where(m[:, len(self.N) :] > 0.5, 1, -1)
        return np.any([(signs == e).all(axis=1) for e in self.exempt], axis=0)
