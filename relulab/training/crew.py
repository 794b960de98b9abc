"""The threads that share out a batch of networks, and its halves where memory is short."""

import contextlib
import itertools
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass

import numpy as np

from .checkpoints import Checkpoint
from .inputs import digest_of
from .networks import torch
from .part import Part

CACHE = 1024 * 1024  # bytes of hidden layer that one core works on at a time
WORTH_A_THREAD = 2e7  # bytes times dimension: operations that outweigh handing a part to a thread


_inside = {"runs": 0, "threads": None, "lock": threading.Lock()}


@contextlib.contextmanager
def one_thread_each():
    """Let every thread do its own matrix products: the networks are shared out to the cores, not those.

    Several runs may be inside at once; the last one gives torch its threads back.
    """
    with _inside["lock"]:
        if not _inside["runs"]:
            _inside["threads"] = torch.get_num_threads()
        _inside["runs"] += 1
        torch.set_num_threads(1)
    try:
        yield
    finally:
        with _inside["lock"]:
            _inside["runs"] -= 1
            if not _inside["runs"]:
                torch.set_num_threads(_inside["threads"])


class BatchSplit(UserWarning):
    """A batch did not fit into memory, and is trained in two halves."""


@dataclass(eq=False)
class Crew:
    """The threads that train the parts of a batch."""

    plants: list
    starts: list
    tests: list
    seeds: list
    factors: np.ndarray
    settings: dict
    device: str
    folder: object
    seconds: float

    def train(self, parts, workers, progress):
        from tqdm.auto import tqdm

        self.stop, lock = threading.Event(), threading.Lock()
        bar = tqdm(total=len(self.factors) * len(self.plants), unit="epoch", disable=not progress)

        def advance(count):
            with lock:
                bar.update(count)

        # A new thread has all of OpenMP's threads until it is told otherwise in that thread itself.
        pool = ThreadPoolExecutor(workers, initializer=torch.set_num_threads, initargs=(1,))
        try:
            with one_thread_each(), bar:
                jobs = [pool.submit(self.run, part, advance) for part in parts]
                for job in as_completed(jobs):
                    job.result()
        except KeyboardInterrupt:
            kept = "with checkpoint=PATH they would have been" if self.folder is None else "they are"
            raise KeyboardInterrupt(f"the networks are half trained; {kept} kept") from None
        finally:
            self.stop.set()
            pool.shutdown(cancel_futures=True)
        return sorted((piece for job in jobs for piece in job.result()), key=lambda piece: piece[0].start)

    def run(self, part, advance):
        """Train a part, in halves where memory is short: a list of (part, weights, history)."""
        chosen = [v[part.start : part.stop] for v in (self.plants, self.starts, self.tests, self.seeds)]
        try:
            networks = Part(*chosen, self.factors, self.settings, self.device)
            return [(part, *networks.run(self.checkpoint(part), self.seconds, self.stop, advance))]
        except (RuntimeError, MemoryError) as error:
            if not _out_of_memory(error):
                raise
            if len(part) == 1:
                n, d = self.plants[0].X.shape
                size = f"n={n}, d={d}, width={self.settings['width']}"
                raise MemoryError(
                    f"problem {part.start} alone ({size}) is too large for {self.device!r}"
                ) from error
        halves = part[: len(part) // 2], part[len(part) // 2 :]
        sizes = f"{len(halves[0])} and then {len(halves[1])}"
        warnings.warn(
            f"out of memory on {self.device!r} with {len(part)} networks at once; going on with {sizes}",
            BatchSplit,
        )
        return [piece for half in halves for piece in self.run(half, advance)]

    def checkpoint(self, part):
        if self.folder is None:
            return Checkpoint(None, part, {})
        data = [
            a
            for i in part
            for a in (self.plants[i].X, self.plants[i].y, self.tests[i], *self.starts[i].values())
        ]
        made_of = {"data": digest_of(*data), "schedule": digest_of(self.factors)}
        return Checkpoint(self.folder, part, self.settings | made_of)


def cut(count, n, d, settings, device, workers):
    """Cut a batch into parts whose hidden layers stay in a core's cache; a GPU takes it whole."""
    if device != "cpu":
        return [range(count)]
    hidden = n * settings["width"] * (4 if settings["dtype"] == "float32" else 8)
    pieces = min(count, -(-count * hidden // CACHE))
    if pieces > 1 or 4 * hidden * d * count > WORTH_A_THREAD:
        pieces = min(count, -(-pieces // workers) * workers)
    bounds = np.linspace(0, count, pieces + 1).astype(int)
    return [range(start, stop) for start, stop in itertools.pairwise(bounds.tolist())]


def _out_of_memory(error):
    words = ("can't allocate memory", "out of memory")
    return isinstance(error, MemoryError) or any(word in str(error).lower() for word in words)
