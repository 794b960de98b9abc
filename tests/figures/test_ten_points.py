"""The running example is what the book says of it, in every chapter that shows it."""

import numpy as np
import pytest
from matplotlib.figure import Figure

import relulab as rl

TEN = rl.ten_points()
EVERY = rl.enumerate_patterns(TEN.X)


def test_points_are_heard_as_they_are_colored():
    heard = (TEN.X @ TEN.weights > 0).tolist()
    assert [heard.count(kind) for kind in ([True, False], [False, True], [True, True], [False, False])] == [
        3,
        3,
        2,
        2,
    ]
    np.testing.assert_allclose(np.linalg.norm(TEN.weights, axis=0), 1)
    assert len(EVERY.gates.T) == rl.count_patterns(10, 2) == 20


def test_the_gated_program_finds_the_two_neurons_and_nothing_else():
    found = rl.solve(TEN.X, TEN.y, EVERY, network="plain")
    assert found.value == pytest.approx(2, abs=1e-6)
    used = np.linalg.norm(found.weights, axis=0) > 1e-3
    assert used.sum() == 2
    weights = found.weights[:, used].T.tolist()
    np.testing.assert_allclose(sorted(weights), sorted(TEN.weights.T.tolist()), atol=1e-4)
    assert found.dual @ TEN.y == pytest.approx(2, abs=1e-6)
    verdict = rl.decide(TEN, EVERY, network="plain", form="gated")
    assert verdict.status == "recovered"
    assert rl.check(verdict, TEN, EVERY)


def test_both_conditions_hold_over_all_patterns():
    both = rl.isometry(TEN, EVERY, network="plain")
    assert both.holds
    assert np.sort(both.norms)[-3] < 0.95
    assert np.abs(both.dual[(TEN.X @ TEN.weights <= 0).all(axis=1)]).max() < 1e-12
    linear = rl.plant(TEN.X, kind="linear", direction=TEN.weights[:, 0])
    alone = rl.isometry(linear, EVERY, network="skip")
    assert alone.holds
    assert alone.norms.max() < 0.72


def test_the_reach_is_the_largest_block_norm_of_each_gate():
    both = rl.isometry(TEN, EVERY, network="plain")
    ax = Figure().subplots()
    rl.plots.draw_reach(ax, both.dual)
    drawn = np.hypot(*ax.lines[1].get_data())
    assert drawn.max() == pytest.approx(1, abs=1e-9)
    assert set(drawn.round(6)) == set(both.norms.round(6))


def test_bad_input_is_named():
    ax = Figure().subplots()
    with pytest.raises(ValueError, match="gate"):
        rl.plots.draw_ten_points(ax, gate=[1, 2, 3])
    with pytest.raises(ValueError, match="prices"):
        rl.plots.draw_ten_points(ax, prices=[1, 2])
    with pytest.raises(ValueError, match="dual"):
        rl.plots.draw_reach(ax, [np.nan] * 10)
    with pytest.raises(ValueError, match="count"):
        rl.plots.draw_neurons(ax, 3)
