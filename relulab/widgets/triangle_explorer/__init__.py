"""A point and a ball in the plane: the triangle algorithm step by step, to the proof of a yes or a no."""

from .explorer import TriangleExplorer

__all__ = ["TriangleExplorer"]
