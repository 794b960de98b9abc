"""Curvature products against dense ones, Lanczos and its quadrature against NumPy's eigenvalues."""

import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relulab import spectra

torch = pytest.importorskip("torch")

SHAPES = {"first": (3, 4), "bias": (4,), "second": (4, 2)}


def network(seed=0, rows=7):
    """A smooth network 3-4-2 in float64: its outputs, the loss in them, its parameters."""
    rng = torch.Generator().manual_seed(seed)

    def normal(*shape):
        return torch.randn(*shape, generator=rng, dtype=torch.float64)

    X, labels = normal(rows, 3), torch.randint(2, (rows,), generator=rng)
    parameters = {name: normal(*shape) for name, shape in SHAPES.items()}

    def outputs(p):
        return torch.tanh(X @ p["first"] + p["bias"]) @ p["second"]

    def loss(f):
        return torch.nn.functional.cross_entropy(f, labels)

    return outputs, loss, parameters


def unflat(vector):
    pieces = vector.split([int(np.prod(shape)) for shape in SHAPES.values()])
    return {name: piece.reshape(SHAPES[name]) for name, piece in zip(SHAPES, pieces, strict=True)}


def flat(parameters):
    return torch.cat([value.ravel() for value in parameters.values()])


def dense(product, size):
    return np.array([product(v) for v in np.eye(size)]).T


def symmetric(size, seed):
    A = np.random.default_rng(seed).standard_normal((size, size))
    return (A + A.T) / 2


def rotated(values, seed):
    Q = np.linalg.qr(np.random.default_rng(seed).standard_normal((len(values), len(values))))[0]
    return Q * values @ Q.T


def tridiagonal(diagonal, beside):
    return np.diag(diagonal) + np.diag(beside, 1) + np.diag(beside, -1)


@pytest.mark.parametrize("seed", range(4))
def test_hessian_product_is_that_of_the_dense_hessian(seed):
    outputs, loss, parameters = network(seed)
    vector = flat(parameters)
    expected = torch.autograd.functional.hessian(lambda v: loss(outputs(unflat(v))), vector).numpy()
    product = spectra.hessian_product(lambda p: loss(outputs(p)), parameters)
    np.testing.assert_allclose(dense(product, len(vector)), expected, atol=1e-13)
    v = np.random.default_rng(seed).standard_normal(len(vector))
    np.testing.assert_allclose(product(v), expected @ v, atol=1e-12)
    assert np.linalg.eigvalsh(expected)[0] < -1e-4  # not the Gauss-Newton matrix, which has none below 0


@pytest.mark.parametrize("seed", range(4))
def test_gauss_newton_product_is_that_of_the_explicit_jacobian(seed):
    outputs, loss, parameters = network(seed)
    vector, said = flat(parameters), outputs(parameters)
    J = torch.autograd.functional.jacobian(lambda v: outputs(unflat(v)).ravel(), vector).numpy()
    H = torch.autograd.functional.hessian(lambda f: loss(f.reshape(said.shape)), said.ravel()).numpy()
    found = dense(spectra.gauss_newton_product(outputs, loss, parameters), len(vector))
    np.testing.assert_allclose(found, J.T @ H @ J, atol=1e-13)
    assert np.linalg.eigvalsh(found)[0] > -1e-13


def test_both_matrices_agree_where_the_outputs_are_linear():
    X = torch.tensor(np.random.default_rng(0).standard_normal((9, 4)))
    parameters = {"w": torch.zeros(4, dtype=torch.float64)}

    def square(f):
        return ((f - 1) ** 2).mean() / 2

    for product in (
        spectra.hessian_product(lambda p: square(X @ p["w"]), parameters),
        spectra.gauss_newton_product(lambda p: X @ p["w"], square, parameters),
    ):
        np.testing.assert_allclose(dense(product, 4), (X.T @ X / 9).numpy(), atol=1e-14)


def test_products_keep_the_precision_of_the_parameters_and_their_order():
    single = {"b": torch.tensor([3.0]), "a": torch.tensor([[1.0, 2.0]])}
    product = spectra.hessian_product(lambda p: (p["a"] ** 3).sum() + p["b"].sum() ** 3, single)
    found = product(np.ones(3))
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, [18, 6, 12])


@pytest.mark.parametrize("make", ["hessian", "gauss_newton"])
def test_a_vector_of_another_length_is_named(make):
    outputs, loss, parameters = network()
    if make == "hessian":
        product = spectra.hessian_product(lambda p: loss(outputs(p)), parameters)
    else:
        product = spectra.gauss_newton_product(outputs, loss, parameters)
    with pytest.raises(ValueError, match="v has 5 entries, the parameters have 24"):
        product(np.ones(5))


