"""Draw the book's cover and its icon into site/static: make_cover.py."""

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import Rectangle

import relulab as rl

STATIC = Path(__file__).parent / "static"


def cover(path: Path) -> None:
    """A phase diagram without its axes, and the line n = 2d across it."""
    sizes, dimensions = range(6, 121, 6), range(1, 61)
    ds = rl.phase_diagram(n=sizes, d=dimensions, trials=6, ensemble="whitened", progress=False)
    fig = plt.figure(figsize=(12, 2.8), layout="none")
    ax = fig.add_axes((0, 0, 1, 1))
    ax.set_axis_off()
    step, room = np.array([1, 6]), 0.88
    colors = plt.get_cmap(rl.plots.RATE_MAP)
    for n in sizes:
        for d in dimensions:
            rate = float(ds.rate.sel(n=n, d=d))
            corner = np.array([d, n]) - step * room / 2
            ax.add_patch(Rectangle(corner, *(step * room), color=colors(rate), lw=0))
    ax.plot([0.5, 61], [1, 122], color=rl.plots.COLORS["orange"], lw=3)
    ax.set(xlim=(0.5, 60.5), ylim=(3, 123))
    fig.savefig(path, dpi=150, transparent=True)
    plt.close(fig)


def icon(path: Path) -> None:
    """Three by three cells, dark below the diagonal."""
    fig = plt.figure(figsize=(1, 1), layout="none")
    ax = fig.add_axes((0, 0, 1, 1))
    ax.set_axis_off()
    colors = plt.get_cmap(rl.plots.RATE_MAP)
    for row in range(3):
        for column in range(3):
            rate = np.clip((row - column) / 2 + 0.5, 0, 1)
            ax.add_patch(Rectangle((column + 0.05, row + 0.05), 0.9, 0.9, color=colors(rate), lw=0))
    ax.set(xlim=(0, 3), ylim=(0, 3))
    fig.savefig(path, metadata={"Date": None, "Creator": None}, transparent=True)
    plt.close(fig)


if __name__ == "__main__":
    rl.plots.use_style()
    cover(STATIC / "cover.png")
    icon(STATIC / "icon.svg")
