"""Training on data and labels of one's own, with biases, and how far it ends from the optimum."""

import numpy as np
import pytest

import relulab as rl

torch = pytest.importorskip("torch")


def rows(seed=0, n=12, d=2):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, d)) / np.sqrt(n)
    return X, np.maximum(X[:, 0] + 0.1, 0) + 0.05 * rng.standard_normal(n)


def quiet(pairs, **options):
    return rl.train(
        pairs, "plain", epochs=2000, lr=5e-3, progress=False, record_every=2000, beta=0.02, **options
    )


def test_a_pair_is_trained_as_its_plant_is():
    plant = rl.plant(rl.draw("gaussian", 12, 3, rng=0), "relu", rng=1)
    start = [rl.networks.initial("plain", 3, 6, "he", 0)]
    test = rl.draw("gaussian", 5, 3, rng=9)
    labels = np.maximum(test @ plant.weights[:, 0], 0)
    own = quiet((plant.X, plant.y), init=start, width=6, test=(test, labels))
    planted = quiet(plant, init=start, width=6, test=test[None])
    np.testing.assert_array_equal(own.loss, planted.loss)
    np.testing.assert_allclose(own.test_distance, planted.test_distance, rtol=1e-5)


def test_with_biases_it_comes_near_the_certified_optimum():
    pairs = [rows(seed) for seed in range(2)]
    runs = quiet(pairs, bias=True, init="zero-balanced")
    assert runs.bias
    assert runs.networks[0].first.shape[0] == 3
    assert np.isnan(runs.test_distance).all()
    gap = rl.training_gap.optimum_gap(runs, pairs, patterns="all")
    assert (gap.ratio > 1 - 1e-6).all()
    assert (gap.ratio < 1.05).all()
    for run, (X, y), bound in zip(runs.networks, pairs, gap.bound, strict=True):
        ones = np.hstack([X, np.ones((len(X), 1))])
        found = rl.certify_network(run, ones, y, "all", beta=0.02)
        assert found.cost * (1 - found.gap) == pytest.approx(bound, rel=1e-4)


def test_a_list_of_pairs_is_what_each_is_alone():
    pairs = [rows(seed) for seed in range(3)]
    together = quiet(pairs)
    alone = quiet(pairs[1])
    np.testing.assert_allclose(together.loss[-1, 1], alone.loss[-1, 0], rtol=1e-3)


X, y = rows()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: quiet((X, y[:-1])), r"^the labels of plants\[0\] has shape"),
        (lambda: quiet([(X, y), (X[:-1], y[:-1])]), r"^plants\[1\] has X"),
        (lambda: quiet((X * np.nan, y)), r"^the data of plants\[0\] holds NaN"),
        (lambda: quiet(rl.plant(X), bias=True), r"^bias=True goes with pairs"),
        (lambda: quiet([rl.plant(X), (X, y)]), r"^plants holds planted problems and pairs"),
        (lambda: quiet((X, y), test=X), r"^test is no pair"),
        (lambda: quiet((X, y), test=(X[:, :1], y)), r"^test's rows has shape"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
