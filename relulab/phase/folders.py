"""The folder of a store: made whole or not at all, and cleaned when nobody is at work in it."""

import contextlib
import errno
import os
import shutil
import uuid
from pathlib import Path

TAKEN = (errno.EEXIST, errno.ENOTEMPTY, errno.ENOTDIR)


def is_store(folder):
    return (folder / "cells" / "zarr.json").is_file()


def make_folder(folder, fill, address):
    """Make the store beside its place and rename it: of several makers one wins, nobody sees half a store."""
    if folder in (Path.cwd(), *Path.cwd().parents):
        raise ValueError(f"store={os.fspath(address)!r} is the current folder or one above: name one in it")
    new = folder.with_name(f".{folder.name}.{uuid.uuid4().hex}.new")
    try:
        new.mkdir(parents=True)
        with _locked(new):
            fill(str(new))
            new.rename(folder)
    except OSError as error:
        if is_store(folder):
            return
        if error.errno in TAKEN:
            raise ValueError(f"store={str(folder)!r} exists and is not the store of a sweep") from error
        raise
    finally:
        shutil.rmtree(new, ignore_errors=True)


@contextlib.contextmanager
def in_use(folder):
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