def test_torch_is_named_where_it_is_missing(monkeypatch):
    outputs, loss, parameters = network()
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(ImportError, match=r"pip install 'relulab\[train\]'"):
        spectra.hessian_product(loss, parameters)
    with pytest.raises(ImportError, match=r"pip install 'relulab\[train\]'"):
        spectra.gauss_newton_product(outputs, loss, parameters)


@given(st.integers(0, 10**6), st.integers(1, 25), st.integers(1, 30), st.sampled_from([1e-12, 1.0, 1e6]))
@settings(max_examples=60, deadline=None)
def test_lanczos_factors_the_matrix_and_stays_inside_its_spectrum(seed, size, steps, scale):
    A = scale * symmetric(size, seed)
    diagonal, beside, basis = spectra.lanczos(lambda v: A @ v, size, steps, rng=seed)
    m = len(diagonal)
    assert (len(beside), basis.shape) == (m - 1, (m, size))
    assert m <= min(steps, size)
    np.testing.assert_allclose(basis @ basis.T, np.eye(m), atol=1e-11)
    np.testing.assert_allclose(basis @ A @ basis.T, tridiagonal(diagonal, beside), atol=1e-10 * scale)
    ritz, values = np.linalg.eigvalsh(tridiagonal(diagonal, beside)), np.linalg.eigvalsh(A)
    slack = 1e-10 * scale
    assert (ritz >= values[:m] - slack).all()
    assert (ritz <= values[size - m :] + slack).all()
    if m == size:
        np.testing.assert_allclose(ritz, values, atol=1e-9 * scale)


def test_orthogonality_lasts_where_the_plain_recurrence_loses_it():
    values = np.r_[np.linspace(0, 1, 199), 1000.0]
    _, _, basis = spectra.lanczos(lambda v: values * v, 200, 150)
    np.testing.assert_allclose(basis @ basis.T, np.eye(len(basis)), atol=1e-12)


@pytest.mark.parametrize("distinct", [[3.0], [0.0], [-1.0, 2.0], [0.0, 1.0, 50.0], [-2.0, 0.0, 1.0, 4.0]])
def test_lanczos_stops_where_the_krylov_space_ends(distinct):
    A = rotated(np.resize(distinct, 40), seed=1)
    calls = []
    diagonal, beside, basis = spectra.lanczos(lambda v: calls.append(1) or A @ v, 40, 30)
    assert len(calls) == len(diagonal) == len(distinct)
    np.testing.assert_allclose(np.linalg.eigvalsh(tridiagonal(diagonal, beside)), distinct, atol=1e-10)
    np.testing.assert_allclose(basis.T @ (basis @ A @ basis.T), A @ basis.T, atol=1e-10)


def test_randomness_is_that_of_rng():
    A = symmetric(20, 0)
    first, again, other, drawn = (
        spectra.lanczos(lambda v: A @ v, 20, 5, rng) for rng in (3, 3, 4, np.random.default_rng(3))
    )
    np.testing.assert_array_equal(first[0], again[0])
    np.testing.assert_array_equal(first[0], drawn[0])
    assert not np.allclose(first[0], other[0])


@pytest.mark.parametrize("steps", [1, 2, 5])
def test_one_probe_integrates_polynomials_below_twice_its_steps(steps):
    A = symmetric(30, 2)
    start = spectra.lanczos(lambda v: A @ v, 30, 1, rng=7)[2][0]
    nodes, weights = spectra.density(lambda v: A @ v, 30, steps, probes=1, rng=7)
    assert len(nodes) == steps
    for power in range(2 * steps):
        exact = start @ np.linalg.matrix_power(A, power) @ start
        assert weights @ nodes**power == pytest.approx(exact, rel=1e-10, abs=1e-8)


def test_density_has_the_moments_of_the_spectrum():
    size, probes = 200, 100
    A = symmetric(size, 3) / np.sqrt(size)
    values = np.linalg.eigvalsh(A)
    nodes, weights = spectra.density(lambda v: A @ v, size, 12, probes, rng=0)
    assert (np.diff(nodes) >= 0).all()
    assert (weights >= 0).all()
    assert weights.sum() == pytest.approx(1)
    for power in range(1, 9):
        # On a unit vector, v^T f(A) v has variance 2 var f(eigenvalues) / (size + 2).
        deviation = np.sqrt(2 * np.var(values**power) / (size + 2) / probes)
        assert abs(weights @ nodes**power - (values**power).mean()) < 4 * deviation


