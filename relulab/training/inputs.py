"""What `train` is given, checked: problems, initial weights, test rows, schedule, device."""

import hashlib

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


def problems(plants):
    plants = [plants] if isinstance(plants, Plant) else _listed("plants", plants)
    if not plants:
        raise ValueError("plants is empty; give at least one problem")
    for i, plant in enumerate(plants):
        if not isinstance(plant, Plant):
            raise ValueError(f"plants[{i}] is no Plant; make it with plant(X, ...)")
        if plant.X.shape != plants[0].X.shape or plant.y.shape != plant.X.shape[:1]:
            shapes = f"X {plant.X.shape} and y {plant.y.shape}"
            raise ValueError(f"plants[{i}] has {shapes}; a batch has one shape, here X {plants[0].X.shape}")
        if not (np.isfinite(plant.X).all() and np.isfinite(plant.y).all()):
            raise ValueError(f"plants[{i}] holds NaN or infinite values")
    return plants


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
