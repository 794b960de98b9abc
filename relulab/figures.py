"""The paper's figures as data: number -> sweep, with what it should show.

`FIGURES` holds them all; `relulab.figure_runs` computes them, `open_figure` opens the results that come with
the package. Figures with noise are one entry for all their noise levels. Those whose ``form`` is
``"trained"`` are computed by training networks instead of solving programs.
"""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from . import _checks
from .distances import METRICS

SIGMAS = (0.0, 0.05, 0.1, 0.2)
PAPER = {"n": range(10, 401, 10), "d": range(10, 101, 10), "trials": 5}
BOOK = {"n": range(10, 201, 10), "d": range(10, 61, 10), "trials": 5}
SMALL = {"n": range(20, 121, 20), "d": range(10, 31, 10), "trials": 3}
MEDIUM = {"n": range(20, 401, 20), "d": range(10, 101, 10), "trials": 5}
COARSE = {"n": range(20, 301, 20), "d": range(10, 51, 20), "trials": 5}
LOW = {"n": range(20, 241, 20), "d": range(10, 51, 10), "trials": 3}
EXACT = {"n": range(20, 161, 20), "d": range(10, 51, 10), "trials": 3}
FEW = {"n": range(30, 241, 30), "d": range(10, 41, 10), "trials": 3}
FEWEST = {"n": range(20, 101, 20), "d": [10, 20], "trials": 3}
FREQUENCY = {"n": range(20, 201, 20), "d": range(10, 31, 10), "trials": 50}
TRAINED = {"n": range(20, 161, 20), "d": range(10, 41, 10), "trials": 10}
CLUSTERS = {"n": [100], "d": range(20, 81, 10), "s": np.arange(1, 9, 0.5), "trials": 5000}
RESULTS, FILE = Path(__file__).parent / "results", "figure-{}.zarr.zip"
ENDINGS = {"paper": "", "released": "-released"}
SCALES = ("book", "paper", "shipped")


@dataclass(frozen=True)
class Figure:
    """A figure of arXiv 2209.15265, or a panel of one.

    Attributes
    ----------
    number : str
        Its number, with a letter for the panel; ``"clusters"`` for the one of clustered data.
    settings : dict
        Arguments of `phase_diagram`: kind, network, form, direction, ensemble, k, metric, beta.
    expectation : str
        What it should show, in words.
    edge : tuple of float, or None
        Where the 50 % point in n/d should lie, averaged over the dimensions.
    sigmas : tuple of float
        Noise levels, a panel each.
    note : str
        What is ambiguous about the figure, or known to be wrong with it.
    released : tuple of str
        What ``protocol="released"`` changes.
    grids : dict
        Scale -> sizes and trials. ``"paper"`` is the paper's, ``"shipped"`` that of the result in the
        package: the same, or the largest that was affordable.
    """

    number: str
    settings: dict
    expectation: str
    edge: tuple | None = None
    sigmas: tuple = (0.0,)
    note: str = ""
    released: tuple = ()
    grids: dict = field(default_factory=lambda: {"book": BOOK, "paper": PAPER, "shipped": PAPER})

    @property
    def form(self):
        """``"gated"``, ``"exact"``, or ``"trained"``."""
        return self.settings.get("form", "gated")

    @property
    def trained(self):
        """Whether networks are trained for it."""
        return self.form == "trained"


SKIP_LOW = "cells with n < d are left out"
BY_WEIGHTS = "recovered means all weights within 1e-4 of the plant's, whatever a certificate says"
ALL_ONES = "the all-ones pattern is sought by a nonconvex search and appended even where it was sampled"
WHITENS_ONLY_ONE = "the choice for whitened cubic data draws plain cubic data"
RELU_TEST = "gated weights predict new rows as if they were ReLU neurons"
HALF = "beta is halved: the released program has ||f - y||^2 without the 1/2"
NO_NULL_PART = (
    "the cones have no null-space part, which is too narrow where an activation pattern has rank < d"
)
LOOSE = "the bases of range(D_j X) keep columns of rounding noise where the rank is below d"
DECAY = "sum of squares, decoupled decay, an optimizer made anew every epoch: sign descent"


def _linear(number, ensemble, direction, edge, released=()):
    expectation = f"50 % of plants recovered at n/d between {edge[0]} and {edge[1]}"
    settings = {"ensemble": ensemble, "direction": direction}
    return Figure(number, settings, expectation, edge, released=(BY_WEIGHTS, ALL_ONES, *released))


def _normalized(k, direction="random", **more):
    return {"kind": "normalized", "network": "normalized", "k": k, "direction": direction} | more


def _recovery(number, k, direction, edge, note=""):
    expectation = f"50 % of plants recovered at n/d between {edge[0]} and {edge[1]}"
    released = (BY_WEIGHTS, ALL_ONES, SKIP_LOW)
    shipped = COARSE if number.startswith("26") else PAPER
    grids = {"book": SMALL | {"n": range(20, 201, 20)}, "paper": PAPER, "shipped": shipped}
    settings = _normalized(k, direction)
    return Figure(number, settings, expectation, edge, note=note, released=released, grids=grids)


