import sys

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.contour import QuadContourSet

import relulab as rl
from relulab.cli import main
from relulab.figures.archive import load
from relulab.figures.clusters import frequencies
from relulab.figures.ground_truth import truth
from relulab.figures.list import FIGURES
from relulab.figures.results import measured_edge
from relulab.figures.whole import LISTED

mpl.use("Agg")


@pytest.fixture
def diagram():
    return rl.phase_diagram([20, 30, 40, 60], [10, 15], trials=4, progress=False)


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    import matplotlib.pyplot as plt

    plt.close("all")


def test_the_picture_shows_the_rates(diagram):
    ax = rl.plots.diagram(diagram)
    shown = ax.collections[0].get_array()
    np.testing.assert_array_equal(np.asarray(shown).reshape(4, 2), diagram.rate)
    assert "sampled patterns" in ax.get_title()
    line = next(line for line in ax.lines if len(line.get_xdata()) > 2)
    np.testing.assert_allclose(line.get_ydata(), 2 * line.get_xdata())


def test_undecided_cells_are_marked(diagram):
    diagram.undecided[1, 0] = 2
    assert [text.get_text() for text in rl.plots.diagram(diagram).texts] == ["?2"]


def test_a_slice_shows_the_exact_curve(diagram):
    curve = rl.plots.slice_against_wendel(diagram, 10).lines[-1]
    at_2d = np.flatnonzero(np.isclose(curve.get_xdata(), 2))
    np.testing.assert_allclose(curve.get_ydata()[at_2d], 0.5)


def test_the_maps_are_ordered_by_lightness():
    colors = mpl.colormaps[rl.plots.RATE_MAP](np.linspace(0, 1, 50))[:, :3]
    lightness = colors @ [0.2126, 0.7152, 0.0722]
    assert (np.diff(lightness) > 0).all()


def test_measured_edge_interpolates():
    ds = rl.phase_diagram([20, 40], [10], trials=4, progress=False)
    ds.rate[:, 0] = [0.25, 0.75]
    assert measured_edge(ds) == 3.0
    ds.rate[:, 0] = [1, 1]
    assert np.isnan(measured_edge(ds))


