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
        ("rl.plots.use_style()", "begun = time.perf_counter()", 19, "without a cell tagged timed"),
        (f"mystnb:\n  image:\n    alt: >-\n      {ALT}\n", "tags: []\n", 9, "without alt text"),
        (f"      {ALT}\n", "      A plot.\n", 9, "says too little: 'A plot.'"),
        ("rl.plots.use_style()", "fig, ax = plt.subplots()", 19, "without alt text"),
        ("rl.plots.use_style()", "ax = rl.plots.phase(ds)", 19, "without alt text"),
        (":tags: [remove-cell]\n", "", 24, "without alt text"),
        (f"![{ALT}]", "![]", 29, "without alt text"),
        (f":alt: {ALT}\n", "", 31, "without alt text"),
        ("rl.plots.phase(ds)", "rl.plots.veil(rl.plots.phase(ds))", 9, "what is to be guessed"),
        ("rl.plots.phase(ds)", "rl.plots.phase(ds)\n" + "x = 1\n" * 4, 9, "plotting code in the open"),
        ("rl.plots.use_style()", f"wide = {'x' * 80}", 20, "a line of code over 77 characters"),
        ('fig_size = rl.plots.STYLE["figure.figsize"]', "edge, 2.03", 19, "an output without a name"),
        ('fig_size = rl.plots.STYLE["figure.figsize"]', "np.allclose(x, y)", 19, "an output without a name"),
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
    (fault,) = lint_chapter(
        tmp_path, 'STYLE = {\n    "image.cmap": "rainbow",\n}\n', "relulab/plots/style.py"
    )
    assert fault.startswith("relulab/plots/style.py:2: colormap 'rainbow'")


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


PROVED = """# A title

```{prf:definition} Small
:label: def-small

A number is **small** when it is below 1.
```

````{prf:theorem} Half
:label: thm-half

Half is small.
````

````{prf:proof}
By {prf:ref}`def-small`, {ref}`order <app-order>` and {cite:t}`someone2020,other2021`.
````

```{prf:theorem} A third
:label: thm-third

A third is small.
```

```{prf:proof}
It is below a half: {prf:ref}`thm-half`.
```
"""
ENTRIES = """# All of them
def-small:
  status: definition
  of: vectors

thm-half:
  status: proved
  of: gated
  over: any
  rests: [def-small, app-order]
  cites: [someone2020, other2021]
  tests: [test_small.py::test_half_is_small]

thm-third:
  status: proved
  of: vectors
  rests: [thm-half]
  tests: [test_small.py::test_a_third_is_small]

heu-fourth:
  status: heuristic
  of: vectors
  says: A fourth is probably small.
  where: small
  rests: [thm-third]
  tests: [test_small.py::test_a_third_is_small]
"""
TESTS = """
def test_half_is_small(): ...

class TestMore:
    def test_a_third_is_small(self): ...
"""


