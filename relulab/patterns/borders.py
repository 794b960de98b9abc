"""One truth about borders: a bit is 1 where ``x_i^T u >= 0``.

A neuron u that is orthogonal to a row gives 0 there, whatever its bit, for its output is ``max(0, x_i^T u)``.
By convention the bit is 1: zero rows are active in every pattern, and a planted neuron lives in the block
whose mask holds the rows on its border. Such a pattern may be that of no open cell (where both x and -x are
on the border, say); it is one of S because the planted neuron has it. All other patterns are those of open
cells, so that u = 0 has none. Where S holds only open cells, the neuron lives in the one next to it that
holds most of its border.
"""

import numpy as np

ROUNDING = 4 * np.finfo(float).eps  # of a product of two numbers, in a sum of few


def signs_of(X, weights):
    """On which side of its border each neuron has each row, rounding errors being zero.

    Parameters
    ----------
    X : ndarray, shape (n, d)
        The data.
    weights : ndarray, shape (d, k)
        The neurons.

    Returns
    -------
    ndarray of int8, shape (n, k)
        1, -1, and 0 where ``x_i^T w`` is zero up to the rounding of its terms.

    Examples
    --------
    >>> import numpy as np
    >>> from relulab.patterns.borders import signs_of
    >>> signs_of(np.array([[3.0, -1.0], [1.0, 1.0], [0.0, -1.0]]), np.array([[0.1], [0.3]])).ravel()
    array([ 0,  1, -1], dtype=int8)
    """
    products = X @ weights
    doubt = ROUNDING * np.sqrt(X.shape[1]) * (np.abs(X) @ np.abs(weights))
    return np.where(np.abs(products) <= doubt, 0, np.sign(products)).astype(np.int8)


def heard(X, weights):
    """Which neurons have a positive output on some row, beyond rounding: bool (k,)."""
    return (signs_of(X, weights) > 0).any(axis=0)


def places_of(X, weights, masks):
    """Where each neuron lives: the pattern that agrees with it off its border and holds its border.

    Where no pattern holds all of the border, as rounding errors may have it, the one that holds most.

    Parameters
    ----------
    X : ndarray, shape (n, d)
        The data.
    weights : ndarray, shape (d, k)
        The neurons.
    masks : ndarray of bool, shape (n, p)
        The patterns.

    Returns
    -------
    ndarray of int, shape (k,)
        Columns of `masks`; -1 where none fits.

    Examples
    --------
    >>> import numpy as np
    >>> from relulab.patterns.borders import places_of
    >>> masks = np.array([[True, True], [False, True]])
    >>> places_of(np.eye(2), np.array([[1.0, -1.0], [0.0, 0.0]]), masks)
    array([ 1, -1])
    """
    sides = signs_of(X, weights).T
    places = np.full(len(sides), -1)
    for i, side in enumerate(sides):
        off = side != 0
        fits = (masks[off] == (side[off, None] > 0)).all(axis=0)
        if fits.any():
            places[i] = np.where(fits, masks[~off].sum(axis=0), -1).argmax()
    return places
