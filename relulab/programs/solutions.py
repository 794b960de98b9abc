"""A solution of a convex program: what a solver found, and what it is worth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..audit.files import write_file
from ..blocks import cones
from ..blocks.blocks import Blocks
from ..blocks.neurons import TINY
from ..solvers.arrays import norms
from .as_networks import AsNetwork
from .losses import LOSSES

if TYPE_CHECKING:
    from os import PathLike


@dataclass(frozen=True, eq=False)
class Solution(AsNetwork):
    """A solved program, made by `solve`.

    Attributes
    ----------
    value : float
        The objective at the solution; infinite where the program is infeasible, NaN where the solver failed.
    gap : float
        Relative gap between the value and that of the dual vector.
    residual : float
        ``||fit - y||`` over ``||y||``; how exactly a minimal-norm solution interpolates.
    status : str
        What the solver reported: ``"optimal"``, ``"optimal_inaccurate"``, ``"infeasible"``, ...
    reason : str
        What went wrong, in words; empty where nothing did.
    dual : ndarray, shape (n,)
        A feasible dual vector.
    parts : ndarray, shape (2, p + s, d)
        The positive and the negative neurons in block coordinates, the skip block first (it has no negative).
    blocks : Blocks
        The blocks of the program.
    y : ndarray, shape (n,)
        The labels.
    form : str
        ``"gated"`` or ``"exact"``.
    beta : float or None
        Weight of the regularizer; None is minimal-norm.
    given_gates : ndarray, shape (d, p), or None
        Gates that realize the patterns, where they are known.
    loss : str
        ``"squares"`` or ``"logistic"``.
    intercept : float or None
        The constant that the program added to the fit for free; None where it had none.
    """

    value: float
    gap: float
    residual: float
    status: str
    reason: str
    dual: np.ndarray
    parts: np.ndarray
    blocks: Blocks
    y: np.ndarray
    form: str
    beta: float | None
    given_gates: np.ndarray | None = None
    loss: str = "squares"
    intercept: float | None = None

    @classmethod
    def from_coordinates(
        cls,
        blocks,
        y,
        form,
        beta,
        positive,
        negative,
        dual,
        status,
        reason="",
        gates=None,
        loss="squares",
        intercept=None,
    ):
        """Judge what a solver found: its value, a feasible dual vector, and their gap.

        Parameters
        ----------
        blocks : Blocks
            The blocks of the program.
        y : ndarray, shape (n,)
            The labels.
        form : {"gated", "exact"}
            Without or with the cones.
        beta : float or None
            Weight of the regularizer; None is minimal-norm.
        positive, negative : ndarray, shape (p + s, d), or None
            The neurons in block coordinates, the skip block first. `negative` is None for gated programs and
            zero in the skip block. `positive` None means that there is no solution.
        dual : ndarray, shape (n,), or None
            The dual vector, of the sign that makes ``dual @ y`` positive and of any length: it is scaled so
            that it is feasible and bounds the value from below as well as its direction can. With `beta`,
            None is minus the gradient of the loss, ``y - fit`` for squares.
        status : str
            The solver's word; ``"infeasible..."`` makes the value infinite.
        reason : str
            What went wrong, if anything.
        gates : ndarray, shape (d, p), optional
            Gates that realize the patterns.
        loss : {"squares", "logistic"}
            What the fit costs.
        intercept : float, optional
            The free constant in the fit; None is a program without.

        Returns
        -------
        Solution
            The value is that of the coordinates as they are: interpolation and cones are not repaired, but
            measured by `.residual` and `.violation`. Anything that is not finite makes everything NaN.
        """
        n, d = blocks.X.shape
        cost, last = LOSSES[loss], (gates, loss, intercept)
        if positive is not None:
            parts = np.stack([positive, np.zeros_like(positive) if negative is None else negative])
            fit = blocks.apply(parts[0] - parts[1]) + (intercept or 0.0)
            dual = cost.price(fit, y) if dual is None else dual
        if positive is None or not (np.isfinite(parts).all() and np.isfinite(dual).all()):
            value = np.inf if status.startswith("infeasible") else np.nan
            parts, nothing = np.full((2, blocks.size, d), np.nan), np.full(n, np.nan)
            return cls(value, np.nan, np.nan, status, reason, nothing, parts, blocks, y, form, beta, *last)
        dual = dual if intercept is None else cost.balanced(dual, y)
        spent = float(norms(parts).sum())
        value = spent if beta is None else cost.value(fit, y) + beta * spent
        dual = dual * _best_scale(dual, y, beta, cones.largest_norm(blocks, dual, form), cost)
        bound = float(dual @ y) if beta is None else cost.bound(dual, y)
        gap = abs(value - bound) / max(abs(value), TINY)
        residual = float(np.linalg.norm(y - fit) / max(np.linalg.norm(y), TINY))
        return cls(value, gap, residual, status, reason, dual, parts, blocks, y, form, beta, *last)

    def save(self, path: str | PathLike[str]) -> None:
        """Write the solution to a file, in the format of `relulab.audit.files`; `load` reads it.

        Parameters
        ----------
        path : str or path
            Where to.
        """
        names = ("value", "gap", "residual", "status", "reason", "form", "beta")
        fields = {name: getattr(self, name) for name in (*names, "network", "loss", "intercept")}
        fields |= {
            name: None if fields[name] is None else float(fields[name]) for name in ("beta", "intercept")
        }
        masks = self.blocks.masks[:, self.blocks.skip :] > 0
        arrays = {"X": self.blocks.X, "masks": masks, "y": self.y, "dual": self.dual, "parts": self.parts}
        write_file(path, "solution", fields, arrays | {"gates": self.given_gates})

    @classmethod
    def of_silence(cls, blocks, y, form, beta):
        """The solution where labels or data are zero, which needs no solver; None where neither is.

        Parameters
        ----------
        blocks, y, form, beta
            As for `from_coordinates`.

        Returns
        -------
        Solution or None
            All zero; without `beta` infeasible where only the data are zero.
        """
        if y.any() and blocks.X.any():
            return None
        zero = np.zeros((blocks.size, blocks.X.shape[1]))
        if beta is None and y.any():
            reason = "X is zero, so that no neuron has an output, and y is not"
            return cls.from_coordinates(blocks, y, form, beta, None, None, None, "infeasible", reason)
        return cls.from_coordinates(blocks, y, form, beta, zero, None, y, "optimal")

    def __repr__(self) -> str:
        program = f"{self.network}, {self.form}" + ("" if self.beta is None else f", beta={self.beta:g}")
        program += "" if self.loss == "squares" else f", {self.loss}"
        sizes = f"n={len(self.y)}, d={self.blocks.X.shape[1]}, p={self.blocks.p}"
        return f"Solution({self.status}, value={self.value:.6g}, gap={self.gap:.1e}; {program}, {sizes})"

    @property
    def network(self) -> str:
        """The network, ``"plain"``, ``"skip"`` or ``"normalized"``."""
        return self.blocks.network

    @property
    def skip(self) -> np.ndarray:
        """The skip weights, shape (d,); zero for a network without them."""
        return self.parts[0, 0] if self.blocks.skip else np.zeros(self.blocks.X.shape[1])

    @property
    def positive(self) -> np.ndarray:
        """The neurons with a positive output weight (all, if gated), shape (d, p), in X-coordinates."""
        return self.blocks.to_weights(self.parts)[0, self.blocks.skip :].T

    @property
    def negative(self) -> np.ndarray:
        """The neurons with a negative output weight (none, if gated), shape (d, p), in X-coordinates."""
        return self.blocks.to_weights(self.parts)[1, self.blocks.skip :].T

    @property
    def weights(self) -> np.ndarray:
        """``positive - negative``, shape (d, p), in X-coordinates."""
        return self.positive - self.negative

    @property
    def coordinates(self) -> np.ndarray:
        """The weights in block coordinates, shape (d, p); for plain and skip networks the same."""
        return (self.parts[0] - self.parts[1])[self.blocks.skip :].T


def _best_scale(dual, y, beta, largest, loss):
    """The multiple of a dual vector that is feasible and bounds the value best."""
    longest = (beta or 1.0) / largest if largest > 0 else np.inf
    scale = longest if beta is None else loss.best_multiple(dual, y, longest)
    return scale if np.isfinite(scale) else 1.0
