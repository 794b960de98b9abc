"""A figure's result in one small file: a Zarr in a zip archive, packed to what its numbers are worth."""

import shutil
import tempfile
from pathlib import Path

import numpy as np

from ..phase.datasets import flags, words

CODES = ("status", "evidence", "proved")
LEFT_OUT = ("seconds",)


def pack(ds):
    """A Dataset in small types, without times: codes as int8, counts as int16 if they fit, or float32.

    Parameters
    ----------
    ds : xarray.Dataset
        From `relulab.figure_runs.compute`.

    Returns
    -------
    xarray.Dataset
        The same, smaller.
    """
    packed = ds.drop_vars(LEFT_OUT, errors="ignore")
    for name, values in ds.drop_vars(LEFT_OUT, errors="ignore").data_vars.items():
        packed[name] = values.astype(_kind(name, values), keep_attrs=True)
    return packed


def _kind(name, values):
    if name in CODES:
        return np.int8
    if not np.issubdtype(values.dtype, np.integer):
        return np.float32
    return np.int16 if abs(values).max() < 2**15 else np.int32


def save(ds, path):
    """Write a Dataset to a single-file Zarr.

    Parameters
    ----------
    ds : xarray.Dataset
        Any.
    path : str or path
        The file, ``.zarr.zip``; it is replaced as a whole.
    """
    path = Path(path)
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        encoding = {name: {"chunks": values.shape} for name, values in ds.data_vars.items()}
        ds.to_zarr(Path(folder) / "new", encoding=encoding, consolidated=False, zarr_format=2)
        archive = shutil.make_archive(str(Path(folder) / "packed"), "zip", Path(folder) / "new")
        Path(archive).replace(path)


def load(path):
    """Read a Dataset from a single-file Zarr, into memory.

    Parameters
    ----------
    path : str or path
        The file.

    Returns
    -------
    xarray.Dataset
        What `save` wrote, without the encoding of the file, so that it can be written in any format.
    """
    import xarray as xr
    from zarr.storage import ZipStore

    with ZipStore(path, mode="r") as store:
        ds = xr.open_zarr(store, consolidated=False, zarr_format=2).load().drop_encoding()
    for name in set(CODES) & set(ds):
        codes = ds[name].attrs
        if "meanings" in codes:  # files of relulab 0.1
            codes |= flags(codes.pop("meanings"), **{k: v for k, v in codes.items() if k != "meanings"})
        codes["flag_values"] = np.array(codes["flag_values"], dtype=np.int8)
    return ds.assign_coords(by=words(*ds.by.values.tolist())) if "by" in ds.coords else ds
