"""Make the ePub of the book: make_epub.py [FOLDER]. Sphinx writes it, `epub_pages` mends its pages.

The book's own configuration is used, and the executed chapters are those of the pages.
"""

import gc
import os
import re
import shutil
import sys
import time
import uuid
import zipfile
from html import escape
from pathlib import Path
from xml.etree import ElementTree

import yaml
from book_contents import chapters_in_order
from book_inputs import ROOT
from epub_pages import (
    SOLUTIONS,
    keep_pictures,
    make_strict,
    move_solutions,
    parsed,
    set_formulas,
    show_stills,
    strict_svg,
    written,
)

KINDS = {".xhtml": "application/xhtml+xml", ".css": "text/css", ".png": "image/png", ".svg": "image/svg+xml"}
KINDS |= {
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".ncx": "application/x-dtbncx+xml",
}
OPF, OPF_NAMES = "content.opf", "http://www.idpf.org/2007/opf"


def sphinx(book, out):
    """Run the epub builder with the book's configuration."""
    from jupyter_book.sphinx import build_sphinx

    from relulab import __version__

    gc.set_threshold(1_000_000, 50, 1000)  # as `build_book` does
    settings = yaml.safe_load((book / "_config.yml").read_text("utf-8"))
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    identity = f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, settings['title'] + __version__)}"
    result = build_sphinx(
        book,
        out,
        builder="epub",
        noconfig=True,
        path_config=book / "_config.yml",
        doctreedir=out.parent / "epub-doctrees",
        confoverrides={
            "external_toc_path": str(book / "_toc.yml"),
            "latex_individualpages": False,
            "html_static_path": [str(ROOT / "site" / "epub")],
            "html_css_files": [],
            "html_js_files": [],
            "epub_css_files": ["reader.css"],
            "epub_basename": "relulab",
            "epub_title": settings["title"],
            "epub_author": settings["author"],
            "epub_publisher": settings["author"],
            "epub_description": f"relulab {__version__}, an executable book",
            "epub_contributor": settings["author"],
            "epub_identifier": identity,
            "epub_uid": "book",
            "epub_scheme": "UUID",
            "epub_show_urls": "no",
            "epub_tocdepth": 2,
            "epub_use_index": False,
            "html_domain_indices": False,
            "version": __version__,
        },
        warningiserror=not os.environ.get("ONLY"),
        keep_going=True,
    )
    if isinstance(result, BaseException):
        raise result
    return result


def mend(folder, toc):
    """Mend the pages of an unpacked ePub, and its lists of files."""
    opf = ElementTree.parse(folder / OPF).getroot()
    files = {item.get("id"): item.get("href") for item in opf.iter(f"{{{OPF_NAMES}}}item")}
    spine = [files[one.get("idref")] for one in opf.iter(f"{{{OPF_NAMES}}}itemref")]
    pages = {file: parsed((folder / file).read_text("utf-8")) for file in spine if file != "nav.xhtml"}
    for page in pages.values():
        show_stills(page)
    for file, page in pages.items():
        keep_pictures(page, file, folder)
    end = move_solutions(pages)
    if end is not None:
        pages[SOLUTIONS] = end
        spine.append(SOLUTIONS)
    set_formulas(pages.values())
    # Parts have moved from page to page: read anew, a page knows all of its own.
    pages = {file: parsed(written(page)) for file, page in pages.items()}
    for page in pages.values():
        make_strict(page)
    for picture in (folder / "_images").glob("*.svg"):
        picture.write_text(strict_svg(picture.read_text("utf-8")), encoding="utf-8")
    names = {file: {part["id"] for part in page.find_all(id=True)} for file, page in pages.items()}
    for file, page in pages.items():
        leave_out_dead_ends(page, file, names)
        (folder / file).write_text(written(page), encoding="utf-8")
    write_contents(folder, toc, pages)
    write_list(folder, spine, pages)


def leave_out_dead_ends(page, file, names):
    """A link to what the ePub does not hold (a notebook, a folded box) is its words."""
    folder = Path(file).parent.as_posix()
    for link in page.find_all("a"):
        address, _, fragment = link.get("href", "").partition("#")
        if re.match(r"[a-z]+:", address):
            continue
        goal = os.path.normpath(os.path.join(folder, address)).replace(os.sep, "/") if address else file
        if goal not in names:
            link.unwrap()
        elif fragment and fragment not in names[goal]:
            link["href"] = address or link.get("href", "").partition("#")[0] or Path(file).name


