"""The echo explorer: a wall's echoes by another road, its identity, Python against JavaScript, bad input."""

import numpy as np
import pytest

from relulab.widgets import EchoExplorer

NAMES = ("echo_explorer/walls.js",)
RECOMPUTED = "k => ({ echoes: echoesOf(k), grown: growthOf(echoesOf(k)), impedances: impedancesOf(k) })"


def wall(seed):
    return np.random.default_rng(seed).uniform(-0.8, 0.8, 12)


def bounced(k):
    """What arrives at the surface, which sends it back: waves that run through the layers, step by step."""
    down, up = np.zeros((2, len(k) + 1))  # one of each a layer; a layer is passed in half a unit of time
    down[0], heard = 1.0, [1.0]
    for half in range(1, 2 * len(k) + 1):
        below = -k * down[:-1] + (1 - k) * up[1:]
        beyond = (1 + k) * down[:-1] + k * up[1:]
        if half % 2 == 0:
            heard.append(up[0])
        down, up = np.r_[up[0], beyond], np.r_[below, 0]
    return heard


@pytest.mark.parametrize("seed", range(4))
def test_echoes_are_those_of_a_wave_that_bounces(seed):
    np.testing.assert_allclose(EchoExplorer(wall(seed)).echoes, bounced(wall(seed)), atol=1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_the_volume_grows_by_the_impedance(seed):
    k = wall(seed)
    np.testing.assert_allclose(EchoExplorer(k).grown, np.cumprod((1 + k) / (1 - k)), rtol=1e-7)


def test_the_page_computes_what_python_does(in_node):
    for k in (*map(wall, range(4)), np.zeros(12), np.full(12, 0.8), np.full(12, -0.8)):
        said, explorer = in_node(NAMES, RECOMPUTED, k.tolist()), EchoExplorer(k)
        np.testing.assert_allclose(said["echoes"], explorer.echoes, atol=1e-12)
        np.testing.assert_allclose(said["impedances"], np.cumprod((1 + k) / (1 - k)), rtol=1e-9)
        worst = np.prod((1 + abs(k)) / (1 - abs(k)))  # of the condition numbers of T
        np.testing.assert_allclose(said["grown"], said["impedances"], rtol=max(1e-12, 2.2e-16 * worst))


def test_simple_walls():
    silent = EchoExplorer(np.zeros(12))
    assert silent.echoes.tolist() == [1] + 12 * [0]
    assert silent.grown.tolist() == 12 * [1]
    one = EchoExplorer([0, 0, 0.5] + 9 * [0])
    np.testing.assert_allclose(one.echoes[[3, 6, 9]], [-0.5, 0.25, -0.125])
    np.testing.assert_allclose(one.grown, [1, 1] + 10 * [3])


def test_bad_input():
    with pytest.raises(ValueError, match=r"k has shape \(3,\)"):
        EchoExplorer([0, 0, 0])
    with pytest.raises(ValueError, match=r"k reaches 0\.9; a border may reflect at most 0.8"):
        EchoExplorer([0.9] + 11 * [0])
    explorer = EchoExplorer()
    with pytest.raises(ValueError, match="k holds NaN"):
        explorer.k = [np.nan] * 12