def _distances(number, settings, edge, shipped, released, note="", metric="distance"):
    expectation = (
        f"without noise 50 % of the distances vanish at n/d between {edge[0]} and {edge[1]}; "
        "with noise a plateau proportional to sigma"
    )
    grids = {"book": BOOK if shipped is MEDIUM else SMALL, "paper": PAPER, "shipped": shipped}
    settings = settings | {"metric": metric}
    return Figure(number, settings, expectation, edge, SIGMAS, note, tuple(released), grids)


def _trained(number, settings, note=""):
    expectation = "the test distance falls smoothly with n/d, without a sharp edge"
    book = {"n": range(20, 121, 20), "d": [10, 20], "trials": 3}
    grids = {"book": book, "paper": PAPER | {"trials": 10}, "shipped": TRAINED}
    settings = settings | {"form": "trained", "metric": "test-distance"}
    return Figure(number, settings, expectation, None, SIGMAS, note, (DECAY,), grids)


SMALLEST = {"ensemble": "gaussian", "direction": "smallest"}
APPROX = SMALLEST | {"form": "exact", "beta": 1e-6}
UNSURE = "the public re-implementation marks its command for this figure as not verified"
PROGRAM = "the read-me's command names the relaxed program, the released script solves the regularized one"
NEURONS = "the read-me's command gives Gaussian plants, its folder of pictures e_1..e_k; here Gaussian"
DEFAULT_K = f"{UNSURE}; the command as written gives k = 2 by default, the caption one neuron: here k = 1"
FOUR = ("gaussian", "cubic", "whitened", "cubic-whitened")
EDGES_6 = ((1.8, 2.3),) * 4
EDGES_18 = ((2.2, 2.8), (2.0, 3.4), (1.8, 2.3), (1.8, 2.3))
PAIR, TWO, THREE = (2.7, 3.9), (3.3, 4.7), (5.0, 7.5)
COMMON = (ALL_ONES, SKIP_LOW)

_ALL = (
    Figure(
        "2",
        SMALLEST | {"form": "exact", "metric": "test-distance"},
        "test distance about 1 below the edge and 0 above it, n/d between 1 and 2.2",
        (1.0, 2.2),
        released=(ALL_ONES,),
        grids={"book": SMALL, "paper": PAPER, "shipped": EXACT},
    ),
    _linear("4a", "gaussian", "smallest", (2.2, 2.8)),
    Figure(
        "4b",
        SMALLEST | {"form": "exact"},
        "50 % of plants recovered at n/d between 1.0 and 2.2, left of figure 4a",
        (1.0, 2.2),
        released=(BY_WEIGHTS, ALL_ONES),
        grids={"book": SMALL | {"n": range(10, 101, 10)}, "paper": PAPER, "shipped": PAPER},
    ),
    _recovery("5a", 2, "random", TWO, NEURONS),
    _recovery("5b", 3, "random", THREE, NEURONS),
    *(
        _linear(f"6{letter}", ensemble, "random", edge, (WHITENS_ONLY_ONE,) * (letter == "d"))
        for letter, ensemble, edge in zip("abcd", FOUR, EDGES_6, strict=True)
    ),
    _distances("7", SMALLEST, (2.2, 2.8), MEDIUM, (ALL_ONES,)),
    _trained("8", SMALLEST),
    _distances("9", _normalized(2, "opposite"), PAIR, LOW, COMMON),
    Figure(
        "10",
        _normalized(2, metric="isometry", patterns=2),
        "the condition holds in a region inside that of recovery: its edge lies right of figure 5a's",
        (3.3, np.inf),
        released=(LOOSE, SKIP_LOW),
        note="how many neurons is not said; here k = 2",
        grids={"book": SMALL | {"trials": 10}, "paper": PAPER | {"trials": 50}, "shipped": FREQUENCY},
    ),
    *(
        _linear(f"18{letter}", ensemble, "smallest", edge, (WHITENS_ONLY_ONE,) * (letter == "d"))
        for letter, ensemble, edge in zip("abcd", FOUR, EDGES_18, strict=True)
    ),
    _distances("19", SMALLEST, (2.2, 2.8), MEDIUM, (ALL_ONES, RELU_TEST), metric="test-distance"),
    _distances("20", APPROX, (1.0, 2.2), EXACT, (ALL_ONES, HALF), PROGRAM),
    _distances("21", APPROX, (1.0, 2.2), EXACT, (ALL_ONES, HALF), metric="test-distance"),
    _recovery("22", 1, "random", (0.8, 1.5), UNSURE),
    _distances("23", _normalized(1), (0.8, 1.5), FEW, COMMON, UNSURE),
    _distances(
        "24",
        _normalized(1, form="exact", beta=1e-6),
        (0.8, 1.5),
        FEWEST,
        (*COMMON, HALF, NO_NULL_PART),
        DEFAULT_K,
    ),
    _trained("25", _normalized(1), DEFAULT_K),
    _recovery("26a", 2, "axes", TWO, UNSURE),
    _recovery("26b", 2, "opposite", PAIR, UNSURE),
    _recovery(
        "26c", 3, "axes", THREE, f"{UNSURE}; its fourth panel, three neurons w and -w, cannot be drawn"
    ),
    _distances("27", _normalized(2), TWO, FEW, COMMON, UNSURE),
    _distances("28", _normalized(2, "axes"), TWO, FEW, COMMON, UNSURE),
    _distances("29", _normalized(3, "axes"), THREE, FEW, COMMON, UNSURE),
    _trained("30", _normalized(2, "opposite"), UNSURE),
    _trained("31", _normalized(2), UNSURE),
    _trained("32", _normalized(2, "axes"), f"{UNSURE}; the command repeats that of figure 31, here e_1, e_2"),
    Figure(
        "clusters",
        {"means": "unit", "metric": "probability"},
        "the measured frequencies lie on the formula, P = Phi(s |mu_1| q)^n_1 Phi(s |mu_2| q)^n_2",
        released=("the centers are drawn anew for every noise level",),
        grids={
            "book": CLUSTERS | {"d": range(20, 81, 20), "s": np.arange(1.0, 9), "trials": 500},
            "paper": CLUSTERS,
            "shipped": CLUSTERS,
        },
    ),
)
FIGURES = {figure.number: figure for figure in _ALL}


