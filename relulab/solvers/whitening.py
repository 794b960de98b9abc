"""Equations of badly scaled data, turned and scaled so that squaring them loses nothing.

Columns of X that are 1e-8 of the others are squared to 1e-16 in a Newton system, below its rounding. A QR
factorization with pivots takes the long columns first: its triangle has rows of the columns' own sizes, and
divided by these it is as well-conditioned as the data would be in units that suit them.
"""

import numpy as np
import scipy

NUMBERS = 2**24  # numbers of the stacked blocks, beyond which this is not tried
NOISE = 1e-13  # what is left of a column, relative to it, when it depends on those before


def whitened(program, skip):
    """What `Program.whitening` holds, or None where the blocks are too many.

    Parameters
    ----------
    program : Program
        The blocks; the negative parts of all but the first `skip` follow the positive ones, with cones.
    skip : int
        How many blocks have no negative part.

    Returns
    -------
    turn : ndarray, shape (m, n), or None
        New equations from old ones; without beta only those that the blocks reach.
    blocks : ndarray, shape (J, r, m)
        The transposes of the new blocks.
    """
    J, n = program.outer.shape
    positive = J if program.cone is None else skip + (J - skip) // 2
    if positive * program.X.size > NUMBERS:
        return None
    X = program.X[None] if program.bases is None else np.matmul(program.X, program.bases[:positive])
    stack = np.moveaxis(program.outer[:positive, :, None] * X, 0, 1).reshape(n, -1)
    Q, R, places = scipy.linalg.qr(stack, mode="full" if program.beta else "economic", pivoting=True)
    pivots, lengths = np.abs(np.diagonal(R)), np.linalg.norm(stack, axis=0)[places]
    kept = np.flatnonzero(pivots > NOISE * lengths[: len(pivots)])
    if not len(kept):
        return None
    sizes = np.sqrt(pivots[kept] ** 2 + program.beta)
    turn, rows = Q[:, kept].T / sizes[:, None], R[kept] / sizes[:, None]
    if program.beta:
        rest = np.delete(Q, kept, axis=1).T / np.sqrt(program.beta)
        turn, rows = np.vstack([turn, rest]), np.vstack([rows, np.zeros((len(rest), rows.shape[1]))])
    blocks = np.empty((rows.shape[1], len(turn)))
    blocks[places] = rows.T
    blocks = blocks.reshape(positive, -1, len(turn))
    return turn, np.concatenate([blocks, -blocks[skip:]]) if positive < J else blocks
