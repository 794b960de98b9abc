import inspect

import pytest

import relulab as rl
from relulab import (
    batch_size,
    cells,
    ensembles,
    figures,
    guarantees,
    plots,
    sensing,
    sparse_certificates,
    spectra,
    theory,
)

PUBLIC = [getattr(rl, name) for name in rl.__all__]
ROOMS = [
    ensembles,
    theory,
    sensing,
    sparse_certificates,
    guarantees,
    cells,
    plots,
    figures,
    spectra,
    batch_size,
]
FUNCTIONS = {
    f"{f.__module__}.{f.__name__}": f
    for f in [x for x in PUBLIC if inspect.isfunction(x)]
    + [f for room in ROOMS for f in vars(room).values() if getattr(f, "__module__", "") == room.__name__]
    if inspect.isfunction(f) and not f.__name__.startswith("_")
}
HELPERS = {"relulab.cells.run_cell"}


def test_no_public_function_has_a_modules_name():
    modules = {module.__name__.rsplit(".", 1)[1] for module in PUBLIC if inspect.ismodule(module)}
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
