"""A dual vector for k planted ReLU neurons, gated: on their blocks it shows them, elsewhere it is below 1.

For neurons w_i of length 1, output weight signs included, with patterns D_i the dual vector has

    X^T D_i lam = w_i,  i = 1, ..., k,      ||X^T D lam|| < 1  on every other pattern D,

and below 1 on the skip block. Rows of one direction count as one, opposite ones as two: an *end* of a line,
a unit vector g_t with the number v_t, active where a gate is on its side. So ``X^T D lam`` is the sum of the
active ``v_t g_t``.

Next to a planted pattern no dual vector stays far below 1: with one row x_i flipped the square is
``1 - 2 |lam_i x_i^T w| + lam_i^2 ||x_i||^2``, which is 1 minus the squared cosine of x_i and w at best. So
each pattern has a *room*, the sum of these over the rows that tell it from the nearest planted one, and what
is made small is the largest ``(||X^T D lam||^2 - 1) / room``.
"""

import numpy as np

from ...solvers.ball_constraints import Balls, least_excess, sparse
from .lines import lines_of
from .sparse_dual import ROUNDS, WORST, Question

WAYS = (
    (3, 0.5),
    (1, 0.8),
    (10, 0.3),
)  # kappa, share of the least excess: the next where a tree grows too large
TINY = 1e-6  # the smallest room
NOTHING = 1e-8  # an excess this near to zero is none
SLACK = 1e-7  # what a constraint may be violated by
MET = 1e-9  # what equations that have a solution may lack


