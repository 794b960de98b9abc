"""Work for an executor: threads, processes, a Dask client's `get_executor()`; without one, in this thread."""


def run_on(executor, work, arguments):
    """The results of ``work(*each)``, in order; what has not begun is called off where one fails.

    Parameters
    ----------
    executor : concurrent.futures.Executor or None
        As `relulab.phase_diagram` takes it.
    work : callable
        A function of a module, so that processes and clusters find it.
    arguments : list of tuple
        Of each call.

    Raises
    ------
    ValueError
        For something that is no executor.

    Examples
    --------
    >>> from concurrent.futures import ThreadPoolExecutor
    >>> from relulab.programs.executors import run_on
    >>> with ThreadPoolExecutor(2) as pool:
    ...     run_on(pool, pow, [(2, 3), (3, 2)])
    [8, 9]
    """
    if executor is None:
        return [work(*each) for each in arguments]
    if not hasattr(executor, "submit"):
        raise ValueError(f"executor={executor!r} is no concurrent.futures.Executor: it has no submit")
    jobs = [executor.submit(work, *each) for each in arguments]
    try:
        return [job.result() for job in jobs]
    finally:
        for job in jobs:
            job.cancel()
