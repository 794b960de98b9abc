"""The edges against measurements, independent quadrature and enumeration of signs."""

import itertools

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import brentq, minimize_scalar
from scipy.stats import binom, norm

import relulab as rl
from relulab import theory
from relulab.certify import decide_many


def recovered(n, d, trials, patterns=1, **problem):
    pairs = [rl.phase.instance(n, d, t, rng=77, patterns=patterns, **problem) for t in range(trials)]
    verdicts = decide_many(*zip(*pairs, strict=True))
    return np.mean([verdict.status == "recovered" for verdict in verdicts])


def q_of(X, w):
    return X.shape[1] / len(X) * w @ np.linalg.solve(X.T @ X, w)


def test_the_limits_are_where_q_passes_3_and_where_wendel_is_half():
    smallest = brentq(lambda ratio: (np.sqrt(ratio) - 1) ** -2 - 3, 1.1, 9)
    assert np.isclose(theory.sampled_limit(), smallest)
    d = 400
    assert theory.wendel(int(theory.sampled_limit("random") * d), d) == 0.5
    X = rl.draw("gaussian", round(smallest * 800), 800, rng=0)
    assert abs(q_of(X, rl.plant(X, direction="smallest").weights[:, 0]) - 3) < 0.25


def test_the_formula_tends_to_the_limits():
    far = [theory.sampled_edge(d) - theory.sampled_limit() for d in (10**3, 10**5, 10**7)]
    assert far[0] > far[1] > far[2] > 0
    assert far[2] < 0.002
    levels = [theory.critical_level(2.4 * d, d) for d in (100, 10**4, 10**6)]
    assert 2.3 < levels[0] < levels[1] < levels[2] < 3
    assert levels[2] > 2.97
    assert abs(theory.sampled_edge(10**4, "random") - 2) < 1e-3


@pytest.mark.parametrize(("d", "direction", "patterns"), [(20, "smallest", 1), (20, "random", 1)])
def test_the_formula_against_verdicts(d, direction, patterns):
    edge = theory.sampled_edge(d, direction, patterns)
    for offset in (-0.3, 0, 0.3):
        n = round((edge + offset) * d)
        told = theory.sampled_recovery(n, d, direction, patterns)
        assert abs(recovered(n, d, 100, patterns, direction=direction) - told) < 0.15


def test_more_patterns_raise_the_edge_as_measured():
    few, many = theory.sampled_edge(20), theory.sampled_edge(20, patterns=8)
    assert many - few > 0.25
    assert recovered(round(few * 20), 20, 60, 1, direction="smallest") > 0.3
    assert recovered(round(few * 20), 20, 60, 8, direction="smallest") < 0.2


def test_the_level_of_gordons_comparison_from_data_is_2_at_the_formulas_edge():
    d = 40
    n = round(theory.sampled_edge(d) * d)

    def level(seed):
        plant, _ = rl.phase.instance(n, d, seed, direction="smallest")
        rng, unit = np.random.default_rng(seed), plant.X / np.linalg.norm(plant.X, axis=1)[:, None]
        shortest = unit @ np.linalg.solve(unit.T @ unit, plant.weights[:, 0])
        v = plant.weights[:, 0] + (rng.choice([-1.0, 1.0], (n, n)) * shortest) @ unit
        h = rng.standard_normal(v.shape) / np.sqrt(d)

        def lowest(r):
            V = np.linalg.norm(v + r * h, axis=1)
            return brentq(lambda t: (np.maximum(V - t, 0) ** 2).sum() - r * r * (n - d) / d, -9, V.max())

        return minimize_scalar(lowest, bounds=(1e-3, 2), method="bounded").fun

    assert abs(np.median([level(seed) for seed in range(40)]) - 2) < 0.03


def signs_of(X, gates, seed=0):
    return np.sign(X @ np.random.default_rng(seed).standard_normal((X.shape[1], gates)))


def test_no_dual_vector_is_better_than_the_average():
    """The proof of failure: its least mean is near 1 + q and below every maximum."""
    d = 200
    n = round(2.2 * d)
    X = rl.draw("gaussian", n, d, rng=3)
    w, signs = rl.plant(X, direction="smallest").weights[:, 0], signs_of(X, n)
    K, c = (X @ X.T) * (signs @ signs.T) / n, (X @ w) * signs.mean(axis=1)
    system = np.block([[K, X], [X.T, np.zeros((d, d))]])
    dual = np.linalg.solve(system, np.concatenate([-c, w]))[:n]
    least = 1 + 2 * c @ dual + dual @ K @ dual
    assert abs(least / (1 + q_of(X, w)) - 1) < 0.05
    assert least > 4
    shortest = X @ np.linalg.solve(X.T @ X, w)
    rng = np.random.default_rng(0)
    for _ in range(5):
        step = rng.standard_normal(n)
        other = shortest + 0.3 * (step - X @ np.linalg.solve(X.T @ X, X.T @ step)) / np.sqrt(n)
        b = w[:, None] + X.T @ (signs * other[:, None])
        assert (b**2).sum(axis=0).max() > (b**2).sum(axis=0).mean() >= least - 1e-9
    plant = rl.plant(X, direction=w)
    assert rl.decide(plant, (signs > 0)[:, :50]).status in ("not-recovered", "undecided")


