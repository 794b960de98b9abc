"""A sweep that proves its verdicts says which are proved, and why the others are not."""

from dataclasses import replace

import numpy as np
import pytest

import relulab as rl
from relulab.audit import balls, checking
from relulab.audit.arithmetic import NotProved
from relulab.phase import cells
from relulab.phase.proofs import NO_CLAIM, PROOFS, carried, counted, proof_of

TIES = {
    "n": [5, 12],
    "d": [2],
    "trials": 8,
    "kind": "normalized",
    "network": "normalized",
    "k": 2,
    "form": "exact",
}
SMALL = {"n": [12, 40], "d": [4, 6], "trials": 3}


def sweep(**settings):
    return rl.phase_diagram(**settings, rng=3, progress=False)


@pytest.mark.parametrize("settings", [SMALL, SMALL | {"kind": "relu", "k": 2, "form": "exact"}])
def test_every_verdict_is_proved_and_no_number_changes(settings):
    plain, proved = sweep(**settings), sweep(**settings, audit=True)
    for name in ("status", "evidence", "margin", "iterations", "rate"):
        np.testing.assert_array_equal(plain[name], proved[name])
    assert (proved.proved == PROOFS.index("float")).all()
    assert proved.attrs["proofs"].startswith("12 of 12 verdicts proved: 12 in float64")
    assert "unproved" not in proved.attrs
    assert "proved" not in plain


def test_what_is_open_is_named(tmp_path):
    for _ in range(2):  # computed, then read
        ds = sweep(**TIES, audit=True, store=tmp_path / "s")
        lines = ds.attrs["unproved"].splitlines()
        places = np.argwhere(ds.proved.values <= PROOFS.index("open")).tolist()
        assert len(lines) == len(places) > 0
        for (i, _, trial), line in zip(places, lines, strict=True):
            n = ds.n.values[i]
            plant, S = rl.phase.instance(n, 2, trial, "normalized", k=2, rng=3)
            verdict = rl.decide(plant, S, "normalized", "exact")
            start, why = line.split(": ", 1)
            assert start == f"n={n}, d=2, trial {trial}"
            audit = rl.check(verdict, plant, S)
            assert why == (audit.reason and f"{verdict.status}, numerically: {audit.reason}") or (
                verdict.status == "undecided" and why.startswith("undecided")
            )
            assert not audit.proved
    with pytest.raises(ValueError, match="holds another sweep: fields is"):
        sweep(**TIES, store=tmp_path / "s")


def test_balls_are_asked_where_floats_leave_it_open(monkeypatch):
    pytest.importorskip("flint", reason="python-flint, the extra `proofs`, is not installed")
    plant, S = rl.phase.instance(20, 4, 0)
    verdict = rl.decide(plant, S)

    def open_question(*_):
        raise NotProved("too rough")

    words = checking.KNOWN_ARITHMETIC["float"][0]
    monkeypatch.setitem(checking.KNOWN_ARITHMETIC, "float", (words, open_question))
    assert proof_of(verdict, plant) == (PROOFS.index("balls"), "")
    monkeypatch.setattr(balls, "prove_recovered", open_question)
    monkeypatch.setattr(balls, "prove_cheaper", open_question)
    assert proof_of(verdict, plant) == (PROOFS.index("open"), f"{verdict.status}, numerically: too rough")


def test_evidence_that_fails_is_an_error_of_its_trial(monkeypatch):
    decided = cells.decide_many

    def forged(*arguments, **more):
        return [
            replace(v, dual=v.dual * 1.01) if v.dual is not None else v for v in decided(*arguments, **more)
        ]

    monkeypatch.setattr(cells, "decide_many", forged)
    with pytest.warns(cells.FailedTrials, match="AuditError: planted equations"):
        ds = sweep(n=[60], d=[6], trials=3, audit=True)
    assert (ds.proved == NO_CLAIM).all()
    assert int(ds.undecided.sum()) == 3


def test_proofs_are_carried_to_a_stored_diagram():
    again = sweep(n=[20, 60], d=[10], trials=6, direction="smallest", audit=True)
    stored = again.drop_vars("proved").assign_attrs(proofs="", unproved="")
    status = stored.status.values.copy()
    recovered, less, tie = (
        rl.certify.STATUSES.index(s) for s in ("recovered", "not-recovered", "not-unique")
    )
    lost, won = np.argwhere(status == less)[0], np.argwhere(status == recovered)[0]
    status[tuple(lost)], status[tuple(won)] = tie, less
    before = stored.assign(status=stored.status.copy(data=status))
    after = carried(before, again)
    np.testing.assert_array_equal(after.rate, before.rate)
    assert after.status.values[tuple(lost)] == less  # neither is recovered: what is proved is kept
    assert after.status.values[tuple(won)] == less  # a clash is not resolved, but named
    assert after.proved.values[tuple(won)] == PROOFS.index("open")
    assert after.attrs["unproved"].endswith("not-recovered when stored, recovered today")
    assert after.attrs["proofs"].startswith("11 of 12 verdicts proved")


def test_counts_in_words():
    assert counted(np.array([])) == "0 of 0 verdicts proved"
    words = counted(np.array([1, 2, 2, 0, -1, -1]))
    assert words.startswith("3 of 4 verdicts proved: 1 in float64")
    assert words.endswith("2 in 106-bit balls; 2 undecided, which claim nothing")


def test_the_shipped_recovery_figures_say_what_is_proved():
    ds = rl.open_figure("4a")
    assert ds.attrs["proofs"].startswith("2000 of 2000 verdicts proved: 2000 in float64")
    assert (ds.proved == PROOFS.index("float")).all()
    rate = (ds.status == rl.certify.STATUSES.index("recovered")).mean("trial")
    np.testing.assert_allclose(ds.rate, rate, atol=1e-7)
