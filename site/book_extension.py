"""The book's own Sphinx extension: what is executed and kept, and what pages get beyond the theme."""

import functools
import json
import os
import shutil
from pathlib import Path

import answer_boxes
import doors
import figure_face
import lab_tables
import predict
import quiz
import stale_pages
import story_map
import theorem_map
from book_inputs import execution_key
from docutils import nodes
from mend_pages import mend_folder
from myst_nb.sphinx_ import NbMetadataCollector
from notebooks import export_all
from pybtex import plugin
from repository import github_address, github_place
from run_chapters import run_chapters
from sphinx.errors import ConfigError
from sphinx_exercise.nodes import solution_node

# Each citation asks for it, and it looks at every installed package every time.
plugin.entry_points = functools.cache(plugin.entry_points)
WITH_SOLUTIONS = os.environ.get("SOLUTIONS") != "0"
COLAB = "https://colab.research.google.com/github"
BINDER = "https://mybinder.org/v2/gh"


def key_the_cache(app, config):
    caches = Path(app.outdir).parent / "executed"
    current = caches / execution_key()
    for cache in caches.glob("*"):
        if cache != current:
            shutil.rmtree(cache)
    config.nb_execution_cache_path = str(current)


def letter_figures(app, config):
    """Figures are lettered like the pages, where npm has installed the face; `use_style` looks for it."""
    if figure_face.sources():
        os.environ["RELULAB_FACE"] = str(figure_face.kept())


def write_address_out(app, config):
    """The theme, too, gets the address in the one form that it understands."""
    options = config.html_theme_options
    try:
        options["repository_url"] = github_address(options.get("repository_url", ""))
    except ValueError as fault:
        raise ConfigError(str(fault)) from None


def execute_only(app, config):
    """Leave out the execution of every chapter that ONLY does not name."""
    if wanted := os.environ.get("ONLY", "").split():
        chapters = (path.relative_to(app.srcdir) for path in Path(app.srcdir, "chapters").rglob("*.md"))
        others = sorted(str(path) for path in chapters if not any(word in str(path) for word in wanted))
        config.nb_execution_excludepatterns = [*config.nb_execution_excludepatterns, *others]


def write_together(app, env):
    """Write pages on all cores."""
    app.parallel = 1 + os.cpu_count()  # one process hands out the pages


def leave_out_solutions(app, doctree):
    """Make the edition for a class: the exercises without their solutions."""
    if not WITH_SOLUTIONS:
        for solution in list(doctree.findall(solution_node)):
            solution.parent.remove(solution)


def mark_what_scripts_replace(app, doctree):
    """A paragraph that holds nothing else is hidden whole, where there is JavaScript."""
    for words in doctree.findall(nodes.inline):
        if "without-js" in words["classes"] and len(words.parent) == 1:
            words.parent["classes"].append("without-js")


def offer_notebook(app, pagename, templatename, context, doctree):
    """Offer a chapter's executed notebook on its page."""
    if "kernelspec" in app.env.metadata.get(pagename, {}):
        context["ipynb_source"] = f"{pagename}.ipynb"


def offer_launchers(app, pagename, templatename, context, doctree):
    """Offer to run a chapter on Colab and Binder, where the book has an address for them."""
    place = github_place(app.config.html_theme_options.get("repository_url", ""))
    if not place or "ipynb_source" not in context:
        return
    branch = app.config.html_theme_options.get("repository_branch") or "main"
    buttons = [
        # Colab opens notebooks only; the published pages carry them.
        (
            "Colab",
            "logo_colab.png",
            f"{COLAB}/{place}/blob/gh-pages/_sources/{pagename}.ipynb",
        ),
        (
            "Binder",
            "logo_binder.svg",
            f"{BINDER}/{place}/{branch}?urlpath=lab/tree/{pagename}.md",
        ),
    ]
    context["header_buttons"].append(
        {
            "type": "group",
            "tooltip": "Run this chapter",
            "icon": "fas fa-rocket",
            "label": "launch-buttons",
            "buttons": [
                {
                    "type": "link",
                    "text": name,
                    "tooltip": f"Open in {name}",
                    "url": url,
                    "icon": f"_static/images/{icon}",
                }
                for name, icon, url in buttons
            ],
        }
    )


def finish(app, error):
    """Write the notebooks and the chapters' run times, and mend the pages."""
    if error or app.builder.name != "html":
        return
    html = Path(app.outdir)
    (html / doors.PRINTED).unlink(missing_ok=True)  # of the pages as they were
    repository = github_address(app.config.html_theme_options.get("repository_url", ""))
    bibliography = Path(app.srcdir, app.config.bibtex_bibfiles[0])
    export_all(html.parent, html, bibliography, repository=repository, solutions=WITH_SOLUTIONS)
    statistics = NbMetadataCollector.get_doc_data(app.env)
    seconds = {
        name: data["exec_data"]["runtime"] for name, data in statistics.items() if data.get("exec_data")
    }
    (html.parent / "chapter_seconds.json").write_text(json.dumps(seconds, indent=1))
    mend_folder(html, app.builder.stands)


def setup(app):
    app.connect("config-inited", key_the_cache)
    app.connect("config-inited", letter_figures)
    app.connect("config-inited", write_address_out)
    app.connect("config-inited", execute_only)
    app.connect("env-before-read-docs", run_chapters)
    app.connect("env-check-consistency", write_together)
    stale_pages.setup(app)
    quiz.setup(app)
    answer_boxes.setup(app)
    predict.setup(app)
    story_map.setup(app)
    doors.setup(app)
    theorem_map.setup(app)
    lab_tables.setup(app)
    app.connect("doctree-read", leave_out_solutions, priority=600)
    app.connect("doctree-read", mark_what_scripts_replace)
    # The theme collects its buttons at priority 501.
    app.connect("html-page-context", offer_notebook, priority=400)
    app.connect("html-page-context", offer_launchers, priority=600)
    app.connect("build-finished", finish)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
