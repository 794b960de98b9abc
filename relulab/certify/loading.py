"""What was saved, read again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..audit.files import FileError, read_file, real
from ..blocks.blocks import Blocks
from ..data.planted import Plant
from ..patterns.sampling import Patterns
from ..programs.solutions import Solution
from .any_network import NetworkCertificate
from .verdicts import Multipliers, Verdict

if TYPE_CHECKING:
    from os import PathLike


def load(path: str | PathLike[str]) -> Plant | Patterns | Verdict | Solution | NetworkCertificate:
    """Read what the `save` of a plant, patterns, a verdict, a solution or a certificate wrote.

    Parameters
    ----------
    path : str or path
        The file. Nothing in it is executed.

    Returns
    -------
    Plant, Patterns, Verdict, Solution or NetworkCertificate
        The same numbers, bit for bit. A verdict holds its problem and its patterns, so that
        ``rl.check(verdict)`` is all that it takes to prove it again.

    Raises
    ------
    ValueError
        For a file of another kind or version, cut short, damaged or edited; one line says what is wrong.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> import relulab as rl
    >>> plant, S = rl.phase.instance(40, 10, trial=3, rng=7)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "verdict.rl")
    ...     rl.decide(plant, S).save(path)
    ...     again = rl.load(path)
    >>> again.status, rl.check(again).proved
    ('recovered', True)
    """
    kind, fields, arrays = read_file(path, tuple(_MAKERS))
    arrays = {name: array.astype(array.dtype.newbyteorder("=")) for name, array in arrays.items()}
    try:
        return _MAKERS[kind](fields, arrays)
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise FileError(f"{path}: what it holds is no {kind}: {error}") from None


def _plant(fields, arrays):
    return Plant(**arrays, kind=fields["kind"], sigma=real(fields["sigma"]), seed=fields["seed"])


def _patterns(fields, arrays):
    return Patterns(arrays["array"], arrays["gates"], fields["complete"])


def _verdict(fields, arrays):
    parts = {name.removeprefix("plant "): a for name, a in arrays.items() if name.startswith("plant ")}
    plant = _plant({name: fields[f"plant {name}"] for name in ("kind", "sigma", "seed")}, parts)
    masks, gates = arrays["masks"], arrays.get("gates")
    multipliers = None
    if "multipliers values" in arrays:
        multipliers = Multipliers(*(arrays[f"multipliers {name}"] for name in Multipliers._fields))
    proof = {name.removeprefix("proof "): a for name, a in arrays.items() if name.startswith("proof ")}
    names = ("status", "evidence", "iterations", "network", "form", "reason", "everywhere")
    for name, kind in zip(names, (str, str | None, int, str, str, str, bool), strict=True):
        if not isinstance(fields[name], kind):
            raise ValueError(f"{name} is {fields[name]!r}")
    return Verdict(
        **{name: fields[name] for name in names},
        dual=arrays.get("dual"),
        competitor=arrays.get("competitor"),
        margin=real(fields["margin"]),
        patterns=masks if gates is None else Patterns(masks, gates, fields["complete"]),
        multipliers=multipliers,
        plant=plant,
        proof=proof or None,
    )


def _solution(fields, arrays):
    blocks = Blocks(arrays["X"], arrays["masks"], fields["network"])
    reals = {name: real(fields[name]) for name in ("value", "gap", "residual", "beta")}
    words = {name: fields[name] for name in ("status", "reason", "form")}
    return Solution(
        **reals,
        **words,
        dual=arrays["dual"],
        parts=arrays["parts"],
        blocks=blocks,
        y=arrays["y"],
        given_gates=arrays.get("gates"),
        loss=fields.get("loss", "squares"),
        intercept=None if fields.get("intercept") is None else real(fields["intercept"]),
    )


def _network(fields, arrays):
    return NetworkCertificate.from_stored(fields, arrays, real)


_MAKERS = {
    "plant": _plant,
    "patterns": _patterns,
    "verdict": _verdict,
    "solution": _solution,
    "network certificate": _network,
}
