"""The command line: what it shows, writes and refuses, in processes of its own where a shell would see it."""

import os
import re
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from zarr.storage import ZipStore

import relulab as rl
from relulab.cli import CHOICES, PIPE_CLOSED, main
from relulab.phase import grid

SMALL = ["sweep", "--n", "12,20", "--d", "4", "--trials", "2"]


def run(*arguments, **options):
    command = [sys.executable, "-m", "relulab", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, **options)


def code_of(arguments):
    try:
        return main([str(argument) for argument in arguments])
    except SystemExit as stop:
        return stop.code


def test_the_version_and_python_m():
    done = run("--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"relulab {rl.__version__}\n", "")


def test_the_help_shows_every_choice(capsys):
    assert code_of(["sweep", "--help"]) == 0
    shown = "".join(capsys.readouterr().out.split())
    for name, (choices, _) in CHOICES.items():
        assert f"--{name}{{{','.join(choices)}}}" in shown
    assert "--format{csv,netcdf,zarr}" in shown
    for option in ("--patterns", "--audit", "--workers", "--beta", "--seed"):
        assert option in shown
    assert code_of(["figure", "--help"]) == 0
    shown = "".join(capsys.readouterr().out.split())
    assert "--scale{book,paper}" in shown
    assert "2,4a,4b," in shown


def test_every_option_reaches_the_sweep(tmp_path, monkeypatch):
    seen = {}

    def watching(**settings):
        seen.update(settings)
        raise ValueError("seen")

    monkeypatch.setattr(grid, "phase_diagram", watching)
    options = {"patterns": 2, "device": "auto", "protocol": "released", "metric": "distance", "beta": 0.5}
    options |= {"kind": "relu", "network": "plain", "form": "exact", "ensemble": "cubic", "k": 2}
    options |= {"direction": "axes", "sigma": 0.1, "store": "s3://x"}
    given = [text for name, value in options.items() for text in (f"--{name}", value)]
    assert code_of([*SMALL, "--audit", "--workers", 3, "--seed", 7, "--out", tmp_path, *given]) == 2
    assert seen.pop("executor")._max_workers == 3
    assert seen == options | {"n": [12, 20], "d": [4], "trials": 2, "audit": True, "rng": 7}


def test_a_sweep_writes_netcdf_and_zarr(tmp_path, capsys):
    arguments = [
        *SMALL,
        "--out",
        tmp_path / "out",
        "--format",
        "csv",
        "netcdf",
        "zarr",
        "--audit",
        "--patterns",
        2,
    ]
    assert code_of(arguments) == 0
    assert re.search(r"wrote .*csv, .*sweep\.nc, .*sweep\.zarr\.zip\n", capsys.readouterr().out)
    ds = rl.phase_diagram([12, 20], [4], 2, patterns=2, progress=False)
    with xr.open_dataset(tmp_path / "out" / "sweep.nc") as netcdf:
        np.testing.assert_array_equal(netcdf.margin, ds.margin)
        assert rl.phase.meanings(netcdf.status) == rl.phase.meanings(ds.status)
    with ZipStore(tmp_path / "out" / "sweep.zarr.zip", mode="r") as store:
        zarr = xr.open_zarr(store, consolidated=False).load()
    np.testing.assert_array_equal(zarr.margin, ds.margin)
    assert code_of([*SMALL, "--out", tmp_path / "out", "--format", "zarr"]) == 0


@pytest.mark.parametrize("command", [SMALL, ["figure", "6c"]])
def test_the_folder_is_tried_before_the_work(tmp_path, capsys, monkeypatch, command):
    monkeypatch.setattr("relulab.phase.grid.run_cells", None)
    (tmp_path / "file").write_text("not a folder")
    assert code_of([*command, "--out", tmp_path / "file" / "out"]) == 2
    complaint = capsys.readouterr().err
    assert complaint.startswith("relulab: cannot write to the folder --out ")
    assert complaint.count("\n") == 1


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="a folder in which nobody can write")
def test_a_folder_in_which_nobody_writes_is_told(capsys):
    assert code_of([*SMALL, "--out", "/proc/relulab"]) == 2
    assert capsys.readouterr().err.startswith("relulab: cannot write to the folder --out /proc/relulab")


def test_home_is_home(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert code_of([*SMALL, "--out", "~/out", "--store", "~/s.zarr"]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "s.zarr"]
    assert (tmp_path / "out" / "sweep.csv").exists()


@pytest.mark.skipif(os.name == "nt", reason="pipes that tell their writer")
@pytest.mark.parametrize("command", [["figures"], ["--help"], ["sweep", "--help"]])
def test_a_closed_pipe_is_quiet(command):
    reader, writer = os.pipe()
    process = subprocess.Popen(
        [sys.executable, "-m", "relulab", *command], stdout=writer, stderr=subprocess.PIPE, text=True
    )
    os.close(writer)
    os.close(reader)
    _, told = process.communicate(timeout=120)
    assert told == ""
    assert process.returncode in (0, PIPE_CLOSED)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["sweep", "--metric", "distance", "--beta", "0"], "relulab: beta=0"),
        (["sweep", "--protocol", "authors"], "relulab: protocol='authors' is unknown; choose from 'paper'"),
        (["sweep", "--device", "tpu"], "relulab: device='tpu'"),
        (["sweep", "--format", "xlsx"], "relulab sweep: argument --format: invalid choice: 'xlsx'"),
        (["sweep", "--n", "10:20:0"], "relulab sweep: argument --n: '10:20:0'"),
        (["sweep", "--n", "20:10:1"], "relulab: n is empty"),
        (["sweep", "--patterns", "0"], "relulab: patterns=0"),
        (["sweep", "--store", ""], "relulab: store='' names no folder"),
        (["sweep", "--workers", "-1"], "relulab: workers=-1"),
    ],
)
def test_bad_input_is_one_line(arguments, message, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert code_of(arguments) == 2
    complaint = capsys.readouterr().err
    assert complaint.startswith(message)
    assert complaint.count("\n") == 1


def test_failed_trials_are_one_line(tmp_path, capsys, monkeypatch):
    decide_many = rl.certify.decide_many

    def sometimes(plants, *others, **more):
        if len(plants[0].X) == 20:
            raise ArithmeticError("bad luck")
        return decide_many(plants, *others, **more)

    monkeypatch.setattr("relulab.phase.cells.decide_many", sometimes)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        assert code_of([*SMALL, "--out", tmp_path]) == 0
    told = [line for line in capsys.readouterr().err.splitlines() if "warning" in line]
    assert len(told) == 1
    assert told[0].startswith("relulab: warning: 2 of 4 trials ended with an error and count as undecided")
    lines = (tmp_path / "sweep.csv").read_text().splitlines()
    assert "# n=20, d=4, trial 1: ArithmeticError: bad luck" in lines
    assert len([line for line in lines if not line.startswith("#")]) == 3


def test_a_figure_is_proved_on_request(monkeypatch, tmp_path, capsys):
    from relulab.figures.list import FIGURES

    monkeypatch.setitem(FIGURES["6a"].grids, "book", {"n": [12, 40], "d": [5], "trials": 2})
    assert code_of(["figure", "6a", "--prove", "--out", tmp_path]) == 0
    assert "4 of 4 verdicts proved: 4 in float64" in capsys.readouterr().out
    assert code_of(["figure", "7", "--prove", "--out", tmp_path]) == 2
    assert "holds no verdicts of recovery" in capsys.readouterr().err
    assert code_of([*SMALL, "--audit", "--out", tmp_path]) == 0
    assert "4 of 4 verdicts proved" in capsys.readouterr().out
