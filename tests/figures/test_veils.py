"""A figure that waits for a guess: what is refused."""

import json

import pytest
from matplotlib.figure import Figure

import relulab as rl


def axes(**settings):
    ax = Figure().subplots()
    ax.set(**{"xlabel": "m", "ylabel": "share", "xlim": (1, 10), "ylim": (0, 1), **settings})
    return ax


def held(ax):
    return json.loads(ax.patch.get_gid().removeprefix("veil:"))


def test_the_truth_is_held_with_limits_scales_and_names():
    ax = axes(xscale="log")
    rl.plots.veil(ax, x=3)
    assert held(ax) == {
        "kind": "x",
        "limits": {"x": [1, 10], "y": [0, 1]},
        "scales": {"x": "log", "y": "linear"},
        "names": {"x": "m", "y": "share"},
        "truth": 3,
    }
    rl.plots.veil(ax, curve=([2, 4, 20], [0.1, 1 / 3, 7]), names=("n", "part"))
    assert held(ax)["truth"] == [[2, 0.1], [4, 0.333333], [20, 7]]
    assert held(ax)["names"] == {"x": "n", "y": "part"}


@pytest.mark.parametrize(
    ("settings", "truth", "fault"),
    [
        ({}, {}, "one truth must be given, x, y or curve; these are 0"),
        ({}, {"x": 2, "y": 1}, "these are 2"),
        ({}, {"x": 11}, "x is outside of the axes"),
        ({}, {"y": -0.1}, "y is outside of the axes"),
        ({}, {"x": float("nan")}, "x holds NaN"),
        ({}, {"curve": ([11, 12], [0, 1])}, "curve is outside of the axes"),
        ({}, {"curve": ([2, 2], [0, 1])}, "which rise"),
        ({}, {"curve": ([2, 3], [0])}, r"curve has shape \(1,\)"),
        ({}, {"curve": [1, 2, 3]}, "curve must be a pair"),
        ({"xscale": "symlog"}, {"x": 2}, "ax has the scale 'symlog' in x"),
        ({"xlabel": ""}, {"x": 2}, "names must hold a few plain words"),
        ({"ylabel": "$y$"}, {"y": 0.5}, "names must hold a few plain words"),
    ],
)
def test_what_nobody_could_guess_is_refused(settings, truth, fault):
    with pytest.raises(ValueError, match=fault):
        rl.plots.veil(axes(**settings), **truth)
