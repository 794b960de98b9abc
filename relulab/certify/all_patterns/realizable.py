"""Which signs some gate has: a witness for those that have one, a circuit for those that have none.

A *circuit* is a few signed rows with a positive combination that is zero: no gate has products of these
signs with them (nor of the opposite signs). One circuit kills every node whose signs hold it. A *witness* is
a gate with a node's signs. The child on the witness' side of the next row has it for nothing; for the other
one a way along that row is tried, then the circuits that are known, then non-negative least squares:

    min ||G^T m||^2 + (1 - sum m)^2  over m >= 0,   G the signed rows,

is zero for a circuit, and otherwise ``u = G^T m`` has ``G u > 0``, as far from its walls as can be. Where
tests hardly ever find a circuit they are left out: such nodes go on without a witness, and are tested later.
Nothing here decides: a wrong witness drops no node, and circuits are proved by the checker.
"""

import numpy as np

INSIDE = 1e-9  # a product above this is on its side
CIRCUIT = 1e-11  # ||G^T m|| below this is zero
PART = 1e-7  # multipliers below this share of the largest are none
SLIDES = 8  # turns that a witness may take on its way
NEARLY = 0.9  # of the way to a wall
PROBES = 6  # tests of a batch before it is clear whether the others are worth it
WORTH = 0.08  # share of tests that found a circuit from which on all are worth it


