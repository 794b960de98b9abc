"""Live widgets: in a notebook they ask Python, on a built page they compute in the browser."""

from .arrangement_explorer import ArrangementExplorer
from .flipbook import Flipbook
from .isometry_explorer import IsometryExplorer
from .phase_explorer import PhaseExplorer
from .training_player import TrainingPlayer
from .training_runs import record

__all__ = [
    "ArrangementExplorer",
    "Flipbook",
    "IsometryExplorer",
    "PhaseExplorer",
    "TrainingPlayer",
    "record",
]
