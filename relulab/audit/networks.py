"""Proves what a network costs at most, and what every network over the patterns costs at least.

The upper bound is the network's own objective, the lower one that of a dual vector, shortened until it is
feasible on every block: ``lam^T y - 1/2 ||lam||^2`` with ``||A_j^T lam|| <= beta``, in the exact form
``||side A_j^T lam + C_j^T m|| <= beta`` for some stored m >= 0. With a beta both carry the
bounds of every rounding error (`network_bounds`). Exact normalized blocks of dependent columns that need
multipliers are bounded in fractions, where they are small (`dependent_columns`). Larger ones, and the
minimal-norm program, are computed again in float64 without bounds: that is not called a proof.
The costs, the bound
and the gap that a certificate states are those of its arrays; what it says of uniqueness is not checked.
"""

from dataclasses import replace

import numpy as np

from .arithmetic import AuditError, NotProved, prove, require
from .completeness import prove_complete
from .network_bounds import bound_below, objective_bounds, reach_above
from .problem import checked
from .rounding import above

SLACK = 1e-9  # of what is computed without error bounds, relative
CLAIMED = 1e-6  # the same of the numbers that the certificate states
WORDS = {
    "form": ("gated", "exact"),
    "among": ("plain", "skip", "normalized"),
    "loss": ("squares", "logistic"),
    "intercept": (False, True),
    "everywhere": (False, True),
    "unique": (False, True, None),
}
CLAIMS = {
    "cheapest": "no network costs less than it by more than the share {:.1e}",
    "not-cheapest": "another network costs less, by the share {:.1e}",
}


def audit_network(certificate):
    """The statement of a certificate, the share in it, whether it is proved, and why not.

    Raises AuditError where an inequality fails.
    """
    if certificate.status not in CLAIMS:
        raise AuditError(f"status {certificate.status!r} is none that can be checked")
    with np.errstate(over="ignore", invalid="ignore"):
        return _audited(certificate, _Stored(certificate))


def _audited(certificate, problem):
    problem.require_its_numbers(certificate)
    try:
        low, high = _bounds(problem, problem.arrays)
        bounds = low, high, *(_others_proved(certificate, problem))
        where = _where(certificate, problem)
        return CLAIMS[certificate.status].format(_share(certificate, *bounds, prove)) + where, True, ""
    except NotProved as open_question:
        value = problem.objective(problem.arrays)
        share = _share(certificate, value, value, *_others(certificate, problem), require)
        claim = CLAIMS[certificate.status].format(share)
        return f"{claim} over {len(problem.masks) - problem.skip} patterns", False, str(open_question)


def _where(certificate, problem):
    if certificate.everywhere:
        prove_complete(problem.X, problem.masks[problem.skip :], problem.gates)
        return " over all patterns"
    return f" over {len(problem.masks) - problem.skip} patterns"


def _others_proved(certificate, problem):
    if certificate.status == "cheapest":
        return bound_below(problem), None
    return None, _bounds(problem, problem.competitor)[1]


def _bounds(problem, net):
    problem.require_a_candidate(net)
    return objective_bounds(problem, net)


def _others(certificate, problem):
    if certificate.status == "cheapest":
        return problem.bound(), None
    return None, problem.objective(problem.competitor)


def _share(certificate, low, high, bound, other, holds):
    """The share in the claim, once it holds: how far the bounds are apart, relative to the network's cost."""
    if certificate.status == "cheapest":
        share = above((high - bound) / high, 4) if high != 0 else 0.0
        holds("the gap", share, "<=", certificate.tol)
        return max(share, 0.0)
    holds("the other network's cost", other, "<", low)
    return (low - other) / low


