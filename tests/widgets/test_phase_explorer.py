"""The phase explorer's Python side: settings, messages, result."""

import json
import threading
import time

import numpy as np
import pytest
import traitlets

import relulab as rl
from relulab.certify.verdicts import EVIDENCE, STATUSES
from relulab.phase.datasets import FIELDS
from relulab.widgets import PhaseExplorer
from relulab.widgets.common.sources import joined
from relulab.widgets.phase_explorer.explorer import MODULE

SETTINGS = {
    "network": "skip",
    "form": "gated",
    "ensemble": "gaussian",
    "direction": "smallest",
    "k": 1,
    "sigma": 0.0,
    "trials": 2,
    "seed": 3,
}
NORMALIZED = SETTINGS | {"network": "normalized", "direction": "opposite", "k": 2}
CELLS = [[16, 8], [24, 8], [40, 8]]


class Page:
    """Stands for the page: sends messages to a widget and keeps what comes back."""

    def __init__(self, **settings):
        self.widget = PhaseExplorer(**settings)
        self.messages = []
        self.widget.send = lambda content: self.messages.append(json.loads(json.dumps(content)))

    def say(self, **content):
        self.widget._handle_custom_msg(content, [])

    def wait(self, *kinds, run="r", seconds=60):
        limit = time.monotonic() + seconds
        while time.monotonic() < limit:
            for message in list(self.messages):
                if message["run"] == run and message["kind"] in kinds:
                    return message
            time.sleep(0.01)
        raise TimeoutError(f"no {kinds} among {self.messages}")

    def cells(self, run="r"):
        groups = [m for m in self.messages if m["kind"] == "cells" and m["run"] == run]
        return [cell for group in groups for cell in group["cells"]]


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("ensemble", "gauss", "ensemble='gauss' is unknown; choose from 'gaussian'"),
        ("direction", "up", "direction='up' is unknown; choose from 'random', 'smallest'"),
        ("network", "deep", "network='deep' is unknown; choose from 'plain', 'skip', 'normalized'"),
        ("form", "approx", "form='approx' is unknown"),
        ("k", 4, "k=4 is not a whole number >= 1 and <= 3"),
        ("sigma", -0.1, "sigma=-0.1"),
        ("sigma", 2, "sigma=2 is above 1"),
        ("trials", 0, "trials=0 is not a whole number >= 1 and <= 50"),
        ("trials", 51, "trials=51"),
        ("seed", -1, "seed=-1"),
        ("seed", 1.5, "seed=1.5"),
        ("n", [], "n is empty"),
        ("n", [10, 20, 25], "evenly spaced"),
        ("n", [20, 10], "increasing"),
        ("d", [0, 1], "d=0 is not a whole number >= 1"),
        ("d", range(100, 301, 100), "d=300"),
        ("n", "many", "n='many'"),
    ],
)
def test_settings_are_checked(name, value, message):
    with pytest.raises(ValueError, match=message):
        PhaseExplorer(**{name: value})
    widget = PhaseExplorer()
    before = getattr(widget, name)
    with pytest.raises(ValueError, match=message):
        setattr(widget, name, value)
    assert getattr(widget, name) == before


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"k": 2}, 'k=2 with network="skip"'),
        ({"direction": "opposite"}, 'direction="opposite" with network="skip"'),
        ({"network": "plain", "direction": "opposite"}, 'k=1 with direction="opposite"'),
        ({"network": "plain", "k": 3, "d": [2, 4]}, "k=3 planted neurons do not fit d=2"),
        ({"network": "plain", "k": 2, "direction": "smallest", "n": [1, 2]}, "do not fit n=1"),
    ],
)
def test_settings_must_go_together(settings, message):
    with pytest.raises(ValueError, match=message):
        PhaseExplorer(**settings)
    page = Page()
    cells = [[n, d] for n in settings.get("n", [20]) for d in settings.get("d", [5])]
    page.say(
        kind="run",
        run="r",
        settings=SETTINGS
        | {"direction": "random"}
        | {name: value for name, value in settings.items() if name in SETTINGS},
        cells=cells,
    )
    assert message in page.wait("error")["message"]


def test_settings_go_to_the_page_as_plain_numbers():
    widget = PhaseExplorer(n=np.arange(10, 41, 10), d=20, ensemble="cubic", trials=np.int64(3))
    state = json.loads(
        json.dumps({name: widget.get_state()[name] for name in ("n", "d", "ensemble", "trials")})
    )
    assert state == {"n": [10, 20, 30, 40], "d": [20], "ensemble": "cubic", "trials": 3}


