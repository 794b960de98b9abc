import numpy as np
import pytest

import relulab as rl
from relulab.figures import results
from relulab.figures.clusters import frequencies
from relulab.figures.ground_truth import closed_form, truth
from relulab.figures.list import FIGURES, SIGMAS
from relulab.figures.results import open_figure, stored
from relulab.figures.runs import compute, judge
from relulab.phase.distances import EVIDENCE

CONVEX = [number for number, figure in FIGURES.items() if not figure.trained]
TRAINED = [number for number, figure in FIGURES.items() if figure.trained]
STORED = [
    (number, protocol) for protocol in results.ENDINGS for number in stored(protocol) if number in FIGURES
]
PAPERS = {"2", "4a", "4b", "5a", "5b", "8", "9", "10", "clusters", *(str(number) for number in range(7, 33))}
PAPERS -= {str(number) for number in range(11, 18)} | {"18", "26"}
PAPERS |= {
    f"{number}{letter}"
    for number, letters in (("6", "abcd"), ("18", "abcd"), ("26", "abc"))
    for letter in letters
}
TINY = {"n": [12, 40], "d": [5], "trials": 2}


def test_every_figure_of_the_paper_is_there():
    assert set(FIGURES) == PAPERS


@pytest.mark.parametrize("number", CONVEX)
@pytest.mark.parametrize("protocol", ["paper", "released"])
def test_every_convex_figure_can_be_computed(number, protocol, monkeypatch, tmp_path):
    grid = TINY | {"s": [2.0, 6.0], "trials": 50} if number == "clusters" else TINY
    monkeypatch.setitem(FIGURES[number].grids, "book", grid)
    ds = compute(number, protocol=protocol, store=tmp_path, progress=False)
    assert ds.attrs["held"] in (0, 1)
    assert ds.attrs["finding"]
    assert ds.attrs["protocol"] == protocol
    if FIGURES[number].sigmas != (0.0,):
        np.testing.assert_array_equal(ds.sigma, SIGMAS)
        noise = ds["test_distance" if ds.attrs["metric"] == "test-distance" else "distance"]
        if (protocol, FIGURES[number].settings.get("network")) != ("released", "normalized"):
            assert (noise.sel(n=40, sigma=0.2) > noise.sel(n=40, sigma=0.0)).any()


def test_two_metrics_of_the_same_solutions_share_their_cells(monkeypatch, tmp_path):
    for number in ("7", "19"):
        monkeypatch.setitem(FIGURES[number].grids, "book", TINY)
    weights, outputs = (compute(number, store=tmp_path, progress=False) for number in ("7", "19"))
    assert len(list(tmp_path.iterdir())) == len(SIGMAS)
    np.testing.assert_array_equal(weights.seconds, outputs.seconds)
    assert (weights["mean"].sel(sigma=0.2) != outputs["mean"].sel(sigma=0.2)).any()
    shared = {number: results.solved_as(figure) for number, figure in FIGURES.items()}
    shared = {number: first for number, first in shared.items() if first != number}
    assert shared == {"18a": "4a", "19": "7", "21": "20"}
    assert all(FIGURES[number].grids == FIGURES[first].grids for number, first in shared.items())


def test_a_trained_figure_is_computed_by_training(monkeypatch, tmp_path):
    pytest.importorskip("torch")
    monkeypatch.setitem(FIGURES["8"].grids, "book", {"n": [12, 30, 60], "d": [10], "trials": 2})
    ds = compute("8", store=tmp_path, progress=False)
    assert ds.attrs["form"] == "trained"
    assert ds.test_distance.notnull().all()
    assert ds.attrs["finding"].startswith("median test distance without noise")


def test_the_released_protocol_counts_weights_not_certificates():
    settings = {"n": [30], "d": [10], "trials": 4, "direction": "smallest", "progress": False}
    paper, released = (rl.phase_diagram(**settings, protocol=name) for name in ("paper", "released"))
    np.testing.assert_array_equal(paper.status == 0, released.status == 0)
    assert (released.evidence == released.evidence.none).all()


