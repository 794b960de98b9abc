"""Batched training against automatic differentiation, torch's own loop, and itself after interruptions."""

import dataclasses
import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import relulab as rl
from relulab.data.planted import unchecked

torch = pytest.importorskip("torch")

from relulab.training.crew import cut  # noqa: E402
from relulab.training.inputs import find_device, own_seed  # noqa: E402
from relulab.training.networks import NETWORKS, Normalized  # noqa: E402
from relulab.training.steps import Gradients, Optimizer, joined, parted, shapes, views  # noqa: E402

KINDS = {"plain": "relu", "skip": "linear", "normalized": "normalized"}


def problems(network, count=3, n=14, d=4, sigma=0.1, first=0):
    plants = []
    for trial in range(first, first + count):
        X = rl.draw("gaussian", n, d, rng=[7, trial][1])
        plants.append(rl.plant(X, KINDS[network], sigma=sigma, rng=100 + trial))
    return plants


def quiet(*arguments, **settings):
    return rl.train(*arguments, **{"progress": False, "record_every": 1} | settings)


@pytest.fixture(params=list(NETWORKS))
def network(request):
    return request.param


def random_theta(network, count, d, m, rng):
    every = shapes(network, d, m).items()
    pieces = joined({name: rng.uniform(-1, 1, (count, *shape)) for name, shape in every})
    return torch.tensor(np.concatenate([piece.ravel() for piece in pieces.values()]))


def test_gradients_are_those_of_automatic_differentiation_and_of_differences(network):
    rng = np.random.default_rng(0)
    count, n, d, m = 3, 12, 4, 6
    X, y = torch.tensor(rng.standard_normal((count, n, d))), torch.tensor(rng.standard_normal((count, n)))
    theta = random_theta(network, count, d, m, rng)
    by_hand = Gradients(network, theta, n, d, m)
    error = by_hand.outputs(X) - y
    by_hand.descend(X, error)

    pieces = parted(views(theta, network, d, m), network, m)
    module = NETWORKS[network](**{name: piece.clone() for name, piece in pieces.items()})
    loss = 0.5 * (module(X) - y).square().sum()
    loss.backward()
    for name, piece in parted(by_hand.slopes, network, m).items():
        torch.testing.assert_close(piece, getattr(module, name).grad, rtol=1e-11, atol=1e-11)

    gradient, step = theta.grad.clone(), 1e-5
    for i in rng.choice(len(theta), 24, replace=False):
        values = []
        for shift in (step, -step):
            theta[i] += shift
            values.append(float(0.5 * (by_hand.outputs(X) - y).square().sum()))
            theta[i] -= shift
        assert gradient[i] == pytest.approx((values[0] - values[1]) / (2 * step), rel=1e-6, abs=1e-8)


def alone(plant, start, network, released, epochs, beta, lr, optimizer="adam", size=None):
    """One network in a Python loop: an nn.Module, automatic differentiation, torch's optimizers."""
    module = NETWORKS[network](**{name: torch.tensor(array)[None] for name, array in start.items()})
    X, y = torch.tensor(plant.X)[None], torch.tensor(plant.y)[None]
    n = len(plant.y)
    size = size or n

    def make():
        if released:
            return torch.optim.AdamW(module.parameters(), lr=lr, weight_decay=beta)
        if optimizer == "sgd":
            return torch.optim.SGD(module.parameters(), lr=lr, momentum=0.9)
        return torch.optim.Adam(module.parameters(), lr=lr)

    def loss_on(rows):
        squares = (module(X[:, rows]) - y[:, rows]).square().sum() * n / len(rows)
        return squares if released else 0.5 * squares + beta / 2 * module.regularizer().sum()

    rule, losses = make(), []
    for epoch in range(epochs):
        if released:
            rule = make()
        losses.append(loss_on(np.arange(n)).item())
        rng = np.random.default_rng([0, own_seed(plant), 2, epoch])
        order = np.arange(n) if size == n else rng.permutation(n)
        for first in range(0, n, size):
            rule.zero_grad()
            loss_on(order[first : first + size]).backward()
            rule.step()
    return module, losses


