"""Small things that every array library has to do: roots, norms, some of the rows."""

import contextlib

import numpy as np
from array_api_compat import array_namespace, is_torch_array

FAR = 1e-100  # numbers whose squares are no trouble lie between this and its inverse
DEVICES = ("cpu", "auto")


def where(device):
    """The array namespace and its device that a name stands for, as arguments of what computes there."""
    if device == "auto":
        with contextlib.suppress(ImportError):
            import array_api_compat.torch as torch

            if torch.cuda.is_available():
                return {"xp": torch, "device": "cuda"}
    return {"xp": np, "device": None}


def norm(a):
    """The norm (spectral, of a matrix) without overflow; 1 for zero."""
    largest = np.abs(a).max()
    return largest * np.linalg.norm(a / largest, 2) if largest > 0 else 1.0


def norms(a):
    """The norms along the last axis, for numbers whose squares float64 cannot hold too."""
    a = np.asarray(a)
    largest = np.abs(a).max(initial=0.0)
    if FAR < largest < 1 / FAR or not 0 < largest < np.inf:
        return np.linalg.norm(a, axis=-1)
    size = np.ldexp(1.0, np.frexp(largest)[1] - 1)
    return size * np.linalg.norm(a / size, axis=-1)


def root(square):
    """Square root of what only rounding makes negative."""
    xp = array_namespace(square)
    return xp.sqrt(xp.clip(square, min=0))


def take(array, which, axis=0):
    """Some of the problems of an array or a list."""
    if isinstance(array, list):
        return [array[i] for i in which]
    xp = array_namespace(array)
    return xp.take(array, xp.asarray(which, device=array.device), axis=axis)


def pick(array, which):
    """Some entries of each problem: (b, p, …) and (b, m) -> (b, m, …)."""
    xp, (b, p) = array_namespace(array), array.shape[:2]
    places = (np.asarray(which) + p * np.arange(b)[:, None]).ravel()
    picked = take(xp.reshape(array, (b * p, *array.shape[2:])), places)
    return xp.reshape(picked, (*which.shape, *array.shape[2:]))


def to_numpy(array):
    """An array of any namespace and device as a NumPy array."""
    return np.asarray(array.cpu() if is_torch_array(array) else array)
