"""How far anybody's network is from the cheapest one: its cost, a lower bound, and the gap between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ... import _checks
from ...blocks import cones
from ...blocks.blocks import Blocks
from ...programs.cvxpy_programs import weight_of_regularizer
from ...programs.losses import LOSSES, check_labels
from ...programs.several_outputs import check_several
from ...programs.solving import solve
from ..verdicts import Multipliers
from .answers import NetworkCertificate
from .reading import as_arrays, kind_of, patterns_of
from .several import several_bounds
from .uniqueness import is_unique

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import ArrayLike

TOL = 1e-4
FINE = 1e-10  # gap of the solution whose uniqueness is asked
INTERPOLATES = 1e-8  # what a network may miss the labels by, without beta, relative


def certify_network(
    network: Any,
    X: ArrayLike,
    y: ArrayLike,
    S: Any,
    beta: float | None = None,
    among: str | None = None,
    loss: str = "squares",
    intercept: bool = False,
    tol: float = TOL,
) -> NetworkCertificate:
    """Certify how far a network, found by anyone, is from the cheapest one.

    Weak duality bounds the objective of all networks over the patterns from below. First the network's own
    residuals are tried as prices; if these do not settle it, the convex program is solved, and its dual
    vector is taken. A network with gates is compared with gated networks (the relaxed program), one without
    with ReLU networks (the exact program), always over the patterns of `S` and its own. Several outputs:
    gated networks have a program of their own, with nuclear norms, and are compared with its solution. ReLU
    networks have none that is known to be tractable: their bound holds, by a mesh of output directions, but
    nothing is solved, so that a network far from the cheapest stays undecided.

    Parameters
    ----------
    network : Network, torch module or tuple of array_like
        A `Network`; one of the modules of `relulab.networks` that holds one network; a torch
        ``nn.Sequential(Linear, ReLU, Linear)``, whose first bias is the weight of X's last column, a constant
        one, and pays for it as all weights do, and whose second bias is the free intercept; or
        ``(first, second)`` of shapes (d, m) and (m,), with a skip weight (d,) as a third. For c outputs a
        solution of several, a `Network` or ``nn.Sequential`` with c outputs, ``(first, second)`` with second
        (m, c), with a skip weight (d, c) as a third, or all that `SeveralOutputs.to_layers` gives.
    X : array_like, shape (n, d)
        The data. A bias is a column of ones.
    y : array_like, shape (n,) or (n, c)
        The labels; several columns are several outputs, with squares only.
    S : Patterns, array_like of bool, shape (n, p), or "all"
        The patterns; ``"all"`` enumerates those of X, which is for small sizes.
    beta : float, optional
        Weight decay: the objective is ``1/2 ||f - y||^2 + beta R / 2``. None is the minimal-norm program, for
        networks that interpolate.
    among : {"plain", "skip", "normalized"}, optional
        Which networks it is compared with; by default its own kind. A plain network is one among skip ones.
    loss : {"squares", "logistic"}
        What the fit costs, with `beta`.
    intercept : bool
        Whether a constant is free.
    tol : float
        The gap below which it is called cheapest.

    Returns
    -------
    NetworkCertificate
        `check` proves it again from its arrays.

    Raises
    ------
    ValueError
        For something that is no network, or one of another width than the data, or whose outputs overflow;
        a network that does not interpolate, without beta; an `among` that it does not belong to; patterns
        whose gates do not make them on these data; a `tol` of 1 or more; and as `solve` does.

    Examples
    --------
    >>> import relulab as rl
    >>> X = rl.draw("gaussian", 12, 2, rng=0)
    >>> y = rl.plant(X, "relu", sigma=0.3, rng=1).y
    >>> best = rl.solve(X, y, rl.enumerate_patterns(X), "plain", "exact", beta=0.1, tol_gap_rel=1e-9)
    >>> found = rl.certify_network(best.to_network(), X, y, "all", beta=0.1)
    >>> found.status, found.unique, rl.check(found).proved
    ('cheapest', True, True)
    >>> rl.certify_network(([[1.0], [0.0]], [1.0]), X, y, "all", beta=0.1).status
    'not-cheapest'
    """
    from ...programs.warm_starts import solve_from

    X, c = _checks.data(X), None
    if np.ndim(y) == 2:
        y = check_several(y, len(X), "gated", loss)
        c = y.shape[1]
    else:
        y = _checks.array("y", y, (len(X),))
    net = as_arrays(network, X, c)
    beta, tol = weight_of_regularizer(beta), _checks.positive("tol", tol)
    if tol >= 1:
        raise ValueError(f"tol={tol:g} is not below 1, the gap of every network")
    check_labels(loss, y, beta, intercept)
    among, form = kind_of(net, among), "exact" if net.gates is None else "gated"
    if np.any(net.intercept) and not intercept:
        raise ValueError("network has an intercept; compare it with intercept=True")
    patterns, everywhere = patterns_of(net, X, S)
    blocks, rule = Blocks(X, patterns, among), LOSSES[loss]
    with np.errstate(over="ignore", invalid="ignore"):
        fit = net.predict(X, "batch")
        at = (fit.ravel(), y.ravel(), beta, rule)
        cost, balanced = (_objective(*at, spent) for spent in (net.cost, _balanced(net)))
    if not (np.isfinite(cost) and np.isfinite(fit).all()):
        raise ValueError("network has outputs or a cost that float64 cannot hold")
    missed = np.linalg.norm(fit - y)
    if beta is None and missed > INTERPOLATES * np.linalg.norm(y):
        off = f"{missed:.1e}, their norm being {np.linalg.norm(y):.1e}"
        raise ValueError(f"network misses the labels by {off}; give the beta of its weight decay")

    if c is not None:
        found = several_bounds(blocks, fit, y, form, beta, cost, tol, intercept)
        dual, bound, solution, stored, unique = found
        gap = (cost - bound) / cost if cost > 0 else 0.0
        said = _status(gap, tol, cost, solution, patterns.p)
        question = X, y, net, patterns, beta, among, form, loss, intercept, tol, everywhere
        return _certificate(said, (cost, balanced, bound, float(gap)), unique, dual, stored, question)
    dual = solution = start = None
    bound = -np.inf
    if beta is not None:
        dual, bound = _by_its_residuals(fit, y, blocks, form, beta, rule, intercept)
    if cost - bound > tol * cost:
        if beta is None:
            solution = solve(X, y, patterns, among, form, solver="newton", tol=0.1 * tol)
        else:
            solution, start = solve_from(blocks, y, form, beta, 0.1 * tol, loss, intercept)
        if solution.value * (1 - solution.gap) > bound or dual is None:
            dual = solution.dual
            bound = float(dual @ y) if beta is None else rule.bound(dual, y)
    gap = (cost - bound) / cost if cost > 0 else 0.0
    ball = 1.0 if beta is None else beta
    stored = _multipliers(blocks, dual, ball) if form == "exact" else None
    unique = None
    if beta is not None:
        unique = is_unique(solve_from(blocks, y, form, beta, FINE, loss, intercept, start)[0])
    said = _status(gap, tol, cost, solution, patterns.p)
    question = X, y, net, patterns, beta, among, form, loss, intercept, tol, everywhere
    return _certificate(said, (cost, balanced, bound, float(gap)), unique, dual, stored, question)


def _certificate(said, numbers, unique, dual, multipliers, question):
    status, competitor, reason = said
    reason += " (all of them)" if question[-1] else " (sampled, and its own)"
    return NetworkCertificate(status, *numbers, unique, dual, multipliers, competitor, reason, *question)


def _balanced(net):
    sizes = np.linalg.norm(net.first, axis=0) if net.scale is None else np.abs(net.scale)
    if net.second.ndim == 2:
        units = np.linalg.norm(net.skip_first, axis=0) @ np.linalg.norm(net.skip_second, axis=1)
        return float(sizes @ np.linalg.norm(net.second, axis=1) + units)
    linear = np.linalg.norm(net.skip_first) * abs(net.skip_second)
    return float(sizes @ np.abs(net.second) + linear)


def _objective(fit, y, beta, rule, spent):
    return spent if beta is None else rule.value(fit, y) + beta * spent


def _by_its_residuals(fit, y, blocks, form, beta, rule, intercept):
    """The network's own prices as a dual vector: the bound that they give."""
    from ...programs.reaching import Reach

    lam = rule.prices(fit, y, intercept)
    largest = Reach(blocks, form)(lam, beta).max()
    lam = lam * rule.best_multiple(lam, y, beta / largest if largest > 0 else np.inf)
    return lam, rule.bound(lam, y)


def _status(gap, tol, cost, solution, p):
    if gap <= tol:
        return (
            "cheapest",
            None,
            f"no network costs less by more than {max(gap, 0):.1e} of its cost, over {p} patterns",
        )
    if solution is not None and solution.value < cost * (1 - tol):
        share = 1 - solution.value / cost
        try:
            other = solution.to_network(negligible=0)
        except ValueError:  # patterns without gates that are not realizable
            other = None
        if other is not None:
            return "not-cheapest", other, f"another network costs {share:.1%} less, over {p} patterns"
    return "undecided", None, f"the gap is {gap:.1e}, and nothing cheaper was found, over {p} patterns"


def _multipliers(blocks, dual, ball):
    """Multipliers for the cones on which a dual vector would leave its ball without."""
    gradients = blocks.adjoint(dual)
    where, sides, values = [], [], []
    for j in blocks.skip + np.flatnonzero(
        np.linalg.norm(gradients[blocks.skip :], axis=1) > ball * (1 - 1e-12)
    ):
        for side in (1, -1):
            where.append(j)
            sides.append(side)
            values.append(cones.multipliers(blocks.cone(j), side * gradients[j]))
    if not where:
        return None
    return Multipliers(np.array(where), np.array(sides), np.array(values))
