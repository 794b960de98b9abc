"""ADMM for the exact form: problems of one shape together, in the Python array API.

It keeps two copies of the weights: one satisfies the linear equations (it interpolates the labels), the other
has been shrunk by the norms and lies in the cones. Its scaled multipliers give a dual vector, its first copy
an interpolant. Both are read every few steps. The first steps are in float32. So neither decides anything by
itself: an interpolant is mended, and a dual vector measured, in NumPy and float64.

Weights W (b, 2, p, d), the positive and the negative neuron of every block, are kept in X-coordinates. Block
coordinates are ``to_block W``, and the cone values of block j are ``+-X W_j``, non-negative.
"""

from typing import NamedTuple

import numpy as np
from array_api_compat import array_namespace

from .conditions import MARGIN
from .stacks import root, take, to_numpy
from .verdicts import cheaper, inside, undecided

RHO, RELAXATION = 80.0, 1.8
CONE_RATIO = 60.0  # penalty of the cone values over that of the weights
GIVEN_UP = "neither a certificate nor a cheaper interpolant in {} steps"
SINGLE = 250  # steps in float32
ALMOST = 1e-3  # how wrong these may be about a reach
SHORT = 1e-30  # a length that float32 can divide by
OFTEN = 5  # steps after which the evidence is looked at, and each of the first ones

# Blocks off the plant weigh 1 - tilt: the search then heads for duals strictly inside the ball. A tilt hides
# problems whose true margin is smaller, so it falls in steps.
TILTS = (1e-2, 1e-3, 1e-4, 1e-5)
TILT_STEPS = (250, 750, 2000)

# The second copy and its multipliers: weights of blocks, of the skip block, and both for the cone values,
# which are the positive part of T and the negative one.
STARTED = ("Z", "U", "Z0", "U0", "T")


class Maps(NamedTuple):
    """What leads from weights to labels, cone values and block coordinates, and back.

    X (b, n, d), the diagonals of the D_j (b, p, n) and of the 2 D_j - I (b, 1, p, n), ``inverse``
    (b, 1 or p, d, d) of what ADMM's equations put on a block, ``to_block`` (b, p, d, d), None for plain and
    skip networks, where it is the identity and one inverse serves all blocks.
    """

    X: object
    rows: object
    signs: object
    inverse: object
    to_block: object

    def outputs(self, W):
        """The labels that weights give, (b, n, 1): the difference of the two sides on every block's rows."""
        xp = array_namespace(W)
        values = (W[:, 0, ...] - W[:, 1, ...]) @ xp.matrix_transpose(self.X)
        return xp.sum(values * self.rows, axis=1)[..., None]

    def adjoint(self, labels):
        """``X^T D_j labels`` on the two sides of every block: (b, n, 1) -> (b, 2, p, d)."""
        moved = self.rows @ (labels * self.X)
        return array_namespace(moved).stack([moved, -moved], axis=1)

    def cone_values(self, W):
        """``(2 D_j - I) X W_j``: (b, 2, p, n)."""
        return self.signs * (W @ array_namespace(W).matrix_transpose(self.X)[:, None, ...])

    def from_cone_values(self, values):
        """The adjoint of `cone_values`."""
        return (self.signs * values) @ self.X[:, None, ...]

    def invert(self, W):
        return _on_blocks(self.inverse, W)

    def block(self, W):
        return W if self.to_block is None else _on_blocks(self.to_block, W)

    def from_block(self, A):
        if self.to_block is None:
            return A
        return _on_blocks(array_namespace(A).matrix_transpose(self.to_block), A)


class Waiting(NamedTuple):
    """A problem to search: what mends its interpolants, its planted equations, whether these can be met."""

    split: object
    equations: object
    provable: bool


@np.errstate(over="ignore", invalid="ignore")  # in float32 it may run away: then float64 starts again
def search(waiting, iterations, xp=np, device=None):
    """Iterate until either kind of evidence turns up.

    Parameters
    ----------
    waiting : list of Waiting
        Problems of one shape.
    iterations : int
        Most steps.
    xp, device
        The array namespace, and its device, to iterate in.

    Returns
    -------
    list of Finding
        For each problem what settles it, or "undecided".
    """
    found = [undecided(iterations, GIVEN_UP.format(iterations))] * len(waiting)
    places = np.arange(len(waiting))
    state = State(waiting, xp, device, "float32")
    for step in range(1, iterations + 1):
        if step == SINGLE + 1:
            state = state.precise()
        state.step(1 - TILTS[np.searchsorted(TILT_STEPS, step)])
        if step % OFTEN and step > OFTEN:
            continue
        findings = list(_evidence(state, step))
        settled = np.array([finding is not None for finding in findings])
        for place, finding in zip(places[settled], filter(None, findings), strict=True):
            found[place] = finding
        if settled.all():
            break
        if settled.any():
            places, state = places[~settled], state.take(np.flatnonzero(~settled))
    return found


def _evidence(state, step):
    """For each problem the finding that a step gives, or None."""
    costs, duals = to_numpy(state.costs()), to_numpy(state.dual)[:, :, 0].astype(np.float64)
    for one, dual in zip(state.waiting, duals, strict=True):
        if one.provable and np.isfinite(dual).all():
            dual[:] = one.equations.project(dual)
    reaches = to_numpy(state.reach(duals))
    for i, (one, spent) in enumerate(zip(state.waiting, costs, strict=True)):
        finding, price = None, one.split.problem.cost
        if not np.isfinite(spent) and step > SINGLE:
            finding = undecided(step, f"a number that is not finite appeared in step {step}")
        elif spent < price * (1 - MARGIN):
            W, mended = one.split.mend(*(to_numpy(W[i, ...]).astype(np.float64) for W in (state.W, state.W0)))
            finding = cheaper(price, W, mended, step) if mended < price * (1 - MARGIN) else None
        if finding is None and one.provable and reaches[i] < 1 + ALMOST:
            reach = one.split.reach(duals[i], to_numpy(state.T[i, ...]).astype(np.float64))
            finding = inside("dual", duals[i], 1 - reach, step) if 1 - reach > MARGIN else None
        yield finding


