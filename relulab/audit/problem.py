"""The problem that is proved: data, neurons and patterns as they are stored, nothing rounded.

Dividing a row of X by a power of two is exact and changes no pattern; in plain and skip networks it changes
nothing else, when its label is divided and its dual entry multiplied by the same. So every row gets largest
entry in [1/2, 1), and small rows count as much as large ones. A normalized network takes one power for all,
and so does a theorem about X as a whole.
"""

import numpy as np

from .arithmetic import AuditError, NotProved
from .rounding import (
    SMALL,
    TINY,
    U,
    above,
    below,
    exact_signs,
    gamma,
    norm_above,
    norm_below,
    product,
    sum_above,
)


class Problem:
    """The blocks, the planted neurons, and their outputs with error bounds.

    Attributes
    ----------
    X : ndarray, shape (n, d)
        The data, rows divided by ``2^powers``.
    masks : ndarray of bool, shape (p + s, n)
        The patterns, the skip block first.
    neurons, signs, home
        Hidden neurons (k, d), their output weights (k,), the block of each; -1 for a silent one.
    y, error : ndarray, shape (n,)
        The labels, and how far the exact ones can be from them, entrywise.
    low, high : float
        Bounds of what the plant costs.
    """

    def __init__(self, plant, masks, network, form, one_scale=False):
        self.network, self.form, self.kind = network, form, plant.kind
        self.powers, self.X = _scaled(plant.X, one_scale or network == "normalized")
        n = len(self.X)
        self.skip = int(network == "skip")
        self.masks = np.vstack([np.ones((self.skip, n), dtype=bool), masks.T])
        self.neurons, self.signs, self.k = plant.weights.T, plant.signs, plant.weights.shape[1]
        if self.kind == "linear" and self.k != 1:
            raise AuditError(f"planted neurons: a linear plant is one neuron, not {self.k}")
        self.sides = exact_signs(self.X, plant.weights).T
        self.home = [0] if self.kind == "linear" else [self._find(i) for i in range(self.k)]
        self._label(plant.weights)

    def _find(self, i):
        """The block of a neuron, by the exact signs of its outputs."""
        if not (self.sides[i] > 0).any():
            return -1
        found = (self.masks[self.skip :] == (self.sides[i] >= 0)).all(axis=1)
        if not found.any():
            raise NotProved(f"no pattern in S is exactly that of planted neuron {i}")
        return self.skip + int(found.argmax())

    def _label(self, weights):
        """The outputs of the neurons, the labels, and what the neurons cost."""
        values, errors = (a.T for a in product(self.X, weights))
        if self.kind != "linear":
            values, errors = np.where(self.sides > 0, values, 0), np.where(self.sides > 0, errors, 0)
        if self.network == "normalized":
            self.low = self.high = float(self.k)
            values, errors = _unit(values, errors)
        else:
            self.low = below(sum(norm_below(w) for w in self.neurons), self.k)
            self.high = sum_above(*(norm_above(w) for w in self.neurons))
        self.outputs, self.output_errors = values, errors
        self.y = self.signs @ values
        self.error = above(errors.sum(axis=0) + gamma(self.k) * np.abs(values).sum(axis=0), 3 * self.k)

    @property
    def size(self):
        """An upper bound of the norm of X, and so of every ``D_j X``."""
        return norm_above(self.X.ravel())

    def dual(self, dual):
        """A dual vector for the scaled rows."""
        if self.network == "normalized":
            return dual
        return _exactly(np.ldexp(dual, self.powers), dual, -self.powers, "dual vector")

    def multipliers(self, values):
        """Multipliers (m, n) for the scaled rows."""
        if self.network == "normalized":
            return values
        return _exactly(np.ldexp(values, self.powers), values, -self.powers, "multipliers")

    def weights(self, W):
        """Weights for the scaled data."""
        if self.network != "normalized":
            return W
        powers = self.powers[0] if len(self.powers) else 0
        return _exactly(np.ldexp(W, powers), W, -powers, "competitor")

    def others(self):
        """All (block, side) off the plant; sides are 1, and -1 for negative neurons of the exact form."""
        if self.form == "gated":
            return [(j, 1) for j in range(len(self.masks)) if j not in self.home]
        own = {(j, 1 if j < self.skip else int(s)) for j, s in zip(self.home, self.signs, strict=True)}
        both = {(j, side) for j in range(len(self.masks)) for side in ((1,) if j < self.skip else (1, -1))}
        return sorted(both - own)

    def targets(self):
        """What the dual vector must show on the planted blocks, (k, d), and an entrywise bound of the error.

        Plain and skip networks: ``w / ||w||`` with the sign of its output weight. Normalized ones, in
        X-coordinates: ``X^T D f``, f the neuron's output.
        """
        if self.network != "normalized":
            lengths = np.array([np.sqrt(np.sum(w * w)) for w in self.neurons])[:, None]
            if not lengths.min() > SMALL:
                raise NotProved("planted neurons: one is too short to be divided by its length")
            g = self.signs[:, None] * self.neurons / lengths
            d = self.neurons.shape[1]
            return g, above(gamma(d + 4) * np.abs(g), 2) + TINY
        g, rounding = product(self.signs[:, None] * self.outputs, self.X)
        return g, sum_above(rounding, above(self.output_errors @ np.abs(self.X), len(self.X)))


