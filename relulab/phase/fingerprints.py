"""What tells two ensembles of one name apart: the function's source, and whole matrices that it draws."""

import ast
import functools
import hashlib
import inspect
import re

import numpy as np

from ..data.ensembles import draw
from ..data.trials import planted_problem

DIGITS = 8  # of a column's largest entry; the last bits differ from machine to machine
ODD = 0.7310585786300049  # moves entries such as 1/2 off the places where rounding turns


def fingerprint(ensemble, n, d, problem, known=None):
    """The words by which a sweep knows its ensemble.

    Parameters
    ----------
    ensemble : callable
        A function ``(n, d, rng) -> X``.
    n, d : sequence of int
        The sizes of the sweep. Matrices are drawn at the smallest, the middle and the largest.
    problem : dict
        What else `planted_problem` takes, and the seed ``rng``.
    known : str, optional
        The words that a store has: the matrices are then drawn at the sizes given there.

    Returns
    -------
    str
        The function's name, a digest of a matrix at each size, and one of its source where Python knows it.
        The digest of a matrix leaves out the last digits, in which machines differ; that of a source leaves
        out comments and layout.

    Examples
    --------
    >>> from relulab.phase.fingerprints import fingerprint
    >>> def uniform(n, d, rng):
    ...     return rng.uniform(-1, 1, (n, d))
    >>> problem = {"kind": "linear", "k": 1, "direction": "random", "sigma": 0.0, "rng": 0}
    >>> fingerprint(uniform, [20], [5], problem).split(", ")[:2]
    ['uniform', 'first drawing 20 x 5 ...']
    """
    name = getattr(ensemble, "__name__", type(ensemble).__name__)
    old = None if known is None else re.fullmatch(r".*, first drawing [-+.\de]+", known)
    if old:  # stores of relulab 0.1 before it looked at more than one entry
        hidden = planted_problem(_source(problem["rng"], n[0], d[0]), ensemble, n[0], d[0], **_plant(problem))
        return f"{name}, first drawing {hidden.X.flat[0]:.6g}"
    places = [(int(a), int(b)) for a, b in re.findall(r"(\d+) x (\d+) \w{8}", known or "")]
    places = places or list(dict.fromkeys(zip(_spread(n), _spread(d), strict=True)))
    drawings = [f"{a} x {b} {_drawing(ensemble, a, b, problem['rng'])}" for a, b in places]
    if all(drawing.endswith("declined") for drawing in drawings):
        draw(ensemble, *places[0], _source(problem["rng"], *places[0]))  # says what is wrong
    first, *others = drawings
    words = [name, f"first drawing {first}", *(f"then {other}" for other in others)]
    return ", ".join([*words, f"source {_text_digest(source_of(ensemble))}"])


def _plant(problem):
    return {name: problem[name] for name in ("kind", "k", "direction", "sigma")}


def _source(seed, n, d):
    return np.random.default_rng([seed, n, d, 0])


def _spread(sizes):
    ordered = sorted(sizes)
    return ordered[0], ordered[len(ordered) // 2], ordered[-1]


def _drawing(ensemble, n, d, seed):
    """Eight letters that stand for a whole matrix; a function may refuse some sizes."""
    try:
        X = draw(ensemble, n, d, _source(seed, n, d))
    except Exception:
        return "declined"
    largest = np.abs(X).max(axis=0)
    scaled = np.divide(X, largest, out=np.zeros_like(X), where=largest > 0)
    rounded = np.rint(scaled * ODD * 10**DIGITS).astype(np.int64)
    heights = " ".join(f"{value * ODD:.{DIGITS}g}" for value in largest)
    return hashlib.sha256(rounded.tobytes() + heights.encode()).hexdigest()[:8]


def _text_digest(text):
    return "unknown" if text is None else hashlib.sha256(text.encode()).hexdigest()[:8]


def source_of(function):
    """The code of a function without its comments and layout, with its bound arguments; None if unknown.

    Of an object that is called, it is that of its class. Two lambdas on one line count together.

    Examples
    --------
    >>> from relulab.phase.fingerprints import source_of
    >>> source_of(len) is None
    True
    """
    if isinstance(function, functools.partial):
        inner = source_of(function.func)
        return None if inner is None else f"{inner} {function.args!r} {sorted(function.keywords.items())!r}"
    routine = inspect.isroutine(function)
    code = inspect.unwrap(function) if routine or inspect.isclass(function) else type(function)
    try:
        lines = inspect.findsource(code)[0]
        tree = ast.parse("".join(lines))
    except (OSError, TypeError, SyntaxError):
        return None
    if not routine:
        return _unparsed(tree, lambda node: isinstance(node, ast.ClassDef) and node.name == code.__name__)
    kinds = ast.Lambda if code.__name__ == "<lambda>" else ast.FunctionDef
    line = getattr(code, "__func__", code).__code__.co_firstlineno
    return _unparsed(tree, lambda node: isinstance(node, kinds) and line in _first_lines(node))


def _first_lines(node):
    return {node.lineno, *(decorator.lineno for decorator in getattr(node, "decorator_list", ()))}


def _unparsed(tree, wanted):
    found = [node for node in ast.walk(tree) if wanted(node)]
    return "\n".join(map(ast.unparse, found)) or None
