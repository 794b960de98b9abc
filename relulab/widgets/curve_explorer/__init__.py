"""A curve drawn by hand, and what a network on curves sees and says of it."""

from .explorer import CurveExplorer

__all__ = ["CurveExplorer"]
