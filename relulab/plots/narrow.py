"""A second drawing of a figure for a narrow screen, where scaled letters would be too small to read."""

from __future__ import annotations

import io
import re
import warnings
from contextlib import ExitStack
from textwrap import fill
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.legend import Legend
from matplotlib.text import Text
from matplotlib.transforms import ScaledTranslation

if TYPE_CHECKING:
    from typing import Any

    from matplotlib.figure import Figure

PHONE = 350  # CSS pixels that a phone leaves to a picture
SMALLEST = 9  # CSS pixels of a letter's height, its font size, that can be read
ROW = 4  # panels that a phone stacks; more stand two in a row
LOWEST = 0.75  # how far a panel's height shrinks
FEWEST = 250  # CSS pixels of width, under which letters run together
AROUND = 11  # CSS pixels that a saved figure is wider than what its layout fills
MOST = 0.6  # of a panel that a legend may cover
GAP = 0.04  # inches between an axis and a legend below it
OPEN, CLOSE = '<metadata id="narrow"><![CDATA[', "]]></metadata>"
SHRUNK = 0.7  # an index or an exponent beside its letter, in Matplotlib
INDEXED = re.compile(r"\$[^$]*(?:[_^]|frac)")
LETTERS = re.compile(r'transform="translate\([^"]*scale\((?:(0\.\d+) -0\.\d+|(0\.\d+))\)"')
WIDTH = re.compile(r'<svg [^>]*width="([\d.]+)pt"')


def drawn_twice(figure: Figure) -> str | None:
    """A figure as SVG; where its letters would be below 9 pixels on a phone, a narrow drawing travels inside.

    Panels in a row are stacked in the narrow drawing. The pages of the book show the one that fits;
    elsewhere the SVG is what it always was.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        The figure; it is as before afterwards.

    Returns
    -------
    str or None
        The SVG, nothing for an empty figure.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from relulab.plots.narrow import drawn_twice, parted, smallest_letters
    >>> figure = Figure((9, 4), layout="constrained")
    >>> _ = figure.subplots(1, 2)
    >>> wide, narrow = parted(drawn_twice(figure))
    >>> smallest_letters(wide) < 9 <= smallest_letters(narrow)
    True
    """
    if not figure.axes and not figure.lines:
        return None
    wide = _svg(figure)
    if smallest_letters(wide) >= SMALLEST:
        return wide
    narrow = drawn_narrow(figure)
    head, tail = wide.rsplit("</svg>", 1)
    return f"{head}{OPEN}{narrow}{CLOSE}</svg>{tail}"


def drawn_narrow(figure: Figure) -> str:
    """The narrow drawing alone, as SVG; the figure is as before afterwards."""
    with ExitStack() as undo, warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a layout too tight to be had is drawn without
        return _narrow(figure, undo)


def parted(svg: str) -> tuple[str, str | None]:
    """The wide and the narrow drawing of an SVG that may hold both."""
    if OPEN not in svg:
        return svg, None
    head, rest = svg.split(OPEN)
    narrow, tail = rest.split(CLOSE)
    return head + tail, narrow


def smallest_letters(svg: str) -> float:
    """The smallest font size in a drawing on a phone, in CSS pixels, of an index or exponent too."""
    scales, line = [], 1
    for size, shrunk in LETTERS.findall(parted(svg)[0]):
        line = float(size or line)
        scales.append(line * float(shrunk or 1))
    points = float(WIDTH.search(svg)[1])
    return 100 * min(scales, default=np.inf) * min(4 / 3, PHONE / points)


def stand_below(legend: Legend, ax: Any) -> None:
    """Move a legend under an axes and its label, which is known by now, whatever the axes' height will be."""
    under = ax.xaxis.get_tightbbox()  # in inches, as letters keep their size
    drop = (ax.bbox.y0 - under.y0) / ax.figure.dpi + GAP if under else GAP
    legend.set_bbox_to_anchor((0.5, 0), ax.transAxes + ScaledTranslation(0, -drop, ax.figure.dpi_scale_trans))
    legend.set_loc("upper center")


def _svg(figure):
    file = io.StringIO()
    figure.savefig(file, format="svg", bbox_inches="tight", metadata={"Date": None})
    return file.getvalue()


