"""Loss, gradients and optimizer steps of many two-layer networks at once, written out by hand.

The weights of B networks are one flat tensor: a piece of all of them, such as their first layers, then the
next. So the optimizer passes over them once, and each piece is one stretch of memory. An epoch is two batched
matrix products of ``2 n d m`` operations and few passes over the hidden layer, all in memory that is
allocated once. Automatic differentiation finds the same gradients.

With r = f - y and the mask M of open neurons, ``X^T (M o r 1^T) = (r o X)^T M``: the small factor is scaled,
not the hidden layer. And since ``(X w)_+`` is M X w, the correlations ``(X w)_+^T r`` are column sums of the
weights times that product, so the hidden layer is not read again for them.
"""

import functools

import numpy as np
import torch
from torch.optim.adam import adam

from .networks import NETWORKS, PIECES, SILENT

GROUP = 8  # matrix products are an eighth faster where the number of columns is a multiple of it
ACTIVE = 1e-3  # an active neuron holds at least this share of its network's path norm
BETAS = (0.9, 0.999)
EPSILON = 1e-8
MOMENTUM = 0.9


def shapes(network, d, m):
    """The shapes of a network's pieces, those that weight decay charges first."""
    every = {"first": (d, m), "second": (m,), "scale": (m,), "skip_first": (d,), "skip_second": (1,)}
    return {name: every[name] for name in PIECES[network]}


def joined(pieces):
    """The pieces as they are trained.

    A skip pair is one more neuron whose gate is always open. Neurons that are zero, and stay so, fill the
    last group.
    """
    if "skip_first" in pieces:
        first = np.concatenate([pieces["first"], pieces["skip_first"][..., None]], axis=-1)
        second = np.concatenate([pieces["second"], pieces["skip_second"]], axis=-1)
        pieces = {"first": first, "second": second}
    more = -pieces["first"].shape[-1] % GROUP
    return {name: np.pad(piece, [(0, 0)] * (piece.ndim - 1) + [(0, more)]) for name, piece in pieces.items()}


def parted(weights, network, m):
    """The pieces of a network of m neurons again; the inverse of `joined`."""
    pieces = {name: piece[..., :m] for name, piece in weights.items()}
    if network == "skip":
        pieces["skip_first"] = weights["first"][..., m]
        pieces["skip_second"] = weights["second"][..., m : m + 1]
    return pieces


def views(flat, network, d, m):
    """The joined pieces of B networks in a flat tensor (B P,), each (B, ...), as views of it."""
    network, m = ("plain", m + 1) if network == "skip" else (network, m)
    every = shapes(network, d, m + -m % GROUP)
    sizes = {name: int(np.prod(shape)) for name, shape in every.items()}
    count = len(flat) // sum(sizes.values())
    parts = flat.split([count * size for size in sizes.values()])
    return {name: part.view(count, *every[name]) for name, part in zip(sizes, parts, strict=True)}


def decayed(weights, network):
    """The joined pieces that weight decay charges; they come first."""
    return [weights[name] for name in NETWORKS[network].decayed if name in weights]


class Space:
    """The memory of a pass over n rows and the views of it: making one costs as much as a small product."""

    def __init__(self, hidden, pushed, spare, m, n):
        self.hidden, self.pushed = hidden[:, :n], pushed[:, :n]
        self.gated = self.hidden[:, :, :m]
        self.hidden_columns, self.pushed_columns = self.hidden.mT, self.pushed.mT
        self.spare = None if spare is None else spare[:, :n]
        self.row = hidden.new_empty(len(hidden), 1, n)
        self.outputs = self.row[:, 0]


