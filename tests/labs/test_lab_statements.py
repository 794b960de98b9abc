"""Statements of the labs, checked by NumPy and SciPy alone: nothing here calls the library."""

from itertools import pairwise, permutations, product
from math import factorial

import numpy as np
import pytest
from numpy.linalg import matrix_rank, norm, solve
from numpy.polynomial.legendre import legvander
from scipy.linalg import toeplitz
from scipy.optimize import linprog
from scipy.stats import unitary_group


def has_certificate(O, Psi, u):
    """Independent columns, and a dual vector deaf to the state whose entries off the support are below 1."""
    on = u != 0
    m, n = O.shape
    rows = np.vstack([O.T, Psi[:, on].T])
    if matrix_rank(rows) < len(rows):
        return False
    off = np.vstack([Psi[:, ~on].T, -Psi[:, ~on].T])
    found = linprog(
        np.r_[np.zeros(m), 1],
        A_ub=np.hstack([off, -np.ones((len(off), 1))]),
        b_ub=np.zeros(len(off)),
        A_eq=np.hstack([rows, np.zeros((len(rows), 1))]),
        b_eq=np.r_[np.zeros(n), np.sign(u[on])],
        bounds=(None, None),
    )
    return found.status == 0 and found.x[-1] < 1 - 1e-7


def is_only_solution(O, Psi, x, u):
    """No pair that costs no more differs from (x, u): look as far as possible in every direction."""
    n, q = O.shape[1], len(u)
    both = {"A_eq": np.hstack([O, Psi, -Psi]), "b_eq": O @ x + Psi @ u}
    price = {"A_ub": [np.r_[np.zeros(n), np.ones(2 * q)]], "b_ub": [np.abs(u).sum()]}
    box = [(value - 1, value + 1) for value in x] + [(0, None)] * (2 * q)
    for i in range(n + q):
        for sign in (1, -1):
            goal = np.zeros(n + 2 * q)
            goal[i] = sign
            if i >= n:
                goal[i + q] = -sign
            found = linprog(-goal, **both, **price, bounds=box)
            assert found.status == 0
            if -found.fun > sign * np.r_[x, u][i] + 1e-6:
                return False
    return True


def test_pushes_and_start_are_the_only_solution_where_a_certificate_exists():
    rng = np.random.default_rng(0)
    answers = []
    for trial in range(40):
        m, n, q = rng.integers(4, 8), rng.integers(1, 3), rng.integers(5, 9)
        O, Psi = rng.standard_normal((m, n)), rng.standard_normal((m, q))
        if trial % 4 == 0:  # integers, with columns that repeat
            O, Psi = rng.integers(-1, 2, (m, n)).astype(float), rng.integers(-1, 2, (m, q)).astype(float)
        u = np.zeros(q)
        support = rng.choice(q, rng.integers(1, 4), replace=False)
        u[support] = rng.choice([-2.0, 1.0, 3.0], len(support))
        x = rng.standard_normal(n)
        answers.append(has_certificate(O, Psi, u))
        assert answers[-1] == is_only_solution(O, Psi, x, u), trial
    assert 5 < sum(answers) < 35


def test_a_pivot_comes_nearer_and_a_witness_separates():
    rng = np.random.default_rng(1)
    kinds = []
    for _ in range(300):
        A = rng.standard_normal((3, 4))
        b, x = 2 * rng.standard_normal(3), rng.standard_normal(4)
        x *= rng.uniform() / norm(x)  # radius 1
        p = A @ x
        c = b - p
        q = A @ (A.T @ c) / norm(A.T @ c)
        pivot = c @ q >= (b @ b - p @ p) / 2
        kinds.append(pivot)
        if pivot:
            t = np.linspace(0, 1, 2001)[1:, None]
            assert norm(p + t * (q - p) - b, axis=1).min() < norm(c)
        else:
            ball = rng.standard_normal((4, 2000))
            points = A @ (ball / norm(ball, axis=0))
            assert (norm(points - p[:, None], axis=0) <= norm(points - b[:, None], axis=0)).all()
            assert norm(points - b[:, None], axis=0).min() >= norm(c) / 2
    assert 50 < sum(kinds) < 250


