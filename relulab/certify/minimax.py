"""The dual vector whose farthest reach is least, by Newton's method on a sum of powers of the reaches.

Among the dual vectors that meet the planted equations ``B^T dual = g``, one whose reaches ``||A_j^T dual||``
on the other blocks are all below 1 proves recovery. So lower the largest. What Newton's method lowers is

    f(dual) = 1/q sum_j ||q_j||^q,   q_j = A_j^T dual,   w_j = ||q_j||^(q - 2),

with a power q that doubles from step to step. A step `move` solves

    H move + B nu = -sum_j w_j A_j q_j,   B^T move = 0,   H = sum_j w_j A_j (I + (q - 2) u_j u_j^T) A_j^T,

u_j the direction of q_j. Its first equation says that with ``v_j = w_j (I + (q - 2) u_j u_j^T) A_j^T move +
w_j q_j`` the outputs of ``nu`` on the planted blocks and of ``v_j`` on the others cancel: added to the plant
they give another interpolant. Where ``g^T nu + sum_j ||v_j|| < 0`` a little of it is cheaper than the plant.
So every step may end with a proof of either kind.

Only the blocks that reach furthest have a say in H and in nu: a solution needs few blocks, and fewer of them
are more often cheaper than the plant.
"""

from typing import NamedTuple

import numpy as np
from array_api_compat import array_namespace

from ..blocks.conditions import MARGIN
from ..solvers.arrays import pick, root, take, to_numpy
from ..solvers.factors import solver
from .problems import ALMOST
from .stacks import RIDGE

STEPS, SINGLE = 10, 5  # most steps, and how many of them are in float32
FRONTS = (16, 4), (48, 12)  # blocks that have a say, at least and for every n / d: in the first step, later
FIRST_POWER = 12.0  # it doubles with every step
SHARES = np.linspace(0, 3, 61)  # of a step that are tried
STEEP = 1e-6  # a slope, relative to its terms, that float32 can tell from zero


