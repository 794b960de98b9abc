"""Every page of the built book: sound, light, open to everybody, and in time."""

import functools
import gzip
import json
import subprocess
import sys
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

import pytest
from book_contents import chapters_in_order
from booktools import (
    ROOT,
    assert_page_is_sound,
    axe_faults,
    come_near_widgets,
    leave,
    pages_of,
    watch,
)
from bs4 import BeautifulSoup
from pypdf import PdfReader
from pypdfium2 import PdfDocument
from run_tests import THIRDS

pytestmark = pytest.mark.pages

CHAPTER_SECONDS = 60  # with another chapter running beside it
MORE_SECONDS = {
    "chapters/part4/training": 90,
    "chapters/part4/batch-size": 90,
    "chapters/part4/your-own-data": 90,
    "chapters/back/figures": 120,  # 64 pictures, each drawn wide, narrow and small
}
PAGE_BYTES = 1_500_000
FOOTER = 36  # points from a sheet's lower edge, within which its number stands


def test_every_chapter_has_a_page(book_html):
    chapters = [path.relative_to(ROOT).with_suffix(".html") for path in (ROOT / "chapters").rglob("*.md")]
    assert chapters
    assert {path.as_posix() for path in chapters} <= set(pages_of(book_html))


@pytest.mark.parametrize("part", [slice(place, None, 3) for place in range(3)], ids=THIRDS)
@pytest.mark.parametrize("width", [1280, 390])
def test_every_page_is_sound_light_and_accessible(book_html, book, reader, width, part, subtests):
    context, weights = reader(width), {}
    for name in pages_of(book_html)[part]:
        with subtests.test(name):
            page, problems, files = context.new_page(), [], set()
            watch(page, problems)
            page.on(
                "response", lambda response, files=files: files.add(urlsplit(response.url).path.lstrip("/"))
            )
            page.goto(f"{book}/{name}")
            page.wait_for_load_state("networkidle")
            weights[name] = sum(sent_bytes(book_html / unquote(file)) for file in files)
            if width == 1280:  # as it is when a reader prints it
                assert_nothing_is_cut_off_in_print(page)
            come_near_widgets(page)
            assert_page_is_sound(page, problems, width)
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)
                page.locator(f"html[data-theme={scheme}]").wait_for()
                assert axe_faults(page) == []
            leave(page)
    for name, weight in sorted(weights.items(), key=lambda item: -item[1]):
        print(f"{weight / 1000:7.0f} kB  {name}")
        with subtests.test(f"weight of {name}"):
            assert weight < PAGE_BYTES  # as a host sends it, compressed, before a widget is asked for


def assert_nothing_is_cut_off_in_print(page):
    """At the width of the printed column, every picture is there and no equation or figure is wider."""
    screen = page.viewport_size
    page.set_viewport_size({"width": 877, "height": 1200})
    page.emulate_media(media="print")
    # Another width may call for another drawing. What is folded away may not load at all.
    page.wait_for_function(
        "[...document.images].every(image => image.closest('details:not([open]) > div') || image.complete)"
    )
    wide = page.evaluate(
        """() => [...document.querySelectorAll("article :is(mjx-container[display], img, table)")]
          .filter(box => box.scrollWidth > box.clientWidth + 1 && box.clientWidth > 0 ||
                         box.getBoundingClientRect().right > innerWidth + 1)
          .map(box => box.outerHTML.slice(0, 80))"""
    )
    assert wide == []
    assert page.evaluate(
        "[...document.images].every(image => image.closest('details:not([open]) > div') || "
        "image.complete && image.naturalWidth > 0)"
    )
    page.emulate_media(media="screen")
    page.set_viewport_size(screen)


@functools.cache
def sent_bytes(path):
    return min(len(gzip.compress(path.read_bytes())), path.stat().st_size) if path.is_file() else 0


def test_links_within_the_book_lead_somewhere(book_html, subtests):
    soups = {
        name: BeautifulSoup((book_html / name).read_text(), "html.parser") for name in pages_of(book_html)
    }
    anchors = {name: {tag["id"] for tag in soup.select("[id]")} for name, soup in soups.items()}
    for name, soup in soups.items():
        with subtests.test(name):
            for link in soup.select("a[href]"):
                target, anchor = urldefrag(urljoin(f"/{name}", link["href"]))
                if urlsplit(target).scheme or not target.startswith("/"):
                    continue
                path = unquote(target.lstrip("/"))
                assert (book_html / path).exists(), link["href"]
                if anchor and path in anchors and anchor != "top":
                    assert unquote(anchor) in anchors[path], link["href"]


def test_every_chapter_keeps_its_time(book_html, subtests):
    seconds = json.loads((book_html.parent / "chapter_seconds.json").read_text())
    assert seconds
    for name, taken in seconds.items():
        print(f"{taken:6.1f} s  {name}")
        with subtests.test(name):
            assert taken <= MORE_SECONDS.get(name, CHAPTER_SECONDS)


@pytest.fixture(scope="module")
def pdf(book_html, browser, tmp_path_factory):
    target = tmp_path_factory.mktemp("pdf") / "book.pdf"
    # In a process of its own: one Playwright a process.
    code = "import sys, pathlib, make_pdf; make_pdf.make(*map(pathlib.Path, sys.argv[1:]))"
    command = [sys.executable, "-c", code, book_html, ROOT / "_toc.yml", target]
    subprocess.run(command, check=True, cwd=ROOT / "site")
    return target


def test_the_pdf_holds_every_chapter_in_order(pdf, book_html):
    titles, pdf, printed = [], PdfReader(pdf), PdfDocument(pdf)
    for _, chapter in chapters_in_order(ROOT / "_toc.yml"):
        heading = BeautifulSoup((book_html / f"{chapter}.html").read_text(), "html.parser").h1
        for link in heading.select(".headerlink"):
            link.decompose()
        titles.append(heading.get_text().strip())
    captions = [caption for caption, _ in chapters_in_order(ROOT / "_toc.yml") if caption]
    flat = [
        item["/Title"] for entry in pdf.outline for item in (entry if isinstance(entry, list) else [entry])
    ]
    assert [title for title in flat if title not in captions] == titles
    assert len(pdf.pages) > len(titles)
    for number, (leaf, sheet) in enumerate(zip(pdf.pages, printed, strict=True), 1):
        assert str(number) in sheet.get_textpage().get_text_bounded(top=FOOTER).split()
        assert leaf["/Contents"].get_object()["/Filter"] == "/FlateDecode"
        links = [str(note.get_object().get("/A", {}).get("/URI", "")) for note in leaf.get("/Annots", [])]
        assert not [link for link in links if "127.0.0.1" in link]


def test_notebooks_run_by_themselves(book_html, tmp_path):
    """Two chapters' notebooks, in an environment that holds nothing but the package and a kernel."""
    environment = tmp_path / "env"
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    python = environment / "bin" / "python"
    install = ["-m", "pip", "install", "-q", "--no-compile", "--disable-pip-version-check"]
    wanted = ["-c", ROOT / "constraints.txt", ROOT, "ipykernel", "nbclient"]
    subprocess.run([python, *install, *wanted], check=True)
    run = (
        "import sys, nbformat, nbclient\n"
        "for path in sys.argv[1:]:\n"
        "    nbclient.NotebookClient(nbformat.read(path, 4), timeout=300).execute()\n"
    )
    notebooks = [
        book_html / "_sources" / "chapters" / name
        for name in ("index.ipynb", "part1/phase-transitions.ipynb")
    ]
    done = subprocess.run([python, "-c", run, *notebooks], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr[-3000:]
