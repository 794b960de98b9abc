"""The live widgets on the built book's pages, in a headless Chromium, against the bars they are to meet.

Each row holds what the page needed and how fast its JavaScript multiplied numbers at that moment: on a shared
machine the product of both means something where seconds do not. `make book` comes first.
"""

import secrets
import sys
import threading
import time
from pathlib import Path

from relulab.widgets import PhaseExplorer

ROOT = Path(__file__).parents[1]
HTML = ROOT / "_build" / "html"
FRONT = "chapters/index.html"
SMALL = {"n": "10:120:10", "d": "10:60:10", "trials": 3}
PAPER = {"n": "10:400:10", "d": "10:100:10", "trials": 1}
SLIDERS = {  # page: (widget, control)
    FRONT: ("phase-explorer", "slice"),
    "chapters/part2/arrangements.html": ("arrangement-explorer", "index"),
    "chapters/part3/linear-neuron.html": ("isometry-explorer", "n"),
    "chapters/part3/noise-and-clusters.html": ("flipbook", "index"),
    "chapters/part4/training.html": ("training-player", "index"),
}
RATE = """() => {
    const a = new Float64Array(256).map(Math.random), b = a.slice();
    const begun = performance.now();
    let total = 0, products = 0;
    while (performance.now() - begun < 200) {
        for (let k = 0; k < 1000; k++) for (let i = 0; i < 256; i++) total += a[i] * b[i];
        products += 256000;
    }
    return total > 0 ? Math.round(products / (performance.now() - begun) / 1000) : 0;
}"""  # millions a second
RUN = """([root, hash]) => new Promise((resolve, reject) => {
    const begun = performance.now(), since = () => performance.now() - begun;
    let first = null;
    const watcher = new MutationObserver(() => {
        if (root.dataset.state === "failed") reject(new Error("the computation failed"));
        if (first === null && Number(root.dataset.computed) > 0) first = since();
        if (first !== null && root.dataset.state === "done") resolve({ first, whole: since() });
    });
    watcher.observe(root, { attributes: true });
    if (hash) location.hash = hash;
    else root.querySelector("[data-action=run]").click();
})"""
TURN = """async (control) => {
    const spent = [];
    for (let k = 0; k < 60; k++) {
        await new Promise(requestAnimationFrame);
        const begun = performance.now();
        if (control.tagName === "SELECT") {
            control.selectedIndex = k % control.options.length;
            control.dispatchEvent(new Event("change"));
        } else {
            control.value = Number(control.min || 0) + (k % 6) * Number(control.step || 1);
            control.dispatchEvent(new Event("input"));
        }
        control.getBoundingClientRect(); // with the layout that follows
        spent.push(performance.now() - begun);
    }
    return spent.sort((a, b) => a - b)[54];
}"""


def run():
    """Rows: first cells, grids, sliders in the page; the paper's grid in Python."""
    in_python = [_in_python(direction) for direction in ("random", "smallest")]
    if not (HTML / FRONT).exists():
        return [*in_python, {"pages": "not measured, there is no built book: run `make book` first"}]
    sys.path.insert(0, str(ROOT / "site"))
    from ensure_browser import FLAGS, find_browser
    from page_server import served
    from playwright.sync_api import sync_playwright

    with served(HTML) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=FLAGS)
        rows = [_first_cells(browser, url)]
        rows += [_grid(browser, url, SMALL, direction, "3 s") for direction in ("random", "smallest")]
        rows += [_grid(browser, url, PAPER, direction, "60 s") for direction in ("random", "smallest")]
        rows += [_slider(browser, f"{url}/{page}", *names) for page, names in SLIDERS.items()]
        browser.close()
    return rows + in_python


def _opened(browser, url, widget="phase-explorer"):
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(url)
    for place in page.locator("script[type*='widget-view']").all():
        place.evaluate("script => script.parentElement.scrollIntoView()")
    root = page.locator(f"[data-widget={widget}][data-ready=true]").first
    root.wait_for(timeout=60_000)
    return page, root


def _first_cells(browser, url):
    """Run is pressed as soon as the widget is ready: no worker has been started."""
    page, root = _opened(browser, f"{url}/{FRONT}")
    times = page.evaluate(RUN, [root.element_handle(), None])
    row = {"work": "first cells of the front page's explorer", "bar": "300 ms"}
    return row | {"milliseconds": round(times["first"]), "million products/s": page.evaluate(RATE)}


def _grid(browser, url, grid, direction, bar):
    page, root = _opened(browser, f"{url}/{FRONT}")
    settings = grid | {"network": "skip", "form": "gated", "ensemble": "gaussian", "direction": direction}
    settings |= {"k": 1, "sigma": 0, "seed": secrets.randbelow(1 << 31)}
    query = "&".join(f"{name}={value}" for name, value in settings.items())
    before = page.evaluate(RATE)
    page.set_default_timeout(300_000)
    times = page.evaluate(RUN, [root.element_handle(), f"phase-explorer?{query}"])
    words = page.locator("[data-role=status]").first.inner_text()
    row = {"work": f"n {grid['n']}, d {grid['d']}, {grid['trials']} trials, {direction}", "bar": bar}
    row |= {"seconds": round(times["whole"] / 1000, 2), "first cells, ms": round(times["first"])}
    return row | {
        "said": words,
        "seed": settings["seed"],
        "million products/s": [before, page.evaluate(RATE)],
    }


def _slider(browser, url, widget, control):
    """What nine of ten turns of a control take in the page, its layout included."""
    page, root = _opened(browser, url, widget)
    spent = page.evaluate(TURN, root.locator(f"[data-control={control}]").element_handle())
    return {"work": f"{widget}, {control}", "bar": "50 ms", "milliseconds": round(spent, 1)}


def _in_python(direction):
    """The paper's grid as a notebook's widget computes and streams it."""
    cells = [[n, d] for n in range(10, 401, 10) for d in range(10, 101, 10)]
    widget, times, finished = PhaseExplorer(direction=direction), [], threading.Event()

    def receive(message):
        if message["kind"] == "cells":
            times.append(time.perf_counter())
        if message["kind"] in ("finished", "error"):
            finished.set()

    widget.send = receive
    settings = {"network": "skip", "form": "gated", "ensemble": "gaussian", "direction": direction}
    settings |= {"k": 1, "sigma": 0.0, "trials": 1, "seed": secrets.randbelow(1 << 31)}
    start = time.perf_counter()
    widget._handle_custom_msg({"kind": "run", "run": "a", "settings": settings, "cells": cells}, [])
    finished.wait(300)
    row = {"work": f"40 x 10, one trial, in Python, {direction}", "bar": "1.5 s"}
    row |= {"seconds": round(times[-1] - start, 2), "first cells, s": round(times[0] - start, 2)}
    return row | {"messages": len(times)}
