"""Statements of the book, checked by NumPy, SciPy and CVXPY alone: nothing here calls the library."""

from itertools import combinations, product

import cvxpy as cp
import numpy as np
import pytest
from numpy.linalg import matrix_rank as rank
from scipy.optimize import linprog, minimize, minimize_scalar
from scipy.stats import norm as normal


def basis_pursuit(A, b):
    """A cheapest solution of Az = b at a corner, by the simplex method."""
    d = A.shape[1]
    found = linprog(np.ones(2 * d), A_eq=np.hstack([A, -A]), b_eq=b, method="highs-ds")
    assert found.status == 0
    return found.x[:d] - found.x[d:]


def is_only_solution(A, x):
    """Whether no other solution is as cheap: none that costs no more leaves the support of x or its signs."""
    d = A.shape[1]
    price = np.abs(x).sum()
    weights = np.concatenate([np.where(x > 0, 0, 1.0), np.where(x < 0, 0, 1.0)])
    found = linprog(
        -weights,
        A_eq=np.hstack([A, -A]),
        b_eq=A @ x,
        A_ub=np.ones((1, 2 * d)),
        b_ub=[price],
        bounds=(0, price + 1),
    )
    independent = rank(A[:, x != 0]) == (x != 0).sum()
    return bool(independent and -found.fun < 1e-7)


def patterns(X):
    """The patterns of all cells of rows in general position, by trying each ray of the arrangement."""
    n, d = X.shape
    found = set()
    for rows in combinations(range(n), d - 1):
        ray = np.linalg.svd(X[list(rows)])[2][-1]
        for side, bits in product((1, -1), product((0, 1), repeat=d - 1)):
            mask = (side * X @ ray > 0).astype(int)
            mask[list(rows)] = bits
            found.add(tuple(mask))
    return np.array([mask for mask in sorted(found) if any(mask)], dtype=float)


def solve_gated(X, y, masks, beta=None, skip=False):
    """Weights of the gated program, one row a block, the linear block first."""
    blocks = [X] * skip + [mask[:, None] * X for mask in masks]
    W = cp.Variable((len(blocks), X.shape[1]))
    fit = sum(A @ W[j] for j, A in enumerate(blocks))
    cost = cp.sum(cp.norm(W, axis=1))
    if beta is None:
        problem = cp.Problem(cp.Minimize(cost), [fit == y])
    else:
        problem = cp.Problem(cp.Minimize(cp.sum_squares(fit - y) / 2 + beta * cost))
    problem.solve(solver=cp.CLARABEL, tol_gap_rel=1e-10, tol_gap_abs=1e-10, tol_feas=1e-10)
    return W.value, np.array(blocks), problem


def test_sparse_solutions_are_unique_up_to_half_the_spark():
    rng = np.random.default_rng(0)
    found = 0
    for _ in range(20):
        A = rng.integers(-2, 3, (4, 7)).astype(float)
        dependent = (c for k in range(1, 6) for c in combinations(range(7), k) if rank(A[:, c]) < k)
        spark = len(next(dependent))
        k = (spark - 1) // 2
        supports = [c for j in range(1, k + 1) for c in combinations(range(7), j)]
        outputs = {c: A[:, c] @ np.array([2.0, -3.0])[: len(c)] for c in supports}
        for c, other in combinations(supports, 2):
            found += 1
            z = np.zeros(7)
            z[list(other)] = np.linalg.lstsq(A[:, other], outputs[c], rcond=None)[0]
            same = np.allclose(A @ z, outputs[c])
            assert not same or set(c) == set(np.flatnonzero(np.abs(z) > 1e-9))
    assert found > 100


def test_the_convex_envelope_of_the_count_is_the_sum_of_sizes():
    """The envelope at x is the cheapest mean count of points of the box whose mean is x."""
    rng = np.random.default_rng(1)
    corners = np.array(list(product((-1, 0, 1), repeat=3)), dtype=float)
    points = np.vstack([corners, rng.uniform(-1, 1, (200, 3))])
    for x in rng.uniform(-1, 1, (20, 3)):
        equations = np.vstack([points.T, np.ones(len(points))])
        best = linprog(np.count_nonzero(points, axis=1), A_eq=equations, b_eq=[*x, 1])
        assert best.fun == pytest.approx(np.abs(x).sum(), abs=1e-9)


