"""The isometry explorer: what its worker answers, by Node, against the library; its Python side."""

import numpy as np
import pytest

import relulab as rl
from relulab.widgets import IsometryExplorer
from relulab.widgets.common.sources import LABORATORY

ANSWER = """(questions) => {
  const tasks = certificates(relulab());
  return questions.map((question) => {
    const frames = [], verdict = tasks.refine(question, (frame) => frames.push(frame));
    return { ...tasks.first(question), frames, verdict };
  });
}"""
FILES = [*LABORATORY, "isometry_explorer/isometry.js"]


def problems():
    for ensemble in ("gaussian", "cubic", "whitened", "cubic-whitened"):
        for direction in ("random", "smallest"):
            for n in (9, 20, 26, 34, 60):
                yield rl.phase.instance(n, 10, 0, ensemble=ensemble, direction=direction, rng=5)
    X = rl.draw("gaussian", 6, 9, rng=3)
    yield rl.plant(X, rng=4), rl.sample_patterns(X, rng=5)  # X^T dual = w has no solution


def test_both_certificates_are_the_librarys(in_node):
    cases = list(problems())
    questions = [{"given": IsometryExplorer(plant=plant, S=S).given} for plant, S in cases]
    seen = set()
    for (plant, S), answer in zip(cases, in_node(FILES, ANSWER, questions), strict=True):
        iso, verdict, found = rl.isometry(plant, S), rl.decide(plant, S), answer["verdict"]
        np.testing.assert_allclose(answer["norms"], iso.norms, rtol=0, atol=1e-9)
        assert answer["residual"] == pytest.approx(iso.residual, abs=1e-9)
        spread = (np.linalg.norm(plant.X, axis=1) ** 2 * iso.dual**2).sum()
        assert answer["level"] == pytest.approx(np.sqrt((1 + spread) / 4), rel=1e-9)
        assert answer["allOnes"] == rl.has_all_ones(plant.X)
        assert (found["status"], found["evidence"]) == (verdict.status, verdict.evidence)
        seen.add(verdict.evidence)
        steps = [frame["step"] for frame in answer["frames"]]
        assert steps == sorted(set(steps))
        if verdict.evidence == "dual":
            last = answer["frames"][-1]
            assert (last["norms"], last["step"]) == (found["refined"], found["iterations"])
            assert max(last["norms"]) < 1 <= max(answer["norms"])
            assert all(max(frame["norms"]) >= 1 - 1e-7 for frame in answer["frames"][:-1])
    assert seen >= {"isometry", "dual", "competitor", "all-ones"}


def test_the_level_is_the_mean_over_row_signs(in_node):
    rng = np.random.default_rng(0)
    X = rl.draw("gaussian", 60, 10, rng=1)
    plant, S = rl.plant(X, rng=2), rl.sample_patterns(X, rng=3)
    (answer,) = in_node(FILES, ANSWER, [{"given": IsometryExplorer(plant=plant, S=S).given}])
    masks = rng.random((60, 4000)) < 0.5
    squares = np.linalg.norm(X.T @ (masks * rl.isometry(plant, S).dual[:, None]), axis=0) ** 2
    assert squares.mean() == pytest.approx(answer["level"] ** 2, abs=4 * squares.std() / np.sqrt(4000))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"n": 1}, "n=1 is not a whole number >= 2 and <= 120"),
        ({"d": 61}, "d=61"),
        ({"seed": -1}, "seed=-1"),
        ({"ensemble": "uniform"}, "ensemble='uniform' is unknown"),
        ({"direction": "axes"}, "direction='axes' is unknown"),
        ({"plant": rl.plant(np.eye(3), rng=0)}, "S is missing"),
        ({"plant": rl.plant(np.eye(3), kind="relu", rng=0), "S": np.eye(3, dtype=bool)}, "of kind 'relu'"),
        ({"plant": rl.plant(np.eye(3), rng=0), "S": np.eye(4, dtype=bool)}, "shape"),
        ({"plant": rl.plant(np.ones((401, 1)), rng=0), "S": np.ones((401, 1), dtype=bool)}, "n=401"),
    ],
)
def test_bad_input(settings, message):
    with pytest.raises(ValueError, match=message):
        IsometryExplorer(**settings)
