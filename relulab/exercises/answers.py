"""The kinds of answer an exercise can have. Each says None to a right answer and a hint to any other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np


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
        wanted = "a number" if right.ndim == 0 else f"an array of shape {right.shape}"
        given = numbers(answer)
        if given is None:
            return f"The answer is {wanted}."
        if given.shape != right.shape:
            kind = "a number" if given.ndim == 0 else f"an array of shape {given.shape}"
            return f"The answer is {wanted}; this is {kind}."
        if not np.isfinite(given).all():
            return "The answer is finite; this holds NaN or infinity."
        margin = self.tolerance * max(1.0, np.abs(right).max(initial=0))
        if np.abs(given - right).max(initial=0) <= margin:
            return None
        for wrong, hint in self.hints.items():
            if np.shape(wrong) == given.shape and np.abs(given - wrong).max(initial=0) <= margin:
                return hint
        if given.ndim == 0:
            return "Too small." if given < right else "Too large."
        return f"{int((np.abs(given - right) > margin).sum())} of {right.size} entries are wrong."


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
