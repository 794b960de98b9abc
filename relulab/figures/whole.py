"""The book's own figures: what is recovered over *all* patterns, and over sampled ones of the same draws.

They are listed, computed and stored as the paper's are. ``"real"`` figures are of the exact program over all
patterns, which is the ReLU network; ``"gated"`` ones of the gated program over all patterns, ``"sampled"``
ones of the gated program over a sample. Planted is a linear neuron in the skip network.
"""

from .list import FIGURES, PAPER, Figure

FINE = {"n": range(2, 91, 2), "d": range(2, 31, 2), "trials": 10}
TREES = {"n": range(6, 55, 4), "d": range(4, 13, 2), "trials": 10}
# What is glanced at lies on the shipped grid: the two can be compared trial by trial.
GLANCES = {
    "paper": {"n": range(10, 61, 10), "d": [10, 20], "trials": 3},
    "fine": {"n": range(4, 33, 4), "d": [4, 6], "trials": 3},
    "trees": {"n": range(6, 35, 4), "d": [4, 6], "trials": 3},
}
GRIDS = {"paper": PAPER, "fine": FINE, "trees": TREES}
DIRECTIONS = ("random", "smallest")
PROGRAMS = {"gated": "gated network", "exact": "ReLU network"}
EFFORT = {"gated": 100_000}  # nodes; near the edge a proof may need many more
WHERE = {
    ("exact", "random"): (1.0, 1.45),
    ("exact", "smallest"): (1.5, 2.49),
    ("gated", "random"): (2.0, 3.0),
    ("gated", "smallest"): (2.49, 6.0),
    ("sampled", "random"): (1.8, 2.3),
    ("sampled", "smallest"): (2.2, 2.9),
}
NO_EDGE = "the smallest direction changes with the rows: a column of the diagram need not have one edge"


def _diagram(name, form, direction, size):
    grids = {"book": GLANCES[size], "paper": GRIDS[size]}
    sampled = name.startswith("sampled")
    edge = WHERE["sampled" if sampled else form, direction]
    settings = {"form": form, "direction": direction, "ensemble": "gaussian"}
    if not sampled:
        settings["patterns"] = "all"
        effort = EFFORT.get(name.split("-")[0])
        settings |= {"effort": effort} if effort else {}
    note = NO_EDGE if direction == "smallest" and not sampled else ""
    expectation = f"50 % of plants recovered at n/d between {edge[0]} and {edge[1]}"
    return Figure(name, settings, expectation, edge, note=note, grids=grids)


def _edges(name, form, d, edge):
    expectation = f"the medians of n/d lie between {edge[0]} and {edge[1]}"
    settings = {"form": form, "direction": "random", "ensemble": "gaussian", "metric": "edge"}
    settings |= {"effort": EFFORT[form]} if form in EFFORT else {}
    grids = {"book": {"d": [2, 4], "trials": 10}, "paper": {"d": d, "trials": 60}}
    return Figure(name, settings, expectation, edge, grids=grids)


_ALL = (
    _diagram("real-random", "exact", "random", "paper"),
    *(_diagram(f"real-{way}-fine", "exact", way, "fine") for way in DIRECTIONS),
    *(_diagram(f"gated-{way}", "gated", way, "trees") for way in DIRECTIONS),
    *(_diagram(f"sampled-{way}", "gated", way, "trees") for way in DIRECTIONS),
    _edges("edges-exact", "exact", range(2, 31), (1.0, 1.5)),
    _edges("edges-gated", "gated", range(2, 7), (2.0, 3.0)),
)
WHOLE = {figure.number: figure for figure in _ALL}
LISTED = FIGURES | WHOLE
