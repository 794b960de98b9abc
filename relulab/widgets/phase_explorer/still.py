"""The picture that stands for a phase explorer where no script runs, and its conclusion in words."""

import numpy as np

from ...phase.grid import phase_diagram
from ..common.stills import pictured
from .job import KINDS

MOST = {"n": 12, "d": 8, "trials": 3}  # a still is computed whenever an explorer is shown
MOST_COSTLY = {"n": 6, "d": 4, "trials": 1}
BOUNDS = {
    "gated": "For the gated program over all patterns this is an upper bound; it bounds no ReLU network.",
    "exact": "For the ReLU network, this program over all patterns, it is an upper bound.",
}


def still(settings, n, d):
    """Picture, alt text and caption of a small diagram of these settings."""
    noisy = settings["sigma"] > 0
    most = MOST_COSTLY if noisy or settings["form"] == "exact" else MOST
    problem = {name: settings[name] for name in settings if name not in ("seed", "trials")}
    ds = phase_diagram(
        _thinned(n, most["n"]),
        _thinned(d, most["d"]),
        min(settings["trials"], most["trials"]),
        kind=KINDS[settings["network"]],
        rng=settings["seed"],
        metric="distance" if noisy else "recovery",
        progress=False,
        **problem,
    )

    def draw(ax):
        from ...figures.pictures import add_colorbar, distances
        from ...plots.diagrams import diagram

        if noisy:
            distances(ds, ax=ax)
            add_colorbar(ax)
        else:
            diagram(ds, ax=ax)

    what = "distances of planted weights" if noisy else "shares of recovered problems"
    alt = f"A phase diagram over d and n: {what}, {ds.sizes['n']} by {ds.sizes['d']} cells."
    return pictured(draw, (4.8, 4.2)), alt, _conclusion(ds)


def _thinned(sizes, most):
    return sizes[:: -(-len(sizes) // most)]


def _conclusion(ds):
    """What the diagram shows, by its first and last dimension."""
    trials, undecided = ds.sizes["trial"], int(ds.undecided.sum())
    said = [_over_n(ds.isel(d=place)) for place in _ends(ds.d)]
    said.append(f"{trials} random problem{'s' if trials > 1 else ''} a cell; patterns are sampled.")
    if "rate" in ds:
        said.append(BOUNDS[ds.attrs["form"]])
    if undecided:
        said.append(f"Undecided: {undecided}.")
    return " ".join(said)


def _over_n(column):
    d, n = int(column.d), column.n.values
    if "rate" not in column:
        measured = [(column.distance.isel(n=place).dropna("trial"), n[place]) for place in _ends(n)]
        known = [f"{float(some.mean()):.2f} at n = {at}" for some, at in measured if some.size]
        return f"At d = {d} the mean distance is {' and '.join(known) or 'not known'}."
    below = np.flatnonzero(column.rate.values < 0.5)
    if len(below) == 0:
        return f"At d = {d} at least half is recovered from n = {n[0]} on."
    if below[-1] == len(n) - 1:
        return f"At d = {d} less than half is recovered at n = {n[-1]}."
    return f"At d = {d} at least half is recovered from n = {n[below[-1] + 1]} on."


def _ends(values):
    return sorted({0, len(values) - 1})
