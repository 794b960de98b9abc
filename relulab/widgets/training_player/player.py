"""The training player: runs in the plane as frames, and small networks trained in the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anywidget
import numpy as np
import traitlets

from ..common.sources import as_bytes, joined
from ..common.stills import Still, pictured
from .runs import example_runs

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

NEEDED = ("first", "second", "loss", "objective", "test_distance", "X", "planted", "step")
MOST_BYTES = 1_000_000


class TrainingPlayer(Still, anywidget.AnyWidget):
    """Trained networks frame by frame: neurons that move and merge in the plane, the loss, the test distance.

    A neuron stands at its weights times the size of its output weight, so that its distance from the origin
    is what it costs; rings mark the planted neurons. The third curve is how far the objective lies above the
    optimum of the convex program. The reader chooses among the runs, plays or steps, and trains networks of
    his own in the page, by the same gradient descent with weight decay.

    Parameters
    ----------
    runs : dict of str to xarray.Dataset or dict of arrays, optional
        As `record` makes them, d = 2, by the name that the reader sees; `example_runs` by default.
    lean : bool
        The plane with one control, played as soon as it comes into view (where the reader asks for less
        motion its last frame is shown); the curves and the speed are behind "More".

    Attributes
    ----------
    packed_runs : bytes
        The runs as they go to the page, compressed.

    Raises
    ------
    ValueError
        Where a run lacks an array, has arrays that do not fit, or is not in the plane; where they come to
        more than 1 MB.

    Examples
    --------
    >>> import relulab as rl
    >>> X = rl.draw("gaussian", 20, 2, rng=0)
    >>> run = rl.widgets.record(rl.plant(X, kind="relu", rng=1), width=6, steps=200, frames=10)
    >>> player = rl.widgets.TrainingPlayer({"a short run": run})
    >>> len(player.packed_runs) < 10_000
    True
    """

    _esm = joined(
        "laboratory/numerics.js",
        "training_player/training.js",
        "common/elements.js",
        "common/player.js",
        "laboratory/worker.js",
        "training_player/training_pictures.js",
        "training_player/training_player.js",
    )
    _css = joined("common/house.css", "training_player/training_player.css")

    packed_runs = traitlets.Bytes().tag(sync=True)
    lean = traitlets.Bool(False).tag(sync=True)

    def __init__(self, runs: Mapping[str, Any] | None = None, lean: bool = False) -> None:
        runs = example_runs() if runs is None else runs
        if not runs:
            raise ValueError("runs is empty; give at least one")
        columns = [_columns(name, run) for name, run in runs.items()]
        packed = as_bytes(columns)
        if len(packed) > MOST_BYTES:
            raise ValueError(f"the runs come to {len(packed)} bytes; record fewer frames or neurons")
        super().__init__(packed_runs=packed, lean=lean)
        self._columns = columns

    def _still(self):
        def draw(ax):
            for run in self._columns:
                ax.loglog(1 + np.array(run["step"]), run["loss"], label=run["name"])
            ax.set(xlabel="1 + step", ylabel="training loss")
            ax.legend()

        ends = [f"{run['name']}: from {run['loss'][0]:.2g} to {run['loss'][-1]:.2g}" for run in self._columns]
        alt = f"Curves of the training loss over the steps, falling, for {len(ends)} runs."
        return pictured(draw, (4.8, 3.4)), alt, f"Training loss over the steps. {'; '.join(ends)}."


def _columns(name, run):
    """A run as lists, six digits each."""
    if missing := [key for key in NEEDED if key not in run]:
        raise ValueError(f"runs[{name!r}] lacks {', '.join(missing)}")
    arrays = {key: np.asarray(run[key], dtype=float) for key in NEEDED}
    frames, width = arrays["second"].shape
    shapes = {"first": (frames, width, 2)} | dict.fromkeys(
        ("step", "loss", "objective", "test_distance"), (frames,)
    )
    for key, shape in shapes.items():
        if arrays[key].shape != shape:
            raise ValueError(f"runs[{name!r}] has {key} of shape {arrays[key].shape}; it must be {shape}")
    for key in ("X", "planted"):
        if arrays[key].ndim != 2 or arrays[key].shape[1] != 2:
            raise ValueError(f"runs[{name!r}] has {key} of shape {arrays[key].shape}; rows lie in the plane")
    if not all(np.isfinite(array).all() for array in arrays.values()):
        raise ValueError(f"runs[{name!r}] holds NaN or infinite values")
    about = {**getattr(run, "attrs", {}), **{key: run[key] for key in ("network", "optimum") if key in run}}
    columns = {key: _rounded(array) for key, array in arrays.items()}
    columns["hidden"] = columns.pop("planted")
    linear = width - 1 if about.get("network") == "skip" else -1
    optimum = about.get("optimum")
    return {"name": name, "linear": linear, "optimum": None if optimum is None else float(optimum), **columns}


def _rounded(array):
    """Nested lists of numbers with eight digits."""
    return [_rounded(part) for part in array] if array.ndim else float(f"{array:.8g}")
