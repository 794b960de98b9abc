"""Messages for bad input: the argument's name, what was given, what is allowed."""

import numpy as np


def choice(name, value, choices):
    """Return `value` if it is one of `choices`."""
    if isinstance(value, str) and value in choices:
        return value
    raise ValueError(f"{name}={value!r} is unknown; choose from {', '.join(map(repr, choices))}")


def count(name, value, least=1, most=None):
    """Return `value` as an int between `least` and `most`."""
    ok = isinstance(value, int | np.integer) and not isinstance(value, bool | np.bool_)
    if ok and value >= least and (most is None or value <= most):
        return int(value)
    allowed = f"a whole number >= {least}" + ("" if most is None else f" and <= {most}")
    raise ValueError(f"{name}={value!r} is not {allowed}")


def nonnegative(name, value):
    """Return `value` as a finite float >= 0."""
    try:
        number = np.nan if isinstance(value, str | bool | np.bool_) else float(value)
    except (TypeError, ValueError, OverflowError):
        number = np.nan
    if np.isfinite(number) and number >= 0:
        return number
    raise ValueError(f"{name}={value!r} is not a finite number >= 0")


def positive(name, value):
    """Return `value` as a finite float > 0."""
    if nonnegative(name, value) == 0:
        raise ValueError(f"{name}={value!r} is not > 0")
    return float(value)


def sequence(name, values):
    """Return `values` as a list with at least one entry."""
    if isinstance(values, str) or not hasattr(values, "__iter__") or getattr(values, "ndim", 1) == 0:
        raise ValueError(f"{name}={values!r} is no sequence; give a list or a range")
    if not (found := list(values)):
        raise ValueError(f"{name} is empty; it must hold at least one entry")
    return found


def numbers(name, value):
    """Return `value` as a NumPy array of real numbers or bool; whatever NumPy can read, and CPU tensors."""
    if isinstance(value, np.ma.MaskedArray):
        raise ValueError(f"{name} is a masked array; fill or drop what is masked")
    if hasattr(value, "detach"):  # a tensor, perhaps one that records gradients
        value = value.detach()
    try:
        result = np.asarray(value)
    except (TypeError, ValueError, RuntimeError) as error:
        why = str(error).split(". ")[0]
        raise ValueError(f"{name} is not an array of real numbers: {why}") from None
    if result.dtype.kind not in "biuf":
        kinds = {"c": "complex numbers", "M": "dates", "m": "durations", "O": "objects"}
        held = kinds.get(result.dtype.kind, f"dtype {result.dtype}")
        raise ValueError(f"{name} holds {held}; it is not an array of real numbers")
    return result


def array(name, value, shape):
    """Return `value` as a finite float64 array; `shape` has a length, or a letter for any length >= 1."""
    with np.errstate(over="ignore"):
        result = numbers(name, value).astype(np.float64)
    wanted = "(" + ", ".join(map(str, shape)) + ("," if len(shape) == 1 else "") + ")"
    fits = result.ndim == len(shape) and all(
        size >= 1 and (isinstance(want, str) or size == want)
        for size, want in zip(result.shape, shape, strict=True)
    )
    if not fits:
        raise ValueError(f"{name} has shape {result.shape}; it must be {wanted}, each length at least 1")
    if not np.isfinite(result).all():
        raise ValueError(f"{name} holds NaN or infinite values; all entries must be finite")
    return result


def data(X):
    """Return the data matrix as a finite float64 array (n, d)."""
    return array("X", X, ("n", "d"))


def generator(rng, stream=()):
    """Return a `numpy.random.Generator` from a generator or an integer seed.

    Under one seed every `stream`, a tuple of whole numbers, is independent of the others; () is that of
    `numpy.random.default_rng` itself. A generator goes on where it is.
    """
    if isinstance(rng, np.random.Generator):
        return rng
    if isinstance(rng, int | np.integer) and not isinstance(rng, bool) and rng >= 0:
        return np.random.default_rng(np.random.SeedSequence(int(rng), spawn_key=stream))
    raise ValueError(f"rng={rng!r} is neither a numpy.random.Generator nor a whole number >= 0")
