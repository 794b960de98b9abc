"""A proof that nothing interpolates the labels: a dual vector that bounds every cost by more than one can be.

Any neurons that interpolate cost, in units of the columns of X, at least ``lam^T y`` over the largest
``||A_j^T lam + C_j^T a_j||`` (a_j >= 0, and zero without cones). Data of condition 1e12 have interpolants
that cost no more than that, if they have any; so a bound of 1e13 is a proof, whatever the scale of the data.
"""

import numpy as np
import scipy

PROVED = 1e13  # a cost that no interpolant has, in units of the rows and columns
NOISE = 1e-13  # what is left of a column that depends on others
NUMBERS = 2**24  # numbers in the stacked blocks, beyond which no ray is looked for
VARIABLES = 20_000  # of the linear program for a ray of the cones
ROUNDS = 3  # corrections of a ray
PROOF = "a dual ray proves that nothing interpolates the labels"
long = np.longdouble


class Equilibrated:
    """The equations in units of their own: rows of X and y divided by the rows' norms, then columns."""

    def __init__(self, blocks, y):
        rows = np.abs(blocks.X).max(axis=1)
        self.rows = np.ldexp(1.0, -np.frexp(np.where(rows > 0, rows, 1.0))[1])
        X = blocks.X * self.rows[:, None]
        columns = np.abs(X).max(axis=0)
        self.X = X / np.where(columns > 0, columns, 1.0)
        self.y = y * self.rows / np.max(np.abs(y * self.rows))
        self.masks, self.skip = blocks.masks, blocks.skip

    def bound(self, lam, pulls):
        """What any interpolant costs at least, given all ``A_j^T lam + C_j^T a_j``."""
        along = float(lam @ self.y.astype(long)) / float(np.linalg.norm(self.y))
        largest = float(np.sqrt((pulls * pulls).sum(axis=1).max()))
        return along / max(largest, np.finfo(float).tiny) if along > 0 else 0.0


def proves_infeasible(blocks, y, form="gated", near=None):
    """Whether a dual ray proves that no neurons over these blocks interpolate y.

    Parameters
    ----------
    blocks : Blocks
        The blocks.
    y : ndarray, shape (n,)
        The labels.
    form : {"gated", "exact"}
        Without or with the cones.
    near : tuple of ndarray, optional
        For the exact form: a dual vector lam and the a of all positive, then all negative neurons, shape
        (2, p, n), near a ray.

    Returns
    -------
    bool
        True is a proof, with rounding far below its margin; False says nothing.

    Examples
    --------
    >>> import numpy as np
    >>> import relulab as rl
    >>> from relulab.programs.infeasibility import proves_infeasible
    >>> blocks = rl.Blocks([[1.0, 0.0], [1.0, 0.0]], np.ones((2, 1), dtype=bool))
    >>> proves_infeasible(blocks, np.array([1.0, -1.0])), proves_infeasible(blocks, np.array([1.0, 1.0]))
    (True, False)
    """
    if not y.any():
        return False
    units = Equilibrated(blocks, y)
    if _out_of_range(units):
        return True
    if form == "gated":
        return False
    if near is not None and _cone_ray(units, near[0] / units.rows, near[1] / units.rows):
        return True
    if 2 * blocks.p * len(y) > VARIABLES:
        return False
    found = _by_linear_program(units)
    return found is not None and _cone_ray(units, *found)


def _out_of_range(units):
    """Whether the part of y outside the blocks' range is a ray, corrected in higher precision."""
    n, J = units.masks.shape
    if J * units.X.size > NUMBERS:
        return False
    stack = np.moveaxis(units.masks.T[:, :, None] * units.X, 0, 1).reshape(n, -1)
    Q, R, places = scipy.linalg.qr(stack, mode="economic", pivoting=True)
    pivots = np.abs(np.diagonal(R))
    rank = int((pivots > NOISE * max(pivots[0], np.finfo(float).tiny)).sum())
    Q, R = Q[:, :rank], R[:rank, :rank]
    lam = units.y - Q @ (Q.T @ units.y)
    lam = (lam - Q @ (Q.T @ lam)).astype(long)
    if not lam.any():
        return False
    for _ in range(ROUNDS):
        pulls = (units.masks.T * lam) @ units.X.astype(long)
        if units.bound(lam, pulls) >= PROVED:
            return True
        if not rank:
            return False
        lam = lam - Q @ scipy.linalg.solve_triangular(
            R, pulls.reshape(-1)[places[:rank]].astype(float), trans=1
        )
    return False


def _cone_ray(units, lam, a):
    """Whether a ray of the cones is near: each block's a is corrected within its own support."""
    X, masks, s = units.X.astype(long), units.masks.T[units.skip :], units.skip
    size = np.abs(lam).max() or 1.0
    lam, a = (lam / size).astype(long), np.maximum(a / size, 0).astype(long)
    signed = 2 * masks - 1
    basis = np.linalg.svd(units.X, full_matrices=False)[0][:, : np.linalg.matrix_rank(units.X)] if s else None
    for _ in range(ROUNDS):
        if s:
            lam = lam - basis @ (basis.T @ lam)
        pulls = np.stack([(sign * masks * lam + signed * part) @ X for sign, part in ((1, a[0]), (-1, a[1]))])
        everything = pulls.reshape(-1, X.shape[1])
        everything = np.vstack([everything, lam @ X]) if s else everything
        if units.bound(lam, everything) >= PROVED:
            return True
        for i in range(2):
            for j in np.flatnonzero((pulls[i] != 0).any(axis=1)):
                weight = a[i, j].astype(float)
                rows = weight[:, None] * units.X * signed[j][:, None]
                move = scipy.linalg.lstsq(rows.T, -pulls[i, j].astype(float))[0] * weight
                a[i, j] = np.maximum(a[i, j] + move, 0)
    return False


def _by_linear_program(units):
    """A ray of the cones as a vertex: the largest ``lam^T y`` with ``|lam| <= 1``; None where it is zero."""
    from scipy.optimize import linprog
    from scipy.sparse import block_diag, csr_array, hstack, vstack

    masks, X = units.masks.T[units.skip :], units.X
    n, p = len(X), len(masks)
    cones = csr_array(block_diag([((2 * mask - 1)[:, None] * X).T for mask in masks]))
    pulls = csr_array(np.vstack([(mask[:, None] * X).T for mask in masks]))
    nothing = csr_array(cones.shape)
    equations = [hstack([pulls, cones, nothing]), hstack([-pulls, nothing, cones])]
    if units.skip:
        equations.append(hstack([csr_array(X.T), csr_array((X.shape[1], 2 * n * p))]))
    equations = vstack(equations)
    answer = linprog(
        np.r_[-units.y, np.zeros(2 * n * p)],
        A_eq=equations,
        b_eq=np.zeros(equations.shape[0]),
        bounds=[(-1, 1)] * n + [(0, None)] * (2 * n * p),
        method="highs-ds",
        options={"time_limit": 60.0},
    )
    if answer.status != 0 or answer.fun > -1e-9:
        return None
    return answer.x[:n], answer.x[n:].reshape(2, p, n)