@pytest.mark.parametrize("t", [1, 2, 3])
@pytest.mark.parametrize("spectrum", ["spread", "ends"])
def test_the_residual_shrinks_within_the_number_of_steps(t, spectrum):
    rng = np.random.default_rng(2)
    for kappa in (4.0, 25.0):
        values = np.linspace(1, kappa, 12) if spectrum == "spread" else np.repeat([1, kappa], 6)
        Q = np.linalg.qr(rng.standard_normal((12, 12)))[0]
        H = (Q * values) @ Q.T
        start = Q @ np.repeat(1.0, 12)
        r = start
        for _ in range(int(np.ceil(kappa / (2 * t) * np.log(1e3)))):
            directions = np.array([np.linalg.matrix_power(H / kappa, i) @ r for i in range(1, t + 1)]).T
            r = r - directions @ np.linalg.lstsq(directions, r)[0]
        assert norm(r) <= 1e-3 * norm(start)


def test_the_growth_of_the_volume_is_the_impedance():
    """Reflections from echoes by Schur's complements, not by Levinson's recursion."""
    rng = np.random.default_rng(3)
    for _ in range(20):
        r = np.r_[1.0, rng.uniform(-0.2, 0.2, 5)]
        T = toeplitz(r)
        volume = [np.ones(m) @ solve(T[:m, :m], np.ones(m)) for m in range(1, 7)]
        impedance = 1.0
        for m in range(1, 6):
            energy = np.linalg.det(T[:m, :m]) / (np.linalg.det(T[: m - 1, : m - 1]) if m > 1 else 1)
            inner = solve(T[: m - 1, : m - 1], r[1:m]) if m > 1 else np.zeros(0)
            k = -(r[m] - inner @ r[1:m][::-1]) / energy
            impedance *= (1 + k) / (1 - k)
            assert np.isclose(volume[m] - volume[m - 1], impedance)


@pytest.mark.parametrize("d", [1, 2, 3])
def test_a_tent_of_relus_is_the_hat_of_kuhns_triangulation(d):
    """Its values on each simplex, by solving for the plane through the corners."""
    rng = np.random.default_rng(4)
    zero = np.zeros((400, 1))

    def tent(x):
        relu = 1 - np.hstack([zero[: len(x)], x]).max(1) - np.hstack([zero[: len(x)], -x]).max(1)
        return np.maximum(relu, 0)

    touched = 0
    for cube in product(range(-2, 2), repeat=d):
        for order in permutations(range(d)):
            corners = np.array(cube) + np.tri(d + 1, d, -1)[:, np.argsort(order)]
            shares = rng.dirichlet(np.ones(d + 1), 20)
            hat = (corners == 0).all(1).astype(float)
            assert np.allclose(tent(corners), hat)
            assert np.allclose(tent(shares @ corners), shares @ hat)
            touched += hat.any()
    assert touched == factorial(d) * (d + 1)


def test_an_interpolant_is_wrong_by_no_more_than_tail_and_mesh():
    """The integral of |u|, by the hats of the corners themselves and a sum over points."""
    rng = np.random.default_rng(5)
    t = (np.arange(4000) + 0.5) / 2000 - 1
    phi = legvander(t, 7) * np.sqrt(np.arange(8) + 0.5)

    def size(c):
        return np.abs(c @ phi[:, : c.shape[-1]].T).mean(-1) * 2

    for r in (np.arange(1, 9) ** -1.5, np.ones(8), 10.0 ** -np.arange(8)):
        c = rng.uniform(-1, 1, (200, 8)) * r
        c[:20] = rng.choice([-1, 1], (20, 8)) * r
        for N in (1, 3):
            x = (c[:, :2] / r[:2] + 1) / 2 * N
            answer = 0
            for v in product(range(N + 1), repeat=2):
                away = x - v
                hat = 1 - np.maximum(away.max(1), 0) - np.maximum((-away).max(1), 0)
                answer = answer + size((2 * np.array(v) / N - 1) * r[:2]) * np.maximum(hat, 0)
            bound = np.sqrt(2) * (norm(r[2:]) + 2 / N * norm(r[:2]))
            error = np.abs(answer - size(c)).max()
            assert 0.03 * bound < error <= bound


