"""Whether a run of a figure agrees with the result that is shipped, on the sizes that both have."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..phase.datasets import meanings
from ..phase.distances import vanishing
from .results import crossings, open_figure
from .runs import BINS, plateau_cells
from .whole import LISTED

if TYPE_CHECKING:
    import xarray as xr

EXACT = {"rtol": 1e-3, "atol": 1e-6}  # two distances of one problem, solved on two machines


class Quantity(NamedTuple):
    """A number of a figure, as shipped and as this run has it.

    Attributes
    ----------
    name : str
        What it is, in words.
    shipped, low, high : float
        The shipped result's, and the interval in which a run of this size should lie.
    here : float
        This run's.
    """

    name: str
    shipped: float
    low: float
    high: float
    here: float

    @property
    def agrees(self):
        """Whether this run's number lies in the interval around the shipped one."""
        return bool(self.low <= self.here <= self.high)


class Agreement(NamedTuple):
    """What `compare` finds.

    Attributes
    ----------
    number : str
        The figure.
    quantities : list of Quantity
        Its numbers on the sizes that both results have.
    same, trials : int
        Of how many trials with one seed both results say the same; 0 of 0 where seeds or problems differ.
    """

    number: str
    quantities: list
    same: int
    trials: int

    @property
    def agrees(self):
        """Whether every trial that both have is the same, or else every number lies in its interval."""
        alike = 0 < self.trials == self.same  # then numbers differ by the trials that only one of both has
        return alike or (bool(self.quantities) and all(quantity.agrees for quantity in self.quantities))


def compare(run: xr.Dataset, shipped: xr.Dataset | None = None) -> Agreement:
    """Compare a figure's run with the shipped result, on the sizes that both have.

    Parameters
    ----------
    run : xarray.Dataset
        From `relulab.figures.compute`, of any scale and seed.
    shipped : xarray.Dataset, optional
        By default the result that comes with the package.

    Returns
    -------
    Agreement
        Of diagrams the edge in n/d, of distances the plateaus besides, of trained networks the test
        distances, of nested rows the median edges, of clusters the frequencies.

    Raises
    ------
    ValueError
        For a result that is no figure's, or that has no size in common with the shipped one.

    Notes
    -----
    A number is a mean over columns, which are independent. Where column i of either result is off by at most
    ``h_i`` (the 95 % interval of a rate or where the edge of its ends lies; the middle half of medians), the
    mean of m columns is off by about ``sqrt(sum h_i^2) / m``. Both results are added as independent errors.

    Examples
    --------
    >>> import relulab as rl
    >>> from relulab.figures.agreement import compare
    >>> found = compare(rl.open_figure("6c").sel(n=slice(10, 60), d=[10, 20]))
    >>> found.agrees, found.same == found.trials == 60
    (True, True)
    """
    import xarray as xr

    number = run.attrs.get("figure")
    if number not in LISTED:
        raise ValueError(f"run: its attribute figure={number!r} names no figure of the list")
    if shipped is None:
        shipped = open_figure(number, run.attrs.get("protocol", "paper"))
    here, there = xr.align(run, shipped, join="inner", exclude={"trial", "by"})
    if 0 in here.sizes.values():
        raise ValueError(f"run: figure {number} has no size in common with the shipped result")
    kept = {name: values.attrs for name, values in shipped.variables.items()}
    for name in kept.keys() & set(there.variables):
        there[name].attrs = kept[name]
    figure = LISTED[number]
    pairs = zip(_numbers(figure, there), _numbers(figure, here), strict=True)
    found = [_together(name, old, new) for (name, *old), (_, *new) in pairs if _common(old[0], new[0]).any()]
    return Agreement(number, found, *_trials(here, there))


def _common(old, new):
    return np.isfinite(old) & np.isfinite(new)


def _together(name, old, new):
    """Means over the columns in which both results have the number."""
    both = _common(old[0], new[0])
    (shipped, low, high), (here, below, above) = (np.array(ends)[:, both] for ends in (old, new))
    down = np.sqrt(((shipped - low) ** 2 + (here - below) ** 2).sum()) / both.sum()
    up = np.sqrt(((high - shipped) ** 2 + (above - here) ** 2).sum()) / both.sum()
    mean = float(shipped.mean())
    return Quantity(name, mean, float(mean - down), float(mean + up), float(here.mean()))


def _numbers(figure, ds):
    """Each number of a figure as (name, values, low ends, high ends), arrays of one length."""
    if figure.number == "clusters":
        return [("frequency", *(ds[name].values.ravel() for name in ("rate", "lower", "upper")))]
    if figure.edges:
        return [
            (
                f"median at d = {d}",
                *(np.atleast_1d(ds[name].sel(d=d)) for name in ("median", "first", "third")),
            )
            for d in ds.d.values
        ]
    if figure.trained:
        return list(_in_bins(ds.isel(sigma=0)))
    if "rate" in ds:
        return [_edge(ds)]
    levels = ds if "sigma" in ds.dims else ds.expand_dims(sigma=[0.0])
    return [_edge(vanishing(levels.sel(sigma=0))), *_plateaus(figure, levels)]


def _edge(ds):
    """Where the rate passes 1/2, in n/d, a column for each d, and where the ends of its interval do."""
    n, d = ds.n.values, ds.d.values
    low, high = (crossings(ds.assign(rate=ds[name])) for name in ("upper", "lower"))
    low, high = np.where(np.isnan(low), n[0], low), np.where(np.isnan(high), n[-1], high)
    return "edge", crossings(ds) / d, low / d, high / d


def _plateaus(figure, levels):
    """The median distance beyond the edge in units of sigma, and the middle half of its trials."""
    above = plateau_cells(figure, levels)
    for sigma in levels.sigma.values[levels.sigma.values > 0]:
        ends = (levels[name].sel(sigma=sigma).where(above) for name in ("median", "lower", "upper"))
        yield f"plateau at sigma = {sigma:g}", *(np.atleast_1d(end.median() / sigma) for end in ends)


def _in_bins(ds):
    """The median test distance in bins of n/d, and the middle half of its trials."""
    ratio = ds.n / ds.d
    for low, high in BINS:
        inside = (ratio >= low) & (ratio < high)
        ends = (ds[name].where(inside) for name in ("median", "lower", "upper"))
        yield f"distance at n/d in [{low}, {high})", *(np.atleast_1d(end.median()) for end in ends)


def _trials(here, there):
    """How many trials are the same, and how many are compared."""
    if here.attrs.get("rng") != there.attrs.get("rng") or "trial" not in here.dims:
        return 0, 0
    count = min(here.sizes["trial"], there.sizes["trial"])
    here, there = (ds.isel(trial=slice(count)) for ds in (here, there))
    if "edge" in here:
        same = here.edge == there.edge
    elif "rate" in here:
        words = (
            np.vectorize(meanings(ds.status).get)(ds.status.transpose("n", "d", "trial"))
            for ds in (here, there)
        )
        same = np.equal(*words)
    else:
        name = here.attrs["metric"].replace("-", "_")
        order = [dim for dim in ("sigma", "n", "d", "trial") if dim in here[name].dims]
        same = np.isclose(*(ds[name].transpose(*order) for ds in (here, there)), equal_nan=True, **EXACT)
    return int(np.sum(same)), int(np.size(same))
