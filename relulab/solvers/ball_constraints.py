"""Primal-dual interior points for sums of signed vectors that must stay in a ball.

For vectors ``z_i`` (unit rows of Z), signs (or other shares) ``s_j`` and a point w, let
``b_j(q) = w + sum_i s_ji q_i z_i``. Programs over the q = q_0 + N y, q_0 the start and N an orthonormal basis
of what may change:

    least radius   min max_j ||b_j(q)||,   or with a room for each  min max_j (||b_j(q)||^2 - 1) / room_j
    sparse         min ||q||^2 + sum_i weight_i |q_i|  s.t.  ||b_j(q)|| <= radius for all j.

Every constraint has Hessian ``S_j Z Z^T S_j``, so that all of them together, with multipliers m, have the
Hadamard product ``(Z Z^T) * (S^T diag(m) S)``: a step costs one product of matrices, whatever the number of
constraints.
"""

from typing import NamedTuple

import numpy as np

STEPS = 60  # either program needs about 20
GAP = 1e-9  # of the complementarity products, relative to the objective
ROUGH = 0.03  # of an excess below zero, which need be known no better
SHRINK = 0.15  # the products aim at this share of their mean
BEHIND, BACK = 1e-3, 8  # how far a product may fall behind their mean, else the step is cut, so often
NEARLY = 0.99  # of the way to the boundary
RIDGES = (1e-10, 1e-7, 1e-4)  # relative: few constraints leave many solutions, and then a step shall be short


class Balls(NamedTuple):
    """The constraints: unit vectors Z (m, r), signs S (p, m), the point w (r,), the changes N (m, k)."""

    Z: np.ndarray
    S: np.ndarray
    w: np.ndarray
    N: np.ndarray

    def sums(self, q):
        """All ``b_j(q)``, shape (p, r)."""
        return self.w + (self.S * q) @ self.Z


def least_radius(balls, q, enough=0.0, beyond=np.inf):
    """The q whose largest ``||b_j(q)||`` is least.

    Parameters
    ----------
    balls : Balls
        The constraints.
    q : ndarray, shape (m,)
        Where to start.
    enough : float
        A radius that is small enough to stop at.
    beyond : float
        A lower bound that is large enough to stop at.

    Returns
    -------
    q : ndarray, shape (m,)
        The last one.
    radius : float
        Its radius.
    lower : float
        A lower bound of the least radius, as far as the gap and rounding say; 0 where none is known.
    multipliers : ndarray, shape (p,)
        How much each constraint matters; their sum is about 1.
    """
    q, top, lower, multipliers = _least(balls, q, 0.0, 1.0, enough**2 / 2, beyond**2 / 2)
    radius = float(np.sqrt(2 * top))
    return q, radius, float(min(np.sqrt(2 * max(lower, 0.0)), radius)), multipliers


def least_excess(balls, q, room, enough=-np.inf, beyond=np.inf):
    """The q whose largest ``(||b_j(q)||^2 - 1) / room_j`` is least.

    Parameters
    ----------
    balls, q, enough, beyond
        As for `least_radius`, of this number.
    room : ndarray, shape (p,)
        The rooms, > 0.

    Returns
    -------
    q, excess, lower, multipliers
        As of `least_radius`; an excess below zero is found to some percent. Minus infinity where no lower
        bound is known.
    """
    q, top, lower, multipliers = _least(balls, q, 0.5, room, enough / 2, beyond / 2)
    return q, float(2 * top), float(2 * min(lower, top)), multipliers


def _least(balls, q, half, room, enough, beyond):
    """Minimizes the largest ``(||b_j||^2 / 2 - half) / room_j`` =: f_j.

    What is minimized is ``t - share sum_j log(t - f_j)``, for shares that shrink, t in closed form and q by
    Newton's steps.
    """
    B = balls.sums(q)
    f = (0.5 * np.sum(B * B, axis=1) - half) / room
    share, lower = max(f.max(), half) / len(f), -np.inf
    slack, value = _room_above(f, share)
    for _ in range(2 * STEPS):
        top = f.max()
        gap = len(f) * share
        if gap < GAP * max(abs(top), half) or gap < ROUGH * -top or top < enough or lower > beyond:
            break
        J = balls.S * (B @ balls.Z.T)
        m = share / slack
        m, ratio = m / room, m / slack / room**2
        total = (ratio * room**2).sum()
        along = (ratio * room) @ J
        K = _curvature(balls, m, J, ratio) - np.outer(along, along) / total
        slope = m @ J
        dq = _solved(K, -slope, balls.N)
        if dq is None:
            break
        gain, step = -slope @ dq, 1.0
        for _ in range(BACK):
            other = balls.sums(q + step * dq)
            moved = (0.5 * np.sum(other * other, axis=1) - half) / room
            above, new = _room_above(moved, share)
            if new <= value - 1e-3 * step * gain:
                q, B, f, slack, value = q + step * dq, other, moved, above, new
                break
            step *= 0.4
        if gain < share or new > value:  # the gap is len(f) times the share, and as much is for rounding
            lower = max(lower, top - 2 * len(f) * share)
            share *= SHRINK
            slack, value = _room_above(f, share)
    return q, f.max(), lower, share / slack


