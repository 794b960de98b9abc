"""Networks while they train: `player` is the widget, `runs` what it plays."""

from .player import TrainingPlayer
from .runs import record

__all__ = ["TrainingPlayer", "record"]
