from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np
import pytest

import relulab as rl
from relulab.data.ensembles import cluster_direction, cluster_means, clustered


@pytest.mark.parametrize("ensemble", ["whitened", "cubic-whitened"])
@pytest.mark.parametrize(("n", "d"), [(40, 7), (7, 40), (9, 9)])
def test_whitened_data_are_white(ensemble, n, d):
    X = rl.draw(ensemble, n, d, rng=3)
    product = X.T @ X if n >= d else X @ X.T
    np.testing.assert_allclose(product, np.eye(min(n, d)), atol=1e-12)


def test_whitening_keeps_the_column_space():
    X, U = rl.draw("cubic", 30, 4, rng=5), rl.draw("cubic-whitened", 30, 4, rng=5)
    assert np.linalg.matrix_rank(np.hstack([X, U]), tol=1e-10) == 4


def test_gaussian_and_cubic_moments():
    n, d = 200, 100
    X = rl.draw("gaussian", n, d, rng=1)
    deviation = 4 * np.sqrt(2 / (n * d))
    assert abs(n * X.var() - 1) < deviation
    np.testing.assert_allclose(rl.draw("cubic", n, d, rng=1), X**3)


def test_a_function_is_an_ensemble():
    X = rl.draw(lambda n, d, rng: rng.uniform(size=(n, d)), 6, 2, rng=0)
    assert X.shape == (6, 2)
    assert ((X >= 0) & (X < 1)).all()


def test_seeds_repeat_and_touch_nothing_global():
    np.random.seed(0)  # noqa: NPY002
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    first, second = rl.draw("gaussian", 5, 3, rng=8), rl.draw("gaussian", 5, 3, rng=np.random.default_rng(8))
    np.testing.assert_array_equal(first, second)
    np.testing.assert_array_equal(before, np.random.get_state()[1])  # noqa: NPY002


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("poisson", 5, 3), "ensemble='poisson' is unknown; choose from 'gaussian', 'cubic', 'whitened'"),
        (("gaussian", 0, 3), "n=0"),
        (("gaussian", 5, -1), "d=-1"),
        (("gaussian", 5.5, 3), "n=5.5"),
        (("gaussian", True, 3), "n=True"),
        (("gaussian", 5, 3, -1), "rng=-1"),
        (("gaussian", 5, 3, "seed"), "rng='seed'"),
        ((lambda n, d, rng: np.zeros((d, n)), 5, 3), r"shape \(3, 5\); it must be \(5, 3\)"),
        ((lambda n, d, rng: np.full((n, d), np.nan), 5, 3), "NaN"),
    ],
)
def test_bad_input_is_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        rl.draw(*arguments)


@pytest.mark.parametrize(
    ("means", "norms"), [("unit", (1, 1)), ("signs", (np.sqrt(2000),) * 2), (np.eye(2, 2000), (1, 1))]
)
def test_clusters_have_their_means_sizes_and_noise(means, norms):
    ensemble = clustered(s=4, means=means, first=7)
    X = rl.draw(ensemble, 30, 2000, rng=1)
    first, second = X[:7], X[7:]
    spread = [
        np.std(part - part.mean(axis=0)) * np.sqrt(len(part) / (len(part) - 1)) for part in (first, second)
    ]
    np.testing.assert_allclose(spread, 1 / 4, rtol=0.02)
    for part, norm in zip((first, second), norms, strict=True):
        assert part.var(axis=0, ddof=1).mean() == pytest.approx(1 / 16, rel=0.04)
        # ||mean||^2 of a part is ||mu||^2 + d / (s^2 size), up to a few per cent.
        squared = (part.mean(axis=0) ** 2).sum() - 2000 / (16 * len(part))
        assert squared == pytest.approx(norm**2, rel=0.05, abs=1.5)


def test_gaussian_means_are_standard():
    means = cluster_means(5000, "gaussian", rng=2)
    assert abs(means.var() - 1) < 0.06
    assert abs(means[0] @ means[1]) / 5000 < 0.06


def test_means_that_have_a_name_are_drawn_with_the_data():
    with_name, rng = clustered(s=1e9, means="unit"), np.random.default_rng(0)
    X, Y = with_name(5, 3, rng), with_name(5, 3, rng)
    np.testing.assert_allclose(X[:3], X[[0]].repeat(3, axis=0), atol=1e-7)
    np.testing.assert_allclose(X[3:], X[[3]].repeat(2, axis=0), atol=1e-7)
    assert np.abs(X - Y).max() > 0.1


def test_clusters_make_a_phase_diagram_in_other_processes():
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as executor:
        ds = rl.phase_diagram([12], [3], trials=2, ensemble=clustered(s=3), executor=executor, progress=False)
    assert ds.attrs["ensemble"].startswith("clustered")
    assert np.isfinite(ds.rate.item())


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: clustered(0), "s=0 is not > 0"),
        (
            lambda: clustered(1, "poisson"),
            "means='poisson' is unknown; choose from 'signs'",
        ),
        (lambda: clustered(1, np.ones(3)), r"means has shape \(3,\); it must be \(2, d\)"),
        (lambda: rl.draw(clustered(1, np.eye(2)), 5, 3), r"means has shape \(2, 2\); it must be \(2, 3\)"),
        (lambda: rl.draw(clustered(1, first=6), 5, 3), "first=6"),
        (lambda: cluster_direction([[1.0, 0.0], [0.0, 0.0]]), "means holds a zero row"),
    ],
)
def test_bad_clusters_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
