"""The certified decision for many problems of one shape at once, in the Python array API.

A problem goes through four stages and leaves at the first that settles it. Whatever settles it is checked in
float64, so that how it was found does not matter:

1. The all-ones block: a linear neuron has the same output at the same cost in it.
2. The shortest dual vector that meets the planted equations. Strictly inside the ball of every other block it
   proves recovery (the isometry condition).
3. Iteration in float32: ADMM, whose dual vectors, projected onto the planted equations, are candidates for
   such a proof, and whose interpolants are candidates for a cheaper one. Blocks off the plant weigh a little
   less than 1, which draws the dual vectors strictly inside their balls.
4. What is still open, and what is out of the ordinary (silent or merging neurons, planted equations without a
   solution, ties), is left to `certify`, which takes problems one by one.

ADMM keeps two copies of the weights, one that interpolates and one that has been shrunk by the norms. With
over-relaxation r the whole state is one array: T, of which the share c is kept by shrinking, so that the
shrunk copy is c T and the multiplier (1 - c) T. An iteration is

    V = (2c - 1) T,   price = G^-1 (A V - y),   T <- (r c + 1 - r) T - r A^T price,

G the blocks' Gram matrix; ``V - A^T price`` interpolates and ``-rho price`` is the dual vector.
"""

import contextlib

import numpy as np
from array_api_compat import array_namespace, is_torch_array

from .conditions import EQUATIONS, MARGIN
from .verdicts import Finding, cheaper, inside

