"""Loss, gradients and optimizer steps of many two-layer networks at once, written out by hand.

The weights of a network lie in one row of a flat tensor (B, P); its pieces are views of that row. An epoch
is two batched matrix products of ``2 n d m`` operations and few passes over the hidden layer, all in memory
that is allocated once. Automatic differentiation finds the same gradients.

With r = f - y and the mask M of open neurons, ``X^T (M o r 1^T) = (r o X)^T M``: the small factor is scaled,
not the hidden layer. And since ``(X w)_+`` is M X w, the correlations ``(X w)_+^T r`` are column sums of the
weights times that product, so the hidden layer is not read again for them.
"""

import numpy as np
import torch

from .networks import NETWORKS, PIECES, SILENT

ACTIVE = 1e-3  # an active neuron holds at least this share of its network's path norm
BETAS = (0.9, 0.999)
EPSILON = 1e-8
MOMENTUM = 0.9


def shapes(network, d, m):
    """The shapes of a network's pieces, those that weight decay charges first."""
    every = {"first": (d, m), "second": (m,), "scale": (m,), "skip_first": (d,), "skip_second": (1,)}
    return {name: every[name] for name in PIECES[network]}


def views(flat, network, d, m):
    """The pieces of a flat tensor (B, P), as views of it."""
    pieces, start = {}, 0
    for name, shape in shapes(network, d, m).items():
        stop = start + int(np.prod(shape))
        pieces[name] = flat[:, start:stop].view(-1, *shape)
        start = stop
    return pieces


def decayed_size(network, d, m):
    """How many entries of a row weight decay charges; they come first."""
    return sum(int(np.prod(shapes(network, d, m)[name])) for name in NETWORKS[network].decayed)


class Gradients:
    """Outputs and gradients of B networks on ``rows`` rows, without automatic differentiation.

    Parameters
    ----------
    network : {"plain", "skip", "normalized"}
        The network.
    theta : Tensor, shape (B, P)
        The weights; `theta.grad` is set to the gradient.
    rows, d, m : int
        Rows of the data (at most), dimension, neurons.
    """

    def __init__(self, network, theta, rows, d, m):
        theta.grad = torch.zeros_like(theta)
        self.network = network
        self.weights, self.slopes = views(theta, network, d, m), views(theta.grad, network, d, m)
        self.hidden = theta.new_empty(len(theta), rows, m)
        self.pushed = theta.new_empty(len(theta), rows, d)
        self.open = torch.empty_like(self.hidden) if network == "normalized" else None
        self.norms = None

    def outputs(self, X, norms=None):
        """The outputs (B, n) on X (B, n, d); normalized neurons are divided by `norms` if given."""
        w = self.weights
        hidden = torch.bmm(X, w["first"], out=self.hidden[:, : X.shape[1]]).relu_()
        outer = w["second"]
        if self.network == "normalized":
            self.norms = (_lengths(hidden) if norms is None else norms).clamp_min(SILENT)
            outer = outer * w["scale"] / self.norms
        outputs = _combine(outer, hidden)
        if self.network == "skip":
            outputs += _combine(w["skip_first"] * w["skip_second"], X)
        return outputs

    def descend(self, X, error):
        """Set the gradient, given the loss's derivative `error` (B, n) by the last `outputs(X)`."""
        w, slope = self.weights, self.slopes
        hidden = self.hidden[:, : X.shape[1]]
        if self.network == "normalized":
            self._descend_normalized(X, error, hidden)
            return
        pushed = torch.mul(X, error[:, :, None], out=self.pushed[:, : X.shape[1]])
        torch.bmm(pushed.mT, hidden.sign_(), out=slope["first"])
        torch.sum(slope["first"] * w["first"], 1, out=slope["second"])
        slope["first"].mul_(w["second"][:, None, :])
        if self.network == "skip":
            along = _combine(error, X.mT)
            torch.mul(along, w["skip_second"], out=slope["skip_first"])
            torch.sum(along * w["skip_first"], 1, keepdim=True, out=slope["skip_second"])

    def _descend_normalized(self, X, error, hidden):
        w, slope = self.weights, self.slopes
        correlation = _combine(error, hidden.mT) / self.norms
        torch.mul(correlation, w["scale"], out=slope["second"])
        torch.mul(correlation, w["second"], out=slope["scale"])
        opened = torch.sign(hidden, out=self.open[:, : X.shape[1]])
        along = (-correlation / self.norms)[:, None, :]
        torch.addcmul(error[:, :, None], hidden, along, out=hidden).mul_(opened)
        outer = w["second"] * w["scale"] / self.norms
        torch.bmm(X.mT, hidden, out=slope["first"]).mul_(outer[:, None, :])


