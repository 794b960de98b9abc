"""The isometry explorer: block norms of the minimum-norm certificate and of a refined one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anywidget
import numpy as np
import traitlets

from ... import _checks
from ...blocks.blocks import Blocks
from ...blocks.conditions import isometry
from ...certify.decision import decide
from ...data.ensembles import ENSEMBLES
from ...data.trials import instance
from ...patterns.sampling import as_masks
from ..common.sources import LABORATORY, joined, packed
from ..common.stills import Still, pictured

if TYPE_CHECKING:
    from typing import Any

    from ...data.planted import Plant

DIRECTIONS = ("random", "smallest")
MOST = {"n": 120, "d": 60, "seed": 2**32 - 1}
MOST_GIVEN = {"n": 400, "d": 200, "p": 1000}


class IsometryExplorer(Still, anywidget.AnyWidget):
    """Block norms ``||A_j^T lambda||`` over sampled patterns: one planted linear neuron, gated skip network.

    Left the minimum-norm certificate, right the one that the search refines from it, step by step, with the
    bound 1 over both. Below 1 on every pattern the certificate proves that the planted neuron is recovered.
    The page draws the instances and computes by itself, with the laboratory of the phase explorer.

    Parameters
    ----------
    n, d : int
        Samples and dimension, at most 120 and 60.
    ensemble : {"gaussian", "cubic", "whitened", "cubic-whitened"}
        The data.
    direction : {"random", "smallest"}
        Where the planted neuron points.
    seed : int
        The instance; the page's random numbers are its own. With the default settings the minimum-norm
        certificate fails on many patterns, in the page as in Python, and a refined one holds.
    plant : Plant, optional
        A linear plant of yours, to be shown until the reader moves a slider.
    S : Patterns or array_like of bool, shape (n, p), optional
        Its patterns; needed with `plant`.

    Attributes
    ----------
    n, d, ensemble, direction, seed
        As above; they follow the reader and can be set.
    given : dict or None
        The plant of yours, as it goes to the page.
    found : dict
        What the page has found: ``status``, ``evidence``, ``largest`` (block norm of the minimum-norm
        certificate), ``refined`` (of the refined one, or None) and ``iterations``.

    Raises
    ------
    ValueError
        For an unknown ensemble or direction, sizes out of range, a plant that is not linear or lacks `S`.

    Examples
    --------
    >>> import relulab as rl
    >>> explorer = rl.widgets.IsometryExplorer(n=60, d=20, direction="random")
    >>> explorer.n, explorer.direction
    (60, 'random')
    >>> X = rl.draw("gaussian", 30, 10, rng=0)
    >>> mine = rl.widgets.IsometryExplorer(plant=rl.plant(X, rng=1), S=rl.sample_patterns(X, rng=2))
    """

    _esm = packed(
        *LABORATORY,
        "isometry_explorer/isometry.js",
        "common/elements.js",
        "common/verdicts.js",
        "common/player.js",
        "laboratory/worker.js",
        "isometry_explorer/isometry_explorer.js",
    )
    _css = joined("common/house.css", "isometry_explorer/isometry_explorer.css")

    n = traitlets.Any(54).tag(sync=True)
    d = traitlets.Any(20).tag(sync=True)
    ensemble = traitlets.Any("gaussian").tag(sync=True)
    direction = traitlets.Any("smallest").tag(sync=True)
    seed = traitlets.Any(56).tag(sync=True)
    given = traitlets.Dict(None, allow_none=True).tag(sync=True)
    found = traitlets.Dict().tag(sync=True)
    most = traitlets.Dict(MOST, read_only=True, help="The largest values allowed.").tag(sync=True)

    def __init__(self, plant: Plant | None = None, S: Any = None, **settings: Any) -> None:
        super().__init__(**settings, given=None if plant is None else _given(plant, S))
        self._own = None if plant is None else (plant, S)

    @traitlets.validate("n", "d", "ensemble", "direction", "seed")
    def _validate(self, proposal):
        name, value = proposal["trait"].name, proposal["value"]
        if name == "ensemble":
            return _checks.choice(name, value, ENSEMBLES)
        if name == "direction":
            return _checks.choice(name, value, DIRECTIONS)
        return _checks.count(name, value, {"n": 2, "d": 1, "seed": 0}[name], MOST[name])

    def _still(self):
        drawn = {"ensemble": self.ensemble, "direction": self.direction, "rng": self.seed}
        plant, S = self._own or instance(self.n, self.d, 0, **drawn)
        norms, verdict = isometry(plant, S).norms, decide(plant, S)
        refined = Blocks(plant.X, S).norms(verdict.dual)[1:] if verdict.evidence == "dual" else None
        order = np.argsort(norms)

        def draw(ax):
            from ...plots.style import COLORS

            ax.plot(norms[order], ".", color=COLORS["blue"], label="minimum-norm certificate")
            if refined is not None:
                ax.plot(refined[order], ".", color=COLORS["orange"], label="refined certificate")
            ax.axhline(1, color=COLORS["ink"], linestyle="--", linewidth=1.5)
            ax.set(xlabel="patterns, sorted", ylabel="block norm", ylim=(0, max(1.2, 1.05 * norms.max())))
            ax.legend(loc="lower right")

        n, d = plant.X.shape
        least = "" if refined is None else f" The refined certificate's largest is {refined.max():.4f}."
        words = (
            f"n = {n}, d = {d}, {len(norms)} patterns: the largest block norm of the minimum-norm "
            f"certificate is {norms.max():.3f}.{least} The verdict: {verdict.status.replace('-', ' ')}."
        )
        return pictured(draw, (4.8, 3.2)), f"Block norms over {len(norms)} patterns and the line at 1.", words


def _given(plant, S):
    """A plant and its patterns as the page takes them."""
    if plant.kind != "linear":
        raise ValueError(f"plant is of kind {plant.kind!r}; the explorer shows linear plants")
    if S is None:
        raise ValueError("S is missing; give the patterns of the plant, such as sample_patterns(plant.X)")
    masks = as_masks(S, len(plant.X))
    for name, size in zip("ndp", (*plant.X.shape, masks.shape[1]), strict=True):
        _checks.count(name, size, 1, MOST_GIVEN[name])
    return {
        "X": plant.X.tolist(),
        "w": plant.weights[:, 0].tolist(),
        "S": np.asarray(masks.T, dtype=int).tolist(),
    }