def test_a_cheapest_solution_with_independent_columns_exists():
    rng = np.random.default_rng(2)
    for _ in range(30):
        A = rng.integers(-1, 2, (3, 8)).astype(float)
        x = basis_pursuit(A, A @ rng.integers(-2, 3, 8))
        used = np.abs(x) > 1e-9
        assert used.sum() <= rank(A)
        assert rank(A[:, used]) == used.sum()


@pytest.mark.parametrize("columns", ["gaussian", "integers"])
def test_the_null_space_property_is_recovery_of_every_sign_pattern(columns):
    rng = np.random.default_rng(3)
    outcomes = set()
    for _ in range(25):
        A = rng.standard_normal((4, 6)) if columns == "gaussian" else rng.integers(-2, 3, (4, 6)) * 1.0
        S = rng.choice(6, 2, replace=False)
        off = np.setdiff1d(np.arange(6), S)
        holds = True
        for signs in product((1, -1), repeat=2):
            # The largest sum on S while the sum off S is at most one: without bound where S is dependent.
            gain = np.zeros(12)
            gain[S], gain[S + 6] = signs, -np.array(signs)
            bound = np.zeros((1, 12))
            bound[0, [*off, *(off + 6)]] = 1
            both, zero = np.hstack([A, -A]), np.zeros(4)
            best = linprog(-gain, A_eq=both, b_eq=zero, A_ub=bound, b_ub=[1], bounds=(0, 100))
            holds &= -best.fun < 1 - 1e-9
        each = []
        for signs in product((1, -1), repeat=2):
            x = np.zeros(6)
            x[S] = signs * rng.uniform(0.5, 2, 2)
            each.append(is_only_solution(A, x))
        assert all(each) == holds
        outcomes.add(holds)
    assert outcomes == {True, False}


def test_descent_cone_certificate_and_uniqueness_agree():
    rng = np.random.default_rng(4)
    outcomes = set()
    for trial in range(30):
        A = rng.standard_normal((5, 9)) if trial % 2 else rng.integers(-2, 3, (5, 9)).astype(float)
        x = np.zeros(9)
        x[rng.choice(9, 3, replace=False)] = rng.choice([-1, 1], 3) * rng.uniform(0.5, 2, 3)
        on, signs = x != 0, np.sign(x)
        meets = some_descent_direction(A, on, signs)
        off = A[:, ~on].T
        limits = np.vstack([np.c_[off, -np.ones(6)], np.c_[-off, -np.ones(6)]])
        best = linprog(
            [0] * 5 + [1],
            A_ub=limits,
            b_ub=np.zeros(12),
            A_eq=np.c_[A[:, on].T, np.zeros(3)],
            b_eq=signs[on],
            bounds=(None, None),
        )
        independent = rank(A[:, on]) == 3
        certified = bool(independent and best.fun < 1 - 1e-7)
        assert certified == is_only_solution(A, x) == (not meets)
        outcomes.add(certified)
    assert outcomes == {True, False}


def some_descent_direction(A, on, signs):
    """Whether some h of the null space of A, not zero, does not raise the norm at first."""
    m, d = A.shape
    both, zero = np.hstack([A, -A]), np.zeros(m)
    growth = np.concatenate([np.where(on, signs, 1), np.where(on, -signs, 1)])[None]
    furthest = 0
    for i in range(d):
        for side in (1, -1):
            aim = np.zeros(2 * d)
            aim[i], aim[i + d] = -side, side
            found = linprog(aim, A_ub=growth, b_ub=[0], A_eq=both, b_eq=zero, bounds=(0, 1))
            furthest = max(furthest, -found.fun)
    return furthest > 1e-7


def test_no_frame_beats_the_welch_bound():
    rng = np.random.default_rng(5)
    for m, d in [(2, 3), (3, 4), (3, 7), (4, 6), (5, 5 + 1)]:
        bound = np.sqrt((d - m) / (m * (d - 1)))
        for _ in range(50):
            A = rng.standard_normal((m, d))
            A /= np.linalg.norm(A, axis=0)
            assert np.abs(A.T @ A - np.eye(d)).max() >= bound - 1e-12


