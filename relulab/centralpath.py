"""A primal-dual interior-point method on the blocks: a dozen Newton steps, each as cheap as the Gram matrix.

It solves, for X and y of norm 1,

    min  sum_j ||u_j|| + beta/2 ||nu||^2   s.t.  sum_j A_j u_j + beta nu = y,   C_j u_j >= 0 (exact form)
    max  nu^T y - beta/2 ||nu||^2          s.t.  ||A_j^T nu + C_j^T a_j|| <= 1,   a_j >= 0

where beta = 0 is the minimal-norm program and nu the dual vector over beta. Every step solves one system with
``sum_j A_j H_j^{-1} A_j^T`` of size n, where H_j measures how far block j is from its boundaries. Without cones
H_j^{-1} is a multiple of the identity plus one dyad, so that the system is a Hadamard product like the Gram
matrix itself, and a step costs what four applications of the blocks cost.

The scaling is Nesterov and Todd's, the predictor and the corrector are Mehrotra's; both as in Vandenberghe,
"The CVXOPT linear and quadratic cone program solvers" (2010).
"""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_factor, cho_solve

PROXIMAL = 1e-8  # curvature added to every block: it bounds the condition number and moves no solution
RIDGE = 1e-15  # the same for the system in nu, relative to its trace
SHORTEN = 0.99  # how much of the way to the boundary a step goes
CHUNK = 2**21  # numbers of a temporary array


@dataclass(frozen=True, eq=False)
class Program:
    """The blocks as arrays: block j maps u_j to ``outer_j * (X bases_j u_j)``.

    Attributes
    ----------
    X : ndarray, shape (n, r)
        Data of full column rank.
    y : ndarray, shape (n,)
        Labels.
    beta : float
        Weight of the regularizer; 0 is minimal-norm.
    outer : ndarray, shape (J, n)
        The masks, with a minus for a negative part.
    cone : ndarray, shape (J, n), or None
        The signs of the cone's rows, 0 where there is none: ``C_j = diag(cone_j) X bases_j``.
    bases : ndarray, shape (J, r, r), or None
        Right factors; None is the identity.
    counts : ndarray, shape (J, r)
        1 where a coordinate counts in the norm, 0 where it is free (the null-space part of a normalized cone).
    """

    X: np.ndarray
    y: np.ndarray
    beta: float
    outer: np.ndarray
    cone: np.ndarray | None
    bases: np.ndarray | None
    counts: np.ndarray

    def outputs(self, u):
        """``X bases_j u_j`` for every block, shape (J, n)."""
        weights = u if self.bases is None else np.matmul(self.bases, u[:, :, None])[:, :, 0]
        return weights @ self.X.T

    def apply(self, u):
        """``sum_j A_j u_j``."""
        return np.sum(self.outer * self.outputs(u), axis=0)

    def pull(self, rows):
        """``bases_j^T X^T rows_j`` for every block: (J, n) -> (J, r)."""
        g = rows @ self.X
        return g if self.bases is None else np.matmul(g[:, None, :], self.bases)[:, 0, :]

    def adjoint(self, nu):
        """All ``A_j^T nu``."""
        return self.pull(self.outer * nu)

    def gradients(self, nu, a):
        """All ``A_j^T nu + C_j^T a_j``."""
        return self.adjoint(nu) if self.cone is None else self.pull(self.outer * nu + self.cone * a)


@dataclass(frozen=True, eq=False)
class Point:
    """Where the path is: ``t_j > ||u_j||``, slacks s and multipliers a of the cones (None without), and nu."""

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


class Scaling:
    """Nesterov and Todd's scaling W between ``(t_j, u_j)`` and ``(1, -g_j)``."""

    def __init__(self, t, u, g):
        long, steep = norm(u), norm(g)
        x_size, z_size = np.sqrt((t - long) * (t + long)), np.sqrt((1 - steep) * (1 + steep))
        cosine = np.sqrt((1 + (t - dot(u, g)) / (x_size * z_size)) / 2)
        self.w0 = (t / x_size + 1 / z_size) / (2 * cosine)
        self.w = (u / x_size[:, None] + g / z_size[:, None]) / (2 * cosine)[:, None]
        self.eta = np.sqrt(x_size / z_size)

    def times(self, v0, v):
        along = dot(self.w, v)
        return self.eta * (self.w0 * v0 + along), self.eta[:, None] * (
            v + self.w * (v0 + along / (1 + self.w0))[:, None]
        )

    def over(self, v0, v):
        along = dot(self.w, v)
        return (self.w0 * v0 - along) / self.eta, (
            v + self.w * (along / (1 + self.w0) - v0)[:, None]
        ) / self.eta[:, None]


