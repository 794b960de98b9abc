"""Run the labs of Part V with other seeds and print their claims: run_labs.py SEED [SEED ...].

A lab is a chapter whose first cell is ``seed = <number>``; everything on its page follows from that number.
ONLY=triangle in the environment runs the labs whose path has that word.
"""

import contextlib
import io
import multiprocessing
import os
import re
import sys
import time
import traceback
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from chapter_code import FENCE, ONE_THREAD, OPTIONS, leave_out

ROOT = Path(__file__).resolve().parents[1]
SEED = re.compile(r"seed = \d+\s*(#.*)?")
ALONE = ONE_THREAD | {"MPLBACKEND": "agg"}
# Processes that have read already what all labs read.
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["torch", "relulab", "matplotlib.pyplot", "myst_nb.ext.glue"])
MOST_SECONDS = 600  # a lab that hangs is stopped


def cells_of(page: Path) -> list[str]:
    """The code of a page, cell by cell."""
    fences = FENCE.finditer(page.read_text("utf-8"))
    return [OPTIONS.sub("", fence["body"]) for fence in fences if fence["name"] == "code-cell"]


def labs_in(folder: Path) -> list[Path]:
    def first_cell(page):
        return "".join(cells_of(page)[:1]).strip()

    return [page for page in sorted(folder.rglob("*.md")) if SEED.fullmatch(first_cell(page))]


def run_page(page: Path, seed: int) -> dict:
    """Run one page with one seed, in this process."""
    cells, names, fault = cells_of(page), {"__name__": "lab"}, ""
    start = time.process_time()
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            for number, cell in enumerate([f"seed = {seed}", *cells[1:]], 1):
                exec(compile(cell, f"{page.name}, cell {number}", "exec"), names)
    except Exception:
        fault = traceback.format_exc()
    claims = names.get("claims")
    rows = [row.cells for row in claims.rows] if claims else []
    if not fault and not rows:
        fault = "The page ends without a table of claims."
    return {"rows": rows, "seconds": time.process_time() - start, "fault": fault}


def run_apart(page: Path, seed: int) -> dict:
    """The same in a fresh process with one thread, where warnings about numbers are errors."""
    answers, answer = FORKS.Pipe(duplex=False)
    process = FORKS.Process(target=_answer, args=(answer, page, seed))
    process.start()
    answer.close()
    seconds, fault = MOST_SECONDS, f"Stopped after {MOST_SECONDS} seconds."
    try:
        if answers.poll(MOST_SECONDS):
            return answers.recv()
    except EOFError:
        seconds, fault = 0.0, "The process ended without a word."
    finally:
        process.kill()
        process.join()
    return {"rows": [], "seconds": seconds, "fault": fault}


def _answer(answer, page, seed):
    warnings.simplefilter("error", RuntimeWarning)
    answer.send(run_page(page, seed))


def told(page: Path, seeds: list[int], runs: list[dict]) -> str:
    """One page's claims, with what each seed measured."""
    seconds = ", ".join(f"{run['seconds']:.1f}" for run in runs)
    lines = [f"\n{page.relative_to(ROOT) if page.is_relative_to(ROOT) else page}: {seconds} s"]
    tables = [{row[0]: row for row in run["rows"]} for run in runs]
    for claim in dict.fromkeys(claim for table in tables for claim in table):
        rows = [table[claim] for table in tables if claim in table]
        verdict = " / ".join(dict.fromkeys(row[4] for row in rows))
        must_be = f"  (must be {rows[0][3]})" if rows[0][3] else ""
        lines.append(f"  {verdict:<12} {claim}")
        if any(row[2] for row in rows):
            lines.append(f"  {'':<12} {' | '.join(row[2] for row in rows)}{must_be}")
    for seed, run in zip(seeds, runs, strict=True):
        if run["fault"]:
            lines.append(f"  FAILED with seed {seed}:\n{run['fault']}")
    return "\n".join(lines)


def run_labs(seeds: list[int], folder: Path, wanted: str = "") -> int:
    pages = [page for page in labs_in(folder) if wanted in str(page)]
    if not pages or not seeds:
        print("No lab, or no seed.", file=sys.stderr)
        return 1
    jobs = [(page, seed) for page in pages for seed in seeds]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        runs = list(pool.map(run_apart, *zip(*jobs, strict=True)))
    for place, page in enumerate(pages):
        print(told(page, seeds, runs[place * len(seeds) : (place + 1) * len(seeds)]))
    failed = sum(bool(run["fault"]) for run in runs)
    print(f"\nSeeds {', '.join(map(str, seeds))}: {failed or 'none'} of {len(runs)} runs failed.")
    return int(failed > 0)


if __name__ == "__main__":
    leave_out()
    os.environ.update(ALONE)
    seeds = [int(seed) for seed in sys.argv[1:]]
    sys.exit(run_labs(seeds, ROOT / "chapters" / "part5", os.environ.get("ONLY", "")))
