import cvxpy as cp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import relulab as rl
from relulab.blocks import cones


def by_interior_point(cone, g):
    C, N = cone
    a = cp.Variable(len(g))
    inside = C @ a + (N @ cp.Variable(N.shape[1]) if N.size else 0) >= 0
    problem = cp.Problem(cp.Minimize(cp.sum_squares(a - g)), [inside])
    problem.solve(solver=cp.CLARABEL, tol_gap_abs=1e-10, tol_gap_rel=1e-10, tol_feas=1e-10)
    return a.value


@pytest.mark.parametrize("network", ["plain", "normalized"])
@pytest.mark.parametrize(("n", "d"), [(12, 3), (6, 4), (3, 5), (25, 6)])
def test_projections_against_an_interior_point_method(network, n, d):
    X = rl.draw("gaussian", n, d, rng=n)
    blocks = rl.Blocks(X, rl.sample_patterns(X, count=8, rng=1), network)
    rng = np.random.default_rng(2)
    thin = 0
    for j in range(blocks.size):
        cone, g = blocks.cone(j), rng.standard_normal(d)
        a, z = cones.project(cone, g)
        np.testing.assert_allclose(a, by_interior_point(cone, g), atol=1e-5)
        assert (cone[0] @ a + cone[1] @ z).min() > -1e-9 * (1 + np.abs(z).max(initial=0))
        assert abs((g - a) @ a) < 1e-9
        thin += cone[1].size > 0
    assert (thin > 0) == (network == "normalized" and n < 2 * d)


@given(st.integers(0, 10**6), st.sampled_from([1e-100, 1.0, 1e100]))
@settings(max_examples=40, deadline=None)
def test_a_projection_is_one(seed, scale):
    rng = np.random.default_rng(seed)
    X = rl.draw("gaussian", 9, 3, rng=rng)
    cone = rl.Blocks(X, rl.sample_patterns(X, count=1, rng=rng), "plain").cone(0)
    g = scale * rng.standard_normal(3)
    a = cones.project(cone, g)[0]
    size = np.linalg.norm(g / scale)
    np.testing.assert_allclose(cones.project(cone, a)[0] / scale, a / scale, atol=1e-12 * size)
    np.testing.assert_allclose(cones.project(cone, 7 * g)[0] / scale, 7 * a / scale, atol=1e-11 * size)
    h = g + scale * rng.standard_normal(3)
    moved = np.linalg.norm((cones.project(cone, h)[0] - a) / scale)
    assert moved <= np.linalg.norm((h - g) / scale) * (1 + 1e-12)


@pytest.mark.parametrize("network", ["plain", "skip", "normalized"])
def test_the_largest_norm_looks_at_every_block(network):
    X = rl.draw("gaussian", 10, 3, rng=0)
    blocks = rl.Blocks(X, rl.sample_patterns(X, rng=1), network)
    for seed in range(5):
        dual = np.random.default_rng(seed).standard_normal(10)
        gradients = blocks.adjoint(dual)
        sides = [np.linalg.norm(gradients[: blocks.skip])] + [
            np.linalg.norm(cones.project(blocks.cone(j), sign * gradients[j])[0])
            for j in range(blocks.skip, blocks.size)
            for sign in (1, -1)
        ]
        assert np.isclose(cones.largest_norm(blocks, dual, "exact"), max(sides), rtol=1e-12)
        assert np.isclose(cones.largest_norm(blocks, dual, "gated"), blocks.norms(dual).max(), rtol=1e-12)


@pytest.mark.parametrize(("n", "d"), [(12, 3), (4, 6)])
def test_the_null_part_closes_the_neuron_off_its_pattern_and_only_there(n, d):
    X = rl.draw("gaussian", n, d, rng=0)
    S = rl.sample_patterns(X, count=6, rng=1)
    blocks = rl.Blocks(X, S, "normalized")
    rng = np.random.default_rng(2)
    for j in range(blocks.size):
        a = cones.project(blocks.cone(j), rng.standard_normal(d))[0]
        v = cones.null_part(blocks, j, a)
        active = np.asarray(S)[:, j]
        output = X @ (blocks.factors[j] @ a + v)
        np.testing.assert_allclose(X[active] @ v, 0, atol=1e-9)
        np.testing.assert_allclose(np.maximum(output, 0), blocks.block(j) @ a, atol=1e-9)


def test_a_decomposition_stays_in_the_cone_and_a_thin_cone_is_an_error():
    X = rl.draw("gaussian", 8, 3, rng=0)
    C, N = rl.Blocks(X, rl.sample_patterns(X, count=2, rng=1), "plain").cone(0)
    a = np.random.default_rng(1).standard_normal(3)
    b, c = cones.decompose((C, N), a)
    np.testing.assert_allclose(b - c, a, atol=1e-8)
    assert min((C @ b).min(), (C @ c).min()) > -1e-8
    inside = cones.project((C, N), a)[0]
    np.testing.assert_allclose(cones.decompose((C, N), inside)[0], inside, atol=1e-5)
    with pytest.raises(ValueError, match="no weights realize its pattern"):
        cones.decompose((np.array([[1.0, 0.0], [-1.0, 0.0]]), np.zeros((2, 0))), np.array([1.0, 0.0]))
