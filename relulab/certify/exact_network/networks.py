"""A cheaper network, explicit, from the multipliers that leave no dual vector.

With y >= 0 on violators u_k of sides s_k and ``sum_k y_k s_k (X u_k)_+ = sum_i D_i X v_i``, the planted
neurons may move by ``-alpha v_i`` when ``alpha y_k`` is spent on each u_k. To first order this saves
``alpha (sum_i r_i w_i^T v_i - sum_k y_k)``, which is what the multipliers say is positive.
"""

import numpy as np

from ...patterns.sampling import Patterns

NEAR = 1e-4  # a direction this near to a row's border is moved into its cell before it becomes a gate
SPARE, DRAWN = 6, 400  # patterns besides, for each n / d, and of how many: what repairs rounding
TRIES = 20  # ways into a cell
ROOM = 1e-7  # how far from all borders is far enough
SMALLEST = 1e-12  # multipliers below this share of the largest are rounding


def cheaper_network(question, plant, finding, rng=0):
    """The network as weights (2, p + s, d) on patterns, and those patterns.

    Returns
    -------
    W : ndarray, shape (2, p + s, d)
        Positive and negative neurons, the skip block first.
    patterns : Patterns
    """
    rng = np.random.default_rng(rng)
    used = finding.y > SMALLEST * finding.y.max(initial=0)
    y, U, sides, rows = (a[used] for a in (finding.y, finding.cuts.U, finding.cuts.sides, finding.cuts.rows))
    y = y / y.sum() if y.size else y
    v = question.moves(y @ rows)
    step = _best_step(question, v, y.sum())
    moved = question.targets - step * v  # (d, k), output signs included
    return _on_patterns(question, plant.X, moved, step * y[:, None] * U, sides, rng)


def _best_step(question, v, price):
    """The alpha of the cheapest network, planted ReLUs inside their cones."""
    if question.silent.any():
        return 1.0
    most = len(question.signs) / price if price else 2.0
    if not question.linear:
        values, speeds = question.X @ question.w, question.X @ (v * question.signs)
        times = np.divide(values, speeds, out=np.full_like(values, np.inf), where=values * speeds > 0)
        most = min(most, 0.999 * times.min())
    low, high = 0.0, most
    for _ in range(12):
        steps = np.linspace(low, high, 9)
        moved = question.targets[None] - steps[:, None, None] * v[None]
        best = int((np.linalg.norm(moved, axis=1).sum(axis=1) + steps * price).argmin())
        low, high = steps[max(best - 1, 0)], steps[min(best + 1, 8)]
    return steps[best]


def _on_patterns(question, X, moved, neurons, sides, rng):
    """The neurons, sorted by their patterns; those of one pattern and side become one."""
    d = X.shape[1]
    skip = int(question.skip)
    U = neurons[sides != 0]
    gates = [inner_gate(X, u, rng) for u in U]
    spare = _roomy(X, SPARE * -(-len(X) // d), rng)
    hidden = (question.signs * moved).T
    planted = [] if question.linear else [inner_gate(X, u, rng) for u in hidden]
    gates = np.vstack([np.zeros((0, d)), *planted, *gates, spare])
    masks = (X @ gates.T >= 0) | ~X.any(axis=1)[:, None]
    _, first, place = np.unique(masks, axis=1, return_index=True, return_inverse=True)
    place = place.ravel()
    W = np.zeros((2, len(first) + skip, d))
    if question.linear:
        W[0, 0] = moved[:, 0]
    else:
        for u, sign, j in zip(hidden, question.signs, place, strict=False):
            W[int(sign < 0), skip + j] += u
    if skip:
        W[0, 0] += neurons[sides == 0].sum(axis=0)
    for u, side, j in zip(U, sides[sides != 0], place[len(planted) :], strict=False):
        W[int(side < 0), skip + j] += u
    return W, Patterns(masks[:, first], gates[first].T)


def _roomy(X, count, rng):
    """Of random gates those that are furthest from all borders."""
    size = np.linalg.norm(X, axis=1)
    rows = X[size > 0] / size[size > 0, None]
    gates = rng.standard_normal((DRAWN, X.shape[1]))
    room = np.abs(gates @ rows.T).min(axis=1, initial=np.inf) / np.linalg.norm(gates, axis=1)
    return gates[np.argsort(-room)[:count]]


def inner_gate(X, u, rng):
    """A vector in the same cell as u, or next to it, further from the cell's walls."""
    size = np.linalg.norm(X, axis=1)
    rows = X[size > 0] / size[size > 0, None]
    if not u.any():
        u = rng.standard_normal(len(u))
    u = u / np.linalg.norm(u)
    values = rows @ u
    near = np.abs(values) < NEAR
    if not near.any():
        return u
    sure = near & (np.abs(values) > 1e-13)
    best, most = u, 0.0
    for attempt in range(TRIES):
        if attempt == 0:
            way = np.linalg.lstsq(rows[sure], np.sign(values[sure]), rcond=None)[0]
        else:
            way = rng.standard_normal(len(u))
        speeds = rows @ way
        way = way + 1e-3 * np.linalg.norm(way) * rng.standard_normal(len(u)) * (near & (speeds == 0)).any()
        speeds = rows @ way
        far = ~near & (values * speeds < 0)
        step = min(1.0, 0.5 * np.min(np.abs(values[far] / speeds[far]), initial=np.inf))
        gate = u + step * way
        outputs = rows @ gate / np.linalg.norm(gate)
        room = np.where(sure, outputs * np.sign(values), np.abs(outputs)).min()
        if room > most:
            best, most = gate, room
        if most > ROOM:
            break
    return best
