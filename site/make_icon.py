"""Draw the book's icon into site/static: make_icon.py."""

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import Rectangle

import relulab as rl

STATIC = Path(__file__).parent / "static"


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
    icon(STATIC / "icon.svg")
