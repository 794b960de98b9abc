"""The tree of signs over the plane: what dies by its bound, what dies by a circuit."""

from .explorer import TreeExplorer

__all__ = ["TreeExplorer"]
