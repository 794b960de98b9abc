"""Two-layer ReLU networks as torch modules; the leading axis is a batch of independent networks."""

import numpy as np

from .. import _checks
from ..blocks.neurons import Network

try:
    import torch
    from torch import nn
except ImportError as error:
    raise ImportError("training needs torch, which is not installed: pip install 'relulab[train]'") from error

INITS = ("released", "he", "zero-balanced")
SMALL = 0.03  # the size of a zero-balanced neuron's two layers; zero itself would be a stationary point
SILENT = 1e-12  # a neuron whose outputs are shorter than this is divided by this instead of its norm


class Plain(nn.Module):
    """B networks ``f(X) = (X first)_+ second``.

    Parameters
    ----------
    first : Tensor, shape (B, d, m)
        First-layer weights.
    second : Tensor, shape (B, m)
        Second-layer weights.
    gates : Tensor, shape (B, d, m), optional
        Fixed gates: neuron i is open on the rows with ``x^T gates[:, i] >= 0``, whatever its weights.

    Examples
    --------
    >>> import torch
    >>> from relulab.training.networks import Plain
    >>> nets = Plain(torch.ones(5, 2, 3), torch.ones(5, 3))
    >>> nets(torch.ones(5, 4, 2)).shape
    torch.Size([5, 4])
    """

    decayed = ("first", "second")

    def __init__(self, first, second, gates=None):
        super().__init__()
        self.first, self.second = nn.Parameter(first), nn.Parameter(second)
        self.register_buffer("gates", gates)

    def hidden(self, X):
        """The neurons' outputs, shape (B, n, m), on data of shape (B, n, d)."""
        before = X @ self.first
        return before.relu() if self.gates is None else before * (X @ self.gates >= 0)

    def forward(self, X):
        """The networks' outputs, shape (B, n), on data of shape (B, n, d), or (n, d) for all."""
        return (self.hidden(X) @ self.second[:, :, None])[:, :, 0]

    def regularizer(self):
        """The R of ``1/2 ||f - y||^2 + (beta/2) R``, shape (B,): the sum of squares that decay."""
        return sum(getattr(self, name).square().flatten(1).sum(1) for name in self.decayed)

    def to_arrays(self):
        """The networks one by one, as plain arrays.

        Returns
        -------
        list of Network
            Each with `predict`, `cost` (which is R/2) and the weights.
        """
        pieces = [_numpy(piece) for piece in (self.first, self.second)]
        gates = [None] * len(self.first) if self.gates is None else _numpy(self.gates)
        nothing = np.zeros(self.first.shape[1])
        return [Network(w, a, None, g, nothing, 0.0) for w, a, g in zip(*pieces, gates, strict=True)]


class Skip(Plain):
    """B networks ``f(X) = X skip_first skip_second + (X first)_+ second``.

    Parameters
    ----------
    first, second, gates
        As for `Plain`.
    skip_first : Tensor, shape (B, d)
        First weights of the skip pair.
    skip_second : Tensor, shape (B, 1)
        Its second weight.
    """

    decayed = (*Plain.decayed, "skip_first", "skip_second")

    def __init__(self, first, second, skip_first, skip_second, gates=None):
        super().__init__(first, second, gates)
        self.skip_first, self.skip_second = nn.Parameter(skip_first), nn.Parameter(skip_second)

    def forward(self, X):
        """The networks' outputs, shape (B, n)."""
        return super().forward(X) + (X @ (self.skip_first * self.skip_second)[:, :, None])[:, :, 0]

    def to_arrays(self):
        """The networks one by one, as plain arrays."""
        pairs = zip(_numpy(self.skip_first), _numpy(self.skip_second)[:, 0], strict=True)
        return [
            Network(net.first, net.second, None, net.gates, w, float(a))
            for net, (w, a) in zip(super().to_arrays(), pairs, strict=True)
        ]


class Normalized(Plain):
    """B networks ``f(X) = sum_i scale_i second_i (X first_i)_+ / ||(X first_i)_+||``.

    In training the norm is that of the batch at hand. On new data there is a choice: the norm on the new
    rows (``"batch"``, as in the released code), or the norm that `remember` stored (``"training"``, so that
    every row is predicted by itself).

    Parameters
    ----------
    first, second, gates
        As for `Plain`.
    scale : Tensor, shape (B, m)
        The alpha of every neuron.
    norms : Tensor, shape (B, m), optional
        The neurons' norms on the training data.
    """

    decayed = ("second", "scale")  # the first layer is scale-free: its least cost is zero

    def __init__(self, first, second, scale, gates=None, norms=None):
        super().__init__(first, second, gates)
        self.scale = nn.Parameter(scale)
        self.register_buffer("norms", norms)

    def remember(self, X):
        """Store the neurons' norms on the training data X, shape (B, n, d)."""
        with torch.no_grad():
            self.norms = self.hidden(X).norm(dim=1)

    def forward(self, X, normalization="batch"):
        """The networks' outputs, shape (B, n); `normalization` is ``"batch"`` or ``"training"``."""
        hidden = self.hidden(X)
        if _checks.choice("normalization", normalization, ("batch", "training")) == "batch":
            norms = hidden.norm(dim=1)
        elif self.norms is not None:
            norms = self.norms
        else:
            raise ValueError(
                'normalization="training" needs the norms on the training data: remember(X) first'
            )
        outer = self.second * self.scale / norms.clamp_min(SILENT)
        return (hidden @ outer[:, :, None])[:, :, 0]

    def to_arrays(self):
        """The networks one by one, as plain arrays, their hidden outputs on the training data of norm 1."""
        if self.norms is None:
            raise ValueError("the norms on the training data are not known: remember(X) first")
        sized = _numpy(self.first / self.norms.clamp_min(SILENT)[:, None, :])
        return [
            Network(first, net.second, scale, net.gates, net.skip_first, 0.0)
            for net, first, scale in zip(super().to_arrays(), sized, _numpy(self.scale), strict=True)
        ]


