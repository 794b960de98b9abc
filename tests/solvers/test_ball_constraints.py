"""Interior points for sums of signed vectors, against Clarabel."""

import cvxpy as cp
import numpy as np
import pytest

from relulab.solvers.ball_constraints import Balls, least_excess, least_radius, sparse


def problem(seed, n=14, d=4, p=12):
    rng = np.random.default_rng(seed)
    Z = rng.standard_normal((n, d))
    Z /= np.linalg.norm(Z, axis=1)[:, None]
    w = rng.standard_normal(d)
    S = np.sign(rng.standard_normal((p, d)) @ Z.T)
    changes = np.linalg.svd(Z.T)[2][d:].T
    start = Z @ np.linalg.solve(Z.T @ Z, w / np.linalg.norm(w))
    return Balls(Z, np.concatenate([S, -S]), w / np.linalg.norm(w), changes), start


def variables(balls, start):
    y = cp.Variable(balls.N.shape[1])
    q = start + balls.N @ y
    sums = [balls.w + balls.Z.T @ cp.multiply(s, q) for s in balls.S]
    return q, sums


@pytest.mark.parametrize("seed", range(5))
def test_the_least_radius_is_clarabels(seed):
    balls, start = problem(seed)
    q, radius, lower, m = least_radius(balls, start)
    t = cp.Variable()
    _, sums = variables(balls, start)
    cp.Problem(cp.Minimize(t), [cp.norm(b) <= t for b in sums]).solve(cp.CLARABEL)
    assert radius == pytest.approx(t.value, rel=1e-7)
    assert lower <= radius
    assert lower == pytest.approx(t.value, rel=1e-7)
    assert m.sum() == pytest.approx(1, rel=1e-4)
    assert np.allclose(balls.Z.T @ (q - start), 0, atol=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_the_sparse_solution_is_clarabels(seed):
    balls, start = problem(seed)
    weight = 0.5 + np.abs(balls.Z @ balls.w)
    q, radius, _, _ = least_radius(balls, start)
    radius = 1.01 * radius + 0.01
    inside, *_ = least_radius(balls, start, enough=0.999 * radius)
    q, _ = sparse(balls, inside, radius, weight)
    x, sums = variables(balls, start)
    goal = cp.sum_squares(x) + weight @ cp.abs(x)
    cp.Problem(cp.Minimize(goal), [cp.norm(b) <= radius for b in sums]).solve(cp.CLARABEL)
    assert q @ q + weight @ np.abs(q) == pytest.approx(goal.value, rel=1e-6)
    assert np.linalg.norm(balls.sums(q), axis=1).max() <= radius
    assert np.abs(q - x.value).max() < 1e-4
    assert ((np.abs(q) < 1e-6) == (np.abs(x.value) < 1e-5)).all()


def test_without_constraints_and_from_far_away():
    balls, start = problem(0)
    free = balls._replace(S=balls.S[:0])
    q, m = sparse(free, start, 2.0, np.ones(len(start)))
    assert q is not None
    assert len(m) == 0
    few = balls._replace(S=balls.S[:1])
    far = start + 1e4 * balls.N[:, 0]
    _, radius, lower, _ = least_radius(few, far)
    assert radius == pytest.approx(lower, rel=1e-5)
    assert radius < 1.2


def test_the_least_excess_against_cvxpy():
    rng, found = np.random.default_rng(5), []
    for n, d, p in ((10, 3, 12), (20, 5, 40), (12, 4, 100)):
        Z = rng.standard_normal((n, d))
        Z /= np.linalg.norm(Z, axis=1)[:, None]
        S = (rng.random((p, n)) < 0.5).astype(float)
        room = rng.uniform(0.01, 1, p)
        S[0] = np.arange(n) < 2 * d
        own, w = S[0], np.eye(d)[0]
        E = (Z * own[:, None]).T
        start = np.linalg.lstsq(E, w)[0]
        N = np.linalg.svd(E)[2][d:].T
        balls = Balls(Z, S[1:], np.zeros(d), N)
        q, excess, lower, m = least_excess(balls, start, room[1:])
        x, t = cp.Variable(n), cp.Variable()
        limits = [cp.sum_squares((s * Z.T) @ x) - 1 <= t * r for s, r in zip(S[1:], room[1:], strict=True)]
        cp.Problem(cp.Minimize(t), [E @ x == w, *limits]).solve(solver="CLARABEL")
        assert t.value - 1e-6 <= excess <= t.value + 1e-6 + 0.07 * max(-t.value, 0)
        assert lower <= t.value + 1e-6
        found.append(t.value)
        assert np.max((np.square(balls.sums(q)).sum(axis=1) - 1) / room[1:]) == pytest.approx(excess)
        assert np.linalg.norm(E @ q - w) < 1e-9
        assert m.sum() == pytest.approx(1, abs=1e-3)
    assert min(found) < 0 < max(found)
