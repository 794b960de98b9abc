import ast
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import relulab as rl
from relulab import audit
from relulab.certify import admm

TIGHT = {"tol_gap_abs": 1e-10, "tol_gap_rel": 1e-10, "tol_feas": 1e-10}
PAIRS = [("linear", "skip", 1), ("relu", "plain", 1), ("relu", "skip", 2), ("normalized", "normalized", 2)]


def instance(n, d, seed, kind="linear", k=1, ensemble="gaussian", direction="random"):
    return rl.phase.instance(n, d, 0, kind, ensemble, direction, k, rng=seed)


def agrees_with_clarabel(plant, S, network, verdict):
    """Compare value and uniqueness; None where Clarabel's residual is too large to say."""
    solution = rl.solve(plant.X, plant.y, S, network, **TIGHT)
    cost = plant.weights.shape[1]
    accuracy = max(solution.residual, solution.gap, abs(solution.residual * np.abs(solution.dual @ plant.y)))
    if verdict.status == "not-unique":
        below = -np.inf if verdict.dual is None else cost * (1 - 1e-6)  # a dual says that nothing is cheaper
        return None if accuracy > 1e-7 else below <= solution.value <= cost * (1 + 1e-6)
    if not solution.status.startswith("optimal") or accuracy > 0.1 * verdict.margin:
        return None
    if verdict.status == "not-recovered":
        return bool(solution.value <= cost - 0.9 * verdict.margin)
    blocks = rl.Blocks(plant.X, S, network)
    index, coordinates = blocks.planted(plant)
    planted = np.zeros((blocks.size, plant.X.shape[1]))
    planted[index] = blocks.to_weights(np.eye(blocks.size)[index].T @ coordinates)[index]
    found = np.vstack([solution.skip[None]] * blocks.skip + [solution.weights.T])
    # Strong duality with slack `margin` on every other block bounds the weight that can sit there.
    spill = np.linalg.norm(np.delete(found, index, axis=0), axis=1).sum()
    scale = 1 if network != "normalized" else np.linalg.norm(planted)
    return bool(
        abs(solution.value - cost) <= 1e-6 * cost and spill <= 1e-3 * scale + 10 * accuracy / verdict.margin
    )


@pytest.mark.parametrize(
    ("ensemble", "direction"),
    [("gaussian", "random"), ("gaussian", "smallest"), ("cubic", "random"), ("whitened", "random")],
)
def test_decide_and_solve_never_disagree_on_linear_plants(ensemble, direction):
    seen, open_cases = Counter(), 0
    for ratio in (0.6, 1.5, 2, 2.3, 2.6, 3, 4):
        for seed in range(6):
            d = 4 + 2 * seed
            plant, S = instance(round(ratio * d), d, seed, ensemble=ensemble, direction=direction)
            verdict = rl.decide(plant, S)
            assert rl.check(verdict, plant, S)
            agreed = agrees_with_clarabel(plant, S, "skip", verdict)
            assert agreed is not False, (ratio, seed, verdict.status)
            seen[verdict.status] += 1
            open_cases += agreed is None
    assert seen["undecided"] == 0
    assert seen["recovered"] >= 12
    assert seen["not-unique"] >= 3
    assert seen["not-unique"] + seen["not-recovered"] >= 8
    assert open_cases <= 2


@pytest.mark.parametrize(("kind", "network", "k"), PAIRS[1:])
def test_decide_and_solve_never_disagree_on_relu_plants(kind, network, k):
    seen, open_cases = Counter(), 0
    for ratio in (2, 3, 4, 6):
        for seed in range(5):
            d = 3 + seed
            plant, S = instance(ratio * d, d, seed, kind, k)
            verdict = rl.decide(plant, S, network)
            assert rl.check(verdict, plant, S)
            agreed = verdict.status == "undecided" or agrees_with_clarabel(plant, S, network, verdict)
            assert agreed is not False, (ratio, seed, verdict.status)
            seen[verdict.status] += 1
            open_cases += agreed is None
    assert seen["undecided"] <= 1
    assert min(seen["recovered"], seen["not-recovered"]) >= 3
    assert open_cases <= 2


