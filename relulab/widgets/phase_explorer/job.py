"""What Python computes for a phase explorer: cells of a grid, sent to the page in groups as they come."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor, wait

import numpy as np
import scipy.linalg  # noqa: F401, only a library that is loaded can be limited
from threadpoolctl import threadpool_limits

from ...audit.checking import check
from ...blocks.blocks import Blocks
from ...blocks.conditions import isometry
from ...certify.decision import decide
from ...certify.verdicts import EVIDENCE, STATUSES
from ...data.trials import instance
from ...phase import distances
from ...phase.cells import run_cell
from ...phase.datasets import FIELDS, flags, portable
from ...phase.pools import cores

KINDS = {"skip": "linear", "plain": "relu", "normalized": "normalized"}
GROUP = 0.05  # seconds between messages
SPEAK = 2.0  # seconds after which a job says that it is still at work
MOST_NEURONS = 200  # sent to the page


class Job:
    """One run, or the details of one cell; `send` takes messages for the page."""

    def __init__(self, run, settings, cells, detail, send):
        self.run, self.settings, self.cells, self.detail, self.send = run, settings, cells, detail, send
        self.noisy = settings["sigma"] > 0
        self.problem = {name: settings[name] for name in ("ensemble", "direction", "k", "sigma")}
        self.problem |= {"kind": KINDS[settings["network"]], "rng": settings["seed"]}
        self.program = settings["network"], settings["form"]
        self.stopped = threading.Event()
        self.n, self.d = (sorted({cell[axis] for cell in cells}) for axis in (0, 1))
        fields = distances.FIELDS if self.noisy else FIELDS
        self.table = np.full((len(self.n), len(self.d), settings["trials"], len(fields)), np.nan)

    def cancel(self):
        """Stop after the cells that are being computed."""
        self.stopped.set()

    def compute(self):
        """Compute all cells on all cores, one BLAS thread each."""
        self.send({"kind": "started", "run": self.run})
        pool = ThreadPoolExecutor(cores())
        try:
            with threadpool_limits(1):
                self._stream({pool.submit(self._cell, cell) for cell in self.cells})
            self.send({"kind": "finished", "run": self.run})
        except Exception as error:
            self.send({"kind": "error", "run": self.run, "message": f"{type(error).__name__}: {error}"})
        finally:
            self.stopped.set()
            pool.shutdown(cancel_futures=True)

    def _stream(self, pending):
        """Send what is finished, in groups, and a sign of life where nothing is."""
        spoken = time.monotonic()
        while pending and not self.stopped.is_set():
            done, pending = wait(pending, timeout=GROUP)
            if cells := [cell for future in done if (cell := future.result())]:
                self.send({"kind": "cells", "run": self.run, "cells": cells})
                spoken = time.monotonic()
            elif time.monotonic() > spoken + SPEAK:
                self.send({"kind": "working", "run": self.run})
                spoken = time.monotonic()

    def _cell(self, cell):
        if self.stopped.is_set():
            return None
        n, d = cell
        if self.detail:
            trials = [self._details(n, d, number) for number in range(self.settings["trials"])]
        else:
            metric = "distance" if self.noisy else "recovery"
            table, _ = run_cell(n, d, self.settings["trials"], self.problem, *self.program, metric)
            self.table[self.n.index(n), self.d.index(d)] = table
            trials = [self._words(dict(zip(self._fields, row, strict=True))) for row in table.tolist()]
        return {"n": n, "d": d, "trials": trials}

    @property
    def _fields(self):
        return distances.FIELDS if self.noisy else FIELDS

    def _words(self, row):
        """A trial's numbers as the page reads them."""
        if self.noisy:
            return _measured(distances.STATUSES[int(row["status"])], row["distance"])
        evidence = int(row["evidence"])
        return {
            "status": STATUSES[int(row["status"])],
            "evidence": None if evidence < 0 else EVIDENCE[evidence],
            "iterations": int(row["iterations"]),
        }

    def _details(self, n, d, number):
        """One trial's verdict with what the page shows of it."""
        plant, S = instance(n, d, number, **self.problem)
        network, form = self.program
        if self.noisy:
            found = distances.measure(plant, S, plant.X, network, form)
            return _measured(found.status, found.distance) | {"neurons": []}
        verdict = decide(plant, S, network, form)
        check(verdict, plant, S)
        blocks, norms = Blocks(plant.X, S, network), isometry(plant, S, network).norms
        planted = [] if plant.kind == "linear" else _planted(blocks, plant)
        refined = None
        if verdict.evidence in ("dual", "socp") and form == "gated":
            refined = blocks.norms(verdict.dual)[blocks.skip :].tolist()
        neurons = _found(verdict, plant, blocks)
        return {
            "status": verdict.status,
            "evidence": verdict.evidence,
            "margin": None if np.isnan(verdict.margin) else verdict.margin,
            "iterations": verdict.iterations,
            "cost": None if verdict.competitor is None else sum(neuron["length"] for neuron in neurons),
            "price": plant.weights.shape[1],
            "norms": norms.tolist(),
            "planted": planted,
            "refined": refined,
            "neurons": neurons[:MOST_NEURONS],
        }

    def dataset(self):
        """What has been computed, as an xarray.Dataset."""
        import xarray as xr

        values = dict(zip(self._fields, np.moveaxis(self.table, -1, 0), strict=True))
        unknown = np.isnan(values["status"])
        still_open = unknown.any(axis=2)
        codes = {name: np.where(unknown, -1, values[name]).astype(np.int8) for name in ("status", "evidence")}
        statuses, evidence = (distances.STATUSES, distances.EVIDENCE) if self.noisy else (STATUSES, EVIDENCE)
        per_trial, per_cell = ("n", "d", "trial"), ("n", "d")
        variables = {
            "status": (per_trial, codes["status"], flags(statuses, open=-1)),
            "evidence": (per_trial, codes["evidence"], flags(evidence, none=-1, error=-2)),
            "undecided": (per_cell, (codes["status"] == statuses.index("undecided")).sum(axis=2)),
        }
        if self.noisy:
            variables["distance"] = per_trial, values["distance"]
        else:
            rate = (codes["status"] == STATUSES.index("recovered")).mean(axis=2)
            variables["rate"] = per_cell, np.where(still_open, np.nan, rate)
            variables["margin"] = per_trial, values["margin"]
            variables["iterations"] = per_trial, np.where(unknown, 0, values["iterations"]).astype(np.int32)
        coords = {"n": self.n, "d": self.d, "trial": np.arange(self.settings["trials"])}
        kind = KINDS[self.settings["network"]]
        return xr.Dataset(variables, coords=coords, attrs=portable({**self.settings, "kind": kind}))


