"""What training reaches against the convex optimum, closed forms, and the planted model."""

import numpy as np
import pytest
import scipy.optimize

import relulab as rl
from relulab.data.planted import unchecked

torch = pytest.importorskip("torch")

from relulab.blocks.neurons import Network  # noqa: E402
from relulab.figures.trained import panel, trial_problem  # noqa: E402
from relulab.training.gap import optimum_gap, simplify  # noqa: E402


def trained(plants, **settings):
    return rl.train(plants, progress=False, record_every=10_000, **settings)


KINDS = {"plain": "relu", "skip": "linear", "normalized": "normalized"}


@pytest.mark.parametrize("network", KINDS)
def test_no_run_is_below_the_optimum_over_all_patterns_and_wide_ones_come_near(network):
    plants = [
        rl.plant(rl.draw("gaussian", 9, 2, rng=i), KINDS[network], sigma=0.5, rng=i + 10) for i in range(4)
    ]
    settings = {"beta": 0.05, "lr": 5e-3, "schedule": "cosine", "dtype": "float64"}
    for width in (1, 40):
        runs = trained(plants, network=network, width=width, epochs=2500, **settings)
        gap = optimum_gap(runs, plants, patterns="all")
        assert (gap.ratio > 1 - 1e-7).all()
        np.testing.assert_allclose(gap.bound, gap.optimum, rtol=1e-5)
        own = optimum_gap(runs, plants)
        assert (own.ratio > 1 - 1e-7).all()
        assert (own.optimum > gap.bound * (1 - 1e-6)).all()
    assert np.median(gap.ratio) < 1.02


def test_a_tiny_problem_reaches_what_scipy_finds():
    """One positive sample: f = a (x w)_+ with cost |a w| is soft thresholding, (y x - beta)_+ / x^2."""
    x, y, beta = 2.0, 1.0, 0.3
    plant = rl.plant(np.array([[x]]), "relu", direction=np.array([1.0]), rng=0)
    plant = unchecked(plant, y=np.array([y]))
    best = scipy.optimize.minimize_scalar(lambda c: 0.5 * (x * abs(c) - y) ** 2 + beta * abs(c), (0, 0.1, 1))
    assert abs(best.x) == pytest.approx((y * x - beta) / x**2, rel=1e-6)
    start = {"first": np.array([[0.4]]), "second": np.array([0.9])}
    settings = {"beta": beta, "epochs": 4000, "optimizer": "sgd", "lr": 1e-2, "dtype": "float64"}
    runs = trained([plant], network="plain", width=1, init=[start], **settings)
    assert runs.objective[0] == pytest.approx(best.fun, rel=1e-9)
    net = runs.networks[0]
    assert net.first[0, 0] == pytest.approx(net.second[0], abs=1e-6)
    assert net.first[0, 0] * net.second[0] == pytest.approx(abs(best.x), rel=1e-6)


def test_the_purely_linear_network_is_a_ridge_like_closed_form():
    """With no ReLU worth having, w0 solves X^T (X w0 - y) + beta w0 / ||w0|| = 0."""
    X = rl.draw("gaussian", 60, 3, rng=0)
    plant = rl.plant(X, sigma=0.05, rng=1)
    start = rl.networks.initial("skip", 3, 1, rng=0) | {"first": np.zeros((3, 1)), "second": np.zeros(1)}
    settings = {"beta": 0.1, "epochs": 4000, "lr": 3e-3, "schedule": "cosine", "dtype": "float64"}
    runs = trained([plant], width=1, init=[start], **settings)
    w = runs.networks[0].skip_first * runs.networks[0].skip_second
    np.testing.assert_allclose(X.T @ (X @ w - plant.y) + 0.1 * w / np.linalg.norm(w), 0, atol=1e-6)


