"""Finding an exercise by its number and checking an answer to it."""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING

from .answers import Result

if TYPE_CHECKING:
    from typing import Any

INSTALL = {
    "torch": 'pip install "relulab[train]"',
    "distributed": 'pip install "relulab[cluster]"',
    "sklearn": "pip install scikit-learn",
}


def exercises() -> dict[str, Any]:
    """All exercises that can be checked.

    Returns
    -------
    dict
        From the exercise's number, such as "1.2", to its `Number`, `Choice`, `Meets` or `Accept`, in order.

    Examples
    --------
    >>> import relulab as rl
    >>> "1.1" in rl.exercises.exercises()
    True
    """
    package = importlib.import_module(__package__)
    rooms = [module.name for module in pkgutil.iter_modules(package.__path__)]
    found = {}
    for part in (room for room in rooms if room.startswith("part")):
        found |= importlib.import_module(f"{__package__}.{part}").EXERCISES
    return dict(sorted(found.items(), key=lambda item: [int(number) for number in item[0].split(".")]))


def check(exercise: str, answer: object) -> Result:
    """Say whether an answer is right, and give a hint if it is not. No answer is an error.

    Parameters
    ----------
    exercise : str
        The exercise's number, such as "8.2" for the second exercise of chapter 8.
    answer : object
        The answer, of the kind that the exercise asks for.

    Returns
    -------
    Result
        True when the answer is right; shows as "Right." or "Not yet: " with a hint.

    Examples
    --------
    >>> import relulab as rl
    >>> rl.exercises.check("1.1", "a pony")
    Not yet: The answer is a number.
    """
    try:
        known = exercises()
        exercise = str(exercise)
        if exercise not in known:
            return Result(False, _unknown(exercise, known))
        hint = known[exercise].hint(answer)
        because = known[exercise].because
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing in ("", "relulab"):
            raise
        command = INSTALL.get(missing, f"pip install {missing}")
        return Result(False, f"Not checked: this check needs the package {missing}. Install it: {command}")
    if hint is None:
        return Result(True, f"Right. {because}".strip())
    return Result(False, f"Not yet: {hint}")


def _unknown(exercise, known):
    chapter = exercise.partition(".")[0]
    near = [number for number in known if number.partition(".")[0] == chapter]
    where = f"in chapter {chapter}" if near else "in the book"
    return f"No exercise {exercise!r} can be checked; {where} these can: {', '.join(near or known)}"
