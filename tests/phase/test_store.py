"""Sweeps that are killed, interrupted, doubled, damaged or out of room, and the store that is left."""

import errno
import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import numpy as np
import pytest
import xarray as xr
import zarr

import relulab as rl
from relulab.phase import grid
from relulab.phase.store import DamagedCells, open_store

SWEEP = {"n": [12, 16, 20, 24, 28, 32, 36, 40, 46, 52], "d": [4, 6, 8, 9, 10, 12], "trials": 2, "rng": 5}
CELLS = 60

# As a reader writes it, without a __main__ guard. The ensemble is "gaussian", taking its time.
SCRIPT = """
import signal, sys, time
from multiprocessing import get_context
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
import relulab as rl

def slowly(n, d, rng):
    time.sleep(pause)
    return rl.draw("gaussian", n, d, rng)

pause = {pause}
signal.signal(signal.SIGINT, signal.default_int_handler)
while time.time() < {start}:
    time.sleep(0.001)
with {pool} as pool:
    ds = rl.phase_diagram(**{sweep}, ensemble=slowly, store=sys.argv[1], executor=pool)
print(int((ds.status == 0).sum()))
"""


THREADS = "ThreadPoolExecutor(2)"
PROCESSES = "ProcessPoolExecutor(2, get_context('fork'), initializer=rl.sweep.settle)"


def start(store, pool=THREADS, pause=0.02, at=0.0):
    code = SCRIPT.format(pool=pool, pause=pause, start=at, sweep=SWEEP)
    # Newer Pythons warn of every fork beside threads.
    strict = ["-W", "error"] if pool == THREADS else []
    command = [sys.executable, *strict, "-c", code, store]
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "start_new_session": True}
    return subprocess.Popen(command, **options)


def stored(store):
    """The raw cells, by their own names, once the store is there."""
    folder = store / "cells" / "c"
    return {path: path.read_bytes() for path in folder.rglob("0") if path.is_file()}


def wait_for_cells(store, process, count):
    while len(stored(store)) < count and process.poll() is None:
        time.sleep(0.002)


def survivors(session):
    """Live processes of a session: what a killed leader has left behind."""
    found = []
    for entry in os.listdir("/proc"):
        try:
            with open(f"/proc/{entry}/stat") as file:
                state, _, _, owner = file.read().rpartition(")")[2].split()[:4]
        except (OSError, ValueError):
            continue
        if int(owner) == session and state != "Z":
            found.append(int(entry))
    return found


def same(left, right):
    """The same numbers, wall time aside."""
    for name in ("status", "evidence", "margin", "iterations", "rate", "evidence_count"):
        np.testing.assert_array_equal(left[name], right[name])


def sweep(store=None, **change):
    return rl.phase_diagram(**(SWEEP | {"progress": False} | change), store=store)


@pytest.fixture(scope="module")
def undisturbed():
    return sweep()


@pytest.fixture
def finished(tmp_path):
    sweep(tmp_path / "s.zarr")
    return tmp_path / "s.zarr"


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="reads the processes of a session from /proc")
def test_kills_at_random_moments_lose_nothing(tmp_path, undisturbed):
    store, chance, kills = tmp_path / "s.zarr", random.Random(1), 0
    while kills < 12:
        before = stored(store)
        # The last of them are killed with two worker processes, which have to end by themselves.
        process = start(store, THREADS if kills < 8 else PROCESSES)
        wait_for_cells(store, process, len(before) + chance.randint(0, 2))
        time.sleep(chance.uniform(0, 0.05))
        process.kill()
        process.wait()
        assert process.returncode == -signal.SIGKILL, "it finished before it was killed"
        kills += 1
        deadline = time.monotonic() + 20
        while (left := survivors(process.pid)) and time.monotonic() < deadline:
            time.sleep(0.02)
        for pid in left:
            os.kill(pid, signal.SIGKILL)
        assert not left
        process.communicate()
        after = stored(store)
        assert before.items() <= after.items()
        if after:
            cells = zarr.open_array(store, path="cells", mode="r")[...]
            table = np.stack(
                [undisturbed[name] for name in ("status", "evidence", "margin", "iterations")], -1
            )
            computed = ~np.isnan(cells).all(axis=(2, 3))
            assert computed.sum() == len(after)
            np.testing.assert_array_equal(cells[computed][..., :4], table[computed])
    assert 0 < len(stored(store)) < CELLS
    process = start(store, pause=0)
    out, err = process.communicate()
    assert process.returncode == 0, err
    assert int(out) == int((undisturbed.status == 0).sum())
    assert len(stored(store)) == CELLS
    assert not [*store.rglob("*.partial"), *tmp_path.glob(".*")]
    cells = zarr.open_array(store, path="cells", mode="r")[...]
    np.testing.assert_array_equal(cells[..., 2], undisturbed.margin)


