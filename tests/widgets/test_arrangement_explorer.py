"""The arrangement explorer: its cells, by Node, against the library's enumeration; its Python side."""

from math import comb

import numpy as np
import pytest

import relulab as rl
from relulab.widgets import ArrangementExplorer

FILES = ["common/plane.js", "arrangement_explorer/arrangements.js"]
ANSWER = """(matrices) => matrices.map((rows) => ({
  cells: cellsOf(rows, rows[0].length), cover: coverCount(rows.length, rows[0].length),
}))"""


def generic():
    rng = np.random.default_rng(3)
    yield from (rng.standard_normal((n, 2)) for n in (1, 2, 3, 7, 12, 24))
    yield from (rng.standard_normal((n, 3)) for n in (1, 2, 3, 5, 8, 10) for _ in range(3))
    yield from (rl.draw(ensemble, 9, d, rng=rng) for d in (2, 3) for ensemble in ("cubic", "whitened"))


def special():
    """Rows that are parallel, opposite, zero, in one plane, or on a grid."""
    rng = np.random.default_rng(5)
    for d in (2, 3):
        X = rng.standard_normal((5, d))
        yield from (np.vstack([X, X]), np.vstack([X, -2 * X[:2]]), np.vstack([X, np.zeros((2, d))]))
        yield from (np.outer([1, -1, 3.0], X[0]), np.eye(d), np.vstack([np.eye(d), np.ones((1, d))]))
        yield from (rng.integers(-2, 3, (8, d)).astype(float) for _ in range(6))
    plane = rng.standard_normal((6, 2)) @ rng.standard_normal((2, 3))
    yield from (plane, np.vstack([plane, rng.standard_normal((2, 3))]), 1e-9 * plane)


def test_the_cells_are_the_librarys_patterns(in_node):
    matrices = [*generic(), *special()]
    in_general = len(list(generic()))
    answers = in_node(FILES, ANSWER, [X.tolist() for X in matrices])
    for k, (X, answer) in enumerate(zip(matrices, answers, strict=True)):
        n, d = X.shape
        bits = np.array([cell["bits"] for cell in answer["cells"]], dtype=bool)
        gates = np.array([cell["gate"] for cell in answer["cells"]])
        assert (bits == (X @ gates.T >= 0).T).all()
        live = X.any(axis=1)
        found = {tuple(row) for row in bits.tolist()}
        assert len(found) == len(bits)
        nonzero = {
            row for row, on in zip(map(tuple, bits.tolist()), bits[:, live].any(axis=1), strict=True) if on
        }
        assert nonzero == {tuple(column) for column in np.asarray(rl.enumerate_patterns(X)).T.tolist()}
        assert len(found) - len(nonzero) == rl.has_all_ones(X)
        assert answer["cover"] == rl.count_patterns(n, d) == 2 * sum(comb(n - 1, j) for j in range(min(n, d)))
        assert (len(found) == answer["cover"]) if k < in_general else (len(found) <= answer["cover"])


def test_count_and_pattern_follow_what_the_reader_moves():
    explorer = ArrangementExplorer([[1, 0], [0, 1], [-1, -1]], gate=[1, 0.5])
    assert (explorer.count, explorer.pattern.tolist()) == (6, [True, True, False])
    explorer.set_state({"points": [[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 1]], "gate": [-1, 0.5, 0.25]})
    assert (explorer.count, explorer.pattern.tolist()) == (14, [False, True, True, False])
    assert ArrangementExplorer(d=3).count == rl.count_patterns(6, 3)
    assert ArrangementExplorer([[0.0, 0.0]]).count == 0


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"X": np.eye(4)}, "X has 4 columns; the explorer shows rows in dimension 2 or 3"),
        ({"X": np.ones((25, 2))}, "X has 25 rows; in dimension 2 at most 24"),
        ({"X": np.ones((11, 3))}, "X has 11 rows; in dimension 3 at most 10"),
        ({"X": [[np.nan, 0]]}, "X holds NaN"),
        ({"X": np.eye(2), "gate": [0, 0]}, "gate is zero"),
        ({"X": np.eye(2), "gate": [1, 0, 0]}, r"gate has shape \(3,\); it must be \(2,\)"),
        ({"d": 4}, "d=4"),
    ],
)
def test_bad_input(settings, message):
    with pytest.raises(ValueError, match=message):
        ArrangementExplorer(**settings)