class Metric:
    """The H_j of a point, as roots F_j with ``H_j^{-1} = F_j^T F_j``; see the module's head.

    Without cones ``H_j^{-1} = c_j (I + theta_j w_j w_j^T)``. With them ``H_j = P_j^{-1} + C_j^T diag(a/s) C_j``,
    and the root comes from a QR factorization, whose accuracy the last steps need.
    """

    def __init__(self, program, scaling, ratio, proximal=PROXIMAL):
        self.program, self.proximal = program, proximal
        w0, w, eta = scaling.w0, scaling.w, scaling.eta
        self.w, size = w, eta * eta
        self.c = size / (1 + proximal * size)
        self.theta = 2 / (1 + proximal * size * (2 * w0 * w0 - 1))
        if program.cone is not None:
            self.roots = self._cone_roots(w0, w, eta, np.sqrt(ratio))
        elif program.bases is not None:
            bend = self.theta / (1 + np.sqrt(1 + self.theta * dot(w, w)))
            self.roots = np.sqrt(self.c)[:, None, None] * (np.eye(w.shape[1]) + _dyads(w, bend))
        else:
            self.roots = None

    def _cone_roots(self, w0, w, eta, weight):
        program, (J, r) = self.program, w.shape
        rho = np.sqrt(2 * w0 * w0 - 1)
        balls = program.counts[:, :, None] * np.eye(r) - _dyads(w, 2 / (rho * (1 + rho)))
        balls /= eta[:, None, None]
        ridge = np.broadcast_to(np.sqrt(self.proximal) * np.eye(r), (J, r, r))
        roots = np.empty((J, r, r))
        for part in _chunks(J, program.X.size):
            X = program.X if program.bases is None else np.matmul(program.X, program.bases[part])
            rows = (program.cone[part] * weight[part])[:, :, None] * X
            upper = np.linalg.qr(np.concatenate([rows, balls[part], ridge[part]], axis=1), mode="r")
            roots[part] = np.linalg.inv(np.matrix_transpose(upper))
        return roots

    def solve(self, q):
        """All ``H_j^{-1} q_j``."""
        if self.program.cone is None:
            return self.c[:, None] * (q + self.w * (self.theta * dot(self.w, q))[:, None])
        half = np.matmul(self.roots, q[:, :, None])
        return np.matmul(np.matrix_transpose(self.roots), half)[:, :, 0]

    def gram(self, keep):
        """``sum_j A_j H_j^{-1} A_j^T`` over the blocks with keep_j = 1, and beta times the identity."""
        program, n = self.program, len(self.program.y)
        if self.roots is None:
            dyads = program.outer * program.outputs(self.w)
            c = self.c * keep
            gram = (program.X @ program.X.T) * ((program.outer.T * c) @ program.outer)
            gram = gram + (dyads.T * (c * self.theta)) @ dyads
        else:
            gram = np.zeros((n, n))
            for part in _chunks(len(keep), program.X.size):
                half = self.roots[part]
                if program.bases is not None:
                    half = np.matmul(half, np.matrix_transpose(program.bases[part]))
                rows = np.matmul(half, program.X.T) * (program.outer[part] * keep[part, None])[:, None, :]
                rows = np.reshape(rows, (-1, n))
                gram += rows.T @ rows
        return gram + program.beta * np.eye(n)

    def solver(self, keep=None):
        """A function that solves with `gram`."""
        gram = self.gram(np.ones(len(self.w)) if keep is None else keep)
        if not np.all(np.isfinite(gram)):
            raise FloatingPointError("the Newton system is not finite")
        factor = cho_factor(gram + RIDGE * np.trace(gram) * np.eye(len(gram)), lower=True)
        return lambda rhs: cho_solve(factor, rhs)


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
        self.still = metric = Metric(program, still, None if self.live is None else 1.0 * self.live)
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

    def _is_inside(self):
        inside = np.all(self.point.t > norm(self.u)) and np.all(norm(self.g) < 1)
        return inside and (self.live is None or np.all((self.point.s > 0) & (self.point.a >= 0)))

    @property
    def gap(self):
        """Relative gap of the objectives, not yet of feasible points."""
        return (self.primal - self.dual) / self.primal if self.primal > 0 else np.inf

    def metric(self, proximal=PROXIMAL):
        """The metric of the point, its scaling, and a/s."""
        scaling = Scaling(self.point.t, self.u, self.g)
        ratio = None if self.live is None else self.point.a / self.point.s
        return Metric(self.program, scaling, ratio, proximal), scaling, ratio

    def step(self):
        """One predictor and corrector; the length of the step."""
        point = self.point
        metric, scaling, ratio = self.metric()
        solve = metric.solver()
        slack = None if self.live is None else -point.s * self.live
        ahead = self._direction(metric, scaling, ratio, solve, -point.t, -self.u, slack)
        primal, dual = self._lengths(ahead, 1.0)
        centering = min(1.0, max(0.0, self._mu_after(ahead, primal, dual) / self.mu)) ** 3
        t, u = self._corrected(scaling, ahead, centering * self.mu)
        if self.live is not None:
            room = centering * self.mu - ahead.s * ahead.a
            slack = np.where(self.live, room / np.where(self.live, point.a, 1.0) - point.s, 0.0)
        move = self._direction(metric, scaling, ratio, solve, t, u, slack)
        primal, dual = self._lengths(move, SHORTEN)
        after = point.moved(move, primal, dual)
        if not after.is_finite():
            raise FloatingPointError("a Newton step is not finite")
        before = self.__dict__.copy()
        self._look(after)
        if not self._is_inside():
            self.__dict__ = before
            raise np.linalg.LinAlgError("rounding has reached the boundary of the cones")
        return min(primal, dual)

    def _direction(self, metric, scaling, ratio, solve, t, u, slack):
        """The Newton step whose scaled complementarity moves by (t, u) and slack; refined once."""
        program = self.program
        push = -PROXIMAL * u
        if self.live is not None:
            push = push + self.free
            push = push + program.pull(
                program.cone * (ratio * (slack + self.outside - program.cone * program.outputs(u)))
            )
        du = u + metric.solve(push)
        dnu = np.zeros_like(program.y)
        for _ in range(2):
            more = solve(self.missing - program.apply(du) - program.beta * dnu)
            dnu, du = dnu + more, du + metric.solve(program.adjoint(more))
        dt = t + 2 * scaling.w0 / (2 * scaling.w0**2 - 1) * dot(scaling.w, du - u)
        if self.live is None:
            return Point(dt, du, dnu, None, None)
        ds = program.cone * program.outputs(du) - self.outside
        return Point(dt, du, dnu, ds, ratio * (slack - ds))

    def _corrected(self, scaling, ahead, target):
        """Mehrotra's right-hand side of the balls, by the Jordan algebra of their scaled point."""
        counts = self.program.counts
        dg = self.program.gradients(ahead.nu, ahead.a) * counts
        l0, l = scaling.times(np.ones_like(self.point.t), -self.g)
        x0, x = scaling.over(ahead.t, ahead.u * counts)
        z0, z = scaling.times(np.zeros_like(ahead.t), -dg)
        rest0 = target - (l0 * l0 + dot(l, l)) - (x0 * z0 + dot(x, z))
        rest = -2 * l0[:, None] * l - x0[:, None] * z - z0[:, None] * x
        q0 = (l0 * rest0 - dot(l, rest)) / ((l0 - norm(l)) * (l0 + norm(l)))
        return scaling.times(q0, (rest - q0[:, None] * l) / l0[:, None])

    def _lengths(self, step, share):
        """How far the primal and the dual point can go; together where beta ties them."""
        counts, point = self.program.counts, self.point
        dg = self.program.gradients(step.nu, step.a) * counts
        primal = _to_boundary(point.t, self.u, step.t, step.u * counts)
        dual = _to_boundary(np.ones_like(point.t), -self.g, np.zeros_like(point.t), -dg)
        if self.live is not None:
            primal = min(primal, _to_zero(point.s, step.s))
            dual = min(dual, _to_zero(point.a, step.a))
        primal, dual = min(1.0, share * primal), min(1.0, share * dual)
        return (primal, dual) if self.program.beta == 0 else (min(primal, dual),) * 2

    def _mu_after(self, step, primal, dual):
        after, counts = self.point.moved(step, primal, dual), self.program.counts
        g = self.program.gradients(after.nu, after.a) * counts
        total = np.sum(after.t - dot(after.u * counts, g))
        if self.live is not None:
            total = total + np.sum(after.s * after.a)
        return total / self.degree


def dot(a, b):
    return np.sum(a * b, axis=-1)


def norm(a):
    return np.sqrt(np.sum(a * a, axis=-1))


def _dyads(w, weight):
    return weight[:, None, None] * w[:, :, None] * w[:, None, :]


def _chunks(count, size):
    width = max(1, CHUNK // size)
    return [slice(start, start + width) for start in range(0, count, width)]


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
