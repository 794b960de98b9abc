"""`relulab reproduce`: all figures again, resumable, compared with the shipped ones, described."""

import errno
import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import Executor, Future

import numpy as np
import pytest

import relulab as rl
from relulab.cli import main
from relulab.figures import archive, rerun
from relulab.figures.agreement import Agreement, compare
from relulab.figures.list import FIGURES
from relulab.figures.results import RESULTS
from relulab.figures.whole import LISTED

SMALL = {"n": range(10, 61, 10), "d": [10, 20], "trials": 3}
START = f"""
import sys
from relulab.cli import main
from relulab.figures.list import FIGURES
FIGURES["6c"].grids["book"] = {SMALL!r}
FIGURES["22"].grids["book"] = {SMALL | {"n": range(20, 201, 20)}!r}
sys.exit(main(sys.argv[1:]))
"""


def at_book_scale(number):
    """The part of a shipped result that a run at book scale has, too."""
    ds, grid = rl.open_figure(number), LISTED[number].grids["book"]
    return ds.sel({name: list(grid[name]) for name in ("n", "d", "s") if name in ds.dims and name in grid})


@pytest.mark.parametrize("number", list(LISTED))
def test_every_figure_can_be_compared_at_book_scale(number):
    run = at_book_scale(number)
    found = compare(run)
    assert found.agrees
    for quantity in found.quantities:
        assert quantity.shipped == quantity.here
        assert quantity.low <= quantity.here <= quantity.high
        assert quantity.low < quantity.high
    assert found.same == found.trials
    assert (found.trials > 0) == ("trial" in run.dims)


@pytest.mark.parametrize("number", ["4a", "6c", "10", "real-random", "22"])
def test_an_edge_elsewhere_does_not_agree(number):
    run = at_book_scale(number).copy(deep=True)
    for name in ("rate", "lower", "upper", "status"):  # as if one size more were needed
        run[name] = run[name].roll(n=2, roll_coords=False)
        run[name][:2] = run[name][0] if name == "status" else run[name].min()
    found = compare(run)
    assert not found.agrees
    assert found.same < found.trials


@pytest.mark.parametrize("number", ["7", "27", "8", "clusters"])
def test_other_numbers_do_not_agree(number):
    run = at_book_scale(number).copy(deep=True)
    names = [
        name for name in ("rate", "median", "distance", "test_distance", "lower", "upper") if name in run
    ]
    for name in names:
        run[name] = run[name] * (0.9 if number == "clusters" else 1.6)
    found = compare(run)
    assert not found.agrees
    assert found.trials == 0 or found.same < found.trials


def test_another_seed_agrees_by_its_numbers_alone(monkeypatch):
    monkeypatch.setitem(FIGURES["6c"].grids, "book", SMALL | {"trials": 5})
    found = compare(rl.figures.compute("6c", rng=5, progress=False))
    assert found.agrees
    assert found.trials == 0


def test_nothing_in_common_is_told():
    ds = rl.open_figure("6c")
    with pytest.raises(ValueError, match="figure 6c has no size in common"):
        compare(ds.assign_coords(n=ds.n + 1))
    with pytest.raises(ValueError, match="names no figure"):
        compare(rl.phase_diagram([12], [4], 1, progress=False))
    assert not Agreement("6c", [], 0, 0).agrees


class Here(Executor):
    """Any executor will do."""

    count = 0

    def submit(self, work, *arguments):
        self.count += 1
        future = Future()
        future.set_result(work(*arguments))
        return future


def test_a_folder_tells_all(tmp_path, monkeypatch, capsys):
    pytest.importorskip("rocrate")
    for number, grid in (("6c", SMALL), ("clusters", LISTED["clusters"].grids["book"] | {"trials": 20})):
        monkeypatch.setitem(FIGURES[number].grids, "book", grid)
    pool = Here()
    found = rl.figures.reproduce(tmp_path, ["6c", "clusters"], executor=pool, progress=False)
    assert pool.count == 12
    assert [agreement.number for agreement in found] == ["6c", "clusters"]
    assert (found[0].same, found[0].trials, found[0].agrees) == (36, 36, True)
    table = (tmp_path / rerun.TABLE).read_text()
    assert "| 6c | 50 % of plants recovered" in table
    assert "| 36 of 36 | yes |" in table
    assert "same trials" in capsys.readouterr().out

    graph = json.loads((tmp_path / "ro-crate-metadata.json").read_text())["@graph"]
    known = {entity["@id"]: entity for entity in graph}
    run = known["#run-6c-book"]
    inputs = {known[one["@id"]]["name"]: known[one["@id"]]["value"] for one in run["object"]}
    assert inputs["command"] == "relulab figure 6c --scale book --seed 0"
    assert inputs["seed"] == "0"
    settings = json.loads(inputs["settings"])
    assert settings["n"] == list(SMALL["n"])
    assert settings["ensemble"] == "whitened"
    names = {known[one["@id"]]["name"] for one in run["instrument"]}
    assert {"relulab", "numpy", "scipy", "python"} <= names
    assert [one["@id"] for one in run["result"]] == ["figure-6c-book.zarr.zip", "figure-6c-book.png"]
    for entity in graph:
        if entity["@type"] == "File":
            digest = hashlib.sha256((tmp_path / entity["@id"]).read_bytes()).hexdigest()
            assert entity["sha256"] == digest
    assert {one["@id"] for one in known["./"]["hasPart"]} >= {"figure-6c-book.zarr.zip", rerun.TABLE}

    again = rl.figures.reproduce(tmp_path, ["6c", "clusters"], executor=pool, progress=False)
    assert pool.count == 12  # what is finished is read
    assert again == found
    assert "figure 6c: there already" in capsys.readouterr().out


