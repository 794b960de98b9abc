"""The look of every picture: palette, style, cell borders, titles, legends."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import matplotlib as mpl
import numpy as np
from matplotlib import font_manager

from .narrow import drawn_twice, stand_below

if TYPE_CHECKING:
    from typing import Any

    from matplotlib.legend import Legend

# Okabe and Ito's colors, safe for color-blind readers; the order is that of use.
COLORS = {
    "blue": "#0072B2",
    "orange": "#D55E00",
    "green": "#009E73",
    "pink": "#CC79A7",
    "sky": "#56B4E9",
    "yellow": "#E69F00",
    "gray": "#6B7280",
    "ink": "#1F2933",
}
# The same on a dark page; white letters and lines stay, they stand on a picture.
DARK = {
    COLORS["ink"]: "#e6e9ec",
    "#000000": "#e6e9ec",
    COLORS["gray"]: "#a3abb5",
    COLORS["blue"]: "#4ba6e6",
    COLORS["orange"]: "#ff8f4d",
    COLORS["green"]: "#2fc79b",
    COLORS["pink"]: "#e6a3c8",
    COLORS["sky"]: "#9bd6f7",
}
RATE_MAP, DISTANCE_MAP = "cividis", "cividis_r"  # bright is good

STYLE = {
    "figure.figsize": (6.4, 4.2),
    "figure.facecolor": "white",
    "figure.constrained_layout.use": True,
    "savefig.facecolor": "white",
    "font.size": 11,
    "axes.titlesize": 12,
    "axes.edgecolor": COLORS["ink"],
    "axes.labelcolor": COLORS["ink"],
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.prop_cycle": mpl.cycler(color=[c for name, c in COLORS.items() if name != "ink"]),
    "xtick.color": COLORS["ink"],
    "ytick.color": COLORS["ink"],
    "text.color": COLORS["ink"],
    "image.cmap": RATE_MAP,
    "lines.linewidth": 2,
    "legend.frameon": False,
    "svg.fonttype": "path",
    "svg.hashsalt": "relulab",
}


def use_style() -> None:
    """Use the book's look for all figures from here on; in a notebook, draw them as SVG.

    A wide figure holds a second, narrow drawing of itself, which pages show on a phone. The letters are those
    of the font file that the environment variable ``RELULAB_FACE`` names, or Matplotlib's own.

    Examples
    --------
    >>> import relulab as rl
    >>> rl.plots.use_style()
    """
    mpl.rcParams.update(STYLE)
    if face := os.environ.get("RELULAB_FACE"):
        font_manager.fontManager.addfont(face)
        mpl.rcParams["font.family"] = font_manager.FontProperties(fname=face).get_name()
    try:
        from IPython import get_ipython
        from matplotlib_inline.backend_inline import set_matplotlib_formats
    except ImportError:
        return
    if (shell := get_ipython()) is not None:
        from matplotlib.figure import Figure

        set_matplotlib_formats("svg")
        shell.display_formatter.formatters["image/svg+xml"].for_type(Figure, drawn_twice)


def edges(centers: Any) -> np.ndarray:
    """The borders between cells with these centers."""
    centers = np.asarray(centers, dtype=float)
    if len(centers) == 1:
        return np.array([centers[0] - 0.5, centers[0] + 0.5])
    middle = (centers[1:] + centers[:-1]) / 2
    return np.r_[2 * centers[0] - middle[0], middle, 2 * centers[-1] - middle[-1]]


def title(settings: Any) -> str:
    """A diagram's settings in three short lines."""
    if "kind" not in settings:
        return ""
    several = "" if settings.get("k", 1) == 1 else f"{settings['k']} neurons, "
    form = settings.get("form", "gated")
    bound = settings.get("metric") in ("recovery", "isometry")
    bounded = "the ReLU network" if form == "exact" else "the gated program"
    over = f"over sampled patterns{f': an upper bound for {bounded}' if bound else ''}"
    if settings.get("patterns") == "all":
        over = f"over all patterns{': the ReLU network' if form == 'exact' else ''}"
    if settings.get("form") == "trained":
        over = f"{settings['epochs']} epochs, {settings['protocol']} protocol"
    return (
        f"{settings['kind']} plant ({several}{settings['direction']}), {settings['ensemble']} data\n"
        f"{settings['network']} network, {form}\n"
        f"{over}"
    )


def mark_undecided(ds: Any, ax: Any) -> None:
    """Write the number of undecided trials on the cells that have any; an isometry condition only fails."""
    if ds.attrs.get("metric") == "isometry":
        return
    marked = list(zip(*np.nonzero(ds.undecided.values), strict=True))
    for i, j in marked:
        place = float(ds.d[j]), float(ds.n[i])
        ax.text(*place, f"?{int(ds.undecided[i, j])}", ha="center", va="center", color="black")
    if marked:
        ax.plot([], [], ls="", marker="$?1$", ms=10, color=COLORS["ink"], label="one trial left undecided")


def legend_below(drawn: Any, **where: Any) -> Legend:
    """A legend under an axes, or elsewhere on a figure; what is white on the picture is gray in it."""
    legend = drawn.legend(**{"loc": "upper center"} | where, ncols=1, fontsize=9)
    if "loc" not in where:
        stand_below(legend, drawn)
    for line in legend.get_lines():
        if line.get_color() == "white":
            line.set_color(COLORS["gray"])
    return legend
