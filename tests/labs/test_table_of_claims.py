"""The table of claims: what meets its interval, what does not, and what is no claim."""

import re

import numpy as np
import pytest

import relulab as rl
from relulab.labs import Claims, MissedClaim


def claims_with(measured, **interval):
    claims = Claims("A paper")
    claims.add("Something holds.", "by counting", measured, **interval)
    return claims


@pytest.mark.parametrize(
    ("measured", "interval"),
    [
        (1.0, {"low": 1, "high": 1}),
        (0, {"low": 0, "high": 0}),
        (True, {"low": 1}),
        (3.0, {"low": 2}),
        (-3.0, {"high": 2}),
        ([1.0, 2.0], {"low": 1, "high": 2}),
        (np.ones((2, 2)), {"low": 0.5}),
        (np.inf, {"low": 1}),
    ],
)
def test_a_number_in_its_interval_holds(measured, interval):
    claims = claims_with(measured, **interval)
    assert claims.settle() is claims
    assert claims.verdicts == ["holds"]


@pytest.mark.parametrize(
    ("measured", "interval"),
    [
        (1.0 + 1e-15, {"low": 1, "high": 1}),
        (1.99, {"low": 2}),
        ([1.0, 2.1], {"low": 1, "high": 2}),
        (np.nan, {"low": -np.inf}),
        ([0.0, np.nan], {"high": 1}),
        (False, {"low": 1}),
    ],
)
def test_a_number_outside_of_its_interval_is_missed(measured, interval):
    claims = claims_with(measured, **interval, verdict="holds if it rains")
    assert claims.verdicts == ["missed"]
    with pytest.raises(MissedClaim, match="Something holds"):
        claims.settle()


def test_every_missed_claim_is_named():
    claims = Claims("A paper")
    for name in "abc":
        claims.add(f"Claim {name}.", "by counting", 1, high=2 if name == "b" else 0)
    with pytest.raises(MissedClaim, match=r"Claim a\. measured 1, must be at most 0; Claim c\."):
        claims.settle()


def test_a_table_without_claims_is_an_error():
    with pytest.raises(MissedClaim, match="empty"):
        Claims("A paper").settle()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda c: c.add("", "check", 1, low=0), "claim=''"),
        (lambda c: c.add("claim", None, 1, low=0), "check=None"),
        (lambda c: c.add("claim", "check", 1), "low and high are both missing"),
        (lambda c: c.add("claim", "check", 1, low=2, high=1), "no interval"),
        (lambda c: c.add("claim", "check", 1, low=np.nan), "no interval"),
        (lambda c: c.add("claim", "check", 1, low=np.inf, high=-np.inf), "no interval"),
        (lambda c: c.add("claim", "check", 1, low=[0, 1]), "low=[0, 1] is no number"),
        (lambda c: c.add("claim", "check", 1, high="one"), "high='one' is no number"),
        (lambda c: c.add("claim", "check", [], low=0), "measured is empty"),
        (lambda c: c.add("claim", "check", "many", low=0), "neither a number"),
        (lambda c: c.add("claim", "check", 1j, low=0), "neither a number"),
        (lambda c: c.add("claim", "check", [[1], [2, 3]], low=0), "neither a number"),
        (lambda c: c.add("claim", "check", 1, low=0, verdict=" "), "verdict=' '"),
        (lambda c: c.report("claim", "check", ""), "measured=''"),
        (lambda c: c.report("claim", "check", None), "neither a number"),
        (lambda c: c.leave("claim", ""), "check=''"),
        (lambda c: Claims(3), "title=3"),
    ],
)
def test_what_is_no_claim_is_refused(call, words):
    claims = Claims("A paper")
    with pytest.raises(ValueError, match=re.escape(words)):
        call(claims)
    assert claims.rows == []


