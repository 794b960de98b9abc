"""What readers take away: the edition for a class, notebooks that run by themselves, launch buttons."""

import os
import re
import shutil
import subprocess
import sys

import nbformat
import pytest
import yaml
from booktools import ROOT, make_book
from bs4 import BeautifulSoup
from check_links import external_links
from mend_pages import keep_punctuation_at_formulas, mend_folder, part_names_in_tables
from notebook_names import citations, elsewhere
from notebooks import folded_solutions, plain, without_glue


def build_with(folder, **environment):
    command = [sys.executable, ROOT / "site" / "build_book.py", folder]
    result = subprocess.run(command, capture_output=True, text=True, env=os.environ | environment)
    assert result.returncode == 0, result.stdout + result.stderr
    return folder / "_build" / "html"


@pytest.fixture(scope="module")
def class_edition(fixture_html, tmp_path_factory):
    """The small book without solutions, as a fork with an address builds it, with cells executed before."""
    folder = make_book(tmp_path_factory.mktemp("class") / "book")
    shutil.copytree(fixture_html.parent / "executed", folder / "_build" / "executed")
    configuration = yaml.safe_load((folder / "_config.yml").read_text())
    theme = configuration["sphinx"]["config"]["html_theme_options"]
    theme["repository_url"] = "https://github.com/someone/their-fork"
    (folder / "_config.yml").write_text(yaml.safe_dump(configuration))
    return build_with(folder, SOLUTIONS="0")


def source_of(notebook):
    return "\n".join(cell.source for cell in nbformat.read(notebook, 4).cells)


def test_solutions_are_left_out_on_request(class_edition, fixture_html):
    page, notebook = "chapters/elements.html", "_sources/chapters/elements.ipynb"
    answer = "Each entry is its own square."
    assert answer in (fixture_html / page).read_text()
    assert answer in source_of(fixture_html / notebook)
    assert answer not in (class_edition / page).read_text()
    assert answer not in source_of(class_edition / notebook)
    assert "exercise admonition" in (class_edition / page).read_text()


def test_a_page_offers_its_notebook(fixture_html):
    page = (fixture_html / "chapters" / "widgets.html").read_text()
    assert re.search(r'href="[^"]*_sources/chapters/widgets\.ipynb"', page)
    notebook = nbformat.read(fixture_html / "_sources" / "chapters" / "elements.ipynb", 4)
    shown = [output.get("data", {}) for cell in notebook.cells for output in cell.get("outputs", [])]
    assert any("image/svg+xml" in data or "image/png" in data for data in shown)


def test_a_fork_with_an_address_offers_colab_and_binder(class_edition, fixture_html):
    page = (class_edition / "chapters" / "widgets.html").read_text()
    at = "someone/their-fork"
    assert (
        f"https://colab.research.google.com/github/{at}/blob/gh-pages/_sources/chapters/widgets.ipynb" in page
    )
    assert f"https://mybinder.org/v2/gh/{at}/main?urlpath=lab/tree/chapters/widgets.md" in page
    first_code = next(
        cell
        for cell in nbformat.read(class_edition / "_sources" / "chapters" / "widgets.ipynb", 4).cells
        if cell.cell_type == "code"
    )
    assert f"git+https://github.com/{at}" in first_code.source
    assert "colab" not in (fixture_html / "chapters" / "widgets.html").read_text()


def test_what_the_launchers_need_is_there():
    environment = yaml.safe_load((ROOT / "binder" / "environment.yml").read_text())
    assert "python=3.11" in environment["dependencies"]
    assert os.access(ROOT / "binder" / "postBuild", os.X_OK)
    subprocess.run(["bash", "-n", ROOT / "binder" / "postBuild"], check=True)
    for path in re.findall(r"site/\S+", (ROOT / "binder" / "postBuild").read_text()):
        assert (ROOT / path).exists(), path


def test_workflows_call_make_targets_that_exist():
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    called = set()
    for path in (ROOT / ".github" / "workflows").glob("*.yml"):
        jobs = yaml.safe_load(path.read_text())["jobs"].values()
        for step in (step for job in jobs for step in job["steps"] if "run" in step):
            called |= set(re.findall(r"make (\w[\w-]*)", step["run"]))
    assert {"book", "pdf", "links"} <= called <= targets


def test_a_notebook_reads_without_the_books_markup():
    text = (
        "(here)=\n# A title\n\n```{prf:theorem} Wendel\n:label: thm\n\nIt holds.\n```\n\n"
        "$$\na = b\n$$ (eq-a)\n\n"
        "By {prf:ref}`thm` and {eq}`eq-a`, {glue:text}`count` times, see {doc}`other <x>`.\n"
    )
    values = {"count": {"data": {"text/plain": "12"}}}
    names = {"thm": "Theorem (Wendel)", "eq-a": "(1)"}
    shown = plain(text, values, names)
    assert shown.startswith("# A title")
    assert "**Theorem (Wendel).** It holds." in shown
    assert "a = b\n\\tag{1}\n$$" in shown
    assert "By Theorem (Wendel) and (1), 12 times, see other." in shown
    assert "{" not in shown.replace("\\tag{1}", "")


