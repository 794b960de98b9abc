"""The checker that needs only the standard library: exact, and of one opinion with the other."""

import subprocess
import sys
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from cases import FORGERS, draws, nearly_dependent

import relulab as rl
from relulab.audit import by_fractions
from relulab.audit.by_fractions import NotProved, check_exactly

POOL = list(draws(7, trials=1))


def both(verdict, plant, S, path):
    """Whether each of the two checkers proves a verdict."""
    replace(verdict, plant=plant, patterns=S).save(path)
    proved = []
    for prove in (lambda: rl.check(rl.load(path)).proved, lambda: bool(check_exactly(path))):
        try:
            proved.append(prove())
        except (rl.AuditError, NotProved):
            proved.append(False)
    return tuple(proved)


def test_true_verdicts(tmp_path):
    for verdict, plant, S in POOL:
        assert both(verdict, plant, S, tmp_path / "it") == (True, True)


@pytest.mark.parametrize("form", ["gated", "exact"])
def test_over_all_patterns(tmp_path, form):
    seen = Counter()
    for kind, network in (("linear", "skip"), ("relu", "plain"), ("relu", "skip")):
        for seed in range(3):
            plant = rl.phase.instance(8, 3, seed, kind=kind)[0]
            verdict = rl.decide(plant, rl.enumerate_patterns(plant.X), network, form)
            verdict = replace(verdict, everywhere=True)
            seen[both(verdict, plant, verdict.patterns, tmp_path / "it")] += 1
            fewer = rl.Patterns(verdict.patterns.array[:, :-1], verdict.patterns.gates[:, :-1])
            if verdict.status == "recovered":
                assert both(verdict, plant, fewer, tmp_path / "it") == (False, False)
    assert set(seen) == {(True, True)}


def test_forged_verdicts(tmp_path):
    rng, refused = np.random.default_rng(1), Counter()
    while sum(refused.values()) < 200:
        verdict, plant, S = POOL[rng.integers(len(POOL))]
        forger = FORGERS[rng.integers(len(FORGERS))]
        forged = forger(verdict, plant, S, rng)
        if forged is not None:
            assert both(forged[0], plant, forged[1], tmp_path / "it") == (False, False), forger.__name__
            refused[forger.__name__] += 1
    assert len(refused) == len(FORGERS)


def test_nearly_dependent_columns(tmp_path):
    for seed in range(5):
        assert both(*nearly_dependent(np.random.default_rng(seed)), tmp_path / "it") == (False, False)


def test_theorems_are_not_covered(tmp_path):
    plant = rl.phase.instance(20, 4, 0, ensemble="whitened")[0]
    rl.decide(plant, "all").save(tmp_path / "it")
    with pytest.raises(NotProved, match="theorem: not covered"):
        check_exactly(tmp_path / "it")


def test_the_all_ones_block(tmp_path):
    verdict = rl.decide(*rl.phase.instance(6, 6, 0, ensemble="whitened"))
    assert verdict.evidence == "all-ones"
    verdict.save(tmp_path / "it")
    assert check_exactly(tmp_path / "it") == "another interpolant costs as much"


def test_it_needs_nothing_but_python(tmp_path):
    room = Path(by_fractions.__file__)
    assert len(room.read_text("utf-8").splitlines()) <= 300
    POOL[0][0].save(tmp_path / "it")
    command = [sys.executable, "-I", "-S", str(room), str(tmp_path / "it")]
    said = subprocess.run(command, capture_output=True, text=True)
    assert said.returncode == 0, said.stderr
    assert "proved in exact arithmetic" in said.stdout


def test_square_roots_are_bounds():
    for q in (Fraction(2), Fraction(1, 3) ** 300, Fraction(10**90, 7), Fraction(9, 4)):
        low, high = by_fractions.root(q, 0), by_fractions.root(q, 1)
        assert low**2 <= q < high**2
        assert (high - low) ** 2 <= Fraction(1, 2**396) * q