@pytest.mark.parametrize("k", [1, 2])
def test_a_small_isometry_constant_is_enough(k):
    """The null space of the data holds two vectors that are spread over all columns."""
    rng = np.random.default_rng(6)
    d = 32
    spread = rng.choice([-1, 1], (2, d)) + 0.1 * rng.standard_normal((2, d))
    A = np.linalg.svd(spread)[2][2:] * np.sqrt(d / (d - 2))
    assert restricted_isometry(A, 2 * k) < 1 / 3
    for _ in range(40):
        x = np.zeros(d)
        x[rng.choice(d, k, replace=False)] = rng.choice([-1, 1], k) * rng.uniform(0.1, 3, k)
        assert is_only_solution(A, x)


def restricted_isometry(A, s):
    """The isometry constant, from all sets of s columns."""
    G, sets = A.T @ A, np.array(list(combinations(range(A.shape[1]), s)))
    parts = G[sets[:, :, None], sets[:, None, :]]
    return np.abs(np.linalg.eigvalsh(parts) - 1).max()


def test_a_neuron_costs_its_norm():
    rng = np.random.default_rng(7)
    for u in rng.standard_normal((10, 3)):
        length = np.linalg.norm(u)
        best = minimize_scalar(lambda t: (np.exp(2 * t) * length**2 + np.exp(-2 * t)) / 2, (-3, 3))  # noqa: B023
        assert best.fun == pytest.approx(length, rel=1e-9)
        w, a = np.exp(best.x) * u, np.exp(-best.x)
        assert np.linalg.norm(w) == pytest.approx(a, rel=1e-4)
        assert a == pytest.approx(np.sqrt(length), rel=1e-4)


def test_weights_become_vectors_and_back_at_the_same_cost():
    rng = np.random.default_rng(8)
    X = rng.standard_normal((9, 3))
    for _ in range(20):
        W, a, w0, a0 = rng.standard_normal((3, 5)), rng.standard_normal(5), rng.standard_normal(3), -0.7
        alpha = rng.standard_normal(5)
        active = np.maximum(X @ W, 0)
        plain = active @ a
        u, s = W * np.abs(a), np.sign(a)
        assert np.allclose(np.maximum(X @ u, 0) @ s, plain)
        lengths = np.linalg.norm(u, axis=0)
        assert lengths.sum() <= ((W**2).sum() + (a**2).sum()) / 2 + 1e-12
        back_W, back_a = u / np.sqrt(lengths), s * np.sqrt(lengths)
        assert np.allclose(np.maximum(X @ back_W, 0) @ back_a, plain)
        assert ((back_W**2).sum() + (back_a**2).sum()) / 2 == pytest.approx(lengths.sum())
        u0 = w0 * a0
        assert np.linalg.norm(u0) <= ((w0**2).sum() + a0**2) / 2
        scale = np.linalg.norm(active, axis=0)
        kept = scale > 0
        c = (alpha * a)[kept]
        unit = active[:, kept] / scale[kept]
        assert np.abs(c).sum() <= ((alpha**2).sum() + (a**2).sum()) / 2 + 1e-12
        assert np.allclose(unit @ c, (unit * alpha[kept]) @ a[kept])
        longer = X @ (3.7 * W[:, kept])
        assert np.allclose(np.maximum(longer, 0) / np.linalg.norm(np.maximum(longer, 0), axis=0), unit)


@pytest.mark.parametrize("beta", [0.3, 1.0, 2.5])
def test_a_norm_has_a_threshold_and_a_square_has_none(beta):
    g = np.array([0.6, -0.8, 1.2])
    u = cp.Variable(3)
    cp.Problem(cp.Minimize(cp.sum_squares(u - g) / 2 + beta * cp.norm(u))).solve(solver=cp.CLARABEL)
    assert np.allclose(u.value, max(1 - beta / np.linalg.norm(g), 0) * g, atol=1e-6)
    square = minimize(lambda u: ((u - g) ** 2).sum() / 2 + beta / 2 * (u**2).sum(), np.zeros(3))
    assert np.allclose(square.x, g / (1 + beta), atol=1e-5)


