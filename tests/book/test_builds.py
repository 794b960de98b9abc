"""What fails a build, and what makes a built page stale."""

import re

import pytest
from book_inputs import ROOT, execution_key, frame_key, text_key
from booktools import build, make_book
from run_chapters import in_one_piece

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


# The first speaks of the second and of a word of the third.
PAGES = {
    "index": "# First\n\nRead {ref}`there <there>` and {doc}`second`, of a {term}`block`, by {eq}`sum`.\n",
    "second": "# Second\n\n(there)=\n## Place\n\nOld words.\n\n$$\na = b\n$$ (sum)\n",
    "third": "# Third\n\n```{glossary}\nblock\n  A matrix.\n```\n",
    "fourth": "# Fourth\n\nOf none.\n",
}


def test_a_changed_chapter_is_read_alone_and_arrives_where_it_is_shown(tmp_path):
    source = tmp_path / "source"
    (source / "chapters").mkdir(parents=True)
    others = "".join(f"  - file: chapters/{name}\n" for name in list(PAGES)[1:])
    head = "format: jb-book\nroot: chapters/index\noptions:\n  numbered: true\n"
    (source / "_toc.yml").write_text(f"{head}chapters:\n{others}")
    for name, text in PAGES.items():
        (source / "chapters" / f"{name}.md").write_text(text)
    book = make_book(tmp_path / "book", source)
    html = book / "_build" / "html"
    hovers = html / "_static" / "hover-texts.js"

    def change(name, *pairs):
        path = book / "chapters" / f"{name}.md"
        for old, new in pairs:
            assert old in path.read_text()
            path.write_text(path.read_text().replace(old, new))

    def rebuilt(counts):
        """The pages that a build writes."""
        before = {page: page.stat().st_mtime_ns for page in (html / "chapters").glob("*.html")}
        result = build(book)
        assert result.returncode == 0, result.stdout + result.stderr
        assert counts in result.stdout
        return {
            page.stem for page in (html / "chapters").iterdir() if before.get(page) != page.stat().st_mtime_ns
        }

    def shown(name):
        return (html / "chapters" / f"{name}.html").read_text()

    def everything():  # but for the sums in addresses of style sheets, which a first build cannot know
        texts = {path: path.read_text() for path in [*html.rglob("*.html"), hovers]}
        return {path: re.sub(r"\.css\?v=\w+", ".css", text) for path, text in texts.items()}

    assert rebuilt("4 added, 0 changed") == set(PAGES)
    change("second", ("Old words", "New words"))
    assert rebuilt("0 added, 1 changed") == {"index", "second"}  # the root is always written
    assert "New words" in shown("second")
    assert 'href="second.html#there"' in shown("index")
    assert "A matrix" in hovers.read_text()

    change("third", ("A matrix", "Some rows"))
    change("second", ("$$\na = b", "$$\n0 = 0\n$$ (zero)\n\n$$\na = b"))
    assert rebuilt("0 added, 2 changed") == {"index", "second", "third"}
    assert "Some rows" in hovers.read_text()
    assert "(1.2)" in shown("index")

    change("second", ("\n$$\na = b", "\n## A section more\n\n$$\na = b"))
    assert rebuilt("0 added, 1 changed") == {"index", "second"}

    change("second", ("# Second", "# Another"))
    assert rebuilt("0 added, 1 changed") == set(PAGES)
    assert all("Another" in shown(name) for name in PAGES)
    by_steps = everything()

    change("second", ("(there)=\n", ""))
    for _ in range(2):
        broken = build(book)
        assert broken.returncode != 0
        assert "undefined label: 'there'" in broken.stdout + broken.stderr
    change("second", ("\n## Place", "\n(there)=\n## Place"))
    rebuilt("4 added, 0 changed")
    assert everything() == by_steps


MEET = """import time
from pathlib import Path

Path("{own}").touch()
end = time.monotonic() + 60
while not Path("{other}").exists() and time.monotonic() < end:
    time.sleep(.1)
print("not alone" if Path("{other}").exists() else "alone")"""


def test_chapters_run_side_by_side_but_for_one_that_measures_time(tmp_path):
    codes = {
        "index": MEET.format(own="a", other="b"),
        "second": MEET.format(own="b", other="a"),
        "third": ":tags: [timed]\nfrom pathlib import Path\nprint([p.name for p in Path().glob('[ab]')])",
        "fourth": "raise RuntimeError('the cell is broken')",
    }
    chapters = tmp_path / "source" / "chapters"
    chapters.mkdir(parents=True)
    others = "".join(f"  - file: chapters/{name}\n" for name in list(codes)[1:])
    (chapters.parent / "_toc.yml").write_text(f"format: jb-book\nroot: chapters/index\nchapters:\n{others}")
    for name, code in codes.items():
        (chapters / f"{name}.md").write_text(f"{HEAD}```{{code-cell}} ipython3\n{code}\n```\n")
    book = make_book(tmp_path / "book", chapters.parent)
    broken = build(book)
    assert broken.returncode != 0
    assert "the cell is broken" in broken.stdout + broken.stderr
    assert broken.stderr.count("without encryption") == 1  # of five kernels, the one that Sphinx starts

    (book / "chapters" / "fourth.md").write_text("# Fourth\n\nNo cell.\n")
    whole = build(book)
    assert whole.returncode == 0, whole.stdout + whole.stderr
    html = book / "_build" / "html" / "chapters"
    assert [(html / f"{name}.html").read_text().count("not alone\n") for name in ("index", "second")] == [
        1,
        1,
    ]
    assert "[]\n" in (html / "third.html").read_text()


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


def keys(house):
    return execution_key(house), frame_key(house, house), text_key(house)


@pytest.mark.parametrize(
    "name", ["relulab/core.py", "relulab/widgets/one.js", "relulab/widgets/one.css", "constraints.txt"]
)
def test_a_changed_library_or_lock_executes_everything_again(house, name):
    execution, frame, text = keys(house)
    (house / name).write_text("changed")
    now = keys(house)
    assert now[0] != execution
    assert now[1] != frame
    assert now[2] == text


@pytest.mark.parametrize("name", ["_config.yml", "_toc.yml", "chapters/references.bib", "site/book.css"])
def test_a_changed_house_reads_all_chapters_again_and_keeps_the_executed_cells(house, name):
    execution, frame, text = keys(house)
    (house / name).write_text("changed")
    now = keys(house)
    assert now[0] == execution
    assert now[1] != frame
    assert now[2] == text


@pytest.mark.parametrize("name", ["chapters/index.md", "chapters/new.md"])
def test_a_changed_chapter_is_read_alone(house, name):
    execution, frame, text = keys(house)
    (house / name).write_text("changed")
    now = keys(house)
    assert now[:2] == (execution, frame)
    assert now[2] != text


def test_what_python_leaves_behind_changes_nothing(house):
    execution = execution_key(house)
    (house / "relulab" / "__pycache__").mkdir()
    (house / "relulab" / "__pycache__" / "core.pyc").write_text("compiled")
    assert execution_key(house) == execution


def test_a_line_that_was_printed_in_pieces_stays_one_line():
    def piece(text, name="stdout"):
        return {"output_type": "stream", "name": name, "text": text}

    picture = {"output_type": "display_data", "data": {}}
    came = [piece("a = 0.5"), piece("60\n"), picture, piece("careful\n", "stderr"), piece("b"), piece("\n")]
    assert in_one_piece(came) == [piece("a = 0.560\nb\n"), picture, piece("careful\n", "stderr")]
