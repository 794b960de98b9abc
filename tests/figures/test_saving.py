"""Every dataset that the library returns is saved by to_netcdf and to_zarr, and is the same when read."""

import numpy as np
import pytest
import xarray as xr

import relulab as rl
from relulab.figures.archive import load, pack, save
from relulab.figures.clusters import frequencies
from relulab.figures.results import ENDINGS, stored
from relulab.figures.runs import compute
from relulab.phase.cells import FailedTrials
from relulab.phase.distances import vanishing

SMALL = {"n": [12, 20], "d": [4], "trials": 2, "progress": False}


def small(**change):
    return rl.phase_diagram(**(SMALL | change))


def unlucky(n, d, rng):
    if n == 20:
        raise ArithmeticError("\N{GREEK SMALL LETTER SIGMA} < 0")
    return rl.draw("gaussian", n, d, rng)


def with_failures():
    with pytest.warns(FailedTrials):
        return small(ensemble=unlucky)


def trained():
    pytest.importorskip("torch")
    from relulab.figures.trained import panel

    return panel([12], [4], 2, epochs=2, progress=False)


MADE = {
    "recovery": small,
    "isometry": lambda: small(metric="isometry"),
    "distance": lambda: small(metric="distance", sigma=0.1, beta=0.01),
    "test-distance": lambda: small(metric="test-distance"),
    "released": lambda: small(protocol="released"),
    "function": lambda: small(ensemble=lambda n, d, rng: rng.standard_normal((n, d))),
    "large seed": lambda: small(rng=2**40 + 1),
    "failures": with_failures,
    "vanishing": lambda: vanishing(small(metric="distance")),
    "clusters": lambda: frequencies([20], [10], [3.0], trials=4, progress=False),
    "truth": lambda: rl.figures.truth("6c", n=[8], trials=1),
    "sensing": lambda: rl.sensing.recovery_diagram(30, [5], [5], trials=1),
    "sensing, large seed": lambda: rl.sensing.recovery_diagram(30, [5], [5], trials=1, rng=2**40),
    "clusters, large seed": lambda: frequencies([20], [10], [3.0], trials=4, rng=2**40, progress=False),
    "trained": trained,
    "recorded": lambda: rl.widgets.record(
        rl.plant(rl.draw("gaussian", 20, 2), kind="relu"), width=4, steps=20, frames=5
    ),
}


def check_formats(ds, folder):
    ds.to_netcdf(folder / "a.nc", engine="scipy")
    ds.to_zarr(folder / "a.zarr", consolidated=False)
    ds.to_zarr(folder / "a2.zarr", zarr_format=2)
    read = [xr.load_dataset(folder / "a.nc", engine="scipy")]
    read += [xr.open_zarr(folder / name, consolidated=False).load() for name in ("a.zarr", "a2.zarr")]
    for back in read:
        xr.testing.assert_equal(back, ds)
        assert set(back.attrs) == set(ds.attrs)
        for name, value in ds.attrs.items():
            assert back.attrs[name] == value
        for name in ds.variables:
            if "flag_meanings" in ds[name].attrs:
                assert rl.phase.meanings(back[name]) == rl.phase.meanings(ds[name])
        back.to_netcdf(folder / "again.nc", engine="scipy")


@pytest.mark.parametrize("name", MADE)
def test_a_dataset_is_saved_and_read(name, tmp_path):
    check_formats(MADE[name](), tmp_path)


@pytest.mark.parametrize(("number", "protocol"), [(n, p) for p in ENDINGS for n in stored(p)])
def test_a_stored_figure_is_saved_and_read(number, protocol, tmp_path):
    check_formats(rl.open_figure(number, protocol), tmp_path)


def test_a_computed_figure_is_packed_saved_and_read(tmp_path, monkeypatch):
    monkeypatch.setitem(rl.figures.FIGURES["4a"].grids, "book", {"n": [12, 40], "d": [5], "trials": 2})
    ds = pack(compute("4a", progress=False))
    check_formats(ds, tmp_path)
    save(ds, tmp_path / "figure.zarr.zip")
    back = load(tmp_path / "figure.zarr.zip")
    xr.testing.assert_equal(back, ds)
    assert rl.phase.meanings(back.evidence) == rl.phase.meanings(ds.evidence)
    (tmp_path / "fresh").mkdir()
    check_formats(back, tmp_path / "fresh")


def test_codes_have_words_and_what_has_none_is_told():
    ds = small()
    assert rl.phase.meanings(ds.evidence)[ds.evidence.none] == "none"
    assert rl.phase.meanings(ds.evidence)[ds.evidence.error] == "error"
    assert ds.status.flag_values.dtype == np.int8
    with pytest.raises(ValueError, match="margin holds no codes"):
        rl.phase.meanings(ds.margin)
