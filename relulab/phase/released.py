"""What the paper's released code computes for its figures, where its choices change the numbers.

The book shows what each choice does; nothing else in the library uses them. `relulab.figures.FIGURES` says
which of them a figure is touched by. Those of training are in `relulab.train`.
"""

import numpy as np

from ..blocks.blocks import Blocks
from ..blocks.conditions import MARGIN
from ..certify.verdicts import STATUSES
from ..data.ensembles import draw
from ..data.planted import neurons
from ..data.trials import planted_problem
from ..patterns.sampling import distinct_columns
from ..programs.solving import solve, solve_on_blocks
from . import distances
from .datasets import NO_EVIDENCE

CLOSE = 1e-4  # weights that differ by less, entry by entry, count as recovered
UNMEASURED = distances.STATUSES.index("undecided")


def seems_to_have_all_ones(X, rng):
    """Look for a u with X u >= 0 by maximizing its norm inside the unit ball: not a convex problem.

    Parameters
    ----------
    X : ndarray, shape (n, d)
        The data.
    rng : numpy.random.Generator
        Draws the start.

    Returns
    -------
    bool
        Wrong in a few of a hundred draws with n between d and 2d; `relulab.has_all_ones` is right.

    Examples
    --------
    >>> import numpy as np
    >>> from relulab.phase.released import seems_to_have_all_ones
    >>> seems_to_have_all_ones(np.eye(3), np.random.default_rng(0))
    True
    """
    from scipy.optimize import minimize

    start = rng.standard_normal(X.shape[1])
    answer = minimize(
        lambda u: -np.linalg.norm(u),
        start / np.linalg.norm(start),
        jac=lambda u: -u / max(np.linalg.norm(u), 1e-300),
        method="SLSQP",
        constraints=[
            {"type": "ineq", "fun": lambda u: X @ u, "jac": lambda u: X},
            {"type": "ineq", "fun": lambda u: 1 - u @ u, "jac": lambda u: -2 * u},
        ],
    )
    return bool(-answer.fun > 1e-6)


def instance(n, d, trial, kind, ensemble, direction, k, sigma, rng, patterns=1):
    """The planted problem of a trial, of the same random numbers as `relulab.phase.instance`.

    The patterns are a bool array that can hold the all-ones pattern twice, or wrongly; the choice for
    whitened cubic data draws plain cubic data.
    """
    source = np.random.default_rng([rng, n, d, trial])
    ensemble = "cubic" if ensemble == "cubic-whitened" else ensemble
    hidden = planted_problem(source, ensemble, n, d, kind, k, direction, sigma)
    X = hidden.X
    gates = source.standard_normal((d, max(patterns * n, 50)))
    if kind != "linear":
        gates = np.hstack([hidden.weights, gates])
    masks = X @ gates >= 0
    masks = masks[:, distinct_columns(masks)]
    masks = masks[:, masks.any(axis=0)]
    if seems_to_have_all_ones(X, source):
        masks = np.hstack([masks, np.ones((n, 1), dtype=bool)])
    return hidden, masks


def run_trial(n, d, trial, problem, network, form, metric, beta):
    """One trial of a sweep: what `relulab.cells.run_cell` keeps of it, but for the seconds."""
    if metric in distances.METRICS:
        return _measured(n, d, trial, problem, network, form, beta)
    if network == "normalized" and n < d:
        return STATUSES.index("undecided"), NO_EVIDENCE, np.nan, 0
    hidden, masks = instance(n, d, trial, **problem)
    if metric == "isometry":
        margin = 1 - loose_isometry(hidden, masks)
        return STATUSES.index("recovered" if margin > -MARGIN else "undecided"), NO_EVIDENCE, margin, 0
    solution = solve(hidden.X, hidden.y, masks, network, form, solver="newton", tol=1e-8)
    if solution.status not in ("optimal", "optimal_inaccurate"):
        return STATUSES.index("undecided"), NO_EVIDENCE, np.nan, 0
    off = np.abs(solution.parts[0] - solution.parts[1] - _planted(solution, hidden)).max()
    return STATUSES.index("recovered" if off < CLOSE else "not-recovered"), NO_EVIDENCE, CLOSE - off, 0


def _planted(solution, hidden):
    index, coordinates = solution.blocks.planted(hidden)
    planted = np.zeros_like(solution.parts[0])
    np.add.at(planted, index, coordinates)
    return planted


def _measured(n, d, trial, problem, network, form, beta):
    if network == "normalized" and n < d:
        return UNMEASURED, distances.EVIDENCE.index("failed"), np.nan, np.nan, np.nan
    hidden, masks = instance(n, d, trial, **problem)
    beta = None if beta is None else beta / 2
    if network == "normalized" and form == "exact":
        solution = solve_on_blocks(NarrowBlocks(hidden.X, masks, network), hidden.y, form, beta)
    else:
        solution = solve(hidden.X, hidden.y, masks, network, form, beta, solver="newton")
    if solution.status != "optimal":
        return UNMEASURED, distances.EVIDENCE.index("failed"), np.nan, np.nan, solution.gap
    index = solution.blocks.planted(hidden)[0]
    off = (solution.parts[0] - solution.parts[1] - _planted(solution, hidden))[np.unique(index)]
    fresh = draw(problem["ensemble"], n, d, np.random.default_rng([problem["rng"], n, d, trial, 1]))
    hidden_units = np.maximum(fresh @ solution.positive, 0), np.maximum(fresh @ solution.negative, 0)
    outputs = hidden_units[0].sum(axis=1) - hidden_units[1].sum(axis=1) + fresh @ solution.skip
    test = np.nan
    if network != "normalized":
        test = float(np.linalg.norm(outputs - neurons(fresh, hidden.weights, hidden.kind) @ hidden.signs))
    codes = distances.STATUSES.index("measured"), distances.EVIDENCE.index("solution")
    return *codes, float(np.linalg.norm(off)), test, solution.gap


class NarrowBlocks(Blocks):
    """Blocks whose cones leave no null-space part free."""

    def cone(self, j):
        C, N = super().cone(j)
        return C, N[:, :0]


def loose_isometry(hidden, masks):
    """The largest block norm of NNIC off the plant, over bases that keep d columns whatever the rank."""
    X = hidden.X
    bases = np.linalg.svd(masks.T[:, :, None] * X, full_matrices=False)[0]
    index, _ = Blocks(X, masks[:, : hidden.weights.shape[1]], "normalized").planted(hidden)
    outputs = np.maximum(X @ hidden.weights, 0)
    B = np.hstack(list(bases[index]))
    g = np.concatenate(
        [bases[j].T @ (out / np.linalg.norm(out)) for j, out in zip(index, outputs.T, strict=True)]
    )
    norms = np.linalg.norm(np.linalg.pinv(B.T) @ g @ bases, axis=1)
    return float(np.delete(norms, index).max())
