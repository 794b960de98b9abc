"""Run the tests in groups, as many at once as there are cores: run_tests.py [pages].

A group is a process of pytest of its own, with one thread for linear algebra; what it says is shown when it
ends.
"""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from notebooks import ONE_THREAD

ROOT = Path(__file__).resolve().parents[1]
# Folders of tests, the longest group first; what no group names is one more, so that nothing is forgotten.
NAMED = [["book"], ["certify", "audit", "programs", "solvers"], ["training", "phase", "figures", "labs"]]
EVERY_PAGE = "tests/book/test_real_pages.py::test_every_page_is_sound_light_and_accessible"


def groups() -> list[list[str]]:
    """The arguments of each process."""
    there = {path.name for path in (ROOT / "tests").iterdir() if path.is_dir() or path.suffix == ".py"}
    rest = there - {"__pycache__"} - {folder for group in NAMED for folder in group}
    return [
        *([f"tests/{name}" for name in group] for group in NAMED),
        ["relulab", *(f"tests/{r}" for r in sorted(rest))],
    ]


def groups_of_pages() -> list[list[str]]:
    """The pages wide, the pages narrow, and what else there is to see of them."""
    wide, narrow = (f"{EVERY_PAGE}[{width}]" for width in (1280, 390))
    others = ["tests/book", f"--deselect={wide}", f"--deselect={narrow}"]
    return [["-m", "pages", *which] for which in ([wide], others, [narrow])]


def run(arguments: list[str]) -> int:
    begun = time.monotonic()
    print(f"{' '.join(arguments)} ...", flush=True)
    command = [sys.executable, "-m", "pytest", "-q", *arguments]
    done = subprocess.run(command, cwd=ROOT, text=True, capture_output=True, env=os.environ | ONE_THREAD)
    seconds = time.monotonic() - begun
    print(f"{' '.join(arguments)}\n{done.stdout}{done.stderr}({seconds:.0f} s)\n", flush=True)
    return done.returncode


def main(wanted: str = "") -> int:
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        codes = list(pool.map(run, groups_of_pages() if wanted == "pages" else groups()))
    return int(any(codes))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
