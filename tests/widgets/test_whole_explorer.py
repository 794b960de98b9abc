"""The whole explorer's settings and words."""

import pytest

from relulab.widgets import PhaseExplorer, WholeExplorer
from relulab.widgets.common.sources import LABORATORY

WORDS = [
    *LABORATORY,
    *(f"common/{name}.js" for name in ("elements", "verdicts")),
    "whole_explorer/whole_words.js",
]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"program": "relu"}, "program='relu' is unknown; choose from 'exact', 'gated', 'sampled'"),
        ({"ensemble": "uniform"}, "ensemble='uniform' is unknown"),
        ({"direction": "axes"}, "direction='axes' is unknown; choose from 'random', 'smallest'"),
        ({"trials": 0}, "trials"),
        ({"trials": 51}, "trials"),
        ({"seed": -1}, "seed"),
        ({"n": 40}, "n is no setting of this explorer"),
    ],
)
def test_bad_input(settings, message):
    with pytest.raises(ValueError, match=message):
        WholeExplorer(**settings)


def test_it_draws_the_phase_explorers_stored_edges():
    assert WholeExplorer().get_state()["edges"] == PhaseExplorer().get_state()["edges"]


@pytest.mark.parametrize(
    ("program", "trial", "words"),
    [
        (
            "exact",
            {"status": "recovered", "evidence": "isometry", "leaves": 2},
            "the shortest dual vector stays below 1, with no sign fixed",
        ),
        (
            "exact",
            {"status": "recovered", "evidence": "dual", "leaves": 7},
            "a refined dual vector stays below 1, with 7 leaves of two trees",
        ),
        ("exact", {"status": "not-unique", "evidence": "all-ones"}, "not unique: the labels have one sign"),
        ("gated", {"status": "not-unique", "evidence": "all-ones"}, "makes a twin of the linear neuron"),
        (
            "gated",
            {"status": "not-recovered", "evidence": "competitor", "cost": 0.98765},
            "another network costs 0.988",
        ),
        (
            "sampled",
            {"status": "recovered", "evidence": "dual"},
            "recovered over the sample: a refined dual vector",
        ),
        ("exact", {"status": "undecided", "evidence": None}, "left open"),
    ],
)
def test_a_trial_says_how_it_was_decided(in_node, program, trial, words):
    assert words in in_node(WORDS, "([trial, program]) => trialWords(trial, program)", [trial, program])


def test_where_the_page_lists_no_patterns_it_says_so(in_node):
    told = in_node(
        WORDS, "() => ['exact', 'gated', 'sampled'].map((p) => [4, 5, 6].map((d) => canDecide(p, d)))", None
    )
    assert told == [[True] * 3, [True, False, False], [True] * 3]
