"""Linear plants of the ReLU network over all patterns: against lists, an independent program, and by name."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from odd_problems import ENSEMBLES, Odd, contradiction

import relulab as rl
from relulab.certify.exact_network import decide_exact


def planted(X, w):
    """A linear plant along w."""
    X, w = np.array(X, dtype=float), np.array(w, dtype=float)
    w = w / np.linalg.norm(w)
    return replace(rl.plant(X, rng=0), weights=w[:, None], y=X @ w)


def draw(ensemble, n, d, seed):
    rng = np.random.default_rng([n, d, seed])
    X = ENSEMBLES[ensemble](n, d, rng)
    w = [
        rng.standard_normal(d),
        np.linalg.svd(X, full_matrices=False)[2][-1],
        rng.integers(-2, 3, d) + 0.0,
    ][seed % 3]
    return planted(X, w if w.any() else np.eye(d)[0])


def agree(verdict, truth):
    """Whether two verdicts can both be right; "optimal" leaves open whether it is the only one."""
    open_either = "undecided" in (verdict.status, truth.status)
    finer = truth.status == "optimal" and verdict.status in ("recovered", "not-unique")
    hidden = truth.status == "not-unique" and "is open" in truth.reason and verdict.status == "not-recovered"
    return open_either or finer or hidden or verdict.status == truth.status


@pytest.mark.parametrize("ensemble", ENSEMBLES)
def test_against_the_list_of_all_patterns(ensemble):
    seen = Counter()
    for d in (1, 2, 3):
        for n in (max(1, d - 1), d, d + 1, 2 * d + 1):
            for seed in range(3):
                plant = draw(ensemble, n, d, seed)
                if not plant.X.any():
                    continue
                S = rl.enumerate_patterns(plant.X)
                verdict, truth = decide_exact(plant), rl.decide(plant, S, form="exact")
                assert agree(verdict, truth), (n, d, seed, verdict.reason, truth.reason)
                if verdict.status != "undecided":
                    assert rl.check(verdict, plant, "all")
                seen[verdict.status] += 1
    assert seen["undecided"] <= 0.1 * seen.total()
    assert len(seen) >= 2


def test_against_an_independent_program():
    decided = 0
    for ensemble in ("gaussian", "integers", "repeated"):
        for seed in range(4):
            plant = draw(ensemble, 6, 3, seed)
            odd = Odd(seed, ensemble, "none", plant, rl.enumerate_patterns(plant.X), "skip", "exact")
            verdict = decide_exact(plant)
            assert contradiction(odd, verdict) is None
            decided += verdict.status != "undecided"
    assert decided >= 10


@pytest.mark.parametrize(
    ("X", "w", "status"),
    [
        ([[2, 0, 1], [1, 1, 0], [-1, -1, 2]], [-1, -1, 1], "recovered"),  # fewer rows than d carry the dual
        ([[1, -2], [1, 2]], [1, 0], "not-recovered"),  # labels of one sign, and cheaper than a tie
        ([[1, 0], [0, 1], [-1, 1]], [1, 1], "not-unique"),  # labels of one sign, one of them zero
        ([[1, 0], [1, 1e-9], [0, 1], [-1, 0.5], [1, -2]], [1, 0.3], "recovered"),  # nearly parallel rows
        ([[1, 0], [0, 0], [0, 1], [-1, 0.5], [1, -2]], [1, 0.3], "recovered"),  # a zero row
        ([[1e-200, 0], [0, 0], [0, 1], [-1e-200, 5e-201], [1, -2]], [1, 0.3], "recovered"),
        ([[1, 0], [3, 0], [0, 1], [-1, 0.5], [1, -2]], [1, 0.3], "recovered"),  # parallel rows
        ([[1, 0], [3, 0], [2, -1], [6, -3]], [1, -1], "not-unique"),
        ([[1, 0], [2, 0]], [1, 1], "not-recovered"),  # not in the row space
    ],
)
def test_what_was_once_wrong_or_crashed(X, w, status):
    verdict = decide_exact(planted(X, w))
    assert verdict.status == status, verdict.reason
    assert rl.check(verdict).proved


@pytest.mark.parametrize(
    ("X", "w"),
    [
        ([[1, 1e-11], [1, -1e-11], [-1, 1e-11], [-1, -1e-11]], [0, 1]),  # recovered, but too near to rank 1
        ([[0, -1, -2], [-2, 2, -1], [1, 0, -1]], [-1, 0, 1]),  # a tie of dual vectors, and yet unique
    ],
)
def test_what_is_left_open_says_so(X, w):
    verdict = decide_exact(planted(X, w))
    assert verdict.status in ("undecided", "recovered")
    assert verdict.reason
    assert rl.check(verdict)


def test_labels_that_only_rounding_makes_one_sided_are_no_tie():
    rng = np.random.default_rng(0)
    for _ in range(20):
        w = rng.standard_normal(3)
        X = rng.standard_normal((5, 3))
        X *= np.sign(X @ w)[:, None]
        X[0] -= (X[0] @ w) / (w @ w) * w  # orthogonal to w, up to rounding of either sign
        verdict = decide_exact(planted(X, w))
        if verdict.status == "not-unique":
            assert rl.check(verdict).proved
        assert verdict.status != "recovered"


@pytest.mark.parametrize(
    ("d", "n", "direction"), [(20, 30, "random"), (30, 60, "smallest"), (40, 80, "smallest")]
)
def test_sizes_that_no_list_reaches(d, n, direction):
    for trial in range(3):
        plant = rl.phase.instance(n, d, trial, direction=direction)[0]
        verdict = rl.decide(plant, "all", form="exact")
        assert verdict.status in ("recovered", "not-recovered")
        assert rl.check(verdict, plant, "all").proved


def test_more_rows_never_hurt():
    X = rl.draw("gaussian", 24, 6, rng=3)
    w = np.random.default_rng(1).standard_normal(6)
    found = [decide_exact(planted(X[:n], w)).status == "recovered" for n in range(6, 25)]
    assert found == sorted(found)
    assert found[-1]
    assert not found[0]


def test_neither_order_nor_size_nor_sign_of_rows_and_plant_matters():
    for seed in range(4):
        plant = draw("gaussian", 9, 4, 3 * seed)
        w, rng = plant.weights[:, 0], np.random.default_rng(seed)
        turned = np.linalg.qr(rng.standard_normal((4, 4)))[0]
        others = [
            planted(plant.X[rng.permutation(9)], w),
            planted(plant.X * 10.0 ** rng.uniform(-6, 6, (9, 1)), w),
            planted(-plant.X, w),
            planted(plant.X, -w),
            planted(plant.X @ turned, turned.T @ w),
            planted(np.vstack([plant.X, plant.X[:2] * 3]), w),
        ]
        assert {decide_exact(other).status for other in others} == {decide_exact(plant).status}


def test_fewer_rows_than_dimensions():
    """Off the row space the projection is cheaper; in it, up to rounding, recovery is numerical."""
    for trial in range(4):
        random, smallest = (
            rl.phase.instance(6, 20, trial, direction=way)[0] for way in ("random", "smallest")
        )
        verdict = decide_exact(random)
        assert verdict.status == "not-recovered"
        assert rl.check(verdict).proved
        verdict = decide_exact(smallest)
        assert verdict.status in ("recovered", "not-recovered")
        assert rl.check(verdict).proved == (verdict.status == "not-recovered")
        if verdict.status == "recovered":
            assert rl.check(verdict).bound < 1
            with pytest.raises(rl.AuditError):
                rl.check(replace(verdict, dual=verdict.dual * (1 + 1e-9)))


def test_little_effort_is_open_with_a_reason():
    plant = rl.phase.instance(30, 20, 5)[0]
    verdict = decide_exact(plant, effort=1)
    assert verdict.status in ("recovered", "undecided")
    hard = rl.phase.instance(60, 30, 0, direction="smallest")[0]
    verdict = decide_exact(hard, effort=1)
    assert verdict.status == "undecided"
    assert "nodes" in verdict.reason


def test_the_same_seed_gives_the_same_verdict():
    plant = rl.phase.instance(12, 8, 1)[0]
    one, two = decide_exact(plant, rng=3), decide_exact(plant, rng=3)
    assert one.status == two.status
    assert (one.dual is None) == (two.dual is None)
    if one.dual is not None:
        np.testing.assert_array_equal(one.dual, two.dual)


@pytest.mark.parametrize(("n", "trial"), [(40, 1), (40, 3), (38, 0)])
def test_effort_may_be_spent_anywhere(n, trial):
    """After new violators too, which ended with an error once."""
    (plant,), _ = rl.phase.instances(n, 20, [trial], direction="smallest")
    statuses = [
        rl.decide(plant, "all", "skip", "exact", effort=effort).status for effort in range(1, 1400, 170)
    ]
    assert set(statuses) <= {"undecided", "recovered"}
    assert statuses[0] == "undecided"
