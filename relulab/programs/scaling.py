"""A program at a scale that suits a solver's tolerances."""

import copy

from ..solvers.arrays import norm


class Scaled:
    """The same program with X and y of norm 1, so that a solver's tolerances mean the same at any scale.

    Attributes
    ----------
    blocks, y, beta
        The program's.
    weight : float
        What its weights are multiplied by to get those of the program given.
    size_of_y : float
        What its outputs are multiplied by.
    """

    def __init__(self, blocks, y, beta):
        size_of_x, self.size_of_y = norm(blocks.X), norm(y)
        self.blocks, self.y = copy.copy(blocks), y / self.size_of_y
        self.blocks.X = blocks.X / size_of_x
        if blocks.factors is not None:
            self.blocks.factors = blocks.factors * size_of_x
        self.weight = self.size_of_y / (size_of_x if blocks.factors is None else 1.0)
        self.beta = None if beta is None else beta * self.weight / self.size_of_y / self.size_of_y
