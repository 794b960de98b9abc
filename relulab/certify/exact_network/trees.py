"""How far a dual vector reaches, proved: a tree over the signs of one half of the rows.

With ``a_i = side l_i x_i``, P the rows with ``side l_i > 0`` and N those with ``side l_i < 0``,

    max over ||u|| = 1 of side l^T (X u)_+  =  max over {0, 1}^P  min over [0, 1]^N  of ||sum_i m_i a_i||

unless the left side is negative: on the rows of P the output is a maximum, on those of N a minimum. So only
P is branched. A node has signs for the first rows of P, in an order. Its u has ``m_i = 1`` or 0 there, or
m_i beyond that, which is a multiplier on the row's sign; what the other rows of P add is bounded by a form
that is fitted to the first nodes of its depth. A node whose bound is below 1 is a leaf of the proof.
"""

from typing import NamedTuple

import numpy as np

from ...solvers.sign_bounds import Form, fitted
from .boxes import Zonotope, shortest
from .violators import reach, unit

LEVEL = 1 - 1e-8  # of squared lengths; what a proof's rounding may take is far less
BARELY = 1e-11  # what may lack there next to a planted ReLU, across a row that it nearly meets
FAR = 500.0  # how long m_i a_i may get on a signed row: any m_i is right, but long ones round
STEPS = 0, 20  # on the coefficients of nodes that stay above the level, one after the other
LAST = 100  # on those of the deepest nodes, before they are made exact
MANY = 16  # nodes that are worth a better form
WIDTH = 256  # nodes that are treated together
FIRST, FEW, NEXT = 5, 2, 4  # steps to the form of the root, of later depths with few nodes, and with many


class Leaves(NamedTuple):
    """A part of a proof: leaves of one depth.

    Attributes
    ----------
    depth : int
        How many rows of P have signs.
    planted : bool
        Whether their signs are those of a planted neuron; else the bound of their depth is below 1.
    m : ndarray, shape (b, r)
        Coefficients of the rows of N and then of the first of P.
    """

    depth: int
    planted: bool
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
        self.halves = a[self.order] / 2
        self.base = np.vstack([np.cumsum(a[self.order][::-1] / 2, axis=0)[::-1], np.zeros(X.shape[1])])
        self.far = FAR / np.maximum(np.linalg.norm(a[self.order], axis=1), 1e-300)
        self.exempt = [np.sign(X[self.order] @ u) for u in planted]
        self.nodes, self.leaves, self.forms, self.zonotopes = 0, [], {}, {}

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
            m, c, bounds = self._survivors(k, m, c, alone=not stack)
            if not len(m):
                continue
            U = unit(c)
            over = reach(self.X, self.dual, self.side, U) >= (1 + BARELY if self.exempt else 1)
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
            both = np.zeros((2 * len(m), r + k + 1))
            both[:, :-1] = np.repeat(m[np.argsort(bounds)], 2, axis=0)
            both[1::2, -1] = 1  # silent, active
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

    def _survivors(self, k, m, c, alone):
        """The nodes that no coefficients bring below the level; those that some do are leaves.

        Where they are all that is left, a form that is enough for them is good enough.
        """
        last = k == len(self.order)
        if last and self.exempt:
            own = self._planted(m)
            if own.any():
                self.leaves.append(Leaves(k, True, m[own]))
                m, c = m[~own], c[~own]
        bounds = np.zeros(0)
        for steps in STEPS + (LAST,) * last:
            if not len(m):
                break
            form = self._form(k, c, self.level if alone else 0.0)
            if steps:
                m = self._turned(k).shorten(*self._box(m), m, (self.base[k] @ form.factor)[None], steps)
                c = self.base[k] + m @ self.rows[: len(self.N) + k]
            bounds = _bound(form, c)
            if last and steps == LAST:
                m, c = self._exact(m, c, bounds)
                bounds = _bound(form, c)
            on = ~(bounds < self.level)
            if not on.all():
                self.leaves.append(Leaves(k, False, m[~on]))
            m, c, bounds = m[on], c[on], bounds[on]
        return m, c, bounds

    def _form(self, k, centers, enough):
        """The form of a depth; at its first nodes, whose centers these are, it is made."""
        if k not in self.forms:
            free = self.halves[k:]
            if not free.any():
                self.forms[k] = Form(0.0, np.eye(free.shape[1]), np.zeros(len(free)))
            elif k - 1 in self.forms:
                steps = FEW if len(centers) < MANY else NEXT
                size, _, shares = self.forms[k - 1]
                self.forms[k] = fitted(free, centers, shares[1:], size, steps, enough)
            else:
                self.forms[k] = fitted(free, centers, steps=FIRST, enough=enough)
        return self.forms[k]

    def _turned(self, k):
        """The rows whose coefficients nodes of depth k have, as its form measures them."""
        if k not in self.zonotopes:
            self.zonotopes[k] = Zonotope(self.rows[: len(self.N) + k] @ self.forms[k].factor)
        return self.zonotopes[k]

    def _exact(self, m, c, bounds):
        """The deepest nodes that are neither leaves nor violators yet, made as short as can be."""
        reached = reach(self.X, self.dual, self.side, c) / np.sqrt(np.maximum(bounds, 1e-300))
        m, low, high = m.copy(), *self._box(m)
        for i in np.flatnonzero(~(bounds < self.level) & (reached < 1)):
            m[i] = shortest(self.rows, low[i], high[i], self.base[-1])
        return m, self.base[-1] + m @ self.rows

    def _box(self, m):
        r = len(self.N)
        signed = m[:, r:] > 0.5
        far = self.far[: signed.shape[1]]
        low, high = np.zeros(m.shape), np.ones(m.shape)
        low[:, r:] = np.where(signed, 1.0, -far)
        high[:, r:] = np.where(signed, np.maximum(far, 1), 0.0)
        return low, high

    def _planted(self, m):
        """Which of the deepest nodes have the signs of a planted neuron."""
        signs = np.where(m[:, len(self.N) :] > 0.5, 1, -1)
        return np.any([(signs == e).all(axis=1) for e in self.exempt], axis=0)


def _bound(form, c):
    """The bounds of nodes with centers (b, d)."""
    turned = c @ form.factor
    return form.size + np.vecdot(turned, turned)
