"""The tree over signs: rows one after the other, a node dropped by the bound or by a circuit.

A node has the signs of the first k rows and the sum ``c = w + sum_{i<k} s_i a_i``. It is dropped when the
bound on ``||c + what is free||^2`` is below 4, or when no gate has its signs. A node with all signs and a
witness is a *violator*. The tree is finished when nothing is left: then no gate reaches 1.
"""

from typing import NamedTuple

import numpy as np

from ...solvers.sign_bounds import SignBounds
from .realizable import Realizable

SAFE = 1e-8  # the search asks for this much more than the checker, whose rounding bounds are far smaller
LEVEL = 4 * (1 - SAFE)
CHUNK = 200  # nodes that go together: large enough for matrix products, small enough to go deep first
MOST = 30  # violators that end a search: with so many the dual vector is better changed
HINTS = 60  # witnesses of open nodes that a search hands on when it gives up
CLEAR = 1e-11  # products below this, relative, may be rounding


class Outcome(NamedTuple):
    """How a search ended: "proved", "violators", "open" or "unsure"; gates that it found; what is open."""

    status: str
    gates: np.ndarray
    open: int
    reach: float


class Tree:
    """The search over the signs of rows, and what proves its end.

    Parameters
    ----------
    rows : ndarray, shape (n, r)
        Unit vectors.
    q : ndarray, shape (n,)
        What each counts: ``a_i = q_i rows_i``.
    w : ndarray, shape (r,)
        The sum before any sign: the plant, if it is linear.
    planted : ndarray of int8, shape (k, n)
        Signs that are no violators, those of planted ReLU neurons.

    Attributes
    ----------
    order : ndarray of int, shape (n,)
        The rows in the order of the tree.
    nodes : int
        Nodes that were bounded so far.
    """

    def __init__(self, rows, q, w, planted=()):
        order, free = _order(rows, np.abs(q * (rows @ w)))
        self.planted = [signs[order] for signs in planted]
        self.order, self.w = order, w
        self.a = (q[:, None] * rows)[order]
        self.cells = Realizable(rows[order], free)
        self.bounds = SignBounds(self.a)
        self.nodes, self.reach = 0, 0.0
        self.split = [[] for _ in range(len(rows) + 1)]

    def search(self, budget=np.inf, level=LEVEL, most=MOST):
        """Grow the tree until it is finished, has found violators, or has looked at so many nodes."""
        n, r = self.a.shape
        found, unsure = [], 0
        stack = [(0, self.w[None], np.zeros((1, n), dtype=np.int8), np.full((1, r), np.nan))]
        if self.bounds.bound(0, self.w[None])[0] < level:
            self.reach = self.bounds.bound(0, self.w[None])[0]
            stack = []
        while stack:
            if self.nodes > budget:
                hints = np.concatenate([gates for *_, gates in stack][::-1] + [np.zeros((0, r))])
                hints = hints[np.isfinite(hints).all(axis=1)][:HINTS]
                gates = np.array(found).reshape(-1, r) if found else hints
                return self._outcome(
                    "violators" if found else "open", gates, sum(len(c) for _, c, *_ in stack)
                )
            k, c, signs, gates = stack.pop()
            if k == n:
                for own in self.planted:
                    other = (signs != own).any(axis=1)
                    signs, gates = signs[other], gates[other]
                clear = (signs * (gates @ self.cells.rows.T) > CLEAR).all(axis=1)
                found.extend(gates[clear])
                unsure += int((~clear).sum())
                if len(found) >= most:
                    break
                continue
            stack.extend(self._children(k, c, signs, gates, level))
        if found:
            return self._outcome("violators", np.array(found), len(stack))
        return self._outcome("unsure" if unsure else "proved", np.zeros((0, r)), unsure)

    def _outcome(self, status, gates, left):
        return Outcome(status, gates, left, float(np.sqrt(self.reach) / 2))

    def _children(self, k, c, signs, gates, level):
        """The children, less those that are dropped, in chunks; larger bounds are looked at first."""
        self.nodes += 2 * len(c)
        self.split[k].append(np.packbits(signs[:, :k] < 0, axis=1))
        C = np.concatenate([c + self.a[k], c - self.a[k]])
        bounds = self.bounds.bound(k + 1, C)
        kept = ~(bounds < level)
        self.reach = max(self.reach, bounds[~kept].max(initial=0))
        left = np.flatnonzero(kept)
        if not len(left):
            return
        if len(left) > CHUNK:
            left = left[np.argsort(bounds[left])]
        parent, side = left % len(c), np.where(left < len(c), 1, -1).astype(np.int8)
        C, signs, gates = C[left], signs[parent], gates[parent]
        signs[:, k] = side
        alive = self.cells.advance(k, signs, gates)
        C, signs, gates = C[alive], signs[alive], gates[alive]
        for i in range(0, len(C), CHUNK):
            yield k + 1, C[i : i + CHUNK], signs[i : i + CHUNK], gates[i : i + CHUNK]

    def levels(self):
        """The finished tree, level by level: for each node, in the order of its parents and + before -,
        whether it is split. All levels one after the other, bool."""
        width = max(1, -(-len(self.a) // 8))
        parents, answer = None, []
        for k, words in enumerate(self.split):
            split = np.concatenate([np.zeros((0, -(-k // 8)), np.uint8), *words])
            split = np.pad(split, ((0, 0), (0, width - split.shape[1])))
            split = np.sort(_words(split))
            nodes = _words(np.zeros((1, width), np.uint8)) if k == 0 else _below(parents, k - 1)
            answer.append(np.isin(nodes, split))
            if not len(split):
                break
            parents = split
        return np.concatenate(answer)


def _words(bits):
    """Rows of bytes as words that sort and compare."""
    return np.ascontiguousarray(bits).view(f"S{bits.shape[1]}")[:, 0]


def _below(words, k):
    """The children of words, the sign of row k set: + first."""
    width = words.dtype.itemsize
    bits = np.repeat(np.frombuffer(words.tobytes(), np.uint8).reshape(-1, width), 2, axis=0)
    bits[1::2, k // 8] |= 1 << (7 - k % 8)
    return _words(bits)


def _order(rows, weights):
    """Heaviest first, but as many independent rows as there are before all others; and how many these are.

    Heavy along the plant, that is: the danger is the neighborhood of the all-ones pattern.
    """
    first, rest, Q = [], [], np.zeros((0, rows.shape[1]))
    for i in np.argsort(-weights, kind="stable"):
        x = rows[i]
        for _ in range(2):
            x = x - Q.T @ (Q @ x)
        size = np.linalg.norm(x)
        if len(Q) < rows.shape[1] and size > 1e-6:
            first.append(i)
            Q = np.vstack([Q, x / size])
        else:
            rest.append(i)
    return np.array(first + rest, dtype=int), len(first)
