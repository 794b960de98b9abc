"""Several outputs, both norms: against CVXPY, what weight decay charges, closed forms; odd data too."""

import numpy as np
import pytest

import relulab as rl

cp = pytest.importorskip("cvxpy")

KINDS = [(network, free) for network in ("plain", "skip", "normalized") for free in (False, True)]


def problem(seed=0, n=20, d=3, kind="gaussian"):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, d)) if kind == "gaussian" else rng.integers(-2, 3, (n, d)).astype(float)
    if kind == "integers":
        X[1], X[2], X[3] = X[0], -X[0], 0
    hidden = np.maximum(X @ rng.standard_normal((d, 2)), 0)
    Y = hidden @ np.array([[1.0, -2.0], [1.0, 1.0]]) + 0.1 * rng.standard_normal((n, 2)) + [0, 1]
    return X, Y, rl.sample_patterns(X, 8, rng=seed)


def by_cvxpy(X, Y, S, network, beta, free, nuclear=False):
    """The program written down again, with Frobenius or nuclear norms."""
    blocks, c = rl.Blocks(X, S, network), Y.shape[1]
    V = [cp.Variable((X.shape[1], c)) for _ in range(blocks.size)]
    fit = sum(blocks.block(j) @ v for j, v in enumerate(V))
    if free:
        fit = fit + np.ones((len(X), 1)) @ cp.Variable((1, c))
    cost = sum(cp.normNuc(v) if nuclear else cp.norm(v, "fro") for v in V)
    if beta is None:
        return cp.Problem(cp.Minimize(cost), [fit == Y]).solve(solver="CLARABEL")
    return cp.Problem(cp.Minimize(cp.sum_squares(fit - Y) / 2 + beta * cost)).solve(solver="CLARABEL")


def spectral(X, S, network, prices):
    """The largest singular value of each ``A_j^T prices``."""
    blocks = rl.Blocks(X, S, network)
    return np.array([np.linalg.norm(blocks.block(j).T @ prices, 2) for j in range(blocks.size)])


@pytest.mark.parametrize("kind", ["gaussian", "integers"])
@pytest.mark.parametrize(("network", "free"), KINDS)
def test_it_is_the_program_and_below_weight_decay(network, free, kind):
    X, Y, S = problem(1, kind=kind)
    beta = 0.1 * rl.programs.beta_max(X, Y, S, network, intercept=free)
    found = rl.solve(X, Y, S, network, beta=beta, intercept=free, solver="newton", tol=1e-8)
    assert found.status == "optimal"
    assert found.value == pytest.approx(by_cvxpy(X, Y, S, network, beta, free), rel=1e-6)
    decay = by_cvxpy(X, Y, S, network, beta, free, nuclear=True)
    assert found.value * (1 - found.gap) <= decay * (1 + 1e-6)
    assert decay <= found.weight_decay * (1 + 1e-6)
    exact = rl.solve(X, Y, S, network, beta=beta, intercept=free, norm="nuclear", solver="newton", tol=1e-7)
    assert (exact.status, exact.norm) == ("optimal", "nuclear")
    assert exact.value == pytest.approx(decay, rel=1e-6)
    assert exact.weight_decay == pytest.approx(exact.value, rel=1e-12)
    reach = spectral(X, S, network, exact.dual)
    assert reach.max() <= beta * (1 + 1e-9)
    bound = (exact.dual * Y).sum() - 0.5 * (exact.dual**2).sum()
    assert exact.value * (1 - 1e-7) <= bound * (1 + 1e-9) <= exact.value * (1 + 2e-9)
    if free:
        np.testing.assert_allclose(exact.dual.sum(axis=0), 0, atol=1e-9 * np.abs(exact.dual).sum())
    assert found.weight_decay * (1 - found.weight_decay_gap) == pytest.approx(found.value, rel=1e-6)
    np.testing.assert_allclose(found.predict(X), found.fit, atol=1e-12)
    reach = np.linalg.norm(
        [rl.Blocks(X, S, network).block(j).T @ found.dual for j in range(len(found.ranks))], axis=(1, 2)
    )
    assert reach.max() <= beta * (1 + 1e-9)
    bound = (found.dual * Y).sum() - 0.5 * (found.dual**2).sum()
    assert bound == pytest.approx(found.value, rel=1e-6)
    if free:
        np.testing.assert_allclose(found.dual.sum(axis=0), 0, atol=1e-9 * np.abs(found.dual).sum())