class PlantedQuestion(Question):
    """The lines of a problem with planted ReLU neurons, and the patterns that are known.

    Attributes
    ----------
    home : ndarray of int8, shape (k, m)
        The signs of the planted neurons on the lines.
    G, end, side : ndarray, shape (e, r), (e,), (e,)
        The ends: unit vectors, their lines, 1 or -1 where they point as the line or back.
    w, targets : ndarray, shape (k, d), (k, r)
        What the dual vector must show on the planted blocks, and the same in coordinates of the row space.
    possible : bool
        Whether any dual vector meets the equations; else the planted neurons alone can be shorter.
    """

    reached = 1 - 1e-9  # a row on a planted wall that does not count leaves a pattern at 1, up to rounding

    def __init__(self, plant, network):
        self.lines = lines_of(plant.X, plant.weights[:, 0])
        Z, basis, two = self.lines.Z, self.lines.basis, self.lines.back >= 0
        self.end = np.r_[np.arange(len(Z)), np.flatnonzero(two)]
        self.side = np.r_[np.ones(len(Z)), -np.ones(two.sum())]
        self.G = self.side[:, None] * Z[self.end]
        self.w = w = (plant.signs * plant.weights / np.linalg.norm(plant.weights, axis=0)).T
        self.targets = w @ basis
        self.home = np.sign(self.lines.X[self.lines.rows] @ plant.weights).T.astype(np.int8)
        self.cosines = np.square(Z @ self.targets.T).T
        self.E = np.vstack([(self.G * on[:, None]).T for on in self._ends(self.home)])
        self.e = self.targets.ravel()
        self.start = np.linalg.lstsq(self.E, self.e, rcond=1e-13)[0]
        lack = np.linalg.norm(w - self.targets @ basis.T) + np.linalg.norm(self.E @ self.start - self.e)
        self.possible = lack <= MET
        _, s, Vt = np.linalg.svd(self.E)
        self.changes = Vt[int((s > 1e-10 * s.max(initial=0)).sum()) :].T
        self.signs, self.gates = np.zeros((0, len(Z))), np.zeros((0, Z.shape[1]))
        self.known, self.active = {np.packbits(signs > 0).tobytes() for signs in self.home}, set()
        everywhere = np.ones((int(network == "skip"), len(Z)))
        self.skip = np.ones((len(everywhere), len(self.end))), self._room_of(everywhere)
        self.S, self.room = np.zeros((0, len(self.end))), np.zeros(0)
        self.lower, self.solves = -np.inf, 0

    @property
    def refuted(self):
        """Whether every dual vector reaches 1 on the known patterns, as far as numerics can say."""
        return self.lower >= -NOTHING

    def bound(self):
        """What is known of every dual vector, in words."""
        return ""

    def learn(self, gates):
        """Add the patterns of gates (g, r), as for a linear plant; planted ones are none."""
        old = len(self.signs)
        new = super().learn(gates)
        self.S = np.vstack([self.S, self._ends(self.signs[old:])])
        self.room = np.r_[self.room, self._room_of(self.signs[old:])]
        return new

    def parts(self, v):
        """Center and q (m,) with ``2 X^T D lam = center + sum_l s_l q_l z_l``; all lines count."""
        m = len(self.lines.Z)
        p, q = v[:m].copy(), v[:m].copy()
        p[self.end[m:]] -= v[m:]
        q[self.end[m:]] += v[m:]
        return p @ self.lines.Z, q, np.arange(m)

    def vector(self, v):
        """The dual vector (n,) of the data; the ends that count meet its planted equations to rounding."""
        lines, m = self.lines, len(self.lines.Z)
        rows = np.r_[lines.rows, lines.back[self.end[m:]]]
        unit = lines.X[rows] / np.linalg.norm(lines.X[rows], axis=1)[:, None]
        E = np.vstack([(unit * on[:, None]).T for on in self._ends(self.home)])
        used, v = v != 0, v.copy()
        for _ in range(2):
            v[used] += np.linalg.lstsq(E[:, used], self.w.ravel() - E @ v, rcond=1e-13)[0]
        dual = np.zeros(len(lines.X))
        dual[rows] = v / np.linalg.norm(lines.X[rows], axis=1)
        return np.ldexp(dual, -lines.powers)

    def excess(self, v):
        """``(||X^T D lam||^2 - 1) / room`` on the known patterns."""
        return (np.square((self.S * v) @ self.G).sum(axis=1) - 1) / self.room

    def dual(self, way):
        """A v that stays below 1 on all known patterns, with few ends; None where none is known."""
        kappa, share = WAYS[way % len(WAYS)]
        least, excess = self._least()
        if self.refuted or not self._fits(least):
            return None
        v = self._generated(least, share * excess, np.full(len(self.G), kappa / np.sqrt(self.G.shape[1])))
        return v if v is not None and self._fits(v) else least

    def _fits(self, v):
        whole = np.linalg.norm((self.skip[0] * v) @ self.G, axis=1).max(initial=0)
        return whole < 1 - NOTHING and self.excess(v).max(initial=-1) < -NOTHING

    def _balls(self):
        places = sorted(self.active)
        S, room = np.vstack([self.skip[0], self.S[places]]), np.r_[self.skip[1], self.room[places]]
        return Balls(self.G, S, np.zeros(self.G.shape[1]), self.changes), room

    def _least(self):
        """The v of least excess on all known patterns, by solving for few; sets the lower bound."""
        v, excess = self.start, -1.0
        for _ in range(ROUNDS):
            balls, room = self._balls()
            if not len(room):
                break
            v, excess, lower, _ = least_excess(balls, self.start, room, beyond=NOTHING)
            self.solves += 1
            self.lower = max(self.lower, lower)
            if self.refuted or not self._more(v, excess):
                break
        return v, excess

    def _generated(self, start, excess, weight):
        """The sparse program with this excess for all known patterns, by solving it for few, or None."""
        for _ in range(ROUNDS):
            balls, room = self._balls()
            v, _ = sparse(balls, start, np.sqrt(np.maximum(1 + excess * room, 0)), weight)
            self.solves += 1
            if v is None:
                return None
            if not self._more(v, excess):
                return self._cleaned(v)
        return None

    def _more(self, v, excess):
        over = self.excess(v)
        over[sorted(self.active)] = -np.inf
        worst = np.argsort(-over)[:WORST]
        worst = worst[over[worst] > excess + SLACK]
        self.active.update(worst.tolist())
        return len(worst) > 0

    def _ends(self, signs):
        """Which ends are active: (p, m) -> (p, ends), 1 and 0."""
        return (signs[:, self.end] * self.side > 0).astype(float)

    def _room_of(self, signs):
        """The squared cosines of the lines that tell patterns (p, m) from the nearest planted one."""
        apart = np.where(signs[:, None] != self.home, self.cosines, 0).sum(axis=2)
        return np.clip(apart.min(axis=1), TINY, 1)
