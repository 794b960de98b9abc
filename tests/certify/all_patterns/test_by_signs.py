"""Trees of signs against every pattern written down, and what no tree may get wrong."""

import os
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from odd_data import DATA, odd_plant

import relulab as rl
from relulab.certify.all_patterns import everywhere
from relulab.certify.all_patterns.by_signs import decide_by_signs
from relulab.certify.all_patterns.lines import lines_of
from relulab.certify.all_patterns.sparse_dual import Question
from relulab.certify.all_patterns.tree import Tree

MANY = int(os.environ.get("FUZZ", 0)) // 100  # `make fuzz` takes 50 problems of each kind


@pytest.fixture
def unlisted(monkeypatch):
    """No enumeration, but where a theorem found a tie."""
    listed = everywhere._enumerated

    def only_ties(plant, network, form, iterations, limit=np.inf):
        tie = limit == everywhere.WORTHWHILE
        return listed(plant, network, form, iterations, limit) if tie else None

    monkeypatch.setattr(everywhere, "_enumerated", only_ties)


@pytest.mark.parametrize("kind", DATA)
def test_no_contradiction_with_the_list(kind, unlisted):
    seen = Counter()
    for seed in range(MANY or 5):
        plant = odd_plant(kind, seed)
        verdict = rl.decide(plant, "all")
        truth = rl.decide(plant, rl.enumerate_patterns(plant.X)).status
        audit = rl.check(verdict, plant, "all")
        seen[verdict.status, verdict.evidence, truth, audit.proved] += 1
        if verdict.status == "undecided" or truth == "undecided":
            continue
        assert (verdict.status == "recovered") == (truth == "recovered"), (kind, seed)
        if verdict.status == "not-recovered":
            assert truth == "not-recovered", (kind, seed)
        if verdict.evidence == "signs":
            assert audit.proved
            assert rl.check(replace(verdict, everywhere=False), plant, rl.enumerate_patterns(plant.X))
    if MANY:
        print(kind, dict(seen))
    few = MANY // 5 if kind == "dependent" else MANY // 10  # a rounded plant is hardly ever in the row space
    assert sum(n for (status, *_), n in seen.items() if status == "undecided") <= 1 + few


@pytest.mark.parametrize(("n", "d"), [(8, 3), (15, 3), (12, 4), (14, 5)])
def test_a_tree_run_to_its_end_finds_exactly_the_patterns_of_the_list(n, d):
    count = 0
    for seed in range(3):
        X = rl.draw("gaussian", n, d, rng=seed)
        plant = rl.plant(X, rng=seed)
        lines = lines_of(X, plant.weights[:, 0])
        for q in (Question(lines).dual(0), Question(lines).start):
            on = np.flatnonzero(q)
            S = np.unique(np.asarray(rl.enumerate_patterns(X)).T[:, on], axis=0)
            S = np.unique(np.concatenate([S, ~S]), axis=0)  # an all-zero pattern is a sign vector too
            reach = np.linalg.norm(lines.w + (2.0 * S - 1) @ (q[on, None] * lines.Z[on]), axis=1) / 2
            for level in (0.85, 0.7):
                tree = Tree(lines.Z[on], q[on], lines.w)
                found = tree.search(level=4 * level**2, most=np.inf)
                got = {tuple(row) for row in found.gates @ lines.Z[on].T > 0}
                assert got == {tuple(row) for row in S[reach >= level]}
                count += len(got)
    assert count > 100


def test_more_patterns_than_can_be_listed():
    plant = rl.plant(rl.draw("gaussian", 60, 15, rng=0), rng=1)
    verdict = rl.decide(plant, "all")
    assert (verdict.status, verdict.evidence) == ("recovered", "signs")
    assert rl.check(verdict).proved
    gates = np.random.default_rng(0).standard_normal((15, 5000))
    norms = np.linalg.norm((plant.X @ gates >= 0).T * verdict.dual @ plant.X, axis=1)
    assert norms.max() < 1
    exact = rl.decide(plant, "all", form="exact")
    assert exact.status == "recovered"
    assert rl.check(exact).proved
    assert rl.check(exact).statement == "the plant is the unique solution over all patterns"


