"""How far anybody's network is from the cheapest one: its cost, a lower bound, and the gap between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .. import _checks
from ..audit.files import write_file
from ..blocks import cones
from ..blocks.blocks import NETWORKS, Blocks
from ..blocks.neurons import Network
from ..patterns.enumeration import enumerate_patterns
from ..patterns.sampling import Patterns, as_masks, distinct_columns
from ..programs.cvxpy_programs import weight_of_regularizer
from ..programs.losses import LOSSES, check_labels
from ..programs.solving import solve
from .verdicts import Multipliers

if TYPE_CHECKING:
    from os import PathLike
    from typing import Any

    from numpy.typing import ArrayLike

TOL = 1e-4
FINE = 1e-10  # gap of the solution whose uniqueness is asked
INTERPOLATES = 1e-8  # what a network may miss the labels by, without beta, relative
NEAR = 1e-9  # a neuron that is that close to a row's border, relative to its terms, touches it
ALIKE = 1e-4  # neurons whose directions differ by less are one, in the question of uniqueness
PIECES = ("first", "second", "scale", "gates", "skip_first", "skip_second", "intercept")
CURVED = {"squares": 1.0, "logistic": 4.0}  # the least curvature of the dual objective


@dataclass(frozen=True, eq=False)
class NetworkCertificate:
    """How far a network is from the cheapest one, made by `certify_network`.

    Attributes
    ----------
    status : str
        ``"cheapest"``: no network over the patterns costs less by more than the share `tol`.
        ``"not-cheapest"``: `.competitor` costs less, by more than that. ``"undecided"``: neither is known.
    cost : float
        ``loss + beta R / 2`` of the network as it stands; without beta ``R / 2``.
    balanced_cost : float
        The same with balanced layers, ``||first_i|| = |second_i||``, which changes no output.
    bound : float
        What no network with these patterns costs less than: the value of `.dual`.
    gap : float
        ``(cost - bound) / cost``.
    unique : bool or None
        Whether the cheapest network over the patterns is the only one. The best dual vector lies in a small
        ball around the one that was found; only blocks that reach the bound somewhere in that ball can be on,
        along directions that the ball hardly moves. True where the outputs of these are independent, False
        where those of the neurons found are dependent, None is open. This is computed in float64 and neurons
        that nearly agree count as one: it is numerical, and `check` does not prove it.
    dual : ndarray, shape (n,)
        The dual vector.
    multipliers : Multipliers or None
        In the exact form, what keeps it in its ball on the cones.
    competitor : Network or None
        A cheaper network.
    reason : str
        The statement in words.
    X, y, arrays, patterns, beta, among, form, loss, intercept, tol
        The question: data, labels, the network as arrays, the patterns (its own included), the weight of
        the regularizer, the kind of network, gated or exact, the loss, whether an intercept is free, and the
        gap that was asked for.
    everywhere : bool
        Whether the patterns are all those of the data.
    """

    status: str
    cost: float
    balanced_cost: float
    bound: float
    gap: float
    unique: bool | None
    dual: np.ndarray
    multipliers: Multipliers | None
    competitor: Network | None
    reason: str
    X: np.ndarray
    y: np.ndarray
    arrays: Network
    patterns: Any
    beta: float | None
    among: str
    form: str
    loss: str
    intercept: bool
    tol: float
    everywhere: bool

    def __repr__(self) -> str:
        return f"NetworkCertificate({self.status}, cost={self.cost:.6g}, gap={self.gap:.1e}; {self.reason})"

    def save(self, path: str | PathLike[str]) -> None:
        """Write the certificate with its question to a file that `load` reads and `check` proves again.

        Parameters
        ----------
        path : str or path
            Where to. The format is described in `relulab.audit.files`.
        """
        names = (
            "status",
            "cost",
            "balanced_cost",
            "bound",
            "gap",
            "unique",
            "reason",
            "beta",
            "among",
            "form",
        )
        fields = {name: getattr(self, name) for name in (*names, "loss", "intercept", "tol", "everywhere")}
        fields["complete"] = getattr(self.patterns, "complete", False)
        arrays = {"X": self.X, "y": self.y, "dual": self.dual, "masks": np.asarray(self.patterns)}
        arrays["gates of patterns"] = getattr(self.patterns, "gates", None)
        if self.multipliers is not None:
            arrays |= {f"multipliers {name}": a for name, a in self.multipliers._asdict().items()}
        for whose, net in (("network", self.arrays), ("competitor", self.competitor)):
            if net is not None:
                parts = {f"{whose} {name}": getattr(net, name) for name in PIECES}
                arrays |= {
                    name: None if a is None else np.asarray(a, dtype=float) for name, a in parts.items()
                }
        write_file(path, "network certificate", fields, arrays)

    @classmethod
    def from_stored(cls, fields, arrays, real):
        """The certificate that a file holds."""

        def net(whose):
            if f"{whose} first" not in arrays:
                return None
            parts = {name: arrays.get(f"{whose} {name}") for name in PIECES}
            return Network(**parts | {name: float(parts[name]) for name in ("skip_second", "intercept")})

        masks, gates, multipliers = arrays["masks"], arrays.get("gates of patterns"), None
        if "multipliers values" in arrays:
            multipliers = Multipliers(*(arrays[f"multipliers {name}"] for name in Multipliers._fields))
        numbers = {
            name: real(fields[name]) for name in ("cost", "balanced_cost", "bound", "gap", "tol", "beta")
        }
        words = {n: fields[n] for n in ("status", "unique", "reason", "among", "form", "loss", "intercept")}
        return cls(
            **numbers,
            **words,
            everywhere=fields["everywhere"],
            X=arrays["X"],
            y=arrays["y"],
            dual=arrays["dual"],
            multipliers=multipliers,
            arrays=net("network"),
            competitor=net("competitor"),
            patterns=masks if gates is None else Patterns(masks, gates, fields["complete"]),
        )


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
    with ReLU networks (the exact program), always over the patterns of `S` and its own.

    Parameters
    ----------
    network : Network, torch module or tuple of array_like
        A `Network`; one of the modules of `relulab.networks` that holds one network; or ``(first, second)``
        of shapes (d, m) and (m,), with a skip weight (d,) as a third.
    X : array_like, shape (n, d)
        The data. A bias is a column of ones.
    y : array_like, shape (n,)
        The labels.
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
        For something that is no network, or one of another width than the data; a network that does not
        interpolate, without beta; an `among` that it does not belong to; and as `solve` does.

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
    from ..programs.warm_starts import solve_from

    X = _checks.data(X)
    y = _checks.array("y", y, (len(X),))
    net = as_arrays(network, X.shape[1])
    beta, tol = weight_of_regularizer(beta), _checks.positive("tol", tol)
    check_labels(loss, y, beta, intercept)
    among, form = _kind(net, among), "exact" if net.gates is None else "gated"
    if net.intercept and not intercept:
        raise ValueError("network has an intercept; compare it with intercept=True")
    patterns, everywhere = _patterns(net, X, S)
    blocks, rule = Blocks(X, patterns, among), LOSSES[loss]
    fit = net.predict(X, "batch")
    cost, balanced = (_objective(fit, y, beta, rule, spent) for spent in (net.cost, _balanced(net)))
    if beta is None and np.linalg.norm(fit - y) > INTERPOLATES * np.linalg.norm(y):
        off = np.linalg.norm(fit - y) / np.linalg.norm(y)
        raise ValueError(
            f"network misses the labels by {off:.1e} of their norm; give the beta of its weight decay"
        )

    dual, bound, solution = _by_its_residuals(fit, y, blocks, form, beta, rule, intercept)
    if dual is None or cost - bound > tol * cost:
        solution = _solved(X, y, patterns, among, form, beta, loss, intercept, 0.1 * tol)
        if solution.value * (1 - solution.gap) > bound or dual is None:
            dual = solution.dual
            bound = float(dual @ y) if beta is None else rule.bound(dual, y)
    gap = (cost - bound) / cost if cost > 0 else 0.0
    status, competitor, reason = _status(gap, tol, cost, solution, patterns.p)
    ball = 1.0 if beta is None else beta
    stored = _multipliers(blocks, dual, ball) if form == "exact" else None
    unique = None
    if beta is not None:
        unique = _unique(solve_from(blocks, y, form, beta, FINE, loss, intercept)[0])
    return NetworkCertificate(
        status,
        cost,
        balanced,
        bound,
        float(gap),
        unique,
        dual,
        stored,
        competitor,
        reason + (" (all of them)" if everywhere else " (sampled, and its own)"),
        X,
        y,
        net,
        patterns,
        beta,
        among,
        form,
        loss,
        intercept,
        tol,
        everywhere,
    )


def as_arrays(network, d):
    """A network of whatever kind as a `Network` of d inputs."""
    if isinstance(network, tuple | list) and len(network) in (2, 3):
        first = _checks.array("network's first layer", network[0], ("d", "m"))
        second = _checks.array("network's second layer", np.ravel(network[1]), (first.shape[1],))
        skip = np.zeros(len(first))
        if len(network) == 3:
            skip = _checks.array("network's skip weight", np.ravel(network[2]), (len(first),))
        size = np.sqrt(np.linalg.norm(skip))
        network = Network(first, second, None, None, skip / (size or 1.0), float(size))
    elif hasattr(network, "to_arrays"):
        several = network.to_arrays()
        if len(several) != 1:
            raise ValueError(f"network holds {len(several)} networks; give one of network.to_arrays()")
        network = several[0]
    if not isinstance(network, Network):
        raise ValueError(
            f"network is a {type(network).__name__}; give a Network, a module of relulab.networks, "
            "or a tuple of arrays (first, second)"
        )
    if len(network.first) != d:
        raise ValueError(
            f"network takes {len(network.first)} inputs and X has {d} columns; a bias is a column of ones"
        )
    if not all(np.isfinite(part).all() for part in (network.first, network.second, network.skip_first)):
        raise ValueError("network holds NaN or infinite weights")
    return network


def _kind(net, among):
    linear = net.skip_second and np.any(net.skip_first)
    own = "normalized" if net.scale is not None else "skip" if linear else "plain"
    among = own if among is None else _checks.choice("among", among, NETWORKS)
    if (among == "normalized") != (own == "normalized") or (among == "plain" and own == "skip"):
        raise ValueError(f"among={among!r} does not hold this network, which is {own}")
    return among


def _patterns(net, X, S):
    """The patterns of S with those of the network, and whether they are all."""
    if isinstance(S, str):
        _checks.choice("S", S, ("all",))
        S = enumerate_patterns(X)
    gates = net.first if net.gates is None else net.gates
    masks, theirs = as_masks(S, len(X)), getattr(S, "gates", None)
    if net.gates is None:
        own, used = _homes(X, net.first, masks)
    else:
        own = X @ gates >= 0
        used = own.any(axis=0)
    used &= net.second != 0
    complete = getattr(S, "complete", False)
    if complete:  # a neuron on a border lives in a cell beside it
        return S, True
    together = np.hstack([masks, own[:, used]])
    kept = distinct_columns(together)
    if theirs is None:
        return _Masks(together[:, kept]), False
    return Patterns(together[:, kept], np.hstack([theirs, gates[:, used]])[:, kept]), False


def _homes(X, first, masks):
    """The pattern of each neuron, and whether it has an output and no home among the masks.

    Neurons of a solution lie on borders up to a solver's tolerance: those live in any cell that they touch.
    """
    values, sizes = X @ first, NEAR * (np.abs(X) @ np.abs(first))
    off, on = np.abs(values) > sizes, values > sizes
    homeless = [not (masks[o] == up[o, None]).all(axis=0).any() for o, up in zip(off.T, on.T, strict=True)]
    return values >= -sizes, on.any(axis=0) & np.array(homeless, dtype=bool)


class _Masks(np.ndarray):
    """Patterns without gates."""

    def __new__(cls, array):
        return np.asarray(array).view(cls)

    @property
    def p(self):
        return self.shape[1]


def _balanced(net):
    linear = np.linalg.norm(net.skip_first) * abs(net.skip_second)
    sizes = np.linalg.norm(net.first, axis=0) if net.scale is None else np.abs(net.scale)
    return float(sizes @ np.abs(net.second) + linear)


def _objective(fit, y, beta, rule, spent):
    return spent if beta is None else rule.value(fit, y) + beta * spent


def _by_its_residuals(fit, y, blocks, form, beta, rule, intercept):
    """The network's own prices as a dual vector: the bound that they give."""
    if beta is None:
        return None, -np.inf, None
    from ..programs.warm_starts import reaches

    lam = rule.price(fit, y)
    lam = rule.balanced(lam, y) if intercept else lam
    largest = reaches(blocks, lam, form, beta).max()
    lam = lam * rule.best_multiple(lam, y, beta / largest if largest > 0 else np.inf)
    return lam, rule.bound(lam, y), None


