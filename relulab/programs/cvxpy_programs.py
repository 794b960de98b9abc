"""The twelve convex programs and their duals, in CVXPY as the paper writes them.

Training with weight decay, ``min 1/2 ||f - y||^2 + (beta/2) R``, is a convex program over the blocks A_j
(arXiv 2209.15265). In every one of them fit is the sum of the blocks' outputs and cost the sum of the norms:

============  =====================================  =================================================
form          gated (the paper: relaxed)             exact
============  =====================================  =================================================
fit           ``X w_0 + sum_j A_j w_j``              ``X w_0 + sum_j A_j (u_j - v_j)``
cost          ``||w_0|| + sum_j ||w_j||``            ``||w_0|| + sum_j ||u_j|| + ||v_j||``
constraints   none                                   ``u_j`` and ``v_j`` in cone_j
minimal-norm  ``min cost  s.t.  fit = y``            ``min cost  s.t.  fit = y``
regularized   ``min 1/2 ||fit - y||^2 + beta cost``  ``min 1/2 ||fit - y||^2 + beta cost``
============  =====================================  =================================================

Only the skip network has w_0. Nine of the twelve are the paper's, with these equation numbers. It leaves
``||w_0||`` out of (6), which the regularizer demands, and its "approx" programs have ``||fit - y||^2``
without the 1/2, so that beta here is half of beta there.

==========  ===================  ===================  ===================  ==================
network     exact, minimal-norm  gated, minimal-norm  exact, regularized   gated, regularized
==========  ===================  ===================  ===================  ==================
plain       (11)                 (15) without w_0     (211) without w_0    ours
skip        (6)                  (15)                 (211)                ours
normalized  (16)                 (17)                 (212)                ours
==========  ===================  ===================  ===================  ==================
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .. import _checks
from ..blocks.conditions import FORMS
from .losses import check_labels

if TYPE_CHECKING:
    from typing import Any

    from ..blocks.blocks import Blocks


def weight_of_regularizer(beta):
    """Return `beta` as a positive float, or None."""
    if beta is not None and (beta := _checks.nonnegative("beta", beta)) == 0:
        raise ValueError("beta=0 is not positive; use beta=None for the minimal-norm program")
    return beta


def primal(
    blocks: Blocks,
    y: np.ndarray,
    form: str = "gated",
    beta: float | None = None,
    loss: str = "squares",
    intercept: bool = False,
) -> tuple[Any, Any, Any]:
    """The program as a CVXPY problem.

    Parameters
    ----------
    blocks : Blocks
        The blocks.
    y : ndarray, shape (n,)
        The labels.
    form : {"gated", "exact"}
        Without or with the cones.
    beta : float, optional
        Weight of the regularizer; None is the minimal-norm program.
    loss : {"squares", "logistic"}
        What replaces ``1/2 ||fit - y||^2``; see `losses`.
    intercept : bool
        Whether a constant that costs nothing is added to the fit: the variable that is named ``"intercept"``.

    Returns
    -------
    problem : cvxpy.Problem
        Its first constraint, if minimal-norm, is ``fit == y``.
    U, V : cvxpy.Variable, shape (p + s, d), or None
        Positive and negative neurons in block coordinates, the skip block first; V is None if gated.

    Raises
    ------
    ValueError
        For labels of another shape, NaN, an unknown form or loss, beta <= 0, labels that a loss cannot take.

    Examples
    --------
    >>> import numpy as np
    >>> import relulab as rl
    >>> blocks = rl.Blocks(np.eye(2), np.ones((2, 1), dtype=bool), network="plain")
    >>> problem, U, V = rl.programs.primal(blocks, np.array([3.0, 4.0]))
    >>> round(float(problem.solve(solver="CLARABEL")), 6)
    5.0
    """
    import cvxpy as cp

    form, beta = _checks.choice("form", form, FORMS), weight_of_regularizer(beta)
    y = _checks.array("y", y, (len(blocks.X),))
    check_labels(loss, y, beta, intercept)
    U, V = cp.Variable((blocks.size, blocks.X.shape[1])), None
    fit = _outputs(blocks, U)
    cost = cp.sum(cp.norm(U, axis=1))
    constraints = []
    if form == "exact":
        V = cp.Variable(U.shape)
        fit -= _outputs(blocks, V)
        cost += cp.sum(cp.norm(V, axis=1))
        constraints = [*_in_cones(blocks, U), *_in_cones(blocks, V), V[: blocks.skip] == 0]
    if beta is None:
        return cp.Problem(cp.Minimize(cost), [fit == y, *constraints]), U, V
    if intercept:
        fit += cp.Variable(name="intercept")
    if loss == "logistic":
        price = cp.sum(cp.logistic(-cp.multiply(y, fit)))
    else:
        price = cp.sum_squares(fit - y) / 2
    return cp.Problem(cp.Minimize(price + beta * cost), constraints), U, V


def _outputs(blocks, U):
    """``sum_j A_j U_j``."""
    import cvxpy as cp

    if blocks.factors is None:
        return cp.sum(cp.multiply(blocks.masks, blocks.X @ U.T), axis=1)
    return blocks.columns() @ cp.vec(U, order="C")


def _in_cones(blocks, U):
    """U_j in cone_j for every j: ``(2 D_j - I) X U_j >= 0``, or ``C_j U_j + N_j z_j >= 0`` with z_j free."""
    import cvxpy as cp

    if blocks.factors is None:
        signs = 2 * blocks.masks[:, blocks.skip :] - 1
        return [cp.multiply(signs, blocks.X @ U[blocks.skip :].T) >= 0]
    constraints = []
    for j in range(blocks.size):
        C, N = blocks.cone(j)
        z = cp.Variable(N.shape[1]) if N.size else np.zeros(0)
        constraints.append(C @ U[j] + N @ z >= 0)
    return constraints


def dual(
    blocks: Blocks,
    y: np.ndarray,
    form: str = "gated",
    beta: float | None = None,
    loss: str = "squares",
    intercept: bool = False,
) -> tuple[Any, Any]:
    """The dual program as a CVXPY problem.

    Gated: ``max lam^T y  s.t.  ||A_j^T lam|| <= 1`` for every block. Exact: for the blocks with a
    cone, some a_j >= 0 with ``N_j^T a_j = 0`` has ``||A_j^T lam + C_j^T a_j|| <= 1``, and the same for -lam.
    Regularized: ``max lam^T y - 1/2 ||lam||^2`` with beta in place of 1, for the logistic loss
    ``max sum_i H(y_i lam_i)`` with the entropy H; a free intercept adds ``sum_i lam_i = 0``.

    Parameters
    ----------
    blocks : Blocks
        The blocks.
    y : ndarray, shape (n,)
        The labels.
    form : {"gated", "exact"}
        Without or with the cones.
    beta : float, optional
        Weight of the regularizer; None is the minimal-norm program.
    loss : {"squares", "logistic"}
        What replaces ``1/2 ||fit - y||^2`` in the primal.
    intercept : bool
        Whether the primal has a free intercept.

    Returns
    -------
    problem : cvxpy.Problem
        A maximization.
    lam : cvxpy.Variable, shape (n,)
        The dual vector.

    Raises
    ------
    ValueError
        For labels of another shape, NaN, an unknown form or loss, beta <= 0, labels that a loss cannot take.

    Examples
    --------
    >>> import numpy as np
    >>> import relulab as rl
    >>> blocks = rl.Blocks(np.eye(2), np.ones((2, 1), dtype=bool), network="plain")
    >>> problem, lam = rl.programs.dual(blocks, np.array([3.0, 4.0]))
    >>> round(float(problem.solve(solver="CLARABEL")), 6), lam.value.round(6)
    (5.0, array([0.6, 0.8]))
    """
    import cvxpy as cp

    form, beta = _checks.choice("form", form, FORMS), weight_of_regularizer(beta)
    y = _checks.array("y", y, (len(blocks.X),))
    check_labels(loss, y, beta, intercept)
    lam = cp.Variable(len(y))
    ball = 1.0 if beta is None else beta
    constraints = []
    for j in range(blocks.size):
        A = blocks.block(j)
        if form == "gated" or j < blocks.skip:
            constraints.append(cp.norm(A.T @ lam) <= ball)
            continue
        C, N = blocks.cone(j)
        for sign in (1, -1):
            a = cp.Variable(len(y), nonneg=True)
            constraints.append(cp.norm(sign * (A.T @ lam) + C.T @ a) <= ball)
            constraints += [N.T @ a == 0] if N.size else []
    if intercept:
        constraints.append(cp.sum(lam) == 0)
    if loss == "logistic":
        share = cp.multiply(y, lam)
        objective = cp.sum(cp.entr(share) + cp.entr(1 - share))
    else:
        objective = lam @ y if beta is None else lam @ y - cp.sum_squares(lam) / 2
    return cp.Problem(cp.Maximize(objective), constraints), lam
