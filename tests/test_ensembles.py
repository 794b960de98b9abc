import numpy as np
import pytest

import relulab as rl


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