def test_the_table_shows_numbers_in_short():
    claims = Claims("A <paper>")
    claims.add("a", "b", [0.12345, 3.0], low=0.1, high=3)
    claims.add("c", "d", 1_947_792, low=1_947_792, high=1_947_792)
    claims.add("e", "f", 3.21e-14, low=-2.5, high=1e-12, verdict="holds if smooth")
    claims.report("g", "h", "more and more", verdict="not seen here")
    claims.leave("i & j", "too large")
    measured = [row.measured for row in claims.rows]
    assert measured == ["0.123 to 3", "1,947,792", "3.21e-14", "more and more", ""]
    assert [row.must_be for row in claims.rows] == ["0.1 to 3", "1,947,792", "−2.5 to 1e-12", "", ""]
    html = claims._repr_html_()
    assert html.count("<tr ") == 6
    assert "A &lt;paper&gt;" in html
    assert "i &amp; j" in html
    assert claims.verdicts[-2:] == ["reported: not seen here", "not tested"]


def test_a_thumbnail_needs_its_text():
    with pytest.raises(ValueError, match="alt=''"):
        rl.labs.Thumbnail(lambda ax: None, "")


@pytest.mark.parametrize(
    ("verdict", "kind"),
    [
        ("holds", "holds"),
        ("holds if smooth", "holds if"),
        ("holds, by less", "holds if"),
        ("holds: many are dead", "holds if"),
        ("seen for these p", "holds if"),
        ("observed", "holds if"),
        ("consistent", "holds if"),
        ("proved, and seen", "holds"),
        ("not seen here", "not seen here"),
        ("not separated", "not seen here"),
        ("hardly", "not seen here"),
        ("reported", "reported"),
        ("reported, not asserted", "reported"),
    ],
)
def test_a_verdict_is_of_a_kind(verdict, kind):
    claims = Claims("A paper")
    claims.add("Something holds.", "by looking", 1, low=1, verdict=verdict)
    assert claims.rows[0].kind == kind
    claims.leave("More.", "no time")
    assert claims.rows[1].kind == "not tested"


@pytest.mark.parametrize("verdict", ["holds", "holds if smooth", "not seen here", "proved", "hardly"])
def test_what_cannot_be_missed_is_reported(verdict):
    claims = Claims("A paper")
    claims.report("Something holds.", "by looking", 1, verdict=verdict)
    claims.add("More.", "by looking", 1, low=-np.inf, high=np.inf, verdict=verdict)
    claims.add("Yet more.", "by looking", 1, high=np.inf, verdict=verdict)
    told = ("reported", f"reported: {verdict}", "")
    assert [(row.kind, row.verdict, row.must_be) for row in claims.rows] == 3 * [told]
    assert claims.verdict == "not tested"
    claims.add("Not even a number.", "by looking", np.nan, low=-np.inf, verdict=verdict)
    assert claims.rows[-1].kind == "missed"


def test_what_is_the_books_own_is_told_from_the_papers():
    claims = Claims("A paper")
    words = (
        "First.|... and more.|(An aside.)|... and yet more.|(Our addition) A thing.|... and another.|"
        "(Aside.)|... and a third.|Last.|(... down to little.)|... but not less."
    )
    for claim in words.split("|"):
        claims.report(claim, "by looking", 1)
    assert "".join("-+"[row.own] for row in claims.rows) == "--+-++++-+-"


@pytest.mark.parametrize(
    ("verdicts", "whole"),
    [
        (["holds", "holds", "reported"], "holds"),
        (["holds", "holds if smooth"], "holds if"),
        (["holds", "hardly"], "holds in part"),
        (["holds if smooth", "hardly"], "holds in part"),
        (["hardly", "no gain"], "not seen here"),
        (["reported"], "not tested"),
    ],
)
def test_a_paper_has_a_verdict_too(verdicts, whole):
    claims = Claims("A paper")
    for verdict in verdicts:
        claims.add("Something holds.", "by looking", 1, low=1, verdict=verdict)
    claims.add("(An aside.)", "by looking", 1, low=1, verdict="nothing")
    assert claims.verdict == whole
    assert f'data-verdict="{whole}"' in claims._repr_html_()
