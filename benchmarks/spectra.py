"""Products with the Hessian of an MLP 64-24-10 on the digits, and its largest eigenvalue, against curvlinops.

curvlinops (Dangel and others; the package "curvlinops-for-pytorch") is installed into a folder of its own and
runs on the same PyTorch, one thread, float64. Both are timed by turns, on the same weights, and both give
their product to SciPy's `eigsh` for the eigenvalue.
"""

import json
import sys
import time
from functools import partial
from pathlib import Path

import numpy as np
from scipy.sparse.linalg import eigsh

from benchmarks.solve import install_peer
from relulab.spectra.curvature import hessian_product, leading

SIZES = (64, 24, 10)
ROWS = (128, 1797)
PRODUCTS, EIGENVALUES = 100, 7  # how often each is timed
PEER_FOLDER = Path(__file__).parents[1] / "_build" / "curvlinops"
PEER_PACKAGES = (
    "curvlinops-for-pytorch==3.0.1",
    "backpack-for-pytorch==1.7.1",
    "einconv==0.1.0",
    "einops==0.8.2",
    "linear_operator==0.6.1",
    "opt_einsum==3.4.0",
)


def run():
    """Rows of {work, rows, seconds, peer seconds, ratio, difference}; without the peer, why."""
    import torch

    problem = install_peer(PEER_FOLDER, "curvlinops", PEER_PACKAGES)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        return [row for rows in ROWS for row in _compare(rows, problem)]
    finally:
        torch.set_num_threads(threads)


def _compare(rows, problem):
    import torch

    model, X, labels = _network(rows)
    parameters = {name: value.detach() for name, value in model.named_parameters()}
    size = sum(value.numel() for value in parameters.values())

    def loss(p):
        said = torch.func.functional_call(model, p, (X,))
        return torch.nn.functional.cross_entropy(said, labels)

    product = hessian_product(loss, parameters)
    v = np.random.default_rng(0).standard_normal(size)
    works = {
        "Hessian-vector product": (PRODUCTS, [lambda: product(v)]),
        "largest eigenvalue": (EIGENVALUES, [lambda: leading(product, size)[0]]),
    }
    if problem is None:
        operator = _peer(model, X, labels)
        works["Hessian-vector product"][1].append(lambda: operator @ v)
        top = partial(eigsh, operator, 1, which="LA", v0=np.random.default_rng(0).standard_normal(size))
        works["largest eigenvalue"][1].append(lambda: top()[0])
    for work, (repeats, contestants) in works.items():
        yield {"work": work, "rows": rows, "parameters": size, **_row(repeats, contestants, problem)}


def _network(rows):
    import torch
    from sklearn.datasets import load_digits

    digits = load_digits()
    X = torch.tensor(digits.data[:rows] / 16, dtype=torch.float64)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        layers = [torch.nn.Linear(SIZES[0], SIZES[1]), torch.nn.ReLU(), torch.nn.Linear(SIZES[1], SIZES[2])]
    return torch.nn.Sequential(*layers).double(), X, torch.tensor(digits.target[:rows])


def _peer(model, X, labels):
    import torch

    if str(PEER_FOLDER) not in sys.path:
        sys.path.append(str(PEER_FOLDER))
    from curvlinops import HessianLinearOperator

    weights = [p for p in model.parameters() if p.requires_grad]
    loss = torch.nn.CrossEntropyLoss()
    return HessianLinearOperator(model, loss, weights, [(X, labels)], check_deterministic=False).to_scipy()


def _row(repeats, contestants, problem):
    """Median seconds of ours and the peer's by turns, and how far apart their answers are."""
    answers, times = [work() for work in contestants], []
    for _ in range(repeats):
        times.append([_seconds(work) for work in contestants])
    seconds = np.median(times, axis=0).tolist()
    if problem is not None:
        return {
            "seconds": seconds[0],
            "peer": "curvlinops",
            "ratio": None,
            "note": f"not installed: {problem}",
        }
    difference = np.linalg.norm(answers[1] - answers[0]) / np.linalg.norm(answers[0])
    return {
        "seconds": seconds[0],
        "peer": "curvlinops",
        "peer seconds": seconds[1],
        "ratio": seconds[1] / seconds[0],
        "relative difference": float(difference),
    }


def _seconds(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


if __name__ == "__main__":
    for row in run():
        print(json.dumps(row))
