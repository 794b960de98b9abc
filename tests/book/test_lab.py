"""The phase explorer in a real JupyterLab: Python answers, and when it dies the browser goes on."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest
from booktools import ROOT, screenshot, watch
from explorer import Explorer

import relulab as rl

NOTEBOOK = """
import os, pathlib
from relulab.widgets import PhaseExplorer
pathlib.Path("pid").write_text(str(os.getpid()))
explorer = PhaseExplorer(n=range(10, 41, 10), d=[5, 10], trials=4, seed=3)
explorer
"""


HOMES = ("CONFIG_DIR", "DATA_DIR", "RUNTIME_DIR")


def notebook(text):
    cell = {"cell_type": "code", "id": "a", "metadata": {}, "execution_count": None, "outputs": []}
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    cells = [cell | {"source": text}]
    return {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """A JupyterLab server on loopback: its address and its folder."""
    folder = tmp_path_factory.mktemp("lab")
    (folder / "explorer.ipynb").write_text(json.dumps(notebook(NOTEBOOK)))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    homes = {f"JUPYTER_{name}": str(folder / name) for name in HOMES}
    homes |= {"JUPYTERLAB_WORKSPACES_DIR": str(folder / "workspaces"), "IPYTHONDIR": str(folder / "ipython")}
    environment = os.environ | homes | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--LabApp.news_url="]
    command += ["--ip=127.0.0.1", f"--port={port}", "--ServerApp.port_retries=0"]
    command += ["--IdentityProvider.token=loopback", f"--ServerApp.root_dir={folder}"]
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"{address}/api/status?token=loopback", server)
        yield address, folder
    finally:
        server.send_signal(signal.SIGTERM)
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()


def wait_for(url, server):
    limit = time.monotonic() + 120
    while time.monotonic() < limit and server.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.3)
    raise RuntimeError("JupyterLab did not start")


def run_the_cell(page):
    """JupyterLab may ask which kernel to start, and may miss what is run: look at the cell's prompt."""
    cell = page.locator(".jp-Notebook .jp-CodeCell").first
    cell.wait_for(timeout=120_000)
    question = page.locator(".jp-Dialog", has_text="Select Kernel")
    for _ in range(60):
        if question.count():
            question.locator(".jp-mod-accept").click()
        elif page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").count():
            cell.locator(".cm-content").click()
            page.keyboard.press("Shift+Enter")
        page.wait_for_timeout(2000)
        if cell.locator(".jp-InputPrompt").first.inner_text().strip() != "[ ]:":
            return
    raise AssertionError("the cell does not run")


def test_python_answers_and_when_it_dies_the_browser_goes_on(lab, browser):
    address, folder = lab
    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    page, problems = context.new_page(), []
    watch(page, problems)
    page.goto(f"{address}/lab/tree/explorer.ipynb?token=loopback")
    run_the_cell(page)
    explorer = Explorer(page)

    counts = explorer.run()
    assert explorer.data("source") == "python"
    assert "computed by Python" in explorer.part("status").inner_text()
    expected = rl.phase_diagram(n=range(10, 41, 10), d=[5, 10], trials=4, rng=3, progress=False)
    assert counts == {(n, d): round(4 * float(expected.rate.sel(n=n, d=d))) for n, d in counts}
    assert len(counts) == 8
    assert explorer.root.locator("[data-action=share]").count() == 0

    explorer.part("plot").focus()
    page.keyboard.press("Enter")
    explorer.part("verdict").wait_for()
    assert float(explorer.part("patterns").inner_text()) >= 45
    screenshot(explorer.root, "phase-explorer-lab")

    explorer.set(network="normalized", k=2, trials=20)
    explorer.sizes("n", 10, 80, 10)
    explorer.press_run()
    page.wait_for_function("root => +root.dataset.computed > 0", arg=explorer.root.element_handle())
    os.kill(int((folder / "pid").read_text()), signal.SIGKILL)
    explorer.wait("done")
    assert explorer.data("source") == "browser"
    assert len(explorer.numbers()) == 16
    assert explorer.root.locator("[data-role=error]").is_hidden()

    page.locator(".jp-Dialog button").first.click()  # the kernel appears to have died
    explorer.set(network="skip")
    explorer.sizes("n", 10, 40, 30)
    counts = explorer.run()  # no kernel answers any more
    assert explorer.data("source") == "browser"
    assert counts[40, 5] == 20
    assert [one for one in problems if "asks another host" in one] == []
    context.close()
