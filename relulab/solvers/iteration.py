"""One step of ADMM for the exact form, in the Python array API: what `admm` and `headstart` iterate.

It keeps two copies of the weights: one satisfies the linear equations, the other has been shrunk by the norms
and lies in the cones. Weights W (b, 2, p, d), the positive and the negative neuron of every block, are in
X-coordinates. Block coordinates are ``to_block W``, and the cone of block j says which signs ``X W_j`` has.
"""

from typing import NamedTuple

from array_api_compat import array_namespace

RELAXATION = 1.8
SHORT = 1e-30  # keeps zero weights from dividing by zero


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

    def values(self, W):
        """``X W_j``, which are non-negative in a cone once they are times the signs: (b, 2, p, n)."""
        return W @ array_namespace(W).matrix_transpose(self.X)[:, None, ...]

    def from_values(self, values):
        """The adjoint of `values`."""
        return values @ self.X[:, None, ...]

    def outward(self, T):
        """What of values points out of the cones: (b, 2, p, n)."""
        return (T - array_namespace(T).copysign(T, self.signs)) / 2

    def invert(self, W):
        return on_blocks(self.inverse, W)

    def block(self, W):
        return W if self.to_block is None else on_blocks(self.to_block, W)

    def from_block(self, A):
        if self.to_block is None:
            return A
        return on_blocks(array_namespace(A).matrix_transpose(self.to_block), A)


class Interpolant(NamedTuple):
    """The first copy: weights W (b, 2, p, d), W0 (b, s, d) of skip blocks, A of W in block coordinates.

    ``price`` (b, n, 1) is what the labels cost, a dual vector but for its scale.
    """

    W: object
    W0: object
    A: object
    price: object


class Shrunk(NamedTuple):
    """The second copy and its multipliers: of blocks, of skip blocks, and both for the rows of the cones.

    T holds the values ``X W_j`` where it has the signs of the cones, and multipliers where it has not.
    """

    Z: object
    U: object
    Z0: object
    U0: object
    T: object


def iterate(maps, gram_inverse, y, second, ratio, thresholds):
    """One iteration: both copies, moved.

    Parameters
    ----------
    maps : Maps
        The problems.
    gram_inverse : array, shape (b, n, n)
        Of the Gram matrix of the labels' equations.
    y : array, shape (b, n, 1)
        The labels.
    second : Shrunk
        The second copy so far.
    ratio : float
        Penalty of the cones' rows over that of the weights.
    thresholds : pair of array or float, shapes (b, 2, p) and (b, s)
        What the norms of the blocks, and of the skip blocks, are shrunk by.

    Returns
    -------
    first : Interpolant
        The first copy.
    second : Shrunk
        The second.
    """
    Z, U, Z0, U0, T = second
    X, r, xp = maps.X, RELAXATION, array_namespace(y)
    inside = xp.copysign(T, maps.signs)
    H, W0 = maps.invert(maps.from_block(Z - U) + ratio * maps.from_values(inside)), Z0 - U0
    price = gram_inverse @ (maps.outputs(H) + xp.sum(X @ xp.matrix_transpose(W0), axis=2, keepdims=True) - y)
    moved = maps.invert((maps.rows @ (price * X))[:, None, ...])[:, 0, ...]
    W = H - xp.stack([moved, -moved], axis=1)
    W0 = W0 - xp.matrix_transpose(xp.matrix_transpose(X) @ price)
    A = maps.block(W)
    T = (1 - r / 2) * T
    inside *= r / 2
    T -= inside  # times 1 - r where it has the signs of the cones, as it is where it has not
    T += maps.values(r * W)
    Z, U = _shrink(r * (A - Z) + Z + U, thresholds[0])
    Z0, U0 = _shrink(r * (W0 - Z0) + Z0 + U0, thresholds[1])
    return Interpolant(W, W0, A, price), Shrunk(Z, U, Z0, U0, T)


def on_blocks(matrices, W):
    """``matrices_j W_j`` on both sides, or one: (b, 1 or p, d, d) and (b, 2 or 1, p, d)."""
    xp = array_namespace(W)
    if matrices.shape[1] == 1:
        return W @ xp.matrix_transpose(matrices)
    sides = range(W.shape[1])
    both = matrices @ xp.stack([W[:, side, ...] for side in sides], axis=-1)
    return xp.stack([both[..., side] for side in sides], axis=1)  # in one stretch, which products need


def norms(W):
    xp = array_namespace(W)
    return xp.sqrt(xp.vecdot(W, W))


def _shrink(W, threshold):
    """The proximal step of the norms, and what it takes away."""
    share = 1 - threshold / (norms(W) + SHORT)
    kept = W * ((share + abs(share)) / 2)[..., None]  # its positive part, for a fraction of what clip takes
    return kept, W - kept
