"""`solve`, by the solver that was asked for, and the dual's own solution."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from .. import _checks
from ..blocks.blocks import Blocks
from ..blocks.conditions import FORMS
from ..patterns.sampling import Patterns
from ..solvers.clarabel import run_clarabel
from .cvxpy_programs import dual, primal, weight_of_regularizer
from .infeasibility import PROOF, proves_infeasible
from .losses import check_labels
from .scaling import Scaled
from .several_outputs import NORMS, SeveralOutputs, check_several, lifted, several
from .solutions import Solution

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import ArrayLike

SOLVERS = ("clarabel", "newton", "admm")
DOUBT = 1e-5  # a gap or residual above this is not called optimal, whatever the solver says


def solve(
    X: ArrayLike,
    y: ArrayLike,
    S: Any,
    network: str = "skip",
    form: str = "gated",
    beta: float | None = None,
    solver: str = "clarabel",
    loss: str = "squares",
    intercept: bool = False,
    norm: str = "frobenius",
    **options: Any,
) -> Solution | Any:
    """Solve the convex program of a network.

    Minimal-norm: ``min ||w_0|| + sum_j ||w_j||  s.t.  X w_0 + sum_j A_j w_j = y``. With `beta`:
    ``min 1/2 ||X w_0 + sum_j A_j w_j - y||^2 + beta (||w_0|| + sum_j ||w_j||)``. The skip network alone has
    w_0; A_j is ``D_j X``, for the normalized network an orthonormal basis of its range. The exact form has
    ``w_j = u_j - v_j`` with u_j and v_j in cone_j, and pays for both. These are (6), (11), (15)-(17), (211)
    and (212) of arXiv 2209.15265, the last two with beta halved; `relulab.programs` has the table.

    Parameters
    ----------
    X : array_like, shape (n, d)
        The data.
    y : array_like, shape (n,) or (n, c)
        The labels. Several columns are several outputs, gated and squares only.
    S : Patterns or array_like of bool, shape (n, p)
        The patterns.
    network : {"plain", "skip", "normalized"}
        The network.
    form : {"gated", "exact"}
        Without cone constraints (the paper's relaxed program), or with them.
    beta : float, optional
        Weight of the regularizer, positive; None is the minimal-norm program.
    solver : {"clarabel", "newton", "admm"}
        An interior-point method through CVXPY, or the fast methods on the blocks (`relulab.fast`).
        ``"admm"`` is another name for ``"newton"``.
    loss : {"squares", "logistic"}
        What the fit costs, with `beta`: ``1/2 ||fit - y||^2``, or for labels of -1 and 1
        ``sum_i log(1 + exp(-y_i fit_i))``; see `relulab.programs.losses`.
    intercept : bool
        Whether a constant that costs nothing is added to the fit, with `beta`.
    norm : {"frobenius", "nuclear"}
        What the weights of a pattern cost, where there are several outputs. The nuclear norm is what weight
        decay charges; the Frobenius norm is a relaxation, which is faster; see
        `relulab.programs.several_outputs`. ``"nuclear"`` needs ``solver="newton"``.
    **options
        Passed to the solver, such as ``tol_gap_rel=1e-12`` (clarabel); newton knows ``tol=1e-8`` and
        ``max_iterations=100``, Newton steps of each of its programs, or steps of the nuclear one.

    Returns
    -------
    Solution or SeveralOutputs
        With the solver's status, but for two words: ``"infeasible"``, with the value infinity and NaN
        weights, is said only where a dual ray proves it (`relulab.programs.infeasibility`), else
        ``"undecided"``; ``"optimal"`` only where the measured gap and residual are below 1e-5, else
        ``"optimal_inaccurate"``. Look at `.status`, `.gap` and `.residual` before you use a number.

    Raises
    ------
    ValueError
        For wrong shapes, NaN, patterns that are not boolean, an unknown network, form, solver or loss,
        beta <= 0, labels that the loss cannot take, an option that the solver does not know.

    Examples
    --------
    >>> import relulab as rl
    >>> X = rl.draw("gaussian", 30, 5, rng=0)
    >>> plant, S = rl.plant(X, rng=1), rl.sample_patterns(X, rng=2)
    >>> solution = rl.solve(X, plant.y, S)
    >>> solution.status, round(solution.value, 4)
    ('optimal', 1.0)
    """
    blocks, labels, beta = _checked(X, y, S, network, form, beta, loss)
    _checks.choice("solver", solver, SOLVERS)
    _checks.choice("norm", norm, NORMS)
    y, gates = labels.ravel(), S.gates if isinstance(S, Patterns) else None
    check_labels(loss, y, beta, intercept)
    if solver != "clarabel":
        options = _checked_options(options)
    if labels.ndim == 1:
        return replace(_solved(blocks, y, form, beta, solver, loss, intercept, options), given_gates=gates)
    if intercept and solver == "clarabel":
        raise ValueError(f'y has {labels.shape[1]} columns: with an intercept they need solver="newton"')
    many, c = lifted(blocks, labels.shape[1]), labels.shape[1]
    if norm == "frobenius":
        found = _solved(many, y, form, beta, solver, loss, intercept * c, options)
        return SeveralOutputs(found, blocks, c, gates)
    if solver == "clarabel":
        raise ValueError('norm="nuclear" needs solver="newton"')
    return solve_several(blocks, labels, beta, free=intercept, gates=gates, **options)


def solve_several(blocks, Y, beta, tol=1e-6, free=False, gates=None, **options):
    """The program with nuclear norms, from the solution of that with Frobenius norms; see `solve_nuclear`."""
    from .nuclear import solve_nuclear

    c = Y.shape[1]
    near = _solved(lifted(blocks, c), Y.ravel(), "gated", beta, "newton", "squares", free * c, {})
    near = SeveralOutputs(near, blocks, c, gates, "nuclear")
    if not Y.any() or not np.isfinite(near.coordinates).all():  # nothing to fit, or nothing fits
        return near
    return solve_nuclear(blocks, Y, beta, tol, free=free, start=near.coordinates, gates=gates, **options)


def _solved(blocks, y, form, beta, solver, loss, intercept, options):
    """What a solver finds; `intercept` is how many constants are free."""
    network = blocks.network
    as_published = loss == "squares" and not intercept
    if as_published and (silent := Solution.of_silence(blocks, y, form, beta)):
        return silent
    if solver == "clarabel":
        return solve_on_blocks(blocks, y, form, beta, loss, bool(intercept), **options)
    if not as_published:
        from .warm_starts import solve_from

        return solve_from(blocks, y, form, beta, loss=loss, free=intercept, **options)[0]
    if network == "normalized" and form == "gated":
        from .working_set import solve_on_working_set

        return solve_on_working_set(blocks, y, beta, **options)
    from .fast import solve_fast

    return solve_fast(blocks, y, form, beta, **options)


def _checked_options(options):
    """The options of the fast methods, each of which takes all of them."""
    for name in options:
        _checks.choice("option", name, ("tol", "max_iterations"))
    return {
        name: _checks.positive(name, value) if name == "tol" else _checks.count(name, value)
        for name, value in options.items()
    }


def solve_on_blocks(blocks, y, form="gated", beta=None, loss="squares", intercept=False, **options):
    """Solve a network's convex program with Clarabel; see `solve`, which checks its input."""
    scaled = Scaled(blocks, y, beta, labels_too=loss == "squares")
    problem, U, V = primal(scaled.blocks, scaled.y, form, scaled.beta, loss, intercept)
    status, reason = run_clarabel(problem, options)
    if status.startswith("infeasible"):
        proved = proves_infeasible(blocks, y, form)
        reason = PROOF if proved else f"Clarabel says {status}, but no dual ray was found that proves it"
        status = "infeasible" if proved else "undecided"
    if U.value is None:
        return Solution.from_coordinates(blocks, y, form, beta, None, None, None, status, reason)
    positive, negative = (None if part is None else part.value * scaled.weight for part in (U, V))
    lam = -problem.constraints[0].dual_value * scaled.rows if beta is None else None
    free = problem.var_dict["intercept"].value * scaled.size_of_y if intercept else None
    rest = status, reason, None, loss, None if free is None else float(free)
    solution = Solution.from_coordinates(blocks, y, form, beta, positive, negative, lam, *rest)
    missing = 0.0 if beta is not None else solution.residual
    if status == "optimal" and max(solution.gap, missing) > DOUBT:
        reason = f"the gap is {solution.gap:.1e}" + (
            f", the residual {missing:.1e}" if missing > DOUBT else ""
        )
        return replace(solution, status="optimal_inaccurate", reason=reason)
    return solution


@dataclass(frozen=True, eq=False)
class DualSolution:
    """A solved dual program, made by `solve_dual`.

    Attributes
    ----------
    value : float
        The objective; infinite where the program it bounds is infeasible, NaN where the solver failed.
    dual : ndarray, shape (n,)
        The dual vector.
    status : str
        What the solver reported.
    reason : str
        What went wrong, in words; empty where nothing did.
    """

    value: float
    dual: np.ndarray
    status: str
    reason: str


def solve_dual(
    X: ArrayLike,
    y: ArrayLike,
    S: Any,
    network: str = "skip",
    form: str = "gated",
    beta: float | None = None,
    loss: str = "squares",
    intercept: bool = False,
    **options: Any,
) -> DualSolution:
    """Solve the dual of a network's convex program by itself, with Clarabel; see `dual` and `solve`.

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
    form : {"gated", "exact"}
        Without or with the cones.
    beta : float, optional
        Weight of the regularizer, positive; None is the minimal-norm program.
    loss : {"squares", "logistic"}
        As in `solve`.
    intercept : bool
        As in `solve`.
    **options
        Passed to Clarabel.

    Returns
    -------
    DualSolution
        Its value is that of `solve`: strong duality holds for all twelve.

    Raises
    ------
    ValueError
        As `solve` does.

    Examples
    --------
    >>> import numpy as np
    >>> import relulab as rl
    >>> X = rl.draw("gaussian", 12, 3, rng=0)
    >>> y, S = rl.plant(X, sigma=0.3, rng=1).y, rl.sample_patterns(X, rng=2)
    >>> values = [f(X, y, S, form="exact", beta=0.1).value for f in (rl.solve, rl.programs.solve_dual)]
    >>> bool(np.isclose(*values, rtol=1e-6))
    True
    """
    blocks, y, beta = _checked(X, y, S, network, form, beta)
    check_labels(loss, y, beta, intercept)
    scaled = Scaled(blocks, y, beta, labels_too=loss == "squares")
    problem, lam = dual(scaled.blocks, scaled.y, form, scaled.beta, loss, intercept)
    status, reason = run_clarabel(problem, options)
    if lam.value is None:
        value = np.inf if status.startswith("unbounded") else np.nan
        return DualSolution(value, np.full(len(y), np.nan), status, reason)
    length = scaled.size_of_y if beta is not None else scaled.weight / scaled.size_of_y
    return DualSolution(
        float(problem.value) * length * scaled.size_of_y, lam.value * length * scaled.rows, status, reason
    )


def _checked(X, y, S, network, form, beta, loss=None):
    X = _checks.data(X)
    if loss and several(y):
        y = check_several(y, len(X), form, loss)
    y = y if loss and several(y) else _checks.array("y", y, (len(X),))
    _checks.choice("form", form, FORMS)
    return Blocks(X, S, network), y, weight_of_regularizer(beta)
