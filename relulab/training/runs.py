"""Many networks trained at once, each on its own problem."""

from __future__ import annotations

import dataclasses
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from .. import _checks
from ..phase.pools import cores
from .crew import Crew, cut
from .inputs import (
    Labeled,
    find_device,
    fresh_rows,
    initial_weights,
    own_seeds,
    positive,
    problems,
    rate_factors,
    with_test,
)
from .networks import NETWORKS, torch
from .part import record_epochs

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence
    from typing import Any

    from numpy.typing import ArrayLike


OPTIMIZERS = ("adam", "adamw", "sgd")
PROTOCOLS = ("paper", "released")
BLOWN_UP = 1e3  # an objective this many times above those of the start and the zero network has diverged


@dataclasses.dataclass(frozen=True, eq=False)
class Runs:
    """Trained networks and their history, made by `train`.

    Attributes
    ----------
    epochs : ndarray, shape (records,)
        The epochs at which the history was recorded: 0 is the initial network.
    loss : ndarray, shape (records, B)
        The objective: ``1/2 ||f - y||^2 + (beta/2) R``, or ``||f - y||^2`` under the released protocol.
    test_distance : ndarray, shape (records, B)
        ``||f(X) - f*(X)||`` on fresh rows X, with the noise-free labels f*; for labels of your own on the
        test rows given, else NaN.
    path_norm : ndarray, shape (records, B)
        The sum of ``||first_i|| |second_i|`` over the neurons, the skip pair included; of
        ``|scale_i second_i|`` for the normalized network. It is R/2 where the layers are balanced, else less.
    active : ndarray, shape (records, B)
        How many neurons, the skip pair not counted, hold at least a thousandth of the path norm.
    status : ndarray of str, shape (B,)
        ``"finished"``, or ``"diverged"`` where a weight or the loss is not finite or the loss has blown up.
    objective : ndarray, shape (B,)
        ``1/2 ||f - y||^2 + (beta/2) R`` of the trained networks, whatever the protocol, in float64.
    weights : dict of ndarray
        The trained weights by name, with a leading axis B.
    networks : list of Network
        The same as plain arrays, with `predict` and `cost`.
    network : str
        ``"plain"``, ``"skip"`` or ``"normalized"``.
    beta : float
        The weight decay.
    parts : list of range
        The problems that were trained together; more than expected where memory was short.
    seconds : float
        How long this call took.
    bias : bool
        Whether a column of ones joined the data: then the networks take d + 1 inputs, the last one 1.
    """

    epochs: np.ndarray
    loss: np.ndarray
    test_distance: np.ndarray
    path_norm: np.ndarray
    active: np.ndarray
    status: np.ndarray
    objective: np.ndarray
    weights: dict
    networks: list
    network: str
    beta: float
    parts: list
    seconds: float
    bias: bool = False


