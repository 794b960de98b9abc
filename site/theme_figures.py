"""Make the pages' figures follow the theme, and give phones the narrow drawing of each that has one.

An image has no part in its page's style sheet, but it knows the page's color scheme. So each SVG gets a style
of its own, which changes the book's colors in the dark.
"""

from pathlib import Path

from bs4 import BeautifulSoup

from relulab.plots.narrow import parted
from relulab.plots.style import DARK

NARROW = "(max-width: 600px)"
# The ground of a figure and of its axes, the first group of each; then what is white besides: markers, patches.
GROUND = "#figure_1>#patch_1>path,[id^=axes_]>g:first-of-type>path[style*='fill: #ffffff']{fill:none!important}"
PAPER = "path[style*='fill: #ffffff'],use[style*='fill: #ffffff']{fill:#14181e!important}"


def dark_style() -> str:
    turned = "".join(
        f"[style*='{what}: {color.lower()}']{{{what}:{dark}!important}}"
        for color, dark in DARK.items()
        for what in ("fill", "stroke")
    )
    return f"<style>@media (prefers-color-scheme:dark){{{turned}{PAPER}}}{GROUND}</style>"


STYLE = dark_style()


def themed(svg: str) -> str:
    head, tail = svg.rsplit("</svg>", 1)
    return f"{head}{STYLE}</svg>{tail}"


def theme_folder(images: Path) -> None:
    """Rewrite matplotlib's pictures among the images; a narrow drawing becomes a file of its own."""
    for path in images.glob("*.svg"):
        svg = path.read_text("utf-8")
        if 'id="figure_1"' not in svg:
            continue
        wide, narrow = parted(svg)
        path.write_text(themed(wide), "utf-8")
        if narrow is not None:
            narrow_file(path).write_text(themed(narrow), "utf-8")


def narrow_file(path: Path) -> Path:
    return path.with_name(f"{path.stem}-narrow.svg")


def offer_narrow(page: BeautifulSoup, folder: Path) -> None:
    """Where an image has a narrow drawing beside it, let the browser choose on a screen."""
    for image in page.select("article img[src$='.svg']"):
        path = folder / image["src"]
        if path.is_relative_to(folder) and narrow_file(path).exists():
            source = page.new_tag("source", media=f"screen and {NARROW}")
            source["srcset"] = narrow_file(Path(image["src"])).as_posix()
            image.wrap(page.new_tag("picture")).insert(0, source)
