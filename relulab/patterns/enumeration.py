"""Every arrangement pattern of a data matrix: the cells into which the rows' hyperplanes cut the space.

Two methods find a gate inside each cell, and neither solves a linear program. *Rays* looks at every corner
of the arrangement and needs rows in general position. *Cuts* adds one hyperplane after the other, takes any
rows, and its work grows with the number of cells.
"""

from __future__ import annotations

from itertools import chain, combinations
from math import comb, log10
from typing import TYPE_CHECKING

import numpy as np

from .. import _checks
from .all_ones import unit_rows
from .sampling import Patterns, count_patterns

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

NARROW = 1e-10  # sines below this are zero: rows are parallel, cells are empty
BLOCK = 2**23  # entries of a temporary array


def enumerate_patterns(X: ArrayLike, limit: int | None = 2_000_000, method: str = "auto") -> Patterns:
    """All the nonzero arrangement patterns of a data matrix, with gates.

    They are the patterns of the open cells: of every u with ``x_i^T u != 0`` on all nonzero rows. Zero rows
    are active everywhere, as in ``X @ gates >= 0``; rows that are positive multiples of each other share
    their bit; X may have any rank, and n may be less than d.

    Parameters
    ----------
    X : array_like, shape (n, d)
        The data.
    limit : int
        The most patterns that are acceptable, compared with Cover's count for the distinct rows and the rank
        of X before the start. A million take about half a minute and some gigabytes.
    method : {"auto", "rays", "cuts"}
        ``"rays"``: from each null vector of r - 1 rows, r the rank, to the cells that touch it; the gate is
        the sum of the cell's extreme rays. It needs every r rows to be independent. ``"cuts"``: the cells
        that a new hyperplane cuts are the cells of the rows before it, restricted to that hyperplane.
        ``"auto"``: the cheaper one that applies.

    Returns
    -------
    Patterns
        Distinct, none zero, ``complete``, and in the order of binary numbers (the first row is the leading
        digit), so that the all-ones pattern is last if it exists. In general position there are
        `count_patterns` (n, rank) of them, less the zero pattern where that exists.

    Raises
    ------
    ValueError
        For more than `limit` patterns, an unknown method, or rays without general position.

    Notes
    -----
    Every gate lies strictly inside its cell and the patterns are read off ``X @ gates``, so none is invented.
    None is missing but those of cells so narrow (about 1e-10, in the sine of an angle) that they may be
    rounding errors of degenerate data; where there are as many as Cover counts, none is missing at all.

    Examples
    --------
    >>> import numpy as np
    >>> import relulab as rl
    >>> X = rl.draw("gaussian", 12, 3, rng=1)
    >>> S = rl.enumerate_patterns(X)
    >>> S.p, rl.count_patterns(12, 3), rl.has_all_ones(X)
    (134, 134, False)
    >>> bool((np.asarray(S) == (X @ S.gates >= 0)).all())
    True
    """
    X = _checks.data(X)
    limit = _checks.count("limit", limit)
    _checks.choice("method", method, ("auto", "rays", "cuts"))
    rows, basis = _distinct_rows(X)
    n, r = rows.shape
    if r == 0:
        return Patterns(np.empty((len(X), 0), dtype=bool), np.empty((X.shape[1], 0)), complete=True)
    most = count_patterns(n, r)
    if most > limit:
        size = f"{most:,}" if most < 10**15 else f"about 10^{log10(most):.0f}"
        raise ValueError(
            f"X has up to {size} patterns, more than limit={limit:,}; draw some of them with sample_patterns"
        )
    gates = _rays(rows) if method == "rays" or (method == "auto" and _rays_are_cheaper(n, r, most)) else None
    if gates is None:
        if method == "rays":
            raise ValueError(f'method="rays" needs every {r} distinct rows to be independent; use "cuts"')
        gates = _cuts(rows)
    gates = _unit(gates @ basis).T
    parts = np.array_split(gates, -(-gates.shape[1] * len(X) // BLOCK), axis=1)
    masks = np.hstack([X @ part >= 0 for part in parts])
    order, first = _sorted(_words(masks.T))
    keep = order[first & masks[X.any(axis=1)].any(axis=0)[order]]
    return Patterns(masks[:, keep], gates[:, keep], complete=True)


def _rays_are_cheaper(n, r, cells):
    """Compare what was seen to take the time: corners, against hyperplane sections and cells."""
    return r > 2 and comb(n, r - 1) << (r - 1) < 1000 * comb(n - 2, r - 2) + 5 * cells


def _distinct_rows(X):
    """Unit rows, one of each line, in coordinates of the row space, and the basis of these coordinates.

    The units of the columns are evened out and the coordinates make the rows nearly isotropic, so that few
    cells are narrow; directions are stretched at most 1e5 times, which keeps rounding errors below NARROW.
    """
    rows = unit_rows(X)
    units = np.abs(rows).max(axis=0, initial=0)
    units[units < 1e-250] = 1
    rows = _distinct_lines(unit_rows(rows / units))
    if len(rows) == 0:
        return np.empty((0, 0)), np.empty((0, X.shape[1]))
    _, scales, Vt = np.linalg.svd(rows, full_matrices=False)
    rank = np.count_nonzero(scales > NARROW * scales[0])
    basis = Vt[:rank] / np.maximum(scales[:rank, None], 1e-5 * scales[0])
    return _distinct_lines(rows @ basis.T), basis / units


def _distinct_lines(rows):
    """The rows scaled to length one; of those that are parallel up to sign the first, of the zeros none."""
    size = np.linalg.norm(rows, axis=1)
    rows = rows[size > NARROW] / size[size > NARROW, None]
    first, later = np.nonzero(np.triu(np.abs(rows @ rows.T) > 1 - 1e-12, 1))
    gap = [np.linalg.norm(rows[first] + sign * rows[later], axis=1) for sign in (1, -1)]
    return np.delete(rows, later[np.minimum(*gap) < NARROW], axis=0)


def _words(masks):
    """Each row of bits as numbers of 64 bits, to sort and compare by."""
    packed = np.packbits(masks, axis=1)
    packed = np.pad(packed, ((0, 0), (0, -packed.shape[1] % 8)))
    return np.ascontiguousarray(packed).view(">u8").astype(np.uint64)


def _signs(n):
    """All the 2^n vectors of signs, one a row."""
    return 2.0 * (np.arange(2**n)[:, None] >> np.arange(n) & 1) - 1


def _rays(rows):
    """A gate for each cell: the sum of its extreme rays. None where r of the rows are dependent."""
    n, r = rows.shape
    corners = np.fromiter(chain.from_iterable(combinations(range(n), r - 1)), dtype=np.intp)
    corners = corners.reshape(comb(n, r - 1), r - 1)
    choices = _signs(r - 1) > 0
    found = []
    step = max(1, BLOCK // (n * len(choices)))
    for start in range(0, len(corners), step):
        corner = corners[start : start + step]
        Q, R = np.linalg.qr(rows[corner].transpose(0, 2, 1), mode="complete")
        ray = Q[:, :, -1]
        t = ray @ rows.T
        np.put_along_axis(t, corner, np.inf, axis=1)
        if min(np.abs(t).min(), np.abs(np.diagonal(R, axis1=1, axis2=2)).min(initial=1)) < NARROW:
            return None
        bits = np.repeat((t > 0)[:, None], len(choices), axis=1)
        which = np.arange(len(corner))[:, None, None]
        bits[which, np.arange(len(choices))[:, None], corner[:, None]] = choices
        side = np.where(bits[:, :, :1], 1, -1)  # u and -u have complementary patterns: look at one of them
        bits ^= side < 0
        found.append(_sum_by_pattern(_words(bits.reshape(-1, n)), (side * ray[:, None]).reshape(-1, r)))
    words, gates = _sum_by_pattern(*map(np.concatenate, zip(*found, strict=True)))
    proven = 2 * len(gates) == count_patterns(n, r) and (_words(gates @ rows.T > 0) == words).all()
    return np.concatenate([gates, -gates]) if proven else None


def _sorted(words, ties=()):
    """The order that sorts the words (equal ones by `ties`), and which of them, so sorted, are new."""
    order = np.lexsort([*ties, *words.T[::-1]])
    words = words[order]
    return order, np.r_[True, (words[1:] != words[:-1]).any(axis=1)]


def _sum_by_pattern(words, vectors):
    """The distinct words, and for each the sum of its vectors."""
    order, first = _sorted(words)
    return words[order[first]], np.add.reduceat(vectors[order], np.flatnonzero(first))


def _cuts(rows):
    """A gate for each cell, one hyperplane after the other: a cell is cut where the hyperplane has a face."""
    from scipy.linalg import qr

    n, r = rows.shape
    if r == 1:
        return np.array([[1.0], [-1.0]])
    if r == 2:
        return _sectors(rows)
    rows = rows[qr(rows.T, mode="r", pivoting=True)[1]]
    gates = [_unit(np.linalg.solve(rows[:r], _signs(r).T).T)]
    for i in range(r, n):
        plane = np.linalg.qr(rows[i][:, None], mode="complete")[0][:, 1:]
        faces = _cuts(_distinct_lines(rows[:i] @ plane)) @ plane.T
        gates += _both_sides(faces, rows[:i], rows[i])
    return _one_per_cell(rows, np.concatenate(gates)) if n > r else gates[0]


def _sectors(rows):
    """The middles of the sectors into which lines cut the plane."""
    edges = np.sort(np.arctan2(rows[:, 1], rows[:, 0]) % np.pi)
    widths = np.diff(edges, append=edges[0] + np.pi)
    middles = (edges + widths / 2)[widths > NARROW] + np.pi / 2
    gates = np.column_stack([np.cos(middles), np.sin(middles)])
    return np.concatenate([gates, -gates])


def _both_sides(faces, rows, normal):
    """Step off the faces of a hyperplane, so far that its distance equals that of the nearest other row."""
    t, slope = faces @ rows.T, rows @ normal
    for side in (1, -1):
        approach = np.maximum(-side * np.sign(t) * slope, 0)
        step = (np.abs(t) / (1 + approach)).min(axis=1, keepdims=True)
        yield _unit(faces + side * step * normal)


def _unit(vectors):
    """The rows scaled to length one, without overflow."""
    vectors = vectors / np.abs(vectors).max(axis=1, keepdims=True)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def _one_per_cell(rows, gates):
    """Of the gates in each cell the one farthest from the walls; gates on a wall are dropped."""
    step = max(1, BLOCK // len(rows))
    words, margins = [], []
    for start in range(0, len(gates), step):
        t = gates[start : start + step] @ rows.T
        words.append(_words(t > 0))
        margins.append(np.abs(t).min(axis=1))
    words, margins = np.concatenate(words), np.concatenate(margins)
    inside = margins > NARROW
    order, first = _sorted(words[inside], [-margins[inside]])
    return gates[inside][order[first]]