def _room_above(squares, share):
    """For the t of least ``t - share sum_j log(t - squares_j)`` all ``t - squares_j``, and that minimum."""
    top, t = squares.max(), share
    for _ in range(20):
        part = share / (t + (top - squares))
        more = (part.sum() - 1) / np.sum(part * part) * share
        t += more
        if more < 1e-6 * share:
            break
    room = t + (top - squares)
    return room, top + t - share * np.log(room).sum()


def sparse(balls, q, radius, weight):
    """The q of the sparse program.

    Parameters
    ----------
    balls : Balls
        The constraints; there may be none.
    q : ndarray, shape (m,)
        A start strictly inside all balls.
    radius : float or ndarray, shape (p,)
        Of the balls.
    weight : ndarray, shape (m,)
        What one unit of each ``|q_i|`` costs, > 0.

    Returns
    -------
    q : ndarray, shape (m,) or None
        None where the steps break down.
    multipliers : ndarray, shape (p,)
        How much each ball matters.
    """
    u = np.abs(q) + 0.1 * np.abs(q).mean() + 1e-3
    up, down = weight / 2, weight / 2
    slack = 0.5 * (radius**2 - np.sum(balls.sums(q) ** 2, axis=1))
    m = np.full(len(slack), 0.1) * slack.min(initial=1) / np.maximum(slack, 1e-300)
    for _ in range(STEPS):
        B, high, low = balls.sums(q), u - q, u + q
        slack = 0.5 * (radius**2 - np.sum(B * B, axis=1))
        gap = m @ slack + up @ high + down @ low
        if gap < GAP * (q @ q + weight @ np.abs(q)):
            return q, m
        target = SHRINK * gap / (len(m) + 2 * len(q))
        J = balls.S * (B @ balls.Z.T)
        pull, ratio = target / slack - m, m / slack
        pull_up, pull_down, p, o = target / high - up, target / low - down, up / high, down / low
        rest = pull_up + pull_down - (weight - up - down)
        K = _curvature(balls, m, J, ratio) + np.diag(2 + 4 * p * o / (p + o))
        force = 2 * q + (m + pull) @ J + up - down + pull_up - pull_down - (p - o) * rest / (p + o)
        dq = _solved(K, -force, balls.N)
        if dq is None:
            return None, m
        du = (rest + (p - o) * dq) / (p + o)
        dm, d_up, d_down = pull + ratio * (J @ dq), pull_up - p * (du - dq), pull_down - o * (du + dq)
        step = _within(slack, J @ dq, balls.sums(q + dq) - B, m, dm)
        step = min(
            step, *(_room(a, da) for a, da in ((high, du - dq), (low, du + dq), (up, d_up), (down, d_down)))
        )
        q, u, m, up, down = (
            q + step * dq,
            u + step * du,
            m + step * dm,
            up + step * d_up,
            down + step * d_down,
        )
    return None, m


def _curvature(balls, m, J, ratio):
    return (balls.Z @ balls.Z.T) * ((balls.S.T * m) @ balls.S) + (J.T * ratio) @ J


def _solved(K, force, N):
    """The x = N y of least ``x^T K x / 2 - force^T x``; None where the arithmetic does not get through."""
    from scipy.linalg.lapack import dposv

    K, force = N.T @ K @ N, N.T @ force
    if not len(K):
        return np.zeros(len(N))
    for ridge in RIDGES:
        _, y, failed = dposv(K + ridge * np.trace(K) / len(K) * np.eye(len(K)), force)
        if not failed and np.isfinite(y).all():
            return N @ y
    return None


def _within(slack, slope, moves, m, dm):
    """How far a step may go: ``slack - t slope - t^2 ||move||^2 / 2`` and the multipliers stay positive, and
    no product of the two falls far behind the others."""
    if not len(slack):
        return 1.0
    square = 0.5 * np.sum(moves * moves, axis=1)
    root = np.sqrt(slope**2 + 4 * square * slack)
    with np.errstate(divide="ignore"):
        reach = 2 * slack / (slope + root)  # the positive root, without cancellation
    step = min(1.0, NEARLY * reach[slope + root > 0].min(initial=np.inf), _room(m, dm))
    for _ in range(BACK):
        products = (slack - step * (slope + step * square)) * (m + step * dm)
        if products.min() >= BEHIND * products.mean():
            break
        step *= 0.7
    return step


def _room(a, da):
    with np.errstate(divide="ignore"):
        return min(1.0, NEARLY * np.where(da < 0, a / -da, np.inf).min())
