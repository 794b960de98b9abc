"""The answers of Part V: sampling and optimization."""

from .answers import Choice, Number

EXERCISES = {
    "37.1": Number(
        lambda: -0.0125,
        hints={
            0.0: "That is the logarithm of the mean.",
            -0.025: "The square is halved in the series.",
            0.0125: "The logarithm bends down.",
        },
    ),
    "37.2": Number(
        lambda: 0.25,
        hints={
            1 / 12: "The variance is the square of sigma.",
            0.9 / 3.8: "The rate times h is 0.2.",
            0.5: "h also stands below, alone.",
        },
    ),
    "37.3": Number(
        lambda: [99 / 101, 9 / 11],
        hints={
            (9 / 11, 99 / 101): "The other way round: the root is the heavy ball's.",
            (99 / 101, 81 / 121): "That is b. The factor is its root.",
        },
    ),
    "37.4": Choice(
        "b",
        hints={
            "a": "Then other weights at these places would do as well.",
            "c": "The ticket is sparse, and was trained.",
        },
    ),
    "39.1": Number(
        lambda: [32, 0.64],
        hints={
            (8, 0.16): "That is one pass; there are four.",
            (128, 2.56): "How many batches of 160 are in 1280?",
            (32, 0.02): "That is one step's share.",
        },
    ),
    "39.2": Number(
        lambda: [0.25, 1 / 16, 0.25, 1],
        hints={
            (0.25, 0.25, 1, 1): "As a share of a layer that is four times as large.",
            (4, 1, 0.25, 1): "The gradient is divided.",
            (0.25, 1 / 16, 0.25, 4): "LAMB's step is four times as long, on a layer four times as large.",
        },
    ),
    "39.3": Choice(
        "b",
        hints={
            "a": "Multiply w by t in the sum. Does the direction stay?",
            "c": "The sum is formed in each layer, however many there are.",
        },
    ),
}
