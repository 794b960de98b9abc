"""A primal-dual interior-point method on the blocks: ten to thirty Newton steps lead to the solution.

It solves, for X and y of norm 1,

    min  sum_j ||u_j|| + beta/2 ||nu||^2   s.t.  sum_j A_j u_j + beta nu = y,   C_j u_j >= 0 (exact form)
    max  nu^T y - beta/2 ||nu||^2          s.t.  ||A_j^T nu + C_j^T a_j|| <= 1,   a_j >= 0

where beta = 0 is the minimal-norm program and nu the dual vector over beta. The scaling is Nesterov and
Todd's, the predictor and the corrector are Mehrotra's; both as in Vandenberghe, "The CVXOPT linear and
quadratic cone program solvers" (2010).
"""

from dataclasses import dataclass

import numpy as np

from .newton import Metric, Scaling, dot, norm

PROXIMAL = 1e-8  # curvature added to every block, relative to that of the norms; it moves no solution
ROUNDS, ROUNDS_WITH_CONES = 2, 3  # solves of a Newton system: all but the first refine
SHORTEN = 0.99  # how much of the way to the boundary a step goes


@dataclass(frozen=True, eq=False)
class Point:
    """Where the path is: ``t_j > ||u_j||``, slacks s and multipliers a of cones (or None), nu."""

    t: np.ndarray
    u: np.ndarray
    nu: np.ndarray
    s: np.ndarray | None
    a: np.ndarray | None

    def moved(self, step, primal, dual):
        cones = (None, None) if self.s is None else (self.s + primal * step.s, self.a + dual * step.a)
        return Point(
            self.t + primal * step.t, self.u + primal * step.u, self.nu + dual * step.nu, cones[0], cones[1]
        )

    def is_finite(self):
        parts = (self.t, self.u, self.nu, self.s, self.a)
        return all(np.all(np.isfinite(part)) for part in parts if part is not None)