RHO, RELAXATION, TILT = 10.0, 1.7, 1e-2
STEPS = 150  # Newton's method finishes sooner what takes more
LOOKS = (1, 2, 3, 4, 6, 8, 10, 12, 15)  # steps after which evidence is looked for, and every fifth later
NEAR = 1e-5  # what float32 may be wrong by; a closer look takes float64
INTERPOLATES = 1e-13  # what a cheaper interpolant may lack, ||fit - y|| over ||y||, once it is mended
INDEPENDENT = 1e-12  # smallest over largest eigenvalue of the Gram matrix of the planted outputs
TINY = 1e-30
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
    found = [None] * len(plants)
    if form != "gated" or network == "normalized":
        return found
    shapes = {}
    for i, (plant, masks) in enumerate(zip(plants, patterns, strict=True)):
        if (planted := _planted(plant, masks, network)) is not None:
            shape = plant.kind, plant.weights.shape, masks.shape
            shapes.setdefault(shape, []).append((i, plant, masks, *planted))
    for (_, _, (n, p)), problems in shapes.items():
        together = max(1, BYTES // (40 * n * (p + 1)))
        for start in range(0, len(problems), together):
            places, *parts = zip(*problems[start : start + together], strict=True)
            settled = _decide(*parts, network, min(steps, STEPS), xp, device)
            for i, finding in zip(places, settled, strict=True):
                found[i] = finding
    return found


def _planted(plant, masks, network):
    """The planted blocks' numbers and what the dual vector must show on them; None out of the ordinary."""
    skip = int(network == "skip")
    outputs = plant.X @ plant.weights
    if plant.kind == "linear":
        return (np.zeros(1, dtype=int), plant.weights.T) if outputs.any() else None
    wanted = (outputs >= 0).T
    matches = (masks.T[None] == wanted[:, None]).all(axis=2)
    heard = (outputs > 0).any(axis=0).all()
    home = matches.argmax(axis=1) + skip
    if not heard or not matches.any(axis=1).all() or len(set(home)) < len(home):
        return None
    return home, plant.signs[:, None] * plant.weights.T


def _decide(plants, patterns, homes, targets, network, steps, xp, device):
    """Stages 2 and 3 for problems of one shape."""
    stack = Stack(plants, patterns, homes, targets, network, xp, device)
    found = [None] * len(plants)
    _shortest(stack, steps, found)
    return found


def _shortest(stack, steps, found):
    """Stage 2; what it leaves open and stage 3 can settle goes there."""
    dual = stack.project(stack.B @ (stack.inverse @ stack.g))
    gradients = adjoint(stack.X, stack.masks, dual)
    reach, residual, spread = (
        to_numpy(a) for a in (stack.off_plant(gradients), stack.residual(dual), stack.spread())
    )
    provable = (residual <= EQUATIONS) & (spread > INDEPENDENT)
    hiding = stack.second > 0
    for i in np.flatnonzero(hiding):
        optimal = provable[i] and reach[i] <= 1 + EQUATIONS
        found[i] = _all_ones(stack, i, stack.unscaled(dual, i) if optimal else None)
    for i in np.flatnonzero(provable & (1 - reach > MARGIN)):
        found[i] = inside("isometry", stack.unscaled(dual, i), 1 - reach[i])
    left = np.flatnonzero(provable & ~hiding & (reach > 1 + EQUATIONS))
    if left.size:
        _iterate(stack.take(left), take(gradients, left), steps, found)


def _all_ones(stack, i, dual):
    W = to_numpy(stack.plant[i, ...])
    W = np.roll(W, stack.second[i], axis=0)
    reason = "in the all-ones block the planted weights give the same output at the same cost"
    return Finding("not-unique", "all-ones", dual, W, 0.0, 0, reason)


def _iterate(stack, gradients, steps, found):
    """Stage 3."""
    xp = array_namespace(stack.X)
    single = stack.single()
    gram = (single.X @ xp.matrix_transpose(single.X)) * (xp.matrix_transpose(single.masks) @ single.masks)
    solver = inverse(gram, 1e-6)
    threshold = (single.planted + (1 - TILT) * (1 - single.planted)) / RHO
    T = single.plant + xp.astype(gradients, xp.float32) / RHO
    for step in range(1, steps + 1):
        kept = xp.clip(1 - threshold / xp.clip(norms(T), min=TINY), min=0)
        V = (2 * kept - 1) * T
        price = solver @ (apply(single.X, single.masks, V) - single.y)
        back = adjoint(single.X, single.masks, price)
        T = (RELAXATION * kept + 1 - RELAXATION) * T - RELAXATION * back
        if step not in LOOKS and step % 5:
            continue
        settled = _look(stack, single, solver, V - back, -RHO * price, step, found)
        left = np.flatnonzero(~settled)
        if left.size == 0:
            return
        if settled.any():
            stack, single = stack.take(left), single.take(left)
            solver, threshold, T = (take(a, left) for a in (solver, threshold, T))


def _look(stack, single, solver, W, dual, step, found):
    """Look for evidence in an interpolant and a dual vector of each problem; which problems are settled."""
    xp = array_namespace(W)
    settled = np.zeros(len(stack.places), dtype=bool)
    spent = to_numpy(xp.sum(norms(W), axis=(1, 2)))
    for i in np.flatnonzero(spent < stack.k * (1 - NEAR)):
        W_i, spent_i = _mended(stack.take([i]), take(W, [i]), take(solver, [i]))
        if spent_i < stack.k * (1 - MARGIN):
            found[stack.places[i]], settled[i] = cheaper(stack.k, W_i, spent_i, step), True
    dual = stack.project(xp.astype(dual, xp.float64))
    reach = to_numpy(single.reach(xp.astype(dual, xp.float32)))
    for i in np.flatnonzero((reach < 1 + NEAR) & ~settled):
        own, dual_i = stack.take([i]), take(dual, [i])
        margin = 1 - to_numpy(own.reach(dual_i))[0]
        if margin > MARGIN and to_numpy(own.residual(dual_i))[0] <= EQUATIONS:
            found[stack.places[i]], settled[i] = inside("dual", own.unscaled(dual_i, 0), margin, step), True
    return settled


def _mended(stack, W, solver):
    """One problem's interpolant made exact, and its cost with the price of its rounding."""
    xp = array_namespace(W)
    W, solver = xp.astype(W, xp.float64), xp.astype(solver, xp.float64)
    for _ in range(4):
        error = apply(stack.X, stack.masks, W) - stack.y
        repair = adjoint(stack.X, stack.masks, solver @ error)
        interpolant, W = W, W - repair
    if to_numpy(length(error) / length(stack.y))[0] > INTERPOLATES:
        return None, np.inf
    return to_numpy(interpolant[0, ...]), float(xp.sum(norms(interpolant)) + xp.sum(norms(repair)))


ARRAYS = ("X", "masks", "planted", "plant", "B", "g", "inverse", "y")


class Stack:
    """Problems of one shape, scaled to largest entry 1: arrays with a leading axis.

    Attributes
    ----------
    X : array, shape (b, n, d)
    masks : array, shape (b, p + s, n)
        The diagonals of the D_j, a block a row.
    planted : array, shape (b, p + s, 1)
        1 at the planted blocks, 0 elsewhere.
    plant : array, shape (b, p + s, d)
        The planted point, of cost k.
    B : array, shape (b, n, k d)
        The planted blocks side by side.
    g : array, shape (b, k d, 1)
        What the dual vector must show on them: ``B^T dual = g``.
    inverse : array, shape (b, k d, k d)
        Of ``B^T B``.
    y : array, shape (b, n, 1)
        The labels.
    scale : ndarray, shape (b,)
        What X was divided by.
    k : int
        Planted neurons.
    places : ndarray, shape (b,)
        Which problems these are.
    second : ndarray, shape (b,)
        The all-ones block where a linear neuron can hide; 0 where there is none.
    """

    def __init__(self, plants, patterns, homes, targets, network, xp, device):
        skip = int(network == "skip")
        masks = np.ones((len(plants), patterns[0].shape[1] + skip, patterns[0].shape[0]))
        for own, mask in zip(patterns, masks, strict=True):
            mask[skip:] = np.ascontiguousarray(own.T)
        X, homes, targets = (np.stack(parts) for parts in ([p.X for p in plants], homes, targets))
        b, k, d = targets.shape
        trials = np.arange(b)[:, None]
        planted, plant = np.zeros((*masks.shape[:2], 1)), np.zeros((*masks.shape[:2], d))
        planted[trials, homes], plant[trials, homes] = 1.0, targets

        def put(array):
            return xp.asarray(array, device=device)

        top = np.abs(X).max(axis=(1, 2), keepdims=True)
        self.X, self.masks = put(X / top), put(masks)
        self.planted, self.plant, self.g = put(planted), put(plant), put(targets.reshape(b, k * d, 1))
        own = put(masks[trials, homes])
        self.B = xp.concat([own[:, i, :, None] * self.X for i in range(k)], axis=-1)
        self.inverse = inverse(xp.matrix_transpose(self.B) @ self.B, 1e-14)
        self.y = self.B @ self.g
        self.scale, self.places, self.k = top[:, 0, 0], np.arange(b), k
        full = np.stack([own.all(axis=0) for own in patterns]) & (plants[0].kind == "linear")
        self.second = np.where(full.any(axis=1), full.argmax(axis=1) + 1, 0)

    def take(self, which):
        """Some of the problems."""
        return self._with(lambda array: take(array, which), lambda array: array[which])

    def single(self):
        """The same in float32."""
        xp = array_namespace(self.X)
        return self._with(lambda array: xp.astype(array, xp.float32), lambda array: array)

    def _with(self, change, change_numpy):
        other = object.__new__(Stack)
        other.k = self.k
        for name in ARRAYS:
            setattr(other, name, change(getattr(self, name)))
        for name in ("scale", "places", "second"):
            setattr(other, name, change_numpy(getattr(self, name)))
        return other

    def project(self, dual):
        """The nearest dual vectors that meet the planted equations."""
        xp = array_namespace(dual)
        for _ in range(2):
            lack = xp.matrix_transpose(self.B) @ dual - self.g
            dual = dual - self.B @ (self.inverse @ lack)
        return dual

    def reach(self, dual):
        """How far dual vectors reach on the blocks off the plant, shape (b,)."""
        return self.off_plant(adjoint(self.X, self.masks, dual))

    def off_plant(self, gradients):
        """The largest norm of a block off the plant, shape (b,)."""
        return array_namespace(gradients).max(norms(gradients) * (1 - self.planted), axis=(1, 2))

    def residual(self, dual):
        """How well dual vectors meet the planted equations, shape (b,)."""
        return length(array_namespace(dual).matrix_transpose(self.B) @ dual - self.g)

    def spread(self):
        """How independent the planted outputs are: the smallest singular value over the largest, squared."""
        if self.k == 1:
            return array_namespace(self.g).ones_like(self.g[:, 0, 0])
        xp, d = array_namespace(self.g), self.X.shape[2]
        starts = range(0, self.B.shape[2], d)
        pieces = [self.B[:, :, i : i + d] @ self.g[:, i : i + d, :] for i in starts]
        outputs = xp.concat(pieces, axis=-1)
        outputs = outputs / xp.sqrt(xp.sum(outputs * outputs, axis=1, keepdims=True))
        values = xp.linalg.eigvalsh(xp.matrix_transpose(outputs) @ outputs)
        return values[:, 0] / values[:, -1]

    def unscaled(self, dual, i):
        """One dual vector for X as it was given."""
        return to_numpy(dual[i, :, 0]) / self.scale[i]


def take(array, which):
    """Some of the problems of an array."""
    xp = array_namespace(array)
    return xp.take(array, xp.asarray(which, device=array.device), axis=0)


def adjoint(X, masks, dual):
    """All ``A_j^T dual``: (b, n, 1) -> (b, p + s, d)."""
    return masks @ (dual * X)


def apply(X, masks, W):
    """``sum_j A_j W_j``: (b, p + s, d) -> (b, n, 1)."""
    xp = array_namespace(X)
    return xp.sum((xp.matrix_transpose(masks) @ W) * X, axis=2, keepdims=True)


def norms(W):
    """Norms of the blocks: (b, p + s, d) -> (b, p + s, 1)."""
    xp = array_namespace(W)
    return xp.sqrt(xp.linalg.vecdot(W, W))[..., None]


def length(v):
    """Length of vectors: (b, m, 1) -> (b,)."""
    xp = array_namespace(v)
    return xp.sqrt(xp.sum(v * v, axis=(1, 2)))


def inverse(gram, ridge):
    """Inverses of Gram matrices, singular ones with a ridge."""
    xp = array_namespace(gram)
    size = gram.shape[-1]
    eye = xp.eye(size, dtype=gram.dtype, device=gram.device)
    trace = xp.sum(gram * eye, axis=(1, 2), keepdims=True)
    return xp.linalg.inv(gram + ridge / size * trace * eye)


def to_numpy(array):
    """An array of any namespace and device as a NumPy array."""
    return np.asarray(array.cpu() if is_torch_array(array) else array)
