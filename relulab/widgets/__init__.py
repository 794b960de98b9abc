"""Live widgets: in a notebook they ask Python, on a built page they compute in the browser.

A folder a widget: `arrangement_explorer`, `certificate_explorer`, `curve_explorer`, `echo_explorer`,
`flipbook`, `gate_explorer`, `isometry_explorer`, `phase_explorer`, `step_explorer`, `training_player`,
`tree_explorer`, `triangle_explorer`, `whole_explorer`, `zonotope_explorer`, each with its Python class, its
ES module and its style. `laboratory` is the JavaScript that computes, `common` what they share.

>>> from relulab.widgets import ArrangementExplorer
>>> ArrangementExplorer([[1.0, 0.0], [0.0, 1.0]]).count
4
"""

from .arrangement_explorer import ArrangementExplorer
from .certificate_explorer import CertificateExplorer
from .curve_explorer import CurveExplorer
from .echo_explorer import EchoExplorer
from .flipbook import Flipbook
from .gate_explorer import GateExplorer
from .isometry_explorer import IsometryExplorer
from .phase_explorer import PhaseExplorer
from .step_explorer import StepExplorer
from .training_player import TrainingPlayer, record
from .tree_explorer import TreeExplorer
from .triangle_explorer import TriangleExplorer
from .whole_explorer import WholeExplorer
from .zonotope_explorer import ZonotopeExplorer

__all__ = [
    "ArrangementExplorer",
    "CertificateExplorer",
    "CurveExplorer",
    "EchoExplorer",
    "Flipbook",
    "GateExplorer",
    "IsometryExplorer",
    "PhaseExplorer",
    "StepExplorer",
    "TrainingPlayer",
    "TreeExplorer",
    "TriangleExplorer",
    "WholeExplorer",
    "ZonotopeExplorer",
    "record",
]