def test_the_mean_of_k_tends_to_the_identity_from_below():
    """lambda_min(E K) grows to 1, and tr Z^4 is 8 beta^3 / d."""
    least = []
    for d in (50, 200, 400):
        n = 2 * d
        X = np.random.default_rng(d).standard_normal((n, d))
        rho = (X / np.linalg.norm(X, axis=1)[:, None]) @ (X / np.linalg.norm(X, axis=1)[:, None]).T
        Z = rho**2 - 1 / d
        np.fill_diagonal(Z, 0)
        assert abs(np.trace(np.linalg.matrix_power(Z, 4)) * d / 64 - 1) < 0.25
        least.append(np.linalg.eigvalsh(rho * 2 / np.pi * np.arcsin(rho.clip(-1, 1)))[0])
    assert least[0] < least[1] < least[2] < 1
    assert least[2] > 0.85


def test_a_relu_neuron_below_its_bound_is_lost():
    """T is the limit of the least mean, and plants whose least mean is above 4 are never recovered."""

    def T(kappa):
        return 1 / (kappa - 1) + (np.sqrt(kappa**2 + 4) - kappa) / 2

    assert abs(2 * brentq(lambda kappa: T(kappa) - 4, 1.1, 2) - 2.579) < 1e-3
    d, kappa = 1000, 1.5
    n = round(2 * kappa * d)
    rng = np.random.default_rng(1)
    X, w = rng.standard_normal((n, d)) / np.sqrt(n), np.eye(d)[0]
    on = X @ w > 0
    first = d / n * w @ np.linalg.solve(X[on].T @ X[on], w)
    second = w @ np.linalg.solve(np.eye(d) + n / d * X[~on].T @ X[~on], w)
    assert abs(first + second - T(kappa)) < 0.3

    lost = above = 0
    for trial in range(40):
        plant, S = rl.phase.instance(44, 20, trial, kind="relu", rng=5)
        masks = np.asarray(S).astype(float)
        on = plant.y > 0
        K = 4 * (plant.X @ plant.X.T) * (masks @ masks.T) / masks.shape[1]
        A = np.where(on[:, None], plant.X, 0)
        if on.sum() < 20:
            continue
        start = A @ np.linalg.solve(A.T @ A, plant.weights[:, 0])
        free = np.linalg.svd(A)[0][:, 20:]
        best = start - free @ np.linalg.lstsq(free.T @ K @ free, free.T @ K @ start)[0]
        if best @ K @ best > 4:
            above += 1
            lost += rl.decide(plant, S, network="plain").status != "recovered"
    assert above > 10
    assert lost == above


def test_the_exact_program_recovers_earlier_than_the_gated_one():
    options = {"n": [36], "d": [20], "trials": 20, "progress": False}
    assert rl.phase_diagram(**options, form="exact").rate.item() >= 0.9
    assert rl.phase_diagram(**options).rate.item() < 0.5


@pytest.mark.parametrize(("n", "d", "least", "most"), [(40, 40, 0, 0), (44, 40, 0.9, 1), (14, 10, 0.5, 0.8)])
def test_one_normalized_neuron_over_samples(n, d, least, most):
    ds = rl.phase_diagram([n], [d], 40, kind="normalized", network="normalized", progress=False)
    assert least <= ds.rate.item() <= most


def shifted_by_quadrature(mean):
    g = np.linspace(-12, 12, 48001)
    density = norm.pdf(g) * (g[1] - g[0])

    def share(a):
        return density @ np.maximum(np.sqrt(1 + a * a) * g - a * mean, 0) ** 2

    return 1 / min(share(a) for a in np.linspace(0, 8, 801))


@pytest.mark.parametrize("mean", [0.0, 0.3, 1.0, 1.5, 2.0])
def test_the_shifted_edge_by_quadrature(mean):
    assert np.isclose(theory.shifted_edge(mean), shifted_by_quadrature(mean), rtol=2e-4)


@pytest.mark.parametrize("mean", [0.0, 0.7, 1.2])
def test_the_shifted_edge_against_linear_programs(mean):
    d, edge = 60, theory.shifted_edge(mean)

    def share(factor):
        n = round(factor * edge * d)
        rng = np.random.default_rng(n)
        draws = (rng.standard_normal((n, d)) + mean * np.eye(d)[0] for _ in range(30))
        return np.mean([rl.has_all_ones(X) for X in draws])

    assert share(0.75) > 0.8
    assert share(1.35) < 0.2


def fails(X, w):
    """The exact share of sign vectors for which ||w + sum eps_i a_i|| >= 2."""
    a = (X @ np.linalg.solve(X.T @ X, w))[:, None] * X
    signs = np.array(list(itertools.product([-1.0, 1.0], repeat=len(X))))
    return ((w + signs @ a) ** 2).sum(axis=1) >= 4 - 1e-12