def test_a_smaller_decay_ends_nearer_the_minimal_norm():
    """The cost at beta falls short of the minimal norm by O(beta), and the fit of the labels too."""
    plants = [rl.plant(rl.draw("gaussian", 6, 2, rng=i), "relu", rng=i) for i in range(3)]
    least = [rl.solve(p.X, p.y, rl.enumerate_patterns(p.X), "plain", "exact").value for p in plants]
    settings = {"width": 60, "lr": 5e-3, "schedule": "cosine", "dtype": "float64", "init": "zero-balanced"}
    short, misfit = [], []
    for beta in (1e-2, 1e-3):
        runs = trained(plants, network="plain", beta=beta, epochs=6000, **settings)
        short.append([1 - net.cost / value for net, value in zip(runs.networks, least, strict=True)])
        pairs = zip(runs.networks, plants, strict=True)
        misfit.append([np.linalg.norm(net(plant.X) - plant.y) for net, plant in pairs])
    assert (np.array(short) > -1e-3).all()
    assert (np.array(short[1]) < np.array(short[0]) / 4).all()
    assert (np.array(misfit[1]) < np.array(misfit[0]) / 4).all()


def test_gap_asks_for_the_same_problems():
    plants = [rl.plant(rl.draw("gaussian", 9, 2, rng=0), rng=1)]
    runs = trained(plants, epochs=1)
    with pytest.raises(ValueError, match="plants has 2 problems; 1 were trained"):
        optimum_gap(runs, plants * 2)
    with pytest.raises(ValueError, match="patterns='some' is unknown"):
        optimum_gap(runs, plants, patterns="some")


def network(neurons, second, skip=None, scale=None):
    skip = np.zeros(len(neurons)) if skip is None else skip
    return Network(np.array(neurons, float), np.array(second, float), scale, None, skip, float(skip.any()))


def planted(kind, k=1, seed=0, **settings):
    return rl.plant(rl.draw("gaussian", 80, 3, rng=seed), kind, k=k, rng=seed + 1, **settings)


def test_simplify_merges_aligned_neurons_into_the_plant():
    plant = planted("relu", k=2, signs=[1, -1])
    u, v = plant.weights.T
    near = u + 0.02 * np.array([1, -1, 1])
    dust = np.array([0.001, 0, 0])
    net = network(np.stack([0.5 * u, 0.3 * near, v, dust], axis=1), [1, 0.5, -1, 1])
    simple = simplify(net, plant)
    assert simple.is_plant
    assert simple.signs.tolist() in ([-1, 1], [1, -1])
    assert (simple.alignment > 0.99).all()
    assert simple.change < 0.05
    strict = simplify(net, plant, tolerance=1e-6)
    assert not strict.is_plant
    assert strict.change < 1e-3
    assert not simplify(network(np.stack([u, v], axis=1), [1, 1]), plant).is_plant
    assert simplify(network(np.stack([u, v], axis=1), [1, 1]), plant).alignment.min() == 0


def test_simplify_folds_opposite_pairs_into_the_linear_part():
    plant = planted("linear")
    w = plant.weights[:, 0]
    net = network(np.stack([0.7 * w, -0.7 * w], axis=1), [1, -1], skip=0.3 * w)
    simple = simplify(net, plant)
    assert simple.is_plant
    np.testing.assert_allclose(simple.skip, w, atol=1e-12)
    assert simple.change < 1e-12
    assert not simplify(network(w[:, None], [1.0]), plant).is_plant


def test_simplify_knows_normalized_neurons():
    plant = planted("normalized", k=2)
    hidden = np.maximum(plant.X @ plant.weights, 0)
    first = plant.weights / np.linalg.norm(hidden, axis=0)
    net = network(np.hstack([first, first]), [0.5, 0.7, 0.5, 0.3], scale=np.ones(4))
    np.testing.assert_allclose(net(plant.X), plant.y)
    simple = simplify(net, plant)
    assert simple.is_plant
    np.testing.assert_allclose(np.linalg.norm(simple.neurons, axis=0), 1)
    assert simple.change < 1e-9


def test_simplify_leaves_no_more_neurons_than_rows_at_the_same_fit():
    plant = rl.plant(rl.draw("gaussian", 8, 3, rng=0), "relu", sigma=1.0, rng=1)
    rng = np.random.default_rng(0)
    net = network(rng.standard_normal((3, 40)), rng.standard_normal(40))
    simple = simplify(net, plant, tolerance=1e-12)
    assert simple.neurons.shape[1] <= 8
    assert simple.change < 1e-9
    with pytest.raises(ValueError, match=r"tolerance=1.5 is not between 0 and 1"):
        simplify(net, plant, tolerance=1.5)


