"""The answers of Part I: sparse recovery."""

from math import comb

import numpy as np
from scipy.linalg import hadamard

from .. import sensing, theory
from .answers import Accept, Choice, Condition, Meets, Number

FIVE_COLUMNS = np.array([[1, 0, 0, 0.6, 0.5], [0, 1, 0, 0.6, -0.5], [0, 0, 1, 0.6, 0.7]])


def largest_everywhere(h):
    """The largest k such that no k entries of h hold half of its l1 norm."""
    weights = np.sort(np.abs(h))[::-1]
    return int((np.cumsum(weights) < weights.sum() / 2).sum())


def missed():
    """Basis pursuit misses exactly the multiples of the third unit vector."""
    cheapest = "Basis pursuit finds this one: nothing cheaper explains it."
    return [
        Condition(np.eye(3), "Exactly one entry may differ from zero.", low=0, high=0, least=2, most=2),
        Condition(np.eye(3)[:2], cheapest, low=0, high=0),
    ]


def certifies():
    """Equal to the signs on the first two of five columns, and less on the others."""
    at_most, others = 1 - 1e-12, np.array([np.inf, np.inf, 1, 1, 1])
    return [
        Condition(
            FIVE_COLUMNS[:, :2].T,
            "On the support of x, the first two columns, the values must equal the signs of x.",
            low=1 - 1e-9,
            high=1 + 1e-9,
        ),
        Condition(
            FIVE_COLUMNS.T,
            "Column {row} is worth {value}; it must be strictly between -1 and 1.",
            low=-at_most * others,
            high=at_most * others,
        ),
    ]


def promised_by_coherence(A):
    mu = sensing.coherence(A)
    return max(k for k in range(1, A.shape[1]) if (2 * k - 1) * mu < 1)


def not_the_descent(answer):
    rng = np.random.default_rng(0)
    for _ in range(200):
        x, h = sensing.sparse_vector(8, int(rng.integers(0, 6)), rng), rng.standard_normal(8)
        h[x != 0] *= 3
        slope = np.sign(x) @ h + np.abs(h[x == 0]).sum()
        if bool(answer(x.copy(), h.copy())) != (slope < 0):
            found = "falls" if slope < 0 else "does not fall"
            return f"For x = {x.round(1).tolist()} and h = {h.round(1).tolist()} the norm {found}."
    return None


EXERCISES = {
    "1.1": Number(
        lambda: sensing.basis_pursuit([[1.0, 2.0, 3.0]], [6.0]).value,
        hints={
            6: "That is the cost of (6, 0, 0). A larger coefficient explains more for each unit of cost.",
            3: "That is the cost of (0, 3, 0), or of (1, 1, 1). One entry does better.",
        },
        because="The largest coefficient explains the most for each unit of cost.",
    ),
    "1.2": Number(
        lambda: sum(comb(128, k) for k in range(4)),
        hints={
            comb(128, 3): "These are the sets of exactly three. Smaller ones count, too.",
            sum(comb(128, k) for k in range(1, 4)): "The empty set counts, too.",
            128**3: "The order of the tones does not matter, and no tone comes twice.",
            128 * 127 * 126: "The order of the tones does not matter.",
        },
        tolerance=1e-9,
    ),
    "1.3": Number(
        lambda: largest_everywhere([4, 2, 2, 1, 1, 1, 1]),
        hints={
            2: "The two largest hold exactly half of the weight: that is a tie, not a proof.",
            3: "The three largest hold more than half of the weight.",
            0: "The largest alone holds less than half of the weight.",
        },
        because="The largest entry holds 4 of 12, the two largest 6 of 12.",
    ),
    "1.4": Meets((3,), missed, because="Something cheaper explains it."),
    "2.1": Number(
        lambda: sensing.basis_pursuit([[1.0, 2.0, 3.0]], [6.0]).dual[0],
        hints={
            2: "That is the bound to be proved. Which price times 6 is 2?",
            1: "With this price the parcels are worth 1, 2 and 3: more than they cost.",
            3: "With this price the third parcel is worth 9, and it costs 1.",
        },
        because="Only the third parcel is worth its cost.",
    ),
    "2.2": Meets((3,), certifies, because="It proves that x is the only one."),
    "2.3": Number(
        lambda: promised_by_coherence(np.hstack([np.eye(64), hadamard(64) / 8])),
        hints={
            5: "(2 k - 1) / 8 must be strictly below 1.",
            8: "That is 1 / mu. The condition is (2 k - 1) mu < 1.",
            64: "A basis alone has coherence 0. Two bases side by side do not.",
        },
    ),
    "2.4": Choice(
        "b",
        hints={
            "a": "The weight of the copied entry can be split between the two copies. What does that cost?",
            "c": "The old certificate still has no value above 1. What does that prove?",
        },
        because="Weight can move to the copy at the same cost.",
    ),
    "3.1": Number(lambda: [theory.l1_statistical_dimension(k, 50) for k in (0, 50)]),
    "3.2": Number(
        lambda: next(m for m in range(1, 50) if theory.recovery_nonnegative(m, 6, 50) == 0.5),
        hints={
            22: "That is d - m, the dimension of the null space.",
            25: "That would be right for the zero vector. How many rows are off the support?",
            12: "Twice the number of nonzero entries is enough only for a search over all supports.",
        },
        because="44 rows in dimension 22: fewer than 22 heads in 43 throws.",
    ),
    "3.3": Accept(not_the_descent, expects="a function of x and h"),
    "3.4": Choice(
        "b",
        hints={
            "a": "Measure again, with the same number of trials for both kinds of matrices.",
            "c": "Measure again, with the same number of trials for both kinds of matrices.",
        },
        because="Many kinds of random matrices share one transition.",
    ),
}
