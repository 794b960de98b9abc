"""Compressed sensing: the sparsest explanation by l1 minimization, and its phase diagram."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .. import _checks
from ..solvers.clarabel import run_clarabel
from ..theory.intervals import wilson_interval

if TYPE_CHECKING:
    from collections.abc import Iterable

    import xarray as xr
    from numpy.typing import ArrayLike


@dataclass(frozen=True, eq=False)
class Sparse:
    """A sparse explanation, made by `basis_pursuit` or `lasso`.

    Attributes
    ----------
    x : ndarray, shape (d,)
        The solution.
    value : float
        What was minimized: ``||x||_1``, for the lasso ``1/2 ||A x - b||^2 + beta ||x||_1``.
    dual : ndarray, shape (m,)
        A dual vector. Basis pursuit: ``||A^T dual||_inf <= 1``, ``b^T dual - epsilon ||dual|| = value``.
        Lasso: the residual ``b - A x``, ``||A^T dual||_inf <= beta``, ``b^T dual - ||dual||^2 / 2 = value``.
    """

    x: np.ndarray
    value: float
    dual: np.ndarray


def basis_pursuit(A: ArrayLike, b: ArrayLike, epsilon: float = 0.0, solver: str | None = None) -> Sparse:
    """The x of smallest l1 norm that explains the measurements: ``min ||x||_1, ||A x - b|| <= epsilon``.

    Chen, Donoho, Saunders (1998); with epsilon > 0 basis pursuit denoising.

    Parameters
    ----------
    A : array_like, shape (m, d)
        Measurements, one a row.
    b : array_like, shape (m,)
        What was measured.
    epsilon : float
        How much noise is allowed, in the l2 norm; 0 asks for ``A x = b``.
    solver : {"highs", "clarabel"}, optional
        ``"highs"``: the linear program, by the simplex method; the default, for epsilon = 0 only.
        ``"clarabel"``: CVXPY with an interior point method; the default for epsilon > 0.

    Returns
    -------
    Sparse
        With ``.x .value .dual``.

    Raises
    ------
    ValueError
        For wrong shapes, NaN, an unknown solver, epsilon < 0, or measurements that no x explains.

    Examples
    --------
    >>> import numpy as np
    >>> from relulab.sensing.l1_programs import basis_pursuit
    >>> A = np.random.default_rng(0).standard_normal((20, 40))
    >>> x = np.zeros(40); x[[3, 17]] = [1.0, -2.0]
    >>> bool(np.allclose(basis_pursuit(A, A @ x).x, x))
    True
    >>> bool(np.linalg.norm(basis_pursuit(A, A @ x, epsilon=0.1).x - x) < 0.1)
    True
    """
    A, b, unit = _scaled(A, b)
    epsilon = _checks.nonnegative("epsilon", epsilon)
    solver = _checks.choice("solver", solver or ("clarabel" if epsilon else "highs"), ("highs", "clarabel"))
    if epsilon and solver == "highs":
        raise ValueError(f'epsilon={epsilon} with solver="highs", which is linear; use solver="clarabel"')
    if solver == "highs":
        x, value, dual = _by_linear_program(A, b)
    else:
        x, value, dual = _by_cone_program(A, b, epsilon / unit[1])
    return Sparse(x * (unit[1] / unit[0]), float(value * (unit[1] / unit[0])), dual / unit[0])


def _scaled(A, b):
    """A and b with entries of size one, for the solvers' absolute tolerances, and the two scales."""
    A = _checks.array("A", A, ("m", "d"))
    b = _checks.array("b", b, (len(A),))
    unit = [np.abs(part).max() or 1.0 for part in (A, b)]
    return A / unit[0], b / unit[1], unit


def _by_linear_program(A, b):
    from scipy.optimize import linprog

    d = A.shape[1]
    answer = linprog(np.ones(2 * d), A_eq=np.hstack([A, -A]), b_eq=b, bounds=(0, None), method="highs-ds")
    if answer.status == 2:
        raise ValueError("A x = b has no solution: b is outside the range of A")
    if answer.status != 0:
        raise RuntimeError(f"the linear program of basis pursuit failed: {answer.message}")
    return answer.x[:d] - answer.x[d:], float(answer.fun), np.asarray(answer.eqlin.marginals)


def _by_cone_program(A, b, epsilon):
    import cvxpy as cp

    x, noise = cp.Variable(A.shape[1]), cp.Variable(len(A))
    explained = A @ x + noise == b
    program = cp.Problem(cp.Minimize(cp.norm1(x)), [explained, cp.norm2(noise) <= epsilon])
    _solve(program)
    return x.value, float(program.value), -explained.dual_value


def _solve(program):
    status, reason = run_clarabel(program, {"tol_gap_abs": 1e-10, "tol_gap_rel": 1e-10, "tol_feas": 1e-10})
    if status == "infeasible":
        raise ValueError("||A x - b|| <= epsilon has no solution: b is too far from the range of A")
    if status != "optimal":
        raise RuntimeError(f"Clarabel ends with status {status!r}{reason and ': '}{reason}")


