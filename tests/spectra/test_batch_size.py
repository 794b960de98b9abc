"""Predictions about batches against enumeration, simulated matrices and simulated descent."""

from itertools import combinations, product

import numpy as np
import pytest
import scipy.linalg
from hypothesis import given, settings
from hypothesis import strategies as st

from relulab.spectra import batch_size

TRACY_WIDOM = (-1.2065, 1.2680)  # mean and deviation, real symmetric case


@given(st.lists(st.floats(-10, 10), min_size=2, max_size=8))
@settings(max_examples=40, deadline=None)
def test_effective_batch_gives_the_variance_over_every_batch(values):
    total = len(values)
    for batch in range(1, total):
        means = [np.mean(chosen) for chosen in combinations(values, batch)]
        expected = np.var(values, ddof=1) / batch_size.effective_batch(batch, total)
        assert np.var(means) == pytest.approx(expected, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("batch", [10, 200, 375])
def test_effective_batch_gives_the_variance_of_drawn_batches(batch):
    rng, total, draws = np.random.default_rng(batch), 500, 4000
    values = rng.standard_normal(total)
    means = [rng.choice(values, batch, replace=False).mean() for _ in range(draws)]
    ratio = np.var(means) / (np.var(values, ddof=1) / batch_size.effective_batch(batch, total))
    assert abs(ratio - 1) < 4 * np.sqrt(2 / draws)


def test_effective_batch_at_its_ends():
    assert batch_size.effective_batch(20, 20) == np.inf
    assert batch_size.effective_batch(3, 10**12) == pytest.approx(3)


def largest(A):
    return scipy.linalg.eigh(A, eigvals_only=True, subset_by_index=[len(A) - 1] * 2)[0]


@pytest.mark.parametrize("ratio", [0.3, 1.5, 2.0, 4.0])
def test_spiked_wigner_against_simulated_matrices(ratio):
    P, s, draws, rng = 200, 3.0, 8, np.random.default_rng(int(10 * ratio))
    found = []
    for _ in range(draws):
        noise = rng.standard_normal((P, P)) * s / np.sqrt(2 * P)
        A = noise + noise.T
        A[0, 0] += ratio * s
        found.append(largest(A))
    predicted = batch_size.spiked_wigner(ratio * s, s)
    if ratio > 1:
        deviation, shift = s * np.sqrt(2 / P * (1 - 1 / ratio**2)), 0
    else:
        shift, deviation = np.multiply(TRACY_WIDOM, s * P ** (-2 / 3))
    assert abs(np.mean(found) - predicted - shift) < 4 * deviation / np.sqrt(draws)


@pytest.mark.parametrize("gamma", [0.5, 2.0])
@pytest.mark.parametrize("ratio", [0.3, 2.0, 5.0])
def test_spiked_marchenko_pastur_against_simulated_matrices(ratio, gamma):
    T, v, draws, rng = 200, 0.2, 8, np.random.default_rng(int(10 * ratio * gamma))
    P = int(gamma * T)
    spike = ratio * v * np.sqrt(gamma)
    found = []
    for _ in range(draws):
        X = rng.standard_normal((T, P)) * np.sqrt(v)
        X[:, 0] *= np.sqrt(1 + spike / v)
        found.append(largest(X @ X.T / T))
    predicted = batch_size.spiked_marchenko_pastur(spike, v, gamma)
    if ratio > 1:  # Paul (2007)
        deviation, shift = (spike + v) * np.sqrt(2 / T * (1 - 1 / ratio**2)), 0
    else:  # Johnstone (2001)
        width = v / T * (np.sqrt(T) + np.sqrt(P)) * (1 / np.sqrt(T) + 1 / np.sqrt(P)) ** (1 / 3)
        shift, deviation = np.multiply(TRACY_WIDOM, width)
    assert abs(np.mean(found) - predicted - shift) < 4 * deviation / np.sqrt(draws)


@given(st.floats(0.01, 100), st.floats(0.01, 100))
def test_predictions_are_continuous_at_the_threshold_and_scale(s, gamma):
    wigner, pastur = batch_size.spiked_wigner, batch_size.spiked_marchenko_pastur
    near = np.array([1 - 1e-7, 1 + 1e-7])
    np.testing.assert_allclose(wigner(near * s, s), 2 * s, rtol=1e-9)
    np.testing.assert_allclose(pastur(near * s * np.sqrt(gamma), s, gamma), s * (1 + np.sqrt(gamma)) ** 2)
    spikes = np.array([0.1, 1.0, 3.0, 30.0])
    np.testing.assert_allclose(wigner(s * spikes, s), s * wigner(spikes, 1))
    np.testing.assert_allclose(pastur(s * spikes, s, gamma), s * pastur(spikes, 1, gamma))


def test_without_noise_the_spike_is_what_is_seen():
    np.testing.assert_array_equal(batch_size.spiked_wigner([[0.5], [2.0]], 0), [[0.5], [2.0]])
    assert batch_size.spiked_marchenko_pastur(2.0, 1.0, 0) == 3
    assert batch_size.spiked_marchenko_pastur(2.0, 0, 0.5) == 2


def radius(curvatures, rate, momentum):
    """Of the map (x, x before) -> (next x, x) of heavy-ball descent on a quadratic."""
    blocks = [np.array([[1 + momentum - rate * h, -momentum], [1.0, 0.0]]) for h in curvatures]
    return max(np.abs(np.linalg.eigvals(block)).max() for block in blocks)


curvatures_drawn = st.lists(st.floats(0.01, 100), min_size=1, max_size=8).map(np.array)


@given(curvatures_drawn, st.sampled_from([0.0, 0.5]))
@settings(max_examples=60, deadline=None)
def test_best_step_contracts_by_the_root_of_its_momentum(curvatures, damping):
    step = batch_size.best_step(lambda v: curvatures * v, len(curvatures), damping=damping)
    damped = curvatures + damping
    assert step.largest == pytest.approx(damped.max(), rel=1e-6)
    assert step.smallest == pytest.approx(damped.min(), rel=1e-6)
    # The radius is a double eigenvalue: 1e-6 in a curvature is 1e-3 in it.
    root = np.sqrt(damped.max() / damped.min())
    assert radius(damped, step.rate, step.momentum) == pytest.approx((root - 1) / (root + 1), abs=2e-3)
    assert step.momentum == pytest.approx(((root - 1) / (root + 1)) ** 2, abs=1e-5)


@given(curvatures_drawn, st.floats(0.2, 1.9), st.floats(0, 0.999))
@settings(max_examples=60, deadline=None)
def test_no_other_rate_and_momentum_contract_faster(curvatures, share, momentum):
    step = batch_size.best_step(lambda v: curvatures * v, len(curvatures))
    other = radius(curvatures, share * 2 * (1 + momentum) / curvatures.max(), momentum)
    assert other >= np.sqrt(step.momentum) - 2e-3


def test_best_step_from_few_steps_on_a_large_matrix():
    curvatures = np.r_[np.random.default_rng(0).uniform(0, 1, 999), 10.0]
    step = batch_size.best_step(lambda v: curvatures * v, 1000, steps=20, damping=0.1)
    assert step.largest == pytest.approx(10.1, rel=1e-6)
    assert 0.1 <= step.smallest < 0.15
    descent = np.ones(1000)
    before = descent
    for _ in range(100):
        descent, before = (
            descent - step.rate * (curvatures + 0.1) * descent + step.momentum * (descent - before),
            descent,
        )
    assert np.linalg.norm(descent) < 1e-3 * np.sqrt(1000)


def test_best_step_leaves_out_curvature_that_is_not_positive():
    step = batch_size.best_step(lambda v: np.array([-3.0, 0.0, 1.0, 4.0]) * v, 4)
    assert (step.largest, step.smallest) == pytest.approx((4, 1))


def every_batch(X, rate, batch, C):
    """The spectral radius of E[A (x) A], A = I - rate C H_B, over all batches drawn with replacement."""
    d = X.shape[1]
    mean = np.zeros((d * d, d * d))
    for rows in product(X, repeat=batch):
        A = np.eye(d) - rate * C @ (np.array(rows).T @ np.array(rows) / batch)
        mean += np.kron(A, A)
    return np.abs(np.linalg.eigvals(mean / len(X) ** batch)).max()


@pytest.mark.parametrize("damping", [None, 0.3])
@pytest.mark.parametrize("batch", [1, 2, 4])
@pytest.mark.parametrize("rate", [0.05, 0.4, 1.5])
@pytest.mark.parametrize("seed", range(2))
def test_contraction_is_the_spectral_radius_over_every_batch(seed, rate, batch, damping):
    X = np.random.default_rng(seed).standard_normal((5, 3))
    H = X.T @ X / 5
    C = np.eye(3) if damping is None else np.linalg.inv(H + damping * np.eye(3))
    found = batch_size.contraction(X, rate, batch, damping, iterations=3000)
    assert found == pytest.approx(every_batch(X, rate, batch, C), rel=1e-9)


def test_contraction_of_large_batches_is_that_of_the_full_gradient():
    X = np.random.default_rng(1).standard_normal((30, 4))
    values = np.linalg.eigvalsh(X.T @ X / 30)
    for rate in (0.1, 1.9 / values[-1], 2.1 / values[-1]):
        exact = (np.abs(1 - rate * values).max()) ** 2
        assert batch_size.contraction(X, rate, 10**12, iterations=2000) == pytest.approx(exact, rel=1e-6)


def test_contraction_that_ends_in_one_step_is_zero():
    assert batch_size.contraction([[1.0], [-1.0]], 1.0, 3) == 0


def test_contraction_where_some_direction_has_no_data_is_one():
    X = np.random.default_rng(2).standard_normal((3, 6))
    assert batch_size.contraction(X, 0.01, 2, iterations=5000) == pytest.approx(1)


@pytest.mark.parametrize(("rate", "batch"), [(0.1, 1), (0.3, 2), (0.9, 4)])
def test_contraction_is_the_growth_of_simulated_descent(rate, batch):
    """Errors of length 1, drawn again in proportion to their squares, stand for the second moment."""
    rng = np.random.default_rng(batch)
    X = rng.uniform(-1.5, 1.5, (20, 3))
    groups, copies, growth = np.arange(20)[:, None], 1000, []
    e = rng.standard_normal((20, copies, 3))
    e /= np.linalg.norm(e, axis=-1, keepdims=True)
    for _ in range(120):
        rows = X[rng.integers(20, size=(20, copies, batch))]
        e = e - rate / batch * np.einsum("gcbi,gcb->gci", rows, np.einsum("gcbi,gci->gcb", rows, e))
        squares = (e**2).sum(-1)
        growth.append(squares.mean(-1))
        shares = squares.cumsum(-1) / squares.sum(-1, keepdims=True)
        chosen = [np.searchsorted(share, (np.arange(copies) + rng.random()) / copies) for share in shares]
        e = e[groups, chosen]
        e /= np.linalg.norm(e, axis=-1, keepdims=True)
    growth = np.mean(growth[60:], axis=0)
    error = growth.std(ddof=1) / np.sqrt(20)
    assert error < 2e-3
    assert abs(growth.mean() - batch_size.contraction(X, rate, batch, iterations=1000)) < 4 * error


X = np.eye(2)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: batch_size.effective_batch(0, 10), "batch=0 is not positive"),
        (lambda: batch_size.effective_batch(-1, 10), "batch=-1 is not a finite number >= 0"),
        (lambda: batch_size.effective_batch(1, np.inf), "total=inf is not a finite number >= 0"),
        (lambda: batch_size.effective_batch(1, 0), "total=0 is not positive"),
        (lambda: batch_size.effective_batch(11, 10), "batch=11 is larger than total=10"),
        (lambda: batch_size.spiked_wigner(1.0, -1), "s=-1 is not a finite number >= 0"),
        (lambda: batch_size.spiked_wigner(np.nan, 1), "spike holds NaN"),
        (lambda: batch_size.spiked_marchenko_pastur([1.0, np.inf], 1, 0.5), "spike holds NaN or infinite"),
        (lambda: batch_size.spiked_marchenko_pastur(1.0, -1, 0.5), "v=-1 is not"),
        (lambda: batch_size.spiked_marchenko_pastur(1.0, 1, -0.5), "gamma=-0.5 is not"),
        (lambda: batch_size.best_step(np.copy, 0), "size=0"),
        (lambda: batch_size.best_step(np.copy, 3, steps=0), "steps=0"),
        (lambda: batch_size.best_step(np.copy, 3, damping=-1), "damping=-1"),
        (lambda: batch_size.best_step(np.negative, 3), "product: no curvature .* add damping"),
        (lambda: batch_size.best_step(np.zeros_like, 3), "product: no curvature .* add damping"),
        (lambda: batch_size.contraction([1.0, 2.0], 0.1, 1), "X has shape"),
        (lambda: batch_size.contraction(X * np.nan, 0.1, 1), "X holds NaN"),
        (lambda: batch_size.contraction(X, 0, 1), "rate=0 is not positive"),
        (lambda: batch_size.contraction(X, -0.1, 1), "rate=-0.1"),
        (lambda: batch_size.contraction(X, 0.1, 0), "batch=0 is not a whole number >= 1"),
        (lambda: batch_size.contraction(X, 0.1, 1.5), "batch=1.5"),
        (lambda: batch_size.contraction(X, 0.1, 1, iterations=0), "iterations=0 is not a whole number >= 1"),
        (lambda: batch_size.contraction(X, 0.1, 1, damping=0), "damping=0 is not positive"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