class Path:
    """The method's state: a point and what the next step needs.

    `step` moves on. `primal` and `dual` are the objectives there, `missing` is what the equations lack.
    """

    def __init__(self, program):
        self.program = program
        self.live = None if program.cone is None else program.cone != 0
        self.degree = len(program.outer) + (0 if self.live is None else int(np.sum(self.live)))
        self._look(self._start())

    def _start(self):
        """The interpolant of least squares, inside the cones by a shift of its slacks."""
        program, (J, r) = self.program, self.program.counts.shape
        still = Scaling(np.ones(J), np.zeros((J, r)), np.zeros((J, r)))
        ratio = None if self.live is None else 1.0 * self.live
        self.still = metric = Metric(program, still, ratio, PROXIMAL)
        nu = metric.solver()(program.y)
        u = metric.solve(program.adjoint(nu))
        sizes = norm(u * program.counts)
        nu = nu / np.max(norm(program.adjoint(nu) * program.counts))
        if self.live is None:
            return Point(sizes + np.mean(sizes), u, 0.5 * nu, None, None)
        slack = program.cone * program.outputs(u)
        shift = 2 * max(np.max(-slack), np.sum(np.abs(slack)) / max(np.sum(self.live), 1))
        s = np.where(self.live, slack + shift, 1.0)
        a = 0.8 * self.live / max(np.max(norm(program.pull(program.cone))), 1e-300)
        balance = np.sum(s * a) / max(np.sum(self.live), 1)
        return Point(sizes + max(balance, 1e-2 * np.mean(sizes)), u, 0.1 * nu, s, a)

    def _look(self, point):
        program, counts = self.program, self.program.counts
        gradients = program.gradients(point.nu, point.a)
        self.point, self.u, self.g = point, point.u * counts, gradients * counts
        self.free = gradients - self.g
        outputs = program.outputs(point.u)
        self.missing = program.y - np.sum(program.outer * outputs, axis=0) - program.beta * point.nu
        self.outside = None if self.live is None else point.s * self.live - program.cone * outputs
        self.mu = np.sum(point.t - dot(self.u, self.g))
        if self.live is not None:
            self.mu = self.mu + np.sum(point.s * point.a)
        self.mu = self.mu / self.degree
        energy = program.beta / 2 * np.sum(point.nu**2)
        self.primal, self.dual = np.sum(norm(self.u)) + energy, np.sum(point.nu * program.y) - energy

    def _is_inside(self, point):
        counts = self.program.counts
        steep = norm(self.program.gradients(point.nu, point.a) * counts)
        inside = np.all(point.t > norm(point.u * counts)) and np.all(steep < 1)
        return inside and (self.live is None or np.all((point.s > 0) & (point.a >= 0)))

    @property
    def gap(self):
        """Relative gap of the objectives, not yet of feasible points."""
        return (self.primal - self.dual) / self.primal if self.primal > 0 else np.inf

    def metric(self, proximal=None):
        """The metric of the point, its scaling, and a/s; `proximal` curvature instead of the usual."""
        scaling = Scaling(self.point.t, self.u, self.g)
        ratio = None if self.live is None else self.point.a / self.point.s
        usual = PROXIMAL / np.sum(self.point.t)
        return Metric(self.program, scaling, ratio, proximal or usual), scaling, ratio

    def step(self):
        """One predictor and corrector; the length of the step."""
        point = self.point
        metric, scaling, ratio = self.metric()
        solve = metric.solver()
        slack = None if self.live is None else -point.s * self.live
        ahead, dg = self._direction(metric, scaling, ratio, solve, -point.t, -self.u, slack)
        primal, dual = self._lengths(ahead, dg, 1.0)
        centering = min(1.0, max(0.0, self._mu_after(ahead, dg, primal, dual) / self.mu)) ** 3
        t, u = self._corrected(scaling, ahead, dg, centering * self.mu)
        if self.live is not None:
            room = centering * self.mu - ahead.s * ahead.a
            slack = np.where(self.live, room / np.where(self.live, point.a, 1.0) - point.s, 0.0)
        move, dg = self._direction(metric, scaling, ratio, solve, t, u, slack)
        primal, dual = self._lengths(move, dg, SHORTEN)
        after = point.moved(move, primal, dual)
        if not after.is_finite():
            raise FloatingPointError("a Newton step is not finite")
        if not self._is_inside(after):
            raise np.linalg.LinAlgError("rounding has reached the boundary")
        self._look(after)
        return min(primal, dual)

    def _direction(self, metric, scaling, ratio, solve, t, u, slack):
        """The Newton step whose scaled complementarity moves by (t, u) and slack, and the move of g.

        Every round solves for what the one before has left of all equations: near the end a/s is so large
        that the rounding of ``du = u + ...`` alone would throw the gradients out of their balls.
        """
        program, du, dnu, pulled = self.program, u, np.zeros_like(self.point.nu), np.zeros_like(u)
        for _ in range(ROUNDS if self.live is None else ROUNDS_WITH_CONES):
            push = pulled - metric.bend(du - u) - metric.proximal * du
            if self.live is not None:
                ds = program.cone * program.outputs(du) - self.outside
                push = push + self.free + program.pull(program.cone * (ratio * (slack - ds)))
            du = du + metric.solve(push)
            more = solve(self.missing - program.apply(du) - program.beta * dnu)
            pull = program.adjoint(more)
            du, dnu, pulled = du + metric.solve(pull), dnu + more, pulled + pull
        dt = t + 2 * scaling.w0 / (2 * scaling.w0**2 - 1) * dot(scaling.w, du - u)
        if self.live is None:
            return Point(dt, du, dnu, None, None), pulled * program.counts
        ds = program.cone * program.outputs(du) - self.outside
        da = ratio * (slack - ds)
        return Point(dt, du, dnu, ds, da), program.gradients(dnu, da) * program.counts

    def _corrected(self, scaling, ahead, dg, target):
        """Mehrotra's right-hand side of the balls, by the Jordan algebra of their scaled point."""
        l0, l = scaling.times(np.ones_like(self.point.t), -self.g)
        x0, x = scaling.over(ahead.t, ahead.u * self.program.counts)
        z0, z = scaling.times(np.zeros_like(ahead.t), -dg)
        rest0 = target - (l0 * l0 + dot(l, l)) - (x0 * z0 + dot(x, z))
        rest = -2 * l0[:, None] * l - x0[:, None] * z - z0[:, None] * x
        q0 = (l0 * rest0 - dot(l, rest)) / ((l0 - norm(l)) * (l0 + norm(l)))
        return scaling.times(q0, (rest - q0[:, None] * l) / l0[:, None])

    def _lengths(self, step, dg, share):
        """How far the primal and the dual point can go; together where beta ties them."""
        counts, point = self.program.counts, self.point
        primal = _to_boundary(point.t, self.u, step.t, step.u * counts)
        dual = _to_boundary(np.ones_like(point.t), -self.g, np.zeros_like(point.t), -dg)
        if self.live is not None:
            primal = min(primal, _to_zero(point.s, step.s))
            dual = min(dual, _to_zero(point.a, step.a))
        primal, dual = min(1.0, share * primal), min(1.0, share * dual)
        return (primal, dual) if self.program.beta == 0 else (min(primal, dual),) * 2

    def _mu_after(self, step, dg, primal, dual):
        after = self.point.moved(step, primal, dual)
        total = np.sum(after.t - dot(after.u * self.program.counts, self.g + dual * dg))
        if self.live is not None:
            total = total + np.sum(after.s * after.a)
        return total / self.degree


def _to_boundary(x0, x, d0, d):
    """The largest step that keeps every (x0_j, x_j) in the second-order cone."""
    size = np.sqrt((x0 - norm(x)) * (x0 + norm(x)))
    unit0, unit = x0 / size, x / size[:, None]
    along = unit0 * d0 - dot(unit, d)
    across = norm(d - unit * ((along + d0) / (1 + unit0))[:, None])
    return 1 / max(np.max((across - along) / size), 1e-300)


def _to_zero(x, d):
    """The largest step that keeps x positive where it is."""
    return 1 / max(np.max(np.where(x > 0, -d, 0.0) / np.where(x > 0, x, 1.0)), 1e-300)
