"""What is saved comes back bit for bit, and a file that is not whole says so in one line."""

import hashlib
import json
import pickle

import numpy as np
import pytest
from cases import draws

import relulab as rl
from relulab import cli
from relulab.audit.files import read_file
from relulab.certify.verdicts import Multipliers

RECIPE = {"n": 30, "d": 5, "trial": 2, "kind": "relu", "k": 2, "rng": 4}


def equal(one, other):
    if isinstance(one, np.ndarray):
        assert one.dtype == other.dtype
        return np.testing.assert_array_equal(one, other, strict=True)
    if isinstance(one, Multipliers):
        return [equal(a, b) for a, b in zip(one, other, strict=True)]
    if isinstance(one, float):
        assert type(other) is float
        return np.testing.assert_equal(one, other)
    assert one == other
    return None


def same(one, other):
    for name, value in vars(one).items():
        if isinstance(value, rl.Plant | rl.Patterns | rl.Blocks):
            same(value, getattr(other, name))
        else:
            equal(value, getattr(other, name))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "it.rl"


def test_plants_and_patterns(path):
    plant, S = rl.phase.instance(**RECIPE)
    for thing in (plant, rl.plant(plant.X, sigma=0.1, rng=3), S, rl.enumerate_patterns(plant.X[:7])):
        thing.save(path)
        same(thing, rl.load(path))


@pytest.mark.parametrize("form", ["gated", "exact"])
@pytest.mark.parametrize("beta", [None, 0.1])
def test_solutions(path, form, beta):
    plant, S = rl.phase.instance(12, 3, 0)
    solution = rl.solve(plant.X, plant.y, S, form=form, beta=beta)
    solution.save(path)
    again = rl.load(path)
    same(solution, again)
    np.testing.assert_array_equal(solution.weights, again.weights)
    infeasible = rl.solve(plant.X, np.random.default_rng(0).standard_normal(12), np.asarray(S)[:, :1])
    infeasible.save(path)
    same(infeasible, rl.load(path))


def test_verdicts_of_every_kind(path):
    for verdict, plant, S in draws(3, trials=1):
        verdict.save(path)
        again = rl.load(path)
        same(verdict, again)
        before, after = rl.check(verdict, plant, S), rl.check(again)
        assert (before.proved, before.statement) == (after.proved, after.statement)
        np.testing.assert_allclose(before.bound, after.bound, rtol=1e-12)
    undecided = rl.decide(*rl.phase.instance(30, 5, 0, kind="relu", k=2), "plain", "exact", iterations=0)
    undecided.save(path)
    same(undecided, rl.load(path))


def test_verdicts_over_all_patterns(path, capsys):
    plant = rl.phase.instance(9, 3, 0)[0]
    verdict = rl.decide(plant, "all")
    verdict.save(path)
    assert rl.load(path).everywhere
    assert "all patterns" in rl.check(rl.load(path)).statement
    assert cli.main(["check", str(path)]) == 0
    assert "all patterns" in capsys.readouterr().out


def test_masks_without_gates(path):
    plant, S = rl.phase.instance(20, 4, 0)
    verdict = rl.decide(plant, np.asarray(S))
    verdict.save(path)
    assert rl.load(path).patterns.dtype == bool
    assert rl.check(rl.load(path))


def test_the_command_line_proves_again(path, tmp_path, capsys):
    verdict = rl.decide(*rl.phase.instance(**RECIPE), "plain", "exact")
    verdict.save(path, RECIPE)
    other = tmp_path / "other.rl"
    verdict.save(other, RECIPE | {"trial": 3})
    assert cli.main(["check", str(path)]) == 0
    said = capsys.readouterr().out
    assert said.startswith(f"{path}: proved: ")
    assert cli.main(["check", str(other), str(path)]) == 2
    said = capsys.readouterr()
    assert said.out.count("proved") == 1
    assert said.err == f"relulab: {other}: its recipe draws another problem\n"
    verdict.save(other, RECIPE | {"shade": 1})
    assert cli.main(["check", str(other)]) == 2
    assert "its recipe is wrong" in capsys.readouterr().err
    assert cli.main(["check", str(tmp_path / "none.rl")]) == 2
    rl.phase.instance(**RECIPE)[0].save(other)
    assert cli.main(["check", str(other)]) == 2
    assert "it holds 'plant', not verdict" in capsys.readouterr().err


def rewritten(path, change):
    """The file with another header, and a digest that fits."""
    rest = path.read_bytes().partition(b"\n")[2]
    head, _, data = rest.partition(b"\n")
    header = json.loads(head)
    data = change(header, bytearray(data)) or data
    rest = json.dumps(header).encode() + b"\n" + bytes(data)
    path.write_bytes(b"relulab file 1 " + hashlib.sha256(rest).hexdigest().encode() + b"\n" + rest)


@pytest.fixture
def saved(path):
    rl.decide(*rl.phase.instance(**RECIPE), "plain").save(path)
    return path


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda b: b[:-1], "cut short, damaged or edited"),
        (lambda b: b[:200], "cut short"),
        (lambda b: b[:5], "not a relulab file"),
        (lambda b: b"", "not a relulab file"),
        (lambda b: b + b"0", "edited"),
        (lambda b: b.replace(b"recovered", b"RECOVERED"), "edited"),
        (lambda b: b[:3000] + bytes([b[3000] ^ 1]) + b[3001:], "damaged"),
        (lambda b: b.replace(b"relulab file 1", b"relulab file 2"), "version 2 of the format"),
        (lambda b: pickle.dumps({"a": 1}), "not a relulab file"),
    ],
)
def test_files_that_are_not_whole(saved, spoil, message):
    saved.write_bytes(spoil(saved.read_bytes()))
    with pytest.raises(ValueError, match=message) as error:
        rl.load(saved)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda h, _: h.pop("arrays"), "its header is wrong: 'arrays'"),
        (lambda h, _: h["arrays"].pop(), "bytes follow the last array"),
        (lambda h, _: h["arrays"][0].update(shape=[10**9, 5]), "longer than the file"),
        (lambda h, _: h["arrays"][0].update(shape=[-1, 5]), "shape"),
        (lambda h, _: h["arrays"][0].update(type="object"), "its header is wrong"),
        (lambda h, _: h.update(kind="module"), "it holds 'module'"),
        (lambda h, _: h["fields"].pop("margin"), "what it holds is no verdict"),
        (lambda h, _: h["fields"].update(margin="__import__('os')"), "what it holds is no verdict"),
        (lambda h, _: h["fields"].update(status=["recovered"]), "what it holds is no verdict"),
    ],
)
def test_headers_that_fit_their_digest(saved, change, message):
    rewritten(saved, lambda header, data: change(header, data) and None)
    with pytest.raises(ValueError, match=message) as error:
        rl.load(saved)
    assert "\n" not in str(error.value)


def test_edited_evidence_with_a_new_digest_fails_in_check(saved, capsys):
    _, _, arrays = read_file(saved)
    name = "dual" if "dual" in arrays else "competitor"

    def change(header, data):
        start = 0
        for entry in header["arrays"]:
            size = int(np.prod(entry["shape"])) * (1 if entry["type"] == "bool" else 8)
            if entry["name"] == name:
                numbers = np.frombuffer(bytes(data[start : start + size])) * 1.001
                data[start : start + size] = numbers.tobytes()
            start += size
        return data

    rewritten(saved, change)
    assert cli.main(["check", str(saved)]) == 2
    assert "must be" in capsys.readouterr().err