def _solved(X, y, S, among, form, beta, loss, intercept, tol):
    from ..programs.warm_starts import solve_from

    if beta is None:
        return solve(X, y, S, among, form, solver="newton", tol=tol)
    return solve_from(Blocks(X, S, among), y, form, beta, tol, loss, intercept)[0]


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


def _unique(solution):
    """Whether a solution is the only one; see `NetworkCertificate`."""
    if not np.isfinite(solution.gap):
        return None
    blocks, beta = solution.blocks, solution.beta
    slack = max(solution.gap, 4 * np.finfo(float).eps) * solution.value
    radius = np.sqrt(2 * slack / CURVED[solution.loss])
    sizes = np.array([_size(blocks, j) for j in range(blocks.size)])
    gradients = blocks.adjoint(solution.dual)
    may = np.flatnonzero(np.linalg.norm(gradients, axis=1) + sizes * radius >= beta)
    outputs, errors, first = [], [], int(blocks.skip and 0 in may)  # a linear part is no neuron
    for j in may:
        coned = solution.form == "exact" and j >= blocks.skip
        for side in (1, -1) if coned else (1,):
            direction = cones.project(blocks.cone(j), side * gradients[j])[0] if coned else gradients[j]
            if np.linalg.norm(direction) + sizes[j] * radius >= beta:
                output, error = side * (blocks.block(j) @ direction) / beta, sizes[j] ** 2 * radius / beta
                if not coned or not any(_alike(output, other) for other in outputs[first:]):
                    outputs.append(output)
                    errors.append(error)
    if not outputs or _independent(outputs, np.linalg.norm(errors)):
        return True
    on = np.argwhere(
        np.linalg.norm(solution.parts, axis=-1) > 1e-6 * np.linalg.norm(solution.parts, axis=-1).sum()
    )
    if not len(on):
        return None
    used = []
    for side, j in on:
        output = (1 - 2 * side) * (blocks.block(j) @ solution.parts[side, j])
        output = output / np.linalg.norm(output)
        coned = solution.form == "exact" and j >= blocks.skip
        if not coned or not any(_alike(output, other) for other in used):
            used.append(output)
    return None if _independent(used, 1e-9) else False


def _alike(a, b):
    return np.linalg.norm(a - b) <= ALIKE * np.linalg.norm(a)


def _independent(vectors, least):
    vectors = np.stack(vectors, axis=1)
    spread = np.linalg.svd(vectors, compute_uv=False)
    return vectors.shape[1] <= len(vectors) and spread[-1] > least


def _size(blocks, j):
    return 1.0 if blocks.factors is not None else float(np.linalg.norm(blocks.block(j), 2))
