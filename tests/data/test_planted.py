from dataclasses import replace

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


@pytest.mark.parametrize("kind", ["linear", "relu"])
def test_labels_that_overflow_are_refused(kind):
    with pytest.raises(ValueError, match="the labels of X overflow"):
        rl.plant([[1.7e308] * 4], kind, direction=np.ones(4))


PLANTS = [("linear", 1), ("relu", 3), ("normalized", 2)]


@pytest.mark.parametrize(("kind", "k"), PLANTS)
@pytest.mark.parametrize(
    ("change", "named"),
    [
        (
            lambda P: {"y": np.random.default_rng(0).standard_normal(30)},
            r"^y\[\d+\] is .*weights and the noise",
        ),
        (lambda P: {"y": P.y + 1e-6 * np.abs(P.y).max()}, r"^y\["),
        (lambda P: {"y": P.y * np.nan}, "^y holds NaN"),
        (lambda P: {"y": P.y[:-1]}, r"^y has shape \(29,\)"),
        (lambda P: {"noise": P.noise + 1}, r"^y\["),
        (lambda P: {"weights": 3 * P.weights}, "^weights has columns of norm"),
        (lambda P: {"weights": 3 * P.weights, "y": 3 * P.y}, "^weights has columns of norm"),
        (lambda P: {"weights": -P.weights}, r"^y\["),
        (lambda P: {"weights": P.weights * np.nan}, "^weights holds NaN"),
        (lambda P: {"weights": P.weights[:-1]}, "^weights has shape"),
        (lambda P: {"weights": P.weights[:, :0]}, "^weights has shape"),
        (lambda P: {"signs": 2 * P.signs}, "^signs="),
        (lambda P: {"signs": P.signs[:0]}, "^signs has shape"),
        (lambda P: {"X": P.X * np.inf}, "^X holds NaN"),
        (lambda P: {"kind": "cubic"}, "^kind="),
        (lambda P: {"sigma": -1}, "^sigma="),
    ],
)
def test_a_plant_checks_itself_when_it_is_made(kind, k, change, named):
    hidden = rl.plant(X, kind=kind, k=k, sigma=0.1, rng=1)
    with pytest.raises(ValueError, match=named):
        replace(hidden, **change(hidden))


def test_labels_of_a_users_are_no_plant():
    w = np.eye(6)[:, :1]
    y = np.random.default_rng(3).standard_normal(30)
    with pytest.raises(ValueError, match=r"^y\[\d+\] is .*; labels of your own go to solve$"):
        rl.Plant(X, y, w, "linear", 0.0, np.zeros(30), None, np.ones(1))
    whole = rl.Plant(X.tolist(), y, w, "linear", 1.0, y - X[:, 0], None, [1])
    assert whole.X.dtype == whole.signs.dtype == np.float64


@pytest.mark.parametrize(("kind", "k"), PLANTS)
@pytest.mark.parametrize("scale", [1e-100, 1.0, 1e100])
def test_rounding_is_no_reason_to_refuse_a_plant(kind, k, scale):
    rng = np.random.default_rng(0)
    for n, d in [(3, 2), (40, 7), (30, 200)]:
        hidden = rl.plant(rl.draw("cubic", n, d, rng) * scale, kind=kind, k=min(k, d), sigma=0.1, rng=rng)
        Q = np.linalg.qr(rng.standard_normal((d, d)))[0]
        moved = replace(hidden, X=hidden.X @ Q, weights=Q.T @ hidden.weights)
        np.testing.assert_array_equal(moved.y, hidden.y)
