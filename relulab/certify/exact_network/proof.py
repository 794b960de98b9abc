"""What the trees proved, written down as named arrays; `relulab.audit.cone_trees` checks it.

Of each side (``positive``, ``negative``) there are

- ``order`` (r,): the rows with ``side l_i > 0``, as they get their signs;
- ``leaves`` (b, n): the coefficients m of each leaf. On a row of the order 1 or more where the row is
  active, 0 or less where it is silent, 1/2 where it has no sign yet; on a row with ``side l_i < 0`` between
  0 and 1; else 0;
- ``form`` (b,): which bound holds, a row of the following two; -1 at the signs of a planted neuron;
- ``sizes`` (f,), ``shares`` (f, n): s and alpha of the bounds, alpha zero off the rows that have no sign.
"""

import numpy as np

SIDES = {1: "positive", -1: "negative"}
ROOM = 1e-12  # what shares sum to less than 1, for rounding


def written(question, trees):
    """The proof of two trees that ended, as a dict of arrays."""
    proof = {}
    for tree in trees:
        name = SIDES[tree.side]
        proof |= {f"{name} {key}": array for key, array in _side(question, tree).items()}
    return proof


def _side(question, tree):
    n, kept = question.n, question.kept
    order, rest = kept[tree.order], kept[tree.N]
    leaves, form, sizes, shares, known = [], [], [], [], {}
    for leaf in tree.leaves:
        m = np.zeros((len(leaf.m), n))
        m[:, order] = 0.5
        m[:, np.r_[rest, order[: leaf.depth]]] = leaf.m
        if not leaf.planted and leaf.depth not in known:
            known[leaf.depth] = len(sizes)
            bound, share = tree.forms[leaf.depth], np.zeros(n)
            share[order[leaf.depth :]] = bound.shares * (1 - ROOM)
            sizes.append(bound.size)
            shares.append(share)
        leaves.append(m)
        form.append(np.full(len(m), -1 if leaf.planted else known[leaf.depth]))
    return {
        "order": order.astype(np.int64),
        "leaves": np.vstack([np.zeros((0, n)), *leaves]),
        "form": np.concatenate([np.zeros(0), *form]).astype(np.int64),
        "sizes": np.array(sizes, dtype=float),
        "shares": np.array(shares, dtype=float).reshape(-1, n),
    }
