"""The regularization path: a program's solutions from the beta that silences every neuron on down."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from .. import _checks
from ..blocks import cones
from ..blocks.blocks import Blocks
from ..blocks.conditions import FORMS
from ..patterns.sampling import Patterns
from ..solvers.arrays import DEVICES, norms, where
from .executors import run_on
from .losses import LOSSES, check_labels
from .several_outputs import NORMS, SeveralOutputs, check_several, lifted, several

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import ArrayLike

POINTS = 30
PARTS = 6  # pieces of a path that an executor gets: each starts anew, and is warm after that
SPAN = 1e-3  # the last beta over the first one
NEGLIGIBLE = 1e-6  # neurons below this share of the norm sum are not counted


@dataclass(frozen=True, eq=False)
class RegularizationPath:
    """The solutions of one program for falling beta, made by `path`.

    Attributes
    ----------
    betas : ndarray, shape (b,)
        From the largest down.
    beta_max : float
        The smallest beta at which the zero network is a solution.
    solutions : list of Solution or SeveralOutputs
        One a beta, each with its dual vector.
    gaps : ndarray, shape (b,)
        The measured relative gap of each, over all the patterns.
    neurons : ndarray of int, shape (b,)
        Active neurons, the skip block not counted: those with at least a millionth of the norm sum.
    errors : ndarray, shape (b,)
        Mean squared error on the training data; for the logistic loss the share of wrong labels.
    validation_errors : ndarray, shape (b,), or None
        The same on the validation data.
    """

    betas: np.ndarray
    beta_max: float
    solutions: list[Any]
    gaps: np.ndarray
    neurons: np.ndarray
    errors: np.ndarray
    validation_errors: np.ndarray | None

    @property
    def best(self) -> Any:
        """The solution with the smallest validation error; of several the one with the largest beta.

        Raises
        ------
        ValueError
            Without validation data.
        """
        if self.validation_errors is None:
            raise ValueError("validation was not given to path, so that no beta is known to be the best")
        return self.solutions[int(np.argmin(self.validation_errors))]

    def __len__(self) -> int:
        return len(self.betas)

    def __repr__(self) -> str:
        ends = f"beta {self.betas[0]:.3g} to {self.betas[-1]:.3g}"
        return (
            f"RegularizationPath({ends}, {self.neurons.max()} neurons at most, gap <= {self.gaps.max():.1e})"
        )


def beta_max(
    X: ArrayLike,
    y: ArrayLike,
    S: Any,
    network: str = "skip",
    form: str = "gated",
    loss: str = "squares",
    intercept: bool = False,
    norm: str = "frobenius",
) -> float:
    """The smallest beta at which the zero network is a solution.

    With prices ``lam = y`` (with a free intercept c ``y - c``, for the logistic loss minus its gradient at c)
    it is ``max_j ||A_j^T lam||``; in the exact form the longest projection of ``+-A_j^T lam`` onto a cone.

    Parameters
    ----------
    X : array_like, shape (n, d)
        The data.
    y : array_like, shape (n,) or (n, c)
        The labels; several columns are several outputs, as `solve` has them.
    S : Patterns or array_like of bool, shape (n, p)
        The patterns.
    network : {"plain", "skip", "normalized"}
        The network.
    form : {"gated", "exact"}
        Without or with the cones.
    loss : {"squares", "logistic"}
        What the fit costs.
    intercept : bool
        Whether a free constant is in the fit.
    norm : {"frobenius", "nuclear"}
        Of several outputs, as in `solve`; then it is the largest Frobenius or spectral norm.

    Returns
    -------
    float
        The beta; zero where the zero network fits perfectly.

    Raises
    ------
    ValueError
        As `solve` does.

    Examples
    --------
    >>> import numpy as np
    >>> import relulab as rl
    >>> rl.programs.beta_max(np.eye(2), [3.0, 4.0], np.ones((2, 1), dtype=bool), network="plain")
    5.0
    """
    program = _checked(X, y, S, network, form, loss, intercept, norm)
    return _largest_beta(*program, form, loss, intercept, norm)


def path(
    X: ArrayLike,
    y: ArrayLike,
    S: Any,
    betas: ArrayLike | None = None,
    network: str = "skip",
    form: str = "gated",
    loss: str = "squares",
    intercept: bool = False,
    validation: tuple[ArrayLike, ArrayLike] | None = None,
    tol: float = 1e-4,
    executor: Any = None,
    norm: str = "frobenius",
    device: str = "cpu",
) -> RegularizationPath:
    """Solve a network's program for many beta, each from the solution before.

    The gated program is that of the gated network; the exact one is that of the ReLU network. Both are over
    the patterns given: what a gap bounds are networks with these patterns.

    Parameters
    ----------
    X : array_like, shape (n, d)
        The data.
    y : array_like, shape (n,) or (n, c)
        The labels; several columns are several outputs, as `solve` has them.
    S : Patterns or array_like of bool, shape (n, p)
        The patterns.
    betas : array_like, shape (b,), optional
        Weights of the regularizer, in any order; by default 30, evenly spaced in their logarithm from
        `beta_max` down to a thousandth of it.
    network : {"plain", "skip", "normalized"}
        The network.
    form : {"gated", "exact"}
        Without or with the cones.
    loss : {"squares", "logistic"}
        What the fit costs; the logistic loss takes labels of -1 and 1.
    intercept : bool
        Whether a constant that costs nothing is added to the fit.
    validation : tuple of array_like, shapes (m, d) and (m,) or (m, c), optional
        Other data and labels, on which the networks are tried. Patterns without gates get them by linear
        programming.
    tol : float
        Relative gap to reach at each beta.
    executor : concurrent.futures.Executor, optional
        Solves the path in six pieces, as `phase_diagram` its cells: threads, processes, a Dask cluster.
    norm : {"frobenius", "nuclear"}
        Of several outputs, as in `solve`: the nuclear norm is what weight decay charges.
    device : {"cpu", "auto"}
        What computes: NumPy, or a CUDA device through torch where there is one. Cones and nuclear norms are
        NumPy's work always.

    Returns
    -------
    RegularizationPath
        The solutions with their gaps, numbers of neurons and errors.

    Raises
    ------
    ValueError
        As `solve` does; for betas that are not positive, validation data of another width.

    Examples
    --------
    >>> import relulab as rl
    >>> X = rl.draw("gaussian", 60, 5, rng=0)
    >>> plant, S = rl.plant(X, "relu", sigma=0.1, rng=1), rl.sample_patterns(X, rng=2)
    >>> found = rl.path(X, plant.y, S, network="plain")
    >>> int(found.neurons[0]), bool((found.gaps <= 1e-4).all()), bool(found.errors[-1] < found.errors[0])
    (0, True, True)
    """
    blocks, labels = _checked(X, y, S, network, form, loss, intercept, norm)
    _checks.choice("device", device, DEVICES)
    if (tol := _checks.positive("tol", tol)) >= 1:
        raise ValueError(f"tol={tol:g} is not below 1, the gap of the zero network")
    program = many, y, _ = _program(blocks, labels, intercept)
    largest = _largest_beta(blocks, labels, form, loss, intercept, norm)
    if betas is None:
        betas = np.geomspace(1, SPAN, POINTS) * (largest or 1.0)
    else:
        betas = np.sort(_checks.array("betas", betas, ("b",)))[::-1]
        if betas[-1] <= 0:
            raise ValueError(f"betas holds {betas[-1]:g}; each must be > 0")
    if validation is not None:
        validation = _validation(validation, blocks.X.shape[1], labels.shape[1:], loss)
    gates = S.gates if isinstance(S, Patterns) else None
    parts = [betas] if executor is None else np.array_split(betas, min(PARTS, len(betas)))
    if labels.ndim == 2 and norm == "nuclear":
        work, rest = _nuclear_points, (blocks, labels, intercept, tol)
    else:
        work, rest = _points, (*program, form, tol, loss, device)
    found = run_on(executor, work, [(b.tolist(), *rest) for b in parts])
    solutions = [replace(point, blocks=many, y=y, given_gates=gates) for part in found for point in part]
    if labels.ndim == 2:
        solutions = [SeveralOutputs(point, blocks, labels.shape[1], gates, norm) for point in solutions]
    on = [norms(found.parts) for found in solutions]
    tried = (
        None
        if validation is None
        else [_error(f.predict(validation[0]), validation[1], loss) for f in solutions]
    )
    return RegularizationPath(
        betas,
        largest,
        solutions,
        np.array([found.gap for found in solutions]),
        np.array([int((sizes > NEGLIGIBLE * sizes.sum())[:, blocks.skip :].sum()) for sizes in on]),
        np.array([_error(found.fit, labels, loss) for found in solutions]),
        None if tried is None else np.array(tried),
    )


def _points(betas, blocks, y, free, form, tol, loss, device):
    """Solutions for falling betas, each from the one before, without what whoever asked for them has."""
    from .warm_starts import solve_from

    solutions, start = [], None
    for beta in betas:
        solution, start = solve_from(blocks, y, form, beta, tol, loss, free, start, **where(device))
        solutions.append(replace(solution, blocks=None, y=None))
    return solutions


def _nuclear_points(betas, blocks, y, free, tol):
    """The same with nuclear norms."""
    from .nuclear import solve_nuclear

    solutions, start = [], None
    for beta in betas:
        found = solve_nuclear(blocks, y, beta, tol, free=free, start=start)
        start = found.coordinates
        solutions.append(replace(found.lifted, blocks=None, y=None))
    return solutions


def _program(blocks, y, intercept):
    """The program with one output that it is: blocks, labels, and how many constants are free."""
    if y.ndim == 1:
        return blocks, y, intercept
    return lifted(blocks, y.shape[1]), y.ravel(), intercept * y.shape[1]


def _checked(X, y, S, network, form, loss, intercept, norm):
    X = _checks.data(X)
    _checks.choice("form", form, FORMS)
    _checks.choice("norm", norm, NORMS)
    y = check_several(y, len(X), form, loss) if several(y) else _checks.array("y", y, (len(X),))
    check_labels(loss, y, 1.0, intercept)
    return Blocks(X, S, network), y


def _validation(given, d, outputs, loss):
    if not (isinstance(given, tuple | list) and len(given) == 2):
        raise ValueError("validation is no pair of data and labels")
    rows = _checks.array("validation's data", given[0], ("m", d))
    labels = _checks.array("validation's labels", given[1], (len(rows), *outputs))
    check_labels(loss, labels, 1.0, name="validation's labels")
    return rows, labels


def _largest_beta(blocks, y, form, loss, intercept, norm):
    if y.ndim == 2 and norm == "nuclear":
        prices = y - y.mean(axis=0) if intercept else y
        return float(np.linalg.norm(np.moveaxis(blocks.adjoint(prices.T), 0, 2), 2, axis=(1, 2)).max())
    blocks, y, free = _program(blocks, y, intercept)
    loss, nothing = LOSSES[loss], np.zeros(len(y))
    fit = nothing
    if free:
        level = np.atleast_1d(loss.intercept(nothing, y, int(free)))
        fit = np.tile(level, len(y) // len(level))
    return cones.largest_norm(blocks, loss.prices(fit, y, free), form)


def _error(fit, y, loss):
    return float(np.mean((fit > 0) != (y > 0)) if loss == "logistic" else np.mean((fit - y) ** 2))
