import numpy as np
import pytest

import relulab as rl

TIGHT = {"tol_gap_abs": 1e-10, "tol_gap_rel": 1e-10, "tol_feas": 1e-10}
NETWORKS = ["plain", "skip", "normalized"]


def problem(seed=0, n=12, d=3, sigma=0.0):
    X = rl.draw("gaussian", n, d, rng=seed)
    plant = rl.plant(X, rng=seed, sigma=sigma)
    return X, plant.y, rl.sample_patterns(X, rng=seed)


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("beta", [None, 0.1])
def test_strong_duality(network, beta):
    X, y, S = problem(sigma=0.3)
    solution = rl.solve(X, y, S, network, beta=beta, **TIGHT)
    norms = rl.Blocks(X, S, network).norms(solution.dual)
    assert solution.status.startswith("optimal")
    assert norms.max() <= (beta or 1) * (1 + 1e-7)
    lower = solution.dual @ y - (0 if beta is None else solution.dual @ solution.dual / 2)
    assert np.isclose(lower, solution.value, rtol=1e-7)
    assert solution.gap < 1e-7


@pytest.mark.parametrize("network", NETWORKS)
def test_a_large_beta_gives_zero_and_a_little_less_does_not(network):
    X, y, S = problem(sigma=0.3)
    critical = rl.Blocks(X, S, network).norms(y).max()
    above, below = (rl.solve(X, y, S, network, beta=c * critical, **TIGHT) for c in (1.01, 0.9))
    size = [np.linalg.norm(s.weights) + np.linalg.norm(s.skip) for s in (above, below)]
    assert size[0] < 1e-6 < 1e-3 < size[1]


@pytest.mark.parametrize("network", NETWORKS)
def test_the_value_has_the_symmetries_of_the_program(network):
    X, y, S = problem(sigma=0.3)
    masks = np.asarray(S)
    rng = np.random.default_rng(0)
    Q = np.linalg.qr(rng.standard_normal((3, 3)))[0]
    rows, columns = rng.permutation(12), rng.permutation(S.p)
    value = rl.solve(X, y, S, network, **TIGHT).value
    same = [(X @ Q, y, masks), (X[rows], y[rows], masks[rows]), (X, y, masks[:, columns]), (X, -y, masks)]
    for other in same:
        assert np.isclose(rl.solve(*other, network, **TIGHT).value, value, rtol=1e-7)
    assert np.isclose(rl.solve(X, 3 * y, S, network, **TIGHT).value, 3 * value, rtol=1e-7)
    scaled = value if network == "normalized" else value / 2
    assert np.isclose(rl.solve(2 * X, y, S, network, **TIGHT).value, scaled, rtol=1e-7)


@pytest.mark.parametrize("network", NETWORKS)
def test_the_weights_give_the_labels(network):
    X, y, S = problem(sigma=0.3)
    solution = rl.solve(X, y, S, network, **TIGHT)
    fit = X @ solution.skip + ((X @ solution.weights) * np.asarray(S)).sum(axis=1)
    np.testing.assert_allclose(fit, y, atol=1e-8)
    assert solution.residual < 1e-8


def test_an_infeasible_program_says_so():
    X = np.array([[1.0, 0.0], [1.0, 0.0]])
    solution = rl.solve(X, [1.0, -1.0], np.ones((2, 1), dtype=bool), "plain")
    assert solution.status.startswith("infeasible")
    assert solution.value == np.inf


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"beta": 0}, "beta=0"),
        ({"beta": -1.0}, "beta=-1.0"),
        ({"solver": "magic"}, "solver='magic' is unknown; choose from 'clarabel'"),
        ({"form": "loose"}, "form='loose' is unknown; choose from 'gated', 'exact'"),
        ({"network": "deep"}, "network='deep'"),
        ({"y": np.ones(11)}, r"y has shape \(11,\); it must be \(12,\)"),
        ({"y": np.full(12, np.nan)}, "y holds NaN"),
        ({"X": np.full((12, 3), np.inf)}, "X holds NaN or infinite"),
    ],
)
def test_bad_input_is_named(change, message):
    X, y, S = problem()
    with pytest.raises(ValueError, match=message):
        rl.solve(**({"X": X, "y": y, "S": S} | change))
