"""The phase explorer's Python side: settings, messages, result."""

import json
import threading
import time

import numpy as np
import pytest

import relulab as rl
from relulab.certify import EVIDENCE, STATUSES
from relulab.widgets import PhaseExplorer
from relulab.widgets.phase_explorer import MODULE
from relulab.widgets.sources import joined

SETTINGS = {"ensemble": "gaussian", "direction": "smallest", "trials": 2, "seed": 3}
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

    def cells(self):
        return [message for message in self.messages if message["kind"] == "cell"]


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("ensemble", "gauss", "ensemble='gauss' is unknown; choose from 'gaussian'"),
        ("direction", "axes", "direction='axes' is unknown; choose from 'random', 'smallest'"),
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


def test_a_run_streams_the_librarys_verdicts():
    page = Page()
    assert page.widget.result is None
    page.say(kind="run", run="r", settings=SETTINGS, cells=CELLS)
    page.wait("finished")
    assert page.messages[0] == {"kind": "started", "run": "r"}
    assert sorted([cell["n"], cell["d"]] for cell in page.cells()) == CELLS
    ds = page.widget.result
    for cell in page.cells():
        at = ds.sel(n=cell["n"], d=cell["d"])
        for number, trial in enumerate(cell["trials"]):
            plant, S = rl.phase.instance(cell["n"], cell["d"], number, direction="smallest", rng=3)
            verdict = rl.decide(plant, S)
            assert trial == {"status": verdict.status, "evidence": verdict.evidence}
            assert STATUSES[int(at.status[number])] == verdict.status
            assert EVIDENCE[int(at.evidence[number])] == verdict.evidence
            assert float(at.margin[number]) == pytest.approx(verdict.margin, rel=1e-6)
        assert float(at.rate) == np.mean([trial["status"] == "recovered" for trial in cell["trials"]])
    reference = rl.phase_diagram(n=[16, 24, 40], d=[8], trials=2, direction="smallest", rng=3, progress=False)
    for name in ("status", "evidence", "iterations", "rate", "undecided"):
        np.testing.assert_array_equal(ds[name], reference[name])


def test_select_answers_with_the_certificates():
    page = Page()
    settings = SETTINGS | {"trials": 6}
    cells = [[20, 10], [26, 10], [30, 10]]
    page.say(kind="select", run="r", settings=settings, cells=cells)
    page.wait("finished")
    assert page.widget.result is None
    seen = set()
    for cell in page.cells():
        for number, trial in enumerate(cell["trials"]):
            plant, S = rl.phase.instance(cell["n"], cell["d"], number, direction="smallest", rng=3)
            np.testing.assert_allclose(trial["norms"], rl.isometry(plant, S).norms, atol=1e-12)
            assert (trial["refined"] is not None) == (trial["evidence"] == "dual")
            if trial["refined"]:
                assert max(trial["refined"]) < 1 < max(trial["norms"])
            if trial["status"] == "not-recovered":
                assert trial["cost"] < 1
            seen.add(trial["status"])
    assert seen >= {"recovered", "not-unique"}


def test_cancel_stops_a_run(monkeypatch):
    begun, release = threading.Event(), threading.Event()

    def slow(settings, n, d, number):
        begun.set()
        assert release.wait(60)
        return {"status": "recovered", "evidence": "isometry", "margin": 0.5, "iterations": 0}

    monkeypatch.setattr("relulab.widgets.phase_explorer._trial", slow)
    page = Page()
    page.say(kind="run", run="r", settings=SETTINGS, cells=[[n, 8] for n in range(16, 116)])
    assert begun.wait(60)
    page.say(kind="cancel", run="r")
    release.set()
    page.wait("finished")
    assert page.cells() == []
    assert page.widget.result.rate.isnull().sum() > 90


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"settings": SETTINGS | {"ensemble": "x"}}, "ensemble='x' is unknown"),
        ({"settings": {}}, "ensemble"),
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

    monkeypatch.setattr("relulab.widgets.phase_explorer.decide", broken)
    page = Page()
    page.say(kind="run", run="r", settings=SETTINGS, cells=CELLS)
    assert page.wait("error")["message"] == "ArithmeticError: no luck"


def test_runs_do_not_mix():
    page = Page()
    for run, seed in (("one", 1), ("two", 2)):
        page.say(kind="run", run=run, settings=SETTINGS | {"seed": seed}, cells=CELLS)
    for run in ("one", "two"):
        page.wait("finished", run=run)
        assert len([cell for cell in page.cells() if cell["run"] == run]) == len(CELLS)
    assert page.widget.result.attrs["seed"] == 2