@pytest.mark.parametrize("size", [None, 5])
@pytest.mark.parametrize(
    ("protocol", "optimizer"), [("paper", "adam"), ("paper", "sgd"), ("released", "adam")]
)
def test_a_batch_does_what_a_loop_over_single_networks_does(network, protocol, optimizer, size):
    plants = problems(network)
    settings = {"network": network, "beta": 1e-2, "lr": 3e-3, "dtype": "float64", "protocol": protocol}
    settings["batch_size"] = size
    # A gradient that is zero but for rounding, 1e-16, is a hundred-millionth of Adam's epsilon, and so is the
    # step it takes; sign descent has nothing that would take it back.
    exact = 1e-7 if protocol == "released" else 1e-9
    starts = [rl.networks.initial(network, 4, 15, rng=i) for i in range(3)]
    runs = quiet(plants, epochs=40, init=starts, optimizer=optimizer, **settings)
    for i, (plant, start) in enumerate(zip(plants, starts, strict=True)):
        module, losses = alone(plant, start, network, protocol == "released", 40, 1e-2, 3e-3, optimizer, size)
        np.testing.assert_allclose(runs.loss[:-1, i], losses, rtol=exact)
        for name, array in runs.weights.items():
            np.testing.assert_allclose(array[i], getattr(module, name).detach()[0], rtol=1e-7, atol=exact)


def test_adamw_shrinks_the_charged_weights_beside_the_step(network):
    plants = problems(network, 1)
    start = rl.networks.initial(network, 4, 5, rng=0)
    settings = {"network": network, "width": 5, "epochs": 1, "lr": 1e-2, "dtype": "float64", "init": [start]}
    moved = quiet(plants, optimizer="adamw", beta=0.5, **settings).weights
    free = quiet(plants, optimizer="adamw", beta=1e-12, **settings).weights
    for name, array in start.items():
        expected = 0.005 * array if name in NETWORKS[network].decayed else 0 * array
        np.testing.assert_allclose(free[name][0] - moved[name][0], expected, atol=1e-12)


def test_the_released_protocol_is_sign_descent(network):
    plants, lr = problems(network, n=20), 2e-3
    seen = 0
    for epochs in range(5):
        before = quiet(plants, network=network, protocol="released", epochs=epochs, dtype="float64")
        after = quiet(plants, network=network, protocol="released", epochs=epochs + 1, dtype="float64")
        module = NETWORKS[network](**{name: torch.tensor(array) for name, array in before.weights.items()})
        X = torch.tensor(np.stack([plant.X for plant in plants]))
        y = torch.tensor(np.stack([plant.y for plant in plants]))
        (module(X) - y).square().sum().backward()
        for name, array in before.weights.items():
            gradient = getattr(module, name).grad.numpy()
            step = after.weights[name] - array
            clear = np.abs(gradient) > 1e-4
            seen += clear.sum()
            np.testing.assert_allclose(step[clear], -lr * np.sign(gradient[clear]), atol=1e-6)
            # 1e-16 stands for rounding where a neuron is closed and its gradient zero
            assert (np.abs(step[np.abs(gradient) < 1e-16]) < 1e-6).all()
    assert seen > 1000


def test_the_released_weight_decay_is_lost_in_float32():
    plants = problems("skip", 2)
    with_decay = quiet(plants, protocol="released", epochs=30, beta=1e-6)
    without = quiet(plants, protocol="released", epochs=30, beta=1e-30)
    for name, array in with_decay.weights.items():
        np.testing.assert_array_equal(array, without.weights[name])


