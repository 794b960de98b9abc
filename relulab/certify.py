"""The fast certified decision: is the planted point the unique solution of the minimal-norm program?

Two kinds of evidence settle it. A dual vector that meets the planted equations and stays strictly inside
the ball on every other block proves that the plant is the unique solution. An interpolant that costs less
proves that it is not a solution. Both are looked for at once, by ADMM on the blocks, and the search stops at
the first that turns up. Nothing else counts: a search that ends without evidence ends "undecided".
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.linalg import cho_factor, cho_solve

from . import _checks
from .blocks import Blocks, check_pair
from .conditions import FORMS, minimum_norm_dual

STATUSES = ("recovered", "not-recovered", "not-unique", "undecided")
EVIDENCE = ("isometry", "dual", "competitor", "all-ones", "closed-form", "socp")

MARGIN = 1e-7  # a certificate must beat its bound by this much
EQUATIONS = 1e-10  # the planted equations must hold to this much

# Blocks off the plant weigh 1 - tilt: the search then heads for duals strictly inside the ball. A tilt hides
# problems whose true margin is smaller, so it falls in steps.
TILTS = (1e-2, 1e-3, 1e-4, 1e-5)
TILT_STEPS = (250, 750, 2000)


@dataclass(frozen=True, eq=False)
class Verdict:
    """The answer of `decide`, with its evidence.

    Attributes
    ----------
    status : str
        ``"recovered"``: the plant is the unique solution. ``"not-recovered"``: an interpolant is strictly
        cheaper. ``"not-unique"``: another interpolant costs the same, so that the plant is not the only
        solution; that both are solutions is proved where a dual comes with it. ``"undecided"``: no evidence
        was found.
    evidence : str or None
        ``"isometry"`` or ``"dual"`` (recovered), ``"competitor"`` (not-recovered), ``"all-ones"``
        (not-unique), None (undecided).
    dual : ndarray, shape (n,), or None
        The dual vector that proves recovery, or that a not-unique plant is a solution.
    competitor : ndarray, shape (p + s, d), or None
        The weights of the other interpolant, the skip block's first.
    margin : float
        How strictly the evidence holds: 1 minus the largest block norm off the plant, or the plant's cost
        minus the competitor's. NaN where undecided.
    iterations : int
        Steps of the search; 0 where it was not needed.
    network, form : str
        What was decided.
    patterns : int
        Number of patterns.
    reason : str
        The verdict in words.
    """

    status: str
    evidence: str | None
    dual: np.ndarray | None
    competitor: np.ndarray | None
    margin: float
    iterations: int
    network: str
    form: str
    patterns: int
    reason: str


def decide(plant, S, network="skip", form="gated", iterations=4000):
    """Decide whether the planted neurons are the unique solution of the minimal-norm program.

    Parameters
    ----------
    plant : Plant
        The planted problem, without noise.
    S : Patterns or array_like of bool, shape (n, p)
        The patterns; they must hold the planted ones.
    network : {"plain", "skip", "normalized"}
        The network.
    form : {"gated"}
        The program: ``min sum_j ||W_j||  s.t.  sum_j A_j W_j = y``.
    iterations : int
        Where the search gives up.

    Returns
    -------
    Verdict
        With its evidence; `check` verifies it again.

    Raises
    ------
    ValueError
        For a noisy plant (use `solve`), an unknown network or form, a kind that does not go with the network,
        patterns that lack a planted one.

    Examples
    --------
    >>> import relulab as rl
    >>> X = rl.draw("gaussian", 60, 10, rng=0)
    >>> plant, S = rl.plant(X, rng=1), rl.sample_patterns(X, rng=2)
    >>> verdict = rl.decide(plant, S)
    >>> verdict.status, rl.check(verdict, plant, S)
    ('recovered', True)
    """
    check_pair(plant.kind, network)
    if _checks.choice("form", form, FORMS) == "exact":
        raise ValueError('form="exact" is not decided here; choose "gated", or use solve')
    if plant.sigma > 0:
        raise ValueError(f"plant has noise, sigma={plant.sigma}: nothing is recovered exactly; use solve")
    iterations = _checks.count("iterations", iterations, 0)
    scale = _largest_singular_value(plant.X)
    unit = replace(plant, X=plant.X / scale)
    blocks = Blocks(unit.X, S, network)
    index, coordinates = blocks.planted(unit)
    found = _all_ones(blocks, index, coordinates) or _search(blocks, index, coordinates, iterations)
    status, evidence, dual, W, margin, steps, reason = found
    dual_scale, weight_scale = (1, scale) if network == "normalized" else (scale, 1)
    return Verdict(
        status=status,
        evidence=evidence,
        dual=None if dual is None else dual / dual_scale,
        competitor=None if W is None else blocks.to_weights(W) / weight_scale,
        margin=float(margin),
        iterations=steps,
        network=network,
        form=form,
        patterns=blocks.p,
        reason=reason,
    )


def _largest_singular_value(X):
    size = np.abs(X).max()
    return size * np.linalg.norm(X / size, 2) if size > 0 else 1.0


def _all_ones(blocks, index, coordinates):
    """A linear neuron can hide in the all-ones block, whose `D_j X` is X."""
    if blocks.network != "skip" or index[0] != 0:
        return None
    full = np.flatnonzero(blocks.masks[:, 1:].all(axis=0))
    if full.size == 0:
        return None
    W = np.zeros((blocks.size, blocks.X.shape[1]))
    W[full[0] + 1] = coordinates[0]
    dual, residual = minimum_norm_dual(blocks, index, coordinates)
    optimal = residual <= EQUATIONS and blocks.norms(dual).max() <= 1 + EQUATIONS
    reason = "in the all-ones block the planted weights give the same output at the same cost"
    return "not-unique", "all-ones", dual if optimal else None, W, 0.0, 0, reason


def _search(blocks, index, coordinates, iterations):
    """Look for a dual certificate and for a cheaper interpolant at once; see the module's head."""
    plant = np.zeros((blocks.size, blocks.X.shape[1]))
    np.add.at(plant, index, coordinates)  # two neurons with one pattern share a block, and already cost less
    y, cost = blocks.apply(plant), float(len(index))
    if not y.any():
        return _cheaper(np.zeros_like(plant), 0.0, cost, 0)
    if (merged := _cost(plant)) < cost * (1 - MARGIN):
        return _cheaper(plant, merged, cost, 0)
    others = np.delete(np.arange(blocks.size), index)
    dual, residual = minimum_norm_dual(blocks, index, coordinates)
    solvable = residual <= EQUATIONS
    independent = np.linalg.matrix_rank(blocks.apply(_one_hot(plant, index))) == len(index)
    if solvable and independent and (margin := 1 - blocks.norms(dual)[others].max(initial=0)) > MARGIN:
        reason = "the minimum-norm dual vector stays inside the ball on every other block"
        return "recovered", "isometry", dual, None, margin, 0, reason

    to_equations = _planted_projection(blocks, index, coordinates)
    solve = _gram_solver(blocks.gram())
    weights = np.ones(blocks.size)
    rho = 10.0
    Z, U = plant.copy(), blocks.adjoint(dual) / rho
    for step in range(1, iterations + 1):
        weights[others] = 1 - TILTS[np.searchsorted(TILT_STEPS, step)]
        V = Z - U
        X = V - blocks.adjoint(solve(blocks.apply(V) - y))
        T = 1.7 * X - 0.7 * Z + U
        norms = np.linalg.norm(T, axis=1)
        Z = T * np.maximum(1 - weights / (rho * np.maximum(norms, 1e-300)), 0)[:, None]
        U = T - Z
        if step % 5 and step > 5:
            continue
        if _cost(X) < cost * (1 - MARGIN):
            X = X - blocks.adjoint(solve(blocks.apply(X) - y))
            repair = blocks.adjoint(solve(blocks.apply(X) - y))
            if (spent := _cost(X) + _cost(repair)) < cost * (1 - MARGIN):
                return _cheaper(X, spent, cost, step)
        if solvable and independent:
            dual = to_equations(solve(blocks.apply(rho * U)))
            if (margin := 1 - blocks.norms(dual)[others].max(initial=0)) > MARGIN:
                reason = "a dual vector stays inside the ball on every other block"
                return "recovered", "dual", dual, None, margin, step, reason
    reason = f"neither a certificate nor a cheaper interpolant in {iterations} steps"
    return "undecided", None, None, None, np.nan, iterations, reason