def test_gradient_flow_keeps_the_law_of_balance():
    rng = np.random.default_rng(9)
    X, W, a, beta = rng.standard_normal((8, 2)), rng.standard_normal((2, 4)), rng.standard_normal(4), 0.3
    y = np.maximum(X @ W, 0) @ a + 0.1 * rng.standard_normal(8)
    before, pattern = (W**2).sum(axis=0) - a**2, X @ W > 0

    def slope(W, a):
        active = np.maximum(X @ W, 0)
        error = active @ a - y
        return -(X.T @ ((X @ W > 0) * error[:, None]) * a + beta * W), -(active.T @ error + beta * a)

    step, steps = 1e-3, 300
    for _ in range(steps):
        slopes = [slope(W, a)]
        for share in (0.5, 0.5, 1.0):
            slopes.append(slope(W + share * step * slopes[-1][0], a + share * step * slopes[-1][1]))
        W, a = (
            now + step / 6 * (one + 2 * two + 2 * three + four)
            for now, one, two, three, four in zip((W, a), *slopes, strict=True)
        )
    assert (X @ W > 0).tolist() == pattern.tolist()  # no kink was met
    assert np.allclose((W**2).sum(axis=0) - a**2, np.exp(-2 * beta * step * steps) * before, rtol=1e-9)


def test_one_side_or_a_balance_and_never_both():
    rng = np.random.default_rng(10)
    outcomes = set()
    for trial in range(60):
        X = rng.integers(-2, 3, (6, 3)).astype(float) if trial % 2 else rng.standard_normal((5, 3))
        n, d = X.shape
        side = linprog(np.zeros(d), A_ub=-X, b_ub=-np.ones(n), bounds=(None, None)).status == 0
        balance = linprog(np.zeros(n), A_eq=np.vstack([X.T, np.ones(n)]), b_eq=[*np.zeros(d), 1]).status == 0
        assert side != balance
        outcomes.add(side)
    assert outcomes == {True, False}


@pytest.mark.parametrize("degrees", [20, 60, 90, 150])
def test_a_narrow_cone_has_its_price(degrees):
    half = np.radians(degrees) / 2
    walls = np.array([[np.sin(half), np.cos(half)], [np.sin(half), -np.cos(half)]])
    a, b = cp.Variable(2), cp.Variable(2)
    limits = [walls @ a >= 0, walls @ b >= 0, a - b == np.array([0.0, 1.0])]
    value = cp.Problem(cp.Minimize(cp.norm(a) + cp.norm(b)), limits).solve(solver=cp.CLARABEL)
    assert value == pytest.approx(1 / np.sin(half), rel=1e-6)


@pytest.mark.parametrize("skip", [False, True])
def test_active_blocks_point_along_their_prices(skip):
    rng = np.random.default_rng(11)
    X, y = rng.standard_normal((7, 2)), rng.standard_normal(7)
    W, blocks, problem = solve_gated(X, y, patterns(X), skip=skip)
    price = cp.Variable(7)
    fair = [cp.norm(A.T @ price) <= 1 for A in blocks]
    best = cp.Problem(cp.Maximize(price @ y), fair).solve(solver=cp.CLARABEL)
    assert best == pytest.approx(problem.value, rel=1e-6)
    lengths = np.linalg.norm(W, axis=1)
    pulls = np.array([A.T @ price.value for A in blocks])
    active = lengths > 1e-3
    assert active.any()
    assert np.allclose(pulls[active], W[active] / lengths[active, None], atol=1e-3)
    assert (lengths[np.linalg.norm(pulls, axis=1) < 0.99] < 1e-4).all()


@pytest.mark.parametrize("beta", [0.1, 1.0])
def test_residuals_are_prices(beta):
    rng = np.random.default_rng(12)
    X, y = rng.standard_normal((8, 2)), rng.standard_normal(8)
    W, blocks, problem = solve_gated(X, y, patterns(X), beta=beta, skip=True)
    residual = y - np.einsum("jnd,jd->n", blocks, W)
    pulls = np.einsum("jnd,n->jd", blocks, residual)
    assert np.linalg.norm(pulls, axis=1).max() <= beta * (1 + 1e-6)
    assert residual @ y - residual @ residual / 2 == pytest.approx(problem.value, rel=1e-7)
    lengths = np.linalg.norm(W, axis=1)
    active = lengths > 1e-3
    assert active.any()
    assert np.allclose(pulls[active], beta * W[active] / lengths[active, None], atol=1e-4)


