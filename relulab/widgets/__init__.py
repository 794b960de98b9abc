"""Live widgets: in a notebook they ask Python, on a built page they compute in the browser."""

from .flipbook import Flipbook
from .phase_explorer import PhaseExplorer

__all__ = ["Flipbook", "PhaseExplorer"]
