"""The book's own figures: what is recovered over *all* patterns, and over sampled ones of the same draws.

They are listed, computed and stored as the paper's are. ``"real"`` figures are of the exact program over all
patterns, which is the ReLU network; ``"gated"`` ones of the gated program over all patterns, ``"sampled"``
ones of the gated program over a sample. Planted is a linear neuron in the skip network, or, where the name
has ``"relu"``, ReLU neurons in the plain one.
"""

from .list import FIGURES, PAPER, Figure

FINE = {"n": range(2, 91, 2), "d": range(2, 31), "trials": 10}
OTHER_DATA = {"n": range(8, 121, 8), "d": range(4, 41, 4), "trials": 10}
NEURONS = {"n": range(4, 73, 4), "d": range(2, 11), "trials": 10}
TWO_NEURONS = NEURONS | {"n": range(4, 97, 4)}  # two random ones need more rows
TREES = {"n": range(4, 121, 4), "d": range(2, 21, 2), "trials": 10}
OTHER_TREES = {"n": range(8, 121, 8), "d": range(2, 21, 2), "trials": 10}
# What is glanced at lies on the shipped grid: the two can be compared trial by trial.
GLANCES = {
    "paper": {"n": range(10, 61, 10), "d": [10, 20], "trials": 3},
    "fine": {"n": range(4, 33, 4), "d": [4, 6], "trials": 3},
    "trees": {"n": range(4, 33, 4), "d": [4, 6], "trials": 3},
    "other trees": {"n": range(8, 41, 8), "d": [4, 8], "trials": 3},
    "data": {"n": range(8, 41, 8), "d": [8, 12], "trials": 3},
    "neurons": {"n": range(4, 33, 4), "d": [4, 6], "trials": 3},
}
GLANCES["two neurons"] = GLANCES["neurons"]
GRIDS = {
    "paper": PAPER,
    "fine": FINE,
    "trees": TREES,
    "other trees": OTHER_TREES,
    "data": OTHER_DATA,
    "neurons": NEURONS,
    "two neurons": TWO_NEURONS,
}
DIRECTIONS = ("random", "smallest")
PROGRAMS = {"gated": "gated network", "exact": "ReLU network"}
EFFORT = {"gated": 3_000_000}  # nodes; near the edge a proof may need many more
SHORT = 100_000  # nodes where large problems are many: a few next to the edge stay open
LESS = {("gated", "smallest"): SHORT}
WHERE = {
    ("exact", "random"): (1.0, 1.45),
    ("exact", "smallest"): (1.5, 2.49),
    ("gated", "random"): (2.0, 3.0),
    ("gated", "smallest"): (2.49, 6.0),
    ("sampled", "random"): (1.8, 2.3),
    ("sampled", "smallest"): (2.2, 2.9),
}
# The ReLU network needs no more rows than the gated one over a sample, so figures 6 and 18 say how far. With
# X^T X = I the shortest dual vector reaches 1 only where the labels have one sign: n = d is enough.
WHERE_ELSE = {
    ("cubic", "random"): (1.0, 2.3),
    ("cubic", "smallest"): (1.0, 3.4),
    ("whitened", "random"): (0.8, 1.0),
    ("cubic-whitened", "random"): (0.8, 1.0),
}
# With X^T X = I all that is in the gated network's way are all-ones patterns, over a sample or over all.
GATED_ELSE = {
    ("gated", "cubic", "random"): (2.4, 3.6),
    ("gated", "cubic", "smallest"): (3.0, 5.5),
    ("gated", "whitened", "random"): (1.8, 2.2),
    ("gated", "cubic-whitened", "random"): (1.8, 2.2),
    ("sampled", "cubic", "random"): (1.8, 2.6),
    ("sampled", "cubic", "smallest"): (2.2, 3.4),
    ("sampled", "whitened", "random"): (1.8, 2.2),
    ("sampled", "cubic-whitened", "random"): (1.8, 2.2),
}
WHERE_NEURONS = {
    "one": (1, "random", "neurons", 4.0, SHORT),
    "two": (2, "random", "two neurons", 8.0, 4 * SHORT),
    "opposite": (2, "opposite", "neurons", 6.0, SHORT),
}
NO_EDGE = "the smallest direction changes with the rows: a column of the diagram need not have one edge"


def _diagram(name, form, direction, size, edge=None, effort=None, **settings):
    grids = {"book": GLANCES[size], "paper": GRIDS[size]}
    sampled = name.startswith("sampled")
    edge = edge or WHERE["sampled" if sampled else form, direction]
    settings = {"form": form, "direction": direction, "ensemble": "gaussian"} | settings
    if not sampled:
        settings["patterns"] = "all"
        effort = effort or LESS.get((form, direction), EFFORT.get(form))
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
    _diagram("real-smallest", "exact", "smallest", "paper", effort=SHORT),
    *(_diagram(f"real-{way}-fine", "exact", way, "fine") for way in DIRECTIONS),
    *(
        _diagram(f"{name}-{way}", "gated", way, "trees")
        for name in ("gated", "sampled")
        for way in DIRECTIONS
    ),
    *(
        _diagram(f"{name}-{way}-{data}", "gated", way, "other trees", edge, ensemble=data)
        for (name, data, way), edge in GATED_ELSE.items()
    ),
    *(
        _diagram(
            f"real-{way}-{data}",
            *("exact", way, "data", edge),
            effort=SHORT,
            ensemble=data,
        )
        for (data, way), edge in WHERE_ELSE.items()
    ),
    *(
        _diagram(
            f"real-relu-{name}",
            *("exact", way, size, (1.0, most)),
            effort=effort,
            kind="relu",
            network="plain",
            k=k,
        )
        for name, (k, way, size, most, effort) in WHERE_NEURONS.items()
    ),
    _edges("edges-exact", "exact", range(2, 31), (1.0, 1.5)),
    _edges("edges-gated", "gated", range(2, 16), (2.0, 3.0)),
)
WHOLE = {figure.number: figure for figure in _ALL}
LISTED = FIGURES | WHOLE
