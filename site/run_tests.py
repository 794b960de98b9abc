"""Run the tests in groups, one more at once than there are cores: run_tests.py [pages].

A group is a process of pytest of its own, with one thread for linear algebra; what it says is shown when it
ends. The doctests run once: on the installed package, by `tests/test_package.py`.
"""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from chapter_code import ONE_THREAD

ROOT = Path(__file__).resolve().parents[1]
# Folders and files of tests, the longest group first; a folder leaves to others what they name more exactly,
# and the empty group takes what no other names, so that nothing is forgotten.
NAMED = [
    ["book"],
    [],
    ["figures", "phase"],
    [f"book/test_{name}.py" for name in ("builds", "product", "epub", "lab_tables", "slides", "lab")],
    ["audit", "certify/all_patterns", "certify/exact_network"],
    ["programs", "solvers"],
    [f"book/test_{name}.py" for name in ("phase_explorer", "whole_page", "first_screen")],
    ["certify"],
    ["training", "labs"],
]
THIRDS = ("first", "second", "third")
EVERY_PAGE = "tests/book/test_real_pages.py::test_every_page_is_sound_light_and_accessible"


def groups() -> list[list[str]]:
    """The arguments of each process."""
    there = {path.name for path in (ROOT / "tests").iterdir() if path.is_dir() or path.suffix == ".py"}
    rest = there - {"__pycache__"} - {name for group in NAMED for name in group}
    return [[f"tests/{name}" for name in group or sorted(rest)] + left_to_others(group) for group in NAMED]


def left_to_others(group: list[str]) -> list[str]:
    others = {name for other in NAMED for name in other} - {*group}
    return [f"--ignore=tests/{name}" for name in sorted(others) if str(Path(name).parent) in group]


def groups_of_pages() -> list[list[str]]:
    """Every page at each width, a third of the pages a process, and what else there is to see of them."""
    parts = [f"{EVERY_PAGE}[{width}-{third}]" for width in (1280, 390) for third in THIRDS]
    others = ["tests/book", *(f"--deselect={part}" for part in parts)]
    return [["-m", "pages", *which] for which in (others, *([part] for part in parts))]


def run(arguments: list[str]) -> int:
    begun = time.monotonic()
    print(f"{' '.join(arguments)} ...", flush=True)
    command = [sys.executable, "-m", "pytest", "-q", *arguments]
    done = subprocess.run(command, cwd=ROOT, text=True, capture_output=True, env=os.environ | ONE_THREAD)
    seconds = time.monotonic() - begun
    print(f"{' '.join(arguments)}\n{done.stdout}{done.stderr}({seconds:.0f} s)\n", flush=True)
    return done.returncode


def main(wanted: str = "") -> int:
    with ThreadPoolExecutor(os.cpu_count() + 1) as pool:  # who looks at pages often waits for one
        codes = list(pool.map(run, groups_of_pages() if wanted == "pages" else groups()))
    return int(any(codes))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