def _combine(coefficients, columns):
    """``columns @ coefficients`` for each problem: (B, k) and (B, n, k) give (B, n).

    The row vector stands on the left, because that product is ten times faster than the other in a batch.
    """
    return torch.bmm(coefficients[:, None, :], columns.mT)[:, 0]


def _lengths(columns):
    """Norms of the columns, (B, n, k) to (B, k); torch's own norm is ten times slower along this axis."""
    return columns.square().sum(1).sqrt_()


def neuron_norms(weights, network):
    """What each neuron adds to the path norm, the skip pair last: shape (B, m) or (B, m + 1)."""
    if network == "normalized":
        return (weights["scale"] * weights["second"]).abs()
    norms = _lengths(weights["first"]) * weights["second"].abs()
    if network == "plain":
        return norms
    return torch.cat(
        [norms, weights["skip_first"].norm(dim=1, keepdim=True) * weights["skip_second"].abs()], 1
    )


class Optimizer:
    """Adam, AdamW or SGD with momentum, with a weight decay that says what it is.

    Parameters
    ----------
    name : {"adam", "adamw", "sgd", "first-adamw"}
        ``"adam"`` and ``"sgd"`` follow the gradient of the whole objective; ``"adamw"`` follows that of the
        loss and shrinks the weights beside it. ``"first-adamw"`` is AdamW made anew for every step: without
        a past its step is ``lr g / (|g| + eps)``.
    theta : Tensor, shape (B, P)
        The weights, with their gradient.
    lr, beta : float
        Learning rate and weight decay.
    decayed : int
        Weight decay charges this many entries of each row.
    """

    def __init__(self, name, theta, lr, beta, decayed):
        self.name, self.theta, self.beta, self.decayed = name, theta, beta, decayed
        self.lr = lr
        self.forget()

    def forget(self):
        """Start anew, without moments."""
        fused = self.theta.device.type in ("cpu", "cuda")
        if self.name == "sgd":
            self.rule = torch.optim.SGD([self.theta], self.lr, momentum=MOMENTUM, fused=fused)
        else:
            self.rule = torch.optim.Adam([self.theta], self.lr, BETAS, EPSILON, fused=fused)

    def step(self, factor=1.0):
        """One step with the learning rate times `factor`."""
        rate = self.lr * factor
        charged, gradient = self.theta[:, : self.decayed], self.theta.grad
        if self.name in ("adamw", "first-adamw"):
            charged.mul_(1 - rate * self.beta)
        else:
            gradient[:, : self.decayed].add_(charged, alpha=self.beta)
        if self.name == "first-adamw":
            self.theta.addcdiv_(gradient, gradient.abs().add_(EPSILON), value=-rate)
            return
        self.rule.param_groups[0]["lr"] = rate
        self.rule.step()

    def state(self):
        """What the optimizer remembers, as arrays."""
        return {
            name: torch.as_tensor(value).cpu().numpy()
            for name, value in self.rule.state[self.theta].items()
            if value is not None
        }

    def restore(self, state):
        """Remember what `state` gave."""
        for name, array in state.items():
            tensor = torch.tensor(array)
            # The step count of a fused rule lives with the weights, that of another one on the host.
            on = self.theta.device if name != "step" or self.rule.param_groups[0]["fused"] else "cpu"
            self.rule.state[self.theta][name] = tensor.to(on)
