"""Decisions made together: the same as one by one with care, on any array library."""

from collections import Counter
from itertools import chain

import numpy as np
import pytest
from array_libraries import OTHERS

import relulab as rl
from relulab.certify import minimax, sampled, stacks
from relulab.certify import together as batches
from relulab.certify.problems import Member, planted
from relulab.certify.sampled import decide_many
from relulab.certify.units import Units
from relulab.data.ensembles import cluster_direction, cluster_means, clustered
from relulab.solvers import arrays, inverses
from relulab.solvers.inverses import inverse

GRIDS = [
    ("linear", "skip", 1, "smallest", "gaussian", (1.4, 1.9, 2.1, 2.3, 2.5, 2.7, 3.2)),
    ("linear", "skip", 1, "random", "cubic", (0.8, 1.7, 2.0, 2.2, 3.0)),
    ("linear", "skip", 1, "random", "whitened", (1.7, 2.0, 2.3)),
    ("relu", "plain", 1, "random", "gaussian", (1.5, 3.0, 5.0)),
    ("relu", "skip", 2, "random", "gaussian", (2.0, 4.0, 6.0)),
    ("relu", "plain", 3, "axes", "gaussian", (3.0, 6.0, 9.0)),
    ("normalized", "normalized", 1, "random", "gaussian", (0.9, 1.5, 3.0)),
    ("normalized", "normalized", 2, "random", "gaussian", (1.0, 2.5, 3.0, 3.5, 4.0, 6.0)),
    ("normalized", "normalized", 2, "opposite", "cubic", (2.0, 3.0, 5.0)),
    ("normalized", "normalized", 3, "axes", "gaussian", (3.0, 5.0, 7.0, 10.0)),
]


def problems(d, grid, trials=4, seed=3):
    kind, _, k, direction, ensemble, ratios = grid
    cells = (
        rl.phase.instances(round(ratio * d), d, range(trials), kind, ensemble, direction, k, rng=seed)
        for ratio in ratios
    )
    plants, patterns = zip(*cells, strict=True)
    return [*chain.from_iterable(plants)], [*chain.from_iterable(patterns)]


@pytest.mark.parametrize("grid", GRIDS)
@pytest.mark.parametrize("d", [6, 13])
def test_statuses_are_those_of_the_careful_search(grid, d, monkeypatch):
    plants, patterns = problems(d, grid)
    together = decide_many(plants, patterns, grid[1])
    monkeypatch.setattr(sampled, "decide_together", lambda plants, *_: [None] * len(plants))
    alone = decide_many(plants, patterns, grid[1])
    for verdict, slow, plant, S in zip(together, alone, plants, patterns, strict=True):
        assert rl.check(verdict, plant, S)
        assert verdict.status == slow.status or "undecided" in (verdict.status, slow.status)
    assert Counter(v.status for v in together)["undecided"] <= 1


@pytest.mark.parametrize("grid", [GRIDS[0], GRIDS[4], GRIDS[7]], ids=["linear", "relu", "normalized"])
def test_the_exact_form_too(grid, monkeypatch):
    plants, patterns = problems(7, grid, trials=2)
    together = decide_many(plants, patterns, grid[1], "exact")
    monkeypatch.setattr(sampled, "decide_together", lambda plants, *_: [None] * len(plants))
    alone = decide_many(plants, patterns, grid[1], "exact")
    assert [v.status for v in together] == [v.status for v in alone]
    assert {"recovered", "not-recovered"} <= {v.status for v in together}
    assert grid[0] == "relu" or "isometry" in {v.evidence for v in together}


def test_the_batch_settles_nearly_everything():
    plants, patterns = problems(20, GRIDS[0])
    found = batches.decide_together(plants, [np.asarray(S) for S in patterns])
    assert {f.evidence for f in found if f} == {"isometry", "dual", "competitor", "all-ones"}
    assert sum(f is None for f in found) <= 2


@pytest.mark.parametrize("form", ["gated", "exact"])
@pytest.mark.parametrize("xp", OTHERS)
@pytest.mark.parametrize("grid", [GRIDS[0], GRIDS[4], GRIDS[7]], ids=["linear", "relu", "normalized"])
def test_any_array_library_gives_the_same_statuses(xp, grid, form):
    plants, patterns = problems(*((9, grid) if form == "gated" else (6, grid, 2)))
    expected = decide_many(plants, patterns, grid[1], form)
    verdicts = decide_many(plants, patterns, grid[1], form, xp=xp)
    assert [v.status for v in verdicts] == [v.status for v in expected]
    for verdict, plant, S in zip(verdicts, plants, patterns, strict=True):
        assert rl.check(verdict, plant, S)


@pytest.mark.parametrize("form", ["gated", "exact"])
@pytest.mark.parametrize("grid", [GRIDS[0], GRIDS[7]], ids=["linear", "normalized"])
def test_what_goes_together_changes_no_bit(grid, form, monkeypatch):
    plants, patterns = problems(*((12, grid) if form == "gated" else (6, grid, 3)))
    together = decide_many(plants, patterns, grid[1], form)
    monkeypatch.setattr(batches, "BYTES", 1)  # one by one
    monkeypatch.setattr(sampled, "TOGETHER", 1)
    for one, other in zip(decide_many(plants, patterns, grid[1], form), together, strict=True):
        assert (one.status, one.evidence, one.iterations) == (other.status, other.evidence, other.iterations)
        np.testing.assert_equal(one.margin, other.margin)
        for name in ("dual", "competitor"):
            np.testing.assert_equal(getattr(one, name), getattr(other, name))


