"""Print the built pages with the browser, in the order of the table of contents, and join them."""

import io
from pathlib import Path

from book_contents import chapters_in_order
from book_inputs import ROOT
from doors import open_pdf_door
from ensure_browser import FLAGS, find_browser
from page_server import served
from playwright.sync_api import sync_playwright
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, NameObject

HTML, TARGET = ROOT / "_build" / "html", ROOT / "_build" / "relulab.pdf"
FOOTER = (
    "<div style='width: 100%; text-align: center; font: 9px sans-serif; padding-bottom: 4mm; color: #555'>"
    "<span class='pageNumber'></span></div>"
)
NEVER_NEAR = "window.IntersectionObserver = class { observe() {} unobserve() {} disconnect() {} }"
# On paper a widget is its picture, what is folded lies open, and nothing fades in.
SETTLED = """async () => {
  document.head.insertAdjacentHTML("beforeend", "<style>* { animation: none !important; }</style>");
  document.querySelectorAll("noscript").forEach((still) => (still.outerHTML = still.textContent));
  document.querySelectorAll("details").forEach((details) => (details.open = true));
  if (window.MathJax?.startup) await MathJax.startup.promise;
  await document.fonts.ready;
  for (const image of document.images) image.loading = "eager"; // one that waits for a reader never comes
  await Promise.all([...document.images].map((image) => image.decode().catch(() => null)));
}"""
TITLE = """() => [...document.querySelector("h1").childNodes]
  .filter((node) => !node.matches?.(".headerlink")).map((node) => node.textContent).join("").trim()"""


def print_page(page, url: str) -> tuple[str, bytes]:
    page.goto(url)
    page.evaluate(SETTLED)
    margins = dict.fromkeys(("top", "bottom", "left", "right"), "18mm")
    return page.evaluate(TITLE), page.pdf(format="A4", scale=0.75, margin=margins, print_background=True)


def number_pages(page, count: int) -> PdfReader:
    """Empty pages with running numbers, to be laid over the book's."""
    page.set_content("<style>div { break-after: page; height: 1px }</style>" + "<div></div>" * count)
    numbers = page.pdf(
        format="A4", display_header_footer=True, header_template="<i></i>", footer_template=FOOTER
    )
    return PdfReader(io.BytesIO(numbers))


def lead_links_inside(book: PdfWriter, server: str, first_pages: dict[str, int]) -> None:
    """Links from page to page of the site become links within the file; those that leave the book go."""
    for leaf in book.pages:
        kept = ArrayObject()
        for annotation in leaf.get("/Annots", ArrayObject()):
            link = annotation.get_object()
            address = str(link.get("/A", {}).get("/URI", ""))
            chapter = address.removeprefix(f"{server}/").partition("#")[0].removesuffix(".html")
            if address.startswith(server) and chapter in first_pages:
                del link["/A"]
                goal = book.pages[first_pages[chapter]].indirect_reference
                link[NameObject("/Dest")] = ArrayObject([goal, NameObject("/Fit")])
            if not address.startswith(server) or chapter in first_pages:
                kept.append(annotation)
        leaf[NameObject("/Annots")] = kept


def make(html: Path, toc: Path, target: Path) -> int:
    """Write the book as one file; returns its number of pages."""
    book, first_pages, part = PdfWriter(), {}, None
    with served(html) as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=FLAGS)
        page = browser.new_page(color_scheme="light")
        page.add_init_script(NEVER_NEAR)
        for caption, chapter in chapters_in_order(toc):
            title, printed = print_page(page, f"{server}/{chapter}.html")
            first_pages[chapter] = len(book.pages)
            book.append(io.BytesIO(printed), import_outline=False)
            if caption:
                part = book.add_outline_item(title=caption, page_number=first_pages[chapter])
            book.add_outline_item(title=title, page_number=first_pages[chapter], parent=part)
        for leaf, number in zip(book.pages, number_pages(page, len(book.pages)).pages, strict=False):
            leaf.merge_page(number)
            leaf.compress_content_streams(level=6)  # which merging has unpacked: four fifths of the file
        browser.close()
        lead_links_inside(book, server, first_pages)
    book.add_metadata({"/Title": "Overparameterized ReLU networks learn the simplest model"})
    book.compress_identical_objects()
    book.write(target)
    return len(book.pages)


if __name__ == "__main__":
    toc = ROOT / "_toc.yml"
    print(f"{make(HTML, toc, TARGET)} pages: {TARGET}")
    open_pdf_door(TARGET, HTML, f"{chapters_in_order(toc)[0][1]}.html")
