"""The story of the book as a line at the top of a chapter, showing where it stands: chapters/story.yml."""

import functools
from html import escape
from pathlib import Path

import yaml
from docutils import nodes

FILE = "chapters/story.yml"


read = functools.cache(yaml.safe_load)  # each page asks for it


def story_of(root: Path) -> dict:
    return read((root / FILE).read_text("utf-8")) if (root / FILE).exists() else {"chapters": {}}


def drawn(story: dict, chapter: str, address) -> str:
    """The steps as links, but for the one where the chapter stands; `address` gives a chapter's URI."""
    here = story["chapters"][chapter]
    steps = []
    for step, first in story["steps"].items():
        if step == here["step"]:
            steps.append(f'<li><strong aria-current="step">{escape(step)}</strong></li>')
        else:
            steps.append(f'<li><a href="{escape(address(first))}">{escape(step)}</a></li>')
    where = f"{here['step'].capitalize()}: {here['says']}"
    return (
        f'<nav class="story" aria-label="The story of the book"><ol>{"".join(steps)}</ol>'
        f'<p><span class="visually-hidden">You are here. </span>{escape(where)}</p></nav>'
    )


def add_map(app, doctree, docname):
    story, chapter = story_of(Path(app.srcdir)), docname.removeprefix("chapters/")
    title = next(iter(doctree.findall(nodes.title)), None)
    if title is None or chapter not in story["chapters"]:
        return

    def address(other):
        return app.builder.get_relative_uri(docname, f"chapters/{other}")

    title.parent.insert(
        title.parent.index(title) + 1, nodes.raw("", drawn(story, chapter, address), format="html")
    )


def setup(app):
    app.connect("doctree-resolved", add_map)