@pytest.mark.parametrize("solver", ["clarabel", "newton"])
@pytest.mark.parametrize("network", ["plain", "skip", "normalized"])
def test_interpolation_too(network, solver):
    X, Y, S = problem(2, n=10)
    found = rl.solve(X, Y, S, network, solver=solver)
    assert found.value == pytest.approx(by_cvxpy(X, Y, S, network, None, False), rel=1e-5)
    np.testing.assert_allclose(found.fit, Y, atol=1e-5)
    if solver == "newton":
        exact = rl.solve(X, Y, S, network, solver=solver, norm="nuclear", tol=1e-7)
        assert exact.value == pytest.approx(by_cvxpy(X, Y, S, network, None, False, nuclear=True), rel=1e-6)
        np.testing.assert_allclose(exact.fit, Y, atol=1e-9)
        assert spectral(X, S, network, exact.dual).max() <= 1 + 1e-9
        assert (exact.dual * Y).sum() == pytest.approx(exact.value, rel=1e-6)


@pytest.mark.parametrize("free", [False, True])
def test_one_output_is_the_program_with_one(free):
    X, Y, S = problem(3)
    options = {"beta": 0.3, "intercept": free, "solver": "newton", "tol": 1e-9}
    one, column = rl.solve(X, Y[:, 0], S, **options), rl.solve(X, Y[:, :1], S, **options)
    assert column.value == pytest.approx(one.value, rel=1e-8)
    np.testing.assert_allclose(column.fit[:, 0], one.fit, atol=1e-6)
    assert column.weight_decay == pytest.approx(column.value, rel=1e-12)  # rank one: weight decay itself


def test_outputs_that_are_multiples_need_rank_one_and_are_weight_decay():
    X, Y, S = problem(4)
    ratio = np.array([1.0, -2.0, 2.0])
    found = rl.solve(X, Y[:, :1] * ratio, S, "plain", beta=0.6, solver="newton", tol=1e-10)
    one = rl.solve(X, 3 * Y[:, 0], S, "plain", beta=0.6, solver="newton", tol=1e-10)  # ||ratio|| = 3
    assert found.value == pytest.approx(one.value, rel=1e-8)
    assert found.ranks.max() == 1
    assert found.weight_decay_gap < 1e-8
    nuclear = rl.solve(X, Y[:, :1] * ratio, S, "plain", beta=0.6, norm="nuclear", solver="newton", tol=1e-7)
    assert nuclear.value == pytest.approx(one.value, rel=1e-6)


def test_nuclear_norms_in_closed_form():
    """One pattern, orthonormal columns: the singular values of the labels, each lowered by beta."""
    rng = np.random.default_rng(0)
    X, (left, _), (right, _) = np.eye(5), *(np.linalg.qr(rng.standard_normal((k, k))) for k in (5, 3))
    Y = left[:, :3] * [5.0, 3.0, 0.5] @ right
    S, options = np.ones((5, 1), dtype=bool), {"norm": "nuclear", "solver": "newton", "tol": 1e-9}
    found = rl.solve(X, Y, S, "plain", beta=1.0, **options)
    assert found.value == pytest.approx(4 + 2 + (1 + 1 + 0.25) / 2, rel=1e-8)
    np.testing.assert_allclose(found.weights[0], left[:, :2] * [4.0, 2.0] @ right[:2], atol=1e-4)
    assert found.ranks.tolist() == [2]
    assert rl.programs.beta_max(X, Y, S, "plain", norm="nuclear") == pytest.approx(5.0)
    whole = rl.solve(X, Y, S, "plain", **options)
    assert whole.value == pytest.approx(8.5, rel=1e-8)


