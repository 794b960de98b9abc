"""ADMM for the exact form: problems of one shape together, in the Python array API.

Its scaled multipliers give a dual vector, the first of its two copies of the weights an interpolant
(`iteration`). Both are read now and then. Most steps are in float32. So neither decides anything by itself:
an interpolant is mended, and a dual vector measured, in NumPy and float64.
"""

from typing import NamedTuple

import numpy as np
from array_api_compat import array_namespace

from ..blocks.conditions import MARGIN
from ..solvers.arrays import take, to_numpy
from ..solvers.iteration import Maps, Shrunk, iterate, norms, on_blocks
from .verdicts import cheaper, inside, undecided

RHO = 160.0  # penalty of the weights
CONE_RATIO = 2.0  # penalty of the rows of cones over that of the weights
GIVEN_UP = "neither a certificate nor a cheaper interpolant in {} steps"
SINGLE = 2000  # steps in float32
ALMOST = 1e-3  # how wrong these may be about a reach
ROUGHLY = 1e-5  # and about a cost, relative
LOOKS = ((3, 1), (60, 5), (250, 10), (np.inf, 25))  # up to a step, after how many steps evidence is looked at
RUN_AWAY = "run away"

# Blocks off the plant weigh 1 - tilt: the search then heads for duals strictly inside the ball. A tilt hides
# problems whose true margin is smaller, so it falls in steps.
TILTS = (1e-2, 1e-3, 1e-4, 1e-5)
TILT_STEPS = (250, 750, 2000)


class Waiting(NamedTuple):
    """A problem to search: what mends its interpolants, its planted equations, whether these can be met."""

    split: object
    equations: object
    provable: bool


@np.errstate(over="ignore", invalid="ignore")  # it may run away in float32
def search(waiting, iterations, xp=np, device=None, dtype="float32"):
    """Iterate until either kind of evidence turns up.

    Parameters
    ----------
    waiting : list of Waiting
        Problems of one shape.
    iterations : int
        Most steps.
    xp, device
        The array namespace, and its device, to iterate in.
    dtype : {"float32", "float64"}
        The precision to begin in. What runs away in float32 starts again in float64.

    Returns
    -------
    list of Finding
        For each problem what settles it, or "undecided".
    """
    found = [undecided(iterations, GIVEN_UP.format(iterations))] * len(waiting)
    places = np.arange(len(waiting))
    state = State(waiting, xp, device, dtype)
    for step in range(1, iterations + 1):
        if step == SINGLE + 1 and dtype == "float32":
            state = state.precise()
        state.step(1 - TILTS[np.searchsorted(TILT_STEPS, step)])
        if step % next(often for until, often in LOOKS if step <= until):
            continue
        findings = list(_evidence(state, step))
        settled = np.array([finding is not None for finding in findings])
        for place, finding in zip(places[settled], filter(None, findings), strict=True):
            found[place] = finding
        if settled.all():
            break
        if settled.any():
            places, state = places[~settled], state.take(np.flatnonzero(~settled))
    if len(again := [i for i, finding in enumerate(found) if finding is RUN_AWAY]):
        anew = search([waiting[i] for i in again], iterations, xp, device, "float64")
        for i, finding in zip(again, anew, strict=True):
            found[i] = finding
    return found


def _evidence(state, step):
    """For each problem the finding that a step gives, or None; `RUN_AWAY` in float32."""
    costs, duals = to_numpy(state.costs()), to_numpy(state.dual)[:, :, 0].astype(np.float64)
    for one, dual in zip(state.waiting, duals, strict=True):
        if one.provable and np.isfinite(dual).all():
            dual[:] = one.equations.project(dual)
    reaches = to_numpy(state.reach(duals))
    for i, (one, spent) in enumerate(zip(state.waiting, costs, strict=True)):
        finding, price = None, one.split.problem.cost
        if not np.isfinite(spent):
            why = f"a number that is not finite appeared in step {step}"
            finding = RUN_AWAY if costs.dtype == np.float32 else undecided(step, why)
        elif spent < price * (1 - MARGIN):
            finding = _mended(
                one.split, *(to_numpy(W[i, ...]).astype(np.float64) for W in state.first[:2]), step
            )
        if finding is None and one.provable and reaches[i] < 1 + ALMOST:
            reach = one.split.reach(duals[i], to_numpy(state.second.T[i, ...]).astype(np.float64))
            finding = inside("dual", duals[i], 1 - reach, step) if 1 - reach > MARGIN else None
            if finding is not None:
                outward = to_numpy(state.maps.outward(state.second.T)[i, ...]).astype(np.float64)
                finding = finding._replace(multipliers=RHO * CONE_RATIO * np.abs(outward))
        yield finding


