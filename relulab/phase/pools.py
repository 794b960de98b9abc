"""Pools of processes: those a caller makes, and the standing one of sweeps that name no executor."""

import contextlib
import functools
import multiprocessing
import multiprocessing.context
import multiprocessing.forkserver
import os
import signal
import sys
import threading
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

PRELOADED = ["relulab.phase.cells", "scipy.optimize", "threadpoolctl"]


def processes(workers=None):
    """A pool of processes of your own for `phase_diagram`.

    Sweeps that name no executor use one like it where that pays (`own_executor`). Make your own to choose how
    many workers there are, or to send functions of your script to them.

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
    context.set_forkserver_preload(PRELOADED)
    return ProcessPoolExecutor(workers or cores(), context, initializer=settle)


def cores():
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


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
    >>> from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
    >>> from multiprocessing import get_context
    >>> import relulab as rl
    >>> with ProcessPoolExecutor(1, get_context("spawn"), initializer=rl.sweep.settle) as pool:
    ...     pool.submit(abs, -3).result()
    3
    """
    one_blas_thread()
    parent = multiprocessing.parent_process()
    # Pools of other libraries (loky) give their workers a parent that cannot be waited for.
    if watch and getattr(parent, "sentinel", None) is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def one_blas_thread():
    import scipy.linalg  # noqa: F401, only a library that is loaded can be limited
    from threadpoolctl import threadpool_limits

    return threadpool_limits(1)


def _end_with(parent):
    parent.join()
    os._exit(1)


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
    >>> from relulab.phase.pools import named
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


# The standing pool: threads wait for one another while Python runs, and most cells of a sweep are small.
if hasattr(multiprocessing.context, "ForkServerContext"):

    class Aloof(multiprocessing.context.ForkServerProcess):
        """A worker that does not run the script that asked for it: so the script needs no guard."""

        def start(self):
            main = sys.modules["__main__"]
            hidden = {name: vars(main).pop(name) for name in ("__file__", "__spec__") if name in vars(main)}
            main.__spec__ = None
            try:
                super().start()
            finally:
                vars(main).update(hidden)

    class AloofContext(multiprocessing.context.ForkServerContext):
        """The context of such workers."""

        Process = Aloof


_kept = {}  # the standing pool, by the process that started it
_only_one = threading.Lock()


def standing():
    """The pool that this process keeps for its sweeps; None on systems without a server that forks."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return None
    with _only_one:
        if os.getpid() not in _kept:
            context = AloofContext()
            context.set_forkserver_preload(PRELOADED)
            multiprocessing.forkserver.ensure_running()  # it imports while this process goes on
            _kept[os.getpid()] = ProcessPoolExecutor(cores(), context, initializer=_settle_deaf)
        return _kept[os.getpid()]


def dismiss(pool):
    """Let the standing pool go, after a sweep in it was stopped; any other pool is its owner's.

    Its workers are ended: what they are at is kept by nobody, and one that started while another was killed
    would be waited for, for ever, when this process ends. Its thread is waited for: at its end it closes a
    pipe which a process that ends meanwhile writes to (CPython's `_python_exit`, without its lock).
    """
    with _only_one:
        if _kept.get(os.getpid()) is pool:
            del _kept[os.getpid()]
            workers, thread = [*(pool._processes or {}).values()], pool._executor_manager_thread
            pool.shutdown(wait=False, cancel_futures=True)
            for worker in workers:
                worker.kill()
            if thread is not None:
                thread.join(timeout=10)


def _settle_deaf():
    """Settle, and leave Ctrl-C to the process that started the sweep."""
    with contextlib.suppress(ValueError):
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    settle()
