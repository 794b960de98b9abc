"""The step explorer: what its page computes, by Node, against Python, the chapter, and chains."""

import sys
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import norm

from relulab.widgets import StepExplorer
from relulab.widgets.step_explorer import jumps

ROOT = Path(__file__).resolve().parents[2]
FILES = ["step_explorer/steps.js"]
STEPS = ((0.05, 1000), (0.3, 300), (1.0, 10), (0.08, 10**6))
KINDS = tuple(product(jumps.TARGETS, jumps.PROPOSALS, jumps.NOISES, jumps.RULES))
ANSWER = """(questions) => questions.map((one) => {
  const { acceptance, jump } = expected(oneCoordinate(one, one.sigma), one.n, one.rule);
  return [acceptance, jump];
})"""


def question(kinds, sigma, n):
    return dict(zip(("target", "proposal", "noise", "rule"), kinds, strict=True)) | {"sigma": sigma, "n": n}


def test_the_page_has_the_numbers_of_python(in_node):
    questions = [question(kinds, *step) for kinds in KINDS for step in STEPS]
    for one, found in zip(questions, in_node(FILES, ANSWER, questions), strict=True):
        np.testing.assert_allclose(
            np.array(found) / [1, one["sigma"] ** 2],
            StepExplorer(**one).found / np.array([1, one["sigma"] ** 2]),
            atol=1e-6,
        )


def chapter():
    sys.path.append(str(ROOT / "site"))
    from run_labs import cells_of

    names = {"__name__": "lab"}
    for cell in ["seed = 0", *cells_of(ROOT / "chapters" / "part5" / "right-step.md")[1:]]:
        exec(compile(cell, "right-step.md", "exec"), names)
        if "exact" in names:
            return names
    raise LookupError("exact")


def test_the_page_has_the_numbers_of_the_chapter(in_node):
    names = chapter()
    cases = [
        (target, proposal, noise, sigma, n)
        for target in ("gaussian", "hyperbolic")
        for proposal, noise in (("langevin", "gaussian"), ("barker", "gaussian"), ("barker", "bumps"))
        for sigma, n in ((0.5, 100), (0.2, 10_000), (0.1, 10**6))
    ]
    questions = [question((t, p, z, "metropolis"), sigma, n) for t, p, z, sigma, n in cases]
    for (t, p, z, sigma, n), found in zip(cases, in_node(FILES, ANSWER, questions), strict=True):
        target = names["targets"]["Gaussian" if t == "gaussian" else t]
        theirs = names["exact"](target, jumps.NOISES[z], int(p == "barker"), n, sigma)
        assert found == pytest.approx(theirs, rel=2e-3)


@pytest.mark.parametrize("rule", jumps.RULES)
@pytest.mark.parametrize("proposal", ["walk", "barker"])
def test_chains_are_accepted_as_often(proposal, rule):
    """400,000 proposals of ten coordinates at rest, drawn one by one."""
    rng, n, sigma = np.random.default_rng(1), 10, 0.8
    x = rng.standard_normal((400_000, n))
    z = sigma * rng.standard_normal(x.shape)
    if proposal == "barker":
        z *= np.where(rng.random(x.shape) < 1 / (1 + np.exp(x * z)), 1, -1)
    y = x + z
    L = (x**2 - y**2) / 2
    if proposal == "barker":
        L += np.logaddexp(0, x * z) - np.logaddexp(0, -y * z)
    L = L.sum(axis=1)
    made = np.minimum(1, np.exp(L)) if rule == "metropolis" else 1 / (1 + np.exp(-L))
    jump = made * (z**2).mean(axis=1)
    explorer = StepExplorer(target="gaussian", proposal=proposal, rule=rule, n=n, sigma=sigma)
    for values, exact in zip((made, jump), explorer.found, strict=True):
        assert values.mean() == pytest.approx(exact, abs=4 * values.std() / np.sqrt(len(values)))


def test_the_limits_are_those_of_a_gaussian_log_ratio(in_node):
    answer = "(asked) => asked.map(limitOf)"
    asked = [{"proposal": p, "rule": r} for p in ("walk", "barker") for r in jumps.RULES]
    found = dict(
        zip([(one["proposal"], one["rule"]) for one in asked], in_node(FILES, answer, asked), strict=True)
    )
    tau = np.linspace(0.3, 6, 4001)
    L = norm.ppf((np.arange(4000) + 0.5) / 4000)
    for (proposal, rule), limit in found.items():
        power = 2 if proposal == "walk" else 2 / 3
        accepted = 2 * norm.cdf(-tau / 2)
        if rule == "barker":
            accepted = np.array([(1 / (1 + np.exp(t * t / 2 - t * L))).mean() for t in tau])
        assert limit == pytest.approx(accepted[(tau**power * accepted).argmax()], abs=2e-3)
    assert found["walk", "metropolis"] == pytest.approx(0.2338, abs=1e-4)
    assert found["barker", "metropolis"] == pytest.approx(0.5742, abs=1e-4)


def test_the_best_step_is_the_best(in_node):
    answer = """(asked) => asked.map((one) => {
      const logs = Array.from({ length: 41 }, (_, k) => -3.2 + 0.1 * k);
      const { best, points } = curveOf(one, one.n, one.rule, logs, (k) => oneCoordinate(one, 10 ** logs[k]));
      return { best, points };
    })"""
    asked = [question(kinds, 1, n) for kinds in KINDS[::3] for n in (10, 10**4, 10**6)]
    for one, found in zip(asked, in_node(FILES, answer, asked), strict=True):
        best = found["best"]
        for point in found["points"]:
            assert point["jump"] <= best["jump"] * (1 + 1e-5), one
            assert -1e-6 <= point["acceptance"] <= 1 + 2e-3
        for near in (0.97, 1.03):
            explorer = StepExplorer(**one | {"sigma": near * 10 ** best["log"]})
            assert explorer.found[1] <= best["jump"] * (1 + 2e-4)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"n": 9}, "n=9 is not a whole number >= 10 and <= 1000000"),
        ({"n": 10.5}, "n=10.5"),
        ({"sigma": 0}, "sigma=0 is not between"),
        ({"sigma": np.nan}, "sigma"),
        ({"sigma": "long"}, "sigma"),
        ({"target": "uniform"}, "target='uniform' is unknown"),
        ({"proposal": None}, "proposal=None"),
        ({"noise": "none"}, "noise='none' is unknown"),
        ({"rule": "always"}, "rule='always' is unknown"),
        ({"step": 1}, "step is no setting"),
    ],
)
def test_bad_input(settings, message):
    with pytest.raises(ValueError, match=message):
        StepExplorer(**settings)
