"""A layered wall whose borders the reader moves: its echoes, and the impedance that they reveal."""

from .explorer import EchoExplorer

__all__ = ["EchoExplorer"]
