"""What training found against what it should find: the convex optimum, and the planted model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import linear_sum_assignment

from .. import _checks
from ..blocks.blocks import Blocks
from ..blocks.neurons import TINY
from ..patterns.enumeration import enumerate_patterns
from ..patterns.sampling import sample_patterns
from ..programs.pruning import prune
from ..programs.solutions import Solution
from ..programs.solving import solve
from .inputs import problems

if TYPE_CHECKING:
    from typing import Any

    from ..data.planted import Plant
    from .runs import Runs


@dataclass(frozen=True, eq=False)
class Gap:
    """How far trained networks are from the convex optimum, made by `optimum_gap`.

    Attributes
    ----------
    objective : ndarray, shape (B,)
        ``1/2 ||f - y||^2 + (beta/2) R`` of the trained networks.
    optimum : ndarray, shape (B,)
        The value of the exact program.
    bound : ndarray, shape (B,)
        The value of its dual vector, which no network with these patterns falls below.
    ratio : ndarray, shape (B,)
        ``objective / bound``: at least 1 but for rounding.
    patterns : str
        ``"all"``, or ``"own"``: sampled ones and those of the trained network. Over all patterns the optimum
        may be lower still, and the ratio higher.
    """

    objective: np.ndarray
    optimum: np.ndarray
    bound: np.ndarray
    ratio: np.ndarray
    patterns: str


def optimum_gap(runs: Runs, plants: Any, patterns: Any = "own", **options: Any) -> Gap:
    """The objective of each trained network over the certified optimum of its training problem.

    Training with weight decay is the exact convex program with the same beta: whatever a wide enough network
    reaches, the program reaches, and over all patterns (``patterns="all"``) its dual vector proves that
    nothing is lower.

    Parameters
    ----------
    runs : Runs
        From `train`.
    plants : Plant, pair (X, y), or a sequence of either
        The problems that were trained on.
    patterns : {"own", "all"}
        ``"all"`` enumerates the patterns (small n and d); ``"own"`` takes n sampled ones and those of the
        trained network, so that the network is one of the program's candidates.
    **options
        Passed to `solve`.

    Returns
    -------
    Gap
        With arrays over the problems; NaN where a run diverged or the program was not solved.

    Raises
    ------
    ValueError
        For another number of plants than of runs, or an unknown choice.

    Examples
    --------
    >>> import relulab as rl
    >>> from relulab.training.gap import optimum_gap
    >>> plants = [rl.plant(rl.draw("gaussian", 10, 2, rng=i), sigma=0.2, rng=i) for i in range(2)]
    >>> runs = rl.train(plants, beta=0.1, epochs=3000, lr=5e-3, progress=False, record_every=3000)
    >>> gap = optimum_gap(runs, plants, patterns="all")
    >>> bool((gap.ratio > 1 - 1e-6).all() and (gap.ratio < 1.05).all())
    True
    """
    _checks.choice("patterns", patterns, ("own", "all"))
    plants = problems(plants, runs.bias)
    if len(plants) != len(runs.networks):
        raise ValueError(f"plants has {len(plants)} problems; {len(runs.networks)} were trained")
    values = np.full((2, len(plants)), np.nan)
    for i, (plant, net) in enumerate(zip(plants, runs.networks, strict=True)):
        if runs.status[i] == "diverged":
            continue
        S = enumerate_patterns(plant.X) if patterns == "all" else sample_patterns(plant.X, include=net.first)
        solution = solve(plant.X, plant.y, S, runs.network, "exact", runs.beta, **options)
        values[:, i] = solution.value, solution.value * (1 - solution.gap)
    optimum, bound = values
    return Gap(runs.objective, optimum, bound, runs.objective / bound, patterns)


@dataclass(frozen=True, eq=False)
class Simplified:
    """What is left of a trained network, made by `simplify`.

    Attributes
    ----------
    neurons : ndarray, shape (d, m)
        The neurons that are left, the largest first: first times second weights, so that their norms are
        what they cost. Normalized neurons have their direction, scaled to ``|scale second|``.
    signs : ndarray, shape (m,)
        The signs of their second weights.
    skip : ndarray, shape (d,)
        The linear part.
    alignment : ndarray, shape (k,)
        Cosine of the angle between each planted neuron and the one that is matched to it; 0 where none is.
    change : float
        ``||f_simplified - f||`` over ``||f||`` on the training data.
    is_plant : bool
        As many neurons as were planted are left, with their signs, each aligned within the tolerance; for a
        linear plant, the linear part alone.
    tolerance : float
        The tolerance.
    """

    neurons: np.ndarray
    signs: np.ndarray
    skip: np.ndarray
    alignment: np.ndarray
    change: float
    is_plant: bool
    tolerance: float


def simplify(net: Any, plant: Plant, tolerance: float = 0.05) -> Simplified:
    """Prune a trained network, merge its aligned neurons, and compare what is left with the plant.

    1. Neurons of one pattern and sign become one, and `prune` leaves at most n: the same fit, no larger cost.
    2. Neurons of one sign whose directions have a cosine of at least 1 - tolerance become their sum.
    3. With a linear part: opposite neurons of opposite signs are ``(Xu)_+ - (-Xu)_+ = Xu``, and join it.
    4. What holds less than the tolerance of the total is dropped.

    Steps 2-4 change the fit a little; `.change` says how much.

    Parameters
    ----------
    net : Network
        A trained network.
    plant : Plant
        The problem that it was trained on.
    tolerance : float
        For steps 2-4 and the comparison, between 0 and 1.

    Returns
    -------
    Simplified
        With `.is_plant` and `.alignment`.

    Raises
    ------
    ValueError
        For a tolerance outside of (0, 1), or a gated network.

    Examples
    --------
    >>> import relulab as rl
    >>> from relulab.training.gap import simplify
    >>> plant = rl.plant(rl.draw("gaussian", 60, 3, rng=0), kind="relu", rng=1)
    >>> settings = {"width": 20, "beta": 1e-2, "epochs": 3000, "init": "zero-balanced"}
    >>> runs = rl.train([plant], "plain", **settings, progress=False)
    >>> simple = simplify(runs.networks[0], plant)
    >>> simple.neurons.shape[1], simple.is_plant
    (1, True)
    """
    if not 0 < _checks.nonnegative("tolerance", tolerance) < 1:
        raise ValueError(f"tolerance={tolerance!r} is not between 0 and 1")
    if net.gates is not None:
        raise ValueError("net is gated; take a ReLU network, such as a trained one")
    skip = net.skip_first * net.skip_second
    neurons, signs = _pruned(net, plant)
    size = np.linalg.norm(neurons, axis=0)
    neurons, signs = neurons[:, np.argsort(-size)], signs[np.argsort(-size)]
    neurons, signs = _merged(neurons, signs, tolerance)
    if plant.kind == "linear" or skip.any():
        neurons, signs, skip = _folded(neurons, signs, skip, tolerance)
    size = np.linalg.norm(neurons, axis=0)
    least = tolerance * (size.sum() + np.linalg.norm(skip))
    order = [i for i in np.argsort(-size) if size[i] > least]
    neurons, signs = neurons[:, order], signs[order]
    skip = skip if np.linalg.norm(skip) > least else np.zeros_like(skip)
    alignment, same = _compare(neurons, signs, skip, plant, tolerance)
    fit, before = _fit(plant.X, neurons, signs, skip, net.scale is not None), net(plant.X)
    change = float(np.linalg.norm(fit - before) / max(np.linalg.norm(before), TINY))
    return Simplified(neurons, signs, skip, alignment, change, same, tolerance)


def _pruned(net, plant):
    """Neurons and signs after `prune`; the linear part is left out of it."""
    X = plant.X
    hidden = np.maximum(X @ net.first, 0)
    loud = hidden.any(axis=0) & (net.second != 0)
    first, second, hidden = net.first[:, loud], net.second[loud], hidden[:, loud]
    if not loud.any():
        return first, np.ones(0)
    amount = np.abs(second)
    sign = np.sign(second)
    if net.scale is not None:
        scale = net.scale[loud]
        amount, sign = amount * np.abs(scale), sign * np.sign(scale)
    network = "plain" if net.scale is None else "normalized"
    masks, where = np.unique(X @ first > 0, axis=1, return_inverse=True)
    blocks = Blocks(X, masks, network)
    parts = np.zeros((2, blocks.size, X.shape[1]))
    for i, j in enumerate(where):
        a = first[:, i] if network == "plain" else blocks.adjoint(hidden[:, i])[j]
        parts[int(sign[i] < 0), j] += amount[i] * a
    fit = blocks.apply(parts[0] - parts[1])
    as_solution = Solution.from_coordinates(blocks, fit, "exact", 1.0, *parts, None, "trained")
    kept = prune(as_solution).parts
    sizes = np.linalg.norm(kept, axis=-1)
    side, index = np.nonzero(sizes)
    neurons = blocks.to_weights(kept)[side, index].T
    return neurons * (sizes[side, index] / np.linalg.norm(neurons, axis=0)), np.where(side == 0, 1.0, -1.0)


def _merged(neurons, signs, tolerance):
    """Sums of neurons of one sign that point the same way, gathered around the largest."""
    groups = []
    for u, sign in zip(neurons.T, signs, strict=True):
        for group in groups:
            if group[1] == sign and _cosine(group[0], u) >= 1 - tolerance:
                group[0] = group[0] + u
                break
        else:
            groups.append([u, sign])
    if not groups:
        return neurons, signs
    return np.stack([u for u, _ in groups], axis=1), np.array([sign for _, sign in groups])


def _folded(neurons, signs, skip, tolerance):
    """Opposite neurons of opposite signs moved into the linear part, as far as they cancel."""
    neurons, skip = neurons.copy(), skip.copy()
    for i in np.flatnonzero(signs > 0):
        for j in np.flatnonzero(signs < 0):
            sizes = np.linalg.norm(neurons[:, [i, j]], axis=0)
            if sizes.all() and _cosine(neurons[:, i], -neurons[:, j]) >= 1 - tolerance:
                share = sizes.min() / sizes
                skip += (share[0] * neurons[:, i] - share[1] * neurons[:, j]) / 2
                neurons[:, [i, j]] *= 1 - share
    left = neurons.any(axis=0)
    return neurons[:, left], signs[left], skip


def _compare(neurons, signs, skip, plant, tolerance):
    if plant.kind == "linear":
        alignment = np.array([_cosine(skip, plant.weights[:, 0])])
        return alignment, bool(neurons.shape[1] == 0 and alignment[0] >= 1 - tolerance)
    cosines = np.array(
        [
            [_cosine(u, w) if sign == planted else -1.0 for u, sign in zip(neurons.T, signs, strict=True)]
            for w, planted in zip(plant.weights.T, plant.signs, strict=True)
        ]
    ).reshape(len(plant.signs), len(signs))
    alignment = np.zeros(len(plant.signs))
    rows, columns = linear_sum_assignment(-cosines)
    alignment[rows] = np.maximum(cosines[rows, columns], 0)
    same = len(signs) == len(plant.signs) and not skip.any() and (alignment >= 1 - tolerance).all()
    return alignment, bool(same)


def _cosine(u, v):
    return float(u @ v / max(np.linalg.norm(u) * np.linalg.norm(v), TINY))


def _fit(X, neurons, signs, skip, normalized):
    hidden = np.maximum(X @ neurons, 0)
    if normalized:
        hidden *= np.linalg.norm(neurons, axis=0) / np.maximum(np.linalg.norm(hidden, axis=0), TINY)
    return hidden @ signs + X @ skip
