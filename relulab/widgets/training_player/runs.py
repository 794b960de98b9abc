"""Training runs in the plane, recorded frame by frame for the training player."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ... import _checks
from ...data.ensembles import draw
from ...data.planted import plant as make_plant
from ...patterns.enumeration import enumerate_patterns
from ...programs.solving import solve

if TYPE_CHECKING:
    import xarray as xr

    from ...data.planted import Plant

NETWORKS = ("plain", "skip")


def record(
    plant: Plant,
    network: str = "plain",
    width: int = 16,
    beta: float = 0.02,
    lr: float = 0.2,
    steps: int = 4000,
    frames: int = 80,
    scale: float = 0.5,
    rng: np.random.Generator | int = 0,
) -> xr.Dataset:
    """Train a network on rows in the plane, gradient descent with weight decay, and keep it frame by frame.

    The objective is ``1/2 ||f(X) - y||^2 + (beta/2) R`` with R the sum of all squared weights (arXiv
    2209.15265), the descent full batch with a fixed step: what the training player does in the page.

    Parameters
    ----------
    plant : Plant
        The planted problem, with d = 2.
    network : {"plain", "skip"}
        The network.
    width : int
        Number of ReLU neurons.
    beta, lr : float
        Weight decay and step size.
    steps, frames : int
        Number of steps, and of frames kept: closer together at the start.
    scale : float
        Size of the initial weights; the layers start balanced, ``|second_i| = ||first_i||``.
    rng : numpy.random.Generator or int
        Of the initial weights and of the fresh rows on which the test distance is measured.

    Returns
    -------
    xarray.Dataset
        ``first`` (frame, neuron, 2) and ``second`` (frame, neuron), the skip pair last where there is one;
        ``loss`` (1/2 of the squared residual), ``objective``, ``test_distance`` (frame); ``X``, ``y``,
        ``planted`` (k, 2) with the output weights' signs; ``step`` as a coordinate; the convex program's
        ``optimum`` (exact form, every pattern; not without weight decay), ``beta``, ``lr`` and ``network`` as
        attributes.

    Raises
    ------
    ValueError
        For rows that are not in the plane, an unknown network, sizes out of range, a run that diverges.

    Examples
    --------
    >>> import relulab as rl
    >>> from relulab.widgets import record
    >>> X = rl.draw("gaussian", 20, 2, rng=0)
    >>> run = record(rl.plant(X, kind="relu", rng=1), width=8, steps=400, frames=10)
    >>> bool(run.objective[-1] < run.objective[0]), bool(run.objective[-1] >= run.optimum)
    (True, True)
    """
    import xarray as xr

    X, y = plant.X, plant.y
    if X.shape[1] != 2:
        raise ValueError(f"plant has rows in dimension {X.shape[1]}; a recorded run lies in the plane, d = 2")
    _checks.choice("network", network, NETWORKS)
    width, steps = _checks.count("width", width, 1, 200), _checks.count("steps", steps, 1, 1_000_000)
    frames = _checks.count("frames", frames, 2, 400)
    for name, value in (("beta", beta), ("lr", lr), ("scale", scale)):
        _checks.nonnegative(name, value)
    rng = _checks.generator(rng)
    first, second = initial(width + (network == "skip"), scale, rng)
    fresh = draw("gaussian", len(X), 2, rng)
    linear = np.arange(len(second)) == (width if network == "skip" else -1)
    answers = _output(fresh, plant.weights.T, plant.signs, plant.kind == "linear")
    kept = moments(steps, frames)
    history = []
    with np.errstate(over="ignore", invalid="ignore"):  # a run that diverges is told below
        for step in range(steps + 1):
            if step in kept:
                residual = _output(X, first, second, linear) - y
                loss = 0.5 * residual @ residual
                decay = 0.5 * beta * ((first**2).sum() + second @ second)
                distance = np.linalg.norm(_output(fresh, first, second, linear) - answers)
                history.append((step, first, second, loss, loss + decay, distance))
            slopes = gradient(X, y, first, second, linear, beta)
            first, second = first - lr * slopes[0], second - lr * slopes[1]
    if not np.isfinite(history[-1][4]):
        raise ValueError(f"lr={lr} is too large: the run diverges")
    step, *columns = (np.array(column) for column in zip(*history, strict=True))
    attrs = {"beta": beta, "lr": lr, "network": network, "kind": plant.kind}
    if beta > 0:
        patterns = enumerate_patterns(X)
        attrs["optimum"] = solve(X, y, patterns, network=network, form="exact", beta=beta).value
    dims = (("frame", "neuron", "axis"), ("frame", "neuron"), *[("frame",)] * 3)
    names = ("first", "second", "loss", "objective", "test_distance")
    return xr.Dataset(
        {name: (dim, column) for name, dim, column in zip(names, dims, columns, strict=True)}
        | {"X": (("sample", "axis"), X), "y": ("sample", y)}
        | {"planted": (("hidden", "axis"), plant.weights.T), "signs": ("hidden", plant.signs)},
        coords={"step": ("frame", step)},
        attrs=attrs,
    )


def initial(width, scale, rng):
    """Gaussian first weights, second weights of the same length and random sign."""
    first = scale * rng.standard_normal((width, 2))
    return first, np.linalg.norm(first, axis=1) * rng.choice([-1.0, 1.0], width)


def moments(steps, frames):
    """The steps that are kept, about as many as `frames`: the gaps grow from the first step to the last."""
    return set(np.round(steps * np.linspace(0, 1, frames) ** 2.5).astype(int).tolist())


def gradient(X, y, first, second, linear, beta):
    """The gradient of the objective in both layers; `linear` marks neurons without a ReLU."""
    heights = X @ first.T
    active = (heights >= 0) | linear
    residual = (heights * active) @ second - y
    slopes = residual[:, None] * active
    return second[:, None] * (slopes.T @ X) + beta * first, (slopes * heights).sum(axis=0) + beta * second


def _output(X, first, second, linear):
    heights = X @ first.T
    return (heights * ((heights >= 0) | linear)) @ second


def example_runs():
    """Three short runs: one hidden neuron, two opposite ones, a linear one found by the skip connection.

    Returns
    -------
    dict of str to xarray.Dataset
        As `record` makes them.

    Examples
    --------
    >>> from relulab.widgets.training_player.runs import example_runs
    >>> list(example_runs())
    ['one ReLU neuron', 'two opposite ReLU neurons', 'a linear neuron, skip network']
    """
    X = draw("gaussian", 40, 2, rng=3)
    one = make_plant(X, kind="relu", rng=1)
    two = make_plant(X, kind="relu", k=2, direction="opposite", rng=5)
    linear = make_plant(X, kind="linear", rng=2)
    return {
        "one ReLU neuron": record(one, rng=1),
        "two opposite ReLU neurons": record(two, rng=2),
        "a linear neuron, skip network": record(linear, network="skip", rng=3),
    }
