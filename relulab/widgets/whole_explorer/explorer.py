"""The whole explorer: a small phase diagram over all patterns, of the ReLU network and its relaxation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anywidget
import traitlets

from ... import _checks
from ...data.ensembles import ENSEMBLES
from ...phase.grid import phase_diagram
from ..common.sources import EVERYWHERE, LABORATORY, joined, packed
from ..common.stills import Still, pictured
from ..common.stored_edges import edges_over_all

if TYPE_CHECKING:
    from typing import Any

PROGRAMS = ("exact", "gated", "sampled")
DIRECTIONS = ("random", "smallest")
CHOICES = {"program": PROGRAMS, "ensemble": tuple(ENSEMBLES), "direction": DIRECTIONS}
LEAST, MOST = {"trials": 1, "seed": 0}, {"trials": 50, "seed": 2**32 - 1}
STILL = {"exact": (range(2, 17, 2), (2, 4, 6)), "gated": (range(2, 17, 2), (2, 3, 4))}
STILL["sampled"] = STILL["exact"]
WORDS = {
    "exact": "the ReLU network over all patterns",
    "gated": "the gated network over all patterns",
    "sampled": "the gated network over sampled patterns",
}


class WholeExplorer(Still, anywidget.AnyWidget):
    """A phase diagram over *all* patterns that fills in the page: n from 2 to 16, d from 2 to 6.

    Planted is a linear neuron in the skip network. For the ReLU network, which is the exact program over all
    patterns, the page finds a dual vector and two trees over the signs of half of the rows each, or a cheaper
    network. For the gated program it lists the patterns, up to d = 4. Both work in floating point, with the
    margins of the other explorers; a problem that they leave open is counted as undecided. Over sampled
    patterns the same problems are decided beside it. Measured edges over all patterns, those of the package's
    stored figures, are drawn as curves.

    The page draws the problems and decides them by itself.

    Parameters
    ----------
    program : {"exact", "gated", "sampled"}
        The ReLU network over all patterns, the gated network over all, the gated network over a sample.
    ensemble : {"gaussian", "cubic", "whitened", "cubic-whitened"}
        The data.
    direction : {"random", "smallest"}
        Where the planted neuron points.
    trials : int
        Random problems a cell, at most 50.
    seed : int
        Trial t of cell (n, d) depends on (seed, n, d, t) alone, so that all programs get the same problems.

    Attributes
    ----------
    program, ensemble, direction, trials, seed
        As above; they follow the reader and can be set.
    edges : list of dict
        Read only: the stored edges that are drawn.

    Raises
    ------
    ValueError
        For an unknown program, ensemble or direction, and for trials or a seed out of range.

    Examples
    --------
    >>> import relulab as rl
    >>> explorer = rl.widgets.WholeExplorer(program="gated", trials=5)
    >>> explorer.program, explorer.trials
    ('gated', 5)
    """

    _esm = packed(
        *LABORATORY,
        *EVERYWHERE,
        "laboratory/worker.js",
        "laboratory/pool.js",
        "common/elements.js",
        "common/hearing.js",
        "common/verdicts.js",
        "phase_explorer/over_all.js",
        "phase_explorer/diagram.js",
        "whole_explorer/whole_words.js",
        "whole_explorer/whole_explorer.js",
    )
    _css = joined(
        "common/house.css", "phase_explorer/phase_explorer.css", "whole_explorer/whole_explorer.css"
    )

    program = traitlets.Any("exact").tag(sync=True)
    ensemble = traitlets.Any("gaussian").tag(sync=True)
    direction = traitlets.Any("random").tag(sync=True)
    trials = traitlets.Any(10).tag(sync=True)
    seed = traitlets.Any(0).tag(sync=True)
    edges = traitlets.List(read_only=True).tag(sync=True)

    def __init__(self, **settings: Any) -> None:
        unknown = set(settings) - {*CHOICES, *LEAST}
        if unknown:
            raise ValueError(f"{sorted(unknown)[0]} is no setting of this explorer")
        super().__init__(**settings)
        self.set_trait("edges", edges_over_all())

    @traitlets.validate(*CHOICES)
    def _validate_choice(self, proposal):
        name, value = proposal["trait"].name, proposal["value"]
        return _checks.choice(name, value, CHOICES[name])

    @traitlets.validate(*LEAST)
    def _validate_count(self, proposal):
        name = proposal["trait"].name
        return _checks.count(name, proposal["value"], LEAST[name], MOST[name])

    def _still(self):
        n, d = STILL[self.program]
        ds = phase_diagram(
            n,
            d,
            min(self.trials, 2),
            form="exact" if self.program == "exact" else "gated",
            patterns=1 if self.program == "sampled" else "all",
            ensemble=self.ensemble,
            direction=self.direction,
            rng=self.seed,
            progress=False,
        )

        def draw(ax):
            from ...plots.diagrams import diagram

            diagram(ds, ax=ax)

        cells = f"{ds.sizes['n']} by {ds.sizes['d']} cells"
        alt = f"A phase diagram over d and n: shares of recovered problems, {cells}."
        return pictured(draw, (4.8, 4.2)), alt, " ".join([self._what(ds), *self._measured()])

    def _what(self, ds):
        trials, open_ = ds.sizes["trial"], int(ds.undecided.sum())
        said = f"A linear neuron in {WORDS[self.program]}, n to {int(ds.n[-1])}, d to {int(ds.d[-1])}, "
        said += f"{trials} random problem{'s' if trials > 1 else ''} a cell"
        return f"{said}; undecided: {open_}." if open_ else f"{said}."

    def _measured(self):
        for edge in self.edges:
            if (edge["ensemble"], edge["direction"]) != (self.ensemble, self.direction):
                continue
            known = [(d, n) for d, n in zip(edge["d"], edge["n"], strict=True) if d <= 6]
            yield f"{edge['words']}: " + ", ".join(f"n = {n:g} at d = {d}" for d, n in known) + "."
