"""Planted ReLU neurons, plain and skip networks, over all patterns."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from odd_problems import ENSEMBLES, Odd, contradiction

import relulab as rl
from relulab.certify.exact_network import decide_exact
from relulab.certify.exact_network.questions import Question
from relulab.certify.exact_network.search import _Search

KINDS = ("random", "opposite", "signs")


def draw(n, d, k, kind, seed, ensemble="gaussian"):
    rng = np.random.default_rng([n, d, k, seed])
    X = ENSEMBLES[ensemble](n, d, rng)
    W = rng.standard_normal((d, k))
    if kind == "opposite":
        W[:, 1] = -W[:, 0]
    W /= np.linalg.norm(W, axis=0)
    signs = np.ones(k)
    signs[1:] = -1 if kind == "signs" else 1
    plant = rl.plant(X, "relu", k, rng=0, signs=signs.tolist())
    return replace(plant, weights=W, y=np.maximum(X @ W, 0) @ signs)


@pytest.mark.parametrize("network", ["plain", "skip"])
@pytest.mark.parametrize("k", [1, 2, 3])
def test_against_the_list_of_all_patterns(network, k):
    seen = Counter()
    for d in (2, 3):
        for kind in KINDS if k == 2 else ("signs",):
            for n in (d + 1, 3 * d, 5 * d):
                for seed in range(2):
                    if k > d:
                        continue
                    plant = draw(n, d, k, kind, seed)
                    truth = rl.decide(plant, rl.enumerate_patterns(plant.X), network, "exact")
                    verdict = decide_exact(plant, network)
                    assert verdict.status in (truth.status, "undecided"), (n, d, kind, seed, verdict.reason)
                    assert verdict.status != "undecided" or truth.status == "not-unique"
                    assert rl.check(verdict, plant, "all")
                    seen[verdict.status] += 1
    assert seen["recovered"] >= (1 if k < 3 else 0)
    assert seen["not-recovered"]


@pytest.mark.parametrize("ensemble", ["integers", "one-hot", "repeated", "sparse"])
def test_ties_repeats_and_integers(ensemble):
    for network in ("plain", "skip"):
        for k in (1, 2):
            for seed in range(3):
                plant = draw(7, 3, k, "signs", seed, ensemble)
                S = rl.sample_patterns(plant.X, count=200, include=plant.weights, rng=0)
                whole = rl.Patterns(*_together(S, rl.enumerate_patterns(plant.X)))
                truth = rl.decide(plant, whole, network, "exact")
                verdict = decide_exact(plant, network)
                compatible = {verdict.status, truth.status} & {"undecided", "optimal"}
                assert compatible or verdict.status == truth.status, (network, k, seed)
                assert rl.check(verdict, plant, "all")


def _together(*several):
    masks = np.hstack([np.asarray(S) for S in several])
    first = np.sort(np.unique(masks, axis=1, return_index=True)[1])
    return masks[:, first], np.hstack([S.gates for S in several])[:, first]


def test_against_an_independent_program():
    for seed in range(4):
        for k, kind in ((1, "random"), (2, "opposite")):
            plant = draw(9, 2, k, kind, seed)
            odd = Odd(seed, "gaussian", "none", plant, rl.enumerate_patterns(plant.X), "plain", "exact")
            verdict = decide_exact(plant, "plain")
            assert contradiction(odd, verdict) is None


def test_a_silent_neuron_is_not_recovered():
    X = np.abs(rl.draw("gaussian", 6, 2, rng=0))
    plant = rl.plant(X, "relu", 2, rng=1)
    W = np.array([[1.0, -1.0], [0.0, 0.0]])
    plant = replace(plant, weights=W, y=np.maximum(X @ W, 0) @ plant.signs)
    verdict = decide_exact(plant, "plain")
    assert verdict.status == "not-recovered"
    assert rl.check(verdict).proved


def test_one_active_row_along_the_neuron_is_enough_where_nothing_else_is_asked():
    X = np.array([[1.0, 0.0]])
    plant = replace(rl.plant(X, "relu", rng=0), weights=np.array([[1.0], [0.0]]), y=np.array([1.0]))
    verdict = rl.decide(plant, "all", "plain", "exact")
    assert verdict.status in ("recovered", "optimal", "undecided")
    assert rl.check(verdict)


@pytest.mark.parametrize(("n", "d", "k"), [(60, 12, 1), (80, 10, 2)])
def test_sizes_that_no_list_reaches(n, d, k):
    for seed in range(2):
        plant = draw(n, d, k, "signs", seed)
        verdict = rl.decide(plant, "all", "plain", "exact")
        assert verdict.status in ("recovered", "not-recovered")
        assert rl.check(verdict, plant, "all").proved


def test_little_effort_lists_few_patterns():
    """Listing what a search left open is work, too: without a limit this one takes minutes."""
    plant = rl.phase.instance(24, 5, 6, kind="relu", k=2, direction="opposite")[0]
    verdict = rl.decide(plant, "all", form="exact", network="plain", effort=1_000)
    assert verdict.status == "undecided"
    assert np.asarray(verdict.patterns).shape[1] == 2  # its own, not the 21,806 of these rows


def test_next_to_a_planted_neuron_reaches_come_very_near_to_one():
    """A row that w nearly meets: across it, a dual vector that is not told so reaches 1 by less than 1e-9."""
    plant = rl.phase.instance(52, 4, 4, kind="relu", k=2)[0]
    assert np.abs(plant.X @ plant.weights / np.linalg.norm(plant.X, axis=1)[:, None]).min() < 2e-5
    assert decide_exact(plant, "plain", 20_000).status == "recovered"


def test_violators_that_are_found_with_the_last_effort(monkeypatch):
    question = Question(rl.phase.instance(24, 4, 0, kind="relu", k=1)[0], "plain")
    last = _Search(question, 1_000, np.random.default_rng(0))
    last.rounds = 1
    monkeypatch.setattr(last, "_climbs", lambda *_: (3, False))
    assert last._look(question.shortest, 0) == (None, 3)