def test_the_released_prediction_is_not_the_gated_function():
    settings = {"n": [60], "d": [10], "trials": 3, "sigma": 0.2, "metric": "test-distance", "progress": False}
    paper, released = (rl.phase_diagram(**settings, protocol=name) for name in ("paper", "released"))
    np.testing.assert_allclose(paper.distance, released.distance, rtol=1e-6)
    assert (abs(paper.test_distance / released.test_distance - 1) > 0.01).all()


@pytest.mark.parametrize(("number", "protocol"), STORED)
def test_a_stored_result_is_small_and_says_where_it_comes_from(number, protocol):
    file = results.RESULTS / results.FILE.format(number + results.ENDINGS[protocol])
    assert file.stat().st_size < 300_000
    ds = open_figure(number, protocol)
    assert ds.attrs["protocol"] == protocol
    assert ds.attrs["command"].startswith(f"relulab figure {number} --scale ")
    assert ds.attrs["rng"] == 0
    assert {"versions", "machine", "date", "expectation", "held", "finding", "remark"} <= set(ds.attrs)
    again = judge(FIGURES[number], ds)
    assert (int(again[0]), again[1]) == (ds.attrs["held"], ds.attrs["finding"])


@pytest.mark.parametrize(("number", "protocol"), [pair for pair in STORED if pair[0] != "clusters"])
def test_a_stored_result_has_the_papers_grid(number, protocol):
    ds = open_figure(number, protocol)
    assert ds.attrs["scale"] == "paper"
    grid = FIGURES[number].grids["paper"]
    assert ([*ds.n.values], [*ds.d.values]) == ([*grid["n"]], [*grid["d"]])
    assert ds.sizes["trial"] == grid["trials"]


def test_every_figure_is_stored_and_all_are_small():
    assert set(FIGURES) <= set(stored())
    assert set(TRAINED) == set(stored("released"))
    assert sum(file.stat().st_size for file in results.RESULTS.glob("*.zip")) < 6_000_000


