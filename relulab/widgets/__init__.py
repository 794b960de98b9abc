"""Live widgets: in a notebook they ask Python, on a built page they compute in the browser."""

from .arrangement_explorer import ArrangementExplorer
from .flipbook import Flipbook
from .phase_explorer import PhaseExplorer

__all__ = ["ArrangementExplorer", "Flipbook", "PhaseExplorer"]
