"""A dual vector with few rows, inside the balls of the patterns that are known so far.

Rows with ``lam_i = 0`` vanish from the question over all patterns, so few rows mean a small tree: the
decisive choice. The program is

    min ||q||^2 + (kappa / sqrt d) sum_i (1 - theta + theta sqrt(d) |z_i^T w|) |q_i|
    s.t.  the equations,  ||w + sum_i s_i q_i z_i|| <= 2 tau  on every known pattern s.

The first term keeps single rows from getting heavy. In the weights, rows along the plant cost more: these
make the neighborhood of the all-ones pattern, where sums are longest, hard. `kappa` and `theta` only steer:
whatever comes out is proved, or not, by the tree.
"""

import numpy as np

from ...solvers.ball_constraints import Balls, least_radius, sparse

TAUS = (0.97, 0.99, 0.998, 0.9997)  # room for patterns not yet known, less when the known ones leave less
WAYS = (
    (3, 0.5),
    (5, 0.5),
    (10, 0.3),
    (3, 0.0),
    (1, 0.0),
)  # kappa, theta: the next where a tree grows too large
WORST = 25  # violated patterns that become constraints at a time
ROUNDS = 30  # how often
SLACK = 1e-6  # what a constraint may be violated by
ZERO = 1e-6  # share of the largest q below which interior points mean zero
IDLE = 0.02  # a constraint with more room than this, relative, may be dropped
NEARLY = 1e-7  # a lower bound this near to 1 is worth asking for a competitor
FEW = 40  # constraints that are kept without looking


class Question:
    """The lines of a problem, and the patterns that are known: signs with a gate each.

    Attributes
    ----------
    signs : ndarray, shape (p, m)
        Signs of known gates on the lines; with each gate its opposite.
    gates : ndarray, shape (p, r)
        The gates, in coordinates of the row space.
    lower : float
        A lower bound of how far every dual vector reaches on the known patterns.
    home : ndarray of int8, shape (k, m)
        Signs that are no violators: those of planted neurons, none for a linear plant.
    """

    reached = 1.0  # half of a sum from which on it is a violator

    def __init__(self, lines):
        self.lines = lines
        m, r = lines.Z.shape
        two = lines.back >= 0
        E, e = lines.Z.T, lines.w
        if two.any():  # lines with rows both ways meet their part of the equations for nothing
            U, s, _ = np.linalg.svd(lines.Z[two].T)
            rank = int((s > 1e-10).sum())
            E, e = U[:, rank:].T @ E, U[:, rank:].T @ e
        self.E, self.e = E, e
        self.start = np.linalg.lstsq(E, e, rcond=1e-13)[0] if len(e) else np.zeros(m)
        _, s, Vt = np.linalg.svd(E) if len(e) else (None, np.zeros(0), np.eye(m))
        self.changes = Vt[int((s > 1e-10 * s.max(initial=0)).sum()) :].T
        self.signs, self.gates = np.zeros((0, m)), np.zeros((0, r))
        self.known, self.active = set(), set()
        self.home = np.zeros((0, m), dtype=np.int8)
        self.lower, self.level = 0.0, 0
        self.solves = 0

    def learn(self, gates):
        """Add the patterns of gates (g, r) that no rounding can change; whether any was new."""
        values = gates @ self.lines.Z.T
        sizes = np.linalg.norm(gates, axis=1)
        clear = (np.abs(values) > 1e-11 * sizes[:, None]).all(axis=1)
        new = []
        for side in (1, -1):
            for signs, gate in zip(side * np.sign(values[clear]), side * gates[clear], strict=True):
                if (word := np.packbits(signs > 0).tobytes()) not in self.known:
                    self.known.add(word)
                    new.append((signs, gate))
        if new:
            self.active.update(
                range(len(self.signs), len(self.signs) + len(new)) if not len(self.signs) else ()
            )
            self.signs = np.vstack([self.signs, [signs for signs, _ in new]])
            self.gates = np.vstack([self.gates, [gate for _, gate in new]])
        return bool(new)

    @property
    def refuted(self):
        """Whether every dual vector reaches 1 on the known patterns, as far as numerics can say."""
        return self.lower >= 1 - NEARLY

    def bound(self):
        """What is known of every dual vector, in words."""
        return f", and every dual vector reaches {self.lower:.6f} at least" if self.lower > 0 else ""

    def parts(self, q):
        """The sum that has no sign, what each line counts, and the lines that count."""
        return self.lines.w, q, np.flatnonzero(q)

    def norms(self, q):
        """How far q reaches on the known patterns."""
        return np.linalg.norm(self.lines.w + (self.signs * q) @ self.lines.Z, axis=1) / 2

    def dual(self, way):
        """A sparse q that reaches less than 1 on all known patterns; None where there is none for certain."""
        kappa, theta = WAYS[way % len(WAYS)]
        d = len(self.lines.w)
        weight = (1 - theta + theta * np.sqrt(d) * np.abs(self.lines.Z @ self.lines.w)) * kappa / np.sqrt(d)
        while self.level < len(TAUS):
            if self.lower < TAUS[self.level]:
                q = self._generated(TAUS[self.level], weight)
                if q is not None and self.norms(q).max(initial=0) < 1:
                    return q
            self.level += 1
        q = self._least()
        return q if self.lower < 1 and self.norms(q).max(initial=0) < 1 else None

    def _balls(self):
        places = sorted(self.active)
        return places, Balls(self.lines.Z, self.signs[places], self.lines.w, self.changes)

    def _generated(self, tau, weight):
        """The sparse program for all known patterns, by solving it for few; None where it has no solution."""
        for _ in range(ROUNDS):
            places, balls = self._balls()
            q, radius = self.start, 0.0
            if places:
                q, radius, lower, _ = least_radius(
                    balls, q, max(1.99 * tau, tau + self.lower), 2 * tau * (1 + SLACK)
                )
                self.lower = max(self.lower, lower / 2)
            if radius >= 2 * tau * (1 - 1e-7):
                return None
            q, _ = sparse(balls, q, 2 * tau, weight)
            self.solves += 1
            if q is None:
                return None
            if len(places) > FEW:
                self._drop(np.asarray(places), self.norms(q)[places] < tau * (1 - IDLE))
            if not self._more(q, tau):
                return self._cleaned(q)
        return None

    def _least(self):
        """The q that reaches least on all known patterns, by solving for few; sets the lower bound."""
        q = self.start
        for _ in range(ROUNDS):
            places, balls = self._balls()
            if not places:
                break
            q, radius, lower, _ = least_radius(balls, self.start, beyond=2 + SLACK)
            self.solves += 1
            self.lower = max(self.lower, lower / 2)
            if self.lower >= 1 or not self._more(q, radius / 2):
                break
        return q

    def _more(self, q, tau):
        norms = self.norms(q)
        norms[sorted(self.active)] = 0
        worst = np.argsort(-norms)[:WORST]
        worst = worst[norms[worst] > tau + SLACK]
        self.active.update(worst.tolist())
        return len(worst) > 0

    def _drop(self, places, idle):
        self.active.difference_update(places[idle].tolist())

    def _cleaned(self, q):
        """Tiny entries set to zero, and the equations met again by the others."""
        q = np.where(np.abs(q) < ZERO * np.abs(q).max(initial=0), 0.0, q)
        on = q != 0
        if len(self.e):
            q[on] += np.linalg.lstsq(self.E[:, on], self.e - self.E @ q, rcond=1e-13)[0]
        return q

    def decisive(self):
        """The known patterns on which the last q reaches furthest: what a competitor uses."""
        return np.array(sorted(self.active), dtype=int)
