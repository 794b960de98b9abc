"""The store of a sweep: a Zarr array that takes cell by cell and survives whatever stops the sweep."""

import contextlib
import errno
import os
import reprlib
import shutil
import uuid
import warnings
from pathlib import Path

import numpy as np

# What Zarr raises where a chunk's checksum is wrong, or the checksum is right by chance and the rest is not.
DAMAGE = (ValueError, RuntimeError)
TAKEN = (errno.EEXIST, errno.ENOTEMPTY, errno.ENOTDIR)
SHORT = reprlib.Repr()
SHORT.maxstring = 120


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

    Yields
    ------
    Cells
        With `read`, `write`, `add_run` and `runs`.

    Raises
    ------
    ValueError
        Where something else is at the address, or the store of another sweep.
    """
    if address is None:
        yield Cells(configuration)
        return
    folder = _folder(address)
    if folder is None:
        from zarr.errors import ContainsArrayError

        with contextlib.suppress(ContainsArrayError):
            _make(address, configuration)
        yield StoredCells(configuration, address)
        return
    if not _is_store(folder):
        _make_folder(folder, configuration)
    with _in_use(folder):
        yield StoredCells(configuration, str(folder))


class Cells:
    """The cells of a sweep that is not stored."""

    advice = "with store=PATH they would have been kept"

    def __init__(self, configuration):
        self.configuration = configuration
        self.records = []

    def read(self):
        """The table (n, d, trial, field): NaN where a cell is not computed."""
        return np.full(_shape(self.configuration), np.nan)

    def write(self, i, j, cell):
        """Keep the cell (trial, field) at place (i, j) of the grid."""

    def add_run(self, provenance):
        """Remember who computes cells: a dict of strings."""
        self.records.append(provenance)

    def runs(self):
        """What `add_run` was told, the oldest first."""
        return self.records


class StoredCells(Cells):
    """The cells of a sweep in a Zarr store, each there whole or not at all."""

    def __init__(self, configuration, address):
        import zarr

        super().__init__(configuration)
        self.address = address
        self.advice = f"they are kept in {address}: run the same call again to compute the rest"
        try:
            self.cells = zarr.open_array(address, path="cells", mode="r+")
            stored = self.cells.attrs["configuration"]
        except (ValueError, KeyError) as error:
            raise ValueError(
                f"store={address!r}: its cells/zarr.json is damaged or not that of a sweep ({error})"
            ) from error
        differences = [
            f"{name} is {SHORT.repr(stored.get(name))} there and {SHORT.repr(configuration.get(name))} here"
            for name in stored | configuration
            if stored.get(name) != configuration.get(name)
        ]
        if differences:
            raise ValueError(f"store={address!r} holds another sweep: {'; '.join(differences)}")

    def read(self):
        try:
            return self.cells[...]
        except DAMAGE:
            return self._read_undamaged()

    def _read_undamaged(self):
        table, damaged = super().read(), []
        for i, j in np.ndindex(table.shape[:2]):
            try:
                table[i, j] = self.cells[i, j]
            except DAMAGE:
                damaged.append(f"(n={self.configuration['n'][i]}, d={self.configuration['d'][j]})")
        message = f"damaged cells in {self.address}, computed again: {', '.join(damaged)}"
        warnings.warn(message, DamagedCells, stacklevel=4)
        return table

    def write(self, i, j, cell):
        with self._told_where():
            self.cells[i, j] = cell

    def add_run(self, provenance):
        import zarr

        with self._told_where():
            zarr.create_group(self.address, path=f"runs/{uuid.uuid4().hex}", attributes=provenance)

    def runs(self):
        import zarr

        records = zarr.open_group(self.address, path="runs", mode="r").groups()
        return sorted((dict(record.attrs) for _, record in records), key=lambda record: record["date"])

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


def _shape(configuration):
    n, d, fields = (len(configuration[name]) for name in ("n", "d", "fields"))
    return n, d, configuration["trials"], fields


def _make(address, configuration):
    """Write an empty store: no chunk, and the metadata in one file."""
    import zarr
    from zarr.codecs import Crc32cCodec, ZstdCodec

    shape = _shape(configuration)
    zarr.create_array(
        address,
        name="cells",
        shape=shape,
        chunks=(1, 1, *shape[2:]),
        dtype="float64",
        fill_value=np.nan,
        compressors=[ZstdCodec(), Crc32cCodec()],
        dimension_names=("n", "d", "trial", "field"),
        attributes={"configuration": configuration},
    )


def _folder(address):
    """The local folder that an address names, or None."""
    if not isinstance(address, str | os.PathLike):
        raise ValueError(f"store={address!r} is neither a path nor an address")
    address = os.fspath(address)
    if "://" not in address:
        return Path(address)
    return Path(address.removeprefix("file://")) if address.startswith("file://") else None


def _is_store(folder):
    return (folder / "cells" / "zarr.json").is_file()


def _make_folder(folder, configuration):
    """Make the store beside its place and rename it: of several makers one wins, nobody sees half a store."""
    new = folder.with_name(f".{folder.name}.{uuid.uuid4().hex}.new")
    try:
        new.mkdir(parents=True)
        with _locked(new):
            _make(str(new), configuration)
            new.rename(folder)
    except OSError as error:
        if _is_store(folder):
            return
        if error.errno in TAKEN:
            raise ValueError(f"store={str(folder)!r} exists and is not the store of a sweep") from error
        raise
    finally:
        shutil.rmtree(new, ignore_errors=True)


@contextlib.contextmanager
def _in_use(folder):
    """Hold a store as one of its users; the first of them removes what a killed one left half written."""
    with _locked(folder) as alone:
        if alone:
            for partial in folder.rglob("*.partial"):
                partial.unlink(missing_ok=True)
            for new in folder.parent.glob(f".{folder.name}.*.new"):
                with _locked(new) as left:
                    if left:
                        shutil.rmtree(new, ignore_errors=True)
    with _locked(folder, shared=True):
        yield


@contextlib.contextmanager
def _locked(folder, shared=False):
    """Whether this process holds the folder: alone, without waiting, or with others.

    A killed process holds nothing. Where there are no such locks (Windows, some network disks) nobody is
    ever alone, and only the cleaning is lost.
    """
    try:
        import fcntl
    except ImportError:
        yield False
        return
    try:
        handle = os.open(folder, os.O_RDONLY)
    except FileNotFoundError:
        yield False
        return
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_SH if shared else fcntl.LOCK_EX | fcntl.LOCK_NB)
            held = True
        except OSError:
            held = False
        yield held
    finally:
        os.close(handle)