@pytest.mark.parametrize("D", [2, 4])
def test_squared_slopes_of_random_circuits_obey_their_law(D):
    """Slopes by shifted angles; their mean given the outcome, their independence, the spread of their sum."""
    rng = np.random.default_rng(6)
    copies, L = 4000, 3
    V = unitary_group.rvs(D, size=copies * (L + 1), random_state=rng).reshape(L + 1, copies, D, D)
    Z, O = np.repeat([1, -1], D // 2), np.tile([1, -1], D // 2)
    angles = np.array([0.0, 1.0, 2.5])  # any

    def outcome(theta):
        psi = V[L, :, :, 0]
        for mix, angle in zip(V, theta, strict=False):
            psi = np.einsum("rij,rj->ri", mix, np.exp(-1j * angle * Z) * psi)
        return (np.abs(psi) ** 2) @ O

    f = outcome(angles)
    shifts = np.pi / 4 * np.eye(L)
    slopes = np.array([outcome(angles + shift) - outcome(angles - shift) for shift in shifts])
    squares = slopes**2 * (D**2 - 1) / (2 * D * (1 - f**2))
    kurtosis = 3 * (D + 2) * (D**2 - 1) / (D**2 * (D + 3))
    error = np.sqrt((kurtosis - 1) / copies)
    assert np.abs(squares.mean(1) - 1).max() < 4 * error
    for part in (f**2 < np.median(f**2), f**2 >= np.median(f**2)):
        assert np.abs(squares[:, part].mean(1) - 1).max() < 6 * error
    assert np.abs(np.corrcoef(squares) - np.eye(L)).max() < 4 / np.sqrt(copies)
    K = (slopes**2).sum(0)
    mean = 2 * L * D**2 / ((D + 1) * (D**2 - 1))
    spread = np.sqrt((1 + 2 / (D * (D + 3))) * (1 + (kurtosis - 1) / L) - 1)
    assert abs(K.mean() / mean - 1) < 4 * spread / np.sqrt(copies)
    assert abs(K.std() / K.mean() / spread - 1) < 0.06


def test_the_kurtosis_of_a_random_network_depends_on_depth_over_width():
    """By quadrature in width 1, by weight matrices in width 8."""
    x, weights = np.polynomial.hermite_e.hermegauss(20)  # exact for polynomials of degree 39
    weights = weights[x > 0] / weights.sum()
    fourth = weights @ x[x > 0] ** 4  # E relu(g)^4; the square of E relu(g)^2 is 1/4
    assert np.isclose(fourth / (weights @ x[x > 0] ** 2) ** 2, 1 + 5 / 1)

    rng = np.random.default_rng(4)
    n, L = 8, 2
    kurtosis = []
    for _ in range(40):
        h = np.broadcast_to(rng.standard_normal(3), (4000, 3))
        for _ in range(L):
            W = rng.standard_normal((4000, n, h.shape[1])) * np.sqrt(2 / h.shape[1])
            h = np.maximum(np.einsum("bij,bj->bi", W, h), 0)
        K = (h**2).sum(axis=1) / (h**2).sum(axis=1).mean()
        kurtosis.append(3 * np.mean(K**2) - 3)
    apart = np.mean(kurtosis) - 3 * ((1 + 5 / n) ** L - 1)
    assert abs(apart) < 5 * np.std(kurtosis) / np.sqrt(40) + 0.02


@pytest.mark.parametrize(("n", "p"), [(16, 4), (12, 30), (4, 40)])
def test_the_risk_of_smallest_weights_is_exact(n, p):
    """The two parts of the error apart, by normal equations, for one fixed direction."""
    rng = np.random.default_rng(4)
    seen, unseen = [], []
    beta = np.arange(p) / norm(np.arange(p))
    for _ in range(4000):
        Z, noise = rng.standard_normal((n, p)), rng.standard_normal(n)
        if p < n:
            kept, moved = beta, solve(Z.T @ Z, Z.T @ noise)
        else:
            kept, moved = Z.T @ solve(Z @ Z.T, Z @ beta), Z.T @ solve(Z @ Z.T, noise)
        seen.append(norm(kept - beta) ** 2)
        unseen.append(norm(moved) ** 2)
    exact = [0, p / (n - p - 1)] if p < n else [1 - n / p, n / (p - n - 1)]
    for parts, value in zip((seen, unseen), exact, strict=True):
        assert abs(np.mean(parts) - value) < 4 * np.std(parts) / len(parts) ** 0.5 + 1e-12


def test_a_wave_is_shared_among_its_aliases():
    """Convex optimality: the residual of the weighted norm is orthogonal to all that fits zero."""
    rng = np.random.default_rng(5)
    n, K = 5, 3
    f = np.arange(-7, 8)
    w = rng.uniform(0.1, 2, n * K)
    samples = np.exp(2j * np.pi * np.outer(np.arange(n) / n, f))
    for k in f:
        aliases = (f - k) % n == 0
        c = np.where(aliases, w / w[aliases].sum(), 0)
        assert np.allclose(samples @ c, samples[:, f == k][:, 0])
        unseen = np.linalg.svd(samples)[2][n:].conj()
        assert np.allclose(unseen.conj() @ (c / w), 0)


def test_the_bias_of_a_meta_learner_is_that_of_a_random_subspace():
    """Tasks one after the other, and the share of a fixed vector that the rows keep."""
    rng = np.random.default_rng(6)
    p, tasks, w0 = 12, 3, np.eye(12)[0]
    lost = []
    for _ in range(3000):
        rows = []
        for _ in range(tasks):
            Xt, Xv = rng.standard_normal((4, p)), rng.standard_normal((2, p))
            rows += list(Xv @ (np.eye(p) - 0.3 / 4 * Xt.T @ Xt))
        Q = np.linalg.qr(np.array(rows).T)[0]
        lost.append(1 - norm(Q.T @ w0) ** 2)
    assert abs(np.mean(lost) - (1 - 6 / p)) < 4 * np.std(lost) / len(lost) ** 0.5


def test_a_shift_moves_no_singular_value_past_its_neighbor():
    """By the eigenvalues of the Gram matrix in a basis of the vectors with sum zero."""
    rng = np.random.default_rng(7)
    for trial in range(60):
        n = int(rng.integers(2, 9))
        Q = rng.integers(-2, 3, (n, n)) if trial % 2 else rng.standard_normal((n, n))
        Q = np.triu(Q) + np.triu(Q, 1).T
        basis = np.linalg.qr(np.c_[np.ones(n), rng.standard_normal((n, n - 1))])[0][:, 1:]
        free = np.sort(np.linalg.eigvalsh(Q @ Q))[::-1]
        held = np.sort(np.linalg.eigvalsh(basis.T @ Q @ Q @ basis))[::-1]
        assert (held <= free[:-1] + 1e-9).all()
        assert (held >= free[1:] - 1e-9).all()


def test_asking_in_proportion_saves_the_variance_of_the_sizes():
    """The variance by enumeration of all sets that can be asked."""
    rng = np.random.default_rng(8)

    def variance(g, p):
        bits = (np.arange(2 ** len(g))[:, None] >> np.arange(len(g))) & 1
        chance = np.where(bits, p, 1 - p).prod(axis=1)
        vectors = (bits / (len(g) * p) - 1 / len(g)) * g  # orthogonal gradients of sizes g
        return chance @ (vectors**2).sum(axis=1)

    for B in (1.0, 2.0, 2.5):
        g = rng.uniform(1, 2, 6)
        even, best = np.full(6, B / 6), B * g / g.sum()
        assert np.isclose(variance(g, even) - variance(g, best), np.var(g) / B)
        for _ in range(20):
            other = np.clip(best + 0.05 * rng.standard_normal(6), 0.01, 0.99)
            assert variance(g, other * B / other.sum()) >= variance(g, best)


def test_a_filter_does_not_know_the_names_of_nodes():
    """Two layers with loops over nodes, on integers: equal to the last bit."""
    rng = np.random.default_rng(9)

    def layer(S, x):
        n = len(x)
        once = [sum(S[i][j] * x[j] for j in range(n)) for i in range(n)]
        return np.maximum([2 * x[i] - 3 * once[i] + 1 for i in range(n)], 0)

    for _ in range(20):
        S, x = rng.integers(-2, 3, (5, 5)), rng.integers(-4, 5, 5)
        S, order = S + S.T, rng.permutation(5)
        renamed = layer(S[order][:, order], layer(S[order][:, order], x[order]))
        assert (renamed == layer(S, layer(S, x))[order]).all()


def test_a_filter_with_bounded_log_slope_forgives_a_dilation():
    """Matrix functions by inverses and series, not by eigenvalues."""
    rng = np.random.default_rng(10)
    for scale in (1.0, 30.0, 1000.0):
        G = rng.standard_normal((6, 6))
        S = scale * G @ G.T
        for eps in (0.01, 0.5, 3.0):
            h = lambda M: np.linalg.inv(np.eye(6) + M)  # noqa: E731
            assert norm(h((1 + eps) * S) - h(S), 2) <= 0.25 * np.log(1 + eps) + 1e-12
    wave = lambda l: np.cos(2 * l)  # noqa: E731
    assert abs(wave(1.01 * 40) - wave(40)) > 0.25 * 0.01


def test_a_fit_keeps_of_noise_its_share_of_directions():
    """Ranks of indicators for several spaces; the expected square by enumerating all signs of the noise."""
    for L, K in ((1, 2), (2, 3), (3, 2), (4, 4), (3, 5)):
        chosen = np.eye(K, dtype=int)[np.array(list(product(range(K), repeat=L)))]
        places, counts = chosen.reshape(K**L, -1), chosen.sum(axis=1)
        ones = np.ones((K**L, 1), int)
        assert matrix_rank(np.hstack([ones, places])) == 1 + L * (K - 1)
        assert matrix_rank(np.hstack([ones, counts])) == K
        if K**L > 9:
            continue
        noise = np.array(list(product((-1, 1), repeat=K**L))).T
        for Z, r in ((places, 1 + L * (K - 1)), (counts, K)):
            fit = Z @ np.linalg.lstsq(Z, noise, rcond=None)[0]
            assert np.isclose((fit**2).sum(axis=0).mean(), r)


def test_acceptance_is_twice_the_probability_of_a_positive_log_ratio():
    """Chains on six states by enumeration, with a symmetric jump; whole weights give ties."""
    rng = np.random.default_rng(11)
    seen_ties = 0
    for trial in range(30):
        if trial % 2:
            weights, q = rng.integers(1, 4, 6).astype(float), rng.integers(1, 3, (6, 6)).astype(float)
        else:
            weights, q = rng.random(6) + 0.1, rng.random((6, 6)) + 0.05
        pi, q = weights / weights.sum(), q / q.sum(axis=1, keepdims=True)
        if trial % 3 == 0:
            q = np.full((6, 6), 1 / 6)
        jump = np.abs(np.subtract.outer(np.arange(6), np.arange(6))) ** 2
        flow = pi[:, None] * q
        ratio = flow.T / flow
        tie = np.isclose(ratio, 1)
        ahead, even = flow * ((ratio > 1) & ~tie), flow * tie
        seen_ties += int(tie.sum() > 6)
        for h in (np.ones((6, 6)), jump):
            whole = (h * flow * np.minimum(1, ratio)).sum()
            assert np.isclose(whole, 2 * (h * ahead).sum() + (h * even).sum())
    assert seen_ties > 5


def test_rolled_out_on_a_linear_model_the_recursion_is_damped_gauss_newton():
    """Three layers of other sizes; a singular price of the last state; the dense minimizer by lstsq."""
    rng = np.random.default_rng(12)
    for _ in range(20):
        sizes, controls = rng.integers(1, 5, 4), rng.integers(1, 6, 3)
        J = [rng.integers(-2, 3, (b, a)).astype(float) for a, b in pairwise(sizes)]
        F = [rng.standard_normal((b, m)) for b, m in zip(sizes[1:], controls, strict=True)]
        root, v = rng.standard_normal((sizes[3], 1)), rng.standard_normal(sizes[3])
        V, delta = root @ root.T, 10.0 ** rng.integers(-3, 3)
        whole = np.hstack([J[2] @ J[1] @ F[0], J[2] @ F[1], F[2]])
        stacked = np.vstack([root.T @ whole, np.sqrt(delta) * np.eye(controls.sum())])
        expected = -np.linalg.lstsq(stacked.T @ stacked, whole.T @ v, rcond=None)[0]
        plan, end_v, end_V = [], v, V
        for j, f in zip(J[::-1], F[::-1], strict=True):
            system = np.eye(len(j)) + end_V @ f @ f.T / delta
            answer_v, answer_V = solve(system, end_v), solve(system, end_V)
            plan.append((answer_v, answer_V))
            end_v, end_V = j.T @ answer_v, j.T @ answer_V @ j
        dx, du = np.zeros(sizes[0]), []
        for j, f, (answer_v, answer_V) in zip(J, F, plan[::-1], strict=True):
            du.append(-f.T @ (answer_v + answer_V @ j @ dx) / delta)
            dx = j @ dx + f @ du[-1]
        assert np.allclose(np.concatenate(du), expected, rtol=1e-6, atol=1e-9)


def run_optimizer(name, weights, X, y, steps=6, rate=0.05):
    """Layers of a ReLU network without biases after some steps on squares, by the formulas of the page."""
    W = [w.copy() for w in weights]
    means, squares = ([np.zeros_like(w) for w in W] for _ in range(2))
    for t in range(1, steps + 1):
        rows = np.arange(len(X)) % 3 != t % 3
        hidden = [X[rows]]
        for w in W[:-1]:
            hidden.append(np.maximum(hidden[-1] @ w, 0))
        back = hidden[-1] @ W[-1] - y[rows]
        slopes = []
        for h, w in zip(hidden[::-1], W[::-1], strict=True):
            slopes.insert(0, h.T @ back)
            back = (back @ w.T) * (h > 0)
        for w, g, m, q in zip(W, slopes, means, squares, strict=True):
            if name == "LARS":
                g = g * norm(w) / norm(g)
            if name in ("SGD", "LARS"):
                m[:] = 0.9 * m + g
                u = m
            else:
                m[:], q[:] = 0.9 * m + 0.1 * g, 0.999 * q + 0.001 * g**2
                root = np.sqrt(q / (1 - 0.999**t))
                u = np.divide(m / (1 - 0.9**t), root, out=np.zeros_like(m), where=root > 0)
            w -= rate * u * (norm(w) / norm(u) if name == "LAMB" else 1)
    return W


def test_trust_ratios_respect_rescaling_and_others_do_not():
    rng = np.random.default_rng(11)
    for trial in range(6):
        X, y = rng.standard_normal((12, 5)), rng.standard_normal((12, 2))
        if trial % 2:  # integers, with rows that repeat
            X = rng.integers(-2, 3, (12, 5)).astype(float)
            X[6:] = X[:6]
        W = [rng.standard_normal(shape) / 2 for shape in ((5, 7), (7, 6), (6, 2))]
        t = np.exp(3 * rng.standard_normal(3))
        t[2] = 1 / (t[0] * t[1])
        for name in ("LARS", "LAMB", "SGD", "Adam"):
            ends = run_optimizer(name, W, X, y, rate=0.01)
            others = run_optimizer(name, [s * w for s, w in zip(t, W, strict=True)], X, y, rate=0.01)
            apart = max(
                norm(other - s * end) / norm(s * end) if np.isfinite(other).all() else np.inf
                for s, end, other in zip(t, ends, others, strict=True)
            )
            assert (apart < 1e-9) == (name in ("LARS", "LAMB")), (name, apart)


def test_descent_with_noise_has_its_floor():
    """All signs of the noise, one by one."""
    steps = 12
    noise = np.array(list(product((-1.0, 1.0), repeat=steps)))
    for h, a, sigma, x0 in ((1.0, 0.2, 1.0, 3.0), (0.1, 1.5, 2.0, -1.0), (4.0, 0.45, 0.5, 0.0)):
        x = np.full(len(noise), x0)
        for t in range(steps):
            x = x - a * (h * x + sigma * noise[:, t])
        kept = (1 - a * h) ** (2 * steps)
        floor = a * sigma**2 / (h * (2 - a * h))
        assert np.isclose((x**2).mean(), kept * x0**2 + (1 - kept) * floor, rtol=1e-12)


def test_the_heavy_ball_shrinks_all_directions_alike():
    def slowest(a, b, eigenvalues):
        return max(np.abs(np.linalg.eigvals([[1 + b - a * h, -b], [1, 0]])).max() for h in eigenvalues)

    for low, high in ((1e-3, 1.0), (0.5, 2.0), (1.0, 1e4)):
        h, root = np.geomspace(low, high, 25), np.sqrt(low / high)
        a, b = 4 / (np.sqrt(low) + np.sqrt(high)) ** 2, ((1 - root) / (1 + root)) ** 2
        sizes = [np.abs(np.linalg.eigvals([[1 + b - a * e, -b], [1, 0]])) for e in h]
        assert np.allclose(sizes, (1 - root) / (1 + root), rtol=1e-6)  # double roots at the ends
        for other_a, other_b in ((1.05 * a, b), (0.95 * a, b), (a, 0.95 * b), (a, b + 0.05 * (1 - b))):
            assert slowest(other_a, other_b, h) > (1 - root) / (1 + root) + 1e-6 * root
        rate = 2 / (low + high)
        assert np.isclose(np.abs(1 - rate * h).max(), (1 - root**2) / (1 + root**2))
