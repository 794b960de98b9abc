"""Compressed sensing: the sparsest explanation by l1 minimization, its certificate, its phase diagram."""

from dataclasses import dataclass

import numpy as np

from . import _checks
from .theory import wilson_interval


@dataclass(frozen=True, eq=False)
class Sparse:
    """A solution of basis pursuit, made by `basis_pursuit`.

    Attributes
    ----------
    x : ndarray, shape (d,)
        The solution.
    value : float
        ``||x||_1``.
    dual : ndarray, shape (m,)
        A dual vector: ``||A^T dual||_inf <= 1`` and ``b^T dual = value`` up to rounding.
    """

    x: np.ndarray
    value: float
    dual: np.ndarray


def basis_pursuit(A, b):
    """The solution of ``A x = b`` with the smallest l1 norm, by linear programming (HiGHS).

    Parameters
    ----------
    A : array_like, shape (m, d)
        Measurements, one a row.
    b : array_like, shape (m,)
        What was measured.

    Returns
    -------
    Sparse
        With ``.x .value .dual``.

    Raises
    ------
    ValueError
        For wrong shapes, NaN, or equations that have no solution.

    Examples
    --------
    >>> import numpy as np
    >>> from relulab.sensing import basis_pursuit
    >>> A = np.random.default_rng(0).standard_normal((20, 40))
    >>> x = np.zeros(40); x[[3, 17]] = [1.0, -2.0]
    >>> bool(np.allclose(basis_pursuit(A, A @ x).x, x))
    True
    """
    from scipy.optimize import linprog

    A = _checks.array("A", A, ("m", "d"))
    b = _checks.array("b", b, (len(A),))
    d = A.shape[1]
    answer = linprog(np.ones(2 * d), A_eq=np.hstack([A, -A]), b_eq=b, bounds=(0, None), method="highs-ds")
    if answer.status == 2:
        raise ValueError("A x = b has no solution: b is outside the range of A")
    if answer.status != 0:
        raise RuntimeError(f"the linear program of basis pursuit failed: {answer.message}")
    return Sparse(answer.x[:d] - answer.x[d:], float(answer.fun), np.asarray(answer.eqlin.marginals))


def sparse_vector(d, k, rng=0):
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

    Examples
    --------
    >>> import numpy as np
    >>> from relulab.sensing import sparse_vector
    >>> int(np.count_nonzero(sparse_vector(50, 7, rng=0)))
    7
    """
    d = _checks.count("d", d)
    k = _checks.count("k", k, 0, d)
    rng = _checks.generator(rng)
    x = np.zeros(d)
    x[rng.choice(d, k, replace=False)] = rng.standard_normal(k)
    return x


def recovery_diagram(d, measurements, sparsity, trials=10, rng=0):
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

    Examples
    --------
    >>> from relulab.sensing import recovery_diagram
    >>> recovery_diagram(30, [5, 28], [5], trials=5).rate.values[:, 0].tolist()
    [0.0, 1.0]
    """
    import xarray as xr

    d, trials, seed = _checks.count("d", d), _checks.count("trials", trials), _checks.count("rng", rng, 0)
    measurements = [_checks.count("measurements", int(m)) for m in measurements]
    sparsity = [_checks.count("sparsity", int(k), 0, d) for k in sparsity]
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
        attrs={"d": d, "trials": trials, "rng": seed},
    )
