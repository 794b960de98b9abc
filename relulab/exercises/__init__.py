"""The book's self-checks: is the answer to an exercise right, and if not, what is a hint?

The answers are in ``part1.py`` to ``part5.py``, one dict ``EXERCISES`` each: the exercise's number, "8.2" for
the second of chapter 8, and a `Number`, a `Choice`, or an `Accept`.
"""

from .answers import Accept, Choice, Number, Result
from .checking import check, exercises

__all__ = ["Accept", "Choice", "Number", "Result", "check", "exercises"]
