"""A gated neuron beside a ReLU neuron with the same weights."""

from .explorer import GateExplorer

__all__ = ["GateExplorer"]
