"""The cones of the exact form: which block coordinates stand for a ReLU that is active on the block's rows.

A cone is a pair (C, N) from `Blocks.cone`: block coordinates a lie in it where some z has
``C a + N z >= 0``.
"""

import numpy as np

from ..solvers.arrays import norms
from ..solvers.clarabel import run_clarabel
from .nnls import nonnegative_least_squares

ROUNDING = 1e-11  # a null-space direction that moves no row of norm 1 by more is rounding
PURSUIT = 60  # rows after which the exact minimum is as quick
EMPHASIS = 1e3  # how much more than the distance the equations N^T m = 0 weigh while they are being met


def project(cone, g):
    """Project block coordinates onto a cone.

    The multipliers m >= 0 of the rows solve a non-negative least-squares problem (Lawson and Hanson),
    ``min ||g + C^T m||  s.t.  N^T m = 0``, and the projection is ``a = g + C^T m``. The multiplier of
    ``N^T m = 0`` is the null-space part z; it is found by the method of multipliers.

    Parameters
    ----------
    cone : tuple of ndarray, shapes (n, d) and (n, q)
        C and N.
    g : ndarray, shape (d,)
        The point.

    Returns
    -------
    a : ndarray, shape (d,)
        The projection. Its norm is the largest ``g^T u`` over the u in the cone with ``||u|| <= 1``.
    z : ndarray, shape (q,)
        A null-space part with ``C a + N z >= 0``.

    Examples
    --------
    >>> import numpy as np
    >>> from relulab.blocks import cones
    >>> cones.project((np.eye(2), np.zeros((2, 0))), np.array([3.0, -4.0]))[0].round(9) + 0.0
    array([3., 0.])
    """
    C, N = _unit_rows(cone)
    if not g.any() or len(C) == 0:
        return g.copy(), np.zeros(N.shape[1])
    m, z = _shortest(C, N, g)
    return g + C.T @ m, z


def unit_rows(C):
    """The rows of a cone at length 1, or 0, and how long they were."""
    sizes = np.linalg.norm(C, axis=1)
    return C / np.where(sizes > 0, sizes, 1.0)[:, None], sizes


def pursue(rows, g, enough):
    """Multipliers of unit rows that make ``||g + rows^T m||`` smaller than `enough`, row after row.

    Parameters
    ----------
    rows : ndarray, shape (n, d)
        The rows of a cone, of norm 1 or 0.
    g : ndarray, shape (d,)
        The point.
    enough : float
        The length.

    Returns
    -------
    ndarray, shape (n,), or None
        The ``m >= 0``; None if that takes long or cannot be done.

    Examples
    --------
    >>> import numpy as np
    >>> from relulab.blocks import cones
    >>> cones.pursue(np.eye(2), np.array([0.5, -4.0]), 1.0)
    array([0., 4.])
    """
    m = np.zeros(len(rows))
    for _ in range(PURSUIT):
        if g @ g < enough**2:
            return m
        along = rows @ g
        step = np.maximum(-along, -m)  # no multiplier below zero
        i = np.argmax(-step * (2 * along + step))
        m[i] += step[i]
        g = g + step[i] * rows[i]
    return m if g @ g < enough**2 else None


def multipliers(cone, g):
    """The multipliers of a projection onto a cone.

    Parameters
    ----------
    cone : tuple of ndarray, shapes (n, d) and (n, q)
        C and N.
    g : ndarray, shape (d,)
        The point.

    Returns
    -------
    ndarray, shape (n,)
        The ``m >= 0`` with ``N^T m = 0`` that make ``||g + C^T m||`` smallest.

    Examples
    --------
    >>> import numpy as np
    >>> from relulab.blocks import cones
    >>> cones.multipliers((2 * np.eye(2), np.zeros((2, 0))), np.array([3.0, -4.0])).round(9) + 0.0
    array([0., 2.])
    """
    m, sizes = np.zeros(len(cone[0])), norms(np.hstack(cone))
    loud = sizes > 0
    if g.any() and loud.any():
        m[loud] = _shortest(*_unit_rows(cone), g)[0] / sizes[loud]
    return m


def _shortest(C, N, g):
    """Multipliers for rows of norm 1, and the null-space part."""
    scale = norms(g)
    basis, s, Vt = np.linalg.svd(N, full_matrices=False)
    rank = int((s > ROUNDING).sum())
    basis, z = basis[:, :rank], np.zeros(rank)
    system = np.hstack([C, EMPHASIS * basis]).T
    for _ in range(50):
        m = nonnegative_least_squares(system, np.r_[-g / scale, -z / EMPHASIS])
        step = EMPHASIS**2 * (basis.T @ m)
        z = z + step
        if np.linalg.norm(step) <= 1e-12 * (1 + np.linalg.norm(z)):
            break
    return scale * m, scale * (Vt[:rank].T @ (z / s[:rank]))


