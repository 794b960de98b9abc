"""A network of whatever make as arrays, its kind, and the patterns that it is compared over."""

from dataclasses import replace

import numpy as np

from ... import _checks
from ...blocks.blocks import NETWORKS
from ...blocks.neurons import Network
from ...patterns.enumeration import enumerate_patterns
from ...patterns.sampling import Patterns, as_masks, distinct_columns

NEAR = 1e-9  # a neuron that is that close to a row's border, relative to its terms, touches it


def as_arrays(network, X, c=None):
    """A network of whatever kind as a `Network` that takes the rows of X; of c outputs, if c is given."""
    d = X.shape[1]
    if type(network).__name__ == "Sequential":
        network = _of_layers(network, X, c)
    if c is not None:
        network = of_several(network, c)
    elif isinstance(network, tuple | list) and len(network) in (2, 3):
        first = _checks.array("network's first layer", network[0], ("d", "m"))
        second = _checks.array("network's second layer", np.ravel(network[1]), (first.shape[1],))
        skip = np.zeros(len(first))
        if len(network) == 3:
            skip = _checks.array("network's skip weight", np.ravel(network[2]), (len(first),))
        size = np.sqrt(np.linalg.norm(skip))
        network = Network(first, second, None, None, skip / (size or 1.0), float(size))
    elif hasattr(network, "to_arrays"):
        several = network.to_arrays()
        if len(several) != 1:
            raise ValueError(f"network holds {len(several)} networks; give one of network.to_arrays()")
        network = several[0]
    if not isinstance(network, Network):
        raise ValueError(
            f"network is a {type(network).__name__}; give a Network, a module of relulab.networks, "
            "a torch.nn.Sequential(Linear, ReLU, Linear), or a tuple of arrays (first, second)"
        )
    if np.ndim(network.first) and len(network.first) != d:
        raise ValueError(
            f"network takes {len(network.first)} inputs and X has {d} columns; a bias is a column of ones"
        )
    return _checked(network, c)


def of_several(network, c):
    """A solution or layers with c outputs as a `Network`."""
    if hasattr(network, "to_layers"):
        return network.to_network()
    if not (isinstance(network, tuple | list) and len(network) in (2, 3, 4)):
        return network
    first = _checks.array("network's first layer", network[0], ("d", "m"))
    second = _checks.array("network's second layer", network[1], (first.shape[1], c))
    gates, skip = (None, *network[2:])[-2:] if len(network) > 2 else (None, None)
    if gates is not None:
        gates = _checks.array("network's gates", gates, first.shape)
    linear = np.zeros((len(first), 0)), np.zeros((0, c))
    if skip is not None:
        skip = _checks.array("network's skip weight", skip, (len(first), c))
        left, size, right = np.linalg.svd(skip, full_matrices=False)
        kept = size > 0
        linear = left[:, kept] * np.sqrt(size[kept]), np.sqrt(size[kept])[:, None] * right[kept]
    return Network(first, second, None, gates, *linear, np.zeros(c))


def _of_layers(layers, X, c):
    """``nn.Sequential(Linear, ReLU, Linear)`` with or without biases.

    The first layer's bias is the weight of X's last column, which is then constant; the second's is the
    intercept.
    """
    names = [type(layer).__name__ for layer in layers]
    if names != ["Linear", "ReLU", "Linear"]:
        raise ValueError(f"network is Sequential({', '.join(names)}); it must be (Linear, ReLU, Linear)")
    inner, _, outer = layers
    first = _checks.numbers("network's first layer", inner.weight).astype(np.float64).T
    second = _checks.numbers("network's second layer", outer.weight).astype(np.float64)
    if len(second) != (c or 1):
        raise ValueError(f"network has {len(second)} outputs and y has {c or 1} columns")
    if inner.bias is not None:
        constant = X[0, -1]
        if not constant or np.ptp(X[:, -1]) or len(first) != X.shape[1] - 1:
            raise ValueError(
                f"network has {len(first)} inputs and a bias, so X must have {len(first) + 1} columns, "
                "the last one constant"
            )
        bias = _checks.numbers("network's first bias", inner.bias).astype(np.float64) / constant
        first = np.vstack([first, bias])
    intercept = 0.0 * second[:, 0]
    if outer.bias is not None:
        intercept = _checks.numbers("network's second bias", outer.bias).astype(np.float64)
    if c is None:
        return Network(first, second[0], None, None, np.zeros(len(first)), 0.0, float(intercept[0]))
    nothing = np.zeros((len(first), 0)), np.zeros((0, c))
    return Network(first, second.T, None, None, *nothing, intercept)