def test_a_notebook_names_other_chapters_and_the_literature(tmp_path):
    entry = "title = {T}, year = {1962}, "
    (tmp_path / "a.bib").write_text(
        f"@article{{one, author = {{Wendel, J. G.}}, {entry} doi = {{10.7/x}}}}\n"
        f"@article{{two, author = {{Cand{{\\`e}}s, E. and Tao, T.}}, {entry} note = {{arXiv:math/04}}}}\n"
        f"@book{{three, author = {{A, A. and B, B. and C, C.}}, {entry}}}\n"
    )
    titles = {"chapters/part1/here": "Here", "chapters/part2/there": "There"}
    labels = {"chapters/part1/here": {"thm": "Theorem"}, "chapters/part2/there": {"far": "Theorem (Far)"}}
    names = citations(tmp_path / "a.bib") | elsewhere("chapters/part1/here", titles, labels)
    text = "{prf:ref}`far` of {doc}`../part2/there`, {ref}`so <far>`, "
    text += "{cite:t}`one`, {cite:t}`two` {cite}`two,three`"
    there = "../part2/there.ipynb"
    assert plain(text, {}, names) == (
        f"[Theorem (Far)]({there}) of [There]({there}), [so]({there}), "
        "[Wendel (1962)](https://doi.org/10.7/x), "
        "[Candès and Tao (1962)](https://arxiv.org/abs/math/04) "
        "([Candès and Tao, 1962](https://arxiv.org/abs/math/04), A et al., 1962)"
    )


def test_the_books_notebooks_hold_no_raw_labels(fixture_html):
    for notebook in (fixture_html / "_sources" / "chapters").glob("*.ipynb"):
        for cell in nbformat.read(notebook, 4).cells:
            if cell.cell_type == "markdown":
                assert not re.search(r"\{[\w:]+\}`|^\([\w:-]+\)=$", cell.source, re.MULTILINE)


def test_solutions_in_a_notebook_are_closed():
    text = [
        "Do it.",
        "```{solution-start} ex\n:class: dropdown\n```",
        "So.",
        "```{solution-end}\n```",
        "Go on.",
    ]
    cells = [
        nbformat.v4.new_markdown_cell("\n\n".join(text[:3])),
        nbformat.v4.new_code_cell("1 + 1"),
        nbformat.v4.new_markdown_cell("\n\n".join(text[3:])),
        nbformat.v4.new_code_cell("2 + 2"),
    ]
    first, inside, last, outside = folded_solutions(cells)
    assert first.source.split() == ["Do", "it.", "<details><summary>Solution</summary>", "So.", "</details>"]
    assert inside.metadata["jupyter"] == {"source_hidden": True, "outputs_hidden": True}
    assert inside.source == "# Solution\n1 + 1"
    assert last.source.strip() == "Go on."
    assert "jupyter" not in outside.metadata


def test_code_in_a_notebook_needs_no_book_tools():
    code = (
        'from myst_nb import glue\n\nx = 1\nglue(\n    "x",\n    x,\n)\n'
        'for i in range(2):\n    glue(f"x{i}", i)\n'
    )
    assert without_glue(code) == "x = 1\nfor i in range(2):\n    pass"


def test_links_to_other_hosts_are_found(tmp_path):
    (tmp_path / "page.html").write_text(
        '<a href="https://example.org/a#b">1</a><a href="other.html">2</a><a href="http://example.org/c">3</a>'
    )
    assert external_links(tmp_path) == {
        "https://example.org/a": "page.html",
        "http://example.org/c": "page.html",
    }


def test_mending_leaves_scripts_and_text_as_they_are(tmp_path):
    script = '<script type="application/json">{"a": "x < y && \\"z\\" </p>"}</script>'
    html = tmp_path / "html"
    html.mkdir()
    (html / "page.html").write_text(f"<!DOCTYPE html>\n<html><body><p>1 &lt; 2 é</p>{script}</body></html>")
    mend_folder(html)
    mended = (html / "page.html").read_text()
    assert script in mended
    assert "<p>1 &lt; 2 é</p>" in mended
    assert mended.startswith("<!DOCTYPE html>")


def test_what_touches_a_formula_stays_on_its_line():
    text = "<p>So ({x}), and {y}-th, {z} is {u}more {v}</p>"
    formulas = {name: f'<span class="math">{name}</span>' for name in "xyzuv"}
    page = BeautifulSoup(f'<article class="bd-article">{text.format(**formulas)}</article>', "html.parser")
    words = page.get_text()
    keep_punctuation_at_formulas(page)
    assert [part.get_text() for part in page.select("span.together")] == ["(x),", "y-th,"]
    assert page.get_text() == words


def test_a_name_in_a_table_breaks_between_its_words():
    html = (
        '<article class="bd-article"><td><code>rl.count_patterns(n, d)</code></td><code>a.b</code></article>'
    )
    page = BeautifulSoup(html, "html.parser")
    part_names_in_tables(page)
    assert "rl.<wbr/>count_<wbr/>patterns(<wbr/>n, d)" in str(page)
    assert "a.b" in str(page)