def test_figures_are_listed(capsys):
    assert main(["figures"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines if not line.startswith(" ")] == list(LISTED)
    assert sum("expected:" in line for line in lines) == len(LISTED)
    assert any("stored: results/figure-4a.zarr.zip, " in line for line in lines)


def test_a_sweep_writes_table_and_pictures(tmp_path, capsys):
    arguments = [
        "sweep",
        "--n",
        "20:40:10",
        "--d",
        "8,10",
        "--trials",
        "2",
        "--seed",
        "3",
        "--out",
        str(tmp_path),
    ]
    assert main(arguments) == 0
    assert "6 cells, 0 undecided trials" in capsys.readouterr().out
    assert (tmp_path / "sweep.png").stat().st_size > 5000
    assert "<svg" in (tmp_path / "sweep.svg").read_text()
    lines = (tmp_path / "sweep.csv").read_text().splitlines()
    assert any(line == "# rng: 3" for line in lines)
    assert len([line for line in lines if not line.startswith("#")]) == 7


def test_a_figure_says_whether_it_held(tmp_path, capsys, monkeypatch):
    grid = {"n": range(10, 61, 10), "d": [10, 20], "trials": 3}
    monkeypatch.setitem(FIGURES["6c"].grids, "book", grid)
    assert main(["figure", "6c", "--out", str(tmp_path), "--remark", "a test"]) == 0
    assert "held, edge at n/d = " in capsys.readouterr().out
    assert {path.name for path in tmp_path.iterdir()} == {
        "cells",
        "figure-6c-book.png",
        "figure-6c-book.svg",
        "figure-6c-book.zarr.zip",
    }
    ds = load(tmp_path / "figure-6c-book.zarr.zip")
    assert ds.attrs["command"] == "relulab figure 6c --scale book --seed 0"
    assert ds.attrs["remark"] == "a test"
    again = rl.phase_diagram(**grid, **FIGURES["6c"].settings, progress=False)
    np.testing.assert_array_equal(ds.status, again.status)
    assert main(["figure", "6c", "--out", str(tmp_path), "--seed", "1"]) == 2
    assert "holds another sweep: rng is 0 there and 1 here" in capsys.readouterr().err


def test_a_trained_figure_without_torch_names_the_extra(tmp_path, capsys, monkeypatch):
    for name in [
        name for name in sys.modules if name.startswith(("relulab.training", "relulab.figures.trained"))
    ]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "torch", None)
    assert main(["figure", "8", "--out", str(tmp_path)]) == 2
    assert "pip install 'relulab[train]'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["figure", "99"], "relulab: figure='99' is unknown; choose from '2', '4a'"),
        (["figure", "4a", "--scale", "poster"], "relulab: scale='poster'"),
        (["sweep", "--n", "0,10"], "relulab: n=0"),
        (["sweep", "--ensemble", "poisson"], "relulab: ensemble='poisson'"),
        (["sweep", "--n", "ten"], "relulab sweep: argument --n: 'ten'"),
        (["bake"], "relulab: argument command"),
        ([], "relulab: the following arguments are required: command"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(arguments, message, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    try:
        code = main(arguments)
    except SystemExit as stop:
        code = stop.code
    complaint = capsys.readouterr().err
    assert code == 2
    assert complaint.startswith(message)
    assert complaint.count("\n") == 1


def test_the_panels_show_the_medians_of_each_noise_level():
    ds = rl.open_figure("7")
    drawn = rl.pictures.with_truth(ds)
    for ax, sigma in zip(drawn.axes, ds.sigma.values, strict=False):
        assert ax.get_title() == f"σ = {sigma:g}"
        shown = np.asarray(ax.collections[0].get_array()).reshape(ds.sizes["n"], ds.sizes["d"])
        np.testing.assert_array_equal(shown, ds["median"].sel(sigma=sigma))


def test_half_of_the_distances_vanish_on_the_contour(diagram):
    settings = {"n": [20, 30, 40, 60], "d": [10, 15], "trials": 4, "progress": False}
    ds = rl.phase_diagram(**settings, metric="distance")
    np.testing.assert_array_equal(rl.phase.vanishing(ds).rate, diagram.rate)
    measured, rates = rl.pictures.picture(ds).axes[0], rl.plots.diagram(diagram)
    labels = [artist.get_label() for artist in measured.get_legend_handles_labels()[0]]
    assert labels == ["n = 2d: all-ones pattern with probability 1/2", "measured 50 %", "its 95 % interval"]
    for ax in (measured, rates):
        drawn = [c for c in ax.collections if isinstance(c, QuadContourSet) and not c.filled]
        ax.line = drawn[0].get_paths()[0].vertices
    np.testing.assert_allclose(measured.line, rates.line)


def test_only_the_panel_without_noise_has_a_contour():
    drawn = rl.pictures.picture(rl.open_figure("7"))
    contours = [any(isinstance(c, QuadContourSet) for c in ax.collections) for ax in drawn.axes[:4]]
    assert contours == [True, False, False, False]
    assert all(ax.lines for ax in drawn.axes[:4])


def test_few_trials_leave_no_band():
    ds = rl.phase_diagram([20, 60], [10, 15], 2, metric="distance", progress=False)
    labels = rl.pictures.distances(ds).get_legend_handles_labels()[1]
    assert labels[1:] == ["measured 50 %"]


def test_the_truth_is_drawn_beside_the_sampled_diagram():
    known = truth("5a", n=[12, 18], trials=4)
    lower = rl.pictures.picture(rl.open_figure("5a"), known).axes[1]
    sampled, everything = lower.lines[:2]
    np.testing.assert_array_equal(sampled.get_ydata(), known.sampled)
    np.testing.assert_array_equal(everything.get_ydata(), known.recovered)
    assert "all patterns" in everything.get_label()


def test_a_closed_form_is_drawn_at_the_diagrams_own_sizes():
    ds = rl.open_figure("6c")
    curve = rl.pictures.with_truth(ds).axes[1].lines[-1]
    at_2d = np.isclose(curve.get_xdata(), 2)
    np.testing.assert_allclose(np.asarray(curve.get_ydata())[at_2d], 0.5)


def test_clusters_show_the_formula_and_what_was_counted():
    grid = {"n": [20], "d": [10, 20], "s": [2.0, 4.0], "trials": 50}
    ax = rl.pictures.picture(frequencies(**grid, progress=False)).axes[0]
    assert len(ax.containers) == 2
    assert "formula" in ax.get_title()
