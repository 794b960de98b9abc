"""The neural isometry conditions: one dual vector, one bound on every block."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy

from .. import _checks
from ..data.planted import without_silent
from . import cones
from .blocks import Blocks

if TYPE_CHECKING:
    from typing import Any

    from ..data.planted import Plant

FORMS = ("gated", "exact")
MARGIN = 1e-7  # a certificate must beat its bound by this much
EQUATIONS = 1e-10  # the planted equations must hold to this much


@dataclass(frozen=True, eq=False)
class Isometry:
    """An isometry condition on one planted problem, made by `isometry`.

    Attributes
    ----------
    name : str
        ``"NIC-L"``, ``"NIC-1"``, ``"NIC-k"``, ``"NNIC-1"`` or ``"NNIC-k"``; with a w before it for the weak
        form.
    norms : ndarray, shape (p,)
        ``||A_j^T dual||`` for every pattern (1 at the planted ones); in the weak form the larger one of the
        norms of the projections of ``+-A_j^T dual`` onto the cone.
    holds : bool
        The planted equations are solved to 1e-10, every other norm is below 1 by more than 1e-7, and the
        planted outputs are independent.
    margin : float
        1 minus the largest norm off the plant; positive where the condition holds.
    dual : ndarray, shape (n,)
        The minimum-norm dual vector.
    residual : float
        ``||A_J^T dual - g||`` for the planted blocks; not small where they have no solution.
    """

    name: str
    norms: np.ndarray
    holds: bool
    margin: float
    dual: np.ndarray
    residual: float


def name_of(kind, k):
    """The paper's name of the condition."""
    if kind == "linear":
        return "NIC-L"
    return ("NNIC-" if kind == "normalized" else "NIC-") + ("1" if k == 1 else "k")


def isometry(plant: Plant, S: Any, network: str = "skip", form: str = "gated") -> Isometry:
    """Check the neural isometry condition of a planted problem.

    The minimum-norm dual vector with ``A_j^T dual = r_j g_j`` on the planted blocks, r_j the output weight,
    must have ``||A_j^T dual|| < 1`` on every other block, and the planted outputs ``A_j g_j`` must be
    independent; then the plant is the unique solution of the minimal-norm program. For a linear plant this is
    NIC-L, ``||X^T D_j X (X^T X)^{-1} w|| < 1`` (arXiv 2209.15265).

    Parameters
    ----------
    plant : Plant
        The planted problem; noise does not enter.
    S : Patterns or array_like of bool, shape (n, p)
        The patterns; they must hold the planted ones.
    network : {"plain", "skip", "normalized"}
        The network.
    form : {"gated", "exact"}
        The program whose recovery the condition implies. ``"exact"`` is the weak condition: the dual vector
        may reach out of the ball where no neuron with that pattern follows it.

    Returns
    -------
    Isometry
        With ``.name .norms .holds .margin .dual .residual``.

    Raises
    ------
    ValueError
        For an unknown network or form, a kind that does not go with the network, patterns that lack a planted
        one.

    Examples
    --------
    >>> import relulab as rl
    >>> X = rl.draw("whitened", 80, 10, rng=0)
    >>> iso = rl.isometry(rl.plant(X, rng=1), rl.sample_patterns(X, rng=2))
    >>> iso.name, iso.holds
    ('NIC-L', True)
    """
    _checks.choice("form", form, FORMS)
    blocks = Blocks(plant.X, S, network)
    heard, silent = without_silent(plant)
    index, coordinates = blocks.planted(heard)
    equations = PlantedEquations(blocks, index, coordinates)
    residual = float(
        np.hypot(equations.residual, np.sqrt(silent))
    )  # a silent neuron asks 0 to be a unit vector
    reached = reach(blocks, equations.dual, form)
    norms = reached.max(axis=0)
    reached[sides(heard, form), index] = 0
    margin = float(1 - reached.max())
    holds = bool(
        residual <= EQUATIONS and margin > MARGIN and independent_outputs(blocks, index, coordinates)
    )
    name = name_of(plant.kind, plant.weights.shape[1])
    name = name if form == "gated" else "w" + name
    return Isometry(name, norms[blocks.skip :], holds, margin, equations.dual, residual)


def independent_outputs(blocks, index, coordinates):
    """Whether the outputs of the planted neurons, each by itself, are linearly independent."""
    return len(index) > 0 and np.linalg.matrix_rank(outputs_of(blocks, index, coordinates)) == len(index)


def outputs_of(blocks, index, coordinates):
    """The output of each planted neuron by itself, (k, n)."""
    alone = np.zeros((len(index), blocks.size, blocks.X.shape[1]))
    alone[np.arange(len(index)), index] = coordinates
    return blocks.apply(alone)


def sides(plant, form):
    """The row of `reach` in which each planted neuron sits: 1 for output weight -1 in the exact form."""
    return np.where((plant.signs < 0) & (form == "exact"), 1, 0)


def reach(blocks, dual, form, least=0.0):
    """How far a dual vector reaches on every block: (1, p + s), or both sides of every cone (2, p + s).

    Blocks with ``||A_j^T dual|| < least`` are not projected onto their cones: their norm stands, an upper
    bound. The skip block has no cone and no second side.
    """
    gradients = blocks.adjoint(dual)
    norms = np.linalg.norm(gradients, axis=1)
    if form == "gated":
        return norms[None]
    both = np.stack([norms, norms])
    both[1, : blocks.skip] = 0
    for j in range(blocks.skip, blocks.size):
        if norms[j] >= least:
            cone = blocks.cone(j)
            both[:, j] = [np.linalg.norm(cones.project(cone, side * gradients[j])[0]) for side in (1, -1)]
    return both


class PlantedEquations:
    """The equations ``A_j^T dual = g_j`` of the planted blocks.

    Attributes
    ----------
    dual : ndarray, shape (n,)
        The shortest dual vector that meets them, in the least-squares sense where none does.
    residual : float
        ``||A_J^T dual - g||``.
    """

    def __init__(self, blocks, index, coordinates):
        self.B = np.hstack([np.zeros((len(blocks.X), 0)), *(blocks.block(j) for j in index)])
        self.g = coordinates.ravel()
        self.solve = self._normal_equations()
        dual = self.solve(self.g)
        self.dual = self.project(dual)
        self.residual = float(np.linalg.norm(self.B.T @ self.dual - self.g))

    def _normal_equations(self):
        """The shortest solution for a right-hand side, up to rounding that `project` takes out."""
        n, unknowns = self.B.shape
        if 0 < unknowns <= n:
            gram = self.B.T @ self.B
            try:
                factor = scipy.linalg.cho_factor(gram, lower=True)
                pivots = np.diag(factor[0])
                if pivots.min() > 1e-4 * pivots.max():
                    return lambda rhs: self.B @ scipy.linalg.cho_solve(factor, rhs)
            except np.linalg.LinAlgError:
                pass
        inverse = np.linalg.pinv(self.B.T)
        return lambda rhs: inverse @ rhs

    def missed(self, dual):
        """The shortest move that would meet the equations, where rounding leaves a residual: (n,)."""
        return self.solve(self.g - self.B.T @ dual)

    def project(self, dual):
        """The nearest dual vector that meets the equations."""
        for _ in range(2):
            dual = dual - self.solve(self.B.T @ dual - self.g)
        return dual
