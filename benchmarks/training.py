"""Batched training against one network at a time, and against the machine's matrix products.

Every row is measured beside what it is compared with, in turns, and holds the ratio: on a shared machine a
ratio means something where seconds do not.
"""

import time

import numpy as np
import torch

import relulab as rl
from relulab.figures.trained import TRIALS, train_cell
from relulab.phase.executor import run_cells
from relulab.phase.pools import cores
from relulab.training.networks import initial

EPOCHS = 400
TURNS = 5
PANEL_CELLS = 40  # of 400: a random tenth, from which the time of the whole panel is extrapolated


def run():
    """Rows of {work, seconds, ratio, ...}."""
    rows = [
        {"torch": torch.__version__, "threads": torch.get_num_threads(), "gemm_gflops": gemm_rate() / 1e9}
    ]
    rows += [released_way(100, 20, 50), large_cells(400, 100, 10), recording(100, 20, 50), panel_time()]
    return rows


def gemm_rate(size=1024, repeats=4):
    """Operations per second of float32 matrix products, on all of torch's threads."""
    A = torch.randn(size, size)
    A @ A
    start = time.perf_counter()
    for _ in range(repeats):
        A @ A
    return 2 * size**3 * repeats / (time.perf_counter() - start)


def problems(n, d, count):
    return [rl.phase.instance(n, d, trial, direction="smallest", rng=1)[0] for trial in range(count)]


def in_turns(*works):
    """Medians of what each work returns, the works taking turns."""
    results = [[work() for work in works] for _ in range(TURNS)]
    return np.median(results, axis=0)


def alone(plant, test, epochs):
    """Seconds an epoch of the released way: a module, automatic differentiation, a new AdamW every epoch."""
    n, d = plant.X.shape
    first, second = torch.nn.Linear(d, n + 1, bias=False), torch.nn.Linear(n + 1, 1, bias=False)
    skip_first, skip_second = torch.nn.Linear(d, 1, bias=False), torch.nn.Linear(1, 1, bias=False)
    layers = torch.nn.ModuleList([first, second, skip_first, skip_second])
    X, rows = (torch.tensor(data, dtype=torch.float32) for data in (plant.X, test))
    y, labels = (torch.tensor(data @ plant.weights, dtype=torch.float32) for data in (plant.X, test))

    def model(data):
        return second(torch.relu(first(data))) + skip_second(skip_first(data))

    start = time.perf_counter()
    for _ in range(epochs):
        optimizer = torch.optim.AdamW(layers.parameters(), lr=2e-3, weight_decay=1e-6)
        loss = torch.linalg.norm(model(X) - y) ** 2
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        with torch.no_grad():
            (torch.linalg.norm(model(rows) - labels) ** 2).item()
        loss.item()
    return (time.perf_counter() - start) / epochs


def batched(plants, epochs, **settings):
    """Seconds of a batch's epoch, the initial weights and the rest of `train` included."""
    start = time.perf_counter()
    rl.train(plants, epochs=epochs, progress=False, **settings)
    return (time.perf_counter() - start) / epochs


def products(n, d, count, repeats=100):
    """Seconds of an epoch's two matrix products of a batch, in memory that is allocated once."""
    X, first = torch.randn(count, n, d), torch.randn(count, d, n + 1)
    hidden, slope = torch.empty(count, n, n + 1), torch.empty(count, d, n + 1)
    start = time.perf_counter()
    for _ in range(repeats):
        torch.bmm(X, first, out=hidden)
        torch.bmm(X.mT, hidden, out=slope)
    return (time.perf_counter() - start) / repeats


