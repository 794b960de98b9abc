"""The rows of a data matrix as lines: parallel and opposite rows always have the same or opposite signs.

Let z_l be a unit vector on line l and ``x_i = c_i sign_i z_l``. Only two numbers of a dual vector matter per
line, ``p_l = sum_i c_i sign_i lam_i`` and ``q_l = sum_i c_i lam_i``: the equations are ``sum_l p_l z_l = w``,
and the gate u gives ``2 X^T D(u) lam = w + sum_l s_l q_l z_l`` with the signs s_l of ``z_l^T u``. A line
whose rows all point one way has p = q. One with rows both ways has any p and q, so such lines meet their part
of the equations for nothing.
"""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

PARALLEL = 1e-12  # cosines this near to 1 are worth looking at exactly
RANK = 1e-10  # singular values of the unit rows below this share count as zero; the proof is then exact


@dataclass(frozen=True)
class Lines:
    """The lines of X, in coordinates of the row space.

    Attributes
    ----------
    X, plant : ndarray, shape (n, d), (d,)
        The data, rows scaled by powers of two, and the unit plant.
    powers : ndarray of int, shape (n,)
        The powers: the data are ``2^powers`` times these rows.
    rows : ndarray of int, shape (m,)
        The first row of each line.
    back : ndarray of int, shape (m,)
        A row that points the other way; -1 where there is none.
    line : ndarray of int, shape (n,)
        The line of each row; -1 for zero rows.
    side : ndarray, shape (n,)
        1 where a row points as the first one of its line, -1 where not.
    Z : ndarray, shape (m, r)
        Unit vectors.
    w : ndarray, shape (r,)
        The plant, of norm 1 where it lies in the row space.
    basis : ndarray, shape (d, r)
        Of the row space.
    columns : ndarray of int, shape (r,)
        Columns of X that span the others.
    """

    X: np.ndarray
    plant: np.ndarray
    powers: np.ndarray
    rows: np.ndarray
    back: np.ndarray
    line: np.ndarray
    side: np.ndarray
    Z: np.ndarray
    w: np.ndarray
    basis: np.ndarray
    columns: np.ndarray

    @property
    def lacking(self):
        """How far the plant is from the row space."""
        return np.linalg.norm(self.plant - self.basis @ self.w)

    def masks(self, gates):
        """The patterns of gates (d, p), zero rows active: bool (n, p)."""
        return self.X @ gates >= 0

    def dual(self, q):
        """The dual vector (n,) of X with this q (m,): the equations hold to rounding, zeros stay zeros."""
        on, two = q != 0, self.back >= 0
        size = np.linalg.norm(self.X, axis=1)
        dual = np.zeros(len(self.X))
        dual[self.rows] = q / size[self.rows]
        for free in (two, on | two, on | two):  # rows both ways take what is lacking; rounding, all together
            lack = self.plant - self.X.T @ dual
            free = np.flatnonzero(free)
            unit = (self.X[self.rows[free]] / size[self.rows[free], None]).T
            move = np.linalg.lstsq(unit, lack, rcond=1e-13)[0]
            dual[self.rows[free]] += np.where(two[free], 0.5, 1.0) * move / size[self.rows[free]]
            ends = self.back[free[two[free]]]
            dual[ends] -= 0.5 * move[two[free]] / size[ends]
        return np.ldexp(dual, -self.powers)


def lines_of(X, w):
    """The lines of a data matrix.

    Parameters
    ----------
    X : ndarray, shape (n, d)
        The data.
    w : ndarray, shape (d,)
        The plant, not zero.

    Returns
    -------
    Lines
        With as many lines as there are distinct directions.

    Examples
    --------
    >>> import numpy as np
    >>> from relulab.certify.all_patterns.lines import lines_of
    >>> lines = lines_of(np.array([[1.0, 1.0], [0.0, 0.0], [-3.0, -3.0], [0.0, 2.0]]), np.array([1.0, 0.0]))
    >>> lines.rows, lines.line, lines.side, lines.back
    (array([0, 3]), array([ 0, -1,  0,  1]), array([ 1.,  1., -1.,  1.]), array([ 2, -1]))
    """
    powers = np.frexp(np.abs(X).max(axis=1, initial=0))[1]
    X = np.ldexp(X, -powers[:, None])
    size = np.linalg.norm(X, axis=1)
    loud = np.flatnonzero(size)
    unit = X[loud] / size[loud, None]
    line, side = np.full(len(X), -1), np.ones(len(X))
    near = np.abs(unit @ unit.T) > 1 - PARALLEL
    rows, back = [], []
    for place, i in enumerate(loud):
        if line[i] >= 0:
            continue
        line[i] = len(rows)
        rows.append(i)
        back.append(-1)
        for j in loud[place + 1 :][near[place, place + 1 :]]:
            if line[j] < 0 and parallel(X[i], X[j]):
                line[j], side[j] = line[i], np.sign(X[i] @ X[j])
                if side[j] < 0 and back[-1] < 0:
                    back[-1] = j
    rows = np.array(rows, dtype=int)
    Z, plant = X[rows] / size[rows, None], w / np.linalg.norm(w)
    basis, columns = _row_space(Z)
    return Lines(
        X,
        plant,
        powers,
        rows,
        np.array(back, dtype=int),
        line,
        side,
        Z @ basis,
        plant @ basis,
        basis,
        columns,
    )


def parallel(x, y):
    """Whether two vectors are parallel, in exact arithmetic."""
    if np.array_equal(x, y) or np.array_equal(x, -y):
        return True
    x, y = ([Fraction(v) for v in one.tolist()] for one in (x, y))
    pivot = max(range(len(x)), key=lambda j: abs(x[j]))
    return all(a * y[pivot] == b * x[pivot] for a, b in zip(x, y, strict=True))


def _row_space(Z):
    """An orthonormal basis of it, and columns that span the others: all of them where the rank is full."""
    from scipy.linalg import qr

    d = Z.shape[1]
    if not len(Z):
        return np.zeros((d, 0)), np.arange(0)
    _, s, Vt = np.linalg.svd(Z, full_matrices=False)
    rank = int((s > RANK * s[0]).sum())
    if rank == d:
        return np.eye(d), np.arange(d)
    return Vt[:rank].T, np.sort(qr(Z, mode="r", pivoting=True)[1][:rank])