class _Stored:
    """The numbers of a certificate, their shapes and words checked."""

    def __init__(self, c):
        for name, known in WORDS.items():
            word = getattr(c, name)
            if not any(type(word) is type(other) and word == other for other in known):
                raise AuditError(f"{name}: {word!r} is none of {', '.join(map(repr, known))}")
        X, y, masks = np.asarray(c.X), np.asarray(c.y), np.asarray(c.patterns)
        if X.ndim != 2:
            raise AuditError(f"data: shape {X.shape}; they must be a matrix")
        if masks.dtype != bool or masks.ndim != 2 or len(masks) != len(X):
            raise AuditError(
                f"patterns: {masks.dtype} of shape {masks.shape}; they must be bool ({len(X)}, p)"
            )
        outputs = y.shape[1:] if y.ndim == 2 else ()
        self.X, self.y = checked("data", X, X.shape), checked("labels", y, (len(X), *outputs))
        if outputs and (not outputs[0] or c.loss != "squares"):
            raise AuditError("labels: several outputs have columns, and squares only")
        self.beta = None if c.beta is None else _number("beta", c.beta)
        if self.beta is not None:
            require("beta", self.beta, ">", 0)
        require("tol", _number("tol", c.tol), ">", 0)
        self.form, self.kind, self.loss, self.free = c.form, c.among, c.loss, c.intercept
        self.skip = int(c.among == "skip")
        self.masks = np.vstack([np.ones((self.skip, len(X)), dtype=bool), masks.T])
        self.gates = getattr(c.patterns, "gates", None)
        if self.gates is not None:
            self.gates = checked("gates of patterns", self.gates, (X.shape[1], masks.shape[1]))
        self.arrays, self.competitor = (
            _arrays(net, X.shape[1], *outputs) for net in (c.arrays, c.competitor)
        )
        self.bases = {}
        self.lam = checked("dual vector", c.dual, y.shape)
        self.multipliers = {} if c.multipliers is None else self._checked_multipliers(c.multipliers)
        self.directions = {}
        for (j, v), m in self.multipliers.items() if outputs else ():
            self.directions.setdefault(j, {})[v] = m

    def _checked_multipliers(self, stored):
        if self.form != "exact":
            raise AuditError("multipliers: the gated program has no cones that they could belong to")
        blocks, sides = np.asarray(stored.blocks), np.asarray(stored.sides)
        if (
            blocks.dtype.kind not in "iu"
            or blocks.ndim != 1
            or sides.shape != blocks.shape + self.y.shape[1:]
        ):
            raise AuditError("multipliers: their blocks and sides must be whole numbers, one each")
        if self.y.ndim == 2 and sides.dtype.kind != "i":
            raise AuditError("multipliers: their directions must be whole numbers")
        values = checked("multipliers", stored.values, (len(blocks), len(self.X)))
        if (values < 0).any():
            raise AuditError("multipliers: they must be >= 0")
        if (blocks < self.skip).any() or (blocks >= len(self.masks)).any():
            raise AuditError("multipliers: of a block without a cone")
        sides = map(tuple, sides.tolist()) if self.y.ndim == 2 else sides.tolist()
        return dict(zip(zip(blocks.tolist(), sides, strict=True), values, strict=True))

    def require_its_numbers(self, c):
        """The costs, the bound and the gap that the certificate states are those of its arrays."""
        cost, net = self.objective(self.arrays), self.arrays
        outer = np.linalg.norm(net.first, axis=0) if net.scale is None else np.abs(net.scale)
        if self.y.ndim == 2:
            units = np.linalg.norm(net.skip_first, axis=0) @ np.linalg.norm(net.skip_second, axis=1)
            least = outer @ np.linalg.norm(net.second, axis=1) + units
        else:
            least = outer @ np.abs(net.second) + np.linalg.norm(net.skip_first) * abs(net.skip_second)
        unbalanced = 0.5 * sum(float(np.sum(np.square(w))) for w in self._weights(net))
        least = cost - (1.0 if self.beta is None else self.beta) * (unbalanced - float(least))
        stated = {name: _number(name, getattr(c, name)) for name in ("cost", "balanced_cost", "bound", "gap")}
        for name, value in (("cost", cost), ("balanced_cost", least)):
            require(
                f"the {name} stated less that of the network", abs(stated[name] - value), "<=", CLAIMED * cost
            )
        require("the bound stated", stated["bound"], "<=", self.bound() + CLAIMED * cost)
        off = (
            abs(stated["gap"] * stated["cost"] - (stated["cost"] - stated["bound"]))
            if cost
            else stated["gap"]
        )
        require("the gap stated, less that of its cost and bound,", abs(off), "<=", CLAIMED * cost)

    # Without error bounds.

    def require_a_candidate(self, net):
        """The network has the form that the certificate speaks of."""
        if (
            net is None
            or (net.gates is None) != (self.form == "exact")
            or (net.scale is None) == (self.kind == "normalized")
        ):
            raise AuditError("network: it is not of the form that the certificate names")
        if self.kind != "skip" and np.any(net.skip_first) and np.any(net.skip_second):
            raise AuditError("network: it has a linear part, which a certificate among others must not have")
        if not self.free and np.any(net.intercept):
            raise AuditError("network: it has an intercept, which the program has not")

    @staticmethod
    def _weights(net):
        trained = net.first.ravel() if net.scale is None else net.scale
        return net.second, net.skip_first, np.atleast_1d(net.skip_second), trained

    def objective(self, net):
        """The network's objective, computed again."""
        self.require_a_candidate(net)
        before = self.X @ net.first
        hidden = np.maximum(before, 0) if net.gates is None else before * (self.X @ net.gates >= 0)
        outer = net.second
        if net.scale is not None:
            sizes = np.linalg.norm(hidden, axis=0)
            hidden, outer = hidden / np.where(sizes > 0, sizes, 1), (outer.T * net.scale).T
        linear = self.X @ net.skip_first
        linear = linear @ net.skip_second if np.ndim(net.skip_second) else linear * net.skip_second
        fit = hidden @ outer + linear + net.intercept
        cost = 0.5 * sum(float(np.sum(np.square(w))) for w in self._weights(net))
        if self.beta is None:
            off = np.linalg.norm(fit - self.y)
            require("the network's residual", off, "<=", 1e-6 * np.linalg.norm(self.y))
            return cost
        if self.loss == "squares":
            return 0.5 * float(np.sum((fit - self.y) ** 2)) + self.beta * cost
        return float(np.sum(np.logaddexp(0, -self.y * fit))) + self.beta * cost

    def bound(self):
        """The dual vector's bound, computed again and shortened until it is feasible."""
        ball = 1.0 if self.beta is None else self.beta
        if self.free:
            off = np.abs(self.lam.sum(axis=0)).max()
            require("the dual vector's sum", float(off), "<=", SLACK * np.abs(self.lam).sum())
        if self.y.ndim == 2:
            try:
                reach = reach_above(self)
            except NotProved as error:
                raise AuditError(str(error)) from None
        else:
            reach = max(self._reach(j, side) for j in range(len(self.masks)) for side in self._sides(j))
        lam, y = (self.lam * min(1.0, ball / reach if reach > 0 else 1.0)).ravel(), self.y.ravel()
        if self.beta is None:
            return float(lam @ y)
        if self.loss == "squares":
            return float(lam @ y - 0.5 * lam @ lam)
        s = lam * y
        require("the smallest of the dual vector's shares", s.min(), ">=", -SLACK)
        require("the largest of the dual vector's shares", s.max(), "<=", 1 + SLACK)
        s = np.clip(s, np.finfo(float).tiny, 1 - np.finfo(float).eps / 2)
        return float(-np.sum(s * np.log(s) + (1 - s) * np.log1p(-s)))

    def _sides(self, j):
        return (1, -1) if self.form == "exact" and j >= self.skip else (1,)

    def _reach(self, j, side):
        q = side * (self.X.T @ (self.masks[j] * self.lam))
        m = self.multipliers.get((j, side))
        if m is not None:
            q = q + self.X.T @ np.where(self.masks[j], m, -m)
        if self.kind != "normalized":
            return float(np.linalg.norm(q))
        _, s, Vt = np.linalg.svd(self.X[self.masks[j]], full_matrices=False)
        kept = s > s.max(initial=0) * 1e-12
        if m is not None:  # what the block does not see may be any size: nothing may pull at it
            unseen = np.linalg.norm(q - Vt[kept].T @ (Vt[kept] @ q))
            require(f"block {j}: what pulls outside its range", unseen, "<=", SLACK * (1 + np.linalg.norm(q)))
        return float(np.linalg.norm((Vt[kept] @ q) / s[kept]))


def _number(name, value):
    """A stated number, finite."""
    if isinstance(value, bool) or not isinstance(value, int | float | np.number) or not np.isfinite(value):
        raise AuditError(f"{name}: {value!r} is not a finite number")
    return float(value)


def _arrays(net, d, *outputs):
    """A network in finite float64 arrays whose shapes go together, or None; with c outputs, if c is given."""
    if net is None:
        return None
    second = np.asarray(net.second)
    m = len(second) if second.ndim == 1 + len(outputs) else 0
    shapes = {"first": (d, m), "second": (m, *outputs), "scale": (m,), "gates": (d, m), "skip_first": (d,)}
    if outputs:
        r = np.shape(net.skip_first)[1] if np.ndim(net.skip_first) == 2 else 0
        shapes |= {"skip_first": (d, r), "skip_second": (r, *outputs), "intercept": outputs}
    parts = {
        name: checked(f"network: {name}", getattr(net, name), shape)
        for name, shape in shapes.items()
        if name not in ("scale", "gates") or getattr(net, name) is not None
    }
    if outputs:
        return replace(net, **parts)
    numbers = {name: _number(f"network: {name}", getattr(net, name)) for name in ("skip_second", "intercept")}
    return replace(net, **parts, **numbers)