@pytest.mark.parametrize(("share", "lost"), [(0.99, True), (1.01, False)])
def test_a_decay_is_left_out_just_where_torchs_own_does_nothing(share, lost):
    before, lr = torch.linspace(0.5, 1.5, 1000), 2e-3
    beta = share * 2.0**-25 / lr
    ours, theirs = before.clone(), torch.nn.Parameter(before.clone())
    ours.grad, theirs.grad = torch.zeros(1000), torch.zeros(1000)
    Optimizer("first-adamw", ours, lr, beta, charged=1000).step()
    torch.optim.AdamW([theirs], lr=lr, weight_decay=beta).step()
    assert torch.equal(ours, theirs.data)
    assert torch.equal(ours, before) == lost


def test_a_result_does_not_depend_on_its_batch(network):
    """The same start to the bit; then only the rounding of batched products differs, 1e-16 a product."""
    plants = problems(network, 7)
    settings = {"network": network, "dtype": "float64", "epochs": 60, "batch_size": 5}
    together = quiet(plants, **settings)
    for chosen in ([3], [6, 0], [5, 4, 3, 2, 1]):
        apart = quiet([plants[i] for i in chosen], **settings)
        np.testing.assert_allclose(apart.loss, together.loss[:, chosen], rtol=1e-9)
        np.testing.assert_allclose(apart.test_distance, together.test_distance[:, chosen], rtol=1e-8)
    start = quiet(plants[4:5], **settings | {"epochs": 0})
    for name, array in quiet(plants, **settings | {"epochs": 0}).weights.items():
        np.testing.assert_array_equal(array[4], start.weights[name][0])


def test_own_seeds_and_the_runs_seed_decide_the_start():
    plant = problems("skip", 1)[0]
    twins = [plant, dataclasses.replace(plant, seed=5), dataclasses.replace(plant, seed=None), plant]
    first = quiet(twins, epochs=0).weights["first"]
    assert (first[0] == first[3]).all()
    assert not (first[0] == first[1]).any()
    assert not (first[0] == first[2]).any()
    other = quiet(twins, epochs=0, rng=1).weights["first"]
    assert not (first == other).any()


def test_records(network):
    plants = problems(network, 2, sigma=0.0)
    settings = {"network": network, "epochs": 25, "dtype": "float64", "beta": 1e-3}
    every = quiet(plants, **settings)
    some = quiet(plants, record_every=10, **settings)
    assert some.epochs.tolist() == [0, 10, 20, 25]
    for name in ("loss", "test_distance", "path_norm", "active"):
        np.testing.assert_allclose(getattr(some, name), getattr(every, name)[some.epochs], rtol=1e-10)
    np.testing.assert_allclose(every.loss[-1], every.objective, rtol=1e-10)
    for i, net in enumerate(every.networks):
        if network == "normalized":
            norms = np.abs(net.scale * net.second)
        else:
            norms = np.linalg.norm(net.first, axis=0) * np.abs(net.second)
        skip = np.linalg.norm(net.skip_first) * abs(net.skip_second)
        assert every.path_norm[-1, i] == pytest.approx(norms.sum() + skip)
        assert every.active[-1, i] == (norms >= 1e-3 * (norms.sum() + skip)).sum()
        assert norms.sum() + skip <= net.cost + 1e-12


@pytest.mark.parametrize("normalization", ["batch", "training"])
def test_test_distances(network, normalization):
    plants = problems(network, 2, sigma=0.0)
    rows = np.random.default_rng(1).standard_normal((2, 30, 4))
    runs = quiet(plants, network=network, epochs=20, test=rows, normalization=normalization, dtype="float64")
    for i, (plant, net) in enumerate(zip(plants, runs.networks, strict=True)):
        outputs = (
            np.maximum(rows[i] @ plant.weights, 0) if plant.kind != "linear" else rows[i] @ plant.weights
        )
        if network == "normalized":
            seen = outputs if normalization == "batch" else np.maximum(plant.X @ plant.weights, 0)
            outputs = outputs / np.linalg.norm(seen, axis=0)
        distance = np.linalg.norm(net.predict(rows[i], normalization) - outputs.sum(axis=1))
        assert runs.test_distance[-1, i] == pytest.approx(distance, rel=1e-9)


