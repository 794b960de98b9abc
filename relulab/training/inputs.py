"""What `train` is given, checked: problems, initial weights, test rows, schedule, device."""

import hashlib
from dataclasses import dataclass, replace

import numpy as np

from .. import _checks
from ..data.ensembles import draw
from ..data.planted import Plant
from .networks import INITS, initial, torch
from .steps import shapes

SCHEDULES = {
    "constant": lambda share: 1.0,
    "linear": lambda share: 1 - share,
    "cosine": lambda share: 0.5 * (1 + np.cos(np.pi * share)),
}


def find_device(device="auto", dtype="float32"):
    """The name of a device that is there.

    Parameters
    ----------
    device : str or torch.device
        ``"auto"`` takes CUDA, else MPS (which has no float64), else the CPU; or ``"cpu"``, ``"cuda"``,
        ``"cuda:1"``, ``"mps"``.
    dtype : {"float32", "float64"}
        The precision that it must have.

    Returns
    -------
    str
        Such as ``"cpu"`` or ``"cuda:0"``.

    Raises
    ------
    ValueError
        Where it is absent; the message names those that are there.

    Examples
    --------
    >>> from relulab.training.inputs import find_device
    >>> find_device("cpu")
    'cpu'
    """
    there = [f"cuda:{i}" for i in range(torch.cuda.device_count())]
    there += ["mps"] if torch.backends.mps.is_available() and dtype == "float32" else []
    there += ["cpu"]
    name = {"auto": there[0], "cuda": "cuda:0"}.get(str(device), str(device))
    if name not in there:
        choices = ", ".join(map(repr, ["auto", *there]))
        raise ValueError(f"device={device!r} is not here or has no {dtype}; choose from {choices}")
    return name


@dataclass(frozen=True, eq=False)
class Labeled:
    """Data and labels of one's own, where a plant might stand: nobody knows the network behind them."""

    X: np.ndarray
    y: np.ndarray
    test_labels: np.ndarray | None = None
    kind: str = "unknown"
    seed: int | None = None


def problems(plants, bias=False):
    """The problems as a list of plants, or of `Labeled`, whose data a column of ones joins for a bias."""
    if not isinstance(bias, bool | np.bool_):
        raise ValueError(f"bias={bias!r} is neither True nor False")
    alone = isinstance(plants, Plant) or _is_pair(plants)
    plants = [plants] if alone else _listed("plants", plants)
    plants = [_labeled(i, one, bias) if _is_pair(one) else one for i, one in enumerate(plants)]
    if len({type(plant) for plant in plants} & {Plant, Labeled}) > 1:
        raise ValueError("plants holds planted problems and pairs (X, y); train them apart")
    if bias and any(isinstance(plant, Plant) for plant in plants):
        raise ValueError("bias=True goes with pairs (X, y); for a plant draw data with a bias column")
    if not plants:
        raise ValueError("plants is empty; give at least one problem")
    for i, plant in enumerate(plants):
        if not isinstance(plant, Plant | Labeled):
            raise ValueError(f"plants[{i}] is no Plant; make it with plant(X, ...), or give a pair (X, y)")
        if plant.X.shape != plants[0].X.shape or plant.y.shape != plant.X.shape[:1]:
            shapes = f"X {plant.X.shape} and y {plant.y.shape}"
            raise ValueError(f"plants[{i}] has {shapes}; a batch has one shape, here X {plants[0].X.shape}")
        if not (np.isfinite(plant.X).all() and np.isfinite(plant.y).all()):
            raise ValueError(f"plants[{i}] holds NaN or infinite values")
    return plants


def _is_pair(thing):
    if not (isinstance(thing, tuple) and len(thing) == 2) or any(isinstance(part, Plant) for part in thing):
        return False
    return not any(isinstance(part, tuple) for part in thing)


def _labeled(i, pair, bias):
    X = _checks.array(f"the data of plants[{i}]", pair[0], ("n", "d"))
    y = _checks.array(f"the labels of plants[{i}]", pair[1], (len(X),))
    return Labeled(with_ones(X) if bias else X, y)


