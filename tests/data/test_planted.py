import numpy as np
import pytest

import relulab as rl

X = rl.draw("gaussian", 30, 6, rng=0)


def test_labels_are_what_the_neurons_say():
    for kind, k in [("linear", 1), ("relu", 3), ("normalized", 2)]:
        plant = rl.plant(X, kind=kind, k=k, rng=1)
        outputs = X @ plant.weights
        if kind != "linear":
            outputs = outputs * (outputs > 0)
        if kind == "normalized":
            outputs = outputs / np.sqrt((outputs**2).sum(axis=0))
        np.testing.assert_allclose(plant.y, outputs.sum(axis=1))
        np.testing.assert_allclose((plant.weights**2).sum(axis=0), 1)


def test_smallest_direction_minimizes_the_quadratic_form():
    w = rl.plant(X, direction="smallest").weights[:, 0]
    values = np.linalg.eigvalsh(X.T @ X)
    assert np.isclose(np.linalg.norm(X @ w) ** 2, values[0])
    wide = rl.draw("gaussian", 4, 9, rng=0)
    w = rl.plant(wide, direction="smallest").weights[:, 0]
    assert np.isclose(np.linalg.norm(wide @ w), np.linalg.svd(wide, compute_uv=False)[-1])


def test_axes_opposite_and_given_directions():
    np.testing.assert_array_equal(rl.plant(X, "relu", 2, "axes").weights, np.eye(6)[:, :2])
    pair = rl.plant(X, "relu", 2, "opposite", rng=4).weights
    np.testing.assert_array_equal(pair[:, 0], -pair[:, 1])
    np.testing.assert_allclose(rl.plant(X, direction=[3e200, 4e200, 0, 0, 0, 0]).weights[:2, 0], [0.6, 0.8])


def test_noise_has_its_level_and_is_kept():
    big = rl.draw("gaussian", 4000, 2, rng=0)
    plant = rl.plant(big, sigma=0.5, rng=1)
    np.testing.assert_allclose(plant.y, big @ plant.weights[:, 0] + plant.noise)
    assert abs(4000 * plant.noise.var() / 0.25 - 1) < 4 * np.sqrt(2 / 4000)
    assert not rl.plant(big, rng=1).noise.any()


def test_silent_normalized_neurons_are_drawn_again():
    lonely = np.array([[1.0, 0.0]])
    for seed in range(20):
        assert (lonely @ rl.plant(lonely, "normalized", rng=seed).weights > 0).all()
    with pytest.raises(ValueError, match="silent"):
        rl.plant(lonely, "normalized", direction=[-1.0, 0.0])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"kind": "quadratic"}, "kind='quadratic' is unknown; choose from 'linear', 'relu', 'normalized'"),
        ({"direction": "north"}, "direction='north' is unknown; choose from 'random', 'smallest'"),
        ({"kind": "relu", "k": 7}, "k=7 is not a whole number >= 1 and <= 6"),
        ({"k": 2}, "k=2"),
        ({"kind": "relu", "k": 3, "direction": "opposite"}, "k=3"),
        ({"sigma": -0.1}, "sigma=-0.1"),
        ({"sigma": np.inf}, "sigma=inf"),
        ({"direction": np.zeros(6)}, "norm zero"),
        ({"direction": np.ones(5)}, r"direction has shape \(5, 1\); it must be \(6, 1\)"),
    ],
)
def test_bad_input_is_named(options, message):
    with pytest.raises(ValueError, match=message):
        rl.plant(X, **options)


@pytest.mark.parametrize(
    "bad", [np.full((3, 2), np.nan), np.full((3, 2), np.inf), np.ones(3), np.ones((0, 2)), [["a"]]]
)
def test_bad_data_are_refused(bad):
    with pytest.raises(ValueError, match="X "):
        rl.plant(bad)
