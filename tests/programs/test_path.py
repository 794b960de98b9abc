"""The path and the logistic loss against Clarabel, their duals and closed forms; odd data too."""

import itertools
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from array_libraries import OTHERS

import relulab as rl
from relulab.blocks.cones import largest_norm
from relulab.programs import losses, regularization
from relulab.programs.reaching import Reach
from relulab.programs.warm_starts import solve_from
from relulab.solvers.group_newton import group_minimum

PROGRAMS = list(itertools.product(("plain", "skip", "normalized"), ("gated", "exact")))
CASES = [
    ("plain", "gated", "squares", True),
    ("plain", "gated", "logistic", False),
    ("skip", "gated", "logistic", True),
    ("skip", "exact", "squares", True),
    ("plain", "exact", "logistic", False),
    ("normalized", "gated", "squares", True),
    ("normalized", "gated", "logistic", False),
    ("normalized", "exact", "squares", False),
]


def problem(seed=0, n=24, d=3, loss="squares", kind="gaussian"):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, d)) if kind == "gaussian" else rng.integers(-2, 3, (n, d)).astype(float)
    if kind == "integers":
        X[1], X[2], X[3] = X[0], -X[0], 0
    X[:, -1] = 1.0
    if kind == "scaled":
        X = X * np.array([1e4, 1, 1e-3])[:d]
    y = X @ np.ones(d) / np.abs(X).max() + rng.standard_normal(n)
    return X, np.where(y > 0, 1.0, -1.0) if loss == "logistic" else y, rl.sample_patterns(X, rng=seed)


@pytest.mark.parametrize(("network", "form", "loss", "intercept"), CASES)
def test_fast_solver_clarabel_and_dual_agree(network, form, loss, intercept):
    X, y, S = problem(1, loss=loss)
    largest = rl.programs.beta_max(X, y, S, network, form, loss, intercept)
    for beta in (0.5 * largest, 0.05 * largest):
        options = {"network": network, "form": form, "beta": beta, "loss": loss, "intercept": intercept}
        fast = rl.solve(X, y, S, solver="newton", **options)
        slow = rl.solve(X, y, S, **options)
        assert fast.status == "optimal"
        assert fast.gap < 1e-6
        assert slow.value == pytest.approx(fast.value, rel=2e-6)
        assert rl.programs.solve_dual(X, y, S, **options).value == pytest.approx(fast.value, rel=1e-5)
        np.testing.assert_allclose(fast.predict(X), fast.fit, atol=1e-6 * np.abs(fast.fit).max())


@pytest.mark.parametrize("kind", ["integers", "scaled"])
@pytest.mark.parametrize(("network", "form"), PROGRAMS)
def test_odd_data_end_with_a_gap(kind, network, form):
    X, y, S = problem(2, kind=kind)
    found = rl.path(
        X, y, S, np.array([0.5, 0.1]) * rl.programs.beta_max(X, y, S, network, form), network, form
    )
    for point in found.solutions:
        assert point.gap <= 1e-4
        assert rl.solve(X, y, S, network, form, point.beta).value == pytest.approx(point.value, rel=2e-4)


@pytest.mark.parametrize(("network", "form"), PROGRAMS)
@pytest.mark.parametrize("loss", ["squares", "logistic"])
def test_beta_max_is_where_the_first_neuron_appears(network, form, loss):
    X, y, S = problem(3, n=14, loss=loss)
    largest = rl.programs.beta_max(X, y, S, network, form, loss)
    above, below = (
        rl.solve(X, y, S, network, form, factor * largest, loss=loss, tol_gap_rel=1e-9)
        for factor in (1.01, 0.98)
    )
    silence = losses.LOSSES[loss].value(np.zeros(len(y)), y)
    assert above.value == pytest.approx(silence, rel=1e-6)
    assert below.value < silence * (1 - 1e-6)
    first = rl.path(X, y, S, [largest * 1.000001], network, form, loss)
    assert first.neurons[0] == 0
    assert first.gaps[0] < 1e-5


def test_without_cones_beta_max_is_the_longest_gradient():
    X, y, S = problem(4)
    assert rl.programs.beta_max(X, y, S, "plain") == pytest.approx(rl.Blocks(X, S, "plain").norms(y).max())
    centered = rl.Blocks(X, S, "plain").norms(y - y.mean()).max()
    assert rl.programs.beta_max(X, y, S, "plain", intercept=True) == pytest.approx(centered)


