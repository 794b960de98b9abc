"""Running the cells of a sweep on any executor: one BLAS thread a worker, one relulab, a clean stop."""

import contextlib
import functools
import multiprocessing
import os
import pickle
import threading
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from importlib.metadata import version
from typing import NamedTuple

from .versions import Worker, refuse_others, this_process


class Answer(NamedTuple):
    """What a worker sends back: who it is, and a cell."""

    worker: Worker
    result: object


def run_cells(work, cells, keep, total, executor=None, progress=True, meet=None):
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
    meet : callable, optional
        Called with each `Worker` when its first cell comes, before that cell is kept.

    Raises
    ------
    ValueError
        Where a worker runs another relulab, or the work cannot be sent to other processes.
    """
    from tqdm.auto import tqdm

    if isinstance(executor, ProcessPoolExecutor):
        _check_that_it_travels(executor, next(iter(cells.values()), ()))
    met = set()
    pool = executor or ThreadPoolExecutor(cores())
    bar = tqdm(total=total, initial=total - len(cells), unit="cell", disable=not progress)
    jobs = {}
    try:
        with _one_blas_thread(), bar:
            for place, arguments in cells.items():
                jobs[pool.submit(_in_worker, os.getpid(), work, arguments)] = place
            for job in as_completed(jobs):
                if error := job.exception():
                    error.add_note(f"in {work.__name__} of n, d = {cells[jobs[job]][:2]}")
                    raise error
                worker, result = _opened(job.result(), pool)
                if worker not in met:
                    met.add(worker)
                    refuse_others(worker)
                    if meet is not None:
                        meet(worker)
                keep(jobs[job], result)
                bar.update()
    finally:
        for job in jobs:
            job.cancel()
        if executor is None:
            pool.shutdown()


def _opened(answer, pool):
    """The worker and the cell; older relulabs send the cell alone, and are asked."""
    if isinstance(answer, Answer):
        return answer
    return Answer(Worker(pool.submit(version, "relulab").result(timeout=60), "unknown"), answer)


def _check_that_it_travels(pool, arguments):
    """Processes that start anew look functions up by name, which lambdas and notebooks' functions are not."""
    anew = getattr(getattr(pool, "_mp_context", None), "get_start_method", lambda: "spawn")() != "fork"
    try:
        sent = pickle.dumps(arguments)
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        why = str(error)
    else:
        import __main__

        if not (anew and b"__main__" in sent and not hasattr(__main__, "__file__")):
            return
        why = "it is defined in a notebook or at a prompt"
    raise ValueError(
        f"ensemble cannot be sent to other processes ({why}): "
        "put the function into a module of your own and import it, or use threads or a Dask cluster"
    )


def processes(workers=None):
    """A pool of processes for `phase_diagram`: faster than threads where a sweep has many small cells.

    Threads wait for one another while Python runs; figure 4a takes 1.7 times as long with two of them as with
    two processes. A pool takes about a second to start, so keep it for several sweeps.

    Parameters
    ----------
    workers : int, optional
        How many; by default, the cores that this process may use.

    Returns
    -------
    concurrent.futures.ProcessPoolExecutor
        Each worker with one BLAS thread; they end with this process, even a killed one. A script that makes
        a pool needs ``if __name__ == "__main__":``, a notebook does not.

    Examples
    --------
    >>> import relulab as rl
    >>> with rl.sweep.processes(2) as pool:  # rl.phase_diagram(..., executor=pool)
    ...     pool.submit(abs, -3).result()
    3
    """
    ways = multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("forkserver" if "forkserver" in ways else "spawn")
    context.set_forkserver_preload(["relulab.phase.cells"])
    return ProcessPoolExecutor(workers or cores(), context, initializer=settle)


@contextlib.contextmanager
def named(word, workers=None):
    """An executor by its name, for as long as it is needed.

    Parameters
    ----------
    word : str
        ``"threads"``, ``"processes"``, or the address of a Dask scheduler, such as ``tcp://host:8786``.
    workers : int, optional
        How many threads or processes; by default, the cores that this process may use.

    Yields
    ------
    concurrent.futures.Executor

    Raises
    ------
    ValueError
        For another word.
    OSError
        Where no scheduler answers.

    Examples
    --------
    >>> from relulab.phase.executor import named
    >>> with named("threads", 2) as pool:
    ...     pool.submit(abs, -3).result()
    3
    """
    if "://" in word:
        try:
            from distributed import Client
        except ImportError:
            raise ImportError(
                f"executor {word} needs dask.distributed: pip install 'relulab[cluster]'"
            ) from None
        with Client(word, timeout="20s", set_as_default=False) as client:
            yield client.get_executor()
    elif word in ("threads", "processes"):
        with ThreadPoolExecutor(workers or cores()) if word == "threads" else processes(workers) as pool:
            yield pool
    else:
        raise ValueError(
            f"executor={word!r} is neither threads nor processes nor an address, tcp://host:port"
        )


def cores():
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


def _in_worker(caller, work, arguments):
    if os.getpid() != caller:
        parent = multiprocessing.parent_process()
        settle(watch=parent is not None and parent.pid == caller)  # a cluster looks after its own workers
    return Answer(this_process(), work(*arguments))


@functools.cache
def settle(watch=True):
    """Settle in a worker process, once: one BLAS thread, and an end with the parent, even a killed one.

    Give it to a process pool of your own as its `initializer`: a worker without it settles when its first
    cell comes, and one whose parent is killed before that waits for ever.

    Parameters
    ----------
    watch : bool
        End with the parent.

    Examples
    --------
    >>> from concurrent.futures import ProcessPoolExecutor
    >>> from multiprocessing import get_context
    >>> import relulab as rl
    >>> with ProcessPoolExecutor(1, get_context("spawn"), initializer=rl.sweep.settle) as pool:
    ...     pool.submit(abs, -3).result()
    3
    """
    _one_blas_thread()
    parent = multiprocessing.parent_process()
    # Pools of other libraries (loky) give their workers a parent that cannot be waited for.
    if watch and getattr(parent, "sentinel", None) is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _one_blas_thread():
    import scipy.linalg  # noqa: F401, only a library that is loaded can be limited
    from threadpoolctl import threadpool_limits

    return threadpool_limits(1)


def _end_with(parent):
    parent.join()
    os._exit(1)