def train(
    plants: Any,
    network: str = "skip",
    width: int | None = None,
    beta: float = 1e-6,
    epochs: int = 400,
    batch_size: int | None = None,
    lr: float = 2e-3,
    optimizer: str = "adam",
    init: Any = "released",
    protocol: str = "paper",
    dtype: str = "float32",
    device: str = "auto",
    record_every: int = 10,
    checkpoint: str | os.PathLike | None = None,
    rng: int = 0,
    schedule: Any = "constant",
    test: ArrayLike | None = None,
    normalization: str = "batch",
    workers: int | None = None,
    checkpoint_seconds: float = 30.0,
    progress: bool = True,
    seeds: Sequence[int] | None = None,
    bias: bool = False,
) -> Runs:
    """Train one network for each planted problem, all at once.

    Parameters
    ----------
    plants : Plant, tuple of array_like (X, y), or a sequence of either
        Problems of one shape (n, d): planted ones, or data and labels of your own.
    network : {"skip", "plain", "normalized"}
        What is trained.
    width : int, optional
        Neurons, the skip pair not counted; n + 1 by default, which holds a minimizer.
    beta : float
        Weight decay, > 0.
    epochs : int
        Passes over the data; 0 returns the initial networks.
    batch_size : int, optional
        Rows a step, in an order of their own for each problem and epoch; all n by default.
    lr : float
        Learning rate, > 0.
    optimizer : {"adam", "adamw", "sgd"}
        ``"sgd"`` has momentum 0.9. ``"adam"`` and ``"sgd"`` descend the objective with its regularizer;
        ``"adamw"`` descends the loss and shrinks the weights beside it (decoupled decay), which has another
        stationary point.
    init : {"released", "he", "zero-balanced"} or sequence of dict
        As in `networks.initial`, or the weights of each problem, by name.
    protocol : {"paper", "released"}
        ``"paper"``: the objective ``1/2 ||f - y||^2 + (beta/2) R``. ``"released"``: what the released code
        does: the loss ``||f - y||^2``, decoupled decay of all weights, and an optimizer that is made anew in
        every epoch. With full batches that is sign descent: a first step of Adam is ``lr * sign(gradient)``.
    dtype : {"float32", "float64"}
        Precision.
    device : str or torch.device
        ``"auto"`` takes CUDA, else MPS, else the CPU; or the name of one.
    record_every : int
        Epochs between records. The first and the last epoch are recorded always. With full batches a record
        costs one forward pass on the test rows and some sums, nearly as much as an epoch of small networks: a
        tenth of the time by default.
    checkpoint : str or path, optional
        A folder for the state of the run. The same call again goes on from there, and ends with the same
        bits on the same machine.
    rng : int
        The run's seed. The randomness of a problem comes from this seed and its own (a digest of its `.seed`,
        or of its data where it has none; see `seeds`), so that its result does not depend on what else is
        trained, but for the rounding of matrix products, which may depend on the number of them.
    schedule : {"constant", "linear", "cosine"} or callable
        Factor of the learning rate: falling to zero, or a function of the share of epochs done, in [0, 1).
    test : array_like, shape (B, rows, d), optional
        Fresh rows for the test distance; by default n Gaussian ones N(0, 1/n) for each problem. For labels of
        your own a pair of rows and labels (B, rows), without B for a single problem.
    normalization : {"batch", "training"}
        What divides a normalized neuron, trained or planted, on the test rows: its norm there, as in the
        released code, or its norm on the training data.
    workers : int, optional
        Threads on a CPU, each with parts of the batch of its own; by default one a core.
    checkpoint_seconds : float
        Time between checkpoints.
    progress : bool
        Show a progress bar.
    seeds : sequence of int, optional
        A number of its own for each problem, in place of the digest.
    bias : bool
        For labels of your own: a column of ones joins the data, so that each neuron has a bias, which decays
        with its weights, as in `draw(bias=...)` and the convex programs.

    Returns
    -------
    Runs
        History, status, weights and networks. A diverged network does not stop the others.

    Raises
    ------
    ValueError
        For no plants, plants of several shapes, data that are not finite (with the number of the problem),
        an unknown option, a device that is absent, a learning rate or weight decay that is not positive, a
        checkpoint that is damaged or of another run.
    MemoryError
        Where one problem alone does not fit into memory.

    Warns
    -----
    BatchSplit
        Where a batch does not fit into memory and is halved.

    Examples
    --------
    >>> import relulab as rl
    >>> plants = [rl.phase.instance(40, 5, trial)[0] for trial in range(4)]
    >>> runs = rl.train(plants, epochs=50, record_every=10, progress=False)
    >>> runs.loss.shape, bool((runs.loss[-1] < runs.loss[0] / 2).all()), runs.status.tolist()
    ((6, 4), True, ['finished', 'finished', 'finished', 'finished'])
    """
    begun = time.perf_counter()
    plants = problems(plants, bias)
    n, d = plants[0].X.shape
    released = _checks.choice("protocol", protocol, PROTOCOLS) == "released"
    if _checks.choice("optimizer", optimizer, OPTIMIZERS) == "sgd" and released:
        raise ValueError(
            'optimizer="sgd" with protocol="released": that code has AdamW, made anew every epoch'
        )
    batch_size = n if batch_size is None else _checks.count("batch_size", batch_size, 1, n)
    if released:
        optimizer = "adamw" if batch_size < n else "first-adamw"
    _checks.choice("dtype", dtype, ("float32", "float64"))
    settings = {
        "network": _checks.choice("network", network, NETWORKS),
        "width": _checks.count("width", n + 1 if width is None else width),
        "beta": positive("beta", beta, dtype),
        "epochs": _checks.count("epochs", epochs, 0),
        "batch_size": batch_size,
        "lr": positive("lr", lr, dtype),
        "optimizer": optimizer,
        "released": released,
        "dtype": dtype,
        "record_every": _checks.count("record_every", record_every),
        "rng": _checks.count("rng", rng, 0),
        "normalization": _checks.choice("normalization", normalization, ("batch", "training")),
    }
    device = find_device(device, dtype)
    factors = rate_factors(schedule, epochs)
    own = own_seeds(plants, seeds)
    seeds = [[settings["rng"], seed] for seed in own]
    starts = initial_weights(init, network, d, settings["width"], seeds)
    if isinstance(plants[0], Labeled):
        plants, tests = with_test(plants, test, bias)
    else:
        tests = fresh_rows(test, plants, seeds)
    if checkpoint is not None and Path(checkpoint).exists() and not Path(checkpoint).is_dir():
        raise ValueError(f"checkpoint={str(checkpoint)!r} is no folder")
    checkpoint_seconds = _checks.nonnegative("checkpoint_seconds", checkpoint_seconds)
    workers = _checks.count("workers", cores() if workers is None else workers) if device == "cpu" else 1
    crew = Crew(plants, starts, tests, seeds, factors, settings, device, checkpoint, checkpoint_seconds)
    pieces = crew.train(cut(len(plants), n, d, settings, device, workers), workers, progress)
    return dataclasses.replace(_runs(pieces, plants, settings, time.perf_counter() - begun), bias=bool(bias))


def _runs(pieces, plants, settings, seconds):
    network = settings["network"]
    weights = {name: np.concatenate([w[name] for _, w, _ in pieces]) for name in pieces[0][1]}
    loss, distance, path_norm, active = np.moveaxis(np.concatenate([h for _, _, h in pieces], axis=2), 1, 0)
    module = NETWORKS[network](**{name: torch.from_numpy(w.astype(float)) for name, w in weights.items()})
    if network == "normalized":
        module.remember(torch.tensor(np.stack([plant.X for plant in plants])))
    networks = module.to_arrays()
    with np.errstate(all="ignore"):
        errors = [net(plant.X) - plant.y for net, plant in zip(networks, plants, strict=True)]
        costs = [net.cost for net in networks]
        objective = 0.5 * np.square(errors).sum(axis=1) + settings["beta"] * np.array(costs)
        silent = 0.5 * np.array([plant.y @ plant.y for plant in plants])
        limit = BLOWN_UP * np.maximum(silent, loss[0])
    finite = [np.isfinite(w).reshape(len(plants), -1).all(axis=1) for w in weights.values()]
    sound = np.isfinite(loss[-1]) & np.all(finite, axis=0) & (objective <= limit)
    return Runs(
        record_epochs(settings["epochs"], settings["record_every"]),
        loss,
        distance,
        path_norm,
        np.nan_to_num(active).astype(int),
        np.where(sound, "finished", "diverged"),
        objective,
        weights,
        networks,
        network,
        settings["beta"],
        [part for part, _, _ in pieces],
        seconds,
    )