@pytest.mark.parametrize("seed", range(12))
def test_whitened_plants_are_unique_exactly_without_the_all_ones_pattern(seed):
    plant, S = instance(20, 10, seed, ensemble="whitened")
    verdict = rl.decide(plant, S)
    assert verdict.status == ("not-unique" if rl.has_all_ones(plant.X) else "recovered")
    if verdict.status == "not-unique":
        assert verdict.dual is not None


def test_every_kind_of_evidence_turns_up_and_passes_the_check():
    found = Counter()
    for seed in range(40):
        plant, S = instance(50, 20, seed, direction="smallest")
        verdict = rl.decide(plant, S)
        assert rl.check(verdict, plant, S)
        found[verdict.evidence] += 1
    for seed in range(5):
        found[rl.decide(*instance(100, 20, seed)).evidence] += 1
    assert {"isometry", "dual", "competitor", "all-ones"} <= set(found)


def recovered_and_not():
    cases = [instance(50, 20, seed, direction="smallest") for seed in range(40)]
    verdicts = [(rl.decide(*case), *case) for case in cases]
    return {
        status: next(v for v in verdicts if v[0].status == status)
        for status in ("recovered", "not-recovered", "not-unique")
    }


CASES = recovered_and_not()


@pytest.mark.parametrize(
    ("status", "forge", "message"),
    [
        ("recovered", lambda v: replace(v, dual=v.dual * 1.001), "planted equations"),
        ("recovered", lambda v: replace(v, dual=np.zeros_like(v.dual)), "planted equations"),
        ("not-recovered", lambda v: replace(v, competitor=v.competitor * 0.9), "competitor: residual"),
        ("not-recovered", lambda v: replace(v, status="not-unique"), "residual|cost|off the planted"),
        ("not-unique", lambda v: replace(v, status="not-recovered"), "cost and repair"),
        ("not-unique", lambda v: replace(v, dual=None, competitor=v.competitor * 0.9), "residual"),
    ],
)
def test_check_refuses_forged_evidence(status, forge, message):
    verdict, plant, S = CASES[status]
    assert rl.check(verdict, plant, S)
    with pytest.raises(rl.AuditError, match=message):
        rl.check(forge(verdict), plant, S)


def test_check_refuses_a_dual_that_leaves_the_ball():
    verdict, plant, S = CASES["not-recovered"]
    dual = rl.isometry(plant, S).dual
    with pytest.raises(rl.AuditError, match="block"):
        rl.check(replace(verdict, status="recovered", dual=dual), plant, S)


def test_check_refuses_a_second_point_that_is_the_plant():
    verdict, plant, S = CASES["not-unique"]
    itself = np.zeros_like(verdict.competitor)
    itself[0] = plant.weights[:, 0]
    with pytest.raises(rl.AuditError, match="off the planted blocks"):
        rl.check(replace(verdict, competitor=itself), plant, S)


def test_the_audit_shares_no_code_with_the_finder():
    rooms = list(Path(audit.__file__).parent.glob("*.py"))
    assert len(rooms) > 3
    for room in rooms:
        imports = (node for node in ast.walk(ast.parse(room.read_text())) if isinstance(node, ast.ImportFrom))
        assert all(node.level == 1 for node in imports if node.level or node.module.startswith("relulab"))


@pytest.mark.parametrize(("kind", "network", "k"), PAIRS)
@pytest.mark.parametrize("form", ["gated", "exact"])
@pytest.mark.parametrize("scale", [1e-100, 1e100])
def test_scale_does_not_change_the_verdict(kind, network, k, form, scale):
    for seed in range(4):
        plant, S = instance(20, 5, seed, kind, k)
        y = plant.y if kind == "normalized" else plant.y * scale
        scaled = replace(plant, X=plant.X * scale, y=y)
        before, after = rl.decide(plant, S, network, form), rl.decide(scaled, S, network, form)
        assert (before.status, before.evidence) == (after.status, after.evidence)
        assert rl.check(after, scaled, S)


@pytest.mark.parametrize("seed", range(5))
def test_rotation_and_order_do_not_change_the_verdict(seed):
    plant, S = instance(26, 10, seed)
    rng = np.random.default_rng(seed)
    Q = np.linalg.qr(rng.standard_normal((10, 10)))[0]
    rows, columns = rng.permutation(26), rng.permutation(S.p)
    masks = np.asarray(S)[rows][:, columns]
    moved = replace(plant, X=plant.X[rows] @ Q, y=plant.y[rows], weights=Q.T @ plant.weights)
    assert rl.decide(plant, S).status == rl.decide(moved, masks).status


