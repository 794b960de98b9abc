"""What adopters look for: versions that agree, metadata that is up to date, workflows that are pinned."""

import json
import re
import tomllib
from pathlib import Path

import pytest
import yaml
from make_codemeta import described
from run_tests import groups

import relulab as rl

ROOT = Path(__file__).resolve().parents[1]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def test_codemeta_is_up_to_date():
    kept = json.loads((ROOT / "codemeta.json").read_text("utf-8"))
    assert kept == described(), "renew it: python site/make_codemeta.py"


def test_one_version_everywhere():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    assert citation["version"] == rl.__version__
    top = re.search(
        r"^## (\S+), (\d{4}-\d\d-\d\d)$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE
    )
    assert top[1] == rl.__version__
    assert top[2] == str(citation["date-released"])
    assert citation["keywords"] == tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["keywords"]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_workflows_are_pinned(path):
    text = path.read_text("utf-8")
    used = re.findall(r"uses: (.+)", text)
    assert used
    for one in used:
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", one), one
    assert "permissions" in yaml.safe_load(text)


def test_dependabot_looks_after_what_is_there():
    updates = yaml.safe_load((ROOT / ".github" / "dependabot.yml").read_text("utf-8"))["updates"]
    assert {one["package-ecosystem"] for one in updates} == {"github-actions", "npm", "pip"}


@pytest.mark.parametrize("name", ["fault", "question"])
def test_templates_ask_for_something(name):
    form = yaml.safe_load((ROOT / ".github" / "ISSUE_TEMPLATE" / f"{name}.yml").read_text("utf-8"))
    assert {"name", "description", "body"} <= form.keys()
    ids = [part["id"] for part in form["body"]]
    assert len(set(ids)) == len(ids) >= 2
    assert any(part.get("validations", {}).get("required") for part in form["body"])


def test_files_that_the_read_me_names_are_there():
    named = re.findall(r"`([A-Z_]+\.(?:md|cff))`", (ROOT / "README.md").read_text("utf-8"))
    assert {"CONTRIBUTING.md", "SECURITY.md", "CODE_OF_CONDUCT.md", "CITATION.cff"} <= set(named)
    assert all((ROOT / name).is_file() for name in named)


def test_every_test_is_in_one_of_the_groups_that_run_side_by_side():
    for path in (ROOT / "tests").rglob("test_*.py"):
        assert sum(runs(group, path) for group in groups()) == 1, path


def runs(group, path):
    """Whether pytest with these arguments runs the tests of a file."""
    ignored = [ROOT / name.removeprefix("--ignore=") for name in group if name.startswith("--ignore=")]
    named = [ROOT / name for name in group if not name.startswith("--")]
    inside = [any(path.is_relative_to(one) for one in places) for places in (named, ignored)]
    return inside == [True, False]
