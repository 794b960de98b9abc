"""The lint of chapters and words finds each fault it is for, and none in the repository."""

import subprocess
import sys

import pytest
from lint_chapters import ROOT, lint

HEADER = "---\njupytext:\n  text_representation:\n    format_name: myst\n---\n\n"
ALT = "A curve that rises from zero to one."
GOOD = f"""{HEADER}# Title

```{{code-cell}} ipython3
---
mystnb:
  image:
    alt: >-
      {ALT}
---
rl.plots.phase(ds)
```

```{{code-cell}} ipython3
rl.plots.use_style()
fig_size = rl.plots.STYLE["figure.figsize"]
```

```{{code-cell}} ipython3
:tags: [remove-cell]
plt.plot(x, y, cmap="viridis")
```

![{ALT}](curve.svg)

:::{{figure}} curve.svg
:alt: {ALT}
A caption.
:::

```{{solution}} ex-one
:class: dropdown
Two.
```

```{{solution-start}} ex-two
:class: dropdown
```

```{{quiz}}
- ask: Is it?
  answers:
    - text: "It is."
      right: true
      because: "It is so."
    - text: "It is not."
      because: "It is."
```
"""


def lint_chapter(tmp_path, text, name="chapters/page.md"):
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return lint(tmp_path)


def test_the_repository_is_clean():
    assert lint(ROOT) == []


def test_a_good_chapter_is_clean(tmp_path):
    assert lint_chapter(tmp_path, GOOD) == []


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        (f"mystnb:\n  image:\n    alt: >-\n      {ALT}\n", "tags: []\n", 9, "without alt text"),
        (f"      {ALT}\n", "      A plot.\n", 9, "says too little: 'A plot.'"),
        ("rl.plots.use_style()", "fig, ax = plt.subplots()", 19, "without alt text"),
        ("rl.plots.use_style()", "ax = rl.plots.phase(ds)", 19, "without alt text"),
        (":tags: [remove-cell]\n", "", 24, "without alt text"),
        (f"![{ALT}]", "![]", 29, "without alt text"),
        (f":alt: {ALT}\n", "", 31, "without alt text"),
        ('cmap="viridis"', 'cmap="jet"', 26, "colormap 'jet'"),
        ('cmap="viridis"', "cmap='gist_rainbow'", 26, "colormap 'gist_rainbow'"),
        ('cmap="viridis"', "cmap=plt.cm.hsv_r", 26, "colormap 'hsv_r'"),
        ("format_name: myst", "format_name: light", 1, "no jupytext header"),
        ("curve.svg)", "data:image/png;base64,AAAA)", 29, "embedded output"),
        ("ex-one\n:class: dropdown\n", "ex-one\n", 36, "a solution in the open"),
        ("ex-two\n:class: dropdown\n", "ex-two\n", 41, "a solution in the open"),
        ("      right: true\n", "", 45, 'question 1 of the quiz needs exactly one answer with "right: true"'),
        (
            '      because: "It is."\n',
            '      right: true\n      because: "It is."\n',
            45,
            "exactly one answer",
        ),
        ('      because: "It is so."\n', "", 45, 'needs "text", "because"'),
        ('because: "It is so."', "because: yes", 45, "put it in quotes"),
        ("ask: Is it?", "ask: Is it $\\\\mu$?", 45, "doubled backslash"),
        ("  answers:\n", "  reply:\n", 45, 'needs "ask" and "answers"'),
        ("- ask: Is it?\n  answers:", "- ask: [Is: it?\n  answers:", 45, "not YAML"),
        ("- ask: Is it?\n  answers:", "ask:", 45, 'a list of items "- ask: ..."'),
    ],
)
def test_a_fault_is_found_where_it_is(tmp_path, old, new, line, words):
    assert old in GOOD
    (fault,) = lint_chapter(tmp_path, GOOD.replace(old, new, 1))
    assert fault.startswith(f"chapters/page.md:{line}: ")
    assert words in fault


CHAPTER = f"""{GOOD}
```{{admonition}} What you will learn
:class: tip
- something.
```

""" + "\n".join(f"```{{exercise}}\n:label: ex-{n}\nDo it.\n```\n" for n in range(4))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("What you will learn", "About", 'without "What you will learn"'),
        ("```{quiz}", "```{note}", "without a quiz"),
        ("```{exercise}\n:label: ex-2", "```{note}\n:class: ex-2", "with 3 exercises, fewer than 4"),
    ],
)
def test_a_chapter_of_a_part_has_all_that_a_chapter_has(tmp_path, old, new, words):
    assert lint_chapter(tmp_path, CHAPTER, "chapters/part1/page.md") == []
    (fault,) = lint_chapter(tmp_path, CHAPTER.replace(old, new), "chapters/part1/page.md")
    assert fault.startswith("chapters/part1/page.md:1: ")
    assert words in fault
    (tmp_path / "chapters/part1/page.md").unlink()
    assert lint_chapter(tmp_path, CHAPTER.replace(old, new)) == []


LAB = CHAPTER.replace("# Title\n", "# Title\n\n```{code-cell} ipython3\nseed = 0\n```\n", 1) + (
    "\n```{code-cell} ipython3\nclaims.settle()\n```\n"
)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("\nseed = 0\n", "\nx = 1\n", "first cell"),
        ("claims.settle()", "claims", "without its table of claims"),
    ],
)
def test_a_lab_begins_with_its_seed_and_ends_with_its_claims(tmp_path, old, new, words):
    assert lint_chapter(tmp_path, LAB, "chapters/part5/page.md") == []
    (fault,) = lint_chapter(tmp_path, LAB.replace(old, new), "chapters/part5/page.md")
    assert words in fault
    (tmp_path / "chapters/part5/page.md").unlink()
    assert lint_chapter(tmp_path, GOOD, "chapters/part5/index.md") == []


def test_the_library_uses_safe_colormaps_too(tmp_path):
    (fault,) = lint_chapter(tmp_path, 'STYLE = {\n    "image.cmap": "rainbow",\n}\n', "relulab/plots.py")
    assert fault.startswith("relulab/plots.py:2: colormap 'rainbow'")


def test_notebook_files_are_refused(tmp_path):
    (fault,) = lint_chapter(tmp_path, "{}", "chapters/page.ipynb")
    assert "chapters are MyST text" in fault


def spelled(*paths):
    return subprocess.run(
        [sys.executable, "-m", "codespell_lib", *paths], cwd=ROOT, capture_output=True, text=True
    )


def test_words_are_spelled_as_in_america(tmp_path):
    backward = ("ruoloc", "ertnec", "het")
    (tmp_path / "page.md").write_text(" ".join(word[::-1] for word in backward))
    result = spelled(tmp_path)
    assert result.returncode != 0
    for word in ("color", "center", "the"):
        assert f"==> {word}" in result.stdout


def test_the_repository_is_spelled():
    (line,) = (line for line in (ROOT / "Makefile").read_text().splitlines() if line.startswith("PROSE := "))
    result = spelled(*line.removeprefix("PROSE := ").split())
    assert result.returncode == 0, result.stdout
