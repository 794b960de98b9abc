"""A rough solution of the exact form: some steps of ADMM in float32, on the arrays of a `Program`."""

import numpy as np

from .iteration import Maps, Shrunk, iterate

STEPS = 200
RHO = 20.0  # penalty of the weights
RHO_OF_BASES = 10.0  # the same where blocks have bases, in whose coordinates their weights are longer
RATIO = 1.0  # penalty of the rows of cones over that, for rows of norm 1


def head_start(program, skip):
    """Blocks, a dual vector and multipliers near the solution.

    Parameters
    ----------
    program : Program
        With cones; the negative parts of all blocks but the first `skip` follow the positive ones.
    skip : int
        How many blocks have no cone.

    Returns
    -------
    u : ndarray, shape (J, r)
        Blocks, not quite in their cones.
    nu : ndarray, shape (n,)
        A dual vector, not quite in its ball.
    a : ndarray, shape (J, n)
        Multipliers of the cones, non-negative.
    """
    n, r = program.X.shape
    rho = RHO if program.bases is None else RHO_OF_BASES
    p = (len(program.outer) - skip) // 2
    positive = slice(skip, skip + p)
    ratio = RATIO * n / float(np.sum(program.X**2))  # one of Python, which leaves float32 as it is
    maps, gram = _maps(program, positive, ratio)
    if skip:
        gram += program.X @ program.X.T
    inverse = np.linalg.inv(gram + rho * program.beta * np.eye(n))
    inverse, y = (array[None].astype(np.float32) for array in (inverse, program.y[:, None]))
    shapes = (2, p, r), (2, p, r), (skip, r), (skip, r), (2, p, n)
    second = Shrunk(*(np.zeros((1, *shape), dtype=np.float32) for shape in shapes))
    for _ in range(STEPS):
        first, second = iterate(maps, inverse, y, second, ratio, (1 / rho, 1 / rho))
    u = np.concatenate([second.Z0[0], second.Z[0, 0], second.Z[0, 1]]).astype(float)
    a = np.zeros((len(u), n))
    a[skip:] = rho * ratio * np.abs(np.reshape(maps.outward(second.T), (-1, n)))
    return u, -rho * first.price[0, :, 0].astype(float), a


def _maps(program, positive, ratio):
    """What leads from weights to labels and cone values, and the Gram matrix of the labels' equations."""
    X, rows, signs = program.X, program.outer[positive], program.cone[positive]
    bend = ratio * (X.T @ X)
    if program.bases is None:
        to_block, inverse = None, np.linalg.inv(np.eye(len(bend)) + bend)
        gram = 2 * (X @ inverse @ X.T) * (rows.T @ rows)
        inverse = inverse[None]
    else:
        to_block = np.linalg.inv(program.bases[positive])
        inverse = np.linalg.inv(np.matmul(np.matrix_transpose(to_block), to_block) + bend)
        gram = np.zeros((len(X), len(X)))
        for mask, matrix in zip(rows, inverse, strict=True):
            heard = np.flatnonzero(mask)
            gram[np.ix_(heard, heard)] += 2 * X[heard] @ matrix @ X[heard].T
    arrays = (
        X[None],
        rows[None],
        signs[None, None],
        inverse[None],
        None if to_block is None else to_block[None],
    )
    return Maps(*(None if array is None else array.astype(np.float32) for array in arrays)), gram
