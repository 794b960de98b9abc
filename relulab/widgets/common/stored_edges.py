"""The edges over all patterns that come with the package, as explorers draw them."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import numpy as np

from ...figures.results import crossings, open_figure, stored
from ...figures.whole import PROGRAMS, WHOLE

if TYPE_CHECKING:
    from typing import Any


@functools.cache
def edges_over_all() -> list[dict[str, Any]]:
    """One curve for each program, ensemble and direction: where half of the linear plants are recovered.

    Edges of nested rows are taken where they are stored, otherwise the diagram that has the most dimensions.

    Returns
    -------
    list of dict
        ``form``, ``ensemble`` and ``direction``, the dimensions ``d``, the sizes ``n``, and in ``words`` what
        it is and where it comes from.
    """
    curves = {}
    for number in stored():
        if number not in WHOLE or not WHOLE[number].whole:
            continue
        ds = open_figure(number)
        n = (ds["median"] * ds.d).values if WHOLE[number].edges else crossings(ds)
        known = np.isfinite(n)
        if known.sum() < 2:
            continue
        key = tuple(ds.attrs[name] for name in ("form", "ensemble", "direction"))
        rank = WHOLE[number].edges, int(known.sum())
        if key not in curves or rank > curves[key][0]:
            curves[key] = (
                rank,
                {
                    **dict(zip(("form", "ensemble", "direction"), key, strict=True)),
                    "d": ds.d.values[known].tolist(),
                    "n": n[known].round(2).tolist(),
                    "words": _words(number, ds),
                },
            )
    return [curve for _, curve in curves.values()]


def _words(number, ds):
    what = "median edge of nested rows" if WHOLE[number].edges else "half recovered"
    drawn = "draws" if WHOLE[number].edges else "trials a cell"
    source = f"measured, {ds.sizes['trial']} {drawn}, the library's figure {number}"
    return f"{PROGRAMS[ds.attrs['form']]} over all patterns: {what} ({source})"
