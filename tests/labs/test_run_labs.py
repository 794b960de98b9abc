"""The labs with other seeds: what a run reports, and what makes it fail."""

import re
from pathlib import Path

import pytest
from lab_tables import LEAD
from run_labs import labs_in, run_apart, run_labs

ROOT = Path(__file__).resolve().parents[2]
PAGE = """# A lab

```{{code-cell}} ipython3
seed = 0
```

```{{code-cell}} ipython3
:tags: [remove-cell]
import numpy as np
import relulab as rl

claims = rl.labs.Claims("A paper")
claims.add("The seed is small.", "look", seed, high={high})
{more}
claims.settle()
```
"""


def page(folder, name="lab.md", high=10, more=""):
    path = folder / name
    path.write_text(PAGE.format(high=high, more=more))
    return path


def test_a_lab_runs_with_the_seed_it_is_given(tmp_path, capsys):
    page(tmp_path)
    (tmp_path / "other.md").write_text("# No lab\n\n```{code-cell} ipython3\nx = 0\n```\n")
    assert run_labs([3, 4], tmp_path) == 0
    said = capsys.readouterr().out
    assert "3 | 4  (must be at most 10)" in said
    assert "none of 2 runs failed" in said


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"high": 3}, "MissedClaim: The seed is small. measured 5"),
        ({"more": "np.log(np.zeros(1))"}, "RuntimeWarning"),
        ({"more": "1 / 0"}, "ZeroDivisionError"),
        ({"more": "claims = None; raise SystemExit"}, ""),
        ({"more": "import os; os._exit(3)"}, "without a word"),
    ],
)
def test_a_lab_that_misses_or_breaks_fails_the_run(tmp_path, capsys, changes, words):
    page(tmp_path, **changes)
    page(tmp_path, "sound.md")
    assert run_labs([5], tmp_path) == 1
    said = capsys.readouterr().out
    assert words in said
    assert "1 of 2 runs failed" in said


def test_a_page_without_claims_fails(tmp_path):
    path = tmp_path / "lab.md"
    path.write_text("```{code-cell} ipython3\nseed = 0\n```\n")
    assert "without a table" in run_apart(path, 1)["fault"]


def test_a_lab_whose_process_dies_or_hangs_fails(tmp_path, monkeypatch):
    assert "without a word" in run_apart(page(tmp_path, more="__import__('os')._exit(1)"), 1)["fault"]
    monkeypatch.setattr("run_labs.MOST_SECONDS", 5)
    assert "Stopped after 5" in run_apart(page(tmp_path, more="while True: pass"), 1)["fault"]


def test_no_lab_is_a_failure(tmp_path):
    assert run_labs([1], tmp_path) == 1
    page(tmp_path)
    assert run_labs([], tmp_path) == 1
    assert run_labs([1], tmp_path, wanted="triangle") == 1


def test_all_pages_of_the_part_but_its_first_and_last_are_labs():
    folder = ROOT / "chapters" / "part5"
    ends = {"index.md", "together.md"}
    assert labs_in(folder) == sorted(path for path in folder.glob("*.md") if path.name not in ends)


def test_every_lab_has_its_card_and_glues_what_the_card_shows():
    folder = ROOT / "chapters" / "part5"
    cards = re.findall(r"^```\{lab-card\} (\S+)$", (folder / "index.md").read_text("utf-8"), re.MULTILINE)
    assert len(cards) == len(set(cards))
    assert {page.stem for page in labs_in(folder)} <= set(cards)
    for lab in labs_in(folder):
        text = lab.read_text("utf-8")
        assert 'glue("picture", ' in text
        assert 'glue("claims", claims, display=False)' in text


def test_a_quoted_number_names_one_claim_of_its_page():
    pages = {page.stem: page.read_text("utf-8") for page in (ROOT / "chapters").glob("part*/*.md")}
    quotes = re.findall(r"\{measured\}`([^:`]+): ([^`]+)`", pages["together"])
    assert len(quotes) > 30
    for name, words in quotes:
        if (page := pages.get(name.rsplit("/", 1)[-1])) is not None:
            claims = re.findall(r'claims\.(?:add|report)\(\s*"([^"]+)"', page)
            assert sum(LEAD.sub("", claim).startswith(words) for claim in claims) == 1, (name, words)
