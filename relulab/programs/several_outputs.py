"""Several outputs: one penalty for all outputs of a pattern, of two norms.

A gated network with c outputs is ``sum_i D_i X w_i v_i^T``. Weight decay charges a neuron
``(||w_i||^2 + ||v_i||^2) / 2``, at least ``||w_i|| ||v_i||`` and just that when its layers are balanced. All
neurons of pattern j together give ``V_j = sum_i w_i v_i^T``. Of all ways to write V_j so, the cheapest costs
its *nuclear* norm, the sum of its singular values: ``||V_j||_* <= sum_i ||w_i v_i^T||_* = sum_i ||w_i||
||v_i||`` by the triangle inequality, and the neurons of its singular value decomposition cost just that, at
most min(d, c) of them. So training with weight decay, with as many neurons as it likes, *is*

    ``min 1/2 ||sum_j A_j V_j - Y||^2 + beta sum_j ||V_j||_*``,  V_j of shape (d, c),

over the gated networks of these patterns: ``norm="nuclear"`` (Sahiner, Ergen, Pauly and Pilanci, 2021). A
linear part of two layers with min(d, c) hidden units between them costs its nuclear norm for the same reason,
and so does a normalized block in its own coordinates.

``norm="frobenius"`` groups over outputs: it has ``||V_j||_F <= ||V_j||_*`` instead. It
is a relaxation of weight decay, never above it, and is weight decay itself where all V_j found have rank
one. Its other name: weight decay on gated networks whose neurons have first weights for each output. As
``A_j V`` is ``(A_j x I_c) vec(V)``, it is a program with one output on ``X x I_c``, row i and its labels
becoming c rows, which share their bit of every pattern.

With cones both fail. The first weights of a ReLU network's neurons lie in the cone of their pattern, and the
singular vectors of V_j need not; Frobenius norms of ``U_j - W_j`` with the columns of both in the cone charge
a neuron with outputs of both signs more than weight decay does, so that they bound nothing. What weight decay
charges there is the gauge of the ``w v^T`` with w in the cone, whose dual has to maximize ``||Q^T w||`` over
a cone, a convex function. The exact form is refused.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from .. import _checks
from ..blocks.neurons import Network
from ..patterns.sampling import gates_of
from ..solvers.arrays import norms
from .losses import Squares

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from .solutions import Solution

NORMS = ("frobenius", "nuclear")
RANK = 1e-6  # singular values below this share of all norms are zero


def several(y):
    """Whether labels have two dimensions, a column an output."""
    return np.ndim(y) == 2


def check_several(Y, n, form, loss, norm="frobenius"):
    """Labels of shape (n, c), and a refusal of what the program does not have."""
    Y = _checks.array("y", Y, (n, "c"))
    _checks.choice("norm", norm, NORMS)
    if form != "gated":
        raise ValueError(f'y has {Y.shape[1]} columns: several outputs have form="gated" only')
    if loss != "squares":
        raise ValueError(f'y has {Y.shape[1]} columns: several outputs have loss="squares" only')
    return Y


def lifted(blocks, c):
    """The blocks ``A_j x I_c``: every row c times, a copy for each output."""
    many = copy.copy(blocks)
    many.X = np.kron(blocks.X, np.eye(c))
    many.masks = np.repeat(blocks.masks, c, axis=0)
    if blocks.factors is not None:
        many.factors = np.stack([np.kron(factor, np.eye(c)) for factor in blocks.factors])
    return many


@dataclass(frozen=True, eq=False)
class SeveralOutputs:
    """A solution with several outputs, made by `solve` and `path` for labels of shape (n, c).

    Attributes
    ----------
    lifted : Solution
        Of the program with one output that it is; `.value`, `.gap`, `.status`, `.residual`, `.reason`,
        `.beta`, `.parts` and `.blocks` are its.
    plain_blocks : Blocks
        The blocks of the data as given.
    outputs : int
        How many there are, c.
    given_gates : ndarray, shape (d, p), or None
        Gates that realize the patterns.
    norm : {"frobenius", "nuclear"}
        Of which program it is the solution.
    """

    lifted: Solution
    plain_blocks: object
    outputs: int
    given_gates: np.ndarray | None = None
    norm: str = "frobenius"

    def __getattr__(self, name):
        if name in ("value", "gap", "status", "reason", "beta", "form", "network", "loss", "parts", "blocks"):
            return getattr(self.lifted, name)
        if name in ("residual", "require"):
            return getattr(self.lifted, name)
        raise AttributeError(f"{type(self).__name__} has no {name}")

    def __repr__(self) -> str:
        return repr(self.lifted).replace("Solution(", f"SeveralOutputs({self.outputs} outputs; ", 1)

    @cached_property
    def coordinates(self) -> np.ndarray:
        """V_j in block coordinates, the skip block first, shape (p + s, d, c)."""
        return self.lifted.parts[0].reshape(self.plain_blocks.size, -1, self.outputs)

    @cached_property
    def _in_X(self):
        factors = self.plain_blocks.factors
        return self.coordinates if factors is None else factors @ self.coordinates

    @property
    def weights(self) -> np.ndarray:
        """The neurons' weights, shape (p, d, c), in X-coordinates."""
        return self._in_X[self.plain_blocks.skip :]

    @property
    def skip(self) -> np.ndarray:
        """The skip weights, shape (d, c); zero for a network without them."""
        return self._in_X[0] if self.plain_blocks.skip else np.zeros(self._in_X.shape[1:])

    @property
    def intercept(self) -> np.ndarray | None:
        """The free constants, shape (c,), or None."""
        c = self.lifted.intercept
        return None if c is None else np.broadcast_to(c, self.outputs)

    @property
    def y(self) -> np.ndarray:
        """The labels, shape (n, c)."""
        return self.lifted.y.reshape(-1, self.outputs)

    @property
    def dual(self) -> np.ndarray:
        """The dual vector, one a row and output, shape (n, c).

        Every ``||A_j^T dual|| <= beta``, by the Frobenius or, of the nuclear program, the spectral norm.
        """
        return self.lifted.dual.reshape(-1, self.outputs)

    @property
    def fit(self) -> np.ndarray:
        """The outputs on the training data, shape (n, c)."""
        return self._outputs(self.plain_blocks.X, self.plain_blocks.masks[:, self.plain_blocks.skip :])

    @property
    def ranks(self) -> np.ndarray:
        """The rank of every V_j, shape (p + s,): the neurons that weight decay needs for it."""
        sizes = np.linalg.svd(self.coordinates, compute_uv=False)
        return (sizes > RANK * max(sizes.sum(), np.finfo(float).tiny)).sum(axis=1)

    @property
    def weight_decay(self) -> float:
        """What weight decay charges for this network: the objective with nuclear norms, >= `.value`."""
        spent = float(np.linalg.svd(self.coordinates, compute_uv=False).sum())
        if self.beta is None:
            return spent
        return Squares.value(self.fit.ravel(), self.lifted.y) + self.beta * spent

    @property
    def weight_decay_gap(self) -> float:
        """How far it is at most from the cheapest gated network under weight decay, as a share."""
        bound = self.value * (1 - self.gap)
        return float((self.weight_decay - bound) / max(self.weight_decay, np.finfo(float).tiny))

    def to_layers(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """A gated network of rank-one neurons, balanced: half its sum of squares is its cost.

        Returns
        -------
        first : ndarray, shape (d, m)
            First-layer weights.
        second : ndarray, shape (m, c)
            Second-layer weights; the outputs are ``sum_i gate_i(X) * (X first_i) second_i^T + X skip``.
        gates : ndarray, shape (d, m)
            The gates.
        skip : ndarray, shape (d, c)
            The linear part, whose cost is its nuclear norm.

        Raises
        ------
        ValueError
            Where the program has no solution, a pattern has no gate, or for normalized networks.
        """
        self.require()
        if self.network == "normalized":
            raise ValueError('network="normalized" has no layers of this kind')
        left, size, right = np.linalg.svd(self.weights, full_matrices=False)
        which, i = np.nonzero(size > RANK * max(size.sum(), np.finfo(float).tiny))
        root = np.sqrt(size[which, i])
        return left[which, :, i].T * root, right[which, i] * root[:, None], self.gates[:, which], self.skip

    def to_network(self, negligible: float = RANK) -> Network:
        """The gated network of rank-one neurons whose cost is what weight decay charges.

        Parameters
        ----------
        negligible : float
            Neurons whose size is at most this share of all are left out.

        Returns
        -------
        Network
            With `second` of shape (m, c).

        Raises
        ------
        ValueError
            Where the program has no solution, or a pattern no gate.
        """
        self.require()
        blocks, s = self.plain_blocks, self.plain_blocks.skip
        left, size, right = np.linalg.svd(self.coordinates, full_matrices=False)
        which, i = np.nonzero(size > negligible * max(size.sum(), np.finfo(float).tiny))
        root = np.sqrt(size[which, i])
        first, second = left[which, :, i].T * root, right[which, i] * root[:, None]
        neuron, scale = which >= s, None
        linear = (first[:, ~neuron], second[~neuron])
        first, second, which, root = first[:, neuron], second[neuron], which[neuron] - s, root[neuron]
        if blocks.factors is not None:
            first, scale = np.einsum("jab,bj->aj", blocks.factors[which], first / root), root
        intercept = np.zeros(self.outputs) if self.intercept is None else np.array(self.intercept)
        return Network(first, second, scale, self.gates[:, which], *linear, intercept)

    @cached_property
    def gates(self):
        """Gates that realize the patterns, shape (d, p)."""
        if self.given_gates is not None:
            return self.given_gates
        return gates_of(self.plain_blocks.X, self.plain_blocks.masks[:, self.plain_blocks.skip :] > 0)

    def predict(self, X: ArrayLike) -> np.ndarray:
        """The network's outputs on new data, by its gates.

        Parameters
        ----------
        X : array_like, shape (m, d)
            New data.

        Returns
        -------
        ndarray, shape (m, c)
            The outputs.

        Raises
        ------
        ValueError
            For data of a wrong shape, or without weights.
        """
        self.require()
        X = _checks.array("X", X, ("m", self.plain_blocks.X.shape[1]))
        return self._outputs(X, X @ self.gates >= 0)

    def _outputs(self, X, masks):
        on = norms(self.weights.reshape(len(self.weights), -1)) > 0
        fit = X @ self.skip + np.einsum(
            "ij,ik,jkc->ic", masks[:, on] * 1.0, X, self.weights[on], optimize=True
        )
        return fit if self.intercept is None else fit + self.intercept