def checked(name, array, shape):
    """Evidence as a finite float64 array of one of the shapes; AuditError where it is not."""
    if array is None:
        raise AuditError(f"{name}: there is none")
    array = np.asarray(array)
    shapes = shape if isinstance(shape, list) else [shape]
    if array.dtype.kind != "f" or array.shape not in shapes or not np.isfinite(array).all():
        raise AuditError(
            f"{name}: shape {array.shape}, {array.dtype}; it must be finite, of shape {shapes[0]}"
        )
    return array.astype(np.float64)


def _scaled(X, one_scale):
    """The powers of two, and the rows divided by them; where that would round, a row stays as it is."""
    largest = np.abs(X).max(axis=1, initial=0)
    if one_scale:
        largest = np.full(len(X), largest.max(initial=0))
    powers = np.where(largest > 0, np.frexp(largest)[1], 0)
    scaled = np.ldexp(X, -powers[:, None])
    exact = (np.ldexp(scaled, powers[:, None]) == X).all(axis=1)
    if one_scale:
        exact = np.full(len(X), exact.all())
    return np.where(exact, powers, 0), np.where(exact[:, None], scaled, X)


def _exactly(scaled, array, back, what):
    if not (np.isfinite(scaled).all() and (np.ldexp(scaled, back) == array).all()):
        raise NotProved(f"{what}: it cannot be scaled without rounding")
    return scaled


def _unit(values, errors):
    """Outputs of norm 1, with entrywise error bounds.

    With ``||z~ - z|| <= e`` and ``l`` the computed length, ``|l - ||z||| <= e + gamma l``; the quotient
    rounds once more.
    """
    unit, bound = np.zeros_like(values), np.zeros_like(values)
    for i, (z, e) in enumerate(zip(values, errors, strict=True)):
        length = np.sqrt(np.sum(z * z))
        if not length > 0:
            raise NotProved(f"planted neuron {i}: it is silent, or nearly so")
        off = sum_above(norm_above(e), above(gamma(len(z) + 2) * length, 2), 2 * np.sqrt(len(z)) * SMALL)
        least = below(length - off, 2)
        if not least > 0:
            raise NotProved(f"planted neuron {i}: its output is nearly zero")
        unit[i] = z / length
        bound[i] = sum_above(
            above(e / least, 2), above(np.abs(unit[i]) * (off / least), 3), 2 * U * np.abs(unit[i])
        )
    return unit, bound + TINY
