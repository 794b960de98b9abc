"""Proofs over all patterns of the ReLU network: accepted as they are, refused with anything wrong in them."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

import relulab as rl
from relulab.audit.cone_trees import _covers
from relulab.certify.exact_network.proof import written
from relulab.certify.exact_network.questions import Question
from relulab.certify.exact_network.trees import Tree
from relulab.certify.exact_network.violators import climb, unit

SIDES = ("positive", "negative")


@pytest.fixture(scope="module")
def pool():
    """Recovered verdicts with trees of one and of many leaves."""
    found = []
    for kind, network, k in (
        ("linear", "skip", 1),
        ("relu", "plain", 1),
        ("relu", "plain", 2),
        ("relu", "skip", 1),
    ):
        for n, d in ((14, 3), (30, 6), (15, 10)):
            for trial in range(6):
                plant = rl.phase.instance(n, d, trial, kind=kind, k=k)[0]
                verdict = rl.decide(plant, "all", network, "exact")
                if verdict.evidence == "cones":
                    assert rl.check(verdict, plant, "all").proved
                    found.append((verdict, plant))
    assert len(found) > 30
    return found


def changed(verdict, name, array):
    return replace(verdict, proof=verdict.proof | {name: array})


def other_number(verdict, rng):
    """A dual vector that is not quite right."""
    dual = verdict.dual.copy()
    seen = (verdict.plant.X @ verdict.plant.weights > 0).any(axis=1) | (verdict.plant.kind == "linear")
    i = rng.choice(np.flatnonzero((np.abs(dual) > 1e-2 * np.abs(dual).max()) & seen))
    dual[i] *= 1 + rng.choice([-1, 1]) * 10.0 ** rng.uniform(-5, -1)
    return replace(verdict, dual=dual)


def longer(verdict, rng):
    return replace(verdict, dual=verdict.dual * (1 + 10.0 ** rng.uniform(-6, 0)))


def no_leaf(verdict, rng):
    name = f"{rng.choice(SIDES)} "
    leaves = verdict.proof[name + "leaves"]
    keep = np.arange(len(leaves)) != rng.integers(len(leaves))
    return changed(
        changed(verdict, name + "leaves", leaves[keep]), name + "form", verdict.proof[name + "form"][keep]
    )


def outside(verdict, rng):
    """A coefficient outside of its box."""
    name = f"{rng.choice(SIDES)} leaves"
    leaves = verdict.proof[name].copy()
    i = rng.choice(np.flatnonzero(verdict.dual))
    leaves[rng.integers(len(leaves)), i] = rng.choice([0.7, 0.3, 0.51])
    side = 1 if name.startswith("positive") else -1
    if side * verdict.dual[i] < 0:
        leaves[rng.integers(len(leaves)), i] = rng.choice([-0.01, 1.01])
    return changed(verdict, name, leaves)


def not_finite(verdict, rng):
    names = [name for name, array in verdict.proof.items() if array.dtype.kind == "f" and array.size]
    array = verdict.proof[name := rng.choice(names)].copy()
    array.flat[rng.integers(array.size)] = rng.choice([np.nan, np.inf, -np.inf])
    return changed(verdict, name, array)


def wrong_order(verdict, rng):
    name = f"{rng.choice(SIDES)} order"
    order = verdict.proof[name].copy()
    if not len(order):
        return None
    order[rng.integers(len(order))] = rng.integers(len(verdict.dual))
    return None if len(np.unique(order)) == len(order) else changed(verdict, name, order)


def smaller_size(verdict, rng):
    """An s below the largest eigenvalue, or negative."""
    name = f"{rng.choice(SIDES)} sizes"
    sizes = verdict.proof[name].copy()
    places = np.flatnonzero(sizes > 0)
    if not len(places):
        return None
    sizes[rng.choice(places)] *= rng.choice([0.2, 0.0, -1.0])
    return changed(verdict, name, sizes)


def more_shares(verdict, rng):
    name = f"{rng.choice(SIDES)} shares"
    return changed(verdict, name, verdict.proof[name] * 1.01) if verdict.proof[name].any() else None


def no_share(verdict, rng):
    """A row without a sign that no share pays for."""
    name = f"{rng.choice(SIDES)} shares"
    shares = verdict.proof[name].copy()
    places = np.argwhere(shares > 0)
    if not len(places):
        return None
    shares[tuple(places[rng.integers(len(places))])] = 0
    return changed(verdict, name, shares)


def called_planted(verdict, rng):
    """A leaf without a bound that has not a planted neuron's signs."""
    name = f"{rng.choice(SIDES)} form"
    form = verdict.proof[name].copy()
    places = np.flatnonzero(form >= 0)
    if verdict.plant.kind == "linear":
        form[:] = -1
        return changed(verdict, name, form)
    form[rng.choice(places)] = -1 if len(places) else len(form)
    return changed(verdict, name, form)


