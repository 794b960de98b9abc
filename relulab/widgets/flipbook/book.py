"""The flipbook: pictures drawn once, turned over by the reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anywidget
import traitlets

from ... import _checks
from ..common.sources import as_bytes, joined
from ..common.stills import Still, pictured

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

MOST_BYTES = 1_000_000  # of all pictures, compressed
SIZE = (4.8, 3.4)


class Flipbook(Still, anywidget.AnyWidget):
    """One picture for each of some values; the reader chooses by a slider, by keys, or plays them all.

    The pictures are drawn when the flipbook is made and travel with it, so that it is alive on a page that no
    kernel answers. They stand on the page's own ground, in light and in dark: write colors as
    `plots.COLORS`, whose ink turns light in the dark.

    Parameters
    ----------
    draw : callable
        ``draw(value, ax)`` draws the picture of one value on empty matplotlib axes, in the book's style.
        Give the axes fixed limits, so that pictures can be compared.
    values : iterable
        One picture each.
    name : str
        What the values are; the slider's name.
    label : str or callable, optional
        What a picture is called: a function of its value, or a text in which ``{}`` stands for the value;
        ``"name = value"`` by default.
    alt : str or callable
        What is seen on a picture, for those who do not see it: a function of its value, or a text.
    start : int
        Number of the picture that is shown first, from 0.
    series : callable, optional
        The name of what a picture belongs to, a function of its value, such as the data it is of: the reader
        chooses among these besides, and the slider goes through the pictures of one. Those of one stand
        together in `values`.
    series_name : str
        What these are.
    figsize : (float, float), optional
        Width and height in inches; 4.8 by 3.4 keeps letters readable on a phone.

    Attributes
    ----------
    index : int
        Number of the picture that is shown; set it, or link it to another widget's trait.
    count : int
        Number of pictures.
    pictures : bytes
        All pictures with their labels and texts, compressed.

    Raises
    ------
    ValueError
        Where there are no values, a picture lacks its text, `start` is not one of the pictures, those of a
        series stand apart, or they come to more than 1 MB.

    Examples
    --------
    >>> import numpy as np
    >>> import relulab as rl
    >>> def draw(t, ax):
    ...     _ = ax.plot(np.linspace(-1, 1, 50) ** t)
    >>> book = rl.widgets.Flipbook(draw, [1, 2, 3], label="power {}", alt="The curve x to the power {}.")
    >>> book.count, book.index, len(book.pictures) < 30_000
    (3, 0, True)
    """

    _esm = joined("common/elements.js", "common/player.js", "flipbook/flipbook.js")
    _css = joined("common/house.css", "flipbook/flipbook.css")

    name = traitlets.Unicode().tag(sync=True)
    index = traitlets.Int(0).tag(sync=True)
    count = traitlets.Int(0).tag(sync=True)
    size = traitlets.List(help="Width and height of a picture in CSS pixels.").tag(sync=True)
    pictures = traitlets.Bytes().tag(sync=True)
    series = traitlets.List(help="Name, first picture, how many; empty without a choice.").tag(sync=True)
    series_name = traitlets.Unicode("data").tag(sync=True)

    def __init__(
        self,
        draw: Callable[[Any, Any], object],
        values: Iterable[Any],
        name: str = "t",
        label: Callable[[Any], str] | str | None = None,
        *,
        alt: Callable[[Any], str] | str,
        start: int = 0,
        series: Callable[[Any], str] | None = None,
        series_name: str = "data",
        figsize: tuple[float, float] | None = None,
    ) -> None:
        values = list(values)
        if not values:
            raise ValueError("values is empty; give one value a picture")
        _checks.count("start", start, 0, len(values) - 1)
        figsize = SIZE if figsize is None else tuple(figsize)
        labels = [_words("label", f"{name} = {{}}" if label is None else label, value) for value in values]
        texts = [_words("alt", alt, value) for value in values]
        groups = [] if series is None else _grouped([_words("series", series, value) for value in values])
        sources = [_source(draw, value, figsize) for value in values]
        pictures = as_bytes(list(zip(sources, labels, texts, strict=True)))
        if len(pictures) > MOST_BYTES:
            raise ValueError(f"the pictures come to {len(pictures)} bytes; draw simpler ones, or fewer")
        super().__init__(
            name=name,
            index=start,
            count=len(values),
            size=[round(96 * length) for length in figsize],
            pictures=pictures,
            series=groups,
            series_name=series_name,
        )
        words = f"{labels[start]}. The first of {len(values)} pictures is {labels[0]}, the last {labels[-1]}."
        self._still = lambda: (sources[start], texts[start], words)

    @traitlets.validate("index")
    def _one_of_the_pictures(self, proposal):
        return _checks.count("index", proposal["value"], 0, max(self.count - 1, 0))


def _words(name, words, value):
    """The words for one value: a function's, or a text with the value for {}."""
    shown = f"{value:.6g}" if isinstance(value, float) else str(value)
    text = words(value) if callable(words) else str(words).replace("{}", shown)
    if not isinstance(text, str) or not text.strip():
        raise ValueError(f"{name} gives {text!r} for {value!r}; it must say something for every picture")
    return text


def _grouped(names):
    """Name, first picture and number of pictures of each series; none where there is one only."""
    starts = [k for k, name in enumerate(names) if k == 0 or name != names[k - 1]]
    if len({names[k] for k in starts}) < len(starts):
        raise ValueError("series has pictures of one name apart; put them together in values")
    ends = [*starts[1:], len(names)]
    groups = [[names[a], a, b - a] for a, b in zip(starts, ends, strict=True)]
    return groups if len(groups) > 1 else []


def _source(draw, value, figsize):
    try:
        return pictured(lambda ax: draw(value, ax), figsize)
    except Exception as error:
        error.add_note(f"while drawing the picture of {value!r}")
        raise
