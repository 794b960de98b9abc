"""One look for all pictures.

`style` is the look, `diagrams` draws what `phase_diagram` found, `regularization` what `path` found, `veils`
lets a reader guess before a figure is seen, `ten` draws the book's ten points, `narrow` draws figures
anew for phones.

>>> from relulab import plots
>>> sorted(plots.COLORS)[:2]
['blue', 'gray']
"""

from .diagrams import diagram, half_contour, rates, slice_against, slice_against_wendel, theory_curve
from .regularization import path
from .style import COLORS, DISTANCE_MAP, RATE_MAP, STYLE, use_style
from .ten import draw_neurons, draw_reach, draw_ten_points
from .veils import veil

__all__ = [
    "COLORS",
    "DISTANCE_MAP",
    "RATE_MAP",
    "STYLE",
    "use_style",
    "diagram",
    "draw_neurons",
    "draw_reach",
    "draw_ten_points",
    "half_contour",
    "path",
    "rates",
    "slice_against",
    "slice_against_wendel",
    "theory_curve",
    "veil",
]