def test_a_diverged_run_is_marked_and_the_others_go_on():
    plants = problems("plain", 3)
    start = rl.networks.initial("plain", 4, 15, rng=0)
    wild = {name: 1e9 * array for name, array in start.items()}
    runs = quiet(plants, network="plain", optimizer="sgd", lr=0.02, epochs=30, init=[start, wild, start])
    assert runs.status.tolist() == ["finished", "diverged", "finished"]
    alone = quiet(
        [plants[0], plants[2]], network="plain", optimizer="sgd", lr=0.02, epochs=30, init=[start, start]
    )
    np.testing.assert_allclose(runs.loss[:, [0, 2]], alone.loss, rtol=1e-4)
    assert (alone.loss[-1] < alone.loss[0]).all()


def test_labels_near_zero_are_no_sign_of_divergence():
    plant = problems("skip", 1, sigma=0.0)[0]
    runs = quiet([unchecked(plant, y=1e-5 * plant.y)], epochs=50)
    assert runs.status.tolist() == ["finished"]


def test_schedules():
    plants = problems("skip", 2)
    stopped = quiet(plants, epochs=20, record_every=5, schedule=lambda share: float(share < 0.5))
    np.testing.assert_array_equal(stopped.loss[2], stopped.loss[-1])
    assert (stopped.loss[2] != stopped.loss[1]).all()
    for schedule in ("linear", "cosine"):
        assert np.isfinite(quiet(plants, epochs=20, schedule=schedule).loss).all()


def test_zero_epochs_give_the_initial_network(network):
    plants = problems(network, 2)
    runs = quiet(plants, network=network, epochs=0, init="he", dtype="float64")
    assert runs.epochs.tolist() == [0]
    start = rl.networks.initial(network, 4, 15, "he", np.random.default_rng([0, own_seed(plants[1]), 0]))
    for name, array in start.items():
        np.testing.assert_array_equal(runs.weights[name][1], array)


def test_zero_balanced_layers_are_balanced_and_stay_so():
    start = rl.networks.initial("skip", 4, 15, "zero-balanced", rng=0)
    np.testing.assert_allclose(np.linalg.norm(start["first"], axis=0), np.abs(start["second"]))
    runs = quiet(
        problems("skip", 2), init="zero-balanced", optimizer="sgd", lr=1e-3, epochs=300, dtype="float64"
    )
    first, second = np.linalg.norm(runs.weights["first"], axis=1), np.abs(runs.weights["second"])
    assert np.abs(first - second).max() < 0.02 * second.max()


def test_from_arrays_gives_the_convex_solution(network):
    plant = problems(network, 1, n=12, d=3)[0]
    S = rl.sample_patterns(plant.X, include=None if network == "skip" else plant.weights, rng=0)
    for form in ("gated", "exact"):
        arrays = rl.solve(plant.X, plant.y, S, network, form, beta=0.05).to_network(negligible=1e-6)
        module = rl.networks.from_arrays(arrays)
        X = torch.tensor(plant.X)[None]
        np.testing.assert_allclose(module(X).detach()[0], arrays(plant.X), atol=1e-9)
        assert module.regularizer().item() == pytest.approx(2 * arrays.cost)
        if isinstance(module, Normalized):
            np.testing.assert_allclose(module(X, "training").detach(), module(X).detach(), atol=1e-7)
        back = module.to_arrays()[0]
        np.testing.assert_allclose(back(plant.X), arrays(plant.X), atol=1e-9)


INTERRUPTED = """
import sys
import relulab as rl
import numpy as np
sys.path.insert(0, {tests!r})
from test_training import problems
runs = rl.train(problems("skip", 6, 40, 8), epochs=600, record_every=50, checkpoint={folder!r},
                checkpoint_seconds=0.05, progress=False, workers={workers})
np.savez({out!r}, loss=runs.loss, **runs.weights)
"""


