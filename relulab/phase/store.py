"""The store of a sweep: a Zarr array that takes cell by cell and survives whatever stops the sweep."""

import contextlib
import hashlib
import itertools
import json
import reprlib
import uuid
import warnings

import numpy as np

from .addresses import local_folder
from .folders import in_use, is_store, make_folder

# What Zarr raises where a chunk's checksum is wrong, or the checksum is right by chance and the rest is not.
DAMAGE = (ValueError, RuntimeError)
GRID = ("n", "d", "trials")  # what a store can be extended in
SHORT = reprlib.Repr()
SHORT.maxstring = 200


class DamagedCells(UserWarning):
    """Some cells of a store could not be read back, and are computed again."""


@contextlib.contextmanager
def open_store(address, configuration):
    """Open the store of a sweep, and make it if it is not there; with None, keep the cells in memory.

    Parameters
    ----------
    address : str, path or None
        A folder, or an fsspec address such as ``s3://bucket/sweep.zarr``.
    configuration : dict
        What determines the cells, as JSON values; ``n``, ``d``, ``trials`` and ``fields`` give the shape.
        A store takes any ``n``, ``d`` and ``trials`` of one sweep.

    Yields
    ------
    Cells
        With `read`, `write`, `note`, `notes`, `add_run` and `runs`.

    Raises
    ------
    ValueError
        Where something else is at the address, or the store of another sweep.
    """
    if address is None:
        yield Cells(configuration)
        return
    folder = local_folder(address)
    if folder is None:
        _make(address, configuration)
        yield StoredCells(configuration, address)
        return
    if not is_store(folder):
        make_folder(folder, lambda new: _make(new, configuration), address)
    with in_use(folder):
        yield StoredCells(configuration, str(folder))


def stored_configuration(address):
    """The configuration of the sweep that a store began with; None where there is no store."""
    folder = None if address is None else local_folder(address)
    if address is None or (folder is not None and not is_store(folder)):
        return None
    import zarr

    try:
        return zarr.open_array(address if folder is None else str(folder), path="cells", mode="r").attrs[
            "configuration"
        ]
    except (ValueError, KeyError, FileNotFoundError):
        return None


class Cells:
    """The cells of a sweep that is not stored."""

    advice = "with store=PATH they would have been kept"

    def __init__(self, configuration):
        self.configuration = configuration
        self.records = {}

    def read(self):
        """The table (n, d, trial, field): NaN where a trial is not computed."""
        return np.full(_shape(self.configuration), np.nan)

    def write(self, i, j, cell):
        """Keep the cell (trial, field) at place (i, j) of the grid."""

    def note(self, kind, name, record):
        """Remember a dict of strings and numbers under a kind and a name."""
        self.records.setdefault(kind, {})[name] = record

    def notes(self, kind):
        """What `note` was told of a kind."""
        return list(self.records.get(kind, {}).values())

    def fail(self, n, d, errors):
        """Remember what trials of a cell ended with: number of the trial -> words."""
        for trial, error in errors.items():
            self.note("failures", f"{n}-{d}-{trial}", {"n": n, "d": d, "trial": trial, "error": error})

    def add_run(self, provenance):
        """Remember who computes cells: a dict of strings."""
        self.note("runs", uuid.uuid4().hex, provenance)

    def runs(self):
        """What `add_run` was told, the oldest first."""
        return sorted(self.notes("runs"), key=lambda record: record["date"])


