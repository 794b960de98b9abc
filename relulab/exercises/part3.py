"""The answers of Part III: neural isometry."""

from itertools import count
from math import comb

import numpy as np

from relulab import has_all_ones, isometry, phase, theory
from relulab.blocks import Blocks

from .answers import Accept, Choice, Number


def _one_dimension():
    x = np.array([1.0, 2.0, 2.0, -4.0])
    return max(x[x > 0] @ x[x > 0], x[x < 0] @ x[x < 0]) / (x @ x)


def _certificate(dual):
    """A dual vector of the reader's, for a problem in which the shortest one fails."""
    plant, S = phase.instance(60, 20, 0, direction="smallest", rng=34)
    dual = np.asarray(dual, dtype=float)
    if dual.shape != plant.y.shape:
        return f"The answer is an array of shape {plant.y.shape}; this one has shape {dual.shape}."
    norms = Blocks(plant.X, S, network="skip").norms(dual)[1:]
    missed = np.linalg.norm(plant.X.T @ dual - plant.weights[:, 0])
    if not missed <= 1e-6:
        return f"X^T dual differs from w by {missed:.2g}. Project onto these equations as the last step."
    if not norms.max() < 1:
        over = int((norms >= 1).sum())
        return f"{over} of {len(norms)} norms are 1 or more, the largest {norms.max():.4f}."
    return None


def _wider(gate):
    """A gate that is on where the planted ReLU is, and on some further row."""
    plant, _ = phase.instance(20, 4, 0, kind="relu", rng=4)
    gate = np.asarray(gate, dtype=float)
    if gate.shape != (4,):
        return f"The answer is an array of 4 numbers; this one has shape {gate.shape}."
    active, held = plant.X @ plant.weights[:, 0] > 0, plant.X @ gate >= 0
    if lost := int((active & ~held).sum()):
        return f"{lost} of the {int(active.sum())} active rows are not in its pattern."
    return None if (held & ~active).any() else "It has no silent row: this is the planted pattern itself."


def _nic_k():
    plant, S = phase.instance(60, 5, 1, kind="relu", k=3, rng=7)
    return 1 - isometry(plant, S, network="plain").margin


def _without_all_ones(ensemble):
    """An ensemble of the reader's without all-ones patterns."""
    for n, d in ((2, 1), (4, 3), (10, 4), (30, 20)):
        for seed in range(3):
            X = np.asarray(ensemble(n, d, np.random.default_rng(seed)), dtype=float)
            if X.shape != (n, d):
                return f"For n = {n} and d = {d} it must give an array of shape ({n}, {d}), not {X.shape}."
            if not X.any(axis=1).all():
                return "A row of zeros is on no side of any plane; that does not count."
            if has_all_ones(X):
                return f"With n = {n} and d = {d} some u is positive on every row."
    return None


EXERCISES = {
    "8.1": Number(
        lambda: 2,
        hints={1: "That is the cost of the linear part. This fit has two ReLU neurons."},
        because="Two blocks of norm 1 cost 2; the linear part costs 1.",
    ),
    "8.2": Number(
        _one_dimension,
        hints={
            0.36: "That is the smaller of the two. Look at the other sign.",
            1: "No gate holds all rows: they have both signs.",
        },
        because="A gate holds the rows of one sign, and each norm is their share of the sum of squares.",
    ),
    "8.3": Choice(
        "c",
        hints=dict.fromkeys(
            "ab", "Is there a u with x_i^T u > 0 for every positive row? Does that depend on n?"
        ),
        because="The vector of ones is positive on every row, so the all-ones pattern always exists.",
    ),
    "8.4": Accept(_certificate, "an array of 60 numbers", "Your vector proves that the plant is unique."),
    "8.5": Number(
        lambda: 0.5,
        hints={
            0.25: "That is the square of the norm.",
            1: "All rows together give the identity, half of them about half of it.",
        },
        because="Half of the rows give about half of the identity.",
    ),
    "9.1": Number(
        lambda: np.linalg.norm([1.0, 1.0]),
        hints={
            2: "That is the cost of two blocks. One block with the weights w1 + w2 gives the same output."
        },
        because="They merge into one block with the weights (1, 1).",
    ),
    "9.2": Number(
        lambda: np.sqrt(1 - 0.6**2),
        hints={
            0.6: "That is the best price. How long is w + 0.6 x_i?",
            1: "That is the norm at price zero. Raise the price.",
            0.64: "That is the square of the norm.",
        },
        because="What is left of w is its part orthogonal to the silent row.",
    ),
    "9.3": Accept(_wider, "an array of 4 numbers", "This pattern is wider than the planted one."),
    "9.4": Number(
        lambda: sum(comb(6, active) for active in range(3, 7)) / (2**6 - 1),
        hints={
            42 / 64: "A silent neuron is drawn again: condition on at least one active row.",
            0.5: "Count the patterns with 3, 4, 5 or 6 active rows among 6.",
        },
        because="At least d = 3 of 6 rows must be active.",
    ),
    "9.5": Number(
        _nic_k,
        hints={1: "The planted blocks have norm 1; look at the others."},
        because="All planted equations are solved together, by one pseudoinverse.",
    ),
    "10.1": Number(
        lambda: theory.wendel(3, 2),
        hints={0.25: "That is the probability of the opposite, a triangle around the center."},
        because="Three of the four throws of two coins have fewer than two heads.",
    ),
    "10.2": Number(
        lambda: next(n for n in count(50) if theory.wendel(n, 50) <= 0.01),
        hints={
            100: "At n = 2d the probability is 1/2.",
            125: "One more: here the all-ones pattern is still a little too likely.",
            127: "One less is enough already.",
        },
        tolerance=1e-9,
        because="The all-ones pattern then has a probability of at most 1 %.",
    ),
    "10.3": Number(
        lambda: (1 + 1 / np.sqrt(3)) ** 2,
        hints={
            2.49: "Good to two digits. Solve for the square root of d/n to get all of them.",
            1 / (1 + 1 / np.sqrt(3)) ** 2: "That is d/n. Take the inverse.",
        },
        because="The square root of d/n solves a linear equation.",
    ),
    "10.4": Accept(_without_all_ones, "a function (n, d, rng) -> X", "No u is positive on every row."),
}