def in_a_process(folder, out, workers=1):
    tests = os.path.dirname(__file__)
    code = INTERRUPTED.format(tests=tests, folder=str(folder), out=str(out), workers=workers)
    return subprocess.Popen([sys.executable, "-c", code])


def test_a_killed_run_goes_on_to_the_same_bits(tmp_path):
    whole = in_a_process(tmp_path / "whole", tmp_path / "whole.npz")
    assert whole.wait(timeout=300) == 0
    kills = 0
    for _ in range(3):
        process = in_a_process(tmp_path / "killed", tmp_path / "killed.npz")
        files = []
        while process.poll() is None and not files:
            files = [f for f in (tmp_path / "killed").glob("*.npz") if f.stat().st_mtime > time.time() - 0.2]
            time.sleep(0.02)
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            kills += 1
        process.wait()
    assert kills >= 1
    assert in_a_process(tmp_path / "killed", tmp_path / "killed.npz").wait(timeout=300) == 0
    with np.load(tmp_path / "whole.npz") as whole, np.load(tmp_path / "killed.npz") as killed:
        for name in whole:
            np.testing.assert_array_equal(whole[name], killed[name])


def test_checkpoints_say_what_is_wrong_with_them(tmp_path):
    plants = problems("skip", 2)
    settings = {"epochs": 10, "checkpoint": tmp_path / "run", "workers": 1}
    first = quiet(plants, **settings)
    again = quiet(plants, **settings)
    np.testing.assert_array_equal(first.loss, again.loss)
    with pytest.raises(ValueError, match=r"is of another run: lr is 0.002 there and 0.01 here"):
        quiet(plants, lr=0.01, **settings)
    with pytest.raises(ValueError, match="is of another run: data"):
        quiet(problems("skip", 2, first=9), **settings)
    (file,) = (tmp_path / "run").iterdir()
    file.write_bytes(file.read_bytes()[:-100])
    with pytest.raises(ValueError, match="is damaged; remove it to train anew"):
        quiet(plants, **settings)