def _cost(W):
    return float(np.linalg.norm(W, axis=1).sum())


def _cheaper(W, spent, cost, step):
    reason = f"an interpolant costs {spent:.6g}, the plant {cost:.6g}"
    return "not-recovered", "competitor", None, W, cost - spent, step, reason


def _one_hot(plant, index):
    """Each planted neuron alone, shape (k, p + s, d)."""
    alone = np.zeros((len(index), *plant.shape))
    alone[np.arange(len(index)), index] = plant[index]
    return alone


def _planted_projection(blocks, index, coordinates):
    """The projection onto the dual vectors that meet the planted equations."""
    B = np.hstack([blocks.block(j) for j in index])
    g, pseudo_inverse = coordinates.ravel(), np.linalg.pinv(B.T)

    def project(lam):
        lam = lam - pseudo_inverse @ (B.T @ lam - g)
        return lam - pseudo_inverse @ (B.T @ lam - g)

    return project


def _gram_solver(gram):
    """Solve with the Gram matrix; by its pseudo-inverse where it is (nearly) singular."""
    try:
        factor = cho_factor(gram, lower=True)
        pivots = np.diag(factor[0])
        if pivots.min() > 1e-6 * pivots.max():
            return lambda rhs: cho_solve(factor, rhs)
    except np.linalg.LinAlgError:
        pass
    values, vectors = np.linalg.eigh(gram)
    keep = values > values[-1] * len(gram) * np.finfo(float).eps
    values, vectors = values[keep], vectors[:, keep]
    return lambda rhs: vectors @ ((vectors.T @ rhs) / values)
