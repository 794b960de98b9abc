"""Re-derive one result: the cheapest two-layer ReLU network for weight decay is the simplest model.

The names are listed in the order in which the book teaches them. The wings they come from, from the ground
up: `solvers`, `audit`; `patterns`, `data`; `blocks`; `theory`, `programs`, `sensing`, `spectra`; `certify`;
`phase`; `training`, `estimators`; `plots`, `figures`; `exercises`, `labs`, `widgets`.
"""

from typing import TYPE_CHECKING

from . import exercises, figures, labs, phase, programs, sensing, theory
from .audit import Audit, AuditError, check
from .blocks import Blocks, Isometry, Network, isometry
from .certify import NetworkCertificate, Verdict, certify_network, decide, load
from .data import Plant, draw, plant, ten_points
from .figures import open_figure
from .patterns import (
    Patterns,
    count_patterns,
    enumerate_patterns,
    gates_of,
    has_all_ones,
    sample_patterns,
)
from .phase import edge, phase_diagram
from .phase import pools as sweep
from .programs import RegularizationPath, Solution, path, prune, solve
from .sensing import guarantees

if TYPE_CHECKING:
    from . import plots, spectra, training, widgets
    from .estimators import SimplestClassifier, SimplestNetwork
    from .figures import pictures
    from .spectra import batch_size
    from .training import gap as training_gap
    from .training import networks, train

__version__ = "0.1.0rc1"
__all__ = [
    "__version__",
    "sensing",
    "guarantees",
    "draw",
    "Plant",
    "plant",
    "ten_points",
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
    "RegularizationPath",
    "path",
    "prune",
    "Isometry",
    "isometry",
    "Verdict",
    "decide",
    "Audit",
    "AuditError",
    "check",
    "load",
    "NetworkCertificate",
    "certify_network",
    "phase",
    "phase_diagram",
    "edge",
    "sweep",
    "theory",
    "networks",
    "training",
    "train",
    "training_gap",
    "SimplestNetwork",
    "SimplestClassifier",
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

# What loads PyTorch, matplotlib, ipywidgets or SciPy's linear algebra, when it is first used.
_LATER = {
    "networks": "training.networks",
    "training": "training",
    "training_gap": "training.gap",
    "spectra": "spectra",
    "batch_size": "spectra.batch_size",
    "pictures": "figures.pictures",
    "plots": "plots",
    "widgets": "widgets",
}
_MEMBERS = {"train": "training", "SimplestNetwork": "estimators", "SimplestClassifier": "estimators"}


def __getattr__(name):
    """Load a room when it is first used."""
    from importlib import import_module

    if name in _LATER:
        return import_module(f".{_LATER[name]}", __name__)
    if name in _MEMBERS:
        return getattr(import_module(f".{_MEMBERS[name]}", __name__), name)
    raise AttributeError(f"module 'relulab' has no attribute {name!r}")


def __dir__():
    """Every public name, those that load later included."""
    return sorted({*globals(), *__all__})
