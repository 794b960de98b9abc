"""The tree of signs in the plane: the page's against Python's, and both against a list of all patterns."""

import numpy as np
import pytest

import relulab as rl
from relulab.widgets import TreeExplorer
from relulab.widgets.tree_explorer.explorer import _words

FILES = ["common/plane.js", "tree_explorer/sign_tree.js"]
ANSWER = """(cases) => cases.map(({ X, w }) => {
    const { nodes } = growSigns(X, w);
    const plainly = nodes.map(({ signs, fate, reach }) => [signs, fate, reach]);
    return { nodes: plainly, words: treeWords(nodes).join(" ") };
})"""


def explorers():
    rng = np.random.default_rng(8)
    for k in range(120):
        yield TreeExplorer(rng.standard_normal((2 + k % 7, 2)), rng.standard_normal(2))
    for k in range(60):
        X = rng.integers(-3, 4, (2 + k % 6, 2))
        X[~X.any(axis=1), 0] = 1
        yield TreeExplorer(X, [(1, 0), (1, 2), (-1, 1)][k % 3])
    yield TreeExplorer()


@pytest.fixture(scope="module")
def made():
    return list(explorers())


def test_page_and_python_grow_the_same_tree(made, in_node):
    grown = in_node(FILES, ANSWER, [{"X": one.X, "w": one.w} for one in made])
    fates = set()
    for explorer, answer in zip(made, grown, strict=True):
        own = [[list(signs), fate] for signs, fate in explorer.nodes]
        assert [[signs, fate] for signs, fate, _ in answer["nodes"]] == own
        words = _words([tuple(node) for node in answer["nodes"]])
        assert answer["words"] == words + ("" if own else " Turn a row.")
        fates |= {fate for _, fate in explorer.nodes}
    assert fates == {"split", "bound", "circuit", "violator"}


def test_violators_are_the_patterns_on_which_the_dual_vector_reaches_1(made):
    for explorer in made:
        X, w = np.array(explorer.X), np.array(explorer.w)
        if np.linalg.matrix_rank(X) < 2:
            assert explorer.nodes == []
            continue
        dual = np.linalg.pinv(X).T @ w
        masks = np.asarray(rl.enumerate_patterns(X)).astype(float)
        reach = np.linalg.norm(X.T @ (masks * dual[:, None]), axis=0)
        if (abs(reach - 1) < 1e-7).any():
            continue
        found = sum(fate == "violator" for _, fate in explorer.nodes)
        assert found == (reach > 1).sum()


def test_the_default_tree_ends_and_a_row_turned_about_keeps_it_from_that():
    explorer = TreeExplorer()
    fates = [fate for _, fate in explorer.nodes]
    assert min(fates.count("bound"), fates.count("circuit")) >= 5
    assert "violator" not in fates
    assert rl.decide(rl.plant(np.array(explorer.X), direction=explorer.w), "all").status == "recovered"
    lost = 0
    for i in range(6):
        explorer.X = [[-v for v in x] if k == i else x for k, x in enumerate(TreeExplorer().X)]
        lost += any(fate == "violator" for _, fate in explorer.nodes)
    assert lost >= 1


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"X": np.eye(3)}, "X has 3 columns; the explorer shows rows in the plane"),
        ({"X": np.ones((9, 2))}, "X has 9 rows; at most 8"),
        ({"X": [[1, 0], [0, 0]]}, "X has a zero row; it has no sign"),
        ({"w": [0, 0]}, "w is zero; it must point somewhere"),
    ],
)
def test_bad_input(settings, message):
    with pytest.raises(ValueError, match=message):
        TreeExplorer(**settings)
    explorer = TreeExplorer()
    for name, value in settings.items():
        with pytest.raises(ValueError, match=message):
            setattr(explorer, name, value)
