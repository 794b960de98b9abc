"""The curve explorer's Python side: sizes, the answer of a real network, bad input."""

import itertools

import numpy as np
import pytest

from relulab.widgets import CurveExplorer


def legendre(d, t):
    return np.polynomial.legendre.legvander(t, d - 1) * np.sqrt(np.arange(d) + 0.5)


def by_tents(explorer):
    """The network itself: a tent over each corner of the grid."""
    d, N = explorer.d, explorer.N
    t = (np.arange(400) + 0.5) / 200 - 1
    phi, u = legendre(d, t), np.interp(t, np.linspace(-1, 1, 9), explorer.heights)
    x = (u @ phi / 200 + 1) / 2 * N
    total = 0.0
    for corner in itertools.product(range(N + 1), repeat=d):
        away = x - np.array(corner)
        tent = max(0, 1 - max(0, *away) - max(0, *-away)) if d > 1 else max(0, 1 - abs(away[0]))
        total += tent * np.abs(phi @ (2 * np.array(corner) / N - 1)).mean() * 2
    return total


@pytest.mark.parametrize(("d", "N", "seed"), [(1, 8, 0), (2, 4, 1), (3, 4, 2), (4, 2, 3)])
def test_the_answer_is_that_of_the_network(d, N, seed):
    heights = np.random.default_rng(seed).uniform(-0.7, 0.7, 9)
    explorer = CurveExplorer(heights, d, N)
    assert explorer.sizes["answer"] == pytest.approx(by_tents(explorer), abs=1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_the_answer_obeys_the_bound_of_the_mesh(seed):
    rng = np.random.default_rng(seed)
    for d, N in itertools.product((1, 4, 16), (2, 16, 64)):
        sizes = CurveExplorer(rng.uniform(-0.7, 0.7, 9), d, N).sizes
        assert abs(sizes["answer"] - sizes["seen"]) <= np.sqrt(2) * 2 / N * np.sqrt(d) * (1 + 1e-3)


def test_simple_curves():
    line = CurveExplorer(np.linspace(-0.6, 0.6, 9), d=2, N=64).sizes
    assert line["curve"] == pytest.approx(0.6, abs=1e-5)
    assert line["seen"] == pytest.approx(line["curve"], abs=1e-5)
    flat = CurveExplorer(np.zeros(9), d=16, N=2).sizes
    assert flat == {"curve": 0, "seen": 0, "answer": 0}
    top = CurveExplorer(np.full(9, 0.7), d=1, N=2).sizes
    assert top["answer"] == pytest.approx(1.4)


def test_bad_input():
    with pytest.raises(ValueError, match=r"heights has shape \(3,\)"):
        CurveExplorer([0, 0, 0])
    with pytest.raises(ValueError, match=r"heights reach 0\.8; at most 0.7 can be drawn"):
        CurveExplorer([0.8] * 9)
    with pytest.raises(ValueError, match="d=17"):
        CurveExplorer(d=17)
    with pytest.raises(ValueError, match="N=6 is no power of two"):
        CurveExplorer(N=6)
    explorer = CurveExplorer()
    with pytest.raises(ValueError, match="N=128"):
        explorer.N = 128