class Realizable:
    """Witnesses and circuits of rows whose signs are set one after the other.

    Attributes
    ----------
    rows : ndarray, shape (n, r)
        Unit vectors; the first `free` ones are independent, so that all their signs are realizable.
    circuits : ndarray of int8, shape (m, n)
        Signs, 0 off the circuit.
    """

    def __init__(self, rows, free):
        self.rows, self.free = rows, free
        self.inverse = np.linalg.pinv(rows[:free])
        self.lifted = np.vstack([rows.T, np.ones(len(rows))])
        self.target = np.r_[np.zeros(rows.shape[1]), 1.0]
        self.found = []
        self._known = np.zeros((0, len(rows)), np.float32), np.zeros(0), np.zeros(0)
        self.tests = 0

    @property
    def circuits(self):
        """All circuits so far."""
        return np.array(self.found, dtype=np.int8).reshape(len(self.found), len(self.rows))

    def forbidden(self, k, signs):
        """Which signs (b, n) of the first k rows hold a circuit that is known."""
        floats, size, last = self._all()
        usable = np.flatnonzero(last < k)
        out, left = np.zeros(len(signs), dtype=bool), np.arange(len(signs))
        signs = signs[:, :k].astype(np.float32)
        for i in range(0, len(usable), 256):
            some = usable[i : i + 256]
            hit = (np.abs(signs[left] @ floats[some, :k].T) > size[some] - 0.5).any(axis=1)
            out[left[hit]] = True
            left = left[~hit]
        return out

    def _all(self):
        """All circuits as floats, how many rows each has, and the last of them."""
        floats, size, last = self._known
        if len(floats) < len(self.found):
            new = np.array(self.found[len(floats) :], dtype=np.float32)
            size = np.append(size, np.abs(new).sum(axis=1))
            last = np.append(last, new.shape[1] - 1 - (new[:, ::-1] != 0).argmax(axis=1))
            self._known = np.concatenate([floats, new]), size, last
        return self._known

    def advance(self, k, signs, gates):
        """Which nodes, whose signs of the first k + 1 rows are set, may have gates; witnesses are updated.

        Parameters
        ----------
        k : int
            The row that was set last.
        signs : ndarray of int8, shape (b, n)
            The signs.
        gates : ndarray, shape (b, r)
            Witnesses of the first k rows, NaN where there is none; changed in place.

        Returns
        -------
        ndarray of bool, shape (b,)
            False where a circuit says that there is none.
        """
        alive = np.ones(len(signs), dtype=bool)
        if k + 1 < self.free:
            return alive
        if k + 1 == self.free:
            gates[:] = signs[:, : self.free] @ self.inverse.T
            gates /= np.linalg.norm(gates, axis=1)[:, None]
            return alive
        side = signs[:, k].astype(float)
        other = np.flatnonzero(~(side * (gates @ self.rows[k]) > INSIDE))
        if not len(other):
            return alive
        other = other[~self._step(k, signs, side, gates, other)]
        dead = self.forbidden(k + 1, signs[other])
        alive[other[dead]] = False
        self._test(k, signs, gates, other[~dead], alive)
        return alive

    def _step(self, k, signs, side, gates, which):
        """Slides along the row and the walls in its way; which of the nodes got behind it.

        A gate heads for the row's other side. Nearly at a wall it turns, to where all walls that it met stay
        as far away as they are. Behind the row it stops halfway to the next wall.
        """
        rows, done = self.rows[:k], np.zeros(len(which), dtype=bool)
        left = np.flatnonzero(np.isfinite(gates[which]).all(axis=1))
        u, s = gates[which[left]], signs[which[left], :k].astype(float)
        aim = side[which[left], None] * self.rows[k]
        way, met = aim.copy(), np.zeros((len(left), 0, rows.shape[1]))
        for turn in range(SLIDES):
            margin, rate = (u @ rows.T) * s, (way @ rows.T) * s
            with np.errstate(divide="ignore", invalid="ignore"):
                room = np.where(rate < 0, margin / -rate, np.inf)
                cross = np.vecdot(u, aim) / -np.vecdot(way, aim)
            wall = room.argmin(axis=1)
            leave = np.take_along_axis(room, wall[:, None], axis=1)[:, 0]
            fine = leave > cross * (1 + 1e-6) + INSIDE
            step = np.where(fine, (cross + np.minimum(leave, 3 * cross + 1e-3)) / 2, NEARLY * leave)
            u = u + step[:, None] * way
            u = u / np.linalg.norm(u, axis=1)[:, None]
            gates[which[left[fine]]] = u[fine]
            done[left[fine]] = True
            normal = rows[wall] - (met.swapaxes(1, 2) @ (met @ rows[wall][:, :, None]))[:, :, 0]
            size = np.linalg.norm(normal, axis=1)
            normal = normal / np.maximum(size, 1e-300)[:, None]
            way = way - np.vecdot(normal, way)[:, None] * normal
            go = ~fine & (size > 1e-6) & (np.linalg.norm(way, axis=1) > 1e-4) & (turn + 1 < SLIDES)
            if not go.any():
                break
            left, u, s, aim, way = left[go], u[go], s[go], aim[go], way[go]
            met = np.concatenate([met[go], normal[go, None]], axis=1)
        gates[which[~done]] = np.nan
        return done

    def _test(self, k, signs, gates, which, alive):
        """Non-negative least squares, one node after the other; a new circuit may settle others."""
        dead, found = np.zeros(len(which), dtype=bool), 0
        floats = signs[which].astype(np.float32)
        for count, i in enumerate(which):
            if dead[count]:
                found += 1
                continue
            if count >= PROBES and found < WORTH * count and k + 1 < len(self.rows):
                break
            circuit = self._witness(signs[i, : k + 1], gates[i])
            if circuit is not None:
                dead |= np.abs(floats @ circuit) > np.abs(circuit).sum() - 0.5
                found += 1
        alive[which[dead]] = False

    def _witness(self, signs, gate):
        """A gate with these signs of the first rows, written to `gate`; or the circuit, if there is one."""
        from scipy.optimize import nnls

        self.tests += 1
        system = self.lifted[:, : len(signs)] * signs
        system[-1] = 1
        try:
            m, rest = nnls(system, self.target)
        except RuntimeError:  # too many steps: the node goes on without a witness
            return None
        if rest > CIRCUIT:
            u = system[:-1] @ m
            gate[:] = u / np.linalg.norm(u)
            return None
        circuit = np.zeros(len(self.rows), dtype=np.float32)
        on = np.flatnonzero(m > PART * m.max())
        circuit[on] = signs[on]
        self.found.append(circuit)
        return circuit
