"""The step explorer: how long a step may be in n dimensions, moved by the reader and computed in the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anywidget
import numpy as np
import traitlets

from ... import _checks
from ..common.sources import joined
from ..common.stills import Still, pictured
from .jumps import NOISES, PROPOSALS, RULES, TARGETS, expected, one_coordinate

if TYPE_CHECKING:
    from typing import Any

KINDS = {"target": TARGETS, "proposal": PROPOSALS, "noise": NOISES, "rule": RULES}
SIZES = 10, 10**6
STEPS = 10**-3.2, 10**0.8


class StepExplorer(Still, anywidget.AnyWidget):
    r"""A Metropolis-Hastings step of n independent coordinates: acceptance and squared jump, both exact.

    A coordinate at x is sent to :math:`x + \sigma z` with a density proportional to that of the noise z
    times a balancing function g of :math:`e^{\sigma z (\log\pi)'(x)}`: 1 for the random walk,
    :math:`\sqrt t` for Langevin, :math:`2t/(1 + t)` for Barker. The log ratio L of all coordinates is
    accepted with :math:`\min(1, e^L)` or with :math:`1/(1 + e^{-L})`. Expectations are those of a chain at
    rest, from the characteristic function of one coordinate to the power n; nothing is sampled. The page
    computes everything by itself.

    Parameters
    ----------
    target : {"hyperbolic", "gaussian"}
        The density of a coordinate; the hyperbolic one is proportional to
        :math:`\exp(-\sqrt{0.1 + x^2})`.
    proposal : {"barker", "langevin", "walk"}
        The balancing function.
    noise : {"gaussian", "bumps"}
        Gaussian, or two bumps of width 0.1 with the same second moment.
    rule : {"metropolis", "barker"}
        How L is accepted.
    n : int
        Dimensions, from 10 to a million.
    sigma : float
        The step, from 0.00064 to 6.3.

    Attributes
    ----------
    target, proposal, noise, rule, n, sigma
        As above; they follow the reader and can be set.
    found : tuple of float
        Acceptance, and the expected squared jump of a coordinate, computed by Python.

    Raises
    ------
    ValueError
        For an unknown name, or a size or a step out of range.

    Examples
    --------
    >>> import relulab as rl
    >>> explorer = rl.widgets.StepExplorer(proposal="langevin", n=10_000, sigma=0.2)
    >>> acceptance, jump = explorer.found
    >>> f"{acceptance:.3f}, {jump:.4f}"
    '0.684, 0.0276'
    """

    _esm = joined(
        "common/elements.js", "common/hearing.js", "step_explorer/steps.js", "step_explorer/step_explorer.js"
    )
    _css = joined("common/house.css", "step_explorer/step_explorer.css")

    target = traitlets.Any("hyperbolic").tag(sync=True)
    proposal = traitlets.Any("barker").tag(sync=True)
    noise = traitlets.Any("gaussian").tag(sync=True)
    rule = traitlets.Any("metropolis").tag(sync=True)
    n = traitlets.Any(1000).tag(sync=True)
    sigma = traitlets.Any(0.2).tag(sync=True)

    def __init__(self, **settings: Any) -> None:
        for name in settings:
            if not self.has_trait(name):
                raise ValueError(f"{name} is no setting; there are {', '.join([*KINDS, 'n', 'sigma'])}")
        super().__init__(**settings)

    @traitlets.validate(*KINDS, "n", "sigma")
    def _validate(self, proposal):
        name, value = proposal["trait"].name, proposal["value"]
        if name in KINDS:
            return _checks.choice(name, value, tuple(KINDS[name]))
        if name == "n":
            return _checks.count(name, value, *SIZES)
        value = float(_checks.array(name, value, ()))
        if not STEPS[0] * 0.999 <= value <= STEPS[1] * 1.001:
            raise ValueError(f"sigma={value:g} is not between {STEPS[0]:.2g} and {STEPS[1]:.2g}")
        return value

    @property
    def found(self):
        """Acceptance and expected squared jump."""
        acceptance, jump = self._at(self.sigma)
        return float(acceptance), float(jump)

    def _at(self, sigma):
        return expected(one_coordinate(self.target, self.proposal, self.noise, sigma), self.n, self.rule)

    def _still(self):
        steps = self.sigma * np.geomspace(0.2, 5, 21)
        acceptance, jump = np.array([self._at(step) for step in steps]).T.clip(0)
        here, squared = self.found

        def draw(ax):
            from ...plots.style import COLORS

            ax.plot(steps, acceptance, color=COLORS["blue"], label="accepted")
            ax.plot(steps, jump / jump.max(), color=COLORS["orange"], label="squared jump / the largest")
            ax.axvline(self.sigma, color=COLORS["ink"], lw=1.5)
            ax.set(xscale="log", xlabel="step", ylim=(0, 1.05))
            ax.legend(loc="upper center", bbox_to_anchor=(0.5, 1.18), ncols=2)

        words = (
            f"In {self.n:,} dimensions a step of {self.sigma:.3g} is accepted with probability {here:.3f}; "
            f"the expected squared jump of a coordinate is {squared:.3g}."
        )
        alt = "Against the step: acceptance falls, the squared jump rises to a summit and falls."
        return pictured(draw, (5.2, 3.2)), alt, words
