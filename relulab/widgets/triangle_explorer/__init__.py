"""A point and the ball of a norm in the plane: the triangle algorithm step by step, to the proof of a yes or a no."""

from .explorer import TriangleExplorer

__all__ = ["TriangleExplorer"]