def largest_norm(blocks, dual, form):
    """The dual norm of a program: the factor by which `dual` fills (below 1) or leaves the unit ball.

    Gated: ``max_j ||A_j^T dual||``. Exact: the blocks with a cone count by ``max +-dual^T A_j u`` over the u
    in the cone with ``||u|| <= 1``, the norm of the projection of ``+-A_j^T dual`` onto the cone.

    Parameters
    ----------
    blocks : Blocks
        The blocks.
    dual : ndarray, shape (n,)
        The dual vector.
    form : {"gated", "exact"}
        Without or with the cones.

    Returns
    -------
    float
        The dual norm.

    Examples
    --------
    >>> import numpy as np
    >>> import relulab as rl
    >>> from relulab.blocks import cones
    >>> blocks = rl.Blocks(np.eye(2), np.ones((2, 1), dtype=bool), network="plain")
    >>> [round(cones.largest_norm(blocks, np.array([3.0, -4.0]), form), 12) for form in ("gated", "exact")]
    [5.0, 4.0]
    """
    gradients = blocks.adjoint(dual)
    lengths = norms(gradients)
    if form == "gated":
        return float(lengths.max())
    largest = lengths[: blocks.skip].max(initial=0.0)
    for j in blocks.skip + np.argsort(-lengths[blocks.skip :]):
        if lengths[j] <= largest:  # a projection is never longer than what is projected
            break
        cone = blocks.cone(j)
        sides = (norms(project(cone, sign * gradients[j])[0]) for sign in (1, -1))
        largest = max(largest, *sides)
    return float(largest)


def null_part(blocks, j, a):
    """Weights that block j does not see and that close the neuron of a normalized block on the other rows.

    Parameters
    ----------
    blocks : Blocks
        The blocks of a normalized network.
    j : int
        The block.
    a : ndarray, shape (d,)
        Block coordinates in the cone.

    Returns
    -------
    ndarray, shape (d,)
        The shortest weights v with ``D_j X v = 0`` and ``X (R_j a + v) <= 0`` off the block's rows, v on the
        null-space part that `project` finds; zero where the block has rank d.

    Examples
    --------
    >>> import numpy as np
    >>> import relulab as rl
    >>> from relulab.blocks import cones
    >>> X = np.array([[1.0, 0.0], [1.0, 1.0]])
    >>> blocks = rl.Blocks(X, np.array([[True], [False]]), network="normalized")
    >>> cones.null_part(blocks, 0, np.array([1.0, 0.0])).round(9) + 0.0
    array([ 0., -1.])
    """
    C, N = blocks.cone(j)
    if N.shape[1] == 0:
        return np.zeros(len(a))
    z = project((C, N), a)[1]
    size = np.abs(blocks.X).max() or 1.0
    return np.linalg.lstsq(blocks.X / size, (2 * blocks.masks[:, j] - 1) * (N @ z))[0] / size


def decompose(cone, a):
    """Write block coordinates as the difference of two vectors in the cone, as short as can be.

    Solves the second-order cone program ``min ||b|| + ||c||  s.t.  b - c = a,  b and c in the cone``.

    Parameters
    ----------
    cone : tuple of ndarray, shapes (n, d) and (n, q)
        C and N.
    a : ndarray, shape (d,)
        The block coordinates.

    Returns
    -------
    ndarray, shape (2, d)
        b and c.

    Raises
    ------
    ValueError
        Where the cone is too thin to hold them: no vector is strictly inside, so no weights realize the
        pattern.

    Examples
    --------
    >>> import numpy as np
    >>> from relulab.blocks import cones
    >>> cones.decompose((np.eye(2), np.zeros((2, 0))), np.array([3.0, -4.0])).round(6) + 0.0
    array([[3., 0.],
           [0., 4.]])
    """
    import cvxpy as cp

    C, N = _unit_rows(cone)
    scale = np.linalg.norm(a)
    b, c = cp.Variable(len(a)), cp.Variable(len(a))
    inside = [C @ v + (N @ cp.Variable(N.shape[1]) if N.size else 0) >= 0 for v in (b, c)]
    problem = cp.Problem(cp.Minimize(cp.norm(b) + cp.norm(c)), [b - c == a / scale, *inside])
    status, reason = run_clarabel(problem, {"tol_gap_abs": 1e-10, "tol_gap_rel": 1e-10, "tol_feas": 1e-10})
    if b.value is None:
        raise ValueError(
            "a neuron is not the difference of two in its cone, so that no weights realize its pattern "
            f"({status}{reason and ': '}{reason})"
        )
    return scale * np.stack([b.value, c.value])


def _unit_rows(cone):
    """The same cone with rows of norm 1, zero rows left out."""
    C, N = cone
    rows = np.hstack([C, N])
    size = np.abs(rows).max(axis=1, initial=0)
    rows = rows[size > 0] / size[size > 0, None]
    rows = rows / norms(rows)[:, None]
    return rows[:, : C.shape[1]], rows[:, C.shape[1] :]