class Gradients:
    """Outputs and gradients of B networks on ``rows`` rows, without automatic differentiation.

    Sums over neurons are products with a row on the left: in a batch they are ten times faster than those
    with a column on the right.

    Parameters
    ----------
    network : {"plain", "skip", "normalized"}
        The network.
    theta : Tensor, shape (B P,)
        The weights; `theta.grad` is set to the gradient.
    rows, d, m : int
        Rows of the data (at most), dimension, neurons.
    """

    def __init__(self, network, theta, rows, d, m):
        theta.grad = torch.zeros_like(theta)
        self.normalized = network == "normalized"
        self.weights, self.slopes = views(theta, network, d, m), views(theta.grad, network, d, m)
        self.outer = self.weights["second"][:, None]
        self.product = torch.empty_like(self.weights["first"])
        self.norms, self.floor = None, theta.new_zeros(self.product.shape[-1])  # above it a gate is open
        if network == "skip":
            self.floor[m] = -torch.inf
        count, _, width = self.product.shape
        hidden, pushed = theta.new_empty(count, rows, width), theta.new_empty(count, d, rows).mT
        spare = torch.empty_like(hidden) if self.normalized else None
        self.space = functools.cache(functools.partial(Space, hidden, pushed, spare, m))

    def outputs(self, X, norms=None):
        """The outputs (B, n) on X (B, n, d), until the next call; `norms` divide normalized neurons."""
        w, space, outer = self.weights, self.space(X.shape[1]), self.outer
        torch.bmm(X, w["first"], out=space.hidden)
        space.gated.relu_()
        if self.normalized:
            self.norms = (_lengths(space.hidden) if norms is None else norms).clamp_min(SILENT)
            outer = (w["second"] * w["scale"]).div_(self.norms)[:, None]
        torch.bmm(outer, space.hidden_columns, out=space.row)
        return space.outputs

    def descend(self, X, error):
        """Set the gradient, given the loss's derivative `error` (B, n) by the last `outputs(X)`."""
        w, slope, space = self.weights, self.slopes, self.space(X.shape[1])
        if self.normalized:
            self._descend_normalized(X, error, space)
            return
        torch.mul(X, error[:, :, None], out=space.pushed)
        space.hidden.gt_(self.floor)
        torch.bmm(space.pushed_columns, space.hidden, out=slope["first"])
        torch.sum(torch.mul(slope["first"], w["first"], out=self.product), 1, out=slope["second"])
        slope["first"].mul_(self.outer)

    def _descend_normalized(self, X, error, space):
        w, slope, hidden = self.weights, self.slopes, space.hidden
        correlation = torch.bmm(error[:, None], hidden)[:, 0] / self.norms
        torch.mul(correlation, w["scale"], out=slope["second"])
        torch.mul(correlation, w["second"], out=slope["scale"])
        opened = torch.gt(hidden, self.floor, out=space.spare)
        along = (-correlation / self.norms)[:, None]
        torch.addcmul(error[:, :, None], hidden, along, out=hidden).mul_(opened)
        outer = (w["second"] * w["scale"]).div_(self.norms)[:, None]
        torch.bmm(X.mT, hidden, out=slope["first"]).mul_(outer)


def _lengths(columns):
    """Norms of the columns, (B, n, k) to (B, k); torch's own norm is ten times slower along this axis."""
    return columns.square().sum(1).sqrt_()


def neuron_norms(weights, network):
    """What each of the joined neurons adds to the path norm: shape (B, columns)."""
    if network == "normalized":
        return (weights["scale"] * weights["second"]).abs()
    return _lengths(weights["first"]) * weights["second"].abs()


class Optimizer:
    """Adam, AdamW or SGD with momentum, with a weight decay that says what it is.

    Parameters
    ----------
    name : {"adam", "adamw", "sgd", "first-adamw"}
        ``"adam"`` and ``"sgd"`` follow the gradient of the whole objective; ``"adamw"`` follows that of the
        loss and shrinks the weights beside it. ``"first-adamw"`` is AdamW made anew for every step: without
        a past its step is ``lr g / (|g| + eps)``.
    theta : Tensor, shape (B P,)
        The weights, with their gradient.
    lr, beta : float
        Learning rate and weight decay.
    charged : int
        Weight decay charges this many entries, the first ones.
    """

    def __init__(self, name, theta, lr, beta, charged):
        self.name, self.theta, self.lr, self.beta = name, theta, lr, beta
        self.charged, self.pulled = theta[:charged], theta.grad[:charged]
        self.least = torch.finfo(theta.dtype).eps / 4  # one minus a smaller number is rounded to one
        self.size = torch.empty_like(theta) if name == "first-adamw" else None
        self.forget()

    def forget(self):
        """Start anew, without moments."""
        self.moments = {}
        if self.name in ("adam", "adamw", "sgd"):
            self.moments["mean"] = torch.zeros_like(self.theta)
        if self.name in ("adam", "adamw"):
            # The step count of a fused rule lives with the weights, that of another one on the host.
            self.fused = self.theta.device.type in ("cpu", "cuda")
            self.moments["square"] = torch.zeros_like(self.theta)
            self.moments["steps"] = torch.zeros((), device=self.theta.device if self.fused else "cpu")

    def step(self, factor=1.0):
        """One step with the learning rate times `factor`."""
        rate, theta, slope = self.lr * factor, self.theta, self.theta.grad
        if self.name in ("adamw", "first-adamw"):
            if rate * self.beta > self.least:
                self.charged.mul_(1 - rate * self.beta)
        else:
            self.pulled.add_(self.charged, alpha=self.beta)
        if self.name == "first-adamw":
            theta.addcdiv_(slope, torch.abs(slope, out=self.size).add_(EPSILON), value=-rate)
        elif self.name == "sgd":
            theta.add_(self.moments["mean"].mul_(MOMENTUM).add_(slope), alpha=-rate)
        else:
            self._adam(rate)

    def _adam(self, rate):
        # The function behind torch.optim.Adam: as one object a step of a small batch takes twice as long.
        mean, square, steps = self.moments.values()
        adam(
            [self.theta],
            [self.theta.grad],
            [mean],
            [square],
            [],
            [steps],
            fused=self.fused,
            amsgrad=False,
            maximize=False,
            beta1=BETAS[0],
            beta2=BETAS[1],
            lr=rate,
            weight_decay=0.0,
            eps=EPSILON,
        )

    def state(self):
        """What the optimizer remembers, as arrays."""
        return {name: moment.cpu().numpy() for name, moment in self.moments.items()}

    def restore(self, state):
        """Remember what `state` gave."""
        for name, moment in self.moments.items():
            moment.copy_(torch.as_tensor(state[name]))
