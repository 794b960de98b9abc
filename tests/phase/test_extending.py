"""A store that grows: more sizes and trials of the same sweep, beside what is there."""

import json
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import zarr

import relulab as rl
from relulab.phase import grid
from relulab.phase.store import DamagedCells, open_store, stored_configuration

SWEEP = {"n": [12, 20, 28], "d": [4, 8], "trials": 2, "rng": 5, "progress": False}
FIELDS = ("status", "evidence", "margin", "iterations", "rate", "evidence_count")
MORE = [
    {"n": [12, 20, 28, 36]},
    {"d": [8, 6, 4]},
    {"trials": 5},
    {"n": [8, 28], "d": [10, 8], "trials": 3},
    {"n": [50], "d": [12]},
    {"n": [20], "trials": 1},
]


def sweep(store=None, **change):
    return rl.phase_diagram(**(SWEEP | change), store=store)


def same(left, right):
    for name in FIELDS:
        np.testing.assert_array_equal(left[name], right[name])


def files(store):
    return {path: path.read_bytes() for path in (store / "cells").rglob("*") if path.is_file()}


@pytest.fixture
def finished(tmp_path):
    sweep(tmp_path / "s.zarr")
    return tmp_path / "s.zarr"


@pytest.fixture
def computed(monkeypatch):
    """What is computed from now on: (n, d, trial)."""
    seen, run_cell = [], grid.run_cell

    def watching(n, d, trials, *others):
        seen.extend((n, d, trial) for trial in trials)
        return run_cell(n, d, trials, *others)

    monkeypatch.setattr(grid, "run_cell", watching)
    return seen


@pytest.mark.parametrize("change", MORE, ids=json.dumps)
def test_an_extended_store_computes_what_is_new_and_rewrites_nothing(finished, computed, change):
    before, fresh = files(finished), sweep(**change)
    computed.clear()
    same(sweep(finished, **change), fresh)
    asked = SWEEP | change
    wanted = {(n, d, t) for n in asked["n"] for d in asked["d"] for t in range(asked["trials"])}
    there = {(n, d, t) for n in SWEEP["n"] for d in SWEEP["d"] for t in range(SWEEP["trials"])}
    assert sorted(computed) == sorted(wanted - there)
    assert files(finished) == before
    computed.clear()
    same(sweep(finished, **change), fresh)
    same(sweep(finished), sweep())
    assert len(computed) == SWEEP["trials"] * 6  # of the sweep without a store
    assert len(files(finished)) == len(before)


def test_a_store_is_extended_step_by_step_and_from_any_side(finished, computed):
    for change in MORE:
        sweep(finished, **change)
    computed.clear()
    whole = {"n": [8, 12, 20, 28, 36, 50], "d": [4, 6, 8, 10, 12], "trials": 5}
    ds = sweep(finished, **whole)
    assert len(set(computed)) == len(computed) < 6 * 5 * 5
    same(ds, sweep(**whole))
    assert ds.attrs["runs"] == 7


def test_a_stopped_extension_goes_on(finished, monkeypatch, computed):
    class Enough(Exception):
        pass

    put = zarr.Array.__setitem__

    def limited(self, key, value):
        if len(list((finished / "more").rglob("0"))) > 2:
            raise Enough
        put(self, key, value)

    with monkeypatch.context() as stopping:
        stopping.setattr(zarr.Array, "__setitem__", limited)
        with pytest.raises(Enough):
            sweep(finished, trials=4)
    computed.clear()
    same(sweep(finished, trials=4), sweep(trials=4))
    assert len([place for place in computed if place[2] == 0]) == 6  # of the sweep without a store
    assert 0 < len([place for place in computed if place[2] == 3]) - 6 < 6


def test_two_extend_at_once(finished):
    changes = [{"n": [28, 40]}, {"n": [28, 44]}, {"trials": 3}, {"d": [4, 6]}]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda change: sweep(finished, **change), changes))
    for ds, change in zip(found, changes, strict=True):
        same(ds, sweep(**change))
        same(sweep(finished, **change), ds)


def test_many_note_the_same_at_once(finished):
    whole = stored_configuration(finished)

    def note_and_read(number):
        with open_store(finished, whole) as kept:
            for trial in range(8):
                kept.note("workers", "same", {"worker": f"{number} {trial}"})
                assert any("worker" in note for note in kept.notes("workers"))
        return True

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(note_and_read, range(8)))
    with open_store(finished, whole) as kept:
        kept.note("workers", "same", {"other": "last"})
        assert {"other": "last"} in kept.notes("workers")
        assert not list(finished.rglob("*.partial"))


def test_a_damaged_cell_counts_only_where_nothing_else_holds_it(finished, computed):
    sweep(finished, trials=3)
    (cell,) = finished.glob("cells/c/1/1/0/0")
    cell.write_bytes(b"torn")
    computed.clear()
    same(sweep(finished, n=[12], d=[4, 8]), sweep(n=[12], d=[4, 8]))
    same(sweep(finished, trials=3), sweep(trials=3))
    (other,) = finished.glob("more/*/c/1/1/0/0")
    other.write_bytes(b"torn")
    with pytest.warns(DamagedCells, match=r"computed again: \(n=20, d=8\)$"):
        same(sweep(finished), sweep())


@pytest.mark.parametrize("metric", ["recovery", "distance"])
def test_a_store_at_an_address_grows_too(metric):
    pytest.importorskip("fsspec")
    address = f"memory://relulab/growing-{metric}.zarr"
    sweep(address, metric=metric)
    ds = sweep(address, metric=metric, n=[20, 30], trials=3)
    np.testing.assert_array_equal(ds.status, sweep(metric=metric, n=[20, 30], trials=3).status)
    np.testing.assert_array_equal(sweep(address, metric=metric).status, sweep(metric=metric).status)


def test_a_store_of_an_earlier_version_is_read_and_extended(tmp_path, computed):
    """As relulab 0.1 wrote it first: one array, runs, nothing of workers or failures."""
    store, ds = tmp_path / "s.zarr", sweep()
    configuration = {"n": SWEEP["n"], "d": SWEEP["d"], "trials": 2, "rng": 5}
    configuration |= {"fields": ["status", "evidence", "margin", "iterations", "seconds"], "sigma": 0.0}
    configuration |= {"kind": "linear", "ensemble": "gaussian", "direction": "random", "k": 1}
    configuration |= {"network": "skip", "form": "gated", "metric": "recovery"}
    table = np.stack([ds[name] for name in configuration["fields"]], -1)
    with open_store(store, configuration) as kept:
        for place in np.ndindex(table.shape[:2]):
            kept.write(*place, table[place])
        kept.add_run({"versions": "relulab 0.1.0", "python": "3.11", "machine": "old", "date": "2026-01-01"})
    computed.clear()
    again = sweep(store)
    same(again, ds)
    assert not computed
    assert again.attrs["workers"] == "not recorded"
    larger = sweep(store, trials=3)
    assert len(computed) == 6
    assert larger.attrs["machine"].startswith("old; ")
