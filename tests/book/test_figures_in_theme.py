"""Figures have the page's colors in light and dark, a narrow drawing on phones, and files of their own."""

import base64
import re
from io import BytesIO, StringIO

import pytest
from booktools import ROOT
from bs4 import BeautifulSoup
from matplotlib.figure import Figure
from PIL import Image
from theme_figures import narrow_file, offer_narrow, theme_folder, unpack

from relulab.plots.narrow import drawn_twice
from relulab.plots.style import COLORS, DARK

INK = {"light": (0x1F, 0x29, 0x33), "dark": (0xE6, 0xE9, 0xEC)}


def test_flipbooks_and_figures_turn_to_the_same_colors():
    source = (ROOT / "relulab/widgets/flipbook/flipbook.js").read_text()
    pairs = re.findall(r'"(#[0-9a-f]{6})": "(#[0-9a-f]{6})"', source)
    assert dict(pairs) == {color.lower(): dark for color, dark in DARK.items()}


@pytest.fixture
def pages(tmp_path):
    """A folder with a page, and in it a wide figure with two large squares of ink."""
    figure = Figure((9, 4))
    for ax in figure.subplots(1, 2):
        ax.fill([0, 1, 1, 0], [0, 0, 1, 1], color=COLORS["ink"])
        ax.set(xlim=(0, 2), ylim=(0, 2))
    images = tmp_path / "_images"
    images.mkdir()
    (images / "a.svg").write_text(drawn_twice(figure))
    theme_folder(images)
    page = BeautifulSoup("<article><img alt='A square.' src='_images/a.svg'></article>", "html.parser")
    offer_narrow(page, tmp_path)
    script = "document.documentElement.style.colorScheme = location.hash.slice(1)"
    (tmp_path / "page.html").write_text(f"<body>{page}<script>{script}</script></body>")
    return tmp_path


def colors_in(page):
    """The two most frequent colors of the picture as a browser paints it into the page."""
    picture = Image.open(BytesIO(page.locator("img").screenshot())).convert("RGB")
    counted = sorted(picture.getcolors(picture.width * picture.height), reverse=True)
    return [color for _, color in counted[:2]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_figure_has_the_pages_ground_and_ink(pages, blank, scheme):
    page, problems = blank(1280)
    page.goto(f"{(pages / 'page.html').as_uri()}#{scheme}")
    page.wait_for_load_state("networkidle")
    page.add_style_tag(content="body { background: rgb(7, 77, 17) }")
    ground, ink = colors_in(page)
    assert ground == (7, 77, 17)
    assert ink == INK[scheme]
    assert problems == []


@pytest.mark.parametrize(("width", "ending"), [(1280, "a.svg"), (390, "a-narrow.svg")])
def test_a_phone_gets_the_narrow_drawing(pages, blank, width, ending):
    page, _ = blank(width)
    page.goto((pages / "page.html").as_uri())
    page.wait_for_load_state("networkidle")
    assert page.locator("img").evaluate("image => image.currentSrc").endswith(ending)
    page.emulate_media(media="print")
    page.wait_for_function("document.querySelector('img').currentSrc.endsWith('/a.svg')")


def test_pictures_in_a_page_become_files(tmp_path):
    file = StringIO()
    Figure((3, 3)).savefig(file, format="svg")
    large = base64.b64encode(file.getvalue().encode() * 3).decode()
    source = f"data:image/svg+xml;base64,{large}"
    image = f"<img src='{source}'>"
    html = f"<article>{image}<noscript>{image}</noscript><img src='data:image/png;base64,AA'></article>"
    page = BeautifulSoup(html, "html.parser")
    unpack(page, tmp_path / "chapters", tmp_path / "_images")
    first, unscripted, small = (image["src"] for image in page.select("img"))
    assert first.startswith("../_images/")
    assert (tmp_path / "chapters" / first).resolve().exists()
    assert not narrow_file(tmp_path / "chapters" / first).exists()
    assert unscripted == source
    assert small == "data:image/png;base64,AA"


def test_the_faces_are_light_and_come_with_their_license():
    fonts = ROOT / "site" / "vendor" / "fonts"
    files = list(fonts.rglob("*.woff2"))
    assert 100_000 < sum(path.stat().st_size for path in files) < 120_000
    assert {path.parent for path in files} == {path.parent for path in fonts.rglob("LICENSE")}
    named = re.findall(r'url\("(fonts/[^"]+)"\)', (ROOT / "site/static/book.css").read_text())
    assert sorted(named) == sorted(path.relative_to(fonts.parent).as_posix() for path in files)


def test_pages_are_set_in_the_books_faces(fixture_book, visit):
    page, problems = visit(f"{fixture_book}/chapters/first.html", 1280)
    loaded = page.evaluate(
        "document.fonts.ready.then(all => [...all].filter(f => f.status === 'loaded').map(f => f.family))"
    )
    assert {face.strip('"') for face in loaded} >= {"Source Serif 4", "Source Sans 3"}
    assert problems == []
