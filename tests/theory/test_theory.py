import numpy as np
import pytest
from scipy.optimize import linprog
from scipy.stats import binomtest, norm

import relulab as rl
from relulab import theory
from relulab.data.ensembles import cluster_direction, cluster_means, clustered


def test_wendel_is_half_at_2d_and_a_share_of_covers_count():
    for d in (1, 2, 7, 100):
        assert theory.wendel(2 * d, d) == 0.5
    for n, d in [(5, 2), (9, 4), (3, 8)]:
        assert np.isclose(theory.wendel(n, d), theory.cover(n, d) / 2**n)
    assert 0 < theory.wendel(2000, 500) < 1e-100
    assert theory.recovery_whitened(5, 5) == 0


@pytest.mark.parametrize(("n", "d"), [(16, 10), (20, 10), (24, 10), (8, 3)])
@pytest.mark.parametrize("ensemble", ["whitened", "cubic-whitened"])
def test_whitened_recovery_follows_wendels_curve(n, d, ensemble):
    ds = rl.phase_diagram([n], [d], trials=300, ensemble=ensemble, rng=5, progress=False)
    recovered = round(ds.rate.item() * 300)
    assert ds.undecided.item() == 0
    assert binomtest(recovered, 300, theory.recovery_whitened(n, d)).pvalue > 1e-3


@pytest.mark.parametrize(("m", "k", "d"), [(6, 2, 12), (8, 3, 12), (10, 9, 12), (3, 4, 12), (2, 0, 4)])
def test_nonnegative_recovery_against_linear_programs(m, k, d):
    trials, alone = 200, 0
    for seed in range(trials):
        rng = np.random.default_rng([m, k, seed])
        A, x = rng.standard_normal((m, d)), np.zeros(d)
        x[:k] = rng.uniform(1, 2, k)
        elsewhere = np.r_[np.zeros(k), -np.ones(d - k)]
        answer = linprog(elsewhere, A_eq=A, b_eq=A @ x, bounds=(0, 1e3))
        alone += answer.fun > -1e-6
    assert binomtest(alone, trials, theory.recovery_nonnegative(m, k, d)).pvalue > 1e-3