@pytest.mark.parametrize(("network", "form"), PROGRAMS)
def test_each_point_is_the_cold_solution(network, form):
    X, y, S = problem(5, n=40)
    found = rl.path(X, y, S, network=network, form=form, validation=(X, y))
    assert (found.gaps <= 1e-4).all()
    assert (np.diff(found.betas) < 0).all()
    np.testing.assert_allclose(found.validation_errors, found.errors, rtol=1e-6)
    for point in found.solutions[3::9]:
        cold = rl.solve(X, y, S, network, form, point.beta, solver="newton", tol=1e-6)
        assert point.value == pytest.approx(cold.value, rel=1.1e-4)
    assert found.best.beta == found.betas[np.argmin(found.errors)]


def test_the_order_of_the_betas_and_patterns_does_not_matter():
    X, y, S = problem(6)
    up, down = (rl.path(X, y, S, betas, "plain", tol=1e-8) for betas in ([0.1, 1, 3], [3, 1, 0.1]))
    np.testing.assert_array_equal(up.betas, down.betas)
    turned = rl.path(X, y, np.asarray(S)[:, ::-1], [0.1, 1, 3], "plain", tol=1e-8)
    values = [[point.value for point in found.solutions] for found in (up, down, turned)]
    np.testing.assert_allclose(values, values[:1] * 3, rtol=1e-7)


def test_a_free_intercept_takes_a_constant_for_nothing():
    X, y, S = problem(7)
    moved = [rl.solve(X, y + c, S, beta=1.0, solver="newton", intercept=True, tol=1e-9) for c in (0, 5)]
    assert moved[1].intercept - moved[0].intercept == pytest.approx(5, abs=1e-4)
    assert moved[1].value == pytest.approx(moved[0].value, rel=1e-7)
    assert moved[0].to_network()(X) == pytest.approx(moved[0].fit)


def test_the_gap_is_that_of_the_stored_point_and_a_feasible_dual():
    X, y, S = problem(8, loss="logistic")
    point = rl.path(X, y, S, [0.5], "plain", loss="logistic", intercept=True).solutions[0]
    loss = losses.Logistic
    value = loss.value(point.fit, y) + 0.5 * np.linalg.norm(point.parts, axis=-1).sum()
    assert point.value == pytest.approx(value)
    assert abs(point.dual.sum()) < 1e-12
    assert rl.Blocks(X, S, "plain").norms(point.dual).max() <= 0.5 * (1 + 1e-12)
    assert ((point.dual * y >= 0) & (point.dual * y <= 1)).all()
    assert (value - loss.bound(point.dual, y)) / value == pytest.approx(point.gap, abs=1e-12)


def test_silent_data_and_labels():
    zero = np.zeros((6, 2))
    S = np.ones((6, 1), dtype=bool)
    assert rl.path(zero, np.arange(6.0), S).neurons.max() == 0
    assert rl.programs.beta_max(np.eye(6), np.zeros(6), S) == 0
    flat = rl.path(rl.draw("gaussian", 6, 2, rng=0), np.full(6, 3.0), S, [0.1], intercept=True)
    assert flat.solutions[0].intercept == pytest.approx(3)
    assert flat.solutions[0].value == pytest.approx(0, abs=1e-12)


def test_a_solution_with_loss_and_intercept_is_saved(tmp_path):
    X, y, S = problem(9, loss="logistic")
    solution = rl.solve(X, y, S, beta=0.3, solver="newton", loss="logistic", intercept=True)
    solution.save(tmp_path / "solution.rl")
    again = rl.load(tmp_path / "solution.rl")
    assert (again.loss, again.intercept, again.value) == ("logistic", solution.intercept, solution.value)


def test_group_minimum_against_conditions():
    rng = np.random.default_rng(0)
    A = rng.standard_normal((30, 60))
    G, b = A.T @ A, A.T @ rng.standard_normal(30)
    for beta in (0.1, 1.0, 10.0):
        w, met = group_minimum(G, b, 3, beta, np.zeros(60), 1e-9)
        assert met
        pull, groups = (b - G @ w).reshape(-1, 3), w.reshape(-1, 3)
        lengths = np.linalg.norm(groups, axis=1)
        on = lengths > 0
        np.testing.assert_allclose(pull[on], beta * groups[on] / lengths[on, None], atol=1e-8 * beta)
        assert (np.linalg.norm(pull[~on], axis=1) <= beta * (1 + 1e-8)).all()


@pytest.mark.parametrize("loss", ["squares", "logistic"])
@pytest.mark.parametrize("free", [False, True])
@pytest.mark.parametrize("network", ["plain", "skip", "normalized"])
def test_columns_of_very_different_units_with_little_decay(network, free, loss):
    """Nearly all gates look at one column, so that blocks depend on each other and one must end."""
    rng = np.random.default_rng(1)
    X = np.column_stack([rng.standard_normal((16, 2)), np.ones(16)]) * [1e6, 1, 1e-5]
    y = X[:, 0] / np.abs(X[:, 0]).max() + rng.standard_normal(16)
    y = np.sign(y) if loss == "logistic" else y
    blocks = rl.Blocks(X, rl.sample_patterns(X, 10, rng=1), network)
    solution, _ = solve_from(blocks, y, "gated", 0.1, 1e-6, loss, free)
    assert solution.status == "optimal"


