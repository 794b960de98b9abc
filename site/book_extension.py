"""The book's own Sphinx extension: quizzes, and executed chapters cached under a key that no
change can outlive."""

import os
import shutil
from pathlib import Path

import quiz
from book_inputs import execution_key


def key_the_cache(app, config):
    caches = Path(app.outdir).parent / "executed"
    current = caches / execution_key()
    for cache in caches.glob("*"):
        if cache != current:
            shutil.rmtree(cache)
    config.nb_execution_cache_path = str(current)


def execute_only(app, config):
    """Leave out the execution of every chapter that ONLY does not name."""
    if wanted := os.environ.get("ONLY", "").split():
        chapters = (path.relative_to(app.srcdir) for path in Path(app.srcdir, "chapters").rglob("*.md"))
        others = [str(path) for path in chapters if not any(word in str(path) for word in wanted)]
        config.nb_execution_excludepatterns = [*config.nb_execution_excludepatterns, *others]


def setup(app):
    app.connect("config-inited", key_the_cache)
    app.connect("config-inited", execute_only)
    quiz.setup(app)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
