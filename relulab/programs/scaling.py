"""A program at a scale that suits a solver's tolerances."""

import copy

import numpy as np

from ..solvers.arrays import norm

UNEVEN = 1e4  # rows whose largest entries differ by less are left as they are


class Scaled:
    """The same program with X and y of norm 1, so that a solver's tolerances mean the same at any scale.

    Labels that are words, as the logistic loss has them, stay as they are (`labels_too` False).

    Attributes
    ----------
    blocks, y, beta
        The program's.
    weight : float
        What its weights are multiplied by to get those of the program given.
    size_of_x : float
        What X was divided by.
    size_of_y : float
        What its outputs are multiplied by.
    rows : ndarray, shape (n,), or float
        What the equations were multiplied by: powers of two where rows of X differ much and beta is None.
    """

    def __init__(self, blocks, y, beta, labels_too=True):
        self.rows = _row_scales(blocks.X) if beta is None else 1.0
        if np.ndim(self.rows):
            blocks, y = copy.copy(blocks), y * self.rows
            blocks.X = blocks.X * self.rows[:, None]
        self.size_of_x, self.size_of_y = norm(blocks.X), norm(y) if labels_too else 1.0
        self.blocks, self.y = copy.copy(blocks), y / self.size_of_y
        self.blocks.X = blocks.X / self.size_of_x
        if blocks.factors is not None:
            self.blocks.factors = blocks.factors * self.size_of_x
        self.weight = self.size_of_y / (self.size_of_x if blocks.factors is None else 1.0)
        self.beta = None if beta is None else beta * self.weight / self.size_of_y / self.size_of_y


def _row_scales(X):
    """Powers of two that make rows of very different norms alike, or 1; equations may be scaled freely."""
    sizes = np.abs(X).max(axis=1)
    sizes = np.where(sizes > 0, sizes, sizes.max() or 1.0)
    if sizes.max() <= UNEVEN * sizes.min():
        return 1.0
    return np.ldexp(1.0, -np.frexp(sizes)[1])
