"""One look for all pictures (matplotlib): palette, style, and the diagrams of the book."""

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np

from .theory import wendel

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
RATE_MAP = "cividis"

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


def use_style():
    """Use the book's look for all figures from here on; in a notebook, draw them as SVG.

    Examples
    --------
    >>> import relulab as rl
    >>> rl.plots.use_style()
    """
    mpl.rcParams.update(STYLE)
    try:
        from IPython import get_ipython
        from matplotlib_inline.backend_inline import set_matplotlib_formats
    except ImportError:
        return
    if get_ipython() is not None:
        set_matplotlib_formats("svg", metadata={"Date": None})


def _edges(centers):
    centers = np.asarray(centers, dtype=float)
    if len(centers) == 1:
        return np.array([centers[0] - 0.5, centers[0] + 0.5])
    middle = (centers[1:] + centers[:-1]) / 2
    return np.r_[2 * centers[0] - middle[0], middle, 2 * centers[-1] - middle[-1]]


def rates(ds, x="d", y="n", ax=None):
    """Draw the success rates of a diagram, one cell a rectangle, from 0 (dark) to 1 (bright).

    Parameters
    ----------
    ds : xarray.Dataset
        With ``rate`` over `x` and `y`.
    x, y : str
        Names of the axes.
    ax : matplotlib.axes.Axes, optional
        Where to draw.

    Returns
    -------
    matplotlib.axes.Axes
        The axes.

    Examples
    --------
    >>> import relulab as rl
    >>> ds = rl.phase_diagram(n=[20, 40, 60], d=[10, 20], trials=2, progress=False)
    >>> rl.plots.rates(ds).get_xlabel()
    'd'
    """
    ax = ax or plt.subplots()[1]
    picture = ax.pcolormesh(
        _edges(ds[x]),
        _edges(ds[y]),
        ds.rate.transpose(y, x).values,
        vmin=0,
        vmax=1,
        cmap=RATE_MAP,
        linewidth=0,
    )
    picture.set_edgecolor("face")
    ax.figure.colorbar(picture, ax=ax, label="share of trials recovered", fraction=0.05)
    ax.set(xlabel=x, ylabel=y)
    return ax


def diagram(ds, ax=None, theory=True):
    """Draw a phase diagram over (d, n), with the theory over it.

    Cells with undecided trials are marked with their number. The band about the measured 50 % contour is
    where the 95 % interval of the rate holds 1/2, interpolated between cells. For a linear plant the dashed
    line, n = 2d, is where the all-ones pattern exists with probability 1/2: far below it nothing is
    recovered.

    Parameters
    ----------
    ds : xarray.Dataset
        From `phase_diagram`.
    ax : matplotlib.axes.Axes, optional
        Where to draw.
    theory : bool
        Draw the curve and the measured 50 % contour with its band.

    Returns
    -------
    matplotlib.axes.Axes
        The axes.

    Examples
    --------
    >>> import relulab as rl
    >>> ds = rl.phase_diagram(n=[20, 40, 60], d=[10, 20], trials=2, progress=False)
    >>> ax = rl.plots.diagram(ds)
    >>> ax.get_ylabel()
    'n'
    """
    ax = rates(ds, ax=ax)
    for i, j in zip(*np.nonzero(ds.undecided.values), strict=True):
        ax.text(float(ds.d[j]), float(ds.n[i]), f"?{int(ds.undecided[i, j])}", ha="center", va="center")
    if theory and min(ds.rate.shape) > 1:
        top = float(_edges(ds.n)[-1])
        if ds.attrs.get("kind") == "linear":
            d = np.linspace(*_edges(ds.d)[[0, -1]], 50)
            inside = 2 * d <= top
            label = "n = 2d: all-ones pattern with probability 1/2"
            ax.plot(d[inside], 2 * d[inside], color="white", linestyle="--", label=label)
        if ds.rate.min() < 0.5 < ds.rate.max():
            color = COLORS["orange"]
            # In half widths of the interval, so that between cells the contour stays inside its band.
            half_width = np.where(ds.rate < 0.5, ds.upper - ds.rate, ds.rate - ds.lower)
            from_half = (ds.rate - 0.5) / half_width
            ax.contourf(ds.d, ds.n, from_half, levels=[-1, 1], colors=color, alpha=0.35)
            ax.contour(ds.d, ds.n, from_half, levels=[0], colors=color, linewidths=2)
            ax.plot([], [], color=color, label="measured 50 %")
            ax.fill_between([], [], [], color=color, alpha=0.35, label="its 95 % interval")
        if ax.get_legend_handles_labels()[0]:
            legend = ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.14), ncols=2, fontsize=9)
            for line in legend.get_lines():
                if line.get_color() == "white":
                    line.set_color(COLORS["gray"])
    ax.set_ylim(*_edges(ds.n)[[0, -1]])
    ax.set_title(_title(ds.attrs))
    return ax


def _title(settings):
    if "kind" not in settings:
        return ""
    return (
        f"{settings['kind']} plant ({settings['direction']}), {settings['network']} network, "
        f"{settings['ensemble']} data\nover sampled patterns: an upper bound for all patterns"
    )


def slice_against_wendel(ds, d, ax=None):
    """Draw the success rate at one dimension against n/d, with Wilson bands and the exact curve 1 - Wendel.

    Parameters
    ----------
    ds : xarray.Dataset
        From `phase_diagram`, of a linear plant.
    d : int
        A dimension of the grid.
    ax : matplotlib.axes.Axes, optional
        Where to draw.

    Returns
    -------
    matplotlib.axes.Axes
        The axes.

    Examples
    --------
    >>> import relulab as rl
    >>> ds = rl.phase_diagram(n=[20, 40, 60], d=[20], trials=2, ensemble="whitened", progress=False)
    >>> rl.plots.slice_against_wendel(ds, 20).get_xlabel()
    'n / d'
    """
    ax = ax or plt.subplots()[1]
    cut = ds.sel(d=d)
    ratio = cut.n.values / d
    (line,) = ax.plot(ratio, cut.rate, "o", ms=5, label=f"measured, d = {d}")
    ax.fill_between(ratio, cut.lower, cut.upper, color=line.get_color(), alpha=0.2, label="95 % interval")
    sizes = np.arange(max(int(cut.n.min()), 1), int(cut.n.max()) + 1)
    ax.plot(sizes / d, [1 - wendel(int(n), d) for n in sizes], color=COLORS["orange"], label="1 − Wendel")
    ax.set(xlabel="n / d", ylabel="probability of recovery", ylim=(-0.03, 1.03))
    ax.legend(loc="lower right")
    return ax