def degenerate():
    X = rl.draw("gaussian", 40, 6, rng=0)
    return {
        "duplicate rows": np.vstack([X, X]),
        "zero rows": np.vstack([X, np.zeros((3, 6))]),
        "rank deficient": X[:, [0, 1, 2, 3, 4, 4]],
        "n < d": X[:4],
        "one row": X[:1],
        "one column": X[:, :1],
        "zero": np.zeros((4, 2)),
    }


@pytest.mark.parametrize("name", list(degenerate()))
@pytest.mark.parametrize("direction", ["random", "smallest"])
def test_degenerate_data_get_a_right_verdict(name, direction):
    X = degenerate()[name]
    plant = rl.plant(X, rng=1, direction=direction)
    S = rl.sample_patterns(X, rng=2)
    if name == "zero":
        with pytest.raises(ValueError, match="empty pattern set"):
            rl.decide(plant, S)
        return
    verdict = rl.decide(plant, S)
    assert verdict.status != "undecided"
    assert rl.check(verdict, plant, S)
    value = rl.solve(X, plant.y, S, **TIGHT).value
    if verdict.status == "recovered":
        assert np.isclose(value, 1, rtol=1e-6)
    elif verdict.status == "not-recovered":
        assert value < 1 - 0.9 * verdict.margin


def test_a_linear_plant_outside_the_row_space_is_never_recovered():
    for seed in range(5):
        plant, S = instance(12, 20, seed)
        without = np.asarray(S)[:, :-1]
        verdict = rl.decide(plant, without)
        assert verdict.status == "not-recovered"
        assert rl.check(verdict, plant, without)


def test_two_neurons_of_one_pattern_merge():
    X = rl.draw("gaussian", 30, 4, rng=0)
    w = rl.plant(X, rng=1).weights[:, 0]
    plant = rl.plant(X, "relu", 2, direction=np.stack([w, w + 1e-9 * np.arange(4)], axis=1))
    S = rl.sample_patterns(X, include=plant.weights, rng=2)
    assert rl.decide(plant, S, "plain").status in ("not-recovered", "not-unique", "undecided")
    apart = w + 0.02 * np.eye(4)[0]
    if ((X @ w >= 0) == (X @ apart >= 0)).all():
        plant = rl.plant(X, "relu", 2, direction=np.stack([w, apart], axis=1))
        verdict = rl.decide(plant, S, "plain")
        assert verdict.status == "not-recovered"
        assert rl.check(verdict, plant, S)


@pytest.mark.parametrize("form", ["gated", "exact"])
def test_a_silent_neuron_is_dropped(form):
    X = np.abs(rl.draw("gaussian", 30, 4, rng=0))
    loud, silent = np.eye(4)[0] - 0.3 * np.eye(4)[1], -np.ones(4)
    for weights, k in [(np.stack([loud, silent], axis=1), 2), (silent[:, None], 1)]:
        plant = rl.plant(X, "relu", k, weights)
        S = rl.sample_patterns(X, include=plant.weights, rng=1)
        verdict = rl.decide(plant, S, "plain", form)
        assert (verdict.status, verdict.margin) == ("not-recovered", 1)
        assert rl.check(verdict, plant, S)
        iso = rl.isometry(plant, S, "plain", form)
        assert (iso.holds, iso.residual >= 1) == (False, True)


def test_noise_and_bad_options_are_refused():
    X = rl.draw("gaussian", 30, 4, rng=0)
    S = rl.sample_patterns(X, rng=1)
    with pytest.raises(ValueError, match=r"sigma=0.1.*use solve"):
        rl.decide(rl.plant(X, sigma=0.1), S)
    with pytest.raises(ValueError, match="form='loose'"):
        rl.decide(rl.plant(X), S, form="loose")
    with pytest.raises(ValueError, match="network='deep'"):
        rl.decide(rl.plant(X), S, network="deep")
    with pytest.raises(ValueError, match="iterations=-1"):
        rl.decide(rl.plant(X), S, iterations=-1)