class StoredCells(Cells):
    """The cells of a sweep in a Zarr store, each there whole or not at all.

    The cells of the grid that the store began with are one array. Another grid of the same sweep gets an
    array of its own, for the cells that no other has, when its first cell is written. So nothing that is
    there is ever rewritten, and two processes may extend a store at once.
    """

    def __init__(self, configuration, address):
        super().__init__(configuration)
        self.address = address
        self.advice = f"they are kept in {address}: run the same call again to compute the rest"
        try:
            first = self._open("cells")
            stored = first.attrs["configuration"]
        except (ValueError, KeyError) as error:
            raise ValueError(
                f"store={address!r}: its cells/zarr.json is damaged or not that of a sweep ({error})"
            ) from error
        differences = [
            f"{name} is {SHORT.repr(stored.get(name))} there and {SHORT.repr(configuration.get(name))} here"
            for name in stored | configuration
            if name not in GRID and stored.get(name) != configuration.get(name)
        ]
        if differences:
            raise ValueError(f"store={address!r} holds another sweep: {'; '.join(differences)}")
        grid = [configuration[name] for name in GRID]
        same = grid == [stored[name] for name in GRID]
        self.name = "cells" if same else f"more/{hashlib.sha256(json.dumps(grid).encode()).hexdigest()[:16]}"
        self.own = first if same else None

    def _open(self, name):
        import zarr

        return zarr.open_array(self.address, path=name, mode="r+")

    def read(self):
        table, damaged = super().read(), set()
        for cells in self._sheets():
            if not np.isnan(table[..., 0]).any():
                break
            damaged |= _take(table, cells, self.configuration)
        damaged = [place for place in sorted(damaged) if np.isnan(table[place][:, 0]).any()]
        if damaged:
            n, d = self.configuration["n"], self.configuration["d"]
            which = ", ".join(f"(n={n[i]}, d={d[j]})" for i, j in damaged)
            message = f"damaged cells in {self.address}, computed again: {which}"
            warnings.warn(message, DamagedCells, stacklevel=3)
        return table

    def _sheets(self):
        """The arrays of cells, that of this grid first."""
        others = {"cells", *(f"more/{name}" for name in self._members("more"))}
        return [self._open(name) for name in (self.name, *sorted(others - {self.name})) if name in others]

    def _members(self, path):
        """The names of what is written whole under a path; another process may just be writing more."""
        if (folder := local_folder(self.address)) is not None:
            return sorted(member.parent.name for member in folder.glob(f"{path}/*/zarr.json"))
        import zarr
        from zarr.errors import GroupNotFoundError

        try:
            return sorted(zarr.open_group(self.address, path=path, mode="r"))
        except (FileNotFoundError, GroupNotFoundError):
            return []

    def write(self, i, j, cell):
        with self._told_where():
            if self.own is None:
                _make(self.address, self.configuration, self.name)
                self.own = self._open(self.name)
            self.own[i, j] = cell

    def note(self, kind, name, record):
        import zarr
        from zarr.errors import ContainsGroupError

        place = {"path": f"{kind}/{name}"}
        with self._told_where():
            try:
                zarr.create_group(self.address, **place, attributes=record)
            except ContainsGroupError:  # not deleted first: another process may be noting the same
                zarr.open_group(self.address, **place, mode="r+").attrs.put(record)

    def notes(self, kind):
        import zarr

        names = self._members(kind)
        return [dict(zarr.open_group(self.address, path=f"{kind}/{name}", mode="r").attrs) for name in names]

    @contextlib.contextmanager
    def _told_where(self):
        try:
            yield
        except OSError as error:
            raise OSError(
                error.errno,
                f"{error.strerror or error}: cannot write to the store {self.address}. "
                "Its finished cells are intact; mend the cause and run the same call again",
            ) from error


def _take(table, cells, configuration):
    """Fill what a table lacks from an array of cells; the places that are damaged there."""
    there = cells.attrs["configuration"]
    common = [
        [
            (here, there[name].index(size))
            for here, size in enumerate(configuration[name])
            if size in there[name]
        ]
        for name in ("n", "d")
    ]
    if not all(common):
        return set()
    try:
        values = cells[...]
    except DAMAGE:
        values = None
    trials, damaged = min(there["trials"], configuration["trials"]), set()
    for (i, k), (j, m) in itertools.product(*common):
        try:
            cell = cells[k, m] if values is None else values[k, m]
        except DAMAGE:
            damaged.add((i, j))
            continue
        lacking = np.isnan(table[i, j, :trials, 0])
        table[i, j, :trials][lacking] = cell[:trials][lacking]
    return damaged


def _shape(configuration):
    n, d, fields = (len(configuration[name]) for name in ("n", "d", "fields"))
    return n, d, configuration["trials"], fields


def _make(address, configuration, name="cells"):
    """Write an empty array of cells, unless it is there: no chunk, and the metadata in one file."""
    import zarr
    from zarr.codecs import Crc32cCodec, ZstdCodec
    from zarr.errors import ContainsArrayError

    shape = _shape(configuration)
    with contextlib.suppress(ContainsArrayError):
        zarr.create_array(
            address,
            name=name,
            shape=shape,
            chunks=(1, 1, *shape[2:]),
            dtype="float64",
            fill_value=np.nan,
            compressors=[ZstdCodec(), Crc32cCodec()],
            dimension_names=("n", "d", "trial", "field"),
            attributes={"configuration": configuration},
        )
