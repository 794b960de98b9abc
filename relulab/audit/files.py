"""One file format for what the library keeps, without pickle: it can be read in a few lines of any language.

A file has three parts.

1. One line of ASCII: ``relulab file 1 `` and the SHA-256, in hexadecimal, of everything after this line.
2. One line of ASCII: a JSON object. ``kind`` says what the file holds, ``written by`` which versions wrote
   it, ``fields`` holds numbers, words and null; a real number is a string, as `float.hex` writes it.
   ``arrays`` lists the arrays in order, each with ``name``, ``type`` and ``shape``.
3. The numbers of the arrays, one array after the other, rows first, without gaps. Types: ``float64`` and
   ``int64``, both little-endian, and ``bool``, one byte a number, 0 or 1.

Nothing in a file is executed. A reader need not trust the digest: it tells damage from forgery, and forged
evidence fails in `check`.

A verdict's file has the fields of `Verdict`, those of its plant (``plant kind``, ...), ``recipe``,
``complete`` and ``problem``, a digest of the problem. Its arrays are ``plant X`` (n, d), ``plant weights``
(d, k), ``plant signs`` (k,), ``plant y`` and ``plant noise`` (n,), ``masks`` (n, p), ``gates`` (d, p),
``dual`` (n,), ``competitor``, and ``multipliers blocks``, ``multipliers sides`` and ``multipliers values``;
what a verdict lacks is left out. A checker says so where it does not know a kind of ``evidence``, and ignores
fields and arrays that it does not need.
"""

import hashlib
import json
import sys
from importlib.metadata import version
from math import prod
from pathlib import Path

import numpy as np

VERSION = 1
MAGIC = "relulab file"
TYPES = {"float64": "<f8", "int64": "<i8", "bool": "|b1"}


class FileError(ValueError):
    """A file that cannot be read; the message says in one line what is wrong with it."""


def write_file(path, kind, fields, arrays):
    """Write a file.

    Parameters
    ----------
    path : str or path
        Where to.
    kind : str
        What it holds.
    fields : dict
        Names to str, int, float, bool or None.
    arrays : dict
        Names to arrays of float64, int64 or bool; None is left out.
    """
    listed, data = [], []
    for name, array in arrays.items():
        if array is not None:
            array = np.asarray(array)
            word = {"f": "float64", "i": "int64", "b": "bool"}[array.dtype.kind]
            listed.append({"name": name, "type": word, "shape": list(array.shape)})
            data.append(np.ascontiguousarray(array, dtype=TYPES[word]).tobytes())
    python = sys.version.split()[0]
    header = {
        "kind": kind,
        "written by": {"relulab": version("relulab"), "numpy": np.__version__, "python": python},
        "fields": {name: _to_json(value) for name, value in fields.items()},
        "arrays": listed,
    }
    rest = json.dumps(header).encode("ascii") + b"\n" + b"".join(data)
    first = f"{MAGIC} {VERSION} {hashlib.sha256(rest).hexdigest()}\n".encode("ascii")
    Path(path).expanduser().write_bytes(first + rest)


def read_file(path, kinds=None):
    """Read a file.

    Parameters
    ----------
    path : str or path
        Where from.
    kinds : collection of str, optional
        What it may hold.

    Returns
    -------
    kind : str
        What it holds.
    fields : dict
        Its fields; real numbers are still strings (`real`).
    arrays : dict
        Its arrays, read-only.

    Raises
    ------
    FileError
        For a file of another kind or version, cut short, damaged or edited.
    """
    path = Path(path).expanduser()
    first, _, rest = path.read_bytes().partition(b"\n")
    words = first.decode("ascii", "replace").split()
    if len(words) != 4 or " ".join(words[:2]) != MAGIC:
        raise FileError(f"{path}: not a relulab file")
    if words[2] != str(VERSION):
        raise FileError(f"{path}: version {words[2]} of the format, and this reads version {VERSION}")
    if hashlib.sha256(rest).hexdigest() != words[3]:
        raise FileError(f"{path}: cut short, damaged or edited: its digest is another")
    head, _, data = rest.partition(b"\n")
    try:
        header = json.loads(head)
        kind, fields, arrays = header["kind"], dict(header["fields"]), _arrays(header["arrays"], data)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise FileError(f"{path}: its header is wrong: {error}") from None
    if kinds is not None and kind not in kinds:
        raise FileError(f"{path}: it holds {kind!r}, not {' or '.join(kinds)}")
    return kind, fields, arrays


def real(word):
    """A real number as it is written in a field."""
    return None if word is None else float.fromhex(word)


def digest(*arrays):
    """The SHA-256 of arrays and words, in hexadecimal: what names a problem."""
    total = hashlib.sha256()
    for array in arrays:
        if isinstance(array, np.ndarray):
            array = f"{array.shape}".encode() + np.ascontiguousarray(array).tobytes()
        total.update(array if isinstance(array, bytes) else str(array).encode())
    return total.hexdigest()


def _to_json(value):
    if isinstance(value, float | np.floating):
        return float(value).hex()
    return int(value) if isinstance(value, np.integer) else value


def _arrays(listed, data):
    arrays, start = {}, 0
    for entry in listed:
        shape, dtype = tuple(int(size) for size in entry["shape"]), np.dtype(TYPES[entry["type"]])
        if any(size < 0 for size in shape):
            raise ValueError(f"array {entry['name']!r} has shape {shape}")
        end = start + prod(shape) * dtype.itemsize
        if end > len(data):
            raise ValueError(f"array {entry['name']!r} is longer than the file")
        if entry["type"] == "bool" and max(data[start:end], default=0) > 1:
            raise ValueError(f"array {entry['name']!r} holds bytes other than 0 and 1")
        arrays[entry["name"]] = np.frombuffer(data[start:end], dtype).reshape(shape)
        start = end
    if start != len(data):
        raise ValueError(f"{len(data) - start} bytes follow the last array")
    return arrays
