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
    if hasattr(value, "toarray"):
        raise ValueError(f"{name} is a sparse matrix; give {name}.toarray()")
    if (found := words_in(value)) is not None:
        raise ValueError(f"{name} holds {found}; give numbers, or leave the column out")
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
        where = _first_bad(result, value)
        raise ValueError(f"{name} holds NaN or infinite values{where}; all entries must be finite")
    return result


def _first_bad(result, value):
    """Where the first entry that is not finite stands; in words, the columns named where they have names."""
    if result.ndim not in (1, 2):
        return ""
    row, *column = np.argwhere(~np.isfinite(result))[0]
    if not column:
        return f" in row {row}"
    names = list(getattr(value, "columns", ()))
    return f" in column {names[column[0]]!r}, row {row}" if names else f" in column {column[0]}, row {row}"


def words_in(table):
    """What a column of a data frame holds that is neither a number nor missing, and where; or None."""
    if not (hasattr(table, "columns") and hasattr(table, "iloc")):
        return None
    for j, name in enumerate(table.columns):
        column = table.iloc[:, j]
        if np.dtype(object if hasattr(column.dtype, "na_value") else column.dtype).kind in "biuf":
            continue
        for row, entry in enumerate(column):
            if not _is_number(entry):
                return f"{entry!r} in column {name!r}, row {row}"
    return None


def _is_number(entry):
    """Whether it is a number, or a sign that one is missing."""
    if entry is None or type(entry).__name__ == "NAType":
        return True
    return isinstance(entry, int | float | np.number | np.bool_)


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