def waiting(plants, masks, network):
    return [
        Member(i, Units(1.0, 1.0), plant.X, mask, planted(plant, mask, network), network)
        for i, (plant, mask) in enumerate(zip(plants, masks, strict=True))
    ]


@pytest.mark.parametrize("network", ["plain", "normalized"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_reaches_are_exact(network, dtype):
    """What float32 leaves in question is measured again until the norms are those of orthonormal bases."""
    kind = "relu" if network == "plain" else "normalized"
    plants, patterns = rl.phase.instances(90, 20, range(3), kind, k=2)
    size = min(S.p for S in patterns)
    masks = [S.array[:, :size] for S in patterns]
    stack = stacks.Stack(waiting(plants, masks, network), dtype=dtype)
    dual = np.random.default_rng(0).standard_normal((3, 90, 1))
    for i, (plant, mask) in enumerate(zip(plants, masks, strict=True)):
        norms = rl.Blocks(plant.X, mask, network).norms(dual[i, :, 0])
        expected = np.delete(norms, stack.problems[i].planted.home).max()
        short = dual / expected * 0.999  # float32 is not believed below 1
        np.testing.assert_allclose(stack.reaches(short)[i], 0.999, rtol=1e-9)
        assert stack.lengths(dual)[i].max() == pytest.approx(expected, rel=1e-3)


def test_a_step_is_that_of_newton():
    """The step solves its equations, and what it adds to the plant changes no label."""
    plants, patterns = rl.phase.instances(60, 20, range(2), direction="smallest", rng=3)
    stack = stacks.Stack(waiting(plants, [S.array for S in patterns], "skip"), dtype="float64")
    dual = stack.project(stack.B @ (stack.inverse @ stack.g))
    Q = stack.adjoint(dual)
    lengths = stack.off * np.linalg.norm(Q, axis=2)
    which = np.argsort(-lengths)[:, :40]
    front = minimax._front(stack, Q, which, 6.0)
    move, nu, _ = front.step(stack.B)
    np.testing.assert_allclose(stack.B.swapaxes(1, 2) @ move, 0, atol=1e-9)
    dQ = stack.adjoint(move)
    V, _ = front.others(arrays.pick(dQ, which))
    outputs = np.einsum("bmn,bmn->bn", V @ stack.X.swapaxes(1, 2), front.rows)
    np.testing.assert_allclose(outputs, -(stack.B @ nu)[:, :, 0], atol=1e-8)
    sizes = np.linalg.norm(Q[:1, which[0]] + 1e-6 * dQ[:1, which[0]], axis=2), lengths[:1, which[0]]
    slope = np.diff([np.sum((size / lengths[0].max()) ** 6) for size in sizes])[0]
    assert slope > 0  # downhill


def test_hard_problems_need_no_care(monkeypatch):
    """Problems near the transition, thousandths from a tie, are settled by the steps."""
    monkeypatch.setattr(sampled, "decide_with_care", None)
    cells = [
        rl.phase.instances(n, d, range(5), direction="smallest", rng=6) for n, d in ((110, 50), (130, 50))
    ]
    for plants, patterns in cells:
        for verdict, plant, S in zip(decide_many(plants, patterns), plants, patterns, strict=True):
            assert rl.check(verdict, plant, S)
            assert verdict.iterations <= minimax.STEPS


def test_memory_is_bounded_by_chunks(monkeypatch):
    sizes = []

    class Counted(batches.Stack):
        def __init__(self, problems, *rest):
            sizes.append(len(problems))
            super().__init__(problems, *rest)

    monkeypatch.setattr(batches, "Stack", Counted)
    monkeypatch.setattr(batches, "BYTES", 3 * 40 * 60 * 61)
    plants, patterns = rl.phase.instances(60, 12, range(8))
    decide_many(plants, patterns)
    assert max(sizes) <= 3
    assert sum(sizes) == 8


def test_tight_clusters_overflow_float32_in_silence():
    means = cluster_means(8, rng=0)
    X = rl.draw(clustered(10, means), 64, 8, rng=1000)
    plant = rl.plant(X, kind="relu", direction=cluster_direction(means))
    S = rl.sample_patterns(X, include=plant.weights, rng=0)
    verdict = rl.decide(plant, S, network="plain")
    assert verdict.status == "recovered"
    assert rl.check(verdict, plant, S)


def test_singular_planted_equations_are_left_to_care():
    singular = np.zeros((1, 40, 40))
    assert np.isnan(inverse(singular, 1e-14)).any()
    plants, patterns = rl.phase.instances(10, 70, range(5), direction="smallest", rng=990017)
    assert {v.status for v in decide_many(plants, patterns)} == {"not-unique"}


def test_inverses_in_parts_are_those_of_the_whole(monkeypatch):
    X = np.random.default_rng(0).standard_normal((2, 5, 60, 30)).astype(np.float32)
    gram = X.swapaxes(2, 3) @ X
    whole = inverse(gram, 1e-7)
    np.testing.assert_allclose(whole @ gram, np.broadcast_to(np.eye(30), gram.shape), atol=1e-3)
    monkeypatch.setattr(inverses, "CACHED", 3 * 30**2)
    np.testing.assert_array_equal(inverse(gram, 1e-7), whole)
