import inspect
from pathlib import Path

import pytest

import relulab as rl
from relulab import certify, data, sensing, spectra, theory
from relulab.figures import results
from relulab.plots import diagrams, style
from relulab.sensing import guarantees
from relulab.spectra import batch_size

PUBLIC = [getattr(rl, name) for name in rl.__all__]
WINGS = [data, theory, sensing, certify, spectra, rl.programs, rl.phase]
ROOMS = [guarantees, diagrams, style, results, batch_size]
HELPERS = {f"relulab.plots.style.{name}" for name in ("edges", "title", "legend_below", "mark_undecided")}


def public_functions():
    """Every public function, by the name of the room it stands in."""
    listed = [
        *PUBLIC,
        *(getattr(wing, name) for wing in WINGS for name in wing.__all__),
        *(f for room in ROOMS for f in vars(room).values() if getattr(f, "__module__", "") == room.__name__),
    ]
    found = {f"{f.__module__}.{f.__name__}": f for f in listed if inspect.isfunction(f)}
    return {name: f for name, f in found.items() if not f.__name__.startswith("_")}


FUNCTIONS = public_functions()


def test_no_public_function_has_a_modules_name():
    modules = {path.stem for path in Path(rl.__file__).parent.rglob("*.py")}
    assert not modules & {f.__name__ for f in FUNCTIONS.values()}


@pytest.mark.parametrize("name", sorted(set(FUNCTIONS) - HELPERS))
def test_public_docstrings_are_complete(name):
    text = inspect.getdoc(FUNCTIONS[name])
    parameters = list(inspect.signature(FUNCTIONS[name]).parameters)
    for parameter in parameters:
        assert parameter in text.split("Returns")[0], f"{parameter} is not described"
    assert "Examples\n" in text
    assert ">>> " in text
    if parameters:
        assert "Returns\n" in text


def test_unknown_attributes_are_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'plot'"):
        rl.plot  # noqa: B018
