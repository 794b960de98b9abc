"""The page's checker, by Node, against those in Python; the inequalities in fractions; the Python side."""

import base64
import hashlib
import math
import os
from collections import Counter
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from cases import FORGERS, draws, nearly_dependent
from odd_problems import odd_problem
from opinions import best_multipliers, edited, save

import relulab as rl
from relulab.audit.by_fractions import NotProved, check_exactly
from relulab.audit.files import FileError, read_file
from relulab.widgets import CertificateExplorer
from relulab.widgets.certificate_explorer.explorer import CHECKER

FILES = [f"laboratory/{name}.js" for name in CHECKER]
CHECK = """(texts) => {
  const { check } = certificateChecker(dyadics(), certificateFiles());
  return texts.map((text) => check(Uint8Array.from(Buffer.from(text, "base64"))));
}"""
POOL = list(draws(13, trials=1))
MANY = int(os.environ.get("FUZZ", "0"))


@pytest.fixture
def checked(in_node, tmp_path):
    """`checked(files)`: the page's answers to the bytes of files."""

    def run(files):
        return in_node(FILES, CHECK, [base64.b64encode(one).decode() for one in files])

    return run


def in_python(path):
    try:
        return True, check_exactly(path)
    except NotProved as reason:
        return False, str(reason)


def saved(cases, path):
    """Of each case the bytes of its file, and what the checker in fractions says of it."""
    for case in cases:
        save(*case, path)
        yield path.read_bytes(), in_python(path)


def of_one_opinion(files, answers):
    counts = Counter()
    for (_, (proved, words)), answer in zip(files, answers, strict=True):
        assert answer["proved"] == proved, (words, answer)
        counts[proved, words if proved else ""] += 1
        assert answer.get("words", words) == words
    return counts


def test_true_verdicts(checked, tmp_path):
    cases = [(verdict, plant, S) for verdict, plant, S in POOL]
    for form in ("gated", "exact"):
        for kind, network in (("linear", "skip"), ("relu", "plain"), ("normalized", "normalized")):
            plant = rl.phase.instance(8, 3, 1, kind=kind)[0]
            cases.append((rl.decide(plant, "all", network, form), plant, "all"))
    odd = (odd_problem(seed) for seed in range(60))
    cases += [(rl.decide(o.plant, o.S, o.network, o.form), o.plant, o.S) for o in odd if o]
    files = list(saved(cases, tmp_path / "it"))
    answers = checked([data for data, _ in files])
    counts = of_one_opinion(files, answers)
    assert sum(count for (proved, _), count in counts.items() if proved) > 0.9 * len(files)
    assert len([key for key in counts if key[0]]) == 3  # all three statuses
    for (verdict, plant, S), answer in zip(cases, answers, strict=True):
        if answer["proved"] and verdict.status == "recovered":
            audit = rl.check(verdict, plant, S)
            assert not audit.proved or answer["bound"] <= audit.bound + 1e-6
            assert (answer["n"], answer["d"]) == plant.X.shape


def test_forged_verdicts(checked, tmp_path):
    rng, cases = (
        np.random.default_rng(4),
        [nearly_dependent(np.random.default_rng(seed)) for seed in range(5)],
    )
    for (
        verdict,
        plant,
        S,
    ) in POOL:  # shortened where there is no cone, in the gated form and in the skip block
        if verdict.form == "gated" or verdict.network == "skip":
            dual = rl.isometry(plant, S, verdict.network).dual
            m = best_multipliers(dual, verdict, plant, S)
            forged = replace(verdict, status="recovered", evidence="dual", dual=dual, multipliers=m)
            if verdict.status != "recovered":
                cases.append((forged, plant, S))
    assert len(cases) > 15
    while len(cases) < 220:
        verdict, plant, S = POOL[rng.integers(len(POOL))]
        forged = FORGERS[rng.integers(len(FORGERS))](verdict, plant, S, rng)
        if forged is not None:
            cases.append((forged[0], plant, forged[1]))
    files = list(saved(cases, tmp_path / "it"))
    answers = checked([data for data, _ in files])
    assert not any(answer["proved"] for answer in answers)
    of_one_opinion(files, answers)
    assert all(answer["why"] and "\n" not in answer["why"] for answer in answers)