def lasso(A: ArrayLike, b: ArrayLike, beta: float) -> Sparse:
    """Denoising with a price instead of a bound: ``min 1/2 ||A x - b||^2 + beta ||x||_1`` (Clarabel).

    The counterpart of weight decay: `basis_pursuit` with epsilon = ``||A x - b||`` has the same solution, and
    x = 0 exactly when beta >= ``||A^T b||_inf``.

    Parameters
    ----------
    A : array_like, shape (m, d)
        Measurements, one a row.
    b : array_like, shape (m,)
        What was measured.
    beta : float
        Weight of the l1 norm, > 0.

    Returns
    -------
    Sparse
        With ``.x .value .dual``.

    Raises
    ------
    ValueError
        For wrong shapes, NaN, or beta <= 0.

    Examples
    --------
    >>> import numpy as np
    >>> from relulab.sensing.l1_programs import lasso
    >>> np.round(lasso(np.eye(3), [2.0, -0.5, 1.5], beta=1.0).x, 6) + 0.0
    array([1. , 0. , 0.5])
    """
    import cvxpy as cp

    A, b, unit = _scaled(A, b)
    if not _checks.nonnegative("beta", beta):
        raise ValueError(f"beta={beta!r} is not > 0; without a price use basis_pursuit")
    price = float(beta) / unit[0] / unit[1]
    if price >= np.abs(A.T @ b).max():
        return Sparse(np.zeros(A.shape[1]), float(b @ b) / 2 * unit[1] ** 2, b * unit[1])
    x = cp.Variable(A.shape[1])
    program = cp.Problem(cp.Minimize(cp.sum_squares(A @ x - b) / 2 + price * cp.norm1(x)))
    _solve(program)
    dual = (b - A @ x.value) * unit[1]
    return Sparse(x.value * (unit[1] / unit[0]), float(program.value * unit[1] ** 2), dual)


def sparse_vector(d: int, k: int, rng: np.random.Generator | int = 0) -> np.ndarray:
    """A vector in R^d with k random nonzero entries, Gaussian.

    Parameters
    ----------
    d, k : int
        Dimension; nonzero entries, 0 <= k <= d.
    rng : numpy.random.Generator or int
        Source of randomness, or a seed.

    Returns
    -------
    ndarray, shape (d,)
        The vector.

    Raises
    ------
    ValueError
        For d or k that is not whole or out of range.

    Examples
    --------
    >>> import numpy as np
    >>> from relulab.sensing.l1_programs import sparse_vector
    >>> int(np.count_nonzero(sparse_vector(50, 7, rng=0)))
    7
    """
    d = _checks.count("d", d)
    k = _checks.count("k", k, 0, d)
    rng = _checks.generator(rng)
    x = np.zeros(d)
    x[rng.choice(d, k, replace=False)] = rng.standard_normal(k)
    return x


def recovery_diagram(
    d: int, measurements: Iterable[int], sparsity: Iterable[int], trials: int = 10, rng: int = 0
) -> xr.Dataset:
    """How often basis pursuit finds a sparse vector from Gaussian measurements.

    Parameters
    ----------
    d : int
        Dimension of the vector.
    measurements, sparsity : iterable of int
        Numbers of measurements m, and of nonzero entries k.
    trials : int
        Random problems a cell. Trial t of cell (m, k) depends on (rng, d, m, k, t) alone.
    rng : int
        The seed.

    Returns
    -------
    xarray.Dataset
        Over (m, k): ``rate``, the share of trials with ``||found - hidden|| <= 1e-6 ||hidden||``, and its
        Wilson interval ``lower``, ``upper``.

    Raises
    ------
    ValueError
        For numbers that are not whole or out of range, or no sequence of them.

    Examples
    --------
    >>> from relulab.sensing.l1_programs import recovery_diagram
    >>> recovery_diagram(30, [5, 28], [5], trials=5).rate.values[:, 0].tolist()
    [0.0, 1.0]
    """
    import xarray as xr

    d, trials, seed = _checks.count("d", d), _checks.count("trials", trials), _checks.count("rng", rng, 0)
    measurements = [_checks.count("measurements", m) for m in _checks.sequence("measurements", measurements)]
    sparsity = [_checks.count("sparsity", k, 0, d) for k in _checks.sequence("sparsity", sparsity)]
    found = np.zeros((len(measurements), len(sparsity)), dtype=int)
    for i, m in enumerate(measurements):
        for j, k in enumerate(sparsity):
            for trial in range(trials):
                source = np.random.default_rng([seed, d, m, k, trial])
                x = sparse_vector(d, k, source)
                A = source.standard_normal((m, d))
                error = np.linalg.norm(basis_pursuit(A, A @ x).x - x)
                found[i, j] += error <= 1e-6 * np.linalg.norm(x)
    lower, upper = wilson_interval(found, trials)
    dims = ("m", "k")
    return xr.Dataset(
        {"rate": (dims, found / trials), "lower": (dims, lower), "upper": (dims, upper)},
        coords={"m": measurements, "k": sparsity},
        attrs={"d": d, "trials": trials, "rng": seed if seed < 2**31 else str(seed)},
    )
