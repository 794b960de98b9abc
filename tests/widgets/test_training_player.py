"""Training in the page, by Node, against finite differences and the recording; the player's Python side."""

import gzip
import json

import numpy as np
import pytest

import relulab as rl
from relulab.widgets import TrainingPlayer, record
from relulab.widgets.training_player.runs import example_runs, gradient, initial

ANSWER = """(tasks) => {
  const net = training(), say = {
    gradient: ({ problem, network, linear }) =>
      ({ ...net.gradient(problem, network, linear), ...net.objective(problem, network, linear) }),
    train(task) {
      const frames = [];
      net.train(task, (frame) => frames.push(frame));
      return frames;
    },
    begin: ({ settings }) => net.begin(settings, numerics().generator),
    directions: ({ network, linear }) => directionsOf(network, linear),
  };
  return tasks.map(([name, question]) => say[name](question));
}"""
FILES = [
    "laboratory/numerics.js",
    "training_player/training.js",
    "common/elements.js",
    "training_player/training_pictures.js",
]
NETWORKS = ("plain", "skip")


def cases():
    """Problems with networks at a random place; no height is so near 0 that a difference would cross it."""
    rng = np.random.default_rng(2)
    for network in NETWORKS:
        for n, width in ((1, 1), (5, 3), (30, 12)):
            first, second = initial(width + (network == "skip"), 0.7, rng)
            second *= rng.uniform(0.5, 2, len(second))
            problem = {"X": rng.standard_normal((n, 2)), "y": rng.standard_normal(n), "beta": 0.1}
            yield problem, first, second, width if network == "skip" else -1


def plain(problem):
    return {key: np.asarray(value).tolist() for key, value in problem.items()}


def asked(problem, first, second, linear, **more):
    network = {"first": first.tolist(), "second": second.tolist()}
    return {"problem": plain(problem), "network": network, "linear": linear, **more}


def objective(problem, first, second, linear):
    total = 0.5 * problem["beta"] * ((first**2).sum() + (second**2).sum())
    for x, y in zip(problem["X"], problem["y"], strict=True):
        heights = [x @ w if j == linear else max(x @ w, 0) for j, w in enumerate(first)]
        total += 0.5 * (np.dot(heights, second) - y) ** 2
    return total


