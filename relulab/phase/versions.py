"""Who computes: the versions and the machine of a process, and that all of a sweep run one relulab."""

import functools
import hashlib
import platform
import sys
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple


class Worker(NamedTuple):
    """The process that computed a cell.

    Attributes
    ----------
    relulab : str
        Its version, and a digest of its source: two checkouts of one version differ.
    others : str
        NumPy, SciPy, Python and the machine, in words.
    """

    relulab: str
    others: str

    def __str__(self):
        return f"relulab {self.relulab}, {self.others}"


@functools.cache
def this_process():
    """The `Worker` that this process is.

    Examples
    --------
    >>> from relulab.phase.versions import this_process
    >>> str(this_process()).split()[0]
    'relulab'
    """
    others = ", ".join(f"{name} {version(name)}" for name in ("numpy", "scipy"))
    system = f"Python {platform.python_version()}, {platform.system()} {platform.machine()}"
    return Worker(f"{sys.modules['relulab'].__version__} (source {source()})", f"{others}, {system}")


def source():
    """A digest of the source of this relulab, the same on every machine."""
    package = Path(__file__).parents[1]
    files = sorted(package.rglob("*.py"), key=lambda file: file.relative_to(package).as_posix())
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.relative_to(package).as_posix().encode() + b"\0")
        digest.update(file.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()[:8]


def meeting(kept):
    """What notes in a store each `Worker` that it is told of."""

    def meet(worker):
        name = hashlib.sha256(str(worker).encode()).hexdigest()[:16]
        kept.note("workers", name, {"worker": str(worker)})

    return meet


def met(kept):
    """The workers that a store knows of, in words."""
    return "; ".join(sorted(note["worker"] for note in kept.notes("workers"))) or "not recorded"


def refuse_others(worker):
    """Refuse what another relulab computed.

    Parameters
    ----------
    worker : Worker
        Who computed it.

    Raises
    ------
    ValueError
        With both versions.
    """
    here = this_process().relulab
    if worker.relulab != here:
        raise ValueError(
            f"executor has a worker that runs relulab {worker.relulab}, and this process runs {here}: "
            "its numbers are refused; install one version everywhere and run the same call again"
        )
