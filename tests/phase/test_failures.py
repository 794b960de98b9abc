"""One bad trial never ends a sweep: it is undecided, its error is kept, and the others are what they were."""

import numpy as np
import pytest

import relulab as rl
from relulab.phase.cells import FailedTrials
from relulab.phase.distances import EVIDENCE

SWEEP = {"n": [16, 24], "d": [4, 6], "trials": 3, "rng": 2, "progress": False}


def unlucky(n, d, rng):
    """The gaussian ensemble, but for every fourth drawing or so of (24, 4)."""
    X = rl.draw("gaussian", n, d, rng)
    if (n, d) == (24, 4) and X[0, 0] > 0:
        raise ArithmeticError("bad\n  luck")
    return X


def waves(n, d, rng):
    return np.cos(2 * np.pi * rng.uniform(size=(n, 1)) * np.arange(1, d + 1))


def sweep(**change):
    return rl.phase_diagram(**(SWEEP | change))


def test_a_failed_trial_is_recorded_and_the_sweep_goes_on(tmp_path):
    clean = sweep()
    plants = [rl.phase.instance(24, 4, trial, rng=2)[0] for trial in range(3)]
    bad = [trial for trial, plant in enumerate(plants) if plant.X[0, 0] > 0]
    assert 0 < len(bad) < 3
    told = f"{len(bad)} of 12 trials ended with an error and count as undecided; the first: "
    told += f"n=24, d=4, trial {bad[0]}: "
    for _ in range(2):  # computed, then read
        with pytest.warns(FailedTrials, match=f"^{told}ArithmeticError: bad luck") as caught:
            ds = sweep(ensemble=unlucky, store=tmp_path / "s.zarr")
        assert caught[0].filename == __file__
        lines = [f"n=24, d=4, trial {trial}: ArithmeticError: bad luck" for trial in bad]
        assert ds.attrs["errors"].split("\n") == lines
        failed = (ds.evidence == ds.evidence.error).values
        np.testing.assert_array_equal(np.argwhere(failed), [[1, 0, trial] for trial in bad])
        assert (ds.status.values[failed] == rl.certify.STATUSES.index("undecided")).all()
        assert ds.undecided[1, 0] == ds.evidence_count.sel(by="error")[1, 0] == len(bad)
        for name in ("status", "margin", "iterations"):
            np.testing.assert_array_equal(ds[name].values[~failed], clean[name].values[~failed])
    with pytest.warns(FailedTrials):
        more = sweep(ensemble=unlucky, store=tmp_path / "s.zarr", n=[24], trials=4)
    assert set(ds.attrs["errors"].split("\n")) <= set(more.attrs["errors"].split("\n"))


@pytest.mark.parametrize("metric", ["isometry", "distance", "test-distance"])
def test_other_metrics_record_failures_too(metric):
    with pytest.warns(FailedTrials):
        ds = sweep(ensemble=unlucky, metric=metric)
    assert "errors" in ds.attrs
    failed = ds.evidence_count.sel(by="error").values
    assert failed[1, 0] > 0
    assert failed.sum() == failed[1, 0] <= ds.undecided[1, 0]
    if metric != "isometry":
        broken = ds.evidence == EVIDENCE.index("error")
        assert np.isnan(ds.distance.values[broken.values]).all()


def test_a_sweep_without_failures_says_nothing_of_them():
    assert "errors" not in sweep().attrs


def test_waves_get_a_verdict_each(recwarn):
    """Once this ended with "array must not contain infs or NaNs"."""
    ds = rl.phase_diagram(
        range(6, 41, 6), [3, 6], 3, "normalized", "normalized", ensemble=waves, progress=False
    )
    assert (ds.evidence_count.sum("by") == 3).all()
    assert bool((ds.status >= 0).all())


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"metric": "distance", "beta": 0}, "^beta=0 is no weight"),
        ({"metric": "distance", "beta": float("nan")}, "^beta=nan"),
        ({"k": 2}, "^k=2 with kind="),
        ({"kind": "relu", "network": "plain", "k": 3, "direction": "opposite"}, "^k=3 with direction="),
        ({"kind": "relu", "network": "plain", "n": [1, 9], "k": 2, "direction": "smallest"}, "^k=2 smallest"),
        ({"ensemble": lambda n, d, rng: np.zeros((d, n))}, "^the ensemble's X has shape"),
    ],
)
def test_what_no_trial_can_do_is_told_before_a_store_is_made(tmp_path, change, named):
    with pytest.raises(ValueError, match=named):
        sweep(**change, store=tmp_path / "s.zarr")
    assert not [*tmp_path.iterdir()]