def test_a_silent_network_simplifies_to_nothing():
    plant = planted("relu")
    simple = simplify(network(np.zeros((3, 2)), [1, 1]), plant)
    assert simple.neurons.shape == (3, 0)
    assert not simple.is_plant
    assert simple.alignment.tolist() == [0]


def test_a_panel_trains_the_problems_of_the_phase_diagram_and_resumes(tmp_path):
    settings = {"direction": "smallest", "sigma": 0.1, "rng": 3, "progress": False, "epochs": 30}
    whole = panel([12, 20], [4, 6], trials=3, store=tmp_path / "p.zarr", **settings)
    again = panel([12, 20], [4, 6], trials=3, store=tmp_path / "p.zarr", **settings)
    assert whole.identical(again.assign_attrs(seconds=whole.attrs["seconds"]))
    assert dict(whole.sizes) == {"n": 2, "d": 2, "trial": 3}
    (plant, rows), (expected, _) = (
        trial_problem(20, 6, 1, "linear", "gaussian", "smallest", 1, 0.1, 3),
        rl.phase.instance(20, 6, 1, direction="smallest", sigma=0.1, rng=3),
    )
    np.testing.assert_array_equal(plant.X, expected.X)
    np.testing.assert_array_equal(plant.y, expected.y)
    runs = rl.train([plant], epochs=30, test=rows[None], rng=3, seeds=[1], progress=False)
    cell = whole.sel(n=20, d=6, trial=1)
    assert cell.test_distance.item() == pytest.approx(runs.test_distance[-1, 0], rel=1e-3)
    w = runs.networks[0].skip_first * runs.networks[0].skip_second
    assert cell.distance.item() == pytest.approx(np.linalg.norm(w - plant.weights[:, 0]), rel=1e-3)


def test_a_cell_of_the_stored_figure_is_what_is_trained_now():
    ds = rl.open_figure("8").sel(sigma=0.0)
    assert ds.sizes["trial"] * ds.sizes["n"] * ds.sizes["d"] == 4000
    now = panel([60], [20], trials=10, direction="smallest", progress=False)
    then = ds.sel(n=60, d=20)
    np.testing.assert_allclose(now.test_distance[0, 0], then.test_distance, rtol=1e-3)


def test_a_trial_that_ends_with_an_error_does_not_end_a_panel(tmp_path, monkeypatch):
    def sometimes(n, d, trial, **problem):
        if (n, trial) == (12, 1):
            raise ValueError("a bad day")
        return trial_problem(n, d, trial, **problem)

    settings = {"trials": 3, "epochs": 5, "progress": False}
    whole = panel([10, 12], [3], **settings)
    monkeypatch.setattr("relulab.figures.trained.trial_problem", sometimes)
    with pytest.warns(rl.phase.FailedTrials, match="1 trials ended with an error.*n=12, d=3, trial 1"):
        ds = panel([10, 12], [3], store=tmp_path / "p.zarr", **settings)
    assert ds.attrs["errors"] == "n=12, d=3, trial 1: ValueError: a bad day"
    assert ds.attrs["workers"].startswith("relulab ")
    assert ds.undecided.values.tolist() == [[0], [1]]
    np.testing.assert_allclose(ds.loss.sel(n=12)[0, [0, 2]], whole.loss.sel(n=12)[0, [0, 2]], rtol=1e-5)
    with pytest.warns(rl.phase.FailedTrials):
        again = panel([10, 12], [3], store=tmp_path / "p.zarr", **settings)
    assert again.undecided.values.tolist() == [[0], [1]]


def test_a_panel_tells_diverged_runs_from_others():
    ds = panel([10], [3], trials=2, epochs=3, lr=1e30, progress=False)
    assert ds.undecided.item() == 2
    assert np.isnan(ds["median"].item())
    with pytest.raises(ValueError, match="n or d is empty"):
        panel([], [3])
    with pytest.raises(ValueError, match="does not go with network"):
        panel([10], [3], kind="relu", network="normalized")


def test_silent_planted_neurons_are_drawn_again():
    for trial in range(60):
        plant, rows = trial_problem(3, 2, trial, "normalized", "gaussian", "axes", 2, 0.0, 0)
        assert (plant.X @ plant.weights > 0).any(axis=0).all()
        assert (rows @ plant.weights > 0).any(axis=0).all()
