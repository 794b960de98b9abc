"""The convex program of a network, in CVXPY as the paper writes it, solved by Clarabel."""

import warnings
from dataclasses import dataclass

import numpy as np

from . import _checks
from .blocks import Blocks
from .conditions import FORMS

SOLVERS = ("clarabel",)


@dataclass(frozen=True, eq=False)
class Solution:
    """A solved program, made by `solve`.

    Attributes
    ----------
    value : float
        The objective at the solution; infinite where the program is infeasible.
    gap : float
        Relative gap between the value and that of the dual vector, scaled to be feasible.
    residual : float
        ``||fit - y||`` over ``||y||``; how exactly a minimal-norm solution interpolates.
    status : str
        What the solver reported: ``"optimal"``, ``"optimal_inaccurate"``, ``"infeasible"``, ...
    skip : ndarray, shape (d,)
        The skip weights; zero for a network without them.
    weights : ndarray, shape (d, p)
        One gated neuron a pattern, in X-coordinates.
    dual : ndarray, shape (n,)
        The dual vector.
    """

    value: float
    gap: float
    residual: float
    status: str
    skip: np.ndarray
    weights: np.ndarray
    dual: np.ndarray


def solve(X, y, S, network="skip", form="gated", beta=None, solver="clarabel", **options):
    """Solve the convex program of a network.

    Gated, minimal-norm: ``min ||w_0|| + sum_j ||w_j||  s.t.  X w_0 + sum_j D_j X w_j = y``. With `beta`:
    ``min 1/2 ||X w_0 + sum_j D_j X w_j - y||^2 + beta (||w_0|| + sum_j ||w_j||)``. The plain network has no
    w_0; the normalized one has orthonormal bases in place of the ``D_j X``.

    Parameters
    ----------
    X : array_like, shape (n, d)
        The data.
    y : array_like, shape (n,)
        The labels.
    S : Patterns or array_like of bool, shape (n, p)
        The patterns.
    network : {"plain", "skip", "normalized"}
        The network.
    form : {"gated"}
        Without cone constraints.
    beta : float, optional
        Weight of the regularizer, positive; None is the minimal-norm program.
    solver : {"clarabel"}
        The solver.
    **options
        Passed to the solver, such as ``tol_gap_rel=1e-12``.

    Returns
    -------
    Solution
        The solver's status is reported as it is: look at `.status` and `.residual` before you use a number.

    Raises
    ------
    ValueError
        For wrong shapes, NaN, an unknown network, form or solver, beta <= 0.

    Examples
    --------
    >>> import relulab as rl
    >>> X = rl.draw("gaussian", 30, 5, rng=0)
    >>> plant, S = rl.plant(X, rng=1), rl.sample_patterns(X, rng=2)
    >>> solution = rl.solve(X, plant.y, S)
    >>> solution.status, round(solution.value, 4)
    ('optimal', 1.0)
    """
    import cvxpy as cp

    X = _checks.data(X)
    y = _checks.array("y", y, (len(X),))
    if _checks.choice("form", form, FORMS) == "exact":
        raise ValueError('form="exact" is not available in solve; choose "gated"')
    _checks.choice("solver", solver, SOLVERS)
    if beta is not None and _checks.nonnegative("beta", beta) == 0:
        raise ValueError("beta=0 is not positive; use beta=None for the minimal-norm program")
    blocks = Blocks(X, S, network)

    W = cp.Variable((blocks.size, X.shape[1]))
    norms = cp.sum(cp.norm(W, axis=1))
    fit = _fit(blocks, W)
    if beta is None:
        interpolate = fit == y
        problem = cp.Problem(cp.Minimize(norms), [interpolate])
    else:
        error = cp.Variable(len(y))
        interpolate = fit + error == y
        problem = cp.Problem(cp.Minimize(cp.sum_squares(error) / 2 + beta * norms), [interpolate])
    with warnings.catch_warnings():  # an inaccurate solution is reported in .status, .gap and .residual
        warnings.filterwarnings("ignore", message="Solution may be inaccurate")
        problem.solve(solver=cp.CLARABEL, **options)
    return _solution(problem, blocks, W.value, interpolate.dual_value, y, beta)


def _fit(blocks, W):
    import cvxpy as cp

    if blocks.factors is None:
        return cp.sum(cp.multiply(blocks.masks, blocks.X @ W.T), axis=1)
    return sum(blocks.block(j) @ W[j] for j in range(blocks.size))


def _solution(problem, blocks, W, dual, y, beta):
    n, d = blocks.X.shape
    if W is None:
        W, dual = np.full((blocks.size, d), np.nan), np.full(n, np.nan)
    error = blocks.apply(W) - y
    norms = float(np.linalg.norm(W, axis=1).sum())
    value = float(problem.value) if beta is None else 0.5 * float(error @ error) + beta * norms
    ball = 1.0 if beta is None else beta
    if beta is not None:
        dual = -error
    elif dual @ y < 0:
        dual = -dual
    feasible = dual * min(1.0, ball / max(float(blocks.norms(dual).max()), 1e-300))
    lower = float(feasible @ y) - (0.0 if beta is None else 0.5 * float(feasible @ feasible))
    gap = abs(value - lower) / max(abs(value), 1e-300)
    weights = blocks.to_weights(W)
    skip = weights[0] if blocks.skip else np.zeros(d)
    residual = float(np.linalg.norm(error) / max(np.linalg.norm(y), 1e-300))
    return Solution(value, gap, residual, problem.status, skip, weights[blocks.skip :].T, dual)