def test_two_processes_share_a_store(tmp_path, undisturbed):
    store = tmp_path / "s.zarr"
    both = [start(store, pause=0.005, at=time.time() + 5) for _ in range(2)]
    for process in both:
        out, err = process.communicate()
        assert process.returncode == 0, err
        assert int(out) == int((undisturbed.status == 0).sum())
    cells = zarr.open_array(store, path="cells", mode="r")[...]
    np.testing.assert_array_equal(cells[..., 0], undisturbed.status)
    assert [path.name for path in tmp_path.iterdir()] == ["s.zarr"]


def test_of_many_makers_of_a_store_one_wins(tmp_path):
    makers, grid = 8, {"n": [1], "d": [1, 2], "trials": 1, "fields": ["status"]}
    barrier, refusal = Barrier(makers), "holds another sweep: rng is"

    def make(number):
        barrier.wait()
        try:
            with open_store(tmp_path / "s.zarr", grid | {"rng": number % 2}) as kept:
                kept.write(0, number % 2, [[number % 2]])
                return kept.configuration["rng"]
        except ValueError as error:
            return refusal if refusal in str(error) else str(error)

    with ThreadPoolExecutor(makers) as pool:
        seeds = set(pool.map(make, range(makers))) - {refusal}
    assert seeds in ({0}, {1})
    cells = zarr.open_array(tmp_path / "s.zarr", path="cells", mode="r")[...].ravel()
    assert np.isfinite(cells).tolist() == [seeds == {0}, seeds == {1}]
    assert [path.name for path in tmp_path.iterdir()] == ["s.zarr"]


def test_ctrl_c_leaves_a_store_that_goes_on(tmp_path, undisturbed):
    store = tmp_path / "s.zarr"
    process = start(store)
    wait_for_cells(store, process, 5)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate()
    kept = stored(store)
    advice = f"they are kept in {store}: run the same call again to compute the rest"
    told = re.search(
        rf"^KeyboardInterrupt: (\d+) of {CELLS} cells are finished; {re.escape(advice)}$", err, re.M
    )
    # One more may have been on its way to the disk.
    assert len(kept) - 1 <= int(told[1]) <= len(kept) < CELLS
    assert "cell/s" in err or "s/cell" in err
    process = start(store, pause=0)
    out, err = process.communicate()
    assert f"{CELLS}/{CELLS}" in err
    assert int(out) == int((undisturbed.status == 0).sum())
    assert kept.items() <= stored(store).items()


def test_running_again_computes_only_what_is_missing(finished, undisturbed):
    before = {path: path.stat().st_mtime_ns for path in stored(finished)}
    (gone,) = finished.glob("cells/c/4/3/0/0")
    gone.unlink()
    same(sweep(finished), undisturbed)
    changed = [path for path in before if path.stat().st_mtime_ns != before[path]]
    assert changed == [gone]


def test_a_finished_sweep_is_read_and_not_run(finished, undisturbed, monkeypatch):
    monkeypatch.setattr(grid, "run_cell", None)
    ds = sweep(finished)
    same(ds, undisturbed)
    assert (ds.seconds > 0).all()
    assert ds.attrs["runs"] == 1


def test_the_provenance_is_that_of_all_runs(finished):
    (record,) = finished.glob("runs/*/zarr.json")
    description = json.loads(record.read_text())
    description["attributes"] |= {"machine": "another one", "date": "2020-01-01T00:00:00+00:00"}
    record.write_text(json.dumps(description))
    next(iter(stored(finished))).unlink()
    attributes = sweep(finished).attrs
    assert attributes["runs"] == 2
    assert attributes["machine"].startswith("another one; ")
    assert attributes["date"].startswith("2020")
    assert attributes["executor"] == "threads"


def test_another_configuration_is_refused_with_what_differs(finished):
    before = stored(finished)
    with pytest.raises(ValueError, match=r"another sweep: rng is 5 there and 6 here$"):
        sweep(finished, trials=3, rng=6)
    with pytest.raises(ValueError, match=r"'relu' here; direction is .*; k is 1 there and 2 here$"):
        sweep(finished, d=[4], k=2, kind="relu", direction="opposite")
    assert stored(finished) == before
    assert not (finished / "more").exists()