def test_edited_files(checked, tmp_path):
    """Bytes, fields and shapes are changed, and the digest with them: never more is proved than in Python."""
    rng, path, files = np.random.default_rng(6), tmp_path / "it", []
    for _ in range(max(150, MANY // 4)):
        save(*POOL[rng.integers(len(POOL))], path)
        data = edited(path, rng)
        path.write_bytes(data)
        proved = in_python(path)[0]
        try:
            read_file(path, ("verdict",))
        except FileError:
            proved = False
        files.append((data, proved))
    for answer, (_, proved) in zip(checked([data for data, _ in files]), files, strict=True):
        assert proved or not answer["proved"], answer


def test_files_that_are_not_whole(checked, tmp_path):
    path = tmp_path / "it"
    save(*POOL[0], path)
    whole = path.read_bytes()
    first, rest = whole.split(b"\n", 1)
    words = first.split()
    rl.phase.instance(9, 3, 0)[0].save(path)
    unknown = rest.replace(b'"isometry"', b'"sortition"').replace(b'"dual",', b'"sign",')
    header = b" ".join([*words[:3], hashlib.sha256(unknown).hexdigest().encode()])
    answers = checked(
        [
            whole[:-3],
            whole.replace(b"recovered", b"Recovered", 1),
            whole.replace(b"file 1", b"file 2", 1),
            b"PK\x03\x04",
            b"",
            path.read_bytes(),
            header + b"\n" + unknown,
        ]
    )
    assert [answer["why"] for answer in answers] == [
        "cut short, damaged or edited: its digest is another",
        "cut short, damaged or edited: its digest is another",
        "version 2 of the format, and this page reads version 1",
        "not a relulab file",
        "not a relulab file",
        'it holds "plant", not a verdict',
        answers[-1]["why"],
    ]
    assert "this checker does not know that kind of evidence" in answers[-1]["why"]


def test_the_digest(in_node):
    texts = [bytes(range(256))[:k] * (1 + k % 3) for k in (0, 1, 54, 55, 56, 63, 64, 65, 200, 256)]
    answer = "(texts) => texts.map((t) => certificateFiles().sha256(Uint8Array.from(t)))"
    found = in_node(FILES, answer, [list(text) for text in texts])
    assert found == [hashlib.sha256(text).hexdigest() for text in texts]


def test_numbers_are_exact_and_roots_are_bounds(in_node):
    rng = np.random.default_rng(0)
    numbers = [
        5e-324,
        1e-310,
        2.0**-1022,
        1.0,
        -0.1,
        3.0,
        1e300,
        *rng.standard_normal(20),
        *rng.integers(-9, 9, 5),
    ]
    answer = """(pairs) => {
      const D = dyadics(), told = ({ m, e }) => [String(m), e];
      return pairs.map(([x, y]) => {
        const [a, b] = [x, y].map(D.fromNumber), square = D.times(b, b);
        const three = D.times(square, D.fromNumber(3)), more = D.plus(square, D.ONE);
        return [a, D.plus(a, b), D.times(a, b), D.root(square, true), D.root(square, false),
          D.root(three, true), D.root(three, false), D.quotient(D.ONE, more, true),
          D.quotient(D.ONE, more, false)].map(told).concat([D.toNumber(a), D.less(a, b)]);
      });
    }"""
    pairs = [(float(x), float(y)) for x in numbers for y in numbers[::3] if y]
    for (x, y), found in zip(pairs, in_node(FILES, answer, pairs), strict=True):
        a, b = Fraction(x), Fraction(y)
        own = [Fraction(int(m)) * Fraction(2) ** e for m, e in found[:-2]]
        assert own[:3] == [a, a + b, a * b]
        assert own[3] == own[4] == abs(b)
        for up, down, q in ((own[5], own[6], 3 * b * b),):
            assert down**2 <= q <= up**2
            assert up - down <= up / 2**190
        inverse = 1 / (b * b + 1)
        assert own[8] <= inverse <= own[7] <= own[8] * (1 + Fraction(1, 2**150))
        assert found[-1] == (a < b)
        assert math.isclose(found[-2], x, rel_tol=1e-15) or abs(x) < 1e-300


def test_the_inequalities_are_those_of_the_library(in_node):
    rng = np.random.default_rng(1)
    answer = """(asked) => asked.map(({ problem, place }) => {
      const { dual, reaches, limit, holds } = inequalities(problem, place, 60);
      const squares = reaches.map((one) => written(one.square));
      return { dual: dual.map(written), squares, limit: written(limit), holds };
    })"""
    explorers, asked = [], []
    for _ in range(30):
        X = rng.integers(-3, 4, (4, 2)) + np.array([[8, 0], [0, 8], [0, 0], [0, 0]])
        explorer = CertificateExplorer(X / 2, rng.choice([[1.0, 0.0], [0.5, 0.25], [-1.0, 2.0]]))
        explorer.place = rng.integers(-60, 61, 2).tolist()
        explorers.append(explorer)
        problem = {"points": explorer.points, "weights": explorer.weights, "masks": explorer.masks}
        asked.append({"problem": problem, "place": explorer.place})
    found = in_node(["certificate_explorer/fractions.js"], answer, asked)
    for explorer, one in zip(explorers, found, strict=True):
        squares, limit = explorer._squares()
        told = [str(q).replace("-", "−") for q in squares]
        assert (one["squares"], one["limit"], one["holds"]) == (told, str(limit), explorer.holds)
        assert one["dual"] == [str(v).replace("-", "−") for v in explorer.dual]
        X, dual = np.array(explorer.points), np.array([float(v) for v in explorer.dual])
        np.testing.assert_allclose(X.T @ dual, explorer.weights, atol=1e-12)
        reach = np.linalg.norm((np.array(explorer.masks) * dual) @ X, axis=1) ** 2
        np.testing.assert_allclose([float(q) for q in squares], reach, atol=1e-12)


def test_the_examples_are_what_they_say(checked):
    files = [base64.b64decode(text) for text in CertificateExplorer().examples.values()]
    true, forged = checked(files)
    assert (true["proved"], true["everywhere"], forged["proved"]) == (True, True, False)
    assert forged["why"].startswith("planted equations: missed by 0.000001")


def test_an_explorer_begins_at_a_proof_and_follows():
    explorer = CertificateExplorer()
    assert explorer.holds
    explorer.place = [40, -20]
    assert not explorer.holds
    assert [str(v) for v in explorer.dual] == ["4/3", "-1", "2/3", "-1/3"]


@pytest.mark.parametrize(
    ("X", "w", "message"),
    [
        (np.ones((3, 2)), [1, 0], "X"),
        (np.ones((4, 2)), [1, 0], "first two rows are dependent"),
        (np.eye(4, 2), [0, 0], "w is zero"),
        (np.eye(4, 2), [1, 0, 0], "w"),
        (np.full((4, 2), np.nan), [1, 0], "X"),
    ],
)
def test_bad_input(X, w, message):
    with pytest.raises(ValueError, match=message):
        CertificateExplorer(X, w)
