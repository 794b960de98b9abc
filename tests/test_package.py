"""The package as a reader installs it: built, installed somewhere else, imported in a fresh process."""

import shutil
import subprocess
import sys
import sysconfig
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ("relulab", "pyproject.toml", "README.md", "LICENSE", "LICENSE-TEXT")


def run(*command, cwd):
    result = subprocess.run(command, cwd=cwd, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


@pytest.fixture(scope="module")
def dist(tmp_path_factory):
    """The sdist, and the wheel built from it."""
    source = tmp_path_factory.mktemp("source")
    for name in SOURCES:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, source / name)
    run(sys.executable, "-m", "build", "--no-isolation", source, cwd=source)
    return source / "dist"


@pytest.fixture(scope="module")
def elsewhere(dist, tmp_path_factory):
    """A fresh environment with relulab from its wheel and everything else from this one."""
    folder = tmp_path_factory.mktemp("elsewhere")
    run(sys.executable, "-m", "venv", "--without-pip", folder / "env", cwd=folder)
    python = folder / "env" / "bin" / "python"
    (wheel,) = dist.glob("*.whl")
    run(sys.executable, "-m", "pip", "--python", python, "install", "-q", "--no-deps", wheel, cwd=folder)
    packages = run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=folder).strip()
    # Only the folder is added: its .pth files, the editable install among them, are not read.
    Path(packages, "borrowed.pth").write_text(sysconfig.get_path("purelib"))
    return python


def test_the_wheel_holds_the_widgets(dist):
    (wheel,) = dist.glob("*.whl")
    names = run(sys.executable, "-m", "zipfile", "-l", wheel, cwd=dist)
    for path in (ROOT / "relulab").rglob("*"):
        if path.suffix in (".py", ".js", ".css"):
            assert path.relative_to(ROOT).as_posix() in names


def test_doctests_pass_on_the_installed_package(elsewhere, tmp_path):
    where = run(elsewhere, "-c", "import relulab; print(relulab.__file__)", cwd=tmp_path).strip()
    assert Path(where).is_relative_to(elsewhere.parents[1])
    options = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["pytest"]["ini_options"]
    flags = f"doctest_optionflags={options['doctest_optionflags']}"
    command = ("-m", "pytest", "-q", "-W", "error", "--doctest-modules", "-o", flags, "--pyargs", "relulab")
    summary = run(elsewhere, *command, cwd=tmp_path)
    assert " passed" in summary


def test_import_is_light():
    heavy = "{'torch', 'cvxpy', 'matplotlib', 'ipywidgets'}"
    code = f"import sys, relulab; print(sorted({heavy} & sys.modules.keys()))"
    assert run(sys.executable, "-c", code, cwd=ROOT).strip() == "[]"


def test_import_is_quick():
    code = "import time; start = time.process_time(); import relulab; print(time.process_time() - start)"
    assert min(float(run(sys.executable, "-c", code, cwd=ROOT)) for _ in range(5)) < 0.7
