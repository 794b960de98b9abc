"""The answers of Part V: sparse and linear systems."""

from math import atan, ceil, comb, factorial, log, pi, sqrt

from .. import theory
from .answers import Choice, Number

EXERCISES = {
    "20.1": Choice(
        "b",
        hints={
            "a": "A first push still moves the state, and the state is heard later.",
            "c": "Follow a first push to the second moment.",
        },
    ),
    "20.2": Number(
        lambda: 0.0,
        hints={4: "D minus the rest.", 1.5: "One over A, not A.", 2: "The push also moves the state."},
        because="No record, however long, shows the first push.",
    ),
    "20.3": Number(
        lambda: (theory.l1_statistical_dimension(8, 70) + 10) / 10,
        hints={
            theory.l1_statistical_dimension(8, 70) / 10: "The unknown start uses measurements, too.",
            theory.l1_statistical_dimension(8, 70) + 10: "Each sensor gives ten numbers.",
        },
        tolerance=2e-3,
        because="So four sensors will do more often than not.",
    ),
    "20.4": Number(
        lambda: [comb(20, 2), comb(36, 6)],
        hints={
            (20, 7140): "Any 2k columns, not any k.",
            (190, 7140): "For k = 3 take any six columns.",
            (400, 36**6): "Different columns, in no order.",
        },
        tolerance=1e-7,  # the second is large, and one more is wrong for both
    ),
    "21.1": Number(
        lambda: [5 / sqrt(17), sqrt(2)],
        hints={
            (5 / sqrt(17), 2): "The norm of (1, 1).",
            (5 / 17, sqrt(2)): "Divide by the norm, not by its square.",
            (sqrt(5), sqrt(2)): "Divide by the norm of A^T c, not of c.",
        },
        tolerance=1e-3,
        because="The bound is below the truth, as a bound must be.",
    ),
    "21.2": Number(
        lambda: 3,
        hints={500: "Eigenvalues that agree are removed together.", 2: "A quadratic has two zeros."},
    ),
    "21.3": Number(
        lambda: ceil(900 / 2 * log(1e6)),
        hints={
            ceil(30 / 2 * log(1e6)): "H = A A^T has another condition number.",
            ceil(900 * log(1e6)): "The proof gives half of that.",
        },
        tolerance=2e-4,
    ),
    "21.4": Choice(
        "a",
        hints={
            "b": "That is no better than a vector with all entries at an end of their range.",
            "c": "That is the l1 ball. Here every entry may be as large as rho.",
        },
    ),
    "22.1": Number(
        lambda: 2 - sqrt(3),
        hints={
            1.0: "j = 1 and n + 1 = 6.",
            2 - 2 * 0.8090169943749475: "The angle is pi / (n + 1), not pi / n.",
        },
        tolerance=1e-3,
        because="And every r_k is zero.",
    ),
    "22.2": Number(
        lambda: -2 * atan(0.5),
        hints={
            2 * atan(0.5): "The sign: the angle is below d where eta is positive.",
            -atan(0.5): "Eta has a factor of two.",
        },
        tolerance=1e-3,
    ),
    "22.3": Number(
        lambda: 2**4 * 101 - 1,
        hints={
            1600: "The order plus one doubles.",
            2**5 * 101 - 1: "Five matrices are four doublings.",
            1616: "Minus one.",
        },
    ),
    "22.4": Number(
        lambda: 100 * (1 - (1.5 * pi / 4.7300) ** 4),
        hints={
            100 * ((4.7300 / (1.5 * pi)) ** 4 - 1): "Of the truth, not of the approximation.",
            100 * (1 - 1.5 * pi / 4.7300): "The fourth power.",
        },
        tolerance=5e-3,
        because="However large the matrix.",
    ),
    "23.1": Number(
        lambda: 0.5,
        hints={
            0.3 * -1: "Multiply the factors (1 + k) / (1 - k).",
            2.0: "The inverse: k > 0 makes the impedance grow.",
        },
    ),
    "23.2": Number(
        lambda: 3.0,
        hints={
            2.0: "That is the growth from the first to the second.",
            1.5: "T has -1/3 beside its diagonal, not 1/3.",
        },
        because="From 1 to 3: the growth is 2 = (4/3) / (2/3).",
    ),
    "23.3": Number(lambda: 6, hints={64: "A layer applies X once to a vector.", 4: "Six layers."}),
    "24.1": Number(
        lambda: factorial(5),
        hints={32: "Those are the cube's corners.", 25: "One simplex for each order of five numbers."},
    ),
    "24.2": Number(
        lambda: 260,
        hints={
            120: "That is what these ten make, which are not in general position.",
            512: "Four dimensions, not five.",
            1024: "Not every choice of sides has a point.",
        },
        because="More than twice the 120 that these make.",
    ),
    "24.3": Number(
        lambda: 5**10 * 21,
        hints={
            5**10: "Those are the corners.",
            4**10 * 21: "Four steps have five ends.",
            5**10 * 20: "And the ReLU outside.",
        },
    ),
    "24.4": Number(
        lambda: sqrt(2),
        hints={2.0: "That is a Lipschitz functional.", 1 / sqrt(2): "By which factor it falls: more than 1."},
        tolerance=1e-3,
    ),
}