def _measured(status, distance):
    known = status == "measured"
    return {
        "status": "fitted" if known else "undecided",
        "evidence": None,
        "distance": distance if known else None,
    }


def _planted(blocks, plant):
    """The numbers of the planted patterns; none where a planted neuron is silent."""
    loud = (plant.X @ plant.weights > 0).any(axis=0).all()
    return sorted({int(j) - blocks.skip for j in blocks.planted(plant)[0]}) if loud else []


def _found(verdict, plant, blocks):
    """The neurons of the solution, the longest first: length, cosine with the nearest planted one."""
    if verdict.status == "recovered":
        relu = blocks.skip == 0
        return [{"length": 1.0, "cosine": 1.0, "relu": relu}] * plant.weights.shape[1]
    if verdict.competitor is None:
        return []
    W = verdict.competitor if verdict.competitor.ndim == 3 else verdict.competitor[None]
    outputs = np.einsum("id,sjd,ij->sji", plant.X, W, blocks.masks)
    sizes = np.linalg.norm(W, axis=2)
    lengths = np.linalg.norm(outputs, axis=2) if blocks.factors is not None else sizes
    sides = np.array([1.0, -1.0])[: len(W), None, None]  # negative neurons of the exact form
    cosines = (sides * W @ plant.weights).max(axis=2) / np.maximum(sizes, 1e-300)
    neurons = [
        {
            "length": float(lengths[s, j]),
            "cosine": float(min(1, cosines[s, j])),
            "relu": bool(j >= blocks.skip),
        }
        for s, j in zip(*np.nonzero(lengths > 1e-6), strict=True)
    ]
    return sorted(neurons, key=lambda neuron: -neuron["length"])