def _checked(network, c):
    """The same network in finite float64 arrays whose shapes go together."""
    first = np.asarray(network.first)
    if first.ndim != 2:
        raise ValueError(f"network's first has shape {first.shape}; it must be (d, m)")
    d, m = first.shape
    shapes = {"first": (d, m), "second": (m,), "scale": (m,), "gates": (d, m), "skip_first": (d,)}
    parts = {}
    of_outputs = {"skip_second": (), "intercept": ()}
    if c is not None:
        r = np.shape(network.skip_first)[-1] if np.ndim(network.skip_first) == 2 else 0
        shapes |= {"second": (m, c), "skip_first": (d, r)}
        of_outputs = {"skip_second": (r, c), "intercept": (c,)}
    for name, shape in (shapes | of_outputs).items():
        part = getattr(network, name)
        if c is not None and name == "intercept":
            part = np.broadcast_to(part, (c,))
        if part is None and name in ("scale", "gates"):
            continue
        part = _checks.numbers(f"network's {name}", part).astype(np.float64)
        if part.shape != shape:
            raise ValueError(f"network's {name} has shape {part.shape}; it must be {shape}")
        if not np.isfinite(part).all():
            raise ValueError(f"network's {name} holds NaN or infinite values")
        parts[name] = part if shape else float(part)
    return replace(network, **parts)


def kind_of(net, among):
    linear = np.any(net.skip_second) and np.any(net.skip_first)
    own = "normalized" if net.scale is not None else "skip" if linear else "plain"
    among = own if among is None else _checks.choice("among", among, NETWORKS)
    if (among == "normalized") != (own == "normalized") or (among == "plain" and own == "skip"):
        raise ValueError(f"among={among!r} does not hold this network, which is {own}")
    return among


def patterns_of(net, X, S):
    """The patterns of S with those of the network, and whether they are all."""
    if isinstance(S, str):
        _checks.choice("S", S, ("all",))
        S = enumerate_patterns(X)
    if not X.any() and not getattr(S, "p", 1):  # no neuron hears anything; every gate is open on zero rows
        S = Patterns(np.ones((len(X), 1), dtype=bool), np.eye(X.shape[1])[:, :1], complete=True)
    gates = net.first if net.gates is None else net.gates
    masks, theirs = as_masks(S, len(X)), getattr(S, "gates", None)
    if theirs is not None and not _realized(X, masks, theirs):
        raise ValueError("S is of other data: its gates do not make its patterns on X")
    if net.gates is None:
        own, used = _homes(X, net.first, masks)
    else:
        own = X @ gates >= 0
        used = own.any(axis=0)
    used &= np.any(net.second.T != 0, axis=0) if net.second.ndim == 2 else net.second != 0
    complete = getattr(S, "complete", False)
    if complete:  # a neuron on a border lives in a cell beside it
        return S, True
    together = np.hstack([masks, own[:, used]])
    kept = distinct_columns(together)
    if theirs is None:
        return _Masks(together[:, kept]), False
    return Patterns(together[:, kept], np.hstack([theirs, gates[:, used]])[:, kept]), False


def _realized(X, masks, gates):
    """Whether gates make patterns, rows aside that they touch up to rounding."""
    if gates.shape != (X.shape[1], masks.shape[1]):
        return False
    values = X @ gates
    return not ((np.abs(values) > NEAR * (np.abs(X) @ np.abs(gates))) & ((values > 0) != masks)).any()


def _homes(X, first, masks):
    """The pattern of each neuron, and whether it has an output and no home among the masks.

    Neurons of a solution lie on borders up to a solver's tolerance: those live in any cell that they touch.
    """
    values, sizes = X @ first, NEAR * (np.abs(X) @ np.abs(first))
    off, on = np.abs(values) > sizes, values > sizes
    homeless = [not (masks[o] == up[o, None]).all(axis=0).any() for o, up in zip(off.T, on.T, strict=True)]
    return values >= -sizes, on.any(axis=0) & np.array(homeless, dtype=bool)


class _Masks(np.ndarray):
    """Patterns without gates."""

    def __new__(cls, array):
        return np.asarray(array).view(cls)

    @property
    def p(self):
        return self.shape[1]
