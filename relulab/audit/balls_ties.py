"""Ties that are identities, for the checker in ball arithmetic: exact signs and rational equations."""

import numpy as np

from .arithmetic import NotProved
from .balls import MET

TIE = "a tie: equal costs are known to rounding only"


def prove_second(problem, W):
    """The plant is not the only solution: in words, why the competitor is another of its cost.

    Either its neurons are the planted ones, some of them in blocks that give them the same output; or it is
    one normalized neuron that gives that output with other weights.
    """
    parts = W if W.ndim == 3 else W[None]
    left, moved = dict(enumerate(problem.neurons)), []
    used = np.argwhere(parts.any(axis=2)).tolist()
    for side, j in used:
        own = parts[side, j]
        who = [
            i for i, w in left.items() if _moves(problem, i, w, side, j) and _parallel(problem, i, own, side)
        ]
        if not who:
            break
        del left[who[0]]
        moved += [j] * (problem.home[who[0]] != j)
    if not left and moved:
        return f"the planted weights give the same labels in block {moved[0]}"
    if problem.network == "normalized" and len(used) == len(problem.neurons) == 1:
        (side, j), *_ = used
        if problem.home[0] not in (-1, j):
            return _other_weights(problem, parts[side, j], side, j)
    raise NotProved(TIE)


def _parallel(problem, i, stored, side):
    w = problem.neurons[i] * (problem.signs[i] * (1 - 2 * side))
    return bool(np.linalg.norm(stored / np.linalg.norm(stored) - w / np.linalg.norm(w)) <= MET)


def _moves(problem, i, w, side, j):
    """Whether block j, on that side, gives planted neuron i the output that it has at home."""
    sign, rows = problem.sides[i], problem.masks[j]
    off = sign[~rows]
    silent = not off.any() if problem.linear else not (off > 0).any()
    if not silent or (not problem.linear and (sign[rows] < 0).any()):
        return False
    if problem.form == "gated" or j < problem.skip:
        return side == 0
    if problem.linear:
        return not (sign[rows] * (1 - 2 * side) < 0).any()
    return (1 - 2 * side) * problem.signs[i] > 0


def _other_weights(problem, stored, side, j):
    """Rational weights, near the stored ones, with the planted neuron's output in block j, its size aside."""
    rows = np.flatnonzero(problem.masks[j])
    if problem.form == "exact" and (1 - 2 * side) * problem.signs[0] < 0:
        raise NotProved(TIE)
    if (np.delete(problem.sides[0], rows) > 0).any():
        raise NotProved("a tie: the block misses rows of the planted neuron")
    X = problem.rational(problem.X.tolist())
    values = X * problem.rational(problem.neurons[0][:, None].tolist())
    f = [values[i, 0] if problem.sides[0][i] > 0 else 0 for i in range(len(problem.X))]
    planted = np.linalg.norm(np.maximum(problem.X @ problem.neurons[0], 0))
    scale = planted / np.linalg.norm(problem.X[rows] @ stored)
    if problem.form == "gated":
        scale *= problem.signs[0]
    near = problem.rational((stored * scale)[:, None].tolist())
    on = problem.rational(problem.X[rows].tolist())
    missed = problem.exact(len(rows), 1, [f[i] for i in rows]) - on * near
    size = float(sum((float(m) ** 2 for m in missed.entries()), 0.0)) ** 0.5
    if not size <= MET * planted:
        raise NotProved("a tie: the stored weights do not give the planted output")
    gram = on * on.transpose()
    augmented = problem.exact(len(rows), len(rows) + 1)
    for i in range(len(rows)):
        for k in range(len(rows)):
            augmented[i, k] = gram[i, k]
        augmented[i, len(rows)] = missed[i, 0]
    reduced, rank = augmented.rref()
    shares = problem.exact(len(rows), 1)
    for r in range(rank):
        column = next(c for c in range(len(rows) + 1) if reduced[r, c] != 0)
        if column == len(rows):
            raise NotProved(f"rows of block {j}: no weights give the planted output exactly")
        shares[column, 0] = reduced[r, len(rows)]
    exact = X * (near + on.transpose() * shares)
    if problem.form == "exact" and any(exact[i, 0] > 0 for i in range(len(f)) if i not in set(rows.tolist())):
        raise NotProved("a tie: the second interpolant is outside its cone")
    return f"other weights of block {j} give the planted neuron's output"