def test_the_gradient_is_that_of_finite_differences(in_node):
    answers = in_node(FILES, ANSWER, [("gradient", asked(*case)) for case in cases()])
    for (problem, first, second, linear), answer in zip(cases(), answers, strict=True):
        assert answer["objective"] == pytest.approx(objective(problem, first, second, linear), rel=1e-12)
        both = np.r_[first.ravel(), second]
        slope = np.r_[np.ravel(answer["first"]), answer["second"]]
        for k, step in enumerate(np.eye(len(both)) * 1e-6):
            high, low = (
                objective(problem, moved[: first.size].reshape(-1, 2), moved[first.size :], linear)
                for moved in (both + step, both - step)
            )
            assert slope[k] == pytest.approx((high - low) / 2e-6, rel=1e-6, abs=1e-7)
        straight = np.arange(len(second)) == linear
        own = gradient(problem["X"], problem["y"], first, second, straight, problem["beta"])
        np.testing.assert_allclose(slope, np.r_[own[0].ravel(), own[1]], rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("network", NETWORKS)
def test_the_page_trains_as_python_does(in_node, network):
    X = rl.draw("gaussian", 15, 2, rng=4)
    plant = rl.plant(X, kind="linear" if network == "skip" else "relu", rng=5)
    run = record(plant, network=network, width=6, steps=300, frames=12, rng=6)
    problem = {"X": X, "y": plant.y, "beta": run.beta, "fresh": X, "answers": plant.y}
    first, second = run.first.values, run.second.values
    question = asked(
        problem, first[0], second[0], 6 if network == "skip" else -1, lr=run.lr, steps=300, frames=12
    )
    (frames,) = in_node(FILES, ANSWER, [("train", question)])
    assert [frame["step"] for frame in frames] == run.step.values.tolist()
    for key in ("first", "second", "loss", "objective"):
        np.testing.assert_allclose([frame[key] for frame in frames], run[key], rtol=1e-9, atol=1e-11)
    np.testing.assert_allclose([frame["test_distance"] ** 2 / 2 for frame in frames], run.loss, rtol=1e-9)


def test_a_run_that_diverges_ends_with_nothing(in_node):
    problem, first, second, linear = list(cases())[2]
    problem = problem | {"fresh": problem["X"], "answers": problem["y"]}
    (frames,) = in_node(FILES, ANSWER, [("train", asked(problem, first, second, linear, lr=50, steps=200))])
    assert frames[-1] is None
    assert all(np.isfinite(frame["objective"]) for frame in frames[:-1])


@pytest.mark.parametrize(("planted", "hidden"), [("one", 1), ("opposite", 2), ("linear", 1)])
def test_a_problem_begun_in_the_page(in_node, planted, hidden):
    settings = {"planted": planted, "n": 200, "width": 7, "beta": 0.05, "scale": 0.5, "seed": 3}
    (begun,) = in_node(FILES, ANSWER, [("begin", {"settings": settings})])
    problem, first = begun["problem"], np.array(begun["network"]["first"])
    X, W = np.array(problem["X"]), np.array(begun["hidden"])
    assert X.shape == (200, 2)
    assert X.var() * 200 == pytest.approx(1, abs=0.3)
    np.testing.assert_allclose(np.linalg.norm(W, axis=1), np.ones(hidden))
    heights = X @ W.T
    expected = heights if planted == "linear" else np.maximum(heights, 0)
    np.testing.assert_allclose(problem["y"], expected.sum(axis=1), atol=1e-15)
    assert (len(first), begun["linear"]) == ((8, 7) if planted == "linear" else (7, -1))
    np.testing.assert_allclose(np.abs(begun["network"]["second"]), np.linalg.norm(first, axis=1))


def test_directions_are_counted_round_the_circle(in_node):
    def counted(degrees, second, linear=-1):
        angles = np.deg2rad(degrees)
        first = np.c_[np.cos(angles), np.sin(angles)]
        return "directions", {"network": {"first": first.tolist(), "second": second}, "linear": linear}

    answers = in_node(
        FILES,
        ANSWER,
        [
            counted([179, -179, 178], [1, 1, 1]),
            counted([10, 11, 100, 12], [1, 1, 1, -1]),
            counted([0, 2, 4, 6, 90], [1, 1, 1, 1, 1e-4]),
            counted([0, 120, 240], [0.5, 0.5, -2], linear=2),
        ],
    )
    assert [(a["active"], a["directions"], a["skip"]) for a in answers] == [
        (3, 1, False),
        (4, 3, False),
        (4, 1, False),
        (2, 2, True),
    ]
    total = sum(np.exp(1j * np.deg2rad([179, -179, 178])))
    np.testing.assert_allclose(answers[0]["sums"][0]["place"], [total.real, total.imag])


def test_the_example_runs_find_the_simplest_network():
    runs = example_runs()
    for name, run in runs.items():
        assert run.objective[-1] <= run.optimum * (1 + 1e-4), name
        assert run.objective.min() >= run.optimum * (1 - 1e-6), name
        assert run.loss[-1] < 1e-3 < run.loss[0], name
        assert run.test_distance[-1] < 0.05 < run.test_distance[0], name
    skip = runs["a linear neuron, skip network"]
    lengths = np.linalg.norm(skip.first[-1], axis=1) * np.abs(skip.second[-1])
    assert lengths[:-1].max() < 1e-3 < lengths[-1]
    assert skip.optimum < 0.02 + 1e-9  # the planted network costs beta at most


def test_runs_arrive_as_they_are():
    run = record(rl.plant(rl.draw("gaussian", 10, 2, rng=0), kind="relu", rng=1), width=3, steps=50, frames=5)
    (sent,) = json.loads(gzip.decompress(TrainingPlayer({"mine": run}).packed_runs))
    assert (sent["name"], sent["linear"], sent["optimum"]) == ("mine", -1, run.optimum)
    for key, name in (("first", "first"), ("step", "step"), ("hidden", "planted"), ("X", "X")):
        np.testing.assert_allclose(sent[key], run[name], rtol=1e-7)
    as_dict = {key: run[key].values for key in (*run.data_vars, "step")}
    (without,) = json.loads(gzip.decompress(TrainingPlayer({"mine": as_dict}).packed_runs))
    assert without == sent | {"optimum": None}


def test_without_weight_decay_there_is_no_optimum_to_reach():
    plant = rl.plant(rl.draw("gaussian", 10, 2, rng=0), kind="relu", rng=1)
    run = record(plant, width=3, beta=0, steps=50, frames=5)
    assert "optimum" not in run.attrs
    np.testing.assert_array_equal(run.objective, run.loss)
    player = TrainingPlayer({"mine": run}, lean=True)
    assert player.lean
    assert json.loads(gzip.decompress(player.packed_runs))[0]["optimum"] is None


def test_bad_input():
    plant = rl.plant(rl.draw("gaussian", 10, 2, rng=0), kind="relu", rng=1)
    with pytest.raises(ValueError, match="rows in dimension 3"):
        record(rl.plant(rl.draw("gaussian", 10, 3, rng=0), kind="relu", rng=1))
    with pytest.raises(ValueError, match="network='normalized' is unknown"):
        record(plant, network="normalized")
    with pytest.raises(ValueError, match="width=0"):
        record(plant, width=0)
    with pytest.raises(ValueError, match="lr=-1 is not a finite number >= 0"):
        record(plant, lr=-1)
    with pytest.raises(ValueError, match="lr=1000 is too large: the run diverges"):
        record(plant, lr=1000, steps=200)
    run = record(plant, width=3, steps=20, frames=4)
    with pytest.raises(ValueError, match=r"runs\['a'\] lacks loss"):
        TrainingPlayer({"a": run.drop_vars("loss")})
    with pytest.raises(ValueError, match=r"has loss of shape \(4, 3\); it must be \(4,\)"):
        TrainingPlayer({"a": run.assign(loss=run.second)})
    with pytest.raises(ValueError, match="NaN"):
        TrainingPlayer({"a": run.assign(loss=run.loss * np.nan)})
    with pytest.raises(ValueError, match="record fewer frames"):
        TrainingPlayer(
            {
                str(k): run.assign(X=(("s", "axis"), np.random.default_rng(k).random((60_000, 2))))
                for k in range(2)
            }
        )
