"""Running the cells of a sweep on any executor: one BLAS thread a worker, progress, a clean stop."""

import functools
import multiprocessing
import os
import threading
from concurrent.futures import ThreadPoolExecutor, as_completed


def run_cells(work, cells, keep, total, executor=None, progress=True):
    """Compute cells in any order and hand on each as it comes.

    Parameters
    ----------
    work : callable
        A function of a module: a cell's arguments -> its result.
    cells : dict
        Place -> arguments, the longest work first.
    keep : callable
        Called here with ``(place, result)``, never from two threads.
    total : int
        Cells of the whole sweep, the finished ones included: what the progress bar counts to.
    executor : concurrent.futures.Executor, optional
        By default, threads on the cores that this process may use.
    progress : bool
        Show the bar.
    """
    from threadpoolctl import threadpool_limits
    from tqdm.auto import tqdm

    pool = executor or ThreadPoolExecutor(cores())
    bar = tqdm(total=total, initial=total - len(cells), unit="cell", disable=not progress)
    jobs = {}
    try:
        with threadpool_limits(1), bar:
            for place, arguments in cells.items():
                jobs[pool.submit(_in_worker, os.getpid(), work, arguments)] = place
            for job in as_completed(jobs):
                if error := job.exception():
                    error.add_note(f"in {work.__name__} of n, d = {cells[jobs[job]][:2]}")
                    raise error
                keep(jobs[job], job.result())
                bar.update()
    finally:
        for job in jobs:
            job.cancel()
        if executor is None:
            pool.shutdown()


def cores():
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


def _in_worker(caller, work, arguments):
    if os.getpid() != caller:
        _settle(caller)
    return work(*arguments)


@functools.cache
def _settle(caller):
    """Once in a worker process: one BLAS thread, and an end with the caller, even a killed one."""
    from threadpoolctl import threadpool_limits

    threadpool_limits(1)
    parent = multiprocessing.parent_process()
    if parent is not None and parent.pid == caller:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent):
    parent.join()
    os._exit(1)