@np.errstate(over="ignore", invalid="ignore")  # in float32 it may run away: then float64 goes on
def search(stack, dual, lengths, found, steps=STEPS):
    """Look for evidence of either kind; what is found goes to the problems' places in `found`.

    The lengths (b, p + s) say which blocks `dual` reaches furthest. All blocks are measured only where a step
    gives no competitor.
    """
    xp = array_namespace(stack.X)
    for step in range(1, steps + 1):
        if step == SINGLE + 1:
            stack = stack.precise()
        if step in (1, SINGLE + 1):
            Q = stack.adjoint(dual)
        power = FIRST_POWER * 2.0 ** (step - 1)
        least, every = FRONTS[step > 1]
        size = max(least, every * stack.X.shape[1] // stack.X.shape[2])
        which = np.argsort(-lengths, axis=1, kind="stable")[:, :size]
        front, B = _front(stack, Q, which, power), stack.cast(stack.B)
        move, nu, solve = front.step(B)
        move = stack.project(dual + xp.astype(move, xp.float64)) - dual
        dQ = stack.adjoint(move)
        V, spent = front.others(pick(dQ, which))
        won = xp.sum(stack.cast(stack.g) * nu, axis=(1, 2)) + spent
        slope = to_numpy(xp.where(spent > 0, won / xp.where(spent > 0, spent, 1), 0))  # 0 says nothing
        for i in np.flatnonzero(slope < -STEEP):
            of_step = (to_numpy(a[i, ...]).astype(np.float64) for a in (nu, V, spent))
            problem, repairs = stack.problems[i], _repairs(front, solve, i)
            found[problem.place] = _competitor(problem, which[i], *of_step, repairs, step)
        stack, dual, move, Q, dQ, which = _open(found, stack, dual, move, Q, dQ, which)
        if not stack.problems:
            return
        reaches = _along(*stack.along(Q, dQ))
        for i, share in enumerate(SHARES[reaches.max(axis=2).argmin(axis=1)]):
            if reaches[i].max(axis=1).min() < 1 + ALMOST:
                end, problem = dual[i : i + 1, ...] + float(share) * move[i : i + 1, ...], stack.problems[i]
                (reach,) = stack.take([i]).reaches(end)
                end = to_numpy(end[0, :, 0])
                found[problem.place] = problem.certified("dual", end, reach, stack.stretch[i], step)
        share = _share(reaches, which, 2 * power)
        lengths = reaches[np.arange(len(share)), share]
        by = xp.asarray(SHARES[share][:, None, None], device=stack.X.device)
        stack, dual, Q, lengths = _open(found, stack, dual + by * move, Q + stack.cast(by) * dQ, lengths)
        if not stack.problems:
            return


def _open(found, stack, *arrays):
    """What belongs to the problems that are not settled."""
    left = np.flatnonzero([found[problem.place] is None for problem in stack.problems])
    if len(left) == len(stack.problems):
        return stack, *arrays
    return stack.take(left), *(take(array, left) for array in arrays)


class Front(NamedTuple):
    """The m blocks that reach furthest: what Newton's step needs to know of them.

    Gradients Q and weights W (b, m, d), the w_j (b, m), ``bend = (q - 2) / ||q_j||^2`` (b, m), X (b, n, d),
    the diagonals of the D_j (b, m, n), and for normalized networks the ``M_j^+``.
    """

    Q: object
    W: object
    weight: object
    bend: object
    X: object
    rows: object
    metric: object

    def step(self, B):
        """Newton's step, nu, and what solves with H: (b, n, 1), (b, k d, 1), a callable."""
        xp = array_namespace(B)
        ridge = RIDGE["float32" if B.dtype == xp.float32 else "float64"]
        outputs = (self.W @ xp.matrix_transpose(self.X)) * self.rows
        solve, Bt = solver(self._hessian(outputs), ridge), xp.matrix_transpose(B)
        slope = xp.matrix_transpose(outputs) @ self.weight[..., None]
        both = solve(xp.concat([B, slope], axis=2))
        inner_B, inner_slope = both[..., :-1], both[..., -1:]
        nu = -solver(Bt @ inner_B, ridge)(Bt @ inner_slope)
        return -(inner_slope + inner_B @ nu), nu, solve

    def _hessian(self, outputs):
        xp = array_namespace(outputs)
        along = xp.matrix_transpose(outputs) @ ((self.weight * self.bend)[..., None] * outputs)
        if self.metric is not None:
            return along + self.metric.between(self.rows, self.X, self.weight)
        weighted = xp.matrix_transpose(self.rows) @ (self.weight[..., None] * self.rows)
        return along + (self.X @ xp.matrix_transpose(self.X)) * weighted

    def through(self, dQ):
        """``w_j (I + (q - 2) u_j u_j^T) dq_j``, as gradients and as weights."""
        xp, dW = array_namespace(dQ), dQ if self.metric is None else self.metric.solve(dQ)
        along = (self.bend * xp.linalg.vecdot(self.Q, dW))[..., None]
        return tuple(self.weight[..., None] * (d + along * a) for d, a in ((dQ, self.Q), (dW, self.W)))

    def others(self, dQ):
        """The v_j of a step, as weights, and the sum of their norms: (b, m, d), (b,)."""
        along = zip(self.through(dQ), (self.Q, self.W), strict=True)
        Q, W = (moved + self.weight[..., None] * a for moved, a in along)
        xp = array_namespace(W)
        return W, xp.sum(root(xp.linalg.vecdot(Q, W)), axis=1)

    def member(self, i):
        """That of one problem, in NumPy."""
        metric = None if self.metric is None else self.metric.member(i)
        arrays = (to_numpy(array[i : i + 1, ...]) for array in self[:-1])
        return Front(*arrays, metric)


def _front(stack, Q, which, power):
    xp, metric, Q = array_namespace(Q), stack.metric_of(which), pick(Q, which)
    W = Q if metric is None else metric.solve(Q)
    lengths = to_numpy(pick(stack.off, which) * root(xp.linalg.vecdot(Q, W)))
    weight, bend = (xp.asarray(a, dtype=Q.dtype, device=Q.device) for a in _powers(lengths, power))
    return Front(Q, W, weight, bend, stack.X, pick(stack.rows, which), metric)


def _powers(lengths, power):
    with np.errstate(divide="ignore"):
        weight = (lengths / lengths.max(axis=-1, keepdims=True)) ** (power - 2)
        return weight, np.where(lengths > 0, (power - 2) / lengths**2, 0)


def _along(lengths, across, square):
    """The reaches after every share of a step: (b, shares, p + s)."""
    t = SHARES[:, None]
    squares = lengths[:, None] ** 2 + 2 * t * across[:, None] + t**2 * square[:, None]
    return np.sqrt(np.maximum(squares, 0))


def _share(reaches, which, power):
    """The number of the share of a step that makes f least, the power being that of the next step: (b,)."""
    reaches = np.take_along_axis(reaches, which[:, None], axis=2)
    sizes = reaches / reaches[:, :1].max(axis=2, keepdims=True)
    return np.sum(sizes**power, axis=2).argmin(axis=1)


def _repairs(front, solve, i):
    """What leads from labels (n,) to weights of the front, in one problem, that give about these labels."""
    own, like = front.member(i), front.X

    def repair_of(error):
        error = array_namespace(like).asarray(error[None, :, None], dtype=like.dtype, device=like.device)
        dual = to_numpy(solve(error, slice(i, i + 1)))[:, :, 0]
        Q = (own.rows * dual[:, None]) @ own.X
        return own.through(Q)[1][0]

    return repair_of


def _competitor(problem, which, nu, V, spent, repair_of, step):
    """The cheaper interpolant that a step gives, made exact in float64; None where it gives none."""
    g, nu = problem.planted.g.reshape(problem.k, -1), nu.reshape(problem.k, -1)
    shares = 4 / np.linalg.norm(nu) * 0.5 ** np.arange(30)
    costs = np.linalg.norm(g + shares[:, None, None] * nu, axis=2).sum(axis=1) + shares * spent
    share = shares[costs.argmin()]
    competitor = problem.point(g + share * nu)
    competitor[which] += share * V
    competitor, cost = problem.mended(competitor, which, repair_of)
    return problem.cheaper(competitor, cost, step) if cost < problem.k * (1 - MARGIN) else None
