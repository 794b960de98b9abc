"""The house keeps its plan: no arrow runs up, no two rooms import each other, every wing has a face."""

import ast
import importlib
import inspect
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import relulab as rl

ROOT = Path(__file__).resolve().parents[1]
WINGS = sorted(path.parent for path in (ROOT / "relulab").glob("*/__init__.py"))
FACES = [path for path in WINGS if path.name != "widgets"]
PAGES = [*(ROOT / "chapters").rglob("*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md"]
PROMISED = [
    "phase.instance",
    "phase.instances",
    "sweep.processes",
    "sweep.settle",
    "training_gap.optimum_gap",
    "batch_size.effective_batch",
    "programs.primal",
    "programs.dual",
    "programs.solve_dual",
    "sensing.basis_pursuit",
    "sensing.lasso",
    "sensing.certificate",
    "guarantees.coherence_guarantee",
    "certify.decide_many",
    "theory.wendel",
    "figures.measured_edge",
    "figures.crossings",
    "pictures.picture",
    "pictures.nested_edges",
    "networks.initial",
    "plots.use_style",
    "widgets.PhaseExplorer",
    "widgets.record",
    "exercises.check",
    "spectra.lanczos",
]


def public_functions():
    """(name, function, what has its docstring: itself or its class) of all public names, once each."""
    seen = set()
    for wing in [rl, *(importlib.import_module(f"relulab.{path.name}") for path in WINGS)]:
        for name in getattr(wing, "__all__", ()):
            thing = getattr(wing, name)
            if id(thing) in seen or inspect.ismodule(thing):
                continue
            seen.add(id(thing))
            if inspect.isfunction(thing):
                yield name, thing, thing
            elif inspect.isclass(thing):
                for part, own in vars(thing).items():
                    if inspect.isfunction(own) and own.__code__.co_filename.endswith(".py"):
                        if part in ("__init__", "__post_init__"):
                            yield f"{name}.{part}", own, thing
                        elif not part.startswith("_"):
                            yield f"{name}.{part}", own, own


def lint(house):
    """What import-linter says of a copy of the house."""
    command = (Path(sys.executable).with_name("lint-imports"), "--no-cache", "--no-logo")
    path = {**os.environ, "PYTHONPATH": str(house)}
    return subprocess.run(command, cwd=house, env=path, capture_output=True, text=True)


@pytest.fixture
def house(tmp_path):
    shutil.copytree(ROOT / "relulab", tmp_path / "relulab", ignore=shutil.ignore_patterns("results"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_no_arrow_runs_up_and_no_two_rooms_import_each_other(house):
    result = lint(house)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(
    ("room", "line", "contract"),
    [
        ("solvers/newton.py", "def later():\n    from ..blocks.blocks import Blocks\n", "never runs up"),
        ("audit/arithmetic.py", "from ..solvers import newton\n", "never runs up"),
        ("patterns/all_ones.py", "from .sampling import Patterns\n", "import each other"),
        ("attic/__init__.py", '"""A wing that is not in the plan."""\n', "never runs up"),
    ],
)
def test_the_lint_sees_what_breaks_the_plan(house, room, line, contract):
    path = house / "relulab" / room
    path.parent.mkdir(exist_ok=True)
    path.write_text((path.read_text() if path.exists() else "") + "\n" + line)
    result = lint(house)
    assert result.returncode == 1
    assert re.search(rf"{contract}.*BROKEN", result.stdout) or "attic" in result.stdout + result.stderr


@pytest.mark.parametrize("wing", WINGS, ids=lambda wing: wing.name)
def test_a_face_says_what_the_wing_is_for_and_holds_no_code(wing):
    face = ast.parse((wing / "__init__.py").read_text("utf-8"))
    words = ast.get_docstring(face)
    assert len(words.split("\n\n")) >= 2
    assert all(isinstance(node, ast.Expr | ast.ImportFrom | ast.Assign) for node in face.body)
    if wing in FACES:
        assert words.count(">>> ") >= 2
        rooms = [path.stem for path in wing.glob("*.py") if path.stem != "__init__"]
        assert not [room for room in rooms if f"`{room}`" not in words]


def test_what_a_face_offers_is_there():
    for wing in WINGS:
        face = importlib.import_module(f"relulab.{wing.name}")
        assert [name for name in getattr(face, "__all__", ()) if not hasattr(face, name)] == []


@pytest.mark.parametrize("name", PROMISED)
def test_promised_names_are_there(name):
    found = rl
    for part in name.split("."):
        found = getattr(found, part)
    assert callable(found)


def test_every_name_that_a_page_uses_is_there():
    missing = []
    for page in PAGES:
        text = page.read_text("utf-8")
        for name in re.findall(r"\brl((?:\.[A-Za-z_]\w*){1,2})", text):
            wing, *rest = name[1:].split(".")
            found = getattr(rl, wing, None)
            if found is None or (rest and not hasattr(found, rest[0])):
                missing.append((page.name, f"rl{name}"))
        for module, names in re.findall(r"from (relulab[\w.]*) import (\w+(?:, \w+)*)", text):
            room = importlib.import_module(module)
            missing += [
                (page.name, f"{module}.{name}") for name in names.split(", ") if not hasattr(room, name)
            ]
        for name in re.findall(r"auto(?:function|class|exception):: relulab\.([\w.]+)", text):
            *way, last = name.split(".")
            room = importlib.import_module(".".join(["relulab", *way]))
            missing += [] if hasattr(room, last) else [(page.name, name)]
    assert missing == []


def test_public_functions_are_annotated():
    missing = []
    for name, function, _ in public_functions():
        signature = inspect.signature(function)
        missing += [
            f"{name}: {argument.name}"
            for argument in signature.parameters.values()
            if argument.annotation is argument.empty and argument.name != "self"
        ]
        if signature.return_annotation is signature.empty:
            missing.append(f"{name}: what it returns")
    assert missing == []


def test_public_functions_say_what_they_refuse():
    validates = re.compile(r"\braise |_checks\.|check_pair\(|check_question\(")
    found = [(name, inspect.getdoc(says), inspect.getsource(own)) for name, own, says in public_functions()]
    refusing = [(name, words) for name, words, source in found if validates.search(source)]
    assert len(refusing) > 40
    assert [name for name, words in refusing if "Raises\n" not in words] == []


def test_public_names_are_listed_for_completion():
    assert set(rl.__all__) <= set(dir(rl))


def test_every_wing_is_on_a_floor_of_the_plan():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    floors = re.split(r" [:|] |\n", "\n".join(contracts[0]["layers"]))
    assert {wing.name for wing in WINGS} | {"_checks", "cli", "__main__"} == set(floors)
