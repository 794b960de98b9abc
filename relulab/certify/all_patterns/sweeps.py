"""Violators by line sweeps: many gates at once, each along a line through all the cells on it.

Two lines of three head for the walls behind which the sum is longer, each weighted by how much longer. The
third leads to another gate: what two of them have in common is often worth keeping.
"""

import numpy as np

ROUNDS = 12  # lines for each gate
ASIDE, NUDGE = 0.5, 0.01  # a random direction's share in lines to walls, and in those to other gates


def sweeps(Z, w, q, gates, rng, rounds=ROUNDS, planted=()):
    """Move gates to where ``||w + sum_i s_i q_i z_i||`` is larger, as long as lines lead there.

    Parameters
    ----------
    Z, w, q : ndarray, shape (m, r), (r,), (m,)
        Unit vectors, the plant, the dual vector on lines.
    gates : ndarray, shape (g, r)
        Where to start.
    rng : numpy.random.Generator
        Of the directions.
    rounds : int
        Lines for each gate.
    planted : ndarray, shape (k, m)
        Signs that do not count; with any, all lines tell patterns apart, also where q is zero.

    Returns
    -------
    gates : ndarray, shape (g, r)
        Where they got.
    norms : ndarray, shape (g,)
        Half of the norm there: 1 or more is a violator.
    """
    on = (q != 0) | (len(planted) > 0)
    Z, a = Z[on], 2 * q[on, None] * Z[on]
    base = w - a.sum(axis=0) / 2
    if not len(a):
        return gates, np.full(len(gates), np.linalg.norm(w) / 2)

    half, gates = a / 2, _unit(gates)
    squares = np.vecdot(half, half)

    def reached(gates):
        sides = gates @ Z.T >= 0
        sums = base + sides @ a
        norms = np.linalg.norm(sums, axis=1) / 2
        for home in planted:
            norms[(sides == (home > 0)).all(axis=1)] = 0
        return sums, norms

    def to_walls(gates, sums):
        signs = np.sign(gates @ Z.T)
        gains = squares - signs * (sums @ half.T)  # a quarter of what a flip adds to the square
        return _unit(-(np.maximum(gains, 0) * signs) @ Z)

    (sums, best), every = reached(gates), np.arange(len(gates))
    for turn in range(rounds):
        ways = rng.standard_normal(gates.shape) / np.sqrt(gates.shape[1])
        if turn % 3 < 2:
            ways = to_walls(gates, sums) + ASIDE * ways
        else:
            ways = gates[rng.permutation(len(gates))] + NUDGE * ways
        p, speed = gates @ Z.T, ways @ Z.T
        times = -p / speed
        order = np.argsort(times, axis=1)
        cuts = np.take_along_axis(times, order, axis=1)
        middles = np.concatenate(
            [cuts[:, :1] - 1, (cuts[:, 1:] + cuts[:, :-1]) / 2, cuts[:, -1:] + 1], axis=1
        )
        start = base + (p + middles[:, :1] * speed >= 0) @ a
        steps = np.take_along_axis(np.sign(speed), order, axis=1)[:, :, None] * a[order]
        along = np.concatenate([start[:, None], start[:, None] + np.cumsum(steps, axis=1)], axis=1)
        norms = np.linalg.norm(along, axis=2) / 2
        for (
            home
        ) in planted:  # on a line its cell is one interval: behind the walls to it, before those from it
            ahead = home * speed > 0
            first = np.where(ahead, times, -np.inf).max(axis=1)
            last = np.where(ahead, np.inf, times).min(axis=1)
            norms[(middles > first[:, None]) & (middles < last[:, None])] = 0
        i = norms.argmax(axis=1)
        better = norms[every, i] > best + 1e-12
        moved = gates + middles[every, i][:, None] * ways
        gates = _unit(np.where(better[:, None], moved, gates))
        sums, best = reached(gates)
    return gates, best


def _unit(rows):
    return rows / np.maximum(np.linalg.norm(rows, axis=1), 1e-300)[:, None]
