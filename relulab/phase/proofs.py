"""What is proved of a sweep's verdicts, by which arithmetic, and what stays open."""

import contextlib
import re
from typing import NamedTuple

import numpy as np

from ..audit.checking import KNOWN_ARITHMETIC, check
from ..certify.verdicts import STATUSES
from .datasets import FIELDS, flags, told

AUDITED = (*FIELDS[:-1], "proved", FIELDS[-1])
PROOFS = ("open", "float", "balls")  # stored by number: append
NO_CLAIM = -1


class Proof(NamedTuple):
    """What came of one verdict.

    Attributes
    ----------
    code : int
        Of `PROOFS`; `NO_CLAIM` where the verdict claims nothing.
    why : str
        Why it is not proved; empty where it is.
    """

    code: int
    why: str = ""


def proof_of(verdict, plant):
    """Prove a verdict in float64, and in balls what that leaves open.

    Parameters
    ----------
    verdict : Verdict
        What was decided.
    plant : Plant
        Of which problem.

    Returns
    -------
    Proof
        The first arithmetic that proves it.

    Raises
    ------
    AuditError
        Where the evidence fails.

    Examples
    --------
    >>> import relulab as rl
    >>> from relulab.phase.proofs import proof_of
    >>> plant, S = rl.phase.instance(40, 10, 0)
    >>> proof_of(rl.decide(plant, S), plant)
    Proof(code=1, why='')
    """
    S = "all" if verdict.everywhere else verdict.patterns
    audit = check(verdict, plant, S)
    if audit.proved:
        return Proof(PROOFS.index("float"))
    if verdict.status == "undecided":
        return Proof(NO_CLAIM, f"undecided: {verdict.reason}")
    with contextlib.suppress(ImportError):
        if check(verdict, plant, S, arithmetic="balls").proved:
            return Proof(PROOFS.index("balls"))
    return Proof(PROOFS.index("open"), f"{verdict.status}, numerically: {audit.reason}")


def with_proofs(ds, codes, notes):
    """A diagram with what is proved of it.

    Parameters
    ----------
    ds : xarray.Dataset
        From `datasets.dataset`, without coordinates of n and d or with them.
    codes : ndarray of int, shape (n, d, trial)
        The `Proof` codes.
    notes : list of dict
        With ``n``, ``d``, ``trial`` and ``error``, why each other verdict is not proved.

    Returns
    -------
    xarray.Dataset
        With a variable ``proved`` of codes, an attribute ``proofs`` that counts them in words, and one
        ``unproved`` with a line for each verdict that is not proved, or claims nothing.
    """
    codes = np.asarray(codes).astype(np.int8)
    marked = ds.assign(proved=(("n", "d", "trial"), codes, flags(PROOFS, none=NO_CLAIM)))
    lacking = codes < PROOFS.index("float")
    words = {"proofs": counted(codes)}
    if lacking.any():
        n, d = ds.n.values.tolist(), ds.d.values.tolist()
        words["unproved"] = "\n".join(told(notes, lacking, n, d))
    return marked.assign_attrs(words)


def counted(codes):
    """How many verdicts are proved, by which arithmetic, in words.

    Parameters
    ----------
    codes : ndarray of int
        The `Proof` codes.

    Returns
    -------
    str
        One sentence.

    Examples
    --------
    >>> import numpy as np
    >>> from relulab.phase.proofs import counted
    >>> counted(np.array([1, 1, 0, -1]))
    '2 of 3 verdicts proved: 2 in float64 with a-priori rounding bounds; 1 undecided, which claims nothing'
    """
    codes = np.asarray(codes)
    claims, idle = int((codes != NO_CLAIM).sum()), int((codes == NO_CLAIM).sum())
    by = {name: int((codes == code).sum()) for code, name in enumerate(PROOFS) if name in KNOWN_ARITHMETIC}
    parts = ", ".join(f"{count} in {KNOWN_ARITHMETIC[name][0]}" for name, count in by.items() if count)
    words = f"{sum(by.values())} of {claims} verdicts proved" + (f": {parts}" if parts else "")
    return words + (f"; {idle} undecided, which claim{'s' * (idle == 1)} nothing" if idle else "")


def carried(ds, again):
    """A stored diagram with the proofs of the same diagram, decided again.

    Parameters
    ----------
    ds : xarray.Dataset
        The stored one. Its rates stay, and so do its undecided trials.
    again : xarray.Dataset
        The same problems, decided with ``audit=True``.

    Returns
    -------
    xarray.Dataset
        With ``proved``, ``proofs`` and ``unproved``. Where another status came out, the proved one is taken
        if the plant is recovered by neither; else the stored one stays, and is not proved. The attribute
        ``proved by`` says which run proved it.
    """
    recovered, undecided = (STATUSES.index(name) for name in ("recovered", "undecided"))
    before, now = ds.status.values, again.status.values
    clash = (before != now) & np.isin([before, now], (recovered, undecided)).any(axis=0)
    kept = ds.status.copy(data=np.where(clash, before, now))
    ds = ds.assign(status=kept)
    for name in ("evidence", "margin", "iterations"):
        ds[name] = ds[name].copy(data=np.where(before != kept.values, again[name].values, ds[name].values))
    codes = [(ds.evidence.values == code).sum(axis=2) for code in ds.evidence.flag_values]
    ds["evidence_count"] = ds.evidence_count.copy(data=np.stack(codes, axis=-1))
    codes = np.where(clash, PROOFS.index("open"), again.proved.values)
    codes[kept.values == undecided] = NO_CLAIM
    notes = [_parsed(line) for line in again.attrs.get("unproved", "").splitlines()]
    n, d = ds.n.values.tolist(), ds.d.values.tolist()
    for i, j, trial in np.argwhere(clash).tolist():
        words = f"{STATUSES[before[i, j, trial]]} when stored, {STATUSES[now[i, j, trial]]} today"
        notes.append({"n": n[i], "d": d[j], "trial": trial, "error": words})
    names = ("command", "versions", "machine", "date")
    run = (again.attrs[name] for name in names if name in again.attrs)
    return with_proofs(ds, codes, notes).assign_attrs({"proved by": ", ".join(run)})


def _parsed(line):
    place, why = line.split(": ", 1)
    n, d, trial = (int(word) for word in re.findall(r"\d+", place))
    return {"n": n, "d": d, "trial": trial, "error": why}
