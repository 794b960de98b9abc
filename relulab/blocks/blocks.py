"""The blocks A_j of a network: everything the paper says is a statement about them."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

import numpy as np
import scipy
from array_api_compat import array_namespace

from .. import _checks
from ..patterns.borders import heard, places_of
from ..patterns.sampling import as_masks
from ..solvers.arrays import FAR, norms, take, to_numpy

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import ArrayLike

    from ..data.planted import Plant

STEEP = 1e-2  # pivots of a Cholesky factor that are this far apart have lost digits that an SVD keeps
NETWORKS = ("plain", "skip", "normalized")
KINDS_OF = {"plain": ("relu",), "skip": ("linear", "relu"), "normalized": ("normalized",)}


def check_pair(kind, network):
    """Raise ValueError unless the planted kind and the network go together."""
    _checks.choice("network", network, NETWORKS)
    if kind not in KINDS_OF[network]:
        pairs = ", ".join(f"({kind}, {net})" for net, kinds in KINDS_OF.items() for kind in kinds)
        raise ValueError(f"kind={kind!r} does not go with network={network!r}; the pairs are {pairs}")


class Blocks:
    """The blocks of a network over a set of patterns.

    Plain and skip networks have ``A_j = D_j X``; the skip network has the block X before them. The normalized
    network has ``A_j = U_j``, an orthonormal basis of range(D_j X), written ``D_j X R_j`` with R_j (d, d)
    zero-padded where the rank is lower. So every block is a mask, X, and perhaps a right factor.

    Parameters
    ----------
    X : array_like, shape (n, d)
        The data.
    S : Patterns or array_like of bool, shape (n, p)
        The patterns.
    network : {"plain", "skip", "normalized"}
        The network.

    Attributes
    ----------
    X : ndarray, shape (n, d)
        The data.
    masks : ndarray, shape (n, p + s)
        The diagonals of the D_j as float64; the skip block's ones come first (s = 1 for skip, else 0).
    factors : ndarray, shape (p, d, d), or None
        The R_j of the normalized network.

    Raises
    ------
    ValueError
        For data that are not a matrix of finite real numbers, patterns of another number of rows, an unknown
        network.

    Examples
    --------
    >>> import numpy as np
    >>> import relulab as rl
    >>> X = rl.draw("gaussian", 30, 5, rng=0)
    >>> blocks = rl.Blocks(X, rl.sample_patterns(X, rng=1), network="skip")
    >>> W = np.random.default_rng(2).standard_normal((blocks.size, 5))
    >>> lam = np.random.default_rng(3).standard_normal(30)
    >>> bool(np.isclose(blocks.apply(W) @ lam, (W * blocks.adjoint(lam)).sum()))
    True
    """

    def __init__(self, X: ArrayLike, S: Any, network: str = "skip") -> None:
        self.X = _checks.data(X)
        self.network = _checks.choice("network", network, NETWORKS)
        patterns = as_masks(S, len(self.X))
        self.skip = int(network == "skip")
        self.masks = np.hstack([np.ones((len(self.X), self.skip)), patterns]).astype(np.float64)
        self.factors = _bases(self.X, patterns) if network == "normalized" else None

    @property
    def size(self) -> int:
        """Number of blocks, p + s."""
        return self.masks.shape[1]

    @property
    def p(self) -> int:
        """Number of patterns."""
        return self.size - self.skip

    def on(self, xp: Any, device: Any = None) -> Blocks:
        """The same blocks in another array namespace, on one of its devices, for `apply` and `adjoint`."""
        if xp is np:
            return self
        moved = copy.copy(self)
        for name in ("X", "masks", "factors"):
            if (array := getattr(self, name)) is not None:
                setattr(moved, name, xp.asarray(array, device=device))
        return moved

    def only(self, which: ArrayLike) -> Blocks:
        """Some of the blocks, by their places or a mask of them, for `apply`, `adjoint` and `columns`."""
        places, some = np.arange(self.size)[which], copy.copy(self)
        some.masks = take(self.masks, places, axis=1)
        some.factors = None if self.factors is None else take(self.factors, places)
        return some

    def columns(self) -> np.ndarray:
        """The blocks side by side, shape (n, (p+s) d)."""
        xp = array_namespace(self.X)
        X = self.X[:, None, :] if self.factors is None else xp.moveaxis(self.X @ self.factors, 0, 1)
        return xp.reshape(self.masks[:, :, None] * X, (self.X.shape[0], -1))

    def to_weights(self, W: np.ndarray) -> np.ndarray:
        """Block coordinates (…, p+s, d) to weights on X (…, p+s, d): R_j W_j; the same for plain and skip."""
        return W if self.factors is None else (self.factors @ W[..., None])[..., 0]

    def apply(self, W: ArrayLike) -> np.ndarray:
        """Sum of the blocks' outputs, ``sum_j A_j W_j``: (…, p+s, d) -> (…, n)."""
        xp = array_namespace(self.X)
        W = self.to_weights(xp.asarray(W, device=self.X.device))
        return xp.vecdot(self.X @ xp.matrix_transpose(W), self.masks)

    def adjoint(self, lam: ArrayLike) -> np.ndarray:
        """All ``A_j^T lam``: (…, n) -> (…, p+s, d)."""
        xp = array_namespace(self.X)
        lam = xp.asarray(lam, device=self.X.device)
        result = xp.matrix_transpose(self.masks) @ (lam[..., None] * self.X)
        return result if self.factors is None else (result[..., None, :] @ self.factors)[..., 0, :]

    def norms(self, lam: ArrayLike) -> np.ndarray:
        """All ``||A_j^T lam||``: (…, n) -> (…, p+s)."""
        return norms(to_numpy(self.adjoint(lam)))

    def gram(self) -> np.ndarray:
        """``sum_j A_j A_j^T``, shape (n, n): a Hadamard product for plain and skip."""
        if self.factors is None:
            return (self.X @ self.X.T) * (self.masks @ self.masks.T)
        gram = np.zeros((len(self.X), len(self.X)))
        for j in range(self.p):
            U = self.block(j)
            gram += U @ U.T
        return gram

    def block(self, j: int) -> np.ndarray:
        """The block A_j as a matrix, shape (n, d)."""
        X = self.X if self.factors is None else self.X @ self.factors[j]
        return self.masks[:, j, None] * X

    def cone(self, j: int) -> tuple[np.ndarray, np.ndarray]:
        """The cone of block j in the exact form, as matrices C (n, d) and N (n, q).

        Block coordinates a are in the cone where some z has ``C a + N z >= 0``: the neuron that they stand
        for is then active on the block's rows and nowhere else. N, a basis of the null space of D_j X seen
        through the other rows, in units of the largest entry of X, is empty but for normalized blocks of
        lower rank.

        Raises
        ------
        ValueError
            For the skip block, which has no cone.
        """
        if j < self.skip:
            raise ValueError(f"j={j} is the skip block, which has no cone")
        signed = (2 * self.masks[:, j, None] - 1) * self.X
        if self.factors is None:
            return signed, np.zeros((len(self.X), 0))
        R = self.factors[j]
        rank = int(R.any(axis=0).sum())
        null = np.linalg.svd(R.T)[2][rank:].T
        unseen = signed @ null / (np.abs(self.X).max() or 1.0)
        return signed @ R, np.where(self.masks[:, j, None] > 0, 0.0, unseen)

    def planted(self, plant: Plant) -> tuple[np.ndarray, np.ndarray]:
        """Where the planted neurons sit: block indices, shape (k,), and block coordinates, shape (k, d).

        A neuron lives in the block whose mask is 1 where ``x_i^T w >= 0``, its border included. Each
        coordinate vector has norm 1, so the plant costs k. Those of neurons with output weight -1 are minus
        the neuron.

        Raises
        ------
        ValueError
            For a kind that does not go with the network, a neuron that is silent on every row, and one whose
            pattern is not there.
        """
        check_pair(plant.kind, self.network)
        if plant.kind == "linear":
            return np.array([0]), plant.weights.T
        silent = np.flatnonzero(~heard(self.X, plant.weights))
        if silent.size:
            raise ValueError(f"planted neuron {silent[0]} is silent on every row of X: it has no block")
        places = places_of(plant.X, plant.weights, self.masks[:, self.skip :] > 0)
        if (places < 0).any():
            raise ValueError(
                f"S lacks the pattern of planted neuron {places.argmin()}; "
                "use sample_patterns(X, include=plant.weights)"
            )
        index = places + self.skip
        if plant.kind == "relu":
            return index, plant.signs[:, None] * plant.weights.T
        outputs = np.maximum(plant.X @ plant.weights, 0)
        coordinates = np.stack([self.block(j).T @ outputs[:, i] for i, j in enumerate(index)])
        return index, plant.signs[:, None] * coordinates / np.linalg.norm(coordinates, axis=1, keepdims=True)


def _bases(X, patterns):
    """R_j with orthonormal ``D_j X R_j``, zero-padded to (d, d) where the rank is lower.

    From a Cholesky factor where D_j X is well-conditioned, otherwise from the rank-truncated SVD.
    """
    d, largest = X.shape[1], np.abs(X).max()
    if not FAR < largest < 1 / FAR and largest > 0:  # squares of such numbers overflow or vanish
        size = np.ldexp(1.0, np.frexp(largest)[1] - 1)
        return _bases(X / size, patterns) / size
    factors = np.zeros((patterns.shape[1], d, d))
    for j, active in enumerate(patterns.T):
        rows = X[active]
        upper, failed = scipy.linalg.lapack.dpotrf(rows.T @ rows, lower=0, clean=1)
        pivots = np.diagonal(upper)
        if not failed and pivots.min() > STEEP * pivots.max():
            factors[j] = scipy.linalg.lapack.dtrtri(upper, lower=0)[0]
            continue
        _, s, Vt = np.linalg.svd(rows, full_matrices=False)
        rank = int((s > s.max(initial=0) * max(X.shape) * np.finfo(float).eps).sum())
        factors[j, :, :rank] = Vt[:rank].T / s[:rank]
    return factors
