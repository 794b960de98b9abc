"""The answers of Part V: graphs."""

from .answers import Choice, Number

EXERCISES = {
    "33.1": Number(
        lambda: 1.0,
        hints={
            3: "Now divide by its size.",
            0: "That is InstanceNorm, alpha = 1.",
            0.6: "The size is that of what is left.",
        },
        because="Only a sign survives.",
    ),
    "33.2": Number(
        lambda: 0.0,
        hints={10: "The shift removes its direction.", 1: "Q is a matrix of ones."},
        because="Only the mean was there.",
    ),
    "33.3": Choice(
        "b",
        hints={"a": "The second is at least 3.", "c": "The first is at least 4."},
    ),
    "34.1": Number(
        lambda: [0.75, 1.0],
        hints={
            (0.9, 1.0): "In proportion to g, not to its square.",
            (0.75, 2.0): "The variance of 3 and 1, each with weight one half.",
        },
    ),
    "34.2": Number(
        lambda: [1, 0.25],
        hints={
            (1.2, 0.2): "No probability is above 1.",
            (1, 0.2): "What the first does not need, the others get: they add up to B.",
        },
    ),
    "34.3": Choice(
        "b",
        hints={
            "a": "The history is the hidden layer itself at that moment.",
            "c": "The sampled part is multiplied by the difference to the history.",
        },
    ),
    "35.1": Number(
        lambda: 0.25,
        hints={
            1.0: "That is h(0), or the slope there. Multiply by lambda.",
            0.5: "The slope has a square below.",
        },
    ),
    "35.2": Number(
        lambda: [4, 2],
        hints={
            (4, 16): "n to the power one half, not two.",
            (0.25, 0.5): "The factors by which they shrink.",
        },
    ),
    "35.3": Number(
        lambda: 20.0,
        hints={
            10: "Twice that.",
            200: "That is the template's largest eigenvalue.",
            40: "p(1 - p) is one quarter.",
        },
        because="A tenth of the template's.",
    ),
    "35.4": Choice("b", hints={"a": "The same number at all nodes stays the same when they are renamed."}),
}
