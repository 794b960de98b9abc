"""The answers of Part V: neighbors."""

from math import comb

from relulab import theory

from .answers import Choice, Number

EXERCISES = {
    "18.1": Choice(
        "b",
        hints={
            "a": "A first push still moves the state, and the state is heard later.",
            "c": "Follow a first push to the second moment.",
        },
    ),
    "18.2": Number(
        lambda: 0.0,
        hints={4: "D minus the rest.", 1.5: "One over A, not A.", 2: "The push also moves the state."},
        because="No record, however long, shows the first push.",
    ),
    "18.3": Number(
        lambda: (theory.l1_statistical_dimension(8, 70) + 10) / 10,
        hints={
            theory.l1_statistical_dimension(8, 70) / 10: "The unknown start uses measurements, too.",
            theory.l1_statistical_dimension(8, 70) + 10: "Each sensor gives ten numbers.",
        },
        tolerance=2e-3,
        because="So four sensors will do more often than not.",
    ),
    "18.4": Number(
        lambda: [comb(20, 2), comb(36, 6)],
        hints={
            (20, 7140): "Any 2k columns, not any k.",
            (190, 7140): "For k = 3 take any six columns.",
            (400, 36**6): "Different columns, in no order.",
        },
    ),
}
