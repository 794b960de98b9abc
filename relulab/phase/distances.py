"""How far the network that a convex program finds is from the planted one: in weights, and on fresh data."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .. import _checks
from ..certify.decision import decide
from ..data.planted import without_silent
from ..programs.solving import solve
from ..theory.intervals import wilson_interval
from .datasets import flags, words

if TYPE_CHECKING:
    from typing import Any

    import xarray as xr
    from numpy.typing import ArrayLike

    from ..data.planted import Plant

METRICS = ("distance", "test-distance")
FIELDS = ("status", "evidence", "distance", "test_distance", "gap", "seconds")
STATUSES = ("measured", "undecided")
EVIDENCE = ("certificate", "solution", "infeasible", "inaccurate", "failed", "error")
QUARTILES = (0.25, 0.75)
VANISHED = 1e-3  # a distance below it is none


class Distances(NamedTuple):
    """What `measure` finds.

    Attributes
    ----------
    status : str
        ``"measured"``, or ``"undecided"`` with NaN distances.
    evidence : str
        ``"certificate"``: the plant is proved to be the unique solution, both distances are 0.
        ``"solution"``: the distances are those of a solution with the gap given. Undecided are
        ``"infeasible"`` (nothing interpolates the labels), ``"inaccurate"`` (the gap is too large) and
        ``"failed"`` (the solver found no feasible point); a sweep has ``"error"`` besides.
    distance : float
        To the planted weights.
    test_distance : float
        ``||f(X_test) - f*(X_test)||``.
    gap : float
        Relative duality gap of the solution.
    """

    status: str
    evidence: str
    distance: float
    test_distance: float
    gap: float


def measure(
    plant: Plant,
    S: Any,
    X_test: ArrayLike,
    network: str = "skip",
    form: str = "gated",
    beta: float | None = None,
) -> Distances:
    """Solve a network's convex program and measure how far its solution is from the plant.

    Parameters
    ----------
    plant : Plant
        The planted problem, with noise or without.
    S : Patterns
        The patterns, the planted ones among them.
    X_test : array_like, shape (m, d)
        Fresh rows, on which the two networks are compared without noise.
    network : {"skip", "plain", "normalized"}
        The network.
    form : {"gated", "exact"}
        The program.
    beta : float, optional
        Weight of the regularizer; None is the minimal-norm program.

    Returns
    -------
    Distances
        `distance` is ``||w_0 - w||`` for a linear plant in the skip network; otherwise the Frobenius norm of
        the difference over the planted blocks, in block coordinates (``U_j`` of the normalized network, where
        a planted neuron has norm 1). `test_distance` compares the functions: gated neurons with their gates,
        normalized ones divided by their norm on the test rows, as in training. A ReLU that is silent on
        every training row has no block and adds 1 to the sum of squares. Where several solutions cost
        the same, they are those of the one that the solver goes to.

    Raises
    ------
    ValueError
        For test rows of another length, and as `decide` and `solve`.

    Examples
    --------
    >>> import relulab as rl
    >>> from relulab.phase.distances import measure
    >>> plant, S = rl.phase.instance(60, 10, trial=0)
    >>> measure(plant, S, rl.draw("gaussian", 60, 10, rng=1))[:3]
    ('measured', 'certificate', 0.0)
    >>> noisy, S = rl.phase.instance(60, 10, trial=0, sigma=0.1)
    >>> 0.05 < measure(noisy, S, rl.draw("gaussian", 60, 10, rng=1)).distance < 0.5
    True
    """
    X_test = _checks.array("X_test", X_test, ("m", plant.X.shape[1]))
    if beta is None and plant.sigma == 0 and decide(plant, S, network, form).status == "recovered":
        return Distances("measured", "certificate", 0.0, 0.0, 0.0)
    solution = solve(plant.X, plant.y, S, network, form, beta, solver="newton")
    if solution.status != "optimal":
        why = {"infeasible": "infeasible", "optimal_inaccurate": "inaccurate"}.get(solution.status, "failed")
        return Distances("undecided", why, np.nan, np.nan, solution.gap)
    difference = solution.to_network().predict(X_test, "batch") - _labels(plant, X_test)
    distance = _to_the_plant(solution, plant)
    return Distances("measured", "solution", distance, float(np.linalg.norm(difference)), solution.gap)


def _to_the_plant(solution, plant):
    heard, silent = without_silent(plant)
    index, coordinates = solution.blocks.planted(heard)
    planted = np.zeros_like(solution.parts[0])
    np.add.at(planted, index, coordinates)
    off = (solution.parts[0] - solution.parts[1] - planted)[np.unique(index)]
    return float(np.hypot(np.linalg.norm(off), np.sqrt(silent)))


def _labels(plant, X_test):
    """The planted function on the test rows; a normalized neuron that is silent on all of them gives 0."""
    hidden = X_test @ plant.weights
    if plant.kind != "linear":
        hidden = np.maximum(hidden, 0)
    if plant.kind == "normalized":
        hidden = hidden / np.maximum(np.linalg.norm(hidden, axis=0), np.finfo(float).tiny)
    return hidden @ plant.signs


def dataset(table, attributes, metric):
    """The Dataset of a sweep's table (n, d, trial, `FIELDS`), without coordinates; see `phase_diagram`."""
    import warnings

    import xarray as xr

    per_trial, per_cell = ("n", "d", "trial"), ("n", "d")
    values = dict(zip(FIELDS, np.moveaxis(table, -1, 0), strict=True))
    measured = values[metric.replace("-", "_")]
    counts = [(values["evidence"] == code).sum(axis=2) for code in range(len(EVIDENCE))]
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "All-NaN slice|Mean of empty slice")
        mean, (lower, median, upper) = (
            np.nanmean(measured, axis=2),
            np.nanquantile(measured, (QUARTILES[0], 0.5, QUARTILES[1]), axis=2),
        )
    return xr.Dataset(
        {
            "status": (per_trial, values["status"].astype(np.int8), flags(STATUSES)),
            "evidence": (per_trial, values["evidence"].astype(np.int8), flags(EVIDENCE)),
            "distance": (per_trial, values["distance"]),
            "test_distance": (per_trial, values["test_distance"]),
            "gap": (per_trial, values["gap"]),
            "seconds": (per_trial, values["seconds"]),
            "mean": (per_cell, mean),
            "median": (per_cell, median),
            "lower": (per_cell, lower),
            "upper": (per_cell, upper),
            "undecided": (per_cell, (values["status"] == STATUSES.index("undecided")).sum(axis=2)),
            "evidence_count": ((*per_cell, "by"), np.stack(counts, axis=-1)),
        },
        coords={"by": words(*EVIDENCE)},
        attrs=attributes,
    )


def vanishing(ds: xr.Dataset) -> xr.Dataset:
    """How often the distance of a sweep vanishes, among the trials that have one.

    Parameters
    ----------
    ds : xarray.Dataset
        From `phase_diagram` with a distance as its metric.

    Returns
    -------
    xarray.Dataset
        Over (n, d): ``rate`` and its Wilson interval ``lower``, ``upper``; a cell without distances has rate
        0 in the interval from 0 to 1.

    Examples
    --------
    >>> import relulab as rl
    >>> from relulab.phase.distances import vanishing
    >>> ds = rl.phase_diagram([20, 100], [20], 4, metric="distance", progress=False)
    >>> vanishing(ds).rate.values[:, 0].tolist()
    [0.0, 1.0]
    """
    import xarray as xr

    values = ds[ds.attrs["metric"].replace("-", "_")]
    known = values.notnull().sum("trial")
    count = (values < VANISHED).sum("trial")
    lower, upper = (known.copy(data=end) for end in wilson_interval(count, known))
    return xr.Dataset({"rate": count / known.clip(1), "lower": lower, "upper": upper}, attrs=ds.attrs)
