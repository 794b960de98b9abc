import numpy as np
import pytest
from scipy.stats import binomtest

import relulab as rl
from relulab import theory


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
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
