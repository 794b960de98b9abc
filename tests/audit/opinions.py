"""What the three checkers say of a saved verdict, and evidence that no verdict should pass with."""

import hashlib
import json
from dataclasses import replace

import numpy as np
from scipy.optimize import nnls

import relulab as rl
from relulab.audit.by_fractions import NotProved, check_exactly
from relulab.audit.files import FileError
from relulab.certify.verdicts import Multipliers

PROVED, OPEN, REFUSED, UNREADABLE = "proved", "open", "refused", "unreadable"
CHECKERS = ("float", "balls", "fractions")


def opinions(path):
    """For each checker `PROVED`, `OPEN` (nothing wrong was found), `REFUSED` or `UNREADABLE`, and why."""
    said = {}
    for name in CHECKERS:
        try:
            if name == "fractions":
                said[name] = PROVED, check_exactly(path)
            else:
                audit = rl.check(rl.load(path), arithmetic=name)
                said[name] = (PROVED if audit.proved else OPEN), audit.reason
        except NotProved as reason:
            said[name] = OPEN, str(reason)
        except ValueError as reason:
            kind = UNREADABLE if isinstance(reason, FileError) else REFUSED
            said[name] = kind, str(reason)
    return said


def words_of(said):
    return tuple(said[name][0] for name in CHECKERS)


def save(verdict, plant, S, path):
    patterns = verdict.patterns if isinstance(S, str) else S
    replace(verdict, plant=plant, patterns=patterns, everywhere=isinstance(S, str)).save(path)


def evidence_for(status, verdict, plant, S, rng):
    """Evidence of any make for a status: what is at hand, searched for or drawn, then spoiled a little."""
    if status == "recovered":
        dual = _spoiled(_dual(verdict, plant, S, rng), rng)
        m = (
            best_multipliers(dual, verdict, plant, S)
            if rng.random() < 0.5 and np.isfinite(dual).all()
            else None
        )
        return replace(verdict, status=status, evidence="dual", dual=dual, competitor=None, multipliers=m)
    W = _competitor(verdict, plant, S, rng)
    return replace(verdict, status=status, evidence="competitor", competitor=_spoiled(W, rng), dual=None)


def _dual(verdict, plant, S, rng):
    way = rng.integers(3)
    if way == 0:
        return rl.isometry(plant, S, verdict.network).dual
    if way == 1 and verdict.competitor is not None:  # what bounds the program's value from below
        beta = 10.0 ** rng.uniform(-6, -3)
        solved = rl.solve(plant.X, plant.y, S, verdict.network, verdict.form, beta=beta, solver="admm")
        return solved.dual / beta if rng.random() < 0.5 else solved.dual
    return rng.standard_normal(len(plant.X)) * 10.0 ** rng.uniform(-3, 3)


def best_multipliers(dual, verdict, plant, S):
    """The best multipliers for every block and side, those that have no cone included."""
    masks, skip = np.asarray(S).T, int(verdict.network == "skip")
    masks = np.vstack([np.ones((skip, len(plant.X)), dtype=bool), masks])
    places = [(j, side) for j in range(len(masks)) for side in (1, -1)]
    best = []
    for j, side in places:
        signs = np.where(masks[j], 1.0, -1.0)
        own = plant.X.T @ (side * masks[j] * dual)
        best.append(nnls((plant.X * signs[:, None]).T, -own)[0])
    blocks, sides = (np.array(column) for column in zip(*places, strict=True))
    return Multipliers(blocks, sides, np.array(best))


def _competitor(verdict, plant, S, rng):
    blocks = rl.Blocks(plant.X, S, verdict.network)
    index, coordinates = blocks.planted(plant)
    W = np.zeros((blocks.size, plant.X.shape[1]))
    W[index] = blocks.to_weights(np.eye(blocks.size)[index].T @ coordinates)[index]
    way = rng.integers(3)
    if way == 0:  # a share of a neuron moves to a block at random
        share, j = rng.random(), rng.integers(blocks.size)
        moved = W[index[0]] * share
        W[index[0]] -= moved
        W[j] += moved
    elif way == 1:  # another interpolant, a little too short
        error = plant.y - blocks.apply(blocks.adjoint(rng.standard_normal(len(plant.y))) * 0)
        gram = blocks.gram()
        price = np.linalg.lstsq(gram, error, rcond=None)[0]
        W = blocks.to_weights(blocks.adjoint(price)) * rng.choice([1, 0.999, 1 - 1e-7])
    elif way == 2:
        W = W * (1 - 10.0 ** -rng.uniform(6, 12))
    if verdict.form == "gated":
        return W
    return np.stack([W, 0 * W]) if rng.random() < 0.7 else np.stack([np.maximum(W, 0), np.maximum(-W, 0)])


def _spoiled(array, rng):
    array, way = np.array(array, dtype=float), rng.integers(8)
    if array.size == 0:
        return array
    i = rng.integers(array.size)
    if way == 0:
        array.flat[i] = rng.choice([np.nan, np.inf, -np.inf, 1e308, -1e308, 5e-324])
    elif way == 1:
        array.flat[i] += 10.0 ** -rng.uniform(3, 16)
    elif way == 2:
        array *= 1 + rng.choice([-1, 1]) * 10.0 ** -rng.uniform(6, 16)
    elif way == 3:
        array = -array
    elif way == 4:
        array = array * 0
    return array


def edited(path, rng):
    """A file with some of its bytes or fields changed, and a digest that fits again."""
    first, rest = path.read_bytes().split(b"\n", 1)
    head, data = rest.split(b"\n", 1)
    way = rng.integers(4)
    if way < 2 and data:
        data = bytearray(data)
        for _ in range(rng.integers(1, 4)):
            data[rng.integers(len(data))] = rng.integers(256) if way else data[0] ^ (1 << rng.integers(8))
        data = bytes(data)
    elif way == 2:
        header = json.loads(head)
        fields = header["fields"]
        name = str(rng.choice(sorted(fields)))
        words = ["recovered", "not-recovered", "not-unique", "dual", "skip", "plain", "normalized", "gated"]
        others = [None, True, False, 1, -1, "", "exact", "linear", "relu", "closed-form", [], {}]
        fields[name] = (words + others)[rng.integers(len(words + others))]
        head = json.dumps(header).encode("ascii")
    else:
        header = json.loads(head)
        entry = header["arrays"][rng.integers(len(header["arrays"]))]
        what = rng.integers(4)
        if what == 0:
            entry["shape"] = entry["shape"][::-1]
        elif what == 1:
            entry["shape"] = [int(s) + int(rng.integers(-1, 2)) for s in entry["shape"]]
        elif what == 2:
            entry["type"] = str(rng.choice(["float64", "int64", "bool", "object", "pickle"]))
        else:
            entry["name"] = str(rng.choice(["dual", "masks", "plant X", "competitor", "gates", "x"]))
        head = json.dumps(header).encode("ascii")
    rest = head + b"\n" + data
    words = first.split()
    words[3] = hashlib.sha256(rest).hexdigest().encode()
    return b" ".join(words) + b"\n" + rest
