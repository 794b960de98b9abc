"""Re-derive one result: two-layer ReLU networks trained with weight decay learn the simplest model.

The names are listed in the order in which the book teaches them.
"""

from . import exercises, figures, guarantees, labs, phase, programs, sensing, sweep, theory
from .all_ones import has_all_ones
from .audit import AuditError, check
from .blocks import Blocks
from .certify import Verdict, decide
from .conditions import Isometry, isometry
from .ensembles import draw
from .enumeration import enumerate_patterns
from .figures import open_figure
from .neurons import Network
from .patterns import Patterns, count_patterns, gates_of, sample_patterns
from .phase import phase_diagram
from .planted import Plant, plant
from .programs import solve
from .pruning import prune
from .solutions import Solution

__all__ = [
    "sensing",
    "guarantees",
    "draw",
    "Plant",
    "plant",
    "Patterns",
    "count_patterns",
    "sample_patterns",
    "enumerate_patterns",
    "gates_of",
    "has_all_ones",
    "Blocks",
    "programs",
    "Network",
    "Solution",
    "solve",
    "prune",
    "Isometry",
    "isometry",
    "Verdict",
    "decide",
    "AuditError",
    "check",
    "phase",
    "phase_diagram",
    "sweep",
    "theory",
    "networks",
    "training",
    "train",
    "training_gap",
    "figures",
    "open_figure",
    "spectra",
    "batch_size",
    "exercises",
    "labs",
    "pictures",
    "plots",
    "widgets",
]


def __getattr__(name):
    """Load the rooms that need matplotlib, ipywidgets, torch or SciPy's linear algebra when first used."""
    import importlib

    if name in (
        "pictures",
        "plots",
        "widgets",
        "networks",
        "training",
        "training_gap",
        "spectra",
        "batch_size",
    ):
        return importlib.import_module(f".{name}", __name__)
    if name == "train":
        return importlib.import_module(".training", __name__).train
    raise AttributeError(f"module 'relulab' has no attribute {name!r}")
