"""A box below each exercise, where a reader's answer is checked on the page, without Python.

The answers, the hints and their order are those of `relulab.exercises`: `record` writes an exercise down when
the book is built, and static/answers.js judges by it as `rl.exercises.check` does. A record is encoded, so
that nobody reads an answer in a page's source by chance. Who wants to decode it can: a page that knows when
to say "Right." cannot keep that a secret. (A hash would not, either: there are three letters to try, and
numbers have a tolerance.)

An exercise whose answer is a function, or whose check computes something, says that it needs Python.
"""

import base64
import itertools
import json
import math
import re

import numpy as np
from docutils import nodes
from quiz import element
from sphinx_exercise.nodes import exercise_enumerable_node, exercise_node

from relulab.exercises import Choice, Meets, Number, exercises

EXERCISE = (exercise_node, exercise_enumerable_node)
CHECK = re.compile(r'rl\.exercises\.check\("([\d.]+)"')
ELSEWHERE = "This answer is checked in Python, with the line above, in the chapter's notebook."


def record(exercise) -> dict | None:
    """All that it takes to judge an answer, as JSON; None for what needs Python."""
    if isinstance(exercise, Choice):
        found = {"kind": "choice", "right": exercise.right, "hints": list(exercise.hints.items())}
    elif isinstance(exercise, Number):
        right = np.asarray(exercise.value(), dtype=float)
        hints = [[plain(wrong), hint] for wrong, hint in exercise.hints.items()]
        found = {"kind": "number", "right": plain(right), "tolerance": exercise.tolerance, "hints": hints}
    elif isinstance(exercise, Meets):
        conditions = [written(condition) for condition in exercise.conditions()]
        found = {"kind": "meets", "size": list(exercise.shape), "conditions": conditions}
    else:
        return None
    return found | {"because": exercise.because}


def plain(value):
    return np.asarray(value, dtype=float).tolist()


def written(condition) -> dict:
    rows = np.asarray(condition.rows, dtype=float)
    low, high = (
        [bound if math.isfinite(bound) else None for bound in np.broadcast_to(bounds, len(rows)).tolist()]
        for bounds in (condition.low, condition.high)
    )
    least, most = (len(rows) if count is None else count for count in (condition.least, condition.most))
    return {
        "rows": rows.tolist(),
        "low": low,
        "high": high,
        "least": least,
        "most": most,
        "hint": condition.hint,
    }


def encoded(number: str, found: dict) -> str:
    """Not to be read by chance: each byte is shifted by the exercise's number and its place."""
    text = json.dumps(found, separators=(",", ":")).encode()
    key = itertools.cycle(number.encode())
    hidden = (a ^ b ^ (place % 251) for place, (a, b) in enumerate(zip(text, key, strict=False)))
    return base64.b64encode(bytes(hidden)).decode()


def shape_of(found: dict) -> list:
    return found["size"] if found["kind"] == "meets" else list(np.shape(found["right"]))


def add_boxes(app, doctree):
    for exercise in doctree.findall(lambda node: isinstance(node, EXERCISE)):
        asked = (CHECK.search(literal.astext()) for literal in exercise.findall(nodes.literal))
        number = next((match[1] for match in asked if match), None)
        if number and number in (known := exercises()):  # they take half a second to read
            exercise += box(number, record(known[number]))


def box(number: str, found: dict | None):
    if found is None:
        return nodes.paragraph("", ELSEWHERE, classes=["answer-elsewhere"])
    name = f"answer-{number.replace('.', '-')}"
    form = element(
        "",
        tag="form",
        # Without a script it could not answer; the script shows it.
        html={
            "autocomplete": "off",
            "data-exercise": number,
            "data-answer": encoded(number, found),
            "hidden": "",
        },
        classes=["answer"],
    )
    form += choices(name, found) if found["kind"] == "choice" else field(name, shape_of(found))
    button = element("", nodes.Text("Check"), tag="button", html={"type": "submit"})
    said = element("", tag="p", html={"role": "status"}, classes=["answer-said"])
    form.extend([button, said])
    return form


def choices(name, found):
    group = element("", tag="fieldset", html={})
    group += element("", nodes.Text("Your answer"), tag="legend", html={})
    for letter in sorted([found["right"], *(wrong for wrong, _ in found["hints"])]):
        label = element("", tag="label", html={})
        html = {"type": "radio", "name": name, "value": letter}
        label += element("", tag="input", html=html)
        label += nodes.Text(letter)
        group += label
    return group


def field(name, shape):
    row = element("", tag="div", html={}, classes=["answer-field"])
    row += element("", nodes.Text("Your answer"), tag="label", html={"for": name})
    html = {
        "type": "text",
        "aria-describedby": f"{name}-form",
        "spellcheck": "false",
        "autocapitalize": "off",
    }
    row += element("", tag="input", html=html, ids=[name])
    form = f"{shape[0]} numbers with commas between" if shape else "a number, such as 3/4 or 2 sqrt(3)"
    row += element("", nodes.Text(form), tag="small", html={}, ids=[f"{name}-form"])
    return row


def setup(app):
    app.connect("doctree-read", add_boxes)
