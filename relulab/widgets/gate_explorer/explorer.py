"""The gate explorer: a gated neuron and a ReLU neuron with the same weights, which the reader moves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anywidget
import numpy as np
import traitlets

from ... import _checks
from ..common.inputs import direction, rows_in
from ..common.sources import joined
from ..common.stills import Still, pictured

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

MOST_ROWS = {2: 12}


class GateExplorer(Still, anywidget.AnyWidget):
    r"""Samples in the plane, a fixed gate g, and weights w to drag: gated outputs beside those of a ReLU.

    The gated neuron gives ``D(g) X w``, the ReLU neuron ``(X w)_+``. They agree on every sample exactly where
    w is on no wrong side: in the closed cell of g,

    .. math:: \{u : (2 D(g) - I) X u \ge 0\}.

    The page computes everything by itself.

    Parameters
    ----------
    X : array_like, shape (n, 2), optional
        The samples, at most 12 of them; seven by default.
    gate : array_like, shape (2,), optional
        The gate g, not zero.
    w : array_like, shape (2,), optional
        The weights at first, no longer than 1; along the gate by default, so that the neurons agree.

    Attributes
    ----------
    X : list of lists, shape (n, 2)
        The samples.
    gate : list, shape (2,)
        The gate g as the reader has left it.
    w : list, shape (2,)
        The weights as the reader has left them.
    outputs : ndarray, shape (2, n)
        What the gated neuron gives, and what the ReLU gives.

    Raises
    ------
    ValueError
        For samples of another dimension, too many of them, a gate that is zero, weights that are too long.

    Examples
    --------
    >>> import relulab as rl
    >>> explorer = rl.widgets.GateExplorer([[1, 0], [0, 1]], gate=[1, 1], w=[0.5, -0.25])
    >>> explorer.outputs.tolist()
    [[0.5, -0.25], [0.5, 0.0]]
    """

    _esm = joined(
        "common/elements.js",
        "common/hearing.js",
        "common/plane.js",
        "common/handles.js",
        "gate_explorer/gate_pictures.js",
        "gate_explorer/gate_explorer.js",
    )
    _css = joined("common/house.css", "common/handles.css", "gate_explorer/gate_explorer.css")

    X = traitlets.Any().tag(sync=True)
    gate = traitlets.Any().tag(sync=True)
    w = traitlets.Any().tag(sync=True)

    def __init__(
        self, X: ArrayLike | None = None, gate: ArrayLike | None = None, w: ArrayLike | None = None
    ) -> None:
        if X is None:
            X = np.random.default_rng(1).standard_normal((7, 2))
            X *= (np.linspace(0.65, 1, 7) / np.linalg.norm(X, axis=1))[:, None]  # told apart on a picture
        gate = direction("gate", [0.8, -0.6] if gate is None else gate).tolist()
        start = (0.7 * np.array(gate) / np.hypot(*gate)).tolist()
        super().__init__(X=rows_in(X, MOST_ROWS), gate=gate, w=start if w is None else w)

    @traitlets.validate("X")
    def _validate_rows(self, proposal):
        return rows_in(proposal["value"], MOST_ROWS)

    @traitlets.validate("gate")
    def _validate_gate(self, proposal):
        return direction("gate", proposal["value"]).tolist()

    @traitlets.validate("w")
    def _validate_weights(self, proposal):
        w = _checks.array("w", proposal["value"], (2,))
        if np.hypot(*w) > 1 + 1e-9:
            raise ValueError(f"w has length {np.hypot(*w):.3g}; it must be at most 1")
        return w.tolist()

    @property
    def outputs(self):
        """Of the gated neuron and of the ReLU, shape (2, n)."""
        X, values = np.array(self.X), np.array(self.X) @ np.array(self.w)
        return np.stack([(np.array(self.gate) @ X.T >= 0) * values, np.maximum(values, 0)])

    def _still(self):
        gated, relu = self.outputs
        place = np.arange(1, len(gated) + 1)
        apart = place[~np.isclose(gated, relu, atol=1e-9)]

        def draw(ax):
            from ...plots.style import COLORS

            ax.bar(place - 0.2, gated, 0.38, color=COLORS["blue"], label="gated")
            ax.bar(place + 0.2, relu, 0.38, color=COLORS["orange"], label="ReLU")
            ax.axhline(0, color=COLORS["ink"], lw=1)
            ax.set(xlabel="sample", ylabel="output", xticks=place)
            ax.legend(loc="upper center", bbox_to_anchor=(0.5, 1.15), ncols=2)

        where = f"They part on samples {', '.join(map(str, apart))}." if len(apart) else "They agree."
        words = (
            "The outputs of a gated neuron and of a ReLU neuron with the same weights, "
            f"on {len(place)} samples. {where}"
        )
        return pictured(draw, (5.2, 3)), f"Two bars a sample, gated and ReLU. {where}", words
