"""The ePub: readable formulas, pictures for widgets, solutions at the end, and what epubcheck says of it."""

import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest
from booktools import ROOT
from epub_pages import mathml, parsed, strict_svg

NAMES = {"h": "http://www.w3.org/1999/xhtml", "m": "http://www.w3.org/1998/Math/MathML"}


@pytest.fixture(scope="module")
def epub(fixture_html):
    """Of the small book, whose chapters are executed already."""
    folder = fixture_html.parents[1]
    command = [sys.executable, ROOT / "site" / "make_epub.py", folder]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "The ePub: " in result.stdout
    return folder / "_build" / "relulab.epub"


@pytest.fixture(scope="module")
def pages(epub):
    with zipfile.ZipFile(epub) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def page(pages, name):
    """A page as XML: an ePub's page that is none cannot be read."""
    return ElementTree.fromstring(pages[name])


def test_epubcheck_finds_nothing(epub):
    program = shutil.which("epubcheck")
    if program is None or shutil.which("java") is None:
        reason = "epubcheck and Java are not on this machine (Debian: apt-get install epubcheck)"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    # Debian's program is the archive itself, which not every kernel starts.
    is_archive = Path(program).read_bytes()[:2] == b"PK"
    command = ["java", "-jar", program] if is_archive else [program]
    result = subprocess.run([*command, epub], capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "0 fatals / 0 errors / 0 warnings" in result.stdout + result.stderr


def test_the_first_file_is_the_mimetype(epub):
    with zipfile.ZipFile(epub) as archive:
        first = archive.infolist()[0]
        assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)


def test_formulas_are_mathml_with_their_source(pages):
    root = page(pages, "chapters/elements.xhtml")
    formulas = root.findall(".//m:math", NAMES)
    assert any(one.get("display") == "block" and r"\max_{j" in one.get("alttext") for one in formulas)
    assert all(one.get("alttext") for one in formulas)
    for name, text in pages.items():
        if name.endswith(".xhtml"):
            shown = re.sub(rb'alttext="[^"]*"|<pre>.*?</pre>|<code.*?</code>', b"", text, flags=re.DOTALL)
            assert rb"\(" not in shown, name
            assert rb"\[" not in shown, name
    assert "(1)" in "".join(root.itertext())  # the equation's number


def test_what_is_no_formula_is_refused():
    with pytest.raises(ValueError, match=r"not TeX: \\nothing"):
        mathml({(r"\nothing", False)})
    assert "<mfrac>" in mathml({(r"\frac12", True)})[r"\frac12", True]


def test_a_widget_is_its_picture(pages):
    root = page(pages, "chapters/widgets.xhtml")
    pictures = root.findall(".//h:figure/h:img", NAMES)
    assert pictures
    for picture in pictures:
        assert picture.get("alt")
        assert picture.get("src").removeprefix("../") in pages
    everything = b"".join(text for name, text in pages.items() if name.endswith(".xhtml"))
    for word in (b"<script", b"<noscript", b"<button", b"<input", b"data-answer", b'src="data:'):
        assert word not in everything


def test_solutions_are_at_the_end(pages):
    solutions = page(pages, "solutions.xhtml")
    text = "".join(solutions.itertext())
    assert "Each entry is its own square." in text
    assert b"Each entry is its own square." not in pages["chapters/elements.xhtml"]
    assert "It is the distance from 0" in text  # the reason of a quiz
    assert b"It is the distance from 0" not in pages["chapters/quiz.xhtml"]
    assert pages["nav.xhtml"].rindex(b"solutions.xhtml") > pages["nav.xhtml"].rindex(b"links.xhtml")


def test_every_link_leads_somewhere(pages):
    ids = {
        name: {one.get("id") for one in page(pages, name).iter() if one.get("id")}
        for name in pages
        if name.endswith(".xhtml")
    }
    count = 0
    for name in ids:
        for link in page(pages, name).findall(".//h:a[@href]", NAMES):
            address, _, fragment = link.get("href").partition("#")
            if not re.match("[a-z]+:", address):
                goal = os.path.normpath(os.path.join(os.path.dirname(name), address)) if address else name
                assert not fragment or fragment in ids[goal], link.get("href")
                count += 1
    assert count > 5
    to = page(pages, "chapters/elements.xhtml").find(".//h:p[@class='to-solution']/h:a", NAMES)
    assert to.get("href").startswith("../solutions.xhtml#")


def test_the_table_of_contents_has_every_chapter(pages):
    named = set(re.findall(rb'href="(chapters/\w+)\.xhtml', pages["nav.xhtml"]))
    assert named == {name.removesuffix(".xhtml").encode() for name in pages if name.startswith("chapters/")}


def test_a_pictures_names_are_names():
    text = strict_svg("<!DOCTYPE svg PUBLIC 'x' 'y'><svg><g id='veil:{\"a\":1}'><path id=\"p-1\"/></g></svg>")
    assert text == '<svg><g><path d="M0 0" id="p-1"/></g></svg>'
    assert parsed(text).path["id"] == "p-1"
