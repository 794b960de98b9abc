"""The phase explorer: watch a phase diagram fill, open a cell, see the certificates."""

import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import anywidget
import numpy as np
import traitlets

from .. import _checks
from ..blocks import Blocks
from ..certify import EVIDENCE, STATUSES, decide
from ..conditions import isometry
from ..ensembles import ENSEMBLES
from ..phase import instance
from .sources import LABORATORY, joined, packed

DIRECTIONS = ("random", "smallest")
MOST = {"n": 400, "d": 200, "trials": 50, "seed": 2**32 - 1, "cells": 1000}


MODULE = (
    *LABORATORY,
    "engine.js",
    "elements.js",
    "pictures.js",
    "settings.js",
    "curves.js",
    "diagram.js",
    "slice.js",
    "detail.js",
    "phase_explorer.js",
)


class PhaseExplorer(anywidget.AnyWidget):
    """A phase diagram of exact recovery that the reader runs: planted linear neuron, gated skip network.

    In a notebook Python computes; on a built page, or where no kernel answers, the browser does, with the
    same algorithm on random numbers of its own. Patterns are sampled, so the diagram is an upper bound for
    the network with all its patterns.

    Attributes
    ----------
    ensemble : {"gaussian", "cubic", "whitened", "cubic-whitened"}
        The data.
    direction : {"random", "smallest"}
        Where the planted neuron points.
    n, d : iterable of int
        Samples and dimensions of the grid, evenly spaced and increasing: ``range(10, 121, 10)`` or a list.
    trials : int
        Random problems a cell.
    seed : int
        Trial t of cell (n, d) depends on (seed, n, d, t) alone.
    result : xarray.Dataset
        What Python has computed for the last run, laid out as by `phase_diagram`; status -1 and a NaN rate
        where a cell is still open.

    Raises
    ------
    ValueError
        For an unknown ensemble or direction, sizes out of range or unevenly spaced, a grid that is too large.

    Examples
    --------
    >>> from relulab.widgets import PhaseExplorer
    >>> explorer = PhaseExplorer(ensemble="whitened", n=range(10, 61, 10), d=[10, 20], trials=3)
    >>> explorer.n, explorer.d
    ([10, 20, 30, 40, 50, 60], [10, 20])
    """

    _esm = packed(*MODULE)
    _css = joined("phase_explorer.css")

    ensemble = traitlets.Any("gaussian").tag(sync=True)
    direction = traitlets.Any("random").tag(sync=True)
    n = traitlets.Any(list(range(10, 121, 10))).tag(sync=True)
    d = traitlets.Any(list(range(10, 61, 10))).tag(sync=True)
    trials = traitlets.Any(5).tag(sync=True)
    seed = traitlets.Any(0).tag(sync=True)
    most = traitlets.Dict(MOST, read_only=True, help="The largest values allowed.").tag(sync=True)

    def __init__(self, **settings):
        super().__init__(**settings)
        self._lock = threading.Lock()
        self._runs = {}
        self._table = None
        self.on_msg(self._on_message)

    @traitlets.validate("ensemble", "direction", "n", "d", "trials", "seed")
    def _validate(self, proposal):
        return _setting(proposal["trait"].name, proposal["value"])

    @property
    def result(self):
        """What Python has computed for the last run, an xarray.Dataset, or None before the first."""
        with self._lock:
            return None if self._table is None else self._table.dataset()

    def _on_message(self, _, content, buffers):
        kind, run = content.get("kind"), content.get("run")
        if kind == "cancel":
            if run in self._runs:
                self._runs[run].set()
        elif kind in ("run", "select"):
            try:
                settings, cells = _job(content)
            except KeyError as error:
                self.send({"kind": "error", "run": run, "message": f"the message lacks {error}"})
                return
            except (TypeError, ValueError) as error:
                self.send({"kind": "error", "run": run, "message": str(error)})
                return
            cancelled = self._runs[run] = threading.Event()
            job = (run, settings, cells, kind == "select", cancelled)
            threading.Thread(target=self._compute, args=job, daemon=True).start()

    def _compute(self, run, settings, cells, detail, cancelled):
        """Stream a job's cells to the page, on all cores."""
        if not detail:
            with self._lock:
                table = self._table = _Table(settings, cells)

        def one(cell):
            trials, spoken = [], time.monotonic()
            for number in range(settings["trials"]):
                if cancelled.is_set():
                    return
                trials.append(_trial(settings, *cell, number))
                if time.monotonic() > spoken + 2:
                    self.send({"kind": "working", "run": run})
                    spoken = time.monotonic()
            with self._lock:
                if not detail:
                    table.put(*cell, trials)
            shown = trials if detail else [{key: t[key] for key in ("status", "evidence")} for t in trials]
            if not cancelled.is_set():
                self.send({"kind": "cell", "run": run, "n": cell[0], "d": cell[1], "trials": shown})

        self.send({"kind": "started", "run": run})
        try:
            with ThreadPoolExecutor(os.cpu_count()) as pool:
                for _ in pool.map(one, cells):
                    pass
            self.send({"kind": "finished", "run": run})
        except Exception as error:
            self.send({"kind": "error", "run": run, "message": f"{type(error).__name__}: {error}"})
        finally:
            self._runs.pop(run, None)


