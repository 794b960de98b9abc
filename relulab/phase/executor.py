"""Running the cells of a sweep on any executor: one BLAS thread a worker, one relulab, a clean stop."""

import multiprocessing
import os
import pickle
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from importlib.metadata import version
from typing import NamedTuple

from .pools import cores, dismiss, one_blas_thread, settle, standing
from .versions import Worker, refuse_others, this_process

MANY = 500  # trials of a sweep that are worth starting processes for


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
        By default the one of `own_executor`, or threads on the cores that this process may use.
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

    if isinstance(executor, ProcessPoolExecutor) and (why := _why_it_stays(executor, cells)):
        raise ValueError(
            f"ensemble cannot be sent to other processes ({why}): "
            "put the function into a module of your own and import it, or use threads or a Dask cluster"
        )
    met = set()
    pool = executor or ThreadPoolExecutor(cores())
    bar = tqdm(total=total, initial=total - len(cells), unit="cell", disable=not progress)
    jobs = {}
    try:
        with one_blas_thread(), bar:
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
    except BaseException:
        dismiss(pool)
        raise
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


def own_executor(cells, trials):
    """What runs a sweep that names no executor: the standing pool of processes where it is worth its start.

    Parameters
    ----------
    cells : dict
        Place -> arguments.
    trials : int
        Trials of a cell.

    Returns
    -------
    concurrent.futures.ProcessPoolExecutor or None
        None, which means threads: for few trials, on one core, in a process that another one started, and
        where the ensemble is a function that other processes cannot import.
    """
    if len(cells) * trials < MANY or cores() < 2 or multiprocessing.parent_process() is not None:
        return None
    pool = standing()
    return None if pool is None or _why_it_stays(pool, cells, names_of_main=False) else pool


def _why_it_stays(pool, cells, names_of_main=True):
    """Why the arguments of cells cannot be sent to a pool, in words; None where they can.

    Processes that start anew look functions up by name, which lambdas and notebooks' functions are not; those
    of a script only where its workers run the script too.
    """
    anew = getattr(getattr(pool, "_mp_context", None), "get_start_method", lambda: "spawn")() != "fork"
    try:
        sent = pickle.dumps(next(iter(cells.values()), ()))
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        return str(error)
    import __main__

    if anew and b"__main__" in sent and not (names_of_main and hasattr(__main__, "__file__")):
        return "it is defined in a notebook or at a prompt"
    return None


def _in_worker(caller, work, arguments):
    if os.getpid() != caller:
        parent = multiprocessing.parent_process()
        settle(watch=parent is not None and parent.pid == caller)  # a cluster looks after its own workers
    return Answer(this_process(), work(*arguments))