SHORT_OF_MEMORY = """
import resource, sys, warnings
import numpy as np
import relulab as rl
sys.path.insert(0, {tests!r})
from test_training import problems
from relulab.training import crew
plants = problems("plain", 32, 200, 4)
settings = dict(network="plain", width=10_000, epochs=1, progress=False, workers=1)
crew.CACHE = 10**10
whole = rl.train(plants, **settings)
used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
hidden = 32 * 200 * 10_000 * 4
resource.setrlimit(resource.RLIMIT_AS, (used + hidden * 3 // 4, -1))
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    runs = rl.train(plants, **settings)
print([[len(part) for part in trained.parts] for trained in (whole, runs)])
print(caught[0].message)
np.testing.assert_allclose(runs.loss, whole.loss, rtol=1e-4)
try:
    rl.train(problems("plain", 1, 8000, 4), **settings)
except MemoryError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="limits the memory of a process as Linux does")
def test_out_of_memory_splits_the_batch_and_says_so():
    code = SHORT_OF_MEMORY.format(tests=os.path.dirname(__file__))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    parts, said, last = done.stdout.splitlines()
    assert json.loads(parts)[0] == [32]
    assert sum(json.loads(parts)[1]) == 32
    assert max(json.loads(parts)[1]) <= 16
    assert said == "out of memory on 'cpu' with 32 networks at once; going on with 16 and then 16"
    assert last == "problem 0 alone (n=8000, d=4, width=10000) is too large for 'cpu'"


def test_parts_cover_the_batch():
    settings = {"width": 101, "dtype": "float32"}
    for count in (1, 2, 5, 50):
        parts = cut(count, 100, 20, settings, "cpu", 2)
        assert [i for part in parts for i in part] == list(range(count))
    assert len(cut(50, 100, 20, settings, "cpu", 2)) % 2 == 0
    assert cut(50, 100, 20, settings, "cuda:0", 1) == [range(50)]


BAD = [
    ({"plants": []}, "plants is empty"),
    ({"plants": [3]}, r"plants\[0\] is no Plant"),
    ({"network": "deep"}, "network='deep' is unknown; choose from"),
    ({"optimizer": "lion"}, "optimizer='lion' is unknown; choose from 'adam', 'adamw', 'sgd'"),
    ({"device": "abacus"}, "device='abacus' is not here or has no float32; choose from 'auto', .*'cpu'"),
    ({"device": "cuda:77"}, "device='cuda:77' is not here"),
    ({"lr": 0.0}, "lr=0.0 is not > 0"),
    ({"lr": -1}, "lr=-1 is not a finite number >= 0"),
    ({"beta": 0}, "beta=0 is not > 0"),
    ({"epochs": -1}, "epochs=-1 is not a whole number >= 0"),
    ({"batch_size": 0}, "batch_size=0 is not"),
    ({"batch_size": 15}, "batch_size=15 is not a whole number >= 1 and <= 14"),
    ({"width": 0}, "width=0 is not"),
    ({"init": "zero"}, "init='zero' is unknown"),
    ({"init": [{}]}, "nor, for each problem, a dict of first, second, skip_first"),
    ({"protocol": "released", "optimizer": "sgd"}, 'optimizer="sgd" with protocol="released"'),
    ({"schedule": "stairs"}, "schedule='stairs' is unknown"),
    ({"schedule": lambda share: np.nan}, r"schedule\(0\)=nan is not a finite number >= 0"),
    ({"schedule": lambda share: "slow"}, r"schedule\(0\)='slow' is not a finite number"),
    ({"plants": 3}, "plants=3 is no sequence"),
    ({"init": 3}, "init=3 is no sequence"),
    ({"checkpoint": __file__}, r"checkpoint='.*test_training.py' is no folder"),
    ({"checkpoint_seconds": "often"}, "checkpoint_seconds='often' is not a finite number >= 0"),
    ({"dtype": "float16"}, "dtype='float16' is unknown"),
    ({"record_every": 0}, "record_every=0 is not"),
    ({"rng": -3}, "rng=-3 is not"),
    ({"test": np.zeros((2, 5, 3))}, r"test has shape \(2, 5, 3\); it must be \(2, rows, 4\)"),
    ({"normalization": "layer"}, "normalization='layer' is unknown"),
    ({"workers": 0}, "workers=0 is not"),
]


@pytest.mark.parametrize(("change", "message"), BAD)
def test_bad_input(change, message):
    with pytest.raises(ValueError, match=message):
        quiet(**{"plants": problems("skip", 2), "epochs": 2} | change)


def test_bad_problems_are_named():
    plants = problems("skip", 3)
    other = problems("skip", 1, n=15)
    with pytest.raises(ValueError, match=r"plants\[3\] has X \(15, 4\).*here X \(14, 4\)"):
        quiet(plants + other)
    X = plants[2].X.copy()
    X[1, 1] = np.nan
    with pytest.raises(ValueError, match=r"plants\[2\] holds NaN"):
        quiet([*plants[:2], unchecked(plants[2], X=X)])


def test_torch_has_its_threads_back_after_runs_at_the_same_time():
    plants, before = problems("skip", 2), torch.get_num_threads()
    with ThreadPoolExecutor(3) as pool:
        runs = list(pool.map(lambda epochs: quiet(plants, epochs=epochs), (5, 40, 20, 3, 10)))
    assert len(runs) == 5
    assert torch.get_num_threads() == before


def test_devices():
    assert find_device("auto") in ("cpu", "mps") or find_device("auto").startswith("cuda:")
    assert find_device("cpu", "float64") == find_device(torch.device("cpu")) == "cpu"


def test_torch_is_named_where_it_is_missing():
    code = "import sys; sys.modules['torch'] = None\nimport relulab as rl\nrl.train"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "pip install 'relulab[train]'" in done.stderr
