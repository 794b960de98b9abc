"""Rows on a neuron's border, uneven rows and columns, discrete data: inputs that once got wrong verdicts."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from odd_problems import ENSEMBLES, Odd, contradiction, odd_problem, value

import relulab as rl
from relulab.certify.units import units_of
from relulab.patterns.borders import places_of, signs_of


def verdict_of(plant, S, network, form="gated"):
    verdict = rl.decide(plant, S, network, form)
    assert rl.check(verdict, plant, S)
    return verdict


def test_a_row_on_the_border_is_in_the_mask_and_has_output_zero():
    X = np.array([[0.0, -1.0], [1.0, -1.0], [1.0, -1.0]])
    plant = rl.plant(X, "relu", 1, [1.0, 0.0])
    np.testing.assert_array_equal(plant.y, [0, 1, 1])
    for count in (1, 2, 4, 10):
        S = rl.sample_patterns(X, count, include=plant.weights)
        index, _ = rl.Blocks(X, S, "plain").planted(plant)
        assert np.asarray(S)[:, index[0]].all()
        best, _ = value(Odd(0, "", "", plant, S, "plain", "gated"))
        wanted = "recovered" if best == pytest.approx(1, abs=1e-6) else "not-recovered"
        assert verdict_of(plant, S, "plain").status == wanted


def test_products_that_are_zero_but_for_rounding_are_on_the_border():
    X = np.array([[3.0, 0.0, -1.0], [1.0, 1.0, -1.0], [-5.0, 1.0, 1.0]])
    w = np.array([[1.0], [2.0], [3.0]]) / np.sqrt(14)
    assert signs_of(X, w).ravel().tolist() == [0, 0, 0]
    masks = np.array([[True, True], [False, True], [True, True]])
    assert places_of(X, w, masks).tolist() == [1]
    for scale in (1e-150, 1e150):
        assert signs_of(X * scale, w).ravel().tolist() == [0, 0, 0]


def test_a_weakly_all_ones_pattern_of_a_planted_neuron_counts_as_present():
    X = np.array([[1.0, 1.0], [0.0, 1.0], [0.0, -1.0]])
    plant = rl.plant(X, "relu", 1, [1.0, 0.0])
    S = rl.sample_patterns(X, include=plant.weights)
    assert not rl.has_all_ones(X)
    assert np.asarray(S).all(axis=0).sum() == 1
    statuses = [
        verdict_of(plant, S, network, form).status
        for network in ("plain", "skip")
        for form in ("gated", "exact")
    ]
    assert statuses == ["not-recovered", "not-unique", "not-recovered", "not-unique"]


@pytest.mark.parametrize("form", ["gated", "exact"])
@pytest.mark.parametrize("network", ["plain", "skip", "normalized"])
def test_a_neuron_that_two_patterns_share_is_a_proved_tie(network, form):
    kind = "normalized" if network == "normalized" else "relu"
    rng, proved = np.random.default_rng(41), 0
    for _ in range(30):
        X = rng.integers(-1, 2, (9, 3)).astype(float)
        w = np.eye(3)[rng.integers(3)] * rng.choice([-1, 1])
        if not X.any(axis=1).all() or not (X @ w > 0).any():
            continue
        plant = rl.plant(X, kind, 1, w, rng=0)
        S = rl.sample_patterns(X, include=plant.weights, rng=1)
        sides, masks = X @ w, np.asarray(S)
        shared = (masks[sides > 0].all(axis=0) & ~masks[sides < 0].any(axis=0)).sum() > 1
        verdict = rl.decide(plant, S, network, form)
        audit = rl.check(verdict, plant, S)
        if shared:
            assert verdict.status in ("not-unique", "not-recovered")
        if verdict.status == "not-unique":
            assert audit.proved
            proved += 1
    assert proved >= 12


def test_a_tie_is_no_identity_where_the_patterns_differ_on_a_row_that_the_neuron_hears():
    X = np.array([[0.0, -1.0], [1.0, -1.0], [1.0, 1.0]])
    plant = rl.plant(X, "relu", 1, [1.0, 0.0])
    S = rl.enumerate_patterns(X)
    verdict = rl.decide(plant, S, "plain")
    assert verdict.status == "not-unique" or verdict.status == "not-recovered"
    home = rl.Blocks(X, S, "plain").planted(plant)[0][0]
    deaf = np.flatnonzero(~np.asarray(S)[1:].all(axis=0))
    for j in deaf:
        W = np.zeros((S.p, 2))
        W[j] = plant.weights[:, 0]
        forged = replace(verdict, status="not-unique", evidence="competitor", dual=None, competitor=W)
        with pytest.raises(rl.AuditError):
            rl.check(forged, plant, S)
    assert home not in deaf
    assert len(deaf) > 0


def test_zero_is_no_gate():
    with pytest.raises(ValueError, match="include holds a zero column"):
        rl.sample_patterns(np.eye(2), include=np.zeros((2, 1)))


@pytest.mark.parametrize("kind", ["linear", "relu"])
@pytest.mark.parametrize("form", ["gated", "exact"])
def test_columns_far_apart_never_give_a_false_competitor(kind, form):
    """The value is that of rescaled variables; a residual in a small column is no interpolant."""
    network = "skip" if kind == "linear" else "plain"
    for seed in range(6):
        X = np.random.default_rng(seed).standard_normal((8, 2)) * [1, 1e-8]
        plant = rl.plant(X, kind, 1, [0.0, 1.0])
        S = rl.sample_patterns(X, include=None if kind == "linear" else plant.weights)
        verdict = verdict_of(plant, S, network, form)
        if verdict.status == "not-recovered":
            fits = verdict.competitor if form == "gated" else verdict.competitor[0] - verdict.competitor[1]
            assert np.linalg.norm(rl.Blocks(X, S, network).apply(fits) - plant.y) <= 1e-9 * np.linalg.norm(
                plant.y
            )
        else:
            assert verdict.reason


def test_uneven_rows_do_not_change_the_question():
    X = np.array([[2000.0, -1000.0], [0.0, -3.0], [-1e-6, 0.0], [1e5, 1e5]])
    plant = rl.plant(X, "linear", 1, [1.0, 0.0])
    S = rl.enumerate_patterns(X)
    assert verdict_of(plant, S, "skip").status == "recovered"
    for seed in range(12):
        rng = np.random.default_rng(seed)
        A = rng.standard_normal((7, 3))
        uneven = A * 2.0 ** rng.integers(-18, 18, (7, 1))
        S = rl.sample_patterns(A, rng=1)
        statuses = {verdict_of(rl.plant(X, rng=2), S, "skip").status for X in (A, uneven)}
        assert len(statuses) == 1


def test_units_are_powers_of_two_and_change_no_product():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((9, 4)) * 10.0 ** rng.uniform(-8, 8, (9, 1))
    units = units_of(X, "plain")
    assert (np.frexp(units.rows)[0] == 0.5).all()
    plant = rl.plant(X, rng=1)
    even = units.of_plant(plant)
    np.testing.assert_array_equal(even.X @ even.weights * units.rows[:, None], X @ plant.weights)


def test_a_row_along_the_plant_proves_it_optimal():
    statuses = Counter()
    for seed in range(30):
        rng = np.random.default_rng(seed)
        X = rng.standard_normal((int(rng.integers(4, 10)), 3))
        X[0] = [0.0, 0.0, 2.0]
        plant = rl.plant(X, "linear", 1, [0.0, 0.0, 1.0])
        statuses[verdict_of(plant, rl.enumerate_patterns(X), "skip").status] += 1
    assert set(statuses) <= {"recovered", "not-unique", "optimal"}
    assert statuses["recovered"] > 5


def test_cosines_get_a_verdict():
    statuses = Counter()
    for d in (3, 6):
        for n in range(6, 41, 5):
            rng = np.random.default_rng([n, d])
            X = ENSEMBLES["cosines"](n, d, rng)
            plant = rl.plant(X, "normalized", rng=rng)
            S = rl.sample_patterns(X, include=plant.weights, rng=rng)
            statuses[verdict_of(plant, S, "normalized").status] += 1
    assert statuses["undecided"] <= 1


def test_a_tie_that_hides_something_cheaper_is_told_apart():
    """The all-ones pattern ties with a linear neuron; whether the neuron is a solution is found out."""
    seen = Counter()
    for seed in range(60):
        odd = odd_problem(seed, scalings=("none",))
        if odd is None or odd.plant.kind != "linear" or not np.asarray(odd.S).all(axis=0).any():
            continue
        verdict = rl.decide(odd.plant, odd.S, odd.network, odd.form)
        assert contradiction(odd, verdict) is None
        seen[verdict.status, verdict.dual is not None] += 1
    assert seen["not-unique", True] > 0
    assert seen["not-recovered", False] > 0
    assert seen["not-unique", False] == 0


@pytest.mark.parametrize("ensemble", ["ternary", "rademacher", "bernoulli"])
def test_discrete_data_are_decided(ensemble):
    statuses = Counter()
    for n in (8, 12, 20):
        for seed in range(4):
            rng = np.random.default_rng([n, seed])
            X = ENSEMBLES[ensemble](n, 4, rng)
            plant = rl.plant(X, "relu", 1, "axes")
            S = rl.sample_patterns(X, include=plant.weights, rng=rng)
            statuses[verdict_of(plant, S, "skip").status] += 1
    assert statuses["undecided"] == 0, statuses
