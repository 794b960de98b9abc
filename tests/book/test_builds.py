"""What fails a build, and what makes a built page stale."""

import pytest
from book_inputs import ROOT, build_key, execution_key
from booktools import build, make_book

HEAD = """---
jupytext:
  text_representation:
    format_name: myst
kernelspec:
  name: python3
---
# One page

"""


def one_page_book(tmp_path, code):
    chapters = tmp_path / "source" / "chapters"
    chapters.mkdir(parents=True)
    (chapters.parent / "_toc.yml").write_text("format: jb-book\nroot: chapters/index\n")
    (chapters / "index.md").write_text(f"{HEAD}```{{code-cell}} ipython3\n{code}\n```\n")
    return make_book(tmp_path / "book", chapters.parent)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("raise RuntimeError('the cell is broken')", "the cell is broken"),
        ("import warnings\nwarnings.warn('the cell complains')", "stderr was found in the cell outputs"),
    ],
    ids=["raises", "warns"],
)
def test_a_bad_cell_fails_the_build_every_time(tmp_path, code, words):
    book = one_page_book(tmp_path, code)
    for _ in range(2):
        result = build(book)
        assert result.returncode != 0
        assert words in result.stdout + result.stderr


def test_a_second_run_without_a_change_does_nothing(fixture_html):
    before = {path: path.stat().st_mtime_ns for path in fixture_html.rglob("*")}
    result = build(fixture_html.parents[1])
    assert result.returncode == 0
    assert "Nothing changed" in result.stdout
    assert str(fixture_html / "index.html") in result.stdout
    assert before == {path: path.stat().st_mtime_ns for path in fixture_html.rglob("*")}


def test_executed_chapters_are_kept_under_their_key(fixture_html):
    assert [cache.name for cache in (fixture_html.parent / "executed").iterdir()] == [execution_key()]


@pytest.fixture
def house(tmp_path):
    """A copy of what the keys look at, small enough to change."""
    for name in ("relulab/core.py", "relulab/widgets/one.js", "relulab/widgets/one.css", "site/book.css"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    for name in ("constraints.txt", "package-lock.json", "_config.yml", "_toc.yml", "chapters/index.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    return tmp_path


@pytest.mark.parametrize(
    "name", ["relulab/core.py", "relulab/widgets/one.js", "relulab/widgets/one.css", "constraints.txt"]
)
def test_a_changed_library_or_lock_executes_everything_again(house, name):
    execution, whole = execution_key(house), build_key(house, house)
    (house / name).write_text("changed")
    assert execution_key(house) != execution
    assert build_key(house, house) != whole


@pytest.mark.parametrize(
    "name", ["_config.yml", "_toc.yml", "chapters/index.md", "chapters/new.md", "site/book.css"]
)
def test_a_changed_page_builds_again_and_keeps_the_executed_cells(house, name):
    execution, whole = execution_key(house), build_key(house, house)
    (house / name).write_text("changed")
    assert execution_key(house) == execution
    assert build_key(house, house) != whole


def test_what_python_leaves_behind_changes_nothing(house):
    execution = execution_key(house)
    (house / "relulab" / "__pycache__").mkdir()
    (house / "relulab" / "__pycache__" / "core.pyc").write_text("compiled")
    assert execution_key(house) == execution