def test_failure_beyond_the_list_has_a_competitor():
    found = Counter()
    for seed in range(4):
        plant = rl.phase.instance(36, 12, seed, direction="smallest")[0]
        verdict = rl.decide(plant, "all")
        found[verdict.status] += 1
        assert rl.check(verdict, plant, "all").proved == (verdict.status != "undecided")
    assert found["not-recovered"] >= 2


def test_the_same_seed_gives_the_same_proof():
    plant = rl.plant(rl.draw("gaussian", 40, 10, rng=3), rng=3)
    first, again = (decide_by_signs(plant) for _ in range(2))
    assert all(np.array_equal(first.proof[name], again.proof[name]) for name in first.proof)
    assert np.array_equal(first.dual, again.dual)


def test_powers_of_two_in_the_rows_change_nothing():
    X = rl.draw("gaussian", 30, 6, rng=1)
    plant = rl.plant(X, rng=1)
    powers = 2.0 ** np.random.default_rng(0).integers(-40, 40, (30, 1))
    scaled = replace(plant, X=powers * X, y=powers[:, 0] * plant.y, noise=0 * plant.y)
    one, other = decide_by_signs(plant), decide_by_signs(scaled)
    assert one.status == other.status == "recovered"
    assert np.array_equal(one.dual, other.dual * powers[:, 0])
    assert rl.check(replace(other, everywhere=True), scaled).proved


def test_a_small_row_counts_as_much_as_a_large_one():  # W16
    X = np.array([[2000, -1000], [0, -3], [-1e-6, 0], [1e5, 1e5]])
    plant = rl.plant(X, direction=[1, 0])
    verdict = decide_by_signs(plant)
    assert verdict.status == "recovered"
    assert rl.check(replace(verdict, everywhere=True)).proved
    assert rl.decide(plant, "all").status == "recovered"


def test_a_row_along_the_plant():  # W17
    rng, seen = np.random.default_rng(0), Counter()
    for seed in range(30):
        X = rng.integers(-3, 4, (9, 3)).astype(float)
        X[4] = [0, -2, 0]
        plant = rl.plant(X, direction=[0, 1, 0])
        verdict = rl.decide(plant, "all")
        labeled = X[X[:, 1] != 0]
        assert (verdict.status == "recovered") == (not rl.has_all_ones(labeled)), seed
        assert rl.check(verdict, plant, "all").proved
        seen[verdict.status] += 1
    assert seen["recovered"] > 3


def test_patterns_are_those_of_open_gates():  # W18
    X = np.array([[1.0, 0], [-1, 0], [0, 1], [1, 1], [1, -1]])
    plant = rl.plant(X, direction=[0.3, 0.8])
    assert rl.decide(plant, "all").status == "recovered"  # u = 0, and walls, would make an all-ones mask


def test_what_is_open_says_how_far_it_got():
    plant = rl.phase.instance(50, 20, 0)[0]
    verdict = rl.decide(plant, "all", effort=600)
    if verdict.status == "undecided":
        assert "nodes of" in verdict.reason
        assert "reaches 0.000000" not in verdict.reason
    assert verdict.status != "recovered"
    for effort in (0, -1, np.nan, "much"):
        with pytest.raises(ValueError, match="effort"):
            rl.decide(plant, "all", effort=effort)


def test_a_silent_plant_and_one_outside_the_row_space():
    X = np.hstack([rl.draw("gaussian", 20, 3, rng=0), np.zeros((20, 1))])
    for direction in ([0, 0, 0, 1], [1, 0, 0, 1]):
        plant = rl.plant(X, direction=direction)
        verdict = rl.decide(plant, "all")
        assert verdict.status == "not-recovered"
        assert rl.check(verdict, plant, "all")


def test_no_false_optimality_of_a_twin():
    """A twin in the all-ones block says nothing of what is cheaper: no dual over one pattern goes with it."""
    worse = 0
    for seed in range(40):
        plant = rl.plant(rl.draw("gaussian", 4, 3, rng=seed), rng=seed)
        verdict = rl.decide(plant, "all")
        truth = rl.decide(plant, rl.enumerate_patterns(plant.X)).status
        assert truth in (verdict.status, "optimal")
        worse += truth == "not-recovered"
    assert worse > 0
