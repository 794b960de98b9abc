"""The blocks of one planted problem, and how far a dual vector reaches on each."""

from .explorer import IsometryExplorer

__all__ = ["IsometryExplorer"]
