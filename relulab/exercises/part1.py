"""The answers of Part I: sparse recovery."""

from relulab import sensing

from .answers import Number

EXERCISES = {
    "1.1": Number(
        lambda: sensing.basis_pursuit([[1.0, 2.0, 3.0]], [6.0]).value,
        hints={
            6: "That is the cost of (6, 0, 0). A larger coefficient explains more for each unit of cost.",
            3: "That is the cost of (0, 3, 0). One entry does better.",
        },
        because="The largest coefficient explains the most for each unit of cost.",
    ),
}
