"""The gate explorer's Python side: outputs, agreement in the cell, bad input."""

import numpy as np
import pytest

import relulab as rl
from relulab.widgets import GateExplorer


@pytest.mark.parametrize("seed", range(20))
def test_the_outputs_agree_exactly_in_the_closed_cell(seed):
    rng = np.random.default_rng(seed)
    X, gate, w = rng.standard_normal((6, 2)), rng.standard_normal(2), rng.uniform(-0.7, 0.7, 2)
    gated, relu = GateExplorer(X, gate, w).outputs
    signs = np.where(X @ gate >= 0, 1, -1)
    assert np.allclose(gated, relu) == ((signs * (X @ w)) >= 0).all()
    np.testing.assert_allclose(relu, np.maximum(X @ w, 0))
    block = rl.Blocks(X, (X @ gate >= 0)[:, None], network="plain")
    np.testing.assert_allclose(gated, block.apply(w[None]), atol=1e-12)


def test_at_first_the_weights_are_in_the_cell():
    for gate in ([3.0, 4.0], [-1.0, 0.0], None):
        explorer = GateExplorer(gate=gate)
        gated, relu = explorer.outputs
        np.testing.assert_array_equal(gated, relu)
        assert np.hypot(*explorer.w) == pytest.approx(0.7)


def test_bad_input():
    with pytest.raises(ValueError, match="X has 3 columns"):
        GateExplorer(np.eye(3))
    with pytest.raises(ValueError, match="X has 13 rows"):
        GateExplorer(np.ones((13, 2)))
    with pytest.raises(ValueError, match="gate is zero"):
        GateExplorer(gate=[0, 0])
    with pytest.raises(ValueError, match=r"w has length 1\.41; it must be at most 1"):
        GateExplorer(w=[1, 1])
    explorer = GateExplorer()
    with pytest.raises(ValueError, match="gate is zero"):
        explorer.gate = [0.0, 0.0]
