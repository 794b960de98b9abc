"""The kinds of answer an exercise can have. Each says None to a right answer and a hint to any other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

NEAR = 5e-3  # as far from the answer as its first three digits can be


@dataclass(frozen=True)
class Result:
    """What a check says; true when the answer is right.

    Attributes
    ----------
    right : bool
        Whether the answer is right.
    text : str
        What the reader sees.
    """

    right: bool
    text: str

    def __bool__(self) -> bool:
        return self.right

    def __repr__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Number:
    """A number, or an array of numbers.

    Attributes
    ----------
    value : callable
        Computes the right answer.
    hints : mapping
        Wrong answers, numbers or tuples of them, and the hint for each.
    tolerance : float
        Allowed error, relative to the largest entry of the right answer where that is above 1.
    because : str
        Added to "Right."
    """

    value: Callable[[], object]
    hints: Mapping[float | tuple, str] = field(default_factory=dict)
    tolerance: float = 1e-6
    because: str = ""

    def hint(self, answer: object) -> str | None:
        right = np.asarray(self.value(), dtype=float)
        given = numbers(answer)
        if fault := _fault(given, right.shape):
            return fault
        margin = self.tolerance * max(1.0, np.abs(right).max(initial=0))
        if np.abs(given - right).max(initial=0) <= margin:
            return None
        for wrong, hint in self.hints.items():
            if np.shape(wrong) == given.shape and np.abs(given - wrong).max(initial=0) <= margin:
                return hint
        if given.ndim == 0:
            if right % 1 and np.abs(given - right) <= NEAR * np.abs(right):
                return "Close: give more digits."
            return "Too small." if given < right else "Too large."
        return f"{int((np.abs(given - right) > margin).sum())} of {right.size} entries are wrong."


@dataclass(frozen=True)
class Condition:
    """That some linear functions of an answer lie between two bounds.

    Attributes
    ----------
    rows : array (m, size)
        One linear function a row.
    hint : str
        For an answer that does not meet it. `{missed}` is how many values are out of bounds, `{of}` is m,
        `{row}` and `{value}` are the number and the value of the one that is farthest out.
    low, high : float or array (m,)
        The bounds; both may be met.
    least, most : int, optional
        How many of the values must lie between them. All of them by default.
    """

    rows: object
    hint: str
    low: object = -np.inf
    high: object = np.inf
    least: int | None = None
    most: int | None = None

    def fault(self, answer: np.ndarray) -> str | None:
        values = np.asarray(self.rows, dtype=float) @ answer
        out = np.maximum(self.low - values, values - self.high)
        missed, worst, all_of_them = int((out > 0).sum()), int(out.argmax()), len(values)
        least = all_of_them if self.least is None else self.least
        most = all_of_them if self.most is None else self.most
        if least <= all_of_them - missed <= most:
            return None
        value = f"{float(f'{values[worst]:.3g}'):g}"
        return self.hint.format(missed=missed, of=all_of_them, row=worst + 1, value=value)


@dataclass(frozen=True)
class Meets:
    """Any vector, or number, that meets conditions.

    Attributes
    ----------
    shape : tuple of int
        The answer's shape, (size,) or ().
    conditions : callable
        Computes the conditions. The first that is not met gives the hint.
    because : str
        Added to "Right."
    """

    shape: tuple[int, ...]
    conditions: Callable[[], list[Condition]]
    because: str = ""

    def hint(self, answer: object) -> str | None:
        given = numbers(answer)
        if fault := _fault(given, self.shape):
            return fault
        faults = (condition.fault(np.atleast_1d(given)) for condition in self.conditions())
        return next((fault for fault in faults if fault), None)


@dataclass(frozen=True)
class Choice:
    """One of several letters or words.

    Attributes
    ----------
    right : str
        The right one.
    hints : mapping of str to str
        Every wrong choice, and the hint for it.
    because : str
        Added to "Right."
    """

    right: str
    hints: Mapping[str, str]
    because: str = ""

    def hint(self, answer: object) -> str | None:
        given = answer.strip().lower() if isinstance(answer, str) else None
        if given == self.right.lower():
            return None
        for wrong, hint in self.hints.items():
            if given == wrong.lower():
                return hint
        return (
            "Answer with one of "
            + ", ".join(f'"{choice}"' for choice in sorted({self.right, *self.hints}))
            + "."
        )


@dataclass(frozen=True)
class Accept:
    """Any answer with a property: an instance, a vector that proves something, a function of the reader's.

    Attributes
    ----------
    test : callable
        Takes the answer as it was given; returns None when it is right, else a hint. It may raise.
    expects : str
        What kind of answer is wanted, for an answer on which `test` raises.
    because : str
        Added to "Right."
    """

    test: Callable[[object], str | None]
    expects: str = ""
    because: str = ""

    def hint(self, answer: object) -> str | None:
        try:
            return self.test(answer)
        except ImportError:
            raise
        except Exception as error:
            wanted = f"The answer is {self.expects}. " if self.expects else ""
            return f"{wanted}This one cannot be used: {type(error).__name__}: {error}"


def numbers(answer):
    """The answer as an array of real numbers, or None."""
    try:
        given = np.asarray(answer)
        return None if given.dtype.kind == "c" else np.asarray(given, dtype=float)
    except Exception:  # an object of any type can fail in any way here
        return None


def _fault(given, shape):
    """What is wrong with the form of an answer that should hold finite numbers in this shape."""
    wanted = _kind(shape)
    if given is None:
        return f"The answer is {wanted}."
    if given.shape != shape:
        return f"The answer is {wanted}; this is {_kind(given.shape)}."
    return None if np.isfinite(given).all() else "The answer is finite; this holds NaN or infinity."


def _kind(shape):
    return f"an array of shape {shape}" if shape else "a number"
