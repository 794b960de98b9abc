"""Pictures that a widget draws when it is made, and the still that stands for it where no script runs."""

import base64
import html
import io

from .sources import as_bytes

BIG_SVG = 25_000  # compressed; above it a PNG is tried


def pictured(draw, figsize):
    """What ``draw(ax)`` draws in the book's style, on no ground.

    An SVG's text, the same on every run, or a PNG's data address where that is smaller.
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure

    from ...plots.style import STYLE

    with mpl.rc_context(STYLE):
        figure = Figure(figsize)
        draw(figure.subplots())
        plain = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        svg = _saved(figure, format="svg", metadata=plain).decode()
        svg = svg[svg.index("<svg") :]
        size = len(as_bytes(svg))
        if size > BIG_SVG:
            png = _saved(figure, format="png", dpi=192)
            if len(png) < size:
                return _address("image/png", png)
    return svg


def _saved(figure, **options):
    file = io.BytesIO()
    figure.savefig(file, transparent=True, **options)
    return file.getvalue()


def _address(kind, data):
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


class Still:
    """Shows a widget, and on a page where no script runs a picture with a caption in its stead.

    `_still` makes (picture, alt, caption), the picture as `pictured` gives it.
    """

    def __repr__(self):
        return f"{type(self).__name__}: run this cell, and it comes to life here."

    def _ipython_display_(self):
        from IPython.display import HTML, display

        bundle = self._repr_mimebundle_()
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        display(data, metadata=metadata, raw=True)
        picture, alt, caption = self._still()
        if picture.startswith("<svg"):
            picture = _address("image/svg+xml", picture.encode())
        image = f'<img src="{picture}" alt="{html.escape(alt)}">'
        display(
            HTML(
                f"<noscript><figure>{image}<figcaption>{html.escape(caption)}</figcaption></figure></noscript>"
            )
        )
