"""Make the pages' figures follow the theme, and give phones the narrow drawing of each that has one.

An image has no part in its page's style sheet, but it knows the page's color scheme. So each SVG gets a style
of its own, which changes the book's colors in the dark.
"""

import base64
import hashlib
import os
from pathlib import Path

from bs4 import BeautifulSoup

from relulab.plots.narrow import parted
from relulab.plots.style import DARK

LEAST = 2_000  # letters; what is smaller stays in the page
NARROW = "(max-width: 600px)"
# The ground of a figure and of its axes, the first group of each; what else is white are markers and patches.
WHITE = "[style*='fill: #ffffff']"
FIRST = "g:first-of-type>path"
GROUND = f"[id^=figure_]>{FIRST},[id^=axes_]>{FIRST}{WHITE}{{fill:none!important}}"
PAPER = f"path{WHITE},use{WHITE}{{fill:#121212!important}}"


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
        theme_file(path)


def theme_file(path: Path) -> None:
    svg = path.read_text("utf-8")
    if 'id="figure_' not in svg or STYLE in svg:
        return
    wide, narrow = parted(svg)
    path.write_text(themed(wide), "utf-8")
    if narrow is not None:
        narrow_file(path).write_text(themed(narrow), "utf-8")


def unpack(page: BeautifulSoup, folder: Path, images: Path) -> None:
    """Pictures that are written into the page become files, which a browser loads when they are seen."""
    for image in page.select("article img[src^='data:image/']"):
        kind, data = image["src"].removeprefix("data:image/").split(",", 1)
        if image.find_parent("noscript") or not kind.endswith(";base64") or len(data) < LEAST:
            continue
        content = base64.b64decode(data)
        ending = kind.split(";")[0].split("+")[0]
        path = images / f"{hashlib.sha256(content).hexdigest()}.{ending}"
        images.mkdir(exist_ok=True)
        path.write_bytes(content)
        if ending == "svg":
            theme_file(path)
        image["src"] = Path(os.path.relpath(path, folder)).as_posix()


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
