"""Planted problems of one shape as arrays with a leading axis, for any array library.

A gradient of a block is ``q = X^T D_j lam``; weights on X that go along it are ``M_j^+ q``, where ``M_j`` is
the identity for plain and skip networks and ``X^T D_j X`` for the normalized one, whose norm of a block is
``||D_j X w|| = sqrt(w^T M_j w)``. So the norm of ``A_j^T lam`` is ``sqrt(q^T M_j^+ q)`` in every network.
"""

from typing import NamedTuple

import numpy as np
from array_api_compat import array_namespace, is_torch_array

from .inverses import inverse

THIN = 1.15  # blocks with fewer active rows than this many times d are too ill-conditioned for float32
TINY = 1e-30


class Planted(NamedTuple):
    """The planted blocks of one problem, X having largest entry 1.

    ``B`` (n, k d) holds them side by side, ``g`` (k d,) what the dual vector must show on them, ``weights``
    (k, d) the neurons on X, each of cost 1, ``to_weights`` (k, d, d) leads from block coordinates to weights.
    """

    home: np.ndarray
    B: np.ndarray
    g: np.ndarray
    weights: np.ndarray
    to_weights: np.ndarray


def planted(plant, X, masks, network):
    """The planted blocks; None where neurons are silent, share a block or have none.

    Parameters
    ----------
    plant : Plant
        The planted problem.
    X : ndarray, shape (n, d)
        Its data, scaled.
    masks : ndarray of bool, shape (n, p)
        The patterns.
    network : str
        The network.

    Returns
    -------
    Planted or None
        The planted blocks.
    """
    skip, d = int(network == "skip"), X.shape[1]
    outputs = X @ plant.weights
    if plant.kind == "linear":
        w = plant.weights.T
        return Planted(np.zeros(1, dtype=int), X, w[0], w, np.eye(d)[None]) if outputs.any() else None
    matches = (masks.T[None] == (outputs >= 0).T[:, None]).all(axis=2)
    home = matches.argmax(axis=1) + skip
    if not (outputs > 0).any(axis=0).all() or not matches.any(axis=1).all() or len(set(home)) < len(home):
        return None
    own = (outputs > 0).T
    if network != "normalized":
        w = plant.signs[:, None] * plant.weights.T
        return Planted(home, np.hstack([X * mask[:, None] for mask in own]), w.ravel(), w, np.eye(d)[None])
    outputs = plant.signs * np.maximum(outputs, 0)
    lengths = np.linalg.norm(outputs, axis=0)
    w = (plant.signs / lengths)[:, None] * plant.weights.T
    bases, ways = zip(*(_basis(X * mask[:, None]) for mask in own), strict=True)
    g = np.concatenate([U.T @ f for U, f in zip(bases, (outputs / lengths).T, strict=True)])
    return Planted(home, np.hstack(bases), g, w, np.stack(ways))


def _basis(block):
    """An orthonormal basis of a block's range, and the way from its coordinates to weights, zero-padded."""
    U, s, Vt = np.linalg.svd(block, full_matrices=False)
    rank = int((s > s[0] * max(block.shape) * np.finfo(float).eps).sum())
    size = block.shape[1]
    basis, way = np.zeros((len(block), size)), np.zeros((size, size))
    basis[:, :rank], way[:, :rank] = U[:, :rank], Vt[:rank].T / s[:rank]
    return basis, way


