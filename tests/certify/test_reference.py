"""Verdicts against stored answers of an interior-point solver, on larger problems (see reference/make.py)."""

import json
from collections import Counter
from pathlib import Path

import pytest

import relulab as rl

INSTANCES = json.loads((Path(__file__).parents[1] / "reference").joinpath("instances.json").read_text())[
    "instances"
]
SETTINGS = ("kind", "k", "direction", "rng")


def verdict_of(entry):
    settings = {name: entry[name] for name in SETTINGS}
    plant, S = rl.phase.instance(entry["n"], entry["d"], entry["trial"], **settings)
    verdict = rl.decide(plant, S, entry["network"], entry["form"])
    assert rl.check(verdict, plant, S)
    return verdict


@pytest.mark.parametrize("form", ["gated", "exact"])
@pytest.mark.parametrize("network", ["plain", "skip", "normalized"])
def test_verdicts(network, form):
    seen = Counter()
    for entry in INSTANCES:
        if (entry["network"], entry["form"]) != (network, form):
            continue
        verdict, cost = verdict_of(entry), float(entry["k"])
        accuracy = max(entry["gap"], entry["residual"]) * cost
        seen[verdict.status] += 1
        if verdict.status == "recovered":
            assert entry["value"] >= cost - 10 * accuracy - 1e-9, entry
        elif verdict.status == "not-unique":
            assert entry["value"] <= cost + 10 * accuracy + 1e-9, entry
        else:
            assert verdict.status == "not-recovered", entry
            assert entry["value"] <= cost - verdict.margin + 10 * accuracy, entry
    assert len(seen) >= 2
