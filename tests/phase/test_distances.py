import numpy as np
import pytest

import relulab as rl
from relulab.data.trials import instance
from relulab.phase import distances

NORMALIZED = {"kind": "normalized", "network": "normalized", "k": 2}


def sweep(metric, **settings):
    return rl.phase_diagram(
        **({"n": [12, 40], "d": [6], "trials": 3, "rng": 4, "progress": False} | settings), metric=metric
    )


def test_a_recovered_plant_is_at_distance_zero_and_the_solver_agrees():
    ds = sweep("distance")
    recovered = rl.phase_diagram([12, 40], [6], 3, rng=4, progress=False).status == 0
    proved = ds.evidence == distances.EVIDENCE.index("certificate")
    np.testing.assert_array_equal(proved, recovered)
    assert proved.any()
    assert not (ds.distance.values[proved] > 0).any()
    for i, _, trial in np.argwhere(proved.values):
        plant, S = instance(int(ds.n[i]), 6, trial, rng=4)
        solution = rl.solve(plant.X, plant.y, S, solver="newton", tol=1e-9)
        assert np.linalg.norm(solution.skip - plant.weights[:, 0]) < 1e-4


@pytest.mark.parametrize("settings", [{}, NORMALIZED, {"form": "exact"}, {"beta": 1e-3, "form": "exact"}])
def test_distances_are_those_of_the_reference_solver(settings):
    ds = sweep("test-distance", n=[24], d=[4], sigma=0.1, **settings)
    problem = {name: settings[name] for name in ("kind", "k") if name in settings}
    network = settings.get("network", "skip")
    for trial in range(3):
        plant, S = instance(24, 4, trial, sigma=0.1, rng=4, **problem)
        program = (network, settings.get("form", "gated"), settings.get("beta"))
        solution = rl.solve(plant.X, plant.y, S, *program, tol_gap_rel=1e-11, tol_gap_abs=1e-11)
        fresh = rl.draw("gaussian", 24, 4, np.random.default_rng([4, 24, 4, trial, 1]))
        if network == "skip":
            weights, target = solution.skip - plant.weights[:, 0], fresh @ plant.weights[:, 0]
        else:
            index, planted = solution.blocks.planted(plant)
            weights = solution.coordinates.T[index] - planted
            hidden = np.maximum(fresh @ plant.weights, 0)
            target = (hidden / np.linalg.norm(hidden, axis=0)).sum(axis=1)
        outputs = solution.to_network().predict(fresh, "batch")
        np.testing.assert_allclose(ds.distance[0, 0, trial], np.linalg.norm(weights), rtol=2e-3)
        np.testing.assert_allclose(ds.test_distance[0, 0, trial], np.linalg.norm(outputs - target), rtol=2e-3)


def test_statistics_are_those_of_the_metric():
    both = [sweep(metric, sigma=0.2) for metric in distances.METRICS]
    for ds, name in zip(both, ("distance", "test_distance"), strict=True):
        np.testing.assert_allclose(ds["mean"], ds[name].mean("trial"))
        np.testing.assert_allclose(ds["median"], ds[name].median("trial"))
        assert (ds.lower <= ds["median"]).all()
        assert (ds["median"] <= ds.upper).all()
    np.testing.assert_array_equal(both[0].distance, both[1].distance)


def test_both_metrics_share_a_store(tmp_path):
    first = sweep("distance", sigma=0.1, store=tmp_path / "s")
    again = sweep("test-distance", sigma=0.1, store=tmp_path / "s")
    np.testing.assert_array_equal(first.seconds, again.seconds)
    with pytest.raises(ValueError, match="beta is None there and 0"):
        sweep("distance", sigma=0.1, beta=0.1, store=tmp_path / "s")


def test_an_infeasible_program_gives_no_number():
    ds = sweep("distance", n=[200], d=[2], sigma=0.2)
    infeasible = ds.evidence == distances.EVIDENCE.index("infeasible")
    assert infeasible.any()
    assert ds.distance.values[infeasible.values].size == np.isnan(ds.distance.values).sum()
    assert ds.undecided.sum() == infeasible.sum() == ds.evidence_count.sel(by="infeasible").sum()


def test_a_silent_test_batch_is_the_zero_function():
    plant, S = instance(30, 4, 0, kind="normalized", k=1, sigma=0.1)
    found = distances.measure(plant, S, -plant.weights.T, "normalized")
    assert np.isfinite(found.test_distance)