class Stack:
    """Problems of one shape, X scaled to largest entry 1.

    Attributes
    ----------
    X : array, shape (b, n, d)
        The data.
    masks : array, shape (b, n, p + s)
        The diagonals of the D_j, a block a column.
    off : array, shape (b, p + s)
        0 at the planted blocks, 1 elsewhere.
    plant : array, shape (b, p + s, d)
        The planted point, as gradients ``M_j w_j``; it costs k.
    B : array, shape (b, n, k d)
        The planted blocks side by side.
    g : array, shape (b, k d, 1)
        What the dual vector must show on them: ``B^T dual = g``.
    inverse : array, shape (b, k d, k d)
        Of ``B^T B``.
    y : array, shape (b, n, 1)
        The labels.
    metric : array, shape (b, p, d, d), or None
        The ``M_j^+`` in float32, for normalized networks once `lift` needs them.
    k : int
        Planted neurons.
    """

    ARRAYS = ("X", "masks", "off", "plant", "B", "g", "inverse", "y")

    def __init__(self, Xs, patterns, parts, network, xp=np, device=None):
        skip, self.normalized = int(network == "skip"), network == "normalized"
        (n, p), (self.k, d) = patterns[0].shape, parts[0].weights.shape
        b = len(Xs)
        masks, off, plant = np.ones((b, n, p + skip)), np.ones((b, p + skip)), np.zeros((b, p + skip, d))
        for i, (X, own, part) in enumerate(zip(Xs, patterns, parts, strict=True)):
            masks[i, :, skip:] = own
            off[i, part.home] = 0
            plant[i, part.home] = part.weights
            if self.normalized:
                plant[i, part.home] = ((part.weights @ X.T) * masks[i].T[part.home]) @ X

        def put(array):
            return xp.asarray(np.ascontiguousarray(array), device=device)

        self.X, self.masks, self.off, self.plant = (put(array) for array in (np.stack(Xs), masks, off, plant))
        self.B, self.g = put(np.stack([part.B for part in parts])), put(np.stack([part.g for part in parts]))
        self.g = self.g[:, :, None]
        self.inverse = inverse(xp.matrix_transpose(self.B) @ self.B, 1e-14)
        self.y, self.metric = self.B @ self.g, None

    def take(self, which):
        """Some of the problems."""
        return self._with(lambda array: take(array, which))

    def one(self, i):
        """A problem by itself, nothing copied."""
        return self._with(lambda array: array[i : i + 1, ...])

    def single(self):
        """The same in float32."""
        xp = array_namespace(self.X)
        return self._with(lambda array: xp.astype(array, xp.float32, copy=False))

    def _with(self, change):
        other = object.__new__(Stack)
        other.k, other.normalized, other.metric = self.k, self.normalized, self.metric
        for name in self.ARRAYS:
            setattr(other, name, change(getattr(self, name)))
        if self.metric is not None:
            other.metric = change(self.metric)
        return other

    def adjoint(self, dual):
        """The gradients ``X^T D_j dual``: (b, n, 1) -> (b, p + s, d)."""
        return array_namespace(dual).matrix_transpose(self.masks) @ (dual * self.X)

    def apply(self, W):
        """The labels that weights give, ``sum_j D_j X W_j``: (b, p + s, d) -> (b, n, 1)."""
        xp = array_namespace(W)
        return xp.sum((self.masks @ W) * self.X, axis=2, keepdims=True)

    def outputs(self, W):
        """The outputs of each block, ``D_j X W_j``: (b, p + s, d) -> (b, p + s, n)."""
        xp = array_namespace(W)
        return (W @ xp.matrix_transpose(self.X)) * xp.matrix_transpose(self.masks)

    def lift(self, Q):
        """Gradients to weights, ``M_j^+ q_j``, as exactly as float32 allows."""
        if not self.normalized:
            return Q
        xp = array_namespace(Q)
        if self.metric is None:
            self.metric = self._metric()
        return xp.astype((self.metric @ xp.astype(Q, xp.float32)[..., None])[..., 0], Q.dtype)

    def lengths(self, Q, W=None):
        """The norms of blocks from their gradients, and weights if these are known already: (b, p + s)."""
        W = self.lift(Q) if W is None else W
        xp = array_namespace(W)
        return xp.sqrt(xp.clip(xp.linalg.vecdot(Q, W), min=0))

    def cost(self, W):
        """What weights cost, to float64: (b,)."""
        xp = array_namespace(W)
        vectors = self.outputs(W) if self.normalized else W
        return xp.sum(xp.sqrt(xp.linalg.vecdot(vectors, vectors)), axis=1)

    @property
    def near(self):
        """What `roughly` may be wrong by: blocks of the normalized network are inverted in float32."""
        return 1e-2 if self.normalized else 1e-5

    def roughly(self, dual):
        """How far dual vectors reach on the blocks off the plant: (b,)."""
        return array_namespace(dual).max(self.lengths(self.adjoint(dual)) * self.off, axis=1)

    def reach(self, dual):
        """How far dual vectors reach on the blocks off the plant, an upper bound to float64: (b,).

        For the normalized network the float32 solution of ``M_j w = q`` is refined; what is left, r, can add
        no more than ``r^T M_j^+ r``.
        """
        if not self.normalized:
            return self.roughly(dual)
        xp, Q = array_namespace(dual), self.adjoint(dual)
        W = self.lift(Q)
        for _ in range(4):
            rest = Q - self.outputs(W) @ self.X
            added = self.lift(rest)
            square = xp.linalg.vecdot(Q + rest, W) + 4 * xp.abs(xp.linalg.vecdot(rest, added))
            W = W + added
        return xp.max(xp.sqrt(xp.clip(square, min=0)) * self.off, axis=1)

    def gram(self):
        """``sum_j A_j A_j^T``, a Hadamard product for plain and skip: (b, n, n)."""
        xp = array_namespace(self.X)
        if not self.normalized:
            both = self.masks @ xp.matrix_transpose(self.masks)
            return (self.X @ xp.matrix_transpose(self.X)) * both
        if self.metric is None:
            self.metric = self._metric()
        gram = 0
        for j in range(self.masks.shape[2]):
            block = self.masks[:, :, j, None] * self.X
            gram = gram + (block @ xp.astype(self.metric[:, j, ...], block.dtype)) @ xp.matrix_transpose(
                block
            )
        return gram

    def _metric(self):
        xp = array_namespace(self.X)
        X, masks = (xp.astype(a, xp.float32) for a in (self.X, xp.matrix_transpose(self.masks)))
        b, n, d = X.shape
        squares = xp.reshape(X[:, :, :, None] * X[:, :, None, :], (b, n, d * d))
        second = xp.reshape(masks @ squares, (*masks.shape[:2], d, d))
        thin = to_numpy(xp.sum(masks, axis=2)) < THIN * d
        if not thin.any():
            return inverse(second, 1e-7)
        exact = np.zeros((*thin.shape, d, d), dtype=np.float32)
        X, active = to_numpy(self.X), to_numpy(masks) > 0
        for i, j in zip(*np.nonzero(thin), strict=True):
            way = _basis(X[i] * active[i, j][:, None])[1]
            exact[i, j] = way @ way.T
        device, thin = self.X.device, thin[..., None, None]
        exact, thin = xp.asarray(exact, device=device), xp.asarray(thin, device=device)
        eye = xp.eye(d, dtype=xp.float32, device=device)
        return xp.where(thin, exact, inverse(xp.where(thin, eye, second), 1e-7))

    def project(self, dual):
        """The nearest dual vectors that meet the planted equations."""
        xp = array_namespace(dual)
        for _ in range(2):
            lack = xp.matrix_transpose(self.B) @ dual - self.g
            dual = dual - self.B @ (self.inverse @ lack)
        return dual

    def residual(self, dual):
        """How well dual vectors meet the planted equations: (b,)."""
        return length(array_namespace(dual).matrix_transpose(self.B) @ dual - self.g)

    def spread(self):
        """How independent the planted outputs are, smallest over largest eigenvalue of their Gram matrix."""
        xp, d = array_namespace(self.g), self.X.shape[2]
        if self.k == 1:
            return xp.ones_like(self.g[:, 0, 0])
        starts = range(0, self.k * d, d)
        outputs = xp.concat([self.B[:, :, i : i + d] @ self.g[:, i : i + d, :] for i in starts], axis=-1)
        outputs = outputs / xp.sqrt(xp.sum(outputs * outputs, axis=1, keepdims=True))
        values = xp.linalg.eigvalsh(xp.matrix_transpose(outputs) @ outputs)
        return values[:, 0] / values[:, -1]


def take(array, which):
    """Some of the problems of an array."""
    xp = array_namespace(array)
    return xp.take(array, xp.asarray(which, device=array.device), axis=0)


def length(v):
    """Length of vectors: (b, m, 1) -> (b,)."""
    xp = array_namespace(v)
    return xp.sqrt(xp.sum(v * v, axis=(1, 2)))


def to_numpy(array):
    """An array of any namespace and device as a NumPy array."""
    return np.asarray(array.cpu() if is_torch_array(array) else array)
