"""The neural isometry conditions: one dual vector, one bound on every block."""

from dataclasses import dataclass

import numpy as np

from . import _checks
from .blocks import Blocks

FORMS = ("gated", "exact")


@dataclass(frozen=True, eq=False)
class Isometry:
    """An isometry condition on one planted problem, made by `isometry`.

    Attributes
    ----------
    name : str
        ``"NIC-L"``, ``"NIC-1"``, ``"NIC-k"``, ``"NNIC-1"`` or ``"NNIC-k"``.
    norms : ndarray, shape (p,)
        ``||A_j^T dual||`` for every pattern (1 at the planted ones).
    holds : bool
        The planted equations are solved and every other norm is below 1.
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


RESIDUAL_TOLERANCE = 1e-9


def name_of(kind, k):
    """The paper's name of the condition."""
    if kind == "linear":
        return "NIC-L"
    return ("NNIC-" if kind == "normalized" else "NIC-") + ("1" if k == 1 else "k")


def isometry(plant, S, network="skip", form="gated"):
    """Check the neural isometry condition of a planted problem.

    The minimum-norm dual vector with ``A_j^T dual = g_j`` on the planted blocks must have
    ``||A_j^T dual|| < 1`` on every other block; then the plant is the unique solution of the minimal-norm
    program. For a linear plant this is NIC-L,
    ``||X^T D_j X (X^T X)^{-1} w|| < 1`` (arXiv 2209.15265).

    Parameters
    ----------
    plant : Plant
        The planted problem; noise does not enter.
    S : Patterns or array_like of bool, shape (n, p)
        The patterns; they must hold the planted ones.
    network : {"plain", "skip", "normalized"}
        The network.
    form : {"gated"}
        The program whose recovery the condition implies.

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
    if _checks.choice("form", form, FORMS) == "exact":
        raise ValueError('form="exact" has no isometry condition here; choose "gated"')
    blocks = Blocks(plant.X, S, network)
    index, coordinates = blocks.planted(plant)
    dual, residual = minimum_norm_dual(blocks, index, coordinates)
    norms = blocks.norms(dual)
    others = np.delete(norms, index)
    margin = float(1 - others.max(initial=0.0))
    holds = bool(residual <= RESIDUAL_TOLERANCE and margin > 0)
    k = plant.weights.shape[1]
    return Isometry(name_of(plant.kind, k), norms[blocks.skip :], holds, margin, dual, residual)


def minimum_norm_dual(blocks, index, coordinates):
    """The shortest dual vector with ``A_j^T dual = g_j`` on the planted blocks, and its residual."""
    B = np.hstack([blocks.block(j) for j in index])
    g = coordinates.ravel()
    dual = np.linalg.lstsq(B.T, g)[0]
    return dual, float(np.linalg.norm(B.T @ dual - g))