@pytest.mark.parametrize("kind", ["gaussian", "integers", "scaled"])
def test_reaches_are_the_dual_norm(kind):
    X, y, S = problem(10, kind=kind)
    for network, form in PROGRAMS:
        blocks = rl.Blocks(X, S, network)
        largest = largest_norm(blocks, y, form)
        reach = Reach(blocks, form)
        assert reach(y, 0.2 * largest).max() == pytest.approx(largest)
        alone = np.array([largest_norm(blocks.only([j]), y, form) for j in range(blocks.size)])
        if blocks.skip:  # a part without the skip block has cones only
            alone[0] = np.linalg.norm(X.T @ y)
            parts = rl.Blocks(X, S, "plain")
            alone[1:] = [largest_norm(parts.only([j]), y, form) for j in range(parts.size)]
        for ball in (0.2 * largest, 0.6 * largest):  # again, from where the last one ended
            found = reach(y, ball)
            np.testing.assert_allclose(found[alone > ball], alone[alone > ball], rtol=1e-9)
            assert (found >= alone * (1 - 1e-9)).all()
            assert (found[alone <= ball] <= ball * (1 + 1e-9)).all()


@pytest.mark.parametrize("size", [1e200, 1e-200, 1e300, 1e140])
@pytest.mark.parametrize(("network", "form"), PROGRAMS)
def test_no_unit_of_the_data_is_too_large_or_small(network, form, size):
    X, y, S = problem(11)
    unit = 1.0 if network == "normalized" else size
    largest = rl.programs.beta_max(X, y, S, network, form)
    assert rl.programs.beta_max(size * X, y, S, network, form) == pytest.approx(unit * largest)
    for solver in ("newton", "clarabel"):
        here = rl.solve(X, y, S, network, form, 0.2 * largest, solver)
        far = rl.solve(size * X, y, S, network, form, 0.2 * unit * largest, solver)
        assert (far.status, far.value) == ("optimal", pytest.approx(here.value, rel=1e-5))
        assert far.gap < 1e-5
    there = rl.path(size * X, y, S, [0.2 * unit * largest, 0.02 * unit * largest], network, form)
    assert there.solutions[0].value == pytest.approx(here.value, rel=1e-3)
    assert 1 <= there.neurons[1] <= S.p


@pytest.mark.parametrize("form", ["gated", "exact"])
@pytest.mark.parametrize("extra", [{}, {"intercept": True}, {"loss": "logistic"}])
def test_the_fast_methods_know_the_same_options(form, extra):
    X, y, S = problem(12, loss=extra.get("loss", "squares"))
    options = {"form": form, "beta": 0.05, "solver": "newton"} | extra
    full = rl.solve(X, y, S, tol=1e-7, max_iterations=200, **options)
    assert full.status == "optimal"
    few = rl.solve(X, y, S, tol=1e-7, max_iterations=1, **options)
    assert few.value * (1 - few.gap) <= full.value * (1 + 1e-9)  # a bound, however early it stops
    with pytest.raises(ValueError, match=r"^option='rounds' is unknown"):
        rl.solve(X, y, S, rounds=3, **options)
    with pytest.raises(ValueError, match=r"^max_iterations=0"):
        rl.solve(X, y, S, max_iterations=0, **options)
    with pytest.raises(ValueError, match=r"^option is unknown: .*rounds"):
        rl.solve(X, y, S, rounds=3, **options | {"solver": "clarabel"})


@pytest.mark.parametrize(("network", "intercept"), [("plain", False), ("skip", True), ("normalized", False)])
def test_the_logistic_gap_is_small_far_down_the_path(network, intercept):
    rng = np.random.default_rng(0)
    X = rng.standard_normal((60, 3))
    y = np.where(np.maximum(X[:, 0], 0) - 0.4 + 0.3 * rng.standard_normal(60) > 0, 1.0, -1.0)
    S = rl.sample_patterns(X, 30, rng=1)
    settings = {"network": network, "loss": "logistic", "intercept": intercept}
    betas = rl.programs.beta_max(X, y, S, **settings) * np.geomspace(1, 1e-5, 11)
    found = rl.path(X, y, S, betas, **settings)
    assert found.gaps.max() <= 1e-4
    reference = rl.solve(X, y, S, beta=betas[8], **settings)
    assert found.solutions[8].value == pytest.approx(reference.value, rel=2e-4)