@pytest.mark.parametrize(
    "damage",
    [
        lambda body: body[: len(body) // 2],
        lambda body: b"",
        lambda body: b"\0\0\0\0",
        lambda body: bytes(len(body)),
        lambda body: body[:20] + bytes([body[20] ^ 1]) + body[21:],
    ],
    ids=["truncated", "empty", "four zeros", "zeros", "one bit"],
)
def test_a_damaged_cell_is_found_told_and_computed_again(finished, undisturbed, damage):
    (cell,) = finished.glob("cells/c/4/3/0/0")
    cell.write_bytes(damage(cell.read_bytes()))
    with pytest.warns(DamagedCells, match=r"computed again: \(n=28, d=9\)$") as caught:
        same(sweep(finished), undisturbed)
    assert caught[0].filename == __file__
    same(sweep(finished), undisturbed)


def test_a_damaged_description_is_told(finished):
    (finished / "cells" / "zarr.json").write_text('{"shape": [6, ')
    with pytest.raises(ValueError, match=r"cells/zarr\.json is damaged"):
        sweep(finished)


@pytest.mark.parametrize("make", ["file", "folder"])
def test_what_is_no_store_is_left_alone(tmp_path, make):
    place = tmp_path / "precious"
    keep = place
    if make == "folder":
        place.mkdir()
        keep = place / "thesis.txt"
    keep.write_text("years of work")
    with pytest.raises(ValueError, match="is not the store of a sweep"):
        sweep(place)
    assert keep.read_text() == "years of work"
    assert [path.name for path in tmp_path.iterdir()] == ["precious"]


def test_an_empty_folder_becomes_a_store(tmp_path, undisturbed):
    (tmp_path / "deep").mkdir()
    same(sweep(tmp_path / "deep"), undisturbed)


def test_leftovers_of_killed_sweeps_are_removed_when_nobody_is_at_work(finished):
    partial = finished / "cells" / "c" / "0" / "0" / "0" / "0.abc.partial"
    unborn = finished.parent / ".s.zarr.abc.new"
    configuration = zarr.open_array(finished, path="cells", mode="r").attrs["configuration"]
    with open_store(finished, configuration):
        partial.write_bytes(b"half")
        unborn.mkdir()
        sweep(finished)
        assert partial.exists()
        assert unborn.exists()
    sweep(finished)
    assert not partial.exists()
    assert not unborn.exists()


def test_a_full_disk_is_a_clear_error(tmp_path, undisturbed):
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=160k", "none", disk]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("a small disk takes the right to mount one")
    try:
        with pytest.raises(
            OSError, match=r"No space left on device: cannot write to the store .* intact"
        ) as caught:
            sweep(disk / "s.zarr")
        assert caught.value.errno == errno.ENOSPC
        kept = stored(disk / "s.zarr")
        assert 0 < len(kept) < CELLS
        subprocess.run(["mount", "-o", "remount,size=4m", disk], check=True)
        same(sweep(disk / "s.zarr"), undisturbed)
        assert kept.items() <= stored(disk / "s.zarr").items()
    finally:
        subprocess.run(["umount", disk], check=True)


def test_a_disk_that_fills_up_keeps_the_finished_cells(tmp_path, undisturbed, monkeypatch):
    write, written = zarr.storage.LocalStore.set, []

    async def limited(self, key, value):
        if "/c/" in key:
            written.append(key)
            if len(written) > 4:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        await write(self, key, value)

    store = tmp_path / "s.zarr"
    with monkeypatch.context() as full:
        full.setattr(zarr.storage.LocalStore, "set", limited)
        with pytest.raises(OSError, match="No space left on device: cannot write to the store") as caught:
            sweep(store)
    assert caught.value.errno == errno.ENOSPC
    kept = stored(store)
    assert len(kept) == 4
    same(sweep(store), undisturbed)
    assert kept.items() <= stored(store).items()


def test_a_store_lives_at_any_address(tmp_path, undisturbed):
    fsspec = pytest.importorskip("fsspec")
    for address in ("memory://relulab/s.zarr", f"file://{tmp_path}/s.zarr"):
        same(sweep(address), undisturbed)
    memory = fsspec.filesystem("memory")
    memory.rm("/relulab/s.zarr/cells/c/4/3/0/0")
    memory.pipe("/relulab/s.zarr/cells/c/0/0/0/0", b"torn")
    with pytest.warns(DamagedCells, match=r"n=12, d=4\)$"):
        same(sweep("memory://relulab/s.zarr"), undisturbed)
    with pytest.raises(ValueError, match="rng is 5 there and 6 here"):
        sweep("memory://relulab/s.zarr", rng=6)
    assert len(stored(tmp_path / "s.zarr")) == CELLS


def test_others_can_read_the_store(finished, undisturbed):
    with xr.open_zarr(finished, consolidated=False, chunks=None) as ds:
        assert ds.cells.dims == ("n", "d", "trial", "field")
        fields = ds.cells.attrs["configuration"]["fields"]
        np.testing.assert_array_equal(ds.cells[..., fields.index("margin")], undisturbed.margin)


@pytest.mark.parametrize("error", [MemoryError("too large"), OSError(5, "no disk"), ImportError("no torch")])
def test_what_the_machine_lacks_ends_the_sweep_and_keeps_the_others(tmp_path, error):
    broken = [True]

    def sometimes(n, d, rng):
        if (n, d) == (28, 8) and broken:
            raise error
        return rl.draw("gaussian", n, d, rng)

    with pytest.raises(type(error)) as caught:
        sweep(tmp_path / "s.zarr", ensemble=sometimes)
    assert caught.value.__notes__ == ["in run_cell of n, d = (28, 8)"]
    kept = stored(tmp_path / "s.zarr")
    assert 0 < len(kept) < CELLS
    broken.clear()
    sweep(tmp_path / "s.zarr", ensemble=sometimes)
    assert kept.items() <= stored(tmp_path / "s.zarr").items()


def test_the_command_line_resumes(tmp_path, monkeypatch, capsys):
    from relulab.cli import main

    arguments = ["sweep", "--n", "20,40", "--d", "8", "--trials", "2", "--out", str(tmp_path / "out")]
    arguments += ["--store", str(tmp_path / "s.zarr"), "--workers", "2"]
    assert main(arguments) == 0
    assert len(stored(tmp_path / "s.zarr")) == 2
    assert main([*arguments, "--seed", "1"]) == 2
    assert "rng is 0 there and 1 here" in capsys.readouterr().err
    assert main([*arguments, "--workers", "0"]) == 2

    def interrupted(*_):
        raise KeyboardInterrupt

    next(iter(stored(tmp_path / "s.zarr"))).unlink()
    monkeypatch.setattr(grid, "run_cells", interrupted)
    capsys.readouterr()
    assert main(arguments) == 130
    assert "relulab: 1 of 2 cells are finished; they are kept in" in capsys.readouterr().err


@pytest.mark.parametrize("store", [3, b"x", {}])
def test_a_store_is_a_path_or_an_address(store):
    with pytest.raises(ValueError, match="is neither a path nor an address"):
        sweep(store)


@pytest.mark.parametrize("store", ["", "  ", "file://", "file://elsewhere/s.zarr", "a\0b"])
def test_an_address_without_a_folder_here_is_refused(store, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match=r"^store=.* names (no folder|the host)"):
        sweep(store)
    assert not [*tmp_path.iterdir()]


@pytest.mark.parametrize("store", [".", "..", "", "sub/.."])
def test_the_current_folder_is_no_store(store, tmp_path, monkeypatch):
    (tmp_path / "here" / "sub").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "here")
    with pytest.raises(ValueError, match=r"^store=.*(is the current folder|names no folder)"):
        sweep(store)
    assert [path.name for path in tmp_path.rglob("*")] == ["here", "sub"]


def test_the_current_folder_can_be_a_store_that_is_there(finished, undisturbed, monkeypatch):
    monkeypatch.chdir(finished)
    same(sweep("."), undisturbed)


SMALL = {"n": [12], "d": [4]}


@pytest.mark.parametrize(
    "address",
    [
        "~/a b.zarr",
        "file://{home}/a%20b.zarr",
        "file://localhost{home}/a%20b.zarr",
        "FILE://{home}/a b.zarr",
        "local://{home}/a b.zarr",
        "{home}/x/../a b.zarr",
        "a b.zarr",
        "./a b.zarr/",
    ],
)
def test_one_folder_has_many_names(address, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    ds = sweep(address.format(home=tmp_path), **SMALL)
    assert [path.name for path in tmp_path.iterdir()] == ["a b.zarr"]
    again = sweep(tmp_path / "a b.zarr", **SMALL)
    np.testing.assert_array_equal(again.seconds, ds.seconds)
