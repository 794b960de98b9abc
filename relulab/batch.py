"""The certified decision for many problems of one shape at once, in the Python array API.

A problem leaves at the first stage that settles it. Whatever settles it is checked in float64, so that how it
was found does not matter.

1. The planted equations. Where they have no solution, what they lack is a move of the planted neurons that
   changes no label and lowers the cost. A linear neuron can hide in an all-ones block.
2. The shortest dual vector that meets the planted equations. Strictly inside the ball of every other block it
   proves recovery (the isometry condition).
3. Iteration in float32: ADMM, whose dual vectors, projected onto the planted equations, are candidates for
   such a proof, and whose interpolants are candidates for a cheaper one. Blocks off the plant weigh a little
   less than 1, which draws the dual vectors strictly inside their balls.
4. What is still open, and what is out of the ordinary (silent or merging neurons, ties), is left to
   `certify`, which takes problems one by one. So is the exact form, but for stage 2, which proves it as well.

ADMM keeps two copies of the weights, one that interpolates and one that has been shrunk by the norms. With
over-relaxation r the whole state is one array T, of which the share c is kept by shrinking: the shrunk copy
is c T and the multiplier (1 - c) T. An iteration is

    V = (2c - 1) T,   price = G^-1 (A V - y),   T <- (r c + 1 - r) T - r A^T price,

G the blocks' Gram matrix; ``V - A^T price`` interpolates and ``-rho price`` is the dual vector. T is kept as
gradients (see `stacks`), of which `lift` makes weights.
"""

import contextlib
from typing import NamedTuple

import numpy as np
from array_api_compat import array_namespace

from .conditions import EQUATIONS, MARGIN
from .inverses import inverse
from .stacks import TINY, Planted, Stack, length, planted, take, to_numpy
from .verdicts import Finding, cheaper, inside

RHO, RELAXATION, TILT = 80.0, 1.8, 1e-2
STEPS = 400  # Newton's method finishes sooner what takes more
LOOKS = (1, 2, 3, 4, 6, 8, 10, 12, 15)  # steps after which evidence is looked for, and every fifth later
NEAR = 1e-5  # an interpolant that float32 finds cheaper by this is looked at in float64
INTERPOLATES = 1e-12  # what a cheaper interpolant may lack, ||fit - y|| over ||y||, once it is mended
MENDS = 8  # rounds in which it is mended
INDEPENDENT = 1e-12  # smallest over largest eigenvalue of the Gram matrix of the planted outputs
DEVICES = ("cpu", "auto")
BYTES = 1 << 28  # memory for the problems that go together


def where(device):
    """The array namespace and its device that a name stands for, as arguments of `decide_together`."""
    if device == "auto":
        with contextlib.suppress(ImportError):
            import array_api_compat.torch as torch

            if torch.cuda.is_available():
                return {"xp": torch, "device": "cuda"}
    return {"xp": np, "device": None}