def test_giving_up_is_undecided_not_an_answer(monkeypatch):
    monkeypatch.setattr("relulab.certify.one_by_one.SOCP_SIZE", 0)
    for seed in range(30):
        plant, S = instance(52, 20, seed, direction="smallest")
        if rl.decide(plant, S).iterations > 2:
            verdict = rl.decide(plant, S, iterations=2)
            assert (verdict.status, verdict.evidence) == ("undecided", None)
            assert "2 steps" in verdict.reason
            return
    pytest.fail("no instance needed more than 2 steps")


@pytest.mark.parametrize(
    ("kind", "network", "k"), [("relu", "plain", 3), ("relu", "skip", 3), ("normalized",) * 2 + (3,)]
)
@pytest.mark.parametrize("form", ["gated", "exact"])
def test_three_neurons(kind, network, k, form):
    seen = Counter()
    for n in (12, 40):
        for seed in range(4):
            plant, S = instance(n, 4, seed, kind, k)
            verdict = rl.decide(plant, S, network, form)
            assert rl.check(verdict, plant, S)
            seen[verdict.status] += 1
    assert seen["undecided"] <= 1
    assert seen["recovered"] > 0


@pytest.mark.parametrize("form", ["gated", "exact"])
@pytest.mark.parametrize(("kind", "network", "k"), PAIRS)
def test_interior_points_agree_with_the_search(kind, network, k, form):
    direction = "smallest" if kind == "linear" else "random"
    used = 0
    for seed in range(8):
        plant, S = instance(14 + 3 * seed, 5, seed, kind, k, direction=direction)
        slow, quick = rl.decide(plant, S, network, form, iterations=1), rl.decide(plant, S, network, form)
        assert rl.check(slow, plant, S)
        if rl.isometry(plant, S, network).residual > 1e-10 and slow.status == "undecided":
            continue  # without a dual vector that meets the planted equations there is no best one
        assert slow.status == quick.status
        used += quick.iterations > 1
    assert used > 0 or (kind, form) == ("linear", "exact")  # its cones settle these at once


@pytest.mark.parametrize(("kind", "network", "k"), PAIRS[1:])
@pytest.mark.parametrize("form", ["gated", "exact"])
def test_unsolvable_planted_equations_are_a_failure_with_a_competitor(kind, network, k, form):
    found = 0
    for seed in range(10):
        plant, S = instance(9, 6, seed, kind, k)
        if rl.isometry(plant, S, network).residual < 1e-8:
            continue
        found += 1
        verdict = rl.decide(plant, S, network, form)
        assert (verdict.status, verdict.evidence) == ("not-recovered", "competitor")
        assert rl.check(verdict, plant, S)
    assert found > 0 or kind == "normalized"


@pytest.mark.parametrize("form", ["gated", "exact"])
def test_a_tied_neuron_has_a_second_solution_and_a_dual_that_proves_both(form):
    found = 0
    for seed in range(10):
        plant, S = instance(5, 5, seed, "normalized")
        verdict = rl.decide(plant, S, "normalized", form)
        assert rl.check(verdict, plant, S)
        if verdict.status == "not-unique":
            found += 1
            assert verdict.evidence == "competitor"
            assert verdict.dual is not None
    assert found >= 5


def test_a_number_that_is_not_finite_is_reported_never_an_answer(monkeypatch):
    step = admm.State.step

    def poisoned(self, weight):
        step(self, weight)
        self.second = self.second._replace(T=self.second.T * np.nan)

    cases = (instance(50, 20, seed, direction="smallest") for seed in range(40))
    plant, S = next(case for case in cases if rl.decide(*case, form="exact").iterations)
    monkeypatch.setattr(admm.State, "step", poisoned)
    verdict = rl.decide(plant, S, form="exact", iterations=admm.SINGLE + 50)
    assert (verdict.status, verdict.evidence) == ("undecided", None)
    assert "not finite" in verdict.reason


def test_multipliers_must_add_nothing_to_a_null_space():
    """A block of rank 3 in dimension 4 ties with the plant; multipliers alone make it look shorter."""
    plant, S = rl.phase.instance(15, 4, 0, kind="normalized", k=2, rng=110)
    verdict = rl.decide(plant, S, "normalized", "exact")
    assert verdict.status == "not-unique"
    assert rl.check(verdict, plant, S)
