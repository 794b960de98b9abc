"""What interpolants cost once they are exact: the singular values that price what is missed."""

import numpy as np
import pytest

import relulab as rl
from relulab.certify import one_by_one, proofs
from relulab.certify.units import units_of


@pytest.mark.parametrize(
    ("kind", "network", "form"),
    [("linear", "skip", "exact"), ("linear", "skip", "gated"), ("normalized", "normalized", "gated")],
)
def test_squared_or_not_the_prices_are_the_same(kind, network, form, monkeypatch):
    plant, S = rl.phase.instance(24, 5, 0, kind, rng=4)
    units = units_of(plant.X, network)
    problem, _ = one_by_one._problem(units.of_plant(plant), S, units, network, form)
    A = np.hstack([problem.blocks.block(j) for j in range(problem.blocks.size)])
    expected = np.linalg.svd(A, compute_uv=False)
    assert expected[-1] ** 2 > proofs.FIRM * expected[0] ** 2  # as is usual
    W = np.random.default_rng(0).standard_normal(problem.weights.shape) / 9 + problem.weights
    ways = []
    for firm in (proofs.FIRM, np.inf):
        monkeypatch.setattr(proofs, "FIRM", firm)
        prices = proofs.Prices(problem)
        np.testing.assert_allclose(np.sort(prices.values)[::-1], expected, rtol=1e-9)
        settled, spent = prices.settled(W)
        np.testing.assert_allclose(prices.outputs(settled)[0], prices.y, rtol=0, atol=1e-12)
        ways.append(spent)
    assert ways[0] == pytest.approx(ways[1], rel=1e-9)
    assert np.isfinite(ways[0])


def test_nearly_dependent_rows_are_not_squared():
    """A row twice but for 1e-9: its singular value, lost in the Gram matrix, is priced."""
    X = np.random.default_rng(0).standard_normal((8, 3))
    X[1] = X[0] + 1e-9 * X[1]
    plant = rl.plant(X, rng=1)
    S = rl.sample_patterns(X, rng=2)
    units = units_of(X, "skip")
    problem, _ = one_by_one._problem(units.of_plant(plant), S, units, "skip", "gated")
    A = np.hstack([problem.blocks.block(j) for j in range(problem.blocks.size)])
    expected = np.linalg.svd(A, compute_uv=False)
    assert expected[-1] < 1e-8 * expected[0]
    np.testing.assert_allclose(proofs.Prices(problem).values[-1], expected[-1], rtol=1e-5)
