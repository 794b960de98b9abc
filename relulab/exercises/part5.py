"""The answers of Part V: neighbors."""

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
        hints={44: "Not quite.", 46: "Each step multiplies by 0.95."},
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
        tolerance=2e-3,
    ),
    "28.2": Number(
        lambda: 4.0,
        hints={
            2.0: "The variance falls like 1/N, the deviation like its root.",
            0.25: "Wider, not narrower.",
        },
    ),
    "28.3": Number(
        lambda: 0.5,
        hints={
            0.25: "The start of the output varies, too.",
            1.0: "The variance stays at 4/N, but the mean grows.",
            2.0: "End over start.",
        },
        tolerance=1e-3,
        because="Half: learning made the kernel less random.",
    ),
    "29.1": Number(
        lambda: 0.125,
        hints={
            8: "The share, not the number of aliases.",
            1 / 64: "Only the aliases share, not all frequencies.",
        },
    ),
    "29.2": Number(
        lambda: 0.6,
        hints={
            0.4: "That is what is kept.",
            1 - (60 / 150) ** 2: "Of the squared length, the share kept is n / p.",
        },
    ),
    "29.3": Number(
        lambda: 0.95 + 0.05 * (1 + 40 / 759),
        hints={
            1.05: "That is the risk of predicting zero.",
            0.95 + 0.05: "Fitting the noise costs, too: n / (p - n - 1) of it.",
            0.95 + 0.05 * 40 / 759: "The new sample has noise, too.",
        },
        tolerance=1e-4,
        because="A little below 1.05: hardly better than nothing.",
    ),
    "30.1": Number(lambda: 0.75, hints={0.25: "That is the share that is kept."}),
    "30.2": Number(
        lambda: [100, 0.75],
        hints={
            (100, 0.5): "That is n / p*. Add what noise leaves there.",
            (100, 0.25): "That is noise alone. The bias is there, too.",
            (75, 0.75): "n over 1 - tau.",
        },
        because="Below 1, but not by much.",
    ),
    "30.3": Number(
        lambda: 0.8505,
        hints={0.81: "Samples are few: there is a second term.", 0.85: "p + 1, not p."},
        tolerance=1e-4,
    ),
    "31.1": Number(
        lambda: 2360,
        hints={
            2260: "Imitation has twice the batch.",
            4560: "A step of imitation concerns one block of twelve.",
            3360: "A step of imitation concerns one block of twelve.",
            820: "A wide step is eight thin ones.",
            720: "A wide step is eight thin ones.",
        },
        because="Three quarters of it is the wide network.",
    ),
    "31.2": Choice(
        "a",
        hints={"b": "She does not pay for it again.", "c": "Nobody waits so long."},
    ),
    "31.3": Number(
        lambda: 0.3 * 4**-1.7,
        hints={0.075: "Faster than one over h.", 0.3 * 16**-1.7: "From 4 to 16 is a factor of four."},
        tolerance=1e-3,
    ),
    "32.1": Number(
        lambda: [29, 5],
        hints={
            (35, 5): "The operators of a layer add up to 1: one a layer is spare, but the constant is not.",
            (28, 5): "And the constant.",
            (29, 4): "Five counts that add up to seven: the constant is one of their combinations.",
            (29, 6): "The constant is a combination of the counts.",
        },
    ),
    "32.2": Number(
        lambda: 2 / 3,
        hints={5 / 6: "That is the share ordered alike. Subtract the share ordered differently."},
    ),
    "32.3": Number(
        lambda: [13 / 256, 4 / 256],
        hints={
            (16 / 256, 4 / 256): "Sixteen numbers, of which three are spare.",
            (13 / 256, 3 / 256): "The constant counts, too.",
        },
        because="Under six and under two percent.",
    ),
    "33.1": Number(
        lambda: 1.0,
        hints={
            3: "Now divide by its size.",
            0: "That is InstanceNorm, alpha = 1.",
            0.6: "The size is that of what is left.",
        },
        because="Whatever the degree: only a sign survives.",
    ),
    "33.2": Number(
        lambda: 0.0,
        hints={10: "The shift removes its direction.", 1: "Q is a matrix of ones."},
        because="Nothing but the mean was there.",
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
        because="Ten times below the template's eigenvalue.",
    ),
    "35.4": Choice("b", hints={"a": "The same number at all nodes stays the same when they are renamed."}),
}