def open_figure(number, protocol="paper"):
    """Open a figure's result that comes with the package.

    Parameters
    ----------
    number : str
        A figure's number, such as ``"4a"``.
    protocol : {"paper", "released"}
        Figures of trained networks come with both.

    Returns
    -------
    xarray.Dataset
        As from `phase_diagram`, with a dimension ``sigma`` where the figure has noise. The attributes hold
        the command, seed, versions, machine and wall time that made it, its scale, and whether the
        expectation held.

    Raises
    ------
    ValueError
        For a figure or a protocol without a stored result; the message names those that have one.

    Examples
    --------
    >>> import relulab as rl
    >>> ds = rl.open_figure("4a")
    >>> ds.sizes["n"], ds.sizes["d"], ds.attrs["held"]
    (40, 10, 1)
    """
    from .figure_store import load

    numbers = stored(_checks.choice("protocol", protocol, ENDINGS))
    return load(_file(_checks.choice("figure", number, numbers), protocol))


def _file(number, protocol):
    return RESULTS / FILE.format(number + ENDINGS[protocol])


def stored(protocol="paper"):
    """What comes with the package: number -> the file's size and name, in words; in the order of `FIGURES`.

    Parameters
    ----------
    protocol : {"paper", "released"}
        As for `open_figure`.

    Examples
    --------
    >>> from relulab.figures import stored
    >>> "4a" in stored()
    True
    """
    files = {number: _file(number, protocol) for number in FIGURES}
    return {
        number: f"results/{file.name}, {file.stat().st_size / 1000:.0f} kB"
        for number, file in files.items()
        if file.is_file()
    }


def solved_as(figure):
    """The number of the first figure with the same cells: both distances are of the same solutions.

    Parameters
    ----------
    figure : Figure
        A figure.

    Returns
    -------
    str
        Its own number, unless an earlier figure has the same problems and programs.

    Examples
    --------
    >>> from relulab.figures import FIGURES, solved_as
    >>> solved_as(FIGURES["7"]), solved_as(FIGURES["19"])
    ('7', '7')
    """

    def computed(other):
        metric = other.settings.get("metric", "recovery")
        return other.settings | {"metric": "distance" if metric in METRICS else metric}, other.sigmas

    return next(number for number, other in FIGURES.items() if computed(other) == computed(figure))


def measured_edge(ds):
    """Where the success rate crosses 1/2, in n/d, averaged over the dimensions where it does.

    In each column the crossing is taken between the last size below 1/2 and the next one.

    Parameters
    ----------
    ds : xarray.Dataset
        From `phase_diagram`, with ``rate``.

    Returns
    -------
    float
        A ratio; NaN where no column crosses.

    Examples
    --------
    >>> import relulab as rl
    >>> from relulab.figures import measured_edge
    >>> ds = rl.phase_diagram(n=range(20, 81, 10), d=[20], trials=4, progress=False)
    >>> 1.5 < measured_edge(ds) < 2.6
    True
    """
    n, edges = ds.n.values, []
    for d in ds.d.values:
        rate = ds.rate.sel(d=d).values
        below = np.flatnonzero(rate < 0.5)
        if below.size and below[-1] + 1 < len(n):
            i = below[-1]
            share = (0.5 - rate[i]) / (rate[i + 1] - rate[i])
            edges.append((n[i] + share * (n[i + 1] - n[i])) / d)
    return float(np.mean(edges)) if edges else float("nan")
