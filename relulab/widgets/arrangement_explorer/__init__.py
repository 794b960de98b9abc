"""The patterns of a small data matrix, drawn in the plane or on the sphere."""

from .explorer import ArrangementExplorer

__all__ = ["ArrangementExplorer"]
