"""The answers of Part V: wide networks."""

from math import ceil, log, pi, sqrt

from .answers import Choice, Number

EXERCISES = {
    "25.1": Number(
        lambda: 2 * 256 * 16**2 / (17 * 255),
        hints={
            2 * 256 * 4**2 / (5 * 15): "D is 2 to the number of qubits.",
            2 * 256 * 16 / 255: "That is with f = 0; take the mean over f.",
        },
        tolerance=2e-3,
    ),
    "25.2": Number(
        lambda: ceil(log(0.1) / log(0.95)),
        hints={44: "0.95 to the power 44 is still above 0.1.", 46: "One step less is enough."},
    ),
    "25.3": Number(
        lambda: (16**2 / (17 * 255)) / (32**2 / (33 * 1023)),
        hints={
            2.0: "Nearly: the formula has more than 1 / D.",
            (32**2 / (33 * 1023)) / (16**2 / (17 * 255)): "By which factor it must grow: more than 1.",
        },
        tolerance=2e-3,
    ),
    "25.4": Number(
        lambda: 1 - 0.8**2,
        hints={1 - 0.8: "The square of f.", 0.8**2: "One minus that."},
        tolerance=1e-3,
    ),
    "26.1": Number(
        lambda: 3 * (1.05**10 - 1),
        hints={
            1.05**10 - 1: "That is the spread; the fourth moment of a normal number is 3.",
            1.5: "That is the first order in L/n, 15 L/n.",
            3 * 1.05**10: "Excess: minus 3.",
        },
        tolerance=2e-3,
    ),
    "26.2": Number(
        lambda: ceil(5 / ((1 + 0.1 / 3) ** (1 / 50) - 1)),
        hints={
            7500: "That is the first order, 15 L/n = 0.1; solve the formula itself.",
            ceil(5 / (1.1 ** (1 / 50) - 1)): "Three times the spread is at most 0.1.",
        },
        tolerance=2e-4,
        because="So 512 is not wide for 50 layers.",
    ),
    "26.3": Number(
        lambda: 1.0,
        hints={
            0.5: "That is tanh. The sine loses half as much.",
            3.0: "The fourth moment of a Gaussian is 3 K^2.",
        },
    ),
    "26.4": Number(
        lambda: 2.0,
        hints={3.0: "That is the fourth moment. Subtract the squared mean.", 5.0: "That is ReLU's."},
        because="Even a linear network is random in its scale; ReLU more so.",
    ),
    "27.1": Number(
        lambda: [15.0, 15 / 64],
        hints={
            (18, 18 / 64): "Excess: minus 3, and then over n.",
            (15, 15 / 8): "The fourth cumulant falls like 1/n.",
            (1.5, 1.5 / 64): "Over the squared variance, 1/4.",
        },
        tolerance=1e-4,
    ),
    "27.2": Number(
        lambda: 2 * sqrt(2 / pi) / 0.5**1.5,
        hints={
            2 * sqrt(2 / pi): "At variance 1: divide by the variance to the power 3/2.",
            4 * sqrt(2 / pi) / 0.5**1.5: "Half of all w are negative.",
        },
        tolerance=1e-3,
    ),
    "27.3": Number(
        lambda: 64 * 7.1**2,
        hints={64 * 7.1: "It falls like the root of the width."},
        tolerance=0.01,
        because="A width that nobody's intuition calls small.",
    ),
    "27.4": Choice(
        "b",
        hints={
            "a": "Replace w by -w: what becomes of the neuron?",
            "c": "A cumulant is zero or not, whatever n is.",
        },
    ),
    "28.1": Number(
        lambda: -1 / log(1 - 0.13),
        hints={
            1 / 0.13: "That is for steps so small that they are a flow.",
            1 + 1 / 0.13: "Put the slope of the logarithm to zero.",
        },
        tolerance=3e-3,
    ),
    "28.2": Number(
        lambda: 4.0,
        hints={
            2.0: "The variance falls like 1/N, the deviation like its root.",
            0.25: "Wider, not narrower.",
        },
    ),
    "28.4": Number(
        lambda: 0.5,
        hints={
            0.25: "The start of the output varies, too.",
            1.0: "The variance stays at 4/N, but the mean grows.",
            2.0: "End over start.",
        },
        tolerance=1e-3,
        because="Half: learning made the kernel less random.",
    ),
}
