"""For all tests and doctests: figures that a test opens are closed after it, and the style is its own."""

import sys

import pytest


@pytest.fixture(autouse=True)
def _figures_are_closed():
    yield
    if pyplot := sys.modules.get("matplotlib.pyplot"):
        pyplot.close("all")
    if matplotlib := sys.modules.get("matplotlib"):
        matplotlib.rcdefaults()
