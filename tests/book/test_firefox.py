"""The phase explorer in Firefox, from a server and from files."""

import os

import pytest
from firefox import ENTER, find_firefox, firefox


@pytest.fixture(scope="module")
def tab(tmp_path_factory):
    if not (path := find_firefox()):
        reason = "no Firefox on this machine: apt-get install firefox-esr"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    with firefox(path, tmp_path_factory.mktemp("firefox")) as tab:
        yield tab


def of(name, what):
    return f"document.querySelector('[data-widget=phase-explorer][data-name={name}]')?.{what}"


@pytest.mark.parametrize("place", ["server", "file"])
def test_the_first_screen_fills_by_itself(tab, fixture_html, fixture_book, place):
    tab.goto(f"{fixture_html.as_uri() if place == 'file' else fixture_book}/chapters/first.html")
    tab.wait_for(of("phase-explorer", "dataset.state === 'done'"))
    painted = """new Set(new Uint32Array((canvas => canvas.getContext("2d").getImageData(0, 0, canvas.width,
        canvas.height))(document.querySelector(".pe-plot canvas")).data.buffer)).size"""
    assert tab.evaluate(painted) >= 3
    assert tab.evaluate(of("phase-explorer", "querySelectorAll('td[data-recovered]').length")) == 30
    assert tab.problems == []


def test_a_reader_runs_it_and_opens_a_cell(tab, fixture_book):
    tab.resize(1280, 900)
    tab.goto(f"{fixture_book}/chapters/widgets.html")
    tab.wait_for("document.querySelector(\"script[type*='widget-view']\") !== null")
    # Widgets start when a reader comes near.
    places = "[...document.querySelectorAll(\"script[type*='widget-view']\")]"
    tab.evaluate(f"{places}.at(-1).parentElement.scrollIntoView()")
    tab.wait_for(of("second", "dataset.ready === 'true'"))
    tab.click("[data-name=second] [data-action=run]")
    tab.wait_for(of("second", "dataset.state === 'done'"))
    told = of("second", 'querySelector(\'td[data-n="40"][data-d="2"]\').textContent')
    assert tab.evaluate(told) == "4/4"
    assert "computed in your browser" in tab.evaluate(
        of("second", "querySelector('[data-role=status]').innerText")
    )
    tab.click("[data-name=second] [data-role=plot]")
    tab.wait_for(of("second", "querySelector('[data-role=verdict]') !== null"))
    detail = of("second", "querySelector('[data-role=detail]').dataset")
    n, d = tab.evaluate(f"(({{ n, d }}) => [+n, +d])({detail})")
    assert tab.evaluate("document.activeElement.getAttribute('data-role')") == "plot"
    for key in ("\ue013", "\ue012", ENTER):  # up, left, Enter
        tab.press(key)
    tab.wait_for(f"(({{ n, d }}) => n === '{n + 4}' && d === '{d - 2}')({detail})")
    assert tab.problems == []