def _narrow(figure, undo):
    size = figure.get_size_inches()
    undo.callback(figure.set_size_inches, *size)
    panels = [ax for ax in figure.axes if ax.get_subplotspec() is not None]
    panels.sort(key=lambda ax: (ax.get_subplotspec().rowspan.start, ax.get_subplotspec().colspan.start))
    shares = [_share(ax.get_subplotspec()) for ax in panels]
    one_grid = len({ax.get_subplotspec().get_gridspec() for ax in panels}) == 1
    in_rows = one_grid and min((share[0] for share in shares), default=1) < 0.99
    _make_readable(figure, undo)
    columns = 1 if len(panels) <= ROW else 2
    if in_rows:
        rows = -(-len(panels) // columns)
        _stack(figure, panels, rows, columns, undo)
        wide, high = (size * np.mean(shares, axis=0)).tolist()
        high = rows * high * _shrunk(PHONE / 96 / columns / wide)
    else:
        high = size[1] * _shrunk(PHONE / 96 / size[0])
    figure.set_size_inches(PHONE / 96, high)
    _drop_legends(panels, undo)
    high += _missing(figure, panels, high)
    width, before = PHONE - AROUND, np.inf
    while True:  # what sticks out on the sides makes the drawing wider than its figure
        figure.set_size_inches(width / 96, high)
        svg = _svg(figure)
        over = float(WIDTH.search(svg)[1]) * 4 / 3 - PHONE
        if over < 2 or over > before - 1 or width == FEWEST:
            return svg
        width, before = max(FEWEST, width - over), over


def _make_readable(figure, undo):
    """Long titles break, and no letter is below the smallest."""
    for text in figure.findobj(Text):
        undo.callback(text.set_fontsize, text.get_fontsize())
        smallest = SMALLEST * 3 / 4 / (SHRUNK if INDEXED.search(text.get_text()) else 1)
        text.set_fontsize(max(text.get_fontsize(), smallest))
    for ax in figure.axes:
        for text in (ax.title, ax.xaxis.label, ax.yaxis.label):
            undo.callback(text.set_wrap, text.get_wrap())
            text.set_wrap(True)
    for legend in figure.findobj(Legend):
        for text in legend.get_texts():
            letters = int((0.62 * PHONE - 50) / (0.6 * text.get_fontsize()))
            undo.callback(text.set_text, text.get_text())
            text.set_text(fill(text.get_text(), letters, break_long_words=False))


def _drop_legends(panels, undo):
    """A legend that would cover half of its panel stands below it."""
    legends = [(ax, ax.get_legend()) for ax in panels if ax.get_legend() is not None]
    if not legends:
        return
    for _, legend in legends:  # what they would take of the panel is seen when they do not push
        undo.callback(legend.set_in_layout, legend.get_in_layout())
        legend.set_in_layout(False)
    panels[0].figure.draw_without_rendering()
    for ax, legend in legends:
        legend.set_in_layout(True)
        box, panel = legend.get_window_extent(), ax.get_window_extent()
        inside = panel.contains((box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2)
        if inside and (box.width > MOST * panel.width or box.height > MOST * panel.height):
            undo.callback(legend.set_loc, legend._loc)
            undo.callback(setattr, legend, "_bbox_to_anchor", legend._bbox_to_anchor)
            stand_below(legend, ax)


def _missing(figure, panels, high):
    """Inches that titles and legends take from the panels' heights."""
    figure.draw_without_rendering()
    rows = {}
    for ax in panels:
        if ax.get_aspect() == "auto":
            wanted = 0.75 * high * _share(ax.get_subplotspec())[1]
            actual = ax.get_window_extent().height / figure.dpi
            start = ax.get_subplotspec().rowspan.start
            rows[start] = max(rows.get(start, 0), wanted - actual)
    return sum(rows.values())


def _share(spec):
    """The part of the figure's width and height that a panel takes."""
    rows, columns = spec.get_gridspec().nrows, spec.get_gridspec().ncols
    heights = spec.get_gridspec().get_height_ratios() or [1] * rows
    widths = spec.get_gridspec().get_width_ratios() or [1] * columns
    wide = sum(widths[k] for k in spec.colspan) / sum(widths)
    return wide, sum(heights[k] for k in spec.rowspan) / sum(heights)


def _shrunk(narrower):
    return float(np.clip(np.sqrt(narrower), LOWEST, 1.1))


def _stack(figure, panels, rows, columns, undo):
    """Move the panels into a grid of fewer columns; what only the first of a row said, all say now."""
    grid = figure.add_gridspec(rows, columns)
    firsts = {}
    for number, ax in enumerate(panels):
        spec = ax.get_subplotspec()
        first = firsts.setdefault(spec.rowspan.start, ax)
        undo.callback(ax.set_subplotspec, spec)
        ax.set_subplotspec(grid[divmod(number, columns)])
        if columns == 1 and ax.get_shared_y_axes().joined(ax, first) and ax is not first:
            for name, value in (("ylabel", first.get_ylabel()), ("xlabel", ax.get_xlabel())):
                undo.callback(ax.set, **{name: getattr(ax, f"get_{name}")()})
                ax.set(**{name: value})
            shown = first.yaxis.get_tick_params().get("labelleft", True)
            undo.callback(
                ax.yaxis.set_tick_params, labelleft=ax.yaxis.get_tick_params().get("labelleft", True)
            )
            ax.yaxis.set_tick_params(labelleft=shown)