def missing(verdict, rng):
    proof = dict(verdict.proof)
    del proof[rng.choice(list(proof))]
    return replace(verdict, proof=proof)


def other_shape(verdict, rng):
    name = rng.choice(list(verdict.proof))
    array = verdict.proof[name]
    return changed(verdict, name, array[:-1] if len(array) else np.zeros((1, 1)))


def other_plant(verdict, rng):
    """The proof of one plant for another."""
    W = verdict.plant.weights + 1e-6 * rng.standard_normal(verdict.plant.weights.shape)
    W /= np.linalg.norm(W, axis=0)
    outputs = verdict.plant.X @ W
    if verdict.plant.kind == "relu":
        outputs = np.maximum(outputs, 0)
    return replace(verdict, plant=replace(verdict.plant, weights=W, y=outputs @ verdict.plant.signs))


def of_the_gated_program(verdict, rng):
    return replace(verdict, form="gated")


FORGERS = (
    *(other_number, longer, no_leaf, outside, not_finite, wrong_order, smaller_size, more_shares, no_share),
    *(called_planted, missing, other_shape, other_plant, of_the_gated_program),
)


def test_forgeries_are_refused(pool):
    rng, refused = np.random.default_rng(0), Counter()
    while sum(refused.values()) < 600:
        verdict, _ = pool[rng.integers(len(pool))]
        forger = FORGERS[rng.integers(len(FORGERS))]
        forged = forger(verdict, rng)
        if forged is not None:
            with pytest.raises(rl.AuditError):
                rl.check(forged)
            refused[forger.__name__] += 1
    assert set(refused) == {forger.__name__ for forger in FORGERS}


def test_what_does_not_matter_may_change(pool):
    """Any coefficient in its box whose bound still holds will do: nothing is compared with what was found."""
    rng = np.random.default_rng(1)
    for verdict, _ in pool:
        proof = {name: array.copy() for name, array in verdict.proof.items()}
        for side, name in zip((1, -1), SIDES, strict=True):
            rows = np.flatnonzero(side * verdict.dual < 0)
            leaves = proof[f"{name} leaves"]
            leaves[:, rows] = np.clip(
                leaves[:, rows] + 1e-12 * rng.standard_normal((len(leaves), len(rows))), 0, 1
            )
        assert rl.check(replace(verdict, proof=proof)).proved


def test_from_a_file(pool, tmp_path):
    for verdict, plant in pool[::6]:
        verdict.save(tmp_path / "verdict.rl")
        again = rl.load(tmp_path / "verdict.rl")
        assert again.evidence == "cones"
        assert rl.check(again).proved
        assert set(again.proof) == set(verdict.proof)
        np.testing.assert_array_equal(again.plant.X, plant.X)


def test_the_bound_is_above_every_reach(pool):
    for verdict, plant in pool:
        if plant.kind == "linear":
            U = np.random.default_rng(2).standard_normal((4000, plant.X.shape[1]))
            U /= np.linalg.norm(U, axis=1)[:, None]
            assert np.abs(np.maximum(U @ plant.X.T, 0) @ verdict.dual).max() <= rl.check(verdict).bound < 1


