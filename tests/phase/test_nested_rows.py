"""Edges of nested rows, and diagrams over all patterns."""

import numpy as np
import pytest

import relulab as rl
from relulab.phase.nested_rows import STREAM


def test_the_edge_is_where_the_status_changes():
    ds = rl.edge(d=[2, 3], trials=4, rng=1, progress=False)
    assert not ds.open.any()
    for i, d in enumerate([2, 3]):
        for trial in range(4):
            source = np.random.default_rng([1, STREAM, d, trial])
            X = rl.draw("gaussian", 8 * d, d, source)
            w = rl.plant(X, rng=source).weights[:, 0]
            n = int(ds.edge[i, trial])
            statuses = {m: rl.decide(rl.plant(X[:m], direction=w), "all").status for m in range(1, 8 * d + 1)}
            assert all((status == "recovered") == (m >= n) for m, status in statuses.items()), (d, trial)
    assert (ds["median"] == ds.edge.quantile(0.5, "trial", method="inverted_cdf") / ds.d).all()
    assert (ds.upper - ds.lower == 1).all()


def test_a_draw_is_the_same_in_any_company():
    ds = rl.edge(d=[3], trials=3, progress=False)
    more = rl.edge(d=[2, 3], trials=4, progress=False)
    assert (ds.edge.values[0] == more.edge.values[1, :3]).all()


def test_rows_that_end_too_early_and_efforts_that_do_leave_it_open():
    ds = rl.edge(d=[6], trials=2, most=1.5, progress=False)
    assert ds.open.item() == 2
    assert (ds.lower == 9).all()
    assert np.isinf(ds["median"])
    ds = rl.edge(d=[6], trials=2, effort=1, progress=False)
    assert ds.open.item() >= 0
    assert (ds.lower < ds.upper.fillna(100)).all()


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ({"ensemble": "whitened"}, "ensemble"),
        ({"direction": "smallest"}, "direction"),
        ({"form": "both"}, "form"),
        ({"effort": 0}, "effort"),
        ({"trials": 0}, "trials"),
        ({"executor": 3}, "executor"),
    ],
)
def test_bad_input_is_named(arguments, word):
    with pytest.raises(ValueError, match=word):
        rl.edge(d=[2], **arguments)


def test_a_diagram_over_all_patterns(tmp_path):
    settings = {"n": [6, 12], "d": [3], "trials": 3, "rng": 2, "progress": False}
    store = tmp_path / "all.zarr"
    ds = rl.phase_diagram(**settings, patterns="all", store=store)
    assert ds.attrs["patterns"] == "all"
    for i, n in enumerate([6, 12]):
        for trial in range(3):
            verdict = rl.decide(rl.phase.instance(n, 3, trial, rng=2)[0], "all")
            assert rl.phase.meanings(ds.status)[int(ds.status[i, 0, trial])] == verdict.status
    sampled = rl.phase_diagram(**settings)
    assert (sampled.rate >= ds.rate).all()
    settings["trials"] = 4
    more = rl.phase_diagram(**settings, patterns="all", store=store)
    proved = rl.phase_diagram(**settings, patterns="all", audit=True)
    assert (proved.proved.values[proved.status == 0] == 1).all()
    assert (more.status.values[..., :3] == ds.status.values).all()
    with pytest.raises(ValueError, match="another sweep"):
        rl.phase_diagram(**settings, store=store)


@pytest.mark.parametrize(
    "arguments",
    [{"patterns": "some"}, {"patterns": "all", "metric": "isometry"}, {"patterns": "all", "effort": 0}],
)
def test_bad_input_to_the_diagram_is_named(arguments):
    with pytest.raises(ValueError, match=r"patterns|effort"):
        rl.phase_diagram([4], [2], 1, progress=False, **arguments)


def test_the_command_line_takes_all_patterns(tmp_path, capsys):
    from relulab.cli import main

    command = [
        "sweep",
        "--n",
        "8,12",
        "--d",
        "3",
        "--trials",
        "2",
        "--patterns",
        "all",
        "--out",
        str(tmp_path),
    ]
    assert main(command) == 0
    assert "patterns: all" in (tmp_path / "sweep.csv").read_text()
    with pytest.raises(SystemExit):
        main(["sweep", "--patterns", "most"])
    assert "whole number nor all" in capsys.readouterr().err
