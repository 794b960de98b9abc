"""Where a store lies: what a path or an address means, before anything is made there."""

import os
import re
from pathlib import Path
from urllib.parse import unquote

HERE = ("file", "local")  # fsspec's names of this machine's disks


def local_folder(address):
    """The folder that a path or an address names.

    Parameters
    ----------
    address : str or path
        A path, ``~`` for the home folder; ``file:///a%20b.zarr``; or an address of another protocol.

    Returns
    -------
    Path or None
        Absolute; None where the address is not on this machine's disks.

    Raises
    ------
    ValueError
        Where it is neither a path nor an address, is empty, or names the files of another host.

    Examples
    --------
    >>> from relulab.phase.addresses import local_folder
    >>> local_folder("file://localhost/a%20b.zarr").name
    'a b.zarr'
    >>> local_folder("s3://bucket/sweep.zarr") is None
    True
    """
    if not isinstance(address, str | os.PathLike) or not isinstance(os.fspath(address), str):
        raise ValueError(f"store={address!r} is neither a path nor an address")
    text = os.fspath(address)
    protocol, found, rest = text.partition("://")
    if found and protocol.lower() not in HERE:
        return None
    if found:
        host, slash, path = rest.partition("/")
        if host not in ("", "localhost") or not slash:
            raise ValueError(f"store={text!r} names the host {host!r}; a folder here is {protocol}:///folder")
        text = "/" + unquote(path)
        text = text[1:] if re.match("/[A-Za-z]:", text) else text  # file:///C:/folder
    if not text.strip() or "\0" in text:
        raise ValueError(f"store={address!r} names no folder")
    return Path(os.path.abspath(os.path.expanduser(text)))
