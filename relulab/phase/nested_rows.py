"""Edges: with rows that come one after the other, from how many on the plant is the only solution.

More rows never hurt a fixed linear plant over all patterns. A dual vector that proves it, padded with zeros,
proves it with more rows, since their open gates are open gates of the fewer; and a competitor for more rows
is one for fewer, when masks that agree on these are merged. So every draw of rows has one edge n*, found by
bisection: its distribution costs a few decisions a draw instead of a grid.
"""

from __future__ import annotations

import time
from concurrent.futures import Executor
from typing import TYPE_CHECKING

import numpy as np

from .. import _checks
from ..blocks.conditions import FORMS
from ..certify.all_patterns.everywhere import EFFORT
from ..certify.decision import decide
from ..data.ensembles import draw
from ..data.planted import plant
from . import datasets
from .executor import own_executor, run_cells

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    import xarray as xr

ENSEMBLES = ("gaussian", "cubic")  # rows that do not know how many there are
DIRECTIONS = ("random", "axes")  # plants that do not know the rows
STREAM = 7  # of a trial's seed: other rows than those of phase diagrams
FIRST = {"gated": 2.5, "exact": 1.3}  # n/d near which most edges lie
CERTIFICATES = 12  # that an edge takes, about
FIELDS = ("lower", "upper", "decisions", "seconds")


def edge(
    d: int | Iterable[int] = range(2, 9),
    trials: int = 20,
    form: str = "gated",
    ensemble: Any = "gaussian",
    direction: Any = "random",
    most: float = 8,
    rng: int = 0,
    effort: float = EFFORT,
    executor: Executor | None = None,
    progress: bool = True,
) -> xr.Dataset:
    """The edge of nested rows: the least n with which a linear plant is the only solution over all patterns.

    Parameters
    ----------
    d : int or iterable of int
        Dimensions.
    trials : int
        Draws of rows for each.
    form : {"gated", "exact"}
        The program, of the skip network.
    ensemble : {"gaussian", "cubic"} or callable
        The rows; a function ``(n, d, rng) -> X`` whose rows do not depend on n.
    direction : {"random", "axes"} or array_like, shape (d,)
        The plant, one for all n. One that depends on the rows, as the smallest direction does, has no edge.
    most : float
        Rows are drawn up to n = most d.
    rng : int
        The seed. A draw depends on (seed, d, trial, most) alone.
    effort : float
        Where the search for one proof gives up (`decide`).
    executor : concurrent.futures.Executor, optional
        What the draws run on; by default the machine's cores, as for `phase_diagram`.
    progress : bool
        Show a progress bar.

    Returns
    -------
    xarray.Dataset
        Over (d, trial): ``edge``, the n* (NaN where it is open), ``lower`` and ``upper``, the largest n that
        is known to fail (0 for none) and the least that is known to do (NaN for none), ``decisions``,
        ``seconds``. Over d: ``median``, ``first``, ``third`` (quartiles) of n*/d, an open draw counting as
        above all others where its upper end is not known, and ``open``, how many are.

    Raises
    ------
    ValueError
        For an unknown form, an ensemble or a direction for which more rows may hurt, numbers out of range.

    Examples
    --------
    >>> import relulab as rl
    >>> ds = rl.edge(d=[2, 3], trials=5, progress=False)
    >>> ds.edge.values.tolist()
    [[...], [...]]
    >>> int(ds.open.sum())
    0
    """
    sizes = [_checks.count("d", int(size)) for size in np.atleast_1d(d)]
    trials, seed = _checks.count("trials", trials), _checks.count("rng", rng, 0)
    _checks.choice("form", form, FORMS)
    if not callable(ensemble):
        _checks.choice("ensemble", ensemble, ENSEMBLES)
    if isinstance(direction, str):
        _checks.choice("direction", direction, DIRECTIONS)
    most, effort = _checks.positive("most", most), _checks.positive("effort", effort)
    if executor is not None and not isinstance(executor, Executor):
        raise ValueError(f"executor={executor!r} is no Executor; of a Dask client pass client.get_executor()")
    table, begun = np.full((len(sizes), trials, len(FIELDS)), np.nan), time.perf_counter()
    largest_first = sorted(range(len(sizes)), key=lambda i: -sizes[i])
    cells = {
        (i, trial): (round(most * sizes[i]), sizes[i], trial, form, ensemble, direction, seed, effort)
        for i in largest_first
        for trial in range(trials)
    }

    def keep(place, row):
        table[place] = row

    executor = executor or own_executor(cells, CERTIFICATES)
    run_cells(find_edge, cells, keep, len(cells), executor, progress)
    settings = {
        "form": form,
        "ensemble": ensemble if isinstance(ensemble, str) else getattr(ensemble, "__name__", "function"),
        "direction": direction if isinstance(direction, str) else "given",
        "most": most,
        "rng": seed,
        "effort": effort,
        "seeding": f"draw t of dimension d: numpy.random.default_rng([rng, {STREAM}, d, t])",
        "total_seconds": time.perf_counter() - begun,
    }
    return _dataset(sizes, table, datasets.portable(settings | datasets.provenance()))


def find_edge(n, d, trial, form, ensemble, direction, seed, effort):
    """The edge of one draw, by bisection.

    Parameters
    ----------
    n, d, trial : int
        Rows that are drawn, dimension, number of the draw.
    form, ensemble, direction, seed, effort
        As `edge` hands them on.

    Returns
    -------
    tuple
        Of `FIELDS`.
    """
    begun = time.thread_time()
    source = np.random.default_rng([seed, STREAM, d, trial])
    whole = plant(draw(ensemble, n, d, source), direction=direction, rng=source)
    w, lower, upper, decisions = whole.weights[:, 0], 0, n + 1, 0
    guess = min(n, max(1, round(FIRST[form] * d)))
    while upper - lower > 1:
        status = decide(plant(whole.X[:guess], direction=w), "all", form=form, effort=effort).status
        decisions += 1
        if status == "recovered":
            upper = guess
        elif status in ("not-recovered", "not-unique"):
            lower = guess
        else:
            break
        guess = (lower + upper) // 2 if upper <= n else min(n, max(lower + 1, round(1.3 * lower)))
    return lower, upper if upper <= n else np.nan, decisions, time.thread_time() - begun


def _dataset(sizes, table, attributes):
    import xarray as xr

    lower, upper, decisions, seconds = np.moveaxis(table, -1, 0)
    found = np.where(upper - lower == 1, upper, np.nan)
    ratios = np.where(np.isnan(upper), np.inf, upper) / np.array(sizes)[:, None]
    with np.errstate(invalid="ignore"):
        first, median, third = np.quantile(ratios, (0.25, 0.5, 0.75), axis=1, method="inverted_cdf")
    each = ("d", "trial")
    return xr.Dataset(
        {
            "edge": (each, found),
            "lower": (each, lower),
            "upper": (each, upper),
            "decisions": (each, decisions.astype(np.int32)),
            "seconds": (each, seconds),
            "first": ("d", first),
            "median": ("d", median),
            "third": ("d", third),
            "open": ("d", np.isnan(found).sum(axis=1)),
        },
        coords={"d": sizes, "trial": np.arange(table.shape[1])},
        attrs=attributes,
    )
