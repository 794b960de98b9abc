"""Run the chapters of the book on all cores before Sphinx reads them one by one.

Their outputs go where myst-nb keeps them (`jupyter_cache`), and it finds them there. A chapter with a cell
tagged `timed` shows how long something takes: it runs while no other does. One that fails is left for
Sphinx, which runs it again and reports the error in its own way.
"""

import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

from chapter_code import ONE_THREAD
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from jupyter_cache.executors.utils import single_nb_execution
from myst_nb.core.execute import create_client
from myst_nb.core.execute.cache import NotebookClientCache
from myst_nb.core.read import create_nb_reader
from sphinx.util import logging
from traitlets.config import Config

ENCRYPTED = Config({"KernelManager": {"transport_encryption": "auto"}})  # a kernel warns where it is not

LOG = logging.getLogger(__name__)


def run_chapters(app, env, docnames):
    cache = get_cache(env.mystnb_config.execution_cache_path)
    waiting = [client for name in docnames if (client := unknown(env, cache, env.doc2path(name)))]
    together = [client for client in waiting if not is_timed(client.notebook)]
    if len(together) < 2:
        return
    alone = [client for client in waiting if is_timed(client.notebook)]
    for workers, clients, begin in [(1, alone, None), (os.cpu_count(), together, share_the_cores)]:
        with ProcessPoolExecutor(workers, multiprocessing.get_context("fork"), begin) as pool:
            futures = {pool.submit(execute, *arguments(client)): client for client in clients}
            for future in as_completed(futures):
                keep(cache, futures[future], future.result())


def with_outputs(start_client):
    """myst-nb writes out the notebook that it was given; outputs from the cache are put into it, too."""

    def start(client):
        given = client.notebook
        start_client(client)
        for cell, run in zip(given.cells, client.notebook.cells, strict=True):
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = run.outputs, run.execution_count

    return start


NotebookClientCache.start_client = with_outputs(NotebookClientCache.start_client)


def share_the_cores():
    """Kernels started here compute on one thread each: more would wait for one another."""
    os.environ.update(ONE_THREAD)


def unknown(env, cache, path):
    """The client that would run this file while it is read; None where nothing is to run."""
    text = Path(path).read_text(encoding="utf-8")
    reader = create_nb_reader(str(path), env.myst_config, env.mystnb_config, text)
    if reader is None:
        return None
    client = create_client(reader.read(text), str(path), env.mystnb_config, LOG, reader.read_fmt)
    if not isinstance(client, NotebookClientCache):
        return None
    try:
        cache.match_cache_notebook(client.notebook)
    except KeyError:
        return client
    return None


def is_timed(notebook):
    return any("timed" in cell.metadata.get("tags", []) for cell in notebook.cells)


def arguments(client):
    return client.notebook, str(client.path.parent), client.nb_config.execution_timeout


def execute(notebook, folder, timeout):
    result = single_nb_execution(notebook, folder, timeout, allow_errors=False, config=ENCRYPTED)
    for cell in result.nb.cells:
        if cell.cell_type == "code":
            cell.outputs = in_one_piece(cell.outputs)
    return result.nb, result.time, result.err is None


def in_one_piece(outputs):
    """Each stream joined as it came: a pause may cut a line, and myst-nb ends a piece with a line break."""
    streams, kept = {}, []
    for output in outputs:
        name = output["name"] if output["output_type"] == "stream" else None
        if name in streams:
            streams[name]["text"] += output["text"]
            continue
        kept.append(output)
        if name:
            streams[name] = output
    return kept


def keep(cache, client, result):
    notebook, seconds, well = result
    LOG.info("%s: %s in %.0f s", client.path.stem, "executed" if well else "failed", seconds)
    if well:
        record = cache.add_nb_to_project(str(client.path), read_data=client._kwargs["read_fmt"])
        bundle = CacheBundleIn(notebook, record.uri, data={"execution_seconds": seconds})
        cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)