def _mended(split, W, W0, step):
    """The finding that an interpolant is cheaper, once it is mended; first it is looked at without that."""
    price = split.problem.cost
    if split.into_cones(W, W0)[1] > price * (1 + ROUGHLY):
        return None
    W, spent = split.mend(W, W0)
    return cheaper(price, W, spent, step) if spent < price * (1 - MARGIN) else None


class State:
    """Where the iteration is.

    Attributes
    ----------
    first : Interpolant
        After a step, weights that interpolate.
    second : Shrunk
        The other copy.
    dual : array, shape (b, n, 1)
        After a step, the dual vectors.
    """

    def __init__(self, waiting, xp, device, dtype):
        splits = [one.split for one in waiting]

        def put(arrays):
            if arrays[0] is None:
                return None
            return xp.asarray(np.stack(arrays).astype(dtype, order="C"), device=device)

        self.waiting, self.skip = waiting, splits[0].blocks.skip
        columns = zip(*(split.maps for split in splits), strict=True)
        self.maps = Maps(*(put([None if a is None else a[0] for a in column]) for column in columns))
        self.factors = put([s.factors for s in splits])
        self.y = put([s.y[:, None] for s in splits])
        self.gram = put([s.solve(np.eye(len(s.y))) for s in splits])
        starts = zip(*(_start(one.split, one.equations) for one in waiting), strict=True)
        self.planted, self.home, *second = map(put, starts)
        self.second = Shrunk(*second)

    def take(self, which):
        """Some of the problems."""
        other = object.__new__(State)
        for name, value in vars(self).items():
            if isinstance(value, tuple):
                value = type(value)(*(None if array is None else take(array, which) for array in value))
            elif value is not None and name != "skip":
                value = take(value, which)
            setattr(other, name, value)
        return other

    def precise(self):
        """The same in float64."""
        xp = array_namespace(self.y)
        other = State(self.waiting, xp, self.y.device, "float64")
        other.second = Shrunk(*(xp.astype(array, xp.float64) for array in self.second))
        return other

    def step(self, weight):
        """One iteration, with this weight on the norms of the blocks off the plant."""
        thresholds = [(at + weight * (1 - at)) / RHO for at in (self.planted, self.home)]
        self.first, self.second = iterate(self.maps, self.gram, self.y, self.second, CONE_RATIO, thresholds)
        self.dual = -RHO * self.first.price

    def costs(self):
        """What the interpolants cost, their place in the cones aside: (b,)."""
        xp = array_namespace(self.y)
        return xp.sum(norms(self.first.A), axis=(1, 2)) + xp.sum(norms(self.first.W0), axis=1)

    def reach(self, duals):
        """How far dual vectors (b, n) reach on the blocks and cones off the plant, about: (b,)."""
        xp = array_namespace(self.y)
        duals = xp.asarray(duals[:, :, None], dtype=self.y.dtype, device=self.y.device)
        lifted, _ = bounds(self.maps, self.factors, duals, self.second.T)
        reached = xp.max((1 - self.planted) * lifted, axis=(1, 2))
        if not self.skip:
            return reached
        own = norms(xp.matrix_transpose(xp.matrix_transpose(self.maps.X) @ duals))
        return xp.maximum(reached, xp.max((1 - self.home) * own, axis=1))


def bounds(maps, factors, duals, T):
    """How far dual vectors (b, n, 1) reach on every cone, by the multipliers in T and without: (b, 2, p).

    Any multipliers give an upper bound, but where a normalized block has a null space: there they must add
    nothing to it.
    """
    xp = array_namespace(duals)
    gradient = maps.adjoint(duals)
    lifted = gradient - RHO * CONE_RATIO * maps.from_values(maps.outward(T))
    if factors is not None:
        way = xp.matrix_transpose(factors)
        gradient, lifted = on_blocks(way, gradient), on_blocks(way, lifted)
    without = norms(gradient)
    return xp.minimum(without, norms(lifted)), without


def planted_places(problem):
    """1 where a neuron is planted, 0 elsewhere: on the sides of the cones (2, p), in the skip block (s,)."""
    skip = problem.blocks.skip
    planted, home = np.zeros((2, problem.blocks.size - skip)), np.zeros(skip)
    relu = problem.index >= skip
    planted[problem.sides[relu], problem.index[relu] - skip] = 1
    home[problem.index[~relu]] = 1
    return planted, home


def _start(split, equations):
    """Where a problem starts: at its plant, with the multipliers of its shortest dual vector."""
    problem, skip = split.problem, split.blocks.skip
    gradient = split.blocks.adjoint(equations.dual) / RHO
    U = np.stack([gradient[skip:], -gradient[skip:]])
    T = split.maps.values(problem.weights[None, :, skip:])
    T = (T - split.maps.outward(T))[0]
    return *split.places, problem.parts[:, skip:], U, problem.plant[:skip], gradient[:skip], T