def test_the_module_is_small_and_asks_no_host():
    assert len(PhaseExplorer()._esm) < 60_000
    module = joined(*MODULE)
    assert "http" not in module.replace("http://www.w3.org/2000/svg", "")


@pytest.mark.parametrize("settings", [SETTINGS, NORMALIZED], ids=["skip", "normalized"])
def test_a_run_streams_the_librarys_verdicts(settings):
    page = Page()
    assert page.widget.result is None
    page.say(kind="run", run="r", settings=settings, cells=CELLS)
    page.wait("finished")
    assert page.messages[0] == {"kind": "started", "run": "r"}
    assert sorted([cell["n"], cell["d"]] for cell in page.cells()) == CELLS
    ds = page.widget.result
    problem = {name: settings[name] for name in ("ensemble", "direction", "k")} | {"kind": ds.attrs["kind"]}
    for cell in page.cells():
        at = ds.sel(n=cell["n"], d=cell["d"])
        for number, trial in enumerate(cell["trials"]):
            plant, S = rl.phase.instance(cell["n"], cell["d"], number, rng=3, **problem)
            verdict = rl.decide(plant, S, settings["network"])
            assert trial["status"] == verdict.status
            assert STATUSES[int(at.status[number])] == verdict.status
            assert EVIDENCE[int(at.evidence[number])] == trial["evidence"]
        assert float(at.rate) == np.mean([trial["status"] == "recovered" for trial in cell["trials"]])
    network = settings["network"]
    reference = rl.phase_diagram(
        n=[16, 24, 40], d=[8], trials=2, network=network, rng=3, progress=False, **problem
    )
    for name in ("status", "evidence", "iterations", "rate", "undecided", "margin"):
        np.testing.assert_array_equal(ds[name], reference[name])


def test_noise_gives_distances():
    page = Page()
    page.say(kind="run", run="r", settings=SETTINGS | {"sigma": 0.1}, cells=CELLS)
    page.wait("finished")
    ds = page.widget.result
    noisy = {"direction": "smallest", "sigma": 0.1, "metric": "distance"}
    reference = rl.phase_diagram(n=[16, 24, 40], d=[8], trials=2, rng=3, progress=False, **noisy)
    np.testing.assert_allclose(ds.distance, reference.distance)
    for cell in page.cells():
        for number, trial in enumerate(cell["trials"]):
            known = float(ds.distance.sel(n=cell["n"], d=cell["d"])[number])
            assert trial["status"] == ("undecided" if np.isnan(known) else "fitted")
            assert trial["distance"] == (None if np.isnan(known) else pytest.approx(known))


@pytest.mark.parametrize("settings", [SETTINGS, NORMALIZED, NORMALIZED | {"form": "exact"}])
def test_select_answers_with_the_certificates(settings):
    page = Page()
    settings = settings | {"trials": 6}
    network, form, k = settings["network"], settings["form"], settings["k"]
    cells = [[20, 10], [26 * k, 10], [30 * k, 10]] if form == "gated" else [[12, 5]]
    page.say(kind="select", run="r", settings=settings, cells=cells)
    page.wait("finished")
    assert page.widget.result is None
    problem = {"direction": settings["direction"], "k": k, "kind": "linear" if k == 1 else "normalized"}
    seen = set()
    for cell in page.cells():
        for number, trial in enumerate(cell["trials"]):
            plant, S = rl.phase.instance(cell["n"], cell["d"], number, rng=3, **problem)
            np.testing.assert_allclose(trial["norms"], rl.isometry(plant, S, network).norms, atol=1e-12)
            assert len(trial["planted"]) == (0 if network == "skip" else k)
            np.testing.assert_allclose(np.array(trial["norms"])[trial["planted"]], 1, atol=1e-9)
            if form == "gated":
                assert (trial["refined"] is not None) == (trial["evidence"] == "dual")
            if trial["refined"]:
                off = np.delete(trial["refined"], trial["planted"])
                assert off.max() < 1 < np.delete(trial["norms"], trial["planted"]).max()
            if trial["status"] == "recovered":
                assert trial["neurons"] == [{"length": 1, "cosine": 1, "relu": network != "skip"}] * k
            else:
                length = sum(one["length"] for one in trial["neurons"])
                assert trial["cost"] == pytest.approx(length, abs=1e-3)
            if trial["status"] == "not-recovered":
                assert trial["cost"] < trial["price"] == k
            seen.add(trial["status"])
    assert "recovered" in seen
    assert form == "exact" or seen & {"not-recovered", "not-unique"}


