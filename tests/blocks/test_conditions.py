import numpy as np
import pytest

import relulab as rl


@pytest.mark.parametrize("ensemble", ["gaussian", "cubic", "whitened"])
def test_linear_condition_is_the_papers_formula(ensemble):
    X = rl.draw(ensemble, 40, 6, rng=0)
    plant, S = rl.plant(X, rng=1), rl.sample_patterns(X, rng=2)
    iso = rl.isometry(plant, S)
    w, inverse = plant.weights[:, 0], np.linalg.inv(X.T @ X)
    formula = [np.linalg.norm(X.T @ np.diag(s) @ X @ inverse @ w) for s in np.asarray(S).T.astype(float)]
    np.testing.assert_allclose(iso.norms, formula, rtol=1e-9)
    assert iso.name == "NIC-L"
    assert iso.holds == (max(formula) < 1)
    assert np.isclose(iso.margin, 1 - max(formula))


def test_one_relu_condition_is_the_papers_formula():
    X = rl.draw("gaussian", 60, 5, rng=0)
    plant = rl.plant(X, "relu", rng=1)
    S = rl.sample_patterns(X, include=plant.weights, rng=2)
    iso = rl.isometry(plant, S, "plain")
    w, D = plant.weights[:, 0], np.diag((X @ plant.weights[:, 0] >= 0).astype(float))
    inverse = np.linalg.inv(X.T @ D @ X)
    formula = [np.linalg.norm(X.T @ np.diag(s) @ D @ X @ inverse @ w) for s in np.asarray(S).T.astype(float)]
    np.testing.assert_allclose(iso.norms, formula, rtol=1e-9)
    assert np.isclose(iso.norms[0], 1)
    assert (iso.name, np.isclose(iso.margin, 1 - max(formula[1:]))) == ("NIC-1", True)


def test_one_normalized_neuron_has_its_output_as_dual():
    X = rl.draw("gaussian", 60, 5, rng=0)
    plant = rl.plant(X, "normalized", rng=1)
    iso = rl.isometry(plant, rl.sample_patterns(X, include=plant.weights, rng=2), "normalized")
    np.testing.assert_allclose(iso.dual, plant.y, atol=1e-10)
    assert iso.name == "NNIC-1"


@pytest.mark.parametrize(("kind", "network"), [("relu", "plain"), ("normalized", "normalized")])
def test_several_neurons_meet_their_equations_jointly(kind, network):
    X = rl.draw("gaussian", 80, 5, rng=0)
    plant = rl.plant(X, kind, k=2, rng=1)
    iso = rl.isometry(plant, rl.sample_patterns(X, include=plant.weights, rng=2), network)
    np.testing.assert_allclose(iso.norms[:2], 1)
    assert iso.residual < 1e-10
    assert iso.name == ("NIC-k" if kind == "relu" else "NNIC-k")


def test_unsolvable_planted_equations_are_reported():
    X = rl.draw("gaussian", 3, 6, rng=0)
    iso = rl.isometry(rl.plant(X, rng=1), rl.sample_patterns(X, rng=2))
    assert iso.residual > 0.1
    assert not iso.holds


def test_mean_field_estimates_the_norms():
    X = rl.draw("gaussian", 1200, 100, rng=0)
    plant = rl.plant(X, direction="smallest")
    measured = np.sqrt((rl.isometry(plant, rl.sample_patterns(X, count=100, rng=2)).norms ** 2).mean())
    estimate = rl.theory.mean_field_isometry(X, plant.weights[:, 0])
    assert abs(measured / estimate - 1) < 0.02
    gamma = 100 / 1200
    assert abs(estimate**2 / (0.25 * (1 + gamma / (1 - gamma**0.5) ** 2)) - 1) < 0.02


def test_dependent_outputs_meet_no_condition():
    X = rl.draw("gaussian", 1200, 6, rng=0)
    e = np.eye(6)
    pairs = np.column_stack([s * v for v in (e[0], e[1], (e[0] + e[1]) / np.sqrt(2)) for s in (1, -1)])
    plant = rl.plant(X, "relu", 6, pairs)
    S = rl.sample_patterns(X, 200, include=plant.weights, rng=1)
    iso = rl.isometry(plant, S, "plain")
    assert iso.margin > 0.01  # inside the ball, but the linear maps that the three pairs make are dependent
    assert not iso.holds
    assert np.linalg.matrix_rank(np.maximum(X @ pairs, 0)) == 5
    assert rl.decide(plant, S, "plain").status != "recovered"
