"""Phase diagrams over all patterns: each trial is what `decide` says of it."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import relulab as rl


@pytest.mark.parametrize(
    ("kind", "network", "form"),
    [("linear", "skip", "exact"), ("linear", "skip", "gated"), ("relu", "plain", "exact")],
)
def test_every_trial_is_a_verdict_over_all_patterns(kind, network, form):
    question = {"kind": kind, "rng": 5, "patterns": "all"}
    ds = rl.phase_diagram([4, 8], [2, 3], 3, network=network, form=form, progress=False, **question)
    assert ds.attrs["patterns"] == "all"
    codes = ds.status.attrs["flag_meanings"].split()
    for n in (4, 8):
        for d in (2, 3):
            for trial in range(3):
                plant, S = rl.phase.instance(n, d, trial, **question)
                assert S == "all"
                verdict = rl.decide(plant, S, network, form)
                assert verdict.status == codes[int(ds.status.sel(n=n, d=d, trial=trial))]


def test_plants_are_those_of_the_sampled_diagram():
    one, two = (rl.phase.instance(9, 4, 2, rng=1, patterns=patterns)[0] for patterns in (1, "all"))
    np.testing.assert_array_equal(one.X, two.X)
    np.testing.assert_array_equal(one.weights, two.weights)


def test_a_sweep_goes_on_in_its_store_and_is_proved(tmp_path):
    settings = {
        "form": "exact",
        "patterns": "all",
        "store": tmp_path / "it.zarr",
        "progress": False,
        "audit": True,
    }
    rl.phase_diagram([20], [10], 2, **settings)
    with ThreadPoolExecutor(2) as pool:
        ds = rl.phase_diagram([15, 20, 40], [10], 3, executor=pool, **settings)
    assert int(ds.undecided.sum()) == 0
    assert "unproved" not in ds.attrs
    with pytest.raises(ValueError, match="patterns"):
        rl.phase_diagram([20], [10], 2, **settings | {"patterns": 1})


@pytest.mark.parametrize(
    "wrong",
    [
        {"patterns": "some"},
        {"patterns": "all", "metric": "isometry"},
        {"patterns": "all", "protocol": "released"},
    ],
)
def test_bad_input_is_named(wrong):
    with pytest.raises(ValueError, match="patterns"):
        rl.phase_diagram([20], [10], 2, progress=False, **wrong)