@pytest.mark.parametrize(("rows", "labels"), [(1e-6, 1e5), (1e7, 1e-3)])
def test_units_do_not_matter_and_more_outputs_than_columns(rows, labels):
    X, Y, S = problem(8, d=2)
    Y = Y @ np.array([[1.0, 2.0, -1.0, 0.5], [0.0, 1.0, 3.0, -2.0]])
    options = {"network": "skip", "norm": "nuclear", "solver": "newton", "tol": 1e-7}
    found = rl.solve(X, Y, S, beta=0.4, **options)
    moved = rl.solve(X * rows, Y * labels, S, beta=0.4 * rows * labels, **options)
    assert moved.value == pytest.approx(found.value * labels**2, rel=1e-6)
    assert (found.status, moved.status) == ("optimal", "optimal")


@pytest.mark.parametrize("free", [False, True])
def test_layers_make_the_outputs_and_cost_what_weight_decay_charges(free):
    X, Y, S = problem(5)
    found = rl.solve(X, Y, S, "plain", beta=0.2, intercept=free, solver="newton")
    first, second, gates, skip = found.to_layers()
    outputs = ((X @ gates >= 0) * (X @ first)) @ second + X @ skip
    np.testing.assert_allclose(outputs + (found.intercept if free else 0), found.fit, atol=1e-4)
    cost = 0.5 * (np.sum(first**2) + np.sum(second**2))
    loss = 0.5 * np.sum((found.fit - Y) ** 2)
    assert loss + 0.2 * cost == pytest.approx(found.weight_decay, rel=1e-4)


def test_the_path_and_its_beta_max():
    X, Y, S = problem(6)
    for network, free in KINDS:
        found = rl.path(X, Y, S, network=network, intercept=free, validation=(X, Y))
        assert found.gaps.max() <= 1e-4
        assert (found.neurons[0], found.best.outputs) == (0, 2)
        np.testing.assert_allclose(found.errors, found.validation_errors, rtol=1e-3)
    for network, free in KINDS:
        largest = rl.programs.beta_max(X, Y, S, network, intercept=free, norm="nuclear")
        found = rl.path(X, Y, S, largest * np.array([1, 0.3, 0.1]), network, intercept=free, norm="nuclear")
        assert found.gaps.max() <= 1e-4
        assert found.neurons[0] == 0 < found.neurons[1]
        assert found.solutions[1].weight_decay == pytest.approx(found.solutions[1].value, rel=1e-12)
    prices = Y - Y.mean(axis=0)
    longest = max(np.linalg.norm(X.T @ (mask[:, None] * prices)) for mask in np.asarray(S).T)
    assert rl.programs.beta_max(X, Y, S, "plain", intercept=True) == pytest.approx(longest)


def test_what_it_is_not_for_is_said():
    X, Y, S = problem(7)
    for call in (
        lambda **given: rl.solve(X, Y, S, beta=0.1, **given),
        lambda **given: rl.path(X, Y, S, **given),
    ):
        with pytest.raises(ValueError, match=r'^y has 2 columns: several outputs have form="gated"'):
            call(form="exact")
        with pytest.raises(ValueError, match=r'^y has 2 columns: several outputs have loss="squares"'):
            call(loss="logistic")
    with pytest.raises(ValueError, match=r'solver="newton"'):
        rl.solve(X, Y, S, beta=0.1, intercept=True)
    with pytest.raises(ValueError, match=r'^norm="nuclear" needs solver="newton"'):
        rl.solve(X, Y, S, beta=0.1, norm="nuclear")
    with pytest.raises(ValueError, match=r"^norm='spectral' is unknown"):
        rl.path(X, Y, S, norm="spectral")
    nothing = rl.solve(X, 0 * Y, S, beta=0.1, norm="nuclear", solver="newton")
    assert (nothing.value, nothing.norm) == (0.0, "nuclear")
    with pytest.raises(ValueError, match=r"^y has shape"):
        rl.solve(X, Y[1:], S, beta=0.1)
    normalized = rl.solve(X, Y, S, "normalized", beta=0.1, solver="newton")
    with pytest.raises(ValueError, match="normalized"):
        normalized.to_layers()
