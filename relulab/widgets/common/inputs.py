"""What explorers take: a few rows that can be told apart, and a direction."""

import numpy as np

from ... import _checks


def rows_in(X, most):
    """The rows of X as lists; `most` says how many there may be in each dimension that can be shown."""
    X = _checks.data(X)
    n, d = X.shape
    if d not in most:
        where = "in the plane" if list(most) == [2] else f"in dimension {' or '.join(map(str, most))}"
        raise ValueError(f"X has {d} columns; the explorer shows rows {where}")
    if n > most[d]:
        here = f"in dimension {d} " if len(most) > 1 else ""
        raise ValueError(f"X has {n} rows; {here}at most {most[d]} can be told apart")
    return X.tolist()


def direction(name, u, d=2):
    """A vector that is not zero, shape (d,), as an array."""
    u = _checks.array(name, u, (d,))
    if not u.any():
        raise ValueError(f"{name} is zero; it must point somewhere")
    return u


def unit(name, u):
    """A direction in the plane, scaled to unit length, as a list."""
    u = direction(name, u)
    return (u / np.hypot(*u)).tolist()