def released_way(n, d, count):
    plants, test = problems(n, d, count), rl.draw("gaussian", n, d, rng=9)
    settings = {"protocol": "released"}
    least, single, threaded, together, last, every = in_turns(
        lambda: products(n, d, count) / count,
        lambda: with_threads(1, lambda: alone(plants[0], test, 100)),
        lambda: alone(plants[0], test, 100),
        lambda: batched(plants, EPOCHS, **settings) / count,
        lambda: batched(plants, EPOCHS, record_every=EPOCHS, **settings) / count,
        lambda: batched(plants, EPOCHS, record_every=1, **settings) / count,
    )
    return {
        "work": f"one of {count} networks, {(n, d)}, an epoch, released protocol, on {cores()} cores",
        "microseconds": together * 1e6,
        "alone": threaded * 1e6,
        "alone_on_one_thread": single * 1e6,
        "microseconds_of_products_alone": least * 1e6,
        "ratio": min(single, threaded) / together,
        "ratio_of_products_alone": min(single, threaded) / least,
        "ratio_with_a_record_at_the_end": min(single, threaded) / last,
        "ratio_with_a_record_every_epoch": min(single, threaded) / every,
        "wanted": "ratio >= 50",
    }


def with_threads(count, work):
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        return work()
    finally:
        torch.set_num_threads(before)


def large_cells(n, d, count):
    """The rate of an epoch's two matrix products (4 n d m operations) against that of plain ones."""
    plants = problems(n, d, count)
    epochs = 201
    start = [initial("skip", d, n + 1, rng=i) for i in range(count)]
    settings = {"init": start, "record_every": epochs}
    operations = 4 * n * d * (n + 1) * count
    found = []
    for _ in range(TURNS):
        # What comes before the loop and after it is in the short run too.
        rates = [gemm_rate()]
        long, short = (batched(plants, e, **settings) * e for e in (epochs, 1))
        rates.append(gemm_rate())
        found.append((operations * (epochs - 1) / (long - short), np.mean(rates)))
    rate, gemm = np.median([rate for rate, _ in found]), np.median([gemm for _, gemm in found])
    return {
        "work": f"{count} networks, {(n, d)}, an epoch without a record",
        "gflops": rate / 1e9,
        "gemm_gflops": gemm / 1e9,
        "share_of_gemm": float(np.median([rate / gemm for rate, gemm in found])),
        "wanted": "share_of_gemm >= 0.5",
    }


def recording(n, d, count):
    plants = problems(n, d, count)
    never, tenth, every = in_turns(
        *(lambda every=every: batched(plants, 200, record_every=every) / count for every in (200, 10, 1))
    )
    return {
        "work": f"history of {count} networks, {(n, d)}",
        "microseconds": never * 1e6,
        "every_tenth": tenth / never,
        "every_epoch": every / never,
    }


def panel_time():
    """A random tenth of figure 8's 400 cells on all cores; the whole panel by its operations."""
    rng = np.random.default_rng(0)
    sizes = [(n, d) for n in range(10, 401, 10) for d in range(10, 101, 10)]
    chosen = sorted(rng.choice(len(sizes), PANEL_CELLS, replace=False), reverse=True)
    problem = {
        "kind": "linear",
        "ensemble": "gaussian",
        "direction": "smallest",
        "k": 1,
        "sigma": 0.0,
        "rng": 0,
    }
    settings = {"network": "skip", "protocol": "paper", "epochs": EPOCHS, "beta": 1e-6, "lr": 2e-3}
    cells = {i: (*sizes[i], TRIALS, problem, settings) for i in chosen}
    rates = [gemm_rate(repeats=20)]
    start = time.perf_counter()
    run_cells(train_cell, cells, lambda place, cell: None, len(cells), progress=False)
    seconds = time.perf_counter() - start
    rates.append(gemm_rate(repeats=20))
    # A cell costs its operations and, small ones above all, a time of its own: both shares are scaled alike.
    work = [n * d * (n + 1) for n, d in sizes]
    share = np.mean([sum(work[i] for i in chosen) / sum(work), PANEL_CELLS / len(sizes)])
    operations = 4 * sum(work) * TRIALS * EPOCHS
    sample = f"on {cores()} cores, from {PANEL_CELLS} of its 400 cells"
    return {
        "work": f"a panel of figure 8 (4,000 trainings) {sample}",
        "minutes": seconds / share / 60,
        "gemm_gflops": float(np.mean(rates)) / 1e9,
        "minutes_of_gemm_alone": operations / np.mean(rates) / 60,
        "wanted": "minutes <= 8 on two cores",
    }
