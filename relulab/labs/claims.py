"""The table of claims: what a paper says, how it was checked, what was measured, and what must hold."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from numbers import Integral
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from typing import Any

KINDS = ("holds", "holds if", "not seen here", "reported", "not tested", "missed")
FIRST_WORDS = {
    "proved": "holds",
    "reported": "reported",
    **dict.fromkeys(("holds", "seen", "observed", "consistent"), "holds if"),
}
HEADINGS = ("claim", "check", "measured", "must be", "verdict")


class MissedClaim(AssertionError):
    """A measured number is outside of the interval that must hold."""


@dataclass(frozen=True)
class Claim:
    """One row of the table.

    Attributes
    ----------
    claim, check : str
        What is claimed, in plain words; how it was checked, or why it was not.
    measured : str
        What was measured; for an array its smallest and largest entry.
    must_be : str
        The interval that must hold; empty for what is only reported.
    verdict : str
        "holds", another verdict that the page states, "reported", "not tested", or "missed".
    own : bool
        Whether the claim is the book's and not the paper's: it begins with a parenthesis, or with three dots
        that continue such a claim.
    """

    claim: str
    check: str
    measured: str
    must_be: str
    verdict: str
    own: bool = False

    @property
    def cells(self):
        return self.claim, self.check, self.measured, self.must_be, self.verdict

    @property
    def kind(self) -> str:
        """The verdict in a word or two, one of `KINDS`; what no interval could refute is only reported."""
        if self.verdict in ("not tested", "missed"):
            return self.verdict
        if not self.must_be:
            return "reported"
        first = self.verdict.translate(str.maketrans(",:", "  ")).split()[0]
        if self.verdict in KINDS:
            return self.verdict
        return FIRST_WORDS.get(first, "not seen here")


class Claims:
    """The claims of one paper, as a lab found them.

    Parameters
    ----------
    title : str
        What the table is about.

    Attributes
    ----------
    rows : list of Claim
        In the order in which they were added.
    verdicts : list of str
        One a row.
    verdict : str
        One for the paper: "holds" where each of its tested claims does, "holds if" where some ask for a
        condition, "holds in part" where some were not seen, "not seen here" where none was.

    Examples
    --------
    >>> import relulab as rl
    >>> claims = rl.labs.Claims("Powers of two")
    >>> claims.add("Each is twice the last.", "ratios of five", [2.0, 2.0, 2.0, 2.0], low=2, high=2)
    >>> claims.report("They grow.", "the fifth", 16)
    >>> claims.leave("They never end.", "not testable")
    >>> print(claims)
    Powers of two
    - Each is twice the last. [ratios of five] 2; must be 2: holds
    - They grow. [the fifth] 16: reported
    - They never end. [not testable]: not tested
    """

    def __init__(self, title: str) -> None:
        self.title = _words("title", title)
        self.rows = []

    def add(
        self,
        claim: str,
        check: str,
        measured: Any,
        low: float | None = None,
        high: float | None = None,
        verdict: str = "holds",
    ) -> None:
        """Add a claim whose measured number must lie in an interval, both ends included.

        Parameters
        ----------
        claim, check : str
            What is claimed; how it is checked.
        measured : float or array_like
            What was measured. All entries of an array must lie in the interval; NaN lies in none.
        low, high : float, optional
            The interval; one end may be missing or infinite. With two infinite ends only NaN could fail, so
            the row counts as reported.
        verdict : str
            What it means that the interval holds, where that is not "holds": a claim may hold under a
            condition, or be refuted.

        Raises
        ------
        ValueError
            For words that are missing, a measurement that is empty or no number, or an interval without
            ends, with NaN, or with `low` above `high`.
        """
        values = _numbers(measured)
        if low is None and high is None:
            raise ValueError("low and high are both missing; what has no interval is for report()")
        ends = [_end("low", low, -np.inf), _end("high", high, np.inf)]
        if not ends[0] <= ends[1]:
            raise ValueError(f"low={low} to high={high} is no interval")
        met = bool(((values >= ends[0]) & (values <= ends[1])).all())
        verdict = _words("verdict", verdict)
        self._add(claim, check, _shown(values), _interval(*ends), verdict if met else "missed")

    def report(self, claim: str, check: str, measured: Any, verdict: str = "reported") -> None:
        """Add what was measured and need not lie anywhere.

        Parameters
        ----------
        claim, check : str
            What is claimed; how it is checked.
        measured : float, array_like or str
            What was measured, in numbers or in words.
        verdict : str
            What the reader should take from it; the table puts "reported" before it.
        """
        shown = _words("measured", measured) if isinstance(measured, str) else _shown(_numbers(measured))
        self._add(claim, check, shown, "", _words("verdict", verdict))

    def leave(self, claim: str, why: str) -> None:
        """Add a claim that was not tested.

        Parameters
        ----------
        claim, why : str
            What is claimed; why it was not tested.
        """
        self._add(claim, why, "", "", "not tested")

    def _add(self, claim, check, measured, must_be, verdict):
        if not must_be and not verdict.startswith(("missed", "not tested", "reported")):
            verdict = f"reported: {verdict}"
        own = _words("claim", claim).startswith("(")
        if claim.startswith("..."):  # continues what is before, asides in parentheses left out
            before = [row for row in self.rows if not (row.claim.startswith("(") and row.claim.endswith(")"))]
            own = bool(before) and before[-1].own
        self.rows.append(Claim(claim, _words("check", check), measured, must_be, verdict, own))

    @property
    def verdicts(self):
        return [row.verdict for row in self.rows]

    @property
    def verdict(self) -> str:
        kinds = {row.kind for row in self.rows if not row.own} - {"reported", "not tested"}
        if kinds <= {"holds"}:
            return "holds" if kinds else "not tested"
        if "not seen here" in kinds or "missed" in kinds:
            return "holds in part" if kinds & {"holds", "holds if"} else "not seen here"
        return "holds if"

    def settle(self) -> None:
        """The table, or an error that names every claim which missed its interval.

        Returns
        -------
        Claims
            The table itself, for the last line of a cell.

        Raises
        ------
        MissedClaim
            Where a claim missed its interval, and where there is no claim at all.
        """
        if not self.rows:
            raise MissedClaim(f"{self.title}: the table is empty")
        missed = [
            f"{row.claim} measured {row.measured}, must be {row.must_be}"
            for row in self.rows
            if row.verdict == "missed"
        ]
        if missed:
            raise MissedClaim("; ".join(missed))
        return self

    def __repr__(self) -> str:
        lines = [self.title]
        for row in self.rows:
            measured = f" {row.measured}" if row.measured else ""
            must_be = f"; must be {row.must_be}" if row.must_be else ""
            lines.append(f"- {row.claim} [{row.check}]{measured}{must_be}: {row.verdict}")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        # The roles stay where a narrow page lays the cells below one another.
        head = "".join(f'<th role="columnheader" scope="col">{name}</th>' for name in HEADINGS)
        body = "".join(
            f'<tr role="row" data-kind="{row.kind}"{" data-own" * row.own}>'
            + "".join(
                f'<td role="cell" data-name="{name}">{escape(cell)}</td>'
                for name, cell in zip(HEADINGS, row.cells, strict=True)
            )
            + "</tr>"
            for row in self.rows
        )
        return (
            f'<table class="claims" id="table-of-claims" role="table" data-verdict="{self.verdict}">'
            f"<caption>{escape(self.title)}</caption>"
            f'<thead role="rowgroup"><tr role="row">{head}</tr></thead>'
            f'<tbody role="rowgroup">{body}</tbody></table>'
        )


def _words(name, value):
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{name}={value!r} is no text")
    return value


def _numbers(measured):
    try:
        values = np.ravel(measured)
        if values.dtype.kind not in "biuf":
            raise TypeError
    except (TypeError, ValueError):
        raise ValueError(f"measured={measured!r} is neither a number nor an array of numbers") from None
    if not values.size:
        raise ValueError("measured is empty")
    return values


def _shown(values):
    ends = [_short(values.min()), _short(values.max())]
    return ends[0] if ends[0] == ends[1] else " to ".join(ends)


def _short(value):
    """Three digits, whole numbers in full."""
    if isinstance(value, (Integral, np.bool_)):
        text = f"{int(value):,}"
    else:
        text = f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}"
    return f"\N{MINUS SIGN}{text[1:]}" if text[0] == "-" else text


def _end(name, value, missing):
    if value is None:
        return missing
    if np.ndim(value) or np.asarray(value).dtype.kind not in "biuf":
        raise ValueError(f"{name}={value!r} is no number")
    return value


def _interval(low, high):
    if low == -np.inf and high == np.inf:
        return ""
    if low == -np.inf:
        return f"at most {_short(high)}"
    if high == np.inf:
        return f"at least {_short(low)}"
    return _short(low) if low == high else f"{_short(low)} to {_short(high)}"