@pytest.mark.parametrize("weighted", [True, False])
@pytest.mark.parametrize("seed", range(6))
def test_the_union_bound_is_above_the_exact_sum_over_cells(weighted, seed):
    rng = np.random.default_rng(seed)
    n, d = 14, 1 + seed % 2
    X = rng.standard_normal((n, d)) * np.exp(rng.standard_normal((n, 1)) * (seed % 3) / 2)
    w = rng.standard_normal(d)
    exact = rl.count_patterns(n, d) * fails(X, w / np.linalg.norm(w)).mean()
    bound = theory.union_bound(X, w, weighted)
    assert bound >= np.log10(max(exact, 1e-300)) - 1e-9
    if d == 1 and seed == 0:
        assert bound < 0


def by_hand(X, w, theta, s):
    """The bound with these weights, written out row by row."""
    n, d = X.shape
    dual = X @ np.linalg.solve(X.T @ X, w)
    M, exponent = np.zeros((d, d)), 0.0
    for x, price in zip(X, dual, strict=True):
        kappa = theta * n * price**2 / (dual @ dual)
        exponent += np.logaddexp(kappa, -kappa) - np.log(2) - kappa * np.tanh(kappa) / 2
        M += np.tanh(kappa) / kappa * price**2 * np.outer(x, x)
    rest = np.eye(d) - s / np.linalg.eigvalsh(M)[-1] * M
    s = s / np.linalg.eigvalsh(M)[-1]
    exponent += -2 * s + s / 2 * w @ np.linalg.solve(rest, w) - np.linalg.slogdet(rest)[1] / 2
    return (np.log(float(rl.count_patterns(n, d))) + exponent) / np.log(10)


def test_the_union_bound_is_the_least_of_those_written_out():
    X = rl.draw("gaussian", 120, 8, rng=2)
    w = rl.plant(X, direction="smallest").weights[:, 0]
    shares, thetas = np.linspace(0.5, 0.98, 17), np.geomspace(10, 200, 20)
    grid = min(by_hand(X, w, theta, share) for theta in thetas for share in shares)
    assert abs(theory.union_bound(X, w) - grid) < 0.05
    assert theory.union_bound(X, w) <= grid + 1e-6
    assert theory.union_bound(X, w) < theory.union_bound(X, w, weighted=False) - 1
    assert np.isclose(theory.union_bound(X, w), theory.union_bound(5 * X, 3 * w))


def test_nic_l_over_all_patterns_fails_no_more_often_than_the_bound():
    broken, bounds = 0, []
    for trial in range(30):
        X = np.random.default_rng(trial).standard_normal((42, 3))
        w = np.eye(3)[0]
        plant = rl.plant(X, direction=w)
        broken += not rl.isometry(plant, rl.enumerate_patterns(X)).holds
        bounds.append(min(1, 10 ** theory.union_bound(X, w)))
    assert broken / 30 <= np.mean(bounds)
    assert np.mean(bounds) < 0.1


def test_fourteen_samples_a_dimension_are_enough_for_all_patterns():
    for d in (5, 10, 20):
        bounds = []
        for trial in range(40):
            X = rl.draw("gaussian", 14 * d, d, rng=trial)
            bounds.append(min(1, 10 ** theory.union_bound(X, np.eye(d)[0])))
        assert np.mean(bounds) < 0.01


def test_the_constants_of_64_samples_a_dimension():
    def c(kappa):
        return np.log(np.cosh(kappa)) - kappa * np.tanh(kappa) / 2

    assert (1.13 / 0.87) ** 2 < 1.69
    mean = 2 * quad(lambda g: c(2 / 3 * g * g) * norm.pdf(g), 0, 10)[0]
    total = (1 + np.log(64)) / 64 + mean - 1 / (3 * 1.69) + np.log(2) / 128
    assert total < -0.011
    kappa = np.linspace(0.02, 20, 400)
    slope = np.diff(c(kappa)) / np.diff(kappa)
    assert (slope >= 0).all()
    assert (slope <= 0.5).all()
    assert (c(kappa[kappa < 5]) <= kappa[kappa < 5] ** 4 / 12).all()


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda: theory.sampled_limit("axes"), "direction"),
        (lambda: theory.sampled_edge(1), "d="),
        (lambda: theory.sampled_edge(10, patterns=0), "patterns"),
        (lambda: theory.sampled_recovery(-1, 10), "n="),
        (lambda: theory.sampled_recovery(40, 10, "axes"), "direction"),
        (lambda: theory.critical_level(10, 10), "n=10"),
        (lambda: theory.shifted_edge(-1), "mean"),
        (lambda: theory.union_bound(np.ones((9, 2)), [1, 0]), "rank"),
        (lambda: theory.union_bound(np.eye(3), np.zeros(3)), "w has norm zero"),
        (lambda: theory.union_bound(np.full((4, 2), np.nan), [1, 0]), "X holds NaN"),
    ],
)
def test_bad_input_is_named(call, named):
    with pytest.raises(ValueError, match=named):
        call()


def test_no_recovery_up_to_n_equal_d():
    assert theory.sampled_recovery(10, 10) == 0
    assert theory.sampled_recovery(200, 10) > 0.99
    assert binom.cdf(9, 19, 0.5) == theory.wendel(20, 10)
