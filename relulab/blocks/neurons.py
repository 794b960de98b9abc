"""The network that block coordinates stand for, as plain arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .. import _checks
from ..solvers.arrays import norms
from . import cones

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

NEGLIGIBLE = 1e-10  # neurons below this share of the norm sum are left out of a network
TINY = np.finfo(float).tiny


@dataclass(frozen=True, eq=False)
class Network:
    """A two-layer network as plain arrays, made by `Solution.to_network` and `Solution.to_relu`.

    Neuron i gives ``second[i] * (X first[:, i])_+``; a gated one ``second[i] * gate_i(X) * X first[:, i]``,
    where the gate is open on the rows with ``x^T gates[:, i] >= 0``; a normalized one is multiplied by
    ``scale[i]`` besides, and its first-layer weights are sized so that its hidden outputs on the training
    data have norm 1. The skip pair adds ``X skip_first * skip_second``. With c outputs each neuron has c
    second-layer weights, and the linear part is two layers with r units between them.

    Attributes
    ----------
    first : ndarray, shape (d, m)
        First-layer weights.
    second : ndarray, shape (m,) or (m, c)
        Second-layer weights.
    scale : ndarray, shape (m,), or None
        The normalized network's alpha.
    gates : ndarray, shape (d, m), or None
        The gates of a gated network; None for ReLU.
    skip_first : ndarray, shape (d,) or (d, r)
        The skip pair's first weight; zero without one.
    skip_second : float or ndarray, shape (r, c)
        The skip pair's second weight.
    intercept : float or ndarray, shape (c,)
        A constant that is added to the output and costs nothing; zero but for programs with a free intercept.
    """

    first: np.ndarray
    second: np.ndarray
    scale: np.ndarray | None
    gates: np.ndarray | None
    skip_first: np.ndarray
    skip_second: float | np.ndarray
    intercept: float | np.ndarray = 0.0

    @property
    def m(self) -> int:
        """Number of neurons, the skip pair not counted."""
        return len(self.second)

    @property
    def cost(self) -> float:
        """Half the sum of squares that weight decay sees, ``R / 2``.

        The layers are balanced, so it is the sum of ``||first_i|| |second_i||``, and for the normalized
        network, whose first layer is free, of ``scale_i |second_i|``.
        """
        trained = (self.first if self.scale is None else self.scale, self.second, self.skip_first)
        return 0.5 * float(sum((part**2).sum() for part in trained) + np.sum(np.square(self.skip_second)))

    def predict(self, X: ArrayLike, normalization: str = "training") -> np.ndarray:
        """The network's outputs.

        Parameters
        ----------
        X : array_like, shape (n, d)
            Data, of any number of rows.
        normalization : {"training", "batch"}
            What a normalized neuron is divided by: its norm on the training data, so that every row is
            predicted by itself, or its norm on `X`, as in training. The others ignore it.

        Returns
        -------
        ndarray, shape (n,) or (n, c)
            The outputs.

        Raises
        ------
        ValueError
            For rows of another length, or an unknown normalization.
        """
        X = _checks.array("X", X, ("n", len(self.skip_first)))
        _checks.choice("normalization", normalization, ("training", "batch"))
        hidden = X @ self.first
        hidden = np.maximum(hidden, 0) if self.gates is None else hidden * (X @ self.gates >= 0)
        outer = self.second
        if self.scale is not None:
            outer = (outer.T * self.scale).T
            if normalization == "batch":
                hidden = hidden / np.maximum(np.linalg.norm(hidden, axis=0), TINY)
        linear = X @ self.skip_first
        linear = linear @ self.skip_second if np.ndim(self.skip_second) else linear * self.skip_second
        return hidden @ outer + linear + self.intercept

    __call__ = predict


def network_of(blocks, parts, gates=None, negligible=NEGLIGIBLE):
    """The network whose cost is the norm sum of its neurons' block coordinates.

    A neuron u of a plain or skip network becomes the pair ``u / sqrt||u||, +-sqrt||u||``. A normalized one
    with block coordinates a has first-layer weights ``(R a + z) / ||a||`` and ``scale = |second| =
    sqrt||a||``; the null-space part z, which only ReLU needs, closes the neuron on the rows off its pattern.

    Parameters
    ----------
    blocks : Blocks
        The blocks.
    parts : ndarray, shape (2, p + s, d)
        The positive and the negative neurons in block coordinates, the skip block first.
    gates : ndarray, shape (d, p), optional
        Gates that realize the patterns, for a gated network; None makes a ReLU network, which has the same
        outputs where the neurons are in their cones.
    negligible : float
        Neurons whose norm is at most this share of the norm sum are left out.

    Returns
    -------
    Network
        The balanced network.

    Examples
    --------
    >>> import numpy as np
    >>> import relulab as rl
    >>> from relulab.blocks.neurons import network_of
    >>> blocks = rl.Blocks(np.eye(2), np.ones((2, 1), dtype=bool), network="plain")
    >>> network = network_of(blocks, np.array([[[3.0, 4.0]], [[0.0, 0.0]]]))
    >>> network.cost, network(np.eye(2))
    (5.0, array([3., 4.]))
    """
    s = blocks.skip
    sizes = norms(parts)
    sign, index = np.nonzero((sizes > negligible * sizes.sum())[:, s:])
    size = sizes[sign, index + s]
    root = np.sqrt(size)
    first, scale = blocks.to_weights(parts)[sign, index + s].T / root, None
    if blocks.factors is not None:
        first, scale = first / root, root
        if gates is None:
            for i, j in enumerate(index):
                first[:, i] += cones.null_part(blocks, j, parts[sign[i], j] / size[i])
    skip_second = float(np.sqrt(sizes[0, 0])) if s else 0.0
    skip = parts[0, 0] if s else np.zeros(parts.shape[-1])
    return Network(
        first=first,
        second=np.where(sign == 0, root, -root),
        scale=scale,
        gates=None if gates is None else gates[:, index],
        skip_first=skip / max(skip_second, TINY),
        skip_second=skip_second,
    )
