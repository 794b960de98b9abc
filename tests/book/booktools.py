"""Building, serving and judging a book: what the page tests share."""

import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

from book_inputs import digest, files_under, frame_key
from filelock import FileLock
from page_server import served  # noqa: F401

ROOT = Path(__file__).resolve().parents[2]
FIXTURE = Path(__file__).parent / "fixture"
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
# What holds a widget that the page hosts, and one that Jupyter's library does.
STARTED = "script => Boolean(script.parentElement.querySelector('.jupyter-widgets, .widget-subarea'))"
SETTLED = "async () => { await window.MathJax?.startup?.promise; await document.fonts.ready; }"
# The theme's colors change gradually. Chromium may go on to list what has come to its end.
STILL = """() => !document.getAnimations().some(
  (one) => one instanceof CSSTransition && one.playState !== "finished")"""
HARMLESS = "Got invalid theme mode"  # the theme, on a first visit


def build(folder):
    """Build the book in a folder as `make book` does."""
    command = [sys.executable, ROOT / "site" / "build_book.py", folder]
    return subprocess.run(command, capture_output=True, text=True)


def make_book(folder, chapters=FIXTURE):
    """A book of other chapters in the real book's configuration and house."""
    shutil.copytree(chapters, folder)
    shutil.copy(ROOT / "_config.yml", folder)
    shutil.copy(ROOT / "chapters" / "references.bib", folder / "chapters")
    (folder / "site").symlink_to(ROOT / "site")
    return folder


def small_book():
    """The folder of a book of the fixture's chapters, built once for what it is made of."""
    made_of = digest(files_under(FIXTURE), frame_key(ROOT))[:16]
    folder = ROOT / "_build" / "small-books" / made_of
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.parent / "lock"):
        if not (folder / "sound").exists():
            for old in folder.parent.glob("*/"):
                shutil.rmtree(old)
            result = build(make_book(folder))
            assert result.returncode == 0, result.stdout + result.stderr
            (folder / "sound").touch()
    return folder


def watch(page, problems):
    """Note what goes wrong. No request is held up, which would cost its cache: no other host is found."""

    def request(request):
        if not is_local(request.url):
            problems.append(f"asks another host: {request.url}")

    def response(response):
        if response.status >= 400:
            problems.append(f"{response.status}: {response.url}")

    def console(message):
        icon = message.location["url"].endswith("/favicon.ico")  # asked for where a page names none
        if message.type == "error" and HARMLESS not in message.text and not icon:
            problems.append(f"console: {message.text}")

    page.on("request", request)
    page.on("response", response)
    page.on("console", console)
    page.on("pageerror", lambda error: problems.append(f"page error: {error}"))


def leave(page):
    """Close a page, and forget what it stored: the next one is opened by another reader."""
    page.evaluate("try { localStorage.clear(); } catch {}")
    page.close()


def is_local(url):
    parts = urlsplit(url)
    return parts.scheme in ("file", "data", "blob") or parts.hostname == "127.0.0.1"


ALONE = """addEventListener("DOMContentLoaded", () => {
    const { state } = JSON.parse(document.querySelector("script[type*='widget-state']").textContent);
    for (const view of document.querySelectorAll("script[type*='widget-view']")) {
        const { _anywidget_id: id } = state[JSON.parse(view.textContent).model_id].state;
        if (!id?.endsWith(".NAME")) view.closest(".cell").remove();
    }
}, { capture: true });"""


def leave_alone(page, name):
    """When the page is opened, the widgets of this name, as "flipbook", will be the only ones on it."""
    page.add_init_script(ALONE.replace("NAME", name.title().replace("-", "")))


def come_near_widgets(page):
    """Each widget starts when a reader comes near it."""
    for place in page.locator("script[type*='widget-view']").all():
        place.evaluate("script => script.parentElement.scrollIntoView()")
        page.wait_for_function(STARTED, arg=place.element_handle())
    page.evaluate("scrollTo(0, 0)")


def axe_faults(page, selector="html"):
    """What axe-core finds in a part of a page, every rule on: (rule, place) of each fault."""
    page.wait_for_function(STILL)
    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate(AXE.read_text("utf-8"))
        page.evaluate("axe.configure({ noHtml: true })")  # faults are told by their places
    # What passes is looked at, too, but not told: on a long page that takes as long as to look.
    options = {"resultTypes": ["violations"]}
    run = "([selector, options]) => axe.run(selector, options)"
    found = page.evaluate(run, [selector, options])["violations"]
    return [(fault["id"], node["target"]) for fault in found for node in fault["nodes"]]


def screenshot(part, name):
    """Keep a picture of a part of a page, without what floats over it."""
    folder = ROOT / "_build" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    floating = ".bd-header, .bd-header-article, .skip-link, #pst-back-to-top { display: none !important; }"
    part.page.add_style_tag(content=floating)
    part.screenshot(path=folder / f"{name}.png")


def pages_of(html):
    """All pages but the root, which only redirects to the first."""
    pages = {
        path.relative_to(html).as_posix() for path in html.rglob("*.html") if "_static" not in path.parts
    }
    return sorted(pages - {"index.html"})


def assert_page_is_sound(page, problems, width):
    page.wait_for_load_state("networkidle")
    math = page.locator(".math")
    if math.count():
        page.locator("mjx-container").first.wait_for()
        page.wait_for_function(
            "() => [...document.querySelectorAll('.math')].every(math => math.querySelector('mjx-container'))"
        )
        assert page.locator("mjx-merror").count() == 0
    for view in page.locator("script[type*='widget-view']").all():
        assert view.evaluate(STARTED)
    assert page.locator(".rw-problem:visible").all_inner_texts() == []
    for image in page.locator("article img:visible").all():
        assert image.get_attribute("alt"), f"no alt text: {image.get_attribute('src')}"
        assert image.evaluate("image => image.complete && image.naturalWidth > 0")
    assert page.evaluate("document.scrollingElement.scrollWidth <= window.innerWidth"), (
        f"scrolls sideways at {width}"
    )
    assert problems == []