def write_contents(folder, toc, pages):
    """The table of contents, for readers of now and of old: parts, and chapters by their headings."""
    parts = [(None, [])]
    for caption, chapter in chapters_in_order(toc):
        if caption:
            parts.append((caption, []))
        file = f"{chapter}.xhtml"
        parts[-1][1].append((file, pages[file].h1.get_text(" ", strip=True)))
    if SOLUTIONS in pages:
        parts.append((None, [(SOLUTIONS, "Solutions")]))

    def lines(chapters):
        return "".join(f'<li><a href="{file}">{escape(title)}</a></li>\n' for file, title in chapters)

    entries = "".join(
        f"<li><span>{escape(caption)}</span><ol>\n{lines(chapters)}</ol></li>\n"
        if caption
        else lines(chapters)
        for caption, chapters in parts
    )
    nav = (folder / "nav.xhtml").read_text("utf-8")
    nav = re.sub(r"<ol>.*</ol>", lambda _: f"<ol>\n{entries}</ol>", nav, flags=re.S)
    (folder / "nav.xhtml").write_text(nav, encoding="utf-8")
    points = "".join(
        f'<navPoint id="place-{number}" playOrder="{number}"><navLabel><text>{escape(title)}</text>'
        f'</navLabel><content src="{file}"/></navPoint>\n'
        for number, (file, title) in enumerate((one for _, chapters in parts for one in chapters), 1)
    )
    ncx = (folder / "toc.ncx").read_text("utf-8")
    ncx = re.sub(r"<navMap>.*</navMap>", lambda _: f"<navMap>\n{points}</navMap>", ncx, flags=re.S)
    (folder / "toc.ncx").write_text(ncx, encoding="utf-8")


def write_list(folder, spine, pages):
    """The manifest and the spine, anew: every file that a page needs, with what its pages hold."""
    text = (folder / OPF).read_text("utf-8")
    used = {"nav.xhtml", "toc.ncx", *spine}
    for file, page in pages.items():
        for part in page.find_all(["img", "link"]):
            there = os.path.normpath(os.path.join(Path(file).parent, part.get("src") or part.get("href", "")))
            used.add(Path(there).as_posix())
    for sheet in [name for name in used if name.endswith(".css")]:
        found = re.findall(r"url\([\"']?(?!data:)([^)\"']+)", (folder / sheet).read_text("utf-8"))
        used |= {os.path.normpath(os.path.join(Path(sheet).parent, name)) for name in found}
    used = sorted(name for name in used if (folder / name).is_file() and Path(name).suffix in KINDS)
    items = []
    for number, name in enumerate(used):
        holds = []
        if name == "nav.xhtml":
            holds.append("nav")
        if name in pages:
            holds += ["mathml"] * bool(pages[name].find("math")) + ["svg"] * bool(pages[name].find("svg"))
        more = f' properties="{" ".join(holds)}"' if holds else ""
        kind = KINDS[Path(name).suffix]
        known = {"toc.ncx": "ncx", "nav.xhtml": "nav"}.get(name, f"file-{number}")
        items.append((known, name, f'<item id="{known}" href="{name}" media-type="{kind}"{more}/>'))
    ids = {name: known for known, name, _ in items}
    manifest = "\n    ".join(line for *_, line in items)
    order = "\n    ".join(f'<itemref idref="{ids[name]}"/>' for name in ["nav.xhtml", *spine] if name in ids)
    text = re.sub(
        r"<manifest>.*</manifest>", lambda _: f"<manifest>\n    {manifest}\n  </manifest>", text, flags=re.S
    )
    text = re.sub(
        r"<spine [^>]*>.*</spine>",
        lambda _: f'<spine toc="ncx">\n    {order}\n  </spine>',
        text,
        flags=re.S,
    )
    text = re.sub(
        r"<meta property=\"ibooks:version\"></meta>\s*|<dc:contributor>[^<]*</dc:contributor>\s*", "", text
    )
    (folder / OPF).write_text(text, encoding="utf-8")
    identity = re.search(r"<dc:identifier[^>]*>([^<]+)<", text)[1]
    ncx = (folder / "toc.ncx").read_text("utf-8")
    ncx = re.sub(r'(<meta name="dtb:uid" content=)"[^"]*"', rf'\1"{identity}"', ncx)
    (folder / "toc.ncx").write_text(ncx, encoding="utf-8")
    for path in list(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name not in used and name not in (OPF, "mimetype", "META-INF/container.xml"):
            path.unlink()


def pack(folder, target):
    """One zip, the file ``mimetype`` first and as it is."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != "mimetype")
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(folder / "mimetype", "mimetype", zipfile.ZIP_STORED)
        for path in files:
            archive.write(path, path.relative_to(folder).as_posix())


def make(book):
    """Write ``_build/relulab.epub`` of a book; returns its path."""
    out, target = book / "_build" / "epub", book / "_build" / "relulab.epub"
    shutil.rmtree(out, ignore_errors=True)
    target.unlink(missing_ok=True)
    if sphinx(book, out):
        sys.exit(f"The ePub was not made: {book} (see the warnings and errors above).")
    mend(out, book / "_toc.yml")
    pack(out, target)
    return target


if __name__ == "__main__":
    begun = time.monotonic()
    made = make(Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else ROOT)
    print(f"The ePub: {made}, {made.stat().st_size / 1e6:.1f} MB, in {time.monotonic() - begun:.0f} s.")
