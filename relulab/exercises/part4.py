"""The answers of Part IV: computing it."""

from math import sqrt

import numpy as np

from .. import theory
from ..spectra.batch_size import effective_batch
from .answers import Accept, Choice, Number


def _same_stream(answer):
    """Two different cells of a grid with steps of 10 whose trials get the seed n + d + t."""
    (n, d, t), (m, c, u) = answer
    if (n, d) == (m, c):
        return "These are two trials of one cell; look for different cells."
    if any(size < 10 or size % 10 for size in (n, d, m, c)) or min(t, u) < 0:
        return "Sizes are multiples of 10, and trials count from 0."
    return None if n + d + t == m + c + u else f"The seeds are {n + d + t} and {m + c + u}."


def _trials_for_half_width():
    trials = 2
    while np.diff(np.ravel(theory.wilson_interval(trials // 2, trials)))[0] > 0.1:
        trials += 2
    return trials


EXERCISES = {
    "14.1": Number(
        lambda: 400 * 400 * 100 + 400 * 100,
        hints={
            400 * 400 * 100: "That is the patterns; the linear block multiplies too.",
            400 * 400 * 100 * 2: "Count multiplications only, and add the linear block.",
        },
    ),
    "14.2": Choice(
        "b",
        hints={
            "a": "Square 2D - I first; X does not cancel.",
            "c": "That would be the block's own product. What is (2D - I) squared?",
        },
    ),
    "14.3": Number(
        lambda: 0.99 + sqrt(100) * 1e-6 / sqrt(1e-8),
        hints={
            0.99 + sqrt(99) * 1e-6 / sqrt(1e-8): "The linear block counts as well: p + 1 blocks.",
            0.99 + 100 * 1e-6 / sqrt(1e-8): "The square root of the number of blocks.",
            0.99 + sqrt(100) * 1e-6 / 1e-8: "The square root of the smallest eigenvalue.",
        },
    ),
    "14.4": Number(
        lambda: 400 * 400 / (1 - 400 * 2.0**-53),
        hints={400: "That is one term. There are 400 of them."},
    ),
    "15.1": Number(
        lambda: 4 * 400 * 100 * 401,
        hints={
            2 * 400 * 100 * 401: "That is one product; the way back takes another.",
            400 * 100 * 401: "An entry takes multiplications and additions, and there are two products.",
            4 * 400 * 100 * 400: "m = n + 1.",
        },
        tolerance=1e-9,
        because="Sixty-four million, for one network and one epoch.",
    ),
    "15.2": Number(
        lambda: -2e-3 * np.array([0.3 / (0.3 + 1e-8), -2e-9 / (2e-9 + 1e-8), 0.0]),
        hints={
            (-2e-3, 2e-3, 0.0): "Epsilon counts: the second gradient is smaller than it.",
            (2e-3, -2e-3 / 6, 0.0): "A step goes against the gradient.",
            (2e-3, -2e-3, 0.0): "A step goes against the gradient, and epsilon counts.",
            (-6e-4, 4e-12, 0.0): "That is gradient descent; Adam divides by the size of the gradient.",
        },
        tolerance=1e-8,
        because="A gradient of the size of epsilon or below does not move at full speed.",
    ),
    "15.3": Number(
        lambda: 2.0**-25 / 0.002,
        hints={
            2.0**-24 / 0.002: "A number that is less than half a spacing below 1 is rounded to 1 already.",
            2.0**-23 / 0.002: "That is the spacing above 1; below 1 the numbers are closer.",
        },
        tolerance=2e-7,
        because="The released code's 1e-6 is fifteen times smaller.",
    ),
    "15.4": Number(
        lambda: np.array([3.0, 2.0]),
        hints={
            (5.0, 4.0): "A ReLU is half linear, half absolute value.",
            (2.0, 2.0): "Add the skip weight.",
            (1.0, 0.0): "The neurons have an odd part, too.",
            (1.0, 2.0): "The second neuron has the weight -1 and points backwards: it adds to the first.",
        },
        because="The first two neurons add (2, 0), the third half of (0, 4).",
    ),
    "16.1": Number(
        lambda: (6 / 3) ** 2,
        hints={2: "s falls like one over the square root of b.", 9: "Set 6 / sqrt(b) equal to 3."},
    ),
    "16.2": Number(
        lambda: effective_batch(500, 1000),
        hints={
            500: "Without replacement there is less noise.",
            750: "Divide by 1 - B/N.",
            2000: "B / (1 - B/N), with B = 500.",
        },
    ),
    "16.3": Number(
        lambda: 60,
        hints={
            30: "The limit for full data is 2; half of it is 1.",
            20: "Solve 2B / (B + 60) = 1.",
            120: "Solve 2B / (B + 60) = 1.",
        },
    ),
    "17.1": Number(
        lambda: 100 * 1 / 20,
        hints={
            100 / 21: "Compare with the time without a store.",
            0.05: "In percent.",
            40: "That many hundredths of a second in all; what share is it?",
        },
    ),
    "17.2": Accept(_same_stream, "a pair of trials (n, d, t), such as ((20, 10, 0), (30, 10, 0))"),
    "17.3": Number(
        _trials_for_half_width,
        hints={
            381: "Half of them have to succeed: an even number.",
            380: "Just too few.",
            385: "That is the normal interval; Wilson's is a little narrower.",
            384: "That is the normal interval; Wilson's is a little narrower.",
        },
    ),
    "18.1": Number(
        lambda: sqrt(52),
        hints={
            5: "That is the norm of the labels; the rows count as well.",
            10: "The norm of the vector (6, 4), not the sum of its entries.",
            52: "The norm, not its square.",
        },
        because="Below it the gradient of the fit is longer than the price of a neuron.",
    ),
    "18.2": Number(
        lambda: 10,
        hints={
            3: "That is the difference in hundredths. What share of the cost is it?",
            0.1: "In percent.",
            100 / 9: "A share of the cost, not of the bound.",
        },
    ),
    "18.3": Number(
        lambda: 1 / 1000,
        hints={
            1000: "The numbers grow, so that the weights can shrink.",
            1e-6: "The cost is the product of two weights once, not its square.",
            1: "The outputs stay; the weights do not.",
        },
        tolerance=1e-9,
        because="Units are a choice of what is cheap: scale your columns.",
    ),
}