class State:
    """Where the iteration is.

    Attributes
    ----------
    W, W0 : array, shapes (b, 2, p, d) and (b, s, d)
        Weights that interpolate.
    dual : array, shape (b, n, 1)
        The dual vectors.
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
        for name, start in zip(("planted", "home", *STARTED), map(put, starts), strict=True):
            setattr(self, name, start)

    def take(self, which):
        """Some of the problems."""
        other = object.__new__(State)
        for name, value in vars(self).items():
            if isinstance(value, Maps):
                value = Maps(*(None if array is None else take(array, which) for array in value))
            elif value is not None and name != "skip":
                value = take(value, which)
            setattr(other, name, value)
        return other

    def precise(self):
        """The same in float64; a problem whose float32 ran away starts again."""
        xp = array_namespace(self.y)
        other = State(self.waiting, xp, self.y.device, "float64")
        sound = xp.all(xp.isfinite(self.T), axis=(1, 2, 3))
        for name in STARTED:
            cast, fresh = xp.astype(getattr(self, name), xp.float64), getattr(other, name)
            setattr(other, name, xp.where(xp.reshape(sound, (-1,) + (1,) * (cast.ndim - 1)), cast, fresh))
        return other

    def step(self, weight):
        """One iteration, with this weight on the norms of the blocks off the plant."""
        maps, r, xp = self.maps, RELAXATION, array_namespace(self.y)
        pull = maps.from_block(self.Z - self.U) + CONE_RATIO * maps.from_cone_values(xp.abs(self.T))
        H, W0 = maps.invert(pull), self.Z0 - self.U0
        X = maps.X
        lack = maps.outputs(H) + xp.sum(X @ xp.matrix_transpose(W0), axis=2, keepdims=True) - self.y
        price = self.gram @ lack
        self.W0 = W0 - xp.matrix_transpose(xp.matrix_transpose(X) @ price) if self.skip else W0
        self.W = H - maps.invert(maps.adjoint(price))
        self.A, self.dual = maps.block(self.W), -RHO * price

        T = xp.where(self.T > 0, (1 - r) * self.T, self.T)
        self.T = r * maps.cone_values(self.W) + T
        self.Z, self.U = _shrunk(r * self.A + (1 - r) * self.Z + self.U, self.planted, weight)
        self.Z0, self.U0 = _shrunk(r * self.W0 + (1 - r) * self.Z0 + self.U0, self.home, weight)

    def costs(self):
        """What the interpolants cost, their place in the cones aside: (b,)."""
        xp = array_namespace(self.y)
        return xp.sum(_norms(self.A), axis=(1, 2)) + xp.sum(_norms(self.W0), axis=1)

    def reach(self, duals):
        """How far dual vectors (b, n) reach on the blocks and cones off the plant, about: (b,)."""
        xp = array_namespace(self.y)
        duals = xp.asarray(duals[:, :, None], dtype=self.y.dtype, device=self.y.device)
        lifted, _ = bounds(self.maps, self.factors, duals, self.T)
        reached = xp.max((1 - self.planted) * lifted, axis=(1, 2))
        if not self.skip:
            return reached
        own = _norms(xp.matrix_transpose(xp.matrix_transpose(self.maps.X) @ duals))
        return xp.maximum(reached, xp.max((1 - self.home) * own, axis=1))


def bounds(maps, factors, duals, T):
    """How far dual vectors (b, n, 1) reach on every cone, by the multipliers in T and without: (b, 2, p).

    Any multipliers give an upper bound, but where a normalized block has a null space: there they must add
    nothing to it.
    """
    xp = array_namespace(duals)
    gradient = maps.adjoint(duals)
    lifted = gradient - RHO * CONE_RATIO * maps.from_cone_values(xp.clip(T, max=0))
    if factors is not None:
        way = xp.matrix_transpose(factors)
        gradient, lifted = _on_blocks(way, gradient), _on_blocks(way, lifted)
    without = _norms(gradient)
    return xp.minimum(without, _norms(lifted)), without


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
    T = np.maximum(split.maps.cone_values(problem.weights[None, :, skip:])[0], 0)
    return *split.places, problem.parts[:, skip:], U, problem.plant[:skip], gradient[:skip], T


def _on_blocks(matrices, W):
    """``matrices_j W_j`` on both sides: (b, 1 or p, d, d) and (b, 2, p, d)."""
    xp = array_namespace(W)
    if matrices.shape[1] == 1:
        return W @ xp.matrix_transpose(matrices)
    both = matrices @ xp.stack([W[:, 0, ...], W[:, 1, ...]], axis=-1)
    return xp.stack([both[..., 0], both[..., 1]], axis=1)  # in one stretch, which products need


def _norms(W):
    return root(array_namespace(W).vecdot(W, W))


def _shrunk(W, planted, weight):
    """The proximal step of the norms, those off the plant with a weight, and what it takes away."""
    xp = array_namespace(W)
    share = xp.clip(1 - (planted + weight * (1 - planted)) / RHO / xp.clip(_norms(W), min=SHORT), min=0)
    kept = W * share[..., None]
    return kept, W - kept
