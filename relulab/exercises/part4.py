"""The answers of Part IV: computing it."""

from math import sqrt

import numpy as np

from relulab import theory

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
    "13.1": Number(
        lambda: 400 * 400 * 100 + 400 * 100,
        hints={
            400 * 400 * 100: "That is the patterns; the linear block multiplies too.",
            400 * 400 * 100 * 2: "Count multiplications only, and add the linear block.",
        },
    ),
    "13.2": Choice(
        "b",
        hints={
            "a": "Square 2D - I first; X does not cancel.",
            "c": "That would be the block's own product. What is (2D - I) squared?",
        },
    ),
    "13.3": Number(
        lambda: 0.99 + sqrt(100) * 1e-6 / sqrt(1e-8),
        hints={
            0.99 + sqrt(99) * 1e-6 / sqrt(1e-8): "The linear block counts as well: p + 1 blocks.",
            0.99 + 100 * 1e-6 / sqrt(1e-8): "The square root of the number of blocks.",
            0.99 + sqrt(100) * 1e-6 / 1e-8: "The square root of the smallest eigenvalue.",
        },
    ),
    "16.1": Number(
        lambda: 100 * 1 / 20,
        hints={
            100 / 21: "Compare with the time without a store.",
            0.05: "In percent.",
            40: "That many hundredths of a second in all; what share is it?",
        },
    ),
    "16.2": Accept(_same_stream),
    "16.3": Number(
        _trials_for_half_width,
        hints={
            381: "Half of them have to succeed: an even number.",
            380: "Just too few.",
            385: "That is the normal interval; Wilson's is a little narrower.",
            384: "That is the normal interval; Wilson's is a little narrower.",
        },
    ),
}
