import numpy as np
import pytest

import relulab as rl

NETWORKS = ["plain", "skip", "normalized"]


def data(name):
    X = rl.draw("gaussian", 14, 4, rng=0)
    return {
        "general": X,
        "duplicates": np.vstack([X, X[:3]]),
        "zero rows": np.vstack([X, np.zeros((2, 4))]),
        "rank deficient": X[:, [0, 1, 1, 2]],
        "wide": X[:3],
    }[name]


DATA = ["general", "duplicates", "zero rows", "rank deficient", "wide"]


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("name", DATA)
def test_the_three_operations_are_those_of_the_matrices(network, name):
    X = data(name)
    blocks = rl.Blocks(X, rl.sample_patterns(X, rng=1), network)
    matrices = [blocks.block(j) for j in range(blocks.size)]
    rng = np.random.default_rng(2)
    W, lam = rng.standard_normal((3, blocks.size, 4)), rng.standard_normal((3, len(X)))
    outputs = sum(W[:, j] @ A.T for j, A in enumerate(matrices))
    np.testing.assert_allclose(blocks.apply(W), outputs, atol=1e-12)
    np.testing.assert_allclose(blocks.adjoint(lam), np.stack([lam @ A for A in matrices], axis=1), atol=1e-12)
    np.testing.assert_allclose(blocks.gram(), sum(A @ A.T for A in matrices), atol=1e-12)
    np.testing.assert_allclose(blocks.norms(lam), np.linalg.norm(blocks.adjoint(lam), axis=2))


@pytest.mark.parametrize("name", DATA)
def test_normalized_blocks_are_orthonormal_bases_of_the_masked_data(name):
    X = data(name)
    S = rl.sample_patterns(X, rng=1)
    blocks = rl.Blocks(X, S, "normalized")
    for j, pattern in enumerate(np.asarray(S).T):
        masked = X * pattern[:, None]
        rank = np.linalg.matrix_rank(masked)
        U = blocks.block(j)
        np.testing.assert_allclose(U.T @ U, np.diag(np.r_[np.ones(rank), np.zeros(4 - rank)]), atol=1e-10)
        np.testing.assert_allclose(U @ (U.T @ masked), masked, atol=1e-10)


@pytest.mark.parametrize("size", [1e-1, 1e-3, 1e-6, 1e-9])
def test_bases_are_orthonormal_however_close_the_columns_are(size):
    X = rl.draw("gaussian", 30, 4, rng=0)
    X[:, 3] = X[:, 0] + size * X[:, 3]
    blocks = rl.Blocks(X, rl.sample_patterns(X, rng=1), "normalized")
    for j in range(blocks.p):
        U = blocks.block(j)
        rank = np.linalg.matrix_rank(X[blocks.masks[:, j] > 0])
        rounding = 1e-14 / size  # of the product X R_j, whose factor has entries like 1 / size
        np.testing.assert_allclose(U.T @ U, np.diag(np.arange(4) < rank), atol=1e-11 + rounding)


def test_skip_block_comes_first():
    X = data("general")
    blocks = rl.Blocks(X, rl.sample_patterns(X, rng=1), "skip")
    np.testing.assert_array_equal(blocks.block(0), X)
    assert blocks.size == blocks.p + 1


@pytest.mark.parametrize(
    ("kind", "network"), [("relu", "plain"), ("relu", "skip"), ("normalized", "normalized")]
)
def test_the_planted_point_gives_the_labels_and_costs_k(kind, network):
    X = data("general")
    plant = rl.plant(X, kind, k=2, rng=5)
    blocks = rl.Blocks(X, rl.sample_patterns(X, include=plant.weights, rng=1), network)
    index, coordinates = blocks.planted(plant)
    W = np.zeros((blocks.size, 4))
    W[index] = coordinates
    np.testing.assert_allclose(blocks.apply(W), plant.y, atol=1e-12)
    np.testing.assert_allclose(np.linalg.norm(coordinates, axis=1), 1)


@pytest.mark.parametrize(
    ("S", "message"),
    [
        (np.ones((13, 2), dtype=bool), r"shape \(13, 2\)"),
        (np.ones((14, 2)), "dtype float64"),
        (np.ones(14, dtype=bool), "shape"),
        (np.ones((14, 0), dtype=bool), "empty pattern set"),
    ],
)
def test_bad_patterns_are_refused(S, message):
    with pytest.raises(ValueError, match=message):
        rl.Blocks(data("general"), S)


def test_bad_pairs_are_refused():
    X = data("general")
    S = rl.sample_patterns(X, rng=1)
    with pytest.raises(
        ValueError, match=r"network='deep' is unknown; choose from 'plain', 'skip', 'normalized'"
    ):
        rl.Blocks(X, S, "deep")
    with pytest.raises(
        ValueError, match=r"kind='linear' does not go with network='plain'; the pairs are .*linear, skip"
    ):
        rl.isometry(rl.plant(X), S, "plain")
    stranger = rl.plant(X, "relu", direction=-np.ones(4))
    lacking = np.asarray(S)[:, (np.asarray(S) != (X @ stranger.weights >= 0)).any(axis=0)]
    with pytest.raises(ValueError, match=r"include=plant\.weights"):
        rl.isometry(stranger, lacking, "plain")


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("name", DATA)
def test_cones_hold_the_neurons_with_their_pattern(network, name):
    X = data(name)
    S = rl.sample_patterns(X, count=12, rng=1)
    blocks = rl.Blocks(X, S, network)
    for j in range(blocks.skip, blocks.size):
        C, N = blocks.cone(j)
        u = S.gates[:, j - blocks.skip]
        a = u if blocks.factors is None else blocks.block(j).T @ (X @ u)
        rest = (2 * np.asarray(S)[:, j - blocks.skip] - 1) * (X @ u) - C @ a
        z = np.linalg.lstsq(N, rest)[0] if N.shape[1] else np.zeros(0)
        np.testing.assert_allclose(C @ a + N @ z, np.abs(X @ u), atol=1e-9)


def test_the_skip_block_has_no_cone():
    X = data("general")
    with pytest.raises(ValueError, match="skip block"):
        rl.Blocks(X, rl.sample_patterns(X, rng=1), "skip").cone(0)


@pytest.mark.parametrize("network", ["plain", "skip"])
def test_products_never_need_all_blocks_at_once(network):
    import tracemalloc

    rng = np.random.default_rng(0)
    X, masks = rng.standard_normal((400, 100)), rng.random((400, 400)) < 0.5
    tracemalloc.start()
    blocks = rl.Blocks(X, masks, network)
    W, lam = rng.standard_normal((blocks.size, 100)), rng.standard_normal(400)
    blocks.apply(W)
    blocks.adjoint(lam)
    blocks.gram()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 200e6
    assert peak < 400 * 100 * 400 * 8
