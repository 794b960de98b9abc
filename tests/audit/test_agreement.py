"""Three checkers, written apart, of one opinion: on true verdicts, on forged ones, on files that were edited.

A bounded number here; `make fuzz` tries thousands (FUZZ, from seed FUZZ_SEED) and prints the counts.
"""

import os
import warnings
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from cases import draws
from hypothesis import given, settings
from hypothesis import strategies as st
from odd_problems import odd_problem
from opinions import (
    CHECKERS,
    OPEN,
    PROVED,
    REFUSED,
    UNREADABLE,
    edited,
    evidence_for,
    opinions,
    save,
    words_of,
)

import relulab as rl

pytest.importorskip("flint", reason="python-flint, the extra `proofs`, is not installed")
MANY, FIRST = int(os.environ.get("FUZZ", "0")), int(os.environ.get("FUZZ_SEED", "0"))
POOL = [case for case in draws(11, trials=1) if case[0].status in ("recovered", "not-recovered")]
TRUE = [(PROVED,) * 3, (OPEN,) * 3]  # what all three say
OPPOSITE = {"recovered": ("not-recovered", "not-unique"), "not-recovered": ("recovered",)}


def asked(verdict, plant, S):
    with TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("error")
        path = Path(folder, "it")
        save(verdict, plant, S, path)
        return opinions(path)


def drawn(seed):
    """A true verdict: Gaussian, cubic or whitened data for even seeds, odd data for the others."""
    rng = np.random.default_rng([seed, 1])
    if seed % 2 and (odd := odd_problem(seed)) is not None:
        return rl.decide(odd.plant, odd.S, odd.network, odd.form), odd.plant, odd.S
    pairs = [("linear", "skip"), ("relu", "plain"), ("relu", "skip"), ("normalized", "normalized")]
    kind, network = pairs[rng.integers(4)]
    d = int(rng.integers(2, 6))
    k = 1 if kind == "linear" else int(rng.integers(1, min(d, 3) + 1))
    question = {"kind": kind, "k": k, "ensemble": str(rng.choice(["gaussian", "cubic", "whitened"]))}
    form = ("gated", "exact")[rng.integers(2)]
    if rng.random() < 0.25:
        plant = rl.phase.instance(int(rng.integers(d, 8)), min(d, 3), 0, **question | {"k": 1}, rng=seed)[0]
        return rl.decide(plant, "all", network, form), plant, "all"
    plant, S = rl.phase.instance(int(rng.integers(d, 5 * d)), d, 0, **question, rng=seed)
    return rl.decide(plant, S, network, form), plant, S


def said_of_a_true_one(seed):
    """The kind of the verdict and the three opinions; what is wrong, in words."""
    verdict, plant, S = drawn(seed)
    if verdict.status == "undecided":
        return "undecided", None, None
    said = asked(verdict, plant, S)
    words = words_of(said)
    name = f"{verdict.status}, {verdict.evidence}, {'all' if isinstance(S, str) else 'sampled'}"
    reasons = f"seed {seed}: {plant.kind} {verdict.network} {verdict.form}, {name}: {said}"
    return name, words, None if words in TRUE else reasons


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.integers(min_value=0, max_value=10**9))
def test_true_verdicts_are_refused_by_none(seed):
    name, words, why = said_of_a_true_one(seed)
    assert words is None or REFUSED not in words, why
    one_only = any(evidence in name for evidence in ("closed-form", "signs", "cones"))
    assert words is None or len(set(words)) == 1 or one_only or words[0] == OPEN, why


def accepted(seed):
    """A verdict is proved; evidence of whatever make for its opposite: which checkers it convinces."""
    rng = np.random.default_rng([seed, 2])
    verdict, plant, S = POOL[rng.integers(len(POOL))]
    claim = str(rng.choice(OPPOSITE[verdict.status]))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the forger's numbers overflow, the checkers' must not
        forged = evidence_for(claim, verdict, plant, S, rng)
    said = asked(forged, plant, S)
    return claim, [name for name in CHECKERS if said[name][0] == PROVED], said


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.integers(min_value=0, max_value=10**9))
def test_no_evidence_proves_the_opposite_of_what_is_proved(seed):
    claim, convinced, said = accepted(seed)
    assert convinced == [], (seed, claim, said)


def after_an_edit(seed):
    """Of an edited file whose digest fits: the opinions, and what `decide` says of what it holds now."""
    rng = np.random.default_rng([seed, 3])
    verdict, plant, S = POOL[rng.integers(len(POOL))]
    with TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        path = Path(folder, "it")
        save(verdict, plant, S, path)
        path.write_bytes(edited(path, rng))
        said = opinions(path)
        if PROVED not in words_of(said) or UNREADABLE in words_of(said):
            return said, None, None
        now = rl.load(path)
        try:
            again = rl.decide(now.plant, now.patterns, now.network, now.form)
        except ValueError as error:
            return said, None, str(error)  # it is no question that `decide` takes
        return said, now.status, again.status


def is_wrong(said, claimed, decided):
    """A claim that a checker proves and that is not so; what one only finds ill-shaped may be no matter."""
    return claimed is not None and decided not in (claimed, "undecided", "not-unique", "optimal")


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.integers(min_value=0, max_value=10**9))
def test_an_edited_file_proves_nothing_that_is_not_so(seed):
    found = after_an_edit(seed)
    assert not is_wrong(*found), (seed, found)


@pytest.mark.skipif(MANY == 0, reason="the long form: make fuzz")
def test_thousands_of_verdicts_true_and_forged():
    seeds = range(FIRST, FIRST + MANY)
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        true = list(pool.map(said_of_a_true_one, seeds, chunksize=10))
        forged = list(pool.map(accepted, seeds, chunksize=10))
        files = list(pool.map(after_an_edit, seeds, chunksize=10))
    counts = Counter((name, words) for name, words, _ in true)
    for (name, words), count in sorted(counts.items(), key=str):
        print(f"{count:6} {name}: {words and ', '.join(words)}")
    differ = [why for _, _, why in true if why]
    print(
        f"{len(differ)} of {len(true)} true verdicts on which the checkers are not of one opinion:",
        *differ,
        sep="\n",
    )
    print(Counter(claim for claim, _, _ in forged), "forged,", sum(bool(c) for _, c, _ in forged), "accepted")
    print(Counter(words_of(said) for said, _, _ in files), "opinions on edited files")
    assert not [why for _, words, why in true if words and REFUSED in words]
    assert not [f for f in forged if f[1]]
    wrong = [(seed, *found) for seed, found in zip(seeds, files, strict=True) if is_wrong(*found)]
    print(*wrong, sep="\n")
    assert not wrong