@pytest.mark.parametrize("number", [number for number in CONVEX if number != "clusters"])
def test_a_cell_of_a_stored_result_is_what_is_computed_now(number):
    ds, figure = open_figure(number), FIGURES[number]
    pick = np.random.default_rng([ord(letter) for letter in number])
    n, d = int(pick.choice(ds.n[ds.n <= 200])), int(pick.choice(ds.d[ds.d <= 50]))
    sigma = float(pick.choice(figure.sigmas))
    now = rl.phase_diagram([n], [d], ds.sizes["trial"], **figure.settings, sigma=sigma, progress=False)
    then = ds.sel(n=n, d=d) if "sigma" not in ds.dims else ds.sel(n=n, d=d, sigma=sigma)
    for code in range(len(EVIDENCE)):
        assert (now.status == code).sum() == (then.status == code).sum()
    for name in {"distance", "test_distance"} & set(ds):
        np.testing.assert_allclose(now[name][0, 0], then[name], rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize(("number", "protocol"), [pair for pair in STORED if pair[0] in TRAINED])
def test_a_trained_cell_of_a_stored_result_is_what_is_computed_now(number, protocol):
    pytest.importorskip("torch")
    from relulab.figures.trained import panel

    ds, figure = open_figure(number, protocol), FIGURES[number]
    pick = np.random.default_rng([ord(letter) for letter in number + protocol])
    n, d = int(pick.choice(ds.n[ds.n <= 100])), int(pick.choice(ds.d[ds.d <= 30]))
    sigma = float(pick.choice(np.atleast_1d(ds.sigma if "sigma" in ds.dims else ds.attrs["sigma"])))
    settings = {name: value for name, value in figure.settings.items() if name not in ("form", "metric")}
    settings |= {"sigma": sigma, "protocol": protocol, "progress": False}
    now = panel([n], [d], 3, **settings)
    then = ds.sel({"n": n, "d": d} | ({"sigma": sigma} if "sigma" in ds.dims else {})).isel(trial=slice(3))
    np.testing.assert_array_equal(now.status[0, 0], then.status)
    # The released protocol is sign descent, which lets roundings grow: how far, float64 tells.
    rounding = 0.0
    if protocol == "released":
        exact = panel([n], [d], 3, **settings, dtype="float64")
        rounding = float(abs(exact.test_distance / now.test_distance - 1).max())
        assert rounding < 0.02
    np.testing.assert_allclose(now.test_distance[0, 0], then.test_distance, rtol=1e-3 + 3 * rounding)


def test_a_cell_of_the_stored_clusters_is_what_is_computed_now():
    ds = open_figure("clusters")
    now = frequencies([100], [int(ds.d[1])], [float(ds.s[5])], ds.attrs["trials"], progress=False)
    then = ds.isel(d=1, s=5)
    np.testing.assert_allclose(now.rate.item(), then.rate.item(), rtol=1e-6)


def test_an_unknown_result_names_the_others():
    with pytest.raises(ValueError, match=r"figure='11' is unknown; choose from .*'4a'"):
        open_figure("11")
    with pytest.raises(ValueError, match=r"figure='4a' is unknown; choose from '8', "):
        open_figure("4a", protocol="released")
    with pytest.raises(ValueError, match=r"protocol='authors' is unknown; choose from 'paper', 'released'"):
        open_figure("8", protocol="authors")


@pytest.mark.parametrize("number", ["6c", "22"])
def test_the_closed_form_is_what_decisions_count(number):
    trials = 60
    known = truth(number, n=[4, 6, 8], trials=trials)
    np.testing.assert_allclose(known.recovered + known.failed, 1)
    lower, upper = rl.theory.wilson_interval(known.recovered.values * trials, trials, level=0.999)
    assert ((lower <= known.probability) & (known.probability <= upper)).all()


def test_sampling_is_optimistic_and_cutting_planes_say_so():
    known = truth("4a", n=[25], d=10, trials=6)
    assert known.recovered.item() == 0
    assert known.sampled.item() > 1 - known.failed.item()
    assert np.isnan(closed_form(FIGURES["4a"].settings, 25, 10))


@pytest.mark.parametrize("number", ["26a", "26b"])
def test_directions_that_are_silent_on_a_few_rows_get_other_data(number):
    known = truth(number, n=[4], trials=40)  # a given neuron is silent on one draw in sixteen
    assert 0 < known.recovered.item() + known.failed.item() <= 1
    with pytest.raises(ValueError, match="silent on every row"):
        rl.phase.instance(1, 2, 0, kind="normalized", k=2, direction="opposite")  # of w and -w, one always is


def test_truth_is_asked_of_recovery_figures():
    with pytest.raises(ValueError, match="number='7' is not about recovery"):
        truth("7")


def test_a_figure_of_recovery_is_proved_on_request(monkeypatch, tmp_path):
    monkeypatch.setitem(FIGURES["4a"].grids, "book", TINY)
    plain = compute("4a", store=tmp_path, progress=False)
    proved = compute("4a", store=tmp_path, progress=False, prove=True)
    np.testing.assert_array_equal(plain.status, proved.status)
    assert proved.attrs["proofs"].startswith("4 of 4 verdicts proved: 4 in float64")
    assert proved.attrs["command"] == "relulab figure 4a --scale book --seed 0 --prove"
    assert "proofs" not in plain.attrs
    for number, protocol in (("7", "paper"), ("8", "paper"), ("clusters", "paper"), ("4a", "released")):
        with pytest.raises(ValueError, match=f"figure {number} holds no verdicts of recovery"):
            compute(number, protocol=protocol, prove=True, progress=False)


def test_shipped_recovery_figures_name_what_is_not_proved():
    for number in FIGURES:
        if FIGURES[number].decides:
            ds = results.open_figure(number)
            counted = int((ds.proved > 0).sum())
            assert ds.attrs["proofs"].startswith(f"{counted} of ")
            lines = ds.attrs.get("unproved", "").splitlines()
            assert len(lines) == ds.proved.size - counted
            assert all(line.startswith("n=") and ", trial " in line for line in lines)
            assert "--prove" in ds.attrs["proved by"]
            assert counted >= 0.97 * ds.proved.size
            evidence = [(ds.evidence == code).sum(axis=2) for code in ds.evidence.flag_values]
            np.testing.assert_array_equal(np.stack(evidence, axis=-1), ds.evidence_count)
