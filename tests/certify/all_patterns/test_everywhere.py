from dataclasses import replace
from math import comb

import numpy as np
import pytest
from scipy.stats import binomtest

import relulab as rl
from relulab.certify.all_patterns.cutting_planes import violators

PAIRS = [
    ("linear", "skip", 1),
    ("relu", "plain", 1),
    ("relu", "skip", 1),
    ("relu", "plain", 2),
    ("normalized", "normalized", 1),
    ("normalized", "normalized", 2),
]


def problem(n, d, seed, kind="linear", k=1, ensemble="gaussian", direction="random"):
    return rl.phase.instance(n, d, seed, kind=kind, k=k, ensemble=ensemble, direction=direction)[0]


@pytest.mark.parametrize("form", ["gated", "exact"])
@pytest.mark.parametrize(("kind", "network", "k"), PAIRS)
def test_all_is_the_enumerated_set(kind, network, k, form):
    for seed in range(4):
        for n, d in [(5, 2), (9, 3)]:
            plant = problem(n, d, seed, kind, k)
            S = rl.enumerate_patterns(plant.X)
            whole, listed = rl.decide(plant, "all", network, form), rl.decide(plant, S, network, form)
            assert whole.status == listed.status, (n, d, seed)
            assert rl.check(whole, plant, "all")
            assert rl.check(listed, plant, S)


@pytest.mark.parametrize(("n", "d"), [(5, 3), (6, 3), (8, 3)])
def test_closed_form_a_against_enumeration(n, d):
    recovered = 0
    for seed in range(100):
        plant = problem(n, d, seed, ensemble="whitened")
        verdict = rl.decide(plant, "all")
        assert rl.check(verdict, plant, "all")
        recovered += verdict.status == "recovered"
        if seed < 15:
            assert rl.decide(plant, rl.enumerate_patterns(plant.X)).status == verdict.status
    assert binomtest(recovered, 100, rl.theory.recovery_whitened(n, d)).pvalue > 1e-3


@pytest.mark.parametrize("size", [1e-5, 1e-7, 1e-9, 1e-12, 0])
def test_a_nearly_silent_row_of_whitened_data_is_proved_too(size):
    X = rl.draw("whitened", 20, 3, rng=3)
    along = X[4] / np.linalg.norm(X[4])
    w = np.linalg.qr(np.column_stack([along, X[5], X[6]]))[0][:, 1] + size * along
    plant = rl.plant(X, "linear", direction=w / np.linalg.norm(w))
    verdict = rl.decide(plant, "all")
    assert verdict.status == "recovered" == rl.decide(plant, rl.enumerate_patterns(X)).status
    assert verdict.evidence == ("closed-form" if size == 1e-5 else "signs")
    assert rl.check(verdict, plant).proved


@pytest.mark.parametrize(("n", "d"), [(2, 2), (3, 2), (5, 3)])
def test_closed_form_c_against_enumeration(n, d):
    recovered = 0
    for seed in range(100):
        plant = problem(n, d, seed, ensemble="whitened")
        verdict = rl.decide(plant, "all", form="exact")
        assert rl.check(verdict, plant, "all")
        recovered += verdict.status == "recovered"
        if seed < 15:
            S = rl.enumerate_patterns(plant.X)
            assert rl.decide(plant, S, form="exact").status == verdict.status
    assert binomtest(recovered, 100, 1 - 2.0 ** (1 - n)).pvalue > 1e-3


@pytest.mark.parametrize("form", ["gated", "exact"])
@pytest.mark.parametrize(("n", "d"), [(4, 3), (6, 3), (8, 3)])
def test_closed_form_d_against_enumeration(n, d, form):
    recovered = 0
    for seed in range(100):
        plant = problem(n, d, seed, "normalized")
        verdict = rl.decide(plant, "all", "normalized", form)
        assert rl.check(verdict, plant, "all")
        assert verdict.evidence == "closed-form"
        active = int((plant.X @ plant.weights > 0).sum())
        assert (verdict.status == "recovered") == (active >= d)
        recovered += verdict.status == "recovered"
        if seed < 15:
            S = rl.enumerate_patterns(plant.X)
            assert rl.decide(plant, S, "normalized", form).status == verdict.status
    tail = sum(comb(n, i) for i in range(d, n + 1)) / (2**n - 1)
    assert binomtest(recovered, 100, tail).pvalue > 1e-3


def test_a_plant_outside_the_row_space_has_no_closed_form_and_is_not_recovered():
    plant = problem(3, 6, 0, ensemble="whitened")
    for form in ("gated", "exact"):
        verdict = rl.decide(plant, "all", form=form)
        assert verdict.status in ("not-recovered", "not-unique")
        assert rl.check(verdict, plant, "all")


def test_sampled_success_can_be_a_certified_failure_over_all_patterns():
    found = []
    for seed in range(8):
        plant, S = rl.phase.instance(25, 10, seed, direction="smallest")
        if rl.decide(plant, S).status != "recovered":
            continue
        verdict = rl.decide(plant, "all")
        assert verdict.status in ("not-recovered", "not-unique", "undecided")
        assert rl.check(verdict, plant, "all")
        if verdict.status == "undecided":
            assert "not a certificate" in verdict.reason
        found.append(verdict.status)
    assert "not-recovered" in found


