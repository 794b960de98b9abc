"""How far prices of several outputs reach on the cones of ReLU networks: a mesh of output directions.

A neuron of pattern j with weights w in the cone K_j and v, both of norm 1, gains ``w^T Q v`` with
``Q = A_j^T L``. For one direction v of the outputs the most is ``h(v)``, the length of the projection of
``Q v`` onto the cone: a question of one output. As a maximum of linear functions, h is convex and
positively homogeneous. So between c directions v_i, where ``v = sum_i a_i v_i`` with a >= 0,

    ``h(v) <= sum_i a_i h(v_i) <= g^T v <= ||g||``  for every g with all ``g^T v_i >= h(v_i)``.

The orthants between ``+-e_i`` cover all directions. A part whose ``||g||`` is too long is halved along its
widest edge, and its bound approaches the largest h. For c = 1 the two directions are the two signs; each
output more multiplies the number of parts, and in general there is no way around that: to maximize
``||Q^T w||`` over a cone is NP-hard. The directions are whole numbers, so that halves are exact.
"""

import heapq
from itertools import combinations, product

import numpy as np

from ...blocks import cones

MOST = 400  # directions of a pattern after which the mesh is fine enough
EQUAL = 1e-13  # lengths that differ by less, relative to the largest, are equal
NOTHING = 1e-12  # of the prices' size: reaches that are shorter are rounding
FINE = 1e-5  # a part whose bound is that near to a length that was found is not halved


class Mesh:
    """Bounds of one block's reach for prices L (n, c), and the evidence for them.

    Parameters
    ----------
    cone : tuple of ndarray
        C and N of the block.
    Q : ndarray, shape (r, c)
        ``A_j^T L``.

    Examples
    --------
    >>> import numpy as np
    >>> from relulab.certify.any_network.mesh import Mesh
    >>> mesh = Mesh((np.eye(2), np.zeros((2, 0))), np.diag([3.0, -4.0]))
    >>> 4 <= mesh.reach(4.01) <= 4.01, len(mesh.found) < 100
    (True, True)
    """

    def __init__(self, cone, Q):
        self.cone, self.Q, self.found = cone, Q, {}

    def multipliers(self, v):
        """What shortens the prices of a direction on the cone, and the length that is left."""
        if v not in self.found:
            g = self.Q @ np.array(v, dtype=float)
            m = np.maximum(cones.multipliers(self.cone, g), 0)
            self.found[v] = m, float(np.linalg.norm(g + self.cone[0].T @ m))
        return self.found[v]

    def reach(self, enough):
        """The most over all directions of norm 1, from above; parts below `enough` are not halved."""
        c, found, heap = self.Q.shape[1], 0.0, []

        def add(part):
            nonlocal found
            lengths = [self.multipliers(v)[1] for v in part]
            found = max(found, *(h / np.linalg.norm(v) for h, v in zip(lengths, part, strict=True)))
            heapq.heappush(heap, (-longest(part, lengths), part))

        for signs in product((1, -1), repeat=c):
            add([tuple(int(s) * (i == k) for i in range(c)) for k, s in enumerate(signs)])
        enough = max(enough, NOTHING * np.linalg.norm(self.Q))
        while c > 1 and len(self.found) < MOST and -heap[0][0] > max(enough, (1 + FINE) * found):
            part = heapq.heappop(heap)[1]
            a, b = widest(part)
            half = between(part[a], part[b])
            for k in (a, b):
                add([half if i == k else v for i, v in enumerate(part)])
        return -heap[0][0]


def longest(part, lengths):
    """The least ``||g||`` of the g with ``g^T v_i >= lengths_i``: on some corners they are equal."""
    V, h, least = np.array(part, dtype=float), np.array(lengths), np.inf
    for few in subsets(len(V)):
        g = np.linalg.lstsq(V[few], h[few])[0]
        if (V @ g >= h - EQUAL * h.max()).all():
            least = min(least, float(np.linalg.norm(g)))
    return least


def subsets(c):
    return [list(few) for size in range(1, c + 1) for few in combinations(range(c), size)]


def between(a, b):
    """A direction between two, in whole numbers: the shorter one is doubled until they are alike."""
    a, b = sorted((a, b))
    squares = [sum(x * x for x in v) for v in (a, b)]
    while 4 * squares[0] <= squares[1]:
        a, squares[0] = tuple(2 * x for x in a), 4 * squares[0]
    while 4 * squares[1] <= squares[0]:
        b, squares[1] = tuple(2 * x for x in b), 4 * squares[1]
    return tuple(x + y for x, y in zip(a, b, strict=True))


def widest(part):
    """The two corners that are farthest apart, as places."""
    V = np.array(part, dtype=float)
    V /= np.linalg.norm(V, axis=1, keepdims=True)
    return min(combinations(range(len(V)), 2), key=lambda edge: V[edge[0]] @ V[edge[1]])
