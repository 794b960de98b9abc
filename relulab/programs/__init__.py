"""The convex programs that training is equal to, and their solutions.

`cvxpy_programs` writes them as the paper does, `losses` is what a fit costs, `solutions` is what a solver
gives back, `as_networks` how that becomes a network, `scaling` a program at unit scale, `infeasibility` a
proof that it has no solution, `fast` solves it on the blocks, `working_set` on few of them, `warm_starts`
from the solution of a similar one, `reaching` how far a dual vector reaches, `several_outputs` the programs
for labels of several columns, `nuclear` solves the one that weight decay gives, `executors` work elsewhere,
`free_levels` with an intercept that `fast` could not find, `solving` is `solve` itself, `regularization` is
`path`, `pruning` leaves out neurons that are not needed.

>>> import numpy as np
>>> from relulab.programs import solve
>>> round(solve(np.eye(2), [3.0, 4.0], [[True], [True]], network="skip").value, 6)
5.0
"""

from .cvxpy_programs import dual, primal
from .pruning import prune
from .regularization import RegularizationPath, beta_max, path
from .several_outputs import SeveralOutputs
from .solutions import Solution
from .solving import DualSolution, solve, solve_dual

__all__ = [
    "dual",
    "primal",
    "Solution",
    "SeveralOutputs",
    "DualSolution",
    "solve",
    "solve_dual",
    "RegularizationPath",
    "beta_max",
    "path",
    "prune",
]
