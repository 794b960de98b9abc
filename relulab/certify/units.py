"""Units in which a problem is even: powers of two, so that no bit of the data, and no mask, changes.

For plain and skip networks a row and its label may be divided by any number: neither the interpolants nor
their costs change. For the normalized network a column may be, since its blocks are ranges. Rows of one size
(within `EVEN`) share one unit, so that the shortest dual vector, which knows the sizes, stays what it is.
"""

from typing import NamedTuple

import numpy as np

from ..data.planted import unchecked

EVEN = 2.0**8


class Units(NamedTuple):
    """``X = rows X' columns``: X' is even. One of both is the number 1: rows for the normalized network."""

    rows: np.ndarray | float
    columns: np.ndarray | float

    def of_plant(self, plant):
        """The plant in these units: every product ``x_i^T w`` keeps its bits but for a power of two."""
        if np.ndim(self.columns):
            return unchecked(plant, X=plant.X / self.columns, weights=plant.weights * self.columns[:, None])
        return unchecked(plant, X=plant.X / np.reshape(self.rows, (-1, 1)))

    def finding(self, found):
        """A finding about the even problem as one about the problem itself."""
        dual = None if found.dual is None else found.dual / self.rows
        W = None if found.W is None else found.W / self.columns
        multipliers = None if found.multipliers is None else found.multipliers / self.rows
        return found._replace(dual=dual, W=W, multipliers=multipliers)


def units_of(X, network):
    """The units of a problem.

    Parameters
    ----------
    X : ndarray, shape (n, d)
        The data.
    network : {"plain", "skip", "normalized"}
        The network.

    Returns
    -------
    Units
        The units, zero rows and columns divided by those of the largest.

    Examples
    --------
    >>> import numpy as np
    >>> from relulab.certify.units import units_of
    >>> units_of(np.array([[3.0, 1.0], [0.0, 1e-6]]), "skip").rows
    array([2.00000000e+00, 9.53674316e-07])
    """
    sizes = np.abs(X).max(axis=int(network != "normalized"))
    top = sizes.max()
    if top > 0:
        sizes = np.where(sizes > 0, sizes, top)
        if sizes.min() * EVEN >= top:
            sizes[:] = top
    else:
        sizes = np.ones_like(sizes)
    powers = np.ldexp(1.0, np.clip(np.frexp(sizes)[1] - 1, -1000, 1000))
    return Units(1.0, powers) if network == "normalized" else Units(powers, 1.0)
