"""All figures again by one call: what is finished is kept, and at the end a table says what agrees."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING

from .. import _checks
from ..phase.datasets import provenance
from .agreement import compare
from .archive import load, pack, save
from .crate import described
from .results import FILE, SCALES, stored
from .runs import compute
from .whole import LISTED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from os import PathLike
    from typing import Any

HEAD = ("figure", "expected", "shipped result", "this run", "same trials", "agree")
TABLE = "reproduction.md"
GO_ON = "what is finished is kept, and the same command goes on from there"


def reproduce(
    out: str | PathLike[str],
    figures: Iterable[str] | None = None,
    scale: str = "book",
    rng: int = 0,
    executor: Any = None,
    progress: bool = True,
    report: Callable = print,
) -> list:
    """Compute the figures again, and compare each with the result that comes with the package.

    Parameters
    ----------
    out : str or path
        A folder. It gets ``cells/`` (what is finished: a call that was stopped goes on from there), for each
        figure the data and a picture, the table ``reproduction.md`` and ``ro-crate-metadata.json``, which
        describes all of them: command, seed, settings, versions, machine, digests.
    figures : iterable of str, optional
        Their numbers; by default all of the list.
    scale : {"book", "paper"}
        ``"book"`` takes minutes, ``"paper"`` hours.
    rng : int
        The seed; with 0, that of the shipped results, the same problems are decided again.
    executor : concurrent.futures.Executor, optional
        As for `phase_diagram`; figures of clusters need none.
    progress : bool
        Show progress bars.
    report : callable
        Called with each line for the reader.

    Returns
    -------
    list of relulab.figures.agreement.Agreement
        One for each figure, in order.

    Raises
    ------
    ValueError
        For an unknown figure or scale, or a folder with another run's cells.
    OSError
        Where the folder cannot be written, a full disk for one; what is finished is kept.
    ImportError
        Where ``rocrate`` or torch is missing, before anything is computed.

    Examples
    --------
    >>> import tempfile
    >>> from relulab.figures import reproduce
    >>> folder = tempfile.mkdtemp()
    >>> found = reproduce(folder, ["6c"], progress=False, report=lambda line: None)  # doctest: +SKIP
    >>> found[0].agrees  # doctest: +SKIP
    True
    """
    numbers = (
        list(LISTED) if figures is None else [_checks.choice("figure", name, LISTED) for name in figures]
    )
    if not numbers:
        raise ValueError("figures is empty; give at least one, or None for all")
    _checks.choice("scale", scale, SCALES)
    seed = _checks.count("rng", rng, 0)
    _needed(numbers)
    out, found = Path(out), []
    for number in numbers:
        try:
            ds, told = _one(number, scale, seed, out, executor, progress)
        except KeyboardInterrupt:
            raise KeyboardInterrupt(
                f"stopped in figure {number}, {_count(found, numbers)}; {GO_ON}"
            ) from None
        except OSError as error:
            why = " ".join(str(error.strerror or error).split())
            raise OSError(f"figure {number}: {why}; {_count(found, numbers)}; {GO_ON}") from error
        found.append(compare(ds, _whole(number)))
        report(f"figure {number}: {told}")
    rows = [_row(agreement) for agreement in found]
    try:
        _replace(out / TABLE, _markdown(rows, scale, seed))
        title = f"The figures of arXiv 2209.15265, computed again with seed {seed} at scale {scale}"
        _replace(out / "ro-crate-metadata.json", json.dumps(described(out, title), indent=1))
    except OSError as error:
        raise OSError(f"{error.strerror or error}: {error.filename or out}; {GO_ON}") from error
    for line in _aligned([HEAD, *rows]):
        report(line)
    return found


def _needed(numbers):
    """Say at once what is missing, not after an hour."""
    from .crate import library

    library()
    if any(LISTED[number].trained for number in numbers):
        from ..training.networks import torch  # noqa: F401


def _whole(number):
    from .results import open_figure

    return open_figure(number) if number in stored() else None


def _one(number, scale, seed, out, executor, progress):
    """A figure's data: read, if this library has computed them here, or computed, kept and drawn."""
    import matplotlib

    out.mkdir(parents=True, exist_ok=True)
    file = out / FILE.format(f"{number}-{scale}")
    command = f"relulab figure {number} --scale {scale} --seed {seed}"
    if (ds := _there(file, command)) is not None:
        return ds, f"there already, {ds.attrs['finding']}"
    begun = time.perf_counter()
    ds = compute(number, scale, seed, store=out / "cells", executor=executor, progress=progress)
    matplotlib.use("Agg")
    from ..plots.style import use_style
    from .pictures import picture

    use_style()
    drawn = picture(ds)
    drawn.savefig(file.with_name(f"figure-{number}-{scale}.png"), dpi=100)
    import matplotlib.pyplot as plt

    plt.close(drawn)
    save(pack(ds), file)  # last: a figure with data is finished
    return load(file), f"{ds.attrs['finding']}, {time.perf_counter() - begun:.0f} s"


def _there(file, command):
    try:
        ds = load(file) if file.is_file() else None
    except (OSError, ValueError, KeyError):
        return None
    made_by = None if ds is None else (ds.attrs.get("command"), ds.attrs.get("versions"))
    return ds if made_by == (command, provenance()["versions"]) else None


def _count(found, numbers):
    return f"{len(found)} of {len(numbers)} figures are finished"


def _replace(path, text):
    """Write a file as a whole or not at all."""
    new = path.with_name(path.name + ".new")
    new.write_text(text + "\n", encoding="utf-8")
    new.replace(path)


def _row(agreement):
    def told(values):
        return ", ".join(values)

    quantities = agreement.quantities
    shipped = told(f"{q.name} {q.shipped:.3g} [{q.low:.3g}, {q.high:.3g}]" for q in quantities)
    here = told(f"{q.here:.3g}" for q in quantities)
    same = f"{agreement.same} of {agreement.trials}" if agreement.trials else ""
    expected = LISTED[agreement.number].expectation
    return agreement.number, expected, shipped or "no number", here, same, "yes" if agreement.agrees else "NO"


def _markdown(rows, scale, seed):
    lines = [
        "# The figures, computed again",
        "",
        f"Scale {scale}, seed {seed}. Both results are restricted to the sizes that both have. In brackets "
        "is the interval in which a run of this size should lie; *same trials* counts the trials in which "
        "both results say the same, where both have one seed.",
        "",
        *(
            "| " + " | ".join(entry.replace("|", "\\|") for entry in row) + " |"
            for row in (HEAD, ("---",) * len(HEAD), *rows)
        ),
        "",
        "; ".join(f"{name} {text}" for name, text in provenance().items()),
    ]
    return "\n".join(lines)


def _aligned(rows, limit=60):
    """The table for a terminal: an entry that is too long takes several lines."""
    import textwrap

    wrapped = [[textwrap.wrap(entry, limit // 2) or [""] for entry in row] for row in rows]
    widths = [max(len(line) for row in wrapped for line in row[k]) for k in range(len(HEAD))]
    for row in wrapped:
        for i in range(max(map(len, row))):
            parts = (entry[i] if i < len(entry) else "" for entry in row)
            yield "  ".join(part.ljust(width) for part, width in zip(parts, widths, strict=True)).rstrip()
