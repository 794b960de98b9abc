"""The multipliers that prove how far a dual vector reaches on the cones of the exact form.

Any ``m >= 0`` bounds the reach of a dual vector on a cone by ``||side A_j^T dual + C_j^T m||``. The best ones
come with a verdict, so that whoever checks it need not search.
"""

import numpy as np

from ..blocks import cones
from ..blocks.blocks import Blocks
from ..blocks.conditions import MARGIN
from ..blocks.nnls import nonnegative_least_squares
from .verdicts import Multipliers


def multipliers_of(plant, masks, network, dual, known=None):
    """The multipliers of every cone on which a dual vector is not shorter than 1 without them.

    Parameters
    ----------
    plant : Plant
        The planted problem.
    masks : ndarray of bool, shape (n, p)
        The patterns.
    network : str
        The network.
    dual : ndarray, shape (n,)
        The dual vector of a recovered verdict.
    known : ndarray, shape (2, p, n), optional
        Multipliers that the search found, for the positive and the negative side of every cone.

    Returns
    -------
    Multipliers
        None for blocks with a null space: on these rows of their own are enough, or rounding decides.

    Examples
    --------
    >>> import numpy as np
    >>> import relulab as rl
    >>> from relulab.certify.multipliers import multipliers_of
    >>> plant, S = rl.phase.instance(40, 10, 0, kind="relu")
    >>> found = multipliers_of(plant, np.asarray(S), "plain", rl.decide(plant, S, "plain", "exact").dual)
    >>> bool((found.values >= 0).all()), found.values.shape[1]
    (True, 40)
    """
    blocks = Blocks(plant.X, masks, network)
    gradients = blocks.adjoint(dual)
    norms = np.linalg.norm(gradients, axis=1)
    own = set() if plant.kind == "linear" else _planted(plant, blocks)
    enough = np.zeros((2, blocks.p), dtype=bool) if known is None else _enough(blocks, gradients, known)
    found = []
    for j in blocks.skip + np.flatnonzero(norms[blocks.skip :] >= 1 - MARGIN):
        if blocks.factors is not None and not blocks.factors[j].any(axis=0).all():
            continue
        for i, side in enumerate((1, -1)):
            if (j, side) not in own:
                settled = enough[i, j - blocks.skip]
                m = known[i, j - blocks.skip] if settled else _sought(blocks, j, side * gradients[j])
                found.append((j, side, np.where(blocks.X.any(axis=1), m, 0.0)))
    j, sides, values = zip(*found, strict=True) if found else ((), (), np.zeros((0, len(plant.X))))
    return Multipliers(np.array(j, dtype=int), np.array(sides, dtype=int), np.array(values))


def _enough(blocks, gradients, known):
    """Where multipliers (2, p, n) bring a dual vector into the ball already: (2, p)."""
    pulled = (known * (2 * blocks.masks[:, blocks.skip :].T - 1)) @ blocks.X
    if blocks.factors is not None:
        pulled = np.einsum("jab,sja->sjb", blocks.factors, pulled)
    both = np.stack([gradients[blocks.skip :], -gradients[blocks.skip :]])
    return np.linalg.norm(both + pulled, axis=2) < 1 - MARGIN / 2


def _sought(blocks, j, q):
    """Multipliers for the cone of block j."""
    rows, sizes = cones.unit_rows(blocks.cone(j)[0])
    m = cones.pursue(rows, q, 1 - MARGIN)
    m = nonnegative_least_squares(rows.T, -q) if m is None else m
    return np.divide(m, sizes, out=np.zeros_like(m), where=sizes > 0)


def _planted(plant, blocks):
    """The (block, side) of each planted neuron."""
    masks = blocks.masks[:, blocks.skip :] > 0
    places = ((plant.X @ plant.weights >= 0)[:, :, None] == masks[:, None]).all(axis=0).argmax(axis=1)
    return {(int(j) + blocks.skip, int(sign)) for j, sign in zip(places, plant.signs, strict=True)}