NETWORKS = {"plain": Plain, "skip": Skip, "normalized": Normalized}
PIECES = {
    "plain": ("first", "second"),
    "skip": ("first", "second", "skip_first", "skip_second"),
    "normalized": ("second", "scale", "first"),
}


def _numpy(tensor):
    return tensor.detach().cpu().double().numpy()


def initial(network, d, width, init="released", rng=0):
    """The weights of one network before training.

    Parameters
    ----------
    network : {"plain", "skip", "normalized"}
        The network.
    d, width : int
        Dimension and number of neurons.
    init : {"released", "he", "zero-balanced"}
        ``"released"``: uniform within ``1/sqrt(fan-in)`` of zero, which is what torch's linear layers do and
        the released code uses; ``scale`` is 1. ``"he"``: normal with variance ``2/fan-in``.
        ``"zero-balanced"``: both layers of a neuron have the same norm, 0.03, with random directions and
        signs: near zero, where no neuron has chosen its direction.
    rng : numpy.random.Generator or int
        Source of randomness, or a seed.

    Returns
    -------
    dict
        ``first`` (d, width), ``second`` (width,), and ``skip_first`` (d,), ``skip_second`` (1,) or ``scale``
        (width,): float64 arrays.

    Examples
    --------
    >>> from relulab.training.networks import initial
    >>> weights = initial("skip", d=4, width=9, rng=0)
    >>> {name: array.shape for name, array in weights.items()}
    {'first': (4, 9), 'second': (9,), 'skip_first': (4,), 'skip_second': (1,)}
    """
    _checks.choice("network", network, NETWORKS)
    _checks.choice("init", init, INITS)
    rng = _checks.generator(rng)
    shapes = {
        "first": (d, width),
        "second": (width,),
        "scale": (width,),
        "skip_first": (d,),
        "skip_second": (1,),
    }
    fan_in = {"first": d, "second": width, "skip_first": d, "skip_second": 1}
    weights = {}
    for name in PIECES[network]:
        shape = shapes[name]
        if name == "scale":
            weights[name] = np.full(shape, SMALL if init == "zero-balanced" else 1.0)
        elif init == "released":
            weights[name] = rng.uniform(-1, 1, shape) / np.sqrt(fan_in[name])
        elif init == "he":
            weights[name] = rng.standard_normal(shape) * np.sqrt(2 / fan_in[name])
        elif name in ("second", "skip_second"):
            weights[name] = SMALL * rng.choice([-1.0, 1.0], shape)
        else:
            directions = rng.standard_normal(shape)
            weights[name] = SMALL * directions / np.linalg.norm(directions, axis=0)
    return weights


def from_arrays(networks, dtype="float64"):
    """The torch module of networks given as plain arrays, such as a convex solution's `to_network()`.

    Parameters
    ----------
    networks : Network or sequence of Network
        Of one kind and width; a single one makes a batch of one.
    dtype : {"float32", "float64"}
        Precision.

    Returns
    -------
    Plain, Skip or Normalized
        A network with a skip weight, or without any neuron, becomes a `Skip`.
        Gated ones keep their gates, and normalized ones their norms on the training data.

    Raises
    ------
    ValueError
        For an empty sequence, networks of different shapes or kinds, a network with an intercept.

    Examples
    --------
    >>> import numpy as np
    >>> import torch
    >>> import relulab as rl
    >>> X = rl.draw("gaussian", 12, 3, rng=0)
    >>> plant, S = rl.plant(X, sigma=0.3, rng=1), rl.sample_patterns(X, rng=2)
    >>> arrays = rl.solve(X, plant.y, S, form="exact").to_network()
    >>> module = rl.networks.from_arrays(arrays)
    >>> bool(np.allclose(module(torch.tensor(X)[None]).detach()[0], arrays(X)))
    True
    """
    networks = [networks] if isinstance(networks, Network) else list(networks)
    dtype = getattr(torch, _checks.choice("dtype", dtype, ("float32", "float64")))
    if not networks:
        raise ValueError("networks is empty; give at least one")
    forms = {(net.first.shape, net.scale is None, net.gates is None) for net in networks}
    if len(forms) > 1:
        raise ValueError("networks differ in shape or kind; a batch holds networks of one shape")
    if any(net.intercept for net in networks):
        raise ValueError("networks holds one with an intercept, which these modules do not have")

    def stacked(name):
        return torch.tensor(np.stack([getattr(net, name) for net in networks]), dtype=dtype)

    gates = None if networks[0].gates is None else stacked("gates")
    first, second = stacked("first"), stacked("second")
    if networks[0].scale is not None:
        return Normalized(first, second, stacked("scale"), gates, torch.ones_like(second))
    if any(net.skip_second for net in networks) or first.shape[2] == 0:
        return Skip(first, second, stacked("skip_first"), stacked("skip_second")[:, None], gates)
    return Plain(first, second, gates)