def with_ones(rows):
    """The rows (…, n, d) with an entry 1 at their end."""
    return np.concatenate([rows, np.ones((*rows.shape[:-1], 1))], axis=-1)


def _listed(name, values):
    try:
        return list(values)
    except TypeError:
        raise ValueError(f"{name}={values!r} is no sequence") from None


def positive(name, value, dtype):
    """A positive number that is one in a precision too."""
    number = _checks.positive(name, value)
    least, most = float(np.finfo(dtype).tiny), float(np.finfo(dtype).max)
    if not least <= number <= most:
        raise ValueError(f"{name}={value!r} is out of the range of {dtype}, {least:.1g} to {most:.1g}")
    return number


def rate_factors(schedule, epochs):
    if not callable(schedule):
        schedule = SCHEDULES[_checks.choice("schedule", schedule, SCHEDULES)]
    shares = [epoch / epochs for epoch in range(epochs)]
    return np.array([_checks.nonnegative(f"schedule({share:g})", schedule(share)) for share in shares])


def own_seed(plant):
    """A number for a problem: a digest, so that under one seed training is independent of data and plant."""
    return int(digest_of(*((plant.X, plant.y) if plant.seed is None else ([plant.seed],)))[:16], 16)


def own_seeds(plants, seeds):
    """Each problem's own seed: as given, or a digest."""
    if seeds is None:
        return [own_seed(plant) for plant in plants]
    seeds = _checks.sequence("seeds", seeds)
    if len(seeds) != len(plants):
        raise ValueError(f"seeds has {len(seeds)} entries for {len(plants)} plants")
    return [_checks.count("seeds", seed, 0) for seed in seeds]


def digest_of(*arrays):
    digest = hashlib.blake2b()
    for array in arrays:
        digest.update(np.ascontiguousarray(array, dtype=np.float64))
    return digest.hexdigest()


def initial_weights(init, network, d, width, seeds):
    if isinstance(init, str):
        return [initial(network, d, width, init, np.random.default_rng([*seed, 0])) for seed in seeds]
    sizes, starts = shapes(network, d, width), _listed("init", init)
    if len(starts) != len(seeds) or any(set(start) != set(sizes) for start in starts):
        raise ValueError(
            f"init is neither one of {INITS} nor, for each problem, a dict of {', '.join(sizes)}"
        )
    return [
        {name: _checks.array(f"init's {name}", start[name], sizes[name]) for name in sizes}
        for start in starts
    ]


def fresh_rows(test, plants, seeds):
    n, d = plants[0].X.shape
    if test is not None:
        return list(_checks.array("test", test, (len(plants), "rows", d)))
    return [
        loud_rows(plant, lambda rng: draw("gaussian", n, d, rng), np.random.default_rng([*seed, 1]))
        for plant, seed in zip(plants, seeds, strict=True)
    ]


def loud_rows(plant, draw_rows, rng):
    """Fresh rows on which no planted normalized neuron is silent: it could not be normalized there."""
    for _ in range(1000):
        rows = draw_rows(rng)
        if plant.kind != "normalized" or (rows @ plant.weights > 0).any(axis=0).all():
            return rows
    raise ValueError("a planted neuron is silent on all test rows of 1000 drawings")


def with_test(plants, test, bias):
    """Problems with labels of one's own, and test rows: those given, or the data, to no end."""
    if test is None:
        return plants, [plant.X for plant in plants]
    if not (isinstance(test, tuple | list) and len(test) == 2):
        raise ValueError("test is no pair of rows and labels, which go with pairs (X, y)")
    d = plants[0].X.shape[1]
    rows, labels = (_checks.numbers("test", part) for part in test)
    if rows.ndim == 2 and len(plants) == 1:
        rows, labels = rows[None], labels[None]
    rows = _checks.array("test's rows", rows, (len(plants), "rows", d - bool(bias)))
    labels = _checks.array("test's labels", labels, rows.shape[:2])
    known = [replace(plant, test_labels=own) for plant, own in zip(plants, labels, strict=True)]
    return known, list(with_ones(rows) if bias else rows)
