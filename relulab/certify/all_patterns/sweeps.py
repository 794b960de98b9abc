"""Violators by line sweeps: many gates at once, each along a random line through all the cells on it."""

import numpy as np

ROUNDS = 12  # lines for each gate


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

    def norms_of(gates):
        sides = gates @ Z.T >= 0
        norms = np.linalg.norm(base + sides @ a, axis=1) / 2
        for home in planted:
            norms[(sides == (home > 0)).all(axis=1)] = 0
        return norms

    best, every = norms_of(gates), np.arange(len(gates))
    for _ in range(rounds):
        ways = rng.standard_normal(gates.shape)
        p, speed = gates @ Z.T, ways @ Z.T
        times = -p / speed
        order = np.argsort(times, axis=1)
        cuts = np.take_along_axis(times, order, axis=1)
        middles = np.concatenate(
            [cuts[:, :1] - 1, (cuts[:, 1:] + cuts[:, :-1]) / 2, cuts[:, -1:] + 1], axis=1
        )
        start = base + (p + middles[:, :1] * speed >= 0) @ a
        steps = np.take_along_axis(np.sign(speed), order, axis=1)[:, :, None] * a[order]
        sums = np.concatenate([start[:, None], start[:, None] + np.cumsum(steps, axis=1)], axis=1)
        norms = np.linalg.norm(sums, axis=2) / 2
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
        gates = np.where(better[:, None], moved, gates)
        gates = gates / np.linalg.norm(gates, axis=1)[:, None]
        best = norms_of(gates)
    return gates, best
