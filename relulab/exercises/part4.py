"""The answers of Part IV: computing it."""

from math import sqrt

from .answers import Choice, Number

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
}
