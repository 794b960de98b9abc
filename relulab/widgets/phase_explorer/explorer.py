"""The phase explorer: watch a phase diagram fill, open a cell, see the certificates."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import anywidget
import numpy as np
import traitlets

from ... import _checks
from ...blocks.blocks import NETWORKS
from ...blocks.conditions import FORMS
from ...certify.verdicts import STATUSES
from ...data.ensembles import ENSEMBLES
from ...data.planted import DIRECTIONS
from ...figures.results import open_figure
from ...phase.datasets import meanings
from ..common.sources import LABORATORY, joined, packed
from ..common.stills import Still
from ..common.stored_edges import edges_over_all
from .job import Job
from .still import still

if TYPE_CHECKING:
    from typing import Any

MODULE = (
    *LABORATORY,
    "laboratory/worker.js",
    "laboratory/pool.js",
    "laboratory/engine.js",
    "common/elements.js",
    "common/verdicts.js",
    "common/pictures.js",
    "phase_explorer/settings.js",
    "phase_explorer/curves.js",
    "phase_explorer/legend.js",
    "phase_explorer/over_all.js",
    "phase_explorer/diagram.js",
    "phase_explorer/slice.js",
    "phase_explorer/detail.js",
    "phase_explorer/stored.js",
    "phase_explorer/takeaway.js",
    "phase_explorer/face.js",
    "phase_explorer/phase_explorer.js",
)
CHOICES = {"network": NETWORKS, "form": FORMS, "ensemble": ENSEMBLES, "direction": DIRECTIONS}
LEAST = {"k": 1, "trials": 1, "seed": 0, "n": 1, "d": 1}
MOST = {"n": 400, "d": 200, "k": 3, "sigma": 1, "trials": 50, "seed": 2**32 - 1, "cells": 1000}
QUESTION = "Each square: was the hidden neuron found? Bright is every time, dark is never."
SETTINGS = ("network", "form", "ensemble", "direction", "k", "sigma", "trials", "seed")


class PhaseExplorer(Still, anywidget.AnyWidget):
    """A phase diagram of exact recovery that the reader runs.

    In a notebook Python computes; on a built page, or where no kernel answers, the browser does, with the
    same algorithm on random numbers of its own. Patterns are sampled, so the diagram is an upper bound for
    the same program over all patterns; for the ReLU network, which is the exact program, a gated diagram is
    no bound. With noise nothing is recovered exactly: then the diagram shows how far
    the planted weights of the minimal-norm network are from the true ones.

    Attributes
    ----------
    network : {"skip", "plain", "normalized"}
        What is learned; planted are a linear neuron, ReLU neurons, normalized ReLU neurons.
    form : {"gated", "exact"}
        The program.
    ensemble : {"gaussian", "cubic", "whitened", "cubic-whitened"}
        The data.
    direction : {"random", "smallest", "axes", "opposite"}
        Where the planted neurons point; an opposite pair has k = 2, and a linear neuron has no opposite.
    k : int
        Planted neurons, at most 3; 1 for the skip network.
    sigma : float
        Noise level, from 0 to 1.
    n, d : iterable of int
        Samples and dimensions of the grid, evenly spaced and increasing: ``range(10, 121, 10)`` or a list.
    trials : int
        Random problems a cell.
    seed : int
        Trial t of cell (n, d) depends on (seed, n, d, t) alone.
    stored : xarray.Dataset, str or None
        A diagram from `phase_diagram`, or the number of a figure for `open_figure`: the band where its 95 %
        intervals hold one half is drawn over diagrams of its settings, and readers can go on with it where
        the browser cannot compute.
    edges : list of dict
        Read only: where half of the linear plants is recovered over *all* patterns, as the package's stored
        figures measured it, for the gated and the exact program; readers switch these curves on.
    lean : bool
        The diagram first, with one question and one control; it fills by itself when it comes into view, and
        at once where the reader asks for less motion. Everything else is behind "More".
    name : str
        What a link calls this explorer; give two explorers of one page two names.
    result : xarray.Dataset
        What Python has computed for the last run, laid out as by `phase_diagram`; status -1 and a NaN rate
        where a cell is still open.

    Raises
    ------
    ValueError
        For an unknown choice, sizes out of range or unevenly spaced, a grid that is too large, neurons that
        do not fit the dimension, a stored dataset without verdicts.

    Examples
    --------
    >>> from relulab.widgets import PhaseExplorer
    >>> explorer = PhaseExplorer(ensemble="whitened", n=range(10, 61, 10), d=[10, 20], trials=3)
    >>> explorer.n, explorer.d
    ([10, 20, 30, 40, 50, 60], [10, 20])
    """

    _esm = packed(*MODULE)
    _css = joined("common/house.css", "phase_explorer/phase_explorer.css")

    network = traitlets.Any("skip", help="What is learned.").tag(sync=True)
    form = traitlets.Any("gated", help="The program.").tag(sync=True)
    ensemble = traitlets.Any("gaussian", help="The data.").tag(sync=True)
    direction = traitlets.Any("random", help="Where the planted neurons point.").tag(sync=True)
    k = traitlets.Any(1, help="Planted neurons.").tag(sync=True)
    sigma = traitlets.Any(0.0, help="Noise level.").tag(sync=True)
    n = traitlets.Any(list(range(10, 121, 10)), help="Samples of the grid.").tag(sync=True)
    d = traitlets.Any(list(range(10, 61, 10)), help="Dimensions of the grid.").tag(sync=True)
    trials = traitlets.Any(10, help="Random problems a cell.").tag(sync=True)
    seed = traitlets.Any(0, help="Of all random numbers.").tag(sync=True)
    stored = traitlets.Any(None, allow_none=True, help="A diagram computed before.").tag(sync=True)
    lean = traitlets.Bool(False, help="The diagram with one control, the rest folded.").tag(sync=True)
    edges = traitlets.List(read_only=True, help="Stored edges over all patterns.").tag(sync=True)
    name = traitlets.Unicode("phase-explorer", help="What a link calls it.").tag(sync=True)
    most = traitlets.Dict(MOST, read_only=True, help="The largest values allowed.").tag(sync=True)

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.set_trait("edges", edges_over_all())
        _agree(self._settings())
        self._jobs, self._last = {}, None
        self.on_msg(self._on_message)

    @traitlets.validate(*SETTINGS, "n", "d")
    def _validate(self, proposal):
        return _setting(proposal["trait"].name, proposal["value"])

    @traitlets.validate("stored")
    def _validate_stored(self, proposal):
        given = proposal["value"]
        if given is None or isinstance(given, dict):
            return given
        if isinstance(given, str):
            return _stored(open_figure(given)) | {"words": f"figure {given}, computed by this library"}
        return _stored(given)

    @property
    def result(self):
        """What Python has computed for the last run, an xarray.Dataset, or None before the first."""
        return None if self._last is None else self._last.dataset()

    def _settings(self, names=(*SETTINGS, "n", "d")):
        return {name: getattr(self, name) for name in names}

    def _still(self):
        picture, alt, caption = still(self._settings(SETTINGS), self.n, self.d)
        return picture, alt, f"{QUESTION} {caption}" if self.lean and not self.sigma else caption

    def _on_message(self, _, content, buffers):
        kind, run = content.get("kind"), content.get("run")
        if kind == "cancel":
            if run in self._jobs:
                self._jobs[run].cancel()
        elif kind in ("run", "select"):
            try:
                settings, cells = _asked(content)
            except KeyError as error:
                self.send({"kind": "error", "run": run, "message": f"the message lacks {error}"})
                return
            except (TypeError, ValueError) as error:
                self.send({"kind": "error", "run": run, "message": str(error)})
                return
            job = self._jobs[run] = Job(run, settings, cells, kind == "select", self.send)
            if kind == "run":
                self._last = job
            threading.Thread(target=self._compute, args=(job,), daemon=True).start()

    def _compute(self, job):
        try:
            job.compute()
        finally:
            self._jobs.pop(job.run, None)


def _setting(name, value):
    """One checked setting, as it goes to the page."""
    if name in CHOICES:
        return _checks.choice(name, value, CHOICES[name])
    if name == "sigma":
        if _checks.nonnegative(name, value) > MOST[name]:
            raise ValueError(f"sigma={value} is above {MOST[name]}, where noise drowns the labels")
        return float(value)
    if name in ("k", "trials", "seed"):
        return _checks.count(name, value, LEAST[name], MOST[name])
    sizes = [_checks.count(name, size, 1, MOST[name]) for size in np.atleast_1d(value).tolist()]
    if not sizes:
        raise ValueError(f"{name} is empty; give at least one size")
    steps = set(np.diff(sizes).tolist())
    if len(steps) > 1 or min(steps, default=1) < 1:
        raise ValueError(
            f"{name}={sizes} is not evenly spaced and increasing; give for example range(10, 121, 10)"
        )
    return sizes


def _agree(settings):
    """Raise a ValueError where settings do not go together."""
    network, direction, k = settings["network"], settings["direction"], settings["k"]
    if network == "skip" and k > 1:
        raise ValueError(f'k={k} with network="skip": a sum of linear neurons is one linear neuron, so k=1')
    if network == "skip" and direction == "opposite":
        raise ValueError('direction="opposite" with network="skip": a linear neuron has no opposite')
    if direction == "opposite" and k != 2:
        raise ValueError(f'k={k} with direction="opposite": the planted pair (w, -w) has k=2')
    for axis in ("n", "d") if direction == "smallest" else ("d",):
        if k > min(settings[axis]):
            raise ValueError(f"k={k} planted neurons do not fit {axis}={min(settings[axis])}")


def _asked(content):
    """The settings and cells of a message, checked."""
    settings = {name: _setting(name, content["settings"][name]) for name in SETTINGS}
    cells = [(_setting("n", n)[0], _setting("d", d)[0]) for n, d in content["cells"]]
    _checks.count("cells", len(cells), 1, MOST["cells"])
    sizes_n, sizes_d = zip(*cells, strict=True)
    _agree(settings | {"n": sizes_n, "d": sizes_d})
    return settings, cells


def _stored(dataset):
    """A dataset of verdicts as it goes to the page: one digit a trial."""
    if "status" not in dataset or "flag_meanings" not in dataset.status.attrs:
        raise ValueError("stored holds no verdicts; give a dataset of phase_diagram with metric='recovery'")
    words = [word for code, word in meanings(dataset.status).items() if code >= 0]
    if not set(words) <= set(STATUSES):
        raise ValueError(f"stored holds other verdicts than {', '.join(STATUSES)}: {', '.join(words)}")
    codes = dataset.status.transpose("n", "d", "trial").values
    settings = {name: dataset.attrs[name] for name in SETTINGS[:6]}
    trials = codes.shape[2]
    return {
        "n": _setting("n", dataset.n.values),
        "d": _setting("d", dataset.d.values),
        "codes": [["".join(map(str, cell)) for cell in row] for row in codes],
        "meanings": words,
        "settings": {**settings, "k": int(settings["k"]), "sigma": float(settings["sigma"])},
        "words": f"a stored diagram of {trials} trial{'s' if trials > 1 else ''} a cell",
    }