def test_pieces_of_a_path_on_threads_are_the_path():
    X, y, S = problem(13)
    with ThreadPoolExecutor(2) as pool:
        there = rl.path(X, y, S, network="plain", executor=pool, validation=(X, y))
    here = rl.path(X, y, S, network="plain", validation=(X, y))
    np.testing.assert_array_equal(there.betas, here.betas)
    assert max(there.gaps.max(), here.gaps.max()) <= 1e-4
    for one, other in zip(there.solutions, here.solutions, strict=True):
        assert one.value == pytest.approx(other.value, rel=2e-4)
        assert one.gates is S.gates
        np.testing.assert_array_equal(one.y, y)
    np.testing.assert_allclose(there.validation_errors, here.validation_errors, atol=0.02 * here.errors[0])
    with pytest.raises(ValueError, match=r"^executor=3 is no"):
        rl.path(X, y, S, executor=3)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda X, y, S: rl.path(X, y, S, [1, 0]), r"^betas holds 0"),
        (lambda X, y, S: rl.path(X, y, S, validation=X), r"^validation"),
        (lambda X, y, S: rl.path(X, y, S, validation=(X[:, :2], y)), r"^validation's data has shape"),
        (lambda X, y, S: rl.path(X, y[:-1], S), r"^y has shape"),
        (lambda X, y, S: rl.path(X, y, S, loss="hinge"), r"^loss='hinge'"),
        (lambda X, y, S: rl.path(X, y, S, loss="logistic"), r"^y holds .* takes labels of -1 and 1"),
        (
            lambda X, y, S: rl.path(X, np.ones(len(y)), S, loss="logistic", intercept=True),
            r"^y holds one class",
        ),
        (lambda X, y, S: rl.solve(X, y, S, intercept=True), r"^beta=None .* no free intercept"),
        (lambda X, y, S: rl.solve(X, y, S, loss="logistic"), r"^beta=None .* no loss='logistic'"),
        (lambda X, y, S: rl.solve(X, y, S, beta=1, intercept=2), r"^intercept=2"),
        (lambda X, y, S: rl.path(X, y, S, tol=0), r"^tol=0"),
        (lambda X, y, S: rl.path(X, y, S, [1.0]).best, r"^validation was not given"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call(*problem(0))


def test_pictures_of_a_path():
    X, y, S = problem(11)
    found = rl.path(X, y, S, validation=(X, y))
    ax = rl.plots.path(found)
    np.testing.assert_allclose(ax.get_lines()[0].get_ydata(), found.errors)
    assert ax.xaxis.get_inverted()
    assert len(rl.plots.path(found, show="norms").get_lines()) > 1
    with pytest.raises(ValueError, match=r"^show='x'"):
        rl.plots.path(found, show="x")


@pytest.mark.parametrize("xp", OTHERS)
@pytest.mark.parametrize(
    ("network", "loss", "free"),
    [("plain", "squares", 0), ("skip", "logistic", 1), ("normalized", "squares", 1), ("skip", "squares", 1)],
)
def test_any_array_library_gives_the_same_path(xp, network, loss, free):
    X, y, S = problem(11, n=120, loss=loss)
    blocks, starts = rl.Blocks(X, S, network), [None, None]
    for share in (0.5, 0.1, 0.02):
        beta = share * rl.programs.beta_max(X, y, S, network, loss=loss, intercept=bool(free))
        (here, starts[0]), (there, starts[1]) = (
            solve_from(blocks, y, "gated", beta, 1e-7, loss, free, start, xp=place)
            for place, start in zip((np, xp), starts, strict=True)
        )
        assert there.status == here.status == "optimal"
        assert there.value == pytest.approx(here.value, rel=1e-7)
        assert isinstance(there.parts, np.ndarray)
        np.testing.assert_allclose(there.fit, here.fit, atol=1e-3 * np.abs(here.fit).max())


def test_a_path_is_computed_where_it_is_told_to(monkeypatch):
    import array_api_compat.torch as torch

    X, y, S = problem(12, n=120)
    asked, products = [], []
    whole = rl.Blocks.columns

    def where(device):
        asked.append(device)
        return {"xp": torch, "device": "cpu"}

    def columns(self):
        products.append(type(self.X))
        return whole(self)

    monkeypatch.setattr(regularization, "where", where)
    monkeypatch.setattr(rl.Blocks, "columns", columns)
    found = rl.path(X, y, S, network="plain", device="auto")
    assert set(asked) == {"auto"}
    assert torch.Tensor in products
    assert (found.gaps <= 1e-4).all()
    with pytest.raises(ValueError, match="device='gpu'"):
        rl.path(X, y, S, device="gpu")