def lint_statements(tmp_path, chapter=PROVED, entries=ENTRIES):
    files = {
        "chapters/page.md": chapter,
        "chapters/other.md": "(small)=\n# Small numbers\n\n(proof-elsewhere)=\n## A proof\n\n"
        "```{prf:proof}\nSee {prf:ref}`def-small`.\n```\n",
        "chapters/appendix.md": "# Appendix\n\n(app-order)=\n## Order\n",
        "chapters/references.bib": "@article{someone2020,\n}\n\n@book{other2021,\n}\n",
        "chapters/statements.yml": entries,
        "tests/deep/test_small.py": TESTS,
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return lint(tmp_path)


def test_statements_with_entries_are_clean(tmp_path):
    assert lint_statements(tmp_path) == []


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (":label: thm-half\n", "", "chapters/page.md:9: a theorem without a label"),
        (":label: thm-third\n", ":label: thm-half\n", "chapters/page.md:19: the label thm-half stands twice"),
        ("thm-half\n", "thm-halves\n", "chapters/page.md:9: thm-halves has no entry"),
        ("```{prf:proof}\nIt is", "```{note}\nIt is", "thm-third: it is called proved, and no proof follows"),
        ("{prf:theorem} A third", "{prf:definition} A third", "thm-third: a definition is not proved"),
        ("{prf:definition} Small", "{prf:lemma} Small", "def-small: a lemma is not a definition"),
        ("{prf:ref}`thm-half`", "{prf:ref}`def-small`", "thm-third: its proof names def-small"),
    ],
)
def test_a_statement_out_of_step_with_its_entry_is_found(tmp_path, old, new, words):
    assert old in PROVED
    found = lint_statements(tmp_path, chapter=PROVED.replace(old, new))
    assert any(words in fault for fault in found), found


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (ENTRIES[ENTRIES.index("thm-third:") :], "", "chapters/page.md:19: thm-third has no entry"),
        (
            "heu-fourth:",
            "thm-third: {}\n\nthm-third:",
            "statements.yml:22: thm-third: it has two entries",
        ),
        ("  says: A fourth is probably small.\n", "", "no statement has this label"),
        ("status: heuristic", "status: proved", "no statement has this label"),
        ("where: small", "where: smaller", "no chapter has the label smaller"),
        (
            "thm-third:\n",
            "thm-third:\n  says: It is.\n  where: small\n",
            "a statement says itself what it says",
        ),
        (
            "rests: [def-small, app-order]",
            "rests: [def-small]",
            "its proof names app-order, which rests does not",
        ),
        (
            "rests: [def-small, app-order]",
            "rests: [def-tiny, app-order]",
            "it rests on def-tiny, which is no entry",
        ),
        ("app-order", "app-odor", "it rests on app-odor, which is no entry and no section of the appendix"),
        ("cites: [someone2020, other2021]", "cites: [someone2020]", "its proof cites other2021"),
        ("cites: [someone2020, other2021]", "cites: [nobody1999]", "nobody1999 is not in the bibliography"),
        (
            "::test_half_is_small",
            "::test_half_is_large",
            "there is no test test_small.py::test_half_is_large",
        ),
        ("test_small.py::test_half", "test_tiny.py::test_half", "there is no test test_tiny.py::"),
        ("  tests: [test_small.py::test_half_is_small]\n", "", "thm-half: what is proved needs a test"),
        ("tests: [test_small.py::test_half_is_small]", "tests: test_half_is_small", "tests must be a list"),
        ("  cites: [someone2020, other2021]\n", "  status: cited\n", "what is cited needs its source"),
        ("status: proved", "status: sure", "status must be one of definition, proved"),
        ("of: gated\n  over: any", "of: gated", "over must be any or all"),
        ("of: gated", "of: vectors", "over must be any or all, for a claim about a program and for no other"),
        ("of: gated", "of: networks", "of must be one of vectors"),
        ("of: gated", "of: gated\n  note: good", "an entry has no more than"),
        (
            "  of: vectors\n\nthm-half",
            "  of: vectors\n  rests: [thm-third]\n\nthm-half",
            "rest on each other",
        ),
        ("  rests: [thm-half]", "  rests: [thm-half]\n  proof: nowhere", "no chapter has the label nowhere"),
        ("  rests: [thm-half]", "  rests: [thm-half]\n  proof: small", "its proof names def-small"),
        ("  rests: [thm-half]", "  rests: [thm-half]\n  proof: app-order", "no proof follows it"),
    ],
)
def test_an_entry_out_of_step_is_found(tmp_path, old, new, words):
    assert old in ENTRIES
    found = lint_statements(tmp_path, entries=ENTRIES.replace(old, new, 1))
    assert any(words in fault for fault in found), found


def test_what_is_cited_may_have_a_proof_and_no_test(tmp_path):
    entries = ENTRIES.replace("status: proved\n  of: gated", "status: cited\n  of: gated")
    entries = entries.replace("  tests: [test_small.py::test_half_is_small]\n", "")
    assert lint_statements(tmp_path, entries=entries) == []


def test_a_proof_may_stand_elsewhere(tmp_path):
    chapter = PROVED.replace("```{prf:proof}\nIt is", "```{note}\nIt is")
    entries = ENTRIES.replace("rests: [thm-half]", "rests: [def-small]\n  proof: proof-elsewhere")
    assert lint_statements(tmp_path, chapter, entries) == []


def test_circles_are_named(tmp_path):
    entries = ENTRIES.replace(
        "status: definition\n  of: vectors\n", "status: definition\n  of: vectors\n  rests: [thm-third]\n"
    )
    (fault,) = lint_statements(tmp_path, entries=entries)
    for label in ("def-small", "thm-half", "thm-third"):
        assert label in fault