def decide_together(plants, patterns, network="skip", form="gated", steps=STEPS, xp=np, device=None):
    """Decide planted problems without noise.

    Parameters
    ----------
    plants : sequence of Plant
        The planted problems.
    patterns : sequence of ndarray of bool, shape (n, p)
        The patterns of each.
    network, form
        As for `decide`.
    steps : int
        Most steps of the iteration.
    xp : module
        The array namespace to compute in: NumPy, or one of array-api-compat.
    device : object, optional
        A device of that namespace.

    Returns
    -------
    list of Finding or None
        For each problem what settles it, or None.

    Examples
    --------
    >>> import numpy as np
    >>> import relulab as rl
    >>> from relulab.batch import decide_together
    >>> problems = [rl.phase.instance(40, 10, trial) for trial in range(3)]
    >>> plants, patterns = zip(*problems)
    >>> [found.evidence for found in decide_together(plants, [np.asarray(S) for S in patterns])]
    ['isometry', 'isometry', 'isometry']
    """
    found, shapes = [None] * len(plants), {}
    steps = min(steps, STEPS) if form == "gated" else 0
    for i, (plant, masks) in enumerate(zip(plants, patterns, strict=True)):
        top = np.abs(plant.X).max() or 1.0
        X = plant.X / top
        if (parts := planted(plant, X, masks, network)) is not None:
            shape = plant.kind, plant.weights.shape, masks.shape
            shapes.setdefault(shape, []).append(Problem(i, top, X, masks, parts, network))
    for (_, (d, _), (n, p)), problems in shapes.items():
        size = 40 * n * (p + 1) + (4 * d * d * (n + 3 * p) if network == "normalized" else 0)
        together = max(1, BYTES // size)
        for start in range(0, len(problems), together):
            _decide(problems[start : start + together], found, steps, xp, device)
    if form == "exact":
        found = [finding if finding and finding.evidence == "isometry" else None for finding in found]
    return found


class Problem(NamedTuple):
    """A problem that waits for its finding: its number, what X was divided by, and what it is made of."""

    place: int
    top: float
    X: np.ndarray
    masks: np.ndarray
    planted: Planted
    network: str

    def recovered(self, evidence, dual, margin, step=0):
        """The finding of a dual vector for X as it was given."""
        return inside(evidence, self.unscaled(dual), margin, step)

    def cheaper(self, W, spent, step):
        """The finding of a cheaper interpolant."""
        W = W / self.top if self.network == "normalized" else W
        return cheaper(float(len(self.planted.home)), W, spent, step)

    def unscaled(self, dual):
        """A dual vector for X as it was given."""
        return dual if self.network == "normalized" else dual / self.top

    def point(self, weights):
        """Weights of the planted neurons among those of all blocks."""
        W = np.zeros((self.masks.shape[1] + (self.network == "skip"), self.X.shape[1]))
        W[self.planted.home] = weights
        return W

    def hiding_place(self):
        """The all-ones block, where a linear neuron has the same output at the same cost; 0 for none."""
        full = self.masks.all(axis=0)
        return full.argmax() + 1 if full.any() and 0 in self.planted.home and self.network == "skip" else 0


def _decide(problems, found, steps, xp, device):
    """Stages 1 and 2; what they leave open and stage 3 can settle goes there."""
    parts = zip(*((p.X, p.masks, p.planted) for p in problems), strict=True)
    stack = Stack(*parts, problems[0].network, xp, device)
    dual = stack.project(stack.B @ (stack.inverse @ stack.g))
    residual, spread = to_numpy(stack.residual(dual)), to_numpy(stack.spread())
    provable = (residual <= EQUATIONS) & (spread > INDEPENDENT)
    for i in np.flatnonzero(~provable):
        hidden = problems[i].hiding_place()
        found[problems[i].place] = _all_ones(problems[i], hidden, None) if hidden else _lacking(problems[i])
    if not provable.any():
        return
    if not provable.all():
        left = np.flatnonzero(provable)
        stack, dual, problems = stack.take(left), take(dual, left), [problems[i] for i in left]
    left, reach = [], to_numpy(stack.roughly(dual))
    for i, problem in enumerate(problems):
        if stack.normalized and reach[i] < 1 + stack.near:
            reach[i] = to_numpy(stack.one(i).reach(dual[i : i + 1, ...]))[0]
        own = to_numpy(dual[i, :, 0])
        if hidden := problem.hiding_place():
            optimal = problem.unscaled(own) if reach[i] <= 1 + EQUATIONS else None
            found[problem.place] = _all_ones(problem, hidden, optimal)
        elif 1 - reach[i] > MARGIN:
            found[problem.place] = problem.recovered("isometry", own, 1 - reach[i])
        elif reach[i] > 1 + EQUATIONS:
            left.append(i)
    if left:
        _iterate(stack.take(left), take(dual, left), [problems[i] for i in left], found, steps)


def _all_ones(problem, hidden, dual):
    W = np.roll(problem.point(problem.planted.weights), hidden, axis=0)
    reason = "in the all-ones block the planted weights give the same output at the same cost"
    return Finding("not-unique", "all-ones", dual, W, 0.0, 0, reason)


def _lacking(problem):
    """Where the planted equations lack a solution: ``r = g - B^T dual`` has ``B r = 0``, g - r is shorter."""
    (k, d), B, g = problem.planted.weights.shape, problem.planted.B, problem.planted.g
    values, vectors = np.linalg.eigh(B.T @ B)
    null = vectors[:, values <= 1e-14 * len(values) * values[-1]]
    lack = null @ (null.T @ g)
    moved = g - 0.5 ** np.arange(12)[:, None] * lack
    spent = np.linalg.norm(moved.reshape(-1, k, d), axis=2).sum(axis=1)
    best = spent.argmin()
    missing = np.linalg.norm(B @ (moved[best] - g))
    if spent[best] >= k * (1 - MARGIN) or missing > INTERPOLATES * np.linalg.norm(B @ g):
        return None
    weights = (problem.planted.to_weights @ moved[best].reshape(k, d, 1))[:, :, 0]
    return problem.cheaper(problem.point(weights), spent[best], 0)


@np.errstate(over="ignore", invalid="ignore")  # in float32 it may run away: then it settles nothing
def _iterate(stack, dual, problems, found, steps):
    """Stage 3."""
    xp, single = array_namespace(stack.X), stack.single()
    solver = inverse(single.gram(), 1e-6)
    threshold = (1 - TILT * single.off) / RHO
    T = single.plant + single.adjoint(xp.astype(dual, xp.float32)) / RHO
    for step in range(1, steps + 1):
        W = single.lift(T)
        kept = xp.clip(1 - threshold / xp.clip(single.lengths(T, W), min=TINY), min=0)[..., None]
        V = (2 * kept - 1) * W
        price = solver @ (single.apply(V) - single.y)
        back = single.adjoint(price)
        look = step in LOOKS or step % 5 == 0
        if look:
            spent = xp.sum(single.lengths((2 * kept - 1) * T - back, V := V - single.lift(back)), axis=1)
        T = (RELAXATION * kept + 1 - RELAXATION) * T - RELAXATION * back
        if not look:
            continue
        settled = _look(stack, single, solver, V, to_numpy(spent), -RHO * price, problems, found, step)
        left = np.flatnonzero(~settled)
        if left.size == 0:
            return
        if settled.any():
            stack, single, problems = stack.take(left), single.take(left), [problems[i] for i in left]
            solver, threshold, T = (take(a, left) for a in (solver, threshold, T))


def _look(stack, single, solver, W, spent, dual, problems, found, step):
    """Look for evidence in an interpolant and a dual vector of each problem; which problems are settled."""
    xp, k = array_namespace(W), stack.k
    settled = np.zeros(len(problems), dtype=bool)
    for i in np.flatnonzero(spent < k * (1 - NEAR)):
        mended, price = _mended(stack.one(i), W[i : i + 1, ...], solver[i : i + 1, ...])
        if price < k * (1 - MARGIN):
            found[problems[i].place], settled[i] = problems[i].cheaper(mended, price, step), True
    dual = stack.project(xp.astype(dual, xp.float64))
    reach = to_numpy(single.roughly(xp.astype(dual, xp.float32)))
    for i in np.flatnonzero((reach < 1 + stack.near) & ~settled):
        own = stack.one(i)
        margin = 1 - to_numpy(own.reach(dual[i : i + 1, ...]))[0]
        if margin > MARGIN and to_numpy(own.residual(dual[i : i + 1, ...]))[0] <= EQUATIONS:
            recovered = problems[i].recovered("dual", to_numpy(dual[i, :, 0]), margin, step)
            found[problems[i].place], settled[i] = recovered, True
    return settled


def _mended(stack, W, solver):
    """One problem's interpolant made exact, and its cost with the price of its rounding."""
    xp = array_namespace(W)
    W, solver = xp.astype(W, xp.float64), xp.astype(solver, xp.float64)
    for _ in range(MENDS):
        error = stack.apply(W) - stack.y
        repair = stack.lift(stack.adjoint(solver @ error))
        interpolant, W = W, W - repair
        missing = to_numpy(length(error) / length(stack.y))[0]
        if missing <= INTERPOLATES:
            price = stack.cost(interpolant) + stack.cost(repair)
            return to_numpy(interpolant[0, ...]), float(to_numpy(price)[0])
    return None, np.inf