def _setting(name, value):
    """One checked setting, as it goes to the page."""
    if name == "ensemble":
        return _checks.choice(name, value, ENSEMBLES)
    if name == "direction":
        return _checks.choice(name, value, DIRECTIONS)
    if name in ("trials", "seed"):
        return _checks.count(name, value, int(name == "trials"), MOST[name])
    sizes = [_checks.count(name, size, 1, MOST[name]) for size in np.atleast_1d(value).tolist()]
    if not sizes:
        raise ValueError(f"{name} is empty; give at least one size")
    steps = set(np.diff(sizes).tolist())
    if len(steps) > 1 or min(steps, default=1) < 1:
        raise ValueError(
            f"{name}={sizes} is not evenly spaced and increasing; give for example range(10, 121, 10)"
        )
    return sizes


def _job(content):
    """The settings and cells of a message, checked."""
    names = ("ensemble", "direction", "trials", "seed")
    settings = {name: _setting(name, content["settings"][name]) for name in names}
    cells = [(_setting("n", n)[0], _setting("d", d)[0]) for n, d in content["cells"]]
    _checks.count("cells", len(cells), 1, MOST["cells"])
    return settings, cells


def _trial(settings, n, d, number):
    """One trial's verdict with what the page shows of it."""
    plant, S = instance(
        n, d, number, ensemble=settings["ensemble"], direction=settings["direction"], rng=settings["seed"]
    )
    verdict = decide(plant, S)
    refined = cost = None
    if verdict.evidence == "dual":
        refined = Blocks(plant.X, S).norms(verdict.dual)[1:].tolist()
    if verdict.competitor is not None:
        cost = float(np.linalg.norm(verdict.competitor, axis=1).sum())
    return {
        "status": verdict.status,
        "evidence": verdict.evidence,
        "margin": None if np.isnan(verdict.margin) else verdict.margin,
        "iterations": verdict.iterations,
        "cost": cost,
        "norms": isometry(plant, S).norms.tolist(),
        "refined": refined,
    }


class _Table:
    """The trials of one run as they come in."""

    def __init__(self, settings, cells):
        self.settings = settings
        self.n, self.d = (sorted({cell[axis] for cell in cells}) for axis in (0, 1))
        shape = (len(self.n), len(self.d), settings["trials"])
        self.status, self.evidence = np.full(shape, -1, np.int8), np.full(shape, -1, np.int8)
        self.margin, self.iterations = np.full(shape, np.nan), np.zeros(shape, np.int32)

    def put(self, n, d, trials):
        at = self.n.index(n), self.d.index(d)
        self.status[at] = [STATUSES.index(t["status"]) for t in trials]
        self.evidence[at] = [-1 if t["evidence"] is None else EVIDENCE.index(t["evidence"]) for t in trials]
        self.margin[at] = [np.nan if t["margin"] is None else t["margin"] for t in trials]
        self.iterations[at] = [t["iterations"] for t in trials]

    def dataset(self):
        import xarray as xr

        per_trial, per_cell = ("n", "d", "trial"), ("n", "d")
        open_cells = (self.status < 0).any(axis=2)
        rate = np.where(open_cells, np.nan, (self.status == STATUSES.index("recovered")).mean(axis=2))
        return xr.Dataset(
            {
                "status": (per_trial, self.status.copy(), {"meanings": list(STATUSES), "open": -1}),
                "evidence": (per_trial, self.evidence.copy(), {"meanings": list(EVIDENCE), "none": -1}),
                "margin": (per_trial, self.margin.copy()),
                "iterations": (per_trial, self.iterations.copy()),
                "rate": (per_cell, rate),
                "undecided": (per_cell, (self.status == STATUSES.index("undecided")).sum(axis=2)),
            },
            coords={"n": self.n, "d": self.d, "trial": np.arange(self.settings["trials"])},
            attrs={**self.settings, "kind": "linear", "network": "skip", "form": "gated"},
        )