def test_cancel_stops_a_run(monkeypatch):
    begun, release = threading.Event(), threading.Event()

    def slow(n, d, trials, *_):
        begun.set()
        assert release.wait(60)
        return np.zeros((trials, len(FIELDS))), {}

    monkeypatch.setattr("relulab.widgets.phase_explorer.job.run_cell", slow)
    page = Page()
    page.say(kind="run", run="r", settings=SETTINGS, cells=[[n, 8] for n in range(16, 116)])
    assert begun.wait(60)
    page.say(kind="cancel", run="r")
    release.set()
    page.wait("finished")
    assert len(page.cells()) <= 8
    assert page.widget.result.rate.isnull().sum() > 90


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"settings": SETTINGS | {"ensemble": "x"}}, "ensemble='x' is unknown"),
        ({"settings": {}}, "the message lacks 'network'"),
        ({"cells": []}, "cells"),
        ({"cells": [[0, 5]]}, "n=0"),
        ({"cells": [[5, 5]] * 1001}, "cells=1001"),
    ],
)
def test_a_bad_message_gets_an_answer(change, message):
    page = Page()
    page.say(**({"kind": "run", "run": "r", "settings": SETTINGS, "cells": CELLS} | change))
    assert message in page.wait("error")["message"]


def test_a_failing_computation_is_reported(monkeypatch):
    def broken(*args):
        raise ArithmeticError("no luck")

    monkeypatch.setattr("relulab.widgets.phase_explorer.job.run_cell", broken)
    page = Page()
    page.say(kind="run", run="r", settings=SETTINGS, cells=CELLS)
    assert page.wait("error")["message"] == "ArithmeticError: no luck"


def test_runs_do_not_mix():
    page = Page()
    for run, seed in (("one", 1), ("two", 2)):
        page.say(kind="run", run=run, settings=SETTINGS | {"seed": seed}, cells=CELLS)
    for run in ("one", "two"):
        page.wait("finished", run=run)
        assert len(page.cells(run)) == len(CELLS)
    assert page.widget.result.attrs["seed"] == 2


def test_a_long_cell_speaks(monkeypatch):
    monkeypatch.setattr("relulab.widgets.phase_explorer.job.SPEAK", 0.1)
    monkeypatch.setattr(
        "relulab.widgets.phase_explorer.job.run_cell", lambda *_: time.sleep(0.5) or (np.zeros((2, 5)), {})
    )
    page = Page()
    page.say(kind="run", run="r", settings=SETTINGS, cells=CELLS)
    page.wait("working")
    page.wait("finished")


def test_a_stored_diagram_goes_with_the_widget():
    ds = rl.phase_diagram(n=[10, 20, 30, 40], d=[5, 10], trials=3, rng=1, progress=False)
    stored = PhaseExplorer(stored=ds).get_state()["stored"]
    json.dumps(stored)
    assert stored["n"], stored["d"] == ([10, 20, 30, 40], [5, 10])
    for i, row in enumerate(stored["codes"]):
        for j, cell in enumerate(row):
            assert [stored["meanings"][int(code)] for code in cell] == [
                STATUSES[code] for code in ds.status.values[i, j]
            ]
    assert stored["settings"] == {name: SETTINGS[name] for name in stored["settings"]} | {
        "direction": "random"
    }
    figure = PhaseExplorer(stored="4a").get_state()["stored"]
    assert figure["words"] == "figure 4a, computed by this library"
    assert (figure["settings"]["direction"], len(figure["n"]), len(figure["d"])) == ("smallest", 40, 10)
    assert len(json.dumps(figure)) < 8000
    with pytest.raises(ValueError, match="stored holds no verdicts"):
        PhaseExplorer(stored=ds[["rate"]])


def test_the_band_over_the_diagram_is_where_the_interval_holds_one_half(in_node):
    names = ("laboratory/numerics.js", "common/elements.js", "common/verdicts.js")
    room = "phase_explorer/"
    files = [*names, *(f"{room}{name}.js" for name in ("slice", "legend", "stored"))]
    ds = rl.open_figure("6a")
    answer = "(stored) => halfBand(storedFor({ get: () => stored }, null))"
    found = in_node(files, answer, PhaseExplorer(stored=ds).get_state()["stored"])
    assert [d for d, _, _ in found] == ds.d.values.tolist()
    for d, low, high in found:
        column = ds.sel(d=d)
        holds = (column.lower < 0.5) & (column.upper > 0.5)
        inside = (low <= ds.n) & (ds.n <= high)
        assert bool((inside | ~holds).all())  # the whole of it
        ends = ds.n.values[[0, -1]]
        steps = ds.n.diff("n").max()
        assert low in ends or not bool(holds.sel(n=slice(None, float(low))).any())
        assert high in ends or not bool(holds.sel(n=slice(float(high), None)).any())
        assert low < high < low + 20 * float(steps)
    few = rl.phase_diagram(n=[10, 40], d=[5, 10], trials=2, progress=False)
    assert in_node(files, answer, PhaseExplorer(stored=few).get_state()["stored"]) == []


