"""The standing pool of processes: sweeps that name no executor, from a script, a prompt and a worker."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context, parent_process

import numpy as np
import pytest

import relulab as rl
from relulab.phase.executor import MANY, own_executor
from relulab.phase.pools import dismiss, standing

pytestmark = pytest.mark.skipif(
    standing() is None or rl.sweep.cores() < 2, reason="one core, or no forkserver"
)
SWEEP = {"n": [12, 20, 28], "d": [4, 5], "trials": 100, "progress": False}
CELLS = {(0, 0): (12, 4, [0], {"ensemble": "gaussian"})}


@pytest.fixture(autouse=True)
def no_pool_before_or_after():
    dismiss(standing())
    yield
    dismiss(standing())


def script(tmp_path, code):
    path = tmp_path / "script.py"
    path.write_text(f"import numpy as np\nimport relulab as rl\n{code}")
    return [sys.executable, path]


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_many_trials_go_to_processes_few_to_threads():
    many = rl.phase_diagram(**SWEEP)
    threads = rl.phase_diagram(**SWEEP, executor=ThreadPoolExecutor(2))
    assert many.attrs["executor"] == "ProcessPoolExecutor"
    for name in ("status", "evidence", "margin"):
        np.testing.assert_array_equal(many[name], threads[name])
    assert rl.phase_diagram(**(SWEEP | {"trials": 1})).attrs["executor"] == "threads"


def test_the_pool_is_kept():
    assert own_executor(CELLS, MANY) is own_executor(CELLS, MANY) is standing()


def test_a_plain_script_needs_no_guard_and_runs_once(tmp_path):
    code = f"""print("begins")
ds = rl.phase_diagram(**{SWEEP})
print(ds.attrs["executor"], __file__[-9:], int((ds.status == 0).sum()))
"""
    done = subprocess.run(script(tmp_path, code), capture_output=True, text=True, timeout=200)
    recovered = int((rl.phase_diagram(**SWEEP).status == 0).sum())
    assert done.stderr == ""
    assert done.stdout == f"begins\nProcessPoolExecutor script.py {recovered}\n"


def test_after_the_last_cell_nothing_more_is_imported(tmp_path):
    """Xarray imports Dask for its first variable, a quarter of a second: it does while workers start."""
    code = f"""import sys
from relulab.phase import grid
run_cells = grid.run_cells
def recorded(*arguments):
    run_cells(*arguments)
    before.update(sys.modules)
before, grid.run_cells = set(), recorded
rl.phase_diagram(**{SWEEP})
print(len(before) > 100, {{name.split(".")[0] for name in set(sys.modules) - before}} - {{"relulab"}})
"""
    done = subprocess.run(script(tmp_path, code), capture_output=True, text=True, timeout=200)
    assert (done.stdout, done.stderr) == ("True set()\n", "")


@pytest.mark.parametrize("ensemble", ["mine", "lambda n, d, rng: mine(n, d, rng)"])
def test_a_function_of_the_script_stays_with_its_threads(tmp_path, ensemble):
    code = f"""
def mine(n, d, rng):
    return rng.standard_normal((n, d))
print(rl.phase_diagram(**{SWEEP}, ensemble={ensemble}).attrs["executor"])
"""
    done = subprocess.run(script(tmp_path, code), capture_output=True, text=True, timeout=200)
    assert (done.stdout, done.stderr) == ("threads\n", "")


def where_it_runs():
    return parent_process() is not None, own_executor(CELLS, MANY)


def test_a_process_that_another_started_starts_none():
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        assert pool.submit(where_it_runs).result() == (True, None)


def _sweep_often():
    for _ in range(50):
        rl.phase_diagram(**SWEEP)


def test_a_killed_worker_ends_its_sweep_and_the_next_one_has_a_new_pool():
    pool = standing()
    worker = pool.submit(os.getpid).result()
    os.kill(worker, signal.SIGKILL)
    with pytest.raises(BrokenProcessPool):  # the pool hears of it a moment later
        _sweep_often()
    assert standing() is not pool
    assert rl.phase_diagram(**SWEEP).attrs["executor"] == "ProcessPoolExecutor"


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_workers_end_with_a_stopped_script_and_the_store_goes_on(tmp_path, how):
    long = {"n": list(range(100, 400, 10)), "d": [20, 25], "trials": 100, "progress": False}
    store = tmp_path / "sweep.zarr"
    code = f"""import os, signal
signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job ignores Ctrl-C
from relulab.phase.pools import standing
jobs = [standing().submit(os.getpid) for _ in range(9)]
print(*{{job.result() for job in jobs}}, flush=True)
rl.phase_diagram(**{long}, store={str(store)!r})
"""
    command = script(tmp_path, code)
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as run:
        workers = [int(pid) for pid in run.stdout.readline().split()]
        assert workers
        while not (store / "cells" / "c").exists():
            assert run.poll() is None
            time.sleep(0.05)
        os.killpg(run.pid, how) if how == signal.SIGINT else os.kill(run.pid, how)
        _, complaint = run.communicate(timeout=60)
    assert run.returncode != 0
    if how == signal.SIGINT:
        assert "of 60 cells are finished" in complaint.splitlines()[-1]
        assert complaint.count("Traceback") == 1
    end = time.monotonic() + 60
    while any(map(alive, workers)) and time.monotonic() < end:
        time.sleep(0.1)
    assert not any(map(alive, workers))


def test_a_pool_that_is_let_go_leaves_no_worker_behind():
    """Neither one at work nor, as after a worker's death, one that waits for a lock that a dead one held."""
    pool = standing()
    jobs = [pool.submit(time.sleep, 600) for _ in range(rl.sweep.cores())]
    deadline = time.monotonic() + 30
    while not all(job.running() for job in jobs) or not pool._processes:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    workers, thread = [*pool._processes], pool._executor_manager_thread
    dismiss(pool)
    assert not thread.is_alive()  # it would close what the end of this process writes to
    while any(map(alive, workers)):
        assert time.monotonic() < deadline + 30
        time.sleep(0.05)
    assert standing() is not pool
