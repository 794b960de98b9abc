"""Trees of signs: what proves, and that nothing else does."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

import relulab as rl
from relulab.certify.all_patterns.by_blocks import decide_by_blocks
from relulab.certify.all_patterns.by_signs import decide_by_signs
from relulab.data.planted import unchecked


def decided(n, d, seed, X=None):
    X = rl.draw("gaussian", n, d, rng=seed) if X is None else X
    return replace(decide_by_signs(rl.plant(X, rng=seed)), everywhere=True)


POOL = [decided(n, d, seed) for n, d in ((12, 3), (20, 5), (32, 8)) for seed in (0, 1, 2)]
POOL = [verdict for verdict in POOL if verdict.status == "recovered" and len(verdict.proof["tree"]) > 5]


def decided_relu(n, d, k, seed, network):
    X = rl.draw("gaussian", n, d, rng=seed)
    plant = rl.plant(X, "relu", k, rng=seed, signs=(-1.0) ** seed * np.ones(k))
    return replace(decide_by_blocks(plant, network), everywhere=True)


PLANTED = [
    decided_relu(n, d, k, seed, network)
    for n, d, k, network in ((16, 3, 1, "plain"), (24, 4, 1, "skip"), (24, 2, 2, "plain"), (36, 3, 2, "skip"))
    for seed in range(3)
]
PLANTED = [verdict for verdict in PLANTED if verdict.status == "recovered"]


def leaf_for_a_branch(proof, rng):
    """A node that is split is said to be a leaf, or the other way round, its children lost or made up."""
    tree = proof["tree"].copy()
    tree[rng.integers(len(tree))] ^= True
    return {"tree": tree}


def cut_short(proof, rng):
    return {"tree": proof["tree"][: -int(rng.integers(1, 4))]}


def longer(proof, rng):
    return {"tree": np.append(proof["tree"], rng.random() < 0.5)}


def pruned(proof, rng):
    """A whole branch of the tree is left out: its root is a leaf that has no bound."""
    tree, levels, at, count = proof["tree"], [], 0, 1
    while count:
        levels.append(tree[at : at + count].copy())
        at, count = at + count, 2 * int(levels[-1].sum())
    k = int(rng.integers(len(levels) - 1))
    gone = np.zeros(len(levels[k]), dtype=bool)
    gone[rng.choice(np.flatnonzero(levels[k]))] = True
    kept = []
    for level in levels[k:]:
        split = level & ~gone if not kept else level[~gone]
        kept.append(split)
        gone = np.repeat(gone[level], 2)
    return {"tree": np.concatenate(levels[:k] + kept)}


def no_circuits(proof, rng):
    return {"circuits": proof["circuits"][:0]} if len(proof["circuits"]) else None


def turned_circuit(proof, rng):
    if not len(proof["circuits"]):
        return None
    circuits = proof["circuits"].copy()
    i = rng.integers(len(circuits))
    circuits[i, rng.integers((circuits[i] != 0).sum())] *= -1
    return {"circuits": circuits}


def short_circuit(proof, rng):
    if not len(proof["circuits"]):
        return None
    circuits = proof["circuits"].copy()
    circuits[rng.integers(len(circuits)), 0] = 0
    return {"circuits": circuits}


def invented_circuit(proof, rng):
    """With a circuit for free every tree would be accepted."""
    one = np.zeros((1, max(1, proof["circuits"].shape[1])), dtype=np.int64)
    one[0, 0] = 1
    padded = np.zeros((len(proof["circuits"]), one.shape[1]), dtype=np.int64)
    padded[:, : proof["circuits"].shape[1]] = proof["circuits"]
    return {"tree": np.array([True, False, False]), "circuits": np.vstack([padded, one])}


def wrong_shares(proof, rng):
    return {"shares": proof["shares"] * rng.choice([0.0, -1.0, np.nan])}


def other_rows(proof, rng):
    rows = proof["rows"].copy()
    rows[:2] = rows[1::-1]
    return {"rows": rows}


def other_lines(proof, rng):
    line = proof["line"].copy()
    on = np.flatnonzero(line >= 0)
    line[rng.choice(on)] = rng.integers(-1, len(proof["rows"]))
    return None if np.array_equal(line, proof["line"]) else {"line": line}


def lost(proof, rng):
    return {str(rng.choice(list(proof))): None}


def other_type(proof, rng):
    name = str(rng.choice(list(proof)))
    return {name: proof[name].astype(complex)}


FORGERS = [
    *(leaf_for_a_branch, cut_short, longer, pruned, no_circuits, turned_circuit, short_circuit),
    *(invented_circuit, wrong_shares, other_rows, other_lines, lost, other_type),
]


def test_proofs_are_accepted():
    assert len(POOL) >= 5
    assert {(v.network, v.plant.weights.shape[1]) for v in PLANTED} == set(product(("plain", "skip"), (1, 2)))
    for verdict in POOL + PLANTED:
        audit = rl.check(verdict)
        assert audit.proved
        assert 0.5 < audit.bound < 1


@pytest.mark.parametrize("forger", FORGERS, ids=lambda forger: forger.__name__)
@pytest.mark.parametrize("pool", [POOL, PLANTED], ids=["linear", "relu"])
def test_forged_proofs_are_refused(forger, pool):
    rng, refused = np.random.default_rng(1), 0
    for _ in range(40):
        verdict = pool[rng.integers(len(pool))]
        forged = forger(verdict.proof, rng)
        if forged is None:
            continue
        with pytest.raises(rl.AuditError):
            rl.check(replace(verdict, proof=verdict.proof | forged))
        refused += 1
    assert refused > 10


def test_forged_dual_vectors_are_refused():
    rng = np.random.default_rng(2)
    for _ in range(60):
        verdict = POOL[rng.integers(len(POOL))]
        dual = verdict.dual.copy()
        i = rng.choice(np.flatnonzero(dual))
        dual[i] += rng.choice([-1, 1]) * 10.0 ** rng.uniform(-6, 0)
        with pytest.raises(rl.AuditError):
            rl.check(replace(verdict, dual=dual))


def test_a_dual_vector_that_reaches_one_is_refused_whatever_the_tree():
    """The equations hold, and one pattern reaches more than 1: no tree can hide it."""
    rng, refused = np.random.default_rng(3), 0
    for verdict in POOL:
        X = verdict.plant.X
        free = np.linalg.svd(X.T)[2][X.shape[1] :]
        rows = np.flatnonzero(verdict.dual)
        for _ in range(10):
            z = free.T @ rng.standard_normal(len(free))
            dual = verdict.dual + 3 * z / np.linalg.norm(X.T * z)
            gates = rng.standard_normal((X.shape[1], 3000))
            if np.linalg.norm((X @ gates >= 0).T * dual @ X, axis=1).max() < 1:
                continue
            order = np.concatenate([verdict.proof["rows"], np.setdiff1d(np.arange(len(X)), rows)])
            line = np.empty(len(X), dtype=np.int64)
            line[order] = np.arange(len(X))
            forged = verdict.proof | {"rows": order, "line": line}
            with pytest.raises(rl.AuditError):
                rl.check(replace(verdict, dual=dual, proof=forged))
            refused += 1
    assert refused > 10


def refuses(verdict, plant=None, **changed):
    with pytest.raises(rl.AuditError):
        rl.check(replace(verdict, **changed), plant)


def test_a_wall_of_a_planted_cell_that_does_not_count_is_refused():
    """The equations hold without a silent row, and the pattern behind it reaches 1 as well."""
    refused = 0
    for verdict in PLANTED:
        X, planted = verdict.plant.X, verdict.plant.X @ verdict.plant.weights
        for i in np.flatnonzero((planted < 0).all(axis=1) & (verdict.dual != 0)):
            behind = (planted >= 0) ^ (np.arange(len(X)) == i)[:, None]
            S = np.asarray(rl.enumerate_patterns(X))
            if (S[:, None] == behind[:, :, None]).all(axis=0).any():
                dual = np.where(np.arange(len(X)) == i, 0, verdict.dual)
                line = np.where(np.arange(len(X)) == i, -1, verdict.proof["line"])
                refuses(verdict, dual=dual)
                refuses(verdict, dual=dual, proof=verdict.proof | {"line": line})
                refused += 1
    assert refused > 10


def test_a_tree_that_knows_not_all_rows_is_refused():
    """A row that does not count is on a line all the same: else a leaf holds more than one pattern."""
    verdict = PLANTED[0]
    plant, proof, n = verdict.plant, verdict.proof, len(verdict.dual)
    X = np.vstack([plant.X, -plant.X[0] + 0.5 * plant.X[1]])  # cuts the planted cell, or not
    more = rl.plant(X, "relu", direction=plant.weights)
    longer = replace(
        verdict,
        plant=more,
        dual=np.append(verdict.dual, 0.0),
        patterns=rl.Patterns(X @ plant.weights >= 0, plant.weights),
    )
    unknown = proof | {"line": np.append(proof["line"], -1)}
    with pytest.raises(rl.AuditError, match="each row must be on a line of the tree"):
        rl.check(replace(longer, proof=unknown))
    outside = unknown | {"rows": np.append(proof["rows"], n), "line": np.append(proof["line"], n)}
    with pytest.raises(rl.AuditError, match="each row must be on a line of the tree"):
        rl.check(replace(longer, proof=outside))


def test_a_tree_of_other_neurons_is_refused():
    for verdict in PLANTED:
        plant = verdict.plant
        w, signs, k = plant.weights, plant.signs, plant.weights.shape[1]
        refuses(verdict, rl.plant(plant.X, "relu", k, w, signs=-signs))
        refuses(verdict, rl.plant(plant.X, "relu", k, w + 1e-6 * np.eye(len(w))[:, :1], signs=signs))
        refuses(verdict, unchecked(plant, kind="linear"))
        refuses(verdict, form="exact")
        other = {"plain": "skip", "skip": "plain"}[verdict.network]
        reach = np.linalg.norm(plant.X.T @ verdict.dual)
        if other == "skip" and reach >= 1:
            refuses(verdict, network=other)
        elif other == "plain":
            assert rl.check(replace(verdict, network=other)).proved  # no skip block: one condition less
        twice = {"weights": np.repeat(w[:, :1], 2, axis=1), "signs": np.repeat(signs[:1], 2)}
        refuses(verdict, unchecked(plant, **twice))


def test_a_neuron_on_a_border_has_no_tree():
    X = rl.draw("gaussian", 12, 3, rng=4)
    X[5] = [0, 0, 1.0]
    plant = rl.plant(X, "relu", direction=[1, 2, 0])
    assert decide_by_blocks(plant) is None
    off = rl.plant(X, "relu", direction=[1, 2, 1e-7])
    verdict = replace(decide_by_blocks(off), everywhere=True)
    if verdict.status == "recovered":
        refuses(verdict, plant)
    assert rl.check(verdict)


def test_a_proof_of_other_data_is_refused():
    first, second = POOL[0], POOL[1]
    with pytest.raises(rl.AuditError):
        rl.check(replace(first, plant=second.plant))
    plant = first.plant
    turned = rl.plant(plant.X, direction=plant.weights[:, 0] + 1e-6 * np.eye(plant.X.shape[1])[0])
    with pytest.raises(rl.AuditError):
        rl.check(first, turned)
    relu = rl.plant(plant.X, "relu", direction=plant.weights[:, 0])
    with pytest.raises(rl.AuditError):
        rl.check(first, relu)


def test_degenerate_data_are_proved_exactly():
    rng = np.random.default_rng(0)
    X = rng.integers(-3, 4, (14, 3)).astype(float)
    X = np.vstack([X, -2 * X[:3], 3 * X[3:5]])
    X = np.hstack([X, X[:, :1] - 2 * X[:, 1:2]])  # a column that the others span
    plant = rl.plant(X, direction=X[0] + X[1])
    verdict = rl.decide(plant, "all")
    if verdict.evidence == "signs":
        assert len(verdict.proof["columns"]) == 3
        bent = plant.X.copy()
        bent[2, 3] = np.nextafter(bent[2, 3], np.inf)
        other = rl.plant(bent, direction=plant.weights[:, 0])
        with pytest.raises(rl.AuditError):
            rl.check(verdict, other)
    assert rl.check(verdict).proved


def test_it_goes_through_a_file(tmp_path):
    for verdict in POOL[:3] + PLANTED[-3:]:
        verdict.save(tmp_path / "verdict.rl")
        again = rl.load(tmp_path / "verdict.rl")
        assert all(np.array_equal(again.proof[name], verdict.proof[name]) for name in verdict.proof)
        assert rl.check(again).proved


def test_balls_do_not_know_trees():
    audit = rl.check(POOL[0], arithmetic="balls")
    assert not audit.proved
    assert "trees of signs" in audit.reason
    with pytest.raises(rl.AuditError):
        rl.check(replace(POOL[0], dual=1.1 * POOL[0].dual), arithmetic="balls")


def test_numbers_of_low_precision_are_computed_with_in_double():
    b, e = 2.0**-12, 1e-4
    dual = np.array([0.5, 0.5 - b, b])
    first, third = np.array([e, 0]), np.array([0, e])
    second = -(dual[0] * first + dual[2] * third) / dual[1]
    X = np.c_[np.ones(3), np.vstack([first, second, third])]
    plant = rl.plant(X, direction=[1, 0, 0])
    verdict = rl.decide(plant, "all")
    assert verdict.status == "not-unique"
    for precision in (np.float16, np.float32, np.float64):
        shares = np.ones((4, 3), dtype=precision)
        shares[1, 2] = 2.0**-11
        proof = {name: np.arange(3) for name in ("rows", "line", "columns")} | {
            "tree": np.array([True, False, False]),
            "circuits": np.zeros((0, 1), int),
            "shares": shares,
        }
        forged = replace(verdict, status="recovered", evidence="signs", dual=dual, proof=proof)
        with pytest.raises(rl.AuditError, match="neither a bound nor a circuit"):
            rl.check(replace(forged, competitor=None, margin=0.1), plant)


def test_a_linear_plant_is_one_neuron():
    X = rl.draw("gaussian", 11, 3, rng=77)
    plant = rl.plant(X, rng=1)
    two = {"weights": np.eye(3)[:, :2], "signs": np.ones(2), "y": X[:, :2].sum(axis=1)}
    with pytest.raises(ValueError, match="a linear plant is one neuron"):
        replace(plant, **two)
    verdict = rl.decide(plant, "all")
    pair = unchecked(plant, **two)
    with pytest.raises(rl.AuditError, match="a linear plant is one neuron"):
        rl.check(verdict, pair)
