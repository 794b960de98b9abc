"""A lab's picture in small, for the page that lists the labs."""

from __future__ import annotations

import io
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

SIZE = (3.6, 2.4)


class Thumbnail:
    """A small picture that carries its own text, drawn once.

    Parameters
    ----------
    draw : callable
        ``draw(ax)`` draws on empty matplotlib axes.
    alt : str
        What is seen, for those who do not see it.

    Raises
    ------
    ValueError
        Without a text.

    Examples
    --------
    >>> import relulab as rl
    >>> picture = rl.labs.Thumbnail(lambda ax: ax.plot([0, 1]), "A line that rises from zero to one.")
    >>> picture._repr_html_()[:4]
    '<img'
    """

    def __init__(self, draw: Callable[[Any], object], alt: str) -> None:
        from matplotlib import rc_context
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        if not isinstance(alt, str) or not alt.strip():
            raise ValueError(f"alt={alt!r} is no text; say what is seen")
        self.alt = alt
        with rc_context({"font.size": 10}):
            figure = Figure(figsize=SIZE, layout="constrained")
            FigureCanvasAgg(figure)
            draw(figure.add_subplot())
            file = io.BytesIO()
            figure.savefig(file, format="svg", metadata={"Date": None})
        self.svg = file.getvalue()

    def __repr__(self) -> str:
        return self.alt

    def _repr_html_(self) -> str:
        from base64 import b64encode

        source = f"data:image/svg+xml;base64,{b64encode(self.svg).decode()}"
        return f'<img class="thumbnail" alt="{escape(self.alt)}" src="{source}">'
