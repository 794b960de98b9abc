"""The book's own Sphinx extension: executed chapters are cached under a key that no change can outlive."""

import shutil
from pathlib import Path

from book_inputs import execution_key


def key_the_cache(app, config):
    caches = Path(app.outdir).parent / "executed"
    current = caches / execution_key()
    for cache in caches.glob("*"):
        if cache != current:
            shutil.rmtree(cache)
    config.nb_execution_cache_path = str(current)


def setup(app):
    app.connect("config-inited", key_the_cache)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
