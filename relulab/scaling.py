"""Handing a program to Clarabel, at a scale that suits its tolerances."""

import copy
import warnings

import numpy as np


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


def norm(a):
    """The norm (spectral, of a matrix) without overflow; 1 for zero."""
    largest = np.abs(a).max()
    return largest * np.linalg.norm(a / largest, 2) if largest > 0 else 1.0


def run_clarabel(problem, options):
    """Solve a CVXPY problem; its status and what went wrong. An inaccurate solution says so in the status."""
    import cvxpy as cp

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Solution may be inaccurate")
        try:
            problem.solve(solver=cp.CLARABEL, **options)
        except cp.error.SolverError as error:
            return "solver_error", str(error)
    return problem.status, ""