def test_a_lean_explorer_says_its_question_where_no_script_runs():
    sizes = {"n": [4, 20], "d": [2, 4], "trials": 1}
    question = "Each square: was the hidden neuron found?"
    assert PhaseExplorer(lean=True, **sizes)._still()[2].startswith(question)
    assert question not in PhaseExplorer(**sizes)._still()[2]
    assert question not in PhaseExplorer(lean=True, sigma=0.1, **sizes)._still()[2]
    assert PhaseExplorer(lean=True).get_state()["lean"] is True


def test_the_edge_over_the_diagram_is_the_librarys(in_node):
    dims = [2, 3, 5, 8, 10, 15, 20, 22, 25, 35, 50, 80, 130, 200]
    drawn = in_node(["phase_explorer/curves.js"], "(dims) => dims.map(sampledEdge)", dims)
    for d, edge in zip(dims, drawn, strict=True):
        assert edge / d == pytest.approx(rl.theory.sampled_edge(d), abs=0.012)
    asked = {"network": "skip", "form": "gated", "ensemble": "gaussian", "direction": "smallest", "k": 1}
    said = "(given) => curvesFor(given).map(({ words }) => words)"
    words = in_node(["phase_explorer/curves.js"], said, asked)
    assert any("heuristic" in line for line in words)


def test_the_edges_over_all_patterns_are_the_stored_ones():
    widget = PhaseExplorer()
    curves = {(one["form"], one["ensemble"], one["direction"]): one for one in widget.get_state()["edges"]}
    json.dumps(list(curves.values()))
    assert {(form, "gaussian", way) for form in ("gated", "exact") for way in ("random", "smallest")} <= set(
        curves
    )
    for form in ("gated", "exact"):
        ds, drawn = rl.open_figure(f"edges-{form}"), curves[form, "gaussian", "random"]
        known = np.isfinite(ds["median"].values)
        assert drawn["d"] == ds.d.values[known].tolist()
        np.testing.assert_allclose(drawn["n"], (ds["median"] * ds.d).values[known], atol=0.006)
        assert f"figure edges-{form}" in drawn["words"]
    fine = rl.open_figure("real-smallest-fine")
    drawn = curves["exact", "gaussian", "smallest"]
    for d, n in zip(drawn["d"], drawn["n"], strict=True):
        rate = fine.rate.sel(d=d)
        below, above = rate.where(fine.n < n - 0.006, drop=True), rate.where(fine.n > n + 0.006, drop=True)
        assert (above >= 0.5).all()
        assert float(below[-1]) < 0.5
    with pytest.raises(traitlets.TraitError, match="edges"):
        widget.edges = []


def test_a_switched_curve_is_drawn_between_its_dimensions_only(in_node):
    parts = ["phase_explorer/curves.js", "phase_explorer/over_all.js"]
    edge = {"form": "gated", "ensemble": "gaussian", "direction": "random", "d": [2, 4, 5], "n": [5, 11, 12]}
    edge |= {"words": "measured"}
    dims = [1, 2, 3, 4, 5, 6]
    points = in_node(parts, "([edge, dims]) => dims.map(edgeCurve(edge).at)", [edge, dims])
    assert points == [None, 5, 8, 11, 12, None]  # NaN is null in JSON
    shown = {"network": "skip", "ensemble": "gaussian", "direction": "random", "sigma": 0}
    count = "([edge, shown]) => overAll({ get: () => [edge] }, shown).length"
    assert in_node(parts, count, [edge, shown]) == 1
    others = ({"network": "plain"}, {"ensemble": "cubic"}, {"direction": "smallest"}, {"sigma": 0.1})
    for change in others:
        assert in_node(parts, count, [edge, shown | change]) == 0
    said = "([edge, d]) => describeEdges({ edges: [edge], on: new Set(['gated']) }, d)"
    words = ". Half recovered over all patterns from n = 8.0 (gated network)"
    assert in_node(parts, said, [edge, 3]) == words
    assert in_node(parts, said, [edge, 9]) == ""
