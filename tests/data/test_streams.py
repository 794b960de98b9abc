"""Under one seed data, plant, gates and training are independent; generators give what they always gave."""

import numpy as np
import pytest

import relulab as rl
from relulab.training.inputs import own_seed


def numbers(seed):
    """The first Gaussian numbers that each function draws with a seed."""
    n, d = 40, 20
    X = rl.draw("gaussian", n, d, rng=seed) * np.sqrt(n)
    plant = rl.plant(X, sigma=1.0, rng=seed)
    gates = rl.sample_patterns(X, rng=seed).gates
    start = rl.networks.initial("plain", d, 30, "he", np.random.default_rng([seed, own_seed(plant), 0]))
    return {
        "draw": X.ravel(),
        "plant": plant.weights[:, 0],
        "noise": plant.noise,
        "gates": gates.ravel(),
        "train": np.asarray(start["first"]).ravel(),
    }


def alike(a, b):
    """The largest correlation of the shorter with any stretch of the longer."""
    short, long = sorted((a, b), key=len)
    short, size = short[:20], 20
    stretches = np.lib.stride_tricks.sliding_window_view(long[:2000], size)
    lengths = np.linalg.norm(stretches, axis=1) * np.linalg.norm(short)
    return np.abs(stretches @ short / lengths).max()


@pytest.mark.parametrize("seed", [0, 1, 7])
def test_no_two_functions_share_numbers(seed):
    found = numbers(seed)
    names = list(found)
    for i, name in enumerate(names):
        for other in names[i + 1 :]:
            assert alike(found[name], found[other]) < 0.95, (name, other)


def test_the_default_plant_is_no_row_of_the_default_data():
    X = rl.draw("gaussian", 40, 20)
    w = rl.plant(X).weights[:, 0]
    cosines = np.abs(X @ w) / np.linalg.norm(X, axis=1)
    assert cosines.max() < 0.9


def test_a_seed_of_draw_is_numpys():
    X = rl.draw("gaussian", 5, 3, rng=4)
    np.testing.assert_array_equal(X, np.random.default_rng(4).standard_normal((5, 3)) / np.sqrt(5))


def test_generators_go_on_where_they_are():
    X = rl.draw("gaussian", 9, 3, rng=4)
    rng, same = np.random.default_rng(3), np.random.default_rng(3)
    w = same.standard_normal((3, 1))
    np.testing.assert_allclose(rl.plant(X, rng=rng).weights, w / np.linalg.norm(w))
    same.standard_normal(9)
    S = rl.sample_patterns(X, rng=rng)
    gates = same.standard_normal((3, 50))
    assert {tuple(column) for column in np.asarray(S).T} <= {tuple(c) for c in (X @ gates >= 0).T} | {
        (True,) * 9
    }
