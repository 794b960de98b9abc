"""What a finished tree proved, written down as named arrays; `relulab.audit.sign_trees` checks it."""

import numpy as np

from ...patterns.sampling import Patterns


def written(lines, tree, on, rows):
    """The proof of a tree over the lines `on`, for a dual vector on some rows, as a dict of arrays.

    Parameters
    ----------
    lines : Lines
        The problem's lines.
    tree : Tree
        Finished.
    on : ndarray of int, shape (m,)
        Its lines.
    rows : ndarray of bool, shape (n,)
        The rows that the proof is to know.
    """
    m = len(on)
    line = np.where(rows, lines.line, -1)
    inner = on[tree.order]
    order = np.concatenate([inner, np.setdiff1d(line[line >= 0], inner)])
    places = np.full(len(lines.rows), -1)
    places[order] = np.arange(len(order))
    line[line >= 0] = places[line[line >= 0]]
    depth = 1 + max((k for k, words in enumerate(tree.split) if words), default=-1)
    depth = min(depth, np.flatnonzero(tree.bounds.lengths).max(initial=0))
    shares = np.zeros((min(depth + 1, m), m))
    for k in range(len(shares)):
        shares[k, k:] = tree.bounds.alpha(k)
    return {
        "rows": np.array([np.flatnonzero(line == place)[0] for place in range(len(order))], dtype=np.int64),
        "line": line,
        "columns": lines.columns,
        "tree": tree.levels(),
        "circuits": _signed_places(tree.cells.circuits),
        "shares": shares,
    }


def in_words(proof, lines):
    """What a proof over a number of lines says."""
    leaves = (len(proof["tree"]) + 1) // 2
    return (
        f"a tree of signs over {lines} lines of rows, {leaves} leaves and {len(proof['circuits'])} circuits, "
        "proves that a dual vector stays inside the ball on every pattern"
    )


def _signed_places(circuits):
    """Each circuit as 1 + the places of its rows, with their signs, 0 to fill up."""
    width = int((circuits != 0).sum(axis=1).max(initial=0))
    answer = np.zeros((len(circuits), width), dtype=np.int64)
    for row, circuit in zip(answer, circuits, strict=True):
        on = np.flatnonzero(circuit)
        row[: len(on)] = circuit[on].astype(np.int64) * (on + 1)
    return answer


def patterns_of(lines, gates):
    """The patterns of gates (p, r) in coordinates of the row space, each once; zero rows are active."""
    gates = gates @ lines.basis.T
    masks = lines.masks(gates.T)
    keep = masks[lines.line >= 0].any(axis=0)
    masks, gates = masks[:, keep], gates[keep]
    first = np.sort(np.unique(masks, axis=1, return_index=True)[1])
    return Patterns(masks[:, first], gates.T[:, first])