def test_nonnegative_recovery_at_its_ends():
    assert theory.recovery_nonnegative(5, 5, 5) == 1
    assert theory.recovery_nonnegative(4, 5, 5) == 0
    assert theory.recovery_nonnegative(4, 4, 5) == 0
    assert [theory.recovery_nonnegative((40 + k) // 2, k, 40) for k in (0, 10, 38)] == [0.5] * 3


@pytest.mark.parametrize(("k", "d"), [(1, 20), (10, 100), (60, 100)])
def test_l1_statistical_dimension_against_monte_carlo(k, d):
    rng = np.random.default_rng(0)
    g = rng.standard_normal((20000, d))
    t = np.linspace(0, 4, 200)[:, None]
    # E min_t of the squared distance is the statistical dimension; min_t E is the bound that is computed.
    mean = [(k + k * s**2 + (np.maximum(np.abs(g[:, k:]) - s, 0) ** 2).sum(axis=1).mean()) for s in t[:, 0]]
    assert np.isclose(theory.l1_statistical_dimension(k, d), min(mean), rtol=0.01)
    assert theory.l1_statistical_dimension(0, d) == 0
    assert theory.l1_statistical_dimension(d, d) == d


def test_groups_of_size_one_are_the_l1_norm():
    assert np.isclose(
        theory.group_statistical_dimension(7, 50, 1), theory.l1_statistical_dimension(7, 50), rtol=1e-6
    )


def test_group_statistical_dimension_against_monte_carlo():
    rng = np.random.default_rng(0)
    chi = np.sqrt(rng.chisquare(10, size=200000))
    values = [2 * (10 + t * t) + 50 * (np.maximum(chi - t, 0) ** 2).mean() for t in np.linspace(0, 8, 400)]
    assert np.isclose(theory.group_statistical_dimension(2, 52, 10), min(values), rtol=0.01)


@pytest.mark.parametrize(("d", "expected"), [(10, (2.66, 4.93, 7.39)), (100, (2.23, 4.46, 6.69))])
def test_group_thresholds_are_fixed_points(d, expected):
    for k, ratio in enumerate(expected, start=1):
        n = theory.group_threshold(k, d)
        assert round(n / d, 2) == ratio
        below, above = (max(int(side), 50) + k for side in (np.floor(n), np.ceil(n)))
        assert theory.group_statistical_dimension(k, below, d) <= n + 1e-6
        assert theory.group_statistical_dimension(k, above, d) >= n - 1e-6


def test_group_threshold_tends_to_twice_k_d():
    ratios = [theory.group_threshold(2, d) / (4 * d) for d in (10, 100, 1000, 10000)]
    assert ratios == sorted(ratios, reverse=True)
    assert 1 < ratios[-1] < 1.05


@pytest.mark.parametrize(
    ("means", "s", "sizes"),
    [
        ("unit", 2.5, (6, 3)),
        ("signs", 0.5, (4, 4)),
        ("gaussian", 0.7, (2, 5)),
        ([[2.0, 1.0], [-4.0, -2.0]], 0.7, (3, 3)),
        ([[1.0, 0.2, 0.0], [3.0, 0.1, 0.0]], 10.0, (3, 2)),
    ],
)
def test_cluster_probability_against_monte_carlo(means, s, sizes):
    d = 4 if isinstance(means, str) else len(means[0])
    means = cluster_means(d, means, rng=5)
    probability = theory.cluster_probability(*sizes, s, means)
    assert 0.02 < probability < 0.98
    ensemble, rng = clustered(s, means, first=sizes[0]), np.random.default_rng(6)
    target = np.arange(sum(sizes)) < sizes[0]
    u = cluster_direction(means)
    hits = sum(((ensemble(len(target), d, rng) @ u >= 0) == target).all() for _ in range(4000))
    assert binomtest(int(hits), 4000, probability).pvalue > 1e-3


@pytest.mark.parametrize("length", [1, 7, 0.1, 1e50])
def test_clusters_of_one_direction_cannot_be_told_apart(length):
    means = np.array([[1.0, 0.7, 4.0], [length, 0.7 * length, 4.0 * length]])
    assert not cluster_direction(means).any()
    assert theory.cluster_probability(5, 5, 2.0, means) == 0
    assert theory.cluster_probability(5, 0, 2.0, means) == 1
    almost = theory.cluster_probability(5, 5, 2.0 / length, means * [[1, 1 + 1e-9, 1], [1, 1, 1]])
    assert almost == pytest.approx(2.0**-10, rel=1e-6)


def test_far_clusters_are_told_apart_and_many_rows_do_not_underflow():
    opposite = np.array([[1.0], [-1.0]])
    assert theory.cluster_probability(50, 50, 1e3, opposite) == 1
    assert theory.cluster_probability(1, 1, 1.0, opposite) == pytest.approx(norm.cdf(1) ** 2)
    assert theory.cluster_probability(10**6, 10**6, 8.0, opposite) == pytest.approx(1, abs=1e-8)


def test_wilson_interval_covers_and_has_exact_ends():
    lower, upper = theory.wilson_interval([0, 5, 10, 0], [10, 10, 10, 0])
    np.testing.assert_array_equal(lower[[0, 3]], 0)
    np.testing.assert_array_equal(upper[[2, 3]], 1)
    assert lower[1] < 0.5 < upper[1]
    for k in range(11):
        interval = binomtest(k, 10).proportion_ci(method="wilson")
        np.testing.assert_allclose(theory.wilson_interval(k, 10), interval, atol=1e-12)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: theory.wendel(0, 3), "n=0"),
        (lambda: theory.l1_statistical_dimension(5, 4), "k=5"),
        (lambda: theory.group_statistical_dimension(5, 4, 2), "k=5"),
        (lambda: rl.count_patterns(3, 2.5), "d=2.5"),
        (lambda: theory.group_threshold(0, 4), "k=0"),
        (lambda: theory.cluster_probability(-1, 2, 1.0, np.eye(2)), "first=-1"),
        (lambda: theory.cluster_probability(1, 2, -1.0, np.eye(2)), "s=-1.0"),
        (lambda: theory.cluster_probability(1, 2, 1.0, np.zeros((2, 2))), "means holds a zero row"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
