"""Pools of processes, ours and others': what they can be sent, and that they are quiet."""

import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np
import pytest

import relulab as rl
from relulab.phase import executor
from relulab.phase.versions import Worker, refuse_others, this_process

SWEEP = {"n": [12, 20], "d": [4, 5], "trials": 2, "progress": False}


def uniform(n, d, rng):
    return rng.uniform(-1, 1, (n, d))


def test_a_lambda_is_refused_by_processes_before_anything_is_computed(tmp_path):
    with (
        rl.sweep.processes(1) as pool,
        pytest.raises(
            ValueError, match=r"^ensemble cannot be sent to other processes .*: put the function into"
        ),
    ):
        rl.phase_diagram(**SWEEP, ensemble=lambda n, d, rng: uniform(n, d, rng), executor=pool)


def test_a_function_of_a_prompt_is_refused_by_new_processes():
    code = """
import relulab as rl
def mine(n, d, rng):
    return rng.standard_normal((n, d))
with rl.sweep.processes(1) as pool:
    try:
        rl.phase_diagram([12], [4], 1, ensemble=mine, executor=pool, progress=False)
    except ValueError as error:
        print(error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=100)
    assert done.stdout.startswith("ensemble cannot be sent to other processes (it is defined in a notebook")
    assert done.stderr == ""


def test_a_function_of_a_module_goes_to_processes():
    pytest.importorskip("tests.phase.test_workers", reason="a module that other processes can import")
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        other = rl.phase_diagram(**SWEEP, ensemble=uniform, executor=pool)
    np.testing.assert_array_equal(other.status, rl.phase_diagram(**SWEEP, ensemble=uniform).status)


def test_lokys_processes_are_quiet():
    pytest.importorskip("joblib")
    code = """
import relulab as rl
from joblib.externals.loky import get_reusable_executor
if __name__ == "__main__":
    with get_reusable_executor(2) as pool:
        ds = rl.phase_diagram([12, 20], [4, 5], 2, executor=pool, progress=False)
    print(ds.status.values.ravel().tolist())
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=100)
    assert done.stderr == ""
    assert done.stdout.strip() == str(rl.phase_diagram(**SWEEP).status.values.ravel().tolist())


def test_only_this_relulab_is_let_in():
    here = this_process()
    refuse_others(here)
    refuse_others(here._replace(others="numpy 1.0, another machine"))
    with pytest.raises(ValueError, match=r"runs relulab 0\.2, and this process runs "):
        refuse_others(Worker("0.2", here.others))


def test_the_answer_of_an_older_worker_is_opened_by_asking(monkeypatch):
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        worker, cell = executor._opened(np.zeros(3), pool)
    assert worker.relulab == this_process().relulab.split()[0]
    assert cell.shape == (3,)
