"""A browser, a small book and the real one, each served on the loopback interface."""

import contextlib
import functools
import os

import pytest
from booktools import ROOT, SETTLED, build, come_near_widgets, leave, leave_alone, served, small_book, watch
from ensure_browser import FLAGS, find_browser
from handling import PAGE
from playwright.sync_api import sync_playwright


@pytest.fixture(scope="session")
def fixture_html():
    return small_book() / "_build" / "html"


@pytest.fixture(scope="session")
def fixture_book(fixture_html):
    with served(fixture_html) as url:
        yield url


@pytest.fixture(scope="session")
def book_html():
    result = build(ROOT)
    assert result.returncode == 0, result.stdout + result.stderr
    return ROOT / "_build" / "html"


@pytest.fixture(scope="session")
def book(book_html):
    with served(book_html) as url:
        yield url


@pytest.fixture(scope="session")
def browser(tmp_path_factory):
    path = find_browser()
    if path is None:
        reason = "no Chromium or Chrome on this machine, and none could be installed"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def reader(browser):
    """`reader(width)`: a window for new pages, which share the files that a browser keeps."""
    with contextlib.ExitStack() as contexts:

        @functools.cache
        def reader(width, color_scheme="light"):
            context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=color_scheme)
            contexts.callback(context.close)
            return context

        yield reader


@pytest.fixture
def blank(reader):
    """`blank(width)` gives a page with nothing in it and the list of problems that it fills from then on."""
    with contextlib.ExitStack() as pages:

        def blank(width, color_scheme="light"):
            page, problems = reader(width, color_scheme).new_page(), []
            pages.callback(leave, page)
            watch(page, problems)
            return page, problems

        yield blank


@pytest.fixture
def visit(blank):
    """`visit(url, width)` opens a page, and its widgets, or those of one name alone, without the others."""

    def visit(url, width, color_scheme="light", alone=""):
        page, problems = blank(width, color_scheme)
        if alone:
            leave_alone(page, alone)
        page.goto(url)
        come_near_widgets(page)
        page.evaluate(SETTLED)
        return page, problems

    return visit


@pytest.fixture
def opened(fixture_book, visit):
    """`opened(name, width)` gives the page and the widget of that name, ready; problems fail."""
    found = []

    def opened(name, width=1280, color_scheme="light", number=0):
        page, problems = visit(fixture_book + PAGE, width, color_scheme, alone=name)
        found.append(problems)
        widget = page.locator(f"[data-widget={name}]").nth(number)
        page.wait_for_function("root => root.dataset.ready === 'true'", arg=widget.element_handle())
        return page, widget

    yield opened
    assert not any(found)