def test_cutting_planes_never_contradict_enumeration(monkeypatch):
    monkeypatch.setattr("relulab.certify.all_patterns.everywhere.ENUMERABLE", 0)
    for kind, network, k in [("linear", "skip", 1), ("relu", "plain", 1), ("normalized", "normalized", 2)]:
        for seed in range(6):
            plant = problem(12, 3, seed, kind, k)
            truth = rl.decide(plant, rl.enumerate_patterns(plant.X), network)
            verdict = rl.decide(plant, "all", network)
            assert rl.check(verdict, plant, "all")
            assert verdict.status in (truth.status, "undecided")
            assert verdict.status != "recovered" or verdict.evidence == "signs"


@pytest.mark.parametrize("network", ["skip", "normalized"])
def test_violators_break_the_bound(network):
    X = rl.draw("gaussian", 20, 4, rng=0)
    dual = 3 * np.random.default_rng(1).standard_normal(20)
    gates = violators(X, dual, network, "gated", np.random.default_rng(2))
    norms = rl.Blocks(X, X @ gates >= 0, network).norms(dual)
    assert gates.shape[1] > 0
    assert norms.min() >= 1


@pytest.mark.parametrize("n", [6, 9])
def test_check_refuses_an_incomplete_set(n):
    for seed in range(30):
        plant = problem(n, 3, seed)
        verdict = rl.decide(plant, "all")
        if verdict.status == "recovered":
            break
    S = verdict.patterns
    fewer = rl.Patterns(S.array[:, :-3], S.gates[:, :-3])
    with pytest.raises(rl.AuditError, match="how many there are"):
        rl.check(replace(verdict, patterns=fewer), plant, "all")
    twice = rl.Patterns(np.hstack([S.array[:, :1], S.array]), np.hstack([S.gates[:, :1], S.gates]))
    with pytest.raises(rl.AuditError, match="distinct"):
        rl.check(replace(verdict, patterns=twice), plant, "all")


def test_check_refuses_invented_patterns():
    plants = (problem(25, 10, seed, direction="smallest") for seed in range(20))
    plant, verdict = next((p, v) for p in plants if (v := rl.decide(p, "all")).status == "not-recovered")
    wrong = rl.Patterns(verdict.patterns.array, -verdict.patterns.gates)
    with pytest.raises(rl.AuditError, match="cells' walls"):
        rl.check(replace(verdict, patterns=wrong), plant, "all")


def test_check_refuses_a_theorem_without_its_hypotheses():
    white = problem(9, 3, 1, ensemble="whitened")
    verdict = rl.decide(white, "all")
    assert verdict.evidence == "closed-form"
    X = white.X * [1, 1, 1.001]
    crooked = replace(white, X=X, y=X @ white.weights[:, 0])
    with pytest.raises(rl.AuditError, match=r"planted equations|whitened"):
        rl.check(verdict, crooked, "all")
    one_sided = problem(4, 4, 0, ensemble="whitened")
    claim = replace(
        verdict, dual=one_sided.y, patterns=rl.Patterns((one_sided.y > 0)[:, None], one_sided.weights)
    )
    with pytest.raises(rl.AuditError, match="all-ones"):
        rl.check(claim, one_sided, "all")


@pytest.mark.parametrize("degenerate", ["duplicates", "rank", "zero rows"])
def test_degenerate_data(degenerate):
    X = rl.draw("gaussian", 8, 3, rng=1)
    X = {
        "duplicates": np.vstack([X, X[:2], -X[2:3]]),
        "rank": X[:, [0, 1, 1]],
        "zero rows": np.vstack([X, np.zeros((2, 3))]),
    }[degenerate]
    for kind, network in [("linear", "skip"), ("relu", "plain"), ("normalized", "normalized")]:
        plant = rl.plant(X, kind, rng=2)
        for form in ("gated", "exact"):
            verdict = rl.decide(plant, "all", network, form)
            assert rl.check(verdict, plant, "all")


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="S='some' is unknown; choose from 'all'"):
        rl.decide(problem(5, 2, 0), "some")


@pytest.mark.parametrize(
    ("X", "w", "status"),
    [
        ([[0, -1, -2], [-2, 2, -1], [1, 0, -1]], [-1, 0, 1], "recovered"),  # no dual vector stays inside
        ([[1, 0, -1], [-2, 2, -1], [0, -1, -2]], [-1, 0, 1], "recovered"),
        ([[1, 0], [0, 1]], [1, 0], "not-unique"),
    ],
)
def test_a_row_along_the_plant_in_the_exact_form(X, w, status):
    X, w = np.array(X, dtype=float), np.array(w, dtype=float)
    w /= np.linalg.norm(w)
    plant = replace(rl.plant(X, rng=0), weights=w[:, None], y=X @ w)
    verdict = rl.decide(plant, "all", form="exact")
    assert verdict.status == status
    assert rl.check(verdict).proved
    if status == "recovered":
        assert verdict.evidence == "closed-form"
        with pytest.raises(rl.AuditError):
            rl.check(replace(verdict, dual=-verdict.dual))
        flipped = X * np.sign(X @ w + 1e-300)[:, None]  # labels of one sign
        other = replace(plant, X=flipped, y=flipped @ w)
        with pytest.raises(rl.AuditError):
            rl.check(replace(verdict, dual=verdict.dual * np.sign(X @ w + 1e-300)), other)
