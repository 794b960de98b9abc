"""The book's own figures: what is recovered over *all* patterns, and over sampled ones of the same draws.

They are listed, computed and stored as the paper's are. ``"real"`` figures are of the exact program over all
patterns, which is the ReLU network; ``"gated"`` ones of the gated program over all patterns, ``"sampled"``
ones of the gated program over a sample. Planted is a linear neuron in the skip network.
"""

from .list import FIGURES, PAPER, Figure

FINE = {"n": range(2, 91, 2), "d": range(2, 31, 2), "trials": 10}
TO_60 = PAPER | {"d": range(10, 61, 10)}  # beyond, a cell next to the edge takes minutes
TO_20 = {"n": range(6, 121, 6), "d": range(4, 21, 4), "trials": 10}
TREES = TO_20, TO_20 | {"d": range(4, 17, 4)}  # the smallest direction: its trees are larger
GLANCE = {"n": range(4, 33, 4), "d": [4, 6], "trials": 3}
DIRECTIONS = ("random", "smallest")
EFFORT = {"real-smallest": 40_000, "gated": 100_000}  # nodes; near the edge a proof may need many more
WHERE = {
    ("exact", "random"): (1.0, 1.45),
    ("exact", "smallest"): (1.5, 2.49),
    ("gated", "random"): (2.0, 3.0),
    ("gated", "smallest"): (2.49, 6.0),
    ("sampled", "random"): (1.8, 2.3),
    ("sampled", "smallest"): (2.2, 2.9),
}
NO_EDGE = "the smallest direction changes with the rows: a column of the diagram need not have one edge"


def _diagram(name, form, direction, grid):
    sampled = name.startswith("sampled")
    edge = WHERE["sampled" if sampled else form, direction]
    settings = {"form": form, "direction": direction, "ensemble": "gaussian"}
    if not sampled:
        settings["patterns"] = "all"
        effort = EFFORT.get(name, EFFORT.get(name.split("-")[0]))
        settings |= {"effort": effort} if effort else {}
    note = NO_EDGE if direction == "smallest" and not sampled else ""
    expectation = f"50 % of plants recovered at n/d between {edge[0]} and {edge[1]}"
    return Figure(name, settings, expectation, edge, note=note, grids={"book": GLANCE, "paper": grid})


def _edges(name, form, d, edge):
    expectation = f"the medians of n/d lie between {edge[0]} and {edge[1]}"
    settings = {"form": form, "direction": "random", "ensemble": "gaussian", "metric": "edge"}
    settings |= {"effort": EFFORT[form]} if form in EFFORT else {}
    grids = {"book": {"d": [2, 4], "trials": 10}, "paper": {"d": d, "trials": 60}}
    return Figure(name, settings, expectation, edge, grids=grids)


_ALL = (
    _diagram("real-random", "exact", "random", PAPER),
    _diagram("real-smallest", "exact", "smallest", TO_60),
    *(_diagram(f"real-{way}-fine", "exact", way, FINE) for way in DIRECTIONS),
    *(_diagram(f"gated-{way}", "gated", way, grid) for way, grid in zip(DIRECTIONS, TREES, strict=True)),
    *(_diagram(f"sampled-{way}", "gated", way, grid) for way, grid in zip(DIRECTIONS, TREES, strict=True)),
    _edges("edges-exact", "exact", range(2, 31), (1.0, 1.5)),
    _edges("edges-gated", "gated", range(2, 9), (2.0, 3.0)),
)
WHOLE = {figure.number: figure for figure in _ALL}
LISTED = FIGURES | WHOLE
