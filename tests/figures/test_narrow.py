"""A figure is drawn a second time for phones where its letters would be too small, and stays as it was."""

import warnings
from contextlib import ExitStack

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

import relulab as rl
from relulab.plots import STYLE, narrow
from relulab.plots.narrow import PHONE, SMALLEST, WIDTH, drawn_twice, parted, smallest_letters

PIXELS = 4 / 3  # a point


@pytest.fixture(autouse=True)
def style():
    with mpl.rc_context(STYLE):
        yield


def width(svg):
    return float(WIDTH.search(svg)[1]) * PIXELS


def test_a_figure_that_fits_is_drawn_once():
    figure, ax = plt.subplots(figsize=(3.6, 3))
    ax.plot([0, 1])
    wide, narrow = parted(drawn_twice(figure))
    assert narrow is None
    assert smallest_letters(wide) >= SMALLEST


def test_nothing_is_drawn_of_an_empty_figure():
    assert drawn_twice(plt.figure()) is None


@pytest.mark.parametrize("panels", [1, 2, 3, 6])
def test_letters_can_be_read_on_a_phone(panels):
    figure, axes = plt.subplots(1, panels, figsize=(9, 4), sharey=True, squeeze=False)
    for k, ax in enumerate(axes.flat):
        ax.plot(
            [0, 1], [k, k + 1], label="a line with a name that is longer than a phone is wide, or nearly so"
        )
        ax.set(xlabel="time", title="a title of many words, more than a phone has room for in a line")
        ax.text(0.5, k, "tiny", fontsize=5)
    axes.flat[0].set_ylabel("height")
    axes.flat[0].legend(fontsize=8)
    wide, narrow = parted(drawn_twice(figure))
    assert smallest_letters(wide) < SMALLEST <= smallest_letters(narrow) + 0.5
    assert width(narrow) < 1.15 * PHONE


def test_exponents_can_be_read_on_a_phone():
    figure, ax = plt.subplots(figsize=(4.8, 3.4))
    ax.loglog([1, 1000], [1e-6, 1])
    ax.set_xlabel(r"$\|x_1\|$", fontsize=8)
    wide, narrow = parted(drawn_twice(figure))
    assert smallest_letters(wide) < SMALLEST <= smallest_letters(narrow) + 0.5


def test_the_figure_is_as_before():
    figure, axes = plt.subplots(1, 2, figsize=(9, 4), sharey=True)
    axes[0].plot([0, 1], label="a line")
    axes[0].set(ylabel="height", title="a title")
    axes[0].legend(fontsize=5)
    first, second = drawn_twice(figure), drawn_twice(figure)
    assert parted(first) == parted(second)
    np.testing.assert_array_equal(figure.get_size_inches(), (9, 4))


def test_panels_that_share_an_axis_are_labelled_alike_when_stacked():
    figure, axes = plt.subplots(1, 2, figsize=(9, 4), sharey=True)
    axes[0].set_ylabel("height")
    wide, narrow = parted(drawn_twice(figure))
    assert (wide.count("<!-- height -->"), narrow.count("<!-- height -->")) == (1, 2)


def test_a_layout_too_tight_does_not_warn():
    figure, axes = plt.subplots(5, 2, figsize=(9, 1.5))
    axes[0, 0].set_title("letters too large for their panel", fontsize=20)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure.set_layout_engine("none")
        assert drawn_twice(figure)


def test_the_two_drawings_part_as_they_were_joined():
    figure, ax = plt.subplots(figsize=(9, 4))
    ax.plot([0, 1])
    wide, narrow = parted(drawn_twice(figure))
    for drawing in (wide, narrow):
        assert drawing.count("<svg") == drawing.count("</svg>") == 1


@pytest.mark.parametrize("height", [3.2, 4, 5])
def test_a_legend_below_leaves_the_axis_its_name(height):
    figure = Figure((6.2, height), layout="constrained")
    ax = figure.subplots()
    for name in ("training", "validation", "the best of all those that were tried", "active neurons"):
        ax.loglog([1e-2, 1], [1, 2], label=name)
    ax.set_xlabel("beta")
    legend = ax.legend()
    with ExitStack() as undo:
        narrow._narrow(figure, undo)
        figure.draw_without_rendering()
        below = legend.get_window_extent()
        assert below.y1 < ax.xaxis.label.get_window_extent().y0
        assert below.y1 > ax.xaxis.label.get_window_extent().y0 - 0.15 * figure.dpi


def test_the_path_and_the_diagram_leave_their_axis_its_name():
    X = rl.draw("gaussian", 10, 2, rng=0)
    found = rl.path(X, rl.plant(X, rng=1).y, rl.sample_patterns(X, rng=2))
    for ax in (rl.plots.path(found), rl.plots.diagram(rl.open_figure("4a"))):
        for height in (4.8, 2.4):
            ax.figure.set_figheight(height)
            ax.figure.draw_without_rendering()
            label = ax.xaxis.label.get_window_extent()
            assert label.height > 0
            assert ax.get_legend().get_window_extent().y1 < label.y0
        plt.close(ax.figure)