@pytest.mark.parametrize("points", [3, 4])
def test_all_solutions_are_a_polyhedron(points):
    """Points at equal angles, labels 1: how far the cheapest weights reach, by conic and linear programs."""
    turns = 2 * np.pi * np.arange(points) / points + 0.1
    X, y = np.column_stack([np.cos(turns), np.sin(turns)]), np.ones(points)
    signs = {tuple(X @ [np.cos(t), np.sin(t)] > 0) for t in np.linspace(0, 2 * np.pi, 997)}
    masks = np.array(sorted(signs), dtype=float)
    W, blocks, problem = solve_gated(X, y, masks)
    price = cp.Variable(points)
    cp.Problem(cp.Maximize(price @ y), [cp.norm(A.T @ price) <= 1 for A in blocks]).solve(solver=cp.CLARABEL)
    pulls = np.array([A.T @ price.value for A in blocks])
    tight = np.linalg.norm(pulls, axis=1) > 1 - 1e-5
    atoms = np.einsum("jnd,jd->nj", blocks[tight], pulls[tight])
    free = tight.sum() - rank(atoms, tol=1e-5)
    assert free == {3: 3, 4: 1}[points]
    weights = cp.Variable(W.shape)
    fit = sum(A @ weights[j] for j, A in enumerate(blocks))
    cheapest = [fit == y, cp.sum(cp.norm(weights, axis=1)) <= problem.value * (1 + 1e-9)]
    rng = np.random.default_rng(19)
    for _ in range(5):
        aim = rng.standard_normal(W.shape)
        furthest = cp.Problem(cp.Maximize(cp.sum(cp.multiply(aim, weights))), cheapest).solve(
            solver=cp.CLARABEL
        )
        gains = (aim * pulls).sum(axis=1)[tight]
        corner = linprog(-gains, A_eq=atoms.round(6), b_eq=y)
        assert furthest == pytest.approx(-corner.fun, abs=1e-3)
        used = corner.x > 1e-9
        assert rank(atoms[:, used], tol=1e-5) == used.sum()


def test_without_enough_active_rows_something_is_cheaper():
    rng = np.random.default_rng(13)
    found = 0
    while found < 5:
        X = rng.standard_normal((6, 3))
        w = rng.standard_normal(3)
        w /= np.linalg.norm(w)
        if 0 < (X @ w > 0).sum() < 3:
            _, _, problem = solve_gated(X, np.maximum(X @ w, 0), (X @ w > 0)[None].astype(float))
            assert problem.value < 1 - 1e-4  # the planted block alone does it
            found += 1


def test_a_wider_pattern_has_norm_one():
    rng = np.random.default_rng(14)
    found = 0
    for _ in range(10):
        X, w = rng.standard_normal((9, 2)), rng.standard_normal(2)
        w /= np.linalg.norm(w)
        on = X @ w > 0
        if on.sum() < 2:
            continue
        shortest = on * (X @ np.linalg.solve(X[on].T @ X[on], w))
        for mask in patterns(X):
            if (mask[on] == 1).all() and mask.sum() > on.sum():
                found += 1
                assert np.linalg.norm(X.T @ (mask * shortest)) == pytest.approx(1)
    assert found > 5


def test_signs_of_rows_are_fair_coins():
    """Over all sign vectors of the rows: the mean of the squared norm in each cell, and the union bound."""
    rng = np.random.default_rng(15)
    for n, d in [(9, 2), (10, 3)]:
        X, w = 3 * rng.standard_normal((n, d)), rng.standard_normal(d)
        w /= np.linalg.norm(w)
        dual = X @ np.linalg.solve(X.T @ X, w)
        a = dual[:, None] * X
        bits = np.array(list(product((0, 1), repeat=n)), dtype=float)
        squares = ((bits @ a) ** 2).sum(axis=1)
        level = (1 + (X**2).sum(axis=1) @ dual**2) / 4
        assert squares.mean() == pytest.approx(level)  # every mask comes once, whatever the cell
        cells = patterns(X)
        cells = cells if (cells.sum(axis=1) == n).any() else np.vstack([cells, np.zeros(n)])
        flips = 2 * bits - 1
        worst = np.zeros(len(flips))
        for cell in cells:
            masks = np.where(flips > 0, cell, 1 - cell)
            worst = np.maximum(worst, ((masks @ a) ** 2).sum(axis=1))
        failures = (worst >= 1 - 1e-12).mean()
        M = a.T @ a
        top = np.linalg.eigvalsh(M)[-1]
        for s in np.linspace(0.05, 0.95, 10) / top:
            inner = np.eye(d) - s * M
            phi = np.exp(s / 2 * w @ np.linalg.solve(inner, w)) / np.sqrt(np.linalg.det(inner))
            assert np.exp(s * 4 * squares / 2).mean() <= phi * (1 + 1e-12)
            assert (squares >= 1).mean() <= np.exp(-2 * s) * phi
            assert failures <= len(cells) * np.exp(-2 * s) * phi