def test_the_crate_is_read_by_its_library(tmp_path, monkeypatch):
    rocrate = pytest.importorskip("rocrate.rocrate")
    monkeypatch.setitem(FIGURES["6c"].grids, "book", SMALL)
    rl.figures.reproduce(tmp_path, ["6c"], progress=False, report=lambda line: None)
    crate = rocrate.ROCrate(tmp_path)
    assert crate.name.startswith("The figures of arXiv 2209.15265")
    assert [action.id for action in crate.root_dataset["mentions"]] == ["#run-6c-book"]


def test_shipped_results_carry_the_same_description():
    pytest.importorskip("rocrate")
    from relulab.figures.crate import METADATA, described

    kept = json.loads((RESULTS / METADATA).read_text("utf-8"))
    assert kept == json.loads(json.dumps(described(RESULTS))), "renew it: python site/describe_results.py"
    runs = [entity for entity in kept["@graph"] if entity["@type"] == "CreateAction"]
    assert len(runs) == len(list(RESULTS.glob("*.zarr.zip")))


def wait_for(condition, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return False


@pytest.mark.parametrize("executor", ["threads", "processes"])
def test_a_killed_run_goes_on(executor, tmp_path):
    pytest.importorskip("rocrate")
    script, out, clean = tmp_path / "again.py", tmp_path / "out", tmp_path / "clean"
    script.write_text(f"if __name__ == '__main__':\n    {START.strip().replace(chr(10), chr(10) + '    ')}\n")
    command = [sys.executable, script, "reproduce", "--figures", "6c,22", "--executor", executor, "--out"]
    cells = out / "cells" / "figure-22-book-paper-sigma0.zarr"

    def chunks(folder):  # but for one that the kill cut short
        whole = [path for path in folder.rglob("cells/c/*/*/*/*") if path.suffix != ".partial"]
        return {path: path.stat().st_mtime_ns for path in whole if path.is_file()}

    run = subprocess.Popen([*command, out], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    assert wait_for(lambda: len(chunks(cells)) >= 2)
    run.send_signal(signal.SIGKILL)
    run.wait()
    assert (out / "figure-6c-book.zarr.zip").is_file()
    assert not (out / "figure-22-book.zarr.zip").exists()
    before = chunks(out / "cells")
    assert 12 < len(before) < 12 + 20

    done = subprocess.run([*command, out], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "figure 6c: there already" in done.stdout
    assert "2 of 2 figures agree" in done.stdout
    assert before.items() <= chunks(out / "cells").items()  # nothing is computed twice
    subprocess.run([*command, clean], check=True, capture_output=True, timeout=120)
    for number in ("6c", "22"):
        stopped, straight = (archive.load(f / f"figure-{number}-book.zarr.zip") for f in (out, clean))
        for name in ("status", "margin", "rate"):
            np.testing.assert_array_equal(stopped[name], straight[name])


def test_an_interrupted_run_says_how_to_go_on(tmp_path, monkeypatch, capsys, request):
    pytest.importorskip("rocrate")
    monkeypatch.setitem(FIGURES["6c"].grids, "book", SMALL)
    monkeypatch.setattr(rerun, "pack", lambda ds: signal.raise_signal(signal.SIGINT))
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job ignores Ctrl-C
    request.addfinalizer(lambda: signal.signal(signal.SIGINT, before))
    assert main(["reproduce", "--figures", "6c", "--out", str(tmp_path)]) == 130
    complaint = capsys.readouterr().err.splitlines()[-1]
    assert complaint.startswith("relulab: stopped in figure 6c, 0 of 1 figures are finished; ")
    assert complaint.endswith("the same command goes on from there")


@pytest.mark.parametrize("where", ["relulab.figures.rerun.save", "relulab.phase.store.StoredCells.write"])
def test_a_full_disk_is_one_line_and_the_run_goes_on(where, tmp_path, monkeypatch, capsys):
    pytest.importorskip("rocrate")
    monkeypatch.setitem(FIGURES["6c"].grids, "book", SMALL)

    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    command = ["reproduce", "--figures", "6c", "--out", str(tmp_path)]
    with monkeypatch.context() as patch:
        patch.setattr(where, full)
        assert main(command) == 2
    complaint = [line for line in capsys.readouterr().err.splitlines() if line.startswith("relulab")]
    assert len(complaint) == 1
    assert complaint[0].startswith("relulab: figure 6c: No space left on device")
    assert "0 of 1 figures are finished; what is finished is kept" in complaint[0]
    assert main(command) == 0


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--figures", "6c,99"], "relulab: figure='99' is unknown; choose from '2', '4a'"),
        (["--figures", ","], "relulab: figures is empty"),
        (["--scale", "poster"], "relulab: scale='poster' is unknown"),
        (
            ["--executor", "magic"],
            "relulab: executor='magic' is neither threads nor processes nor an address",
        ),
        (["--workers", "0"], "relulab: workers=0"),
        (["--out", "/proc/none"], "relulab: cannot write to the folder --out /proc/none"),
    ],
)
def test_bad_input_is_one_line(more, message, tmp_path, capsys):
    assert main(["reproduce", "--out", str(tmp_path), *more]) == 2
    complaint = capsys.readouterr().err
    assert complaint.startswith(message)
    assert complaint.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_without_the_library_the_extra_is_named(tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "rocrate", None)
    assert main(["reproduce", "--figures", "6c", "--out", str(tmp_path)]) == 2
    assert "pip install 'relulab[reproduce]'" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