def test_density_of_a_matrix_with_few_eigenvalues_finds_their_shares():
    A = rotated(np.r_[np.zeros(70), np.full(30, 2.0)], seed=4)
    nodes, weights = spectra.density(lambda v: A @ v, 100, 10, probes=200, rng=1)
    np.testing.assert_allclose(np.abs(nodes - 1), 1, atol=1e-10)
    deviation = np.sqrt(2 * 0.3 * 0.7 / 102 / 200)
    assert abs(weights[nodes > 1].sum() - 0.3) < 4 * deviation


@given(st.integers(0, 10**6), st.integers(1, 30), st.data())
@settings(max_examples=40, deadline=None)
def test_leading_is_the_end_of_eigvalsh(seed, size, data):
    count = data.draw(st.integers(1, min(size, 6)))
    A = symmetric(size, seed)
    values, vectors = spectra.leading(lambda v: A @ v, size, count, rng=seed)
    np.testing.assert_allclose(values, np.linalg.eigvalsh(A)[::-1][:count], atol=1e-9)
    np.testing.assert_allclose(A @ vectors, vectors * values, atol=1e-6)
    np.testing.assert_allclose(vectors.T @ vectors, np.eye(count), atol=1e-9)


def test_leading_is_the_largest_and_not_the_largest_in_size():
    values, _ = spectra.leading(lambda v: np.array([-100.0, 1.0, 2.0, 3.0]) * v, 4)
    np.testing.assert_allclose(values, [3])


@pytest.mark.parametrize(("size", "count"), [(1, 1), (5, 2), (5, 5), (40, 3)])
def test_leading_of_the_zero_matrix(size, count):
    values, vectors = spectra.leading(np.zeros_like, size, count)
    np.testing.assert_array_equal(values, np.zeros(count))
    np.testing.assert_array_equal(vectors.T @ vectors, np.eye(count))


@pytest.mark.parametrize("rank", [1, 2])
def test_leading_of_a_matrix_of_low_rank(rank):
    basis = np.linalg.qr(np.random.default_rng(rank).standard_normal((40, rank)))[0]
    values, vectors = spectra.leading(lambda v: basis @ (5 * (basis.T @ v)), 40, 4)
    np.testing.assert_allclose(values, np.r_[np.full(rank, 5), np.zeros(4 - rank)], atol=1e-9)
    np.testing.assert_allclose(vectors.T @ vectors, np.eye(4), atol=1e-9)


def test_leading_of_a_networks_hessian():
    outputs, loss, parameters = network(5)
    product = spectra.hessian_product(lambda p: loss(outputs(p)), parameters)
    exact = np.linalg.eigvalsh(dense(product, 24))[::-1]
    np.testing.assert_allclose(spectra.leading(product, 24, 3)[0], exact[:3], atol=1e-10)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: spectra.lanczos(np.copy, 0, 3), "size=0 is not a whole number >= 1"),
        (lambda: spectra.lanczos(np.copy, 2.5, 3), "size=2.5"),
        (lambda: spectra.lanczos(np.copy, 3, 0), "steps=0 is not a whole number >= 1"),
        (lambda: spectra.lanczos(np.copy, 3, 2, rng=-1), "rng=-1"),
        (lambda: spectra.density(np.copy, 3, rng="a"), "rng='a'"),
        (lambda: spectra.leading(np.copy, 3, rng=None), "rng=None"),
        (lambda: spectra.lanczos(lambda v: v * np.nan, 3, 2), "product: not finite in step 1"),
        (lambda: spectra.density(np.copy, 0), "size=0"),
        (lambda: spectra.density(np.copy, 3, steps=0), "steps=0"),
        (lambda: spectra.density(np.copy, 3, probes=0), "probes=0 is not a whole number >= 1"),
        (lambda: spectra.density(lambda v: v + np.inf, 3), "product: not finite in step 1"),
        (lambda: spectra.leading(np.copy, 0), "size=0"),
        (lambda: spectra.leading(np.copy, 5, 0), "count=0 is not a whole number >= 1 and <= 5"),
        (lambda: spectra.leading(np.copy, 5, 6), "count=6 is not a whole number >= 1 and <= 5"),
        (lambda: spectra.leading(lambda v: v * np.nan, 1), "product: not finite"),
        (lambda: spectra.leading(lambda v: v * np.nan, 40, 2), "product: not finite"),
        (lambda: spectra.hessian_product(sum, {}), "parameters is empty"),
        (lambda: spectra.gauss_newton_product(sum, sum, {}), "parameters is empty"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_a_product_that_fails_later_names_the_step():
    answers = iter([1.0, 1.0, np.nan])
    with pytest.raises(ValueError, match="product: not finite in step 3"):
        spectra.lanczos(lambda v: next(answers) * np.arange(5) * v, 5, 5)