@pytest.mark.parametrize(
    ("words", "whole"),
    [
        ([[0, 0]], True),
        ([[1, 0], [-1, 1], [-1, -1]], True),
        ([[1, 0], [-1, 1]], False),
        ([[0, 1], [0, -1]], False),
        ([[1, 1], [1, -1]], False),
        (np.zeros((1, 0)), True),
        (np.zeros((0, 2)), False),
    ],
)
def test_words_that_leave_no_signs_out(words, whole):
    assert _covers(np.array(words, dtype=int)) == whole


def test_whole_trees_of_dual_vectors_that_reach_too_far_are_refused():
    """Trees grown to a level above 1 look like proofs, leaf by leaf; the audit sees the level."""
    refused, least = 0, np.inf
    for seed in range(60):
        plant = rl.phase.instance(9, 4, seed, direction="smallest")[0]
        question = Question(plant, "skip")
        dual = question.shortest
        U = unit(np.random.default_rng(seed).standard_normal((200, 4)))
        reach = max(climb(question.X, dual, side, U)[1].max() for side in (1, -1))
        if not 1 < reach < 1.5:
            continue
        trees = [Tree(question.X, dual, side, level=2.3) for side in (1, -1)]
        if [tree.run(10**4)[0] for tree in trees] != ["proved", "proved"]:
            continue  # one came upon a direction that reaches 1
        forged = rl.Verdict(
            *("recovered", "cones", question.full(dual), None, 0.1, 1, "skip", "exact"),
            rl.Patterns(plant.X @ plant.weights >= 0, plant.weights),
            "",
            plant=plant,
            everywhere=True,
            proof=written(question, trees),
        )
        with pytest.raises(rl.AuditError, match="the largest reach"):
            rl.check(forged)
        refused, least = refused + 1, min(least, reach)
    assert refused > 10
    assert least < 1.02


def test_a_pattern_that_is_there_twice_is_shared():
    X = np.random.default_rng(0).standard_normal((24, 3))
    for extra in (0, 1):  # a zero row, whose bit may be anything
        data = np.vstack([X, np.zeros((extra, 3))])
        plant = rl.plant(data, "relu", rng=1)
        verdict = rl.decide(plant, "all", "plain", "exact")
        assert verdict.status == "recovered"
        own = np.asarray(verdict.patterns)
        twin = own.copy()
        twin[24:] = False
        over = replace(verdict, patterns=np.hstack([own, twin]), everywhere=False)
        with pytest.raises(rl.AuditError, match="how many blocks have one"):
            rl.check(over, plant, np.hstack([own, twin]))
        assert rl.check(verdict, plant).proved


def test_shares_of_low_precision_are_computed_with_in_double():
    shares = np.array([0.3323, 0.3015, 0.3657], dtype=np.float16)
    turns = 2 * np.pi * np.arange(3) / 3
    off = 1e-3 * np.c_[np.cos(turns), np.sin(turns)]
    off -= shares.astype(float) / shares.astype(float).sum() @ off
    plant = rl.plant(np.c_[np.ones(3), off], direction=[1, 0, 0])
    verdict = rl.decide(plant, "all", form="exact")
    assert verdict.status == "not-unique"
    empty = {"order": np.zeros(0, int), "leaves": np.full((1, 3), 0.5), "form": np.zeros(1, int)}
    proof = {
        f"negative {k}": v for k, v in (empty | {"sizes": np.ones(1), "shares": np.zeros((1, 3))}).items()
    }
    mine = empty | {"order": np.arange(3), "sizes": np.array([0.5]), "shares": shares[None]}
    proof |= {f"positive {k}": v for k, v in mine.items()}
    dual = np.linalg.solve(plant.X.T, plant.weights[:, 0])
    forged = replace(verdict, status="recovered", evidence="cones", dual=dual, proof=proof, competitor=None)
    with pytest.raises(rl.AuditError, match="largest reach"):
        rl.check(replace(forged, margin=0.1), plant)