def test_the_constants_of_linear_growth():
    """The numbers in the proof of linear growth, at n = 64 d, as powers of e with n in the exponent."""

    def c(kappa):
        return np.log(np.cosh(kappa)) - kappa * np.tanh(kappa) / 2

    assert 1 - (0.125 + 0.005) >= 0.87
    assert 1 + 0.125 + 0.005 <= 1.13
    R = 1.69
    assert R > (1.13 / 0.87) ** 2
    g = np.linspace(-9, 9, 180_001)
    mean = (c(2 / 3 * g * g) * normal.pdf(g)).sum() * (g[1] - g[0])
    s = 1 / (3 * R)
    assert 3 * s / 2 * R <= 1 / 2 + 1e-12
    patterns = (1 + np.log(64)) / 64
    assert max(patterns - 0.0807, mean - 0.1, 0.1972 - s, np.log(2) / 128 - 0.0055) < 0
    assert 0.0807 + 0.1 - 0.1972 + 0.0055 < -0.01
    kappa = np.linspace(0.02, 20, 1000)
    slope = np.diff(c(kappa)) / np.diff(kappa)
    assert (slope >= 0).all()
    assert (slope <= 1 / 2).all()


def test_within_the_window_of_decay_the_relu_part_is_zero():
    rng = np.random.default_rng(16)
    held = 0
    for _ in range(6):
        X = rng.standard_normal((30, 3))
        w = np.array([1.0, 0, 0])
        noise = 0.05 * rng.standard_normal(30)
        y = X @ w + noise
        masks = (X @ rng.standard_normal((3, 12)) > 0).T.astype(float)
        for beta in (0.1, 1.0, 5.0):
            w0 = cp.Variable(3)
            cp.Problem(cp.Minimize(cp.sum_squares(X @ w0 - y) / 2 + beta * cp.norm(w0))).solve(
                solver=cp.CLARABEL, tol_gap_rel=1e-12, tol_gap_abs=1e-12
            )
            direction = w0.value / np.linalg.norm(w0.value)
            dual = X @ np.linalg.solve(X.T @ X, direction)
            outside = noise - X @ np.linalg.lstsq(X, noise, rcond=None)[0]
            nu = np.linalg.norm((masks * dual) @ X, axis=1)
            if (np.linalg.norm((masks * outside) @ X, axis=1) < (1 - nu) * beta * 0.99).all():
                held += 1
                W, _, _ = solve_gated(X, y, masks, beta=beta, skip=True)
                assert np.linalg.norm(W[1:]) < 1e-5
                assert np.allclose(W[0], w0.value, atol=1e-5)
    assert held > 3


def test_a_competitor_is_repaired_at_its_price():
    rng = np.random.default_rng(17)
    for _ in range(10):
        X, y = rng.standard_normal((8, 2)), rng.standard_normal(8)
        blocks = np.array([X, *(mask[:, None] * X for mask in patterns(X))])
        W = rng.standard_normal((len(blocks), 2))
        G = np.einsum("jnd,jmd->nm", blocks, blocks)
        residual = np.einsum("jnd,jd->n", blocks, W) - y
        mended = W - np.einsum("jnd,n->jd", blocks, np.linalg.solve(G, residual))
        assert np.allclose(np.einsum("jnd,jd->n", blocks, mended), y)
        extra = np.sqrt(len(blocks)) * np.linalg.norm(residual) / np.sqrt(np.linalg.eigvalsh(G)[0])
        assert np.linalg.norm(mended, axis=1).sum() <= np.linalg.norm(W, axis=1).sum() + extra


def test_the_odd_part_of_a_network_is_linear():
    rng = np.random.default_rng(18)
    X, W, a, u0 = (rng.standard_normal(shape) for shape in [(20, 3), (3, 6), 6, 3])

    def f(X):
        return X @ u0 + np.maximum(X @ W, 0) @ a

    assert np.allclose((f(X) - f(-X)) / 2, X @ (u0 + W @ a / 2))
    assert np.allclose((f(X) + f(-X)) / 2, np.abs(X @ W) @ a / 2)
