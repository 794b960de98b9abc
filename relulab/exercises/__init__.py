"""The book's self-checks: is the answer to an exercise right, and if not, what is a hint?

`answers` are the kinds of right answers, `checking` is `check` itself. `part1`, `part2`, `part3`, `part4`
and, of Part V, `part5_systems`, `part5_wide`, `part5_many`, `part5_graphs`, `part5_sampling` and
`part5_optimization` hold one dict ``EXERCISES`` each: the exercise's number, "8.2" for the second of chapter
8, and a `Number`, a `Choice`, a `Meets`, or an `Accept`.

>>> from relulab import exercises
>>> exercises.check("10.1", 0.75).right
True
"""

from .answers import Accept, Choice, Condition, Meets, Number, Result
from .checking import check, exercises

__all__ = ["Accept", "Choice", "Condition", "Meets", "Number", "Result", "check", "exercises"]
